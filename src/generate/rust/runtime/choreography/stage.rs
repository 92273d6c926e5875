//! Services on a stage, without databases and time that passes: they answer with examples, and go wrong
//! where a test says so. Each play is played in many orders, with messages that come twice.

use super::reactions::NOTE;
use super::registry::Participant;
use crate::contract::Raised;
use crate::driver::{Command, Driver, Happened, Message, Reply};
use crate::events::PUBLISH;
use crate::notices::{NOTIFY, Notice};
use crate::routes::run_of;
use crate::runs::Standing;
use crate::services::{Answer, Attempt};
use crate::testing::{Example, Wrong};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A system with everything around it.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    pub participants: fn() -> Vec<Participant>,
    pub workflow: &'static str,
    /// The events that begin a run.
    pub starts: &'static [&'static str],
    /// JSON: the fields of the first of them, or of each under its name.
    pub input: &'static str,
    pub examples: &'static [Example],
}

/// How it went, in each order.
#[derive(Clone, Debug)]
pub struct Played {
    plays: Vec<Play>,
}

/// How it went in one order.
#[derive(Clone, Debug, Default)]
pub struct Play {
    pub ends: BTreeSet<String>,
    /// The steps that were taken back.
    pub undone: BTreeSet<String>,
    /// What was put aside.
    pub broken: Vec<String>,
    pub standings: Vec<(String, Standing)>,
    /// How often each key was acted on.
    acted: BTreeMap<String, u32>,
    tries: BTreeMap<String, u32>,
}

/// How many orders are played. In the first, messages come as they were published, and once.
const ORDERS: u64 = 24;

/// No play has more timers than that.
const TIMERS: u32 = 10_000;

impl Stage {
    /// Nothing goes wrong.
    pub fn plays(&self) -> Played {
        self.play(None)
    }

    pub fn refused(
        &self,
        step: &'static str,
        failure: &'static str,
        fields: &'static str,
    ) -> Played {
        self.play(Some(Wrong::Refused { step, failure, fields }))
    }

    pub fn outages(&self, step: &'static str, attempts: u32) -> Played {
        self.play(Some(Wrong::Outages { step, attempts }))
    }

    fn play(&self, wrong: Option<Wrong>) -> Played {
        let plays = (0..ORDERS).map(|order| Scene::new(self, wrong.as_ref(), order).play());
        Played { plays: plays.collect() }
    }
}

impl Played {
    /// One of these sets of ends is reached, and what was taken back; what is in `perhaps` in some orders
    /// only.
    pub fn check(&self, ends: &[&[&str]], undone: &[&str], perhaps: &[&str]) {
        for play in &self.plays {
            let reached: Vec<&str> = play.ends.iter().map(String::as_str).collect();
            assert!(ends.contains(&&*reached), "{reached:?} is reached, not {ends:?}: {play:?}");
            assert!(play.broken.is_empty(), "broken: {:?}", play.broken);
            let mut found: BTreeSet<&str> = play.undone.iter().map(String::as_str).collect();
            for step in undone {
                assert!(found.remove(step), "{step} is not undone: {play:?}");
            }
            found.retain(|step| !perhaps.contains(step));
            assert!(found.is_empty(), "undone as well: {found:?}: {play:?}");
            for (key, times) in &play.acted {
                assert_eq!(*times, 1, "{key}");
            }
        }
    }
}

/// A run of a participant.
struct Run {
    participant: usize,
    driver: Driver,
}

struct Scene<'s> {
    stage: &'s Stage,
    wrong: Option<&'s Wrong>,
    participants: Vec<Participant>,
    runs: BTreeMap<(usize, String), Run>,
    /// Events on their way, with whom they go to.
    pending: Vec<(usize, Happened)>,
    /// When, in the order of their beginning, whose, and which command.
    timers: BTreeMap<(Duration, u64), ((usize, String), u64)>,
    now: Duration,
    n_timers: u64,
    chance: u64,
    play: Play,
}

