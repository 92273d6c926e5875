//! Events as they are waited for, and calls with their arguments.

use super::super::ast::*;
use super::super::grammar::{Pair, Rule};
use super::expressions::expr;
use super::tokens::{integer, name, next_name, path, version};
use super::{Builder, Children};

pub(super) fn events(b: &mut Builder, pair: Pair) -> Events {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    let mut how = HowMany::Any;
    if let Some(count) = children.take(Rule::integer) {
        how = HowMany::Some(integer(b, &count));
    }
    let mut refs = Vec::with_capacity(1);
    while !children.is_empty() {
        let pair = children.next();
        match pair.as_rule() {
            Rule::both => how = HowMany::All,
            Rule::either => how = HowMany::Any,
            _ => refs.push(event_ref(b, pair)),
        }
    }
    Events { how, refs, span }
}

fn event_ref(b: &mut Builder, pair: Pair) -> EventRef {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    let event = event_name(b, children.next());
    let condition = children.take(Rule::comparison).map(|pair| expr(b, pair));
    EventRef { event, condition, span }
}

pub(super) fn event_name(b: &mut Builder, pair: Pair) -> EventName {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    let path = path(b, &children.next());
    let version = children.take(Rule::version).map(|pair| version(b, &pair));
    EventName { path, version, span }
}

pub(super) fn call(b: &mut Builder, pair: Pair) -> Call {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    let path = path(b, &children.next());
    Call { path, arguments: arguments(b, &mut children), span }
}

pub(super) fn run(b: &mut Builder, pair: Pair) -> Run {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    Run { workflow: next_name(b, &mut children), arguments: arguments(b, &mut children), span }
}

/// All arguments that are left.
pub(super) fn arguments(b: &mut Builder, children: &mut Children) -> Vec<Argument> {
    let mut arguments = Vec::new();
    while !children.is_empty() {
        let label = children.take(Rule::label).map(|pair| name(b, &pair));
        arguments.push(Argument { name: label, value: expr(b, children.next()) });
    }
    arguments
}
