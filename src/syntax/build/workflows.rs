//! Workflows, blocks, and what is said about a block.

use super::super::ast::*;
use super::super::grammar::Rule;
use super::events::events;
use super::expressions::expr;
use super::items::{fields, optional_fields};
use super::tokens::{self, name, next_duration, next_integer, next_name, quoted};
use super::{Builder, Children, Pair, contracts, statements};

pub(super) fn workflow(b: &mut Builder, doc: Doc, pair: Pair) -> Workflow {
    let span = b.span(pair);
    let mut children = pair.children();
    let name = next_name(b, &mut children);
    let parameters = optional_fields(b, &mut children);
    Workflow { doc, name, parameters, block: next_block(b, &mut children), span }
}

pub(super) fn block(b: &mut Builder, pair: Pair) -> Block {
    let span = b.span(pair);
    let described = |pair| {
        let doc = b.doc(pair);
        entry(b, doc, pair)
    };
    Block { entries: pair.children().map(described).collect(), span }
}

pub(super) fn next_block(b: &mut Builder, children: &mut Children) -> Block {
    block(b, children.demand())
}

pub(super) fn optional_block(b: &mut Builder, children: &mut Children) -> Option<Block> {
    children.optional(Rule::block).map(|pair| block(b, pair))
}

fn entry(b: &mut Builder, doc: Doc, pair: Pair) -> Entry {
    let span = b.span(pair);
    match pair.as_rule() {
        Rule::orchestrated => Entry::Orchestrated(next_name(b, &mut pair.children()), span),
        Rule::choreographed => Entry::Choreographed(span),
        Rule::correlated => Entry::Correlated(pair.children().map(|pair| name(b, pair)).collect(), span),
        Rule::starts => Entry::Starts(starts(b, pair)),
        Rule::success => Entry::Goal(Box::new(goal(b, doc, GoalKind::Success, pair))),
        Rule::failure_end => Entry::Goal(Box::new(goal(b, doc, GoalKind::Failure, pair))),
        Rule::participant => Entry::Participant(participant(b, doc, pair)),
        Rule::late => {
            let mut children = pair.children();
            Entry::Late(Late {
                events: events(b, children.demand()),
                block: next_block(b, &mut children),
                span,
            })
        }
        Rule::within => Entry::Within(limit(b, pair)),
        Rule::before => Entry::Before(limit(b, pair)),
        Rule::needs => {
            let mut children = pair.children();
            let count = expr(b, children.demand());
            Entry::Needs(Needs { count, otherwise: optional_block(b, &mut children), span })
        }
        Rule::after => {
            let mut children = pair.children();
            Entry::After(After {
                delay: expr(b, children.demand()),
                block: next_block(b, &mut children),
                span,
            })
        }
        Rule::when => {
            let mut children = pair.children();
            let events = events(b, children.demand());
            Entry::When(When { doc, events, block: next_block(b, &mut children), span })
        }
        Rule::on => Entry::On(on(b, pair)),
        Rule::timeout => Entry::Timeout(next_duration(b, &mut pair.children()), span),
        Rule::retry => Entry::Retry(retry(b, pair)),
        Rule::breaker => {
            let mut children = pair.children();
            let outages = next_integer(b, &mut children);
            Entry::Breaker(Breaker { outages, pause: next_duration(b, &mut children), span })
        }
        Rule::pivot => Entry::Pivot(span),
        Rule::undone => Entry::Undone(contracts::undone(b, pair)),
        Rule::promises => Entry::Promises(next_duration(b, &mut pair.children()), span),
        Rule::every => Entry::Every(expr(b, pair.children().demand()), span),
        Rule::at_most => Entry::AtMost(at_most(b, pair)),
        Rule::volatility | Rule::latency | Rule::available => {
            Entry::Annotation(contracts::annotation(b, pair))
        }
        Rule::allow => Entry::Allow(contracts::allow(b, pair)),
        _ => statements::statement(b, doc, pair),
    }
}

fn starts(b: &mut Builder, pair: Pair) -> Starts {
    let span = b.span(pair);
    let what = pair.children().demand();
    let kind = match what.as_rule() {
        Rule::events => StartsKind::When(events(b, what)),
        Rule::duration => StartsKind::Every(tokens::duration(b, what)),
        _ => StartsKind::Cron(quoted(b, what)),
    };
    Starts { kind, span }
}

fn goal(b: &mut Builder, doc: Doc, kind: GoalKind, pair: Pair) -> Goal {
    let span = b.span(pair);
    let mut children = pair.children();
    let goal_name = next_name(b, &mut children);
    let fields = fields(b, &mut children);
    let reached_by = children.optional(Rule::events).map(|pair| events(b, pair));
    let owner = children.optional(Rule::name).map(|pair| name(b, pair));
    Goal { doc, kind, name: goal_name, fields, reached_by, owner, span }
}

fn participant(b: &mut Builder, doc: Doc, pair: Pair) -> Participant {
    let span = b.span(pair);
    let mut children = pair.children();
    Participant { doc, service: next_name(b, &mut children), block: next_block(b, &mut children), span }
}

fn limit(b: &mut Builder, pair: Pair) -> Limit {
    let span = b.span(pair);
    let mut children = pair.children();
    Limit { bound: expr(b, children.demand()), otherwise: optional_block(b, &mut children), span }
}

fn on(b: &mut Builder, pair: Pair) -> On {
    let span = b.span(pair);
    let mut children = pair.children();
    let troubles = match children.optional(Rule::anything) {
        Some(any) => Troubles::Any(b.span(any)),
        None => {
            let mut named = Vec::with_capacity(1);
            while !children.is_next(Rule::block) {
                let trouble = children.demand();
                named.push(match trouble.as_rule() {
                    Rule::outage => Trouble::Outage(b.span(trouble)),
                    _ => Trouble::Failure(name(b, trouble)),
                });
            }
            Troubles::Named(named)
        }
    };
    On { troubles, block: next_block(b, &mut children), span }
}

fn retry(b: &mut Builder, pair: Pair) -> Retry {
    let span = b.span(pair);
    let mut children = pair.children();
    let times = children.optional(Rule::integer).map(|pair| tokens::integer(b, pair));
    let backoff = children.optional(Rule::duration).map(|from| {
        let from = tokens::duration(b, from);
        (from, children.optional(Rule::duration).map(|to| tokens::duration(b, to)))
    });
    Retry { times, backoff, span }
}

fn at_most(b: &mut Builder, pair: Pair) -> AtMost {
    let span = b.span(pair);
    let mut children = pair.children();
    let count = next_integer(b, &mut children);
    let what = match children.optional(Rule::at_once) {
        Some(_) => AtMostWhat::AtOnce,
        None => AtMostWhat::Times(optional_block(b, &mut children)),
    };
    AtMost { count, what, span }
}
