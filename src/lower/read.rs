//! Fields that are read from a value, one behind the other.

use super::body::{Body, names};
use super::need::missing;
use super::presence::key;
use super::rules::MISSING_FIELD;
use super::{types, unknown};
use crate::finding::suggest;
use crate::model::{Expr, ExprKind, Type};
use crate::source::Span;
use crate::syntax::ast::Name;

/// Reads `fields` one after the other from something of type `ty`.
pub(super) fn read(
    cx: &mut Body,
    head: &Name,
    mut ty: Type,
    fields: &[Name],
    span: Span,
    kind: impl FnOnce(Vec<crate::model::Name>) -> ExprKind,
) -> Expr {
    let kind = kind(names(fields));
    let mut at = head.span;
    for (depth, field) in fields.iter().enumerate() {
        let last = depth + 1 == fields.len();
        if let Type::Optional(inner) = &ty {
            let inner = (**inner).clone();
            let so_far = Expr { kind: cut(&kind, fields.len() - depth), ty, span: at };
            missing(cx, &so_far);
            ty = inner;
            if !cx.is_imported() {
                return Expr { kind, ty: Type::Any, span };
            }
        }
        if let (Type::List(_), true, "count") = (&ty, last, field.text.as_str()) {
            let list = Expr { kind: cut(&kind, 1), ty, span: at };
            return Expr { kind: ExprKind::Count(Box::new(list)), ty: Type::Int, span };
        }
        let Some(next) = types::field(&cx.sys.model, &ty, &field.text) else {
            no_field(cx, &ty, head, field, depth);
            return Expr { kind, ty: Type::Any, span };
        };
        ty = next;
        at = Span { start: head.span.start, ..field.span };
        let here = || cut(&kind, fields.len() - depth - 1);
        if cx.flow.has_tested() && key(&here()).is_some_and(|key| cx.flow.is_present(&key)) {
            ty = types::present(&ty).clone();
        }
    }
    Expr { kind, ty, span }
}

/// The path without its last `n` fields.
fn cut(kind: &ExprKind, n: usize) -> ExprKind {
    let mut kind = kind.clone();
    match &mut kind {
        ExprKind::Value { fields, .. }
        | ExprKind::Event { fields, .. }
        | ExprKind::Failure { fields, .. }
        | ExprKind::Reply { fields }
        | ExprKind::Request { fields } => fields.truncate(fields.len().saturating_sub(n)),
        _ => {}
    }
    kind
}

fn no_field(cx: &mut Body, ty: &Type, head: &Name, field: &Name, depth: usize) {
    let known = types::field_names(&cx.sys.model, ty);
    let owner = match ty {
        Type::Fields(_) if depth == 0 => format!("`{}`", head.text),
        Type::Nothing => "something without a value".into(),
        ty => format!("`{}`", types::print(&cx.sys.model, ty)),
    };
    let mut finding = MISSING_FIELD
        .at(field.span, "no such field")
        .message(format!("{owner} has no field `{}`", field.text))
        .entity(field.text.as_str());
    if let Type::Declared(id) = ty {
        finding = finding.label(cx.sys.model.types[*id].name.span, "the type is declared here");
    }
    finding = match suggest::nearest(&field.text, known.iter().map(String::as_str)) {
        Some(nearest) => finding.help(format!("did you mean `{nearest}`?")),
        None if known.is_empty() => finding.help("it has no fields at all"),
        None => finding.help(format!("it has {}", unknown::listed(&known))),
    };
    cx.report_typed(finding);
}
