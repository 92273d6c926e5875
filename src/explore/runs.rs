//! All states that can be reached, how each was reached first, and how runs end.

use super::Orders;
use super::machine::{MANY, Machine};
use super::moves::{Move, Moves, Order, What};
use super::state::{CUT, Cause, IDLE, OVER, POISONED, State, Status};
use crate::graph::{NodeId, NodeKind, StepGraph};
use crate::model::{EventId, GoalId, ServiceId, WorkflowId};
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use std::collections::{BTreeSet, VecDeque};

/// So many states are kept before fewer orders are tried.
const ENOUGH_FOR_SMALL: usize = 1_000;

/// Most workflows have about so many states.
const FEW: usize = 32;

/// Every state once, in the order in which they were reached.
type States = IndexSet<State, FxBuildHasher>;

/// The runs of one workflow.
pub struct Runs<'g> {
    pub(super) machine: Machine<'g>,
    pub(super) states: States,
    came_from: Vec<Option<(u32, Move)>>,
    ends: Vec<RunEnd>,
    complete: bool,
    cut: bool,
    meets_unhandled: bool,
    /// Messages that nobody has taken when nothing can happen any more.
    untaken: BTreeSet<(EventId, ServiceId)>,
}

/// One way in which a run of the judged workflow can end.
#[derive(Clone, Debug)]
pub struct RunEnd {
    pub(super) state: u32,
    pub stop: Stop,
    /// The ends that were recorded.
    pub goals: Vec<GoalId>,
    /// What went wrong last, seen from the pivot.
    pub cause: Cause,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// An `end`, or a final end of a choreography with nothing left to happen.
    Complete { at: NodeId },
    /// Nothing can happen any more and no final end was reached; where its lines stand.
    Stuck { at: Vec<NodeId> },
    /// A finished run is unwound by an undo in `late`.
    Unwound { at: NodeId },
}

/// The first half of the states is looked at breadth first, for the shortest runs; where there are more,
/// the second half goes into the depth, so that ends are seen at all.
pub(super) fn run(machine: Machine, max_states: usize, orders: Orders) -> Runs {
    let half = max_states / 2;
    if orders != Orders::AsNeeded || max_states <= ENOUGH_FOR_SMALL {
        return search(machine, max_states, half, orders);
    }
    let runs = search(machine, ENOUGH_FOR_SMALL, ENOUGH_FOR_SMALL, orders);
    match runs.complete {
        true => runs,
        false => search(runs.machine, max_states, half, Orders::Few),
    }
}

/// Breadth first up to `deep_from` states, then depth first.
fn search(machine: Machine, max_states: usize, deep_from: usize, orders: Orders) -> Runs {
    let mut states = States::with_capacity_and_hasher(FEW, FxBuildHasher);
    states.insert(machine.initial());
    let mut came_from = Vec::with_capacity(FEW);
    came_from.push(None);
    let mut runs = Runs {
        machine,
        states,
        came_from,
        ends: Vec::new(),
        complete: true,
        cut: false,
        meets_unhandled: false,
        untaken: BTreeSet::new(),
    };
    let mut open = VecDeque::from([0]);
    let mut moves = Moves::new();
    while runs.complete {
        let deep = runs.states.len() > deep_from;
        let Some(at) = (if deep { open.pop_back() } else { open.pop_front() }) else { break };
        let order = runs.machine.successors(&runs.states[at as usize], orders, &mut moves);
        if moves.is_empty() {
            runs.end_of_moves(at);
        }
        let is_progress = runs.keep(at, &mut moves, max_states, &mut open);
        // Going round in chosen steps would put off the others for ever.
        if order == Order::Chosen && !is_progress {
            runs.machine.successors(&runs.states[at as usize], Orders::Every, &mut moves);
            runs.keep(at, &mut moves, max_states, &mut open);
        }
    }
    runs.end_at_last_milestones();
    runs
}

