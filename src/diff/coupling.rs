//! The coupling numbers of each service, before and after.

use super::Version;
use super::matching::Matching;
use crate::graph::Removed;
use crate::metrics::{Degree, Dependency, Kind, Number, dependencies, measure};
use crate::model::ServiceId;
use std::collections::{BTreeMap, BTreeSet};

/// What couples one service with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Whom it needs, and who needs it.
    pub efferent: Degree,
    pub afferent: Degree,
    /// Whom it calls and waits for, and how many of these calls stand in one request at most.
    pub temporal: usize,
    pub chain: usize,
    /// Fields that it reads of others.
    pub contract: usize,
    /// What it decides for others, or they for it.
    pub control: usize,
    pub bidirectional: usize,
}

impl Numbers {
    /// Every number by its name, as `wfc.yaml` and tables call it.
    pub fn named(&self) -> [(Number, usize); 7] {
        [
            (Number::Efferent, self.efferent.all),
            (Number::Afferent, self.afferent.all),
            (Number::Temporal, self.temporal),
            (Number::Chain, self.chain),
            (Number::Contract, self.contract),
            (Number::Control, self.control),
            (Number::Bidirectional, self.bidirectional),
        ]
    }
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
    pairs: BTreeSet<(ServiceId, ServiceId)>,
    numbers: BTreeMap<ServiceId, Numbers>,
}

impl Coupling {
    pub fn of(version: &Version) -> Coupling {
        let occurring = version.graph.occurring(Removed::default());
        let mut dependencies = dependencies(version.model, version.graph, &occurring);
        // What is only told makes nobody depend on anybody.
        dependencies.retain(|it| it.kind(version.model) != Kind::Notify);
        let pairs = dependencies.iter().map(|it| (it.from, it.to)).collect();
        let measured = measure(version.model, version.graph);
        let numbers = measured.services.iter().map(|service| {
            let numbers = Numbers {
                efferent: service.efferent,
                afferent: service.afferent,
                temporal: service.temporal.services,
                chain: service.temporal.chain.len(),
                contract: service.contract,
                control: service.control,
                bidirectional: service.bidirectional,
            };
            (service.id, numbers)
        });
        Coupling { dependencies, pairs, numbers: numbers.collect() }
    }

    pub fn numbers(&self, service: ServiceId) -> Option<Numbers> {
        self.numbers.get(&service).copied()
    }

    /// How many others a service needs.
    pub fn n_needed_by(&self, service: ServiceId) -> usize {
        self.numbers(service).map_or(0, |numbers| numbers.efferent.all)
    }

    pub fn needs(&self, from: ServiceId, to: ServiceId) -> bool {
        self.pairs.contains(&(from, to))
    }

    /// Every pair of which one needs the other.
    pub fn pairs(&self) -> impl Iterator<Item = (ServiceId, ServiceId)> {
        self.pairs.iter().copied()
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
            before: was.and_then(|id| old.1.numbers(id)),
            after: is.and_then(|id| new.1.numbers(id)),
        }
    };
    let mut rows: Vec<Row> = gone.chain(there).map(row).filter(|row| row.before != row.after).collect();
    rows.sort_by(|a, b| a.service.cmp(&b.service));
    rows
}
