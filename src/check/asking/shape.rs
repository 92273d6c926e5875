//! The two sides of an event that is meant for one service: who says it, and who does what it asks.

use crate::model::{
    Act, Argument, Block, EventId, Formula, GoalKind, Model, Notified, ServiceId, Statement, StatementKind,
    Trigger, Wait, Workflow, WorkflowId,
};
use crate::source::Span;

/// Where a conductor publishes the event.
pub(super) struct Said<'m> {
    pub(super) workflow: WorkflowId,
    pub(super) arguments: &'m [Argument],
    pub(super) span: Span,
    /// What is done directly behind it.
    pub(super) next: Option<&'m Statement>,
    /// The blocks around it, outermost first.
    pub(super) around: Vec<&'m Block>,
}

/// The one reaction to it, and all that its workflow does.
pub(super) struct Done<'m> {
    pub(super) workflow: WorkflowId,
    pub(super) service: ServiceId,
    pub(super) act: &'m Act,
    /// The event that says how it came out.
    pub(super) reply: Option<(EventId, &'m [Argument])>,
}

/// The only place where the event is published, if that is on the line of a conductor.
pub(super) fn said(model: &Model, event: EventId) -> Option<Said<'_>> {
    let (workflow, _) = only(publications(model).filter(|it| it.1 == event))?;
    let body = &model.workflows[workflow].body;
    let (around, at) = line_to(body, event)?;
    let line = &around.last()?.statements;
    let statement = line.get(at)?;
    let StatementKind::Publish { arguments, .. } = &statement.kind else { return None };
    Some(Said { workflow, arguments, span: statement.span, next: line.get(at + 1), around })
}

/// The blocks around the publication, and its place in the last; what stands in a `parallel` has
/// nothing behind it, and is left alone.
fn line_to(block: &Block, event: EventId) -> Option<(Vec<&Block>, usize)> {
    let is_said =
        |it: &Statement| matches!(&it.kind, StatementKind::Publish { event: said, .. } if *said == event);
    if let Some(at) = block.statements.iter().position(is_said) {
        return Some((vec![block], at));
    }
    let inner = block.statements.iter().filter(|it| !matches!(it.kind, StatementKind::Parallel(_)));
    let (mut around, at) = inner.flat_map(Statement::blocks).find_map(|inner| line_to(inner, event))?;
    around.insert(0, block);
    Some((around, at))
}

/// The workflow that the event starts, if it is the reaction of one service: one step, and at most
/// one event.
pub(super) fn done(model: &Model, event: EventId) -> Option<Done<'_>> {
    let is_started = |workflow: &Workflow| match &workflow.trigger {
        Trigger::Events(formula) => formula.terms.iter().any(|term| term.event == event),
        Trigger::Called | Trigger::Schedule(_) => false,
    };
    let (id, workflow) = only(model.workflows.iter().filter(|(_, workflow)| is_started(workflow)))?;
    let Trigger::Events(trigger) = &workflow.trigger else { return None };
    let [participant] = workflow.participants.as_slice() else { return None };
    let [reaction] = participant.reactions.as_slice() else { return None };
    let is_plain = workflow.is_choreographed()
        && is_only(trigger, event)
        && is_only(&reaction.formula, event)
        && participant.watches.is_empty()
        && workflow.late.is_empty()
        && workflow.undone.is_none()
        && workflow.body.statements.is_empty()
        && [&workflow.body, &reaction.block]
            .into_iter()
            .all(|it| is_bare(it) && !has_time(it) && !has_policy(it))
        && !is_run(model, id);
    let (act, reply) = match reaction.block.statements.as_slice() {
        [step] => (step, None),
        [step, publish] => match &publish.kind {
            StatementKind::Publish { event, arguments, .. } => (step, Some((*event, arguments.as_slice()))),
            _ => return None,
        },
        _ => return None,
    };
    let StatementKind::Act(act) = &act.kind else { return None };
    let service = participant.service;
    let is_own = act.service == service
        && act.instance.is_none()
        && model.services[service].many_instances.is_none()
        && is_bare(&act.block)
        && !has_time(&act.block)
        && act.block.statements.is_empty();
    let is_reached = |formula: &Formula| {
        let is_ours = |id| id == event || reply.is_some_and(|(reply, _)| reply == id);
        formula.terms.iter().all(|term| is_ours(term.event) && term.condition.is_none())
    };
    let is_answer = workflow
        .goals
        .iter()
        .map(|goal| &model.goals[*goal])
        .all(|goal| goal.kind == GoalKind::Success && goal.reached_by.as_ref().is_some_and(is_reached));
    let is_other = reply.is_none_or(|(reply, _)| reply != event);
    (is_plain && is_own && is_answer && is_other).then_some(Done { workflow: id, service, act, reply })
}

