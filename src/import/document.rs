//! A JSON or YAML document as a small tree in which every value and key knows its place in the file.
//! Reading is total: what cannot be read is a [`Trouble`] at its place, and nothing nests too deep.

mod json;
mod yaml;

use crate::source::{FileId, Span};
use crate::syntax::ast::Name;
use smol_str::SmolStr;
use std::collections::HashMap;

/// How deep a document may nest: real ones stay below 40, and the phases behind it walk recursively.
const DEEPEST: usize = 96;

/// How many values a document may have after its aliases are replaced, so that no alias bomb goes off.
const MOST_VALUES: usize = 1_000_000;

#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    pub kind: ValueKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ValueKind {
    Null,
    Bool(bool),
    /// As written.
    Number(SmolStr),
    Text(String),
    List(Vec<Value>),
    /// In the order of the file; of doubled keys the last one is kept.
    Object(Vec<Member>),
}

/// `"key": value`
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub key: Name,
    pub value: Value,
}

/// Something about the text itself that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    pub kind: TroubleKind,
    pub span: Span,
    /// One clause, as a finding's message.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    /// Nothing behind this place was read.
    Unreadable,
    DoubledKey,
}

/// What was read: a YAML file may hold several documents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    pub roots: Vec<Value>,
    pub troubles: Vec<Trouble>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Json,
    /// With comments and trailing commas.
    JsonWithComments,
    Yaml,
}

/// Where the text that is read stands in its file.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// It is the part of the file that begins at this byte.
    At(usize),
    /// It was taken out of a string with escapes: everything in it stands at this span.
    Inside(Span),
}

/// The dialect that a file's name promises.
pub fn dialect(path: &str) -> Option<Dialect> {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    match extension.as_str() {
        "json" | "asl" | "template" => Some(Dialect::Json),
        "json5" | "jsonc" => Some(Dialect::JsonWithComments),
        "yaml" | "yml" => Some(Dialect::Yaml),
        _ => None,
    }
}

/// Reads a whole file.
pub fn read(file: FileId, text: &str, dialect: Dialect) -> Document {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    read_part(file, body, Place::At(text.len() - body.len()), dialect)
}

/// Reads a document that stands within a file, as one machine in a template.
pub fn read_part(file: FileId, text: &str, place: Place, dialect: Dialect) -> Document {
    match dialect {
        Dialect::Json | Dialect::JsonWithComments => json::read(file, text, place, dialect),
        Dialect::Yaml => yaml::read(file, text, place),
    }
}

impl Place {
    fn span(self, file: FileId, start: usize, end: usize) -> Span {
        match self {
            Place::At(base) => Span::new(file, base + start, base + end),
            Place::Inside(span) => span,
        }
    }
}

impl Value {
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn list(&self) -> Option<&[Value]> {
        match &self.kind {
            ValueKind::List(values) => Some(values),
            _ => None,
        }
    }

    pub fn object(&self) -> Option<&[Member]> {
        match &self.kind {
            ValueKind::Object(members) => Some(members),
            _ => None,
        }
    }

    pub fn bool(&self) -> Option<bool> {
        match &self.kind {
            ValueKind::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub fn number(&self) -> Option<f64> {
        match &self.kind {
            ValueKind::Number(digits) => digits.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// The member of an object; nothing of anything else.
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.object()?.iter().find(|member| member.key.text == key)
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.member(key).map(|member| &member.value)
    }

    /// The value at the end of several keys.
    pub fn path(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }
}

/// The members of an object while it is read.
#[derive(Default)]
struct Members {
    list: Vec<Member>,
    /// Where each key stands in the list: an object may have very many.
    places: HashMap<SmolStr, usize>,
}

impl Members {
    /// The last of two members with the same key wins, and that is told.
    fn insert(&mut self, key: Name, value: Value, troubles: &mut Vec<Trouble>) {
        if let Some(&place) = self.places.get(&key.text) {
            let message = format!("`{}` is written twice", key.text);
            troubles.push(Trouble { kind: TroubleKind::DoubledKey, span: key.span, message });
            self.list[place] = Member { key, value };
            return;
        }
        self.places.insert(key.text.clone(), self.list.len());
        self.list.push(Member { key, value });
    }

    /// What a merge key brings: it gives way to what the object says itself.
    fn merge(&mut self, member: Member) {
        if !self.places.contains_key(&member.key.text) {
            self.insert(member.key, member.value, &mut Vec::new());
        }
    }
}

#[cfg(test)]
mod tests;
