//! Processes over one folder that are killed while houses are bought, and what must be there in the end.

use crate::reacting::json;
use crate::reacting::nats_server::Nats;
pub use crate::reacting::scene::nothing_is_left;
use crate::reacting::scene::{Killed, Scene, Served, Total, effects, rounds};
use serde_json::Value;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Each in a process of its own.
const PROCESSES: &[&str] = &["coordinator", "Deeds", "Letters", "Compliance", "tracker"];

/// What is said of a purchase, and where it ends.
const PURCHASES: &[(&str, &str)] = &[
    ("", "Paid"),
    (".collapsed", "Collapsed"),
    (".contract.OfferRefused", "Refused"),
    (".mandate.down", "Paid"),
    (".late", "Paid"),
    (".noted.down", "Paid"),
];

/// The steps that are taken back, when they were done.
const UNDONE: &[&str] = &["check", "contract", "provision", "mandate"];

/// Everything in one process.
pub fn serve(scene: &Scene, log: Stdio, variables: &[(&str, &str)]) -> Served {
    let mut command = scene.command(&["serve", "--listen", "0"]);
    command.envs(variables.iter().copied());
    Served::of(command, log)
}

/// Kills processes at any moment, so many times, while houses are bought; with a server, that as well.
pub fn soak(program: &Path, kills: usize, server: Option<&Nats>) -> Total {
    rounds(kills, |round, kills, total| play(program, round, kills, server, total))
}

/// In every other round all is in one process.
fn play(program: &Path, round: u64, kills: usize, server: Option<&Nats>, total: &mut Total) {
    let broker = server.map(|server| server.address(&format!("both-{round}"))).unwrap_or_default();
    let scene = Scene::over(program, broker);
    let names: &[&str] = if round.is_multiple_of(2) { PROCESSES } else { &[""] };
    let mut processes = Killed::start(&scene, names, &["--listen", "0"], 12, round * 7919 + 23);
    let mut placed: Vec<String> = Vec::new();
    let mut told_late = false;
    let began = Instant::now();
    loop {
        if placed.len() < PURCHASES.len() {
            let application = format!("{round}-{}{}", placed.len(), PURCHASES[placed.len()].0);
            scene.told(&["place", &application]);
            placed.push(application);
        }
        processes.go_on(200, kills, server, total);
        let is_killed = processes.kills >= kills && placed.len() == PURCHASES.len();
        let report = if is_killed { scene.report() } else { Value::Null };
        if is_killed && is_over(&report, n_runs()) {
            if told_late {
                break;
            }
            // The sale falls through when all is paid.
            for application in placed.iter().filter(|it| it.ends_with(".late")) {
                scene.told(&["inject", "events.LandRegistry.PropertyDealCollapsed", application, ""]);
            }
            told_late = true;
            sleep(Duration::from_secs(1));
        }
        assert!(began.elapsed() < Duration::from_secs(400), "it does not end: {}", scene.report());
    }
    let killed = processes.kills;
    drop(processes);
    let report = scene.report();
    nothing_is_left(&report);
    for (application, (_, end)) in placed.iter().zip(PURCHASES) {
        check(application, end, &report);
    }
    total.count(killed, placed.len(), &report);
}

/// A purchase is two runs, and two more when it is paid.
fn n_runs() -> usize {
    PURCHASES.iter().map(|(_, end)| if *end == "Paid" { 4 } else { 2 }).sum()
}

fn is_over(report: &Value, n_runs: usize) -> bool {
    let runs = report["runs"].as_object().expect("it is there");
    let purchases = runs.keys().filter(|run| !run.contains("/late/")).count();
    purchases == n_runs && runs.values().all(Value::is_string) && report["unfinished"] == 0
}

/// Waits until so many runs are over, and nothing is on its way.
pub fn until_over(scene: &Scene, n_runs: usize) -> Value {
    let began = Instant::now();
    loop {
        let report = json(&scene.told(&["report"]));
        if is_over(&report, n_runs) {
            return report;
        }
        assert!(began.elapsed() < Duration::from_secs(200), "it does not end: {report}");
        sleep(Duration::from_millis(300));
    }
}

fn check(application: &str, end: &str, report: &Value) {
    let (run, runs) = (format!("BuyHome-{application}"), &report["runs"]);
    assert_eq!(runs[&run], end, "{run}: {report}");
    let is_paid = end == "Paid";
    let keys = effects(report);
    // A step within a branch has the number of that before its name.
    let happened = |step: &str| {
        let key = format!("/{step}");
        keys.iter().any(|it| it.strip_prefix(&run).is_some_and(|rest| rest.ends_with(&key)))
    };
    assert_eq!(happened("paid"), is_paid, "{run}: {report}");
    for step in UNDONE {
        let (done, undone) = (happened(step), happened(&format!("{step}/undo")));
        assert_eq!(undone, done && !is_paid, "{run}: {step}: {report}");
        assert!(done || !is_paid, "{run}: {step} is missing: {report}");
    }
    let happened = |key: &String| keys.contains(key);
    // What was published begins what nobody conducts, and that what is conducted again.
    let file = format!("CloseFile-{application}");
    assert_eq!(runs.get(&file).is_some_and(|goal| goal == "Closed"), is_paid, "{run}: {report}");
    for key in [format!("{file}/filed"), format!("{file}/notify-Welcome by Letters")] {
        assert_eq!(happened(&key), is_paid, "{key}: {report}");
    }
    let archive = format!("Archive-{application}");
    assert_eq!(runs.get(&archive).is_some_and(|goal| goal == "Archived"), is_paid, "{run}: {report}");
    assert_eq!(happened(&format!("{archive}/noted")), is_paid, "{run}: {report}");
    // Somebody is told once when the sale falls through behind the end.
    let told = keys.iter().filter(|key| key.starts_with(&run) && key.contains("notify-OpenCase"));
    assert_eq!(told.count(), usize::from(application.ends_with(".late")), "{run}: {report}");
}
