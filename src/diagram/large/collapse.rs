//! Frames as single boxes.

use super::joined;
use crate::diagram::{About, Body, Diagram, Edge, EdgeKind, GroupKind, Node, NodeKind};

/// Which frames become boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collapsed<'a> {
    /// Every workflow.
    Workflows,
    /// Every team, or side.
    Sides,
    /// The frames with these titles.
    Named(&'a [String]),
}

/// The drawing with these frames as boxes; the edges between boxes that say the same are one.
pub fn collapse(body: &Body, collapsed: Collapsed) -> Body {
    let Body::Graph(diagram) = body else { return body.clone() };
    let is_collapsed = |at: usize| {
        let group = &diagram.groups[at];
        match collapsed {
            Collapsed::Workflows => group.kind == GroupKind::Workflow,
            Collapsed::Sides => {
                matches!(group.kind, GroupKind::Participant | GroupKind::Lane)
                    || (group.kind == GroupKind::Part && group.parent.is_none())
            }
            Collapsed::Named(names) => names.contains(&group.title),
        }
    };
    let outermost = |group: Option<usize>| {
        std::iter::successors(group, |at| diagram.groups[*at].parent).filter(|at| is_collapsed(*at)).last()
    };
    let belongs: Vec<Option<usize>> = diagram.nodes.iter().map(|node| outermost(node.group)).collect();
    Body::Graph(boxes(diagram, &belongs))
}

/// The diagram in which the nodes of a frame are one box, by the position of the frame.
fn boxes(diagram: &Diagram, belongs: &[Option<usize>]) -> Diagram {
    let mut out = Diagram { direction: diagram.direction, ..Diagram::default() };
    // Frames inside of a box go with it.
    let is_gone = |at: usize| {
        std::iter::successors(Some(at), |at| diagram.groups[*at].parent).any(|at| belongs.contains(&Some(at)))
    };
    let mut groups = vec![None; diagram.groups.len()];
    for (at, group) in diagram.groups.iter().enumerate().filter(|(at, _)| !is_gone(*at)) {
        let parent = group.parent.and_then(|parent: usize| groups[parent]);
        groups[at] = Some(out.groups.len());
        out.groups.push(crate::diagram::Group { parent, ..group.clone() });
    }
    let mut box_of = vec![None; diagram.groups.len()];
    let mut place = Vec::new();
    for (node, frame) in diagram.nodes.iter().zip(belongs) {
        let Some(frame) = *frame else {
            place.push(out.nodes.len());
            let group = node.group.and_then(|group: usize| groups[group]);
            out.nodes.push(Node { group, ..node.clone() });
            continue;
        };
        let at = *box_of[frame].get_or_insert_with(|| {
            let n = belongs.iter().filter(|it| **it == Some(frame)).count();
            let group = &diagram.groups[frame];
            out.nodes.push(Node {
                id: group.id.clone(),
                kind: NodeKind::Whole,
                title: crate::diagram::label::wrapped(&group.title, 23),
                lines: vec![format!("{n} {}", if n == 1 { "box" } else { "boxes" })],
                group: group.parent.and_then(|parent| groups[parent]),
                stands_for: None,
                about: group.about.clone(),
            });
            out.nodes.len() - 1
        });
        gather(&mut out.nodes[at].about, &node.about);
        place.push(at);
    }
    let moved =
        diagram.edges.iter().map(|edge| Edge { from: place[edge.from], to: place[edge.to], ..edge.clone() });
    out.edges = joined(moved.filter(|edge| {
        let is_inside = edge.from == edge.to && out.nodes[edge.from].kind == NodeKind::Whole;
        !is_inside && edge.kind != EdgeKind::Unseen
    }));
    out
}

/// What was found in a box is found at it.
pub fn gather(whole: &mut About, part: &About) {
    whole.remarks.extend(part.remarks.iter().copied());
    whole.remarks.sort_unstable();
    whole.remarks.dedup();
    whole.is_witness |= part.is_witness;
    whole.is_circular |= part.is_circular;
}
