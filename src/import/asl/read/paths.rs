//! Whether paths and computed values are at least well-formed. What they mean is not decided here.

use super::{Reader, is_dynamic, is_function};
use crate::import::asl::machine::QueryLanguage;
use crate::import::document::{Member, Value, ValueKind};
use crate::syntax::ast::Name;

const PATHS: &[&str] = &[
    "InputPath",
    "OutputPath",
    "ItemsPath",
    "SecondsPath",
    "TimestampPath",
    "TimeoutSecondsPath",
    "HeartbeatSecondsPath",
    "MaxConcurrencyPath",
    "ToleratedFailurePercentagePath",
    "ToleratedFailureCountPath",
    "ErrorPath",
    "CausePath",
    "ResultPath",
];

const TEMPLATES: &[&str] = &["Parameters", "ResultSelector", "ItemSelector", "Assign"];

impl Reader<'_> {
    pub(super) fn paths(&mut self, state: &Value, language: QueryLanguage) {
        if language == QueryLanguage::Jsonata {
            return;
        }
        for Member { key, value } in state.object().unwrap_or_default() {
            let field = key.text.as_str();
            if PATHS.contains(&field) {
                self.path(field, value);
            } else if TEMPLATES.contains(&field) {
                self.template(value);
            }
        }
    }

    fn path(&mut self, field: &str, value: &Value) {
        let is_fine = match &value.kind {
            ValueKind::Null => matches!(field, "InputPath" | "OutputPath" | "ResultPath"),
            ValueKind::Text(path) if field == "ResultPath" => is_dynamic(path) || is_reference(path),
            ValueKind::Text(path) => {
                let allows_call = matches!(field, "ErrorPath" | "CausePath");
                is_dynamic(path) || is_path(path) || (allows_call && is_call(path))
            }
            ValueKind::Object(_) => true,
            ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::List(_) => false,
        };
        if !is_fine {
            let message = format!("the value of `{field}` is not a path");
            self.invalid(value.span, "not a path that begins with `$`", message);
        }
    }

    /// A member `"x.$"` is computed, so it must be a path or a function.
    fn template(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Object(members) => {
                for Member { key, value } in members {
                    self.computed_twice(key, members);
                    if key.text.ends_with(".$") {
                        self.computed(key.text.as_str(), value);
                    } else {
                        self.template(value);
                    }
                }
            }
            ValueKind::List(values) => values.iter().for_each(|value| self.template(value)),
            ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::Text(_) => {}
        }
    }

    /// `a` and `a.$` both give `a`.
    fn computed_twice(&mut self, key: &Name, members: &[Member]) {
        if let Some(plain) = key.text.strip_suffix(".$")
            && members.iter().any(|member| member.key.text == plain)
        {
            let message = format!("`{plain}` is given twice");
            self.invalid(key.span, "computed here, and written beside it", message);
        }
    }

    fn computed(&mut self, key: &str, value: &Value) {
        let is_fine = match &value.kind {
            ValueKind::Text(text) => is_dynamic(text) || is_path(text) || is_call(text),
            ValueKind::Object(members) => members.iter().all(|member| is_function(&member.key.text)),
            ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::List(_) => false,
        };
        if !is_fine {
            let message = format!("the value of `{key}` is neither a path nor a function");
            self.invalid(value.span, "begins with neither `$` nor `States.`", message);
        }
    }
}

/// `$`, `$.a[0]`, `$$.Execution.Id`, `$variable.b`: brackets closed, no blank outside of them.
pub(super) fn is_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('$') else { return false };
    let mut depth = 0usize;
    for letter in rest.chars() {
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' if depth == 0 => return false,
            ']' | ')' => depth -= 1,
            _ if depth == 0 && letter.is_whitespace() => return false,
            _ => {}
        }
    }
    depth == 0 && (!rest.ends_with('.') || rest.ends_with(".."))
}

/// A place in the document itself: neither in a variable nor in the context.
fn is_reference(path: &str) -> bool {
    is_path(path) && (path == "$" || path.starts_with("$.") || path.starts_with("$["))
}

fn is_call(text: &str) -> bool {
    text.trim().starts_with("States.") && text.trim().ends_with(')')
}
