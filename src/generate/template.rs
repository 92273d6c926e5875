//! Templates: the plan of a target in, text out. What a template names must be there.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// The built-in templates, and those of the user in the place of some of them.
pub struct Templates {
    environment: Environment<'static>,
}

/// A template that cannot be read, or that asks for something that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub template: String,
    pub line: Option<usize>,
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}: {}", self.template, self.what),
            None => write!(out, "{}: {}", self.template, self.what),
        }
    }
}

impl Templates {
    /// `own` are the user's, by the names of those that they replace.
    pub fn new(own: &BTreeMap<String, String>) -> Result<Templates, Broken> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        // A tag alone on its line leaves no line behind.
        let syntax = SyntaxConfig::builder()
            .keep_trailing_newline(true)
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .map_err(|error| broken("", &error))?;
        environment.set_syntax(syntax);
        for (name, text) in super::builtin_templates() {
            add(&mut environment, name, text)?;
        }
        for (name, text) in own {
            add(&mut environment, name, text)?;
        }
        Ok(Templates { environment })
    }

    /// Only those that wfc brings.
    pub fn builtin() -> Result<Templates, Broken> {
        Templates::new(&BTreeMap::new())
    }

    /// The text that the template `name` makes of `plan`.
    pub fn print(&self, name: &str, plan: &impl Serialize) -> Result<String, Broken> {
        let template = self.environment.get_template(name).map_err(|error| broken(name, &error))?;
        template.render(Serde(plan)).map_err(|error| broken(name, &error))
    }
}

fn add(environment: &mut Environment, name: &str, text: &str) -> Result<(), Broken> {
    environment.add_template_owned(name.to_string(), text.to_string()).map_err(|error| broken(name, &error))
}

fn broken(name: &str, error: &minijinja::Error) -> Broken {
    // What went wrong in an included template says so in the error that caused this one.
    let mut inner: &minijinja::Error = error;
    while let Some(cause) = std::error::Error::source(inner).and_then(|it| it.downcast_ref()) {
        inner = cause;
    }
    let what = match inner.detail() {
        Some(detail) => format!("{}: {detail}", inner.kind()),
        None => inner.kind().to_string(),
    };
    Broken { template: inner.name().unwrap_or(name).to_string(), line: inner.line(), what }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(text: &str) -> Result<Templates, Broken> {
        Templates::new(&BTreeMap::from([("a".to_string(), text.to_string())]))
    }

    #[test]
    fn prints_a_plan_as_it_is() {
        let templates = own("{% for name in names %}\n<{{ name }}>\n{% endfor %}\n").unwrap();
        let plan = BTreeMap::from([("names", ["a&b", "c"])]);
        assert_eq!(templates.print("a", &plan).unwrap(), "<a&b>\n<c>\n");
    }

    #[test]
    fn what_is_not_there_is_an_error_with_its_line() {
        let templates = own("one\n{{ two }}\n").unwrap();
        let broken = templates.print("a", &BTreeMap::<&str, &str>::new()).unwrap_err();
        assert_eq!(broken.to_string(), "a:2: undefined value: `two` is undefined");
    }

    #[test]
    fn what_is_no_template_is_an_error_with_its_line() {
        let broken = own("one\n\n{% if %}\n").err().unwrap();
        assert_eq!((broken.template.as_str(), broken.line), ("a", Some(3)));
    }
}
