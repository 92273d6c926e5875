//! Where everything stands: layered, as K. Sugiyama's school draws (ranks, few crossings, straight long
//! edges), with frames around groups that nothing else enters.
//!
//! Layers run along the direction of the diagram. Inside of this folder *along* is the direction in
//! which the layers follow each other, and *across* is that of one layer.

mod chains;
mod edges;
mod fold;
mod order;
mod pack;
mod position;
mod ranks;
mod separate;
mod skeleton;
mod strips;
#[cfg(test)]
mod tests;

use super::{Diagram, Direction};
use skeleton::Skeleton;

/// What nodes, labels and titles need; worked out by whoever draws them.
pub struct Sizes {
    pub spacing: Spacing,
    pub nodes: Vec<Size>,
    /// Of the label of each edge; nothing where it has none.
    pub labels: Vec<Option<Size>>,
    /// Of the title of each group.
    pub titles: Vec<Size>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// The upper left corner, and how large it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frame {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// A line at right angles from the border of one node to that of another: its ends and its corners.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    pub points: Vec<Point>,
    /// The middle of its label.
    pub label: Option<Point>,
}

/// Everything in its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    pub size: Size,
    pub nodes: Vec<Frame>,
    /// Nothing for a group without nodes.
    pub groups: Vec<Option<Frame>>,
    pub edges: Vec<Route>,
}

/// Room between things, in the unit of the sizes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spacing {
    /// Between nodes in a layer, and around the lines that pass there.
    pub gap: f64,
    pub line_gap: f64,
    /// Between two layers, around the tracks of edges; and from one track to the next.
    pub rank: f64,
    pub track: f64,
    /// Between a frame and what is in it, across the layers and along.
    pub padding: Size,
    /// What a line takes in a layer that it passes.
    pub line: f64,
    /// An end of an edge may move this far to meet a straight line.
    pub snap: f64,
    /// Ends on the same border keep this distance, and take this much where there is room.
    pub beside: f64,
    pub port: f64,
    /// Rows that are longer go on in the next one; nothing where there is no room beside them.
    pub row: Option<f64>,
}

/// For pictures, in pixels.
pub const PIXELS: Spacing = Spacing {
    gap: 22.0,
    line_gap: 15.4,
    rank: 13.0,
    track: 8.0,
    padding: Size { width: 16.0, height: 16.0 },
    line: 4.0,
    snap: 40.0,
    beside: 9.0,
    port: 28.0,
    row: Some(1_000.0),
};

/// Gives everything in the diagram its place. Pieces that have nothing to do with each other are laid out one by
/// one.
pub fn layout(diagram: &Diagram, sizes: &Sizes) -> Layout {
    let pieces = pack::pieces(diagram, sizes);
    if pieces.len() < 2 {
        return connected(diagram, sizes);
    }
    let placed = pieces.into_iter().map(|piece| {
        let layout = connected(&piece.diagram, &piece.sizes);
        (piece, layout)
    });
    let gap = match diagram.direction {
        Direction::Down => Size { width: sizes.spacing.gap, height: 2.0 * sizes.spacing.rank },
        Direction::Right | Direction::Rows => {
            Size { width: 2.0 * sizes.spacing.rank, height: sizes.spacing.gap }
        }
    };
    pack::together(diagram, placed.collect(), gap)
}

fn connected(diagram: &Diagram, sizes: &Sizes) -> Layout {
    let mut skeleton = Skeleton::new(diagram, sizes);
    ranks::assign(&mut skeleton);
    skeleton.measure_frames();
    edges::cut(&mut skeleton, sizes);
    skeleton.fill_frames();
    let order = order::order(&skeleton);
    let across = position::across(&skeleton, &order);
    let tracks = edges::tracks(&skeleton, &across);
    let along = position::along(&skeleton, &order, &tracks.counts);
    let placed = edges::placed(diagram, &skeleton, &across, &along, &tracks);
    match diagram.direction {
        Direction::Down => placed,
        Direction::Right => transposed(placed),
        Direction::Rows => transposed(fold::fold(&skeleton, &across, &along, placed)),
    }
}

fn transposed(layout: Layout) -> Layout {
    let point = |it: Point| Point { x: it.y, y: it.x };
    let frame = |it: Frame| Frame { x: it.y, y: it.x, width: it.height, height: it.width };
    Layout {
        size: Size { width: layout.size.height, height: layout.size.width },
        nodes: layout.nodes.into_iter().map(frame).collect(),
        groups: layout.groups.into_iter().map(|it| it.map(frame)).collect(),
        edges: layout
            .edges
            .into_iter()
            .map(|route| Route {
                points: route.points.into_iter().map(point).collect(),
                label: route.label.map(point),
            })
            .collect(),
    }
}
