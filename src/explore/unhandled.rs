//! Refusals that nobody takes. Their runs are not explored further: the missing branch is one finding,
//! not one for everything that follows from it.

use crate::graph::{EdgeId, EdgeKind, EdgeView, NodeId, NodeKind, ReceiveKind, StepGraph, Timer};
use crate::model::{EventId, Model, WorkflowId, World};

/// The `fails` edges of a workflow that no branch takes; in choreography those whose outcome publishes
/// nothing that a step, an end or a watch of somebody takes.
pub fn unhandled_refusals(model: &Model, graph: &StepGraph, workflow: WorkflowId) -> Vec<EdgeId> {
    let choreographed = model.workflows[workflow].is_choreographed();
    graph
        .nodes_of(workflow)
        .flat_map(|(id, _)| graph.out_edges(id))
        .filter(|edge| matches!(edge.edge.kind, EdgeKind::Fails(_)))
        .filter(|edge| is_unmet(graph, edge) || choreographed && is_in_vain(model, graph, edge))
        .map(|edge| edge.id)
        .collect()
}

fn is_unmet(graph: &StepGraph, edge: &EdgeView) -> bool {
    matches!(graph.node(edge.to).kind, NodeKind::Unhandled)
}

/// Whether what happens on the line behind a refusal reaches nobody: it neither publishes something
/// that is taken nor does anything else.
fn is_in_vain(model: &Model, graph: &StepGraph, edge: &EdgeView) -> bool {
    let mut line = graph.line_from(edge.to);
    line.push(edge.to);
    let does = |node: &NodeId| {
        matches!(graph.node(*node).kind, NodeKind::Act(_) | NodeKind::Run(_) | NodeKind::Undo { .. })
    };
    let told: Vec<EventId> = line.iter().filter_map(|node| published(graph, *node)).collect();
    if line.iter().any(does) || told.iter().any(|event| is_heard(model, graph, *event)) {
        return false;
    }
    // A branch that says nothing is in order where nobody waits for the outcome at all.
    let outcome = graph.line_from(edge.from);
    !told.is_empty()
        || outcome
            .iter()
            .any(|node| published(graph, *node).is_some_and(|event| is_heard(model, graph, event)))
}

fn published(graph: &StepGraph, node: NodeId) -> Option<EventId> {
    match graph.node(node).kind {
        NodeKind::Publish { event } => Some(event),
        _ => None,
    }
}

/// Whether a step, an end or a watch takes the event; in an open world somebody unseen may.
fn is_heard(model: &Model, graph: &StepGraph, event: EventId) -> bool {
    model.world == World::Open
        || graph.subscriptions(event).any(|taker| is_taken(graph, &taker))
        || graph.out_edges(graph.message(event)).any(|edge| is_watched(graph, &edge))
}

fn is_watched(graph: &StepGraph, edge: &EdgeView) -> bool {
    matches!(edge.edge.kind, EdgeKind::Disarms | EdgeKind::Arms)
        && matches!(&graph.node(edge.to).kind, NodeKind::Timer(Timer::Watch { .. }))
}

/// Whether a subscription is more than a notification: an end, a start, a wait, or a reaction that
/// does something.
pub fn is_taken(graph: &StepGraph, subscription: &EdgeView) -> bool {
    match &graph.node(subscription.to).kind {
        NodeKind::Receive { kind: ReceiveKind::Reaction | ReceiveKind::Interrupt, .. } => {
            graph.is_on_line(subscription.to, |_, node| {
                matches!(
                    node.kind,
                    NodeKind::Act(_)
                        | NodeKind::Run(_)
                        | NodeKind::Undo { .. }
                        | NodeKind::Publish { .. }
                        | NodeKind::End { .. }
                )
            })
        }
        NodeKind::Receive { kind: ReceiveKind::Late, .. } => false,
        _ => true,
    }
}
