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

/// What was looked for, and the shortest run that shows it.
pub type Shown<T> = Vec<(T, Vec<Move>)>;

impl Runs<'_> {
    pub(super) fn transitions(&self) -> impl Iterator<Item = Transition<'_>> {
        (0..self.states.len()).flat_map(|from| self.transitions_from(from))
    }

    fn transitions_from(&self, from: usize) -> impl Iterator<Item = Transition<'_>> {
        let before = &self.states[from];
        let moves = self.machine.moves(before).into_iter();
        moves.map(move |(made, after)| Transition { from: from as u32, before, made, after })
    }

    /// For each thing that is looked for the first transition that is it, with the run through that.
    /// `may_be` says whether a transition from a state can be it: only there is worked out once more what can
    /// happen.
    fn first_of_each<T>(
        &self,
        mut open: Vec<T>,
        may_be: impl Fn(&T, &State) -> bool,
        is_it: impl Fn(&T, &Transition) -> bool,
    ) -> Shown<T> {
        let mut found = Vec::new();
        for (from, before) in self.states.iter().enumerate() {
            if !open.iter().any(|wanted| may_be(wanted, before)) {
                continue;
            }
            for it in self.transitions_from(from) {
                while let Some(at) =
                    open.iter().position(|wanted| may_be(wanted, before) && is_it(wanted, &it))
                {
                    let mut moves = self.way_to(it.from);
                    moves.push(it.made);
                    found.push((open.remove(at), moves));
                }
            }
        }
        found
    }

    /// Acts that are done although none of the others has been tried with success before.
    pub fn done_without(&self, acts: Vec<(NodeId, Vec<NodeId>)>) -> Shown<(NodeId, Vec<NodeId>)> {
        let happened = |state: &State, act: NodeId| {
            let mut statuses = self.machine.statuses(state, act);
            statuses.any(|status| status.is_effective() || status == Status::Undone)
        };
        self.first_of_each(
            acts,
            |(act, others), before| {
                n_standing(before, *act) > 0 && !others.iter().any(|other| happened(before, *other))
            },
            |(act, _), it| it.made.node == *act && it.made.what == What::Done,
        )
    }

    /// Steps of reactions that are done when the reaction has taken two of its events.
    pub fn done_again(&self, steps: Vec<(NodeId, NodeId)>) -> Shown<(NodeId, NodeId)> {
        let n_taken = |state: &State, reaction: NodeId| {
            let NodeKind::Receive { trigger, .. } = &self.machine.graph.node(reaction).kind else { return 0 };
            let taken = |term: &usize| state.memory[self.machine.taken(reaction, *term, 0)] > 0;
            (0..trigger.terms.len()).filter(taken).count()
        };
        self.first_of_each(
            steps,
            |(reaction, act), before| n_standing(before, *act) > 0 && n_taken(before, *reaction) > 1,
            |(_, act), it| it.made.node == *act && it.made.what == What::Done,
        )
    }

    /// Acts that are on their way when something else stops their line: the last move. `counts` says for
    /// which of them that matters.
    pub fn given_up(&self, acts: Vec<NodeId>, counts: impl Fn(NodeId, &Move) -> bool) -> Shown<NodeId> {
        self.first_of_each(
            acts,
            |act, before| n_standing(before, *act) > 0,
            |act, it| {
                it.made.node != *act
                    && n_standing(&it.after, *act) < n_standing(it.before, *act)
                    && it.after.memory[self.machine.poison] == 0
                    && counts(*act, &it.made)
            },
        )
    }

    /// Events that come when the run of the judged workflow is over.
    pub fn come_late(&self, events: Vec<EventId>) -> Shown<EventId> {
        let progress = self.machine.progress(self.machine.judged);
        let message = |event: &EventId| self.machine.message(*event);
        self.first_of_each(
            events,
            |event, before| before.memory[progress] == OVER && before.memory[message(event)] == 0,
            |event, it| it.after.memory[message(event)] > 0,
        )
    }
}

fn n_standing(state: &State, act: NodeId) -> usize {
    state.tokens.iter().filter(|token| token.node == act).count()
}
