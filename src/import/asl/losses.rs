//! What a machine says and a workflow cannot: one finding for each kind of it and workflow.

use crate::finding::Finding;
use crate::import::rules::{FOREIGN_EXPRESSION, LOST_CONSTRUCT};
use crate::source::Span;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    RefusalRetried,
    BlockRetried,
    NoDefault,
    ToleratedFailures,
    ComputedEvent,
    ItemReader,
    HandlersByError,
}

impl Loss {
    /// The message, the label, and what is checked instead.
    fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Loss::RefusalRetried => (
                "the retry of a business failure is not carried over",
                "retries what is no outage",
                "a retry here is for outages; a failure with a name counts as refused at once",
            ),
            Loss::BlockRetried => (
                "the retry of a whole block is not carried over",
                "all in here is done again",
                "it is checked as if it were tried once; a retry at the tasks inside is seen",
            ),
            Loss::NoDefault => (
                "a choice without `Default` fails when no rule holds",
                "no `Default`",
                "it is checked as if the last rule always held; add a `Default` that says what happens",
            ),
            Loss::ToleratedFailures => (
                "how many items may fail is not carried over",
                "tolerates failures",
                "it is checked as if any number of items might fail",
            ),
            Loss::ComputedEvent => (
                "which events are published is not known",
                "the type is computed",
                "it is checked as a call of the event bus; a written `DetailType` makes it an event",
            ),
            Loss::ItemReader => (
                "where the items are read from is not checked",
                "reads the items",
                "it is checked as if the items were there",
            ),
            Loss::HandlersByError => (
                "which technical error is caught where is not told apart",
                "several ways out of an outage",
                "every outage may take each of these ways",
            ),
        }
    }
}

#[derive(Debug, Default)]
pub struct Losses {
    places: BTreeMap<Loss, Vec<Span>>,
}

impl Losses {
    pub fn note(&mut self, loss: Loss, span: Span) {
        self.places.entry(loss).or_default().push(span);
    }

    pub fn findings(&self, workflow: &str) -> Vec<Finding> {
        self.places
            .iter()
            .map(|(loss, places)| {
                let (message, label, help) = loss.texts();
                let finding =
                    LOST_CONSTRUCT.at(places[0], label).message(message).help(help).entity(workflow);
                and_more(finding, &places[1..])
            })
            .collect()
    }
}

/// The one finding about all expressions of a file that were carried over unread.
pub fn foreign_expressions(places: &[Span], workflow: &str) -> Option<Finding> {
    let (first, more) = places.split_first()?;
    let message = match more.len() {
        0 => "an expression is carried over unread".to_owned(),
        n => format!("{} expressions are carried over unread", n + 1),
    };
    let finding = FOREIGN_EXPRESSION.at(*first, "not understood").message(message).entity(workflow);
    Some(and_more(finding, more))
}

fn and_more(finding: Finding, more: &[Span]) -> Finding {
    const SHOWN: usize = 3;
    more.iter().take(SHOWN).fold(finding, |finding, span| finding.label(*span, "and here"))
}
