//! `dead-compensation`: a step can be taken back, and no failing run has ever done it.

use crate::check::Context;
use crate::check::compensations::Compensation;
use crate::explore::{RunEnd, Status, Stop, Timers};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind};
use crate::model::{GoalKind, WorkflowId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

pub static DEAD_COMPENSATION: Rule = Rule {
    name: "dead-compensation",
    group: Group::Compensation,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an `undone by` of a step that no failing run completes.",
    why: "\
Where nothing behind a step can fail, there is nothing to take back: the compensation is written, kept up to date \
and tested, and never runs. Often a failure was meant that nobody has declared. Sometimes the step is simply the \
last one, and its contract serves other systems as well.

A contract is looked at over all workflows of the system; those that declare no failure at all say nothing of it.",
    bad: r#"id TripId

service Agency { }
service Flight {
  command Book(trip: TripId) {
    fails NoSeat
    undone by nothing because "it lapses"
    idempotent by trip
  }
}
service Hotel {
  command Book(trip: TripId) { undone by Cancel(trip); idempotent by trip }
  command Cancel(trip: TripId) { idempotent by trip }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  success Booked
  failure NotBooked

  step seat = Flight.Book(trip) { retry forever backoff 1s..1h; on NoSeat { end NotBooked } }
  step room = Hotel.Book(trip) { retry forever backoff 1s..1h }
  end Booked
}
"#,
    good: r#"id TripId

service Agency { }
service Flight {
  command Book(trip: TripId) {
    fails NoSeat
    undone by nothing because "it lapses"
    idempotent by trip
  }
}
service Hotel {
  command Book(trip: TripId) { undone by Cancel(trip); idempotent by trip }
  command Cancel(trip: TripId) { idempotent by trip }
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
Ask what may still fail behind the step, and declare it. If nothing can, the step needs no way back: drop the \
`undone by`, or accept the finding where the contract is made for others.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut by_contract: BTreeMap<Span, Vec<&Compensation>> = BTreeMap::new();
    for compensation in cx.compensations() {
        if !cx.is_imported(compensation.undone.span) {
            by_contract.entry(compensation.undone.span).or_default().push(compensation);
        }
    }
    let inner: BTreeSet<WorkflowId> = cx
        .graph
        .nodes()
        .filter_map(|(_, node)| match &node.kind {
            NodeKind::Run(run) => Some(run.workflow),
            _ => None,
        })
        .collect();
    let is_dead = |compensation: &&Compensation| {
        let workflow = cx.graph.node(compensation.act).workflow;
        // What an inner workflow did may be taken back by the one that ran it.
        workflow.is_some_and(|id| !inner.contains(&id) && is_dead(cx, id, compensation.act))
    };
    let dead = by_contract.into_values().filter(|steps| steps.iter().all(is_dead));
    dead.map(|steps| finding(cx, &steps)).collect()
}

/// Whether no failing run of the workflow has done the step, or may have.
fn is_dead(cx: &Context, workflow: WorkflowId, act: NodeId) -> bool {
    let line = cx.graph.downstream(act);
    // A failure that nobody takes ends the run as well, and takes back what it can.
    if line.iter().any(|node| matches!(cx.graph.node(*node).kind, NodeKind::Unhandled)) {
        return false;
    }
    let declares_failures =
        cx.model.workflows[workflow].goals.iter().any(|goal| cx.model.goals[*goal].kind == GoalKind::Failure);
    if !declares_failures {
        return false;
    }
    // What a limit gives up on its way is taken back when it turns out to be done.
    if !cx.graph.limits_around(act).is_empty() {
        return false;
    }
    let runs = cx.runs(workflow, Timers::Hasty);
    let is_undone = |end: &RunEnd| runs.status(end, act) == Status::Undone;
    let is_done =
        |end: &RunEnd| !matches!(runs.status(end, act), Status::None | Status::Refused | Status::Tombstone);
    runs.is_complete() && !runs.ends().iter().any(|end| is_undone(end) || fails(cx, end) && is_done(end))
}

fn fails(cx: &Context, end: &RunEnd) -> bool {
    match end.stop {
        Stop::Complete { .. } => end.goals.iter().any(|goal| cx.model.goals[*goal].kind == GoalKind::Failure),
        Stop::Unwound { .. } | Stop::Stuck { .. } => true,
    }
}

fn finding(cx: &Context, steps: &[&Compensation]) -> Finding {
    // INVARIANT: a contract is grouped under the steps that use it.
    let first = &steps[0];
    let by = cx.model.operation_path(first.operation);
    let mut finding = DEAD_COMPENSATION
        .at(first.undone.span, "no failing run ever needs it")
        .message(format!("`{by}` takes back what no failing run has done"))
        .entity(cx.entity(first.act));
    for step in steps.iter().take(3) {
        finding = finding.label(cx.graph.node(step.act).span, "nothing fails once this is done");
    }
    finding
        .help("say what may still fail behind it, if something can")
        .help("or drop the `undone by`, or accept this where the contract is made for others")
}
