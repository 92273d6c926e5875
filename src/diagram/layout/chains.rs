//! What stands exactly below each other: the joints of an edge, and steps that simply follow each other.
//! Chains never cross, so that they can be moved as one (after U. Brandes and B. Köpf, 2001).

use super::order::Order;
use super::skeleton::{CellKind, Skeleton};

/// The chain of each cell, numbered from 0; and how many there are.
pub fn chains(skeleton: &Skeleton, order: &Order) -> (Vec<usize>, usize) {
    let n = skeleton.cells.len();
    let mut index = vec![0; n];
    for layer in order {
        layer.iter().enumerate().for_each(|(at, cell)| index[*cell] = at);
    }
    let firsts = first_of_frames(skeleton, order);
    let mut above: Vec<Option<usize>> = vec![None; n];
    let mut below: Vec<Option<usize>> = vec![None; n];
    // The pairs that were taken behind each layer, as places in it and in the next one.
    let mut taken: Vec<Vec<(usize, usize)>> = vec![Vec::new(); skeleton.n_ranks];
    for (a, b, _) in candidates(skeleton) {
        if above[b].is_some() || below[a].is_some() || skeleton.cells[a].group != skeleton.cells[b].group {
            continue;
        }
        let pair = (index[a], index[b]);
        let rank = skeleton.cells[a].rank;
        // A frame is passed on one side.
        let changes_sides = |frames: (&Option<usize>, &Option<usize>)| match frames {
            (Some(here), Some(there)) => (*here < pair.0) != (*there < pair.1),
            _ => false,
        };
        let own: Vec<usize> = skeleton.around(skeleton.cells[a].group).collect();
        let mut frames = firsts[rank].iter().zip(&firsts[rank + 1]).enumerate();
        let row = &mut taken[rank];
        if row.iter().any(|it| (it.0 < pair.0) != (it.1 < pair.1))
            || frames.any(|(frame, it)| !own.contains(&frame) && changes_sides(it))
        {
            continue;
        }
        row.push(pair);
        below[a] = Some(b);
        above[b] = Some(a);
    }
    let mut chain = vec![usize::MAX; n];
    let mut count = 0;
    for start in (0..n).filter(|at| above[*at].is_none()) {
        let mut at = Some(start);
        while let Some(cell) = at {
            chain[cell] = count;
            at = below[cell];
        }
        count += 1;
    }
    (chain, count)
}

/// By layer and frame: the place of the first cell that stands in it.
fn first_of_frames(skeleton: &Skeleton, order: &Order) -> Vec<Vec<Option<usize>>> {
    let first = |layer: &Vec<usize>| {
        let mut firsts = vec![None; skeleton.frames.len()];
        for (at, cell) in layer.iter().enumerate() {
            for frame in skeleton.around(skeleton.cells[*cell].group) {
                firsts[frame].get_or_insert(at);
            }
        }
        firsts
    };
    order.iter().map(first).collect()
}

/// Pairs of cells that want to stand below each other, those that want it most first.
fn candidates(skeleton: &Skeleton) -> Vec<(usize, usize, u64)> {
    let mut pairs = Vec::new();
    for line in &skeleton.lines {
        for pair in line.cells.windows(2) {
            let is_node = |at: usize| skeleton.cells[at].kind == CellKind::Node;
            let inner = match (is_node(pair[0]), is_node(pair[1])) {
                (false, false) => 1_000,
                (true, true) => 10,
                (true, false) | (false, true) => 5,
            };
            pairs.push((pair[0], pair[1], inner * (line.weight * 2.0) as u64));
        }
    }
    pairs.sort_by_key(|(_, _, weight)| std::cmp::Reverse(*weight));
    pairs
}
