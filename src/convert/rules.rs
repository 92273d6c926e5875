//! What converting a workflow into the other style can find.

use crate::finding::{Confidence, Group, Profile, Rule, Severity};

pub static RULES: &[&Rule] = &[&NOT_CONVERTED, &LOST_IN_CONVERSION, &ADDED_SELECTION];

pub static NOT_CONVERTED: Rule = Rule {
    name: "not-converted",
    group: Group::Conversion,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports what has no counterpart in the other style; nothing is printed.",
    why: "\
Each style can say things that the other cannot. A conductor stops what runs; in a choreography nobody
can stop anybody, so that a step which cannot be undone goes on when the one beside it was refused. A
text that reads as if it could be stopped would be worse than none.

Only `wfc convert` asks this. `docs/convert.md` has the whole list of what is converted and what is not.",
    bad: r#"id TripId

service Agency {
  team "travel"
}
service Hotel {
  command Book(trip: TripId) {
    fails Full
    undone by Cancel(trip)
    idempotent by trip
  }
  command Cancel(trip: TripId) { idempotent by trip }
}
service Customer {
  external
  event TripCancelled(trip: TripId)
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  correlated by trip
  success Booked
  failure NotBooked

  // Nobody can be interrupted in a choreography.
  when TripCancelled { undo all; end NotBooked }
  step hotel = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { end NotBooked } }
  end Booked
}
"#,
    good: r#"id TripId

service Agency {
  team "travel"
}
service Hotel {
  command Book(trip: TripId) {
    fails Full
    undone by Cancel(trip)
    idempotent by trip
  }
  command Cancel(trip: TripId) { idempotent by trip }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  correlated by trip
  success Booked
  failure NotBooked

  step hotel = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { end NotBooked } }
  end Booked
}
"#,
    help: "Leave the workflow in its style, or move what has no counterpart into a workflow of its own that \
is run as a step and keeps its style.",
    example_language: "wfc",
};

pub static LOST_IN_CONVERSION: Rule = Rule {
    name: "lost-in-conversion",
    group: Group::Conversion,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports what means less in the other style, or is not said there at all.",
    why: "\
The result is printed, and reaches the same ends as long as everybody answers in time. What is done when somebody does
not is where the styles differ. An outage of a service's own step is only a delay; a limit that
stopped its block becomes a watch, which tells and stops nobody; a promise means nothing to a conductor,
who waits for an answer.

Only `wfc convert` says this.",
    bad: r#"id TripId

service Agency {
  team "travel"
}
service Hotel {
  command Book(trip: TripId) {
    fails Full
    undone by Cancel(trip)
    idempotent by trip
  }
  command Cancel(trip: TripId) { idempotent by trip }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  correlated by trip
  success Booked
  failure NotBooked

  step hotel = Hotel.Book(trip) {
    retry 3 times backoff 1s..10s
    on Full { end NotBooked }
    on outage { undo all; end NotBooked }
  }
  end Booked
}
"#,
    good: r#"id TripId

service Agency {
  team "travel"
}
service Hotel {
  command Book(trip: TripId) {
    fails Full
    undone by Cancel(trip)
    idempotent by trip
  }
  command Cancel(trip: TripId) { idempotent by trip }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  correlated by trip
  success Booked
  failure NotBooked

  step hotel = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { end NotBooked } }
  end Booked
}
"#,
    help: "Read the place that is named, and decide whether the converted workflow may do without it.",
    example_language: "wfc",
};

pub static ADDED_SELECTION: Rule = Rule {
    name: "added-selection",
    group: Group::Conversion,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an event that is added so that others know how a choice went.",
    why: "\
A conductor knows how it decided. In a choreography whoever acts on a choice has to be told: by an event that is
published on that way only. Where no step of the deciding service tells it, `wfc convert` adds such an
event, and says so, because it is a new contract between two services.",
    bad: r#"id OrderId

service Orders {
  query IsLarge(order: OrderId) -> bool
}
service Courier {
  command Send(order: OrderId) {
    undone by nothing because "it is only a parcel"
    idempotent by order
  }
}
service Post {
  command Send(order: OrderId) {
    undone by nothing because "it is only a parcel"
    idempotent by order
  }
}

workflow SendOrder(order: OrderId) {
  orchestrated by Orders
  correlated by order
  success Sent

  step large = Orders.IsLarge(order)
  if large {
    step driven = Courier.Send(order) { retry forever backoff 1s..1h }
    end Sent
  }
  step posted = Post.Send(order) { retry forever backoff 1s..1h }
  end Sent
}
"#,
    good: r#"id OrderId

service Orders {
  team "orders"
}
service Post {
  command Send(order: OrderId) {
    undone by nothing because "it is only a parcel"
    idempotent by order
  }
}

workflow SendOrder(order: OrderId) {
  orchestrated by Orders
  correlated by order
  success Sent

  step posted = Post.Send(order) { retry forever backoff 1s..1h }
  end Sent
}
"#,
    help: "Give the event a name that the service's team would give it.",
    example_language: "wfc",
};
