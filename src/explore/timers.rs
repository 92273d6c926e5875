//! When timers go off, and what becomes of a block that is given up.

use super::machine::Machine;
use super::moves::{Move, Moves, What};
use super::state::{IDLE, State, Status, Token};
use crate::graph::{NodeId, NodeKind, Timer};

impl Machine<'_> {
    pub(super) fn timer_moves(&self, state: &State, moves: &mut Moves) {
        for token in &state.tokens {
            if matches!(self.graph.node(token.node).kind, NodeKind::Timer(Timer::Pause)) {
                let mut next = state.clone();
                self.travel_first(&mut next, *token);
                moves.push((Move { node: token.node, what: What::Fires }, next));
            }
        }
        for limit in &self.limits {
            self.limit_moves(state, *limit, moves);
        }
        for timer in &self.watches {
            if let Some(byte) =
                self.fired(*timer).filter(|byte| state.memory[*byte] == 0 && self.is_armed(state, *timer))
            {
                let mut next = state.clone();
                next.memory[byte] = 1;
                for way in self.ways(*timer) {
                    self.arrive(&mut next, self.graph.edge(*way).to, 0, false);
                }
                moves.push((Move { node: *timer, what: What::Fires }, next));
            }
        }
    }

    /// A limit that passes ends its region, unless a pivot in it has succeeded.
    fn limit_moves(&self, state: &State, limit: NodeId, moves: &mut Moves) {
        let region = self.graph.node(limit).region;
        let passed = self.pivots_in.get(&limit).into_iter().flatten();
        let counts = !passed
            .into_iter()
            .any(|pivot| self.statuses(state, *pivot).any(|status| status == Status::Kept));
        let Some(way) = self.ways(limit).first().filter(|_| counts) else { return };
        if self.cannot_stop(state, region) {
            return;
        }
        for round in self.rounds_in(state, region) {
            let token = Token { node: limit, round, skipped: false };
            for mut next in self.given_up(state, region, round) {
                next.add(token);
                self.travel(&mut next, token, *way);
                moves.push((Move { node: limit, what: What::Fires }, next));
            }
        }
    }

    /// A timer may win against an answer, not against what needs none: a line that stands before its
    /// `end` ends. A choreographed child cannot be given up; its end is waited for.
    fn cannot_stop(&self, state: &State, region: crate::graph::RegionId) -> bool {
        state.tokens.iter().any(|token| {
            let node = self.graph.node(token.node);
            let stays = match &node.kind {
                NodeKind::End { .. } => true,
                NodeKind::Run(run) => self.model.workflows[run.workflow].is_choreographed(),
                _ => false,
            };
            stays && self.graph.is_within(node.region, region)
        })
    }

    /// When a block is given up, a write in flight may turn out to have been done. What can be undone
    /// is then undone; what cannot is left. A child that is given up takes itself back.
    fn given_up(&self, state: &State, region: crate::graph::RegionId, round: u8) -> Vec<State> {
        let mut found = vec![state.clone()];
        let mut left = state.clone();
        for token in &state.tokens {
            let inside = self.graph.is_within(self.graph.node(token.node).region, region)
                && self.round_of(region, token.round) == round;
            if inside
                && matches!(&self.graph.node(token.node).kind, NodeKind::Act(act) if act.is_write)
                && !self.graph.node(token.node).kind.is_pivot()
                && !self.can_be_undone(token.node)
            {
                self.remember(&mut left, self.slot(token.node, token.round), Status::Unknown);
            }
        }
        if left != *state {
            found.push(left);
        }
        found
    }

    fn is_armed(&self, state: &State, timer: NodeId) -> bool {
        let node = self.graph.node(timer);
        let Some(workflow) = node.workflow else { return false };
        match &node.kind {
            NodeKind::Timer(Timer::Watch { armed_by, expected }) => {
                state.memory[self.message(*armed_by)] > 0 && !self.is_in(state, expected)
            }
            NodeKind::Timer(Timer::RunLimit) => {
                state.memory[self.progress(workflow)] != IDLE && !self.has_ended(state, workflow)
            }
            NodeKind::Timer(Timer::Reminder) if self.model.workflows[workflow].is_choreographed() => {
                state.memory[self.progress(workflow)] != IDLE && !self.has_ended(state, workflow)
            }
            NodeKind::Timer(Timer::Reminder) => self.is_active(state, node.region),
            _ => false,
        }
    }
}
