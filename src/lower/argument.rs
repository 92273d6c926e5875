//! Arguments: by position or by name, each led to the field it is for.

use super::body::Body;
use super::declare::twice;
use super::expr::expr;
use super::need::need;
use super::rules::TYPE_MISMATCH;
use super::unknown::{Search, listed};
use crate::model::{Argument, Field, Type};
use crate::source::Span;
use crate::syntax::ast;
use rustc_hash::FxHashMap;

/// The arguments that `callee`, which has `fields`, is given at `span`.
pub(super) fn arguments(
    cx: &mut Body,
    written: &[ast::Argument],
    fields: &[Field],
    callee: &str,
    span: Span,
) -> Vec<Argument> {
    let named = written.iter().filter(|argument| argument.name.is_some()).count();
    if named == 0 {
        return by_position(cx, written, fields, callee, span);
    }
    if named < written.len() {
        let unnamed = written.iter().find(|argument| argument.name.is_none());
        let finding = TYPE_MISMATCH
            .at(unnamed.map_or(span, |argument| argument.value.span), "this one has no name")
            .message("arguments stand by position or by name, not both in one list")
            .help("write the name before each of them");
        cx.report_typed(finding);
        return written
            .iter()
            .map(|argument| Argument { parameter: None, value: expr(cx, &argument.value) })
            .collect();
    }
    by_name(cx, written, fields, callee, span)
}

fn by_position(
    cx: &mut Body,
    written: &[ast::Argument],
    fields: &[Field],
    callee: &str,
    span: Span,
) -> Vec<Argument> {
    // What may be absent may be left out at the end.
    let least = fields.iter().rposition(|field| !is_optional(&field.ty)).map_or(0, |last| last + 1);
    if written.len() < least || written.len() > fields.len() {
        let names: Vec<&str> = fields.iter().map(|field| field.name.text.as_str()).collect();
        let count = match fields.len() {
            0 => "no values".into(),
            1 => "one value".into(),
            n => format!("{n} values"),
        };
        let mut finding = TYPE_MISMATCH
            .at(span, format!("{} given", written.len()))
            .message(format!("`{callee}` takes {count}, not {}", written.len()));
        if !names.is_empty() {
            finding = finding.help(format!("it takes {}", listed(&names)));
        }
        cx.report_typed(finding.entity(callee));
    }
    let mut arguments = Vec::with_capacity(written.len());
    for (at, argument) in written.iter().enumerate() {
        let value = expr(cx, &argument.value);
        let field = fields.get(at);
        if let Some(field) = field {
            need(cx, &value, &field.ty, format_args!("`{}` of `{callee}`", field.name.text));
        }
        arguments.push(Argument { parameter: field.map(|_| at), value });
    }
    arguments
}

fn by_name(
    cx: &mut Body,
    written: &[ast::Argument],
    fields: &[Field],
    callee: &str,
    span: Span,
) -> Vec<Argument> {
    let mut arguments = Vec::with_capacity(written.len());
    let mut given: FxHashMap<usize, Span> = FxHashMap::default();
    let mut misspelt = false;
    for argument in written {
        let value = expr(cx, &argument.value);
        let Some(name) = &argument.name else { continue };
        let at = fields.iter().position(|field| field.name.text == name.text);
        match at {
            Some(at) => {
                if let Some(&first) = given.get(&at) {
                    cx.report(twice("argument", name, first));
                }
                given.insert(at, name.span);
                let field = &fields[at];
                need(cx, &value, &field.ty, format_args!("`{}` of `{callee}`", field.name.text));
            }
            None => {
                misspelt = true;
                let finding = Search::new("parameter", name)
                    .among(fields.iter().map(|field| field.name.text.clone()))
                    .finding()
                    .message(format!("`{callee}` has no parameter `{}`", name.text));
                cx.report(finding);
            }
        }
        arguments.push(Argument { parameter: at, value });
    }
    let lacking: Vec<&str> = fields
        .iter()
        .enumerate()
        .filter(|(at, field)| !given.contains_key(at) && !is_optional(&field.ty))
        .map(|(_, field)| field.name.text.as_str())
        .collect();
    // A misspelt name is the cause; the one that is lacking then is what follows.
    if !lacking.is_empty() && !misspelt {
        let finding = TYPE_MISMATCH
            .at(span, format!("{} missing", listed(&lacking)))
            .message(format!("`{callee}` needs {} as well", listed(&lacking)))
            .entity(callee);
        cx.report_typed(finding);
    }
    arguments
}

fn is_optional(ty: &Type) -> bool {
    matches!(ty, Type::Optional(_))
}
