//! Every state of a workflow with every transition between them: what depends on all ways, and not only
//! on the first way to each end.

use super::machine::Machine;
use super::moves::{Move, Moves, Order, What};
use super::state::{IDLE, OVER, State};
use super::{Assumptions, Limits, Orders};
use crate::graph::{NodeId, NodeKind, StepGraph};
use crate::model::{GoalKind, Id, Model, WorkflowId};
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use std::collections::VecDeque;

/// All states that can be reached, and what leads from one to another.
pub struct Whole<'g> {
    pub(super) machine: Machine<'g>,
    pub(super) states: IndexSet<State, FxBuildHasher>,
    next: Vec<Vec<(Move, u32)>>,
    came_from: Vec<Option<(u32, Move)>>,
    extent: Extent,
}

/// How much of it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Every state, and every order of steps.
    Every,
    /// Every order is too much: as few as stand for all.
    Few,
    /// There are more states even so.
    Part,
}

impl<'g> Whole<'g> {
    /// The states of `workflow`, in every order of steps, or in few where there are too many.
    pub fn explore(
        model: &'g Model,
        graph: &'g StepGraph,
        workflow: WorkflowId,
        limits: Limits,
    ) -> Whole<'g> {
        let machine = Machine::new(model, graph, workflow, limits.timers, Assumptions::default());
        let first = vec![machine.initial()];
        Whole::from(machine, first, limits.max_states)
    }

    /// What can come of some states.
    pub(super) fn from(machine: Machine<'g>, first: Vec<State>, max_states: usize) -> Whole<'g> {
        let whole = Whole::search(machine, first.clone(), max_states, Orders::Every);
        match whole.extent {
            Extent::Every | Extent::Few => whole,
            Extent::Part => Whole::search(whole.machine, first, max_states, Orders::Few),
        }
    }

    fn search(machine: Machine<'g>, first: Vec<State>, max_states: usize, orders: Orders) -> Whole<'g> {
        let states: IndexSet<State, FxBuildHasher> = first.into_iter().collect();
        let n_first = states.len();
        let mut whole = Whole {
            machine,
            states,
            next: vec![Vec::new(); n_first],
            came_from: vec![None; n_first],
            extent: if orders == Orders::Every { Extent::Every } else { Extent::Few },
        };
        let mut open: VecDeque<u32> = (0..n_first as u32).collect();
        let mut moves = Moves::new();
        while let Some(at) = open.pop_front() {
            if whole.extent == Extent::Part {
                break;
            }
            let order = whole.machine.successors(&whole.states[at as usize], orders, &mut moves);
            let is_progress = whole.keep(at, &mut moves, max_states, &mut open);
            // Going round in chosen steps would put off the others for ever.
            if order == Order::Chosen && !is_progress {
                whole.machine.successors(&whole.states[at as usize], Orders::Every, &mut moves);
                whole.next[at as usize].clear();
                whole.keep(at, &mut moves, max_states, &mut open);
            }
        }
        whole
    }

    /// Keeps the transitions out of a state; gives whether one of them leads to a new one.
    fn keep(&mut self, at: u32, moves: &mut Moves, max_states: usize, open: &mut VecDeque<u32>) -> bool {
        let before = self.states.len();
        for (made, state) in moves.drain(..) {
            if self.states.len() >= max_states && !self.states.contains(&state) {
                self.extent = Extent::Part;
                continue;
            }
            let (id, is_new) = self.states.insert_full(state);
            if is_new {
                self.came_from.push(Some((at, made)));
                self.next.push(Vec::new());
                open.push_back(id as u32);
            }
            self.next[at as usize].push((made, id as u32));
        }
        self.states.len() > before
    }

    pub fn extent(&self) -> Extent {
        self.extent
    }

    pub fn n_states(&self) -> usize {
        self.states.len()
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

    pub(super) fn next(&self, at: u32) -> &[(Move, u32)] {
        &self.next[at as usize]
    }

    /// From which states one can be reached that `is_it`, itself included.
    pub(super) fn reaching(&self, is_it: impl Fn(&State) -> bool) -> Vec<bool> {
        let mut before: Vec<Vec<u32>> = vec![Vec::new(); self.states.len()];
        for (at, next) in self.next.iter().enumerate() {
            next.iter().for_each(|(_, to)| before[*to as usize].push(at as u32));
        }
        let mut reaches: Vec<bool> = self.states.iter().map(is_it).collect();
        let mut open: Vec<u32> = (0..reaches.len() as u32).filter(|at| reaches[*at as usize]).collect();
        while let Some(at) = open.pop() {
            for from in &before[at as usize] {
                if !std::mem::replace(&mut reaches[*from as usize], true) {
                    open.push(*from);
                }
            }
        }
        reaches
    }

    /// Whether the judged run is under way in a state, and its lines wait for something: an answer, a
    /// message, time. What happens by itself between two such states nobody can interrupt.
    pub(super) fn is_in_flight(&self, at: u32) -> bool {
        let (machine, state) = (&self.machine, &self.states[at as usize]);
        let progress = state.memory[machine.progress(machine.judged)];
        let passes = |node: NodeId| {
            matches!(machine.graph.node(node).kind, NodeKind::Undo { .. } | NodeKind::End { .. })
        };
        state.memory[machine.poison] == 0
            && !state.tokens.iter().any(|token| passes(token.node))
            && progress != IDLE
            && progress != OVER
            && !self.next[at as usize].is_empty()
            && !machine.goes_on_by_itself(state)
    }

    /// Whether the judged workflow has recorded a success.
    pub(super) fn has_succeeded(&self, state: &State) -> bool {
        let machine = &self.machine;
        let goals = &machine.model.workflows[machine.judged].goals;
        let mut successes = goals.iter().filter(|goal| machine.model.goals[**goal].kind == GoalKind::Success);
        successes.any(|goal| state.memory[machine.goal(*goal)] != 0)
    }

    /// The step that a move completes, or the event that comes into the world by it.
    pub(super) fn happening(&self, made: &Move) -> Option<NodeId> {
        let graph = self.machine.graph;
        match (&graph.node(made.node).kind, made.what) {
            (NodeKind::Act(_) | NodeKind::Run(_), What::Done) => Some(made.node),
            (NodeKind::Message { .. }, What::Arrives) => Some(made.node),
            (NodeKind::Publish { event }, What::Publishes) => Some(graph.message(*event)),
            _ => None,
        }
    }

    /// The shortest run in which one thing happens and later another.
    pub fn run_of(&self, first: NodeId, then: NodeId) -> Option<Vec<Move>> {
        // Each state counts twice: before the first thing has happened, and after.
        let n = self.states.len();
        let mut came_from: Vec<Option<(usize, Move)>> = vec![None; 2 * n];
        let mut seen = vec![false; 2 * n];
        let mut open = VecDeque::from([0]);
        seen[0] = true;
        while let Some(at) = open.pop_front() {
            for (made, to) in self.next((at % n) as u32) {
                let happened = self.happening(made);
                if at >= n && happened == Some(then) {
                    let mut run = vec![*made];
                    let mut back = at;
                    while let Some((before, made)) = came_from[back] {
                        run.push(made);
                        back = before;
                    }
                    run.reverse();
                    return Some(run);
                }
                let phase = if at >= n || happened == Some(first) { n } else { 0 };
                let to = phase + *to as usize;
                if !std::mem::replace(&mut seen[to], true) {
                    came_from[to] = Some((at, *made));
                    open.push_back(to);
                }
            }
        }
        None
    }

    /// What can happen behind what.
    pub fn following(&self) -> Following {
        let n_nodes = self.machine.graph.n_nodes();
        let mut number: Vec<Option<usize>> = vec![None; n_nodes];
        let mut happenings = Vec::new();
        for (made, _) in self.next.iter().flatten() {
            if let Some(node) = self.happening(made)
                && number[node.index()].is_none()
            {
                number[node.index()] = Some(happenings.len());
                happenings.push(node);
            }
        }
        let n_words = happenings.len().div_ceil(64).max(1);
        // What can still happen from each state on; later states first, so that few rounds are needed.
        let mut still = vec![0u64; self.states.len() * n_words];
        let mut changed = true;
        while changed {
            changed = false;
            for at in (0..self.states.len()).rev() {
                for (made, to) in &self.next[at] {
                    let happened = self.happening(made).and_then(|node| number[node.index()]);
                    for word in 0..n_words {
                        let own = happened.filter(|it| it / 64 == word).map_or(0, |it| 1 << (it % 64));
                        let more = still[*to as usize * n_words + word] | own;
                        let here = &mut still[at * n_words + word];
                        if *here | more != *here {
                            *here |= more;
                            changed = true;
                        }
                    }
                }
            }
        }
        let mut follow = vec![0u64; happenings.len() * n_words];
        for (made, to) in self.next.iter().flatten() {
            let Some(happened) = self.happening(made).and_then(|node| number[node.index()]) else { continue };
            for word in 0..n_words {
                follow[happened * n_words + word] |= still[*to as usize * n_words + word];
            }
        }
        Following { number, happenings, follow, n_words }
    }
}

/// Which steps and events can happen behind which in some run.
pub struct Following {
    number: Vec<Option<usize>>,
    happenings: Vec<NodeId>,
    follow: Vec<u64>,
    n_words: usize,
}

impl Following {
    /// The steps and the messages that happen in some run.
    pub fn happenings(&self) -> &[NodeId] {
        &self.happenings
    }

    /// Whether some run does the one and later the other.
    pub fn can_follow(&self, first: NodeId, then: NodeId) -> bool {
        let number = |node: NodeId| self.number.get(node.index()).copied().flatten();
        let (Some(first), Some(then)) = (number(first), number(then)) else { return false };
        self.follow[first * self.n_words + then / 64] >> (then % 64) & 1 == 1
    }

    /// Whether some run does both.
    pub fn meet(&self, one: NodeId, other: NodeId) -> bool {
        self.can_follow(one, other) || self.can_follow(other, one)
    }

    /// Whether some run does both, and each that does both does this one first.
    pub fn is_always_first(&self, first: NodeId, then: NodeId) -> bool {
        self.can_follow(first, then) && !self.can_follow(then, first)
    }
}
