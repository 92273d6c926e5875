//! How a token moves: along an edge, closing what it leaves; through forks and joins.

use super::machine::Machine;
use super::state::{Cause, POISONED, State, Token};
use crate::graph::{EdgeId, EdgeKind, NodeId, NodeKind, RegionId};
use crate::model::{Id, WorkflowId};

impl Machine<'_> {
    /// Moves `token` along an edge out of its node; everything else in a region that is left is stopped.
    pub(super) fn travel(&self, state: &mut State, token: Token, edge: EdgeId) {
        let view = self.graph.edge(edge);
        state.remove(token);
        if let Some(region) = view.edge.closes {
            self.close(state, region, token.round);
        }
        if view.edge.kind.is_trouble() {
            self.blame(state, view.from);
        }
        if self.unhandled.contains(&edge) {
            state.memory[self.poison] = POISONED;
            return;
        }
        self.arrive(state, view.to, token.round, view.edge.kind == EdgeKind::Skipped);
    }

    /// Puts a token on a node, unless lines end there.
    pub(super) fn arrive(&self, state: &mut State, node: NodeId, round: u8, skipped: bool) {
        match &self.graph.node(node).kind {
            NodeKind::Drop => {}
            NodeKind::Unhandled => state.memory[self.poison] = POISONED,
            kind => {
                let round = self.round_of(self.graph.node(node).region, round);
                let skipped = skipped && matches!(kind, NodeKind::Join { .. });
                state.add(Token { node, round, skipped });
            }
        }
    }

    /// Stops every token in a region, in the round that is left.
    pub(super) fn close(&self, state: &mut State, region: RegionId, round: u8) {
        let round = self.round_of(region, round);
        state.tokens.retain(|token| {
            let inside = self.graph.is_within(self.graph.node(token.node).region, region);
            !(inside && self.round_of(region, token.round) == round)
        });
    }

    /// Stops every token of a workflow but those in `late` blocks.
    pub(super) fn stop(&self, state: &mut State, workflow: WorkflowId) {
        state.tokens.retain(|token| {
            self.graph.node(token.node).workflow != Some(workflow) || self.is_late(token.node)
        });
    }

    /// Remembers what went wrong last, seen from the pivot.
    pub(super) fn blame(&self, state: &mut State, node: NodeId) {
        let Some(workflow) = self.graph.node(node).workflow else { return };
        let cause = if self.behind_pivot[node.index()] { Cause::AfterPivot } else { Cause::Before };
        state.memory[self.cause(workflow)] = cause as u8;
    }

    pub(super) fn fork(&self, state: &mut State, token: Token, each: bool) {
        state.remove(token);
        for way in self.ways(token.node) {
            let to = self.graph.edge(*way).to;
            let depth = self.graph.region(self.graph.node(to).region).each_depth;
            self.arrive(state, to, token.round, false);
            if each && matches!(self.graph.node(to).kind, NodeKind::Join { .. }) {
                // Rounds with nothing in them are over at once.
                if depth < 2 {
                    self.arrive(state, to, token.round, false);
                }
            } else if each && (1..=2).contains(&depth) {
                self.arrive(state, to, token.round | 1 << (depth - 1), false);
            }
        }
    }

    /// The way out of a join with the tokens that have arrived, or nothing while it waits.
    pub(super) fn joined(&self, state: &State, token: Token) -> Option<State> {
        let NodeKind::Join { needs, branches, each } = &self.graph.node(token.node).kind else { return None };
        let region = self.graph.node(token.node).region;
        let depth = self.graph.region(region).each_depth;
        let total = match each {
            true => 1 + u32::from(depth < 2),
            false => (*branches).max(1),
        };
        let here: Vec<Token> = state
            .tokens
            .iter()
            .filter(|other| other.node == token.node && other.round == token.round)
            .copied()
            .collect();
        let skipped = here.iter().filter(|token| token.skipped).count() as u32;
        let succeeded = here.len() as u32 - skipped;
        let kind = match needs {
            None if here.len() as u32 >= total => EdgeKind::Next,
            None => return None,
            Some(needs) if succeeded >= (*needs).min(total) => EdgeKind::Next,
            Some(needs) if total - skipped < (*needs).min(total) => EdgeKind::Otherwise,
            Some(_) => return None,
        };
        let ways = self.ways(token.node).iter();
        let way = ways.copied().find(|way| self.graph.edge(*way).edge.kind == kind)?;
        let mut next = state.clone();
        if needs.is_some() {
            self.undo_unneeded(&mut next, token);
        }
        for arrived in here {
            next.remove(arrived);
        }
        // Who is not needed any more is stopped.
        self.close(&mut next, region, token.round);
        next.add(token);
        self.travel(&mut next, token, way);
        Some(next)
    }
}
