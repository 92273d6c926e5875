//! Runs by the book: the transitions of `docs/semantics.md` written down once more, as plainly as they can
//! be, with every order tried. Nothing in here is shared with the explorer but the step graph, what
//! "final" means, and which failures nobody takes.

use crate::verdict::{Ended, Verdict};
use std::collections::{BTreeSet, HashSet};
use wfc::explore::{Status, Timers, is_final, unhandled_refusals};
use wfc::graph::{
    EdgeId, EdgeKind, NodeId, NodeKind, ReceiveKind, RegionId, RegionKind, StepGraph, Timer, Trigger,
};
use wfc::model::{EventId, GoalId, HowMany, Id, Model, UndoTarget, Undone, UndoneBy, WorkflowId};

/// Occurrences of an event, and rounds of a loop at once, that are told apart.
const TWO: u8 = 2;

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// Sorted: where lines stand, in which round, and whether they came there by `skip`.
    pub tokens: Vec<(NodeId, u8, bool)>,
    pub published: Vec<u8>,
    /// What each term of each receive has taken, by round.
    pub taken: Vec<u8>,
    /// What has become of each act, by round.
    pub journal: Vec<Status>,
    pub fired: BTreeSet<NodeId>,
    pub begun: BTreeSet<WorkflowId>,
    pub over: BTreeSet<WorkflowId>,
    pub goals: BTreeSet<GoalId>,
    pub unhandled: bool,
}

type Token = (NodeId, u8, bool);

/// What a transition was, as far as somebody asks.
#[derive(Clone, Copy)]
pub enum Was {
    End(NodeId),
    Undo(NodeId),
    /// A step was done, or the event of this message came into the world.
    Happened(NodeId),
    Other,
}

pub struct Book<'g> {
    pub model: &'g Model,
    pub graph: &'g StepGraph,
    pub judged: WorkflowId,
    timers: Timers,
    pub workflows: Vec<WorkflowId>,
    pub nodes: Vec<NodeId>,
    pub acts: Vec<NodeId>,
    unhandled: Vec<EdgeId>,
}

/// The verdict over all runs; nothing when there are more states than `most`.
pub fn by_the_book(
    model: &Model,
    graph: &StepGraph,
    judged: WorkflowId,
    timers: Timers,
    most: usize,
) -> Option<Verdict> {
    Book::of(model, graph, judged, timers).all_runs(most)
}

/// The workflow, and those whose events it takes, and theirs.
fn upstream(graph: &StepGraph, judged: WorkflowId) -> Vec<WorkflowId> {
    let mut found = BTreeSet::from([judged]);
    loop {
        let mut more = found.clone();
        for workflow in &found {
            for (node, _) in graph.nodes_of(*workflow) {
                let messages = graph.in_edges(node).filter(|edge| edge.edge.kind == EdgeKind::Message);
                let sources = messages.flat_map(|edge| graph.in_edges(edge.from));
                more.extend(sources.filter_map(|edge| graph.node(edge.from).workflow));
            }
        }
        if more == found {
            return found.into_iter().collect();
        }
        found = more;
    }
}

