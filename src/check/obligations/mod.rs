//! Who needs whom: every subscription of a system with the success goals that need it. What excuses a
//! publisher, or lets an owner notice, lives in `discharge`; who relies on others in silence, in `silence`.

mod discharge;
mod silence;
#[cfg(test)]
mod tests;

pub use silence::{Awaited, Broadcast, Hostage, Silence, Unwatched};

use super::Context;
use crate::graph::{EdgeId, EdgeKind, NodeId, NodeKind, ReceiveKind, Removed, StepGraph};
use crate::model::{EventId, GoalId, GoalKind, HowMany, Model, ServiceId};
use crate::source::Span;
use std::collections::BTreeSet;

/// A reaction, a wait, or the start of a conducted workflow, with one event it takes.
#[derive(Clone, Debug)]
pub struct Subscription {
    pub event: EventId,
    pub taker: NodeId,
    /// Several where a formula names the event twice.
    pub edges: Vec<EdgeId>,
    /// Where the taker names the event.
    pub span: Span,
    /// The owner of the event.
    pub publisher: ServiceId,
    pub subscriber: ServiceId,
    /// The success goals that are never reached without it.
    pub needed_by: BTreeSet<GoalId>,
    /// Whether the subscriber has promised to react.
    pub is_promised: bool,
    /// Whether all it does is to take something back, and to say so.
    pub is_undo: bool,
}

impl Subscription {
    /// Whether it stands for an obligation of one service towards another.
    pub fn is_foreign(&self) -> bool {
        self.publisher != self.subscriber && !self.is_undo
    }

    pub fn is_needed(&self) -> bool {
        !self.needed_by.is_empty()
    }
}

/// All subscriptions of a system.
#[derive(Clone, Debug, Default)]
pub struct Obligations {
    pub subscriptions: Vec<Subscription>,
}

impl Obligations {
    pub(super) fn new(cx: &Context) -> Obligations {
        let mut subscriptions = Vec::new();
        let promised = promised(cx.model);
        for (taker, node) in cx.graph.nodes() {
            let Some(subscriber) = node.side.filter(|_| takes_part(cx, taker)) else { continue };
            if !cx.occurring.contains(taker) {
                continue;
            }
            subscriptions.extend(subscriptions_of(cx, taker, subscriber, promised.contains(&node.span)));
        }
        Obligations { subscriptions }
    }

    /// Subscriptions of one service to events of another, those that only undo left out.
    pub fn foreign(&self) -> impl Iterator<Item = &Subscription> {
        self.subscriptions.iter().filter(|subscription| subscription.is_foreign())
    }
}

/// Whether what happens behind the node depends on the messages it takes.
fn takes_part(cx: &Context, taker: NodeId) -> bool {
    let node = cx.graph.node(taker);
    match &node.kind {
        NodeKind::Receive { kind, .. } => match kind {
            ReceiveKind::Reaction | ReceiveKind::Wait | ReceiveKind::Alternative | ReceiveKind::Interrupt => {
                true
            }
            ReceiveKind::Late => false,
        },
        // A choreographed workflow begins with its first reactions; its start does nothing.
        NodeKind::Start { trigger: Some(_) } => {
            node.workflow.is_some_and(|workflow| !cx.model.workflows[workflow].is_choreographed())
        }
        _ => false,
    }
}

/// The formulas of the reactions that are promised.
fn promised(model: &Model) -> BTreeSet<Span> {
    let participants = model.workflows.values().flat_map(|workflow| &workflow.participants);
    participants
        .flat_map(|participant| &participant.reactions)
        .filter(|reaction| reaction.block.promises.is_some())
        .map(|reaction| reaction.formula.span)
        .collect()
}

fn subscriptions_of(
    cx: &Context,
    taker: NodeId,
    subscriber: ServiceId,
    is_promised: bool,
) -> Vec<Subscription> {
    let mut found: Vec<Subscription> = Vec::new();
    for edge in cx.graph.in_edges(taker).filter(|edge| edge.edge.kind == EdgeKind::Message) {
        let NodeKind::Message { event } = cx.graph.node(edge.from).kind else { continue };
        match found.iter_mut().find(|known| known.event == event) {
            Some(known) => known.edges.push(edge.id),
            None => found.push(Subscription {
                event,
                taker,
                edges: vec![edge.id],
                span: edge.edge.span,
                publisher: cx.model.events[event].service,
                subscriber,
                needed_by: BTreeSet::new(),
                is_promised,
                is_undo: false,
            }),
        }
    }
    let is_undo = only_undoes(cx.graph, taker);
    let within_reach = success_goals(cx, &cx.graph.downstream(taker));
    // Without any one event of an `and` the taker stands still: what needs one of them needs all.
    let mut shared = None;
    for subscription in &mut found {
        subscription.is_undo = is_undo;
        subscription.needed_by = match (&shared, needs_all(cx.graph, taker)) {
            (Some(known), true) => BTreeSet::clone(known),
            _ => lost_without(cx, &subscription.edges, &within_reach),
        };
        shared = Some(subscription.needed_by.clone());
    }
    found
}

/// Which of the goals are out of reach when the edges are not there: `Need(e, r)`.
pub fn lost_without(cx: &Context, edges: &[EdgeId], goals: &BTreeSet<GoalId>) -> BTreeSet<GoalId> {
    if goals.is_empty() {
        return BTreeSet::new();
    }
    let without = cx.graph.occurring(Removed { subscriptions: edges, ..Removed::default() });
    goals.iter().copied().filter(|goal| !without.contains(cx.graph.goal(*goal))).collect()
}

/// The success goals among the nodes that can be reached at all.
fn success_goals(cx: &Context, nodes: &[NodeId]) -> BTreeSet<GoalId> {
    nodes
        .iter()
        .filter(|node| cx.occurring.contains(**node))
        .filter_map(|node| match cx.graph.node(*node).kind {
            NodeKind::Goal { goal, .. } => Some(goal),
            _ => None,
        })
        .filter(|goal| cx.model.goals[*goal].kind == GoalKind::Success)
        .collect()
}

fn needs_all(graph: &StepGraph, taker: NodeId) -> bool {
    match &graph.node(taker).kind {
        NodeKind::Receive { trigger, .. } | NodeKind::Start { trigger: Some(trigger) } => {
            trigger.how == HowMany::All
        }
        _ => false,
    }
}

fn only_undoes(graph: &StepGraph, taker: NodeId) -> bool {
    let line = graph.line_from(taker);
    let undoes = line.iter().any(|node| matches!(graph.node(*node).kind, NodeKind::Undo { .. }));
    let does_more = line.iter().any(|node| {
        matches!(
            graph.node(*node).kind,
            NodeKind::Act(_) | NodeKind::Run(_) | NodeKind::Notify { .. } | NodeKind::End { .. }
        )
    });
    undoes && !does_more
}

/// The events that the line behind a taker publishes itself, at once or as a consequence of its steps.
pub fn outcomes(graph: &StepGraph, taker: NodeId) -> BTreeSet<EventId> {
    let line = graph.line_from(taker);
    line.iter()
        .flat_map(|node| graph.out_edges(*node))
        .filter_map(|edge| match graph.node(edge.to).kind {
            NodeKind::Message { event } => Some(event),
            _ => None,
        })
        .collect()
}

/// The events whose messages are among the nodes.
pub fn messages(graph: &StepGraph, nodes: &[NodeId]) -> BTreeSet<EventId> {
    nodes
        .iter()
        .filter_map(|node| match graph.node(*node).kind {
            NodeKind::Message { event } => Some(event),
            _ => None,
        })
        .collect()
}
