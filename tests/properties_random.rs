//! What holds for the rules and the explorer on every choreography, shown on random ones.

#[path = "random/choreography.rs"]
mod choreography;

use choreography::{Choreography, choreographies};
use proptest::prelude::*;
use proptest::test_runner::Config;
use std::collections::BTreeSet;
use wfc::compile;
use wfc::explore::{Limits, Timers, What, explore};
use wfc::finding::{Finding, Profile, Severity};
use wfc::graph::{Removed, StepGraph, build};
use wfc::lower::{Links, lower};
use wfc::model::{GoalKind, Model};
use wfc::source::{FileId, SourceFile, Sources};
use wfc::syntax::parse;

fn findings(text: &str) -> Vec<Finding> {
    let mut sources = Sources::default();
    sources.add(SourceFile::new("system.wfc", text));
    compile::check(&sources, compile::Settings::default()).findings
}

/// What is said at error and warning level.
fn verdict(text: &str) -> BTreeSet<String> {
    let loud = |it: &Finding| it.severity >= Severity::Warning && it.is_in(Profile::Default);
    findings(text).iter().filter(|it| loud(it)).map(|it| format!("{} {}", it.name(), it.entity)).collect()
}

fn system(text: &str) -> (Model, StepGraph) {
    let parsed = parse(FileId(0), text);
    assert!(parsed.findings.is_empty(), "{text}\n{:?}", parsed.findings);
    let model = lower(&[parsed.ast], &Links::default()).model;
    let graph = build(&model);
    (model, graph)
}

/// The same, with somebody who is only told of one event.
fn with_gossip(text: &str, event: &str) -> String {
    let end = text.rfind('}').expect("a workflow");
    let reaction = format!("  participant Gossip {{ when {event} {{ notify Gossip.Tell() }} }}\n");
    format!("{}{reaction}}}\nservice Gossip {{ query Tell() }}\n", &text[..end])
}

/// Without the last word of care that the whole run has.
fn without_care(choreography: &Choreography) -> Choreography {
    let mut careless = choreography.clone();
    careless.has_limit = false;
    careless.watch = None;
    careless.reactions.iter_mut().for_each(|reaction| reaction.promises = false);
    careless
}

const SILENCE: &[&str] = &["passive-aggressive-publisher", "passive-aggressive-broadcast", "unwatched-goal"];

fn is_silent_reliance(finding: &Finding) -> bool {
    SILENCE.contains(&finding.rule.name)
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_notification_changes_no_verdict(choreography in choreographies(), at in 0usize..6) {
        let text = choreography.text();
        let event = choreography::outcome(at.min(choreography.reactions.len()));
        prop_assert_eq!(verdict(&with_gossip(&text, &event)), verdict(&text), "{}", text);
    }

    /// The graph says that a success can occur while nothing goes wrong: then some patient run without
    /// a refusal reaches it, and the other way round.
    #[test]
    fn what_can_occur_untroubled_is_reached_by_a_run_without_refusals(choreography in choreographies()) {
        let text = choreography.text();
        let (model, graph) = system(&text);
        let workflow = model.workflows.ids().next().expect("one workflow");
        let runs = explore(&model, &graph, workflow, Limits { timers: Timers::Patient, max_states: 20_000 });
        prop_assume!(runs.is_complete());
        let untroubled = graph.occurring(Removed { troubles: true, ..Removed::default() });
        for (goal, item) in model.goals.iter().filter(|(_, goal)| goal.kind == GoalKind::Success) {
            let smoothly = runs.ends().iter().any(|end| {
                end.goals.contains(&goal)
                    && runs.witness(end).iter().all(|made| !matches!(made.what, What::Fails(_)))
            });
            prop_assert_eq!(smoothly, untroubled.contains(graph.goal(goal)), "{} in\n{}", item.name.text, text);
        }
    }

    /// A limit on the whole run is an answer to everything that relies on others in silence.
    #[test]
    fn a_limit_of_the_owner_discharges_every_silence(choreography in choreographies()) {
        let careless = without_care(&choreography);
        let limited = Choreography { has_limit: true, ..careless };
        let silent: Vec<String> =
            findings(&limited.text()).iter().filter(|it| is_silent_reliance(it)).map(Finding::name).collect();
        prop_assert!(silent.is_empty(), "{:?} in\n{}", silent, limited.text());
    }

    /// More care never makes more noise about silence.
    #[test]
    fn a_promise_never_adds_a_silence(choreography in choreographies(), at in 0usize..5) {
        let count = |it: &Choreography| findings(&it.text()).iter().filter(|it| is_silent_reliance(it)).count();
        let careless = without_care(&choreography);
        let mut promising = careless.clone();
        let at = at.min(promising.reactions.len() - 1);
        promising.reactions[at].promises = true;
        prop_assert!(count(&promising) <= count(&careless), "reaction {} of\n{}", at + 1, careless.text());
    }
}
