//! Circles in a part of the graph, and what can be reached along chosen edges.

use super::{EdgeView, NodeId, StepGraph};
use crate::model::Id;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use std::collections::{BTreeMap, BTreeSet};

impl StepGraph {
    /// The largest sets of these nodes in which each leads to each other along edges that `follow` lets
    /// through, in the order of the text.
    pub fn circles(&self, nodes: &[NodeId], follow: impl Fn(&EdgeView) -> bool) -> Vec<BTreeSet<NodeId>> {
        let mut part = DiGraph::<NodeId, ()>::new();
        let places: BTreeMap<NodeId, _> = nodes.iter().map(|node| (*node, part.add_node(*node))).collect();
        for (node, from) in &places {
            for edge in self.out_edges(*node).filter(&follow) {
                if let Some(to) = places.get(&edge.to) {
                    part.add_edge(*from, *to, ());
                }
            }
        }
        let turns = |nodes: &Vec<_>| nodes.len() > 1 || part.contains_edge(nodes[0], nodes[0]);
        let mut circles: Vec<BTreeSet<NodeId>> = kosaraju_scc(&part)
            .into_iter()
            .filter(turns)
            .map(|nodes| nodes.into_iter().map(|node| part[node]).collect())
            .collect();
        circles.sort();
        circles
    }

    /// Whether some of these nodes lead back to themselves along edges that `follow` lets through, by these
    /// nodes alone. Nodes that nothing leads to are taken away until none is left; those of a circle stay.
    pub fn has_circle(&self, nodes: &[NodeId], follow: impl Fn(&EdgeView) -> bool) -> bool {
        let onward = |node| self.out_edges(node).filter(&follow).map(|edge| edge.to.index());
        let mut is_here = vec![false; self.n_nodes()];
        nodes.iter().for_each(|node| is_here[node.index()] = true);
        let mut n_before = vec![0u32; self.n_nodes()];
        nodes.iter().flat_map(|node| onward(*node)).for_each(|to| n_before[to] += 1);
        let mut open: Vec<NodeId> =
            nodes.iter().copied().filter(|node| n_before[node.index()] == 0).collect();
        let mut n_left = nodes.len();
        while let Some(node) = open.pop() {
            n_left -= 1;
            for to in onward(node).filter(|to| is_here[*to]) {
                n_before[to] -= 1;
                if n_before[to] == 0 {
                    open.push(NodeId::from_index(to));
                }
            }
        }
        n_left > 0
    }

    /// Everything behind these nodes along edges that `follow` lets through, themselves included; sorted.
    pub fn reached(
        &self,
        from: impl IntoIterator<Item = NodeId>,
        follow: impl Fn(&EdgeView) -> bool,
    ) -> Vec<NodeId> {
        self.spread(from, |at, open| open.extend(self.out_edges(at).filter(&follow).map(|edge| edge.to)))
    }

    /// Everything before these nodes along edges that `follow` lets through, themselves included; sorted.
    pub fn reaching(
        &self,
        to: impl IntoIterator<Item = NodeId>,
        follow: impl Fn(&EdgeView) -> bool,
    ) -> Vec<NodeId> {
        self.spread(to, |at, open| open.extend(self.in_edges(at).filter(&follow).map(|edge| edge.from)))
    }

    fn spread(
        &self,
        from: impl IntoIterator<Item = NodeId>,
        next: impl Fn(NodeId, &mut Vec<NodeId>),
    ) -> Vec<NodeId> {
        let mut seen = vec![false; self.n_nodes()];
        let mut found = Vec::new();
        let mut open: Vec<NodeId> = from.into_iter().collect();
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut seen[at.index()], true) {
                found.push(at);
                next(at, &mut open);
            }
        }
        found.sort();
        found
    }
}
