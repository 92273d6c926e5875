//! `missing-failure-end`: a run that was taken back ends as a success.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeKind, RegionKind};
use crate::model::{GoalKind, UndoTarget};

pub static MISSING_FAILURE_END: Rule = Rule {
    name: "missing-failure-end",
    group: Group::Data,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a workflow that takes a run back as a whole and has no failure to end it in.",
    why: "\
Where everything is undone, the run has failed. Without a named failure it ends in a success, or not at
all: whoever called it goes on as if it had worked, and what a failing run leaves behind is not checked.",
    bad: r#"id TripId

service Agency { }
service Hotel {
  command Book(trip: TripId) { undone by Cancel(trip); idempotent by trip }
  command Cancel(trip: TripId) { idempotent by trip }
}
service Flight {
  query Check(trip: TripId) { fails NoSeat }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  success Booked

  step room = Hotel.Book(trip) { retry forever backoff 1s..1h }
  step seat = Flight.Check(trip) {
    retry forever backoff 1s..1h
    on NoSeat { undo all; end Booked }
  }
  end Booked
}
"#,
    good: r#"id TripId

service Agency { }
service Hotel {
  command Book(trip: TripId) { undone by Cancel(trip); idempotent by trip }
  command Cancel(trip: TripId) { idempotent by trip }
}
service Flight {
  query Check(trip: TripId) { fails NoSeat }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  success Booked
  failure NotBooked

  step room = Hotel.Book(trip) { retry forever backoff 1s..1h }
  step seat = Flight.Check(trip) {
    retry forever backoff 1s..1h
    on NoSeat { undo all; end NotBooked }
  }
  end Booked
}
"#,
    help: "Declare the failure, `failure NotBooked(reason: string)`, and end in it where everything is undone.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter() {
        let fails = workflow.goals.iter().any(|goal| cx.model.goals[*goal].kind == GoalKind::Failure);
        if fails || workflow.is_choreographed() || workflow.goals.is_empty() {
            continue;
        }
        // In `late`, the run has had its end.
        let taken_back = cx.graph.nodes_of(id).find(|(node, item)| {
            matches!(item.kind, NodeKind::Undo { target: UndoTarget::All, .. })
                && cx.occurring.contains(*node)
                && !cx.graph.regions_around(item.region).any(|region| region.kind == RegionKind::Late)
        });
        if let Some((_, undo)) = taken_back {
            let name = &workflow.name.text;
            findings.push(
                MISSING_FAILURE_END
                    .at(undo.span, "everything is taken back here")
                    .message(format!("`{name}` undoes a whole run and has no failure to end it in"))
                    .label(workflow.name.span, "has successes only")
                    .help("declare one, `failure …`, and end in it where everything is undone")
                    .entity(name.to_string()),
            );
        }
    }
    findings
}
