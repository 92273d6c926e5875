//! Where a conductor would do something else than the choreography did.

use super::body::Around;
use super::{Conductor, ReactionId};
use crate::finding::Label;
use crate::model::{GoalId, HowMany, StatementKind};

impl Conductor<'_> {
    /// A reaction must not stand behind steps that it never waited for.
    pub(super) fn hold_order(&mut self, at: ReactionId, around: &Around) {
        if !self.does_something(at) {
            return;
        }
        let part = &self.parts[at];
        let earlier = around
            .before
            .iter()
            .copied()
            .find(|other| *other != at && !part.before.contains(other) && self.does_something(*other));
        if let Some(other) = earlier {
            let (span, before) = (part.reaction.formula.span, self.parts[other].reaction.formula.span);
            self.cannot(
                span,
                "does not wait for all that would stand before it",
                "the order of the reactions cannot be written as lines and branches".to_string(),
            );
            if let Some(finding) = self.findings.last_mut()
                && finding.labels.len() == 1
            {
                finding.labels.push(Label { span: before, text: "not for this one".to_string() });
            }
        }
    }

    fn does_something(&self, at: ReactionId) -> bool {
        let blocks = self.parts[at].reaction.block.with_inner();
        blocks
            .into_iter()
            .flat_map(|block| &block.statements)
            .any(|it| matches!(it.kind, StatementKind::Act(_)))
    }

    /// A conductor stops what is beside an exit; in a choreography it goes on.
    pub(super) fn hold_beside(&mut self) {
        for at in 0..self.outs.len() {
            let out = &self.outs[at];
            if out.reaction.is_none() {
                continue;
            }
            let span = out.span;
            let left = self.placed.iter().find(|step| {
                let stays = step.is_write
                    && !step.may_stay
                    && (!out.undone.contains(&step.label) || !step.can_be_undone);
                is_beside(&step.branches, &out.branches) && (stays || step.is_pivot)
            });
            if let Some(step) = left {
                let name = self.names[&step.label].clone();
                let place = self.cx.model.labels[step.label].name.span;
                self.cannot(
                    span,
                    "a conductor stops what is beside this",
                    format!("`{name}` goes on when this has failed, and is not undone"),
                );
                if let Some(finding) = self.findings.last_mut()
                    && finding.labels.len() == 1
                {
                    finding.labels.push(Label { span: place, text: "this goes on".to_string() });
                }
            }
            let out = &self.outs[at];
            let other = self
                .outs
                .iter()
                .find(|other| is_beside(&other.branches, &out.branches) && other.goal != out.goal);
            if let Some(other) = other {
                let message = format!(
                    "a run could reach both `{}` and `{}`",
                    self.cx.model.goals[out.goal].name.text, self.cx.model.goals[other.goal].name.text
                );
                self.cannot(span, "beside the other", message);
            }
        }
    }

    /// No exit may be left when the end has been reached.
    pub(super) fn hold_goal(&mut self, goal: GoalId) {
        let Some(formula) = &self.cx.model.goals[goal].reached_by else { return };
        let starts = self.starts().into_iter().collect();
        let sets: Vec<_> =
            formula.terms.iter().map(|term| self.publishers(term.event, &starts, &mut Vec::new())).collect();
        let before = match formula.how {
            HowMany::All => sets.into_iter().flatten().collect(),
            HowMany::Any | HowMany::Some(_) => super::common(sets),
        };
        let late = self.outs.iter().find(|out| {
            out.goal != goal && out.sites.len() <= 1 && out.reaction.is_some_and(|it| !before.contains(&it))
        });
        if let Some(out) = late {
            let (span, name) = (out.span, self.cx.model.goals[goal].name.text.to_string());
            self.cannot(
                span,
                "may come after that",
                format!("a run could reach `{name}` and fail all the same"),
            );
        }
    }
}

/// Whether two places stand in different branches of one parallel.
pub(super) fn is_beside(one: &[(usize, usize)], other: &[(usize, usize)]) -> bool {
    one.iter().any(|(number, at)| other.iter().any(|(same, there)| number == same && at != there))
}
