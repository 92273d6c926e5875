//! What stands around a step: the limits that bound it, who meets what goes wrong in it, and what may
//! have been done before it.

use super::{EdgeView, NodeId, NodeKind, Region, RegionId, StepGraph, Timer};

impl StepGraph {
    /// The regions that a region lies in, innermost first, itself included.
    pub fn regions_around(&self, region: RegionId) -> impl Iterator<Item = &Region> {
        let first = Some(self.region(region));
        std::iter::successors(first, |region| region.parent.map(|parent| self.region(parent)))
    }

    /// The limits of the blocks that enclose a node, innermost first.
    pub fn limits_around(&self, node: NodeId) -> Vec<NodeId> {
        let mut limits = Vec::new();
        let mut at = Some(self.node(node).region);
        while let Some(region) = at {
            let region = self.region(region);
            let is_limit = |id: &&NodeId| matches!(self.node(**id).kind, NodeKind::Timer(Timer::Limit));
            limits.extend(region.beside.iter().filter(is_limit));
            at = region.parent;
        }
        limits
    }

    /// Whether some block meets what goes wrong along `edge`.
    pub fn is_met(&self, edge: &EdgeView) -> bool {
        !matches!(self.node(edge.to).kind, NodeKind::Unhandled)
    }

    /// The nodes from which the line, without messages, may have come to `node`.
    pub fn line_to(&self, node: NodeId) -> Vec<NodeId> {
        let mut found = std::collections::BTreeSet::new();
        let mut open = vec![node];
        while let Some(at) = open.pop() {
            let line = self.in_edges(at).filter(|edge| edge.edge.kind.is_on_the_line());
            open.extend(line.map(|edge| edge.from).filter(|from| found.insert(*from)));
        }
        found.into_iter().collect()
    }
}
