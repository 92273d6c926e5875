//! What can happen next in a state.

use super::machine::{MANY, Machine};
use super::state::{Cause, IDLE, OVER, RUNNING, State, Status, Token};
use super::{Lens, Orders, Timers};
use crate::graph::{EdgeId, EdgeKind, NodeId, NodeKind, ReceiveKind, Trigger};
use crate::model::{EventId, GoalId, HowMany, WorkflowId};

/// One thing that happened, for telling a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    pub node: NodeId,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A run begins.
    Starts,
    /// An event comes from outside, or as a consequence of a command.
    Arrives,
    Done,
    /// A business failure, an outage: the way it takes.
    Fails(EdgeId),
    /// Takes the events it waits for.
    Takes,
    /// A timer fires.
    Fires,
    Chooses(EdgeId),
    Publishes,
    Undoes,
    Ends,
    /// Joints of lines, notifications.
    Passes,
}

pub(super) type Moves = Vec<(Move, State)>;

/// Whether a state was left in every way there is, or in chosen ones that stand for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Every,
    Chosen,
}

impl Machine<'_> {
    /// Puts into `moves` what can happen; gives whether steps that can wait were left out.
    pub(super) fn successors(&self, state: &State, orders: Orders, moves: &mut Moves) -> Order {
        moves.clear();
        let order = self.next_moves(state, orders, moves);
        self.record_goals_of(moves);
        order
    }

    /// What can happen, steps that keep to their branches in one order.
    pub(super) fn moves(&self, state: &State) -> Moves {
        let mut moves = Moves::new();
        self.successors(state, Orders::AsNeeded, &mut moves);
        moves
    }

    fn next_moves(&self, state: &State, orders: Orders, moves: &mut Moves) -> Order {
        let settled = !self.goes_on && self.is_settled(state);
        if state.memory[self.poison] != 0 || settled {
            return Order::Every;
        }
        if let Some(start) = self.start(state) {
            moves.push(start);
            return Order::Every;
        }
        if self.at_once(state, moves) {
            return Order::Every;
        }
        let orders = if self.delivery.is_ordered() { Orders::Every } else { orders };
        if orders == Orders::Few {
            self.free_moves(state, moves);
            if !moves.is_empty() {
                return Order::Chosen;
            }
        }
        let chosen = self.chosen(state, orders);
        for token in chosen.as_deref().unwrap_or(&state.tokens) {
            self.token_moves(state, *token, moves);
        }
        self.listener_moves(state, moves);
        self.consequence_moves(state, moves);
        self.outside_moves(state, moves);
        self.delivery_moves(state, moves);
        if self.timers == Timers::Hasty || moves.is_empty() {
            self.timer_moves(state, moves);
        }
        if chosen.is_some() { Order::Chosen } else { Order::Every }
    }

    /// What happens before anything else can: a line goes on to where it needs an answer, what it
    /// publishes included, and what has been handed over is taken. Gives whether there is any of that.
    fn at_once(&self, state: &State, moves: &mut Moves) -> bool {
        if let Some(token) = state.tokens.iter().find(|token| self.goes_on(state, **token)) {
            self.token_moves(state, *token, moves);
            return true;
        }
        if !self.delivery.is_ordered() {
            return false;
        }
        if !self.cannot_send(state) {
            let publishes =
                |token: &&Token| matches!(self.graph.node(token.node).kind, NodeKind::Publish { .. });
            for token in state.tokens.iter().filter(publishes) {
                self.token_moves(state, *token, moves);
            }
        }
        if moves.is_empty() {
            self.forced_moves(state, moves);
        }
        !moves.is_empty()
    }

    pub(super) fn record_goals_of(&self, moves: &mut Moves) {
        for (_, next) in moves {
            self.record_goals(next);
        }
    }

    /// A conducted run that is over needs no further looking at, unless something late may act.
    fn is_settled(&self, state: &State) -> bool {
        state.memory[self.progress(self.judged)] == OVER
            && self.lens != Some(Lens::BeyondTheEnd)
            && !state.tokens.iter().any(|token| self.is_late(token.node))
            && !self.listeners.iter().any(|id| {
                self.graph.node(*id).workflow == Some(self.judged)
                    && matches!(self.graph.node(*id).kind, NodeKind::Receive { kind: ReceiveKind::Late, .. })
                    && self.graph.is_on_line(*id, |_, node| {
                        matches!(node.kind, NodeKind::Undo { .. } | NodeKind::Act(_))
                    })
            })
    }

    // ---- starts ---------------------------------------------------------------------------------

    /// Nobody can see when a run begins, so it begins as soon as it can.
    fn start(&self, state: &State) -> Option<(Move, State)> {
        let workflow = self.workflows.iter().copied().find(|id| {
            state.memory[self.progress(*id)] == IDLE
                && match &self.graph.node(self.graph.start(*id)).kind {
                    NodeKind::Start { trigger: Some(trigger) } => {
                        self.holds(trigger, |event| self.has_come(state, self.graph.start(*id), event))
                    }
                    _ => true,
                }
        })?;
        let start = self.graph.start(workflow);
        let mut next = state.clone();
        next.memory[self.progress(workflow)] = RUNNING;
        for way in self.ways(start) {
            self.arrive(&mut next, self.graph.edge(*way).to, 0, false);
        }
        Some((Move { node: start, what: What::Starts }, next))
    }

    /// Whether a formula holds over all messages, taken or not.
    pub(super) fn is_in(&self, state: &State, trigger: &Trigger) -> bool {
        self.holds(trigger, |event| state.memory[self.message(event)])
    }

    fn holds(&self, trigger: &Trigger, times: impl Fn(EventId) -> u8) -> bool {
        let count = trigger.terms.iter().filter(|(event, _)| times(*event) > 0).count();
        match trigger.how {
            HowMany::All => count == trigger.terms.len(),
            HowMany::Any => count > 0,
            HowMany::Some(n) => count >= n as usize,
        }
    }

    /// Choreographed ends are recorded as soon as their formula holds.
    pub(super) fn record_goals(&self, state: &mut State) {
        for end in &self.recorded {
            let is_open = state.memory[end.progress] != IDLE && state.memory[end.goal] == 0;
            if is_open && self.is_in(state, end.trigger) {
                state.memory[end.goal] = 1;
            }
        }
    }

    // ---- tokens ---------------------------------------------------------------------------------

    /// Whether something is under way that nothing else comes between.
    pub(super) fn goes_on_by_itself(&self, state: &State) -> bool {
        self.start(state).is_some() || state.tokens.iter().any(|token| self.goes_on(state, *token))
    }

    /// Whether a line goes on by itself: what it does now, nobody else can disturb or see before it
    /// is done. A reaction is one transaction.
    fn goes_on(&self, state: &State, token: Token) -> bool {
        match &self.graph.node(token.node).kind {
            NodeKind::Merge { .. } | NodeKind::Notify { .. } | NodeKind::Decide | NodeKind::Fork { .. } => {
                true
            }
            // Where messages have an order, it counts who publishes first.
            NodeKind::Publish { .. } => !self.delivery.is_ordered(),
            NodeKind::Join { .. } => self.joined(state, token).is_some(),
            NodeKind::Act(_) | NodeKind::Run(_) | NodeKind::Undo { .. } => self.in_participant(token.node),
            _ => false,
        }
    }

    /// Adds what a token can do; the ends that are recorded by that are not in it yet.
    pub(super) fn token_moves(&self, state: &State, token: Token, moves: &mut Moves) {
        let node = token.node;
        let ways = self.ways(node);
        let along = |way: &EdgeId, what: What| {
            let mut next = state.clone();
            self.travel(&mut next, token, *way);
            (Move { node, what }, next)
        };
        match &self.graph.node(node).kind {
            NodeKind::Merge { .. } => moves.extend(ways.iter().map(|way| along(way, What::Passes))),
            NodeKind::Notify { workflow, .. } => {
                let mut next = state.clone();
                self.comes_of(&mut next, node, *workflow);
                self.travel_first(&mut next, token);
                moves.push((Move { node, what: What::Passes }, next));
            }
            NodeKind::Decide => moves.extend(ways.iter().map(|way| along(way, What::Chooses(*way)))),
            NodeKind::Fork { each } => {
                let mut next = state.clone();
                self.fork(&mut next, token, *each);
                moves.push((Move { node, what: What::Passes }, next));
            }
            NodeKind::Join { .. } => {
                let joined = self.joined(state, token);
                moves.extend(joined.map(|next| (Move { node, what: What::Passes }, next)));
            }
            NodeKind::Publish { .. } if self.cannot_send(state) => {}
            NodeKind::Publish { event } => {
                let mut next = state.clone();
                self.publish(&mut next, *event);
                self.travel_first(&mut next, token);
                moves.push((Move { node, what: What::Publishes }, next));
            }
            NodeKind::Undo { .. } => moves.push((Move { node, what: What::Undoes }, self.undo(state, token))),
            NodeKind::End { goal } => moves.push(self.end(state, token, *goal)),
            NodeKind::Act(_) | NodeKind::Run(_) => self.step_moves(state, token, moves),
            NodeKind::Receive { trigger, .. } => {
                for mut next in self.takes(state, node, token.round, trigger) {
                    self.travel_first(&mut next, token);
                    moves.push((Move { node, what: What::Takes }, next));
                }
            }
            NodeKind::Race => self.race_moves(state, token, moves),
            _ => {}
        }
    }

    pub(super) fn travel_first(&self, state: &mut State, token: Token) {
        match self.ways(token.node).first() {
            Some(way) => self.travel(state, token, *way),
            None => state.remove(token),
        }
    }

    pub(super) fn publish(&self, state: &mut State, event: EventId) {
        let byte = self.message(event);
        state.memory[byte] = (state.memory[byte] + 1).min(MANY);
        if self.delivery.is_ordered() || self.duplicates {
            self.send(state, event);
        }
    }

    fn end(&self, state: &State, token: Token, goal: GoalId) -> (Move, State) {
        let mut next = state.clone();
        let workflow = self.model.goals[goal].workflow;
        next.remove(token);
        self.stop(&mut next, workflow);
        next.memory[self.goal(goal)] = 1;
        next.memory[self.progress(workflow)] = OVER;
        (Move { node: token.node, what: What::Ends }, next)
    }

    /// A step is done, refused, or does not answer.
    fn step_moves(&self, state: &State, token: Token, moves: &mut Moves) {
        let node = token.node;
        let slot = self.slot(node, token.round);
        let status = slot.map_or(Status::None, |slot| Status::from_byte(state.memory[slot]));
        if status == Status::Tombstone {
            let mut next = state.clone();
            next.remove(token);
            moves.push((Move { node, what: What::Passes }, next));
            return;
        }
        for way in self.ways(node) {
            let mut next = state.clone();
            let what = match &self.graph.edge(*way).edge.kind {
                EdgeKind::Fails(_) => {
                    self.remember(&mut next, slot, Status::Refused);
                    What::Fails(*way)
                }
                EdgeKind::Outage => {
                    if self.has_effect_of_its_own(node) {
                        self.remember(&mut next, slot, Status::Unknown);
                    }
                    What::Fails(*way)
                }
                _ => {
                    self.done(&mut next, node, slot);
                    What::Done
                }
            };
            self.travel(&mut next, token, *way);
            moves.push((Move { node, what }, next));
        }
    }

    /// A later round that fails does not take away what an earlier one did.
    pub(super) fn remember(&self, state: &mut State, slot: Option<usize>, status: Status) {
        if let Some(slot) = slot
            && !Status::from_byte(state.memory[slot]).is_effective()
        {
            state.memory[slot] = status as u8;
        }
    }

    fn has_effect_of_its_own(&self, node: NodeId) -> bool {
        match &self.graph.node(node).kind {
            NodeKind::Act(act) => act.is_write,
            NodeKind::Run(_) => true,
            _ => false,
        }
    }

    fn done(&self, state: &mut State, node: NodeId, slot: Option<usize>) {
        let Some(workflow) = self.graph.node(node).workflow else { return };
        let conducted = !self.model.workflows[workflow].is_choreographed();
        if let NodeKind::Act(act) = &self.graph.node(node).kind {
            for undone in self.undone_by.get(&act.operation).into_iter().flatten() {
                for slot in self.slots_of(*undone) {
                    if Status::from_byte(state.memory[slot]).is_effective() {
                        state.memory[slot] = Status::Undone as u8;
                    }
                }
            }
        }
        if let Some(slot) = slot
            && self.has_effect_of_its_own(node)
        {
            let after = conducted && self.pivot_is_done(state, workflow);
            state.memory[slot] = if after { Status::AfterPivot } else { Status::Done } as u8;
        }
        if self.graph.node(node).kind.is_pivot() {
            if conducted {
                self.keep(state, workflow);
            }
            if let Some(slot) = slot {
                state.memory[slot] = Status::Kept as u8;
            }
        }
        let run = match &self.graph.node(node).kind {
            NodeKind::Run(run) => Some(run.workflow),
            _ => None,
        };
        self.comes_of(state, node, run);
    }

    /// What was called publishes later; the workflow that was run is begun by its events.
    fn comes_of(&self, state: &mut State, node: NodeId, run: Option<WorkflowId>) {
        if let Some(byte) = self.consequence(node) {
            state.memory[byte] = 1;
        }
        let start = run.map(|workflow| &self.graph.node(self.graph.start(workflow)).kind);
        if let Some(NodeKind::Start { trigger: Some(trigger) }) = start {
            for (event, _) in &trigger.terms {
                self.publish(state, *event);
            }
        }
    }

    /// What was done before the pivot is no longer taken back, also when another pivot had succeeded before it.
    fn keep(&self, state: &mut State, workflow: WorkflowId) {
        for act in self.acts.iter().filter(|act| self.graph.node(**act).workflow == Some(workflow)) {
            for slot in self.slots_of(*act) {
                let status = Status::from_byte(state.memory[slot]);
                if matches!(status, Status::Done | Status::Unknown | Status::AfterPivot) {
                    state.memory[slot] = Status::Kept as u8;
                }
            }
        }
    }

    /// The cause byte of a workflow.
    pub(super) fn cause_of(&self, state: &State, workflow: WorkflowId) -> Cause {
        Cause::from_byte(state.memory[self.cause(workflow)])
    }
}
