//! The step graph of a few workflows, laid out for exploring: which byte of a state means what.

use super::closure::{connected, upstream};
use super::delivery::Delivery;
use super::state::{State, Status};
use super::undo::can_be_undone;
use super::unhandled::unhandled_refusals;
use super::{Assumptions, Lens, Timers};
use crate::graph::{
    EdgeId, EdgeKind, NodeId, NodeKind, ReceiveKind, RegionId, RegionKind, StepGraph, Timer, Trigger,
};
use crate::model::{EventId, GoalId, Id, Model, OperationId, ServiceId, UndoneBy, WorkflowId};
use smallvec::{SmallVec, smallvec};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How many rounds of nested parallel loops are told apart: two of each, two loops deep.
const MAX_ROUND_BITS: u32 = 2;
/// Occurrences of one event in a run are counted up to here.
pub(super) const MANY: u8 = 2;

/// An end of a choreographed workflow, with the bytes of the workflow's progress and of the end itself.
pub(super) struct Recorded<'g> {
    pub trigger: &'g Trigger,
    pub progress: usize,
    pub goal: usize,
}

pub(super) struct Machine<'g> {
    pub model: &'g Model,
    pub graph: &'g StepGraph,
    pub timers: Timers,
    /// What is changed for this look at the runs.
    pub lens: Option<Lens>,
    pub delivery: Delivery,
    /// Whether each message comes a second time.
    pub duplicates: bool,
    /// Whether runs are followed when the judged one is over.
    pub goes_on: bool,
    /// The workflow whose runs are judged.
    pub judged: WorkflowId,
    pub workflows: Vec<WorkflowId>,
    /// Ways a token can take, and by node which of them are its own.
    ways: Vec<EdgeId>,
    ways_from: Vec<Range<usize>>,
    /// The steps whose status is kept.
    pub acts: Vec<NodeId>,
    /// The bytes of their status, by node; one byte a round.
    slots: Vec<Range<usize>>,
    /// Whether an operation takes the step back, by node.
    undoable: Vec<bool>,
    /// The pivots of each workflow.
    pivots: BTreeMap<WorkflowId, Vec<NodeId>>,
    /// Acts that are undone by this operation, when a step runs it.
    pub undone_by: BTreeMap<OperationId, Vec<NodeId>>,
    messages: usize,
    /// Who takes each event, and the byte that counts how often it has come there.
    inboxes: Vec<Vec<(ServiceId, usize)>>,
    /// Where what each service knows of messages in transit begins.
    pub knowledge: usize,
    /// Where the counts of a receive begin, by node: one byte a term and round.
    taken: Vec<usize>,
    /// Terms of other waits on the same line that are for the same event, by wait and term.
    pub same_message: BTreeMap<(NodeId, usize), Vec<(NodeId, usize)>>,
    fired: BTreeMap<NodeId, usize>,
    consequences: BTreeMap<NodeId, usize>,
    progress: usize,
    goals: usize,
    causes: usize,
    /// The last byte: whether the run met what nobody handles.
    pub poison: usize,
    /// Receives that listen as long as their region or run lives.
    pub listeners: Vec<NodeId>,
    /// Timers that matter, by what arms them.
    pub limits: Vec<NodeId>,
    pub watches: Vec<NodeId>,
    has_pauses: bool,
    /// Events that may come from outside while somebody asks for them.
    pub outside: Vec<EventId>,
    pub unhandled: Vec<EdgeId>,
    /// Ends that are recorded as soon as their formula holds.
    pub recorded: Vec<Recorded<'g>>,
    /// Nodes on a line behind a pivot.
    pub behind_pivot: Vec<bool>,
    /// The pivots in the region of each limit: once one of them is done the limit no longer counts.
    pub pivots_in: BTreeMap<NodeId, Vec<NodeId>>,
    /// Reactions that neither disturb anybody nor are disturbed.
    pub free: Vec<NodeId>,
    /// Nodes in branches whose order counts: something in there changes what became of the others.
    pub tangled: Vec<bool>,
    /// Regions that something beside them may stop: a limit that passes, an event that comes.
    pub stoppable: Vec<RegionId>,
}

