//! Failing runs in which something that cannot be taken back was done.

use super::Context;
use crate::explore::{Cause, RunEnd, Runs, Status, Stop, Timers, What};
use crate::graph::{EdgeKind, NodeId, NodeKind};
use crate::model::{GoalId, GoalKind, WorkflowId};
use std::collections::BTreeMap;

/// A pivot, or another act that cannot be taken back, done in a run that failed.
pub struct Passed<'c> {
    pub act: NodeId,
    pub goal: GoalId,
    pub runs: &'c Runs<'c>,
    pub end: &'c RunEnd,
    pub failed: Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// Through something that stands behind the pivot.
    BehindPivot,
    /// Through a call behind the pivot that does not answer.
    OutageBehindPivot,
    /// Through something that did not have to wait for it.
    Otherwise,
}

/// The first failing run for each act that cannot be taken back and each way of failing.
pub fn passed<'c>(cx: &'c Context, workflow: WorkflowId) -> Vec<Passed<'c>> {
    let fails =
        cx.model.workflows[workflow].goals.iter().any(|goal| cx.model.goals[*goal].kind == GoalKind::Failure);
    let finals: Vec<NodeId> = cx
        .graph
        .nodes_of(workflow)
        .filter(|(_, node)| node.kind.is_pivot() || is_irreversible(&node.kind))
        .map(|(id, _)| id)
        .collect();
    if !fails || finals.is_empty() {
        return Vec::new();
    }
    let runs = cx.runs(workflow, Timers::Hasty);
    let mut found: Vec<Passed> = Vec::new();
    for end in runs.ends().iter().filter(|end| matches!(end.stop, Stop::Complete { .. })) {
        let failure = end.goals.iter().copied().find(|goal| cx.model.goals[*goal].kind == GoalKind::Failure);
        let succeeded = end.goals.iter().any(|goal| cx.model.goals[*goal].kind == GoalKind::Success);
        let Some(goal) = failure.filter(|_| !succeeded) else { continue };
        for act in &finals {
            let Some(failed) = judge(cx, runs, end, *act) else { continue };
            if !found.iter().any(|known| known.act == *act && known.failed == failed) {
                found.push(Passed { act: *act, goal, runs, end, failed });
            }
        }
    }
    found
}

fn judge(cx: &Context, runs: &Runs, end: &RunEnd, act: NodeId) -> Option<Failed> {
    let status = runs.status(end, act);
    let pivot = cx.graph.node(act).kind.is_pivot();
    let done = match status {
        Status::Kept => true,
        // Behind a pivot it is where it belongs; there the pivot is the one to speak of.
        Status::Done => !pivot,
        _ => false,
    };
    if !done {
        return None;
    }
    let behind = fails_behind(cx, runs, end, act);
    match (pivot, behind) {
        (true, true) if fails_by_outage(cx, runs, end) => Some(Failed::OutageBehindPivot),
        (true, true) => Some(Failed::BehindPivot),
        // What stands before a pivot that succeeded is excused by it.
        (false, true) if runs.pivot_is_done(end) => None,
        (true | false, _) => Some(Failed::Otherwise),
    }
}

/// Whether what made the run fail stands behind the act.
fn fails_behind(cx: &Context, runs: &Runs, end: &RunEnd, act: NodeId) -> bool {
    let conducted = cx.graph.node(act).workflow.is_some_and(|id| !cx.model.workflows[id].is_choreographed());
    if conducted {
        return match (end.cause, &end.stop) {
            (Cause::AfterPivot, _) => true,
            (Cause::Before, _) => false,
            // A choice led to the failure.
            (Cause::None, Stop::Complete { at }) => cx.graph.line_from(act).contains(at),
            (Cause::None, _) => false,
        };
    }
    let behind = cx.graph.downstream(act);
    runs.acts()
        .any(|other| runs.status(end, other) == Status::Refused && behind.binary_search(&other).is_ok())
}

/// Whether the last thing that went wrong was a call that did not answer.
fn fails_by_outage(cx: &Context, runs: &Runs, end: &RunEnd) -> bool {
    let troubles = runs.witness(end);
    let last = troubles.iter().rfind(|made| matches!(made.what, What::Fails(_) | What::Fires));
    last.is_some_and(|made| match made.what {
        What::Fails(way) => cx.graph.edge(way).edge.kind == EdgeKind::Outage,
        _ => false,
    })
}

/// What stands behind the pivots of a workflow once they have succeeded, each with the first of them.
pub fn behind_pivots(cx: &Context, workflow: WorkflowId) -> BTreeMap<NodeId, NodeId> {
    let mut behind = BTreeMap::new();
    for (pivot, _) in cx.graph.nodes_of(workflow).filter(|(_, node)| node.kind.is_pivot()) {
        let next = cx.graph.out_edges(pivot).filter(|edge| edge.edge.kind == EdgeKind::Next);
        let reached = cx.graph.reached(next.map(|edge| edge.to), |edge| edge.edge.kind.moves_a_token());
        for node in reached {
            behind.entry(node).or_insert(pivot);
        }
    }
    behind
}

fn is_irreversible(kind: &NodeKind) -> bool {
    matches!(kind, NodeKind::Act(act) if act.irreversible.is_some() && act.is_write)
}
