//! Plays workflows in every order and with everything that can go wrong, by the seam to engines: it decides which
//! answer comes next, and what it is. It is compiled as a binary of a generated project; what there is to play stands
//! in the file that it is given, and each way in which a run can go becomes a line of JSON.

use runtime::contract::Raised;
use runtime::driver::{Command, Driver, Happened, Message, Reply};
use runtime::runs::{Finished, Workflows};
use runtime::services::{Answer, Attempt};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// More replies than any of these runs needs.
const ENDLESS: usize = 500;

fn main() {
    let file = std::env::args().nth(1).unwrap_or_default();
    let told: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap_or_default()).unwrap_or_default();
    let workflows = coordinator::workflows();
    for workflow in told["workflows"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        for hasty in [false, true] {
            play_all(&workflows, &told, workflow, hasty);
        }
    }
}

/// All ways to choose, those with the fewest choices that differ from the first one first.
fn play_all(workflows: &Workflows, told: &Value, workflow: &str, hasty: bool) {
    let most = told["most"].as_u64().unwrap_or_default();
    let mut open = VecDeque::from([Vec::new()]);
    let mut ways: BTreeMap<String, Value> = BTreeMap::new();
    let mut n_runs = 0;
    while let Some(path) = open.pop_front() {
        if n_runs == most {
            open.push_front(path);
            break;
        }
        n_runs += 1;
        let mut play = Play::new(told, path, hasty);
        let way = play.play(workflows, workflow);
        for at in play.path.len()..play.options.len() {
            for other in 1..play.options[at] {
                let mut next: Vec<usize> = play.taken[..at].to_vec();
                next.push(other);
                open.push_back(next);
            }
        }
        ways.entry(way.to_string()).or_insert_with(|| json!(play.story));
    }
    for (way, story) in ways {
        let way: Value = serde_json::from_str(&way).unwrap_or_default();
        println!("{}", json!({ "workflow": workflow, "hasty": hasty, "way": way, "story": story }));
    }
    println!("{}", json!({ "workflow": workflow, "hasty": hasty, "runs": n_runs, "all": open.is_empty() }));
}

/// One run, with the choices that are made in it: those of the path, then always the first.
struct Play<'t> {
    told: &'t Value,
    path: Vec<usize>,
    hasty: bool,
    options: Vec<usize>,
    taken: Vec<usize>,
    story: Vec<String>,
    /// Attempts whose answer is still to come.
    asked: Vec<(u64, Attempt, String)>,
    /// Limits that have not passed.
    limits: Vec<(u64, Duration)>,
    /// Steps that do not answer, until they are asked again.
    out: BTreeSet<String>,
    undone: Vec<String>,
    /// Steps whose answer came when their block had been given up.
    given_up: BTreeSet<String>,
}

/// What can happen next.
#[derive(Clone)]
enum Next {
    Answer(usize, Answer),
    Event(String),
    Limit(usize),
}

