//! `fallible-compensation`: taking a step back may fail, and nobody is told.

use crate::check::Context;
use crate::check::compensations::{self, Compensation, when_done};
use crate::check::phrases::quoted;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{Act, EdgeKind, EdgeView, NodeId, NodeKind};
use crate::model::{GoalId, GoalKind, OperationId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

pub static FALLIBLE_COMPENSATION: Rule = Rule {
    name: "fallible-compensation",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a command that takes a step back, and may fail without anybody being told.",
    why: "\
A run that is being given up has nowhere left to go when giving up fails. So a compensation must not be \
refused for a business reason: what an `undo` runs is sent again until it succeeds, and a refusal would be \
repeated for ever. And one that is written as a plain step must be retried without bound, or tell somebody \
when it did not succeed: else the effect stays, in a run that says it was taken back.

Told is who gets a notification or an event, or a failure end of its own.",
    bad: r#"id TripId

service Agency { }
service Hotel {
  command Book(trip: TripId) { undone by Cancel(trip); idempotent by trip }
  command Cancel(trip: TripId) { fails TooLate; idempotent by trip }
}
service Flight {
  command Book(trip: TripId) {
    fails NoSeat
    undone by nothing because "a held seat lapses"
    idempotent by trip
  }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  success Booked
  failure NotBooked

  step room = Hotel.Book(trip) { retry forever backoff 1s..1h }
  step seat = Flight.Book(trip) {
    retry forever backoff 1s..1h
    on NoSeat { undo all; end NotBooked }
  }
  end Booked
}
"#,
    good: r#"id TripId

service Agency { }
service Hotel {
  command Book(trip: TripId) { undone by Cancel(trip); idempotent by trip }
  /// Too late for the guest's money, never for the room.
  command Cancel(trip: TripId) { idempotent by trip }
}
service Flight {
  command Book(trip: TripId) {
    fails NoSeat
    undone by nothing because "a held seat lapses"
    idempotent by trip
  }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  success Booked
  failure NotBooked

  step room = Hotel.Book(trip) { retry forever backoff 1s..1h }
  step seat = Flight.Book(trip) {
    retry forever backoff 1s..1h
    on NoSeat { undo all; end NotBooked }
  }
  end Booked
}
"#,
    help: "\
Let the undoing command always be accepted: what it cannot take back it settles, with a fee or by hand. Or use \
another command that can. In a plain step, `retry forever backoff 1s..1h`; or meet what goes wrong, and tell \
people: `on any { notify Support.OpenCase(…) }`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let compensations = cx.compensations();
    let places = cx.undone_at();
    let mut findings: BTreeMap<OperationId, Finding> = BTreeMap::new();
    for compensation in compensations {
        let declared = &cx.model.operations[compensation.operation];
        let Some(place) = places.get(&compensation.act).filter(|_| !declared.fails.is_empty()) else {
            continue;
        };
        findings.entry(compensation.operation).or_insert_with(|| refusable(cx, compensation, *place));
    }
    let mut findings: Vec<Finding> = findings.into_values().collect();
    findings.extend(by_hand(cx, compensations));
    findings
}

/// One that an `undo` runs, and that may be refused.
fn refusable(cx: &Context, compensation: &Compensation, place: Span) -> Finding {
    let declared = &cx.model.operations[compensation.operation];
    let path = cx.model.operation_path(compensation.operation);
    let fails = quoted(declared.fails.iter().take(3).map(|failure| failure.name.text.as_str()));
    FALLIBLE_COMPENSATION
        .at(declared.fails[0].name.span, "may be the answer, and nobody takes it")
        .message(format!("`{path}` takes a step back, and may be refused with {fails}"))
        .label(compensation.undone.span, "takes this back")
        .label(place, "run from here until it succeeds")
        .what_if(format!(
            "when `{path}` is refused, `{}` stays done, and the run never comes to its end",
            cx.short_name(compensation.act)
        ))
        .help(format!(
            "let `{}` always be accepted, and settle otherwise what it cannot take back",
            declared.name.text
        ))
        .help("or undo with a command that cannot be refused: `undone by …`")
        .entity(cx.entity(compensation.act))
}

/// Undoing commands that stand as plain steps behind what they take back.
fn by_hand(cx: &Context, compensations: &[Compensation]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (step, act) in compensations::by_hand(cx) {
        let node = cx.graph.node(step);
        let takes_back = |known: &&Compensation| {
            known.operation == act.operation && cx.graph.node(known.act).workflow == node.workflow
        };
        // What a format without contracts says of compensation is guessed from names.
        let Some(compensation) = compensations.iter().find(takes_back).filter(|_| !cx.is_imported(node.span))
        else {
            continue;
        };
        let silent: Vec<EdgeView> = cx
            .graph
            .out_edges(step)
            .filter(|edge| matches!(edge.edge.kind, EdgeKind::Fails(_) | EdgeKind::Outage))
            .filter(|edge| !is_told(cx, step, edge))
            .collect();
        if let [first, ..] = silent.as_slice() {
            findings.push(silent_step(cx, step, act, first, compensation.act));
        }
    }
    findings
}

/// Whether somebody hears of it, or it is tried again, when the step does not succeed this way.
fn is_told(cx: &Context, step: NodeId, edge: &EdgeView) -> bool {
    let follow = |edge: &EdgeView| edge.edge.kind.moves_a_token();
    let behind = cx.graph.reached([edge.to], follow);
    let well: BTreeSet<GoalId> = failures(cx, &cx.graph.reached(when_done(cx, step), follow));
    behind.binary_search(&step).is_ok()
        || behind.iter().any(|node| {
            matches!(cx.graph.node(*node).kind, NodeKind::Notify { .. } | NodeKind::Publish { .. })
        })
        || failures(cx, &behind).iter().any(|goal| !well.contains(goal))
}

fn failures(cx: &Context, nodes: &[NodeId]) -> BTreeSet<GoalId> {
    let ends = nodes.iter().filter_map(|node| match cx.graph.node(*node).kind {
        NodeKind::End { goal } => Some(goal),
        _ => None,
    });
    ends.filter(|goal| cx.model.goals[*goal].kind == GoalKind::Failure).collect()
}

fn silent_step(cx: &Context, step: NodeId, act: &Act, edge: &EdgeView, taken_back: NodeId) -> Finding {
    let path = cx.model.operation_path(act.operation);
    let (how, cure) = match &edge.edge.kind {
        EdgeKind::Fails(failure) => {
            (format!("is refused with `{failure}`"), format!("on {failure} {{ notify … }}"))
        }
        _ => ("does not answer".to_string(), "retry forever backoff 1s..1h".to_string()),
    };
    let mut finding =
        FALLIBLE_COMPENSATION.at(cx.graph.node(step).span, "may fail, and nobody is told").message(format!(
            "`{path}` takes `{}` back, and nobody is told when it fails",
            cx.short_name(taken_back)
        ));
    if let Some(retry) = act.retry.as_ref().filter(|_| edge.edge.kind == EdgeKind::Outage) {
        finding = finding.label(retry.span, "then it is over");
    }
    finding = finding
        .label(cx.graph.node(taken_back).span, "stays done then")
        .what_if(format!("when `{path}` {how}, `{}` stays done, and nobody knows", cx.short_name(taken_back)))
        .help(match edge.edge.kind {
            EdgeKind::Outage => format!("try until it succeeds: `{cure}`"),
            _ => format!("tell people: `{cure}`"),
        })
        .help(format!("or let an `undo` run it: `undo {}`", cx.short_name(taken_back)))
        .entity(cx.entity(step));
    finding
}