/// The block of a wait for this event alone, if all it says is how long.
pub(super) fn waits_for(statement: &Statement, event: EventId) -> Option<&Block> {
    let StatementKind::Wait(wait) = &statement.kind else { return None };
    let Wait::For { formula, block } = &**wait else { return None };
    let says_how_long = is_bare(block) && !has_policy(block) && block.statements.is_empty();
    (is_only(formula, event) && says_how_long).then_some(block)
}

fn is_only(formula: &Formula, event: EventId) -> bool {
    matches!(formula.terms.as_slice(), [term] if term.event == event && term.condition.is_none())
}

/// Whether nothing is said about a block but limits, reminders, and what a step does about outages.
fn is_bare(block: &Block) -> bool {
    block.needs.is_none()
        && block.interrupts.is_empty()
        && block.handlers.is_empty()
        && block.pivot.is_none()
        && block.undone.is_none()
        && block.promises.is_none()
        && block.every.is_none()
        && block.at_most_times.is_none()
        && block.at_once.is_none()
}

fn has_time(block: &Block) -> bool {
    !block.limits.is_empty() || !block.reminders.is_empty()
}

fn has_policy(block: &Block) -> bool {
    block.timeout.is_some() || block.retry.is_some() || block.breaker.is_some()
}

fn is_run(model: &Model, id: WorkflowId) -> bool {
    statements(model).any(|(_, statement)| match &statement.kind {
        StatementKind::Run(run) => run.workflow == id,
        StatementKind::Notify(Notified::Workflow { workflow, .. }) => *workflow == id,
        _ => false,
    })
}

pub(super) fn publications(model: &Model) -> impl Iterator<Item = (WorkflowId, EventId)> {
    statements(model).filter_map(|(id, statement)| match &statement.kind {
        StatementKind::Publish { event, .. } => Some((id, *event)),
        _ => None,
    })
}

fn statements(model: &Model) -> impl Iterator<Item = (WorkflowId, &Statement)> {
    let blocks =
        model.workflows.iter().flat_map(|(id, it)| it.blocks().into_iter().map(move |block| (id, block)));
    blocks.flat_map(|(id, block)| block.statements.iter().map(move |statement| (id, statement)))
}

/// Every place where an event is named by somebody who takes it.
pub(super) fn takes(model: &Model) -> Vec<(WorkflowId, EventId, Span)> {
    let mut found = Vec::new();
    for (id, workflow) in model.workflows.iter() {
        let mut formulas: Vec<&Formula> = Vec::new();
        if let Trigger::Events(formula) = &workflow.trigger {
            formulas.push(formula);
        }
        formulas.extend(workflow.goals.iter().filter_map(|goal| model.goals[*goal].reached_by.as_ref()));
        for participant in &workflow.participants {
            formulas.extend(participant.reactions.iter().map(|reaction| &reaction.formula));
            formulas.extend(participant.watches.iter().map(|watch| &watch.expected));
            found.extend(participant.watches.iter().map(|watch| (id, watch.armed_by, watch.armed_by_span)));
        }
        formulas.extend(workflow.late.iter().map(|late| &late.formula));
        for block in workflow.blocks() {
            formulas.extend(block.interrupts.iter().map(|interrupt| &interrupt.formula));
            formulas.extend(block.statements.iter().filter_map(|statement| match &statement.kind {
                StatementKind::Wait(wait) => match &**wait {
                    Wait::For { formula, .. } => Some(formula),
                    Wait::Any { .. } | Wait::Time(_) | Wait::Until(_) => None,
                },
                _ => None,
            }));
        }
        found.extend(formulas.into_iter().flat_map(|it| &it.terms).map(|term| (id, term.event, term.span)));
    }
    found
}

fn only<T>(items: impl IntoIterator<Item = T>) -> Option<T> {
    let mut items = items.into_iter();
    items.next().filter(|_| items.next().is_none())
}
