//! What can be asked of a system that nobody conducts, for whoever shows it: a command line, or a server.

use super::dead::{self, Dead};
use super::engine::Service;
use super::inbox::Takes;
use super::replay::Entry;
use super::system::Open;
use super::tracker::{Plan, Seen};
use crate::driver::Message;
use crate::routes::run_of;
use crate::services::Answer;
use serde_json::Value;
use std::collections::BTreeMap;

/// An event, and its fields.
type Start = (&'static str, Value);

impl Plan {
    /// What a run is called that begins with this input, and the events that begin it. Where several do, each
    /// has its fields under its own name.
    pub fn starts_in(&self, input: &Value) -> Result<(String, Vec<Start>), String> {
        let mut starts = Vec::new();
        let mut named = None;
        for event in self.starts {
            let fields = match self.starts.len() {
                1 => input.clone(),
                _ => match input.get(event) {
                    Some(fields) => fields.clone(),
                    None => continue,
                },
            };
            let run = run_of(self.workflow, self.correlated_by, &fields);
            let lacks = || format!("{event} lacks {}", self.correlated_by.join(", "));
            named = Some(run.ok_or_else(lacks)?);
            starts.push((*event, fields));
        }
        let none = || format!("{} begins with {}", self.workflow, self.starts.join(", "));
        Ok((named.ok_or_else(none)?, starts))
    }

    /// Whether an event belongs to it, whatever run it is from.
    pub fn concerns(&self, event: &str) -> bool {
        self.starts.contains(&event) || self.hops.iter().any(|hop| hop.events.contains(&event))
    }
}

impl Open {
    pub fn plan(&self, workflow: &str) -> Option<&'static Plan> {
        self.plans.iter().find(|plan| plan.workflow == workflow)
    }

    /// States the events that begin a run; gives what it is called, and whether any of them is new.
    pub async fn start(&self, plan: &Plan, input: &Value) -> Result<(String, bool), String> {
        let (run, starts) = plan.starts_in(input)?;
        let mut is_new = false;
        for (event, fields) in starts {
            let id = format!("{run}/{event}");
            is_new |= self.publish(event, None, &id, Some(&run), fields).await?;
        }
        Ok((run, is_new))
    }

    /// Brings an answer to the service that waits for it under a key; gives whether one does.
    pub async fn answer(&self, run: &str, key: &str, answer: Answer) -> Result<bool, String> {
        let standings = self.tracker.standings(run).await.map_err(|error| error.to_string())?;
        for (service, standing) in standings {
            if !standing.waiting.contains_key(key) {
                continue;
            }
            let found = self.services.iter().find(|it| it.name() == service);
            let Some(service) = found else {
                return Err(format!("{service} waits for it, and is not here"));
            };
            let message = Message::Answer { key: key.to_string(), answer };
            bring(service, run, message).await.map_err(|error| error.to_string())?;
            return Ok(true);
        }
        Ok(false)
    }
}

async fn bring(service: &Service, run: &str, message: Message) -> Result<(), sqlx::Error> {
    let mut unit = service.store.begin().await?;
    service.go_on(&mut unit, run, Entry::Message(message), None).await?;
    unit.commit().await
}

/// What the tracker has heard of a run, a line for each thing.
pub fn lines(history: &[Seen]) -> Vec<(jiff::Timestamp, String)> {
    let mut known = BTreeMap::new();
    let mut lines = Vec::new();
    for seen in history {
        let at = jiff::Timestamp::from_millisecond(seen.at).unwrap_or_default();
        let text = |name: &str| seen.body.get(name).and_then(Value::as_str).unwrap_or_default();
        let service = &seen.service;
        if let Some(fields) = seen.body.get("fields") {
            lines.push((at, format!("{service} states {} {fields}", text("event"))));
        } else if seen.body.get("reaction").is_some() {
            lines.push((at, format!("{service} {}: {}", text("state"), text("reaction"))));
        } else if seen.body.get("watch").is_some() {
            lines.push((at, format!("{service} watches, {}: {}", text("state"), text("watch"))));
        } else if seen.body.get("goal").is_some() {
            lines.push((at, format!("{service} records {}", text("goal"))));
        } else if let Some(standing) = seen.body.get("standing") {
            let journal = standing.get("journal").and_then(Value::as_array);
            for entry in journal.into_iter().flatten() {
                let (key, status) = (entry.get(0), entry.get(1).and_then(Value::as_str));
                let key = key.and_then(Value::as_str).unwrap_or_default().to_string();
                let status = status.unwrap_or_default().to_string();
                if known.insert(key.clone(), status.clone()).as_ref() != Some(&status) {
                    lines.push((at, format!("{service} ({key}) is {status}")));
                }
            }
        }
    }
    lines
}

/// Prints what somebody has put aside.
pub async fn print_dead(who: &impl Takes) -> Result<(), String> {
    let letters = dead::dead(who.store()).await.map_err(|error| error.to_string())?;
    for Dead { seq, id, reason, body, .. } in letters {
        println!("{} {seq} {id}: {reason}\n  {body}", who.name());
    }
    Ok(())
}

/// The dead letters that `NUMBER` or `all` names.
pub async fn letters(who: &impl Takes, which: &str) -> Result<Vec<i64>, String> {
    match which {
        "all" => {
            let letters = dead::dead(who.store()).await.map_err(|error| error.to_string())?;
            Ok(letters.iter().map(|letter| letter.seq).collect())
        }
        number => Ok(vec![number.parse().map_err(|_| format!("`{number}` is no number"))?]),
    }
}

/// Prints what came of it when a letter was taken again; gives whether it was.
pub fn print_replayed(name: &str, seq: i64, outcome: Result<(), String>) -> bool {
    match outcome {
        Ok(()) => println!("{name} {seq} is taken"),
        Err(ref error) => println!("{name} {seq}: {error}"),
    }
    outcome.is_ok()
}
