//! Serde over a document whose values know their places: whatever is wrong in a configuration is told
//! where it stands, and an unknown key spoils nothing but itself.

use super::mistake::Mistake;
use super::spanned;
use crate::finding::suggest;
use crate::import::document::{self, Dialect, Member, Value, ValueKind};
use crate::source::{FileId, Span};
use serde::de::value::StrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, IntoDeserializer, Visitor};
use std::cell::RefCell;
use std::fmt;

/// Reads a file as `T`. Where there are mistakes, `T` is what could be read beside them.
pub fn read<T: for<'de> Deserialize<'de> + Default>(file: FileId, text: &str) -> (T, Vec<Mistake>) {
    let document = document::read(file, text, Dialect::Yaml);
    let mut mistakes: Vec<Mistake> =
        document.troubles.into_iter().map(|trouble| Mistake::new(trouble.span, trouble.message)).collect();
    if let Some(second) = document.roots.get(1) {
        mistakes.push(Mistake::new(second.span, "a second document, where only one is read"));
    }
    let Some(root) = document.roots.first() else { return (T::default(), mistakes) };
    let unknown = RefCell::new(Vec::new());
    let read = T::deserialize(At { value: root, unknown: &unknown });
    mistakes.extend(unknown.into_inner());
    let value = read.unwrap_or_else(|failure| {
        mistakes.push(failure.at(root.span).mistake());
        T::default()
    });
    mistakes.sort_by_key(|mistake| mistake.span);
    (value, mistakes)
}

/// One value that is being read.
#[derive(Clone, Copy)]
struct At<'a> {
    value: &'a Value,
    unknown: &'a RefCell<Vec<Mistake>>,
}

/// What kept a value from being what it should be; its place is filled in by the innermost value.
#[derive(Debug)]
struct Failure {
    message: String,
    help: Option<String>,
    span: Option<Span>,
}

