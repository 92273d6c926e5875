//! One step: on whose side it is done, what is said about it, and what is done when it goes wrong.

use super::flow::Around;
use super::{Choreographer, Cursor, Done, Heard, Here, Kind, Publication, Reason, Step};
use crate::convert::outline::Piece;
use crate::explore::can_be_undone;
use crate::graph::NodeKind;
use crate::model::{
    Act, Answers, Argument, Block, Expr, Handler, LabelId, OperationId, OperationKind, Run, ServiceId,
    Statement, StatementKind, Trouble, Undone, UndoneBy, ValueId, Wait,
};
use crate::source::Span;
use std::collections::BTreeMap;

/// What a step does, whichever kind it is of.
struct Work<'m> {
    label: LabelId,
    value: ValueId,
    operation: Option<OperationId>,
    done: Done,
    block: &'m Block,
    failures: Vec<String>,
    /// Whether there may be no answer.
    has_outage: bool,
    is_write: bool,
    undone: Option<&'m Undone>,
    call_span: Span,
    exprs: Vec<&'m Expr>,
}

impl<'m> Choreographer<'m> {
    /// On whose side an operation is called: that of its owner, unless nobody can change it.
    fn placed(&self, act: &Act) -> ServiceId {
        let service = &self.cx.model.services[act.service];
        let is_ours =
            act.instance.is_none() && service.external.is_none() && service.many_instances.is_none();
        if is_ours { act.service } else { self.coordinator }
    }

    pub(super) fn act(&mut self, act: &'m Act, span: Span, here: Here, around: &Around<'m>) -> Here {
        let service = self.placed(act);
        let here = self.apart(&act.block, here, service, Some(act.operation));
        let cursor = self.at(service, here, Some(act.operation));
        let operation = &self.cx.model.operations[act.operation];
        let is_remote = service != act.service || act.instance.is_some();
        let for_ever = act.block.retry.as_ref().is_some_and(|retry| retry.times.is_none());
        let mut exprs: Vec<&Expr> = act.arguments.iter().map(|argument| &argument.value).collect();
        exprs.extend(&act.instance);
        let work = Work {
            label: act.label,
            value: act.value,
            operation: Some(act.operation),
            done: Done::Operation(act.operation),
            block: &act.block,
            failures: operation.fails.iter().map(|failure| failure.name.text.to_string()).collect(),
            has_outage: is_remote && operation.answers == Answers::OnTheLine && !for_ever,
            is_write: operation.kind == OperationKind::Command,
            undone: self.cx.model.undone(act),
            call_span: act.call_span,
            exprs,
        };
        if !is_remote && !for_ever && operation.answers == Answers::OnTheLine && service != self.coordinator {
            self.note_outage(&act.block, around, span);
        }
        self.work(&work, span, cursor, around)
    }

    pub(super) fn run(&mut self, run: &'m Run, span: Span, here: Here, around: &Around<'m>) -> Here {
        let service = self.coordinator;
        let here = self.apart(&run.block, here, service, None);
        let cursor = self.at(service, here, None);
        let model = self.cx.model;
        let child = &model.workflows[run.workflow];
        let failures = child.goals.iter().map(|goal| &model.goals[*goal]);
        let work = Work {
            label: run.label,
            value: run.value,
            operation: None,
            done: Done::Run(run.workflow),
            block: &run.block,
            failures: failures
                .filter(|goal| goal.kind == crate::model::GoalKind::Failure)
                .map(|goal| goal.name.text.to_string())
                .collect(),
            has_outage: false,
            is_write: true,
            undone: run.block.undone.as_ref().or(child.undone.as_ref()),
            call_span: run.call_span,
            exprs: run.arguments.iter().map(|argument: &Argument| &argument.value).collect(),
        };
        self.work(&work, span, cursor, around)
    }

    /// A step with a limit stands alone in its reaction, between two events: those that its watch needs.
    fn apart(&mut self, block: &Block, here: Here, service: ServiceId, next: Option<OperationId>) -> Here {
        if block.limits.is_empty() {
            return here;
        }
        match here {
            Here::After(Heard::All(all)) if all.len() == 1 => Here::After(Heard::All(all)),
            Here::In(cursor) => Here::After(Heard::All(vec![self.hand_over(cursor, next)])),
            Here::After(heard) => {
                let cursor = self.new_reaction(Kind::Reaction, service, heard);
                let what = next.map(|operation| self.cx.model.operations[operation].name.text.to_string());
                let names = vec![format!("{}{}Due", self.thing(), what.unwrap_or_default())];
                let event = self.new_event(service, &names, Vec::new());
                self.known_from(cursor, event);
                self.publish(cursor, Publication { event, values: BTreeMap::new(), written: None });
                Here::After(Heard::All(vec![event]))
            }
            Here::Over => Here::Over,
        }
    }

