//! `inconclusive`: there are more runs than were looked at.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};

pub static INCONCLUSIVE: Rule = Rule {
    name: "inconclusive",
    group: Group::ControlFlow,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a workflow with more states than were explored, so that what was not found may still be there.",
    why: "\
Some rules look at all runs of a workflow. The number of states that are kept is bounded; beyond it the \
rules that explore runs know only what they saw so far. What they found is real; what they did not find \
may exist.",
    bad: r#"id TripId

service Agency { }
service Hotel {
  command Book(trip: TripId) {
    fails Full
    undone by Cancel(trip)
    idempotent by trip
  }
  command Cancel(trip: TripId) { idempotent by trip }
}

workflow BookRooms(trip: TripId) {
  orchestrated by Agency
  success Booked
  failure NotBooked

  parallel {
    step room1 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room2 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room3 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room4 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room5 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room6 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room7 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room8 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room9 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room10 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room11 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room12 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room13 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room14 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room15 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
    step room16 = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { skip } }
  }
  step last = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { undo all; end NotBooked } }
  end Booked
}
"#,
    good: r#"id TripId

service Agency { }
service Hotel {
  command Book(trip: TripId) {
    fails Full
    undone by Cancel(trip)
    idempotent by trip
  }
  command Cancel(trip: TripId) { idempotent by trip }
}

workflow BookRooms(trip: TripId) {
  orchestrated by Agency
  success Booked
  failure NotBooked

  for each night in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16] {
    step room = Hotel.Book(trip) { retry forever backoff 1s..1h }
  }
  end Booked

  on Full { undo all; end NotBooked }
}
"#,
    help: "Split the workflow into parts that run each other, or put the branches that do not meet in workflows of their own.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter() {
        if let Some(states) = cx.seen_of_more(id) {
            let name = &workflow.name.text;
            findings.push(
                INCONCLUSIVE
                    .at(workflow.name.span, format!("has more than {states} states"))
                    .message(format!("not every run of `{name}` was looked at"))
                    .help(
                        "split it into workflows that run each other, or separate branches that do not meet",
                    )
                    .entity(name.to_string()),
            );
        }
    }
    findings
}
