//! `covers`, decided on the graph, against the explorer: leave the reaction out, and see whether the
//! watch goes off in every run that is not failing anyway.

#[path = "../../../tests/random/choreography.rs"]
mod choreography;

use super::Subscription;
use super::discharge::covers;
use crate::check::{Budget, Context};
use crate::explore::{Limits, Move, Timers, What, explore};
use crate::graph::{NodeId, NodeKind, StepGraph, Timer, build};
use crate::lower::{Links, lower};
use crate::model::{EventId, GoalKind, HowMany, Model};
use crate::source::{FileId, Span};
use crate::syntax::parse;
use choreography::choreographies;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn model(text: &str) -> Option<Model> {
    let parsed = parse(FileId(0), text);
    let lowered = lower(&[parsed.ast], &Links::default());
    let is_whole = parsed.findings.is_empty()
        && lowered.findings.iter().all(|finding| finding.severity < crate::finding::Severity::Error);
    is_whole.then_some(lowered.model)
}

fn watches(graph: &StepGraph) -> Vec<NodeId> {
    let is_watch = |kind: &NodeKind| matches!(kind, NodeKind::Timer(Timer::Watch { .. }));
    graph.nodes().filter(|(_, node)| is_watch(&node.kind)).map(|(id, _)| id).collect()
}

/// The reaction that names an event at `span`.
fn reaction_at(model: &Model, span: Span) -> Option<Span> {
    let participants = model.workflows.values().flat_map(|workflow| &workflow.participants);
    let mut reactions = participants.flat_map(|participant| &participant.reactions);
    reactions.find(|reaction| reaction.formula.span.contains(span)).map(|reaction| reaction.span)
}

/// Whether, without the reaction, the watch at `watch` goes off in every run in which the event came,
/// unless the run reaches a failure. Nothing when the rest does not make sense without it.
fn goes_off_without(text: &str, model_before: &Model, left_out: &Subscription, watch: Span) -> Option<bool> {
    let reaction = reaction_at(model_before, left_out.span)?;
    let blank = " ".repeat(reaction.range().len());
    let mut text = text.to_string();
    text.replace_range(reaction.range(), &blank);
    let model = model(&text)?;
    let graph = build(&model);
    let watch = watches(&graph).into_iter().find(|id| graph.node(*id).span == watch)?;
    let workflow = graph.node(watch).workflow?;
    let runs = explore(&model, &graph, workflow, Limits { timers: Timers::Patient, max_states: 20_000 });
    let event = model_before.events[left_out.event].name.text.clone();
    let NodeKind::Timer(Timer::Watch { armed_by, expected }) = &graph.node(watch).kind else { return None };
    let goes_off = runs.ends().iter().all(|end| {
        let come: BTreeSet<EventId> =
            runs.witness(end).iter().filter_map(|made| event_of(&graph, made)).collect();
        let has_come = come.iter().any(|one| model.events[*one].name.text == event);
        let fails = end.goals.iter().any(|goal| model.goals[*goal].kind == GoalKind::Failure);
        // Patient: when nothing else can happen, the watch fires unless what it expects has come.
        let count = expected.terms.iter().filter(|(event, _)| come.contains(event)).count();
        let is_disarmed = match expected.how {
            HowMany::All => count == expected.terms.len(),
            HowMany::Any => count > 0,
            HowMany::Some(n) => count >= n as usize,
        };
        !has_come || fails || come.contains(armed_by) && !is_disarmed
    });
    Some(goes_off)
}

/// The event that a move brings into the run.
fn event_of(graph: &StepGraph, made: &Move) -> Option<EventId> {
    match (&graph.node(made.node).kind, made.what) {
        (NodeKind::Message { event }, What::Arrives) | (NodeKind::Publish { event }, What::Publishes) => {
            Some(*event)
        }
        _ => None,
    }
}

/// Compares, for every watch and every needed subscription of a system; how many there were.
fn compare(text: &str, name: &str) -> usize {
    let Some(model) = model(text) else { return 0 };
    let graph = build(&model);
    let cx = Context::new(&model, &graph, Budget::default());
    let mut n_compared = 0;
    for watch in watches(&graph) {
        let node = graph.node(watch);
        let NodeKind::Timer(Timer::Watch { armed_by, expected }) = &node.kind else { continue };
        for subscription in cx.obligations().foreign().filter(|one| one.is_needed()) {
            let Some(explored) = goes_off_without(text, &model, subscription, node.span) else { continue };
            let decided = covers(&cx, *armed_by, expected, &[subscription]);
            let event = model.event_name(subscription.event);
            assert_eq!(decided, explored, "{name}: {event}\n{text}");
            n_compared += 1;
        }
    }
    n_compared
}

#[test]
fn covers_agrees_with_leaving_the_reaction_out() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let folders = ["systems", "rules/passive-aggressive-publisher", "rules/unwatched-goal"];
    let files = folders.iter().flat_map(|folder| fs::read_dir(tests.join(folder)).unwrap());
    let paths = files.map(|entry| entry.unwrap().path());
    let n_compared: usize = paths
        .filter(|path| path.extension().is_some_and(|it| it == "wfc"))
        .map(|path| compare(&fs::read_to_string(&path).unwrap(), &path.display().to_string()))
        .sum();
    assert!(n_compared >= 8, "{n_compared} comparisons are no test");
}

#[test]
fn covers_agrees_on_random_choreographies() {
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let n_compared: usize = (0..2_000)
        .map(|n| {
            let tree = choreographies().new_tree(&mut runner).expect("nothing is rejected");
            compare(&tree.current().text(), &format!("random choreography {n}"))
        })
        .sum();
    assert!(n_compared >= 500, "{n_compared} comparisons are no test");
}
