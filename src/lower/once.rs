//! Entries that may stand once and stand twice, and those that no contract of their kind has.

use super::rules::MISPLACED_ENTRY;
use super::word::{annotation_word, place_of, word};
use crate::finding::Finding;
use crate::source::Span;
use crate::syntax::ast::{
    Block, ContractEntry, Entry, Event, Operation, OperationKind, Service, ServiceEntry,
};
use smallvec::SmallVec;
use std::fmt::Display;

/// The first place of each entry that may stand once; there are few of them.
#[derive(Default)]
struct Seen(SmallVec<[(&'static str, Span); 6]>);

impl Seen {
    fn add(&mut self, key: &'static str, span: Span, findings: &mut Vec<Finding>, entity: impl Display) {
        match self.0.iter().find(|(known, _)| *known == key) {
            Some(&(_, first)) => findings.push(
                MISPLACED_ENTRY
                    .at(span, "said again")
                    .label(first, "said here first")
                    .message(format!("`{key}` stands twice"))
                    .help("keep the one that is meant; the first one counts")
                    .entity(entity.to_string()),
            ),
            None => self.0.push((key, span)),
        }
    }
}

pub(super) fn block(written: &Block, findings: &mut Vec<Finding>) {
    let mut seen = Seen::default();
    let mut style: Option<(&Entry, Span)> = None;
    for entry in &written.entries {
        match entry {
            Entry::Orchestrated(..) | Entry::Choreographed(_) => {
                match style {
                    Some((first, span)) if std::mem::discriminant(first) != std::mem::discriminant(entry) => {
                        findings.push(
                        MISPLACED_ENTRY
                            .at(place_of(entry), "and here this")
                            .label(span, "here it says this")
                            .message("a workflow is either orchestrated or choreographed")
                            .help("a conducted workflow can `run` a choreographed one, and the other way round"),
                    );
                    }
                    Some(_) => seen.add(word(entry), place_of(entry), findings, ""),
                    None => {
                        style = Some((entry, place_of(entry)));
                        seen.add(word(entry), place_of(entry), findings, "");
                    }
                }
            }
            Entry::Correlated(..)
            | Entry::Starts(_)
            | Entry::Within(_)
            | Entry::Before(_)
            | Entry::Needs(_)
            | Entry::Timeout(..)
            | Entry::Retry(_)
            | Entry::Breaker(_)
            | Entry::Pivot(_)
            | Entry::Undone(_)
            | Entry::Promises(..)
            | Entry::Every(..)
            | Entry::AtMost(_) => seen.add(word(entry), place_of(entry), findings, ""),
            _ => {}
        }
    }
}

pub(super) fn service(service: &Service, findings: &mut Vec<Finding>) {
    let entity = service.name.text.as_str();
    let mut seen = Seen::default();
    for entry in &service.entries {
        match entry {
            ServiceEntry::External(span) => seen.add("external", *span, findings, entity),
            ServiceEntry::ManyInstances(span) => seen.add("many instances", *span, findings, entity),
            ServiceEntry::Team(_, span) => seen.add("team", *span, findings, entity),
            ServiceEntry::NoOutbox(span) => seen.add("no outbox", *span, findings, entity),
            ServiceEntry::Annotation(written) => {
                seen.add(annotation_word(&written.kind), written.span, findings, entity);
            }
            ServiceEntry::Operation(operation) => {
                self::operation(operation, findings, format_args!("{entity}/{}", operation.name.text));
            }
            ServiceEntry::Event(event) => {
                self::event(event, findings, format_args!("{entity}/{}", event.name.text));
            }
            ServiceEntry::Allow(_) | ServiceEntry::Bad(_) => {}
        }
    }
}

fn operation(operation: &Operation, findings: &mut Vec<Finding>, entity: impl Display + Copy) {
    let mut seen = Seen::default();
    for entry in &operation.contract {
        let Some((word, span)) = contract_word(entry) else { continue };
        let is_query = operation.kind == OperationKind::Query;
        match entry {
            ContractEntry::Replaces(..) => {
                findings.push(misplaced(word, span, "an operation", "only events have versions", entity));
            }
            ContractEntry::Undone(_) | ContractEntry::Irreversible(_) if is_query => {
                let help = "a query leaves no trace; if this one does, it is a `command`";
                findings.push(misplaced(word, span, "a query", help, entity));
            }
            ContractEntry::Writes(..) if is_query => {
                let help = "a query changes nothing; if this one does, it is a `command`";
                findings.push(misplaced(word, span, "a query", help, entity));
            }
            ContractEntry::Fails(..) | ContractEntry::Publishes(..) => {}
            _ => seen.add(word, span, findings, entity),
        }
    }
}

fn event(event: &Event, findings: &mut Vec<Finding>, entity: impl Display + Copy) {
    let mut seen = Seen::default();
    for entry in &event.contract {
        let Some((word, span)) = contract_word(entry) else { continue };
        match entry {
            ContractEntry::Replaces(..) => seen.add(word, span, findings, entity),
            _ => {
                let help = "an event is a fact: nobody answers, refuses or undoes it";
                findings.push(misplaced(word, span, "an event", help, entity));
            }
        }
    }
}

fn misplaced(word: &str, span: Span, place: &str, help: &str, entity: impl Display) -> Finding {
    MISPLACED_ENTRY
        .at(span, format!("not in {place}"))
        .message(format!("`{word}` means nothing in {place}"))
        .help(help)
        .entity(entity.to_string())
}

fn contract_word(entry: &ContractEntry) -> Option<(&'static str, Span)> {
    Some(match entry {
        ContractEntry::Fails(_, span) => ("fails", *span),
        ContractEntry::Undone(undone) => ("undone by", undone.span),
        ContractEntry::Irreversible(span) => ("irreversible", *span),
        ContractEntry::IdempotentBy(_, span) => ("idempotent by", *span),
        ContractEntry::Publishes(_, span) => ("publishes", *span),
        ContractEntry::Writes(_, span) => ("writes", *span),
        ContractEntry::Answers(_, span) => ("answers", *span),
        ContractEntry::Replaces(_, span) => ("replaces", *span),
        ContractEntry::Annotation(written) => (annotation_word(&written.kind), written.span),
        ContractEntry::Allow(_) | ContractEntry::Bad(_) => return None,
    })
}