    fn work(&mut self, work: &Work<'m>, span: Span, cursor: Cursor, around: &Around<'m>) -> Here {
        let name = self.cx.model.labels[work.label].name.text.to_string();
        let call = self.text_in(cursor.reaction, work.call_span, &work.exprs);
        self.remarks(cursor, span);
        let said = self.outline.block();
        let head = format!("step {} = {call}", crate::convert::text::written(&name));
        self.outline.push(cursor.block, Piece::Block(head, said));
        self.said_of_step(cursor, said, work);
        self.remember(work, &name, cursor, around);

        let first_event = self.events.len();
        let own: Vec<&Handler> = work.block.handlers.iter().collect();
        let mut ways = Vec::new();
        let mut unmet = work.failures.clone();
        let mut outage = work.has_outage;
        for handler in own.iter().copied().chain(around.handlers.iter().rev().copied()) {
            let is_own = own.iter().any(|it| std::ptr::eq(*it, handler));
            let (failures, meets_outage) = met(handler, &unmet, outage);
            if failures.is_empty() && !meets_outage {
                continue;
            }
            unmet.retain(|failure| !failures.contains(failure));
            outage &= !meets_outage;
            let mut refused = around.clone();
            refused.refused.push(work.label);
            // After an outage the step may have been done, and is undone like the others.
            let parts = match meets_outage && !failures.is_empty() && self.is_undoable(work.label) {
                true => vec![(failures, false), (Vec::new(), true)],
                false => vec![(failures, meets_outage)],
            };
            for (failures, outage) in parts {
                let around = if failures.is_empty() { around } else { &refused };
                let is_refusal = !failures.is_empty();
                let way = self.handler(handler, (failures, outage), (is_own, said), work, cursor, around);
                if is_refusal && !matches!(way.1, Here::Over) {
                    let step = self.steps.iter_mut().find(|step| step.label == work.label);
                    step.into_iter().for_each(|step| step.goes_on_refused = true);
                }
                ways.push(way);
            }
        }
        if let Some(failure) = unmet.first() {
            self.cannot(work.call_span, "it may be refused", format!("nobody meets `{failure}`"));
        }
        if !work.block.limits.is_empty() && !self.outline.is_empty(cursor.block) {
            return self.watched(work, cursor, ways, first_event, around);
        }
        self.done.insert(cursor.block, work.done);
        self.values.insert(work.value, (cursor.reaction, Vec::new()));
        self.meet(cursor, ways, true)
    }

    /// The step tells what came of it, and the owner watches for that.
    fn watched(
        &mut self,
        work: &Work<'m>,
        cursor: Cursor,
        ways: Vec<(Cursor, Here)>,
        first_event: usize,
        around: &Around<'m>,
    ) -> Here {
        self.done.insert(cursor.block, work.done);
        self.values.insert(work.value, (cursor.reaction, Vec::new()));
        let mut expected: Vec<super::News> = (first_event..self.events.len()).collect();
        let outcome = self.hand_over(cursor, None);
        expected.insert(0, outcome);
        let armed_by = match &self.reactions[cursor.reaction].heard {
            Heard::All(all) | Heard::Any(all) => all.first().copied(),
        };
        // A pivot that is not done in time has not been passed.
        let mut around = around.clone();
        around.refused.extend(work.block.pivot.is_some().then_some(work.label));
        for limit in &work.block.limits {
            if let Some(armed_by) = armed_by {
                let heard = if expected.len() == 1 {
                    Heard::All(expected.clone())
                } else {
                    Heard::Any(expected.clone())
                };
                self.limit(limit, (armed_by, heard), (work.operation, work.block), &around);
            }
        }
        let mut ways = ways;
        ways.push((cursor, Here::After(Heard::All(vec![outcome]))));
        self.meet(cursor, ways, false)
    }

