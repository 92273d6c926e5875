//! Services: who they are, their commands, queries and events, and what these promise.

use super::super::ast::*;
use super::super::grammar::Rule;
use super::events::{call, event_name};
use super::items::{fields, type_ref};
use super::tokens::{name, next_duration, next_name, next_quoted, quoted, rule_name, verbatim, version};
use super::{Builder, Children, Pair, tokens};

pub(super) fn service(b: &mut Builder, doc: Doc, pair: Pair) -> Service {
    let span = b.span(pair);
    let mut children = pair.children();
    let name = next_name(b, &mut children);
    let described = |pair| {
        let doc = b.doc(pair);
        service_entry(b, doc, pair)
    };
    let entries = children.map(described).collect();
    Service { doc, name, entries, span }
}

fn service_entry(b: &mut Builder, doc: Doc, pair: Pair) -> ServiceEntry {
    let span = b.span(pair);
    match pair.as_rule() {
        Rule::external => ServiceEntry::External(span),
        Rule::many => ServiceEntry::ManyInstances(span),
        Rule::team => ServiceEntry::Team(next_quoted(b, &mut pair.children()), span),
        Rule::outbox => ServiceEntry::NoOutbox(span),
        Rule::command => ServiceEntry::Operation(Box::new(operation(b, doc, OperationKind::Command, pair))),
        Rule::query => ServiceEntry::Operation(Box::new(operation(b, doc, OperationKind::Query, pair))),
        Rule::event => ServiceEntry::Event(Box::new(event(b, doc, pair))),
        Rule::allow => ServiceEntry::Allow(allow(b, pair)),
        Rule::hole => ServiceEntry::Bad(b.hole(pair)),
        _ => ServiceEntry::Annotation(annotation(b, pair)),
    }
}

fn operation(b: &mut Builder, doc: Doc, kind: OperationKind, pair: Pair) -> Operation {
    let span = b.span(pair);
    let mut children = pair.children();
    let name = next_name(b, &mut children);
    let fields = fields(b, &mut children);
    let reply = children.optional(Rule::type_ref).map(|reply| type_ref(b, reply));
    Operation { doc, kind, name, fields, reply, contract: contract(b, &mut children), span }
}

fn event(b: &mut Builder, doc: Doc, pair: Pair) -> Event {
    let span = b.span(pair);
    let mut children = pair.children();
    let name = next_name(b, &mut children);
    let version = children.optional(Rule::version).map(|pair| version(b, pair));
    Event { doc, name, version, fields: fields(b, &mut children), contract: contract(b, &mut children), span }
}

fn contract(b: &mut Builder, children: &mut Children) -> Vec<ContractEntry> {
    let described = |pair| {
        b.doc(pair);
        contract_entry(b, pair)
    };
    let contract = children.optional(Rule::contract);
    contract.map(|pair| pair.children().map(described).collect()).unwrap_or_default()
}

fn contract_entry(b: &mut Builder, pair: Pair) -> ContractEntry {
    let span = b.span(pair);
    match pair.as_rule() {
        Rule::fails => ContractEntry::Fails(pair.children().map(|pair| failure(b, pair)).collect(), span),
        Rule::undone => ContractEntry::Undone(undone(b, pair)),
        Rule::irreversible => ContractEntry::Irreversible(span),
        Rule::idempotent => {
            ContractEntry::IdempotentBy(pair.children().map(|pair| name(b, pair)).collect(), span)
        }
        Rule::publishes => {
            ContractEntry::Publishes(pair.children().map(|pair| event_name(b, pair)).collect(), span)
        }
        Rule::writes => ContractEntry::Writes(pair.children().map(|pair| name(b, pair)).collect(), span),
        Rule::answers => ContractEntry::Answers(answers(pair), span),
        Rule::replaces => ContractEntry::Replaces(version(b, pair.children().demand()), span),
        Rule::allow => ContractEntry::Allow(allow(b, pair)),
        Rule::hole => ContractEntry::Bad(b.hole(pair)),
        _ => ContractEntry::Annotation(annotation(b, pair)),
    }
}

fn failure(b: &mut Builder, pair: Pair) -> Failure {
    let span = b.span(pair);
    let mut children = pair.children();
    Failure { name: next_name(b, &mut children), fields: fields(b, &mut children), span }
}

fn answers(pair: Pair) -> Answers {
    if pair.children().is_next(Rule::later) { Answers::Later } else { Answers::ByHand }
}

pub(super) fn undone(b: &mut Builder, pair: Pair) -> Undone {
    let span = b.span(pair);
    let by = pair.children().demand();
    let by = match by.as_rule() {
        Rule::nothing => UndoneBy::Nothing { because: next_quoted(b, &mut by.children()) },
        _ => UndoneBy::Call(call(b, by)),
    };
    Undone { by, span }
}

pub(super) fn annotation(b: &mut Builder, pair: Pair) -> Annotation {
    let span = b.span(pair);
    let rule = pair.as_rule();
    let mut children = pair.children();
    let kind = match rule {
        Rule::volatility => AnnotationKind::Volatility(match b.str(children.demand()) {
            "low" => Volatility::Low,
            "medium" => Volatility::Medium,
            _ => Volatility::High,
        }),
        Rule::latency => {
            let from = next_duration(b, &mut children);
            let to = children.optional(Rule::duration).map(|pair| tokens::duration(b, pair));
            AnnotationKind::Latency(from, to)
        }
        _ => {
            let mut percent = verbatim(b, children.demand());
            percent.text = percent.text.trim_end_matches('%').into();
            AnnotationKind::Available(percent)
        }
    };
    Annotation { kind, span }
}

pub(super) fn allow(b: &mut Builder, pair: Pair) -> Allow {
    let span = b.span(pair);
    let mut children = pair.children();
    let rule = rule_name(b, children.demand());
    let because = children.optional(Rule::string).map(|pair| quoted(b, pair));
    let until = children.optional(Rule::date).map(|pair| verbatim(b, pair));
    Allow { rule, because, until, span }
}
