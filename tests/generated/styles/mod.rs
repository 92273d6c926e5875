//! One workflow, generated in both styles, comes to the same: a coordinator and services that react to each other get
//! the same services with the same script, both run on their embedded default, and each run reaches the same end
//! and leaves the same effects standing. What was begun and taken back may hang on who was faster; it is, in
//! both styles, one of the explorer's outcomes in which just that is refused.
//!
//! `WFC_STYLES=200 cargo test --test generated -- styles:: --nocapture` plays as many random workflows as well, and
//! more combinations of each.

#![expect(clippy::print_stdout, reason = "how much was played is worth knowing")]

mod games;
mod played;
mod possible;
mod random;

use games::{Game, games};
use played::{Examples, Played, play};
use possible::Possible;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A specification, and its workflows.
struct Subject<'s> {
    name: &'s str,
    folder: &'s Path,
    workflows: Vec<Workflow>,
}

/// What a run needs to be told.
#[derive(Clone)]
struct Workflow {
    name: String,
    /// The field that says which run it is.
    key: &'static str,
    /// The event that begins a run; empty where it is called.
    begins: &'static str,
    /// Events from outside, which carry the key alone.
    events: Vec<String>,
}

impl Workflow {
    fn new(name: &str, key: &'static str, begins: &'static str) -> Workflow {
        Workflow { name: name.to_string(), key, begins, events: Vec::new() }
    }
}

