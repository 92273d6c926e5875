//! Ways out: what is undone because of a failure, and the end that is reached.

use super::body::Around;
use super::{Conductor, Out, PartKind, ReactionId};
use crate::convert::outline::{BlockId, Piece};
use crate::convert::text::written;
use crate::model::{
    Argument, EventId, Expr, Formula, GoalId, HowMany, LabelId, Statement, StatementKind, UndoTarget,
};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// What comes of some events without anybody on the line: who undoes what, and tells it.
pub(super) struct Consequences {
    pub events: BTreeSet<EventId>,
    pub undone: BTreeSet<LabelId>,
}

impl<'a> Conductor<'a> {
    /// `publish OrderBlocked(order); skip`: the line is left here.
    pub(super) fn leave(&mut self, at: ReactionId, all: &'a [Statement], span: Span, around: &Around) {
        let mut told: BTreeMap<EventId, &'a [Argument]> = BTreeMap::new();
        let mut undone = BTreeSet::new();
        for statement in all {
            match &statement.kind {
                StatementKind::Publish { event, arguments, .. } => {
                    told.insert(*event, arguments);
                }
                StatementKind::Undo(UndoTarget::Label { label, .. }) => {
                    undone.insert(*label);
                }
                StatementKind::Skip => break,
                _ => {}
            }
        }
        self.n_sites += 1;
        let mut inner = around.clone();
        inner.sites.push(self.n_sites);
        self.go_out(Some(at), told, undone, span, &inner);
    }

    /// Everything that comes of these events, up to the end.
    pub(super) fn go_out(
        &mut self,
        at: Option<ReactionId>,
        told: BTreeMap<EventId, &'a [Argument]>,
        undone: BTreeSet<LabelId>,
        span: Span,
        around: &Around,
    ) {
        for goal in self.reached(&around.known) {
            let name = self.cx.model.goals[goal].name.text.to_string();
            self.cannot(
                span,
                "and then this",
                format!("`{name}` is reached before, and a conductor ends a run once"),
            );
        }
        let undoing = self.outline.block();
        let mut consequences = self.come_of(told.keys().copied().collect());
        consequences.undone.extend(undone);
        // Who else does something now stands on this way.
        let mut known: BTreeSet<EventId> = around.known.clone();
        known.extend(&consequences.events);
        let before = self.placed.len();
        let known = self.line(known, around);
        // What is done on this way may be a reason to undo, too.
        self.outline.push(around.block, Piece::Inline(undoing));
        if self.placed.len() > before && !around.branches.is_empty() {
            self.cannot(
                span,
                "beside other branches",
                "what is done after a failure beside other branches cannot be kept".to_string(),
            );
        }
        let mut late: BTreeSet<EventId> = known.difference(&around.known).copied().collect();
        let more = self.come_of(late.clone());
        late.extend(more.events);
        consequences.undone.extend(more.undone);
        let mut goals = self.reached(&late);
        if goals.is_empty() {
            let mut all = around.known.clone();
            all.extend(&late);
            goals = self.reached(&all);
        }
        match goals.as_slice() {
            [goal] => {
                let goal = *goal;
                self.end(goal, &told, &late, span, around.block);
                self.outs.push(Out {
                    goal,
                    reaction: at,
                    at: self.placed.len() + self.outs.len(),
                    branches: around.branches.clone(),
                    sites: around.sites.clone(),
                    undone: consequences.undone,
                    refused: around.refused.clone(),
                    span,
                    block: undoing,
                });
            }
            [] => self.cannot(span, "and then nothing", "this way reaches no end".to_string()),
            _ => self.cannot(span, "reaches several ends", "a conductor ends a run once".to_string()),
        }
    }

    /// The undoing reactions that events set off, and what these tell in turn.
    pub(super) fn come_of(&mut self, events: BTreeSet<EventId>) -> Consequences {
        let mut found = Consequences { events, undone: BTreeSet::new() };
        let mut seen = BTreeSet::new();
        loop {
            let next = (0..self.parts.len()).find(|at| {
                let part = &self.parts[*at];
                let formula = &part.reaction.formula;
                part.kind == PartKind::Undoes
                    && !seen.contains(at)
                    && formula.terms.iter().any(|term| found.events.contains(&term.event))
            });
            let Some(at) = next else { return found };
            seen.insert(at);
            let reaction = self.parts[at].reaction;
            if reaction.formula.how != HowMany::Any && reaction.formula.terms.len() > 1 {
                self.cannot(
                    reaction.formula.span,
                    "undoes after several events",
                    "an undo that waits for several events cannot be kept".to_string(),
                );
            }
            for statement in &reaction.block.statements {
                match &statement.kind {
                    StatementKind::Undo(UndoTarget::Label { label, .. }) => {
                        found.undone.insert(*label);
                    }
                    StatementKind::Publish { event, .. } => {
                        found.events.insert(*event);
                    }
                    _ => self.cannot(
                        statement.span,
                        "beside an undo",
                        "a reaction that undoes and does more cannot be kept".to_string(),
                    ),
                }
            }
        }
    }

