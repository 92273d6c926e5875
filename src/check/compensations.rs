//! What takes a step back: by an `undo`, which the runtime runs until it succeeds, or as a step that
//! somebody wrote by hand.

use super::Context;
use crate::graph::{Act, EdgeKind, NodeId, NodeKind, RegionKind, StepGraph, Timer};
use crate::model::{GoalKind, OperationId, Undone, UndoneBy};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A step that an operation takes back.
pub struct Compensation<'g> {
    /// The step or run.
    pub act: NodeId,
    pub undone: &'g Undone,
    pub operation: OperationId,
}

/// Every step that can occur and that some operation takes back.
pub fn compensations<'g>(cx: &Context<'g>) -> Vec<Compensation<'g>> {
    let nodes = cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id));
    nodes.filter_map(|(id, _)| compensation(cx.graph, id)).collect()
}

fn compensation(graph: &StepGraph, act: NodeId) -> Option<Compensation<'_>> {
    let undone = match &graph.node(act).kind {
        NodeKind::Act(step) if step.is_write => step.undone.as_ref(),
        NodeKind::Run(run) => run.undone.as_ref(),
        _ => None,
    }?;
    match undone.by {
        UndoneBy::Operation { operation, .. } => Some(Compensation { act, undone, operation }),
        UndoneBy::Nothing { .. } => None,
    }
}

/// Where the text lets the runtime take steps back: for each step the first such place.
pub fn undone_at(cx: &Context) -> BTreeMap<NodeId, Span> {
    let mut places: BTreeMap<NodeId, Span> = BTreeMap::new();
    // Each `undo all` of a side takes back the same.
    let mut known: BTreeSet<*const NodeId> = BTreeSet::new();
    for (undo, node) in cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id)) {
        let NodeKind::Undo { acts, .. } = &node.kind else { continue };
        if known.insert(Arc::as_ptr(acts).cast()) {
            let span = cx.graph.node(undo).span;
            acts.iter().for_each(|act| {
                places.entry(*act).or_insert(span);
            });
        }
    }
    given_up(cx, &mut places);
    of_children(cx, &mut places);
    places
}

/// A step that is given up on its way is taken back when it turns out to be done.
fn given_up(cx: &Context, places: &mut BTreeMap<NodeId, Span>) {
    for (act, node) in cx.graph.nodes() {
        let regions = cx.graph.regions_around(node.region);
        let is_act = matches!(node.kind, NodeKind::Act(_) | NodeKind::Run(_));
        let limit = is_act.then(|| regions.flat_map(|region| &region.beside)).into_iter().flatten();
        let is_limit = |id: &&NodeId| matches!(cx.graph.node(**id).kind, NodeKind::Timer(Timer::Limit));
        let first = limit.filter(|id| cx.occurring.contains(**id)).find(is_limit);
        if let Some(limit) = first {
            places.entry(act).or_insert(cx.graph.node(*limit).span);
        }
    }
}

/// An inner workflow that says nothing of itself is taken back step by step.
fn of_children(cx: &Context, places: &mut BTreeMap<NodeId, Span>) {
    let runs: Vec<_> = cx
        .graph
        .nodes()
        .filter_map(|(id, node)| match &node.kind {
            NodeKind::Run(run) if run.undone.is_none() => Some((run.workflow, *places.get(&id)?)),
            _ => None,
        })
        .collect();
    for (child, span) in runs {
        for (act, _) in cx.graph.nodes_of(child) {
            places.entry(act).or_insert(span);
        }
    }
}

/// What runs beside the blocks around a node, and may break in on what stands there.
pub fn beside<'g>(cx: &Context<'g>, node: NodeId) -> impl Iterator<Item = NodeId> + use<'g> {
    let regions = cx.graph.regions_around(cx.graph.node(node).region);
    regions.flat_map(|region| region.beside.iter().copied())
}

/// What comes next when a node has done its part, be it on its line or by a message.
pub fn when_done<'g>(cx: &Context<'g>, node: NodeId) -> impl Iterator<Item = NodeId> + use<'g> {
    let edges = cx.graph.out_edges(node).filter(|edge| {
        matches!(edge.edge.kind, EdgeKind::Next | EdgeKind::Publishes | EdgeKind::Consequence)
    });
    edges.map(|edge| edge.to)
}

/// Whether the node stands in a `late`: what it takes back is there, whenever it was done.
pub fn is_late(cx: &Context, node: NodeId) -> bool {
    cx.graph.regions_around(cx.graph.node(node).region).any(|region| region.kind == RegionKind::Late)
}

/// Steps that run an undoing command by hand. Where a success can still come of it, the same command is
/// part of the ordinary way: a hold that is released when the money is there.
pub fn by_hand<'g>(cx: &Context<'g>) -> Vec<(NodeId, &'g Act)> {
    let mut found = Vec::new();
    for (step, node) in cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id)) {
        let NodeKind::Act(act) = &node.kind else { continue };
        if cx.undo_operations.contains(&act.operation) && !may_succeed(cx, step) {
            found.push((step, &**act));
        }
    }
    found
}

fn may_succeed(cx: &Context, step: NodeId) -> bool {
    let behind = cx.graph.reached(when_done(cx, step), |edge| edge.edge.kind.is_flow());
    behind.iter().any(|node| match cx.graph.node(*node).kind {
        NodeKind::End { goal } | NodeKind::Goal { goal, .. } => {
            cx.model.goals[goal].kind == GoalKind::Success
        }
        _ => false,
    })
}
