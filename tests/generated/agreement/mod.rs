//! Generated code and the explorer agree on what becomes of every run: random workflows are generated, compiled, and
//! played in every order with everything that can go wrong, and each run is one of the explorer's.
//! `WFC_WORKFLOWS=200 WFC_SEED=7 cargo test --test generated agreement -- --nocapture` plays more of them, and others.

mod workflows;

use crate::orchestration::{Orchestration, orchestrations};
use crate::project::Project;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use wfc::explore::{Assumptions, Limits, Orders, RunEnd, Runs, Status, Stop, Timers, What, explore_under};
use wfc::finding::Severity;
use wfc::graph::{NodeId, NodeKind, StepGraph};
use wfc::lower::Links;
use wfc::model::{Model, WorkflowId};
use wfc::source::FileId;
use workflows::Written;

/// So many runs of a workflow are played in each of the two ways to deal with time.
const MOST: usize = 1500;
const MAX_STATES: usize = 50_000;

#[test]
fn generated_code_and_explorer_agree() {
    let (n, seed) = (number("WFC_WORKFLOWS", 40), number("WFC_SEED", 1));
    let written = Written::of(&random(n, seed));
    let lines = played(&written);
    let (model, graph) = read(&written.text);
    let mut tally = Tally::default();
    for (id, workflow) in model.workflows.iter() {
        for hasty in [false, true] {
            let name = workflow.name.text.as_str();
            let own = lines.iter().filter(|line| line["workflow"] == name && line["hasty"] == hasty);
            compare(&model, &graph, id, hasty, &own.collect::<Vec<_>>(), &mut tally);
        }
    }
    println!("{tally:?}");
    let texts = |trouble: &String| written_as(&written, trouble);
    let shortest = tally.troubles.iter().min_by_key(|it| texts(it).len());
    let n_troubles = tally.troubles.len();
    assert!(shortest.is_none(), "{n_troubles} differ\n{}", shortest.map(texts).unwrap_or_default());
    assert!(tally.outcomes >= 3 * n, "too little was seen");
}

#[derive(Debug, Default)]
struct Tally {
    runs: u64,
    ways: usize,
    outcomes: usize,
    /// Workflows of which every run was played, out of so many.
    wholly: usize,
    compared: usize,
    too_large: usize,
    troubles: Vec<String>,
}

fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn random(n: usize, seed: usize) -> Vec<Orchestration> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(seed as u64).to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..n).map(|_| orchestrations().new_tree(&mut runner).expect("nothing is rejected").current()).collect()
}

fn read(text: &str) -> (Model, StepGraph) {
    let parsed = wfc::syntax::parse(FileId(0), text);
    let lowered = wfc::lower::lower(&[parsed.ast], &Links::default());
    let errors: Vec<_> =
        parsed.findings.iter().chain(&lowered.findings).filter(|it| it.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    let graph = wfc::graph::build(&lowered.model);
    (lowered.model, graph)
}

/// What the generated workflows do.
fn played(written: &Written) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("there is room");
    let specification = folder.path().join("play.wfc");
    fs::write(&specification, &written.text).expect("there is room");
    // They are random, and no good workflows.
    let config = folder.path().join("wfc.yaml");
    let off: String = wfc::catalog::rules().iter().map(|rule| format!("  {}: off\n", rule.name)).collect();
    fs::write(&config, format!("rules:\n{off}")).expect("there is room");
    let (specification, config) = (specification.to_string_lossy(), config.to_string_lossy());
    let project = Project::with("agreement", &specification, "", &["--config", &config]);
    let program = project.build("play", include_str!("program.rs"), "");
    let told = folder.path().join("told.json");
    fs::write(&told, written.told(MOST).to_string()).expect("there is room");
    let output = Command::new(program).arg(&told).output().expect("it was built");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("it is text");
    text.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect()
}

/// What has become of a run: its end, the writes that stand, and those that are undone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Outcome {
    end: String,
    standing: BTreeSet<String>,
    undone: BTreeSet<String>,
}

impl Outcome {
    /// The same, but for steps that the other one had not begun: beside each other all begin at once in generated
    /// code, and what has begun is waited for.
    fn is_at_least(&self, other: &Outcome) -> bool {
        self.end == other.end
            && self.standing.is_superset(&other.standing)
            && self.undone.is_superset(&other.undone)
    }
}