impl<'t> Play<'t> {
    fn new(told: &'t Value, path: Vec<usize>, hasty: bool) -> Play<'t> {
        Play {
            told,
            path,
            hasty,
            options: Vec::new(),
            taken: Vec::new(),
            story: Vec::new(),
            asked: Vec::new(),
            limits: Vec::new(),
            out: BTreeSet::new(),
            undone: Vec::new(),
            given_up: BTreeSet::new(),
        }
    }

    fn play(&mut self, workflows: &Workflows, workflow: &str) -> Value {
        let Some(mut driver) = Driver::new(workflows, workflow, "run", json!({ "game": "game" })) else {
            return json!({ "end": "no such workflow" });
        };
        for _ in 0..ENDLESS {
            if let Some(finished) = driver.go_on() {
                return self.told_of(&finished);
            }
            let commands = driver.commands();
            let is_news = !commands.is_empty();
            for (id, command) in commands {
                self.take(&mut driver, id, command);
            }
            if is_news {
                continue;
            }
            let nexts = self.nexts(&driver);
            if nexts.is_empty() {
                return json!({ "end": "stuck" });
            }
            let at = self.options.len();
            let taken = self.path.get(at).copied().unwrap_or(0);
            self.options.push(nexts.len());
            self.taken.push(taken);
            self.happens(&mut driver, nexts[taken].clone());
        }
        json!({ "end": "endless" })
    }

    /// What needs no choice is answered at once.
    fn take(&mut self, driver: &mut Driver, id: u64, command: Command) {
        match command {
            Command::Act { name, input } => match serde_json::from_value::<Attempt>(input) {
                Ok(attempt) if self.out.contains(&attempt.call.key) => {
                    let is_asked_again = attempt.call.attempt == 1;
                    let answer = match is_asked_again {
                        true => Answer::Done(Value::Null),
                        false => Answer::Outage("nobody is there".to_string()),
                    };
                    driver.reply(id, reply(&answer));
                }
                Ok(attempt) => self.asked.push((id, attempt, name)),
                Err(_) => driver.reply(id, Reply::Value(Ok(Value::Null))),
            },
            Command::Sleep(time) if time < DAY => driver.reply(id, Reply::Fired),
            Command::Sleep(time) => self.limits.push((id, time)),
            Command::Now => driver.reply(id, Reply::Time(Default::default())),
            Command::Child { .. } | Command::Start { .. } => {}
        }
    }

    fn nexts(&self, driver: &Driver) -> Vec<Next> {
        let mut nexts = Vec::new();
        for (at, (_, attempt, operation)) in self.asked.iter().enumerate() {
            let mut add = |answer| nexts.push(Next::Answer(at, answer));
            if operation.starts_with("S.Ask") {
                add(Answer::Done(json!(true)));
                add(Answer::Done(json!(false)));
                continue;
            }
            add(Answer::Done(Value::Null));
            if attempt.call.step.starts_with("undo ") {
                continue;
            }
            if let Some(failure) = self.told["refusals"][operation.as_str()].as_str() {
                add(Answer::Refused(Raised { name: failure.to_string(), fields: json!({}) }));
            }
            let insisted = self.told["insisted"].as_array().into_iter().flatten();
            if !insisted.into_iter().any(|it| it == operation) {
                add(Answer::Outage("nobody is there".to_string()));
            }
        }
        let standing = driver.standing();
        for (_, what) in standing["waiting"].as_object().into_iter().flatten() {
            let event = what.as_str().filter(|event| !self.story.iter().any(|it| it == event));
            nexts.extend(event.map(|event| Next::Event(event.to_string())));
        }
        // A limit passes when nothing else can happen, or else at any time; which of two is first does not hang on
        // how long they are.
        if self.hasty || nexts.is_empty() {
            nexts.extend((0..self.limits.len()).map(Next::Limit));
        }
        nexts
    }

    fn happens(&mut self, driver: &mut Driver, next: Next) {
        match next {
            Next::Answer(at, answer) => {
                let (id, attempt, _) = self.asked.remove(at);
                self.story.push(format!("{}: {}", attempt.call.step, outcome(&answer)));
                let standing = driver.standing();
                let mut entries = standing["journal"].as_array().into_iter().flatten();
                if entries.any(|entry| entry[0] == attempt.call.key.as_str() && entry[1] == "given_up") {
                    self.given_up.insert(attempt.call.step.clone());
                }
                if matches!(answer, Answer::Outage(_)) {
                    self.out.insert(attempt.call.key.clone());
                }
                if let Some(step) = attempt.call.step.strip_prefix("undo ") {
                    self.undone.push(step.to_string());
                }
                driver.reply(id, reply(&answer));
            }
            Next::Event(name) => {
                self.story.push(name.clone());
                let event = Happened { id: name.clone(), name, version: None, fields: json!({ "game": "game" }) };
                driver.message(Message::Event(event));
            }
            Next::Limit(at) => {
                let (id, time) = self.limits.remove(at);
                self.story.push(format!("{} days are over", time.as_secs() / DAY.as_secs()));
                driver.reply(id, Reply::Fired);
            }
        }
    }

    fn told_of(&self, finished: &Finished) -> Value {
        let journal: Vec<Value> =
            finished.journal.iter().map(|entry| json!([entry.step, entry.status])).collect();
        json!({ "end": finished.end.name, "journal": journal, "undone": self.undone, "given_up": self.given_up })
    }
}

fn reply(answer: &Answer) -> Reply {
    Reply::Value(serde_json::to_value(answer).map_err(|error| error.to_string()))
}

fn outcome(answer: &Answer) -> &str {
    match answer {
        Answer::Done(value) if value == &json!(false) => "no",
        Answer::Done(value) if value == &json!(true) => "yes",
        Answer::Done(_) => "done",
        Answer::Refused(_) => "refused",
        Answer::Outage(_) => "an outage",
        Answer::Accepted => "accepted",
    }
}
