//! Paths as words: to remember which of them were found to be there, and to print them.

use super::body::Body;
use crate::model::{Expr, ExprKind, Id, Literal, Name, Operator, ValueId};

pub(super) fn value_path(id: ValueId, fields: &[Name]) -> String {
    let fields: Vec<&str> = fields.iter().map(|field| field.text.as_str()).collect();
    format!("value {} {}", id.index(), fields.join(" "))
}

/// What stands for a path in [`super::flow::Flow`].
pub(super) fn key(kind: &ExprKind) -> Option<String> {
    match kind {
        ExprKind::Value { value, fields } => Some(value_path(*value, fields)),
        ExprKind::Event { event, fields } => {
            let fields: Vec<&str> = fields.iter().map(|field| field.text.as_str()).collect();
            Some(format!("event {} {}", event.index(), fields.join(" ")))
        }
        _ => None,
    }
}

/// The paths that are surely there when `condition` came out as `outcome`.
pub(super) fn present_if(condition: &Expr, outcome: bool) -> Vec<String> {
    match &condition.kind {
        ExprKind::Not(inner) => present_if(inner, !outcome),
        ExprKind::Binary { left, operator, right } => match (operator, outcome) {
            (Operator::NotEqual, true) | (Operator::Equal, false) => {
                let none = |side: &Expr| matches!(side.kind, ExprKind::Literal(Literal::None));
                let path = if none(right) { key(&left.kind) } else { None };
                path.or_else(|| if none(left) { key(&right.kind) } else { None }).into_iter().collect()
            }
            (Operator::And, true) | (Operator::Or, false) => {
                let mut paths = present_if(left, outcome);
                paths.extend(present_if(right, outcome));
                paths
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A path as it was written.
pub(super) fn printed(cx: &Body, found: &Expr) -> Option<String> {
    let model = &cx.sys.model;
    let (head, fields) = match &found.kind {
        ExprKind::Value { value, fields } => (model.values[*value].name.text.clone(), fields),
        ExprKind::Event { event, fields } => (model.events[*event].name.text.clone(), fields),
        ExprKind::Failure { name, fields } => (name.clone(), fields),
        ExprKind::Reply { fields } => ("reply".into(), fields),
        ExprKind::Request { fields } => {
            let words: Vec<&str> = fields.iter().map(|field| field.text.as_str()).collect();
            return Some(words.join("."));
        }
        _ => return None,
    };
    let mut text = head.to_string();
    for field in fields {
        text.push('.');
        text.push_str(&field.text);
    }
    Some(text)
}
