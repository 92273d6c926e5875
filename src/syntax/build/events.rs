//! Events as they are waited for, and calls with their arguments.

use super::super::ast::*;
use super::super::grammar::Rule;
use super::expressions::expr;
use super::tokens::{integer, name_at, next_name, path, version};
use super::{Builder, Pair};

pub(super) fn events(b: &mut Builder, pair: Pair) -> Events {
    let span = b.span(pair);
    let mut children = pair.children();
    let mut how = HowMany::Any;
    if let Some(count) = children.optional(Rule::integer) {
        how = HowMany::Some(integer(b, count));
    }
    let mut refs = Vec::with_capacity(1);
    for pair in children {
        match pair.as_rule() {
            Rule::both => how = HowMany::All,
            Rule::either => how = HowMany::Any,
            _ => refs.push(event_ref(b, pair)),
        }
    }
    Events { how, refs, span }
}

fn event_ref(b: &mut Builder, pair: Pair) -> EventRef {
    let span = b.span(pair);
    let mut children = pair.children();
    let event = event_name(b, children.demand());
    let condition = children.optional(Rule::comparison).map(|pair| expr(b, pair));
    EventRef { event, condition, span }
}

pub(super) fn event_name(b: &mut Builder, pair: Pair) -> EventName {
    let span = b.span(pair);
    let mut children = pair.children();
    let path = path(b, children.demand());
    let version = children.optional(Rule::version).map(|pair| version(b, pair));
    EventName { path, version, span }
}

pub(super) fn call(b: &mut Builder, pair: Pair) -> Call {
    let span = b.span(pair);
    let mut children = pair.children();
    let path = path(b, children.demand());
    Call { path, arguments: arguments(b, children.demand()), span }
}

pub(super) fn run(b: &mut Builder, pair: Pair) -> Run {
    let span = b.span(pair);
    let mut children = pair.children();
    Run { workflow: next_name(b, &mut children), arguments: arguments(b, children.demand()), span }
}

/// The arguments between brackets.
pub(super) fn arguments(b: &mut Builder, pair: Pair) -> Vec<Argument> {
    pair.children().map(|pair| argument(b, pair)).collect()
}

fn argument(b: &mut Builder, value: Pair) -> Argument {
    let before = value.start() - 1;
    let is_labelled = b.is_label(before);
    Argument { name: is_labelled.then(|| name_at(b, before)), value: expr(b, value) }
}
