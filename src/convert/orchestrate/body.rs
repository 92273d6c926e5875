//! The line of the conductor: reaction behind reaction, beside each other where several can begin.

use super::{Conductor, PartKind, Placed, ReactionId};
use crate::convert::outline::{BlockId, Piece};
use crate::convert::text::written;
use crate::explore::can_be_undone;
use crate::graph::NodeKind;
use crate::model::{
    Act, Answers, Block, EventId, Expr, Formula, Handler, HowMany, LabelId, OperationKind, Statement,
    StatementKind, Trouble, UndoTarget, UndoneBy, Wait,
};
use crate::source::Span;
use std::collections::BTreeSet;

/// What is around the place that is written.
#[derive(Clone, Default)]
pub(super) struct Around {
    pub block: BlockId,
    pub branches: Vec<(usize, usize)>,
    /// Reactions that other branches begin with.
    pub of_others: BTreeSet<ReactionId>,
    pub refused: Vec<LabelId>,
    /// Ways on which the line is left.
    pub sites: Vec<usize>,
    /// What is known when the reaction begins.
    pub known: BTreeSet<EventId>,
    /// Reactions that stand before this place.
    pub before: BTreeSet<ReactionId>,
}

impl<'a> Conductor<'a> {
    /// Everything that can follow once these events are known; gives what is known behind it.
    pub(super) fn line(&mut self, known: BTreeSet<EventId>, around: &Around) -> BTreeSet<EventId> {
        let mut known = known;
        let mut around = around.clone();
        loop {
            let ready = self.ready(&known, &around);
            match ready.as_slice() {
                [] => return known,
                [one] => {
                    let told = self.part(*one, &known, &around);
                    around.before.insert(*one);
                    known.extend(told);
                }
                several => {
                    let several = several.to_vec();
                    let parallel = self.outline.block();
                    self.n_parallels += 1;
                    let number = self.n_parallels;
                    let mut all = known.clone();
                    let mut n_written = 0;
                    let mut alone = None;
                    for (at, part) in several.iter().enumerate() {
                        let block = self.outline.block();
                        let mut inner = Around { block, ..around.clone() };
                        inner.branches.push((number, at));
                        inner.of_others.extend(several.iter().filter(|other| *other != part));
                        let mut told = known.clone();
                        told.extend(self.part(*part, &known, &inner));
                        inner.before.insert(*part);
                        let told = self.line(told, &inner);
                        all.extend(told);
                        if self.outline.is_empty(block) {
                            continue;
                        }
                        n_written += 1;
                        alone = Some(block);
                        if self.outline.is_one(block) {
                            self.outline.splice(parallel, block);
                        } else {
                            let name = self.branch_name(*part);
                            self.outline.push(parallel, Piece::Block(format!("scope {name}"), block));
                        }
                    }
                    around.before.extend(several);
                    let placed: Vec<ReactionId> =
                        (0..self.parts.len()).filter(|at| self.parts[*at].is_placed).collect();
                    around.before.extend(placed);
                    match (n_written, alone) {
                        (1, Some(block)) => self.outline.splice(around.block, block),
                        (0, _) => {}
                        _ => self.outline.push(around.block, Piece::Block("parallel".to_string(), parallel)),
                    }
                    known = all;
                }
            }
        }
    }

    fn branch_name(&self, part: ReactionId) -> String {
        let service = self.cx.model.service_name(self.parts[part].service);
        written(&format!("{}Part{}", super::lower(service), part + 1))
    }

    /// The reactions that can begin now.
    fn ready(&self, known: &BTreeSet<EventId>, around: &Around) -> Vec<ReactionId> {
        let can = |at: &ReactionId| {
            let part = &self.parts[*at];
            if part.is_placed || part.kind != PartKind::Main || around.of_others.contains(at) {
                return false;
            }
            let formula = &part.reaction.formula;
            let mut terms = formula.terms.iter().map(|term| term.event);
            let is_there = |event: EventId| known.contains(&event) || self.outside.contains(&event);
            match formula.how {
                HowMany::All => terms.all(is_there),
                HowMany::Any | HowMany::Some(_) => terms.any(|event| known.contains(&event)),
            }
        };
        (0..self.parts.len()).filter(can).collect()
    }

