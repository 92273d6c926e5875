//! What a service has to do with a choreographed workflow: decided once, for its text, for what it listens
//! to, and for whoever keeps track.

use crate::model::{
    Block, EventId, Formula, GoalKind, HowMany, Id, LabelId, Late, Model, OperationId, Reaction, ServiceId,
    StatementKind, Trigger, UndoTarget, UndoneBy, Watch, Workflow, WorkflowId,
};
use std::collections::BTreeSet;

/// One service's side of one workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    pub workflow: WorkflowId,
    pub service: ServiceId,
}

/// The services that have a side of a workflow, those that somebody else runs left out.
pub fn sides(model: &Model, workflow: WorkflowId) -> Vec<Side> {
    let all = model.services.iter().filter(|(_, service)| service.external.is_none());
    all.map(|(service, _)| Side { workflow, service })
        .filter(|side| {
            participates(model, *side)
                || records_ends(model, *side)
                || keeps_limits(model, *side)
                || keeps_late(model, *side)
        })
        .collect()
}

fn participates(model: &Model, side: Side) -> bool {
    model.workflows[side.workflow]
        .participants
        .iter()
        .any(|it| it.service == side.service && !(it.reactions.is_empty() && it.watches.is_empty()))
}

pub fn reactions(model: &Model, side: Side) -> Vec<&Reaction> {
    let participants = model.workflows[side.workflow].participants.iter();
    participants.filter(|it| it.service == side.service).flat_map(|it| &it.reactions).collect()
}

fn watches(model: &Model, side: Side) -> Vec<&Watch> {
    let participants = model.workflows[side.workflow].participants.iter();
    participants.filter(|it| it.service == side.service).flat_map(|it| &it.watches).collect()
}

/// Whether it must know when the run is over: who answers for an end, and who watches.
pub fn records_ends(model: &Model, side: Side) -> bool {
    let goals = model.workflows[side.workflow].goals.iter();
    goals.into_iter().any(|goal| model.goals[*goal].owner.service == Some(side.service))
        || !watches(model, side).is_empty()
        || keeps_limits(model, side)
        || keeps_late(model, side)
}

/// Whether it looks after the whole run: the owner of its first success does.
pub fn keeps_limits(model: &Model, side: Side) -> bool {
    let workflow = &model.workflows[side.workflow];
    let mut goals = workflow.goals.iter().map(|goal| &model.goals[*goal]);
    let owner = goals.find(|goal| goal.kind == GoalKind::Success).and_then(|goal| goal.owner.service);
    let is_kept = !workflow.body.limits.is_empty() || !workflow.body.reminders.is_empty();
    is_kept && owner == Some(side.service)
}

/// Whether what comes late meets it: the owner of the first end.
pub fn keeps_late(model: &Model, side: Side) -> bool {
    let workflow = &model.workflows[side.workflow];
    let owner = workflow.goals.first().and_then(|goal| model.goals[*goal].owner.service);
    owner == Some(side.service) && workflow.late.iter().any(|late| !late.block.statements.is_empty())
}

/// Every event that it listens to.
pub fn listens(model: &Model, side: Side) -> BTreeSet<EventId> {
    let workflow = &model.workflows[side.workflow];
    let mut found = BTreeSet::new();
    let mut add = |formula: &Formula| found.extend(formula.terms.iter().map(|term| term.event));
    reactions(model, side).iter().for_each(|reaction| add(&reaction.formula));
    for watch in watches(model, side) {
        add(&watch.expected);
    }
    if records_ends(model, side) {
        let goals = workflow.goals.iter().filter_map(|goal| model.goals[*goal].reached_by.as_ref());
        goals.for_each(&mut add);
    }
    if keeps_limits(model, side)
        && let Trigger::Events(formula) = &workflow.trigger
    {
        add(formula);
    }
    if keeps_late(model, side) {
        let late = workflow.late.iter().filter(|late| !late.block.statements.is_empty());
        late.for_each(|late| add(&late.formula));
    }
    found.extend(watches(model, side).iter().map(|watch| watch.armed_by));
    found
}

/// The operations that are called on a side, with what takes them back.
pub fn operations(model: &Model, side: Side) -> BTreeSet<OperationId> {
    let mut found = BTreeSet::new();
    for block in blocks(model, side) {
        for statement in block.with_inner().into_iter().flat_map(|block| &block.statements) {
            match &statement.kind {
                StatementKind::Act(act) => {
                    found.insert(act.operation);
                    if let Some(undone) = model.undone(act)
                        && let UndoneBy::Operation { operation, .. } = &undone.by
                    {
                        found.insert(*operation);
                    }
                }
                StatementKind::Notify(crate::model::Notified::Operation { operation, .. }) => {
                    found.insert(*operation);
                }
                _ => {}
            }
        }
    }
    found
}

