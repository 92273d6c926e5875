//! A workflow in both versions, with all of its runs.

use super::critical::Path;
use super::{Two, Version};
use crate::explore::{CarriedOver, Extent, Fate, Following, Limits, Timers, Whole, carry_over};
use crate::graph::{EdgeKind, NodeId, NodeKind};
use crate::model::{EventId, Id, LabelId, ServiceId, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};

pub struct Pair<'t> {
    pub old: WorkflowId,
    pub new: WorkflowId,
    pub before: Whole<'t>,
    pub after: Whole<'t>,
    pub order_before: Following,
    pub order_after: Following,
    pub carried: CarriedOver,
    pub paths: (Option<Path>, Option<Path>),
}

/// What becomes of runs that are under way, as counts of the states that they can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flight {
    pub states: usize,
    pub no_place: usize,
    pub no_way: usize,
    pub extent: Extent,
}

impl<'t> Pair<'t> {
    pub fn new(
        two: &Two<'t>,
        old: WorkflowId,
        new: WorkflowId,
        paths: (Option<Path>, Option<Path>),
    ) -> Pair<'t> {
        // A state that only a limit leads to is a state as well.
        let limits = Limits { timers: Timers::Hasty, max_states: two.budget.max_states.max(1) };
        let before = Whole::explore(two.old.model, two.old.graph, old, limits);
        let after = Whole::explore(two.new.model, two.new.graph, new, limits);
        let there = (two.new.model, two.new.graph, new);
        let carried = carry_over(&before, there, &two.counterparts, limits);
        Pair {
            old,
            new,
            order_before: before.following(),
            order_after: after.following(),
            before,
            after,
            carried,
            paths,
        }
    }

    /// Whether every state and every order of both versions was seen.
    pub fn is_whole(&self) -> bool {
        self.before.extent() == Extent::Every && self.after.extent() == Extent::Every
    }

    /// What a step or an event of the new version was in the old one.
    pub fn was(&self, two: &Two, node: NodeId) -> Option<NodeId> {
        if let NodeKind::Message { event } = &two.new.graph.node(node).kind {
            return two.matching.events.old_of(*event).map(|event| two.old.graph.message(event));
        }
        let label = two.matching.labels.old_of(step(two.new, node)?)?;
        two.steps.get(&label).copied()
    }

    /// The steps that both versions do, each as it was and as it is, in the order of the new text; also those
    /// of other workflows whose events it takes.
    pub fn kept_steps(&self, two: &Two) -> Vec<(NodeId, NodeId)> {
        let done = self.order_before.happenings();
        let mut kept: Vec<(NodeId, NodeId)> = self
            .order_after
            .happenings()
            .iter()
            .filter(|node| step(two.new, **node).is_some())
            .filter_map(|node| Some((self.was(two, *node)?, *node)))
            .filter(|(was, _)| done.contains(was))
            .collect();
        kept.sort_by_key(|(_, is)| {
            let span = two.new.graph.node(*is).span;
            (span.file, span.start, *is)
        });
        kept
    }

    /// The steps and events of the new version that did not happen in the old one.
    pub fn inserted(&self, two: &Two) -> Vec<NodeId> {
        let done = self.order_before.happenings();
        let is_new = |node: &NodeId| self.was(two, *node).is_none_or(|was| !done.contains(&was));
        let mut inserted: Vec<NodeId> =
            self.order_after.happenings().iter().copied().filter(is_new).collect();
        inserted.sort();
        inserted
    }

    pub fn flight(&self) -> Flight {
        let count = |fate| {
            let stranded = self.carried.stranded.iter().filter(|it| it.fate == fate);
            stranded.map(|it| it.n_states).sum()
        };
        Flight {
            states: self.carried.n_in_flight,
            no_place: count(Fate::NoPlace),
            no_way: count(Fate::NoWay),
            extent: self.carried.extent,
        }
    }
}

pub(super) fn step(version: &Version, node: NodeId) -> Option<LabelId> {
    match &version.graph.node(node).kind {
        NodeKind::Act(act) => Some(act.label),
        NodeKind::Run(run) => Some(run.label),
        _ => None,
    }
}

/// The workflows of both versions that read differently, or that rest on something that does.
pub(super) fn changed(two: &Two) -> Vec<(WorkflowId, WorkflowId)> {
    let types = |version: &Version| -> BTreeSet<String> {
        version.model.types.values().map(|ty| version.words(ty.span)).collect()
    };
    let is_all = types(two.old) != types(two.new);
    let services: BTreeSet<ServiceId> = two
        .new
        .model
        .services
        .iter()
        .filter(|(id, service)| {
            let was = two.matching.services.old_of(*id);
            was.is_none_or(|was| {
                two.old.words(two.old.model.services[was].span) != two.new.words(service.span)
            })
        })
        .map(|(id, _)| id)
        .collect();
    let pairs: Vec<(WorkflowId, WorkflowId)> = two.matching.workflows.pairs().collect();
    let mut dirty = vec![true; two.new.model.workflows.len()];
    for (one, other) in &pairs {
        let own = two.old.words(two.old.model.workflows[*one].span)
            != two.new.words(two.new.model.workflows[*other].span);
        let used = used_services(two.new, *other);
        dirty[other.index()] = is_all || own || used.iter().any(|service| services.contains(service));
    }
    spread(two, &mut dirty);
    pairs.into_iter().filter(|(_, other)| dirty[other.index()]).collect()
}

fn used_services(version: &Version, workflow: WorkflowId) -> BTreeSet<ServiceId> {
    let model = version.model;
    let mut used = BTreeSet::new();
    for (_, node) in version.graph.nodes_of(workflow) {
        used.extend(node.side);
        let mut event = |id: EventId| {
            used.insert(model.events[id].service);
        };
        match &node.kind {
            NodeKind::Publish { event: id } => event(*id),
            NodeKind::Receive { trigger, .. }
            | NodeKind::Start { trigger: Some(trigger) }
            | NodeKind::Goal { trigger: Some(trigger), .. } => {
                trigger.terms.iter().for_each(|(id, _)| event(*id));
            }
            NodeKind::Act(act) => drop(used.insert(act.service)),
            NodeKind::Notify { service: Some(service), .. } => drop(used.insert(*service)),
            _ => {}
        }
    }
    used
}

/// Who runs a workflow that changed, or takes its events, has changed as well.
fn spread(two: &Two, dirty: &mut [bool]) {
    let graph = two.new.graph;
    let mut users: BTreeMap<WorkflowId, BTreeSet<WorkflowId>> = BTreeMap::new();
    for (_, node) in graph.nodes() {
        if let (NodeKind::Run(run), Some(user)) = (&node.kind, node.workflow) {
            users.entry(run.workflow).or_default().insert(user);
        }
    }
    for edge in graph.edges().filter(|edge| edge.edge.kind == EdgeKind::Message) {
        let Some(taker) = graph.node(edge.to).workflow else { continue };
        for source in graph.in_edges(edge.from).filter_map(|edge| graph.node(edge.from).workflow) {
            users.entry(source).or_default().insert(taker);
        }
    }
    let mut open: Vec<WorkflowId> = two.new.model.workflows.ids().filter(|id| dirty[id.index()]).collect();
    while let Some(at) = open.pop() {
        for user in users.get(&at).into_iter().flatten() {
            if !std::mem::replace(&mut dirty[user.index()], true) {
                open.push(*user);
            }
        }
    }
}
