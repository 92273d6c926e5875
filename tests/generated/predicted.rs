//! What generated tests expect is told from the model by a program of its own. Each expectation is one of the
//! explorer's runs: over every conducted workflow of the examples and the judged systems, with each failure, outage
//! and silence injected.

use crate::golden::root;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use wfc::explore::{Assumptions, Limits, Orders, RunEnd, Runs, Status, Timers, explore_under};
use wfc::finding::Severity;
use wfc::generate::rust::predict::{Prediction, Wrong, predict};
use wfc::graph::{NodeId, NodeKind, StepGraph};
use wfc::lower::Links;
use wfc::model::{Answers, GoalKind, LabelId, Model, StatementKind, WorkflowId};
use wfc::source::{SourceFile, Sources};

const MAX_STATES: usize = 30_000;

#[test]
fn what_tests_expect_is_a_run_of_the_explorer() {
    let mut tally = Tally::default();
    for (name, sources) in judged() {
        let Some((model, graph)) = read(&sources) else { continue };
        for (id, workflow) in model.workflows.iter().filter(|(_, it)| !it.is_choreographed()) {
            let limits = Limits { timers: Timers::Hasty, max_states: MAX_STATES };
            let assumed = Assumptions { orders: Orders::Every, ..Assumptions::default() };
            let runs = explore_under(&model, &graph, id, limits, assumed);
            if !runs.is_complete() || runs.is_cut() {
                tally.too_large += 1;
                continue;
            }
            tally.workflows += 1;
            for wrong in wrongs(&model, &graph, id) {
                let Some(told) = predict(&model, id, wrong.as_ref()) else {
                    tally.untold += 1;
                    continue;
                };
                // A run that meets what nobody handles is not followed by the explorer.
                if told.end == "Unhandled" {
                    tally.unhandled += 1;
                    let is_known = runs.meets_unhandled();
                    let trouble = format!("{name}/{}: {wrong:?} is handled", workflow.name.text);
                    tally.troubles.extend((!is_known).then_some(trouble));
                    continue;
                }
                tally.compared += 1;
                if !runs.ends().iter().any(|end| is_like(&model, &runs, end, wrong.as_ref(), &told)) {
                    tally.troubles.push(format!("{name}/{}: {wrong:?}: {told:?}", workflow.name.text));
                }
            }
        }
    }
    let troubles = std::mem::take(&mut tally.troubles);
    println!("{tally:?}");
    assert!(troubles.is_empty(), "{} of {} differ:\n{}", troubles.len(), tally.compared, troubles.join("\n"));
    assert!(tally.compared >= 200, "too little was seen");
}

#[derive(Debug, Default)]
struct Tally {
    workflows: usize,
    compared: usize,
    untold: usize,
    unhandled: usize,
    too_large: usize,
    troubles: Vec<String>,
}

/// Nothing, and everything that a generated test injects. For the explorer a service does not fail to answer itself.
fn wrongs(model: &Model, graph: &StepGraph, id: WorkflowId) -> Vec<Option<Wrong>> {
    let own = graph.nodes_of(id).filter_map(|(_, node)| match &node.kind {
        NodeKind::Act(act) if !act.is_remote => Some(act.label),
        _ => None,
    });
    let own: BTreeSet<LabelId> = own.collect();
    let mut wrongs = vec![None];
    let refused = |step, failure: &smol_str::SmolStr| {
        Some(Wrong::Refused { step, failure: failure.clone(), fields: serde_json::json!({}) })
    };
    for statement in model.workflows[id].blocks().into_iter().flat_map(|block| &block.statements) {
        match &statement.kind {
            StatementKind::Act(act) => {
                let operation = &model.operations[act.operation];
                wrongs.extend(operation.fails.iter().map(|failure| refused(act.label, &failure.name.text)));
                let insists = act.block.retry.as_ref().is_some_and(|retry| retry.times.is_none());
                if matches!(operation.answers, Answers::OnTheLine) {
                    let answers = insists || own.contains(&act.label);
                    wrongs.extend((!answers).then_some(Some(Wrong::Outage { step: act.label })));
                } else if !act.block.limits.is_empty() {
                    wrongs.push(Some(Wrong::Silence { step: act.label }));
                }
            }
            StatementKind::Run(run) => {
                let goals = model.workflows[run.workflow].goals.iter().map(|goal| &model.goals[*goal]);
                let failures = goals.filter(|goal| goal.kind == GoalKind::Failure);
                wrongs.extend(failures.map(|goal| refused(run.label, &goal.name.text)));
            }
            _ => {}
        }
    }
    wrongs
}

/// Whether a run comes to the same: the end, what is undone, and what went wrong.
fn is_like(model: &Model, runs: &Runs, end: &RunEnd, wrong: Option<&Wrong>, told: &Prediction) -> bool {
    if !end.goals.iter().any(|goal| model.goals[*goal].name.text == told.end) {
        return false;
    }
    let wanted: BTreeSet<&str> = told.undone.iter().flatten().map(String::as_str).collect();
    runs.acts().all(|act| {
        let Some(label) = label_of(runs.graph(), act) else { return true };
        let name = model.labels[label].name.text.as_str();
        let status = runs.status(end, act);
        let went_wrong = match wrong {
            Some(Wrong::Refused { step, .. }) if *step == label => status == Status::Refused,
            _ => true,
        };
        went_wrong && (told.perhaps.contains(name) || wanted.contains(name) == (status == Status::Undone))
    })
}

fn label_of(graph: &StepGraph, act: NodeId) -> Option<LabelId> {
    match &graph.node(act).kind {
        NodeKind::Act(act) => Some(act.label),
        NodeKind::Run(run) => Some(run.label),
        _ => None,
    }
}

/// Each system that is one file, and the examples.
fn judged() -> Vec<(String, Sources)> {
    let mut all = Vec::new();
    for path in specifications(&root().join("tests/systems")) {
        let text = fs::read_to_string(&path).expect("it is there");
        if !text.contains("\nuse ") && !text.starts_with("use ") {
            all.push((path.file_stem().expect("a name").to_string_lossy().to_string(), sources(&[path])));
        }
    }
    for folder in ["retail-order", "loan-broker", "mortgage", "retail-order-careless"] {
        all.push((folder.to_string(), sources(&specifications(&root().join("examples").join(folder)))));
    }
    all
}

fn specifications(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "wfc")).collect();
    paths.sort();
    paths
}

fn sources(paths: &[PathBuf]) -> Sources {
    let mut sources = Sources::default();
    for path in paths {
        let text = fs::read_to_string(path).expect("it is there");
        sources.add(SourceFile::new(path.file_name().expect("a name").to_string_lossy(), text));
    }
    sources
}

/// All files as one system. Those with errors are not generated from.
fn read(sources: &Sources) -> Option<(Model, StepGraph)> {
    let (mut asts, mut links, mut findings) = (Vec::new(), Links::default(), Vec::new());
    for (id, file) in sources.iter() {
        let parsed = wfc::syntax::parse(id, &file.text);
        findings.extend(parsed.findings);
        asts.push(parsed.ast);
        for (other, file) in sources.iter() {
            links.add(id, file.path.as_str(), other);
        }
    }
    let lowered = wfc::lower::lower(&asts, &links);
    findings.extend(lowered.findings);
    let is_sound = findings.iter().all(|finding| finding.severity != Severity::Error);
    is_sound.then(|| {
        let graph = wfc::graph::build(&lowered.model);
        (lowered.model, graph)
    })
}