fn compare(
    model: &Model,
    graph: &StepGraph,
    id: WorkflowId,
    hasty: bool,
    lines: &[&Value],
    tally: &mut Tally,
) {
    let timers = if hasty { Timers::Hasty } else { Timers::Patient };
    let limits = Limits { timers, max_states: MAX_STATES };
    let assumed = Assumptions { orders: Orders::Every, ..Assumptions::default() };
    let runs = explore_under(model, graph, id, limits, assumed);
    if !runs.is_complete() || runs.is_cut() {
        tally.too_large += 1;
        return;
    }
    tally.compared += 1;
    let mut expected: BTreeMap<Outcome, &RunEnd> = BTreeMap::new();
    for end in runs.ends() {
        expected.entry(outcome_of(model, &runs, end)).or_insert(end);
    }
    let name = &model.workflows[id].name.text;
    let lines_behind = Lines::of(model, graph, id);
    let mut met = BTreeSet::new();
    for line in lines {
        let Some(way) = line.get("way") else {
            tally.runs += line["runs"].as_u64().unwrap_or_default();
            let all = line["all"] == true;
            tally.wholly += usize::from(all);
            let is_met = |outcome: &Outcome| met.iter().any(|it: &Outcome| it.is_at_least(outcome));
            for (outcome, end) in expected.iter().filter(|(outcome, _)| !is_met(outcome)) {
                let comes_to_end = || met.iter().any(|it: &Outcome| it.end == outcome.end);
                if all || (n_troubles(&runs, end) <= 1 && !comes_to_end()) {
                    tally.troubles.push(format!("{name}, {timers:?}: no run comes to {outcome:?}"));
                }
            }
            continue;
        };
        tally.ways += 1;
        let possible = outcomes_of(way, &lines_behind.behind);
        let known: Vec<&Outcome> = possible.iter().filter(|it| expected.contains_key(*it)).collect();
        if known.is_empty() {
            tally
                .troubles
                .push(format!("{name}, {timers:?}: the explorer has no run like {way} of {}", line["story"]));
        }
        if let Some(fault) = lines_behind.fault(way) {
            tally.troubles.push(format!("{name}, {timers:?}: {fault} in {way} of {}", line["story"]));
        }
        met.extend(known.into_iter().cloned());
    }
    tally.outcomes += met.len();
}

fn outcome_of(model: &Model, runs: &Runs, end: &RunEnd) -> Outcome {
    let goals = end.goals.iter().map(|goal| model.goals[*goal].name.text.to_string());
    let end_name = match end.stop {
        Stop::Complete { .. } => goals.collect::<Vec<_>>().join(" and "),
        _ => "stuck".to_string(),
    };
    let mut outcome = Outcome { end: end_name, standing: BTreeSet::new(), undone: BTreeSet::new() };
    for act in runs.acts() {
        let Some(step) = name_of_write(model, runs.graph(), act) else { continue };
        match runs.status(end, act) {
            status if status.is_effective() => drop(outcome.standing.insert(step)),
            Status::Undone => drop(outcome.undone.insert(step)),
            _ => {}
        }
    }
    outcome
}

fn name_of_write(model: &Model, graph: &StepGraph, act: NodeId) -> Option<String> {
    match &graph.node(act).kind {
        NodeKind::Act(act) if act.is_write => Some(model.labels[act.label].name.text.to_string()),
        _ => None,
    }
}

/// How many steps are refused or do not answer on the shortest run to an end.
fn n_troubles(runs: &Runs, end: &RunEnd) -> usize {
    runs.witness(end).iter().filter(|made| matches!(made.what, What::Fails(_) | What::Fires)).count()
}

