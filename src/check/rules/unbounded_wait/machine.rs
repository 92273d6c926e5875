//! Waits of imported machines, whose formats cannot state intent.

use super::UNBOUNDED_WAIT;
use crate::check::Context;
use crate::check::phrases::{counted, quoted};
use crate::finding::{Confidence, Finding, Severity};
use crate::graph::{NodeId, NodeKind};
use crate::model::{Answers, WorkflowId};

/// An imported machine: people who may never answer are worth a warning; callbacks of machines only
/// where others of the same file have limits.
pub(super) fn findings(
    cx: &Context,
    id: WorkflowId,
    unbounded: &[NodeId],
    others_are_bounded: bool,
) -> Vec<Finding> {
    let is_by_hand = |wait: &&NodeId| match &cx.graph.node(**wait).kind {
        NodeKind::Act(act) => matches!(cx.model.operations[act.operation].answers, Answers::ByHand(_)),
        _ => false,
    };
    let (people, machines): (Vec<&NodeId>, Vec<&NodeId>) = unbounded.iter().partition(is_by_hand);
    let workflow = &cx.model.workflows[id].name.text;
    let mut found = Vec::new();
    let groups = [
        (people, Severity::Warning, "for a person"),
        (machines, if others_are_bounded { Severity::Warning } else { Severity::Info }, "to be called back"),
    ];
    for (waits, severity, whom) in groups {
        let [first, rest @ ..] = waits.as_slice() else { continue };
        let names = quoted(waits.iter().take(3).map(|wait| cx.short_name(**wait)));
        let (message, verb) = match rest.len() {
            0 => (format!("{names} waits {whom} without a timeout"), "waits"),
            n => (format!("{} wait {whom} without a timeout", counted(n + 1, "state")), "waits, too"),
        };
        let label = format!("waits {whom}, without `TimeoutSeconds` or `HeartbeatSeconds`");
        let mut finding = UNBOUNDED_WAIT
            .at(cx.graph.node(**first).span, label)
            .severity(severity)
            .at_most(Confidence::Medium)
            .message(message)
            .what_if(format!(
                "when nobody sends the token back, a run of `{workflow}` stands here for a year"
            ))
            .help("set `TimeoutSeconds` on the state, and catch `States.Timeout` with what is to happen then")
            .help("a `TimeoutSeconds` of the whole machine bounds all of its waits")
            .entity(cx.entity(**first));
        for wait in rest.iter().take(4) {
            finding = finding.label(cx.graph.node(**wait).span, verb);
        }
        found.push(finding);
    }
    found
}
