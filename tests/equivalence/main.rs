//! A workflow and what `wfc convert` makes of it reach the same ends and leave the same effects undone: the
//! explorer looks at all runs of both. What is compared, and under which assumptions, is said in
//! `docs/semantics.md`.

#![expect(clippy::print_stdout, reason = "how much was compared is worth knowing")]

#[path = "../random/choreography.rs"]
mod choreography;
mod hostile;
#[path = "../random/orchestration.rs"]
mod orchestration;
mod outcomes;
#[path = "../random/saga.rs"]
mod saga;

use outcomes::{Outcome, Why, local_steps, outcomes, without_outages};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use wfc::compile::{self, Converting};
use wfc::convert::Style;
use wfc::explore::Delivery;
use wfc::finding::Severity;
use wfc::lower::Links;
use wfc::model::{Model, StatementKind, WorkflowId};
use wfc::source::{SourceFile, Sources};

/// What became of one workflow.
enum Compared {
    /// Both styles come to the same; how many outcomes, and the converted files.
    Same(usize, Sources),
    /// It is not converted, with the reasons.
    NotConverted(Vec<String>),
    /// Some run cannot be followed in the original.
    NotComparable,
    Differs(String),
}

fn converted(sources: &Sources, workflow: &str, style: Style) -> Result<Sources, Vec<String>> {
    let done = compile::convert(sources, &[], Some(workflow), style);
    let Converting::Done { conversion, .. } = done else { return Err(vec![format!("which {workflow}?")]) };
    let errors: Vec<String> = conversion
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| format!("{}: {}", finding.message, finding.help.join("; ")))
        .collect();
    if conversion.files.is_empty() && errors.is_empty() {
        return Err(vec!["nothing changed".to_string()]);
    }
    if !errors.is_empty() {
        assert!(conversion.files.is_empty(), "{errors:?}, and it is printed all the same");
        return Err(errors);
    }
    let mut again = Sources::default();
    for (id, file) in sources.iter() {
        let changed = conversion.files.iter().find(|(other, _)| *other == id);
        again.add(match changed {
            Some((_, text)) => SourceFile::new(file.path.clone(), text.as_str()),
            None => file.clone(),
        });
    }
    Ok(again)
}

/// The same without the workflows that have nothing to do with this one: who runs it, for example, may have
/// defects of its own.
fn alone(sources: &Sources, workflow: &str) -> Sources {
    let Ok(model) = model(sources) else { return sources.clone() };
    let mut wanted = vec![called(&model, workflow)];
    let mut at = 0;
    while let Some(id) = wanted.get(at).copied() {
        for statement in model.workflows[id].blocks().into_iter().flat_map(|block| &block.statements) {
            if let StatementKind::Run(run) = &statement.kind
                && !wanted.contains(&run.workflow)
            {
                wanted.push(run.workflow);
            }
        }
        at += 1;
    }
    let keep: BTreeSet<&str> = wanted.iter().map(|id| model.workflows[*id].name.text.as_str()).collect();
    let mut left = Sources::default();
    for (id, file) in sources.iter() {
        let mut text = file.text.to_string();
        for item in wfc::syntax::parse(id, &file.text).ast.items.iter().rev() {
            if let wfc::syntax::ast::Item::Workflow(it) = item
                && !keep.contains(it.name.text.as_str())
            {
                let start = it.span.range().start;
                let doc: usize = text[..start]
                    .split_inclusive('\n')
                    .rev()
                    .take_while(|line| line.trim_start().starts_with("///"))
                    .map(str::len)
                    .sum();
                text.replace_range(start - doc..it.span.range().end, "");
            }
        }
        left.add(SourceFile::new(file.path.clone(), text));
    }
    left
}

