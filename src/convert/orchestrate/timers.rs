//! Watches, promises and the limit of the whole: what a conductor does about time.

use super::Conductor;
use super::body::Around;
use crate::convert::outline::{BlockId, Piece};
use crate::model::{Argument, Block, EventId, LabelId, StatementKind, Watch};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

impl<'a> Conductor<'a> {
    /// A limit that only tells people becomes a reminder, one that publishes a limit with an end.
    pub(super) fn limits_of_whole(&mut self) {
        let body = &self.workflow.body;
        for limit in &body.limits {
            let bound = self.text(limit.bound.span, &[&limit.bound]);
            match &limit.otherwise {
                Some(block) => self.timer(&bound, block, limit.span, self.whole),
                None => self.loses(
                    limit.span,
                    "does nothing",
                    "a limit that does nothing is left out".to_string(),
                    "say what is done when it has passed",
                ),
            }
        }
        for reminder in &body.reminders {
            let delay = self.text(reminder.delay.span, &[&reminder.delay]);
            self.timer(&delay, &reminder.block, reminder.span, self.whole);
        }
    }

    fn timer(&mut self, bound: &str, block: &'a Block, span: Span, into: BlockId) {
        let inner = self.outline.block();
        let mut told: BTreeMap<EventId, &'a [Argument]> = BTreeMap::new();
        let mut undone = BTreeSet::new();
        for statement in &block.statements {
            match &statement.kind {
                StatementKind::Publish { event, arguments, .. } => {
                    told.insert(*event, arguments);
                }
                StatementKind::Notify(_) => {
                    let exprs = self.cx.exprs_in(statement);
                    let text = self.text(statement.span, &exprs);
                    self.outline.text(inner, text);
                }
                StatementKind::Undo(crate::model::UndoTarget::Label { label, .. }) => {
                    undone.insert(*label);
                }
                _ => self.cannot(
                    statement.span,
                    "when time has passed",
                    "what is done here when time has passed cannot be kept".to_string(),
                ),
            }
        }
        let head = match told.is_empty() {
            true => format!("after {bound}"),
            false => format!("within {bound} else"),
        };
        self.outline.push(into, Piece::Block(head, inner));
        if !told.is_empty() {
            self.n_sites += 1;
            let around = Around { block: inner, sites: vec![self.n_sites], ..Around::default() };
            self.go_out(None, told, undone, span, &around);
        }
    }

    /// A watch for what one step tells is a reminder, or a limit, of that step.
    pub(super) fn watches(&mut self) {
        let workflow = self.workflow;
        for watch in workflow.participants.iter().flat_map(|participant| &participant.watches) {
            match self.watched(watch) {
                Some(block) => {
                    let within = self.text(watch.within.span, &[&watch.within]);
                    self.timer(&within, &watch.otherwise, watch.span, block);
                }
                None => self.loses(
                    watch.span,
                    "over several steps",
                    "a watch that no single step answers is left out".to_string(),
                    "give the scope or the whole workflow a limit",
                ),
            }
        }
    }

    /// The block of the step, or of the wait, that a watch is about.
    fn watched(&self, watch: &Watch) -> Option<BlockId> {
        let expected: BTreeSet<EventId> = watch.expected.terms.iter().map(|term| term.event).collect();
        let mut parts = BTreeSet::new();
        for event in &expected {
            if self.outside.contains(event) {
                let waits = self.waits.iter().find(|(part, _)| {
                    self.parts[**part].reaction.formula.terms.iter().any(|term| term.event == *event)
                });
                return waits.map(|(_, block)| *block);
            }
            for publication in self.publications.get(event)? {
                parts.insert(publication.reaction?);
            }
        }
        // What the compensation tells is not the step's answer, and may be expected besides.
        parts.retain(|part| self.parts[*part].kind == super::PartKind::Main);
        let mut steps =
            self.placed.iter().filter(|step| parts.contains(&step.reaction)).map(|step| step.label);
        let (first, None) = (steps.next()?, steps.next()) else { return None };
        let part = parts.first()?;
        let formula = &self.parts[*part].reaction.formula;
        let is_armed_there = formula.terms.iter().any(|term| term.event == watch.armed_by);
        (is_armed_there && parts.len() == 1).then(|| self.block_of(first)).flatten()
    }

    fn block_of(&self, label: LabelId) -> Option<BlockId> {
        self.said.get(&label).copied()
    }

    /// A conductor gets an answer, or an outage: nobody needs to promise.
    pub(super) fn promises(&mut self) {
        let promises: Vec<Span> =
            self.parts.iter().filter_map(|part| part.reaction.block.promises.map(|(_, span)| span)).collect();
        if let Some(first) = promises.first() {
            let n = promises.len();
            let (what, label) = match n {
                1 => ("a promise means nothing to a conductor".to_string(), "promised here"),
                _ => (format!("{n} promises mean nothing to a conductor"), "the first of them"),
            };
            self.loses(*first, label, what, "a step can have a `within` of its own, which stops it");
        }
    }
}