    fn handler(
        &mut self,
        handler: &'m Handler,
        (failures, outage): (Vec<String>, bool),
        (is_own, said): (bool, usize),
        work: &Work<'m>,
        cursor: Cursor,
        around: &Around<'m>,
    ) -> (Cursor, Here) {
        let mut troubles: Vec<String> =
            failures.iter().map(|name| crate::convert::text::written(name)).collect();
        let reason = match (failures.is_empty(), work.operation) {
            (false, Some(operation)) => Reason::Failed(failures, operation),
            (false, None) => Reason::Chosen,
            (true, operation) => match operation {
                Some(operation) => Reason::Outage(self.cx.model.operations[operation].service),
                None => Reason::Chosen,
            },
        };
        if outage {
            troubles.push("outage".to_string());
        }
        let inside = self.nested(cursor, Some(reason));
        self.outline.push(said, Piece::Block(format!("on {}", troubles.join(" or ")), inside.block));
        self.refuse_said(&handler.block);
        let here = self.statements(&handler.block.statements, Here::In(inside), around);
        if !is_own && !matches!(here, Here::Over) {
            self.cannot(
                handler.span,
                "and then goes on behind its block",
                "what meets a failure further out and goes on there cannot be kept".to_string(),
            );
        }
        (inside, here)
    }

    fn is_undoable(&self, label: LabelId) -> bool {
        self.steps.iter().any(|step| step.label == label && step.can_be_undone)
    }

    fn remember(&mut self, work: &Work<'m>, name: &str, cursor: Cursor, around: &Around<'m>) {
        let node = self.cx.graph.nodes_of(self.id).find(|(_, node)| match &node.kind {
            NodeKind::Act(act) => act.label == work.label,
            NodeKind::Run(run) => run.label == work.label,
            _ => false,
        });
        let undoable = node.is_some_and(|(id, _)| can_be_undone(self.cx.model, self.cx.graph, id));
        let undone_by = match work.undone.map(|undone| &undone.by) {
            Some(UndoneBy::Operation { operation, .. }) => Some(*operation),
            Some(UndoneBy::Nothing { .. }) | None => None,
        };
        self.steps.push(Step {
            label: work.label,
            name: name.to_string(),
            at: self.steps.len() + self.exits.len(),
            branches: around.branches.clone(),
            choices: around.choices.clone(),
            scopes: around.scopes.clone(),
            reaction: cursor.reaction,
            is_write: work.is_write,
            can_be_undone: undoable,
            goes_on_refused: false,
            may_stay: matches!(work.undone.map(|undone| &undone.by), Some(UndoneBy::Nothing { .. })),
            is_pivot: work.block.pivot.is_some(),
            undone_by,
            span: work.call_span,
        });
    }

    /// What is said about the step and stays true on its service's side.
    fn said_of_step(&mut self, cursor: Cursor, said: usize, work: &Work<'m>) {
        let block = work.block;
        let mut entries: Vec<Span> = Vec::new();
        entries.extend(block.timeout.map(|(_, span)| span));
        entries.extend(block.retry.as_ref().map(|retry| retry.span));
        entries.extend(block.breaker.as_ref().map(|breaker| breaker.span));
        entries.extend(block.pivot);
        entries.extend(self.cx.allows_in(block));
        entries.sort_unstable();
        for span in entries {
            let text = self.own_text(span);
            self.outline.text(said, text);
        }
        if let Some(undone) = &block.undone {
            let exprs: Vec<&Expr> = match &undone.by {
                UndoneBy::Operation { arguments, .. } => {
                    arguments.iter().map(|argument| &argument.value).collect()
                }
                UndoneBy::Nothing { .. } => Vec::new(),
            };
            let text = self.text_in(cursor.reaction, undone.span, &exprs);
            self.outline.text(said, text);
        }
        for reminder in &block.reminders {
            self.said_as_is(cursor, said, reminder.span, &reminder.block.statements, &[&reminder.delay]);
        }
        for interrupt in &block.interrupts {
            self.cannot(
                interrupt.span,
                "beside a step",
                "nobody can be interrupted in a choreography".to_string(),
            );
        }
    }

