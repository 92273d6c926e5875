//! Runs that reach a success and a failure of the same workflow.

use super::Context;
use crate::explore::{RunEnd, Runs, Status, Stop, Timers};
use crate::graph::{NodeId, NodeKind};
use crate::model::{GoalId, GoalKind, WorkflowId};

/// A success and a failure that one run reaches.
pub struct Contradiction<'c> {
    pub success: GoalId,
    pub failure: GoalId,
    pub runs: &'c Runs<'c>,
    pub end: &'c RunEnd,
}

/// The first run for each pair of ends. A failure that comes of a refusal behind the success's own
/// event is a later chapter, not a contradiction.
pub fn contradictions<'c>(cx: &'c Context, workflow: WorkflowId) -> Vec<Contradiction<'c>> {
    match can_contradict(cx, workflow) {
        true => contradictions_of(cx, workflow, cx.runs(workflow, Timers::Patient)),
        false => Vec::new(),
    }
}

fn can_contradict(cx: &Context, workflow: WorkflowId) -> bool {
    let item = &cx.model.workflows[workflow];
    let has = |kind| item.goals.iter().any(|goal| cx.model.goals[*goal].kind == kind);
    item.is_choreographed() && has(GoalKind::Success) && has(GoalKind::Failure)
}

/// The same in runs that were explored elsewhere.
pub fn contradictions_of<'c>(
    cx: &Context,
    workflow: WorkflowId,
    runs: &'c Runs<'c>,
) -> Vec<Contradiction<'c>> {
    if !can_contradict(cx, workflow) {
        return Vec::new();
    }
    let mut found: Vec<Contradiction> = Vec::new();
    for end in runs.ends().iter().filter(|end| matches!(end.stop, Stop::Complete { .. })) {
        let of = |kind| end.goals.iter().copied().filter(move |goal| cx.model.goals[*goal].kind == kind);
        for success in of(GoalKind::Success) {
            for failure in of(GoalKind::Failure) {
                let known = found.iter().any(|known| known.success == success && known.failure == failure);
                if !known && !refusal_is_behind(cx, runs, end, success) {
                    found.push(Contradiction { success, failure, runs, end });
                }
            }
        }
    }
    found
}

/// Whether some step that refused in this run stands behind an event of the success.
fn refusal_is_behind(cx: &Context, runs: &Runs, end: &RunEnd, success: GoalId) -> bool {
    let NodeKind::Goal { trigger: Some(trigger), .. } = &cx.graph.node(cx.graph.goal(success)).kind else {
        return false;
    };
    let refused: Vec<NodeId> = runs.acts().filter(|act| runs.status(end, *act) == Status::Refused).collect();
    trigger.terms.iter().any(|(event, _)| {
        let behind = cx.graph.downstream(cx.graph.message(*event));
        refused.iter().any(|act| behind.binary_search(act).is_ok())
    })
}
