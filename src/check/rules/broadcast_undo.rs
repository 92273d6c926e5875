//! `broadcast-undo`: the run fails without waiting for what has to be taken back.

use crate::check::Context;
use crate::check::contradictions::contradictions;
use crate::check::obligations::Subscription;
use crate::check::phrases::quoted;
use crate::explore::{DELIVERY, Lens, RunEnd, Runs, Stop, Timers};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{Node, NodeId, NodeKind, Occurrence, ReceiveKind, Removed, Timer};
use crate::model::{GoalId, GoalKind, WorkflowId};

pub static BROADCAST_UNDO: Rule = Rule {
    name: "broadcast-undo",
    group: Group::Compensation,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an undo that a failing run does not wait for: it ends in the same way when the undo never happens.",
    why: "\
In a choreography each service takes back its own part when it hears that something failed. Where the \
failure end is reached by that very event, the run counts as over while the room is still booked, and \
nobody finds out when the service in charge never reacts.

wfc explores the runs again with that one reaction left out. It is silent when those runs do not reach \
the failure, when the reaction has promised to be done in time, and when an owner of the failure watches \
for what the undo publishes.",
    bad: r#"id TripId

service Agency {
  event TripPlanned(trip: TripId)
}
service Hotel {
  command Book(trip: TripId) { undone by Cancel(trip); idempotent by trip }
  command Cancel(trip: TripId) { idempotent by trip }
  event RoomBooked(trip: TripId)
}
service Flight {
  query Book(trip: TripId) { fails NoSeat }
  event SeatBooked(trip: TripId)
  event SeatRefused(trip: TripId)
}

workflow BookTrip {
  choreographed
  correlated by trip
  starts when TripPlanned
  success Booked reached by SeatBooked owned by Flight
  failure NotBooked reached by SeatRefused owned by Flight

  participant Hotel {
    when TripPlanned {
      step room = Hotel.Book(trip)
      publish RoomBooked(trip)
    }
    when SeatRefused { undo room }
  }
  participant Flight {
    when RoomBooked {
      promises within 1h
      step seat = Flight.Book(trip) { on NoSeat { publish SeatRefused(trip); skip } }
      publish SeatBooked(trip)
    }
  }
}
"#,
    good: r#"id TripId

service Agency {
  event TripPlanned(trip: TripId)
}
service Hotel {
  command Book(trip: TripId) { undone by Cancel(trip); idempotent by trip }
  command Cancel(trip: TripId) { idempotent by trip }
  event RoomBooked(trip: TripId)
  event RoomReleased(trip: TripId)
}
service Flight {
  query Book(trip: TripId) { fails NoSeat }
  event SeatBooked(trip: TripId)
  event SeatRefused(trip: TripId)
}

workflow BookTrip {
  choreographed
  correlated by trip
  starts when TripPlanned
  success Booked reached by SeatBooked owned by Flight
  failure NotBooked reached by RoomReleased owned by Flight

  participant Hotel {
    when TripPlanned {
      step room = Hotel.Book(trip)
      publish RoomBooked(trip)
    }
    when SeatRefused { undo room; publish RoomReleased(trip) }
  }
  participant Flight {
    when RoomBooked {
      promises within 1h
      step seat = Flight.Book(trip) { on NoSeat { publish SeatRefused(trip); skip } }
      publish SeatBooked(trip)
    }
  }
}
"#,
    help: "\
Let the undo say that it is done, and let the failure be reached by that: `reached by RoomReleased`. \
Or let the reaction promise it, `promises within 1h`, or its failure's owner watch for it.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for workflow in cx.model.workflows.ids().filter(|id| cx.model.workflows[*id].is_choreographed()) {
        findings.extend(undos(cx, workflow).iter().filter_map(|undo| of_undo(cx, workflow, undo)));
    }
    findings
}

/// A reaction that takes something back, and what that may be.
struct Undo {
    reaction: NodeId,
    acts: Vec<NodeId>,
}

fn undos(cx: &Context, workflow: WorkflowId) -> Vec<Undo> {
    let reactions = cx.graph.nodes_of(workflow).filter(|(id, node)| {
        matches!(node.kind, NodeKind::Receive { kind: ReceiveKind::Reaction, .. })
            && cx.occurring.contains(*id)
    });
    let undo = |(reaction, _)| {
        let mut acts = Vec::new();
        for node in cx.graph.line_from(reaction) {
            if let NodeKind::Undo { acts: own, .. } = &cx.graph.node(node).kind {
                acts.extend(own.iter().copied());
            }
        }
        Undo { reaction, acts }
    };
    reactions.map(undo).filter(|undo| !undo.acts.is_empty()).collect()
}

fn of_undo(cx: &Context, workflow: WorkflowId, undo: &Undo) -> Option<Finding> {
    let all = &cx.obligations().subscriptions;
    let taken: Vec<&Subscription> = all.iter().filter(|it| it.taker == undo.reaction).collect();
    if taken.iter().any(|it| it.is_promised) {
        return None;
    }
    let edges: Vec<_> = taken.iter().flat_map(|it| it.edges.clone()).collect();
    let without = cx.graph.occurring(Removed { subscriptions: &edges, ..Removed::default() });
    if !can_fail(cx, workflow, &without) || is_watched(cx, workflow, &taken, &without) {
        return None;
    }
    in_time(cx, workflow, undo).or_else(|| given_up(cx, workflow, undo))
}