    /// One reaction; gives the events that it tells when it succeeds.
    fn part(&mut self, at: ReactionId, known: &BTreeSet<EventId>, around: &Around) -> BTreeSet<EventId> {
        self.parts[at].is_placed = true;
        self.hold_order(at, around);
        let part = &self.parts[at];
        let reaction = part.reaction;
        let formula = &reaction.formula;
        if formula.how == HowMany::Any && formula.terms.len() > 1 && !self.excludes(formula) {
            self.cannot(
                formula.span,
                "once for each of them",
                "a reaction that may run for each of several events cannot be kept".to_string(),
            );
        }
        let waits: Vec<String> = formula
            .terms
            .iter()
            .filter(|term| self.outside.contains(&term.event))
            .map(|term| (self.cx.text)(term.span))
            .collect();
        if !waits.is_empty() {
            let inner = self.outline.block();
            self.waits.insert(at, inner);
            self.outline.push(around.block, Piece::Block(format!("wait for {}", waits.join(" and ")), inner));
        }
        let block = &reaction.block;
        if let Some(limit) = block.limits.first() {
            self.cannot(limit.span, "of a reaction", "a limit of a reaction cannot be kept".to_string());
        }
        if let Some(handler) = block.handlers.first() {
            self.cannot(
                handler.span,
                "of a reaction",
                "a failure that is met by a whole reaction cannot be kept".to_string(),
            );
        }
        let mut told = BTreeSet::new();
        let around = Around { known: known.clone(), ..around.clone() };
        self.statements(at, &block.statements, &around, false, &mut told);
        told
    }

    /// Whether the events of an `or` are told on ways of one reaction of which only one is gone.
    fn excludes(&self, formula: &Formula) -> bool {
        let mut all = formula.terms.iter().flat_map(|term| {
            let none = !self.publications.contains_key(&term.event);
            self.publications.get(&term.event).into_iter().flatten().map(Some).chain(none.then_some(None))
        });
        let Some(Some(first)) = all.next() else { return false };
        let mut n_last = usize::from(!first.is_nested);
        for other in all {
            let Some(other) = other else { return false };
            n_last += usize::from(!other.is_nested);
            if other.reaction != first.reaction || other.reaction.is_none() {
                return false;
            }
        }
        n_last <= 1
    }

    pub(super) fn statements(
        &mut self,
        at: ReactionId,
        all: &'a [Statement],
        around: &Around,
        is_nested: bool,
        told: &mut BTreeSet<EventId>,
    ) {
        for (position, statement) in all.iter().enumerate() {
            match &statement.kind {
                StatementKind::Publish { event, .. } => {
                    let leaves = all[position..].iter().any(|it| matches!(it.kind, StatementKind::Skip));
                    if is_nested && leaves {
                        self.leave(at, all, statement.span, around);
                        return;
                    }
                    if is_nested {
                        self.aside(*event, statement, around);
                        continue;
                    }
                    self.keep_publishing(*event, statement, around.block);
                    told.insert(*event);
                }
                StatementKind::Skip => {
                    self.cannot(
                        statement.span,
                        "and nobody hears of it",
                        "a reaction that stops here leads a conductor nowhere".to_string(),
                    );
                    return;
                }
                StatementKind::Undo(target) => {
                    // Before an exit it is part of that; alone it takes back a step and goes on.
                    let is_exit = all[position..].iter().any(|it| matches!(it.kind, StatementKind::Skip));
                    if is_exit {
                        continue;
                    }
                    if let UndoTarget::Label { label, .. } = target {
                        let text = format!("undo {}", written(&self.names[label]));
                        self.outline.text(around.block, text);
                    }
                }
                StatementKind::Act(act) => self.act(at, act, statement.span, around),
                StatementKind::If { branches, otherwise } => {
                    for (number, (condition, block)) in branches.iter().enumerate() {
                        let text = self.text(condition.span, &[condition]);
                        let head = if number == 0 { format!("if {text}") } else { format!("else if {text}") };
                        self.way(at, head, block, around);
                    }
                    if let Some(block) = otherwise {
                        self.way(at, "else".to_string(), block, around);
                    }
                }
                StatementKind::Scope { block, label } => {
                    let inner = Around { block: self.outline.block(), ..around.clone() };
                    let head = format!("scope {}", written(&self.names[label]));
                    self.outline.push(around.block, Piece::Block(head, inner.block));
                    self.refuse_said(block);
                    self.statements(at, &block.statements, &inner, is_nested, told);
                }
                StatementKind::Notify(_) | StatementKind::Let { .. } | StatementKind::Give(_) => {
                    self.remarks(around.block, statement.span);
                    self.as_is(statement, around.block);
                }
                StatementKind::Wait(wait) if matches!(**wait, Wait::Time(_) | Wait::Until(_)) => {
                    self.as_is(statement, around.block);
                }
                StatementKind::Parallel(_) | StatementKind::ForEach(_) | StatementKind::Repeat(_) => {
                    self.kept_loop(at, statement, around);
                }
                StatementKind::Wait(_)
                | StatementKind::Run(_)
                | StatementKind::Then { .. }
                | StatementKind::End { .. } => {
                    self.cannot(
                        statement.span,
                        "inside a reaction",
                        "what a reaction does here cannot be kept".to_string(),
                    );
                }
            }
        }
    }

