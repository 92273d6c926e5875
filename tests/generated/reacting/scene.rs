//! One folder of databases, the processes that work on it, and what must be there in the end.

use super::json;
use super::nats_server::Nats;
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Each in a process of its own.
const SERVICES: &[&str] = &["Shop", "Payments", "Fraud", "Warehouse", "Mail", "Support", "tracker"];

/// What happens to an order: what is said of it, where it ends, and what is done and undone then, as far as
/// every order of messages agrees.
const ORDERS: &[(&str, &str, &[&str], &[&str])] = &[
    ("", "Fulfilled", &["charged", "packed", "shipped"], &["charged/undo", "packed/undo"]),
    (".charged.CardDeclined", "Cancelled", &[], &["charged", "charged/undo", "packed", "shipped"]),
    (".screened.Suspicious", "Cancelled", &[], &["packed", "shipped"]),
    (".packed.OutOfStock", "Cancelled", &["charged", "charged/undo"], &["packed", "shipped"]),
    (".shipped.NoCourier", "Cancelled", &["charged", "packed", "charged/undo", "packed/undo"], &["shipped"]),
    (".charged.down", "Fulfilled", &["charged", "packed", "shipped"], &["charged/undo", "packed/undo"]),
];

pub struct Scene<'s> {
    program: &'s Path,
    place: tempfile::TempDir,
    /// Empty for the one that is in the place.
    broker: String,
}

impl<'s> Scene<'s> {
    pub fn new(program: &'s Path) -> Scene<'s> {
        Scene::over(program, String::new())
    }

    pub fn over(program: &'s Path, broker: String) -> Scene<'s> {
        Scene { program, place: tempfile::tempdir().expect("there is room"), broker }
    }

    pub fn folder(&self) -> String {
        self.place.path().to_string_lossy().into_owned()
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        command.args(words).env("SYSTEM_DATA", self.place.path()).env("SYSTEM_BROKER", &self.broker);
        command
    }

    pub fn told(&self, words: &[&str]) -> String {
        let output = self.command(words).output().expect("it is there");
        let trouble = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {trouble}");
        String::from_utf8(output.stdout).expect("it is text")
    }

    /// Places an order in the example's place, and works on it until it has come as far as it does.
    pub fn order(&self, order: &str) -> String {
        let input = format!(
            "{{\"order\":\"{order}\",\"lines\":[],\"total\":{{\"amount\":\"9.50\",\"currency\":\"EUR\"}},\
             \"card\":\"4711\"}}"
        );
        self.told(&["start", "FulfilOrder", "--input", &input])
    }

    pub fn report(&self) -> Value {
        json(&self.told(&["report"]))
    }
}

/// The keys of what was done.
pub fn effects(report: &Value) -> Vec<String> {
    report["effects"].as_object().expect("it is there").keys().cloned().collect()
}

/// Each effect once, every run at an end, nothing on its way, nothing put aside.
pub fn nothing_is_left(report: &Value) {
    for (key, times) in report["effects"].as_object().expect("it is there") {
        assert_eq!(times, 1, "{key} happened {times} times");
    }
    for (run, goal) in report["runs"].as_object().expect("it is there") {
        assert!(goal.is_string(), "{run} has no end");
    }
    assert_eq!(report["unfinished"], 0);
    assert_eq!(report["dead"], 0);
}

#[derive(Debug, Default)]
pub struct Total {
    pub runs: usize,
    pub kills: usize,
    pub server_kills: usize,
    pub effects: usize,
    pub ends: BTreeMap<String, usize>,
}

/// Kills processes at any moment, so many times, while orders come in; with a server, that as well.
pub fn soak(program: &Path, kills: usize, server: Option<&Nats>) -> Total {
    let mut total = Total::default();
    let mut round = 0;
    while total.kills < kills {
        play(program, round, (kills - total.kills).min(25), server, &mut total);
        round += 1;
    }
    total
}

fn play(program: &Path, round: u64, kills: usize, server: Option<&Nats>, total: &mut Total) {
    let broker = server.map(|server| server.address(&format!("soak-{round}"))).unwrap_or_default();
    let scene = Scene::over(program, broker);
    let mut chance = Chance(round * 7919 + 17);
    let mut processes: Vec<Child> = SERVICES.iter().map(|name| serve(&scene, name, &mut chance)).collect();
    let mut orders = Vec::new();
    let began = Instant::now();
    let mut killed = 0;
    loop {
        if orders.len() < 2 * ORDERS.len() {
            let number = orders.len();
            let order = format!("{round}-{number}{}", ORDERS[number % ORDERS.len()].0);
            scene.told(&["place", &order]);
            orders.push(order);
        }
        sleep(Duration::from_millis(100 + chance.of(300)));
        if let Some(server) = server
            && killed < kills
            && chance.of(4) == 0
        {
            server.kill_and_start_again(Duration::from_millis(chance.of(1500)));
            killed += 1;
            total.server_kills += 1;
        }
        let victim = usize::try_from(chance.of(SERVICES.len() as u64)).expect("it is small");
        if killed < kills {
            processes[victim].kill().expect("it is ours");
        }
        for (process, name) in processes.iter_mut().zip(SERVICES) {
            if let Some(status) = process.try_wait().expect("it is ours") {
                killed += usize::from(status.signal() == Some(9));
                *process = serve(&scene, name, &mut chance);
            }
        }
        let done = killed >= kills && orders.len() == 2 * ORDERS.len();
        if done && is_over(&scene.report(), orders.len()) {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(240), "it does not end: {}", scene.report());
    }
    for process in &mut processes {
        process.kill().expect("it is ours");
        process.wait().expect("it is ours");
    }
    let report = scene.report();
    nothing_is_left(&report);
    check(&orders, &report);
    total.kills += killed;
    total.runs += orders.len();
    total.effects += effects(&report).len();
    for goal in report["runs"].as_object().expect("it is there").values() {
        *total.ends.entry(goal.as_str().unwrap_or_default().to_string()).or_default() += 1;
    }
}

/// A process of one service; some kill themselves in the middle of a step.
fn serve(scene: &Scene, name: &str, chance: &mut Chance) -> Child {
    let mut command = scene.command(&["serve", name]);
    command.env("UNRULY", (chance.of(1_000_000) + 1).to_string());
    if chance.of(3) == 0 {
        command.env("KILL_IN", (chance.of(6) + 1).to_string());
    }
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it is there")
}

pub fn is_over(report: &Value, n_orders: usize) -> bool {
    let runs = report["runs"].as_object().expect("it is there");
    runs.len() == n_orders && runs.values().all(Value::is_string) && report["unfinished"] == 0
}

fn check(orders: &[String], report: &Value) {
    for order in orders {
        let said = order.find('.').map_or("", |at| &order[at..]);
        let (_, end, done, never) =
            ORDERS.iter().find(|(known, ..)| *known == said).expect("it is one of them");
        let run = format!("FulfilOrder-{order}");
        assert_eq!(report["runs"][&run], *end, "{run}: {report}");
        let happened = |step: &str| report["effects"].get(format!("{run}/{step}")).is_some();
        for step in *done {
            assert!(happened(step), "{run}: {step} is missing");
        }
        for step in *never {
            assert!(!happened(step), "{run}: {step} happened");
        }
        assert_eq!(happened("notify-SendConfirmation by Mail"), *end == "Fulfilled", "{run}");
        // Whoever is blocked is charged and gets it back, or is not charged at all.
        assert_eq!(happened("charged") && *end == "Cancelled", happened("charged/undo"), "{run}");
    }
}

pub struct Chance(pub u64);

impl Chance {
    pub fn of(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}
