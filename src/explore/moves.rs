//! What can happen next in a state.

use super::Timers;
use super::machine::{MANY, Machine, is_pivot};
use super::state::{Cause, IDLE, OVER, RUNNING, State, Status, Token};
use crate::graph::{EdgeId, EdgeKind, NodeId, NodeKind, ReceiveKind, Timer, Trigger};
use crate::model::{EventId, GoalId, HowMany, Id, WorkflowId};

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

impl Machine<'_> {
    pub(super) fn successors(&self, state: &State) -> Moves {
        if state.memory[self.poison] != 0 || self.is_settled(state) {
            return Vec::new();
        }
        if let Some(start) = self.start(state) {
            return vec![start];
        }
        if let Some(token) = state.tokens.iter().find(|token| self.goes_on(state, **token)) {
            return self.token_moves(state, *token);
        }
        let mut moves = Moves::new();
        let local = state.tokens.iter().find(|token| self.is_local_step(state, **token));
        match local {
            Some(token) => moves.extend(self.token_moves(state, *token)),
            None => moves.extend(state.tokens.iter().flat_map(|token| self.token_moves(state, *token))),
        }
        self.listener_moves(state, &mut moves);
        self.consequence_moves(state, &mut moves);
        self.outside_moves(state, &mut moves);
        if self.timers == Timers::Hasty || moves.is_empty() {
            self.timer_moves(state, &mut moves);
        }
        for (_, next) in &mut moves {
            self.record_goals(next);
        }
        moves
    }

    /// A conducted run that is over needs no further looking at, unless something late may act.
    fn is_settled(&self, state: &State) -> bool {
        state.memory[self.progress(self.judged)] == OVER
            && !state.tokens.iter().any(|token| self.is_late(token.node))
            && !self.listeners.iter().any(|id| {
                self.graph.node(*id).workflow == Some(self.judged)
                    && matches!(self.graph.node(*id).kind, NodeKind::Receive { kind: ReceiveKind::Late, .. })
                    && self.graph.line_from(*id).iter().any(|node| {
                        matches!(self.graph.node(*node).kind, NodeKind::Undo { .. } | NodeKind::Act(_))
                    })
            })
    }

    // ---- starts ---------------------------------------------------------------------------------

    /// Nobody can see when a run begins, so it begins as soon as it can.
    fn start(&self, state: &State) -> Option<(Move, State)> {
        let workflow = self.workflows.iter().copied().find(|id| {
            state.memory[self.progress(*id)] == IDLE
                && match &self.graph.node(self.graph.start(*id)).kind {
                    NodeKind::Start { trigger: Some(trigger) } => self.is_in(state, trigger),
                    _ => true,
                }
        })?;
        let start = self.graph.start(workflow);
        let mut next = state.clone();
        next.memory[self.progress(workflow)] = RUNNING;
        for way in &self.ways[start.index()] {
            self.arrive(&mut next, self.graph.edge(*way).to, 0, false);
        }
        self.record_goals(&mut next);
        Some((Move { node: start, what: What::Starts }, next))
    }

    /// Whether a formula holds over all messages, taken or not.
    pub(super) fn is_in(&self, state: &State, trigger: &Trigger) -> bool {
        let count = trigger.terms.iter().filter(|(event, _)| state.memory[self.message(*event)] > 0).count();
        match trigger.how {
            HowMany::All => count == trigger.terms.len(),
            HowMany::Any => count > 0,
            HowMany::Some(n) => count >= n as usize,
        }
    }

    /// Choreographed ends are recorded as soon as their formula holds.
    fn record_goals(&self, state: &mut State) {
        for workflow in &self.workflows {
            if state.memory[self.progress(*workflow)] == IDLE {
                continue;
            }
            for goal in &self.model.workflows[*workflow].goals {
                if let NodeKind::Goal { trigger: Some(trigger), .. } =
                    &self.graph.node(self.graph.goal(*goal)).kind
                    && self.is_in(state, trigger)
                {
                    state.memory[self.goal(*goal)] = 1;
                }
            }
        }
    }

    // ---- tokens ---------------------------------------------------------------------------------

    /// Whether a line goes on by itself: what it does now, nobody else can disturb or see before it
    /// is done. A reaction is one transaction.
    fn goes_on(&self, state: &State, token: Token) -> bool {
        match &self.graph.node(token.node).kind {
            NodeKind::Merge { .. }
            | NodeKind::Notify { .. }
            | NodeKind::Decide
            | NodeKind::Fork { .. }
            | NodeKind::Publish { .. } => true,
            NodeKind::Join { .. } => self.joined(state, token).is_some(),
            NodeKind::Act(_) | NodeKind::Run(_) | NodeKind::Undo { .. } => self.in_participant(token.node),
            _ => false,
        }
    }

    fn is_local_step(&self, state: &State, token: Token) -> bool {
        state.tokens.len() > 1
            && matches!(self.graph.node(token.node).kind, NodeKind::Act(_) | NodeKind::Run(_))
            && self.is_local(token.node)
    }

    fn token_moves(&self, state: &State, token: Token) -> Moves {
        let node = token.node;
        let ways = &self.ways[node.index()];
        let along = |way: &EdgeId, what: What| {
            let mut next = state.clone();
            self.travel(&mut next, token, *way);
            (Move { node, what }, next)
        };
        let mut moves = match &self.graph.node(node).kind {
            NodeKind::Merge { .. } | NodeKind::Notify { .. } => {
                ways.iter().map(|way| along(way, What::Passes)).collect()
            }
            NodeKind::Decide => ways.iter().map(|way| along(way, What::Chooses(*way))).collect(),
            NodeKind::Fork { each } => {
                let mut next = state.clone();
                self.fork(&mut next, token, *each);
                vec![(Move { node, what: What::Passes }, next)]
            }
            NodeKind::Join { .. } => {
                let joined = self.joined(state, token);
                joined.into_iter().map(|next| (Move { node, what: What::Passes }, next)).collect()
            }
            NodeKind::Publish { event } => {
                let mut next = state.clone();
                self.publish(&mut next, *event);
                self.travel_first(&mut next, token);
                vec![(Move { node, what: What::Publishes }, next)]
            }
            NodeKind::Undo { .. } => vec![(Move { node, what: What::Undoes }, self.undo(state, token))],
            NodeKind::End { goal } => vec![self.end(state, token, *goal)],
            NodeKind::Act(_) | NodeKind::Run(_) => self.step_moves(state, token),
            NodeKind::Receive { trigger, .. } => self
                .takes(state, node, token.round, trigger)
                .into_iter()
                .map(|mut next| {
                    self.travel_first(&mut next, token);
                    (Move { node, what: What::Takes }, next)
                })
                .collect(),
            NodeKind::Race => self.race_moves(state, token),
            _ => Vec::new(),
        };
        for (_, next) in &mut moves {
            self.record_goals(next);
        }
        moves
    }

    fn travel_first(&self, state: &mut State, token: Token) {
        match self.ways[token.node.index()].first() {
            Some(way) => self.travel(state, token, *way),
            None => state.remove(token),
        }
    }

    pub(super) fn publish(&self, state: &mut State, event: EventId) {
        let byte = self.message(event);
        state.memory[byte] = (state.memory[byte] + 1).min(MANY);
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
    fn step_moves(&self, state: &State, token: Token) -> Moves {
        let node = token.node;
        let slot = self.slot(node, token.round);
        let status = slot.map_or(Status::None, |slot| Status::from_byte(state.memory[slot]));
        if status == Status::Tombstone {
            let mut next = state.clone();
            next.remove(token);
            return vec![(Move { node, what: What::Passes }, next)];
        }
        let mut moves = Moves::new();
        for way in &self.ways[node.index()] {
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
        moves
    }

    /// A later round that fails does not take away what an earlier one did.
    fn remember(&self, state: &mut State, slot: Option<usize>, status: Status) {
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
        if is_pivot(self.graph, node) {
            if conducted {
                self.keep(state, workflow);
            }
            if let Some(slot) = slot {
                state.memory[slot] = Status::Kept as u8;
            }
        }
        if let Some(byte) = self.consequence(node) {
            state.memory[byte] = 1;
        }
        if let NodeKind::Run(run) = &self.graph.node(node).kind
            && let NodeKind::Start { trigger: Some(trigger) } =
                &self.graph.node(self.graph.start(run.workflow)).kind
        {
            for (event, _) in &trigger.terms {
                self.publish(state, *event);
            }
        }
    }

    /// What was done before the pivot is no longer taken back.
    fn keep(&self, state: &mut State, workflow: WorkflowId) {
        for act in self.acts.iter().filter(|act| self.graph.node(**act).workflow == Some(workflow)) {
            for slot in self.slots_of(*act) {
                if matches!(Status::from_byte(state.memory[slot]), Status::Done | Status::Unknown) {
                    state.memory[slot] = Status::Kept as u8;
                }
            }
        }
    }

    // ---- messages -------------------------------------------------------------------------------

    /// The states after a receive has taken occurrences that it has not taken yet, one for each choice.
    fn takes(&self, state: &State, receive: NodeId, round: u8, trigger: &Trigger) -> Vec<State> {
        let available = |term: &usize| {
            let (event, _) = trigger.terms[*term];
            state.memory[self.message(event)] > state.memory[self.taken(receive, *term, round)]
        };
        let ready: Vec<usize> = (0..trigger.terms.len()).filter(available).collect();
        let take = |terms: &[usize]| {
            let mut next = state.clone();
            for term in terms {
                next.memory[self.taken(receive, *term, round)] += 1;
            }
            next
        };
        match trigger.how {
            HowMany::All if ready.len() == trigger.terms.len() && !ready.is_empty() => vec![take(&ready)],
            HowMany::Any => ready.iter().map(|term| take(&[*term])).collect(),
            HowMany::Some(n) if ready.len() >= n as usize => vec![take(&ready)],
            HowMany::All | HowMany::Some(_) => Vec::new(),
        }
    }

    fn race_moves(&self, state: &State, token: Token) -> Moves {
        let mut moves = Moves::new();
        for way in &self.ways[token.node.index()] {
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
        moves
    }

    fn listener_moves(&self, state: &State, moves: &mut Moves) {
        for receive in &self.listeners {
            let NodeKind::Receive { trigger, .. } = &self.graph.node(*receive).kind else { continue };
            for round in self.listening(state, *receive) {
                for mut next in self.takes(state, *receive, round, trigger) {
                    for way in &self.ways[receive.index()] {
                        self.arrive(&mut next, self.graph.edge(*way).to, round, false);
                    }
                    if self.is_interrupt(*receive) {
                        self.blame(&mut next, *receive);
                    }
                    moves.push((Move { node: *receive, what: What::Takes }, next));
                }
            }
        }
    }

    fn is_interrupt(&self, receive: NodeId) -> bool {
        matches!(self.graph.node(receive).kind, NodeKind::Receive { kind: ReceiveKind::Interrupt, .. })
    }

    /// The rounds in which a receive listens now.
    fn listening(&self, state: &State, receive: NodeId) -> Vec<u8> {
        let node = self.graph.node(receive);
        let (Some(workflow), NodeKind::Receive { kind, trigger }) = (node.workflow, &node.kind) else {
            return Vec::new();
        };
        let progress = state.memory[self.progress(workflow)];
        let once = |listens: bool| if listens { vec![0] } else { Vec::new() };
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
            ReceiveKind::Wait | ReceiveKind::Alternative => Vec::new(),
        }
    }

    /// The rounds in which a region is active.
    fn rounds_in(&self, state: &State, region: crate::graph::RegionId) -> Vec<u8> {
        let mut rounds: Vec<u8> = state
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
    fn consequence_moves(&self, state: &State, moves: &mut Moves) {
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
    fn outside_moves(&self, state: &State, moves: &mut Moves) {
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
                    count < MANY
                        && state.tokens.iter().any(|token| {
                            let asks = token.node == edge.to
                                || self.ways[token.node.index()].iter().any(|way| {
                                    matches!(self.graph.node(token.node).kind, NodeKind::Race)
                                        && self.graph.edge(*way).to == edge.to
                                });
                            asks && trigger.terms.iter().enumerate().any(|(term, (named, _))| {
                                *named == event
                                    && state.memory[self.taken(edge.to, term, token.round)] >= count
                            })
                        })
                }
                NodeKind::Receive { .. } => count == 0 && !self.listening(state, edge.to).is_empty(),
                _ => false,
            }
        })
    }

    // ---- timers ---------------------------------------------------------------------------------

    fn timer_moves(&self, state: &State, moves: &mut Moves) {
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
                for way in &self.ways[timer.index()] {
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
        let Some(way) = self.ways[limit.index()].first().filter(|_| counts) else { return };
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
                && !is_pivot(self.graph, token.node)
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

    /// The cause byte of a workflow.
    pub(super) fn cause_of(&self, state: &State, workflow: WorkflowId) -> Cause {
        Cause::from_byte(state.memory[self.cause(workflow)])
    }
}