impl Failure {
    fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), help: None, span: None }
    }

    fn at(mut self, span: Span) -> Failure {
        self.span.get_or_insert(span);
        self
    }

    fn mistake(self) -> Mistake {
        let span = self.span.unwrap_or(Span::new(FileId(0), 0, 0));
        Mistake { span, message: self.message, help: self.help }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<T: fmt::Display>(what: T) -> Failure {
        Failure::new(what.to_string())
    }

    fn missing_field(field: &'static str) -> Failure {
        Failure::new(format!("`{field}` is missing here"))
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Failure {
        let message = format!("`{word}` is not known here");
        Failure { help: Some(instead(word, known)), ..Failure::new(message) }
    }
}

/// The name that was meant, or those there are.
fn instead(word: &str, known: &[&str]) -> String {
    if let Some(near) = suggest::nearest(word, known.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    match &names[..] {
        [only] => format!("there is only {only}"),
        _ => format!("there are {}", names.join(", ")),
    }
}

impl<'a> At<'a> {
    fn wanted(self, what: &str) -> Failure {
        let found = match &self.value.kind {
            ValueKind::Null => "nothing",
            ValueKind::Bool(_) => "a yes or no",
            ValueKind::Number(_) => "a number",
            ValueKind::Text(_) => "a text",
            ValueKind::List(_) => "a list",
            ValueKind::Object(_) => "a mapping",
        };
        Failure::new(format!("{what} is wanted here, not {found}")).at(self.value.span)
    }

    fn inside(self, value: &'a Value) -> At<'a> {
        At { value, unknown: self.unknown }
    }

    /// What an object holds; nothing written means an empty one.
    fn members(self) -> Result<&'a [Member], Failure> {
        match &self.value.kind {
            ValueKind::Object(members) => Ok(members),
            ValueKind::Null => Ok(&[]),
            _ => Err(self.wanted("a mapping of keys to values")),
        }
    }

    fn text(self, what: &str) -> Result<&'a str, Failure> {
        match &self.value.kind {
            ValueKind::Text(text) => Ok(text),
            ValueKind::Number(digits) => Ok(digits.as_str()),
            _ => Err(self.wanted(what)),
        }
    }

    fn known(self, members: &'a [Member], known: &'static [&'static str]) -> Vec<&'a Member> {
        let (found, unknown): (Vec<_>, Vec<_>) =
            members.iter().partition(|member| known.contains(&member.key.text.as_str()));
        for member in unknown {
            let key = member.key.text.as_str();
            let message = format!("unknown key `{key}`");
            let help = Some(instead(key, known));
            self.unknown.borrow_mut().push(Mistake { span: member.key.span, message, help });
        }
        found
    }
}

impl<'de> de::Deserializer<'de> for At<'_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.value.kind {
            ValueKind::Null => visitor.visit_unit(),
            ValueKind::Bool(value) => visitor.visit_bool(*value),
            ValueKind::Number(_) => self.deserialize_u64(visitor),
            ValueKind::Text(text) => visitor.visit_str(text),
            ValueKind::List(_) => self.deserialize_seq(visitor),
            ValueKind::Object(_) => self.deserialize_map(visitor),
        }
        .map_err(|failure| failure.at(self.value.span))
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let number = match &self.value.kind {
            ValueKind::Number(digits) => digits.parse().ok(),
            _ => None,
        };
        let number: u64 = number.ok_or_else(|| self.wanted("a whole number"))?;
        visitor.visit_u64(number).map_err(|failure: Failure| failure.at(self.value.span))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_str(self.text("a text")?).map_err(|failure: Failure| failure.at(self.value.span))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.value.kind {
            ValueKind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    /// A single value stands for a list of one.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let values = match &self.value.kind {
            ValueKind::List(values) => values.as_slice(),
            ValueKind::Null => &[],
            _ => std::slice::from_ref(self.value),
        };
        visitor.visit_seq(Items { rest: values.iter(), at: self })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let members = self.members()?;
        visitor.visit_map(Entries {
            rest: members.iter().collect::<Vec<_>>().into_iter(),
            value: None,
            at: self,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        if name == spanned::NAME {
            return visitor.visit_seq(Placed { step: 0, span: self.value.span, at: Some(self) });
        }
        let members = self.known(self.members()?, fields);
        visitor
            .visit_map(Entries { rest: members.into_iter(), value: None, at: self })
            .map_err(|failure| failure.at(self.value.span))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let word = match &self.value.kind {
            // Who writes `off` may have a reader of YAML 1.1 in mind, where that is a no.
            ValueKind::Bool(false) if variants.contains(&"off") => "off",
            _ => self.text("a word")?,
        };
        let word: StrDeserializer<Failure> = word.into_deserializer();
        visitor.visit_enum(word).map_err(|failure| failure.at(self.value.span))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
        tuple_struct identifier
    }
}

struct Items<'a> {
    rest: std::slice::Iter<'a, Value>,
    at: At<'a>,
}

impl<'de> de::SeqAccess<'de> for Items<'_> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Failure> {
        self.rest.next().map(|value| seed.deserialize(self.at.inside(value))).transpose()
    }
}

struct Entries<'a> {
    rest: std::vec::IntoIter<&'a Member>,
    value: Option<&'a Value>,
    at: At<'a>,
}

impl<'de> de::MapAccess<'de> for Entries<'_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failure> {
        let Some(member) = self.rest.next() else { return Ok(None) };
        self.value = Some(&member.value);
        let key =
            Value { kind: ValueKind::Text(member.key.text.as_str().to_string()), span: member.key.span };
        seed.deserialize(At { value: &key, unknown: self.at.unknown }).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Failure> {
        let value = self.value.take().expect("serde asks for a key before its value");
        seed.deserialize(self.at.inside(value))
    }
}

/// File, start and end of a value, and then the value itself.
struct Placed<'a> {
    step: u8,
    span: Span,
    at: Option<At<'a>>,
}

impl<'de> de::SeqAccess<'de> for Placed<'_> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Failure> {
        let number = match self.step {
            0 => self.span.file.0,
            1 => self.span.start,
            2 => self.span.end,
            _ => return self.at.take().map(|at| seed.deserialize(at)).transpose(),
        };
        self.step += 1;
        seed.deserialize(number.into_deserializer()).map(Some)
    }
}
