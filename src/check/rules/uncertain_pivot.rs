//! `uncertain-pivot`: the point of no return gives no answer, and the run ends: was it passed or not?

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{Act, EdgeKind, EdgeView, NodeId, NodeKind};
use crate::model::{Answers, OperationKind};

pub static UNCERTAIN_PIVOT: Rule = Rule {
    name: "uncertain-pivot",
    group: Group::Compensation,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a pivot whose outage may end the run, so that nobody knows whether it was done.",
    why: "\
The pivot decides whether a run goes forward or back. When it does not answer, the run can do neither: to take \
back what came before is wrong when the contract was signed, to go on is wrong when it was not. So a pivot is \
asked again until it answers, or its service is asked what became of it. A bounded number of attempts only \
moves the question.

A pivot that answers later or by hand is settled when its own limit passes. One without a retry and without any \
branch for an outage is the matter of `unhandled-outage`.",
    bad: r#"id TripId

service Agency { }
service Notary {
  command Sign(trip: TripId) { irreversible; idempotent by trip }
}

workflow SellTrip(trip: TripId) {
  orchestrated by Agency
  success Sold
  failure NotSold

  step signed = Notary.Sign(trip) {
    pivot
    retry 3 times backoff 1s..10s
    on outage { end NotSold }
  }
  end Sold
}
"#,
    good: r#"id TripId

service Agency { }
service Notary {
  command Sign(trip: TripId) { irreversible; idempotent by trip }
}

workflow SellTrip(trip: TripId) {
  orchestrated by Agency
  success Sold

  step signed = Notary.Sign(trip) { pivot; retry forever backoff 1s..1h }
  end Sold
}
"#,
    help: "\
`retry forever backoff 1s..1h`, under a key. Or ask what became of it before the run ends: a query of the same \
service in the branch for the outage, or a person who finds out (`answers by hand`).",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (pivot, node) in cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id)) {
        let NodeKind::Act(act) = &node.kind else { continue };
        if act.pivot.is_none() || cx.is_imported(node.span) {
            continue;
        }
        let outage = cx.graph.out_edges(pivot).find(|edge| edge.edge.kind == EdgeKind::Outage);
        // What nobody has said a word about is an unhandled outage.
        let Some(outage) = outage.filter(|edge| act.retry.is_some() || cx.graph.is_met(edge)) else {
            continue;
        };
        if let Some(end) = end_behind(cx, pivot, act, &outage) {
            findings.push(finding(cx, pivot, act, &outage, end));
        }
    }
    findings
}

/// Where the run ends behind the outage, when neither the pivot is tried again on the way nor anybody
/// is asked what became of it.
fn end_behind(cx: &Context, pivot: NodeId, act: &Act, outage: &EdgeView) -> Option<NodeId> {
    let settles = |node: NodeId| match &cx.graph.node(node).kind {
        NodeKind::Act(asked) => {
            let operation = &cx.model.operations[asked.operation];
            let is_query = operation.kind == OperationKind::Query && asked.service == act.service;
            is_query || matches!(operation.answers, Answers::ByHand(_))
        }
        _ => false,
    };
    let goes_on =
        |edge: &EdgeView| edge.edge.kind.moves_a_token() && edge.from != pivot && !settles(edge.from);
    let behind = cx.graph.reached([outage.to], goes_on);
    let is_end = |node: &NodeId| {
        matches!(
            cx.graph.node(*node).kind,
            NodeKind::End { .. } | NodeKind::Unhandled | NodeKind::FallOff | NodeKind::Drop
        )
    };
    // A named end tells more than the implicit one.
    let ends: Vec<NodeId> = behind.into_iter().filter(is_end).collect();
    let named = ends.iter().find(|node| matches!(cx.graph.node(**node).kind, NodeKind::End { .. }));
    named.or(ends.first()).copied()
}

fn finding(cx: &Context, pivot: NodeId, act: &Act, outage: &EdgeView, end: NodeId) -> Finding {
    let name = cx.short_name(pivot);
    let path = cx.model.operation_path(act.operation);
    let ends = match &cx.graph.node(end).kind {
        NodeKind::End { goal } => format!("ends in `{}`", cx.model.goals[*goal].name.text),
        NodeKind::Drop => "stops".to_string(),
        _ => "ends as `Unhandled`".to_string(),
    };
    let mut finding = UNCERTAIN_PIVOT
        .at(cx.graph.node(pivot).span, "when this does not answer, it was done or not")
        .message(format!("the run may end without knowing whether the pivot `{name}` was done"));
    if let Some(retry) = &act.retry {
        finding = finding.label(retry.span, "then it is given up");
    }
    if cx.graph.is_met(outage) {
        finding = finding.label(cx.graph.node(end).span, "and the run ends here");
    }
    let cure = match cx.model.operations[act.operation].idempotent_by {
        Some(_) => "try until it answers: `retry forever backoff 1s..1h`",
        None => "try until it answers, under a key: `idempotent by …`, `retry forever backoff 1s..1h`",
    };
    finding
        .what_if(format!(
            "when `{path}` is done and its answer is lost, the run {ends}, and behind the pivot it would have gone on"
        ))
        .help(cure)
        .help(format!("or ask `{}` what became of it, with a query, before the run ends", cx.service(act.service)))
        .entity(cx.entity(pivot))
}
