//! Where a run can stand: steps, waits, joins, timers. Steps by their names; the others by what they wait
//! for, and by the steps around them.

use super::pairs::Candidate;
use super::{Matching, likeness};
use crate::diff::Version;
use crate::graph::{NodeId, NodeKind, ReceiveKind, Timer};
use crate::model::{EventId, Id, ServiceId};
use std::collections::{BTreeMap, BTreeSet};

/// How much two places have to agree.
const ENOUGH: u32 = 25;

/// What has to be the same of two places.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Receive(u8),
    Race,
    Join,
    Pause,
    Limit,
    Reminder,
    Watch,
    RunLimit,
    FallOff,
}

impl Matching {
    pub(super) fn match_places(&mut self, old: &Version, new: &Version) {
        self.match_labelled(old, new);
        let joined = Joined {
            old: joins(old, |label| self.new_name(old, new, label)),
            new: joins(new, |label| new.model.labels[label].name.text.to_string()),
        };
        for (one, other) in self.workflows.pairs().collect::<Vec<_>>() {
            let mut there: BTreeMap<(Sort, Option<ServiceId>), Vec<NodeId>> = BTreeMap::new();
            for (id, node) in new.graph.nodes_of(other) {
                if let Some(sort) = sort(&node.kind) {
                    there.entry((sort, node.side)).or_default().push(id);
                }
            }
            let mut candidates = Vec::new();
            for (id, node) in old.graph.nodes_of(one) {
                let Some(sort) = sort(&node.kind) else { continue };
                let side = node.side.map(|side| self.services.new_of(side));
                if side == Some(None) {
                    continue;
                }
                for place in there.get(&(sort, side.flatten())).into_iter().flatten() {
                    let score = self.agreement((old, id), (new, *place), sort, &joined);
                    if score >= ENOUGH && depth(old, id) == depth(new, *place) {
                        let names = Default::default();
                        candidates.push(Candidate { score, names, old: id, new: *place });
                    }
                }
            }
            self.places.settle(candidates);
        }
    }

    /// A step is the same place where the same side does it, equally deep in loops at once.
    fn match_labelled(&mut self, old: &Version, new: &Version) {
        let mut there = BTreeMap::new();
        for (id, node) in new.graph.nodes() {
            match &node.kind {
                NodeKind::Act(act) => drop(there.insert((act.label, false), id)),
                NodeKind::Run(run) => drop(there.insert((run.label, true), id)),
                _ => {}
            }
        }
        for (id, node) in old.graph.nodes() {
            let (label, is_run) = match &node.kind {
                NodeKind::Act(act) => (act.label, false),
                NodeKind::Run(run) => (run.label, true),
                _ => continue,
            };
            let place = self.labels.new_of(label).and_then(|label| there.get(&(label, is_run)));
            let Some(place) = place.copied() else { continue };
            let side = node.side.and_then(|side| self.services.new_of(side));
            if side == new.graph.node(place).side && depth(old, id) == depth(new, place) {
                self.places.join(id, place);
            }
        }
    }

    fn agreement(
        &self,
        (old, one): (&Version, NodeId),
        (new, other): (&Version, NodeId),
        sort: Sort,
        joined: &Joined,
    ) -> u32 {
        let around = likeness::of_sets(&neighbours(old, one), &neighbours(new, other));
        match sort {
            Sort::Receive(_) | Sort::Race | Sort::Watch => {
                let before: BTreeSet<Option<EventId>> =
                    awaited(old, one).into_iter().map(|event| self.events.new_of(event)).collect();
                let after: BTreeSet<Option<EventId>> = awaited(new, other).into_iter().map(Some).collect();
                let shared = likeness::of_sets(&before, &after);
                if shared == 0 { 0 } else { (70 * shared + 30 * around) / 100 }
            }
            Sort::Join => {
                let none = BTreeSet::new();
                let inside = joined.old.get(&one).unwrap_or(&none);
                let there = joined.new.get(&other).unwrap_or(&none);
                let shared = likeness::of_sets(inside, there);
                if inside.is_empty() && there.is_empty() { around } else { (70 * shared + 30 * around) / 100 }
            }
            Sort::Pause | Sort::Limit | Sort::Reminder => around,
            Sort::RunLimit | Sort::FallOff => 100,
        }
    }

    /// What a step of the old version is called in the new one.
    fn new_name(&self, old: &Version, new: &Version, label: crate::model::LabelId) -> String {
        match self.labels.new_of(label) {
            Some(label) => new.model.labels[label].name.text.to_string(),
            None => format!("old {}", old.model.labels[label].name.text),
        }
    }
}