/// What a run came to. A write that was given up on its way was done or not, and when it was it is undone or left; of
/// one that is undone then the explorer keeps that it leaves nothing behind.
fn outcomes_of(way: &Value, writes: &BTreeMap<String, BTreeSet<String>>) -> Vec<Outcome> {
    let end = way["end"].as_str().unwrap_or_default().to_string();
    let mut found = vec![Outcome { end, standing: BTreeSet::new(), undone: BTreeSet::new() }];
    let was_given_up =
        |step: &str| way["given_up"].as_array().is_some_and(|steps| steps.iter().any(|it| it == step));
    for (step, status) in journal(way).filter(|(step, _)| writes.contains_key(*step)) {
        match status {
            "done" | "kept" | "unknown" => {
                found.iter_mut().for_each(|outcome| outcome.standing.extend([step.to_string()]));
            }
            "undone" if was_given_up(step) => {
                let mut undone = found.clone();
                undone.iter_mut().for_each(|outcome| outcome.undone.extend([step.to_string()]));
                found.extend(undone);
            }
            "undone" => found.iter_mut().for_each(|outcome| outcome.undone.extend([step.to_string()])),
            "begun" | "given_up" => {
                let mut done = found.clone();
                done.iter_mut().for_each(|outcome| outcome.standing.extend([step.to_string()]));
                found.extend(done);
            }
            _ => {}
        }
    }
    found
}

fn journal(way: &Value) -> impl Iterator<Item = (&str, &str)> {
    let entries = way["journal"].as_array().into_iter().flatten();
    entries.filter_map(|entry| Some((entry[0].as_str()?, entry[1].as_str()?)))
}

/// Which writes stand behind each other on a line of the step graph.
struct Lines {
    behind: BTreeMap<String, BTreeSet<String>>,
}

impl Lines {
    fn of(model: &Model, graph: &StepGraph, id: WorkflowId) -> Lines {
        let mut behind = BTreeMap::new();
        for (act, _) in graph.nodes_of(id) {
            let Some(step) = name_of_write(model, graph, act) else { continue };
            let next = graph.line_from(act).into_iter().filter(|other| *other != act);
            behind.insert(step, next.filter_map(|other| name_of_write(model, graph, other)).collect());
        }
        Lines { behind }
    }

    /// Steps in front of those that they stand behind; steps undone in front of those that stand behind them.
    fn fault(&self, way: &Value) -> Option<String> {
        let done: Vec<&str> = journal(way).map(|(step, _)| step).collect();
        let undone: Vec<&str> =
            way["undone"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let is_behind = |one: &str, other: &str| self.behind.get(other).is_some_and(|it| it.contains(one));
        let wrong = |order: &[&str], early: &dyn Fn(&str, &str) -> bool| {
            let pairs = order
                .iter()
                .enumerate()
                .flat_map(|(at, one)| order[at + 1..].iter().map(move |it| (*one, *it)));
            pairs
                .into_iter()
                .find(|(one, other)| early(one, other))
                .map(|(one, other)| format!("{one} before {other}"))
        };
        let twice = |order: &[&str]| order.len() != order.iter().collect::<BTreeSet<_>>().len();
        if twice(&done) || twice(&undone) {
            return Some("something happened twice".to_string());
        }
        let of_journal: BTreeSet<&str> =
            journal(way).filter(|(_, status)| *status == "undone").map(|(step, _)| step).collect();
        if of_journal != undone.iter().copied().collect() {
            return Some("what is undone is not what the journal says".to_string());
        }
        // What was given up on its way is taken back there and then.
        let given_up =
            |step: &str| way["given_up"].as_array().is_some_and(|steps| steps.iter().any(|it| it == step));
        let in_order: Vec<&str> = undone.iter().copied().filter(|step| !given_up(step)).collect();
        wrong(&done, &|one, other| is_behind(one, other)).or_else(|| {
            wrong(&in_order, &|one, other| is_behind(other, one)).map(|it| format!("undone: {it}"))
        })
    }
}

/// A trouble with the text of its workflow.
fn written_as(written: &Written, trouble: &str) -> String {
    let name = trouble.split(',').next().unwrap_or_default();
    let text = written.text.split("\nworkflow ").find(|text| text.starts_with(&format!("{name}(")));
    let operations: Vec<&str> =
        written.text.split("\nworkflow ").next().unwrap_or_default().lines().collect();
    let suffix = format!("w{}(", name.trim_start_matches("Play"));
    let own = operations.iter().enumerate().filter(|(_, line)| line.contains(&suffix));
    let own: Vec<String> = own
        .flat_map(|(at, _)| operations[at..(at + 3).min(operations.len())].iter())
        .map(ToString::to_string)
        .collect();
    format!("{trouble}\nworkflow {}\n{}", text.unwrap_or_default(), own.join("\n"))
}
