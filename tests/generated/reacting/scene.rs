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

impl Total {
    pub fn count(&mut self, killed: usize, placed: usize, report: &Value) {
        self.kills += killed;
        self.runs += placed;
        self.effects += effects(report).len();
        for goal in report["runs"].as_object().expect("it is there").values() {
            *self.ends.entry(goal.as_str().unwrap_or_default().to_string()).or_default() += 1;
        }
    }
}

/// A process that is gone with this.
pub struct Served(Child);

impl Served {
    pub fn of(mut command: Command, log: Stdio) -> Served {
        Served(command.stdout(Stdio::null()).stderr(log).spawn().expect("it is there"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Processes over one folder that are killed, and started again.
pub struct Killed<'k> {
    scene: &'k Scene<'k>,
    names: &'k [&'k str],
    /// What they are told besides their name, and before which step at the latest some kill themselves.
    words: &'k [&'k str],
    steps: u64,
    processes: Vec<Served>,
    chance: Chance,
    pub kills: usize,
}

impl<'k> Killed<'k> {
    /// An empty name is all in one process.
    pub fn start(
        scene: &'k Scene,
        names: &'k [&'k str],
        words: &'k [&'k str],
        steps: u64,
        seed: u64,
    ) -> Killed<'k> {
        let processes = Vec::new();
        let mut all = Killed { scene, names, words, steps, processes, chance: Chance(seed), kills: 0 };
        all.processes = names.iter().map(|name| all.serve(name)).collect();
        all
    }

    /// Waits a while and kills one at any moment, now and then the server; whoever is gone comes again.
    pub fn go_on(&mut self, pause: u64, wanted: usize, server: Option<&Nats>, total: &mut Total) {
        sleep(Duration::from_millis(pause + self.chance.of(3 * pause)));
        if let Some(server) = server
            && self.kills < wanted
            && self.chance.of(4) == 0
        {
            server.kill_and_start_again(Duration::from_millis(self.chance.of(1500)));
            self.kills += 1;
            total.server_kills += 1;
        }
        let victim = usize::try_from(self.chance.of(self.names.len() as u64)).expect("it is small");
        if self.kills < wanted {
            self.processes[victim].0.kill().expect("it is ours");
        }
        for (at, name) in self.names.iter().enumerate() {
            if let Some(status) = self.processes[at].0.try_wait().expect("it is ours") {
                self.kills += usize::from(status.signal() == Some(9));
                self.processes[at] = self.serve(name);
            }
        }
    }

    /// Some kill themselves in the middle of a step.
    fn serve(&mut self, name: &str) -> Served {
        let mut command = self.scene.command(&["serve"]);
        command.args([name].iter().filter(|name| !name.is_empty())).args(self.words);
        command.env("UNRULY", (self.chance.of(1_000_000) + 1).to_string());
        if self.chance.of(3) == 0 {
            command.env("KILL_IN", (self.chance.of(self.steps) + 1).to_string());
        }
        Served::of(command, Stdio::null())
    }
}

/// Plays rounds, each in a place of its own, until so many processes were killed.
pub fn rounds(kills: usize, mut play: impl FnMut(u64, usize, &mut Total)) -> Total {
    let mut total = Total::default();
    let mut round = 0;
    while total.kills < kills {
        play(round, (kills - total.kills).min(25), &mut total);
        round += 1;
    }
    total
}

/// Kills processes at any moment, so many times, while orders come in; with a server, that as well.
pub fn soak(program: &Path, kills: usize, server: Option<&Nats>) -> Total {
    rounds(kills, |round, kills, total| play(program, round, kills, server, total))
}

fn play(program: &Path, round: u64, kills: usize, server: Option<&Nats>, total: &mut Total) {
    let broker = server.map(|server| server.address(&format!("soak-{round}"))).unwrap_or_default();
    let scene = Scene::over(program, broker);
    let mut processes = Killed::start(&scene, SERVICES, &[], 6, round * 7919 + 17);
    let mut orders = Vec::new();
    let began = Instant::now();
    loop {
        if orders.len() < 2 * ORDERS.len() {
            let number = orders.len();
            let order = format!("{round}-{number}{}", ORDERS[number % ORDERS.len()].0);
            scene.told(&["place", &order]);
            orders.push(order);
        }
        processes.go_on(100, kills, server, total);
        let done = processes.kills >= kills && orders.len() == 2 * ORDERS.len();
        if done && is_over(&scene.report(), orders.len()) {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(240), "it does not end: {}", scene.report());
    }
    let killed = processes.kills;
    drop(processes);
    let report = scene.report();
    nothing_is_left(&report);
    check(&orders, &report);
    total.count(killed, orders.len(), &report);
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

struct Chance(u64);

impl Chance {
    fn of(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}
