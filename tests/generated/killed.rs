//! Runs that are killed (SIGKILL) at the boundaries of their steps and inside of them: each comes to its
//! end, no finished step runs again, each effect happens once, each needed compensation exactly once.
//! `WFC_KILLS=200 cargo test --test generated -- killed --nocapture` does it for longer.

use crate::golden::PROJECTS;
use crate::project::Project;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How a run goes: what is refused in it, how it ends, and what is undone.
const LOANS: &[(&str, &str, &[&str])] = &[
    ("", "Granted", &[]),
    (".signed.SignatureRefused", "Rejected", &["reserved"]),
    (".reserved.QuoteExpired", "Rejected", &[]),
];

#[test]
fn killed_loans_come_to_their_end() {
    let kills = std::env::var("WFC_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let (name, specification, workflow) = PROJECTS[0];
    let project = Project::new(name, specification, workflow);
    let program = recorder(&project, "apply_for_loan");
    let mut total = Total::default();
    let mut round = 0;
    while total.kills < kills {
        let (ending, end, undone) = LOANS[round % LOANS.len()];
        let place = tempfile::tempdir().unwrap();
        let run = format!("loan-{round}{ending}");
        let scene = Scene { program: &program, place: place.path(), run: &run };
        let input = project.folder.join("examples/apply_for_loan.json");
        let n_kills = scene.play(workflow, &input, round);
        scene.check(end, undone, n_kills, &mut total);
        round += 1;
    }
    println!("{total:?}");
}

#[derive(Debug, Default)]
struct Total {
    runs: usize,
    kills: usize,
    effects: usize,
    steps_begun_again: usize,
    compensations: usize,
}

/// The project's coordinator with services that write down what they do.
fn recorder(project: &Project, test: &str) -> PathBuf {
    let tests = project.read(&format!("crates/coordinator/tests/{test}.rs"));
    let from = tests.find("const STAGE").expect("it is there");
    let to = from + tests[from..].find("\n};").expect("it is there") + 3;
    let stage = tests[from..to].replace("../../../examples", "../../../../examples");
    let text = include_str!("recorder.rs").replace("// STAGE", &stage);
    project.write("crates/coordinator/src/bin/recorder.rs", &text);
    project.cargo(&["build", "--quiet", "--bin", "recorder", "--features", "runtime/memory"]);
    let program = project.program("recorder");
    fs::remove_dir_all(project.folder.join("crates/coordinator/src/bin")).expect("it is there");
    program
}

struct Scene<'s> {
    program: &'s Path,
    place: &'s Path,
    run: &'s str,
}

impl Scene<'_> {
    /// Starts a run, and lets its process die again and again; gives how often.
    fn play(&self, workflow: &str, input: &Path, seed: usize) -> usize {
        let began = Instant::now();
        let mut kills = 0;
        let input = input.to_str().expect("it is there");
        let start = ["start", workflow, "--input", input, "--run", self.run];
        let mut words: Vec<String> = start.iter().map(ToString::to_string).collect();
        loop {
            assert!(began.elapsed() < Duration::from_secs(120), "{} does not end", self.run);
            // The first step, the second, … and in the end all the way.
            let points = (seed * 3 + kills) % 7 + 1;
            let mut command = self.command(&words);
            if kills < 5 {
                command.env("KILL_IN", points.to_string());
            }
            let status = command.status().expect("it is there");
            if !status.success() {
                kills += 1;
                continue;
            }
            let told = self.told(&["status", self.run]);
            if told.contains(" ended in ") {
                return kills;
            }
            words = match told.contains("waits for an answer to") {
                true => {
                    ["answer", self.run, "signed", "--reply", "\"contract-1\""].map(String::from).to_vec()
                }
                false => start.iter().map(ToString::to_string).collect(),
            };
        }
    }

    fn command(&self, words: &[String]) -> Command {
        let mut command = Command::new(self.program);
        command.args(words).env("COORDINATOR_DB", self.place.join("runs.db")).env("EFFECTS", self.place);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn told(&self, words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let output = self.command(&words).stdout(Stdio::piped()).output().expect("it is there");
        String::from_utf8(output.stdout).expect("it is there")
    }

    fn check(&self, end: &str, undone: &[&str], kills: usize, total: &mut Total) {
        let run = self.run;
        let told = self.told(&["status", run]);
        assert!(told.starts_with(&format!("{run} ended in {end} ")), "{told}");
        let log = fs::read_to_string(self.place.join("log")).expect("it is there");
        let mut begun: BTreeMap<&str, usize> = BTreeMap::new();
        let mut ended = BTreeSet::new();
        let mut effects = Vec::new();
        let mut in_this_life = BTreeSet::new();
        for line in log.lines() {
            match line.split_once(' ') {
                Some(("begin", key)) => {
                    assert!(in_this_life.insert(key), "{run}: {key} began twice without a kill\n{log}");
                    // What comes behind it has begun, so that it was finished.
                    let finished =
                        begun.keys().any(|other| *other != key && is_behind(&log, key, other, &ended));
                    assert!(!finished || !begun.contains_key(key), "{run}: {key} ran again\n{log}");
                    *begun.entry(key).or_default() += 1;
                }
                Some(("effect", key)) => effects.push(key),
                Some(("end", key)) => {
                    ended.insert(key);
                }
                _ => in_this_life.clear(),
            }
        }
        let distinct: BTreeSet<_> = effects.iter().collect();
        assert_eq!(distinct.len(), effects.len(), "{run}: an effect happened twice\n{log}");
        let taken_back: Vec<_> = effects.iter().filter(|key| key.ends_with("/undo")).collect();
        let wanted: Vec<String> = undone.iter().map(|step| format!("{run}/{step}/undo")).collect();
        assert_eq!(
            taken_back,
            wanted.iter().map(|key| key.as_str()).collect::<Vec<_>>().iter().collect::<Vec<_>>()
        );
        total.runs += 1;
        total.kills += kills;
        total.effects += effects.len();
        total.compensations += taken_back.len();
        total.steps_begun_again += begun.values().map(|times| times - 1).sum::<usize>();
    }
}

/// Whether `other` is a step that begins only when `key` is finished: it began behind the end of it, and
/// the two are not branches beside each other.
fn is_behind(log: &str, key: &str, other: &str, ended: &BTreeSet<&str>) -> bool {
    let branch =
        |key: &str| key.split('/').nth(1).is_some_and(|part| part.chars().all(|c| c.is_ascii_digit()));
    if !ended.contains(key) || (branch(key) && branch(other)) {
        return false;
    }
    let first = |line: String| log.lines().position(|known| known == line);
    first(format!("begin {other}")) > first(format!("end {key}"))
}
