//! The critical path of a workflow: the longest way to a success on which each thing waits for the one
//! before it.

use super::Version;
use crate::graph::{EdgeKind, NodeId, NodeKind, Occurrence, ReceiveKind, Removed, Timer, Trigger};
use crate::model::{EventId, GoalKind, HowMany, Id, WorkflowId};
use std::collections::BTreeMap;

/// How long a way is: in steps, and in milliseconds of declared latency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Length {
    pub steps: u32,
    pub latency: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    pub length: Length,
    /// The steps and events on it, in order; none of a workflow that is run inside.
    pub nodes: Vec<NodeId>,
}

/// What has been worked out of a version.
pub struct Paths<'v> {
    version: &'v Version<'v>,
    occurring: Occurrence,
    known: BTreeMap<WorkflowId, Option<Path>>,
}

impl<'v> Paths<'v> {
    pub fn new(version: &'v Version<'v>) -> Paths<'v> {
        let occurring = version.graph.occurring(Removed { troubles: true, ..Removed::default() });
        Paths { version, occurring, known: BTreeMap::new() }
    }

    /// The critical path of a workflow; nothing where no success can be reached.
    pub fn of(&mut self, workflow: WorkflowId) -> Option<Path> {
        if let Some(path) = self.known.get(&workflow) {
            return path.clone();
        }
        // A workflow that runs itself adds nothing to its own length.
        self.known.insert(workflow, None);
        let graph = self.version.graph;
        for (_, node) in graph.nodes_of(workflow) {
            if let NodeKind::Run(run) = &node.kind {
                self.of(run.workflow);
            }
        }
        let path = self.longest(workflow);
        self.known.insert(workflow, path.clone());
        path
    }

    fn longest(&self, workflow: WorkflowId) -> Option<Path> {
        let order = self.order(workflow);
        let mut reached: BTreeMap<NodeId, (Length, Option<NodeId>)> = BTreeMap::new();
        for node in order {
            if let Some((before, from)) = self.waits_for(node, &reached) {
                let own = self.own(node, workflow);
                let length =
                    Length { steps: before.steps + own.steps, latency: before.latency + own.latency };
                reached.insert(node, (length, from));
            }
        }
        let goals = &self.version.model.workflows[workflow].goals;
        let successes =
            goals.iter().filter(|goal| self.version.model.goals[**goal].kind == GoalKind::Success);
        let ends = successes.map(|goal| self.version.graph.goal(*goal));
        // The first of several that are equally long.
        let mut last: Option<(NodeId, Length)> = None;
        for (end, length) in ends.filter_map(|end| reached.get(&end).map(|it| (end, it.0))) {
            if last.is_none_or(|(_, longest)| length > longest) {
                last = Some((end, length));
            }
        }
        let (end, length) = last?;
        let mut nodes = Vec::new();
        let mut at = Some(end);
        while let Some(node) = at {
            if self.own(node, workflow) != Length::default() {
                nodes.push(node);
            }
            at = reached.get(&node).and_then(|it| it.1);
        }
        nodes.reverse();
        Some(Path { length, nodes })
    }

    /// The workflow's nodes and its messages while nothing goes wrong, causes first. Ways back are left out:
    /// each loop counts once.
    fn order(&self, workflow: WorkflowId) -> Vec<NodeId> {
        let graph = self.version.graph;
        let mut state = vec![0u8; graph.n_nodes()];
        let mut order = Vec::new();
        let starts: Vec<NodeId> = graph.nodes_of(workflow).map(|(id, _)| id).collect();
        for start in starts.into_iter().filter(|id| self.occurring.contains(*id)) {
            let mut open = vec![(start, false)];
            while let Some((node, is_done)) = open.pop() {
                if is_done {
                    state[node.index()] = 2;
                    order.push(node);
                    continue;
                }
                if state[node.index()] != 0 {
                    continue;
                }
                state[node.index()] = 1;
                open.push((node, true));
                let before: Vec<NodeId> = self.causes(node).map(|(from, _)| from).collect();
                let is_own = |it: &NodeId| graph.node(*it).workflow.is_none_or(|id| id == workflow);
                let before = before.into_iter().rev().filter(|it| is_own(it) && state[it.index()] == 0);
                open.extend(before.map(|it| (it, false)));
            }
        }
        order
    }

    fn causes(&self, node: NodeId) -> impl Iterator<Item = (NodeId, &EdgeKind)> {
        let edges = self.version.graph.in_edges(node).filter(|edge| {
            edge.edge.kind.is_flow() && !edge.edge.kind.is_trouble() && self.occurring.contains(edge.from)
        });
        edges.map(|edge| (edge.from, &edge.edge.kind))
    }

    /// When a node's turn comes, and behind what; nothing while its causes are not known.
    fn waits_for(
        &self,
        node: NodeId,
        reached: &BTreeMap<NodeId, (Length, Option<NodeId>)>,
    ) -> Option<(Length, Option<NodeId>)> {
        let graph = self.version.graph;
        let on_line: Vec<NodeId> =
            self.causes(node).filter(|(_, kind)| **kind != EdgeKind::Message).map(|(from, _)| from).collect();
        let line = longest_of(on_line.iter().filter_map(|from| reached.get(from).map(|it| (it.0, *from))));
        let of_trigger = |trigger: &Trigger| {
            let mut terms: Vec<(Length, NodeId)> = Vec::new();
            for (event, _) in &trigger.terms {
                let message = graph.message(*event);
                if let Some((length, _)) = reached.get(&message) {
                    terms.push((*length, message));
                }
            }
            terms.sort();
            match trigger.how {
                HowMany::All => terms.last().copied(),
                HowMany::Any => terms.first().copied(),
                HowMany::Some(n) => terms.get((n as usize).clamp(1, terms.len().max(1)) - 1).copied(),
            }
        };
        let told = |it: Option<(Length, NodeId)>| it.map(|(length, from)| (length, Some(from)));
        match &graph.node(node).kind {
            // A run begins when its events are there, whatever came before them.
            NodeKind::Start { .. } => Some((Length::default(), None)),
            NodeKind::Goal { trigger: Some(trigger), .. } => told(of_trigger(trigger)),
            // What others bring about counts where it is waited for.
            NodeKind::Message { .. } if line.is_none() => Some((Length::default(), None)),
            NodeKind::Receive { kind: ReceiveKind::Reaction | ReceiveKind::Late, trigger } => {
                told(of_trigger(trigger))
            }
            NodeKind::Receive { trigger, .. } => {
                let line = line?;
                told(of_trigger(trigger).into_iter().chain([line]).max_by_key(|it| it.0))
            }
            NodeKind::Join { needs: Some(needs), .. } => {
                let mut branches: BTreeMap<Option<u32>, (Length, NodeId)> = BTreeMap::new();
                for edge in graph.in_edges(node) {
                    if let Some((length, _)) = reached.get(&edge.from)
                        && !edge.edge.kind.is_trouble()
                    {
                        let branch = branches.entry(edge.edge.branch).or_insert((*length, edge.from));
                        *branch = (*branch).max((*length, edge.from));
                    }
                }
                let mut lengths: Vec<(Length, NodeId)> = branches.into_values().collect();
                lengths.sort();
                let wanted = (*needs as usize).clamp(1, lengths.len().max(1)) - 1;
                told(lengths.get(wanted).copied())
            }
            _ => told(line),
        }
    }

    /// What a node itself adds: a step that somebody does, time that passes, or an event that somebody
    /// brings about before it comes.
    fn own(&self, node: NodeId, workflow: WorkflowId) -> Length {
        let (model, graph) = (self.version.model, self.version.graph);
        let one = |latency| Length { steps: 1, latency };
        match &graph.node(node).kind {
            NodeKind::Act(act) => {
                let own = &model.operations[act.operation].annotations;
                let of_service = &model.services[act.service].annotations;
                one(own.latency.or(of_service.latency).map_or(0, |(_, most, _)| most))
            }
            NodeKind::Run(run) => match self.known.get(&run.workflow) {
                Some(Some(path)) if path.length.steps > 0 => path.length,
                _ => one(0),
            },
            NodeKind::Timer(Timer::Pause) => one(0),
            // What comes of a command comes some time after its reply.
            NodeKind::Message { event } => match self.comes_from(*event, workflow) {
                Comes::Later => one(0),
                Comes::AtOnce | Comes::FromOutside => Length::default(),
            },
            // Whoever is outside works while it is waited for.
            NodeKind::Receive { kind, trigger } if *kind != ReceiveKind::Late => {
                let is_outside = |(event, _): &(EventId, _)| {
                    self.comes_from(*event, workflow) == Comes::FromOutside && !self.starts(*event, workflow)
                };
                let waits = match trigger.how {
                    HowMany::All => trigger.terms.iter().any(is_outside),
                    HowMany::Any | HowMany::Some(_) => trigger.terms.iter().all(is_outside),
                };
                if waits { one(0) } else { Length::default() }
            }
            _ => Length::default(),
        }
    }
}

