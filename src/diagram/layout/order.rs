//! Who stands beside whom in a layer: by the middle of the neighbours, down and up again, so that few
//! edges cross. What belongs to a group stays together, and groups keep their order in all layers.

use super::skeleton::{CellKind, Skeleton};

/// The cells of each layer, in their order.
pub type Order = Vec<Vec<usize>>;

const SWEEPS: usize = 12;

pub fn order(skeleton: &Skeleton) -> Order {
    let mut search = Search::new(skeleton);
    let mut best = search.layers.clone();
    let mut fewest = search.crossings();
    for sweep in 0..SWEEPS {
        if fewest == 0 && sweep > 1 {
            break;
        }
        search.sweep(sweep % 2 == 0);
        let crossings = search.crossings();
        if crossings < fewest {
            fewest = crossings;
            best = search.layers.clone();
        }
    }
    best
}

struct Search<'s> {
    skeleton: &'s Skeleton,
    layers: Order,
    /// The neighbours of each cell in the layer before, and in the one behind, with weights.
    before: Vec<Vec<(usize, f64)>>,
    behind: Vec<Vec<(usize, f64)>>,
    /// The line of each joint, by number.
    line: Vec<Option<usize>>,
    /// About where each cell stands.
    place: Vec<f64>,
    index: Vec<usize>,
}

