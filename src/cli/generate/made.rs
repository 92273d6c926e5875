//! Who makes the files: a target of wfc, or a plugin.

use crate::cli::args::{Generate, TargetName};
use crate::cli::output::Output;
use crate::finding::suggest;
use crate::generate::template::{Broken, Templates};
use crate::generate::{self, Generated, Options, Subject, Target, plugin};
use crate::project::disk::{self, Program};
use crate::report::paint::printable;
use crate::source::{Sources, Span};
use std::collections::BTreeMap;
use std::time::Duration;

pub enum Maker<'a> {
    Target { options: Options, templates: Box<Templates>, own: Own<'a> },
    Plugin(Program),
}

/// Between the model and the files.
pub enum Begun {
    Files(Result<Generated, Broken>),
    /// What a plugin is to be asked.
    Question(String),
}

/// The user's templates.
#[derive(Default)]
pub struct Own<'a> {
    folder: Option<&'a str>,
    templates: BTreeMap<String, String>,
}

impl<'a> Maker<'a> {
    pub fn new(wanted: &'a Generate) -> Result<Maker<'a>, String> {
        if let Some(path) = &wanted.plugin {
            return Ok(Maker::Plugin(Program {
                path: path.clone(),
                arguments: wanted.plugin_arg.clone(),
                patience: Duration::from_secs(wanted.plugin_timeout.max(1)),
            }));
        }
        let own = Own::read(wanted.template_dir.as_deref())?;
        let templates = Box::new(Templates::new(&own.templates).map_err(|broken| own.shown(&broken))?);
        let target = wanted.target.map_or_else(Target::default, TargetName::into);
        let options = Options { target, engine: wanted.engine.into() };
        Ok(Maker::Target { options, templates, own })
    }

    /// What the manifest calls it.
    pub fn name(&self) -> String {
        match self {
            Maker::Target { options, .. } => options.target.name().to_string(),
            Maker::Plugin(_) => "plugin".to_string(),
        }
    }

    /// All that needs the model.
    pub fn begin(&self, subject: &Subject, sources: &Sources) -> Begun {
        match self {
            Maker::Target { options, templates, .. } => {
                Begun::Files(generate::generate(subject, options, templates))
            }
            Maker::Plugin(_) => {
                let place = |span: Span| {
                    let file = sources.get(span.file);
                    (file.path.clone(), file.position(span.start))
                };
                Begun::Question(plugin::question(subject, &place))
            }
        }
    }

    /// Asks the plugin, if there is one.
    pub fn finish(&self, begun: Begun, output: &Output) -> Result<Generated, String> {
        match (self, begun) {
            (Maker::Target { own, .. }, Begun::Files(files)) => files.map_err(|broken| own.shown(&broken)),
            (Maker::Plugin(program), Begun::Question(question)) => {
                let said = disk::run_program(program, &question).map_err(|trouble| trouble.to_string())?;
                for line in said.stderr.lines() {
                    output.detail(&format!("{}: {line}", program.path));
                }
                let answered =
                    plugin::answer(&said.stdout).map_err(|what| format!("{}: {what}", program.path))?;
                for line in answered.notes.iter().flat_map(|note| note.lines()) {
                    output.note(&printable(&format!("{}: {line}", program.path)));
                }
                Ok(answered.generated)
            }
            // INVARIANT: the one comes out of the other.
            (Maker::Target { .. }, Begun::Question(_)) | (Maker::Plugin(_), Begun::Files(_)) => {
                Err("the target changed its mind".to_string())
            }
        }
    }
}

impl<'a> Own<'a> {
    fn read(folder: Option<&'a str>) -> Result<Own<'a>, String> {
        let Some(path) = folder else { return Ok(Own::default()) };
        let templates = disk::read_folder(path).map_err(|trouble| trouble.to_string())?;
        let known = generate::builtin_templates();
        let names = || known.iter().map(|(name, _)| *name);
        for name in templates.keys() {
            // A template that nobody asks for would be a mistake that nobody sees.
            if !name.starts_with(PARTS) && !names().any(|known| known == name) {
                let help = match suggest::nearest(name, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("what other templates include belongs in `{PARTS}`"),
                };
                return Err(format!("{path}/{name}: there is no template of this name to replace; {help}"));
            }
        }
        Ok(Own { folder, templates })
    }

    /// With the path of the template, where it is the user's.
    fn shown(&self, broken: &Broken) -> String {
        match self.folder.filter(|_| self.templates.contains_key(&broken.template)) {
            Some(folder) => format!("{}/{broken}", folder.trim_end_matches('/')),
            None => format!("template {broken}"),
        }
    }
}

/// Where templates stand that replace none.
const PARTS: &str = "parts/";
