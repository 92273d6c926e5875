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
        self.states.iter().enumerate().flat_map(|(from, before)| {
            self.machine.moves(before).into_iter().map(move |(made, after)| Transition {
                from: from as u32,
                before,
                made,
                after,
            })
        })
    }

    /// For each thing that is looked for the first transition that is it, with the run through that.
    fn first_of_each<T>(&self, mut open: Vec<T>, is_it: impl Fn(&T, &Transition) -> bool) -> Shown<T> {
        let mut found = Vec::new();
        for it in self.transitions() {
            if open.is_empty() {
                break;
            }
            while let Some(at) = open.iter().position(|wanted| is_it(wanted, &it)) {
                let mut moves = self.way_to(it.from);
                moves.push(it.made);
                found.push((open.remove(at), moves));
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
        self.first_of_each(acts, |(act, others), it| {
            it.made.node == *act
                && it.made.what == What::Done
                && !others.iter().any(|other| happened(it.before, *other))
        })
    }

    /// Steps of reactions that are done when the reaction has taken two of its events.
    pub fn done_again(&self, steps: Vec<(NodeId, NodeId)>) -> Shown<(NodeId, NodeId)> {
        let n_taken = |state: &State, reaction: NodeId| {
            let NodeKind::Receive { trigger, .. } = &self.machine.graph.node(reaction).kind else { return 0 };
            let taken = |term: &usize| state.memory[self.machine.taken(reaction, *term, 0)] > 0;
            (0..trigger.terms.len()).filter(taken).count()
        };
        self.first_of_each(steps, |(reaction, act), it| {
            it.made.node == *act && it.made.what == What::Done && n_taken(it.before, *reaction) > 1
        })
    }

    /// Acts that are on their way when something else stops their line: the last move. `counts` says for
    /// which of them that matters.
    pub fn given_up(&self, acts: Vec<NodeId>, counts: impl Fn(NodeId, &Move) -> bool) -> Shown<NodeId> {
        let stands = |state: &State, act: NodeId| state.tokens.iter().filter(|it| it.node == act).count();
        self.first_of_each(acts, |act, it| {
            it.made.node != *act
                && stands(&it.after, *act) < stands(it.before, *act)
                && it.after.memory[self.machine.poison] == 0
                && counts(*act, &it.made)
        })
    }

    /// Events that come when the run of the judged workflow is over.
    pub fn come_late(&self, events: Vec<EventId>) -> Shown<EventId> {
        let progress = self.machine.progress(self.machine.judged);
        self.first_of_each(events, |event, it| {
            let message = self.machine.message(*event);
            it.before.memory[progress] == OVER
                && it.before.memory[message] == 0
                && it.after.memory[message] > 0
        })
    }
}