    /// A loop that stays with one service, as it is written.
    pub(super) fn kept(
        &mut self,
        statement: &'m Statement,
        name: Option<(LabelId, ValueId)>,
        here: Here,
        around: &Around<'m>,
    ) -> Here {
        let inner = statements_in(statement);
        let acts: Vec<&Act> = inner
            .iter()
            .filter_map(|it| match &it.kind {
                StatementKind::Act(act) => Some(&**act),
                _ => None,
            })
            .collect();
        let mut services: Vec<ServiceId> = acts.iter().map(|act| self.placed(act)).collect();
        services.sort_unstable();
        services.dedup();
        let service = if let [one] = services.as_slice() { *one } else { self.coordinator };
        if let Some(out) = inner.iter().find(|it| {
            matches!(
                it.kind,
                StatementKind::End { .. }
                    | StatementKind::Undo(_)
                    | StatementKind::Then { .. }
                    | StatementKind::Run(_)
                    | StatementKind::Publish { .. }
            ) || matches!(&it.kind, StatementKind::Wait(wait) if matches!(**wait, Wait::For { .. } | Wait::Any { .. }))
        }) {
            self.cannot(out.span, "in a loop", "a loop stays with one service, and this cannot be done in it there".into());
        }
        let others: Vec<Span> =
            acts.iter().filter(|act| self.placed(act) != service).map(|act| act.call_span).collect();
        for other in others {
            self.cannot(
                other,
                "of another service",
                "a loop over steps of several services cannot be kept".into(),
            );
        }
        if let Some(undoable) = acts.iter().find(|act| {
            self.cx.model.operations[act.operation].kind == OperationKind::Command
                && !around.branches.is_empty()
        }) {
            self.cannot(
                undoable.call_span,
                "in a loop beside other branches",
                "nobody can stop a loop that is at work beside others".into(),
            );
        }
        let leaves = acts.iter().any(|act| !is_met_inside(self.cx.model, act));
        if let (true, Some(handler)) = (leaves, around.handlers.first()) {
            self.cannot(
                handler.span,
                "from inside a loop",
                "a failure that leaves a loop cannot be kept".to_string(),
            );
        }
        let cursor = self.at(service, here, acts.first().map(|act| act.operation));
        for value in inner.iter().copied().chain([statement]).filter_map(value_of) {
            self.values.insert(value, (cursor.reaction, Vec::new()));
        }
        let exprs = self.cx.exprs_in(statement);
        let text = self.text_in(cursor.reaction, statement.span, &exprs);
        self.remarks(cursor, statement.span);
        self.outline.text(cursor.block, text);
        for act in acts {
            let node = self
                .cx
                .graph
                .nodes_of(self.id)
                .find(|(_, node)| matches!(&node.kind, NodeKind::Act(other) if other.label == act.label));
            let can_be_undone = node.is_some_and(|(id, _)| can_be_undone(self.cx.model, self.cx.graph, id));
            self.steps.push(Step {
                label: act.label,
                name: self.cx.model.labels[act.label].name.text.to_string(),
                at: self.steps.len() + self.exits.len(),
                branches: around.branches.clone(),
                choices: around.choices.clone(),
                scopes: around.scopes.iter().copied().chain(name.map(|(label, _)| label)).collect(),
                reaction: cursor.reaction,
                is_write: self.cx.model.operations[act.operation].kind == OperationKind::Command,
                can_be_undone,
                may_stay: self.cx.may_stay(act),
                goes_on_refused: true,
                is_pivot: act.block.pivot.is_some(),
                undone_by: None,
                span: act.call_span,
            });
        }
        Here::In(cursor)
    }
}

/// Every statement inside of one.
fn statements_in(statement: &Statement) -> Vec<&Statement> {
    let mut found: Vec<&Statement> = Vec::new();
    for block in statement.blocks() {
        for inner in block.with_inner() {
            found.extend(&inner.statements);
        }
    }
    found
}

/// What a statement gives a name to.
fn value_of(statement: &Statement) -> Option<ValueId> {
    match &statement.kind {
        StatementKind::Act(act) => Some(act.value),
        StatementKind::Let { value, .. } => Some(*value),
        StatementKind::Parallel(it) => it.name.map(|name| name.value),
        StatementKind::ForEach(it) => it.name.map(|name| name.value),
        StatementKind::Repeat(it) => it.name.map(|name| name.value),
        _ => None,
    }
}

/// Whether everything that may go wrong with a step in a loop is met at the step.
fn is_met_inside(model: &crate::model::Model, act: &Act) -> bool {
    let failures: Vec<String> =
        model.operations[act.operation].fails.iter().map(|failure| failure.name.text.to_string()).collect();
    let for_ever = act.block.retry.as_ref().is_some_and(|retry| retry.times.is_none());
    let mut unmet = failures;
    let mut outage = !for_ever;
    for handler in &act.block.handlers {
        let (met, meets_outage) = met(handler, &unmet, outage);
        unmet.retain(|failure| !met.contains(failure));
        outage &= !meets_outage;
    }
    unmet.is_empty() && !outage
}

/// Which of the failures a handler meets, and whether it meets the outage.
pub(super) fn met(handler: &Handler, failures: &[String], outage: bool) -> (Vec<String>, bool) {
    let any = handler.troubles.iter().any(|trouble| matches!(trouble, Trouble::Any(_)));
    let named = |failure: &String| {
        handler.troubles.iter().any(|trouble| matches!(trouble, Trouble::Failure(name, _) if name == failure))
    };
    let found = failures.iter().filter(|failure| any || named(failure)).cloned().collect();
    let meets_outage =
        outage && (any || handler.troubles.iter().any(|trouble| matches!(trouble, Trouble::Outage(_))));
    (found, meets_outage)
}