impl<'g> Runs<'g> {
    /// Whether every reachable state was seen; otherwise what was not found may still exist.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether some run had more messages in transit than are told apart; it was not followed further.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether some run met a failure that nobody takes; it was not followed further.
    pub fn meets_unhandled(&self) -> bool {
        self.meets_unhandled
    }

    /// Events that some run leaves untaken, and who they were for. Needs runs that go on after the end.
    pub fn untaken(&self) -> impl Iterator<Item = (EventId, ServiceId)> {
        self.untaken.iter().copied()
    }

    /// Whether timers made a difference; where they did not, the runs are those of either kind.
    pub fn has_timers(&self) -> bool {
        self.machine.has_timers()
    }

    pub fn n_states(&self) -> usize {
        self.states.len()
    }

    pub fn ends(&self) -> &[RunEnd] {
        &self.ends
    }

    pub fn graph(&self) -> &'g StepGraph {
        self.machine.graph
    }

    /// What has become of an act when a run ended: the worst of its rounds.
    pub fn status(&self, end: &RunEnd, act: NodeId) -> Status {
        let state = &self.states[end.state as usize];
        let statuses = || self.machine.statuses(state, act);
        let effective = statuses().find(|status| status.is_effective());
        effective.or_else(|| statuses().find(|status| *status != Status::None)).unwrap_or(Status::None)
    }

    /// The acts and runs whose status is kept.
    pub fn acts(&self) -> impl Iterator<Item = NodeId> {
        self.machine
            .acts
            .iter()
            .copied()
            .filter(|act| self.machine.graph.node(*act).workflow == Some(self.machine.judged))
    }

    pub fn can_be_undone(&self, act: NodeId) -> bool {
        self.machine.can_be_undone(act)
    }

    /// Whether the pivot of the judged workflow has succeeded when the run ended.
    pub fn pivot_is_done(&self, end: &RunEnd) -> bool {
        self.machine.pivot_is_done(&self.states[end.state as usize], self.machine.judged)
    }

    /// The shortest run to this end, move by move.
    pub fn witness(&self, end: &RunEnd) -> Vec<Move> {
        self.way_to(end.state)
    }

    /// The shortest way to a state.
    pub(super) fn way_to(&self, mut at: u32) -> Vec<Move> {
        let mut moves = Vec::new();
        while let Some((before, made)) = &self.came_from[at as usize] {
            moves.push(*made);
            at = *before;
        }
        moves.reverse();
        moves
    }

    /// Keeps the states that are new; gives whether there were any.
    fn keep(&mut self, at: u32, moves: &mut Moves, max_states: usize, open: &mut VecDeque<u32>) -> bool {
        let before = self.states.len();
        for (made, state) in moves.drain(..) {
            let is_full = self.states.len() >= max_states;
            if is_full && !self.states.contains(&state) {
                self.complete = false;
                continue;
            }
            let (id, is_new) = self.states.insert_full(state);
            if !is_new {
                continue;
            }
            let id = id as u32;
            self.came_from.push(Some((at, made)));
            self.note_end(id, made);
            open.push_back(id);
        }
        self.states.len() > before
    }

    fn note_end(&mut self, id: u32, made: Move) {
        let judged = self.machine.judged;
        let node = self.machine.graph.node(made.node);
        if node.workflow != Some(judged) || self.states[id as usize].memory[self.machine.poison] != 0 {
            return;
        }
        let stop = match (&node.kind, made.what) {
            (NodeKind::End { .. }, What::Ends) => Stop::Complete { at: made.node },
            (NodeKind::Undo { .. }, What::Undoes) if self.machine.is_late(made.node) => {
                Stop::Unwound { at: made.node }
            }
            _ => return,
        };
        self.push_end(id, stop);
    }

    /// Nothing can happen any more: a choreography is complete or stuck, a conducted run is stuck.
    fn end_of_moves(&mut self, id: u32) {
        let machine = &self.machine;
        let state = &self.states[id as usize];
        let progress = state.memory[machine.progress(machine.judged)];
        self.cut |= state.memory[machine.poison] == CUT;
        self.meets_unhandled |= state.memory[machine.poison] == POISONED;
        if machine.goes_on && state.memory[machine.poison] == 0 {
            self.untaken.extend(machine.untaken(state));
        }
        if state.memory[machine.poison] != 0 || progress == IDLE || progress == OVER {
            return;
        }
        let final_end = self.goals_of(state).into_iter().find(|goal| self.is_final(*goal));
        let stop = match final_end {
            Some(goal) => Stop::Complete { at: machine.graph.goal(goal) },
            None if self.wants_more(state) => {
                self.cut = true;
                return;
            }
            None => Stop::Stuck {
                at: state
                    .tokens
                    .iter()
                    .map(|token| token.node)
                    .filter(|node| machine.graph.node(*node).workflow == Some(machine.judged))
                    .collect(),
            },
        };
        self.push_end(id, stop);
    }

    /// What the graph takes for a milestone is an end after all when no run goes on from it to another
    /// one: the graph does not see that two events exclude each other.
    fn end_at_last_milestones(&mut self) {
        if !self.complete {
            return;
        }
        let goes_on =
            |goal: &GoalId| self.ends.iter().any(|end| end.goals.len() > 1 && end.goals.contains(goal));
        let all: BTreeSet<GoalId> = self.ends.iter().flat_map(|end| &end.goals).copied().collect();
        let last: BTreeSet<GoalId> = all.into_iter().filter(|goal| !goes_on(goal)).collect();
        for end in &mut self.ends {
            if let (Stop::Stuck { .. }, Some(goal)) =
                (&end.stop, end.goals.iter().find(|goal| last.contains(goal)))
            {
                end.stop = Stop::Complete { at: self.machine.graph.goal(*goal) };
            }
        }
    }

    fn push_end(&mut self, id: u32, stop: Stop) {
        let state = &self.states[id as usize];
        let goals = self.goals_of(state);
        let cause = self.machine.cause_of(state, self.machine.judged);
        self.ends.push(RunEnd { state: id, stop, goals, cause });
    }

    fn goals_of(&self, state: &State) -> Vec<GoalId> {
        let goals = &self.machine.model.workflows[self.machine.judged].goals;
        goals.iter().copied().filter(|goal| state.memory[self.machine.goal(*goal)] != 0).collect()
    }

    fn is_final(&self, goal: GoalId) -> bool {
        is_final(self.machine.model, self.machine.graph, self.machine.judged, goal)
    }

    /// Whether a line waits for one more occurrence than are counted: no verdict about that.
    fn wants_more(&self, state: &State) -> bool {
        let full = |event| state.memory[self.machine.message(event)] >= MANY;
        state.tokens.iter().any(|token| match &self.machine.graph.node(token.node).kind {
            NodeKind::Receive { trigger, .. } => trigger.terms.iter().any(|(event, _)| full(*event)),
            NodeKind::Race => self.machine.ways(token.node).iter().any(|way| {
                match &self.machine.graph.node(self.machine.graph.edge(*way).to).kind {
                    NodeKind::Receive { trigger, .. } => trigger.terms.iter().any(|(event, _)| full(*event)),
                    _ => false,
                }
            }),
            _ => false,
        })
    }
}

/// Whether no other end of the workflow can follow from the events of this one. Others are milestones.
pub fn is_final(model: &crate::model::Model, graph: &StepGraph, workflow: WorkflowId, goal: GoalId) -> bool {
    let NodeKind::Goal { trigger: Some(trigger), .. } = &graph.node(graph.goal(goal)).kind else {
        return true;
    };
    let others: Vec<NodeId> = model.workflows[workflow]
        .goals
        .iter()
        .filter(|other| **other != goal)
        .map(|other| graph.goal(*other))
        .collect();
    !trigger.terms.iter().any(|(event, _)| {
        let downstream = graph.downstream(graph.message(*event));
        // An event that two ends share makes neither of them a milestone of the other.
        others.iter().any(|other| {
            downstream.binary_search(other).is_ok()
                && !graph.subscriptions(*event).any(|edge| edge.to == *other)
        })
    })
}