/// All files as one system: names that they use are known, whoever uses whom.
fn model(sources: &Sources) -> Result<Model, Vec<String>> {
    let mut asts = Vec::new();
    let mut links = Links::default();
    let mut errors = Vec::new();
    for (id, file) in sources.iter() {
        let parsed = wfc::syntax::parse(id, &file.text);
        errors.extend(parsed.findings);
        asts.push(parsed.ast);
        for (other, file) in sources.iter() {
            links.add(id, file.path.as_str(), other);
        }
    }
    let lowered = wfc::lower::lower(&asts, &links);
    errors.extend(lowered.findings);
    let errors: Vec<String> =
        errors.into_iter().filter(|it| it.severity == Severity::Error).map(|it| it.message).collect();
    if errors.is_empty() { Ok(lowered.model) } else { Err(errors) }
}

fn called(model: &Model, name: &str) -> WorkflowId {
    model.workflows.iter().find(|(_, it)| it.name.text == name).expect("the workflow").0
}

fn compare(sources: &Sources, workflow: &str, style: Style, delivery: Delivery) -> Compared {
    let again = match converted(sources, workflow, style) {
        Ok(again) => again,
        Err(errors) => return Compared::NotConverted(errors),
    };
    let mut before = match model(&alone(sources, workflow)) {
        Ok(before) => before,
        Err(_) => return Compared::NotComparable,
    };
    let mut after = match model(&alone(&again, workflow)) {
        Ok(after) => after,
        Err(errors) => return Compared::Differs(format!("{errors:?}\n{}", shown(&again))),
    };
    let (old, new) = (called(&before, workflow), called(&after, workflow));
    let (old_graph, new_graph) = (wfc::graph::build(&before), wfc::graph::build(&after));
    // What a participant does itself has no outage, whichever of the two styles has participants.
    let local = match style {
        Style::Choreographed => local_steps(&after, &new_graph, new),
        Style::Orchestrated => local_steps(&before, &old_graph, old),
    };
    without_outages(&mut before, old, &local);
    without_outages(&mut after, new, &local);
    let (old_graph, new_graph) = (wfc::graph::build(&before), wfc::graph::build(&after));
    let Ok(one) = outcomes(&before, &old_graph, old, delivery) else { return Compared::NotComparable };
    match outcomes(&after, &new_graph, new, delivery) {
        Ok(other) if one == other => Compared::Same(one.len(), again),
        Ok(other) => Compared::Differs(difference(&one, &other, sources, &again)),
        Err(Why::TooMany) => Compared::NotComparable,
        Err(Why::Unhandled) => Compared::Differs(format!("its runs cannot be followed\n{}", shown(&again))),
    }
}

fn difference(one: &BTreeSet<Outcome>, other: &BTreeSet<Outcome>, from: &Sources, to: &Sources) -> String {
    let mut text = String::new();
    for lost in one.difference(other) {
        text += &format!("lost: {lost:?}\n");
    }
    for new in other.difference(one) {
        text += &format!("new: {new:?}\n");
    }
    format!("{text}\n{}\n==== became ====\n{}", shown(from), shown(to))
}

fn shown(sources: &Sources) -> String {
    sources.iter().map(|(_, file)| format!("// file: {}\n{}", file.path, file.text)).collect()
}

fn one(text: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add(SourceFile::new("play.wfc", text));
    sources
}

fn below(folder: &Path) -> Sources {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "wfc"))
        .collect();
    paths.sort();
    let mut sources = Sources::default();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a text");
        sources.add(SourceFile::new(path.file_name().expect("a name").to_string_lossy(), text));
    }
    sources
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Each workflow of these sources, with the style that it does not have.
fn workflows(sources: &Sources) -> Vec<(String, Style)> {
    let Ok(model) = model(sources) else { return Vec::new() };
    let other = |it: &wfc::model::Workflow| match it.is_choreographed() {
        true => Style::Orchestrated,
        false => Style::Choreographed,
    };
    model.workflows.values().map(|it| (it.name.text.to_string(), other(it))).collect()
}

/// Every judged system that is one file, and the examples.
fn judged() -> Vec<(String, Sources)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root().join("tests/systems"))
        .expect("the systems")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "wfc")) {
        let text = std::fs::read_to_string(path).expect("a text");
        if !text.contains("\nuse ") {
            all.push((path.file_stem().expect("a name").to_string_lossy().to_string(), one(&text)));
        }
    }
    for folder in ["retail-order", "loan-broker", "mortgage", "retail-order-careless"] {
        all.push((folder.to_string(), below(&root().join("examples").join(folder))));
    }
    all
}

