//! Pieces of a diagram that have nothing to do with each other: each is laid out by itself, and then they are
//! put beside each other in rows.

use super::{Frame, Layout, Point, Route, Size, Sizes};
use crate::diagram::Diagram;

/// A piece, and where its nodes, groups and edges stand in the whole.
pub struct Piece {
    pub diagram: Diagram,
    pub sizes: Sizes,
    nodes: Vec<usize>,
    groups: Vec<usize>,
    edges: Vec<usize>,
}

/// The pieces of a diagram, in the order of the text.
pub fn pieces(diagram: &Diagram, sizes: &Sizes) -> Vec<Piece> {
    let (n_groups, n) = (diagram.groups.len(), diagram.groups.len() + diagram.nodes.len());
    let mut joined = Joined((0..n).collect());
    for (at, group) in diagram.groups.iter().enumerate() {
        group.parent.into_iter().for_each(|parent| joined.join(at, parent));
    }
    for (at, node) in diagram.nodes.iter().enumerate() {
        node.group.into_iter().for_each(|group| joined.join(n_groups + at, group));
    }
    for edge in &diagram.edges {
        joined.join(n_groups + edge.from, n_groups + edge.to);
    }
    let mut piece_of = vec![usize::MAX; n];
    let mut found: Vec<Piece> = Vec::new();
    // Where each group and node stands in its piece.
    let mut place = vec![0; n];
    for at in 0..n {
        let root = joined.root(at);
        if piece_of[root] == usize::MAX {
            piece_of[root] = found.len();
            found.push(Piece {
                diagram: Diagram { direction: diagram.direction, ..Diagram::default() },
                sizes: Sizes {
                    spacing: sizes.spacing,
                    nodes: Vec::new(),
                    labels: Vec::new(),
                    titles: Vec::new(),
                },
                nodes: Vec::new(),
                groups: Vec::new(),
                edges: Vec::new(),
            });
        }
        let piece = &mut found[piece_of[root]];
        if at < n_groups {
            let mut group = diagram.groups[at].clone();
            group.parent = group.parent.map(|parent| place[parent]);
            place[at] = piece.groups.len();
            piece.groups.push(at);
            piece.diagram.groups.push(group);
            piece.sizes.titles.push(sizes.titles[at]);
        } else {
            let mut node = diagram.nodes[at - n_groups].clone();
            node.group = node.group.map(|group| place[group]);
            place[at] = piece.nodes.len();
            piece.nodes.push(at - n_groups);
            piece.diagram.nodes.push(node);
            piece.sizes.nodes.push(sizes.nodes[at - n_groups]);
        }
    }
    for (at, edge) in diagram.edges.iter().enumerate() {
        let piece = &mut found[piece_of[joined.root(n_groups + edge.from)]];
        let mut edge = edge.clone();
        edge.from = place[n_groups + edge.from];
        edge.to = place[n_groups + edge.to];
        piece.edges.push(at);
        piece.diagram.edges.push(edge);
        piece.sizes.labels.push(sizes.labels[at]);
    }
    found
}

/// Sets that are joined until those that belong together are one.
struct Joined(Vec<usize>);

impl Joined {
    fn root(&mut self, at: usize) -> usize {
        let mut root = at;
        while self.0[root] != root {
            root = self.0[root];
        }
        let mut at = at;
        while self.0[at] != root {
            at = std::mem::replace(&mut self.0[at], root);
        }
        root
    }

    /// The first in the text stands for all.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}

/// How much wider than high the whole may get by putting pieces beside each other.
const WIDER: f64 = 1.6;

/// Puts pieces that are laid out beside each other, in rows.
pub fn together(diagram: &Diagram, placed: Vec<(Piece, Layout)>, gap: Size) -> Layout {
    let area: f64 =
        placed.iter().map(|(_, it)| (it.size.width + gap.width) * (it.size.height + gap.height)).sum();
    let widest = placed.iter().map(|(_, it)| it.size.width).fold(0.0, f64::max);
    let wide = widest.max((area * WIDER).sqrt());
    let mut out = Layout {
        size: Size::default(),
        nodes: vec![Frame::default(); diagram.nodes.len()],
        groups: vec![None; diagram.groups.len()],
        edges: vec![Route::default(); diagram.edges.len()],
    };
    let (mut x, mut y, mut row) = (0.0, 0.0, 0.0_f64);
    for (piece, layout) in placed {
        if x > 0.0 && x + layout.size.width > wide {
            x = 0.0;
            y += row + gap.height;
            row = 0.0;
        }
        let point = |it: &Point| Point { x: it.x + x, y: it.y + y };
        let frame = |it: &Frame| Frame { x: it.x + x, y: it.y + y, ..*it };
        for (at, it) in piece.nodes.iter().zip(&layout.nodes) {
            out.nodes[*at] = frame(it);
        }
        for (at, it) in piece.groups.iter().zip(&layout.groups) {
            out.groups[*at] = it.as_ref().map(frame);
        }
        for (at, it) in piece.edges.iter().zip(&layout.edges) {
            let label = it.label.as_ref().map(point);
            out.edges[*at] = Route { points: it.points.iter().map(point).collect(), label };
        }
        out.size.width = out.size.width.max(x + layout.size.width);
        row = row.max(layout.size.height);
        out.size.height = y + row;
        x += layout.size.width + gap.width;
    }
    out
}
