//! Moves things as little as possible from where they want to be so that they keep their distance: the
//! first pass of T. Dwyer, K. Marriott and P. Stuckey's "Fast Node Overlap Removal" (2005).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// `left + gap <= right`
#[derive(Clone, Copy, Debug)]
pub struct Apart {
    pub left: usize,
    pub right: usize,
    pub gap: f64,
}

/// Several variables that keep their distances among each other and move as one.
struct Block {
    members: Vec<usize>,
    weight: f64,
    /// Sum of weight times where the block would have to stand for each member.
    wanted: f64,
    /// What its members must keep from others, the most urgent first.
    aparts: BinaryHeap<Pressing>,
}

/// A distance that a block has to keep, and where the block would have to stand for that.
struct Pressing {
    place: f64,
    apart: Apart,
}

impl PartialEq for Pressing {
    fn eq(&self, other: &Pressing) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Pressing {}

impl PartialOrd for Pressing {
    fn partial_cmp(&self, other: &Pressing) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pressing {
    fn cmp(&self, other: &Pressing) -> Ordering {
        let ends = |it: &Pressing| (it.apart.right, it.apart.left);
        self.place.total_cmp(&other.place).then_with(|| ends(other).cmp(&ends(self)))
    }
}

/// Where everything is at the moment.
struct Row {
    blocks: Vec<Block>,
    block_of: Vec<usize>,
    /// Of each variable from where its block stands.
    offset: Vec<f64>,
}

/// Places near the wanted ones that respect all distances. `order` lists the variables so that each
/// stands behind all that must be left of it, and `lefts` the distances by their right side.
pub fn separate(wanted: &[f64], weights: &[f64], order: &[usize], lefts: &[Vec<Apart>]) -> Vec<f64> {
    let n = wanted.len();
    let alone = |at: usize| Block {
        members: vec![at],
        weight: weights[at],
        wanted: weights[at] * wanted[at],
        aparts: BinaryHeap::new(),
    };
    let mut row =
        Row { blocks: (0..n).map(alone).collect(), block_of: (0..n).collect(), offset: vec![0.0; n] };
    for &at in order {
        let pressing = lefts[at].iter().map(|apart| Pressing { place: row.needs(apart), apart: *apart });
        row.blocks[at].aparts = pressing.collect();
        let mut block = at;
        // Join with whoever stands in the way most, until nobody does.
        while let Some(apart) = row.worst(block) {
            block = row.join(block, &apart);
        }
    }
    (0..n).map(|at| row.place(at)).collect()
}

impl Row {
    fn stands(&self, block: usize) -> f64 {
        self.blocks[block].wanted / self.blocks[block].weight
    }

    fn place(&self, at: usize) -> f64 {
        self.stands(self.block_of[at]) + self.offset[at]
    }

    /// Where the block on the right would have to stand to keep this distance.
    fn needs(&self, apart: &Apart) -> f64 {
        self.place(apart.left) + apart.gap - self.offset[apart.right]
    }

    /// The distance that the block keeps least. What has been looked at already only ever moves to the left, so
    /// that places noted before are too large, if they are not right.
    fn worst(&mut self, block: usize) -> Option<Apart> {
        loop {
            let top = self.blocks[block].aparts.pop()?;
            if self.block_of[top.apart.left] == block {
                continue;
            }
            let place = self.needs(&top.apart);
            if place < top.place {
                self.blocks[block].aparts.push(Pressing { place, ..top });
                continue;
            }
            if place - self.stands(block) > 1e-6 {
                return Some(top.apart);
            }
            self.blocks[block].aparts.push(top);
            return None;
        }
    }

    /// Joins the block with the one on the left of a distance, so that it is just kept. The larger keeps its name.
    fn join(&mut self, right: usize, apart: &Apart) -> usize {
        let left = self.block_of[apart.left];
        let distance = self.offset[apart.left] + apart.gap - self.offset[apart.right];
        let size = |block: usize| self.blocks[block].members.len() + self.blocks[block].aparts.len();
        let (into, from, shift) = match size(left) >= size(right) {
            true => (left, right, distance),
            false => (right, left, -distance),
        };
        let members = std::mem::take(&mut self.blocks[from].members);
        for &member in &members {
            self.block_of[member] = into;
            self.offset[member] += shift;
        }
        let (weight, wanted) = (self.blocks[from].weight, self.blocks[from].wanted);
        let aparts = std::mem::take(&mut self.blocks[from].aparts);
        self.blocks[into].members.extend(members);
        self.blocks[into].weight += weight;
        self.blocks[into].wanted += wanted - weight * shift;
        // A place that was noted for the one is as far from the other as its members are.
        let moved = aparts.into_iter().map(|it| Pressing { place: it.place - shift, ..it });
        self.blocks[into].aparts.extend(moved);
        into
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn those_who_want_the_same_place_stand_around_it() {
        let apart = Apart { left: 0, right: 1, gap: 10.0 };
        let places = separate(&[5.0, 5.0], &[1.0, 1.0], &[0, 1], &[vec![], vec![apart]]);
        assert_eq!(places, [0.0, 10.0]);
    }

    #[test]
    fn who_is_in_nobodys_way_stays() {
        let apart = Apart { left: 0, right: 1, gap: 10.0 };
        let places = separate(&[0.0, 30.0], &[1.0, 1.0], &[0, 1], &[vec![], vec![apart]]);
        assert_eq!(places, [0.0, 30.0]);
    }

    proptest! {
        #[test]
        fn all_distances_are_kept(
            wanted in prop::collection::vec((-50.0..50.0f64, 0.1..9.0f64), 1..24),
            pairs in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0.0..20.0f64), 0..60),
        ) {
            let (wanted, weights): (Vec<f64>, Vec<f64>) = wanted.into_iter().unzip();
            let mut lefts = vec![Vec::new(); wanted.len()];
            for (a, b, gap) in pairs {
                let (a, b) = (a.index(wanted.len()), b.index(wanted.len()));
                if a != b {
                    lefts[a.max(b)].push(Apart { left: a.min(b), right: a.max(b), gap });
                }
            }
            let order: Vec<usize> = (0..wanted.len()).collect();
            let places = separate(&wanted, &weights, &order, &lefts);
            for apart in lefts.iter().flatten() {
                prop_assert!(places[apart.left] + apart.gap <= places[apart.right] + 1e-5);
            }
        }
    }
}
