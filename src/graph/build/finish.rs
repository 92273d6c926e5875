//! What can only be said once all nodes stand: which edges close which regions, what each undo takes
//! back, and which events may come from outside.

use crate::graph::adjacency::Adjacency;
use crate::graph::{EdgeKind, NodeId, NodeKind, RegionId, StepGraph};
use crate::model::{Id, Trigger, UndoTarget, World};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl super::Builder<'_> {
    pub(super) fn finish(mut self) -> StepGraph {
        self.list_edges();
        self.graph.of_workflow = self.of_workflow();
        self.close_regions();
        self.collect_undone();
        self.graph.environment = self.environment();
        self.graph
    }

    fn list_edges(&mut self) {
        let n_nodes = self.graph.n_nodes();
        let mut ends: Vec<(NodeId, NodeId)> = self.graph.edges().map(|edge| (edge.from, edge.to)).collect();
        self.graph.outgoing = Adjacency::new(n_nodes, &ends);
        ends.iter_mut().for_each(|(from, to)| std::mem::swap(from, to));
        self.graph.incoming = Adjacency::new(n_nodes, &ends);
    }

    fn close_regions(&mut self) {
        for edge in self.graph.graph.edge_indices() {
            let moves = self.graph.graph[edge].kind.moves_a_token();
            let Some((from, to)) = self.graph.graph.edge_endpoints(edge).filter(|_| moves) else { continue };
            self.graph.graph[edge].closes = self.outermost_left(NodeId(from), NodeId(to));
        }
    }

    /// The outermost region that holds `from` and not `to`.
    fn outermost_left(&self, from: NodeId, to: NodeId) -> Option<RegionId> {
        let target = self.graph.node(to).region;
        let mut left = None;
        let mut at = Some(self.graph.node(from).region);
        while let Some(region) = at {
            if self.graph.is_within(target, region) {
                break;
            }
            left = Some(region);
            at = self.graph.region(region).parent;
        }
        left
    }

    fn collect_undone(&mut self) {
        let undos: Vec<NodeId> = self
            .graph
            .nodes()
            .filter(|(_, node)| matches!(node.kind, NodeKind::Undo { .. }))
            .map(|(id, _)| id)
            .collect();
        // Each `undo all` of a side takes back the same: a workflow of a thousand steps may have as many.
        let mut of_sides: BTreeMap<_, Arc<[NodeId]>> = BTreeMap::new();
        self.graph.undone = vec![false; self.graph.n_nodes()];
        for undo in undos {
            let node = self.graph.node(undo);
            let acts = match &node.kind {
                NodeKind::Undo { target: UndoTarget::All, .. } => {
                    let side = (node.workflow, node.side);
                    of_sides.entry(side).or_insert_with(|| self.undone_by(undo).into()).clone()
                }
                _ => self.undone_by(undo).into(),
            };
            for act in acts.iter() {
                self.graph.undone[act.index()] = true;
            }
            if let NodeKind::Undo { acts: known, .. } = &mut self.graph.graph[undo.0].kind {
                *known = acts;
            }
        }
    }

    /// The writes and runs that an undo can take back: those of its run, its participant, or its label.
    fn undone_by(&self, undo: NodeId) -> Vec<NodeId> {
        let node = self.graph.node(undo);
        let NodeKind::Undo { target, .. } = &node.kind else { return Vec::new() };
        let conducted = node.workflow.is_some_and(|id| !self.model.workflows[id].is_choreographed());
        let reach = match target {
            UndoTarget::All => None,
            UndoTarget::Label { label, .. } => match self.graph.label(*label) {
                Some(place) => Some(place.region),
                None => return Vec::new(),
            },
        };
        let in_reach = |id: &NodeId| {
            let act = self.graph.node(*id);
            let counts = match &act.kind {
                NodeKind::Act(act) => act.is_write,
                NodeKind::Run(_) => true,
                _ => false,
            };
            counts
                && (conducted || act.side == node.side)
                && reach.is_none_or(|region| self.graph.is_within(act.region, region))
        };
        let own = node.workflow.into_iter().flat_map(|id| self.graph.nodes_of(id));
        own.map(|(id, _)| id).filter(in_reach).collect()
    }

    fn of_workflow(&self) -> Vec<Vec<NodeId>> {
        let mut nodes = vec![Vec::new(); self.model.workflows.len()];
        for (id, node) in self.graph.nodes() {
            if let Some(workflow) = node.workflow {
                nodes[workflow.index()].push(id);
            }
        }
        nodes
    }

    fn environment(&self) -> Vec<bool> {
        let triggers: BTreeSet<_> = self
            .model
            .workflows
            .values()
            .filter_map(|workflow| match &workflow.trigger {
                Trigger::Events(formula) => Some(formula.terms.iter().map(|term| term.event)),
                Trigger::Called | Trigger::Schedule(_) => None,
            })
            .flatten()
            .collect();
        let from_outside = |(id, event): (crate::model::EventId, &crate::model::Event)| {
            let message = self.graph.message(id);
            let publishers = || {
                let edges = self.graph.in_edges(message);
                edges.filter(|edge| matches!(edge.edge.kind, EdgeKind::Publishes | EdgeKind::Consequence))
            };
            let is_trigger = triggers.contains(&id);
            let open = self.model.world == World::Open || is_trigger;
            // A trigger that is only published again behind itself must come from somewhere first.
            let comes_back = || {
                let behind = self.graph.downstream(message);
                publishers().all(|edge| behind.contains(&edge.from))
            };
            self.model.services[event.service].external.is_some()
                || (open && publishers().next().is_none())
                || (is_trigger && comes_back())
        };
        debug_assert!(self.model.events.iter().all(|(id, _)| id.index() < self.graph.messages.len()));
        self.model.events.iter().map(from_outside).collect()
    }
}
