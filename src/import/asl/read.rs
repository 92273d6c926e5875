//! A document to a [`Machine`], with a finding for everything in it that is not legal.

mod choices;
mod paths;
mod policies;
mod states;
mod tasks;

use super::fields;
use super::machine::{Machine, QueryLanguage, State};
use crate::finding::Finding;
use crate::finding::suggest::nearest;
use crate::import::document::{Member, Value, ValueKind};
use crate::import::rules::INVALID_MACHINE;
use crate::source::Span;
use crate::syntax::ast::Name;
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};

/// Reads a machine that stands by itself; `workflow` is its name in findings.
pub fn machine<'d>(value: &'d Value, workflow: &str) -> (Machine<'d>, Vec<Finding>) {
    let mut reader = Reader {
        workflow,
        state: None,
        names: HashMap::new(),
        other_language: None,
        is_broken: false,
        findings: Vec::new(),
    };
    let mut machine = reader.machine(value, QueryLanguage::JsonPath);
    if reader.is_broken {
        // What is found in a workflow that holds a mistake is dropped: it would only follow from it.
        machine.span = value.span;
    }
    (machine, reader.findings)
}

struct Reader<'w> {
    workflow: &'w str,
    /// The state that is being read.
    state: Option<Name>,
    /// All states so far, of the machine and of those inside it.
    names: HashMap<SmolStr, Span>,
    /// The finding about fields of the other query language.
    other_language: Option<usize>,
    /// Something is missing without which it is not known where runs go.
    is_broken: bool,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn invalid(&mut self, span: Span, label: impl Into<String>, message: impl Into<String>) -> &mut Finding {
        let entity = match &self.state {
            Some(state) => format!("{}/{}", self.workflow, state.text),
            None => self.workflow.to_owned(),
        };
        self.findings.push(INVALID_MACHINE.at(span, label).message(message).entity(entity));
        self.findings.last_mut().expect("one was pushed")
    }

    /// What is wrong and leaves a gap in the machine.
    fn broken(&mut self, span: Span, label: impl Into<String>, message: impl Into<String>) -> &mut Finding {
        self.is_broken = true;
        self.invalid(span, label, message)
    }

    fn machine<'d>(&mut self, value: &'d Value, outer: QueryLanguage) -> Machine<'d> {
        let outside = self.state.take();
        let language = self.language(value, outer);
        self.unknown_fields(value, fields::MACHINE, "a machine");
        let states = self.states(value, language);
        self.targets_exist(&states);
        let start = self.start(value, &states);
        if let Some(timeout) = value.get("TimeoutSeconds") {
            self.positive(timeout, "TimeoutSeconds");
        }
        self.state = outside;
        let comment = value.get("Comment").and_then(Value::text);
        Machine { comment, start, states, timeout: value.get("TimeoutSeconds"), span: place(value) }
    }

    fn states<'d>(&mut self, value: &'d Value, language: QueryLanguage) -> Vec<State<'d>> {
        let Some(states) = value.member("States") else {
            self.broken(place(value), "it has no `States`", "a machine without `States` is not legal");
            return Vec::new();
        };
        match &states.value.kind {
            ValueKind::Object(members) if members.is_empty() => {
                self.broken(states.key.span, "nothing in it", "a machine needs at least one state");
                Vec::new()
            }
            ValueKind::Object(members) => {
                // Put one level too deep it does not apply; reported once, it is read as it was meant.
                let language = match states.value.get("QueryLanguage").and_then(Value::text) {
                    Some("JSONata") => QueryLanguage::Jsonata,
                    _ => language,
                };
                let read = members.iter().filter_map(|member| self.state(member, language)).collect();
                self.state = None;
                read
            }
            _ => {
                self.broken(states.value.span, "not an object", "`States` must hold states by name");
                Vec::new()
            }
        }
    }

    fn start(&mut self, value: &Value, states: &[State]) -> Option<Name> {
        let Some(start) = value.get("StartAt") else {
            self.broken(place(value), "it has no `StartAt`", "a machine without `StartAt` is not legal");
            return None;
        };
        let Some(name) = text_name(start) else {
            self.broken(start.span, "not a name", "`StartAt` must name a state");
            return None;
        };
        if states.iter().any(|state| state.name.text == name.text) {
            return Some(name);
        }
        self.missing(&name, states);
        None
    }

    /// A transition to a state that does not exist.
    fn missing(&mut self, name: &Name, states: &[State]) {
        // Thousands of suggestions for one file help nobody and take their time.
        let few = if self.findings.len() < 100 { states } else { &[] };
        let near = nearest(&name.text, few.iter().map(|state| state.name.text.as_str()));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let label = "no state of this machine has this name";
        self.broken(name.span, label, format!("state `{}` does not exist", name.text)).help.extend(help);
    }

    fn targets_exist(&mut self, states: &[State]) {
        let known: HashSet<&str> = states.iter().map(|state| state.name.text.as_str()).collect();
        for state in states {
            self.state = Some(state.name.clone());
            for target in state.targets().filter(|target| !known.contains(target.text.as_str())) {
                self.missing(target, states);
            }
        }
        self.state = None;
    }

    fn language(&mut self, value: &Value, outer: QueryLanguage) -> QueryLanguage {
        match value.get("QueryLanguage") {
            None => outer,
            Some(language) => match language.text() {
                Some("JSONPath") => QueryLanguage::JsonPath,
                Some("JSONata") => QueryLanguage::Jsonata,
                _ => {
                    let label = "neither `JSONPath` nor `JSONata`";
                    self.invalid(language.span, label, "this query language does not exist");
                    outer
                }
            },
        }
    }

    fn unknown_fields(&mut self, value: &Value, known: &[&str], of: &str) {
        for Member { key, .. } in value.object().unwrap_or_default() {
            // A template's functions are resolved before the machine is deployed.
            if known.contains(&key.text.as_str()) || key.text.starts_with("Fn::") {
                continue;
            }
            let help =
                nearest(&key.text, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            let message = format!("`{}` is not a field of {of}", key.text);
            self.invalid(key.span, "not allowed here", message).help.extend(help);
        }
    }

    fn positive(&mut self, value: &Value, field: &str) {
        self.number(value, field, 1.0, f64::MAX);
    }

    /// A whole number within bounds; a template may still put one in for a placeholder.
    fn number(&mut self, value: &Value, field: &str, least: f64, most: f64) {
        let is_fine = match &value.kind {
            ValueKind::Number(_) => {
                value.number().is_some_and(|n| n >= least && n <= most && n.fract() == 0.0)
            }
            ValueKind::Text(text) => is_dynamic(text),
            ValueKind::Object(members) => members.iter().all(|member| is_function(&member.key.text)),
            ValueKind::Null | ValueKind::Bool(_) | ValueKind::List(_) => false,
        };
        if !is_fine {
            let bounds = match most {
                f64::MAX => format!("not a whole number from {least}"),
                _ => format!("not a whole number from {least} to {most}"),
            };
            self.invalid(value.span, bounds, format!("the value of `{field}` is not legal"));
        }
    }
}

/// `{% … %}`, `${…}`, `%…%`: not known before it runs, or before it is deployed.
fn is_dynamic(text: &str) -> bool {
    let is_placeholder = text.len() > 1 && text.starts_with('%') && text.ends_with('%');
    text.contains("{%") || text.contains("${") || is_placeholder
}

/// `Fn::Sub`, `Ref`: a template puts something else here.
fn is_function(key: &str) -> bool {
    key.starts_with("Fn::") || key == "Ref"
}

/// Where an object is pointed at, not at all of it: at its opening bracket, or where YAML has none at its
/// first key, which may begin with a letter of several bytes.
fn place(value: &Value) -> Span {
    let first = value.object().and_then(|members| members.first()).map(|member| member.key.span);
    match first {
        Some(key) if key.start == value.span.start => key,
        _ => Span { end: value.span.end.min(value.span.start + 1), ..value.span },
    }
}

/// A string with its place, which is a name of something.
pub(super) fn text_name(value: &Value) -> Option<Name> {
    value.text().map(|text| Name { text: text.into(), span: value.span })
}
