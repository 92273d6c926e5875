//! `fallible-after-pivot`: behind the point of no return something refuses, and the run fails.

use crate::check::Context;
use crate::check::pivots::{Failed, Passed, passed};
use crate::explore::{DELIVERY, What};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};

pub static FALLIBLE_AFTER_PIVOT: Rule = Rule {
    name: "fallible-after-pivot",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a run that fails behind its pivot, where it can no longer be taken back.",
    why: "\
Behind the pivot a saga only goes forward: what stands before it is kept, so a failure there leaves the \
run half done for good. A step behind the pivot may refuse only if the refusal is met by going on \
another way to a success.",
    bad: r#"id TripId

service Agency { }
service Cashier {
  command Capture(trip: TripId) {
    fails Declined
    irreversible
    idempotent by trip
  }
}
service Tickets {
  command Issue(trip: TripId) {
    fails SoldOut
    undone by nothing because "a ticket unpaid is void"
    idempotent by trip
  }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  success Booked
  failure NotBooked

  step paid = Cashier.Capture(trip) {
    pivot
    retry forever backoff 1s..1h
    on Declined { end NotBooked }
  }
  step issued = Tickets.Issue(trip) { retry forever backoff 1s..1h; on SoldOut { end NotBooked } }
  end Booked
}
"#,
    good: r#"id TripId

service Agency { }
service Cashier {
  command Capture(trip: TripId) {
    fails Declined
    irreversible
    idempotent by trip
  }
}
service Tickets {
  command Issue(trip: TripId) {
    fails SoldOut
    undone by nothing because "a ticket unpaid is void"
    idempotent by trip
  }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  success Booked
  failure NotBooked

  step issued = Tickets.Issue(trip) { retry forever backoff 1s..1h; on SoldOut { end NotBooked } }
  step paid = Cashier.Capture(trip) {
    pivot
    retry forever backoff 1s..1h
    on Declined { end NotBooked }
  }
  end Booked
}
"#,
    help: "\
Move what may refuse before the pivot, or meet its refusal forwards, with another way to a success. If \
the run may really be given up here, this step is not its point of no return: move `pivot`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let passed = cx.model.workflows.ids().flat_map(|workflow| passed(cx, workflow));
    passed.filter(|passed| passed.failed == Failed::BehindPivot).map(|passed| finding(cx, &passed)).collect()
}

fn finding(cx: &Context, passed: &Passed) -> Finding {
    let pivot = cx.short_name(passed.act);
    let goal = &cx.model.goals[passed.goal];
    let moves = passed.runs.witness(passed.end);
    let reached =
        moves.iter().position(|made| made.node == passed.act && made.what == What::Done).unwrap_or(0);
    let cause = moves[reached..].iter().rev().find(|made| matches!(made.what, What::Fails(_) | What::Fires));
    let (at, label) = match (cause, moves.last()) {
        (Some(cause), _) => (cause.node, "this may fail"),
        (None, Some(last)) => (last.node, "the run fails here"),
        (None, None) => (passed.act, "the run fails behind this"),
    };
    let name = cx.short_name(at);
    let what = if name.is_empty() { "a run".to_string() } else { format!("`{name}`") };
    let finding = FALLIBLE_AFTER_PIVOT
        .at(cx.graph.node(at).span, label)
        .message(format!(
            "{what} may fail behind the pivot `{pivot}`, and the run ends in `{}`",
            goal.name.text
        ))
        .label(cx.graph.node(passed.act).span, "no way back from here")
        .run(cx.witness_of_run(&moves), DELIVERY)
        .left(cx.left_behind(passed.runs, passed.end))
        .help("move what may refuse before the pivot, or meet its refusal forwards")
        .entity(cx.entity(at));
    cx.by_choices(finding, &moves)
}
