//! The edges at each node in one list, made once when the graph is whole: rules ask for them all the time.

use super::{EdgeId, NodeId};
use crate::model::Id;

/// Edges by the node they begin at, or by the one they lead to, each with the node at its other end.
#[derive(Clone, Debug, Default)]
pub(super) struct Adjacency {
    /// Where the edges of each node begin in `edges`, and behind the last node where they end.
    begins: Vec<u32>,
    edges: Vec<(EdgeId, NodeId)>,
}

impl Adjacency {
    /// `ends`: for each edge, in their order, the node that it is listed at, and the other one.
    pub fn new(n_nodes: usize, ends: &[(NodeId, NodeId)]) -> Adjacency {
        let mut begins = vec![0u32; n_nodes + 1];
        for (node, _) in ends {
            begins[node.index() + 1] += 1;
        }
        for node in 0..n_nodes {
            begins[node + 1] += begins[node];
        }
        let mut free = begins.clone();
        let mut edges = vec![(EdgeId::from_index(0), NodeId::from_index(0)); ends.len()];
        for (edge, (node, other)) in ends.iter().enumerate() {
            let place = &mut free[node.index()];
            edges[*place as usize] = (EdgeId::from_index(edge), *other);
            *place += 1;
        }
        Adjacency { begins, edges }
    }

    /// The edges at a node, in the order in which they were written.
    pub fn at(&self, node: NodeId) -> &[(EdgeId, NodeId)] {
        let from = self.begins[node.index()] as usize;
        &self.edges[from..self.begins[node.index() + 1] as usize]
    }
}
