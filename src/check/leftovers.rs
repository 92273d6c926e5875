//! What failing runs leave behind: the ground of the compensation rules.

use super::Context;
use super::contradictions::contradictions;
use crate::explore::{RunEnd, Runs, Status, Stop, Timers};
use crate::graph::{EdgeKind, NodeId, NodeKind};
use crate::model::{GoalKind, UndoneBy, WorkflowId};
use std::collections::BTreeSet;

/// A write whose effect is still there when a run has failed, or was unwound.
pub struct Leftover<'c> {
    pub act: NodeId,
    pub status: Status,
    pub runs: &'c Runs<'c>,
    pub end: &'c RunEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its contract has nothing that takes it back.
    NothingUndoesIt,
    /// It could have been taken back, and nothing did.
    NotUndone,
}

/// The first failing run for each write that it leaves behind. Runs through failures and outages that
/// nobody handles do not count: those are reported as such.
pub fn leftovers<'c>(cx: &'c Context, workflow: WorkflowId, why: Why) -> Vec<Leftover<'c>> {
    if !has_something_to_undo(cx, workflow) {
        return Vec::new();
    }
    let runs = cx.runs(workflow, Timers::Hasty);
    let mut open: Vec<NodeId> =
        runs.acts().filter(|act| why_left(runs, *act) == why && matters(cx, *act)).collect();
    let contradictory = !open.is_empty() && !contradictions(cx, workflow).is_empty();
    let behind_pivot = behind_pivots(cx, workflow);
    let mut found: Vec<Leftover> = Vec::new();
    for end in runs.ends() {
        let unwound = matches!(end.stop, Stop::Unwound { .. });
        let reached = |kind| end.goals.iter().any(|goal| cx.model.goals[*goal].kind == kind);
        let failed = matches!(end.stop, Stop::Complete { .. }) && reached(GoalKind::Failure);
        if !unwound && (!failed || contradictory && reached(GoalKind::Success)) {
            continue;
        }
        open.retain(|act| {
            // What does not answer behind a passed pivot is no more taken back than what does.
            let status = match runs.status(end, *act) {
                Status::Unknown if runs.pivot_is_done(end) && behind_pivot.contains(act) => {
                    Status::AfterPivot
                }
                status => status,
            };
            let left = is_left(cx, *act, status, unwound);
            if left {
                found.push(Leftover { act: *act, status, runs, end });
            }
            !left
        });
    }
    found.sort_by_key(|leftover| leftover.act);
    found
}

/// What stands on a line behind a pivot of a conducted workflow.
fn behind_pivots(cx: &Context, workflow: WorkflowId) -> BTreeSet<NodeId> {
    if cx.model.workflows[workflow].is_choreographed() {
        return BTreeSet::new();
    }
    let pivots = cx.graph.nodes_of(workflow).filter(|(_, node)| node.kind.is_pivot()).map(|(id, _)| id);
    let next = pivots.flat_map(|pivot| cx.graph.out_edges(pivot));
    let next = next.filter(|edge| edge.edge.kind == EdgeKind::Next).map(|edge| edge.to);
    next.flat_map(|first| cx.graph.line_from(first).into_iter().chain([first])).collect()
}

/// Without a failure end, or without a write, there is no run to look for.
fn has_something_to_undo(cx: &Context, workflow: WorkflowId) -> bool {
    let fails =
        cx.model.workflows[workflow].goals.iter().any(|goal| cx.model.goals[*goal].kind == GoalKind::Failure);
    let unwinds = !cx.model.workflows[workflow].late.is_empty();
    (fails || unwinds) && writes(cx, workflow)
}

fn why_left(runs: &Runs, act: NodeId) -> Why {
    if runs.can_be_undone(act) { Why::NotUndone } else { Why::NothingUndoesIt }
}

/// Whether anything that the act may leave behind is a matter of compensation: a write that runs while
/// all goes well, that is no undo step itself, and whose effect may not stay.
fn matters(cx: &Context, act: NodeId) -> bool {
    let undone = match &cx.graph.node(act).kind {
        NodeKind::Act(step) if step.is_write && !cx.undo_operations.contains(&step.operation) => &step.undone,
        NodeKind::Run(run) if writes(cx, run.workflow) => &run.undone,
        _ => return false,
    };
    let residue = undone.as_ref().is_some_and(|undone| matches!(undone.by, UndoneBy::Nothing { .. }));
    !residue && cx.occurring_untroubled.contains(act)
}

fn writes(cx: &Context, workflow: WorkflowId) -> bool {
    cx.graph.nodes_of(workflow).any(|(_, node)| match &node.kind {
        NodeKind::Act(act) => act.is_write,
        NodeKind::Run(_) => true,
        _ => false,
    })
}

/// Whether an effect that is still there should not be. What stands behind a pivot, or before one
/// that has succeeded, is no longer taken back, unless the whole run is unwound.
fn is_left(cx: &Context, act: NodeId, status: Status, unwound: bool) -> bool {
    let there = match status {
        Status::Done => true,
        // A format that has one `Catch` for refusals and outages speaks of refusals nearly always.
        Status::Unknown => !cx.is_imported(cx.graph.node(act).span),
        Status::Kept | Status::AfterPivot => unwound,
        Status::None | Status::Refused | Status::Undone | Status::Tombstone => false,
    };
    there
        && match &cx.graph.node(act).kind {
            NodeKind::Act(step) => unwound || (step.irreversible.is_none() && step.pivot.is_none()),
            NodeKind::Run(run) => unwound || run.pivot.is_none(),
            _ => false,
        }
}
