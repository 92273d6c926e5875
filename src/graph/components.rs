//! Circles in a small graph of anything, given as pairs of numbers. petgraph stays in `graph`.

use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::VecDeque;

/// The groups of two or more in which each can be reached from each other, each group sorted.
pub fn components(n_nodes: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(n_nodes, edges.len());
    for _ in 0..n_nodes {
        graph.add_node(());
    }
    for (from, to) in edges {
        graph.add_edge(NodeIndex::new(*from), NodeIndex::new(*to), ());
    }
    let groups = petgraph::algo::tarjan_scc(&graph).into_iter().filter(|group| group.len() > 1);
    let mut groups: Vec<Vec<usize>> =
        groups.map(|group| group.into_iter().map(NodeIndex::index).collect()).collect();
    groups.iter_mut().for_each(|group| group.sort_unstable());
    groups.sort();
    groups
}

/// A shortest circle of at least three that begins with this edge; empty when there is none.
pub fn circle_through(edge: (usize, usize), edges: &[(usize, usize)]) -> Vec<usize> {
    let (first, second) = edge;
    let mut came_from = std::collections::BTreeMap::from([(second, second)]);
    let mut queue = VecDeque::from([second]);
    while let Some(at) = queue.pop_front() {
        // The way straight back is a pair, and no circle.
        for (_, to) in edges.iter().filter(|way| way.0 == at && **way != (second, first)) {
            if !came_from.contains_key(to) {
                came_from.insert(*to, at);
                queue.push_back(*to);
            }
        }
    }
    let Some(mut at) = came_from.get(&first).copied() else { return Vec::new() };
    let mut circle = vec![at];
    while at != second {
        at = came_from[&at];
        circle.push(at);
    }
    circle.push(first);
    circle.reverse();
    circle
}

#[cfg(test)]
mod tests {
    use super::{circle_through, components};

    #[test]
    fn a_pair_is_a_group_and_no_circle() {
        let edges = [(0, 1), (1, 0), (1, 2), (2, 0), (3, 0)];
        assert_eq!(components(4, &edges), [vec![0, 1, 2]]);
        assert_eq!(circle_through((0, 1), &edges), [0, 1, 2]);
        assert_eq!(circle_through((1, 0), &edges), Vec::<usize>::new());
        assert_eq!(circle_through((3, 0), &edges), Vec::<usize>::new());
    }
}
