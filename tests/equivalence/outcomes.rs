//! What all runs of a workflow come to: which ends are reached, which writes stand, which are undone.

use std::collections::{BTreeMap, BTreeSet};
use wfc::explore::{Assumptions, Delivery, Limits, Orders, Runs, Status, Stop, Timers, explore_under};
use wfc::graph::{NodeId, NodeKind, StepGraph};
use wfc::model::{Block, Model, Retry, Statement, StatementKind, Undone, UndoneBy, Wait, WorkflowId};

/// One way in which a run can go out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    /// Nothing where the run stops without an end.
    pub goals: BTreeSet<String>,
    pub standing: BTreeSet<String>,
    pub undone: BTreeSet<String>,
}

/// Why runs cannot be followed to their ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    TooMany,
    /// Some run meets what nobody handles.
    Unhandled,
}

pub const MAX_STATES: usize = 20_000;

/// The outcomes of the workflow called `name`; `None` where there are too many runs to see all, or where some run
/// meets what nobody handles.
pub fn outcomes(
    model: &Model,
    graph: &StepGraph,
    id: WorkflowId,
    delivery: Delivery,
) -> Result<BTreeSet<Outcome>, Why> {
    Ok(of_runs(model, &all_runs(model, graph, id, delivery)?, None))
}

/// All runs, where they can be seen and followed.
pub fn all_runs<'g>(
    model: &'g Model,
    graph: &'g StepGraph,
    id: WorkflowId,
    delivery: Delivery,
) -> Result<Runs<'g>, Why> {
    let limits = Limits { timers: Timers::Patient, max_states: MAX_STATES };
    // Fewer orders leave out runs in which a step has not begun, which leaves nothing behind and yet is another outcome.
    let assumed = Assumptions { delivery, orders: Orders::Every, ..Assumptions::default() };
    let runs = explore_under(model, graph, id, limits, assumed);
    if !runs.is_complete() || runs.is_cut() {
        return Err(Why::TooMany);
    }
    if runs.meets_unhandled() {
        return Err(Why::Unhandled);
    }
    Ok(runs)
}

/// What counts, by what is called and under which label, with the name that it has in an outcome.
pub fn names(model: &Model, runs: &Runs) -> BTreeMap<NodeId, (String, String, String)> {
    let mut called = BTreeMap::new();
    for act in runs.acts() {
        let (label, what, counts) = match &runs.graph().node(act).kind {
            NodeKind::Act(step) => (
                step.label,
                model.operation_path(step.operation),
                step.is_write && !may_stay(step.undone.as_ref()),
            ),
            NodeKind::Run(run) => (run.label, model.workflows[run.workflow].name.text.to_string(), true),
            _ => continue,
        };
        called.insert(act, (what, model.labels[label].name.text.to_string(), counts));
    }
    let n_calls = |what: &str| called.values().filter(|(other, ..)| other == what).count();
    let counted = called.iter().filter(|(_, (.., counts))| *counts).map(|(act, (what, label, _))| {
        // Steps of two participants may have one name, and a conductor's may not: the command says more.
        let name = if n_calls(what) == 1 { what.clone() } else { format!("{what} {label}") };
        (*act, (what.clone(), label.clone(), name))
    });
    counted.collect()
}

/// The outcomes of all runs, or of those in which exactly what is asked of these operations is refused.
pub fn of_runs(model: &Model, runs: &Runs, refused: Option<&BTreeSet<String>>) -> BTreeSet<Outcome> {
    let names = names(model, runs);
    let mut found = BTreeSet::new();
    for end in runs.ends() {
        let is_meant = refused.is_none_or(|refused| {
            runs.acts().all(|act| {
                let NodeKind::Act(step) = &runs.graph().node(act).kind else { return true };
                match runs.status(end, act) {
                    Status::Refused => refused.contains(&model.operation_path(step.operation)),
                    Status::None | Status::Tombstone => true,
                    _ => !refused.contains(&model.operation_path(step.operation)),
                }
            })
        });
        if !is_meant {
            continue;
        }
        let mut outcome =
            Outcome { goals: BTreeSet::new(), standing: BTreeSet::new(), undone: BTreeSet::new() };
        if matches!(end.stop, Stop::Complete { .. }) {
            outcome.goals = end.goals.iter().map(|goal| model.goals[*goal].name.text.to_string()).collect();
        }
        for (act, (.., name)) in &names {
            match runs.status(end, *act) {
                status if status.is_effective() => drop(outcome.standing.insert(name.clone())),
                Status::Undone => drop(outcome.undone.insert(name.clone())),
                _ => {}
            }
        }
        found.insert(outcome);
    }
    found
}

/// Whether the effect may stay, by its own word: then it does not count.
fn may_stay(undone: Option<&Undone>) -> bool {
    matches!(undone.map(|undone| &undone.by), Some(UndoneBy::Nothing { .. }))
}

/// The workflow in which the steps called so never fail to answer: what a service does by itself has no outage.
pub fn without_outages(model: &mut Model, id: WorkflowId, local: &BTreeSet<String>) {
    let names: BTreeSet<_> = model
        .labels
        .iter()
        .filter(|(_, label)| local.contains(label.name.text.as_str()))
        .map(|(id, _)| id)
        .collect();
    let empty = Block::empty(model.workflows[id].span);
    let mut body = std::mem::replace(&mut model.workflows[id].body, empty);
    in_block(&mut body, &|statement| {
        if let StatementKind::Act(act) = &mut statement.kind
            && names.contains(&act.label)
        {
            act.block.retry = Some(Retry { times: None, backoff: None, span: act.call_span });
        }
    });
    model.workflows[id].body = body;
}

fn in_block(block: &mut Block, change: &dyn Fn(&mut Statement)) {
    let sides = block
        .limits
        .iter_mut()
        .filter_map(|limit| limit.otherwise.as_mut())
        .chain(block.needs.iter_mut().filter_map(|needs| needs.otherwise.as_deref_mut()))
        .chain(block.reminders.iter_mut().map(|it| &mut it.block))
        .chain(block.interrupts.iter_mut().map(|it| &mut it.block))
        .chain(block.handlers.iter_mut().map(|it| &mut it.block));
    sides.for_each(|side| in_block(side, change));
    for statement in &mut block.statements {
        change(statement);
        match &mut statement.kind {
            StatementKind::Act(act) => in_block(&mut act.block, change),
            StatementKind::Run(run) => in_block(&mut run.block, change),
            StatementKind::Scope { block, .. } => in_block(block, change),
            StatementKind::If { branches, otherwise } => {
                branches.iter_mut().for_each(|(_, block)| in_block(block, change));
                otherwise.iter_mut().for_each(|block| in_block(block, change));
            }
            StatementKind::Parallel(it) => in_block(&mut it.block, change),
            StatementKind::ForEach(it) => in_block(&mut it.block, change),
            StatementKind::Repeat(it) => in_block(&mut it.block, change),
            StatementKind::Wait(wait) => match &mut **wait {
                Wait::For { block, .. } | Wait::Any { block } => in_block(block, change),
                Wait::Time(_) | Wait::Until(_) => {}
            },
            _ => {}
        }
    }
}

/// The steps of a workflow that are done by the service on whose side they stand.
pub fn local_steps(model: &Model, graph: &StepGraph, id: WorkflowId) -> BTreeSet<String> {
    let own = graph.nodes_of(id).filter_map(|(_, node)| match &node.kind {
        NodeKind::Act(act) if !act.is_remote => Some(model.labels[act.label].name.text.to_string()),
        _ => None,
    });
    own.collect()
}
