//! `not-retriable-after-pivot`: behind the point of no return a step is given up after an outage.

use crate::check::Context;
use crate::check::pivots::behind_pivots;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{Act, EdgeKind, EdgeView, NodeId, NodeKind};
use crate::model::GoalKind;

pub static NOT_RETRIABLE_AFTER_PIVOT: Rule = Rule {
    name: "not-retriable-after-pivot",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a call behind the pivot whose outage ends the run instead of being tried again.",
    why: "\
Behind the pivot a run cannot go back, so it has to come through: every step there is *retriable*, tried again \
until it succeeds (Mehrotra and others, 1992; Richardson, 2018). A call that is given up after an outage leaves \
the run half done for good: paid, and no ticket. Another way to a success is fine as well.

A call without a retry and without any branch for an outage is the matter of `unhandled-outage`.",
    bad: r#"id TripId

service Agency { }
service Cashier {
  command Capture(trip: TripId) { irreversible; idempotent by trip }
}
service Tickets {
  command Issue(trip: TripId) {
    undone by nothing because "a ticket unused harms nobody"
    idempotent by trip
  }
}

workflow SellTrip(trip: TripId) {
  orchestrated by Agency
  success Sold

  step paid = Cashier.Capture(trip) { pivot; retry forever backoff 1s..1h }
  step issued = Tickets.Issue(trip) { retry 3 times backoff 1s..10s }
  end Sold
}
"#,
    good: r#"id TripId

service Agency { }
service Cashier {
  command Capture(trip: TripId) { irreversible; idempotent by trip }
}
service Tickets {
  command Issue(trip: TripId) {
    undone by nothing because "a ticket unused harms nobody"
    idempotent by trip
  }
}

workflow SellTrip(trip: TripId) {
  orchestrated by Agency
  success Sold

  step paid = Cashier.Capture(trip) { pivot; retry forever backoff 1s..1h }
  step issued = Tickets.Issue(trip) { retry forever backoff 1s..1h }
  end Sold
}
"#,
    help: "\
`retry forever backoff 1s..1h`, under a key. Or meet the outage forwards, with another way to a success: \
`on outage { step … }`. If nothing depends on the answer, `notify` hands it over durably.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter() {
        if workflow.is_choreographed() || cx.is_imported(workflow.name.span) {
            continue;
        }
        let behind = behind_pivots(cx, id);
        if behind.is_empty() {
            continue;
        }
        let failures = cx.graph.nodes_of(id).map(|(node, _)| node).filter(|node| fails(cx, *node));
        let failing = cx.graph.reaching(failures, goes_well);
        for (step, pivot) in behind.iter().filter(|(step, _)| cx.occurring.contains(**step)) {
            let NodeKind::Act(act) = &cx.graph.node(*step).kind else { continue };
            let outage = cx.graph.out_edges(*step).find(|edge| edge.edge.kind == EdgeKind::Outage);
            // Whether a pivot was done is a question of its own, and what nobody has said a word about is
            // an unhandled outage.
            let is_judged =
                |edge: &EdgeView| act.pivot.is_none() && (act.retry.is_some() || cx.graph.is_met(edge));
            let is_failing = |edge: &EdgeView| failing.binary_search(&edge.to).is_ok();
            let Some(outage) = outage.filter(is_judged).filter(is_failing) else { continue };
            if let Some(end) = failure_behind(cx, *step, &outage) {
                findings.push(finding(cx, *step, act, *pivot, end));
            }
        }
    }
    findings
}

/// Where the run fails when the outage is met, the step is not tried again, and nothing else goes wrong.
fn failure_behind(cx: &Context, step: NodeId, outage: &EdgeView) -> Option<NodeId> {
    let behind = cx.graph.reached([outage.to], |edge| goes_well(edge) && edge.from != step);
    behind.into_iter().find(|node| fails(cx, *node))
}

fn goes_well(edge: &EdgeView) -> bool {
    edge.edge.kind.moves_a_token() && !edge.edge.kind.is_trouble()
}

fn fails(cx: &Context, node: NodeId) -> bool {
    match cx.graph.node(node).kind {
        NodeKind::End { goal } => cx.model.goals[goal].kind == GoalKind::Failure,
        NodeKind::Unhandled => true,
        _ => false,
    }
}

fn finding(cx: &Context, step: NodeId, act: &Act, pivot: NodeId, end: NodeId) -> Finding {
    let name = cx.short_name(step);
    let path = cx.model.operation_path(act.operation);
    let ends = match &cx.graph.node(end).kind {
        NodeKind::End { goal } => format!("ends in `{}`", cx.model.goals[*goal].name.text),
        _ => "ends as `Unhandled`".to_string(),
    };
    let mut finding = NOT_RETRIABLE_AFTER_PIVOT
        .at(cx.graph.node(step).span, "not tried again until it succeeds")
        .message(format!("`{name}` stands behind the pivot, and an outage ends the run"))
        .label(cx.graph.node(pivot).span, "no way back from here");
    if let Some(retry) = &act.retry {
        finding = finding.label(retry.span, "then it is given up");
    }
    if matches!(cx.graph.node(end).kind, NodeKind::End { .. }) {
        finding = finding.label(cx.graph.node(end).span, "the run fails here");
    }
    let cure = match act.is_write && cx.model.operations[act.operation].idempotent_by.is_none() {
        true => "try until it succeeds, under a key: `idempotent by …`, `retry forever backoff 1s..1h`",
        false => "try until it succeeds: `retry forever backoff 1s..1h`",
    };
    finding
        .witness(cx.witness_of_path(&cx.graph.path(pivot, step)))
        .what_if(format!(
            "when `{path}` does not answer, the run {ends} with `{}` done for good",
            cx.short_name(pivot)
        ))
        .help(cure)
        .help("or go on another way to a success: `on outage { … }`")
        .entity(cx.entity(step))
}
