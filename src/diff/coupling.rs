//! The coupling numbers of each service, before and after.

use super::Version;
use super::matching::Matching;
use crate::graph::Removed;
use crate::metrics::{Dependency, Kind, dependencies};
use crate::model::ServiceId;
use std::collections::{BTreeMap, BTreeSet};

/// How many services one needs, and how many need it; by kind: command, query, event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    pub needs: usize,
    pub needed: usize,
    pub needs_by_kind: [usize; 3],
    pub needed_by_kind: [usize; 3],
}

/// One service in both versions; nothing where it is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub service: String,
    pub before: Option<Numbers>,
    pub after: Option<Numbers>,
}

/// Who needs whom in one version.
pub struct Coupling {
    pub dependencies: Vec<Dependency>,
    kinds: BTreeMap<(ServiceId, ServiceId), BTreeSet<Kind>>,
}

impl Coupling {
    pub fn of(version: &Version) -> Coupling {
        let occurring = version.graph.occurring(Removed::default());
        let mut dependencies = dependencies(version.model, version.graph, &occurring);
        // What is only told makes nobody depend on anybody.
        dependencies.retain(|it| it.kind(version.model) != Kind::Notify);
        let mut kinds: BTreeMap<_, BTreeSet<Kind>> = BTreeMap::new();
        for it in &dependencies {
            kinds.entry((it.from, it.to)).or_default().insert(it.kind(version.model));
        }
        Coupling { dependencies, kinds }
    }

    pub fn numbers(&self, service: ServiceId) -> Numbers {
        let mut numbers = Numbers::default();
        for ((from, to), kinds) in &self.kinds {
            let (total, by_kind) = match service {
                it if it == *from => (&mut numbers.needs, &mut numbers.needs_by_kind),
                it if it == *to => (&mut numbers.needed, &mut numbers.needed_by_kind),
                _ => continue,
            };
            *total += 1;
            kinds.iter().for_each(|kind| by_kind[at(*kind)] += usize::from(*kind != Kind::Notify));
        }
        numbers
    }

    pub fn needs(&self, from: ServiceId, to: ServiceId) -> bool {
        self.kinds.contains_key(&(from, to))
    }

    /// Every pair of which one needs the other.
    pub fn pairs(&self) -> impl Iterator<Item = (ServiceId, ServiceId)> {
        self.kinds.keys().copied()
    }
}

fn at(kind: Kind) -> usize {
    match kind {
        Kind::Command => 0,
        Kind::Query => 1,
        Kind::Event | Kind::Notify => 2,
    }
}

/// The services whose numbers are not what they were, by name.
pub fn rows(old: (&Version, &Coupling), new: (&Version, &Coupling), matching: &Matching) -> Vec<Row> {
    let gone = matching.services.gone().map(|id| (Some(id), None));
    let there = new.0.model.services.ids().map(|id| (matching.services.old_of(id), Some(id)));
    let row = |(was, is): (Option<ServiceId>, Option<ServiceId>)| {
        let name = match (was, is) {
            (_, Some(id)) => new.0.model.service_name(id),
            (Some(id), None) => old.0.model.service_name(id),
            (None, None) => "",
        };
        Row {
            service: name.to_string(),
            before: was.map(|id| old.1.numbers(id)),
            after: is.map(|id| new.1.numbers(id)),
        }
    };
    let mut rows: Vec<Row> = gone.chain(there).map(row).filter(|row| row.before != row.after).collect();
    rows.sort_by(|a, b| a.service.cmp(&b.service));
    rows
}
