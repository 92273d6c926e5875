//! Strips along the whole picture in which nothing stands: pulling things to their neighbours leaves some where
//! two large frames have little to do with each other. They are closed.

use super::position::head;
use super::skeleton::{CellKind, Skeleton};

/// Moves everything behind an empty strip nearer, as far as titles of frames leave room for that.
pub fn close(skeleton: &Skeleton, cells: &mut [f64], frames: &mut [(f64, f64)]) {
    let seen: Vec<usize> = (0..frames.len()).filter(|at| skeleton.frames[*at].ranks.is_some()).collect();
    // What is taken: things, lines that pass, and the borders of frames.
    let mut taken: Vec<(f64, f64)> = skeleton
        .cells
        .iter()
        .zip(cells.iter())
        .filter(|(cell, _)| cell.kind != CellKind::Filler)
        .map(|(cell, middle)| (middle - cell.across / 2.0, middle + cell.across / 2.0))
        .collect();
    taken.extend(seen.iter().flat_map(|at| [frames[*at].0, frames[*at].1]).map(|border| (border, border)));
    taken.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let mut slack: Vec<f64> = frames
        .iter()
        .zip(&skeleton.frames)
        .map(|((left, right), frame)| (right - left - frame.least(&skeleton.spacing)).max(0.0))
        .collect();
    let widest_head = seen.iter().map(|at| head(skeleton, *at)).fold(0.0, f64::max);
    let kept = skeleton.spacing.gap.max(widest_head);
    // Where strips end, and by how much everything from there on moves.
    let mut moves: Vec<(f64, f64)> = Vec::new();
    let (mut reach, mut sum) = (f64::NEG_INFINITY, 0.0);
    for (from, to) in taken {
        if reach.is_finite() && from - reach > kept + 1.0 {
            let around: Vec<usize> =
                seen.iter().copied().filter(|at| frames[*at].0 <= reach && frames[*at].1 >= from).collect();
            let room = around.iter().map(|at| slack[*at]).fold(f64::INFINITY, f64::min);
            let by = (from - reach - kept).min(room);
            around.iter().for_each(|at| slack[*at] -= by);
            sum += by;
            moves.push((from, sum));
        }
        reach = reach.max(to);
    }
    if moves.is_empty() {
        return;
    }
    let moved = |at: f64| {
        let n = moves.partition_point(|(from, _)| *from <= at + 1e-9);
        at - n.checked_sub(1).map_or(0.0, |n| moves[n].1)
    };
    for (cell, middle) in skeleton.cells.iter().zip(cells.iter_mut()) {
        // By its border, which is what a strip ends at.
        let border = *middle - cell.across / 2.0;
        *middle += moved(border) - border;
    }
    frames.iter_mut().for_each(|(left, right)| (*left, *right) = (moved(*left), moved(*right)));
}
