//! Edges: cut into pieces from layer to layer before things are placed, and routed at right angles
//! afterwards, each in a track of its own between two layers.

use super::super::{Diagram, Direction};
use super::position::{Across, Along};
use super::skeleton::{Cell, CellKind, Skeleton};
use super::{Frame, Layout, Point, Route, Size, Sizes};

/// Gives each line a joint in every layer that it passes, and its label a place in the middle.
pub fn cut(skeleton: &mut Skeleton, sizes: &Sizes) {
    for at in 0..skeleton.lines.len() {
        let (from, to) = (skeleton.lines[at].from, skeleton.lines[at].to);
        let (first, last) = (skeleton.cells[from].rank, skeleton.cells[to].rank);
        let label = sizes.labels[skeleton.lines[at].edge];
        let middle = match skeleton.lines[at].is_about_its_start {
            // What goes wrong is read where it does, however far its end is.
            true => first + 1,
            false => ((first + last) / 2).max(first + 1),
        };
        let mut cells = vec![from];
        for rank in first + 1..last {
            let label = label.filter(|_| rank == middle);
            let size = label.map_or(Size { width: sizes.spacing.line, height: 0.0 }, |size| {
                match skeleton.direction {
                    Direction::Down => size,
                    Direction::Right | Direction::Rows => Size { width: size.height, height: size.width },
                }
            });
            let kind = if label.is_some() { CellKind::Label } else { CellKind::Joint };
            let group = skeleton.group_of_joint(from, to, rank);
            cells.push(skeleton.cells.len());
            skeleton.cells.push(Cell { kind, group, rank, across: size.width, along: size.height });
        }
        cells.push(to);
        skeleton.lines[at].cells = cells;
    }
}

/// Where lines leave and arrive, and in which track each of their pieces changes its place across.
pub struct Tracks {
    /// Where each line passes its cells, across.
    passes: Vec<Vec<f64>>,
    /// For each line and each of its pieces the track, counted from the upper layer.
    tracks: Vec<Vec<usize>>,
    /// How many there are behind each layer.
    pub counts: Vec<usize>,
}

pub fn tracks(skeleton: &Skeleton, across: &Across) -> Tracks {
    let passes = passes(skeleton, across);
    let mut pieces: Vec<Vec<Piece>> = vec![Vec::new(); skeleton.n_ranks];
    for (line, it) in skeleton.lines.iter().enumerate() {
        for at in 0..it.cells.len() - 1 {
            let (from, to) = (passes[line][at], passes[line][at + 1]);
            if from != to {
                pieces[skeleton.cells[it.cells[at]].rank].push(Piece { line, at, from, to });
            }
        }
    }
    let mut tracks: Vec<Vec<usize>> = skeleton.lines.iter().map(|it| vec![0; it.cells.len() - 1]).collect();
    let beside = skeleton.spacing.beside;
    let counts = pieces.into_iter().map(|row| assign(row, beside, &mut tracks)).collect();
    Tracks { passes, tracks, counts }
}

/// A piece of a line between two layers that does not go straight.
#[derive(Clone, Copy)]
struct Piece {
    line: usize,
    at: usize,
    from: f64,
    to: f64,
}

impl Piece {
    fn overlaps(&self, other: &Piece, beside: f64) -> bool {
        let (low, high) = (self.from.min(self.to), self.from.max(self.to));
        low < other.from.max(other.to) + beside && other.from.min(other.to) < high + beside
    }
}

/// Gives pieces that would touch different tracks, so that few of them cross: of those that go to the
/// right the rightmost turns first, of those to the left the leftmost. How many tracks that takes.
fn assign(mut row: Vec<Piece>, gap: f64, tracks: &mut [Vec<usize>]) -> usize {
    let is_right = |piece: &Piece| piece.to > piece.from;
    let key = |piece: &Piece| if is_right(piece) { -piece.from } else { piece.from };
    row.sort_by(|a, b| {
        let by_key = key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal);
        is_right(a).cmp(&is_right(b)).then(by_key).then(a.line.cmp(&b.line))
    });
    let mut placed: Vec<(Piece, usize)> = Vec::new();
    let mut count = 0;
    for piece in row {
        let beside = || placed.iter().filter(|(other, _)| other.overlaps(&piece, gap));
        let same = beside().filter(|(other, _)| is_right(other) == is_right(&piece));
        let mut track = same.map(|(_, track)| track + 1).max().unwrap_or(0);
        while beside().any(|(_, taken)| *taken == track) {
            track += 1;
        }
        tracks[piece.line][piece.at] = track;
        count = count.max(track + 1);
        placed.push((piece, track));
    }
    count
}

