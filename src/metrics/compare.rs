//! How the numbers of two versions of a system differ, and which dependencies came and went.

use super::{Coupling, Figures, Kind, Metrics, Number, Subject};
use std::collections::{BTreeMap, BTreeSet};

/// One number before and after. A subject that was not there, or is there no more, counts as none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub subject: Subject,
    pub number: Number,
    pub before: usize,
    pub after: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Only numbers that changed, by subject.
    pub changes: Vec<Change>,
    /// Dependencies that came, and that went: by name, and with what of it is new or gone.
    pub came: Vec<Edge>,
    pub went: Vec<Edge>,
}

/// One service needs another, by kind, for one thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub kind: Kind,
    pub what: String,
}

/// Dependencies, one for each thing that is needed.
pub type Edges = BTreeSet<Edge>;

impl Metrics {
    pub fn edges(&self) -> Edges {
        let edges = |coupling: &Coupling| {
            let Coupling { from, to, kind, what, .. } = coupling.clone();
            what.into_iter().map(move |what| Edge { from: from.clone(), to: to.clone(), kind, what })
        };
        self.couplings.iter().flat_map(edges).collect()
    }
}

/// What is different in `after`.
pub fn compare(before: (&Figures, &Edges), after: (&Figures, &Edges)) -> Difference {
    let mut both: BTreeMap<&(Subject, Number), (usize, usize)> = BTreeMap::new();
    before.0.iter().for_each(|(key, value)| both.entry(key).or_default().0 = *value);
    after.0.iter().for_each(|(key, value)| both.entry(key).or_default().1 = *value);
    let changed = both.into_iter().filter(|(_, (before, after))| before != after);
    let change = |((subject, number), (before, after)): (&(Subject, Number), (usize, usize))| Change {
        subject: subject.clone(),
        number: *number,
        before,
        after,
    };
    Difference {
        changes: changed.map(change).collect(),
        came: after.1.difference(before.1).cloned().collect(),
        went: before.1.difference(after.1).cloned().collect(),
    }
}
