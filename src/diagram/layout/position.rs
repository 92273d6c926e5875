//! How far across and along everything stands: across by pulling each thing to its neighbours while all
//! keep their distance and frames stay around their own; along layer by layer, with room for titles.

use super::chains::chains;
use super::order::Order;
use super::separate::{Apart, separate};
use super::skeleton::{CellKind, Skeleton};
use super::strips;
use crate::diagram::Direction;

/// Rounds of pulling: first to the mean of the neighbours, which finds the right places on the whole, then
/// to their median, which lets lines run straight.
const MEAN_ROUNDS: usize = 20;
const MEDIAN_ROUNDS: usize = 16;

pub struct Across {
    /// The middle of each cell.
    pub cells: Vec<f64>,
    /// The borders of each frame.
    pub frames: Vec<(f64, f64)>,
    pub size: f64,
}

pub fn across(skeleton: &Skeleton, order: &Order) -> Across {
    let (chain, n_chains) = chains(skeleton, order);
    let (left, right) = (|frame: usize| n_chains + 2 * frame, |frame: usize| n_chains + 2 * frame + 1);
    let n_all = n_chains + 2 * skeleton.frames.len();
    let aparts = distances(skeleton, order, &chain, &left, &right);
    let mut lefts = vec![Vec::new(); n_all];
    for apart in &aparts {
        lefts[apart.right].push(*apart);
    }
    // Borders of frames stand beside each other in many layers.
    for same in &mut lefts {
        same.sort_by(|a, b| a.left.cmp(&b.left).then(b.gap.total_cmp(&a.gap)));
        same.dedup_by_key(|apart| apart.left);
    }
    let sequence = sequence(n_all, &aparts);
    let mut near: Vec<Vec<(usize, f64)>> = vec![Vec::new(); n_all];
    for line in &skeleton.lines {
        for pair in line.cells.windows(2) {
            let is_joint = |at: usize| skeleton.cells[at].kind != CellKind::Node;
            // Bends in the middle of an edge are worse than at its ends.
            let stiff = match (is_joint(pair[0]), is_joint(pair[1])) {
                (true, true) => 8.0,
                (false, false) => 1.0,
                _ => 2.0,
            };
            let (a, b) = (chain[pair[0]], chain[pair[1]]);
            if a != b {
                near[a].push((b, line.weight * stiff));
                near[b].push((a, line.weight * stiff));
            }
        }
    }
    for frame in 0..skeleton.frames.len() {
        near[left(frame)].push((right(frame), 0.1));
        near[right(frame)].push((left(frame), 0.1));
    }
    let mut place = vec![0.0; n_all];
    for &at in &sequence {
        place[at] = lefts[at].iter().map(|apart| place[apart.left] + apart.gap).fold(0.0, f64::max);
    }
    let weights: Vec<f64> =
        near.iter().map(|it| it.iter().map(|(_, weight)| weight).sum::<f64>().max(0.05)).collect();
    for round in 0..MEAN_ROUNDS + MEDIAN_ROUNDS {
        let pull = if round < MEAN_ROUNDS { mean } else { median };
        let wanted: Vec<f64> = (0..n_all)
            .map(|at| if near[at].is_empty() { place[at] } else { pull(&near[at], &place, place[at]) })
            .collect();
        place = separate(&wanted, &weights, &sequence, &lefts);
    }
    let mut cells: Vec<f64> = chain.iter().map(|at| place[*at]).collect();
    let mut frames: Vec<(f64, f64)> =
        (0..skeleton.frames.len()).map(|at| (place[left(at)], place[right(at)])).collect();
    strips::close(skeleton, &mut cells, &mut frames);
    join_lanes(skeleton, &mut frames);
    let seen = frames.iter().zip(&skeleton.frames).filter(|(_, it)| it.ranks.is_some()).map(|(it, _)| *it);
    let half = |at: usize| skeleton.cells[at].across / 2.0;
    let ends = cells.iter().enumerate().map(|(at, x)| (x - half(at), x + half(at))).chain(seen);
    let (first, last) =
        ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| (low.min(it.0), high.max(it.1)));
    let (first, last) = if first.is_finite() { (first, last) } else { (0.0, 0.0) };
    Across {
        cells: cells.into_iter().map(|it| it - first).collect(),
        frames: frames.into_iter().map(|(a, b)| (a - first, b - first)).collect(),
        size: last - first,
    }
}

