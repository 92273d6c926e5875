//! Text of the source that is carried over, with the names in it that are called otherwise now.

use crate::model::{Expr, ExprKind, Field, Model, Type};
use crate::source::Span;

/// `span` as it is written, with some pieces in it replaced.
pub(super) fn replaced(text: &str, span: Span, mut pieces: Vec<(Span, String)>) -> String {
    pieces.retain(|(piece, _)| span.contains(*piece));
    pieces.sort_by_key(|(piece, _)| (piece.start, piece.end));
    let mut out = String::new();
    let mut at = span.start;
    for (piece, new) in pieces {
        if piece.start < at {
            continue;
        }
        out += slice(text, span, at, piece.start);
        out += &new;
        at = piece.end;
    }
    out += slice(text, span, at, span.end);
    out
}

fn slice(text: &str, whole: Span, start: u32, end: u32) -> &str {
    text.get((start - whole.start) as usize..(end.max(start) - whole.start) as usize).unwrap_or_default()
}

/// The expressions in one that read something, outermost first.
pub(super) fn readings(expr: &Expr) -> Vec<&Expr> {
    let reads = |expr: &&Expr| matches!(expr.kind, ExprKind::Value { .. } | ExprKind::Event { .. });
    expr.with_parts().into_iter().filter(reads).collect()
}

/// A name as it has to be written.
pub(super) fn written(name: &str) -> String {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.bytes().next().is_none_or(|first| first.is_ascii_digit());
    if is_plain { name.to_string() } else { format!("`{name}`") }
}

/// A type as it is written; `None` for what has no name.
pub(super) fn type_text(model: &Model, ty: &Type) -> Option<String> {
    Some(match ty {
        Type::Any => "any".to_string(),
        Type::String => "string".to_string(),
        Type::Int => "int".to_string(),
        Type::Decimal => "decimal".to_string(),
        Type::Bool => "bool".to_string(),
        Type::Date => "date".to_string(),
        Type::Time => "time".to_string(),
        Type::Duration => "duration".to_string(),
        Type::Declared(id) => written(&model.types[*id].name.text),
        Type::Service(id) => written(&model.services[*id].name.text),
        Type::List(inner) => format!("list of {}", type_text(model, inner)?),
        Type::Optional(inner) => match **inner {
            Type::List(_) | Type::Optional(_) => return None,
            _ => format!("{}?", type_text(model, inner)?),
        },
        Type::Percent | Type::Nothing | Type::Fields(_) => return None,
    })
}

pub(super) fn field_text(model: &Model, field: &Field) -> String {
    let ty = type_text(model, &field.ty).unwrap_or_else(|| "any".to_string());
    format!("{}: {ty}", written(&field.name.text))
}
