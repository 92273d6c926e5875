//! `compensation-order`: what a step rests on is taken back before the step itself.

use crate::check::Context;
use crate::check::compensations::{self, beside, is_late, when_done};
use crate::check::reading::Sources;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{EdgeKind, EdgeView, NodeId, NodeKind};
use crate::model::{GoalKind, LabelId, OperationId, UndoTarget, WorkflowId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

pub static COMPENSATION_ORDER: Rule = Rule {
    name: "compensation-order",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a failing run that takes a step back before another one that was made with its answer.",
    why: "\
Sagas are taken back newest first (Garcia-Molina and Salem, 1987), because a later step may rest on an earlier \
one: the seat that was added to a booking cannot be released any more when the booking is gone. `undo all` and \
`undo` of a scope keep that order by themselves. A row of `undo a`, `undo b`, compensations written as plain \
steps, and participants that undo one after the other have the order in which they are written.

What counts is whether the request of the later step reads the answer of the earlier one, also through a `let`, \
a loop or an event.",
    bad: r#"id TripId
id BookingId

service Agency { }
service Airline {
  command Book(trip: TripId) -> BookingId { undone by Cancel(reply); idempotent by trip }
  command Cancel(booking: BookingId) { idempotent by booking }
  command AddSeat(booking: BookingId) { undone by DropSeat(booking); idempotent by booking }
  command DropSeat(booking: BookingId) { idempotent by booking }
}
service Visa {
  query Check(trip: TripId) { fails Refused }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  success Booked
  failure NotBooked

  step booking = Airline.Book(trip) { retry forever backoff 1s..1h }
  step seat = Airline.AddSeat(booking) { retry forever backoff 1s..1h }
  step visa = Visa.Check(trip) {
    retry forever backoff 1s..1h
    on Refused {
      undo booking
      undo seat
      end NotBooked
    }
  }
  end Booked
}
"#,
    good: r#"id TripId
id BookingId

service Agency { }
service Airline {
  command Book(trip: TripId) -> BookingId { undone by Cancel(reply); idempotent by trip }
  command Cancel(booking: BookingId) { idempotent by booking }
  command AddSeat(booking: BookingId) { undone by DropSeat(booking); idempotent by booking }
  command DropSeat(booking: BookingId) { idempotent by booking }
}
service Visa {
  query Check(trip: TripId) { fails Refused }
}

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  success Booked
  failure NotBooked

  step booking = Airline.Book(trip) { retry forever backoff 1s..1h }
  step seat = Airline.AddSeat(booking) { retry forever backoff 1s..1h }
  step visa = Visa.Check(trip) {
    retry forever backoff 1s..1h
    on Refused { undo all; end NotBooked }
  }
  end Booked
}
"#,
    help: "\
Write `undo all`, which goes backwards by itself, or put the two in the other order. Between participants, let \
the one whose step rests on the other undo first, and say so with an event that the other one takes.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let undos = Undos::new(cx);
    if undos.keep_the_order(cx) {
        return Vec::new();
    }
    let sources = Sources::new(cx);
    let mut findings = Vec::new();
    for later in sources.acts() {
        let Some(later_node) = undos.step(later.label) else { continue };
        for (label, read) in sources.read_by(cx, later) {
            let Some(earlier) = undos.step(label).filter(|earlier| *earlier != later_node) else { continue };
            if let Some((first, second)) = undos.in_wrong_order(cx, earlier, later_node) {
                findings.push(finding(cx, [earlier, later_node], [first, second], read.span));
            }
        }
    }
    findings
}

/// What takes back which step.
struct Undos<'g> {
    steps: BTreeMap<LabelId, NodeId>,
    /// For each step the nodes that take it back, and less than a whole run.
    alone: BTreeMap<NodeId, BTreeSet<NodeId>>,
    /// What each `undo all` takes back, sorted.
    whole: BTreeMap<NodeId, &'g [NodeId]>,
}

