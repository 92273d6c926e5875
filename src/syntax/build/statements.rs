//! Statements: what a block does, one after the other.

use super::super::ast::*;
use super::super::grammar::Rule;
use super::events::{arguments, call, event_name, events, run};
use super::expressions::expr;
use super::tokens::{name, next_name};
use super::workflows::{block, next_block, optional_block};
use super::{Builder, Pair};

pub(super) fn statement(b: &mut Builder, doc: Doc, pair: Pair) -> Entry {
    let span = b.span(pair);
    match pair.as_rule() {
        Rule::step => Entry::Step(Box::new(step(b, doc, pair))),
        Rule::let_value => {
            let mut children = pair.children();
            Entry::Let(Let { name: next_name(b, &mut children), value: expr(b, children.demand()), span })
        }
        Rule::scope => {
            let mut children = pair.children();
            let name = next_name(b, &mut children);
            Entry::Scope(Scope { doc, name, block: next_block(b, &mut children), span })
        }
        Rule::if_else => Entry::If(if_else(b, pair)),
        Rule::parallel => Entry::Parallel(parallel(b, pair)),
        Rule::for_each => Entry::ForEach(for_each(b, pair)),
        Rule::repeat => Entry::Repeat(repeat(b, pair)),
        Rule::wait => Entry::Wait(Box::new(wait(b, pair))),
        Rule::watch => Entry::Watch(Box::new(watch(b, pair))),
        Rule::publish => {
            let mut children = pair.children();
            let event = event_name(b, children.demand());
            Entry::Publish(Publish { event, arguments: arguments(b, children.demand()), span })
        }
        Rule::notify => {
            let what = pair.children().demand();
            let what = match what.as_rule() {
                Rule::run => Notified::Run(run(b, what)),
                _ => Notified::Call(call(b, what)),
            };
            Entry::Notify(Notify { what, span })
        }
        Rule::give => Entry::Give(expr(b, pair.children().demand()), span),
        Rule::skip => Entry::Skip(span),
        Rule::undo => {
            let target = pair.children().optional(Rule::name).map(|pair| name(b, pair));
            Entry::Undo(Undo { target, span })
        }
        Rule::then => Entry::Then(next_name(b, &mut pair.children()), span),
        Rule::end => {
            let mut children = pair.children();
            let goal = next_name(b, &mut children);
            let arguments = children.optional(Rule::args).map(|made| arguments(b, made));
            Entry::End(End { goal, arguments, span })
        }
        _ => Entry::Bad(b.hole(pair)),
    }
}

fn step(b: &mut Builder, doc: Doc, pair: Pair) -> Step {
    let span = b.span(pair);
    let mut children = pair.children();
    let name = next_name(b, &mut children);
    let source = children.demand();
    let source = match source.as_rule() {
        Rule::for_each => StepSource::ForEach(for_each(b, source)),
        Rule::parallel => StepSource::Parallel(parallel(b, source)),
        Rule::repeat => StepSource::Repeat(repeat(b, source)),
        Rule::run => StepSource::Run(run(b, source), optional_block(b, &mut children)),
        _ => StepSource::Call(call(b, source), optional_block(b, &mut children)),
    };
    Step { doc, name, source, span }
}

fn if_else(b: &mut Builder, pair: Pair) -> If {
    let span = b.span(pair);
    let mut children = pair.children();
    let mut branches = Vec::with_capacity(1);
    while let Some(condition) = children.optional(Rule::expr) {
        branches.push((expr(b, condition), next_block(b, &mut children)));
    }
    If { branches, otherwise: optional_block(b, &mut children), span }
}

fn parallel(b: &mut Builder, pair: Pair) -> Parallel {
    let span = b.span(pair);
    let mut children = pair.children();
    let each = children.optional(Rule::name).map(|pair| (name(b, pair), expr(b, children.demand())));
    Parallel { each, block: next_block(b, &mut children), span }
}

fn for_each(b: &mut Builder, pair: Pair) -> ForEach {
    let span = b.span(pair);
    let mut children = pair.children();
    let variable = next_name(b, &mut children);
    ForEach { variable, list: expr(b, children.demand()), block: next_block(b, &mut children), span }
}

fn repeat(b: &mut Builder, pair: Pair) -> Repeat {
    let span = b.span(pair);
    let mut children = pair.children();
    Repeat { until: expr(b, children.demand()), block: next_block(b, &mut children), span }
}

fn wait(b: &mut Builder, pair: Pair) -> Wait {
    let span = b.span(pair);
    let what = pair.children().demand();
    let kind = match what.as_rule() {
        Rule::wait_until => WaitKind::Until(expr(b, what.children().demand())),
        Rule::wait_any => WaitKind::Any(block(b, what.children().demand())),
        Rule::wait_event => {
            let mut children = what.children();
            let events = events(b, children.demand());
            WaitKind::For(events, optional_block(b, &mut children))
        }
        _ => WaitKind::Time(expr(b, what)),
    };
    Wait { kind, span }
}

fn watch(b: &mut Builder, pair: Pair) -> Watch {
    let span = b.span(pair);
    let mut children = pair.children();
    let expected = events(b, children.demand());
    let within = expr(b, children.demand());
    let armed_by = event_name(b, children.demand());
    Watch { expected, within, armed_by, otherwise: next_block(b, &mut children), span }
}