#[test]
fn judged_systems_come_to_the_same() {
    let mut tally = Tally::default();
    for (_, sources) in judged() {
        for (workflow, style) in workflows(&sources) {
            tally.add(compare(&sources, &workflow, style, Delivery::Bag));
        }
    }
    tally.hold("judged systems", 100);
}

/// So many random workflows of a kind, always the same ones.
fn random<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, n: usize) -> Vec<T> {
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    (0..n).map(|_| strategy.new_tree(&mut runner).expect("nothing is rejected").current()).collect()
}

#[derive(Default)]
struct Tally {
    n_same: usize,
    n_outcomes: usize,
    n_not_comparable: usize,
    reasons: std::collections::BTreeMap<String, usize>,
    troubles: Vec<String>,
}

impl Tally {
    fn add(&mut self, compared: Compared) -> Option<Sources> {
        match compared {
            Compared::Same(n, again) => {
                self.n_same += 1;
                self.n_outcomes += n;
                return Some(again);
            }
            Compared::NotConverted(errors) => {
                for error in errors.iter().take(1) {
                    let bare: String = error.chars().filter(|letter| !letter.is_ascii_digit()).collect();
                    *self.reasons.entry(bare).or_default() += 1;
                }
            }
            Compared::NotComparable => self.n_not_comparable += 1,
            Compared::Differs(how) => self.troubles.push(how),
        }
        None
    }

    fn shortest(&self) -> &str {
        self.troubles.iter().min_by_key(|trouble| trouble.len()).map_or("", String::as_str)
    }

    fn hold(&self, name: &str, at_least: usize) {
        let said = format!(
            "{name}: {} the same with {} outcomes, {} not comparable, not converted: {:#?}",
            self.n_same, self.n_outcomes, self.n_not_comparable, self.reasons
        );
        assert!(self.troubles.is_empty(), "{} differ; {said}\n{}", self.troubles.len(), self.shortest());
        assert!(self.n_same >= at_least, "{said}");
        println!("{said}");
    }
}

#[test]
fn random_sagas_come_to_the_same_in_both_styles_and_back() {
    let (mut there, mut back, mut again) = (Tally::default(), Tally::default(), Tally::default());
    for it in random(saga::sagas(), 340) {
        let sources = one(&it.text());
        let Some(by_events) = there.add(compare(&sources, "Play", Style::Choreographed, Delivery::Bag))
        else {
            continue;
        };
        let Some(conducted) = back.add(compare(&by_events, "Play", Style::Orchestrated, Delivery::Bag))
        else {
            continue;
        };
        again.add(compare(&conducted, "Play", Style::Choreographed, Delivery::Bag));
    }
    there.hold("into choreographies", 200);
    back.hold("back", 20);
    again.hold("and into choreographies again", 20);
}

#[test]
fn random_orchestrations_come_to_the_same() {
    let mut tally = Tally::default();
    for it in random(orchestration::orchestrations(), 250) {
        let text = it.text();
        tally.add(compare(&one(&text), "Play", Style::Choreographed, Delivery::Bag));
    }
    tally.hold("orchestrations", 40);
}

#[test]
fn random_choreographies_come_to_the_same() {
    let mut tally = Tally::default();
    for it in random(choreography::choreographies(), 500) {
        let text = it.text();
        tally.add(compare(&one(&text), "Play", Style::Orchestrated, Delivery::Bag));
    }
    tally.hold("choreographies", 200);
}

