//! Nodes to which no line leads, because they can happen at any time: kept near the place from which
//! on they can, where a layout would put them anywhere.

use super::Sketch;
use crate::diagram::EdgeKind as Kind;
use crate::graph::{EdgeKind, NodeId};
use crate::model::Id;
use std::collections::BTreeSet;

impl Sketch<'_> {
    pub(super) fn place_loose_nodes(&mut self) {
        let reached: BTreeSet<usize> = self.traces.iter().map(|trace| trace.to).collect();
        for at in 0..self.diagram.nodes.len() {
            let Some(id) = self.diagram.nodes[at].stands_for.filter(|_| !reached.contains(&at)) else {
                continue;
            };
            for before in self.before(id) {
                if before != at {
                    self.trace(before, at, Kind::Unseen, String::new(), None);
                }
            }
        }
    }

    /// What is drawn before the block beside which the node stands; else the start of its workflow.
    fn before(&self, id: NodeId) -> BTreeSet<usize> {
        let graph = self.subject.graph;
        let arms = graph.in_edges(id).filter(|edge| edge.edge.kind == EdgeKind::Arms);
        let mut open: Vec<NodeId> = arms.map(|edge| edge.from).collect();
        let mut seen = open.clone();
        let mut found = BTreeSet::new();
        while let Some(at) = open.pop() {
            match self.shown[at.index()] {
                Some(shown) => {
                    found.insert(shown);
                }
                None => {
                    for edge in graph.in_edges(at).filter(|edge| edge.edge.kind == EdgeKind::Next) {
                        if !seen.contains(&edge.from) {
                            seen.push(edge.from);
                            open.push(edge.from);
                        }
                    }
                }
            }
        }
        if found.is_empty() {
            let workflow = graph.node(id).workflow;
            found.extend(workflow.and_then(|workflow| self.shown[graph.start(workflow).index()]));
        }
        found
    }
}
