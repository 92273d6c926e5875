//! What was still to be done when a run ended: reactions whose events are in, and waits that were left
//! before their event came.

use super::runs::{RunEnd, Runs};
use super::state::State;
use crate::graph::{NodeId, NodeKind};
use crate::model::EventId;

impl Runs<'_> {
    fn state_of(&self, end: &RunEnd) -> &State {
        &self.states[end.state as usize]
    }

    /// Whether a reaction could take something when the run ended.
    pub fn is_due(&self, end: &RunEnd, reaction: NodeId) -> bool {
        let NodeKind::Receive { trigger, .. } = &self.machine.graph.node(reaction).kind else { return false };
        !self.machine.takes(self.state_of(end), reaction, 0, trigger).is_empty()
    }

    /// Whether the event was never published before the run ended.
    pub fn never_came(&self, end: &RunEnd, event: EventId) -> bool {
        self.state_of(end).memory[self.machine.message(event)] == 0
    }
}
