//! YAML to [`Document`]: anchors and merge keys are resolved, and the short forms of a template's
//! functions (`!Sub x`) become the long ones (`{"Fn::Sub": x}`).

use super::{DEEPEST, Document, MOST_VALUES, Member, Members, Place, Trouble, TroubleKind, Value, ValueKind};
use crate::source::{FileId, Span};
use crate::syntax::ast::Name;
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use smol_str::SmolStr;
use std::collections::HashMap;

pub(super) fn read(file: FileId, text: &str, place: Place) -> Document {
    let mut builder = Builder {
        file,
        place,
        offsets: Offsets::new(text),
        open: Vec::new(),
        anchors: HashMap::new(),
        n_values: 0,
        document: Document::default(),
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        let outcome = match next {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, span)) => {
                let span = builder.span(span.start.index(), span.end.index());
                builder.event(event, span)
            }
            Err(error) => {
                let at = error.marker().index();
                Err((builder.span(at, at), error.info().to_owned()))
            }
        };
        if let Err((span, message)) = outcome {
            builder.document.troubles.push(Trouble { kind: TroubleKind::Unreadable, span, message });
            break;
        }
    }
    builder.document
}

/// A list or object that is being filled.
struct Open {
    start: Span,
    anchor: usize,
    tag: Option<Tag>,
    /// How many values there were before it.
    before: usize,
    content: Content,
}

enum Content {
    List(Vec<Value>),
    Object { members: Members, key: Option<Value> },
}

struct Builder {
    file: FileId,
    place: Place,
    offsets: Offsets,
    open: Vec<Open>,
    /// With how many values each holds.
    anchors: HashMap<usize, (Value, usize)>,
    n_values: usize,
    document: Document,
}

type Outcome = Result<(), (Span, String)>;

impl Builder {
    fn event(&mut self, event: Event, span: Span) -> Outcome {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map(|tag| tag.into_owned());
                let kind = scalar(&text, style, tag.as_ref());
                self.finish(Value { kind, span }, anchor, tag, 0)
            }
            Event::Alias(anchor) => {
                let (value, n_values) =
                    self.anchors.get(&anchor).cloned().unwrap_or((Value { kind: ValueKind::Null, span }, 1));
                // An alias to something that holds aliases may double with each line.
                self.n_values += n_values;
                self.place_value(value)
            }
            Event::SequenceStart(anchor, tag) => {
                self.start(span, anchor, tag.map(|tag| tag.into_owned()), Content::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let content = Content::Object { members: Members::default(), key: None };
                self.start(span, anchor, tag.map(|tag| tag.into_owned()), content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn start(&mut self, start: Span, anchor: usize, tag: Option<Tag>, content: Content) -> Outcome {
        if self.open.len() >= DEEPEST {
            return Err((start, format!("this nests more than {DEEPEST} levels deep")));
        }
        self.open.push(Open { start, anchor, tag, before: self.n_values, content });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Outcome {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let kind = match open.content {
            Content::List(values) => ValueKind::List(values),
            Content::Object { members, .. } => ValueKind::Object(members.list),
        };
        let value = Value { kind, span: open.start.to(span) };
        self.finish(value, open.anchor, open.tag, self.n_values - open.before)
    }

    fn finish(&mut self, value: Value, anchor: usize, tag: Option<Tag>, n_inside: usize) -> Outcome {
        self.n_values += 1;
        let value = match tag.as_ref().and_then(function) {
            Some(name) => {
                let key = Name { text: name, span: value.span.head() };
                let span = value.span;
                Value { kind: ValueKind::Object(vec![Member { key, value }]), span }
            }
            None => value,
        };
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), n_inside + 1));
        }
        self.place_value(value)
    }

    /// Puts a finished value where it belongs: into what is open, or at the root.
    fn place_value(&mut self, value: Value) -> Outcome {
        if self.n_values > MOST_VALUES {
            return Err((value.span, format!("this holds more than {MOST_VALUES} values")));
        }
        let Some(open) = self.open.last_mut() else {
            self.document.roots.push(value);
            return Ok(());
        };
        match &mut open.content {
            Content::List(values) => values.push(value),
            Content::Object { members, key } => match key.take() {
                None => *key = Some(value),
                Some(name) => {
                    let text = key_text(&name);
                    if text == "<<" {
                        merge(members, value);
                    } else {
                        let key = Name { text, span: name.span };
                        members.insert(key, value, &mut self.document.troubles);
                    }
                }
            },
        }
        Ok(())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let start = self.offsets.byte(start);
        self.place.span(self.file, start, self.offsets.byte(end).max(start))
    }
}

/// `<<: *defaults` gives what the object does not say itself.
fn merge(members: &mut Members, value: Value) {
    match value.kind {
        ValueKind::Object(merged) => {
            merged.into_iter().for_each(|member| members.merge(member));
        }
        ValueKind::List(values) => values.into_iter().for_each(|value| merge(members, value)),
        ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::Text(_) => {}
    }
}

fn key_text(key: &Value) -> SmolStr {
    match &key.kind {
        ValueKind::Null => "null".into(),
        ValueKind::Bool(value) => if *value { "true" } else { "false" }.into(),
        ValueKind::Number(digits) => digits.clone(),
        ValueKind::Text(text) => text.as_str().into(),
        ValueKind::List(_) | ValueKind::Object(_) => "?".into(),
    }
}

/// The long form of a template's function: `!GetAtt` is `Fn::GetAtt`.
fn function(tag: &Tag) -> Option<SmolStr> {
    if tag.handle != "!" || tag.suffix.is_empty() {
        return None;
    }
    Some(match tag.suffix.as_str() {
        "Ref" | "Condition" => tag.suffix.as_str().into(),
        other => format!("Fn::{other}").into(),
    })
}

/// What a scalar means by the core schema.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> ValueKind {
    let is_text = style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str");
    if is_text {
        return ValueKind::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => ValueKind::Null,
        "true" | "True" | "TRUE" => ValueKind::Bool(true),
        "false" | "False" | "FALSE" => ValueKind::Bool(false),
        _ if is_number(text) => ValueKind::Number(text.into()),
        _ => ValueKind::Text(text.to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_digit() || "-+.".contains(letter))
        && text.ends_with(|letter: char| letter.is_ascii_digit() || letter == '.')
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// The parser counts characters, spans count bytes.
enum Offsets {
    Ascii { length: usize },
    Table(Vec<u32>),
}

impl Offsets {
    fn new(text: &str) -> Offsets {
        if text.is_ascii() {
            return Offsets::Ascii { length: text.len() };
        }
        let starts = text.char_indices().map(|(at, _)| at as u32);
        Offsets::Table(starts.chain([text.len() as u32]).collect())
    }

    fn byte(&self, character: usize) -> usize {
        match self {
            Offsets::Ascii { length } => character.min(*length),
            Offsets::Table(starts) => starts.get(character).or(starts.last()).copied().unwrap_or(0) as usize,
        }
    }
}
