//! Small systems and what the explorer says of them.

use wfc::explore::{Limits, Runs, Status, Stop, Timers, explore};
use wfc::graph::{NodeKind, StepGraph};
use wfc::lower::Links;
use wfc::model::Model;
use wfc::source::FileId;

pub const ENOUGH: usize = 20_000;

/// A text, lowered and as a graph.
pub fn system(text: &str) -> (Model, StepGraph) {
    let read = read(text);
    assert!(read.is_ok(), "{:?}", read.err());
    read.expect("a text without errors")
}

pub fn read(text: &str) -> Result<(Model, StepGraph), Vec<String>> {
    let parsed = wfc::syntax::parse(FileId(0), text);
    let lowered = wfc::lower::lower(&[parsed.ast], &Links::default());
    let errors: Vec<_> =
        parsed.findings.iter().chain(&lowered.findings).map(|finding| finding.message.clone()).collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let graph = wfc::graph::build(&lowered.model);
    Ok((lowered.model, graph))
}

pub fn runs<'g>(model: &'g Model, graph: &'g StepGraph, timers: Timers) -> Runs<'g> {
    let workflow = model.workflows.ids().next().expect("a workflow");
    explore(model, graph, workflow, Limits { timers, max_states: ENOUGH })
}

/// The names of the ends that runs reach, sorted, each once.
pub fn ends(model: &Model, runs: &Runs) -> Vec<String> {
    let complete = runs.ends().iter().filter(|end| matches!(end.stop, Stop::Complete { .. }));
    let mut names: Vec<String> =
        complete.flat_map(|end| &end.goals).map(|goal| model.goals[*goal].name.text.to_string()).collect();
    names.sort();
    names.dedup();
    names
}

/// What has become of the step called `name` in the runs that end in `goal`.
pub fn statuses(model: &Model, runs: &Runs, name: &str, goal: &str) -> Vec<Status> {
    let graph = runs.graph();
    let called = |node: &wfc::graph::Node| match &node.kind {
        NodeKind::Act(act) => model.labels[act.label].name.text == name,
        _ => false,
    };
    let (act, _) = graph.nodes().find(|(_, node)| called(node)).expect("a step of that name");
    let ended =
        runs.ends().iter().filter(|end| end.goals.iter().any(|id| model.goals[*id].name.text == goal));
    let mut found: Vec<Status> = ended.map(|end| runs.status(end, act)).collect();
    found.sort();
    found.dedup();
    found
}

pub const TRIP: &str = r#"
id TripId
service Agency { }
service Hotel {
  command Book(trip: TripId) { fails Full; undone by Cancel(trip); idempotent by trip }
  command Cancel(trip: TripId) { idempotent by trip }
}
service Flight {
  command Book(trip: TripId) { fails NoSeat; undone by Cancel(trip); idempotent by trip }
  command Cancel(trip: TripId) { idempotent by trip }
}
"#;

pub fn trip(body: &str) -> String {
    format!(
        "{TRIP}workflow BookTrip(trip: TripId) {{ orchestrated by Agency success Booked failure NotBooked\n{body} }}"
    )
}
