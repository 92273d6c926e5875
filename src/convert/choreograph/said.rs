//! What is said about blocks: what stays true, what is lost, and what nobody can keep.

use super::flow::Around;
use super::step::met;
use super::{Choreographer, Cursor};
use crate::model::{Block, Expr, Statement, StatementKind};
use crate::source::Span;

impl<'m> Choreographer<'m> {
    /// What a block says that has no counterpart.
    pub(super) fn refuse_said(&mut self, block: &'m Block) {
        for interrupt in &block.interrupts {
            self.cannot(
                interrupt.span,
                "while the block is at work",
                "nobody can be interrupted in a choreography".to_string(),
            );
        }
        for reminder in &block.reminders {
            self.cannot(
                reminder.span,
                "of several services",
                "a reminder beside the work of several services cannot be kept".to_string(),
            );
        }
    }

    /// An entry that only tells people stays as it is written.
    pub(super) fn said_as_is(
        &mut self,
        cursor: Cursor,
        said: usize,
        span: Span,
        statements: &'m [Statement],
        besides: &[&Expr],
    ) {
        let mut exprs: Vec<&Expr> = besides.to_vec();
        for statement in statements {
            match &statement.kind {
                StatementKind::Notify(_) => exprs.extend(self.cx.exprs_in(statement)),
                _ => {
                    self.cannot(
                        statement.span,
                        "in a reminder",
                        "a reminder that does more than to notify cannot be kept".to_string(),
                    );
                }
            }
        }
        let text = self.text_in(cursor.reaction, span, &exprs);
        self.outline.text(said, text);
    }

    /// Whoever does its own step has no outage: the event that it reacts to is delivered again.
    pub(super) fn note_outage(&mut self, block: &'m Block, around: &Around<'m>, span: Span) {
        let handlers = block.handlers.iter().chain(around.handlers.iter().rev().copied());
        let meets = handlers.into_iter().find(|handler| met(handler, &[], true).1);
        let (place, label) = match meets {
            Some(handler) => (handler.span, "this is for an outage as well"),
            None => (span, "may have an outage"),
        };
        let is_known = self
            .findings
            .iter()
            .any(|it| it.rule.name == crate::convert::rules::LOST_IN_CONVERSION.name && it.span() == place);
        if is_known || meets.is_none() {
            return;
        }
        self.loses(
            place,
            label,
            "an outage of a service's own step is only a delay".to_string(),
            "its event is delivered again until the step is done or refused, so nothing is done about an outage",
        );
    }

    /// The remarks above a statement stay above it.
    pub(super) fn remarks(&mut self, cursor: Cursor, span: Span) {
        for line in self.cx.remarks_above(span) {
            self.outline.text(cursor.block, line);
        }
    }
}