    /// The ends that are reached by these events.
    pub(super) fn reached(&self, known: &BTreeSet<EventId>) -> Vec<GoalId> {
        let holds = |formula: &Formula| {
            let n_known = formula.terms.iter().filter(|term| known.contains(&term.event)).count();
            match formula.how {
                HowMany::All => n_known == formula.terms.len() && n_known > 0,
                HowMany::Any => n_known > 0,
                HowMany::Some(n) => n_known >= n as usize,
            }
        };
        let goals = self.workflow.goals.iter().copied();
        goals.filter(|goal| self.cx.model.goals[*goal].reached_by.as_ref().is_some_and(holds)).collect()
    }

    /// The end of the line.
    pub(super) fn end_of_run(&mut self, known: &BTreeSet<EventId>) {
        match self.reached(known).as_slice() {
            [goal] => {
                let goal = *goal;
                self.end(goal, &BTreeMap::new(), known, self.workflow.name.span, self.body);
                self.hold_goal(goal);
            }
            [] if self.outs.is_empty() || !self.parts.is_empty() => {
                self.cannot(
                    self.workflow.name.span,
                    "its line reaches no end",
                    format!("`{}` ends nowhere when all goes well", self.workflow.name.text),
                );
            }
            [] => {}
            _ => self.cannot(
                self.workflow.name.span,
                "reaches several ends",
                format!(
                    "`{}` goes on behind an end, and a conductor ends a run once",
                    self.workflow.name.text
                ),
            ),
        }
    }

    fn end(
        &mut self,
        goal: GoalId,
        told: &BTreeMap<EventId, &'a [Argument]>,
        known: &BTreeSet<EventId>,
        span: Span,
        block: BlockId,
    ) {
        let declared = &self.cx.model.goals[goal];
        let events: Vec<EventId> = declared
            .reached_by
            .iter()
            .flat_map(|formula| &formula.terms)
            .map(|term| term.event)
            .filter(|event| known.contains(event))
            .collect();
        let mut values = Vec::new();
        for field in &declared.fields {
            let value = events.iter().find_map(|event| self.value_of(*event, &field.name.text, told));
            match value {
                Some(value) => values.push(value),
                None => self.cannot(
                    span,
                    "tells it not",
                    format!(
                        "what `{}` gives as `{}` is told by no event",
                        declared.name.text, field.name.text
                    ),
                ),
            }
        }
        let values = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
        self.outline.text(block, format!("end {}{values}", written(&declared.name.text)));
    }

    /// What an event carries under a name.
    fn value_of(
        &mut self,
        event: EventId,
        name: &str,
        told: &BTreeMap<EventId, &'a [Argument]>,
    ) -> Option<String> {
        let number = self.cx.model.events[event].fields.iter().position(|field| field.name.text == name)?;
        if self.starts().contains(&event) {
            return Some(format!("{}.{}", self.cx.model.events[event].name.text, written(name)));
        }
        let find = |arguments: &'a [Argument]| -> Option<&'a Expr> {
            arguments
                .iter()
                .find(|argument| argument.parameter == Some(number))
                .map(|argument| &argument.value)
        };
        let here = told.get(&event).copied().and_then(find);
        let argument = match here {
            Some(argument) => argument,
            None => match self.publications.get(&event).map(Vec::as_slice) {
                Some([one]) => find(one.arguments)?,
                _ => return None,
            },
        };
        Some(self.text(argument.span, &[argument]))
    }

    /// Writes what each exit undoes: everything, where that is what it comes to.
    pub(super) fn write_undo(&mut self) {
        for at in 0..self.outs.len() {
            let out = &self.outs[at];
            if out.undone.is_empty() {
                continue;
            }
            let there = self.may_stand_at(out);
            let is_all = there.iter().all(|label| out.undone.contains(label));
            let block = out.block;
            if is_all {
                self.outline.text(block, "undo all");
                continue;
            }
            let undone = out.undone.clone();
            let mut ordered: Vec<LabelId> = self
                .placed
                .iter()
                .rev()
                .map(|step| step.label)
                .filter(|label| undone.contains(label))
                .collect();
            ordered.dedup();
            for label in ordered {
                let text = format!("undo {}", written(&self.names[&label]));
                self.outline.text(block, text);
            }
        }
    }

    /// The steps that `undo all` would take back at an exit.
    fn may_stand_at(&self, out: &Out) -> BTreeSet<LabelId> {
        let is_limit = out.reaction.is_none();
        let is_before = |sites: &[usize]| out.sites.starts_with(sites);
        let pivot = self
            .placed
            .iter()
            .filter(|step| {
                step.is_pivot && step.at < out.at && !out.refused.contains(&step.label) && !is_limit
            })
            .filter(|step| is_before(&step.sites) && !super::checks::is_beside(&step.branches, &out.branches))
            .map(|step| step.at)
            .max();
        let there = self.placed.iter().filter(|step| {
            let beside = super::checks::is_beside(&step.branches, &out.branches);
            step.can_be_undone
                && !step.is_pivot
                && !out.refused.contains(&step.label)
                && (is_limit || beside || step.at < out.at)
                && (is_before(&step.sites) || is_limit)
                && pivot.is_none_or(|pivot| step.at > pivot)
        });
        there.map(|step| step.label).collect()
    }
}
