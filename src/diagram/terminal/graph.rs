//! Boxes and lines in layers, a letter for each unit.

use super::canvas::{Canvas, Frame, Pen, columns};
use crate::diagram::layout::{Point, Size, Sizes, Spacing, layout};
use crate::diagram::look::{self, Shape, Stroke};
use crate::diagram::{Diagram, Direction, EdgeKind, GroupKind, Node};

/// Between two layers that follow each other downwards.
const DOWN: Spacing = Spacing {
    gap: 3.0,
    line_gap: 2.0,
    rank: 1.0,
    track: 1.0,
    padding: Size { width: 2.0, height: 1.0 },
    line: 1.0,
    snap: 6.0,
    beside: 2.0,
    port: 6.0,
    row: None,
};
/// The same for layers that follow each other to the right: what is across is a row.
const RIGHT: Spacing = Spacing {
    gap: 1.0,
    line_gap: 1.0,
    rank: 2.0,
    track: 2.0,
    padding: Size { width: 1.0, height: 2.0 },
    line: 1.0,
    snap: 1.0,
    beside: 1.0,
    port: 1.0,
    row: None,
};

/// The diagram with its layers in this direction; nothing where that takes more than `width` columns.
pub fn drawn(diagram: &Diagram, direction: Direction, width: usize) -> Option<String> {
    let diagram = Diagram { direction, ..diagram.clone() };
    let placed = layout(&diagram, &sizes(&diagram));
    // Lines around nodes may need a column more than everything else.
    let (wide, high) = (cell(placed.size.width) + 2, cell(placed.size.height) + 2);
    if wide > width + 1 {
        return None;
    }
    let mut canvas = Canvas::new(wide, high);
    for (group, frame) in diagram.groups.iter().zip(&placed.groups) {
        let Some(frame) = frame else { continue };
        let (x, y) = (cell(frame.x), cell(frame.y));
        let (right, bottom) = (cell(frame.x + frame.width), cell(frame.y + frame.height));
        let look = if group.kind == GroupKind::Workflow { &OUTER } else { &INNER };
        canvas.frame(x, y, right - x, bottom - y, look);
        canvas.write(x + 2, y, &format!(" {} ", group.title));
    }
    for (edge, route) in diagram.edges.iter().zip(&placed.edges) {
        if edge.kind == EdgeKind::Unseen {
            continue;
        }
        let pen = match look::edge(edge.kind).stroke {
            Stroke::None | Stroke::Solid => Pen::Plain,
            Stroke::Dashed => Pen::Dashed,
            Stroke::Thick => Pen::Thick,
        };
        let places: Vec<(usize, usize)> = route.points.iter().map(|point| place(*point, direction)).collect();
        for pair in places.windows(2) {
            canvas.line(pair[0], pair[1], pen);
        }
        if let [.., before, tip] = places[..] {
            heads(&mut canvas, before, tip);
        }
    }
    for (node, frame) in diagram.nodes.iter().zip(&placed.nodes) {
        let size = size_of(node, 0, direction);
        let (wide, high) = (cell(frame.width), cell(frame.height));
        debug_assert!(size.width <= frame.width, "a node has room for its words");
        let (x, y) = (cell(frame.x), cell(frame.y));
        canvas.clear(x, y, wide, high);
        canvas.frame(x, y, wide, high, frame_of(node));
        let lines: Vec<&String> = node.title.iter().chain(&node.lines).collect();
        let top = y + (high - lines.len()) / 2;
        for (number, line) in lines.into_iter().enumerate() {
            canvas.write(x + (wide - columns(line)) / 2, top + number, line);
        }
    }
    // Arrows end at the border of a box, so that they come after it.
    for (edge, route) in
        diagram.edges.iter().zip(&placed.edges).filter(|(edge, _)| edge.kind != EdgeKind::Unseen)
    {
        let places: Vec<(usize, usize)> = route.points.iter().map(|point| place(*point, direction)).collect();
        if let [.., before, tip] = places[..] {
            heads(&mut canvas, before, tip);
        }
        let Some(middle) = route.label else { continue };
        let high = edge.lines.len();
        let top = (middle.y - high as f64 / 2.0).round().max(0.0) as usize;
        for (number, line) in edge.lines.iter().enumerate() {
            let x = (middle.x - columns(line) as f64 / 2.0).round().max(0.0) as usize;
            canvas.write(x, top + number, line);
        }
    }
    Some(canvas.text())
}

const OUTER: Frame =
    Frame { corners: ['╭', '╮', '╰', '╯'], across: '─', left: '│', right: '│' };
const INNER: Frame =
    Frame { corners: ['┌', '┐', '└', '┘'], across: '┄', left: '┆', right: '┆' };

