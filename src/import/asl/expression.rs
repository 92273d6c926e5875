//! Values of a machine to expressions: simple paths and literals are understood, the rest is carried.

use super::machine::QueryLanguage;
use crate::import::document::{Value, ValueKind};
use crate::source::Span;
use crate::syntax::ast::{Duration, Expr, ExprKind, Name};
use smol_str::{SmolStr, format_smolstr};

/// The name of a workflow's only parameter: the document that the machine works on.
pub const INPUT: &str = "input";

/// Counts what is carried over unread.
#[derive(Debug, Default)]
pub struct Foreign {
    pub places: Vec<Span>,
}

impl Foreign {
    /// An expression of another language, whose place is remembered.
    pub fn expression(&mut self, language: &str, code: &str, span: Span) -> Expr {
        self.places.push(span);
        foreign(language, code, span)
    }

    /// A path of JSONPath: `$.a.b`.
    pub fn path(&mut self, path: &str, span: Span) -> Expr {
        match simple_path(path, "$") {
            Some(names) => input_path(&names, span),
            None => self.expression("jsonpath", path, span),
        }
    }

    /// What a field holds: a literal, or an expression in the state's language.
    pub fn value(&mut self, value: &Value, language: QueryLanguage) -> Expr {
        match (&value.kind, language) {
            (ValueKind::Text(text), QueryLanguage::Jsonata) => match jsonata(text) {
                Some(code) => self.jsonata(code, value.span),
                None => text_expr(text, value.span),
            },
            (ValueKind::Text(text), QueryLanguage::JsonPath) => text_expr(text, value.span),
            (ValueKind::Null, _) => Expr { kind: ExprKind::None, span: value.span },
            (ValueKind::Bool(flag), _) => Expr { kind: ExprKind::Bool(*flag), span: value.span },
            (ValueKind::Number(digits), _) => number(digits, value.span),
            (ValueKind::List(_) | ValueKind::Object(_), _) => self.template(value),
        }
    }

    pub fn jsonata(&mut self, code: &str, span: Span) -> Expr {
        match simple_path(code, "$states.input") {
            Some(names) => input_path(&names, span),
            None => self.expression("jsonata", code, span),
        }
    }

    /// What a call is given. A whole template is data in which some places are computed.
    pub fn template(&mut self, value: &Value) -> Expr {
        if is_computed(value) {
            self.places.push(value.span);
        }
        foreign("asl", &compact(value), value.span)
    }
}

fn foreign(language: &str, code: &str, span: Span) -> Expr {
    let language = Name { text: language.into(), span };
    Expr { kind: ExprKind::Foreign { language, code: Name { text: code.into(), span } }, span }
}

/// The code within `{% … %}`.
pub fn jsonata(text: &str) -> Option<&str> {
    Some(text.trim().strip_prefix("{%")?.strip_suffix("%}")?.trim())
}

/// Whether anything in it is computed when the machine runs.
fn is_computed(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Object(members) => {
            members.iter().any(|member| member.key.text.ends_with(".$") || is_computed(&member.value))
        }
        ValueKind::List(values) => values.iter().any(is_computed),
        ValueKind::Text(text) => jsonata(text).is_some(),
        ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) => false,
    }
}

/// The value as JSON on one line, shortened where it is very long.
fn compact(value: &Value) -> String {
    const LONGEST: usize = 400;
    let mut out = String::new();
    write(value, &mut out, LONGEST);
    if out.len() > LONGEST {
        let mut end = LONGEST;
        while !out.is_char_boundary(end) {
            end -= 1;
        }
        out.truncate(end);
        out.push('…');
    }
    out
}

fn write(value: &Value, out: &mut String, limit: usize) {
    if out.len() > limit {
        return;
    }
    match &value.kind {
        ValueKind::Null => out.push_str("null"),
        ValueKind::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        ValueKind::Number(digits) => out.push_str(digits),
        ValueKind::Text(text) => out.push_str(&quoted(text)),
        ValueKind::List(values) => {
            out.push('[');
            for (at, value) in values.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                write(value, out, limit);
            }
            out.push(']');
        }
        ValueKind::Object(members) => {
            out.push('{');
            for (at, member) in members.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                out.push_str(&quoted(&member.key.text));
                out.push_str(": ");
                write(&member.value, out, limit);
            }
            out.push('}');
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// `$.a.b` as its names; nothing where it filters, indexes or computes.
pub fn simple_path(path: &str, root: &str) -> Option<Vec<SmolStr>> {
    let rest = path.trim().strip_prefix(root)?;
    if rest.is_empty() {
        return Some(Vec::new());
    }
    rest.strip_prefix('.')?.split('.').map(|part| is_name(part).then(|| part.into())).collect()
}

fn is_name(part: &str) -> bool {
    part.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && part.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '-')
}

pub fn input_path(names: &[SmolStr], span: Span) -> Expr {
    let input = Name { text: INPUT.into(), span };
    let rest = names.iter().map(|text| Name { text: text.clone(), span });
    Expr { kind: ExprKind::Path(std::iter::once(input).chain(rest).collect()), span }
}

pub fn text_expr(text: &str, span: Span) -> Expr {
    Expr { kind: ExprKind::Text(text.to_owned()), span }
}

pub fn number(digits: &str, span: Span) -> Expr {
    match digits.strip_prefix('-') {
        Some(digits) => Expr { kind: ExprKind::Negative(Box::new(number(digits, span))), span },
        None => Expr { kind: ExprKind::Number(digits.into()), span },
    }
}

/// So many seconds, as people write them.
pub fn seconds(n: f64, span: Span) -> Duration {
    let whole = n.clamp(0.0, 1e12) as u64;
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let unit =
        units.iter().find(|(size, _)| whole > 0 && whole.is_multiple_of(*size)).copied().unwrap_or((1, "s"));
    let text = format_smolstr!("{}{}", whole / unit.0, unit.1);
    Duration { milliseconds: whole * 1_000, text, span }
}
