//! How messages come and who takes them: reactions, waits, consequences, events from outside.

use super::machine::{MANY, Machine};
use super::moves::{Move, Moves, What};
use super::state::{IDLE, OVER, State, Token};
use crate::graph::{EdgeKind, NodeId, NodeKind, ReceiveKind, Trigger};
use crate::model::{EventId, HowMany, WorkflowId};
use smallvec::{SmallVec, smallvec};

/// Rounds of nested parallel loops, each once.
type Rounds = SmallVec<[u8; 4]>;

/// Places in the list of terms of a formula.
type Terms = SmallVec<[usize; 8]>;

impl Machine<'_> {
    /// The terms of a receive with occurrences that it has not taken yet; `None` while it waits for more.
    fn ready_terms(&self, state: &State, receive: NodeId, round: u8, trigger: &Trigger) -> Option<Terms> {
        let available = |term: &usize| {
            let (event, _) = trigger.terms[*term];
            self.has_come(state, receive, event) > state.memory[self.taken(receive, *term, round)]
        };
        let ready: Terms = (0..trigger.terms.len()).filter(available).collect();
        let is_enough = match trigger.how {
            HowMany::All => ready.len() == trigger.terms.len() && !ready.is_empty(),
            HowMany::Any => !ready.is_empty(),
            HowMany::Some(n) => ready.len() >= n as usize,
        };
        is_enough.then_some(ready)
    }

    /// Whether a receive could take something, if nothing else came first.
    pub(super) fn is_ready(&self, state: &State, receive: NodeId) -> bool {
        let NodeKind::Receive { trigger, .. } = &self.graph.node(receive).kind else { return false };
        let standing = state.tokens.iter().filter(|token| self.waits_at(**token, receive));
        let rounds = standing.map(|token| token.round).chain(self.listening(state, receive));
        rounds.into_iter().any(|round| self.ready_terms(state, receive, round, trigger).is_some())
    }

    /// Whether a token stands at a receive, or at the race that it is an alternative of.
    pub(super) fn waits_at(&self, token: Token, receive: NodeId) -> bool {
        token.node == receive
            || matches!(self.graph.node(token.node).kind, NodeKind::Race)
                && self.ways(token.node).iter().any(|way| self.graph.edge(*way).to == receive)
    }

    /// The states after a receive has taken occurrences that it has not taken yet, one for each choice.
    pub(super) fn takes(&self, state: &State, receive: NodeId, round: u8, trigger: &Trigger) -> Vec<State> {
        let Some(ready) = self.ready_terms(state, receive, round, trigger) else { return Vec::new() };
        let take = |terms: &[usize]| {
            let mut next = state.clone();
            for term in terms {
                let taken = self.taken(receive, *term, round);
                next.memory[taken] += 1;
                // What a coordinator has taken here, it does not take further on.
                for (other, term) in self.same_message.get(&(receive, *term)).into_iter().flatten() {
                    let other = self.taken(*other, *term, round);
                    next.memory[other] = next.memory[other].max(next.memory[taken]);
                }
            }
            next
        };
        match trigger.how {
            HowMany::Any => ready.iter().map(|term| take(&[*term])).collect(),
            HowMany::All | HowMany::Some(_) => vec![take(&ready)],
        }
    }

    pub(super) fn race_moves(&self, state: &State, token: Token, moves: &mut Moves) {
        for way in self.ways(token.node) {
            let receive = self.graph.edge(*way).to;
            let NodeKind::Receive { trigger, .. } = &self.graph.node(receive).kind else { continue };
            for mut next in self.takes(state, receive, token.round, trigger) {
                next.remove(token);
                let there = Token { node: receive, ..token };
                next.add(there);
                self.travel_first(&mut next, there);
                moves.push((Move { node: receive, what: What::Takes }, next));
            }
        }
    }

    pub(super) fn listener_moves(&self, state: &State, moves: &mut Moves) {
        for receive in &self.listeners {
            self.moves_of(state, *receive, moves);
        }
    }

    /// What one of those that listen can take.
    pub(super) fn moves_of(&self, state: &State, listener: NodeId, moves: &mut Moves) {
        let NodeKind::Receive { trigger, .. } = &self.graph.node(listener).kind else { return };
        for round in self.listening(state, listener) {
            for mut next in self.takes(state, listener, round, trigger) {
                for way in self.ways(listener) {
                    self.arrive(&mut next, self.graph.edge(*way).to, round, false);
                }
                if self.is_interrupt(listener) {
                    self.blame(&mut next, listener);
                }
                moves.push((Move { node: listener, what: What::Takes }, next));
            }
        }
    }

    pub(super) fn is_interrupt(&self, receive: NodeId) -> bool {
        matches!(self.graph.node(receive).kind, NodeKind::Receive { kind: ReceiveKind::Interrupt, .. })
    }

    /// The rounds in which a receive listens now.
    pub(super) fn listening(&self, state: &State, receive: NodeId) -> Rounds {
        let node = self.graph.node(receive);
        let (Some(workflow), NodeKind::Receive { kind, trigger }) = (node.workflow, &node.kind) else {
            return Rounds::new();
        };
        let progress = state.memory[self.progress(workflow)];
        let once = |listens: bool| if listens { smallvec![0] } else { Rounds::new() };
        match kind {
            ReceiveKind::Reaction => once(progress != IDLE),
            ReceiveKind::Interrupt => self.rounds_in(state, node.region),
            ReceiveKind::Late if self.model.workflows[workflow].is_choreographed() => {
                // A living `when` comes first.
                let lives = trigger.terms.iter().any(|(event, _)| {
                    self.graph.subscriptions(*event).any(|edge| {
                        let taker = self.graph.node(edge.to);
                        taker.workflow == Some(workflow)
                            && matches!(taker.kind, NodeKind::Receive { kind: ReceiveKind::Reaction, .. })
                    })
                });
                once(!lives && self.has_ended(state, workflow))
            }
            ReceiveKind::Late => once(progress == OVER),
            ReceiveKind::Wait | ReceiveKind::Alternative => Rounds::new(),
        }
    }

    /// The rounds in which a region is active.
    pub(super) fn rounds_in(&self, state: &State, region: crate::graph::RegionId) -> Rounds {
        let mut rounds: Rounds = state
            .tokens
            .iter()
            .filter(|token| self.graph.is_within(self.graph.node(token.node).region, region))
            .map(|token| self.round_of(region, token.round))
            .collect();
        rounds.sort_unstable();
        rounds.dedup();
        rounds
    }

    /// Whether an end of the workflow has been recorded.
    pub(super) fn has_ended(&self, state: &State, workflow: WorkflowId) -> bool {
        self.model.workflows[workflow].goals.iter().any(|goal| state.memory[self.goal(*goal)] != 0)
    }

    /// One of the events that a command brings about comes some time after its reply.
    pub(super) fn consequence_moves(&self, state: &State, moves: &mut Moves) {
        if self.cannot_send(state) {
            return;
        }
        for (act, byte) in self.acts_with_consequences() {
            if state.memory[byte] == 0 {
                continue;
            }
            for edge in self.graph.out_edges(act).filter(|edge| edge.edge.kind == EdgeKind::Consequence) {
                let NodeKind::Message { event } = &self.graph.node(edge.to).kind else { continue };
                let mut next = state.clone();
                next.memory[byte] = 0;
                self.publish(&mut next, *event);
                moves.push((Move { node: edge.to, what: What::Arrives }, next));
            }
        }
    }

    /// Events from outside arrive when somebody asks for them.
    pub(super) fn outside_moves(&self, state: &State, moves: &mut Moves) {
        if self.cannot_send(state) {
            return;
        }
        for event in &self.outside {
            if self.is_wanted(state, *event) {
                let mut next = state.clone();
                self.publish(&mut next, *event);
                moves.push((Move { node: self.graph.message(*event), what: What::Arrives }, next));
            }
        }
    }

    fn is_wanted(&self, state: &State, event: EventId) -> bool {
        let count = state.memory[self.message(event)];
        self.graph.subscriptions(event).any(|edge| {
            let node = self.graph.node(edge.to);
            let Some(workflow) = node.workflow.filter(|id| self.workflows.contains(id)) else { return false };
            match &node.kind {
                NodeKind::Start { .. } => count == 0 && state.memory[self.progress(workflow)] == IDLE,
                NodeKind::Goal { .. } => count == 0 && state.memory[self.progress(workflow)] != IDLE,
                NodeKind::Receive { kind: ReceiveKind::Wait | ReceiveKind::Alternative, trigger } => {
                    count < MANY && self.asks(state, edge.to, event, trigger, count)
                }
                NodeKind::Receive { .. } => count == 0 && !self.listening(state, edge.to).is_empty(),
                _ => false,
            }
        })
    }
}