/// Everybody else reacts in time.
fn in_time(cx: &Context, workflow: WorkflowId, undo: &Undo) -> Option<Finding> {
    let runs = cx.runs_through(workflow, Timers::Patient, Lens::LeaveOut(undo.reaction));
    let later_chapter = || contradictions(cx, workflow).is_empty();
    found(cx, undo, &runs, later_chapter)
}

/// Somebody gives up waiting. A run that then succeeds as well is another matter.
fn given_up(cx: &Context, workflow: WorkflowId, undo: &Undo) -> Option<Finding> {
    let is_timer = |node: &Node| matches!(node.kind, NodeKind::Timer(_));
    if !cx.graph.nodes_of(workflow).any(|(_, node)| is_timer(node)) {
        return None;
    }
    let runs = cx.runs_through(workflow, Timers::Hasty, Lens::LeaveOut(undo.reaction));
    found(cx, undo, &runs, || false)
}

fn found(cx: &Context, undo: &Undo, runs: &Runs, may_succeed: impl Fn() -> bool) -> Option<Finding> {
    let (end, goal) = runs.ends().iter().find_map(|end| {
        let goal = failure_of(cx, end, &may_succeed)?;
        (runs.is_due(end, undo.reaction) && is_left(runs, end, undo)).then_some((end, goal))
    })?;
    Some(finding(cx, undo, runs, end, goal))
}

/// Whether some failure can be reached at all when the reaction takes nothing.
fn can_fail(cx: &Context, workflow: WorkflowId, without: &Occurrence) -> bool {
    let goals = &cx.model.workflows[workflow].goals;
    goals
        .iter()
        .any(|goal| cx.model.goals[*goal].kind == GoalKind::Failure && without.contains(cx.graph.goal(*goal)))
}

/// Whether an owner of an end watches for what only comes of the undo.
fn is_watched(cx: &Context, workflow: WorkflowId, taken: &[&Subscription], without: &Occurrence) -> bool {
    let goals = &cx.model.workflows[workflow].goals;
    cx.graph.nodes().any(|(_, node)| {
        let NodeKind::Timer(Timer::Watch { armed_by, expected }) = &node.kind else { return false };
        let armed = cx.graph.message(*armed_by);
        let behind = cx.graph.downstream(armed);
        let is_owner = goals.iter().any(|goal| cx.model.goals[*goal].owner.service == node.side);
        let expects = expected.terms.iter().all(|(event, _)| !without.contains(cx.graph.message(*event)));
        let is_armed =
            |it: &&Subscription| it.event == *armed_by || behind.contains(&cx.graph.message(it.event));
        is_owner && expects && taken.iter().any(is_armed)
    })
}

/// The failure that a run reaches; one that contradicts a success is another finding.
fn failure_of(cx: &Context, end: &RunEnd, may_succeed: impl Fn() -> bool) -> Option<GoalId> {
    if !matches!(end.stop, Stop::Complete { .. }) {
        return None;
    }
    let has = |kind| end.goals.iter().copied().find(|goal| cx.model.goals[*goal].kind == kind);
    has(GoalKind::Failure).filter(|_| has(GoalKind::Success).is_none() || may_succeed())
}

fn is_left(runs: &Runs, end: &RunEnd, undo: &Undo) -> bool {
    undo.acts.iter().any(|act| runs.can_be_undone(*act) && runs.status(end, *act).is_effective())
}

fn finding(cx: &Context, undo: &Undo, runs: &Runs, end: &RunEnd, goal: GoalId) -> Finding {
    let reaction = cx.graph.node(undo.reaction);
    let left: Vec<NodeId> =
        undo.acts.iter().copied().filter(|act| runs.status(end, *act).is_effective()).collect();
    let names = quoted(left.iter().map(|act| cx.short_name(*act)));
    let goal = &cx.model.goals[goal];
    let events = cx.short_name(undo.reaction);
    let moves = runs.witness(end);
    let mut finding = BROADCAST_UNDO
        .at(reaction.span, "nothing waits for this undo")
        .message(format!("`{}` is reached whether {names} is undone or not", goal.name.text))
        .label(goal.name.span, "reached without it");
    for act in left.iter().take(3) {
        finding = finding.label(cx.graph.node(*act).span, "stays done when nobody reacts");
    }
    let finding = finding
        .run(cx.witness_of_run(&moves), DELIVERY)
        .what_if(format!(
            "when the reaction to `{events}` never comes, the run still ends in `{}`",
            goal.name.text
        ))
        .help(format!("publish that it is undone, and let `{}` be reached by that event", goal.name.text))
        .help("or let the reaction promise it: `promises within …`")
        .entity(cx.entity(undo.reaction));
    cx.by_choices(finding, &moves)
}
