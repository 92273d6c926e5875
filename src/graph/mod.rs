//! The step graph of a system: what can follow what, across all its workflows, with the reason of
//! every edge. petgraph stays in here.
//!
//! A run is a game of tokens on it (`docs/semantics.md`). Control flow is in the edges; what stops
//! together is in the regions: a token that leaves a region stops everything else in it.

mod adjacency;
mod build;
mod circles;
mod components;
mod guards;
mod node;
mod queries;
mod reach;
mod region;

pub use build::build;
pub use components::{circle_through, components};
pub use node::*;
pub use reach::{Occurrence, Removed};
pub use region::*;

use crate::model::{Arena, EventId, GoalId, Id, LabelId, WorkflowId};
use adjacency::Adjacency;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};

/// A node of the step graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(NodeIndex);

/// An edge of the step graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EdgeId(EdgeIndex);

impl Id for NodeId {
    fn from_index(index: usize) -> NodeId {
        NodeId(NodeIndex::new(index))
    }
    fn index(self) -> usize {
        self.0.index()
    }
}

impl Id for EdgeId {
    fn from_index(index: usize) -> EdgeId {
        EdgeId(EdgeIndex::new(index))
    }
    fn index(self) -> usize {
        self.0.index()
    }
}

/// An edge with its ends.
#[derive(Clone, Copy, Debug)]
pub struct EdgeView<'g> {
    pub id: EdgeId,
    pub from: NodeId,
    pub to: NodeId,
    pub edge: &'g Edge,
}

/// The step graph of one system.
#[derive(Clone, Debug, Default)]
pub struct StepGraph {
    graph: DiGraph<Node, Edge>,
    outgoing: Adjacency,
    incoming: Adjacency,
    regions: Arena<RegionId, Region>,
    /// The message of each event.
    messages: Vec<NodeId>,
    /// The start of each workflow.
    starts: Vec<NodeId>,
    /// The node of each end of a workflow.
    goals: Vec<NodeId>,
    /// Where each label begins, and the region it covers.
    labels: Vec<Option<LabelPlace>>,
    /// The nodes of each workflow, in the order of the text.
    of_workflow: Vec<Vec<NodeId>>,
    /// Whether some undo may take the step back, by node.
    undone: Vec<bool>,
    /// Events that may arrive from outside of the system.
    environment: Vec<bool>,
}

/// Where a step or scope stands in the graph.
#[derive(Clone, Copy, Debug)]
pub struct LabelPlace {
    pub region: RegionId,
}

impl StepGraph {
    pub fn node(&self, id: NodeId) -> &Node {
        &self.graph[id.0]
    }

    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = (NodeId, &Node)> {
        self.graph.node_indices().map(|index| (NodeId(index), &self.graph[index]))
    }

    pub fn n_nodes(&self) -> usize {
        self.graph.node_count()
    }

    pub fn edge(&self, id: EdgeId) -> EdgeView<'_> {
        // INVARIANT: an EdgeId comes from this graph, and edges are never removed.
        let (from, to) = self.graph.edge_endpoints(id.0).expect("edges are never removed");
        EdgeView { id, from: NodeId(from), to: NodeId(to), edge: &self.graph[id.0] }
    }

    pub fn edges(&self) -> impl Iterator<Item = EdgeView<'_>> {
        self.graph.edge_indices().map(|index| self.edge(EdgeId(index)))
    }

    /// The edges out of a node, in the order in which they were written.
    pub fn out_edges(&self, id: NodeId) -> impl Iterator<Item = EdgeView<'_>> {
        let edges = self.outgoing.at(id).iter();
        edges.map(move |(edge, to)| EdgeView { id: *edge, from: id, to: *to, edge: &self.graph[edge.0] })
    }

    /// The edges into a node, in the order in which they were written.
    pub fn in_edges(&self, id: NodeId) -> impl Iterator<Item = EdgeView<'_>> {
        let edges = self.incoming.at(id).iter();
        edges.map(move |(edge, from)| EdgeView { id: *edge, from: *from, to: id, edge: &self.graph[edge.0] })
    }

    pub fn region(&self, id: RegionId) -> &Region {
        &self.regions[id]
    }

    pub fn regions(&self) -> impl Iterator<Item = (RegionId, &Region)> {
        self.regions.iter()
    }

    /// Whether `inner` is `outer` or lies in it.
    pub fn is_within(&self, inner: RegionId, outer: RegionId) -> bool {
        let mut at = Some(inner);
        while let Some(region) = at {
            if region == outer {
                return true;
            }
            at = self.regions[region].parent;
        }
        false
    }

    pub fn message(&self, event: EventId) -> NodeId {
        self.messages[event.index()]
    }

    pub fn start(&self, workflow: WorkflowId) -> NodeId {
        self.starts[workflow.index()]
    }

    pub fn goal(&self, goal: GoalId) -> NodeId {
        self.goals[goal.index()]
    }

    pub fn label(&self, label: LabelId) -> Option<LabelPlace> {
        self.labels[label.index()]
    }

    /// Whether some undo may take the step back.
    pub fn is_undone(&self, act: NodeId) -> bool {
        self.undone[act.index()]
    }

    /// Whether the event may arrive from outside: an external service's, or a trigger that nobody
    /// here publishes; in an open world every event that nobody here publishes.
    pub fn is_environment(&self, event: EventId) -> bool {
        self.environment[event.index()]
    }
}
