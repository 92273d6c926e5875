//! One run worth showing: in which all goes well, or one thing goes wrong and nothing else.

use super::machine::Machine;
use super::moves::{Move, What};
use super::state::{POISONED, State};
use super::{Assumptions, Limits, Timers};
use crate::graph::{EdgeKind, Guard, NodeKind, ReceiveKind, StepGraph, Timer};
use crate::model::{GoalKind, Model, WorkflowId};
use rustc_hash::FxHashSet;

/// What is to happen in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish<'a> {
    /// A success, with nothing going wrong before.
    Success,
    /// A business failure of this name, once; or an `outage`.
    Failure(&'a str),
}

/// So many states are looked at before the search is given up.
const MOST: usize = 50_000;

/// A run of the workflow that fulfils the wish: it takes what comes first in the text, wherever it can.
pub fn example(model: &Model, graph: &StepGraph, workflow: WorkflowId, wish: Wish) -> Option<Vec<Move>> {
    let limits = Limits { timers: Timers::Patient, max_states: MOST };
    let machine = Machine::new(model, graph, workflow, limits.timers, Assumptions::default());
    let mut search = Search { machine, wish, seen: FxHashSet::default(), path: Vec::new() };
    let first = search.machine.initial();
    search.run(first).then_some(search.path)
}

struct Search<'m, 'w> {
    machine: Machine<'m>,
    wish: Wish<'w>,
    /// With whether what is wished for has happened.
    seen: FxHashSet<(State, bool)>,
    path: Vec<Move>,
}

/// A state on the way, and what else can be tried from there, the best last.
struct Open {
    moves: Vec<(Move, State, bool)>,
}

impl Search<'_, '_> {
    /// Depth first; the path is the run when it succeeds.
    fn run(&mut self, first: State) -> bool {
        let mut stack = vec![self.open(&first, false)];
        while let Some(top) = stack.last_mut() {
            let Some((made, state, has_failed)) = top.moves.pop() else {
                stack.pop();
                self.path.pop();
                continue;
            };
            if self.seen.len() >= MOST || !self.seen.insert((state.clone(), has_failed)) {
                continue;
            }
            self.path.push(made);
            let next = self.open(&state, has_failed);
            if self.is_over(&made, &state, next.moves.is_empty()) && self.is_wished(&state, has_failed) {
                return true;
            }
            stack.push(next);
        }
        false
    }

    fn open(&self, state: &State, has_failed: bool) -> Open {
        let mut moves: Vec<(Move, State, bool)> = Vec::new();
        for (made, next) in self.machine.moves(state) {
            match made.what {
                What::Fails(way) if self.is_wished_failure(way) && !has_failed => {
                    moves.push((made, next, true))
                }
                What::Fails(_) => {}
                What::Fires if self.is_trouble(&made) => {}
                _ => moves.push((made, next, has_failed)),
            }
        }
        // Stable, and the best at the end, where it is taken from.
        moves.reverse();
        moves.sort_by_key(|(made, ..)| std::cmp::Reverse(self.rank(made)));
        Open { moves }
    }

    fn is_wished_failure(&self, way: crate::graph::EdgeId) -> bool {
        match (&self.machine.graph.edge(way).edge.kind, self.wish) {
            (EdgeKind::Fails(name), Wish::Failure(wished)) => name == wished,
            (EdgeKind::Outage, Wish::Failure(wished)) => wished == "outage",
            _ => false,
        }
    }

    fn is_trouble(&self, made: &Move) -> bool {
        match &self.machine.graph.node(made.node).kind {
            NodeKind::Timer(Timer::Pause) => false,
            NodeKind::Timer(Timer::Limit | Timer::Reminder | Timer::Watch { .. } | Timer::RunLimit) => true,
            _ => false,
        }
    }

    /// What is tried first: the failure that is wished for, then what the text says first; what runs beside
    /// comes last.
    fn rank(&self, made: &Move) -> u32 {
        let graph = self.machine.graph;
        match (made.what, &graph.node(made.node).kind) {
            (What::Fails(_), _) => 0,
            (What::Chooses(way), _) => match graph.edge(way).edge.kind {
                EdgeKind::Guard(Guard::Condition) => 1,
                EdgeKind::Guard(Guard::Again) => {
                    let to = graph.edge(way).to;
                    if self.path.iter().any(|before| before.node == to) { 3 } else { 1 }
                }
                _ => 2,
            },
            (_, NodeKind::Receive { kind: ReceiveKind::Interrupt | ReceiveKind::Late, .. }) => 5,
            (What::Arrives, NodeKind::Message { event }) => {
                let is_beside = |kind: &NodeKind| {
                    matches!(kind, NodeKind::Receive { kind: ReceiveKind::Interrupt | ReceiveKind::Late, .. })
                };
                let mut takers = graph.subscriptions(*event).map(|edge| &graph.node(edge.to).kind);
                if takers.all(is_beside) { 5 } else { 2 }
            }
            _ => 1,
        }
    }

    fn is_over(&self, made: &Move, state: &State, is_still: bool) -> bool {
        let ends = made.what == What::Ends
            && self.machine.graph.node(made.node).workflow == Some(self.machine.judged);
        (ends || is_still) && state.memory[self.machine.poison] != POISONED
    }

    fn is_wished(&self, state: &State, has_failed: bool) -> bool {
        let goals = &self.machine.model.workflows[self.machine.judged].goals;
        let reached: Vec<GoalKind> = goals
            .iter()
            .filter(|goal| state.memory[self.machine.goal(**goal)] != 0)
            .map(|goal| self.machine.model.goals[*goal].kind)
            .collect();
        match self.wish {
            Wish::Success => reached.contains(&GoalKind::Success) && !reached.contains(&GoalKind::Failure),
            Wish::Failure(_) => has_failed,
        }
    }
}
