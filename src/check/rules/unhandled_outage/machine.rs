//! Outages in imported machines, whose formats cannot state intent: ranked by evidence.

use super::{UNHANDLED_OUTAGE, act};
use crate::check::Context;
use crate::check::phrases::{counted, quoted};
use crate::finding::{Confidence, Finding, Severity};
use crate::graph::NodeId;
use crate::model::WorkflowId;

/// A machine in which no call is guarded.
pub(super) struct Unguarded {
    machine: WorkflowId,
    calls: Vec<NodeId>,
}

pub(super) fn unguarded(machine: WorkflowId, calls: Vec<NodeId>) -> Option<Unguarded> {
    (!calls.is_empty()).then_some(Unguarded { machine, calls })
}

/// An imported machine that guards some of its calls: what only a late step lacks is a fault.
pub(super) fn findings(cx: &Context, id: WorkflowId, met: &[NodeId], unmet: &[NodeId]) -> Vec<Finding> {
    let workflow = &cx.model.workflows[id];
    let name = &workflow.name.text;
    let (late, other) = late_and_other(cx, met, unmet);
    let mut found = Vec::new();
    for (calls, severity) in [(late, Severity::Warning), (other, Severity::Info)] {
        let [first, rest @ ..] = calls.as_slice() else { continue };
        let names = quoted(calls.iter().take(3).map(|call| cx.short_name(*call)));
        let message = match rest.len() {
            0 => format!("{names} has neither `Retry` nor `Catch`, where other states have"),
            1..=2 => format!("{names} have neither `Retry` nor `Catch`, where others have"),
            n => format!("{} have neither `Retry` nor `Catch`, where others have", counted(n + 1, "state")),
        };
        let mut finding = UNHANDLED_OUTAGE
            .at(cx.graph.node(*first).span, "neither `Retry` nor `Catch`")
            .severity(severity)
            .at_most(Confidence::Medium)
            .message(message)
            .entity(cx.entity(*first));
        for call in rest.iter().take(4) {
            finding = finding.label(cx.graph.node(*call).span, "nor here");
        }
        finding = match severity {
            Severity::Warning => {
                let done = quoted(cx.writes_before(*first, |_| true).iter().rev().take(3).rev());
                finding.variant("late").what_if(format!(
                    "when it fails, the run of `{name}` fails, and what was done stays: {done}"
                ))
            }
            Severity::Info | Severity::Error => {
                finding.what_if(format!("when it fails, the run of `{name}` fails"))
            }
        };
        found.push(
            finding.help("give it a `Retry` for `States.TaskFailed`, as the others have").help(
                "or, if nothing depends on it, a `Catch` of `States.ALL` that goes on to the next state",
            ),
        );
    }
    found
}

/// Machines of one file without any `Retry` or `Catch`: most are like this, so it is said once.
pub(super) fn of_unguarded(cx: &Context, machines: &[Unguarded]) -> Option<Finding> {
    let calls: Vec<NodeId> = machines.iter().flat_map(|machine| machine.calls.iter().copied()).collect();
    let first = calls.first()?;
    let name = &cx.model.workflows[machines.first()?.machine].name.text;
    let (whose, runs) = match machines.len() {
        1 => (format!("`{name}`"), format!("the run of `{name}`")),
        n => (format!("{n} machines"), "its run".to_string()),
    };
    let mut finding = UNHANDLED_OUTAGE
        .at(cx.graph.node(*first).span, "neither `Retry` nor `Catch`")
        .variant("everywhere")
        .severity(Severity::Info)
        .at_most(Confidence::Medium)
        .message(match calls.len() {
            1 => format!("the only task of {whose} has neither `Retry` nor `Catch`"),
            n => format!("none of the {n} tasks of {whose} has a `Retry` or a `Catch`"),
        })
        .entity(name.as_str());
    for call in calls.iter().skip(1).take(4) {
        finding = finding.label(cx.graph.node(*call).span, "nor here");
    }
    Some(
        finding
            .what_if(format!("when any of them fails, {runs} fails, and what was done before stays"))
            .help(
                "a `Retry` for `States.TaskFailed` with a backoff costs nothing where the task may run twice",
            ),
    )
}

/// Steps behind everything else that was done, in a machine that guards all the rest: when one of them
/// fails, the whole run does, although its work is finished.
fn late_and_other(cx: &Context, met: &[NodeId], unmet: &[NodeId]) -> (Vec<NodeId>, Vec<NodeId>) {
    let is_usual_write = |call: &NodeId| {
        cx.occurring_untroubled.contains(*call) && act(cx, *call).is_some_and(|act| act.is_write)
    };
    let is_late = |call: &NodeId| {
        let (before, behind) = (cx.graph.line_to(*call), cx.graph.line_from(*call));
        let n_done = met.iter().filter(|other| is_usual_write(other) && before.contains(other)).count();
        is_usual_write(call) && n_done >= DONE && !met.iter().any(|other| behind.contains(other))
    };
    let (late, other): (Vec<NodeId>, Vec<NodeId>) = unmet.iter().partition(|call| is_late(call));
    match other.iter().any(is_usual_write) {
        true => (Vec::new(), unmet.to_vec()),
        false => (late, other),
    }
}

/// So many guarded writes before it make a step a late one; one of them may be a coincidence.
const DONE: usize = 2;