impl<'s> Scene<'s> {
    fn new(stage: &'s Stage, wrong: Option<&'s Wrong>, order: u64) -> Scene<'s> {
        Scene {
            stage,
            wrong,
            participants: (stage.participants)(),
            runs: BTreeMap::new(),
            pending: Vec::new(),
            timers: BTreeMap::new(),
            now: Duration::ZERO,
            n_timers: 0,
            chance: order,
            play: Play::default(),
        }
    }

    fn play(mut self) -> Play {
        let input: Value = serde_json::from_str(self.stage.input).unwrap_or_default();
        for event in self.stage.starts {
            let fields = if self.stage.starts.len() == 1 { Some(&input) } else { input.get(event) };
            let Some(fields) = fields.cloned() else { continue };
            let id = format!("start {event}");
            self.send(&Happened { id, name: event.to_string(), version: None, fields });
        }
        // Time passes only when nothing else can happen.
        let mut fired = 0;
        loop {
            if let Some((participant, event)) = self.next() {
                self.take(participant, event);
                continue;
            }
            let Some(((at, _), (run, command))) = self.timers.pop_first() else { break };
            self.now = at;
            fired += 1;
            assert!(fired < TIMERS, "this has no end");
            if let Some(found) = self.runs.get_mut(&run) {
                found.driver.reply(command, Reply::Fired);
                self.go_on(&run);
            }
        }
        for run in self.runs.values() {
            let standing = serde_json::from_value(run.driver.standing());
            let service = self.participants[run.participant].service.to_string();
            self.play.standings.extend(standing.ok().map(|standing| (service, standing)));
        }
        self.play
    }

    /// The next event that arrives: the oldest, or any; some arrive twice.
    fn next(&mut self) -> Option<(usize, Happened)> {
        if self.pending.is_empty() {
            return None;
        }
        let n = self.pending.len() as u64;
        let at = usize::try_from(self.chance(n)).unwrap_or_default();
        if self.chance(4) == 1 {
            return Some(self.pending[at].clone());
        }
        Some(self.pending.remove(at))
    }

    /// A number below `n`; in the first order always 0.
    fn chance(&mut self, n: u64) -> u64 {
        if self.chance == 0 {
            return 0;
        }
        self.chance = self
            .chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.chance >> 33) % n
    }

    fn send(&mut self, event: &Happened) {
        for (at, participant) in self.participants.iter().enumerate() {
            let hears = participant.listens.iter().any(|route| {
                route.event == event.name
                    && (route.version.is_none()
                        || event.version.is_none()
                        || route.version == event.version)
            });
            if hears {
                self.pending.push((at, event.clone()));
            }
        }
    }

    fn take(&mut self, participant: usize, event: Happened) {
        let mut taken = BTreeSet::new();
        for route in self.participants[participant].listens {
            let Some(run) = run_of(route.workflow, route.correlated_by, &event.fields) else {
                continue;
            };
            if route.event != event.name || !taken.insert(run.clone()) {
                continue;
            }
            let place = (participant, run.clone());
            if !self.runs.contains_key(&place) {
                let mut key = Map::new();
                for field in route.correlated_by {
                    let value = event.fields.get(*field).cloned().unwrap_or_default();
                    key.insert(field.to_string(), value);
                }
                let workflows = &self.participants[participant].workflows;
                let driver = Driver::new(workflows, route.workflow, &run, Value::Object(key));
                let Some(driver) = driver else { continue };
                self.runs.insert(place.clone(), Run { participant, driver });
                self.go_on(&place);
            }
            if let Some(found) = self.runs.get_mut(&place) {
                found.driver.message(Message::Event(event.clone()));
            }
            self.go_on(&place);
        }
    }

    /// Lets a run go on as far as it comes without others and without time.
    fn go_on(&mut self, place: &(usize, String)) {
        loop {
            let Some(run) = self.runs.get_mut(place) else { return };
            run.driver.go_on();
            let commands = run.driver.commands();
            if commands.is_empty() {
                return;
            }
            for (id, command) in commands {
                let reply = self.perform(place, id, command);
                if let (Some(reply), Some(run)) = (reply, self.runs.get_mut(place)) {
                    run.driver.reply(id, reply);
                    run.driver.go_on();
                }
            }
        }
    }

    fn perform(&mut self, place: &(usize, String), id: u64, command: Command) -> Option<Reply> {
        match command {
            Command::Act { name, input } if name == PUBLISH => {
                if let Ok(event) = serde_json::from_value::<Happened>(input) {
                    self.send(&event);
                }
                Some(Reply::Value(Ok(Value::Null)))
            }
            Command::Act { name, input } if name == NOTE => {
                if let Some(goal) = input.get("goal").and_then(Value::as_str) {
                    self.play.ends.insert(goal.to_string());
                }
                Some(Reply::Value(Ok(Value::Null)))
            }
            Command::Act { name, input } => {
                Some(match serde_json::from_value::<Attempt>(input.clone()) {
                    Ok(attempt) => {
                        let answer = self.act(place, &name, &attempt);
                        Reply::Value(
                            serde_json::to_value(answer).map_err(|error| error.to_string()),
                        )
                    }
                    Err(_) => {
                        self.play.broken.push(input.to_string());
                        Reply::Value(Ok(Value::Null))
                    }
                })
            }
            Command::Sleep(time) => {
                self.n_timers += 1;
                self.timers.insert((self.now + time, self.n_timers), (place.clone(), id));
                None
            }
            Command::Now => {
                let millis = i64::try_from(self.now.as_millis()).unwrap_or_default();
                Some(Reply::Time(jiff::Timestamp::from_millisecond(millis).unwrap_or_default()))
            }
            Command::Start { workflow, run, input } if workflow == NOTIFY => {
                if let Ok(notice) = serde_json::from_value::<Notice>(input) {
                    let service = self.participants[place.0].service;
                    *self.play.acted.entry(format!("{run} by {service}")).or_default() += 1;
                    self.play.tries.insert(notice.operation, 1);
                }
                None
            }
            Command::Start { .. } => None,
            Command::Child { workflow, .. } => {
                Some(Reply::Value(Err(format!("nobody here runs {workflow}"))))
            }
        }
    }

    fn act(&mut self, place: &(usize, String), operation: &str, attempt: &Attempt) -> Answer {
        let call = &attempt.call;
        let example = self.stage.examples.iter().find(|example| example.operation == operation);
        let Some(example) = example else {
            return Answer::Outage(format!("{operation} has no example"));
        };
        match self.wrong {
            Some(Wrong::Outages { step, attempts }) if call.step == *step => {
                let tries = self.play.tries.entry(call.key.clone()).or_default();
                *tries += 1;
                if *tries <= *attempts {
                    return Answer::Outage("nobody is there".to_string());
                }
            }
            Some(Wrong::Refused { step, failure, fields }) if call.step == *step => {
                return Answer::Refused(Raised { name: failure.to_string(), fields: json(fields) });
            }
            _ => {}
        }
        *self.play.acted.entry(call.key.clone()).or_default() += 1;
        if let Some(step) = call.step.strip_prefix("undo ") {
            self.play.undone.insert(step.to_string());
        }
        let answer = Answer::Done(json(example.reply));
        if !example.takes_a_while {
            return answer;
        }
        if let Some(run) = self.runs.get_mut(place) {
            run.driver.message(Message::Answer { key: call.key.clone(), answer });
        }
        Answer::Accepted
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