#[derive(Debug, Default)]
struct Tally {
    runs: usize,
    /// Runs that go otherwise than the one in which all goes well.
    ends: BTreeMap<String, usize>,
    /// Runs that were held against the explorer.
    explored: usize,
    /// Runs in which something else was begun and taken back in one style than in the other.
    raced: usize,
    troubles: Vec<String>,
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

/// How many games are played of each workflow in which two things go wrong.
fn n_pairs() -> usize {
    if number("WFC_STYLES").is_some() { 40 } else { 8 }
}

fn copied(files: &[&str], change: impl Fn(String) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    for file in files {
        let path = crate::golden::root().join(file);
        let text = change(fs::read_to_string(&path).expect("it is there"));
        fs::write(folder.path().join(path.file_name().expect("it has one")), text).expect("there is room");
    }
    folder
}

#[test]
fn the_retail_order_comes_to_the_same_in_both_styles() {
    let files = ["contracts.wfc", "fulfil_order.wfc"].map(|file| format!("examples/retail-order/{file}"));
    let folder = copied(&files.each_ref().map(String::as_str), |text| text);
    let workflows = vec![Workflow::new("FulfilOrder", "order", "OrderPlaced")];
    hold(&Subject { name: "retail", folder: folder.path(), workflows }, 15);
}

/// The loan broker as it stands has no sound choreography: a watch stops nobody, so that a mandate may be given when
/// the time of the whole has passed, and nothing undoes it. Here it may stay.
#[test]
fn the_loan_broker_comes_to_the_same_in_both_styles() {
    let files = ["contracts.wfc", "apply_for_loan.wfc"].map(|file| format!("examples/loan-broker/{file}"));
    let mandate = "CreateDirectDebit(contract: ContractId) -> MandateId {";
    let stays = format!("{mandate} undone by nothing because \"it is revoked by hand\";");
    let folder = copied(&files.each_ref().map(String::as_str), |text| text.replace(mandate, &stays));
    let workflows = vec![Workflow::new("ApplyForLoan", "application", "")];
    hold(&Subject { name: "loan", folder: folder.path(), workflows }, 10);
}

/// `BuyHome` between them cannot be converted: it has a limit at a moment, and a scope that events stop.
#[test]
fn the_ends_of_the_mortgage_come_to_the_same_in_both_styles() {
    let files =
        ["contracts.wfc", "assess.wfc", "close_file.wfc"].map(|file| format!("examples/mortgage/{file}"));
    let folder = copied(&files.each_ref().map(String::as_str), |text| text);
    let workflows = vec![
        Workflow::new("Assess", "application", ""),
        Workflow::new("CloseFile", "application", "MortgagePaid"),
    ];
    hold(&Subject { name: "mortgage-ends", folder: folder.path(), workflows }, 10);
}

#[test]
fn conducted_workflows_come_to_the_same_by_events() {
    let folder = copied(&["tests/generated/styles/conducted.wfc"], |text| text);
    let mut word = Workflow::new("Word", "trip", "");
    word.events.push("Confirmed".to_string());
    let mut workflows = vec![word];
    workflows.extend(["Line", "Bundle", "Choice"].map(|name| Workflow::new(name, "trip", "")));
    hold(&Subject { name: "conducted", folder: folder.path(), workflows }, 60);
}

#[test]
fn workflows_by_events_come_to_the_same_with_a_conductor() {
    let folder = copied(&["tests/generated/styles/reacting.wfc"], |text| text);
    let workflows = vec![Workflow::new("Join", "trip", "Asked"), Workflow::new("Chain", "trip", "Wanted")];
    hold(&Subject { name: "reacting", folder: folder.path(), workflows }, 25);
}

#[test]
fn random_workflows_come_to_the_same_in_both_styles() {
    let Some(n) = number("WFC_STYLES") else {
        println!("WFC_STYLES does not say how many: left out");
        return;
    };
    // So many in one project: services are shared, and files are few.
    for (at, part) in random::specifications(n, 25).iter().enumerate() {
        let folder = tempfile::tempdir().expect("there is room");
        fs::write(folder.path().join("plays.wfc"), &part.text).expect("there is room");
        let name = format!("random-{at}");
        let workflows = part.workflows.clone();
        let n_workflows = workflows.len();
        hold(&Subject { name: &name, folder: folder.path(), workflows }, 4 * n_workflows);
    }
}

/// Plays all games in both styles, and compares.
fn hold(subject: &Subject, at_least: usize) {
    let possible = Possible::of(subject.folder);
    let games: Vec<Game> =
        subject.workflows.iter().flat_map(|workflow| games(&possible.model, workflow, n_pairs())).collect();
    let mut examples = Examples::default();
    let reacting = play(subject, "choreography", &games, &mut examples);
    let conducted = play(subject, "orchestrator", &games, &mut examples);
    let mut tally = Tally { runs: games.len(), ..Tally::default() };
    for workflow in &subject.workflows {
        let mine = games.iter().filter(|game| game.workflow == workflow.name);
        let runs = possible.runs(&workflow.name);
        for game in mine {
            compare(game, runs.as_ref(), [&conducted[&game.run], &reacting[&game.run]], &mut tally);
        }
    }
    println!("{}: {tally:?}", subject.name);
    assert!(tally.troubles.is_empty(), "{} differ:\n{}", tally.troubles.len(), tally.troubles.join("\n"));
    assert!(tally.runs >= at_least, "too few runs: {tally:?}");
    assert!(tally.ends.len() > 1 || subject.workflows.len() > 1, "all runs end alike: {tally:?}");
}

fn compare(game: &Game, runs: Option<&possible::Of>, both: [&Played; 2], tally: &mut Tally) {
    let counted = |played: &Played| match runs {
        Some(runs) => runs.outcome(played),
        None => played.outcome(),
    };
    let [one, other] = both.map(counted);
    let mut said = Vec::new();
    if one.goals.is_empty() || one.goals != other.goals {
        said.push("the ends differ".to_string());
    }
    if one.standing != other.standing {
        said.push("what stands differs".to_string());
    }
    // Where nothing is refused, nothing can be faster than something else.
    if game.refused.is_empty() && both[0].standing() != both[1].standing() {
        said.push("what was done differs".to_string());
    }
    if let Some(runs) = runs {
        let possible = runs.refusing(&game.refused);
        tally.explored += 1;
        for (style, it) in [("conducted", &one), ("by events", &other)] {
            if !possible.contains(it) {
                said.push(format!("{style}: the explorer knows only {possible:#?}"));
            }
        }
    }
    *tally
        .ends
        .entry(one.goals.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect())
        .or_default() += 1;
    tally.raced += usize::from(one.undone != other.undone);
    if !said.is_empty() {
        tally.troubles.push(format!(
            "{} {}: {}\nconducted: {one:?} {}\nby events: {other:?} {}\n{both:#?}",
            game.run,
            game.script,
            said.join("; "),
            both[0].trouble,
            both[1].trouble,
        ));
    }
}
