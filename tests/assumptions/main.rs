//! The explorer under other assumptions than those of the rules: messages in order, messages twice, fewer
//! orders of steps; and what was only reasoned about before.

#[path = "../support/explored.rs"]
mod explored;

mod delivery;
mod orders;
mod reasoned;

use explored::ENOUGH;
use wfc::explore::{Assumptions, Limits, RunEnd, Runs, Timers, explore_under};
use wfc::graph::StepGraph;
use wfc::model::Model;

/// Patient runs of the first workflow.
fn runs_under<'g>(model: &'g Model, graph: &'g StepGraph, assumed: Assumptions) -> Runs<'g> {
    let workflow = model.workflows.ids().next().expect("a workflow");
    let limits = Limits { timers: Timers::Patient, max_states: ENOUGH };
    explore_under(model, graph, workflow, limits, assumed)
}

/// The text of every judged system that is one file.
fn judged_systems() -> Vec<(String, String)> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/systems"));
    let paths = folder.expect("the systems").map(|entry| entry.expect("an entry").path());
    let read = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(&path).ok()?;
        Some((path.display().to_string(), text))
    };
    paths.filter_map(read).filter(|(_, text)| !text.contains("\nuse ")).collect()
}

/// How runs end, and what they leave: everything that a rule reads of them.
fn said(runs: &Runs) -> Vec<String> {
    let one = |end: &RunEnd| {
        let left: Vec<_> = runs.acts().map(|act| runs.status(end, act)).collect();
        format!("{:?} {:?} {left:?}", end.stop, end.goals)
    };
    let mut said: Vec<String> = runs.ends().iter().map(one).collect();
    said.sort();
    said.dedup();
    said
}
