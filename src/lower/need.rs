//! What a place needs, and what is said of a value that is something else or may be missing.

use super::body::Body;
use super::presence::printed;
use super::rules::TYPE_MISMATCH;
use super::types::{fits, present, print};
use crate::model::{Expr, ExprKind, Literal, Type};
use std::fmt::Display;

/// Reports `found` where it does not fit `want`; `what` names its place.
pub(super) fn need(cx: &mut Body, found: &Expr, want: &Type, what: impl Display) {
    if fits(&found.ty, want) || cx.is_imported() {
        return;
    }
    if fits(present(&found.ty), want) {
        return missing(cx, found);
    }
    let (have, want) = (print(&cx.sys.model, &found.ty), print(&cx.sys.model, want));
    let mut finding = TYPE_MISMATCH
        .at(found.span, format!("this is `{have}`"))
        .message(format!("{what} is `{want}`, not `{have}`"));
    if let (ExprKind::Literal(Literal::Number(n)), "duration") = (&found.kind, want.as_str()) {
        finding = finding.help(format!("a duration has a unit: `{n}s`, `{n}m`, `{n}h`, `{n}d`"));
    }
    cx.report_typed(finding);
}

/// Reports an operand that is none of what the operator takes.
pub(super) fn refuse(cx: &mut Body, found: &Expr, wanted: &str) -> Type {
    if let Type::Optional(_) = found.ty {
        missing(cx, found);
        return Type::Any;
    }
    let have = print(&cx.sys.model, &found.ty);
    let finding = TYPE_MISMATCH
        .at(found.span, format!("this is `{have}`"))
        .message(format!("{wanted} is needed here, not `{have}`"));
    cx.report_typed(finding);
    Type::Any
}

/// Reports a value that is needed and may not be there.
pub(super) fn missing(cx: &mut Body, found: &Expr) {
    let have = print(&cx.sys.model, &found.ty);
    let label = format!("this is `{have}`: not there on every way to this point");
    let finding = match printed(cx, found) {
        Some(path) => TYPE_MISMATCH
            .at(found.span, label)
            .message(format!("`{path}` may be missing here"))
            .help(format!("ask first: `if {path} != none {{ … }}`, or leave on the ways that do not set it")),
        None => TYPE_MISMATCH.at(found.span, label).message("this value may be missing here"),
    };
    cx.report_typed(finding);
}