impl<'s> Search<'s> {
    fn new(skeleton: &'s Skeleton) -> Search<'s> {
        let n = skeleton.cells.len();
        let mut before = vec![Vec::new(); n];
        let mut behind = vec![Vec::new(); n];
        for line in &skeleton.lines {
            for pair in line.cells.windows(2) {
                behind[pair[0]].push((pair[1], line.weight));
                before[pair[1]].push((pair[0], line.weight));
            }
        }
        let mut line = vec![None; n];
        for (number, it) in skeleton.lines.iter().enumerate() {
            it.cells[1..it.cells.len() - 1].iter().for_each(|at| line[*at] = Some(number));
        }
        let mut search = Search {
            skeleton,
            line,
            layers: vec![Vec::new(); skeleton.n_ranks],
            before,
            behind,
            place: vec![0.0; n],
            index: vec![0; n],
        };
        for cell in search.in_reading_order() {
            search.layers[skeleton.cells[cell].rank].push(cell);
        }
        for rank in 0..search.layers.len() {
            search.settle(rank);
        }
        search.regroup_all();
        search
    }

    /// Depth first from the beginning of the text: a first guess that follows the lines.
    fn in_reading_order(&self) -> Vec<usize> {
        let mut seen = vec![false; self.skeleton.cells.len()];
        let mut order = Vec::new();
        for start in 0..self.skeleton.cells.len() {
            let mut stack = vec![start];
            while let Some(at) = stack.pop() {
                if std::mem::replace(&mut seen[at], true) {
                    continue;
                }
                order.push(at);
                stack.extend(self.behind[at].iter().rev().map(|(to, _)| *to).filter(|to| !seen[*to]));
            }
        }
        order
    }

    /// Estimates places in a layer from the sizes, around the middle.
    fn settle(&mut self, rank: usize) {
        let total: f64 = self.layers[rank]
            .iter()
            .map(|at| self.skeleton.cells[*at].across + self.skeleton.spacing.gap)
            .sum();
        let mut x = -total / 2.0;
        for (index, &at) in self.layers[rank].iter().enumerate() {
            let room = self.skeleton.cells[at].across + self.skeleton.spacing.gap;
            self.place[at] = x + room / 2.0;
            self.index[at] = index;
            x += room;
        }
    }

    fn sweep(&mut self, downwards: bool) {
        let ranks: Vec<usize> = match downwards {
            true => (0..self.layers.len()).collect(),
            false => (0..self.layers.len()).rev().collect(),
        };
        let frames = self.frame_keys();
        for rank in ranks {
            let keys: Vec<(usize, f64)> = self.layers[rank]
                .iter()
                .map(|&at| {
                    let near = if downwards { &self.before[at] } else { &self.behind[at] };
                    let weight: f64 = near.iter().map(|(_, weight)| weight).sum();
                    let sum: f64 = near.iter().map(|(to, weight)| self.place[*to] * weight).sum();
                    (at, if near.is_empty() { self.place[at] } else { sum / weight })
                })
                .collect();
            self.layers[rank] = self.grouped(&keys, &frames);
            self.settle(rank);
        }
    }

    fn regroup_all(&mut self) {
        let frames = self.frame_keys();
        for rank in 0..self.layers.len() {
            let keys: Vec<(usize, f64)> = self.layers[rank].iter().map(|&at| (at, self.place[at])).collect();
            self.layers[rank] = self.grouped(&keys, &frames);
            self.settle(rank);
        }
    }

    /// Where each group stands on the whole: the mean of what is in it.
    fn frame_keys(&self) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.skeleton.frames.len()];
        for (at, cell) in self.skeleton.cells.iter().enumerate().filter(|(_, it)| it.kind != CellKind::Filler)
        {
            for frame in self.skeleton.around(cell.group) {
                sums[frame].0 += self.place[at];
                sums[frame].1 += 1.0;
            }
        }
        let keys = sums.into_iter().zip(&self.skeleton.frames).enumerate();
        keys.map(|(at, ((sum, n), frame)): (usize, ((f64, f64), _))| match n > 0.0 {
            // Lanes keep their order, left of everything else.
            _ if frame.is_lane => at as f64 - 1e9,
            true => sum / n,
            false => 0.0,
        })
        .collect()
    }

    /// Sorts a layer by keys, keeping groups together and in the order of theirs.
    fn grouped(&self, keys: &[(usize, f64)], frames: &[f64]) -> Vec<usize> {
        let is_beside_frame = |group: Option<usize>| {
            let parents =
                keys.iter().flat_map(|(at, _)| self.skeleton.around(self.skeleton.cells[*at].group));
            parents.into_iter().any(|frame| self.skeleton.frames[frame].parent == group)
        };
        let mut rows: Vec<(Vec<(f64, usize)>, usize)> = keys
            .iter()
            .map(|&(at, key)| {
                let group = self.skeleton.cells[at].group;
                // A line keeps to one side of a frame that it passes.
                let key = match self.line[at] {
                    Some(line) if is_beside_frame(group) => self.middle_of(line),
                    _ => key,
                };
                let mut path: Vec<usize> = self.skeleton.around(self.skeleton.cells[at].group).collect();
                path.reverse();
                // Of two with the same key the group, or cell, that comes first in the text.
                let mut path: Vec<(f64, usize)> = path.into_iter().map(|it| (frames[it], it)).collect();
                path.push((key, usize::MAX / 2 + self.index[at]));
                (path, at)
            })
            .collect();
        rows.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(std::cmp::Ordering::Equal).then(a.1.cmp(&b.1)));
        rows.into_iter().map(|(_, at)| at).collect()
    }

    /// Where the joints of a line stand on the mean.
    fn middle_of(&self, line: usize) -> f64 {
        let cells = &self.skeleton.lines[line].cells;
        let joints = &cells[1..cells.len() - 1];
        joints.iter().map(|at| self.place[*at]).sum::<f64>() / joints.len() as f64
    }

    /// How many pairs of pieces cross, counted layer by layer (W. Barth, M. Jünger, P. Mutzel 2002).
    fn crossings(&self) -> u64 {
        let mut count = 0;
        for layer in self.layers.iter().skip(1) {
            let mut ends: Vec<usize> = Vec::new();
            let above = layer.first().map_or(0, |at| self.skeleton.cells[*at].rank - 1);
            for &at in &self.layers[above] {
                let mut to: Vec<usize> = self.behind[at].iter().map(|(to, _)| self.index[*to]).collect();
                to.sort_unstable();
                ends.extend(to);
            }
            count += inversions(&ends, layer.len());
        }
        count
    }
}

/// How many pairs stand in the wrong order, by a tree of counts.
fn inversions(values: &[usize], n: usize) -> u64 {
    let mut tree = vec![0u64; n + 1];
    let mut found = 0;
    for (seen, &value) in values.iter().enumerate() {
        let mut up_to = 0;
        let mut at = value + 1;
        while at > 0 {
            up_to += tree[at];
            at -= at & at.wrapping_neg();
        }
        found += seen as u64 - up_to;
        let mut at = value + 1;
        while at <= n {
            tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    found
}