impl<'g> Undos<'g> {
    fn new(cx: &Context<'g>) -> Undos<'g> {
        let mut undos = Undos { steps: BTreeMap::new(), alone: BTreeMap::new(), whole: BTreeMap::new() };
        let mut by_hand: BTreeMap<(Option<WorkflowId>, OperationId), Vec<NodeId>> = BTreeMap::new();
        let mut of_parts: Vec<(NodeId, &[NodeId])> = Vec::new();
        for (id, node) in cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id)) {
            match &node.kind {
                NodeKind::Act(act) => {
                    undos.steps.insert(act.label, id);
                }
                NodeKind::Undo { target: UndoTarget::All, acts } => {
                    undos.whole.insert(id, acts);
                }
                NodeKind::Undo { target: UndoTarget::Label { .. }, acts } => of_parts.push((id, acts)),
                _ => {}
            }
        }
        for (step, act) in compensations::by_hand(cx) {
            by_hand.entry((cx.graph.node(step).workflow, act.operation)).or_default().push(step);
        }
        for compensation in cx.compensations() {
            let workflow = cx.graph.node(compensation.act).workflow;
            let steps = by_hand.get(&(workflow, compensation.operation)).into_iter().flatten();
            undos.alone.entry(compensation.act).or_default().extend(steps);
        }
        for (undo, acts) in of_parts {
            for act in acts {
                if let Some(known) = undos.alone.get_mut(act) {
                    known.insert(undo);
                }
            }
        }
        undos
    }

    /// Whether all compensation is by `undo all`, which keeps the order, on one side.
    fn keep_the_order(&self, cx: &Context) -> bool {
        self.alone.values().all(BTreeSet::is_empty)
            && !self.whole.keys().any(|undo| is_choreographed(cx, *undo))
    }

    fn step(&self, label: LabelId) -> Option<NodeId> {
        self.steps.get(&label).copied().filter(|step| self.alone.contains_key(step))
    }

    fn takes_back(&self, undo: NodeId, step: NodeId) -> bool {
        self.alone.get(&step).is_some_and(|undos| undos.contains(&undo))
            || self.whole.get(&undo).is_some_and(|acts| acts.binary_search(&step).is_ok())
    }

    /// What takes `earlier` back, and leaves `later` alone. A conductor's `undo all` takes both.
    fn firsts(&self, cx: &Context, earlier: NodeId, later: NodeId) -> Vec<NodeId> {
        let alone = self.alone.get(&earlier).into_iter().flatten().copied();
        let mut undos: Vec<NodeId> = alone.collect();
        if is_choreographed(cx, earlier) {
            undos.extend(self.whole.keys().copied().filter(|undo| self.takes_back(*undo, earlier)));
        }
        undos.retain(|undo| !self.takes_back(*undo, later));
        undos
    }

    /// Where `earlier` is taken back while `later` is still there, and `later` afterwards.
    fn in_wrong_order(&self, cx: &Context, earlier: NodeId, later: NodeId) -> Option<(NodeId, NodeId)> {
        let firsts = self.firsts(cx, earlier, later);
        if firsts.is_empty() {
            return None;
        }
        let choreographed = is_choreographed(cx, later);
        let flows = |edge: &EdgeView| match choreographed {
            true => edge.edge.kind.is_flow(),
            false => edge.edge.kind.moves_a_token(),
        };
        // Behind these, there is nothing left to take back, or something new.
        let goes_on = |edge: &EdgeView| {
            flows(edge) && ![earlier, later].contains(&edge.from) && !self.takes_back(edge.from, later)
        };
        for first in firsts {
            let behind = cx.graph.reached(when_done(cx, first), goes_on);
            let is_second = |node: &NodeId| self.takes_back(*node, later) && fails(cx, *node);
            let Some(second) = behind.into_iter().find(is_second) else { continue };
            let is_done = || {
                let before = cx.graph.reaching([first], |edge| {
                    let may_be_done = matches!(edge.edge.kind, EdgeKind::Next | EdgeKind::Outage);
                    goes_on(edge) || edge.from == later && may_be_done
                });
                let is_before = |node: &NodeId| before.binary_search(node).is_ok();
                is_before(&later) || beside(cx, later).any(|node| is_before(&node))
            };
            if choreographed || is_late(cx, first) || is_done() {
                return Some((first, second));
            }
        }
        None
    }
}

fn is_choreographed(cx: &Context, node: NodeId) -> bool {
    cx.graph.node(node).workflow.is_some_and(|id| cx.model.workflows[id].is_choreographed())
}

/// Whether the run fails from here, or is unwound.
fn fails(cx: &Context, undo: NodeId) -> bool {
    let is_failure = |node: &NodeId| match cx.graph.node(*node).kind {
        NodeKind::End { goal } | NodeKind::Goal { goal, .. } => {
            cx.model.goals[goal].kind == GoalKind::Failure
        }
        _ => false,
    };
    is_late(cx, undo) || cx.graph.downstream(undo).iter().any(is_failure)
}

fn finding(cx: &Context, [earlier, later]: [NodeId; 2], [first, second]: [NodeId; 2], read: Span) -> Finding {
    let (base, top) = (cx.short_name(earlier), cx.short_name(later));
    let mut path = Vec::new();
    for leg in [[earlier, later], [later, first], [first, second]] {
        let steps = cx.graph.path(leg[0], leg[1]);
        let steps = if steps.is_empty() { leg.to_vec() } else { steps };
        path.extend(steps.into_iter().skip(usize::from(!path.is_empty())));
    }
    let finding = COMPENSATION_ORDER
        .at(cx.graph.node(first).span, format!("takes `{base}` back first"))
        .message(format!("`{base}` is taken back before `{top}`, which was made with it"))
        .label(cx.graph.node(second).span, format!("and then `{top}`"))
        .label(read, format!("`{top}` rests on `{base}`"))
        .witness(cx.witness_of_path(&path))
        .what_if(format!("when `{base}` is gone, what takes `{top}` back finds nothing any more"))
        .entity(cx.entity(later));
    let finding = match is_choreographed(cx, later) {
        false => finding
            .help("let the runtime keep the order: `undo all` goes backwards by itself")
            .help(format!("or take `{top}` back first")),
        true => finding.help(format!("take `{top}` back first, and `{base}` when that is done")),
    };
    cx.by_origin(finding)
}
