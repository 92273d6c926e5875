//! In which order services stand, so that circles stand out.

use crate::graph::components;

pub struct Order {
    pub sequence: Vec<usize>,
    /// The first and the last place of each circle.
    pub circles: Vec<(usize, usize)>,
}

/// Who needs stands before whom it needs; those that need each other stand together, in an order in which
/// few of their needs point back. Ties are broken by the order of the text.
pub fn order(n: usize, needs: &[(usize, usize)]) -> Order {
    let circles = components(n, needs);
    let mut block_of: Vec<usize> = (0..n).collect();
    for circle in &circles {
        circle.iter().for_each(|at| block_of[*at] = circle[0]);
    }
    let mut waits_for = vec![std::collections::BTreeSet::new(); n];
    for (from, to) in needs.iter().map(|(from, to)| (block_of[*from], block_of[*to])) {
        if from != to {
            waits_for[to].insert(from);
        }
    }
    let mut open: Vec<usize> = (0..n).filter(|at| block_of[*at] == *at).collect();
    let mut order = Order { sequence: Vec::new(), circles: Vec::new() };
    while !open.is_empty() {
        // Blocks do not need each other in a circle, so that one of them waits for none that is open.
        let free = open.iter().position(|block| waits_for[*block].iter().all(|it| !open.contains(it)));
        let block = open.remove(free.unwrap_or(0));
        let first = order.sequence.len();
        match circles.iter().find(|circle| circle[0] == block) {
            Some(circle) => {
                order.sequence.extend(least_feedback(circle, needs));
                order.circles.push((first, order.sequence.len() - 1));
            }
            None => order.sequence.push(block),
        }
    }
    order
}

/// An order in which few edges point back: sources to the front, sinks to the end, else whoever needs most and is
/// needed least (P. Eades, X. Lin and W. Smyth, 1993); then neighbours are swapped while that helps.
fn least_feedback(circle: &[usize], needs: &[(usize, usize)]) -> Vec<usize> {
    let mut open = circle.to_vec();
    let inner: Vec<(usize, usize)> =
        needs.iter().copied().filter(|(from, to)| circle.contains(from) && circle.contains(to)).collect();
    let (mut front, mut back) = (Vec::new(), Vec::new());
    while !open.is_empty() {
        let out = |at: usize| inner.iter().filter(|(from, to)| *from == at && open.contains(to)).count();
        let into = |at: usize| inner.iter().filter(|(from, to)| *to == at && open.contains(from)).count();
        let chosen = if let Some(sink) = open.iter().position(|at| out(*at) == 0) {
            back.push(open[sink]);
            sink
        } else {
            let surplus = |at: usize| out(at) as isize - into(at) as isize;
            let best = (0..open.len()).rev().max_by_key(|at| (into(open[*at]) == 0, surplus(open[*at])));
            let best = best.unwrap_or(0);
            front.push(open[best]);
            best
        };
        open.remove(chosen);
    }
    front.extend(back.into_iter().rev());
    let count = |from: usize, to: usize| inner.iter().filter(|it| **it == (from, to)).count();
    let mut at = 0;
    while at + 1 < front.len() {
        // Swapping two neighbours turns what lies between them, and nothing else.
        if count(front[at + 1], front[at]) > count(front[at], front[at + 1]) {
            front.swap(at, at + 1);
            at = at.saturating_sub(1);
        } else {
            at += 1;
        }
    }
    front
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn who_needs_stands_first_and_circles_together() {
        let found = order(5, &[(4, 0), (0, 2), (2, 0), (2, 1), (3, 4)]);
        assert_eq!(found.sequence, [3, 4, 0, 2, 1]);
        assert_eq!(found.circles, [(2, 3)]);
    }

    #[test]
    fn in_a_circle_few_needs_point_back() {
        // A circle of four with one way back.
        let found = order(4, &[(2, 0), (0, 3), (3, 1), (1, 2), (2, 3), (2, 1)]);
        assert_eq!(found.sequence, [2, 0, 3, 1]);
        assert_eq!(found.circles, [(0, 3)]);
    }
}
