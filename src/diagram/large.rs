//! Large drawings made small: what lies near a name, frames as single boxes, and parts with an overview.

mod collapse;
mod focus;
mod split;

pub use collapse::{Collapsed, collapse};
pub use focus::{focus, names, only_marked};
pub use split::{Part, n_steps, split};

use super::{Diagram, Edge, EdgeKind};
use std::collections::BTreeMap;

/// The nodes that are kept, with their edges and the frames around them.
fn kept(diagram: &Diagram, is_kept: &[bool]) -> Diagram {
    let mut group_is_kept = vec![false; diagram.groups.len()];
    for node in diagram.nodes.iter().zip(is_kept).filter(|(_, kept)| **kept).map(|(node, _)| node) {
        let mut at = node.group;
        while let Some(group) = at {
            group_is_kept[group] = true;
            at = diagram.groups[group].parent;
        }
    }
    let mut out = Diagram { direction: diagram.direction, ..Diagram::default() };
    let mut groups = vec![None; diagram.groups.len()];
    for (at, group) in diagram.groups.iter().enumerate().filter(|(at, _)| group_is_kept[*at]) {
        let parent = group.parent.and_then(|parent: usize| groups[parent]);
        groups[at] = Some(out.groups.len());
        out.groups.push(super::Group { parent, ..group.clone() });
    }
    let mut nodes = vec![None; diagram.nodes.len()];
    for (at, node) in diagram.nodes.iter().enumerate().filter(|(at, _)| is_kept[*at]) {
        nodes[at] = Some(out.nodes.len());
        let group = node.group.and_then(|group: usize| groups[group]);
        out.nodes.push(super::Node { group, ..node.clone() });
    }
    for edge in &diagram.edges {
        if let (Some(from), Some(to)) = (nodes[edge.from], nodes[edge.to]) {
            out.edges.push(Edge { from, to, ..edge.clone() });
        }
    }
    out
}

/// Joins edges with the same ends and kind into one; the words of all of them are counted when there are many.
fn joined(edges: impl IntoIterator<Item = Edge>) -> Vec<Edge> {
    let mut found: Vec<Edge> = Vec::new();
    let mut places: BTreeMap<(usize, usize, EdgeKind), usize> = BTreeMap::new();
    for edge in edges {
        match places.get(&(edge.from, edge.to, edge.kind)) {
            Some(at) => {
                let known = &mut found[*at];
                known.about.spans.extend(edge.about.spans);
                known.about.remarks.extend(edge.about.remarks);
                known.about.remarks.sort_unstable();
                known.about.remarks.dedup();
                known.about.is_circular |= edge.about.is_circular;
                known.about.is_witness |= edge.about.is_witness;
                for line in edge.lines {
                    if !known.lines.contains(&line) {
                        known.lines.push(line);
                    }
                }
            }
            None => {
                places.insert((edge.from, edge.to, edge.kind), found.len());
                found.push(edge);
            }
        }
    }
    for edge in &mut found {
        if edge.lines.len() > MOST_LINES {
            let rest = edge.lines.len() - MOST_LINES + 1;
            edge.lines.truncate(MOST_LINES - 1);
            edge.lines.push(format!("and {rest} more"));
        }
    }
    found
}

/// Words of joined edges take at most so many lines.
const MOST_LINES: usize = 4;
