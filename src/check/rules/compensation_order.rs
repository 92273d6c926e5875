//! `compensation-order`: what a step rests on is taken back before the step itself.

use crate::check::Context;
use crate::check::compensations::compensations;
use crate::check::reading::Sources;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{EdgeKind, EdgeView, NodeId, NodeKind, RegionKind};
use crate::model::{GoalKind, LabelId, OperationId, WorkflowId};
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
service Visa { query Check(trip: TripId) { fails Refused } }

workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  success Booked
  failure NotBooked

  step booking = Airline.Book(trip) { retry forever backoff 1s..1h }
  step seat = Airline.AddSeat(booking) { retry forever backoff 1s..1h }
  step visa = Visa.Check(trip) {
    retry forever backoff 1s..1h
    on Refused { undo booking; undo seat; end NotBooked }
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
service Visa { query Check(trip: TripId) { fails Refused } }

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
    if undos.alone.is_empty() {
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

/// What takes back which step, step by step.
struct Undos {
    steps: BTreeMap<LabelId, NodeId>,
    /// The nodes that take a step back.
    of: BTreeMap<NodeId, BTreeSet<NodeId>>,
    /// Those that take back less than a whole run.
    alone: BTreeSet<NodeId>,
}

impl Undos {
    fn new(cx: &Context) -> Undos {
        let mut undos = Undos { steps: BTreeMap::new(), of: BTreeMap::new(), alone: BTreeSet::new() };
        let mut by_hand: BTreeMap<(Option<WorkflowId>, OperationId), Vec<NodeId>> = BTreeMap::new();
        let mut by_undo: Vec<(NodeId, &[NodeId])> = Vec::new();
        for (id, node) in cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id)) {
            match &node.kind {
                NodeKind::Act(act) => {
                    undos.steps.insert(act.label, id);
                    by_hand.entry((node.workflow, act.operation)).or_default().push(id);
                }
                NodeKind::Undo { target, acts } => {
                    by_undo.push((id, acts));
                    if !matches!(target, crate::model::UndoTarget::All) {
                        undos.alone.insert(id);
                    }
                }
                _ => {}
            }
        }
        for compensation in compensations(cx) {
            let workflow = cx.graph.node(compensation.act).workflow;
            let steps = by_hand.get(&(workflow, compensation.operation));
            undos.alone.extend(steps.into_iter().flatten());
            undos.of.entry(compensation.act).or_default().extend(steps.into_iter().flatten());
        }
        if undos.alone.is_empty() {
            return undos;
        }
        for (undo, acts) in by_undo {
            for act in acts {
                if let Some(known) = undos.of.get_mut(act) {
                    known.insert(undo);
                }
            }
        }
        undos
    }

    fn step(&self, label: LabelId) -> Option<NodeId> {
        self.steps.get(&label).copied().filter(|step| self.of.contains_key(step))
    }

    /// Where `earlier` is taken back while `later` is still there, and `later` afterwards.
    fn in_wrong_order(&self, cx: &Context, earlier: NodeId, later: NodeId) -> Option<(NodeId, NodeId)> {
        let (of_earlier, of_later) = (self.of.get(&earlier)?, self.of.get(&later)?);
        let choreographed =
            cx.graph.node(later).workflow.is_some_and(|id| cx.model.workflows[id].is_choreographed());
        let flows = |edge: &EdgeView| match choreographed {
            true => edge.edge.kind.is_flow(),
            false => edge.edge.kind.moves_a_token(),
        };
        // Behind these, there is nothing left to take back, or something new.
        let goes_on = |edge: &EdgeView| flows(edge) && edge.from != later && !of_later.contains(&edge.from);
        let mut done = cx.graph.reached(next(cx, later), goes_on);
        let beside = cx.graph.regions_around(cx.graph.node(later).region).flat_map(|region| &region.beside);
        done.extend(cx.graph.reached(beside.copied(), goes_on));
        for first in of_earlier.difference(of_later) {
            if !(choreographed || done.contains(first) || is_late(cx, *first)) {
                continue;
            }
            let behind = cx.graph.reached(next(cx, *first), |edge| goes_on(edge) && edge.from != earlier);
            let second = of_later.iter().find(|second| behind.contains(second) && fails(cx, **second));
            if let Some(second) = second {
                return Some((*first, *second));
            }
        }
        None
    }
}

fn next<'g>(cx: &Context<'g>, node: NodeId) -> impl Iterator<Item = NodeId> + use<'g> {
    let edges = cx.graph.out_edges(node).filter(|edge| {
        matches!(edge.edge.kind, EdgeKind::Next | EdgeKind::Publishes | EdgeKind::Consequence)
    });
    edges.map(|edge| edge.to)
}

fn is_late(cx: &Context, node: NodeId) -> bool {
    cx.graph.regions_around(cx.graph.node(node).region).any(|region| region.kind == RegionKind::Late)
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
    let conducted =
        cx.graph.node(later).workflow.is_some_and(|id| !cx.model.workflows[id].is_choreographed());
    let finding = match conducted {
        true => finding
            .help("let the runtime keep the order: `undo all` goes backwards by itself")
            .help(format!("or take `{top}` back first")),
        false => finding.help(format!("take `{top}` back first, and `{base}` when that is done")),
    };
    cx.by_origin(finding)
}
