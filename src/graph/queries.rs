//! Questions that rules, explorer and diagrams ask of the step graph.

use super::{EdgeKind, Node, NodeId, NodeKind, ReceiveKind, StepGraph, Timer};
use crate::model::{EventId, Id, WorkflowId};

impl StepGraph {
    /// The nodes of one workflow, in the order of the text.
    pub fn nodes_of(&self, workflow: WorkflowId) -> impl Iterator<Item = (NodeId, &Node)> {
        self.of_workflow[workflow.index()].iter().map(|id| (*id, self.node(*id)))
    }

    /// Who takes the event: starts, receives and ends, with the edge of each.
    pub fn subscriptions(&self, event: EventId) -> impl Iterator<Item = super::EdgeView<'_>> {
        self.out_edges(self.message(event)).filter(|edge| edge.edge.kind == EdgeKind::Message)
    }

    /// Who publishes the event, at once or as a consequence.
    pub fn publications(&self, event: EventId) -> impl Iterator<Item = super::EdgeView<'_>> {
        self.in_edges(self.message(event)).filter(|edge| self.is_publication(edge))
    }

    /// Whether an event comes into the world by the edge, at once or as a consequence.
    pub fn is_publication(&self, edge: &super::EdgeView) -> bool {
        matches!(edge.edge.kind, EdgeKind::Publishes | EdgeKind::Consequence)
    }

    /// The nodes of the line that begins behind `from`, up to where it ends, without following messages.
    pub fn line_from(&self, from: NodeId) -> Vec<NodeId> {
        self.walk(from, |edge| edge.kind.is_on_the_line())
    }

    /// The nodes of the line that are reached before it waits for anything: for a message, for time to
    /// pass, for a step that answers later, or for a workflow that it runs.
    pub fn at_once_behind(&self, from: NodeId) -> Vec<NodeId> {
        let waits = |id: NodeId| match &self.node(id).kind {
            NodeKind::Act(act) => !act.on_the_line,
            NodeKind::Receive { kind: ReceiveKind::Wait | ReceiveKind::Alternative, .. } => true,
            NodeKind::Race | NodeKind::Timer(_) | NodeKind::Run(_) => true,
            _ => false,
        };
        let mut found = Vec::new();
        let mut seen = vec![false; self.n_nodes()];
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            for edge in self.out_edges(at).filter(|edge| edge.edge.kind.moves_a_token()) {
                if !std::mem::replace(&mut seen[edge.to.index()], true) {
                    found.push(edge.to);
                    if !waits(edge.to) {
                        open.push(edge.to);
                    }
                }
            }
        }
        found.sort();
        found
    }

    /// Everything causally behind `from`, messages included, without itself unless it lies on a cycle.
    pub fn downstream(&self, from: NodeId) -> Vec<NodeId> {
        self.walk(from, |edge| edge.kind.is_flow())
    }

    /// The same while nothing goes wrong: what is reached along lines and messages without trouble.
    pub fn downstream_untroubled(&self, from: NodeId) -> Vec<NodeId> {
        self.walk(from, |edge| edge.kind.is_flow() && !edge.kind.is_trouble())
    }

    /// A shortest way from one node to another along flow edges, both included; empty when there is none.
    pub fn path(&self, from: NodeId, to: NodeId) -> Vec<NodeId> {
        let mut came_from = vec![None; self.n_nodes()];
        let mut queue = std::collections::VecDeque::from([from]);
        while let Some(at) = queue.pop_front() {
            if at == to && at != from {
                break;
            }
            for edge in self.out_edges(at).filter(|edge| edge.edge.kind.is_flow()) {
                let index = edge.to.index();
                if edge.to != from && came_from[index].is_none() {
                    came_from[index] = Some(at);
                    queue.push_back(edge.to);
                }
            }
        }
        let mut path = vec![to];
        let mut at = to;
        while let Some(before) = came_from[at.index()] {
            path.push(before);
            at = before;
        }
        path.reverse();
        if path[0] == from { path } else { Vec::new() }
    }

    /// Whether something stands on the line behind `from`.
    pub fn is_on_line(&self, from: NodeId, is_it: impl Fn(NodeId, &Node) -> bool) -> bool {
        let along = |edge: &super::Edge| edge.kind.is_on_the_line();
        self.spread_until(from, along, |id| is_it(id, self.node(id))).is_none()
    }

    fn walk(&self, from: NodeId, along: impl Fn(&super::Edge) -> bool) -> Vec<NodeId> {
        let mut found = self.spread_until(from, along, |_| false).unwrap_or_default();
        found.sort_unstable();
        found
    }

    /// Everything behind `from` in the order in which it is reached; `None` when some of it is enough.
    fn spread_until(
        &self,
        from: NodeId,
        along: impl Fn(&super::Edge) -> bool,
        is_enough: impl Fn(NodeId) -> bool,
    ) -> Option<Vec<NodeId>> {
        let mut seen = vec![false; self.n_nodes()];
        let mut found: Vec<NodeId> = Vec::with_capacity(self.n_nodes().min(16));
        let mut n_followed = 0;
        let mut next = Some(from);
        while let Some(at) = next {
            for edge in self.out_edges(at).filter(|edge| along(edge.edge)) {
                if !std::mem::replace(&mut seen[edge.to.index()], true) {
                    if is_enough(edge.to) {
                        return None;
                    }
                    found.push(edge.to);
                }
            }
            next = found.get(n_followed).copied();
            n_followed += 1;
        }
        Some(found)
    }

    /// Whether the node is one that people wrote as something that happens, and not a joint of lines.
    pub fn is_step(&self, id: NodeId) -> bool {
        match &self.node(id).kind {
            NodeKind::Act(_)
            | NodeKind::Run(_)
            | NodeKind::Notify { .. }
            | NodeKind::Publish { .. }
            | NodeKind::Undo { .. }
            | NodeKind::End { .. }
            | NodeKind::Timer(Timer::Pause) => true,
            NodeKind::Receive { kind, .. } => matches!(kind, ReceiveKind::Wait | ReceiveKind::Reaction),
            NodeKind::Race => true,
            NodeKind::Start { .. }
            | NodeKind::Goal { .. }
            | NodeKind::Unhandled
            | NodeKind::FallOff
            | NodeKind::Drop
            | NodeKind::Message { .. }
            | NodeKind::Timer(_)
            | NodeKind::Decide
            | NodeKind::Fork { .. }
            | NodeKind::Join { .. }
            | NodeKind::Merge { .. } => false,
        }
    }
}