/// The steps in the region of each join, by name.
struct Joined {
    old: BTreeMap<NodeId, BTreeSet<String>>,
    new: BTreeMap<NodeId, BTreeSet<String>>,
}

fn joins(
    version: &Version,
    name: impl Fn(crate::model::LabelId) -> String,
) -> BTreeMap<NodeId, BTreeSet<String>> {
    let joins = version.graph.nodes().filter(|(_, node)| matches!(node.kind, NodeKind::Join { .. }));
    joins.map(|(id, _)| (id, inside(version, id).into_iter().map(&name).collect())).collect()
}

fn sort(kind: &NodeKind) -> Option<Sort> {
    Some(match kind {
        NodeKind::Receive { kind, .. } => Sort::Receive(match kind {
            ReceiveKind::Reaction => 0,
            ReceiveKind::Wait => 1,
            ReceiveKind::Alternative => 2,
            ReceiveKind::Interrupt => 3,
            ReceiveKind::Late => 4,
        }),
        NodeKind::Race => Sort::Race,
        NodeKind::Join { .. } => Sort::Join,
        NodeKind::Timer(Timer::Pause) => Sort::Pause,
        NodeKind::Timer(Timer::Limit) => Sort::Limit,
        NodeKind::Timer(Timer::Reminder) => Sort::Reminder,
        NodeKind::Timer(Timer::Watch { .. }) => Sort::Watch,
        NodeKind::Timer(Timer::RunLimit) => Sort::RunLimit,
        NodeKind::FallOff => Sort::FallOff,
        _ => return None,
    })
}

fn depth(version: &Version, node: NodeId) -> u32 {
    version.graph.region(version.graph.node(node).region).each_depth
}

/// The events that a place waits for.
fn awaited(version: &Version, node: NodeId) -> Vec<EventId> {
    match &version.graph.node(node).kind {
        NodeKind::Receive { trigger, .. } => trigger.terms.iter().map(|(event, _)| *event).collect(),
        NodeKind::Timer(Timer::Watch { armed_by, expected }) => {
            expected.terms.iter().map(|(event, _)| *event).chain([*armed_by]).collect()
        }
        NodeKind::Race => {
            let ways = version.graph.out_edges(node);
            ways.flat_map(|way| match &version.graph.node(way.to).kind {
                NodeKind::Receive { trigger, .. } => trigger.terms.iter().map(|(event, _)| *event).collect(),
                _ => Vec::new(),
            })
            .collect()
        }
        _ => Vec::new(),
    }
}

/// The steps in the region of a join.
fn inside(version: &Version, join: NodeId) -> Vec<crate::model::LabelId> {
    let graph = version.graph;
    let region = graph.node(join).region;
    let Some(workflow) = graph.node(join).workflow else { return Vec::new() };
    let nodes = graph.nodes_of(workflow).filter(|(_, node)| graph.is_within(node.region, region));
    let labels = nodes.filter_map(|(_, node)| match &node.kind {
        NodeKind::Act(act) => Some(act.label),
        NodeKind::Run(run) => Some(run.label),
        _ => None,
    });
    labels.collect()
}

/// The nearest things with a name on the lines to a node and from it.
pub(super) fn neighbours(version: &Version, node: NodeId) -> BTreeSet<String> {
    let before = named_before(version, node).into_iter().map(|name| format!("< {name}"));
    let behind = named_behind(version, node).into_iter().map(|name| format!("> {name}"));
    before.chain(behind).collect()
}

pub(super) fn named_before(version: &Version, node: NodeId) -> BTreeSet<String> {
    nearest(version, node, |at| {
        version
            .graph
            .in_edges(at)
            .filter(|edge| edge.edge.kind.is_on_the_line())
            .map(|edge| edge.from)
            .collect()
    })
}

pub(super) fn named_behind(version: &Version, node: NodeId) -> BTreeSet<String> {
    nearest(version, node, |at| {
        version
            .graph
            .out_edges(at)
            .filter(|edge| edge.edge.kind.is_on_the_line())
            .map(|edge| edge.to)
            .collect()
    })
}

fn nearest(version: &Version, node: NodeId, next: impl Fn(NodeId) -> Vec<NodeId>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::from([node.index()]);
    let mut open = next(node);
    while let Some(at) = open.pop() {
        if !seen.insert(at.index()) {
            continue;
        }
        match version.name(at) {
            // A workflow begins whatever it is called.
            Some(_) if matches!(version.graph.node(at).kind, NodeKind::Start { .. }) => {
                found.insert("the start".to_string());
            }
            Some(name) => drop(found.insert(name)),
            None => open.extend(next(at)),
        }
    }
    found
}
