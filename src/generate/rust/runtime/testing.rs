//! Runs on a stage: services that answer with examples, and go wrong where a test says so.

use crate::contract::Raised;
use crate::driver::{Happened, Message};
use crate::flow::Ended;
use crate::journal::Status;
use crate::memory::{Children, Memory};
use crate::runs::{Finished, Workflows};
use crate::services::{Answer, Call, Services};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What an operation answers.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    pub operation: &'static str,
    /// JSON.
    pub reply: &'static str,
    pub takes_a_while: bool,
}

/// A workflow with everything around it.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    pub workflows: fn() -> Workflows,
    pub workflow: &'static str,
    /// JSON.
    pub input: &'static str,
    pub examples: &'static [Example],
    /// Events that come, with their fields as JSON.
    pub events: &'static [(&'static str, &'static str)],
}

/// What goes wrong, by the name of the step.
#[derive(Clone, Debug)]
pub enum Wrong {
    Refused {
        step: &'static str,
        failure: &'static str,
        fields: &'static str,
    },
    /// So many attempts of the step find nobody.
    Outages {
        step: &'static str,
        attempts: u32,
    },
    /// Nobody ever answers.
    Silence {
        step: &'static str,
    },
}

/// How it went.
#[derive(Clone, Debug)]
pub struct Played {
    pub end: String,
    /// The steps that were taken back, in this order.
    pub undone: Vec<String>,
    pub finished: Finished,
    /// How often each key was acted on.
    acted: BTreeMap<String, u32>,
}

const RUN: &str = "run-1";

impl Stage {
    /// Nothing goes wrong.
    pub async fn plays(&self) -> Played {
        self.play(None).await
    }

    pub async fn refused(
        &self,
        step: &'static str,
        failure: &'static str,
        fields: &'static str,
    ) -> Played {
        self.play(Some(Wrong::Refused { step, failure, fields })).await
    }

    pub async fn outages(&self, step: &'static str, attempts: u32) -> Played {
        self.play(Some(Wrong::Outages { step, attempts })).await
    }

    pub async fn silence(&self, step: &'static str) -> Played {
        self.play(Some(Wrong::Silence { step })).await
    }

    async fn play(&self, wrong: Option<Wrong>) -> Played {
        let log = Arc::new(Log::default());
        let memory = Memory::new((self.workflows)(), Services::default());
        let mut services = Services::default();
        for example in self.examples {
            let (example, memory, log, wrong) =
                (*example, memory.clone(), log.clone(), wrong.clone());
            services = services.raw(example.operation, move |call, _| {
                act(example, &memory, &log, wrong.as_ref(), &call)
            });
        }
        let memory = memory.with_services(services).with_children(wrong.clone().map(inner_end));
        for (number, (name, fields)) in self.events.iter().enumerate() {
            let fields = json(fields);
            let event = Happened {
                id: format!("event {number}"),
                name: name.to_string(),
                version: None,
                fields,
            };
            memory.keep(RUN, Message::Event(event));
        }
        let finished = memory.run(self.workflow, RUN, json(self.input)).await;
        let finished = finished.unwrap_or_else(|| Finished {
            input: Value::Null,
            end: Ended {
                name: "no such workflow".to_string(),
                success: false,
                fields: Value::Null,
            },
            journal: Vec::new(),
            pivoted: false,
            kept: BTreeMap::new(),
        });
        Played {
            end: finished.end.name.clone(),
            undone: log.undone.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            acted: log.acted.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            finished,
        }
    }
}

#[derive(Default)]
struct Log {
    undone: Mutex<Vec<String>>,
    acted: Mutex<BTreeMap<String, u32>>,
}

fn act(example: Example, memory: &Memory, log: &Log, wrong: Option<&Wrong>, call: &Call) -> Answer {
    let is_meant = |step: &str| call.step == step && call.run == RUN;
    let answer = match wrong {
        Some(Wrong::Outages { step, attempts }) if is_meant(step) => {
            let mut acted = log.acted.lock().unwrap_or_else(PoisonError::into_inner);
            let tries = acted.entry(format!("tries of {}", call.key)).or_default();
            *tries += 1;
            if *tries <= *attempts {
                return Answer::Outage("nobody is there".to_string());
            }
            Answer::Done(json(example.reply))
        }
        Some(Wrong::Refused { step, failure, fields }) if is_meant(step) => {
            Answer::Refused(Raised { name: failure.to_string(), fields: json(fields) })
        }
        Some(Wrong::Silence { step }) if is_meant(step) => return Answer::Accepted,
        _ => Answer::Done(json(example.reply)),
    };
    if matches!(answer, Answer::Done(_)) {
        *log.acted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(call.key.clone())
            .or_default() += 1;
    }
    if let Some(step) = call.step.strip_prefix("undo ") {
        log.undone.lock().unwrap_or_else(PoisonError::into_inner).push(step.to_string());
    }
    if example.takes_a_while {
        memory.send(&call.run, Message::Answer { key: call.key.clone(), answer });
        return Answer::Accepted;
    }
    answer
}

/// How an inner workflow ends that a test lets fail.
fn inner_end(wrong: Wrong) -> Children {
    Arc::new(move |run| {
        let Wrong::Refused { step, failure, fields } = &wrong else { return None };
        let is_meant = run.starts_with(RUN) && run.rsplit('/').next() == Some(*step);
        is_meant.then(|| Finished {
            input: Value::Null,
            end: Ended { name: failure.to_string(), success: false, fields: json(fields) },
            journal: Vec::new(),
            pivoted: false,
            kept: BTreeMap::new(),
        })
    })
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

impl Played {
    /// The end that is reached, and what was taken back: groups in this order, within a group in any.
    /// What is in `perhaps` was on its way at the same time, and may have been done or not.
    pub fn check(&self, end: &str, undone: &[&[&str]], perhaps: &[&str]) {
        assert_eq!(self.end, end, "{:?}", self.finished.end.fields);
        let mut rest: Vec<&str> = self.undone.iter().map(String::as_str).collect();
        rest.retain(|step| !perhaps.contains(step));
        for group in undone {
            let mut wanted: Vec<&str> = group.to_vec();
            let mut found: Vec<&str> = rest.drain(..rest.len().min(wanted.len())).collect();
            wanted.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, wanted, "undone: {:?}", self.undone);
        }
        assert!(rest.is_empty(), "undone as well: {rest:?}");
        for (key, times) in self.acted.iter().filter(|(key, _)| key.ends_with("/undo")) {
            assert_eq!(*times, 1, "{key}");
        }
        let open = |status: Status| matches!(status, Status::Begun | Status::GivenUp);
        let left = self
            .finished
            .journal
            .iter()
            .find(|entry| open(entry.status) && !entry.undone_by.is_empty());
        assert!(left.is_none(), "left behind: {left:?}");
    }
}
