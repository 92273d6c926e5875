//! Expressions: every name resolved, everything typed. What was reported once is `any` from there on.

use super::argument;
use super::body::{Body, MAX_DEPTH};
use super::need::{need, refuse};
use super::operator::binary;
use super::path;
use super::presence::present_if;
use super::rules::MISPLACED_ENTRY;
use super::system::Known;
use super::types::either;
use super::unknown::Search;
use crate::model::{Expr, ExprKind, Literal, Type, TypeKind};
use crate::source::Span;
use crate::syntax::ast;

pub(super) fn bad(span: Span) -> Expr {
    Expr { kind: ExprKind::Bad, ty: Type::Any, span }
}

pub(super) fn expr(cx: &mut Body, written: &ast::Expr) -> Expr {
    if !cx.enter(written.span) {
        return bad(written.span);
    }
    let lowered = inner(cx, written);
    cx.leave();
    lowered
}

fn inner(cx: &mut Body, written: &ast::Expr) -> Expr {
    use ast::ExprKind as Written;
    let span = written.span;
    let (kind, ty) = match &written.kind {
        Written::Number(digits) => {
            let ty = if digits.contains('.') { Type::Decimal } else { Type::Int };
            (ExprKind::Literal(Literal::Number(digits.clone())), ty)
        }
        Written::Percent(digits) => {
            let digits = digits.trim_end_matches('%').into();
            (ExprKind::Literal(Literal::Percent(digits)), Type::Percent)
        }
        Written::Duration(duration) => {
            (ExprKind::Literal(Literal::Duration(duration.milliseconds)), Type::Duration)
        }
        Written::Date(date) => (ExprKind::Literal(Literal::Date(date.clone())), Type::Date),
        Written::Text(text) => (ExprKind::Literal(Literal::Text(text.clone())), Type::String),
        Written::Bool(value) => (ExprKind::Literal(Literal::Bool(*value)), Type::Bool),
        Written::None => (ExprKind::Literal(Literal::None), Type::Nothing),
        Written::Now => (ExprKind::Literal(Literal::Now), Type::Time),
        Written::Round => (ExprKind::Literal(Literal::Round), Type::Int),
        Written::Path(parts) => return path::path(cx, parts, span),
        Written::Make(parts, arguments) => return make(cx, parts, arguments, span),
        Written::List(items) => {
            let items: Vec<Expr> = items.iter().map(|item| expr(cx, item)).collect();
            let inner = items.iter().map(|item| item.ty.clone()).reduce(either).unwrap_or(Type::Nothing);
            (ExprKind::List(items), Type::List(Box::new(inner)))
        }
        Written::Group(inner) => return Expr { span, ..expr(cx, inner) },
        Written::Not(inner) => {
            let inner = condition(cx, inner);
            (ExprKind::Not(Box::new(inner)), Type::Bool)
        }
        Written::Negative(inner) => {
            let inner = expr(cx, inner);
            let ty = match inner.ty {
                Type::Int | Type::Decimal | Type::Duration | Type::Percent | Type::Any => inner.ty.clone(),
                _ => refuse(cx, &inner, "a number or duration"),
            };
            (ExprKind::Negative(Box::new(inner)), ty)
        }
        Written::Binary(..) => return chain(cx, written),
        Written::Foreign { language, code } => {
            (ExprKind::Foreign { language: language.text.clone(), code: code.text.clone() }, Type::Any)
        }
        Written::Bad => (ExprKind::Bad, Type::Any),
    };
    Expr { kind, ty, span }
}

/// `a + b + c` leans to the left: it is read in a loop, so that a long one needs no deep stack.
fn chain(cx: &mut Body, written: &ast::Expr) -> Expr {
    let mut rest = written;
    let mut links = Vec::new();
    while let ast::ExprKind::Binary(left, operator, right) = &rest.kind {
        links.push((*operator, &**right, rest.span));
        rest = left;
    }
    if cx.depth + links.len() > MAX_DEPTH {
        let finding = MISPLACED_ENTRY
            .at(written.span, "too long to be followed")
            .message(format!("more than {MAX_DEPTH} operators stand in one row"))
            .help("name parts of it with `let`");
        cx.report(finding);
        return bad(written.span);
    }
    // What is built leans to the left just as deeply, and others will walk it.
    let n_links = links.len();
    cx.depth += n_links;
    let mut left = expr(cx, rest);
    for (operator, right, span) in links.into_iter().rev() {
        let here = cx.flow.clone();
        // The right side of `and` is looked at only when the left one holds, that of `or` only when not.
        match operator {
            ast::Operator::And => cx.flow.add_present(present_if(&left, true)),
            ast::Operator::Or => cx.flow.add_present(present_if(&left, false)),
            _ => {}
        }
        let right = expr(cx, right);
        cx.flow = here;
        left = binary(cx, left, operator, right, span);
    }
    cx.depth -= n_links;
    left
}

/// `Money(amount: 1, currency: "EUR")`
fn make(cx: &mut Body, parts: &[ast::Name], arguments: &[ast::Argument], span: Span) -> Expr {
    let Some(name) = parts.last() else { return bad(span) };
    let known = cx.sys.find_type(cx.file, &name.text);
    if let (Some(Known::Type(ty)), 1) = (known, parts.len())
        && let TypeKind::Record(fields) = &cx.sys.model.types[ty].kind
    {
        let fields = fields.clone();
        let arguments = argument::arguments(cx, arguments, &fields, &name.text, span);
        return Expr { kind: ExprKind::Make { ty, arguments }, ty: Type::Declared(ty), span };
    }
    for argument in arguments {
        expr(cx, &argument.value);
    }
    if !cx.sys.is_complete(cx.file) {
        return bad(span);
    }
    let model = &cx.sys.model;
    let records: Vec<_> = super::unknown::declared_types(cx.sys, cx.file)
        .into_iter()
        .filter(|name| match cx.sys.find_type(cx.file, name) {
            Some(Known::Type(id)) => matches!(model.types[id].kind, TypeKind::Record(_)),
            _ => false,
        })
        .collect();
    let finding = Search::new("record", name)
        .among(records)
        .or("service", super::unknown::services(cx.sys, cx.file))
        .or("type", super::unknown::declared_types(cx.sys, cx.file))
        .finding();
    cx.report(finding);
    bad(span)
}

/// An expression that must be true or false.
pub(super) fn condition(cx: &mut Body, written: &ast::Expr) -> Expr {
    let around = std::mem::replace(&mut cx.in_condition, true);
    let found = expected(cx, written, &Type::Bool, "a condition");
    cx.in_condition = around;
    found
}

/// An expression of which `want` is needed; `what` names its place.
pub(super) fn expected(cx: &mut Body, written: &ast::Expr, want: &Type, what: &str) -> Expr {
    let found = expr(cx, written);
    need(cx, &found, want, what);
    found
}
