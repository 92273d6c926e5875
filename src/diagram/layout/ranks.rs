//! In which layer each node stands: edges that go round are turned, every edge points along, and nodes
//! are pulled to where their edges are short.

use super::skeleton::Skeleton;

pub fn assign(skeleton: &mut Skeleton) {
    turn_back_edges(skeleton);
    let order = topological(skeleton);
    let n_nodes = skeleton.n_nodes;
    let (into, out) = adjacency(skeleton);
    let mut rank = vec![0usize; n_nodes];
    for &node in &order {
        for &line in &out[node] {
            let line = &skeleton.lines[line];
            rank[line.to] = rank[line.to].max(rank[node] + line.length);
        }
    }
    // Pull each node towards the heavier side of its edges, as far as the others let it.
    for pass in 0..6 {
        let mut moved = false;
        let downwards = pass % 2 == 1;
        let walk: Box<dyn Iterator<Item = &usize>> =
            if downwards { Box::new(order.iter()) } else { Box::new(order.iter().rev()) };
        for &node in walk {
            let weight = |lines: &[usize]| lines.iter().map(|at| skeleton.lines[*at].weight).sum::<f64>();
            let (above, below) = (weight(&into[node]), weight(&out[node]));
            let low =
                into[node].iter().map(|at| rank[skeleton.lines[*at].from] + skeleton.lines[*at].length).max();
            let high = out[node]
                .iter()
                .map(|at| rank[skeleton.lines[*at].to].saturating_sub(skeleton.lines[*at].length))
                .min();
            let wanted = match (low, high) {
                (Some(low), Some(high)) if below > above => high.max(low),
                (Some(low), Some(_)) if above > below => low,
                (Some(low), None) => low,
                (None, Some(high)) => high,
                _ => rank[node],
            };
            moved |= wanted != rank[node];
            rank[node] = wanted;
        }
        if !moved {
            break;
        }
    }
    let first = rank.iter().copied().min().unwrap_or(0);
    for (cell, rank) in skeleton.cells.iter_mut().zip(&rank) {
        cell.rank = rank - first;
    }
    skeleton.n_ranks = skeleton.cells.iter().map(|cell| cell.rank + 1).max().unwrap_or(0);
}

/// The lines into each node, and out of it.
fn adjacency(skeleton: &Skeleton) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let mut into = vec![Vec::new(); skeleton.n_nodes];
    let mut out = vec![Vec::new(); skeleton.n_nodes];
    for (at, line) in skeleton.lines.iter().enumerate() {
        into[line.to].push(at);
        out[line.from].push(at);
    }
    (into, out)
}

/// Turns the edges that lead back to where a walk in the order of the text came from.
fn turn_back_edges(skeleton: &mut Skeleton) {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        Open,
        Done,
    }
    let (into, out) = adjacency(skeleton);
    let mut seen = vec![Seen::No; skeleton.n_nodes];
    let mut back = Vec::new();
    // What nothing leads to begins; the rest lies on circles and begins with the text.
    let sources = (0..skeleton.n_nodes).filter(|node| into[*node].is_empty());
    let all: Vec<usize> = sources.chain(0..skeleton.n_nodes).collect();
    for start in all {
        if seen[start] != Seen::No {
            continue;
        }
        seen[start] = Seen::Open;
        let mut stack = vec![(start, 0)];
        while let Some((node, next)) = stack.last_mut() {
            let Some(&line) = out[*node].get(*next) else {
                seen[*node] = Seen::Done;
                stack.pop();
                continue;
            };
            *next += 1;
            let to = skeleton.lines[line].to;
            match seen[to] {
                Seen::Open => back.push(line),
                Seen::No => {
                    seen[to] = Seen::Open;
                    stack.push((to, 0));
                }
                Seen::Done => {}
            }
        }
    }
    for at in back {
        let line = &mut skeleton.lines[at];
        std::mem::swap(&mut line.from, &mut line.to);
        line.is_turned = true;
        line.is_about_its_start = false;
    }
}

/// The nodes, each behind all that lead to it. Turned as the edges are, there is such an order.
fn topological(skeleton: &Skeleton) -> Vec<usize> {
    let (into, out) = adjacency(skeleton);
    let mut missing: Vec<usize> = into.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..skeleton.n_nodes).filter(|node| missing[*node] == 0).collect();
    let mut at = 0;
    while at < order.len() {
        for &line in &out[order[at]] {
            let to = skeleton.lines[line].to;
            missing[to] -= 1;
            if missing[to] == 0 {
                order.push(to);
            }
        }
        at += 1;
    }
    order
}
