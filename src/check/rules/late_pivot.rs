//! `late-pivot`: what cannot be taken back is done while the run can still fail for another reason.

use crate::check::Context;
use crate::check::pivots::{Failed, Passed, passed};
use crate::explore::DELIVERY;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::NodeKind;

pub static LATE_PIVOT: Rule = Rule {
    name: "late-pivot",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports something irreversible, or the pivot, that is done in a run which then fails for a reason that did not have to come later.",
    why: "\
A saga has one point of no return, its pivot: before it everything can be taken back, behind it \
everything has to succeed (Mehrotra and others, 1992; Richardson, 2018). Where something irreversible is done before that point, \
or in parallel to a step that may still refuse, a failing run cannot be cleaned up any more.",
    bad: r#"id TripId

service Agency { }
service Hotel {
  command Book(trip: TripId) { irreversible; idempotent by trip }
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
  command Book(trip: TripId) { irreversible; idempotent by trip }
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

  step seat = Flight.Book(trip) {
    retry forever backoff 1s..1h
    on NoSeat { undo all; end NotBooked }
  }
  step room = Hotel.Book(trip) { pivot; retry forever backoff 1s..1h }
  end Booked
}
"#,
    help: "\
Do first what can still be refused and taken back, then the one step that cannot, marked `pivot`, then \
only what is retried until it succeeds. Or find a way to take the effect back, and say `undone by`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let passed = cx.model.workflows.ids().flat_map(|workflow| passed(cx, workflow));
    passed.filter(|passed| passed.failed == Failed::Otherwise).map(|passed| finding(cx, &passed)).collect()
}

const POINT_OF_NO_RETURN: &str = "is the point of no return";

fn finding(cx: &Context, passed: &Passed) -> Finding {
    let node = cx.graph.node(passed.act);
    let name = cx.short_name(passed.act);
    let goal = &cx.model.goals[passed.goal];
    let moves = passed.runs.witness(passed.end);
    let (why, contract) = match &node.kind {
        NodeKind::Act(act) if act.irreversible.is_some() && act.pivot.is_none() => {
            ("cannot be taken back", act.irreversible)
        }
        NodeKind::Act(act) => (POINT_OF_NO_RETURN, act.pivot),
        NodeKind::Run(run) => (POINT_OF_NO_RETURN, run.pivot),
        _ => ("cannot be taken back", None),
    };
    let mut finding = LATE_PIVOT
        .at(node.span, format!("done, and it {why}"))
        .message(format!("`{name}` {why}, and the run may still end in `{}`", goal.name.text));
    if let Some(span) = contract {
        finding = finding.label(span, "because of this");
    }
    if let Some(failed) = moves.iter().rev().find(|made| matches!(made.what, crate::explore::What::Fails(_)))
    {
        finding = finding.label(cx.graph.node(failed.node).span, "this may still fail");
    }
    let mut finding = finding
        .run(cx.witness_of_run(&moves), DELIVERY)
        .left(cx.left_behind(passed.runs, passed.end))
        .what_if(format!(
            "with `{name}` behind everything that may refuse, no failing run would hold its effect"
        ))
        .entity(cx.entity(passed.act));
    finding = if why == POINT_OF_NO_RETURN {
        finding
            .help(format!("move `{name}` behind the steps that may still fail"))
            .help("or let the run still succeed when one of them fails")
    } else {
        finding
            .help(format!("move `{name}` behind the steps that may still fail, and mark it `pivot`"))
            .help("or let it be taken back: `undone by …` in its contract")
    };
    cx.by_choices(finding, &moves)
}
