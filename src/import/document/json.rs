//! JSON to [`Document`], strictly or with comments and trailing commas.

use super::{DEEPEST, Dialect, Document, Members, Place, Trouble, TroubleKind, Value, ValueKind};
use crate::source::FileId;
use crate::syntax::ast::Name;
use jsonc_parser::ast;
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use smol_str::SmolStr;

pub(super) fn read(file: FileId, text: &str, place: Place, dialect: Dialect) -> Document {
    let mut reader = Reader { file, text, place, troubles: Vec::new() };
    if let Some(at) = too_deep(text) {
        reader.unreadable(at, at + 1, format!("this nests more than {DEEPEST} levels deep"));
        return Document { roots: Vec::new(), troubles: reader.troubles };
    }
    let loose = dialect == Dialect::JsonWithComments;
    let options = ParseOptions {
        allow_comments: loose,
        allow_loose_object_property_names: loose,
        allow_trailing_commas: loose,
        allow_missing_commas: false,
        allow_single_quoted_strings: loose,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: loose,
    };
    let mut roots = Vec::new();
    let filled;
    let mut parsed = parse_to_ast(text, &CollectOptions::default(), &options);
    if parsed.is_err()
        && let Some(text) = with_placeholders_quoted(text)
    {
        filled = text;
        parsed = parse_to_ast(&filled, &CollectOptions::default(), &options).or(parsed);
    }
    match parsed {
        Ok(parsed) => match &parsed.value {
            Some(value) => roots.push(reader.value(value)),
            None => reader.unreadable(0, 0, "the file is empty".to_owned()),
        },
        Err(error) => {
            let Range { start, end } = error.range();
            reader.unreadable(start, end, in_our_words(&error.kind().to_string()));
        }
    }
    Document { roots, troubles: reader.troubles }
}

/// Where the brackets nest too deep, if they do. The parser recurses, so it must not see that.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if depth > DEEPEST {
                    return Some(at);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                while let Some((_, byte)) = bytes.next() {
                    match byte {
                        b'\\' => drop(bytes.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    None
}

/// A text in which `${…}` stands in place of a value, as templates have it, with `"%…%"` there
/// instead: as long, so that all places stay what they are.
fn with_placeholders_quoted(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    let mut is_in_string = false;
    let mut is_changed = false;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if is_in_string => at += 1,
            b'"' => is_in_string = !is_in_string,
            b'$' if !is_in_string && bytes.get(at + 1) == Some(&b'{') => {
                let length = bytes[at..].iter().position(|byte| *byte == b'}')?;
                let inside = at + 2..at + length;
                if inside.is_empty() || bytes[inside].iter().any(|byte| matches!(byte, b'"' | b'\\' | b'\n'))
                {
                    return None;
                }
                let end = at + length;
                (bytes[at], bytes[at + 1], bytes[end - 1], bytes[end]) = (b'"', b'%', b'%', b'"');
                is_changed = true;
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    // A letter of several bytes may have lost its last one.
    if is_changed { String::from_utf8(bytes).ok() } else { None }
}

/// The parser writes sentences with capitals.
fn in_our_words(message: &str) -> String {
    let message = message.trim_end_matches('.');
    let mut letters = message.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

struct Reader<'t> {
    file: FileId,
    text: &'t str,
    place: Place,
    troubles: Vec<Trouble>,
}

impl Reader<'_> {
    fn unreadable(&mut self, start: usize, end: usize, message: String) {
        let start = start.min(self.text.len());
        let end = end.clamp(start, self.text.len());
        let span = self.place.span(self.file, start, end);
        self.troubles.push(Trouble { kind: TroubleKind::Unreadable, span, message });
    }

    fn value(&mut self, value: &ast::Value) -> Value {
        let kind = match value {
            ast::Value::NullKeyword(_) => ValueKind::Null,
            ast::Value::BooleanLit(literal) => ValueKind::Bool(literal.value),
            ast::Value::NumberLit(literal) => ValueKind::Number(literal.value.into()),
            ast::Value::StringLit(literal) => ValueKind::Text(literal.value.to_string()),
            ast::Value::Array(array) => {
                ValueKind::List(array.elements.iter().map(|element| self.value(element)).collect())
            }
            ast::Value::Object(object) => {
                let mut members = Members::default();
                for property in &object.properties {
                    let key = match &property.name {
                        ast::ObjectPropName::String(name) => SmolStr::from(name.value.as_ref()),
                        ast::ObjectPropName::Word(name) => name.value.into(),
                    };
                    let key = Name { text: key, span: self.span(property.name.range()) };
                    let value = self.value(&property.value);
                    members.insert(key, value, &mut self.troubles);
                }
                ValueKind::Object(members.list)
            }
        };
        Value { kind, span: self.span(value.range()) }
    }

    fn span(&self, range: Range) -> crate::source::Span {
        self.place.span(self.file, range.start, range.end)
    }
}