/// Lanes have nothing between them.
fn join_lanes(skeleton: &Skeleton, frames: &mut [(f64, f64)]) {
    let is_seen = |at: &usize| skeleton.frames[*at].is_lane && skeleton.frames[*at].ranks.is_some();
    let mut last: Option<usize> = None;
    for at in (0..frames.len()).filter(is_seen) {
        if let Some(before) = last.filter(|it| skeleton.frames[*it].parent == skeleton.frames[at].parent) {
            frames[before].1 = frames[at].0;
        }
        last = Some(at);
    }
}

fn mean(near: &[(usize, f64)], place: &[f64], _: f64) -> f64 {
    let weight: f64 = near.iter().map(|(_, weight)| weight).sum();
    near.iter().map(|(to, weight)| place[*to] * weight).sum::<f64>() / weight
}

/// The place with as much weight on its left as on its right; of two such the one nearer to `own`.
fn median(near: &[(usize, f64)], place: &[f64], own: f64) -> f64 {
    let mut places: Vec<(f64, f64)> = near.iter().map(|(to, weight)| (place[*to], *weight)).collect();
    places.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let half = places.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    for (at, (place, weight)) in places.iter().enumerate() {
        sum += weight;
        if sum > half + 1e-9 {
            return *place;
        }
        if sum > half - 1e-9 {
            let next = places.get(at + 1).map_or(*place, |it| it.0);
            return own.clamp(*place, next);
        }
    }
    own
}

/// What must stand left of what: the neighbours in each layer, with the borders of the frames between.
fn distances(
    skeleton: &Skeleton,
    order: &Order,
    chain: &[usize],
    left: &impl Fn(usize) -> usize,
    right: &impl Fn(usize) -> usize,
) -> Vec<Apart> {
    let (gap, padding) = (skeleton.spacing.gap, skeleton.spacing.padding.width);
    let mut aparts = Vec::new();
    for layer in order {
        let mut row = Row { aparts: &mut aparts, last: None };
        let mut open: Vec<usize> = Vec::new();
        for &at in layer {
            let cell = &skeleton.cells[at];
            let mut path: Vec<usize> = skeleton.around(cell.group).collect();
            path.reverse();
            let shared = open.iter().zip(&path).take_while(|(a, b)| a == b).count();
            for frame in open.drain(shared..).rev() {
                row.put(right(frame), 0.0, padding, Inside::Nothing);
            }
            for &frame in &path[shared..] {
                let gap = if skeleton.frames[frame].is_lane { 0.0 } else { gap };
                row.put(left(frame), 0.0, gap, Inside::Padding(head(skeleton, frame)));
                open.push(frame);
            }
            let gap = if cell.kind == CellKind::Node { gap } else { skeleton.spacing.line_gap };
            row.put(chain[at], cell.across / 2.0, gap, Inside::Nothing);
        }
        for frame in open.drain(..).rev() {
            row.put(right(frame), 0.0, padding, Inside::Nothing);
        }
    }
    for (at, frame) in skeleton.frames.iter().enumerate().filter(|(_, it)| it.ranks.is_some()) {
        aparts.push(Apart { left: left(at), right: right(at), gap: frame.least(&skeleton.spacing) });
    }
    aparts
}

/// Room between the left border of a frame and what is in it: its title, where that stands there.
pub(super) fn head(skeleton: &Skeleton, frame: usize) -> f64 {
    match skeleton.direction {
        Direction::Down => skeleton.spacing.padding.width,
        Direction::Right | Direction::Rows => {
            skeleton.spacing.padding.width + skeleton.frames[frame].title.width
        }
    }
}

/// One layer on its way from left to right.
struct Row<'a> {
    aparts: &'a mut Vec<Apart>,
    /// The last thing, how far it reaches, and what it wants of the next one.
    last: Option<(usize, f64, Inside)>,
}

#[derive(Clone, Copy)]
enum Inside {
    Nothing,
    /// The border of a frame that opens: what comes next keeps this distance.
    Padding(f64),
}

impl Row<'_> {
    fn put(&mut self, at: usize, reach: f64, gap: f64, inside: Inside) {
        if let Some((last, before, wants)) = self.last {
            let gap = match wants {
                Inside::Nothing => gap,
                Inside::Padding(padding) => padding,
            };
            self.aparts.push(Apart { left: last, right: at, gap: before + gap + reach });
        }
        self.last = Some((at, reach, inside));
    }
}