/// A conductor does not hang on the order of messages. A choreography can be stopped by a queue that holds something
/// up, and comes to nothing else than the conductor does.
#[test]
fn no_delivery_makes_a_choreography_come_to_something_else() {
    let all = [
        Delivery::FifoPair,
        Delivery::Causal,
        Delivery::Inbox,
        Delivery::Outbox,
        Delivery::Fifo,
        Delivery::Rendezvous,
    ];
    let mut n_held = 0;
    for (name, sources) in judged() {
        for (workflow, style) in workflows(&sources) {
            let Ok(again) = converted(&sources, &workflow, style) else { continue };
            let (by_events, conducted) = match style {
                Style::Choreographed => (&again, &sources),
                Style::Orchestrated => (&sources, &again),
            };
            let Ok(by_events) = model(&alone(by_events, &workflow)) else { continue };
            let Ok(mut conducted) = model(&alone(conducted, &workflow)) else { continue };
            let (one, other) = (called(&by_events, &workflow), called(&conducted, &workflow));
            let graph = wfc::graph::build(&by_events);
            without_outages(&mut conducted, other, &local_steps(&by_events, &graph, one));
            let conducted_graph = wfc::graph::build(&conducted);
            let Ok(meant) = outcomes(&conducted, &conducted_graph, other, Delivery::Bag) else { continue };
            for delivery in all {
                let Ok(found) = outcomes(&by_events, &graph, one, delivery) else { continue };
                let is_meant = |it: &Outcome| meant.iter().any(|other| other.goals == it.goals);
                let odd: Vec<&Outcome> =
                    found.iter().filter(|it| !it.goals.is_empty() && !is_meant(it)).collect();
                assert!(odd.is_empty(), "{name}/{workflow} under {delivery:?}: {odd:?}\n{}", shown(&again));
                n_held += 1;
            }
        }
    }
    assert!(n_held >= 500, "{n_held}");
}

/// What the example says, and what it says after a round trip through the other style.
#[test]
fn the_check_says_the_same_after_a_round_trip() {
    let (mut n_same, mut differ) = (0, Vec::new());
    for (name, sources) in judged() {
        for (workflow, style) in workflows(&sources) {
            let back = if style == Style::Choreographed { Style::Orchestrated } else { Style::Choreographed };
            let Ok(there) = converted(&sources, &workflow, style) else { continue };
            let Ok(again) = converted(&there, &workflow, back) else { continue };
            let (before, after) = (verdict(&sources), verdict(&again));
            let new: Vec<&String> = after.difference(&before).collect();
            let lost: Vec<&String> = before.difference(&after).collect();
            if !new.is_empty() || !lost.is_empty() {
                differ.push(format!("{name}/{workflow}, {style:?} and back: new {new:?}, lost {lost:?}"));
            }
            n_same += 1;
        }
    }
    assert!(differ.is_empty(), "{} of {n_same}:\n{}", differ.len(), differ.join("\n"));
    assert!(n_same >= 80, "{n_same}");
}

/// The rules whose findings belong to a style; `docs/convert.md` has the same list, with the reasons.
const OF_A_STYLE: &[&str] = &[
    // What participants owe each other: there is nobody to owe anything where one conducts.
    "bidirectional-dependency",
    "broadcast-undo",
    "call-back-to-publisher",
    "passive-aggressive-publisher",
    "unwatched-goal",
    // What a conductor has to say about calls that do not answer: a participant's own steps have no outage, and what
    // comes back from there is tried without end.
    "deadline-inversion",
    "not-retriable-after-pivot",
    "retry-storm",
    "swallowed-failure",
    "uncertain-pivot",
    "unhandled-outage",
    "unreachable-goal",
    "unsafe-retry",
    "compensation-lacks-input",
    // Steps that are undone by name, in whatever order, are undone newest first.
    "compensation-order",
];

fn verdict(sources: &Sources) -> BTreeSet<String> {
    let checked =
        compile::check(sources, compile::Settings { today: Some("2026-01-01"), ..Default::default() });
    let loud = checked
        .findings
        .into_iter()
        .filter(|it| it.severity >= Severity::Warning && it.confidence >= wfc::finding::Confidence::Medium);
    loud.map(|it| it.rule.name.to_string()).filter(|name| !OF_A_STYLE.contains(&name.as_str())).collect()
}