    /// What is told on the side, and only there: whoever hears it acts before the line goes on.
    fn aside(&mut self, event: EventId, statement: &'a Statement, around: &Around) {
        self.keep_publishing(event, statement, around.block);
        let hears =
            self.parts.iter().any(|part| part.reaction.formula.terms.iter().any(|term| term.event == event));
        let reaches = self.workflow.goals.iter().any(|goal| {
            let formula = self.cx.model.goals[*goal].reached_by.as_ref();
            formula.is_some_and(|formula| formula.terms.iter().any(|term| term.event == event))
        });
        if hears || reaches {
            self.cannot(
                statement.span,
                "on one way only, and then goes on",
                "an event that is told on the side cannot be kept".to_string(),
            );
        }
    }

    fn way(&mut self, at: ReactionId, head: String, block: &'a Block, around: &Around) {
        let inner = Around { block: self.outline.block(), ..around.clone() };
        self.outline.push(around.block, Piece::Block(head, inner.block));
        self.refuse_said(block);
        self.statements(at, &block.statements, &inner, true, &mut BTreeSet::new());
    }

    fn refuse_said(&mut self, block: &'a Block) {
        let limits = block.limits.iter().map(|it| it.span);
        let handlers = block.handlers.iter().map(|it| it.span);
        let others = block.interrupts.iter().map(|it| it.span);
        let reminders = block.reminders.iter().map(|it| it.span);
        for span in limits.chain(handlers).chain(others).chain(reminders) {
            self.cannot(
                span,
                "inside a reaction",
                "what is said of a block inside a reaction cannot be kept".to_string(),
            );
        }
    }

    fn as_is(&mut self, statement: &'a Statement, block: BlockId) {
        let exprs = self.cx.exprs_in(statement);
        let text = self.text(statement.span, &exprs);
        self.outline.text(block, text);
    }

    fn keep_publishing(&mut self, event: EventId, statement: &'a Statement, block: BlockId) {
        if self.kept.contains(&event) {
            self.as_is(statement, block);
        }
    }

    fn act(&mut self, at: ReactionId, act: &'a Act, span: Span, around: &Around) {
        let mut exprs: Vec<&Expr> = act.arguments.iter().map(|argument| &argument.value).collect();
        exprs.extend(&act.instance);
        let call = self.text(act.call_span, &exprs);
        self.remarks(around.block, span);
        let said = self.outline.block();
        let head = format!("step {} = {call}", written(&self.names[&act.label]));
        self.outline.push(around.block, Piece::Block(head, said));
        self.said_of_step(at, act, said);
        // What a watch becomes stands before what is done when the step goes wrong.
        let timers = self.outline.block();
        self.outline.push(said, Piece::Inline(timers));
        self.said.insert(act.label, timers);
        self.remember(at, act, around);
        for handler in &act.block.handlers {
            self.handler(at, act, handler, said, around);
        }
    }

