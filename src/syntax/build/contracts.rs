//! Services: who they are, their commands, queries and events, and what these promise.

use super::super::ast::*;
use super::super::grammar::{Pair, Rule};
use super::events::{call, event_name};
use super::items::{fields, type_ref};
use super::tokens::{name, next_duration, next_name, next_quoted, quoted, verbatim, version};
use super::{Builder, Children, tokens};

pub(super) fn service(b: &mut Builder, doc: Doc, pair: Pair) -> Service {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    let name = next_name(b, &mut children);
    let mut entries = Vec::new();
    while !children.is_empty() {
        let pair = children.next();
        let doc = b.doc(&pair);
        entries.push(service_entry(b, doc, pair));
    }
    Service { doc, name, entries, span }
}

fn service_entry(b: &mut Builder, doc: Doc, pair: Pair) -> ServiceEntry {
    let span = b.span(&pair);
    match pair.as_rule() {
        Rule::external => ServiceEntry::External(span),
        Rule::many => ServiceEntry::ManyInstances(span),
        Rule::team => ServiceEntry::Team(next_quoted(b, &mut Children::of(pair)), span),
        Rule::command => ServiceEntry::Operation(Box::new(operation(b, doc, OperationKind::Command, pair))),
        Rule::query => ServiceEntry::Operation(Box::new(operation(b, doc, OperationKind::Query, pair))),
        Rule::event => ServiceEntry::Event(Box::new(event(b, doc, pair))),
        Rule::allow => ServiceEntry::Allow(allow(b, pair)),
        Rule::hole => ServiceEntry::Bad(b.hole(&pair)),
        _ => ServiceEntry::Annotation(annotation(b, pair)),
    }
}

fn operation(b: &mut Builder, doc: Doc, kind: OperationKind, pair: Pair) -> Operation {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    let name = next_name(b, &mut children);
    let fields = fields(b, &mut children);
    let reply = children.take(Rule::type_ref).map(|reply| type_ref(b, reply));
    Operation { doc, kind, name, fields, reply, contract: contract(b, &mut children), span }
}

fn event(b: &mut Builder, doc: Doc, pair: Pair) -> Event {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    let name = next_name(b, &mut children);
    let version = children.take(Rule::version).map(|pair| version(b, &pair));
    Event { doc, name, version, fields: fields(b, &mut children), contract: contract(b, &mut children), span }
}

fn contract(b: &mut Builder, children: &mut Children) -> Vec<ContractEntry> {
    let mut entries = Vec::new();
    if let Some(contract) = children.take(Rule::contract) {
        let mut children = Children::of(contract);
        while !children.is_empty() {
            let pair = children.next();
            b.doc(&pair);
            entries.push(contract_entry(b, pair));
        }
    }
    entries
}

fn contract_entry(b: &mut Builder, pair: Pair) -> ContractEntry {
    let span = b.span(&pair);
    match pair.as_rule() {
        Rule::fails => ContractEntry::Fails(pair.into_inner().map(|pair| failure(b, pair)).collect(), span),
        Rule::undone => ContractEntry::Undone(undone(b, pair)),
        Rule::irreversible => ContractEntry::Irreversible(span),
        Rule::idempotent => {
            ContractEntry::IdempotentBy(pair.into_inner().map(|pair| name(b, &pair)).collect(), span)
        }
        Rule::publishes => {
            ContractEntry::Publishes(pair.into_inner().map(|pair| event_name(b, pair)).collect(), span)
        }
        Rule::writes => ContractEntry::Writes(pair.into_inner().map(|pair| name(b, &pair)).collect(), span),
        Rule::answers => ContractEntry::Answers(answers(pair), span),
        Rule::replaces => ContractEntry::Replaces(version(b, &Children::of(pair).next()), span),
        Rule::allow => ContractEntry::Allow(allow(b, pair)),
        Rule::hole => ContractEntry::Bad(b.hole(&pair)),
        _ => ContractEntry::Annotation(annotation(b, pair)),
    }
}

fn failure(b: &mut Builder, pair: Pair) -> Failure {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    Failure { name: next_name(b, &mut children), fields: fields(b, &mut children), span }
}

fn answers(pair: Pair) -> Answers {
    if Children::of(pair).is_next(Rule::later) { Answers::Later } else { Answers::ByHand }
}

pub(super) fn undone(b: &mut Builder, pair: Pair) -> Undone {
    let span = b.span(&pair);
    let by = Children::of(pair).next();
    let by = match by.as_rule() {
        Rule::nothing => UndoneBy::Nothing { because: next_quoted(b, &mut Children::of(by)) },
        _ => UndoneBy::Call(call(b, by)),
    };
    Undone { by, span }
}

pub(super) fn annotation(b: &mut Builder, pair: Pair) -> Annotation {
    let span = b.span(&pair);
    let rule = pair.as_rule();
    let mut children = Children::of(pair);
    let kind = match rule {
        Rule::volatility => AnnotationKind::Volatility(match children.next().as_str() {
            "low" => Volatility::Low,
            "medium" => Volatility::Medium,
            _ => Volatility::High,
        }),
        Rule::latency => {
            let from = next_duration(b, &mut children);
            let to = children.take(Rule::duration).map(|pair| tokens::duration(b, &pair));
            AnnotationKind::Latency(from, to)
        }
        _ => {
            let mut percent = verbatim(b, &children.next());
            percent.text = percent.text.trim_end_matches('%').into();
            AnnotationKind::Available(percent)
        }
    };
    Annotation { kind, span }
}

pub(super) fn allow(b: &mut Builder, pair: Pair) -> Allow {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    let rule = verbatim(b, &children.next());
    let because = children.take(Rule::string).map(|pair| quoted(b, &pair));
    let until = children.take(Rule::date).map(|pair| verbatim(b, &pair));
    Allow { rule, because, until, span }
}
