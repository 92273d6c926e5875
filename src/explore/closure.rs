//! Which workflows matter for the runs of one: those whose events it takes, and theirs in turn; where
//! messages wait for each other, also those that take its events.

use crate::graph::{EdgeKind, StepGraph};
use crate::model::{Id, Model, WorkflowId};

/// The workflow and everything upstream of it through messages.
pub(super) fn upstream(model: &Model, graph: &StepGraph, workflow: WorkflowId) -> Vec<WorkflowId> {
    let mut known = vec![false; model.workflows.len()];
    let mut open = vec![workflow];
    let mut found = Vec::new();
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut known[at.index()], true) {
            continue;
        }
        found.push(at);
        for (node, _) in graph.nodes_of(at) {
            for taken in graph.in_edges(node).filter(|edge| edge.edge.kind == EdgeKind::Message) {
                let publishers = graph.in_edges(taken.from).filter_map(|edge| graph.node(edge.from).workflow);
                open.extend(publishers.filter(|workflow| !known[workflow.index()]));
            }
        }
    }
    found.sort();
    found
}

/// All workflows that hang together with one through messages, in either direction.
pub(super) fn connected(model: &Model, graph: &StepGraph, workflow: WorkflowId) -> Vec<WorkflowId> {
    let upstream_of: Vec<Vec<WorkflowId>> =
        model.workflows.ids().map(|workflow| upstream(model, graph, workflow)).collect();
    let mut found = vec![workflow];
    let mut at = 0;
    while let Some(known) = found.get(at).copied() {
        at += 1;
        for other in model.workflows.ids().filter(|other| !found.contains(other)).collect::<Vec<_>>() {
            if upstream_of[known.index()].contains(&other) || upstream_of[other.index()].contains(&known) {
                found.push(other);
            }
        }
    }
    found.sort();
    found
}
