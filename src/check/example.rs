//! A run worth showing, in words and as data for a picture: all goes well, or one thing goes wrong.

use super::{Budget, Context};
use crate::explore::{self, RunEnd, Timers, Wish};
use crate::finding::WitnessStep;
use crate::graph::{EdgeKind, StepGraph};
use crate::model::{GoalKind, Model, WorkflowId};
use std::collections::BTreeSet;

/// The run of a workflow in which all goes well; nothing where no success can be reached so.
pub fn success(model: &Model, graph: &StepGraph, workflow: WorkflowId) -> Option<Vec<WitnessStep>> {
    let cx = Context::new(model, graph, Budget::default());
    explore::example(model, graph, workflow, Wish::Success).map(|moves| cx.witness_of_run(&moves))
}

/// The run in which a failure happens and nothing else goes wrong: a business failure by its name, an
/// `outage`, or the failure of the workflow itself, which is reached in the shortest way.
pub fn failure(
    model: &Model,
    graph: &StepGraph,
    workflow: WorkflowId,
    name: &str,
) -> Option<Vec<WitnessStep>> {
    let cx = Context::new(model, graph, Budget::default());
    let goals = &model.workflows[workflow].goals;
    let goal = goals.iter().copied().find(|goal| model.goals[*goal].name.text == name);
    if let Some(goal) = goal {
        let runs = cx.runs(workflow, Timers::Patient);
        let reaches = |end: &&RunEnd| end.goals.contains(&goal);
        let end = runs.ends().iter().filter(reaches).min_by_key(|end| runs.witness(end).len())?;
        return Some(cx.witness_of_run(&runs.witness(end)));
    }
    explore::example(model, graph, workflow, Wish::Failure(name)).map(|moves| cx.witness_of_run(&moves))
}

/// The failures that a run of the workflow can show.
pub fn failures(model: &Model, graph: &StepGraph, workflow: WorkflowId) -> Vec<String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (node, _) in graph.nodes_of(workflow) {
        for edge in graph.out_edges(node) {
            match &edge.edge.kind {
                EdgeKind::Fails(name) => names.extend([name.to_string()]),
                EdgeKind::Outage => names.extend(["outage".to_string()]),
                _ => {}
            }
        }
    }
    let goals = model.workflows[workflow].goals.iter().map(|goal| &model.goals[*goal]);
    let failures = goals.filter(|goal| goal.kind == GoalKind::Failure);
    names.into_iter().chain(failures.map(|goal| goal.name.text.to_string())).collect()
}