    /// Its policies. In a reaction an outage was a delay, so that the conductor tries without end.
    fn said_of_step(&mut self, at: ReactionId, act: &'a Act, said: BlockId) {
        let block = &act.block;
        let operation = &self.cx.model.operations[act.operation];
        let was_local = self.parts[at].service == act.service && act.instance.is_none();
        let is_local = self.coordinator == act.service && act.instance.is_none();
        let meets_outage = block.handlers.iter().any(|handler| {
            handler.troubles.iter().any(|it| matches!(it, Trouble::Outage(_) | Trouble::Any(_)))
        });
        // Also what the conductor does itself: a reaction was tried again until it was done.
        let needs_patience =
            operation.answers == Answers::OnTheLine && (was_local || (!is_local && !meets_outage));
        let mut entries: Vec<Span> = block.timeout.iter().map(|(_, span)| *span).collect();
        entries.extend(block.breaker.as_ref().map(|breaker| breaker.span));
        entries.extend(block.pivot);
        entries.extend(self.cx.allows_in(block));
        let own_retry = block.retry.as_ref().filter(|retry| retry.times.is_none() || !needs_patience);
        entries.extend(own_retry.map(|retry| retry.span));
        entries.sort_unstable();
        for span in entries {
            let text = (self.cx.text)(span);
            self.outline.text(said, text);
        }
        if needs_patience && own_retry.is_none() {
            self.outline.text(said, "retry forever backoff 1s..1h");
        }
        if let Some(undone) = &block.undone {
            let exprs: Vec<&Expr> = match &undone.by {
                UndoneBy::Operation { arguments, .. } => {
                    arguments.iter().map(|argument| &argument.value).collect()
                }
                UndoneBy::Nothing { .. } => Vec::new(),
            };
            let text = self.text(undone.span, &exprs);
            self.outline.text(said, text);
        }
        for limit in &block.limits {
            self.cannot(limit.span, "in a reaction", "a limit in a reaction cannot be kept".to_string());
        }
        for reminder in &block.reminders {
            let exprs: Vec<&Expr> = crate::model::written::written(self.cx.model)
                .into_iter()
                .map(|it| it.expr)
                .filter(|expr| reminder.span.contains(expr.span))
                .collect();
            let text = self.text(reminder.span, &exprs);
            self.outline.text(said, text);
        }
    }

    fn remember(&mut self, at: ReactionId, act: &Act, around: &Around) {
        let node = self
            .cx
            .graph
            .nodes_of(self.id)
            .find(|(_, node)| matches!(&node.kind, NodeKind::Act(other) if other.label == act.label));
        let can_be_undone = node.is_some_and(|(id, _)| can_be_undone(self.cx.model, self.cx.graph, id));
        self.placed.push(Placed {
            label: act.label,
            reaction: at,
            at: self.placed.len() + self.outs.len(),
            branches: around.branches.clone(),
            sites: around.sites.clone(),
            is_write: self.cx.model.operations[act.operation].kind == OperationKind::Command,
            can_be_undone,
            may_stay: self.cx.may_stay(act),
            is_pivot: act.block.pivot.is_some(),
        });
    }

    fn handler(
        &mut self,
        at: ReactionId,
        act: &'a Act,
        handler: &'a Handler,
        said: BlockId,
        around: &Around,
    ) {
        let names: Vec<String> = handler
            .troubles
            .iter()
            .map(|trouble| match trouble {
                Trouble::Any(_) => "any".to_string(),
                Trouble::Outage(_) => "outage".to_string(),
                Trouble::Failure(name, _) => written(name),
            })
            .collect();
        let mut inner = Around { block: self.outline.block(), ..around.clone() };
        if !handler.troubles.iter().all(|it| matches!(it, Trouble::Outage(_))) {
            inner.refused.push(act.label);
        }
        self.outline.push(said, Piece::Block(format!("on {}", names.join(" or ")), inner.block));
        self.refuse_said(&handler.block);
        self.statements(at, &handler.block.statements, &inner, true, &mut BTreeSet::new());
    }

    fn kept_loop(&mut self, at: ReactionId, statement: &'a Statement, around: &Around) {
        for block in statement.blocks().into_iter().flat_map(Block::with_inner) {
            for inner in &block.statements {
                match &inner.kind {
                    StatementKind::Publish { .. } | StatementKind::Undo(_) | StatementKind::Run(_) => {
                        self.cannot(
                            inner.span,
                            "in a loop",
                            "what a reaction does in a loop here cannot be kept".to_string(),
                        );
                    }
                    StatementKind::Act(act) => {
                        if !around.branches.is_empty()
                            && self.cx.model.operations[act.operation].kind == OperationKind::Command
                        {
                            self.cannot(
                                inner.span,
                                "in a loop beside other branches",
                                "a loop with commands beside other branches cannot be kept".to_string(),
                            );
                        }
                        self.remember(at, act, around);
                    }
                    _ => {}
                }
            }
        }
        self.remarks(around.block, statement.span);
        self.as_is(statement, around.block);
    }

    fn remarks(&mut self, block: BlockId, span: Span) {
        for line in self.cx.remarks_above(span) {
            self.outline.text(block, line);
        }
    }
}
