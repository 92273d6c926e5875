//! What can occur: the least fixpoint of the steps and messages of a system, with or without some
//! subscriptions (`Occ(W \ X)` of the semantics). Both branches of a choice count as possible.

use super::{EdgeId, EdgeKind, EdgeView, NodeId, NodeKind, StepGraph, Trigger};
use crate::model::{HowMany, Id};

/// Subscriptions, lines or troubles that are left out of a fixpoint.
#[derive(Clone, Copy, Debug, Default)]
pub struct Removed<'a> {
    /// Edges from messages to who takes them.
    pub subscriptions: &'a [EdgeId],
    /// Nothing goes wrong: no failure, outage or passed limit.
    pub troubles: bool,
}

impl Removed<'_> {
    /// Whether an edge is still there.
    fn leaves(&self, edge: &EdgeView) -> bool {
        let is_taken_out = self.subscriptions.contains(&edge.id);
        let is_trouble = self.troubles && edge.edge.kind.is_trouble();
        !is_taken_out && !is_trouble
    }
}

/// Which nodes can occur.
#[derive(Clone, Debug)]
pub struct Occurrence {
    nodes: Vec<bool>,
}

impl Occurrence {
    pub fn contains(&self, node: NodeId) -> bool {
        self.nodes[node.index()]
    }
}

impl StepGraph {
    /// Everything that can occur when the edges in `removed` are not there.
    pub fn occurring(&self, removed: Removed) -> Occurrence {
        let mut nodes = vec![false; self.n_nodes()];
        let mut open: Vec<NodeId> = self.nodes().map(|(id, _)| id).filter(|id| self.begins(*id)).collect();
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut nodes[at.index()], true) {
                continue;
            }
            // An `undo all` has an edge to everything it may undo, and these bring nobody anywhere.
            for edge in self.out_edges(at).filter(|edge| edge.edge.kind.is_flow()) {
                if nodes[edge.to.index()] {
                    continue;
                }
                let is_enough = !self.waits_for_more(edge.to) && removed.leaves(&edge);
                if is_enough || self.can_occur(edge.to, &nodes, removed) {
                    open.push(edge.to);
                }
            }
        }
        Occurrence { nodes }
    }

    /// What needs nothing before it: workflows that are called or scheduled, and events from outside.
    fn begins(&self, id: NodeId) -> bool {
        match &self.node(id).kind {
            NodeKind::Start { trigger } => trigger.is_none(),
            NodeKind::Message { event } => self.is_environment(*event),
            _ => false,
        }
    }

    /// Whether it takes more than one live edge to come to a node.
    fn waits_for_more(&self, id: NodeId) -> bool {
        match &self.node(id).kind {
            NodeKind::Start { trigger } | NodeKind::Goal { trigger, .. } => trigger.is_some(),
            NodeKind::Receive { .. } | NodeKind::Join { .. } => true,
            _ => false,
        }
    }

    fn can_occur(&self, id: NodeId, nodes: &[bool], removed: Removed) -> bool {
        let live = |edge: &EdgeView| nodes[edge.from.index()] && removed.leaves(edge);
        let flows = || self.in_edges(id).filter(live).filter(|edge| edge.edge.kind.is_flow());
        let holds = |trigger: &Trigger| {
            let arrived = |event| {
                let message = self.message(event);
                flows().any(|edge| edge.edge.kind == EdgeKind::Message && edge.from == message)
            };
            holds(trigger, arrived)
        };
        match &self.node(id).kind {
            NodeKind::Start { trigger: Some(trigger) } => holds(trigger),
            NodeKind::Goal { trigger: Some(trigger), .. } => holds(trigger),
            NodeKind::Receive { trigger, .. } => {
                let asked = self.in_edges(id).all(|edge| edge.edge.kind == EdgeKind::Message)
                    || flows().any(|edge| edge.edge.kind != EdgeKind::Message);
                asked && holds(trigger)
            }
            NodeKind::Join { needs, branches, .. } => {
                let mut arrived: Vec<u32> = flows().filter_map(|edge| edge.edge.branch).collect();
                arrived.sort_unstable();
                arrived.dedup();
                let wanted = needs.map_or(*branches, |needs| needs.min(*branches));
                arrived.len() as u32 >= wanted.min(*branches).max(u32::from(*branches > 0))
                    || (*branches == 0 && flows().next().is_some())
                    // With `needs`, its `else` is reached when branches are skipped or stop.
                    || (needs.is_some() && !arrived.is_empty())
            }
            _ => flows().next().is_some(),
        }
    }
}

/// Whether a formula holds when `arrived` says which events are in.
pub(super) fn holds(trigger: &Trigger, arrived: impl Fn(crate::model::EventId) -> bool) -> bool {
    let count = trigger.terms.iter().filter(|(event, _)| arrived(*event)).count();
    match trigger.how {
        HowMany::All => count == trigger.terms.len() && count > 0,
        HowMany::Any => count > 0,
        HowMany::Some(n) => count >= n as usize,
    }
}
