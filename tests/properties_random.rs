//! What holds for the rules and the explorer on every choreography, shown on random ones.

#[path = "random/choreography.rs"]
mod choreography;
#[path = "random/orchestration.rs"]
mod orchestration;

use choreography::{Choreography, choreographies};
use orchestration::{Met, Orchestration, Statement, Step, Undone, orchestrations};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeSet;
use wfc::compile;
use wfc::explore::{Limits, Timers, What, explore};
use wfc::finding::{Finding, Profile, Severity};
use wfc::graph::{EdgeKind, NodeKind, Removed, StepGraph, build};
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

    /// What was awaited by event is asked for by a command with its reply: nobody is relied on in silence.
    #[test]
    fn what_is_asked_for_by_command_is_not_relied_on_in_silence(choreography in choreographies()) {
        let mut asked = without_care(&choreography);
        asked.reactions.iter_mut().for_each(|reaction| reaction.asked = true);
        let silent: Vec<String> =
            findings(&asked.text()).iter().filter(|it| is_silent_reliance(it)).map(Finding::name).collect();
        prop_assert!(silent.is_empty(), "{:?} in\n{}", silent, asked.text());
    }

    /// Where a success needs another service's reaction, taking the owner's limit away is noticed.
    #[test]
    fn a_limit_that_was_needed_is_missed(choreography in choreographies()) {
        let text = without_care(&choreography).text();
        let (model, graph) = system(&text);
        let won = model.goals.iter().find(|(_, goal)| goal.kind == GoalKind::Success).expect("a success").0;
        let is_of_another = |from, side| match graph.node(from).kind {
            NodeKind::Message { event } => Some(model.events[event].service) != side,
            _ => false,
        };
        // One event of another service at a time: of two that each suffice neither is needed.
        let is_needed = |taker| {
            let side = graph.node(taker).side;
            let heard = graph.in_edges(taker).filter(|edge| edge.edge.kind == EdgeKind::Message);
            let mut foreign = heard.filter(|edge| is_of_another(edge.from, side));
            foreign.any(|edge| {
                let without = graph.occurring(Removed { subscriptions: &[edge.id], ..Removed::default() });
                !without.contains(graph.goal(won))
            })
        };
        let owner = model.services.iter().find(|(_, it)| it.name.text == "S0").expect("the owner").0;
        let mut foreign = graph.nodes().filter(|(_, node)| {
            matches!(node.kind, NodeKind::Receive { .. }) && node.side != Some(owner)
        });
        let found = findings(&text);
        let told = found.iter().any(|it| is_silent_reliance(it) || it.rule.name == "unhandled-failure");
        let is_relied_on = graph.occurring(Removed::default()).contains(graph.goal(won))
            && foreign.any(|(taker, _)| is_needed(taker));
        prop_assert!(!is_relied_on || told, "{}", text);
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

/// The rules that judge what failing runs leave behind.
const LEFT_BEHIND: &[&str] = &["missing-compensation", "skipped-compensation"];

fn left_behind(text: &str) -> BTreeSet<String> {
    let found = findings(text).into_iter().filter(|it| LEFT_BEHIND.contains(&it.rule.name));
    found.map(|it| format!("{} {}", it.name(), it.entity)).collect()
}

/// The same with every step changed.
fn with_steps(
    body: &[Statement],
    change: &impl Fn(&Step) -> Step,
    met: &impl Fn(Met) -> Met,
) -> Vec<Statement> {
    let again = |body: &[Statement]| with_steps(body, change, met);
    let one = |statement: &Statement| match statement {
        Statement::Step(step) => Statement::Step(change(step)),
        Statement::Parallel(branches) => Statement::Parallel(branches.iter().map(|it| again(it)).collect()),
        Statement::If(yes, no) => Statement::If(again(yes), again(no)),
        Statement::Scope(body, limit) => Statement::Scope(again(body), limit.map(met)),
        Statement::Wait(limit) => Statement::Wait(met(*limit)),
    };
    body.iter().map(one).collect()
}

/// Each failure is met by taking everything back.
fn careful(orchestration: &Orchestration, undone: Undone) -> Orchestration {
    let met = |met: Met| if met == Met::GoOn { met } else { Met::UndoAndEnd };
    let change = |step: &Step| Step {
        undone,
        refusal: met(step.refusal),
        outage: step.outage.map(met),
        pivot: false,
        ..step.clone()
    };
    Orchestration { body: with_steps(&orchestration.body, &change, &met), last_resort: Some(Met::UndoAndEnd) }
}

/// Everything in a scope of its own, which says nothing.
fn in_scopes(body: &[Statement]) -> Vec<Statement> {
    vec![Statement::Scope(body.to_vec(), None)]
}

proptest! {
    #![proptest_config(Config { cases: 300, failure_persistence: None, ..Config::default() })]

    #[test]
    fn who_takes_everything_back_leaves_nothing_behind(orchestration in orchestrations()) {
        let text = careful(&orchestration, Undone::ByCommand).text();
        let found = left_behind(&text);
        prop_assert!(found.is_empty(), "{:?} in\n{}", found, text);
    }

    #[test]
    fn what_may_stay_is_not_missed(orchestration in orchestrations()) {
        let change = |step: &Step| Step { undone: Undone::MayStay, ..step.clone() };
        let lenient = Orchestration {
            body: with_steps(&orchestration.body, &change, &|met| met),
            ..orchestration.clone()
        };
        let found = left_behind(&lenient.text());
        prop_assert!(found.is_empty(), "{:?} in\n{}", found, lenient.text());
    }

    /// A scope that says nothing about its statements means nothing.
    #[test]
    fn a_scope_without_a_word_changes_no_verdict(orchestration in orchestrations()) {
        let scoped = Orchestration { body: in_scopes(&orchestration.body), ..orchestration.clone() };
        // The scope takes the first number, and all others move on by one.
        let renamed = renumbered(&verdict(&scoped.text()));
        prop_assert_eq!(renamed, verdict(&orchestration.text()), "{}", orchestration.text());
    }

    /// What a contract says of the undo decides between missing and skipped, and not whether something
    /// is left.
    #[test]
    fn a_contract_that_can_be_undone_is_never_missing(orchestration in orchestrations()) {
        let change = |step: &Step| Step { undone: Undone::ByCommand, ..step.clone() };
        let able = Orchestration {
            body: with_steps(&orchestration.body, &change, &|met| met),
            ..orchestration.clone()
        };
        let missing: Vec<String> =
            left_behind(&able.text()).into_iter().filter(|it| it.starts_with("missing")).collect();
        prop_assert!(missing.is_empty(), "{:?} in\n{}", missing, able.text());
    }
}

/// Each number in the findings, one lower.
fn renumbered(verdict: &BTreeSet<String>) -> BTreeSet<String> {
    let lower = |text: &String| {
        let mut out = String::new();
        let mut digits = String::new();
        for letter in text.chars().chain([' ']) {
            if letter.is_ascii_digit() {
                digits.push(letter);
                continue;
            }
            if let Ok(number) = digits.parse::<u32>() {
                out += &number.saturating_sub(1).to_string();
            }
            digits.clear();
            out.push(letter);
        }
        out.trim_end().to_string()
    };
    verdict.iter().map(lower).collect()
}

/// The random workflows are no lambs: most of them leave something behind, or stop, or go wrong.
#[test]
fn most_random_workflows_have_something_to_say() {
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let mut n_left = 0;
    let mut n_loud = 0;
    for _ in 0..200 {
        let orchestration = orchestrations().new_tree(&mut runner).expect("nothing is rejected").current();
        let text = orchestration.text();
        n_left += usize::from(!left_behind(&text).is_empty());
        n_loud += usize::from(!verdict(&text).is_empty());
    }
    assert!(n_left >= 40 && n_loud >= 100, "{n_left} leave something behind, {n_loud} have a finding");
}
