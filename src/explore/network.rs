//! Messages in transit, where their order counts: who they go to, and when they are handed over.
//!
//! What is handed over is taken at once by whoever waits for it. What nobody wants now stays where it is,
//! and what is behind it in a queue stays as well.

use super::delivery::{self, Delivery, MAX_IN_TRANSIT, Parcel};
use super::machine::{MANY, Machine};
use super::moves::{Move, Moves, What};
use super::state::{CUT, IDLE, State};
use crate::graph::{NodeId, NodeKind, ReceiveKind, Trigger};
use crate::model::{EventId, Id, ServiceId};

impl Machine<'_> {
    /// How often an event has come to who takes it at `node`: with a bag, as often as it was published.
    pub(super) fn has_come(&self, state: &State, node: NodeId, event: EventId) -> u8 {
        let inbox = self.graph.node(node).side.and_then(|side| self.inbox(side, event));
        state.memory[inbox.unwrap_or_else(|| self.message(event))]
    }

    /// Whether sending has to wait.
    pub(super) fn cannot_send(&self, state: &State) -> bool {
        self.delivery == Delivery::Rendezvous && !state.network.is_empty()
    }

    /// Puts a published event on its way to each of its receivers.
    pub(super) fn send(&self, state: &mut State, event: EventId) {
        let from = self.model.events[event].service.index() as u16;
        let parcel = |to: &ServiceId, again| Parcel {
            event: event.index() as u32,
            from,
            to: to.index() as u16,
            past: 0,
            with_previous: false,
            again,
        };
        let once = self.receivers(event).filter(|_| self.delivery.is_ordered()).map(|to| parcel(&to, false));
        let again = self.receivers(event).filter(|_| self.duplicates).map(|to| parcel(&to, true));
        let parcels: Vec<Parcel> = once.chain(again).collect();
        if state.network.len() + parcels.len() > MAX_IN_TRANSIT {
            state.memory[self.poison] = CUT;
            return;
        }
        let places = delivery::put(self.delivery, &mut state.network, &parcels);
        if self.delivery == Delivery::Causal {
            self.remember_cause(state, from, &places);
        }
    }

    /// The sender knows what it has sent; what it knew before is in the past of that.
    fn remember_cause(&self, state: &mut State, from: u16, places: &[usize]) {
        let mut in_order = places.to_vec();
        in_order.sort_unstable();
        // `put` names places as they are now; opening them from the left gives these.
        for place in &in_order {
            self.each_known(state, |known| delivery::opened(known, *place));
        }
        let before = self.known(state, from);
        let sent = places.iter().fold(0, |bits, place| bits | 1 << place);
        for place in places {
            state.network[*place].past = before | sent;
        }
        self.set_known(state, from, before | sent);
    }

    /// Every message that may be handed over now, to somebody who wants it.
    pub(super) fn delivery_moves(&self, state: &State, moves: &mut Moves) {
        for place in 0..state.network.len() {
            let parcel = state.network[place];
            let known = place > 0 && state.network[place - 1] == parcel && self.delivery == Delivery::Bag;
            if known || !delivery::may_come(self.delivery, &state.network, place) {
                continue;
            }
            let event = EventId::from_index(parcel.event as usize);
            let to = ServiceId::from_index(parcel.to as usize);
            if !parcel.again && !self.wants(state, to, event) {
                continue;
            }
            let mut next = state.clone();
            delivery::take_out(&mut next.network, place);
            if self.delivery == Delivery::Causal {
                self.each_known(&mut next, |known| delivery::closed(known, place));
                let past = delivery::closed(parcel.past, place);
                let known = self.known(&next, parcel.to) | past;
                self.set_known(&mut next, parcel.to, known);
            }
            // An inbox recognises what it has had before.
            if let Some(inbox) = self.inbox(to, event).filter(|_| !parcel.again) {
                next.memory[inbox] = (next.memory[inbox] + 1).min(MANY);
            }
            moves.push((Move { node: self.graph.message(event), what: What::Passes }, next));
        }
    }

    /// Whether somebody at a service asks for an event now. A reaction always does: it keeps what it has
    /// got until the rest is in.
    fn wants(&self, state: &State, to: ServiceId, event: EventId) -> bool {
        let Some(inbox) = self.inbox(to, event) else { return false };
        let had = state.memory[inbox];
        self.graph.subscriptions(event).any(|edge| {
            let node = self.graph.node(edge.to);
            let Some(workflow) = node.workflow.filter(|id| self.workflows.contains(id)) else { return false };
            if node.side != Some(to) {
                return false;
            }
            match &node.kind {
                NodeKind::Start { .. } => state.memory[self.progress(workflow)] == IDLE,
                NodeKind::Receive { kind: ReceiveKind::Wait | ReceiveKind::Alternative, trigger } => {
                    had < MANY && self.asks(state, edge.to, event, trigger, had)
                }
                NodeKind::Receive { .. } => !self.listening(state, edge.to).is_empty(),
                _ => false,
            }
        })
    }

    /// Whether a token waits at a receive for one more occurrence than the `had` ones.
    pub(super) fn asks(
        &self,
        state: &State,
        receive: NodeId,
        event: EventId,
        trigger: &Trigger,
        had: u8,
    ) -> bool {
        state.tokens.iter().any(|token| {
            self.waits_at(*token, receive)
                && trigger.terms.iter().enumerate().any(|(term, (named, _))| {
                    *named == event && state.memory[self.taken(receive, term, token.round)] >= had
                })
        })
    }

    /// What has been handed over is taken before anything else happens.
    pub(super) fn forced_moves(&self, state: &State, moves: &mut Moves) {
        for token in &state.tokens {
            if matches!(self.graph.node(token.node).kind, NodeKind::Receive { .. } | NodeKind::Race) {
                self.token_moves(state, *token, moves);
            }
        }
        self.listener_moves(state, moves);
        moves.retain(|(made, _)| {
            !matches!(self.graph.node(made.node).kind, NodeKind::Receive { kind: ReceiveKind::Late, .. })
        });
    }

    /// Events on their way, or published and never taken: who they were for.
    pub(super) fn untaken(&self, state: &State) -> Vec<(EventId, ServiceId)> {
        let mut found = Vec::new();
        for event in self.model.events.ids().filter(|event| state.memory[self.message(*event)] > 0) {
            let published = state.memory[self.message(event)];
            let mut most: std::collections::BTreeMap<ServiceId, u8> = std::collections::BTreeMap::new();
            for edge in self.graph.subscriptions(event) {
                let node = self.graph.node(edge.to);
                let (Some(side), Some(workflow)) = (node.side, node.workflow) else { continue };
                if !self.workflows.contains(&workflow) {
                    continue;
                }
                let taken = match &node.kind {
                    NodeKind::Start { .. } => u8::from(state.memory[self.progress(workflow)] != IDLE),
                    NodeKind::Receive { trigger, .. } => {
                        let terms = trigger.terms.iter().enumerate();
                        let own = terms.filter(|(_, (named, _))| *named == event);
                        own.map(|(term, _)| state.memory[self.taken(edge.to, term, 0)]).max().unwrap_or(0)
                    }
                    _ => continue,
                };
                let known = most.entry(side).or_default();
                *known = taken.max(*known);
            }
            found.extend(most.into_iter().filter(|(_, taken)| *taken < published).map(|(to, _)| (event, to)));
        }
        found
    }

    // ---- who knows of what, for cause and effect ---------------------------------------------------

    fn known(&self, state: &State, service: u16) -> u16 {
        let at = self.knowledge + 2 * service as usize;
        u16::from_le_bytes([state.memory[at], state.memory[at + 1]])
    }

    fn set_known(&self, state: &mut State, service: u16, known: u16) {
        let at = self.knowledge + 2 * service as usize;
        state.memory[at..at + 2].copy_from_slice(&known.to_le_bytes());
    }

    fn each_known(&self, state: &mut State, change: impl Fn(u16) -> u16) {
        for service in 0..self.model.services.len() as u16 {
            let known = self.known(state, service);
            self.set_known(state, service, change(known));
        }
    }
}
