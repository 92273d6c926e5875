//! Lists of names, and snippets that several rules suggest as a cure.

use super::Context;
use crate::finding::WitnessStep;
use crate::graph::{Act, EdgeKind, NodeId, NodeKind};
use crate::model::{Goal, GoalKind, WorkflowId};
use std::collections::BTreeSet;

/// `` `A`, `B` and `C` ``
pub(super) fn quoted<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    joined(&names, "and")
}

/// `A, B or C`
pub(super) fn joined<S: AsRef<str>>(names: &[S], word: &str) -> String {
    match names {
        [] => String::new(),
        [only] => only.as_ref().to_string(),
        [init @ .., last] => {
            let init: Vec<&str> = init.iter().map(AsRef::as_ref).collect();
            format!("{} {word} {}", init.join(", "), last.as_ref())
        }
    }
}

/// `3 steps`, `1 step`
pub(super) fn counted(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

impl Context<'_> {
    /// What a branch for something that went wrong at `node` would do: `undo all; end Cancelled`.
    pub(super) fn way_out(&self, node: NodeId) -> String {
        let Some(workflow) = self.graph.node(node).workflow else { return String::new() };
        let end = match self.failure_end(workflow) {
            Some(goal) => ended(goal),
            None => "end Failed".to_string(),
        };
        if self.completed_before(node).is_empty() { end } else { format!("undo all; {end}") }
    }

    /// The failure end that a new branch would most simply lead to.
    pub(super) fn failure_end(&self, workflow: WorkflowId) -> Option<&Goal> {
        let goals = self.model.workflows[workflow].goals.iter().map(|goal| &self.model.goals[*goal]);
        goals.filter(|goal| goal.kind == GoalKind::Failure).min_by_key(|goal| goal.fields.len())
    }

    /// The names of the writes with an undo that may be done when the line comes to `node`.
    pub(super) fn completed_before(&self, node: NodeId) -> Vec<String> {
        self.writes_before(node, |act| act.undone.is_some())
    }

    /// The names of the runs, and of those writes, that may be done when the line comes to `node`.
    pub(super) fn writes_before(&self, node: NodeId, which: impl Fn(&Act) -> bool) -> Vec<String> {
        let before = self.graph.line_to(node);
        let writes = before.iter().filter(|id| match &self.graph.node(**id).kind {
            NodeKind::Act(act) => act.is_write && which(act),
            NodeKind::Run(_) => true,
            _ => false,
        });
        writes.filter(|id| **id != node).map(|id| self.short_name(*id)).collect()
    }

    /// What leads to a step, from the message that wakes its side or from the start of the run.
    pub(super) fn witness_to(&self, node: NodeId) -> Vec<WitnessStep> {
        let line: BTreeSet<NodeId> = self.graph.line_to(node).into_iter().collect();
        let woken = line.iter().find(|id| {
            let is_begun_by_message = |id| {
                self.graph.in_edges(id).next().is_some()
                    && self.graph.in_edges(id).all(|edge| edge.edge.kind == EdgeKind::Message)
            };
            is_begun_by_message(**id)
        });
        let path = woken.map(|from| self.graph.path(*from, node)).unwrap_or_default();
        self.witness_of_path(&path)
    }
}

/// `end Cancelled`; what its arguments are, only its author knows.
pub(super) fn ended(goal: &Goal) -> String {
    if goal.fields.is_empty() {
        format!("end {}", goal.name.text)
    } else {
        format!("end {}(…)", goal.name.text)
    }
}
