//! Random sagas, many in one specification, so that one build serves all of them.

use super::Workflow;
use crate::saga::sagas;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

pub struct Part {
    pub text: String,
    pub workflows: Vec<Workflow>,
}

/// So many sagas that both styles know, so many in each specification.
pub fn specifications(n: usize, at_once: usize) -> Vec<Part> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut texts = Vec::new();
    let mut tried = 0;
    while texts.len() < n {
        tried += 1;
        assert!(tried < 20 * n + 100, "only {} of {tried} are generated in both styles", texts.len());
        let text = sagas().new_tree(&mut runner).expect("nothing is rejected").current().text();
        if ["orchestrator", "choreography"].iter().all(|style| is_generated(&text, style)) {
            texts.push(text);
        }
    }
    println!("{n} of {tried} random workflows are generated in both styles");
    texts.chunks(at_once).map(together).collect()
}

fn is_generated(text: &str, style: &str) -> bool {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("play.wfc");
    fs::write(&file, text).expect("there is room");
    let output = Command::new(env!("CARGO_BIN_EXE_wfc"))
        .arg("gen")
        .arg(&file)
        .args(["--style", style, "--dry-run", "--out"])
        .arg(folder.path().join("out"))
        .output()
        .expect("wfc runs");
    output.status.success()
}

/// One specification of several: the services are the same ones, and all else is numbered.
fn together(texts: &[String]) -> Part {
    let mut services: BTreeMap<String, String> = BTreeMap::new();
    let mut outside = String::new();
    let mut part = Part { text: String::from("id TripId\n"), workflows: Vec::new() };
    let mut bodies = String::new();
    for (number, text) in texts.iter().enumerate() {
        let text = numbered(text, number);
        let (head, body) = text.split_at(text.find("workflow Play").expect("it is there"));
        bodies += body;
        let mut workflow = Workflow::new(&format!("Play{number}"), "trip", "");
        for service in head.split("\nservice ").skip(1) {
            let (name, rest) = service.split_once(" {").expect("it has a body");
            let inner = rest.trim_end().trim_end_matches('}');
            if let Some((_, event)) = inner.split_once("  event ") {
                outside += &format!("service {name} {{{inner}}}\n");
                workflow.events.push(event.split('(').next().expect("it has a name").to_string());
            } else {
                let known = services.entry(name.to_string()).or_default();
                if name != "Mail" || known.is_empty() {
                    *known += inner;
                }
            }
        }
        part.workflows.push(workflow);
    }
    for (name, inner) in services {
        part.text += &format!("service {name} {{\n{inner}\n}}\n");
    }
    part.text += &outside;
    part.text += &bodies;
    part
}

/// The names that belong to one saga alone get its number.
fn numbered(text: &str, number: usize) -> String {
    let mut out = String::new();
    let mut word = String::new();
    let flush = |word: &mut String, out: &mut String| {
        let bare = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let counted = ["Do", "Undo", "No", "Heard", "Outside"].contains(&bare) && bare.len() < word.len();
        if counted || ["Close", "Closed", "Play"].contains(&word.as_str()) {
            let between = if word == "Play" { "" } else { "w" };
            *word += &format!("{between}{number}");
        }
        out.push_str(word);
        word.clear();
    };
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            word.push(letter);
        } else {
            flush(&mut word, &mut out);
            out.push(letter);
        }
    }
    flush(&mut word, &mut out);
    out
}
