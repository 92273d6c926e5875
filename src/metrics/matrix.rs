//! The services in an order in which circles stand out: as a design structure matrix is drawn, those that
//! are needed before those that need them, so that everything on the wrong side of the diagonal is a
//! circle or a pair that needs each other.

use super::{Coupling, Kind, Metrics};
use crate::graph::components;
use std::collections::{BTreeMap, BTreeSet};

/// Services by services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// In the order of rows and of columns.
    pub services: Vec<String>,
    /// The services that need each other, as positions in that order: first and last.
    pub circles: Vec<(usize, usize)>,
    /// By row and column, the needing one first: what the one needs of the other.
    pub cells: BTreeMap<(usize, usize), Cell>,
}

/// What one service needs of another, by kind: how many different things.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub by_kind: BTreeMap<Kind, usize>,
}

impl Matrix {
    /// Of the services that depend on somebody or on whom somebody depends, and of all others last.
    pub fn new(metrics: &Metrics) -> Matrix {
        let names: Vec<&str> = metrics.services.iter().map(|service| service.name.as_str()).collect();
        Matrix::of(&names, &metrics.couplings)
    }

    fn of(names: &[&str], couplings: &[Coupling]) -> Matrix {
        let at: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let place = |name: &str| at.get(name).copied();
        let pairs: BTreeSet<(usize, usize)> = couplings
            .iter()
            .filter(|coupling| coupling.kind != Kind::Notify)
            .filter_map(|coupling| Some((place(&coupling.from)?, place(&coupling.to)?)))
            .collect();
        let (order, circles) = ordered(names, &pairs);
        let mut position = vec![0; names.len()];
        for (place, at) in order.iter().enumerate() {
            position[*at] = place;
        }
        let mut cells: BTreeMap<(usize, usize), Cell> = BTreeMap::new();
        for coupling in couplings {
            let (Some(from), Some(to)) = (place(&coupling.from), place(&coupling.to)) else { continue };
            let cell = cells.entry((position[from], position[to])).or_default();
            *cell.by_kind.entry(coupling.kind).or_default() += coupling.what.len();
        }
        let services = order.iter().map(|at| names[*at].to_string()).collect();
        Matrix { services, circles, cells }
    }
}

/// A group of services that need each other, or one alone.
fn groups(n: usize, pairs: &BTreeSet<(usize, usize)>) -> Vec<Vec<usize>> {
    let edges: Vec<(usize, usize)> = pairs.iter().copied().collect();
    let mut groups = components(n, &edges);
    let in_circles: BTreeSet<usize> = groups.iter().flatten().copied().collect();
    groups.extend((0..n).filter(|at| !in_circles.contains(at)).map(|at| vec![at]));
    groups
}

/// Positions of names, needed ones first and circles together, and where the circles stand.
fn ordered(names: &[&str], pairs: &BTreeSet<(usize, usize)>) -> (Vec<usize>, Vec<(usize, usize)>) {
    let groups = groups(names.len(), pairs);
    let mut group_of = vec![0; names.len()];
    for (group, members) in groups.iter().enumerate() {
        members.iter().for_each(|at| group_of[*at] = group);
    }
    let mut needs: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); groups.len()];
    let mut is_coupled = vec![false; groups.len()];
    for (from, to) in pairs {
        let (from, to) = (group_of[*from], group_of[*to]);
        is_coupled[from] = true;
        is_coupled[to] = true;
        if from != to {
            needs[from].insert(to);
        }
    }
    let name_of = |group: usize| groups[group].iter().map(|at| names[*at]).min().unwrap_or_default();
    let key = |group: usize| (!is_coupled[group], name_of(group), group);
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); groups.len()];
    for (group, needs) in needs.iter().enumerate() {
        needs.iter().for_each(|to| needed_by[*to].push(group));
    }
    let mut n_missing: Vec<usize> = needs.iter().map(BTreeSet::len).collect();
    let mut free: BTreeSet<_> = (0..groups.len()).filter(|at| n_missing[*at] == 0).map(key).collect();
    let (mut order, mut circles) = (Vec::new(), Vec::new());
    // Between groups there are no circles, so that each becomes free.
    while let Some((.., group)) = free.pop_first() {
        let mut members = groups[group].clone();
        members.sort_by_key(|at| names[*at]);
        if members.len() > 1 {
            circles.push((order.len(), order.len() + members.len() - 1));
        }
        order.extend(members);
        for above in &needed_by[group] {
            n_missing[*above] -= 1;
            if n_missing[*above] == 0 {
                free.insert(key(*above));
            }
        }
    }
    (order, circles)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coupling(from: &str, to: &str, kind: Kind) -> Coupling {
        let what = vec![format!("{from} {to}")];
        Coupling { from: from.to_string(), to: to.to_string(), kind, what, places: Vec::new() }
    }

    #[test]
    fn needed_ones_come_first_and_circles_stand_together() {
        let needs = [("A", "C"), ("C", "B"), ("B", "D"), ("D", "C")];
        let mut couplings: Vec<Coupling> =
            needs.iter().map(|(from, to)| coupling(from, to, Kind::Command)).collect();
        couplings.push(coupling("E", "A", Kind::Notify));
        let matrix = Matrix::of(&["A", "B", "C", "D", "E"], &couplings);
        assert_eq!(matrix.services, ["B", "C", "D", "A", "E"]);
        assert_eq!(matrix.circles, [(0, 2)]);
        // Everything outside of a circle lies below the diagonal.
        for ((row, column), cell) in &matrix.cells {
            let is_told = cell.by_kind.keys().all(|kind| *kind == Kind::Notify);
            assert!(is_told || row > column || (*row <= 2 && *column <= 2), "{row} {column}");
        }
    }
}
