//! A project in one style: generated, built with services that follow a script, and played.

use super::{Game, Subject};
use crate::outcomes::Outcome;
use crate::project::Project;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

/// What has become of a run.
#[derive(Debug, Default)]
pub struct Played {
    pub ends: BTreeSet<String>,
    pub trouble: String,
    /// What was done: the key, the operation, the step.
    pub done: BTreeMap<String, (String, String)>,
}

impl Played {
    /// What was done, and whether it was taken back: the operation and the step.
    pub fn effects(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        let acts = self.done.iter().filter(|(_, (_, step))| !step.starts_with("undo "));
        acts.map(|(key, (operation, step))| {
            // Behind the key of a command stands which service asks for it.
            let undo = match key.split_once(" by ") {
                Some((key, by)) => format!("{key}/undo by {by}"),
                None => format!("{key}/undo"),
            };
            (operation.as_str(), step.as_str(), self.done.contains_key(&undo))
        })
    }

    /// The operations whose effects stand, each as often as it does.
    pub fn standing(&self) -> Vec<&str> {
        let mut standing: Vec<&str> =
            self.effects().filter(|(.., undone)| !undone).map(|(operation, ..)| operation).collect();
        standing.sort_unstable();
        standing
    }

    pub fn outcome(&self) -> Outcome {
        let named = |wanted: bool| {
            let found = self.effects().filter(move |(.., undone)| *undone == wanted);
            found.map(|(operation, ..)| operation.to_string()).collect()
        };
        Outcome { goals: self.ends.clone(), standing: named(false), undone: named(true) }
    }
}

/// What the generated projects have for examples.
#[derive(Default)]
pub struct Examples {
    /// What operations answer, by their names, as the generated tests have it.
    answers: BTreeMap<String, String>,
    /// What workflows begin with.
    inputs: BTreeMap<String, Value>,
}

/// Plays all games in one process; gives what has become of each run. Not every project has all examples: what the
/// other style begins with is an example here as well.
pub fn play(
    subject: &Subject,
    style: &str,
    games: &[Game],
    known: &mut Examples,
) -> BTreeMap<String, Played> {
    let path = subject.folder.to_str().expect("it is text");
    let project = Project::with(&format!("styles-{}-{style}", subject.name), path, "", &["--style", style]);
    let (package, text) = match style {
        "orchestrator" => ("coordinator", include_str!("conducted.rs")),
        _ => ("system", include_str!("reacting.rs")),
    };
    for (operation, example) in answers(&project, package) {
        known.answers.entry(operation).or_insert(example);
    }
    for game in games {
        if !known.inputs.contains_key(&game.workflow)
            && let Some(input) = input(&project, &game.workflow)
        {
            known.inputs.insert(game.workflow.clone(), input);
        }
    }
    let examples = known.answers.values().map(String::as_str).collect::<String>();
    let examples = format!("const EXAMPLES: &[Example] = &[\n{examples}];");
    let text = include_str!("services.rs").replace("// EXAMPLES", &examples) + text;
    let folder = format!("crates/{package}");
    let kept = project.read(&format!("{folder}/Cargo.toml"));
    let needed = "serde_json.workspace = true\ntokio.workspace = true\n";
    let manifest = kept.replacen("[dependencies]\n", &format!("[dependencies]\n{needed}"), 1);
    project.write(&format!("{folder}/Cargo.toml"), &manifest);
    project.write(&format!("{folder}/src/bin/player.rs"), &text);
    project.cargo(&["build", "--quiet", "-p", package, "--bin", "player", "--features", "runtime/memory"]);
    let program = project.program("player");
    fs::remove_dir_all(project.folder.join(format!("{folder}/src/bin"))).expect("it is there");
    project.write(&format!("{folder}/Cargo.toml"), &kept);

    let place = tempfile::tempdir().expect("there is room");
    let written: Vec<Value> = games.iter().map(|game| told(&known.inputs, game)).collect();
    let file = place.path().join("games");
    fs::write(&file, json!(written).to_string()).expect("there is room");
    let output =
        Command::new(program).env("GAMES", &file).env("PLACE", place.path()).output().expect("it was built");
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{style}: {trouble}");
    let told = fs::read_to_string(place.path().join("told")).expect("it was written");
    let told: Value = serde_json::from_str(&told).expect("it is JSON");
    assert_eq!(told["trouble"], json!([]), "{style}: {trouble}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let mut all: BTreeMap<String, Played> = BTreeMap::new();
    for (run, said) in told["runs"].as_object().into_iter().flatten() {
        let ends = said["ends"].as_array().into_iter().flatten().map(text).collect();
        let played = Played { ends, trouble: text(&said["trouble"]), done: BTreeMap::new() };
        all.insert(run.clone(), played);
    }
    for done in told["done"].as_array().into_iter().flatten() {
        let [run, operation, step, key] = [0, 1, 2, 3].map(|at| text(&done[at]));
        if let Some(played) = all.get_mut(&run) {
            played.done.insert(key, (operation, step));
        }
    }
    all
}

fn answers(project: &Project, package: &str) -> BTreeMap<String, String> {
    let folder = project.folder.join(format!("crates/{package}/tests"));
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("it is text");
        let Some(from) = text.find("examples: &[") else { continue };
        let rest = &text[from + "examples: &[".len()..];
        // A list in one line ends with its bracket, and a longer one in a line of its own.
        let to = rest.find("\n    ],").or_else(|| rest.find("],\n")).expect("it has an end");
        for example in rest[..to].split("Example {").skip(1) {
            let operation = example.split('"').nth(1).expect("it has a name");
            let example = example.trim().trim_end_matches(',');
            all.insert(operation.to_string(), format!("Example {{ {example},\n"));
        }
    }
    all
}

/// A game, as the player reads it.
fn told(inputs: &BTreeMap<String, Value>, game: &Game) -> Value {
    let with_key = |mut fields: Value| {
        fields[game.key] = json!(game.name);
        fields
    };
    let events: Vec<Value> =
        game.events.iter().map(|name| json!({ "name": name, "fields": with_key(json!({})) })).collect();
    json!({
        "run": game.run,
        "workflow": game.workflow,
        "begins": game.begins,
        "input": with_key(inputs.get(&game.workflow).cloned().unwrap_or(json!({}))),
        "script": game.script,
        "events": events,
    })
}

/// The example of a workflow: its parameters, or the fields of the event that begins it.
fn input(project: &Project, workflow: &str) -> Option<Value> {
    let mut file = String::new();
    for letter in workflow.chars() {
        if letter.is_uppercase() && !file.is_empty() {
            file.push('_');
        }
        file.extend(letter.to_lowercase());
    }
    // A name that a project uses itself has an ending.
    let folder = fs::read_dir(project.folder.join("examples")).ok()?;
    let mut paths = folder.flatten().map(|entry| entry.path());
    let found = paths.find(|path| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        stem == file || stem.strip_prefix(&format!("{file}_")).is_some_and(|rest| rest.len() == 4)
    });
    serde_json::from_str(&fs::read_to_string(found?).ok()?).ok()
}
