//! `skipped-compensation`: a failing run leaves a write behind although its contract says how to undo it.

use crate::check::Context;
use crate::check::leftovers::{Leftover, Why, leftovers};
use crate::explore::{DELIVERY, Stop, What};
use crate::finding::{Confidence, Finding, Fix, Group, Profile, Rule, Severity};
use crate::graph::NodeKind;
use crate::model::UndoneBy;

pub static SKIPPED_COMPENSATION: Rule = Rule {
    name: "skipped-compensation",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a command that stays done when the run fails, although its contract says how to undo it.",
    why: "\
The compensation exists, and in this run nothing calls it: a branch ends without `undo all`, a sibling \
in a parallel block was already done, or the command succeeded after somebody had given up waiting for \
it. Such runs are rare in tests and common in production, and what they leave behind is found by \
customers.

wfc explores every run that reaches a failure end through declared branches, also those in which a \
timer wins against an answer, and looks at what is still done then.",
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
  failure NotBooked

  step room = Hotel.Book(trip) { retry forever backoff 1s..1h }
  step seat = Flight.Check(trip) { retry forever backoff 1s..1h; on NoSeat { end NotBooked } }
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
    help: "\
Put `undo all` before the `end`, or `undo NAME` for a single step or scope. In a choreography let the \
service that did the step react to the event that announces the failure, and `undo` it there.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let left = cx.model.workflows.ids().flat_map(|workflow| leftovers(cx, workflow, Why::NotUndone));
    left.map(|leftover| finding(cx, &leftover)).collect()
}

fn finding(cx: &Context, leftover: &Leftover) -> Finding {
    let node = cx.graph.node(leftover.act);
    let name = cx.short_name(leftover.act);
    let (what, undo) = match &node.kind {
        NodeKind::Act(act) => (cx.model.operation_path(act.operation), act.undone.as_ref()),
        NodeKind::Run(run) => {
            (format!("run {}", cx.model.workflows[run.workflow].name.text), run.undone.as_ref())
        }
        _ => (name.clone(), None),
    };
    let failure =
        leftover.end.goals.iter().find(|goal| cx.model.goals[**goal].kind == crate::model::GoalKind::Failure);
    let end = failure.map_or(String::new(), |goal| format!(" `{}`", cx.model.goals[*goal].name.text));
    let moves = leftover.runs.witness(leftover.end);
    let choreographed = node.workflow.is_some_and(|id| cx.model.workflows[id].is_choreographed());
    let end_at = match &leftover.end.stop {
        Stop::Complete { at } if choreographed => failure.map_or(*at, |goal| cx.graph.goal(*goal)),
        Stop::Complete { at } | Stop::Unwound { at } => *at,
        Stop::Stuck { at } => at.first().copied().unwrap_or(leftover.act),
    };
    let done = moves.iter().rposition(|made| made.node == leftover.act && made.what == What::Done);
    let ended = moves.iter().position(|made| made.node == end_at);
    let late = matches!((done, ended), (Some(done), Some(ended)) if done > ended);
    let mut finding = SKIPPED_COMPENSATION
        .at(node.span, if late { "done after the run had failed" } else { "done, and not undone" })
        .message(format!("`{what}` stays done when the run ends in{end}"))
        .label(cx.graph.node(end_at).span, format!("the run ends here{}", if late { " first" } else { "" }));
    if let Some(undone) = undo
        && let UndoneBy::Operation { operation, .. } = &undone.by
    {
        let by = cx.model.operation_path(*operation);
        let what_if = if cx.is_imported(node.span) {
            format!("with a state before that end that runs `{by}`, it would be taken back")
        } else if choreographed {
            format!("with an `undo {name}` in that run, `{by}` would run")
        } else {
            format!("with `undo {name}` or `undo all` before that end, `{by}` would run")
        };
        finding = finding.label(undone.span, format!("`{by}` would take it back")).what_if(what_if);
    }
    let help = if cx.is_imported(node.span) {
        "lead this way, too, through a state that takes it back".to_string()
    } else if choreographed {
        format!(
            "let `{}` react to what announces the failure, and `undo {name}` there",
            node.side.map_or("its service", |side| cx.service(side))
        )
    } else {
        "write `undo all` before the `end`".to_string()
    };
    let fix = match &leftover.end.stop {
        Stop::Complete { at } if !late && !cx.is_imported(node.span) && !cx.is_undoing(&moves) => {
            cx.undo_before(*at, Fix::daring("put `undo all` before the end"))
        }
        Stop::Complete { .. } | Stop::Unwound { .. } | Stop::Stuck { .. } => None,
    };
    let finding = finding
        .fix(fix)
        .run(cx.witness_of_run_with(leftover.act, &moves), DELIVERY)
        .left(cx.left_behind(leftover.runs, leftover.end))
        .help(help)
        .entity(cx.entity(leftover.act));
    cx.by_choices(finding, &moves)
}
