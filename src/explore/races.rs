//! Two things that one service may do next, where what comes first decides how the run can end.

use super::machine::Machine;
use super::moves::Moves;
use super::runs::{RunEnd, Runs, Stop};
use super::state::{State, Token};
use super::{Move, What};
use crate::graph::{NodeId, NodeKind};
use crate::model::{GoalId, GoalKind};
use std::cell::LazyCell;
use std::collections::BTreeSet;

/// The classes of ends that can still be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Classes(u8);

impl Classes {
    const SUCCESS: Classes = Classes(1);
    const FAILURE: Classes = Classes(2);
    const BOTH: Classes = Classes(4);

    fn with(self, other: Classes) -> Classes {
        Classes(self.0 | other.0)
    }

    /// The class of what one run reaches; a run that stands still has none.
    fn of(goals: &[GoalId], kind: impl Fn(GoalId) -> GoalKind) -> Classes {
        let has = |wanted| goals.iter().any(|goal| kind(*goal) == wanted);
        match (has(GoalKind::Success), has(GoalKind::Failure)) {
            (true, true) => Classes::BOTH,
            (true, false) => Classes::SUCCESS,
            (false, true) => Classes::FAILURE,
            (false, false) => Classes::default(),
        }
    }

    /// "a success or a failure"
    pub fn words(self) -> String {
        let all = [
            (Classes::SUCCESS, "a success"),
            (Classes::FAILURE, "a failure"),
            (Classes::BOTH, "both a success and a failure"),
        ];
        let words: Vec<&str> =
            all.iter().filter(|(class, _)| self.0 & class.0 != 0).map(|(_, words)| *words).collect();
        words.join(" or ")
    }
}

/// Where two receives of one service are ready at once, and the order decides.
pub struct Race {
    /// The moves up to there.
    pub before: Vec<Move>,
    /// How the run can end when this one comes first, and the other second.
    pub first: (NodeId, Classes),
    pub second: (NodeId, Classes),
}

impl Runs<'_> {
    /// The first race between the receives of each pair.
    pub fn races(&self, pairs: &BTreeSet<(NodeId, NodeId)>) -> Vec<Race> {
        let reach = LazyCell::new(|| self.reachable_classes());
        let mut open = pairs.clone();
        let mut found = Vec::new();
        for (at, state) in self.states.iter().enumerate() {
            if open.is_empty() {
                break;
            }
            let is_ready = |receive| self.machine.is_ready(state, receive);
            if !open.iter().any(|(a, b)| is_ready(*a) && is_ready(*b)) {
                continue;
            }
            let moves = self.machine.moves(state);
            let take = |receive: NodeId| -> Vec<State> {
                let takes = moves.iter().filter(|(made, _)| made.node == receive && made.what == What::Takes);
                takes.map(|(_, next)| next.clone()).collect()
            };
            open.retain(|(a, b)| {
                let (a, b) = (*a, *b);
                let (by_a, by_b) = (take(a), take(b));
                if by_a.is_empty() || by_b.is_empty() {
                    return true;
                }
                let a_first = self.machine.one_after_the_other(by_a, b);
                let b_first = self.machine.one_after_the_other(by_b, a);
                if a_first == b_first {
                    return true;
                }
                let classes = |states: &BTreeSet<State>| {
                    let ids = states.iter().filter_map(|state| self.states.get_index_of(state));
                    ids.fold(Classes::default(), |sum, id| sum.with(reach[id]))
                };
                let (first, second) = (classes(&a_first), classes(&b_first));
                let decides = first != second && first != Classes::default() && second != Classes::default();
                if decides {
                    let before = self.way_to(at as u32);
                    found.push(Race { before, first: (a, first), second: (b, second) });
                }
                !decides
            });
        }
        found
    }

    /// The classes of ends that can be reached from each state.
    fn reachable_classes(&self) -> Vec<Classes> {
        let mut reach = vec![Classes::default(); self.states.len()];
        let mut before: Vec<Vec<u32>> = vec![Vec::new(); self.states.len()];
        for it in self.transitions() {
            if let Some(to) = self.states.get_index_of(&it.after) {
                before[to].push(it.from);
            }
        }
        let complete = |end: &&RunEnd| matches!(end.stop, Stop::Complete { .. });
        let mut open = Vec::new();
        for end in self.ends().iter().filter(complete) {
            let class = Classes::of(&end.goals, |goal| self.machine.model.goals[goal].kind);
            open.push((end.state as usize, class));
        }
        while let Some((at, classes)) = open.pop() {
            let sum = reach[at].with(classes);
            if sum != reach[at] {
                reach[at] = sum;
                open.extend(before[at].iter().map(|from| (*from as usize, sum)));
            }
        }
        reach
    }
}

impl Machine<'_> {
    /// The states after what was taken has been dealt with, and then, where it still can be, `second`.
    fn one_after_the_other(&self, taken: Vec<State>, second: NodeId) -> BTreeSet<State> {
        let mut states = BTreeSet::new();
        for state in self.at_rest(taken) {
            let moves: Moves = self.moves(&state);
            let takes = moves.into_iter().filter(|(made, _)| made.node == second && made.what == What::Takes);
            let then: Vec<State> = takes.map(|(_, next)| next).collect();
            if then.is_empty() {
                states.insert(state);
            } else {
                states.extend(self.at_rest(then));
            }
        }
        states
    }

    /// Where these states come to by what goes on by itself: a reaction is one transaction, and a line
    /// that stands before its `end` ends.
    fn at_rest(&self, mut open: Vec<State>) -> Vec<State> {
        let mut seen = BTreeSet::new();
        let mut rest = Vec::new();
        while let Some(state) = open.pop() {
            if !seen.insert(state.clone()) {
                continue;
            }
            let ends = |token: &&Token| matches!(self.graph.node(token.node).kind, NodeKind::End { .. });
            let next = match state.tokens.iter().find(ends) {
                _ if self.goes_on_by_itself(&state) => self.moves(&state),
                Some(token) => {
                    let mut moves = Moves::new();
                    self.token_moves(&state, *token, &mut moves);
                    self.record_goals_of(&mut moves);
                    moves
                }
                None => {
                    rest.push(state);
                    continue;
                }
            };
            open.extend(next.into_iter().map(|(_, next)| next));
        }
        rest
    }
}
