//! Moves things as little as possible from where they want to be so that they keep their distance: the
//! first pass of T. Dwyer, K. Marriott and P. Stuckey's "Fast Node Overlap Removal" (2005).

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
}

impl Block {
    fn place(&self) -> f64 {
        self.wanted / self.weight
    }
}

/// Places near the wanted ones that respect all distances. `order` lists the variables so that each
/// stands behind all that must be left of it, and `lefts` the distances by their right side.
pub fn separate(wanted: &[f64], weights: &[f64], order: &[usize], lefts: &[Vec<Apart>]) -> Vec<f64> {
    let n = wanted.len();
    let mut blocks: Vec<Block> = (0..n)
        .map(|at| Block { members: vec![at], weight: weights[at], wanted: weights[at] * wanted[at] })
        .collect();
    let mut block_of: Vec<usize> = (0..n).collect();
    let mut offset = vec![0.0; n];
    for &at in order {
        let mut block = block_of[at];
        // Join with whoever stands in the way most, until nobody does.
        loop {
            let place = blocks[block].place();
            let mut worst: Option<(f64, Apart)> = None;
            for &member in &blocks[block].members {
                for apart in &lefts[member] {
                    let left = block_of[apart.left];
                    if left == block {
                        continue;
                    }
                    let violation =
                        blocks[left].place() + offset[apart.left] + apart.gap - (place + offset[member]);
                    if violation > 1e-6 && worst.is_none_or(|(most, _)| violation > most) {
                        worst = Some((violation, *apart));
                    }
                }
            }
            let Some((_, apart)) = worst else { break };
            let left = block_of[apart.left];
            let distance = offset[apart.left] + apart.gap - offset[apart.right];
            block = join(&mut blocks, &mut block_of, &mut offset, left, block, distance);
        }
    }
    (0..n).map(|at| blocks[block_of[at]].place() + offset[at]).collect()
}

/// Joins two blocks, the right one `distance` further to the right; the larger keeps its name.
fn join(
    blocks: &mut [Block],
    block_of: &mut [usize],
    offset: &mut [f64],
    left: usize,
    right: usize,
    distance: f64,
) -> usize {
    let (into, from, shift) = match blocks[left].members.len() >= blocks[right].members.len() {
        true => (left, right, distance),
        false => (right, left, -distance),
    };
    let members = std::mem::take(&mut blocks[from].members);
    for &member in &members {
        block_of[member] = into;
        offset[member] += shift;
    }
    let (weight, wanted) = (blocks[from].weight, blocks[from].wanted);
    blocks[into].members.extend(members);
    blocks[into].weight += weight;
    blocks[into].wanted += wanted - weight * shift;
    into
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
