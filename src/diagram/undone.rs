//! Which steps can have been done when an undo is reached: not those that come only later.

use crate::graph::{EdgeKind, NodeId, RegionId, StepGraph};
use crate::model::Id;
use std::collections::BTreeSet;

/// Of the steps that an undo takes back by what it says, those that it can find done.
pub fn undoable(graph: &StepGraph, undo: NodeId, acts: &[NodeId]) -> Vec<NodeId> {
    let mut possible: BTreeSet<NodeId> = BTreeSet::new();
    for cause in causes(graph, undo) {
        let before = graph.reaching([cause.node], |edge| edge.edge.kind.is_flow());
        let around = region_beside(graph, cause.node);
        let later = match around {
            // What runs beside a block may come at any time while that lasts.
            Some(region) => {
                let inside = graph.nodes().filter(|(_, node)| graph.is_within(node.region, region));
                graph.reached(inside.map(|(id, _)| id), |edge| edge.edge.kind.is_flow())
            }
            None => graph.reached([cause.node], |edge| edge.edge.kind.is_flow()),
        };
        for &act in acts {
            let is_inside = around.is_some_and(|region| graph.is_within(graph.node(act).region, region));
            let is_refused = act == cause.node && cause.is_refusal;
            let is_before = before.binary_search(&act).is_ok();
            let is_later = later.binary_search(&act).is_ok();
            if !is_refused && (is_inside || is_before || !is_later) {
                possible.insert(act);
            }
        }
    }
    acts.iter().copied().filter(|act| possible.contains(act)).collect()
}

struct Cause {
    node: NodeId,
    /// Whether the step itself has been refused.
    is_refusal: bool,
}

/// The nodes from which lines lead to the undo, across joints.
fn causes(graph: &StepGraph, undo: NodeId) -> Vec<Cause> {
    let mut found: Vec<Cause> = Vec::new();
    let mut seen = BTreeSet::from([undo]);
    let mut open = vec![undo];
    while let Some(at) = open.pop() {
        for edge in graph.in_edges(at).filter(|edge| edge.edge.kind.moves_a_token()) {
            if matches!(graph.node(edge.from).kind, crate::graph::NodeKind::Merge { .. }) {
                if seen.insert(edge.from) {
                    open.push(edge.from);
                }
                continue;
            }
            let is_refusal = matches!(edge.edge.kind, EdgeKind::Fails(_));
            match found.iter_mut().find(|it| it.node == edge.from) {
                Some(known) => known.is_refusal &= is_refusal,
                None => found.push(Cause { node: edge.from, is_refusal }),
            }
        }
    }
    debug_assert!(found.iter().all(|cause| cause.node.index() < graph.n_nodes()));
    found
}

/// The block beside which a limit, a reminder or a reaction runs.
fn region_beside(graph: &StepGraph, node: NodeId) -> Option<RegionId> {
    graph.regions().find(|(_, region)| region.beside.contains(&node)).map(|(id, _)| id)
}