/// All variables, each behind those that must be left of it.
fn sequence(n: usize, aparts: &[Apart]) -> Vec<usize> {
    let mut missing = vec![0usize; n];
    let mut rights = vec![Vec::new(); n];
    for apart in aparts {
        missing[apart.right] += 1;
        rights[apart.left].push(apart.right);
    }
    let mut order: Vec<usize> = (0..n).filter(|at| missing[*at] == 0).collect();
    let mut at = 0;
    while at < order.len() {
        for &right in &rights[order[at]] {
            missing[right] -= 1;
            if missing[right] == 0 {
                order.push(right);
            }
        }
        at += 1;
    }
    order
}

pub struct Along {
    /// Where each layer begins and ends.
    layers: Vec<(f64, f64)>,
    /// Where the first track behind each layer runs.
    tracks: Vec<f64>,
    track_gap: f64,
    /// The borders of each frame.
    pub frames: Vec<(f64, f64)>,
    pub size: f64,
}

impl Along {
    /// Where a layer begins and ends.
    pub fn layer(&self, rank: usize) -> (f64, f64) {
        self.layers[rank]
    }

    pub fn middle(&self, rank: usize) -> f64 {
        let (top, bottom) = self.layers[rank];
        (top + bottom) / 2.0
    }

    /// Where a track behind a layer runs.
    pub fn track(&self, rank: usize, track: usize) -> f64 {
        self.tracks[rank] + track as f64 * self.track_gap
    }
}

/// `n_tracks`: how many tracks of edges run behind each layer.
pub fn along(skeleton: &Skeleton, order: &Order, n_tracks: &[usize]) -> Along {
    let n = skeleton.n_ranks;
    let (padding, rank_gap) = (skeleton.spacing.padding.height, skeleton.spacing.rank);
    // What frames need above and below a layer, one inside the other.
    let head = |frame: usize| {
        padding
            + match skeleton.direction {
                Direction::Down => skeleton.frames[frame].title.height,
                Direction::Right | Direction::Rows => 0.0,
            }
    };
    let mut above = vec![0.0; n];
    let mut below = vec![0.0; n];
    let mut tops = vec![0.0; skeleton.frames.len()];
    let mut bottoms = vec![0.0; skeleton.frames.len()];
    let mut by_depth: Vec<usize> = (0..skeleton.frames.len()).collect();
    by_depth.sort_by_key(|at| std::cmp::Reverse(skeleton.frames[*at].depth));
    for &at in &by_depth {
        let Some((low, high)) = skeleton.frames[at].ranks else { continue };
        // Room that the frames in it, which begin or end in the same layer, take already.
        let inner = |ends: &[f64], is_same: &dyn Fn((usize, usize)) -> bool| {
            let own = skeleton.frames.iter().enumerate().filter(|(_, it)| it.parent == Some(at));
            own.filter(|(_, it)| it.ranks.is_some_and(is_same)).map(|(it, _)| ends[it]).fold(0.0, f64::max)
        };
        tops[at] = inner(&tops, &|ranks| ranks.0 == low) + head(at);
        bottoms[at] = inner(&bottoms, &|ranks| ranks.1 == high) + padding;
        above[low] = f64::max(above[low], tops[at]);
        below[high] = f64::max(below[high], bottoms[at]);
    }
    let mut layers = Vec::new();
    let mut tracks = Vec::new();
    let mut y = 0.0;
    for rank in 0..n {
        y += above[rank];
        let high = order[rank].iter().map(|at| skeleton.cells[*at].along).fold(0.0, f64::max);
        layers.push((y, y + high));
        y += high + below[rank];
        tracks.push(y + rank_gap);
        if rank + 1 < n {
            let room = n_tracks[rank].saturating_sub(1) as f64 * skeleton.spacing.track;
            y += 2.0 * rank_gap + room;
        }
    }
    let frames = (0..skeleton.frames.len())
        .map(|at| match skeleton.frames[at].ranks {
            Some((low, high)) => (layers[low].0 - tops[at], layers[high].1 + bottoms[at]),
            None => (0.0, 0.0),
        })
        .collect();
    Along { layers, tracks, track_gap: skeleton.spacing.track, frames, size: y }
}