/// The outermost blocks of a side.
fn blocks(model: &Model, side: Side) -> Vec<&Block> {
    let workflow: &Workflow = &model.workflows[side.workflow];
    let mut found: Vec<&Block> = Vec::new();
    found.extend(reactions(model, side).iter().map(|reaction| &reaction.block));
    found.extend(watches(model, side).iter().map(|watch| &watch.otherwise));
    if keeps_limits(model, side) {
        found.extend(workflow.body.limits.iter().filter_map(|limit| limit.otherwise.as_ref()));
        found.extend(workflow.body.reminders.iter().map(|reminder| &reminder.block));
    }
    if keeps_late(model, side) {
        found.extend(workflow.late.iter().map(|late| &late.block));
    }
    found
}

/// The steps and scopes of a side.
pub fn labels(model: &Model, side: Side) -> BTreeSet<LabelId> {
    let statements =
        blocks(model, side).into_iter().flat_map(Block::with_inner).flat_map(|block| &block.statements);
    statements
        .filter_map(|statement| match &statement.kind {
            StatementKind::Act(act) => Some(act.label),
            StatementKind::Scope { label, .. } => Some(*label),
            _ => None,
        })
        .collect()
}

/// The steps and scopes that a block undoes; with `undo all` every step that anything takes back.
pub fn undone_in(model: &Model, side: Side, block: &Block) -> BTreeSet<LabelId> {
    let statements = block.with_inner().into_iter().flat_map(|block| &block.statements);
    let mut found = BTreeSet::new();
    for statement in statements {
        match &statement.kind {
            StatementKind::Undo(UndoTarget::Label { label, .. }) => {
                found.insert(*label);
            }
            StatementKind::Undo(UndoTarget::All) => {
                let workflow = &model.workflows[side.workflow];
                let all = workflow.blocks().into_iter().flat_map(|block| &block.statements);
                found.extend(all.filter_map(|statement| match &statement.kind {
                    StatementKind::Act(act) => match model.undone(act)?.by {
                        UndoneBy::Operation { .. } => Some(act.label),
                        UndoneBy::Nothing { .. } => None,
                    },
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    found
}

/// What each reaction of a side is called: `when OrderPlaced and PaymentTaken`, no two the same.
pub fn reaction_names(model: &Model, side: Side) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for reaction in reactions(model, side) {
        let name = format!("when {}", spoken(model, &reaction.formula));
        let same =
            names.iter().filter(|known| **known == name || known.starts_with(&format!("{name} ("))).count();
        names.push(if same == 0 { name } else { format!("{name} ({})", same + 1) });
    }
    names
}

pub fn watch_name(model: &Model, watch: &Watch) -> String {
    let armed = model.event_name(watch.armed_by);
    format!("{} after {armed}", spoken(model, &watch.expected))
}

pub fn late_name(model: &Model, late: &Late) -> String {
    format!("late {}", spoken(model, &late.formula))
}

/// `A and B`, `A or B`, `2 of (A, B, C)`
pub fn spoken(model: &Model, formula: &Formula) -> String {
    let names: Vec<String> = formula.terms.iter().map(|term| model.event_name(term.event)).collect();
    match formula.how {
        HowMany::All => names.join(" and "),
        HowMany::Any => names.join(" or "),
        HowMany::Some(count) => format!("{count} of ({})", names.join(", ")),
    }
}

/// How many of its events a formula needs.
pub fn needed(formula: &Formula) -> usize {
    match formula.how {
        HowMany::All => formula.terms.len(),
        HowMany::Any => 1,
        HowMany::Some(count) => count as usize,
    }
}

/// The events that begin a workflow.
pub fn starts(model: &Model, workflow: WorkflowId) -> Vec<EventId> {
    match &model.workflows[workflow].trigger {
        Trigger::Events(formula) => formula.terms.iter().map(|term| term.event).collect(),
        Trigger::Called | Trigger::Schedule(_) => Vec::new(),
    }
}

/// Whether a service has a side of one of these workflows.
pub fn sides_of(model: &Model, workflows: &[WorkflowId], service: ServiceId) -> Vec<Side> {
    let all = workflows.iter().flat_map(|workflow| sides(model, *workflow));
    let mut found: Vec<Side> = all.filter(|side| side.service == service).collect();
    found.sort_by_key(|side| side.workflow.index());
    found
}
