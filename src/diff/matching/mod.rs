//! Which service, message, workflow, end, step and place of the old version is which of the new one: by
//! name, and where a name is gone by evidence: the same shape, the same neighbours, a similar name.

mod contracts;
mod flows;
pub mod likeness;
mod pairs;
mod places;

use super::Version;
use crate::explore::Counterparts;
use crate::graph::NodeId;
use crate::model::{EventId, GoalId, Id, LabelId, Name, OperationId, ServiceId, TypeId, WorkflowId};
pub use pairs::Pairs;

/// The two versions side by side.
pub struct Matching {
    pub types: Pairs<TypeId>,
    pub services: Pairs<ServiceId>,
    pub operations: Pairs<OperationId>,
    pub events: Pairs<EventId>,
    pub workflows: Pairs<WorkflowId>,
    pub goals: Pairs<GoalId>,
    pub labels: Pairs<LabelId>,
    /// Steps, waits, joins and timers: where a run can stand.
    pub places: Pairs<NodeId>,
}

impl Matching {
    pub fn new(old: &Version, new: &Version) -> Matching {
        let (a, b) = (old.model, new.model);
        let mut matching = Matching {
            types: Pairs::new(a.types.len(), b.types.len()),
            services: Pairs::new(a.services.len(), b.services.len()),
            operations: Pairs::new(a.operations.len(), b.operations.len()),
            events: Pairs::new(a.events.len(), b.events.len()),
            workflows: Pairs::new(a.workflows.len(), b.workflows.len()),
            goals: Pairs::new(a.goals.len(), b.goals.len()),
            labels: Pairs::new(a.labels.len(), b.labels.len()),
            places: Pairs::new(old.graph.n_nodes(), new.graph.n_nodes()),
        };
        matching.match_contracts(old, new);
        matching.match_flows(old, new);
        matching.match_messages(old, new);
        matching.match_steps(old, new);
        matching.match_places(old, new);
        matching
    }

    /// Where the states of old runs lie in the new version.
    pub fn counterparts(&self) -> Counterparts {
        Counterparts {
            nodes: self.places.all_new_of().to_vec(),
            services: self.services.all_new_of().to_vec(),
            events: self.events.all_new_of().to_vec(),
            workflows: self.workflows.all_new_of().to_vec(),
            goals: self.goals.all_new_of().to_vec(),
        }
    }
}

/// Joins what has the same name; `key` tells what else has to agree.
fn by_name<I: Id, K: std::hash::Hash + Eq>(
    pairs: &mut Pairs<I>,
    old: impl Iterator<Item = (I, Option<K>)>,
    new: impl Iterator<Item = (I, Option<K>)>,
) {
    let mut known: rustc_hash::FxHashMap<K, I> = rustc_hash::FxHashMap::default();
    for (id, key) in new {
        if let Some(key) = key {
            known.entry(key).or_insert(id);
        }
    }
    for (id, key) in old {
        if let Some(other) = key.and_then(|key| known.get(&key).copied())
            && pairs.are_free(id, other)
        {
            pairs.join(id, other);
        }
    }
}

fn text(name: &Name) -> smol_str::SmolStr {
    name.text.clone()
}