/// Frames and routes, from where everything stands.
pub fn placed(
    diagram: &Diagram,
    skeleton: &Skeleton,
    across: &Across,
    along: &Along,
    tracks: &Tracks,
) -> Layout {
    let frame_of = |at: usize| {
        let cell = &skeleton.cells[at];
        Frame {
            x: across.cells[at] - cell.across / 2.0,
            y: along.middle(cell.rank) - cell.along / 2.0,
            width: cell.across,
            height: cell.along,
        }
    };
    let nodes: Vec<Frame> = (0..skeleton.n_nodes).map(frame_of).collect();
    let groups = (0..skeleton.frames.len())
        .map(|at| {
            skeleton.frames[at].ranks?;
            let (left, right) = across.frames[at];
            let (top, bottom) = along.frames[at];
            Some(Frame { x: left, y: top, width: right - left, height: bottom - top })
        })
        .collect();
    let mut edges = vec![Route::default(); diagram.edges.len()];
    for (number, line) in skeleton.lines.iter().enumerate() {
        let passes = &tracks.passes[number];
        let (first, last) = (frame_of(line.from), frame_of(line.to));
        let mut points = vec![Point { x: passes[0], y: first.y + first.height }];
        let mut label = None;
        for (at, pair) in line.cells.windows(2).enumerate() {
            let (from, to) = (passes[at], passes[at + 1]);
            let rank = skeleton.cells[pair[0]].rank;
            if from != to {
                let y = along.track(rank, tracks.tracks[number][at]);
                points.push(Point { x: from, y });
                points.push(Point { x: to, y });
            }
            if skeleton.cells[pair[1]].kind == CellKind::Label {
                label = Some(Point { x: to, y: along.middle(rank + 1) });
            }
        }
        points.push(Point { x: passes[passes.len() - 1], y: last.y });
        if line.is_turned {
            points.reverse();
        }
        edges[line.edge] = Route { points, label };
    }
    for (at, edge) in diagram.edges.iter().enumerate().filter(|(_, it)| it.from == it.to) {
        edges[at] = around(nodes[edge.from], skeleton.spacing.padding.width);
    }
    Layout { size: Size { width: across.size, height: along.size }, nodes, groups, edges }
}

/// A line from a node to itself, beside it.
fn around(node: Frame, padding: f64) -> Route {
    let (right, out) = (node.x + node.width, node.x + node.width + padding);
    let at = |x, share: f64| Point { x, y: node.y + node.height * share };
    Route {
        points: vec![at(right, 0.3), at(out, 0.3), at(out, 0.7), at(right, 0.7)],
        label: Some(at(out, 0.5)),
    }
}

/// Where each line passes its cells: spread over the border of a node in the order in which lines come,
/// so that they do not cross there, and straight where that is possible.
fn passes(skeleton: &Skeleton, across: &Across) -> Vec<Vec<f64>> {
    let mut passes: Vec<Vec<f64>> =
        skeleton.lines.iter().map(|line| line.cells.iter().map(|at| across.cells[*at]).collect()).collect();
    let mut borders: Vec<Vec<(f64, usize, End)>> = vec![Vec::new(); 2 * skeleton.n_nodes];
    for (number, line) in skeleton.lines.iter().enumerate() {
        let last = line.cells.len() - 1;
        borders[2 * line.from].push((passes[number][1], number, End::First));
        borders[2 * line.to + 1].push((passes[number][last - 1], number, End::Last));
    }
    for (at, lines) in borders.iter_mut().enumerate() {
        lines.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(std::cmp::Ordering::Equal).then(a.1.cmp(&b.1)));
        let (middle, reach) = (across.cells[at / 2], skeleton.cells[at / 2].across * 0.4);
        let step = (2.0 * reach / lines.len() as f64).min(skeleton.spacing.port);
        for (n, (_, number, end)) in lines.iter().enumerate() {
            let x = middle + (n as f64 - (lines.len() as f64 - 1.0) / 2.0) * step;
            end.set(&mut passes[*number], x);
        }
    }
    for (at, lines) in borders.iter().enumerate() {
        let (middle, reach) = (across.cells[at / 2], skeleton.cells[at / 2].across * 0.42);
        for (n, (_, number, end)) in lines.iter().enumerate() {
            let (own, next) = end.of(&passes[*number]);
            let is_free = |other: Option<&(f64, usize, End)>, side: f64| {
                other.is_none_or(|(_, number, end)| {
                    (end.of(&passes[*number]).0 - next) * side >= skeleton.spacing.beside
                })
            };
            let before = n.checked_sub(1).and_then(|n| lines.get(n));
            let fits = (next - middle).abs() <= reach
                && (own - next).abs() <= skeleton.spacing.snap
                && is_free(before, -1.0)
                && is_free(lines.get(n + 1), 1.0);
            if fits {
                end.set(&mut passes[*number], next);
            }
        }
    }
    for line in &mut passes {
        for at in 1..line.len() {
            // So near that nobody would see a corner.
            if (line[at] - line[at - 1]).abs() <= 0.5 {
                line[at] = line[at - 1];
            }
        }
    }
    passes
}

#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

impl End {
    fn set(self, passes: &mut [f64], x: f64) {
        let at = match self {
            End::First => 0,
            End::Last => passes.len() - 1,
        };
        passes[at] = x;
    }

    /// Where the line stands here, and beside it.
    fn of(self, passes: &[f64]) -> (f64, f64) {
        match self {
            End::First => (passes[0], passes[1]),
            End::Last => (passes[passes.len() - 1], passes[passes.len() - 2]),
        }
    }
}
