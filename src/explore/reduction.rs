//! Which orders need not be tried, because they come to the same: partial order reduction.
//!
//! - A *free* reaction neither disturbs anybody nor is disturbed: it is taken first, and alone.
//! - A *local* step keeps to its branch: it is taken first, beside messages and timers.
//! - Of steps that may end their siblings' work one goes on at a time, and of the last two of a kind
//!   either: each end is reached with what the others may have done by then. That a sibling had not begun
//!   leaves less behind, and is not looked at.

use super::machine::Machine;
use super::moves::Moves;
use super::state::{State, Token};
use super::{Lens, Orders, Timers};
use crate::graph::{EdgeId, EdgeKind, NodeId, NodeKind, ReceiveKind, RegionId, RegionKind, Timer, Trigger};
use crate::model::{EventId, HowMany, Id, UndoTarget};
use std::collections::BTreeSet;

impl Machine<'_> {
    // ---- reactions --------------------------------------------------------------------------------

    pub(super) fn free_reactions(&self) -> Vec<NodeId> {
        self.listeners.iter().copied().filter(|receive| self.is_free(*receive)).collect()
    }

    /// Whether what a reaction does meets nothing that others do, whatever comes before it.
    fn is_free(&self, receive: NodeId) -> bool {
        let NodeKind::Receive { kind: ReceiveKind::Reaction, trigger } = &self.graph.node(receive).kind
        else {
            return false;
        };
        // Which of several events it pairs must not depend on what else has come by then.
        if matches!(trigger.how, HowMany::Some(_)) {
            return false;
        }
        self.graph.line_from(receive).into_iter().all(|node| match &self.graph.node(node).kind {
            NodeKind::Merge { .. }
            | NodeKind::Notify { .. }
            | NodeKind::Decide
            | NodeKind::Drop
            | NodeKind::Unhandled => true,
            NodeKind::Act(act) => {
                let by_hand = self.undone_by.contains_key(&act.operation)
                    || self.undone_by.values().any(|undone| undone.contains(&node));
                let is_touched = self.graph.is_undone(node) || by_hand || self.behind_pivot[node.index()];
                !is_touched && act.pivot.is_none() && self.consequence(node).is_none()
            }
            NodeKind::Publish { event } => !self.outside.contains(event) && !self.stops_a_timer(*event),
            _ => false,
        })
    }

    /// Whether a timer may be early or late for this event.
    fn stops_a_timer(&self, event: EventId) -> bool {
        let names = |trigger: &Trigger| trigger.terms.iter().any(|(named, _)| *named == event);
        self.timers == Timers::Hasty
            && self.watches.iter().any(|timer| {
                match &self.graph.node(*timer).kind {
            NodeKind::Timer(Timer::Watch { expected, .. }) => names(expected),
            _ => self.model.goals.ids().any(|goal| {
                let goal = self.graph.node(self.graph.goal(goal));
                goal.workflow == self.graph.node(*timer).workflow
                    && matches!(&goal.kind, NodeKind::Goal { trigger: Some(trigger), .. } if names(trigger))
            }),
        }
            })
    }

    /// Adds what the first free reaction that has its events does.
    pub(super) fn free_moves(&self, state: &State, moves: &mut Moves) {
        for reaction in &self.free {
            self.moves_of(state, *reaction, moves);
            if !moves.is_empty() {
                return;
            }
        }
    }

    // ---- steps ------------------------------------------------------------------------------------

    /// The tokens that stand for all: nothing when every one has to be tried.
    pub(super) fn chosen(&self, state: &State, orders: Orders) -> Option<Vec<Token>> {
        // What comes behind an end is looked for in every order with it.
        let is_every = orders == Orders::Every || self.lens == Some(Lens::BeyondTheEnd);
        if state.tokens.len() < 2 || is_every {
            return None;
        }
        let locals = || state.tokens.iter().filter(|token| self.step(state, **token) == Step::Local);
        // What may stop a block has to find the other branches further on as well, so the block is left last.
        let local = locals().find(|token| !self.is_under_a_stop(token.node)).or_else(|| locals().next());
        if let Some(local) = local {
            let mut chosen = self.with_the_other_branch(state, *local);
            // What runs beside a block may stop it, and is stopped when the block is left.
            let beside = state.tokens.iter().filter(|token| self.is_beside(**token));
            chosen.extend(beside.filter(|token| !chosen.contains(token)).copied().collect::<Vec<_>>());
            return Some(chosen).filter(|chosen| chosen.len() < state.tokens.len());
        }
        let moving = |token: &&Token| self.step(state, **token) == Step::Moving && !self.is_beside(**token);
        let moving: Vec<Token> = state.tokens.iter().filter(moving).copied().collect();
        let first = *moving.first()?;
        // Who is stopped by the same does not need to wait for every one of those who do it.
        let alike: Vec<Token> =
            moving.iter().copied().filter(|token| self.leaves_to(*token) == self.leaves_to(first)).collect();
        let second = match alike.len() {
            1 => moving.get(1).copied(),
            2 => Some(alike[1]),
            _ => None,
        };
        let mut chosen = state.tokens.to_vec();
        chosen.retain(|token| !moving.contains(token) || *token == first || Some(*token) == second);
        (chosen.len() < state.tokens.len()).then_some(chosen)
    }

    /// Whether a block inside of the step's own branch may be stopped from beside.
    fn is_under_a_stop(&self, step: NodeId) -> bool {
        let branch = self.branch_around(step);
        let mut inner = self.up(self.graph.node(step).region).take_while(|at| Some(*at) != branch);
        branch.is_some() && inner.any(|at| self.stoppable.contains(&at))
    }

    /// Where a step goes when it stops its siblings.
    fn leaves_to(&self, token: Token) -> Vec<NodeId> {
        let Some(branch) = self.branch_around(token.node) else { return Vec::new() };
        let ways = self.ways(token.node).iter().filter(|way| !self.stays(**way, branch));
        ways.map(|way| self.graph.edge(*way).to).collect()
    }

    /// Whoever comes last leaves the parallel at once, and is not met by what stops it. So when one of the
    /// last two branches may be over with its next step, the other one may go on before that as well.
    fn with_the_other_branch(&self, state: &State, local: Token) -> Vec<Token> {
        let mut chosen = vec![local];
        for parallel in self.up(self.graph.node(local.node).region).filter(|at| self.is_parallel(*at)) {
            if !self.up(parallel).any(|at| self.stoppable.contains(&at)) {
                continue;
            }
            let around = self.round_of(parallel, local.round);
            let branch = |token: &Token| {
                if matches!(self.graph.node(token.node).kind, NodeKind::Join { .. }) {
                    return None;
                }
                let branch = self.branch_of(token.node, parallel)?;
                (self.round_of(parallel, token.round) == around)
                    .then(|| (branch, self.round_of(branch, token.round)))
            };
            let own = branch(&local);
            let n_own = state.tokens.iter().filter(|token| branch(token) == own).count();
            let other = |token: &&Token| branch(token).is_some() && branch(token) != own;
            let others: Vec<Token> = state.tokens.iter().filter(other).copied().collect();
            let is_one = others.iter().all(|token| branch(token) == branch(&others[0]));
            if n_own == 1 && is_one && self.may_finish(local.node, parallel) {
                chosen.extend(others);
            }
        }
        chosen
    }

    /// Whether a step may be the last one of its branch.
    fn may_finish(&self, step: NodeId, parallel: RegionId) -> bool {
        let mut open = vec![step];
        let mut seen = BTreeSet::new();
        while let Some(node) = open.pop() {
            for way in self.ways(node) {
                let to = self.graph.edge(*way).to;
                let item = self.graph.node(to);
                match &item.kind {
                    NodeKind::Join { .. } if item.region == parallel => return true,
                    NodeKind::Join { .. }
                    | NodeKind::Merge { .. }
                    | NodeKind::Notify { .. }
                    | NodeKind::Decide
                    | NodeKind::Fork { .. }
                    | NodeKind::Publish { .. }
                        if self.graph.is_within(item.region, parallel) && seen.insert(to) =>
                    {
                        open.push(to);
                    }
                    _ => {}
                }
            }
        }
        false
    }

    pub(super) fn stoppable_regions(&self) -> Vec<RegionId> {
        let limits = self.limits.iter().filter(|_| self.timers == Timers::Hasty);
        let interrupts = self.listeners.iter().filter(|receive| self.is_interrupt(**receive));
        limits.chain(interrupts).map(|node| self.graph.node(*node).region).collect()
    }

    /// A region and those around it.
    fn up(&self, region: RegionId) -> impl Iterator<Item = RegionId> {
        std::iter::successors(Some(region), |region| self.graph.region(*region).parent)
    }

    /// What stands in a parallel with a pivot, or with something that takes one step back, or whose
    /// branches win against each other.
    pub(super) fn tangled_nodes(&self) -> Vec<bool> {
        let tangles = |node: &NodeId| match &self.graph.node(*node).kind {
            NodeKind::Act(act) => {
                act.pivot.is_some()
                    || self.undone_by.contains_key(&act.operation)
                    || self.comes_again_when_undone(*node)
            }
            NodeKind::Run(run) => run.pivot.is_some() || self.comes_again_when_undone(*node),
            NodeKind::Undo { target: UndoTarget::Label { .. }, .. }
            | NodeKind::Join { needs: Some(_), .. } => true,
            _ => false,
        };
        let own = || self.workflows.iter().flat_map(|id| self.graph.nodes_of(*id)).map(|(node, _)| node);
        let mut regions: BTreeSet<RegionId> =
            own().filter(tangles).filter_map(|node| self.outermost_parallel(node)).collect();
        // A block is left before or after somebody publishes what would have stopped it.
        regions.extend(
            own().filter(|node| self.is_stopped_from_inside(*node)).map(|node| self.graph.node(node).region),
        );
        let mut tangled = vec![false; self.graph.n_nodes()];
        if regions.is_empty() {
            return tangled;
        }
        for node in own() {
            let region = self.graph.node(node).region;
            tangled[node.index()] = regions.iter().any(|outer| self.graph.is_within(region, *outer));
        }
        tangled
    }

    /// Whether a step runs again after it was taken back: that it has not begun again leaves it undone.
    fn comes_again_when_undone(&self, act: NodeId) -> bool {
        let node = self.graph.node(act);
        let is_undone =
            self.graph.is_undone(act) || self.undone_by.values().any(|undone| undone.contains(&act));
        let may_go_round = |workflow| {
            self.graph.nodes_of(workflow).any(|(_, node)| {
                matches!(node.kind, NodeKind::Merge { label: Some(_) })
                    || matches!(self.graph.region(node.region).kind, RegionKind::Loop)
            })
        };
        is_undone
            && self.outermost_parallel(act).is_some()
            && node.workflow.is_some_and(may_go_round)
            && self.graph.line_from(act).contains(&act)
    }

    /// Whether an event that stops a block is one that a workflow here publishes.
    fn is_stopped_from_inside(&self, receive: NodeId) -> bool {
        let NodeKind::Receive { kind: ReceiveKind::Interrupt, trigger } = &self.graph.node(receive).kind
        else {
            return false;
        };
        trigger.terms.iter().any(|(event, _)| self.graph.publications(*event).next().is_some())
    }

    fn outermost_parallel(&self, node: NodeId) -> Option<RegionId> {
        self.up(self.graph.node(node).region).filter(|at| self.is_parallel(*at)).last()
    }

    fn step(&self, state: &State, token: Token) -> Step {
        let node = self.graph.node(token.node);
        if !matches!(node.kind, NodeKind::Act(_) | NodeKind::Run(_))
            || self.tangled[token.node.index()]
            || self.lens == Some(Lens::EveryOrderOf(token.node))
        {
            return Step::Other;
        }
        let Some(branch) = self.branch_around(token.node) else {
            let is_alone = state
                .tokens
                .iter()
                .all(|other| *other == token || self.graph.node(other.node).workflow != node.workflow);
            return if is_alone { Step::Local } else { Step::Other };
        };
        let staying = |way: &&EdgeId| self.stays(**way, branch);
        let ways = self.ways(token.node);
        match ways.iter().filter(staying).count() {
            0 => Step::Other,
            n if n == ways.len() => Step::Local,
            _ => Step::Moving,
        }
    }

    /// The branch, or the round of a loop at once, that a node stands in.
    fn branch_around(&self, node: NodeId) -> Option<RegionId> {
        let mut around = self.up(self.graph.node(node).region);
        around.find(|at| match self.graph.region(*at).kind {
            RegionKind::Branch => true,
            RegionKind::Round => self.graph.region(*at).parent.is_some_and(|parent| self.is_parallel(parent)),
            _ => false,
        })
    }

    fn is_parallel(&self, region: RegionId) -> bool {
        self.graph.region(region).kind == RegionKind::Parallel
    }

    fn is_beside(&self, token: Token) -> bool {
        let mut around = self.up(self.graph.node(token.node).region);
        around.any(|at| self.graph.region(at).kind == RegionKind::Beside)
    }

    /// Whether a way stays in its branch or leads to a join that waits for all, so that it disturbs no
    /// other branch.
    fn stays(&self, way: EdgeId, branch: RegionId) -> bool {
        let edge = self.graph.edge(way);
        let to = self.graph.node(edge.to);
        let joins = matches!(to.kind, NodeKind::Join { needs: None, .. });
        !self.unhandled.contains(&way)
            && edge.edge.kind != EdgeKind::Otherwise
            && (joins || self.graph.is_within(to.region, branch))
    }
}

/// What a token's next step is to its siblings.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It stays in its branch, whatever comes of it.
    Local,
    /// It may stay, and may end what others do.
    Moving,
    /// Anything else.
    Other,
}