/// How an event comes into a workflow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comes {
    /// A step of the workflow publishes it.
    AtOnce,
    /// A command of the workflow brings it about.
    Later,
    /// Somebody else does.
    FromOutside,
}

impl Paths<'_> {
    fn comes_from(&self, event: EventId, workflow: WorkflowId) -> Comes {
        let graph = self.version.graph;
        let mut own = graph
            .publications(event)
            .filter(|edge| {
                graph.node(edge.from).workflow == Some(workflow) && self.occurring.contains(edge.from)
            })
            .map(|edge| edge.edge.kind == EdgeKind::Publishes)
            .peekable();
        match (own.peek().is_some(), own.any(|at_once| at_once)) {
            (true, true) => Comes::AtOnce,
            (true, false) => Comes::Later,
            (false, _) => Comes::FromOutside,
        }
    }

    /// Whether a run begins with the event, which is there then.
    fn starts(&self, event: EventId, workflow: WorkflowId) -> bool {
        let graph = self.version.graph;
        graph.subscriptions(event).any(|edge| edge.to == graph.start(workflow))
    }
}

fn longest_of(ways: impl Iterator<Item = (Length, NodeId)>) -> Option<(Length, NodeId)> {
    let mut longest: Option<(Length, NodeId)> = None;
    for (length, from) in ways {
        if longest.is_none_or(|(known, _)| length > known) {
            longest = Some((length, from));
        }
    }
    longest
}