fn frame_of(node: &Node) -> &'static Frame {
    const PLAIN: Frame =
        Frame { corners: ['┌', '┐', '└', '┘'], across: '─', left: '│', right: '│' };
    const ROUND: Frame =
        Frame { corners: ['╭', '╮', '╰', '╯'], across: '─', left: '│', right: '│' };
    const PILL: Frame = Frame { corners: ['╭', '╮', '╰', '╯'], across: '─', left: '(', right: ')' };
    const SIX: Frame = Frame { corners: ['╱', '╲', '╲', '╱'], across: '─', left: '<', right: '>' };
    const DOUBLE: Frame =
        Frame { corners: ['╔', '╗', '╚', '╝'], across: '═', left: '║', right: '║' };
    const THICK: Frame =
        Frame { corners: ['┏', '┓', '┗', '┛'], across: '━', left: '┃', right: '┃' };
    const DASHED: Frame =
        Frame { corners: ['┌', '┐', '└', '┘'], across: '╌', left: '╎', right: '╎' };
    const CHOICE: Frame =
        Frame { corners: ['╱', '╲', '╲', '╱'], across: '╌', left: '◁', right: '▷' };
    const BACK: Frame =
        Frame { corners: ['╲', '╲', '╲', '╲'], across: '─', left: '╲', right: '╲' };
    let look = look::node(node.kind);
    if look.is_dashed {
        return &DASHED;
    }
    match look.shape {
        Shape::Box if look.width > 2 => &THICK,
        Shape::Box | Shape::Spreading | Shape::Gathering | Shape::Note => &PLAIN,
        Shape::Round | Shape::Circle => &ROUND,
        Shape::Pill => &PILL,
        Shape::Double => &DOUBLE,
        Shape::Hexagon => &SIX,
        Shape::Diamond => &CHOICE,
        Shape::Leaning => &BACK,
    }
}

/// An arrow's head at `tip`, coming from `before`.
fn heads(canvas: &mut Canvas, before: (usize, usize), tip: (usize, usize)) {
    let (letter, at) = if before.1 < tip.1 {
        ('▼', (tip.0, tip.1 - 1))
    } else if before.1 > tip.1 {
        ('▲', tip)
    } else if before.0 < tip.0 {
        ('▶', (tip.0 - 1, tip.1))
    } else {
        ('◀', tip)
    };
    canvas.put(at.0, at.1, letter);
}

/// The nearest whole column or row.
fn cell(value: f64) -> usize {
    value.round().max(0.0) as usize
}

/// The letter in which a line passes a point: across its layer the letter around it, along the one before it.
fn place(point: Point, direction: Direction) -> (usize, usize) {
    match direction {
        Direction::Down => (cell(point.x - 0.5), cell(point.y)),
        Direction::Right | Direction::Rows => (cell(point.x), cell(point.y - 0.5)),
    }
}

fn sizes(diagram: &Diagram) -> Sizes {
    let mut degrees = vec![(0usize, 0usize); diagram.nodes.len()];
    for edge in &diagram.edges {
        degrees[edge.from].0 += 1;
        degrees[edge.to].1 += 1;
    }
    let nodes = diagram.nodes.iter().zip(degrees);
    Sizes {
        spacing: match diagram.direction {
            Direction::Down => DOWN,
            Direction::Right | Direction::Rows => RIGHT,
        },
        nodes: nodes.map(|(node, (out, into))| size_of(node, out.max(into), diagram.direction)).collect(),
        labels: diagram
            .edges
            .iter()
            .map(|edge| {
                let wide = edge.lines.iter().map(|line| columns(line)).max()?;
                Some(Size { width: wide as f64 + 1.0, height: edge.lines.len() as f64 })
            })
            .collect(),
        titles: diagram
            .groups
            .iter()
            .map(|group| match diagram.direction {
                // It stands in the frame itself.
                Direction::Down => Size { width: columns(&group.title) as f64 + 2.0, height: 0.0 },
                Direction::Right | Direction::Rows => {
                    Size { width: columns(&group.title) as f64 + 2.0, height: 0.0 }
                }
            })
            .collect(),
    }
}

/// Words and border, with room for `n_lines` on one side.
fn size_of(node: &Node, n_lines: usize, direction: Direction) -> Size {
    let lines = || node.title.iter().chain(&node.lines);
    let wide = lines().map(|line| columns(line)).max().unwrap_or(0) + 4;
    let high = lines().count() + 2;
    // Ends of lines share the middle four fifths of a side.
    match direction {
        Direction::Down => Size { width: wide.max(n_lines * 5 / 2 + 1) as f64, height: high as f64 },
        Direction::Right | Direction::Rows => {
            Size { width: wide as f64, height: high.max(n_lines * 5 / 4 + 1) as f64 }
        }
    }
}
