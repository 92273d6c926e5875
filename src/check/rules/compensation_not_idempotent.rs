//! `compensation-not-idempotent`: what takes a step back may be sent twice, and would act twice.

use crate::check::Context;
use crate::check::compensations::Compensation;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::model::{OperationId, OperationKind};
use crate::source::Span;
use std::collections::BTreeMap;

pub static COMPENSATION_NOT_IDEMPOTENT: Rule = Rule {
    name: "compensation-not-idempotent",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a command that takes a step back, may be sent more than once, and has no idempotency key.",
    why: "\
What an `undo` runs is sent again until it has succeeded, without bound: a run that is being given up cannot \
give that up as well. So the answer to a refund that was made may be lost, and the refund is sent again. Without \
a key it is paid twice. A query leaves no trace and needs no key.

A compensation that is written as a plain step, with a retry, is the matter of `unsafe-retry`.",
    bad: r#"id TripId

service Agency { }
service Hotel {
  command Book(trip: TripId) { undone by Cancel(trip); idempotent by trip }
  command Cancel(trip: TripId)
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
Name in the contract of the undoing command the fields by which its service recognises what it has taken back \
already: `idempotent by trip`. The key of what is undone serves well, since one step is undone once.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let places = cx.undone_at();
    let mut told: BTreeMap<OperationId, Finding> = BTreeMap::new();
    for compensation in cx.compensations() {
        let declared = &cx.model.operations[compensation.operation];
        let lacks_key = declared.kind == OperationKind::Command && declared.idempotent_by.is_none();
        let Some(place) = places.get(&compensation.act).filter(|_| lacks_key) else { continue };
        if !cx.is_imported(declared.span) {
            told.entry(compensation.operation).or_insert_with(|| finding(cx, compensation, *place));
        }
    }
    told.into_values().collect()
}

fn finding(cx: &Context, compensation: &Compensation, place: Span) -> Finding {
    let declared = &cx.model.operations[compensation.operation];
    let path = cx.model.operation_path(compensation.operation);
    let name = &declared.name.text;
    let field = declared.fields.first().map_or("…", |field| field.name.text.as_str());
    COMPENSATION_NOT_IDEMPOTENT
        .at(declared.name.span, "no `idempotent by` in its contract")
        .message(format!("`{path}` takes a step back, and may act twice"))
        .label(compensation.undone.span, "takes this back")
        .label(place, "sent from here, again until it succeeds")
        .what_if(format!("when the answer to `{path}` is lost and not the request, it is done a second time"))
        .help(format!("say by what the service knows it again: `idempotent by {field}` in `{name}`"))
        .entity(cx.entity(compensation.act))
}
