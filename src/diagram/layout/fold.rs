//! A long row that goes on in the next one: cut between layers, and each line that is cut led around the end of its
//! row to the beginning of the next. Only for what has no frames.

use super::position::{Across, Along};
use super::skeleton::Skeleton;
use super::{Frame, Layout, Point, Size};

/// How much longer than thick the whole may be; rows are as long as that takes.
const SHAPE: f64 = 1.7;
const MOST_ROWS: usize = 40;
/// More lines from row to row hide what they join.
const MOST_LINES: usize = 6;

/// Folds a layout whose layers run down, so that its rows stand beside each other.
pub fn fold(skeleton: &Skeleton, across: &Across, along: &Along, layout: Layout) -> Layout {
    let Some(longest) = skeleton.spacing.row else { return layout };
    if along.size <= longest || !skeleton.frames.is_empty() {
        return layout;
    }
    let cuts = cuts(skeleton, across, along);
    if cuts.is_empty() {
        return layout;
    }
    let folding = Folding::new(skeleton, across, &layout, cuts);
    if folding.passages.iter().any(|lines| lines.len() > MOST_LINES) {
        return layout;
    }
    folding.folded(layout)
}

/// Where the rows end: right before a layer, where all lines run along.
fn cuts(skeleton: &Skeleton, across: &Across, along: &Along) -> Vec<f64> {
    let thick = across.size + 8.0 * skeleton.spacing.rank;
    let n_rows = (along.size / (SHAPE * thick)).sqrt().ceil().clamp(1.0, MOST_ROWS as f64);
    let wanted = along.size / n_rows;
    let mut cuts = Vec::new();
    let mut begin = 0.0;
    for rank in 1..skeleton.n_ranks {
        let (top, bottom) = along.layer(rank);
        // A layer that would reach too far begins the next row. One with nothing but words stays with its line.
        let has_node = skeleton.cells[..skeleton.n_nodes].iter().any(|cell| cell.rank == rank);
        if bottom - begin > wanted && has_node {
            // Just before: lines and their tracks keep further away, and nothing of the layer is there yet.
            cuts.push(top - 1.0);
            begin = top;
        }
    }
    cuts
}

/// A place where a line is cut.
#[derive(Clone, Copy)]
struct Passage {
    across: f64,
    edge: usize,
}

struct Folding {
    cuts: Vec<f64>,
    /// The lines that pass each cut, from left to right.
    passages: Vec<Vec<Passage>>,
    thick: f64,
    /// Around a row, and from one line beside it to the next.
    margin: f64,
    track: f64,
    /// Where each row stands, across.
    rows: Vec<f64>,
    /// Room before the first layer of every row.
    before: f64,
}

impl Folding {
    fn new(skeleton: &Skeleton, across: &Across, layout: &Layout, cuts: Vec<f64>) -> Folding {
        let mut passages: Vec<Vec<Passage>> = vec![Vec::new(); cuts.len()];
        for (edge, route) in layout.edges.iter().enumerate() {
            for pair in route.points.windows(2) {
                let (low, high) = (pair[0].y.min(pair[1].y), pair[0].y.max(pair[1].y));
                for (at, cut) in cuts.iter().enumerate() {
                    if low < *cut && *cut <= high {
                        passages[at].push(Passage { across: pair[0].x, edge });
                    }
                }
            }
        }
        for row in &mut passages {
            row.sort_by(|a, b| {
                a.across.partial_cmp(&b.across).unwrap_or(std::cmp::Ordering::Equal).then(a.edge.cmp(&b.edge))
            });
        }
        let (margin, track) = (skeleton.spacing.rank, skeleton.spacing.track);
        let mut rows = vec![0.0];
        for row in &passages {
            let lanes = row.len().saturating_sub(1) as f64 * track;
            rows.push(rows[rows.len() - 1] + across.size + 2.0 * margin + lanes);
        }
        let most = passages.iter().map(Vec::len).max().unwrap_or(0);
        let before = margin + most.saturating_sub(1) as f64 * track + margin;
        Folding { cuts, passages, thick: across.size, margin, track, rows, before }
    }

    fn row_of(&self, y: f64) -> usize {
        self.cuts.partition_point(|cut| *cut <= y)
    }

    /// A place in a row.
    fn put(&self, row: usize, point: Point) -> Point {
        let begin = row.checked_sub(1).map_or(0.0, |row| self.cuts[row]);
        Point { x: point.x + self.rows[row], y: point.y - begin + self.before }
    }

    /// From one row to the next: none of these lines cross.
    fn around(&self, cut: usize, edge: usize, across: f64) -> Vec<Point> {
        let all = &self.passages[cut];
        let is_own = |it: &Passage| it.edge == edge && it.across == across;
        let number = all.iter().position(is_own).unwrap_or(0) as f64;
        let outer = (all.len() - 1) as f64 - number;
        let leaves = self.put(cut, Point { x: across, y: self.cuts[cut] });
        let enters = self.put(cut + 1, Point { x: across, y: self.cuts[cut] });
        let below = leaves.y + outer * self.track;
        let beside = self.rows[cut] + self.thick + self.margin + outer * self.track;
        let above = enters.y - self.margin - number * self.track;
        vec![
            Point { x: leaves.x, y: below },
            Point { x: beside, y: below },
            Point { x: beside, y: above },
            Point { x: enters.x, y: above },
        ]
    }

    fn folded(&self, layout: Layout) -> Layout {
        let frame = |it: Frame| {
            let corner = self.put(self.row_of(it.y), Point { x: it.x, y: it.y });
            Frame { x: corner.x, y: corner.y, ..it }
        };
        let nodes: Vec<Frame> = layout.nodes.into_iter().map(frame).collect();
        let mut edges = layout.edges;
        for (edge, route) in edges.iter_mut().enumerate() {
            let is_turned = route.points.first().zip(route.points.last()).is_some_and(|(a, b)| a.y > b.y);
            if is_turned {
                route.points.reverse();
            }
            let mut points: Vec<Point> = Vec::new();
            for pair in route.points.windows(2) {
                // What ends at a cut from above belongs to the layer behind it.
                let row = self.cuts.partition_point(|cut| *cut <= pair[0].y);
                points.push(self.put(row, pair[0]));
                let passed =
                    self.cuts.iter().enumerate().filter(|(_, cut)| pair[0].y < **cut && **cut <= pair[1].y);
                for (cut, _) in passed {
                    points.extend(self.around(cut, edge, pair[0].x));
                }
            }
            points.extend(route.points.last().map(|last| self.put(self.row_of(last.y), *last)));
            if is_turned {
                points.reverse();
            }
            route.points = points;
            route.label = route.label.map(|at| self.put(self.row_of(at.y), at));
        }
        let ends = nodes.iter().map(|it| it.y + it.height);
        let lines = edges.iter().flat_map(|route| &route.points).map(|point| point.y);
        let height = ends.chain(lines).fold(0.0, f64::max);
        let width = self.rows[self.rows.len() - 1] + self.thick;
        Layout { size: Size { width, height }, nodes, edges, ..layout }
    }
}
