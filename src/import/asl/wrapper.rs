//! Finds the machines in a document: it may be one, or a template that holds several, as objects or
//! as JSON in a string.

use super::fields::fields_of;
use super::names;
use super::resource::reference;
use crate::import::document::{self, Dialect, Member, Place, Trouble, Value, ValueKind};
use crate::source::{FileId, Span};

/// A machine within a file.
pub struct Found {
    pub name: String,
    pub value: Value,
}

#[derive(Default)]
pub struct Machines {
    pub found: Vec<Found>,
    pub troubles: Vec<Trouble>,
}

/// Keys between a machine's name and the machine.
const WRAPPING: &[&str] = &[
    "definition",
    "definitionstring",
    "definitionbody",
    "properties",
    "resources",
    "statemachines",
    "stepfunctions",
    "value",
    "default",
    "name",
];

pub fn find(file: FileId, path: &str, text: &str, roots: &[Value]) -> Machines {
    let mut search = Search { file, text, machines: Machines::default(), keys: Vec::new(), path };
    roots.iter().for_each(|root| search.value(root));
    search.machines
}

/// Whether an object is a machine, be it a broken one.
pub fn is_machine(value: &Value) -> bool {
    let starts = value.get("StartAt").is_some_and(|start| start.text().is_some());
    let states = value.get("States").and_then(Value::object);
    let has_state = states.is_some_and(|states| {
        states.iter().any(|state| {
            state.value.get("Type").and_then(Value::text).is_some_and(|kind| fields_of(kind).is_some())
        })
    });
    has_state || (starts && value.get("States").is_some())
}

struct Search<'t> {
    file: FileId,
    path: &'t str,
    text: &'t str,
    machines: Machines,
    /// The keys that lead to where the search is.
    keys: Vec<String>,
}

impl Search<'_> {
    fn value(&mut self, value: &Value) {
        if is_machine(value) {
            let name = self.name();
            self.machines.found.push(Found { name, value: value.clone() });
            return;
        }
        match &value.kind {
            ValueKind::Object(members) => {
                for Member { key, value } in members {
                    self.keys.push(key.text.to_string());
                    if is_definition(&key.text) {
                        self.embedded(value);
                    }
                    self.value(value);
                    self.keys.pop();
                }
            }
            ValueKind::List(values) => values.iter().for_each(|value| self.value(value)),
            ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::Text(_) => {}
        }
    }

    /// A machine as JSON in a string, or in what a template makes a string of.
    fn embedded(&mut self, value: &Value) {
        let Some(content) = reference(value) else { return };
        if !content.trim_start().starts_with('{') || !content.contains("StartAt") {
            return;
        }
        let document = self.in_place(value, &content).unwrap_or_else(|| {
            document::read_part(self.file, &content, Place::Inside(value.span), Dialect::Json)
        });
        self.machines.troubles.extend(document.troubles);
        for root in document.roots.into_iter().filter(is_machine) {
            let name = self.name();
            self.machines.found.push(Found { name, value: root });
        }
    }

    /// In a block of lines the JSON stands as it is, so that every place in it is known.
    fn in_place(&self, value: &Value, content: &str) -> Option<document::Document> {
        let span = block_of(value)?;
        let written = self.text.get(span.range())?;
        let start = written.find('{')?;
        let end = written.rfind('}')? + 1;
        let body = written.get(start..end)?;
        let without_blanks = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).count();
        if without_blanks(body) != without_blanks(content.trim()) {
            return None;
        }
        let place = Place::At(span.start as usize + start);
        let document = document::read_part(self.file, body, place, Dialect::Json);
        (!document.roots.is_empty()).then_some(document)
    }

    fn name(&self) -> String {
        let telling = self.keys.iter().rev().find(|key| {
            !key.contains("::")
                && !WRAPPING.contains(&key.to_ascii_lowercase().as_str())
                && !key.eq_ignore_ascii_case("definition")
        });
        telling.cloned().unwrap_or_else(|| names::from_path(self.path))
    }
}

/// Where the text of a string stands that is not composed of parts.
fn block_of(value: &Value) -> Option<Span> {
    match &value.kind {
        ValueKind::Text(_) => Some(value.span),
        ValueKind::Object(members) => match members.as_slice() {
            [Member { key, value }] if key.text == "Fn::Sub" => match value.list() {
                Some(parts) => block_of(parts.first()?),
                None => block_of(value),
            },
            _ => None,
        },
        ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::List(_) => None,
    }
}

fn is_definition(key: &str) -> bool {
    matches!(key.to_ascii_lowercase().as_str(), "definition" | "definitionstring" | "definitionbody")
}
