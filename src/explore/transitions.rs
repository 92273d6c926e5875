//! Every transition between the states that were reached. `Runs` keeps the first way to each state; what
//! depends on all ways is asked here.

use super::runs::Runs;
use super::state::{OVER, State};
use super::{Move, Status, What};
use crate::graph::{NodeId, NodeKind};
use crate::model::EventId;

pub(super) struct Transition<'r> {
    pub from: u32,
    pub before: &'r State,
    pub made: Move,
    pub after: State,
}

impl Runs<'_> {
    pub(super) fn transitions(&self) -> impl Iterator<Item = Transition<'_>> {
        self.states.iter().enumerate().flat_map(|(from, before)| {
            self.machine.successors(before).into_iter().map(move |(made, after)| Transition {
                from: from as u32,
                before,
                made,
                after,
            })
        })
    }

    /// The shortest run through a transition.
    fn run_through(&self, transition: &Transition) -> Vec<Move> {
        let mut moves = self.way_to(transition.from);
        moves.push(transition.made);
        moves
    }

    /// A run in which `act` is done although none of `needed` has been tried with success before; nothing
    /// where there is none.
    pub fn done_without(&self, act: NodeId, needed: &[NodeId]) -> Option<Vec<Move>> {
        let happened = |state: &State| {
            needed.iter().any(|other| {
                self.machine
                    .statuses(state, *other)
                    .any(|status| status.is_effective() || status == Status::Undone)
            })
        };
        let found = self
            .transitions()
            .find(|it| it.made.node == act && it.made.what == What::Done && !happened(it.before));
        found.map(|it| self.run_through(&it))
    }

    /// A run in which a step of a reaction is done when that has taken two of its events.
    pub fn done_again(&self, reaction: NodeId, act: NodeId) -> Option<Vec<Move>> {
        let NodeKind::Receive { trigger, .. } = &self.machine.graph.node(reaction).kind else { return None };
        let n_taken = |state: &State| {
            let taken = |term: &usize| state.memory[self.machine.taken(reaction, *term, 0)] > 0;
            (0..trigger.terms.len()).filter(taken).count()
        };
        let found = self
            .transitions()
            .find(|it| it.made.node == act && it.made.what == What::Done && n_taken(it.before) > 1);
        found.map(|it| self.run_through(&it))
    }

    /// For each of the acts a run in which it is on its way when something else stops its line: the last
    /// move. `counts` says for which of them that matters.
    pub fn given_up(
        &self,
        acts: &[NodeId],
        counts: impl Fn(NodeId, &Move) -> bool,
    ) -> Vec<(NodeId, Vec<Move>)> {
        let stands = |state: &State, act: NodeId| state.tokens.iter().filter(|it| it.node == act).count();
        let mut open = acts.to_vec();
        let mut found = Vec::new();
        for it in self.transitions().filter(|it| it.after.memory[self.machine.poison] == 0) {
            if open.is_empty() {
                break;
            }
            open.retain(|act| {
                let is_stopped = it.made.node != *act && stands(&it.after, *act) < stands(it.before, *act);
                let is_found = is_stopped && counts(*act, &it.made);
                if is_found {
                    found.push((*act, self.run_through(&it)));
                }
                !is_found
            });
        }
        found
    }

    /// A run in which the event comes when the run of the judged workflow is over.
    pub fn comes_late(&self, event: EventId) -> Option<Vec<Move>> {
        let (progress, message) = (self.machine.progress(self.machine.judged), self.machine.message(event));
        let found = self.transitions().find(|it| {
            it.before.memory[progress] == OVER
                && it.before.memory[message] == 0
                && it.after.memory[message] > 0
        });
        found.map(|it| self.run_through(&it))
    }
}
