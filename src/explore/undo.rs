//! Compensation: what an undo takes back, settles or leaves alone.

use super::machine::Machine;
use super::state::{State, Status, Token};
use crate::graph::{NodeId, NodeKind, RegionId, StepGraph};
use crate::model::{GoalKind, Model, OperationId, UndoTarget, Undone, UndoneBy, WorkflowId};

impl Machine<'_> {
    /// The state after an undo; `None` where the undoing line stops because nothing is left to undo.
    pub(super) fn undo(&self, state: &State, token: Token) -> State {
        let mut next = state.clone();
        let node = self.graph.node(token.node);
        let NodeKind::Undo { target, acts } = &node.kind else { return next };
        let late = self.is_late(token.node);
        let Some(workflow) = node.workflow else { return next };
        let choreographed = self.model.workflows[workflow].is_choreographed();
        if choreographed && !late {
            return self.settle(next, token, acts);
        }
        if *target == UndoTarget::All && !late {
            self.stop(&mut next, workflow);
            next.add(token);
        }
        for act in acts.iter() {
            self.take_back(&mut next, *act, late);
        }
        self.go_on(&mut next, token);
        next
    }

    /// In a choreography an undo settles its own steps: done ones are taken back, those that have not
    /// begun never will; after a refusal nothing is left to undo and the line stops.
    fn settle(&self, mut next: State, token: Token, acts: &[NodeId]) -> State {
        let mut refused = false;
        for act in acts {
            for slot in self.slots_of(*act) {
                let status = Status::from_byte(next.memory[slot]);
                match status {
                    Status::Refused => refused = true,
                    Status::None => next.memory[slot] = Status::Tombstone as u8,
                    _ => {}
                }
            }
            self.take_back(&mut next, *act, true);
        }
        if refused {
            next.remove(token);
        } else {
            self.go_on(&mut next, token);
        }
        next
    }

    fn go_on(&self, next: &mut State, token: Token) {
        if let Some(way) = self.ways(token.node).first() {
            self.travel(next, token, *way);
        }
    }

    /// Takes an act back where its contract can; `behind_pivot` reaches what a pivot has kept, too.
    fn take_back(&self, state: &mut State, act: NodeId, behind_pivot: bool) {
        if !self.can_be_undone(act) {
            return;
        }
        for slot in self.slots_of(act) {
            let undone = match Status::from_byte(state.memory[slot]) {
                Status::Done | Status::Unknown | Status::AfterPivot => true,
                Status::Kept => behind_pivot,
                Status::None | Status::Refused | Status::Undone | Status::Tombstone => false,
            };
            if undone {
                state.memory[slot] = Status::Undone as u8;
            }
        }
    }

    /// When `needs` is met, or cannot be met any more, the branches that are stopped have their completed
    /// writes undone, inner branches included; what a pivot has kept stays.
    pub(super) fn undo_unneeded(&self, state: &mut State, join: Token) {
        let parallel = self.graph.node(join.node).region;
        let around = self.round_of(parallel, join.round);
        let stopped: Vec<Token> = state
            .tokens
            .iter()
            .filter(|token| token.node != join.node && self.round_of(parallel, token.round) == around)
            .copied()
            .collect();
        for token in stopped {
            let Some(branch) = self.branch_of(token.node, parallel) else { continue };
            let round = self.round_of(branch, token.round);
            for act in self.acts.iter().filter(|act| self.can_be_undone(**act)) {
                if !self.graph.is_within(self.graph.node(*act).region, branch) {
                    continue;
                }
                for (number, slot) in self.slots_of(*act).enumerate() {
                    let status = Status::from_byte(state.memory[slot]);
                    let is_there = matches!(status, Status::Done | Status::Unknown | Status::AfterPivot);
                    if is_there && self.round_of(branch, number as u8) == round {
                        state.memory[slot] = Status::Undone as u8;
                    }
                }
            }
        }
    }

    /// The branch of a parallel that a node stands in.
    pub(super) fn branch_of(&self, node: NodeId, parallel: RegionId) -> Option<RegionId> {
        let mut at = self.graph.node(node).region;
        loop {
            match self.graph.region(at).parent {
                Some(above) if above == parallel => return Some(at),
                Some(above) => at = above,
                None => return None,
            }
        }
    }
}

/// Whether an operation takes the act back.
pub fn can_be_undone(model: &Model, graph: &StepGraph, act: NodeId) -> bool {
    match &graph.node(act).kind {
        NodeKind::Act(act) => has_operation(act.undone.as_ref()),
        NodeKind::Run(run) => {
            has_operation(run.undone.as_ref()) || child_can_be_undone(model, graph, run.workflow)
        }
        _ => false,
    }
}

/// A finished child can be taken back by its own journal when it passed no pivot and each of its
/// writes can be undone or is a declared residue.
fn child_can_be_undone(model: &Model, graph: &StepGraph, child: WorkflowId) -> bool {
    graph.nodes_of(child).all(|(_, node)| match &node.kind {
        NodeKind::Act(act) => {
            let needs_nothing = !act.is_write || act.undone.is_some() || is_undo_step(model, act.operation);
            act.pivot.is_none() && act.irreversible.is_none() && needs_nothing
        }
        // A child's child counts by what its own contract says; deeper runs are not followed.
        NodeKind::Run(run) => run.undone.is_some(),
        _ => true,
    }) && model.workflows[child].goals.iter().any(|goal| model.goals[*goal].kind == GoalKind::Success)
}

fn is_undo_step(model: &Model, operation: OperationId) -> bool {
    model.operations.values().any(|other| {
        matches!(&other.undone, Some(Undone { by: UndoneBy::Operation { operation: by, .. }, .. }) if *by == operation)
    })
}

fn has_operation(undone: Option<&Undone>) -> bool {
    matches!(undone, Some(Undone { by: UndoneBy::Operation { .. }, .. }))
}