impl<'g> Book<'g> {
    pub fn of(model: &'g Model, graph: &'g StepGraph, judged: WorkflowId, timers: Timers) -> Book<'g> {
        let workflows = upstream(graph, judged);
        let nodes: Vec<NodeId> =
            workflows.iter().flat_map(|id| graph.nodes_of(*id)).map(|(node, _)| node).collect();
        let is_act = |node: &NodeId| matches!(graph.node(*node).kind, NodeKind::Act(_) | NodeKind::Run(_));
        let acts = nodes.iter().copied().filter(is_act).collect();
        let unhandled = workflows.iter().flat_map(|id| unhandled_refusals(model, graph, *id)).collect();
        Book { model, graph, judged, timers, workflows, nodes, acts, unhandled }
    }

    /// The state before anything has happened.
    pub fn first(&self) -> State {
        State {
            tokens: Vec::new(),
            published: vec![0; self.model.events.len()],
            taken: vec![0; self.graph.n_nodes() * 3 * 4],
            journal: vec![Status::None; self.acts.len() * 4],
            fired: BTreeSet::new(),
            begun: BTreeSet::new(),
            over: BTreeSet::new(),
            goals: BTreeSet::new(),
            unhandled: false,
        }
    }

    /// Whether the judged run is under way, and its lines wait for an answer, a message or time.
    pub fn is_in_flight(&self, state: &State) -> bool {
        let passes = |token: &Token| {
            matches!(self.graph.node(token.0).kind, NodeKind::Undo { .. } | NodeKind::End { .. })
        };
        !state.unhandled
            && state.begun.contains(&self.judged)
            && !state.over.contains(&self.judged)
            && !self.moves(state).is_empty()
            && self.starts(state).is_empty()
            && !state.tokens.iter().any(|token| self.goes_on(state, *token) || passes(token))
    }

    fn all_runs(&self, most: usize) -> Option<Verdict> {
        let first = self.first();
        let mut seen = HashSet::from([first.clone()]);
        let mut open = vec![first];
        let mut verdict = Verdict::default();
        while let Some(state) = open.pop() {
            let moves = self.moves(&state);
            if moves.is_empty() {
                self.note_rest(&state, &mut verdict);
            }
            for (was, next) in moves {
                if seen.contains(&next) {
                    continue;
                }
                // A run may come to an end in ways that look the same afterwards.
                self.note_end(was, &next, &mut verdict);
                seen.insert(next.clone());
                open.push(next);
                if seen.len() > most {
                    return None;
                }
            }
        }
        verdict.end_at_last_milestones(self.model);
        Some(verdict)
    }

    // ---- how a run is over --------------------------------------------------------------------------

    fn note_end(&self, was: Was, state: &State, verdict: &mut Verdict) {
        if state.unhandled {
            return;
        }
        let is_own = |node: NodeId| self.graph.node(node).workflow == Some(self.judged);
        match was {
            Was::End(node) if is_own(node) => self.note(Ended::Complete, state, verdict),
            Was::Undo(node) if is_own(node) && self.is_in(node, RegionKind::Late) => {
                self.note(Ended::Unwound, state, verdict);
            }
            _ => {}
        }
    }

    fn note_rest(&self, state: &State, verdict: &mut Verdict) {
        let at_work = state.begun.contains(&self.judged) && !state.over.contains(&self.judged);
        if state.unhandled || !at_work {
            return;
        }
        let reached = self.own_goals(state);
        let last = reached.iter().find(|goal| is_final(self.model, self.graph, self.judged, **goal));
        if last.is_some() {
            return self.note(Ended::Complete, state, verdict);
        }
        if self.wants_a_third(state) {
            return;
        }
        let own = state.tokens.iter().map(|token| token.0);
        let places = own.filter(|node| self.graph.node(*node).workflow == Some(self.judged)).collect();
        self.note(Ended::Stuck(places), state, verdict);
    }

    fn note(&self, ended: Ended, state: &State, verdict: &mut Verdict) {
        let own = self.acts.iter().enumerate();
        let own = own.filter(|(_, act)| self.graph.node(**act).workflow == Some(self.judged));
        let left = own.map(|(at, act)| {
            let rounds = &state.journal[4 * at..4 * at + 4];
            let there = rounds.iter().find(|status| status.is_effective());
            let any = there.or_else(|| rounds.iter().find(|status| **status != Status::None));
            (*act, any.copied().unwrap_or(Status::None))
        });
        verdict.note(ended, self.own_goals(state), left);
    }

    fn own_goals(&self, state: &State) -> Vec<GoalId> {
        let goals = &self.model.workflows[self.judged].goals;
        goals.iter().copied().filter(|goal| state.goals.contains(goal)).collect()
    }

    fn wants_a_third(&self, state: &State) -> bool {
        let full =
            |trigger: &Trigger| trigger.terms.iter().any(|(event, _)| state.published[event.index()] >= TWO);
        state.tokens.iter().any(|token| {
            self.receives_at(token.0).into_iter().any(|receive| self.trigger(receive).is_some_and(full))
        })
    }

    // ---- what can happen ----------------------------------------------------------------------------

    pub fn moves(&self, state: &State) -> Vec<(Was, State)> {
        if state.unhandled || self.is_done_with(state) {
            return Vec::new();
        }
        // A run begins as soon as it can, and a line goes on to where it needs an answer, a message or
        // time; a participant's reaction is one transaction. In which order is nobody's business.
        let mut moves = self.starts(state);
        if moves.is_empty() {
            let at_once = state.tokens.iter().filter(|token| self.goes_on(state, **token));
            moves = at_once.flat_map(|token| self.token_moves(state, *token)).collect();
        }
        if moves.is_empty() {
            moves.extend(state.tokens.iter().flat_map(|token| self.token_moves(state, *token)));
            self.reactions(state, &mut moves);
            self.outside(state, &mut moves);
            if self.timers == Timers::Hasty || moves.is_empty() {
                self.timer_moves(state, &mut moves);
            }
        }
        let mut unique: Vec<(Was, State)> = Vec::new();
        for (was, mut next) in moves {
            self.record_goals(&mut next);
            unique.push((was, next));
        }
        unique
    }

    /// A conducted run that is over is done with when nothing late can act.
    fn is_done_with(&self, state: &State) -> bool {
        let acts_late = |node: &NodeId| {
            matches!(self.receive_kind(*node), Some(ReceiveKind::Late))
                && self.graph.node(*node).workflow == Some(self.judged)
                && self.graph.line_from(*node).iter().any(|node| {
                    matches!(self.graph.node(*node).kind, NodeKind::Undo { .. } | NodeKind::Act(_))
                })
        };
        state.over.contains(&self.judged)
            && !state.tokens.iter().any(|token| self.is_in(token.0, RegionKind::Late))
            && !self.nodes.iter().any(acts_late)
    }

    fn starts(&self, state: &State) -> Vec<(Was, State)> {
        let idle = self.workflows.iter().filter(|workflow| !state.begun.contains(workflow));
        let can = idle.filter(|workflow| match &self.graph.node(self.graph.start(**workflow)).kind {
            NodeKind::Start { trigger: Some(trigger) } => holds(trigger, &state.published),
            _ => true,
        });
        let start = |workflow: &WorkflowId| {
            let mut next = state.clone();
            next.begun.insert(*workflow);
            for way in self.ways(self.graph.start(*workflow)) {
                self.arrive(&mut next, self.graph.edge(way).to, 0, false);
            }
            (Was::Other, next)
        };
        can.map(start).collect()
    }

    pub fn record_goals(&self, state: &mut State) {
        for (id, goal) in self.model.goals.iter().filter(|(_, goal)| state.begun.contains(&goal.workflow)) {
            let node = self.graph.node(self.graph.goal(id));
            let _ = goal;
            if let NodeKind::Goal { trigger: Some(trigger), .. } = &node.kind
                && holds(trigger, &state.published)
            {
                state.goals.insert(id);
            }
        }
    }

    fn goes_on(&self, state: &State, token: Token) -> bool {
        match &self.graph.node(token.0).kind {
            NodeKind::Merge { .. }
            | NodeKind::Notify { .. }
            | NodeKind::Decide
            | NodeKind::Fork { .. }
            | NodeKind::Publish { .. } => true,
            NodeKind::Join { .. } => self.join(state, token).is_some(),
            NodeKind::Act(_) | NodeKind::Run(_) | NodeKind::Undo { .. } => {
                self.is_in(token.0, RegionKind::Reaction) || self.is_in(token.0, RegionKind::Watch)
            }
            _ => false,
        }
    }

    fn token_moves(&self, state: &State, token: Token) -> Vec<(Was, State)> {
        let node = token.0;
        let ways = self.ways(node);
        let along = |way: EdgeId| {
            let mut next = state.clone();
            self.travel(&mut next, token, way);
            (Was::Other, next)
        };
        match &self.graph.node(node).kind {
            NodeKind::Merge { .. } | NodeKind::Notify { .. } | NodeKind::Decide => {
                ways.into_iter().map(along).collect()
            }
            NodeKind::Fork { each } => {
                let mut next = state.clone();
                take(&mut next, token);
                for way in ways {
                    let to = self.graph.edge(way).to;
                    self.arrive(&mut next, to, token.1, false);
                    let depth = self.depth(to);
                    let is_empty = matches!(self.graph.node(to).kind, NodeKind::Join { .. });
                    if *each && is_empty && depth < 2 {
                        self.arrive(&mut next, to, token.1, false);
                    } else if *each && !is_empty && (depth == 1 || depth == 2) {
                        self.arrive(&mut next, to, token.1 | (1 << (depth - 1)), false);
                    }
                }
                vec![(Was::Other, next)]
            }
            NodeKind::Join { .. } => {
                self.join(state, token).map(|next| (Was::Other, next)).into_iter().collect()
            }
            NodeKind::Publish { event } => {
                let mut next = state.clone();
                publish(&mut next, *event);
                self.go_on(&mut next, token);
                vec![(Was::Happened(self.graph.message(*event)), next)]
            }
            NodeKind::Undo { target, acts } => {
                vec![(Was::Undo(node), self.undo(state, token, *target, acts))]
            }
            NodeKind::End { goal } => {
                let mut next = state.clone();
                let workflow = self.model.goals[*goal].workflow;
                take(&mut next, token);
                self.stop(&mut next, workflow);
                next.goals.insert(*goal);
                next.over.insert(workflow);
                vec![(Was::End(node), next)]
            }
            NodeKind::Act(_) | NodeKind::Run(_) => self.step(state, token),
            NodeKind::Receive { .. } | NodeKind::Race => {
                let mut moves = Vec::new();
                for receive in self.receives_at(node) {
                    for mut next in self.takes(state, receive, token.1) {
                        take(&mut next, token);
                        let there = (receive, token.1, false);
                        put(&mut next, there);
                        self.go_on(&mut next, there);
                        moves.push((Was::Other, next));
                    }
                }
                moves
            }
            _ => Vec::new(),
        }
    }

    fn step(&self, state: &State, token: Token) -> Vec<(Was, State)> {
        let slot = self.slot(token.0, token.1);
        if state.journal[slot] == Status::Tombstone {
            let mut next = state.clone();
            take(&mut next, token);
            return vec![(Was::Other, next)];
        }
        let mut moves = Vec::new();
        for way in self.ways(token.0) {
            let mut next = state.clone();
            let mut was = Was::Other;
            match &self.graph.edge(way).edge.kind {
                EdgeKind::Fails(_) => note_trouble(&mut next.journal[slot], Status::Refused),
                EdgeKind::Outage if self.leaves_something(token.0) => {
                    note_trouble(&mut next.journal[slot], Status::Unknown);
                }
                EdgeKind::Outage => {}
                _ => {
                    self.done(&mut next, token.0, slot);
                    was = Was::Happened(token.0);
                }
            }
            self.travel(&mut next, token, way);
            moves.push((was, next));
        }
        moves
    }

    fn done(&self, state: &mut State, node: NodeId, slot: usize) {
        let Some(workflow) = self.graph.node(node).workflow else { return };
        let is_conducted = !self.model.workflows[workflow].is_choreographed();
        if let NodeKind::Act(act) = &self.graph.node(node).kind {
            // A step that is another one's undo takes that back.
            for (at, other) in self.acts.iter().enumerate() {
                if let NodeKind::Act(other) = &self.graph.node(*other).kind
                    && matches!(&other.undone, Some(Undone { by: UndoneBy::Operation { operation, .. }, .. }) if *operation == act.operation)
                {
                    for status in &mut state.journal[4 * at..4 * at + 4] {
                        if status.is_effective() {
                            *status = Status::Undone;
                        }
                    }
                }
            }
        }
        let is_behind = is_conducted && self.has_passed_pivot(state, workflow);
        if self.leaves_something(node) {
            state.journal[slot] = if is_behind { Status::AfterPivot } else { Status::Done };
        }
        if self.graph.node(node).kind.is_pivot() {
            for (at, act) in self.acts.iter().enumerate() {
                if is_conducted && self.graph.node(*act).workflow == Some(workflow) {
                    for status in &mut state.journal[4 * at..4 * at + 4] {
                        if matches!(status, Status::Done | Status::Unknown | Status::AfterPivot) {
                            *status = Status::Kept;
                        }
                    }
                }
            }
            state.journal[slot] = Status::Kept;
        }
    }

    fn has_passed_pivot(&self, state: &State, workflow: WorkflowId) -> bool {
        self.acts.iter().enumerate().any(|(at, act)| {
            let node = self.graph.node(*act);
            node.workflow == Some(workflow)
                && node.kind.is_pivot()
                && state.journal[4 * at..4 * at + 4].contains(&Status::Kept)
        })
    }

    fn leaves_something(&self, node: NodeId) -> bool {
        match &self.graph.node(node).kind {
            NodeKind::Act(act) => act.is_write,
            NodeKind::Run(_) => true,
            _ => false,
        }
    }

    // ---- undo ---------------------------------------------------------------------------------------

    fn undo(&self, state: &State, token: Token, target: UndoTarget, acts: &[NodeId]) -> State {
        let mut next = state.clone();
        let Some(workflow) = self.graph.node(token.0).workflow else { return next };
        let is_late = self.is_in(token.0, RegionKind::Late);
        let settles = self.model.workflows[workflow].is_choreographed() && !is_late;
        if !settles && !is_late && target == UndoTarget::All {
            self.stop(&mut next, workflow);
            put(&mut next, token);
        }
        let mut was_refused = false;
        for act in acts {
            let can = self.can_be_undone(*act);
            for round in 0..4 {
                let slot = self.slot(*act, round);
                let status = &mut next.journal[slot];
                match *status {
                    Status::Refused => was_refused = true,
                    Status::None if settles && round < self.n_rounds(*act) => *status = Status::Tombstone,
                    Status::Done | Status::Unknown | Status::AfterPivot if can => *status = Status::Undone,
                    Status::Kept if can && (settles || is_late) => *status = Status::Undone,
                    _ => {}
                }
            }
        }
        if settles && was_refused {
            take(&mut next, token);
        } else {
            self.go_on(&mut next, token);
        }
        next
    }

    fn can_be_undone(&self, act: NodeId) -> bool {
        let says =
            |undone: &Option<Undone>| matches!(undone, Some(Undone { by: UndoneBy::Operation { .. }, .. }));
        match &self.graph.node(act).kind {
            NodeKind::Act(act) => says(&act.undone),
            NodeKind::Run(run) if says(&run.undone) => true,
            // By its own journal: no pivot passed, and each write can be undone or may stay.
            NodeKind::Run(run) => {
                let undoes = |operation| {
                    self.model.operations.values().any(|other| {
                        matches!(&other.undone, Some(Undone { by: UndoneBy::Operation { operation: by, .. }, .. }) if *by == operation)
                    })
                };
                let mut own = self.graph.nodes_of(run.workflow);
                own.all(|(_, node)| match &node.kind {
                    NodeKind::Act(act) => {
                        let stays = act.is_write && act.undone.is_none() && !undoes(act.operation);
                        act.pivot.is_none() && act.irreversible.is_none() && !stays
                    }
                    NodeKind::Run(inner) => inner.undone.is_some(),
                    _ => true,
                })
            }
            _ => false,
        }
    }

    // ---- joins --------------------------------------------------------------------------------------

    fn join(&self, state: &State, token: Token) -> Option<State> {
        let NodeKind::Join { needs, branches, each } = &self.graph.node(token.0).kind else { return None };
        let region = self.graph.node(token.0).region;
        let rounds = if self.graph.region(region).each_depth < 2 { 2 } else { 1 };
        let total = if *each { rounds } else { (*branches).max(1) };
        let here: Vec<Token> =
            state.tokens.iter().copied().filter(|other| other.0 == token.0 && other.1 == token.1).collect();
        let n_skipped = here.iter().filter(|token| token.2).count() as u32;
        let n_succeeded = here.len() as u32 - n_skipped;
        let way_out = match needs {
            None => (here.len() as u32 >= total).then_some(EdgeKind::Next),
            Some(needs) if n_succeeded >= (*needs).min(total) => Some(EdgeKind::Next),
            Some(needs) if total - n_skipped < (*needs).min(total) => Some(EdgeKind::Otherwise),
            Some(_) => None,
        }?;
        let way = self.ways(token.0).into_iter().find(|way| self.graph.edge(*way).edge.kind == way_out)?;
        let mut next = state.clone();
        if needs.is_some() {
            self.undo_the_rest(&mut next, token);
        }
        for arrived in here {
            take(&mut next, arrived);
        }
        self.close(&mut next, region, token.1);
        put(&mut next, token);
        self.travel(&mut next, token, way);
        Some(next)
    }

    /// Whoever is not needed any more is stopped, and what it has done is undone.
    fn undo_the_rest(&self, state: &mut State, join: Token) {
        let parallel = self.graph.node(join.0).region;
        for stopped in state.tokens.clone() {
            let inside = self.graph.is_within(self.graph.node(stopped.0).region, parallel);
            let same_round = self.round_in(parallel, stopped.1) == self.round_in(parallel, join.1);
            if stopped.0 == join.0 || !inside || !same_round {
                continue;
            }
            // The branch of this very parallel that the line stands in.
            let mut branch = self.graph.node(stopped.0).region;
            while let Some(above) = self.graph.region(branch).parent.filter(|above| *above != parallel) {
                branch = above;
            }
            for act in self.acts.iter().filter(|act| self.can_be_undone(**act)) {
                if !self.graph.is_within(self.graph.node(*act).region, branch) {
                    continue;
                }
                for round in 0..self.n_rounds(*act) {
                    if self.round_in(branch, round) != self.round_in(branch, stopped.1) {
                        continue;
                    }
                    let slot = self.slot(*act, round);
                    let status = &mut state.journal[slot];
                    if matches!(status, Status::Done | Status::Unknown | Status::AfterPivot) {
                        *status = Status::Undone;
                    }
                }
            }
        }
    }

    // ---- messages -----------------------------------------------------------------------------------

    fn takes(&self, state: &State, receive: NodeId, round: u8) -> Vec<State> {
        let Some(trigger) = self.trigger(receive) else { return Vec::new() };
        let mark = |term: usize| self.mark(receive, term, round);
        let is_new =
            |term: &usize| state.published[trigger.terms[*term].0.index()] > state.taken[mark(*term)];
        let new: Vec<usize> = (0..trigger.terms.len()).filter(is_new).collect();
        let choices: Vec<Vec<usize>> = match trigger.how {
            HowMany::Any => new.iter().map(|term| vec![*term]).collect(),
            HowMany::All if new.len() == trigger.terms.len() => vec![new],
            HowMany::Some(n) if new.len() >= n as usize => vec![new],
            HowMany::All | HowMany::Some(_) => Vec::new(),
        };
        let taking = |terms: Vec<usize>| {
            let mut next = state.clone();
            for term in terms {
                next.taken[mark(term)] += 1;
                let now = next.taken[mark(term)];
                // A coordinator's line takes a message once, by whichever of its waits.
                for (other, term) in self.further_waits(receive, trigger.terms[term].0) {
                    let mark = self.mark(other, term, round);
                    next.taken[mark] = next.taken[mark].max(now);
                }
            }
            next
        };
        choices.into_iter().map(taking).collect()
    }

    /// Waits for the same event that are not in a branch beside this one.
    fn further_waits(&self, wait: NodeId, event: EventId) -> Vec<(NodeId, usize)> {
        let is_wait = |node: NodeId| {
            matches!(self.receive_kind(node), Some(ReceiveKind::Wait | ReceiveKind::Alternative))
        };
        if !is_wait(wait) {
            return Vec::new();
        }
        let workflow = self.graph.node(wait).workflow;
        let own = self.nodes.iter().copied().filter(|node| self.graph.node(*node).workflow == workflow);
        let mut found = Vec::new();
        for other in own.filter(|node| *node != wait && is_wait(*node)) {
            let branches = |node: NodeId| -> Vec<(RegionId, RegionId)> {
                let around = std::iter::successors(Some(self.graph.node(node).region), |region| {
                    self.graph.region(*region).parent
                });
                around
                    .filter(|region| self.graph.region(*region).kind == RegionKind::Branch)
                    .filter_map(|region| Some((self.graph.region(region).parent?, region)))
                    .collect()
            };
            let (here, there) = (branches(wait), branches(other));
            let is_beside = here.iter().any(|(parallel, branch)| {
                there.iter().any(|(other, other_branch)| parallel == other && branch != other_branch)
            });
            let terms = self.trigger(other).into_iter().flat_map(|trigger| trigger.terms.iter().enumerate());
            if !is_beside {
                found.extend(terms.filter(|(_, (named, _))| *named == event).map(|(term, _)| (other, term)));
            }
        }
        found
    }

    fn reactions(&self, state: &State, moves: &mut Vec<(Was, State)>) {
        for receive in &self.nodes {
            for round in self.listening(state, *receive) {
                for mut next in self.takes(state, *receive, round) {
                    for way in self.ways(*receive) {
                        self.arrive(&mut next, self.graph.edge(way).to, round, false);
                    }
                    moves.push((Was::Other, next));
                }
            }
        }
    }

    fn listening(&self, state: &State, receive: NodeId) -> BTreeSet<u8> {
        let node = self.graph.node(receive);
        let Some(workflow) = node.workflow else { return BTreeSet::new() };
        let once = |listens: bool| listens.then_some(0).into_iter().collect();
        match self.receive_kind(receive) {
            Some(ReceiveKind::Reaction) => once(state.begun.contains(&workflow)),
            Some(ReceiveKind::Interrupt) => self.rounds_at_work(state, node.region),
            Some(ReceiveKind::Late) => once(state.over.contains(&workflow)),
            _ => BTreeSet::new(),
        }
    }

    fn rounds_at_work(&self, state: &State, region: RegionId) -> BTreeSet<u8> {
        let inside = |token: &&Token| self.graph.is_within(self.graph.node(token.0).region, region);
        state.tokens.iter().filter(inside).map(|token| self.round_in(region, token.1)).collect()
    }

    fn outside(&self, state: &State, moves: &mut Vec<(Was, State)>) {
        for event in self.model.events.ids().filter(|event| self.graph.is_environment(*event)) {
            let count = state.published[event.index()];
            let asks = self.graph.subscriptions(event).any(|edge| {
                let Some(workflow) = self.graph.node(edge.to).workflow else { return false };
                if !self.workflows.contains(&workflow) {
                    return false;
                }
                match &self.graph.node(edge.to).kind {
                    NodeKind::Start { .. } => count == 0 && !state.begun.contains(&workflow),
                    NodeKind::Goal { .. } => count == 0 && state.begun.contains(&workflow),
                    NodeKind::Receive { kind: ReceiveKind::Wait | ReceiveKind::Alternative, trigger } => {
                        let terms: Vec<usize> = trigger
                            .terms
                            .iter()
                            .enumerate()
                            .filter(|(_, (named, _))| *named == event)
                            .map(|(term, _)| term)
                            .collect();
                        let waits = |token: &Token| {
                            self.receives_at(token.0).contains(&edge.to)
                                && terms
                                    .iter()
                                    .any(|term| state.taken[self.mark(edge.to, *term, token.1)] >= count)
                        };
                        count < TWO && state.tokens.iter().any(waits)
                    }
                    _ => count == 0 && !self.listening(state, edge.to).is_empty(),
                }
            });
            if asks {
                let mut next = state.clone();
                publish(&mut next, event);
                moves.push((Was::Happened(self.graph.message(event)), next));
            }
        }
    }

    // ---- time ---------------------------------------------------------------------------------------

    fn timer_moves(&self, state: &State, moves: &mut Vec<(Was, State)>) {
        for token in &state.tokens {
            if matches!(self.graph.node(token.0).kind, NodeKind::Timer(Timer::Pause)) {
                let mut next = state.clone();
                self.go_on(&mut next, *token);
                moves.push((Was::Other, next));
            }
        }
        for node in &self.nodes {
            match &self.graph.node(*node).kind {
                NodeKind::Timer(Timer::Limit) => self.limit(state, *node, moves),
                NodeKind::Timer(Timer::Pause) => {}
                NodeKind::Timer(timer)
                    if !state.fired.contains(node) && self.is_armed(state, *node, timer) =>
                {
                    let mut next = state.clone();
                    next.fired.insert(*node);
                    for way in self.ways(*node) {
                        self.arrive(&mut next, self.graph.edge(way).to, 0, false);
                    }
                    moves.push((Was::Other, next));
                }
                _ => {}
            }
        }
    }

    fn is_armed(&self, state: &State, node: NodeId, timer: &Timer) -> bool {
        let Some(workflow) = self.graph.node(node).workflow else { return false };
        let goals = &self.model.workflows[workflow].goals;
        let has_ended = goals.iter().any(|goal| state.goals.contains(goal));
        match timer {
            Timer::Watch { armed_by, expected } => {
                state.published[armed_by.index()] > 0 && !holds(expected, &state.published)
            }
            Timer::Reminder if !self.model.workflows[workflow].is_choreographed() => {
                !self.rounds_at_work(state, self.graph.node(node).region).is_empty()
            }
            Timer::RunLimit | Timer::Reminder => state.begun.contains(&workflow) && !has_ended,
            Timer::Limit | Timer::Pause => false,
        }
    }

    /// A passed limit stops its block, unless a pivot in there has succeeded or a line needs nothing more
    /// to end. Writes on their way that nothing can undo may be done or not.
    fn limit(&self, state: &State, limit: NodeId, moves: &mut Vec<(Was, State)>) {
        let region = self.graph.node(limit).region;
        let is_inside = |node: NodeId| self.graph.is_within(self.graph.node(node).region, region);
        let is_passed = self.acts.iter().enumerate().any(|(at, act)| {
            is_inside(*act)
                && self.graph.node(*act).kind.is_pivot()
                && state.journal[4 * at..4 * at + 4].contains(&Status::Kept)
        });
        let ends = state
            .tokens
            .iter()
            .any(|token| is_inside(token.0) && matches!(self.graph.node(token.0).kind, NodeKind::End { .. }));
        let Some(way) = self.ways(limit).first().copied().filter(|_| !is_passed && !ends) else { return };
        for round in self.rounds_at_work(state, region) {
            let on_their_way: Vec<usize> = state
                .tokens
                .iter()
                .filter(|token| is_inside(token.0) && self.round_in(region, token.1) == round)
                .filter(|token| {
                    matches!(&self.graph.node(token.0).kind, NodeKind::Act(act) if act.is_write && act.pivot.is_none())
                        && !self.can_be_undone(token.0)
                })
                .map(|token| self.slot(token.0, token.1))
                .collect();
            for which in 0..1u32 << on_their_way.len() {
                let mut next = state.clone();
                for (at, slot) in on_their_way.iter().enumerate() {
                    if which & (1 << at) != 0 {
                        note_trouble(&mut next.journal[*slot], Status::Unknown);
                    }
                }
                let token = (limit, round, false);
                put(&mut next, token);
                self.travel(&mut next, token, way);
                moves.push((Was::Other, next));
            }
        }
    }

    // ---- tokens -------------------------------------------------------------------------------------

    fn go_on(&self, state: &mut State, token: Token) {
        match self.ways(token.0).first() {
            Some(way) => self.travel(state, token, *way),
            None => take(state, token),
        }
    }

    fn travel(&self, state: &mut State, token: Token, way: EdgeId) {
        let edge = self.graph.edge(way);
        take(state, token);
        if let Some(region) = edge.edge.closes {
            self.close(state, region, token.1);
        }
        if self.unhandled.contains(&way) {
            state.unhandled = true;
            return;
        }
        self.arrive(state, edge.to, token.1, edge.edge.kind == EdgeKind::Skipped);
    }

    fn arrive(&self, state: &mut State, node: NodeId, round: u8, skipped: bool) {
        match &self.graph.node(node).kind {
            NodeKind::Drop => {}
            NodeKind::Unhandled => state.unhandled = true,
            kind => {
                let skipped = skipped && matches!(kind, NodeKind::Join { .. });
                put(state, (node, self.round_in(self.graph.node(node).region, round), skipped));
            }
        }
    }

    fn close(&self, state: &mut State, region: RegionId, round: u8) {
        let round = self.round_in(region, round);
        state.tokens.retain(|token| {
            !self.graph.is_within(self.graph.node(token.0).region, region)
                || self.round_in(region, token.1) != round
        });
    }

    fn stop(&self, state: &mut State, workflow: WorkflowId) {
        state.tokens.retain(|token| {
            self.graph.node(token.0).workflow != Some(workflow) || self.is_in(token.0, RegionKind::Late)
        });
    }

    // ---- the graph ----------------------------------------------------------------------------------

    fn ways(&self, node: NodeId) -> Vec<EdgeId> {
        let edges = self.graph.out_edges(node);
        edges.filter(|edge| edge.edge.kind.moves_a_token()).map(|edge| edge.id).collect()
    }

    fn is_in(&self, node: NodeId, kind: RegionKind) -> bool {
        let mut at = Some(self.graph.node(node).region);
        while let Some(region) = at {
            if self.graph.region(region).kind == kind {
                return true;
            }
            at = self.graph.region(region).parent;
        }
        false
    }

    fn depth(&self, node: NodeId) -> u32 {
        self.graph.region(self.graph.node(node).region).each_depth
    }

    fn round_in(&self, region: RegionId, round: u8) -> u8 {
        round & ((1 << self.graph.region(region).each_depth.min(2)) - 1)
    }

    pub fn n_rounds(&self, node: NodeId) -> u8 {
        1 << self.depth(node).min(2)
    }

    pub fn slot(&self, act: NodeId, round: u8) -> usize {
        let at = self.acts.iter().position(|other| *other == act).expect("an act");
        4 * at + self.round_in(self.graph.node(act).region, round) as usize
    }

    pub fn mark(&self, receive: NodeId, term: usize, round: u8) -> usize {
        assert!(term < 3);
        4 * (3 * receive.index() + term) + self.round_in(self.graph.node(receive).region, round) as usize
    }

    fn trigger(&self, receive: NodeId) -> Option<&Trigger> {
        match &self.graph.node(receive).kind {
            NodeKind::Receive { trigger, .. } => Some(trigger),
            _ => None,
        }
    }

    fn receive_kind(&self, node: NodeId) -> Option<ReceiveKind> {
        match &self.graph.node(node).kind {
            NodeKind::Receive { kind, .. } => Some(*kind),
            _ => None,
        }
    }

    /// What a line that stands at `node` waits for.
    fn receives_at(&self, node: NodeId) -> Vec<NodeId> {
        match &self.graph.node(node).kind {
            NodeKind::Receive { .. } => vec![node],
            NodeKind::Race => self.ways(node).into_iter().map(|way| self.graph.edge(way).to).collect(),
            _ => Vec::new(),
        }
    }
}

fn holds(trigger: &Trigger, published: &[u8]) -> bool {
    let n = trigger.terms.iter().filter(|(event, _)| published[event.index()] > 0).count();
    match trigger.how {
        HowMany::All => n == trigger.terms.len(),
        HowMany::Any => n > 0,
        HowMany::Some(wanted) => n >= wanted as usize,
    }
}

fn publish(state: &mut State, event: EventId) {
    let count = &mut state.published[event.index()];
    *count = (*count + 1).min(TWO);
}

/// A later round that fails does not take away what an earlier one did.
fn note_trouble(status: &mut Status, trouble: Status) {
    if !status.is_effective() {
        *status = trouble;
    }
}

pub fn put(state: &mut State, token: Token) {
    let at = state.tokens.partition_point(|other| *other <= token);
    state.tokens.insert(at, token);
}

fn take(state: &mut State, token: Token) {
    if let Ok(at) = state.tokens.binary_search(&token) {
        state.tokens.remove(at);
    }
}
