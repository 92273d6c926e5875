//! `compensation-lacks-input`: what takes a step back needs a value that nothing carries to it.

use crate::check::Context;
use crate::check::compensations::Compensation;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{Act, EdgeKind, NodeId, NodeKind, Timer};
use crate::model::{ExprKind, UndoneBy};
use crate::source::Span;

pub static COMPENSATION_LACKS_INPUT: Rule = Rule {
    name: "compensation-lacks-input",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an `undone by` that reads the reply of a command whose reply may never be known.",
    why: "\
After an outage, or when a step is given up on its way, nobody knows whether the command was done. Before it \
is undone it is asked again under its key until it answers, and that answer is what `undone by` reads as \
`reply`. A command without a key cannot be asked again: sent a second time, it would act a second time. So when \
it was done and its answer was lost, the number of the reservation that has to be released is known to nobody.

The fields of the request are always there. A value that may be absent, or an argument that is left out, is \
reported as `type-mismatch`.",
    bad: r#"id TripId
id RoomId

service Agency { }
service Hotel {
  command Book(trip: TripId) -> RoomId { undone by Cancel(reply) }
  command Cancel(room: RoomId) { idempotent by room }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  success Booked(room: RoomId)
  failure NotBooked

  step room = Hotel.Book(trip) { timeout 5s; on outage { undo all; end NotBooked } }
  end Booked(room)
}
"#,
    good: r#"id TripId
id RoomId

service Agency { }
service Hotel {
  command Book(trip: TripId) -> RoomId { undone by Cancel(reply); idempotent by trip }
  command Cancel(room: RoomId) { idempotent by room }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  success Booked(room: RoomId)
  failure NotBooked

  step room = Hotel.Book(trip) { timeout 5s; on outage { undo all; end NotBooked } }
  end Booked(room)
}
"#,
    help: "\
Give the command a key, so that it can be asked again: `idempotent by trip`. Or let the compensation do with \
what the request says: `undone by Cancel(trip)`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let places = cx.undone_at();
    let mut findings: Vec<Finding> = Vec::new();
    for compensation in cx.compensations() {
        let place = places.get(&compensation.act);
        let NodeKind::Act(act) = &cx.graph.node(compensation.act).kind else { continue };
        let declared = &cx.model.operations[act.operation];
        if declared.idempotent_by.is_some() || cx.is_imported(declared.span) {
            continue;
        }
        let (Some(place), Some(reply)) = (place, reads_reply(compensation)) else { continue };
        let Some(doubt) = in_doubt(cx, compensation.act) else { continue };
        let is_told = findings.iter().any(|known| known.span() == reply);
        if !is_told {
            findings.push(finding(cx, compensation, act, reply, doubt, *place));
        }
    }
    findings
}

/// Where an argument of `undone by` reads the reply.
fn reads_reply(compensation: &Compensation) -> Option<Span> {
    let UndoneBy::Operation { arguments, .. } = &compensation.undone.by else { return None };
    let mut parts = arguments.iter().flat_map(|argument| argument.value.with_parts());
    parts.find(|part| matches!(part.kind, ExprKind::Reply { .. })).map(|part| part.span)
}

/// Why it may be that nobody knows whether the step was done: an outage that is met, or a limit that
/// gives it up.
fn in_doubt(cx: &Context, act: NodeId) -> Option<(Span, &'static str)> {
    let outage = cx.graph.out_edges(act).find(|edge| edge.edge.kind == EdgeKind::Outage);
    if outage.is_some() {
        return Some((cx.graph.node(act).span, "when this does not answer, its reply is not known"));
    }
    let limit = cx.graph.limits_around(act).into_iter().find(|limit| cx.occurring.contains(*limit))?;
    matches!(cx.graph.node(limit).kind, NodeKind::Timer(Timer::Limit))
        .then(|| (cx.graph.node(limit).span, "given up here, its reply is not known"))
}

fn finding(
    cx: &Context,
    compensation: &Compensation,
    act: &Act,
    reply: Span,
    (doubtful, doubt): (Span, &str),
    place: Span,
) -> Finding {
    let path = cx.model.operation_path(act.operation);
    let by = cx.model.operation_path(compensation.operation);
    let declared = &cx.model.operations[act.operation];
    let name = &declared.name.text;
    let field = declared.fields.first().map_or("…", |field| field.name.text.as_str());
    let mut finding = COMPENSATION_LACKS_INPUT
        .at(reply, "needs the reply")
        .message(format!("`{by}` needs the reply of `{path}`, which may be lost for good"))
        .label(declared.name.span, "has no key under which it could be asked again")
        .label(doubtful, doubt);
    if place != doubtful {
        finding = finding.label(place, "to be undone all the same");
    }
    finding
        .what_if(format!("when `{path}` is done and its answer is lost, nothing can take it back"))
        .help(format!("give it a key, so that it can be asked again: `idempotent by {field}` in `{name}`"))
        .help(format!("or let `{by}` do with what the request says"))
        .entity(cx.entity(compensation.act))
}