impl<'g> Machine<'g> {
    pub fn new(
        model: &'g Model,
        graph: &'g StepGraph,
        judged: WorkflowId,
        timers: Timers,
        assumed: Assumptions,
    ) -> Machine<'g> {
        // Where messages wait for each other, who takes them matters as well as who sends them.
        let workflows = match assumed.delivery.is_ordered() || assumed.goes_on {
            true => connected(model, graph, judged),
            false => upstream(model, graph, judged),
        };
        let mut machine = Machine {
            model,
            graph,
            timers,
            lens: None,
            delivery: assumed.delivery,
            duplicates: assumed.duplicates,
            goes_on: assumed.goes_on,
            judged,
            ways: Vec::new(),
            ways_from: vec![0..0; graph.n_nodes()],
            acts: Vec::new(),
            slots: vec![0..0; graph.n_nodes()],
            undoable: vec![false; graph.n_nodes()],
            pivots: BTreeMap::new(),
            undone_by: BTreeMap::new(),
            messages: 0,
            inboxes: Vec::new(),
            knowledge: 0,
            taken: vec![0; graph.n_nodes()],
            same_message: BTreeMap::new(),
            fired: BTreeMap::new(),
            consequences: BTreeMap::new(),
            progress: 0,
            goals: 0,
            causes: 0,
            poison: 0,
            listeners: Vec::new(),
            limits: Vec::new(),
            watches: Vec::new(),
            has_pauses: false,
            outside: Vec::new(),
            unhandled: workflows.iter().flat_map(|id| unhandled_refusals(model, graph, *id)).collect(),
            recorded: Vec::new(),
            behind_pivot: vec![false; graph.n_nodes()],
            pivots_in: BTreeMap::new(),
            free: Vec::new(),
            tangled: Vec::new(),
            stoppable: Vec::new(),
            workflows,
        };
        machine.lay_out();
        if !assumed.delivery.is_ordered() {
            machine.free = machine.free_reactions();
            machine.tangled = machine.tangled_nodes();
            machine.stoppable = machine.stoppable_regions();
        }
        machine
    }

    fn lay_out(&mut self) {
        let graph = self.graph;
        let mut size = 0;
        let mut reserve = |bytes: usize| {
            size += bytes;
            size - bytes
        };
        let own = self.workflows.iter().flat_map(|workflow| graph.nodes_of(*workflow));
        let mut nodes: Vec<NodeId> = own.map(|(id, _)| id).collect();
        nodes.sort();
        for id in &nodes {
            let node = graph.node(*id);
            let first = self.ways.len();
            let ways = graph.out_edges(*id).filter(|edge| edge.edge.kind.moves_a_token());
            self.ways.extend(ways.map(|edge| edge.id));
            self.ways_from[id.index()] = first..self.ways.len();
            let rounds = 1 << graph.region(node.region).each_depth.min(MAX_ROUND_BITS);
            match &node.kind {
                NodeKind::Act(act) => {
                    let first = reserve(rounds);
                    self.slots[id.index()] = first..first + rounds;
                    self.undoable[id.index()] = can_be_undone(self.model, graph, *id);
                    self.acts.push(*id);
                    if graph.out_edges(*id).any(|edge| edge.edge.kind == EdgeKind::Consequence) {
                        self.consequences.insert(*id, reserve(1));
                    }
                    if let Some(UndoneBy::Operation { operation, .. }) =
                        act.undone.as_ref().map(|undone| &undone.by)
                    {
                        self.undone_by.entry(*operation).or_default().push(*id);
                    }
                    if act.pivot.is_some() {
                        self.mark_behind(*id);
                    }
                }
                NodeKind::Run(run) => {
                    let first = reserve(rounds);
                    self.slots[id.index()] = first..first + rounds;
                    self.undoable[id.index()] = can_be_undone(self.model, graph, *id);
                    self.acts.push(*id);
                    if run.pivot.is_some() {
                        self.mark_behind(*id);
                    }
                }
                NodeKind::Notify { .. }
                    if graph.out_edges(*id).any(|edge| edge.edge.kind == EdgeKind::Consequence) =>
                {
                    self.consequences.insert(*id, reserve(1));
                }
                NodeKind::Receive { kind, trigger } => {
                    self.taken[id.index()] = reserve(rounds * trigger.terms.len());
                    if matches!(kind, ReceiveKind::Reaction | ReceiveKind::Interrupt | ReceiveKind::Late) {
                        self.listeners.push(*id);
                    }
                }
                NodeKind::Timer(Timer::Limit) => self.limits.push(*id),
                NodeKind::Timer(Timer::Pause) => self.has_pauses = true,
                NodeKind::Timer(Timer::Watch { .. } | Timer::RunLimit | Timer::Reminder)
                    if self.has_effect(*id) =>
                {
                    self.fired.insert(*id, reserve(1));
                    self.watches.push(*id);
                }
                _ => {}
            }
        }
        for act in self.acts.iter().filter(|act| graph.node(**act).kind.is_pivot()) {
            let workflow = graph.node(*act).workflow;
            self.pivots.entry(workflow.unwrap_or(self.judged)).or_default().push(*act);
        }
        self.messages = reserve(self.model.events.len());
        if self.delivery.is_ordered() || self.duplicates {
            for event in self.model.events.ids() {
                let takers = self.takers(event);
                self.inboxes.push(takers.into_iter().map(|service| (service, reserve(1))).collect());
            }
        }
        if self.delivery == Delivery::Causal {
            self.knowledge = reserve(2 * self.model.services.len());
        }
        self.progress = reserve(self.model.workflows.len());
        self.goals = reserve(self.model.goals.len());
        self.causes = reserve(self.model.workflows.len());
        self.poison = reserve(1);
        self.recorded = self.recorded_ends();
        self.same_message = self.waits_for_the_same(&nodes);
        self.outside = self.events_from_outside(&nodes);
        for limit in self.limits.clone() {
            let region = graph.node(limit).region;
            let pivots = nodes.iter().filter(|id| {
                graph.node(**id).kind.is_pivot() && graph.is_within(graph.node(**id).region, region)
            });
            self.pivots_in.insert(limit, pivots.copied().collect());
        }
    }

    /// The services at which something waits for an event, reacts to it or begins with it.
    fn takers(&self, event: EventId) -> BTreeSet<ServiceId> {
        let takes = self.graph.subscriptions(event).filter_map(|edge| {
            let node = self.graph.node(edge.to);
            let is_taken = matches!(node.kind, NodeKind::Start { .. } | NodeKind::Receive { .. });
            node.side.filter(|_| {
                is_taken && node.workflow.is_some_and(|workflow| self.workflows.contains(&workflow))
            })
        });
        takes.collect()
    }

    fn recorded_ends(&self) -> Vec<Recorded<'g>> {
        let ends = self.workflows.iter().flat_map(|workflow| {
            let progress = self.progress(*workflow);
            self.model.workflows[*workflow].goals.iter().map(move |goal| (progress, *goal))
        });
        ends.filter_map(|(progress, goal)| match &self.graph.node(self.graph.goal(goal)).kind {
            NodeKind::Goal { trigger: Some(trigger), .. } => {
                Some(Recorded { trigger, progress, goal: self.goal(goal) })
            }
            _ => None,
        })
        .collect()
    }

    fn mark_behind(&mut self, pivot: NodeId) {
        let next = self.graph.out_edges(pivot).filter(|edge| edge.edge.kind == EdgeKind::Next);
        for edge in next {
            self.behind_pivot[edge.to.index()] = true;
            for node in self.graph.line_from(edge.to) {
                self.behind_pivot[node.index()] = true;
            }
        }
    }

    /// Waits of one coordinator for the same event, unless they stand in branches beside each other.
    fn waits_for_the_same(&self, nodes: &[NodeId]) -> BTreeMap<(NodeId, usize), Vec<(NodeId, usize)>> {
        let mut by_event: BTreeMap<_, Vec<(NodeId, usize)>> = BTreeMap::new();
        for id in nodes {
            let node = self.graph.node(*id);
            if let NodeKind::Receive { kind: ReceiveKind::Wait | ReceiveKind::Alternative, trigger } =
                &node.kind
            {
                for (term, (event, _)) in trigger.terms.iter().enumerate() {
                    by_event.entry((node.workflow, *event)).or_default().push((*id, term));
                }
            }
        }
        let mut found: BTreeMap<_, Vec<(NodeId, usize)>> = BTreeMap::new();
        for waits in by_event.values().filter(|waits| waits.len() > 1) {
            for one in waits {
                let others =
                    waits.iter().filter(|other| other.0 != one.0 && !self.are_beside(one.0, other.0));
                found.insert(*one, others.copied().collect());
            }
        }
        found
    }

    /// Whether two nodes stand in different branches of one parallel.
    fn are_beside(&self, one: NodeId, other: NodeId) -> bool {
        let mut at = Some(self.graph.node(one).region);
        let other = self.graph.node(other).region;
        while let Some(region) = at.filter(|region| !self.graph.is_within(other, *region)) {
            if self.graph.region(region).kind == RegionKind::Branch {
                let parallel = self.graph.region(region).parent;
                return parallel.is_some_and(|parallel| self.graph.is_within(other, parallel));
            }
            at = self.graph.region(region).parent;
        }
        false
    }

    /// Whether anything stands on the line of a side timer but notifications that nothing comes of.
    fn has_effect(&self, timer: NodeId) -> bool {
        let is_heard = |node| self.graph.out_edges(node).any(|edge| self.graph.is_publication(&edge));
        self.graph.is_on_line(timer, |id, node| match node.kind {
            NodeKind::Merge { .. } | NodeKind::Drop | NodeKind::Decide => false,
            NodeKind::Notify { .. } => is_heard(id),
            _ => true,
        })
    }

    fn events_from_outside(&self, nodes: &[NodeId]) -> Vec<EventId> {
        let taken = |event: EventId| {
            self.graph.subscriptions(event).any(|edge| {
                self.graph.node(edge.to).workflow.is_some_and(|workflow| self.workflows.contains(&workflow))
            })
        };
        let comes_of_a_command = |event: EventId| {
            self.graph
                .publications(event)
                .any(|edge| edge.edge.kind == EdgeKind::Consequence && nodes.contains(&edge.from))
        };
        self.model
            .events
            .ids()
            .filter(|event| self.graph.is_environment(*event) && taken(*event) && !comes_of_a_command(*event))
            .collect()
    }

    pub fn initial(&self) -> State {
        State { tokens: SmallVec::new(), memory: smallvec![0; self.poison + 1], network: Vec::new() }
    }

    /// The ways a token can take from a node.
    pub fn ways(&self, node: NodeId) -> &[EdgeId] {
        &self.ways[self.ways_from[node.index()].clone()]
    }

    /// Whether any timer can make a difference; where none can, everybody is in time.
    pub fn has_timers(&self) -> bool {
        self.has_pauses || !self.limits.is_empty() || !self.watches.is_empty()
    }

    // ---- bytes ----------------------------------------------------------------------------------

    pub fn round_of(&self, region: RegionId, round: u8) -> u8 {
        let bits = self.graph.region(region).each_depth.min(MAX_ROUND_BITS);
        round & ((1u8 << bits) - 1)
    }

    /// The byte of an act in one round; `None` for nodes without a status.
    pub fn slot(&self, act: NodeId, round: u8) -> Option<usize> {
        let slots = &self.slots[act.index()];
        let round = self.round_of(self.graph.node(act).region, round);
        (!slots.is_empty()).then(|| slots.start + round as usize)
    }

    /// The status of an act in each of its rounds.
    pub fn statuses<'s>(&self, state: &'s State, act: NodeId) -> impl Iterator<Item = Status> + use<'s> {
        state.memory[self.slots_of(act)].iter().map(|byte| Status::from_byte(*byte))
    }

    /// The bytes of an act, one a round.
    pub fn slots_of(&self, act: NodeId) -> Range<usize> {
        self.slots[act.index()].clone()
    }

    /// Whether an operation takes the act back.
    pub fn can_be_undone(&self, act: NodeId) -> bool {
        self.undoable[act.index()]
    }

    /// Whether a pivot of the workflow has succeeded.
    pub fn pivot_is_done(&self, state: &State, workflow: WorkflowId) -> bool {
        let pivots = self.pivots.get(&workflow).into_iter().flatten();
        pivots.into_iter().any(|act| self.statuses(state, *act).any(|status| status == Status::Kept))
    }

    pub fn message(&self, event: EventId) -> usize {
        self.messages + event.index()
    }

    /// Who takes an event, where that matters.
    pub fn receivers(&self, event: EventId) -> impl Iterator<Item = ServiceId> {
        self.inboxes.get(event.index()).into_iter().flatten().map(|(service, _)| *service)
    }

    /// How often an event has come to a service; nothing where events come to all alike.
    pub fn inbox(&self, service: ServiceId, event: EventId) -> Option<usize> {
        let known = self.inboxes.get(event.index()).filter(|_| self.delivery.is_ordered())?;
        known.iter().find(|(taker, _)| *taker == service).map(|(_, byte)| *byte)
    }

    /// How many occurrences a receive has taken for one of its terms.
    pub fn taken(&self, receive: NodeId, term: usize, round: u8) -> usize {
        let region = self.graph.node(receive).region;
        let rounds = 1 << self.graph.region(region).each_depth.min(MAX_ROUND_BITS);
        self.taken[receive.index()] + term * rounds + self.round_of(region, round) as usize
    }

    pub fn fired(&self, timer: NodeId) -> Option<usize> {
        self.fired.get(&timer).copied()
    }

    pub fn consequence(&self, act: NodeId) -> Option<usize> {
        self.consequences.get(&act).copied()
    }

    pub fn acts_with_consequences(&self) -> impl Iterator<Item = (NodeId, usize)> {
        self.consequences.iter().map(|(act, byte)| (*act, *byte))
    }

    pub fn progress(&self, workflow: WorkflowId) -> usize {
        self.progress + workflow.index()
    }

    pub fn goal(&self, goal: GoalId) -> usize {
        self.goals + goal.index()
    }

    pub fn cause(&self, workflow: WorkflowId) -> usize {
        self.causes + workflow.index()
    }

    // ---- questions about a state -----------------------------------------------------------------

    pub fn is_active(&self, state: &State, region: RegionId) -> bool {
        state.tokens.iter().any(|token| self.graph.is_within(self.graph.node(token.node).region, region))
    }

    pub fn in_participant(&self, node: NodeId) -> bool {
        let mut at = Some(self.graph.node(node).region);
        while let Some(region) = at {
            let region = self.graph.region(region);
            if matches!(region.kind, RegionKind::Reaction | RegionKind::Watch) {
                return true;
            }
            at = region.parent;
        }
        false
    }

    pub fn is_late(&self, node: NodeId) -> bool {
        let mut at = Some(self.graph.node(node).region);
        while let Some(region) = at {
            let region = self.graph.region(region);
            if region.kind == RegionKind::Late {
                return true;
            }
            at = region.parent;
        }
        false
    }
}
