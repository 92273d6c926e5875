//! A run of a participant: the text of its side, brought forward by what has come to it. What has come is
//! written down in order, so that the text can be run again to find out where it stands.

use super::broker::Message as Posted;
use super::engine::Service;
use super::envelope::Envelope;
use super::store::{Unit, now};
use super::tasks::{Asked, ReplyTo, Work};
use super::topics;
use super::{outbox, reactions};
use crate::driver::{Command, Driver, Happened, Message, Reply};
use crate::events::PUBLISH;
use crate::notices::{NOTIFY, Notice};
use crate::services::{Attempt, Call, Inside};
use crate::step;
use crate::telemetry::{self, sides};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::Row;
use std::collections::VecDeque;

/// Something that has come to a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    Message(Message),
    Reply { command: u64, reply: Kept },
}

/// A reply, as it is written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    Value(Result<Value, String>),
    Fired,
    Time(jiff::Timestamp),
}

impl Kept {
    fn reply(self) -> Reply {
        match self {
            Kept::Value(value) => Reply::Value(value),
            Kept::Fired => Reply::Fired,
            Kept::Time(time) => Reply::Time(time),
        }
    }
}

/// How many runs are kept in memory.
const IN_MEMORY: usize = 1000;

/// A run in the hands of a transaction.
struct Going<'g> {
    service: &'g Service,
    run: &'g str,
    workflow: String,
    seq: i64,
    /// The message that the run goes on for.
    cause: Option<String>,
}

impl Service {
    /// Begins a run, unless it is there.
    pub(super) async fn begin(
        &self,
        unit: &mut Unit,
        workflow: &str,
        run: &str,
        input: &Value,
    ) -> Result<(), sqlx::Error> {
        let row = "insert or ignore into runs (run, workflow, input, trace, began) values (?, ?, ?, ?, ?)";
        sqlx::query(row)
            .bind(run)
            .bind(workflow)
            .bind(input.to_string())
            .bind(format!("{:032x}", telemetry::trace_of(run)))
            .bind(now())
            .execute(unit.connection())
            .await?;
        Ok(())
    }

    /// Brings something to a run, and lets it go on as far as that reaches.
    pub(super) async fn go_on(
        &self,
        unit: &mut Unit,
        run: &str,
        entry: Entry,
        cause: Option<String>,
    ) -> Result<(), sqlx::Error> {
        let row = sqlx::query("select workflow, input from runs where run = ?")
            .bind(run)
            .fetch_optional(unit.connection())
            .await?;
        let Some(row) = row else { return Ok(()) };
        let (workflow, input): (String, String) = (row.get(0), row.get(1));
        // Another process may have brought it something as well.
        let known = unit.drivers().remove(run);
        let seq = length(unit, run).await?;
        let known = known.filter(|(known, _)| *known == seq).map(|(_, driver)| driver);
        let rows = if known.is_some() { Vec::new() } else { so_far(unit, run).await? };
        // For logs alone: what is exported is told by what goes on.
        let span = tracing::debug_span!(
            "goes on",
            service = self.name(),
            run,
            caused_by = cause.as_deref().unwrap_or_default(),
        );
        let mut going = Going { service: self, run, workflow, seq, cause };
        unit.touched.push(run.to_string());
        let mut driver = match known {
            Some(driver) => driver,
            None => {
                let Some(mut driver) = going.driver(&input) else { return Ok(()) };
                driver.is_side_of(self.name());
                driver.replays(!rows.is_empty());
                span.in_scope(|| driver.go_on());
                let commands = driver.commands();
                if rows.is_empty() {
                    going.follow(unit, &mut driver, VecDeque::new(), commands, &span).await?;
                } else {
                    // What happened then was told then.
                    driver.replays(true);
                    for entry in &rows {
                        if let Ok(entry) = serde_json::from_str(entry) {
                            bring(&mut driver, entry);
                            driver.go_on();
                            driver.commands();
                        }
                    }
                    driver.replays(false);
                }
                driver
            }
        };
        going.follow(unit, &mut driver, VecDeque::from([entry]), Vec::new(), &span).await?;
        going.note_standing(unit, driver.standing()).await?;
        if driver.has_an_end() {
            sqlx::query("update runs set over = 'an end' where run = ? and over is null")
                .bind(run)
                .execute(unit.connection())
                .await?;
        }
        if unit.drivers().len() >= IN_MEMORY {
            for run in std::mem::take(unit.drivers()).into_keys() {
                sides::forget(self.name(), &run);
            }
        }
        unit.drivers().insert(run.to_string(), (going.seq, driver));
        Ok(())
    }
}

/// How much has come to a run.
async fn length(unit: &mut Unit, run: &str) -> Result<i64, sqlx::Error> {
    // The last one, and not all of them: a run may be long.
    let row = sqlx::query("select coalesce(max(seq), -1) + 1 from log where run = ?").bind(run);
    Ok(row.fetch_one(unit.connection()).await?.get(0))
}

async fn so_far(unit: &mut Unit, run: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query("select entry from log where run = ? order by seq")
        .bind(run)
        .fetch_all(unit.connection())
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

fn bring(driver: &mut Driver, entry: Entry) {
    match entry {
        Entry::Message(message) => driver.message(message),
        Entry::Reply { command, reply } => driver.reply(command, reply.reply()),
    }
}

impl Going<'_> {
    fn driver(&self, input: &str) -> Option<Driver> {
        let input = serde_json::from_str(input).unwrap_or_default();
        Driver::new(&self.service.participant.workflows, &self.workflow, self.run, input)
    }

    /// Brings one thing after the other; what can be answered at once is brought as well.
    async fn follow(
        &mut self,
        unit: &mut Unit,
        driver: &mut Driver,
        mut entries: VecDeque<Entry>,
        mut commands: Vec<(u64, Command)>,
        span: &tracing::Span,
    ) -> Result<(), sqlx::Error> {
        loop {
            for (command, wanted) in std::mem::take(&mut commands) {
                if let Some(reply) = self.perform(unit, command, wanted).await? {
                    entries.push_back(Entry::Reply { command, reply });
                }
            }
            let Some(entry) = entries.pop_front() else { return Ok(()) };
            self.write(unit, &entry).await?;
            bring(driver, entry);
            let finished = span.in_scope(|| driver.go_on());
            commands = driver.commands();
            if let Some(finished) = finished {
                let end = serde_json::to_string(&finished.end).unwrap_or_default();
                sqlx::query("update runs set over = ? where run = ?")
                    .bind(end)
                    .bind(self.run)
                    .execute(unit.connection())
                    .await?;
            }
        }
    }

    async fn write(&mut self, unit: &mut Unit, entry: &Entry) -> Result<(), sqlx::Error> {
        sqlx::query("insert into log (run, seq, at, entry) values (?, ?, ?, ?)")
            .bind(self.run)
            .bind(self.seq)
            .bind(now())
            .bind(serde_json::to_string(entry).unwrap_or_default())
            .execute(unit.connection())
            .await?;
        self.seq += 1;
        Ok(())
    }

    /// Does what a run asks for, or writes down that it must be done.
    async fn perform(
        &mut self,
        unit: &mut Unit,
        command: u64,
        wanted: Command,
    ) -> Result<Option<Kept>, sqlx::Error> {
        match wanted {
            Command::Act { name, input } if name == PUBLISH => {
                let Ok(event) = serde_json::from_value::<Happened>(input) else {
                    return Ok(Some(Kept::Value(Err("an event cannot be read".to_string()))));
                };
                self.publish(unit, event).await?;
                Ok(Some(Kept::Value(Ok(Value::Null))))
            }
            Command::Act { name, input } if name == reactions::NOTE => {
                let id = format!("note {} {} {command}", self.service.name(), self.run);
                self.note(unit, &id, input).await?;
                Ok(Some(Kept::Value(Ok(Value::Null))))
            }
            Command::Act { name, input } if name == reactions::DEAD => {
                self.service.bury_reaction(unit, self.run, &input).await?;
                Ok(Some(Kept::Value(Ok(Value::Null))))
            }
            Command::Act { name, input } => {
                let Ok(attempt) = serde_json::from_value::<Attempt>(input) else {
                    return Ok(Some(Kept::Value(Err(format!(
                        "there is nothing like {name} here"
                    )))));
                };
                if self.service.does(&name) {
                    let work = Work::Act { operation: name, attempt };
                    self.service.task(unit, self.run, command, now(), &work).await?;
                    return Ok(None);
                }
                let due = now() + millis(attempt.timeout);
                let mut attempt = attempt;
                // Another service may ask for something under the same name.
                attempt.call.key += &format!(" by {}", self.service.name());
                let id = format!("{} {}", attempt.call.key, attempt.call.attempt);
                let reply = ReplyTo {
                    service: self.service.name().to_string(),
                    run: self.run.to_string(),
                    command,
                };
                self.service.task(unit, self.run, command, due, &Work::Ask).await?;
                self.ask(unit, &id, Asked { operation: name, attempt, reply: Some(reply) }).await?;
                Ok(None)
            }
            Command::Sleep(time) => {
                let due = now().saturating_add(millis(time));
                self.service.task(unit, self.run, command, due, &Work::Timer).await?;
                Ok(None)
            }
            Command::Now => Ok(Some(Kept::Time(jiff::Timestamp::now()))),
            Command::Start { workflow, run, input } if workflow == NOTIFY => {
                if let Ok(notice) = serde_json::from_value::<Notice>(input) {
                    self.tell(unit, &run, notice).await?;
                }
                Ok(None)
            }
            Command::Start { workflow, .. } => {
                tracing::error!(run = self.run, workflow, "nobody here runs this workflow");
                Ok(None)
            }
            Command::Child { workflow, .. } => {
                Ok(Some(Kept::Value(Err(format!("nobody here runs {workflow}")))))
            }
        }
    }

    async fn publish(&self, unit: &mut Unit, event: Happened) -> Result<(), sqlx::Error> {
        tracing::info!(
            service = self.service.name(),
            run = self.run,
            event = event.name,
            "published"
        );
        let service = self.service.owner_of(&event.name, event.version);
        let mut envelope = Envelope::new(&event.id, service, &event.name, event.fields);
        envelope.subject = Some(self.run.to_string());
        envelope.eventversion = event.version.map(|version| version.to_string());
        envelope.traceparent = Some(sides::stated(self.run, &event.id));
        envelope.causationid = self.cause.clone();
        let topic = topics::events(service, &event.name);
        self.post(unit, event.id, topic, &envelope).await
    }

    async fn ask(&self, unit: &mut Unit, id: &str, asked: Asked) -> Result<(), sqlx::Error> {
        let service = self.service.serves(&asked.operation);
        let key = asked.attempt.call.key.clone();
        let topic = topics::commands(service);
        let data = serde_json::to_value(&asked).unwrap_or_default();
        let mut envelope = Envelope::new(id, self.service.name(), &asked.operation, data);
        envelope.subject = Some(self.run.to_string());
        envelope.traceparent = Some(sides::stated(self.run, &key));
        envelope.causationid = self.cause.clone();
        self.post(unit, id.to_string(), topic, &envelope).await
    }

    /// A notification: a command that nobody waits for.
    async fn tell(&self, unit: &mut Unit, key: &str, notice: Notice) -> Result<(), sqlx::Error> {
        // Another service may notify the same under the same name.
        let key = format!("{key} by {}", self.service.name());
        let call = Call {
            run: self.run.to_string(),
            step: notice.step,
            key: key.clone(),
            attempt: 1,
            instance: notice.instance,
            inside: Inside::default(),
            around: Default::default(),
        };
        let attempt =
            Attempt { call, timeout: step::TIMEOUT, breaker: None, request: notice.request };
        let asked = Asked { operation: notice.operation, attempt, reply: None };
        if self.service.does(&asked.operation) {
            return self.service.serve_later(unit, &key, asked).await;
        }
        self.ask(unit, &key, asked).await
    }

    async fn post(
        &self,
        unit: &mut Unit,
        id: String,
        topic: String,
        envelope: &Envelope,
    ) -> Result<(), sqlx::Error> {
        let message = Posted { id, topic, key: self.run.to_string(), body: envelope.text() };
        outbox::write(unit, &message).await
    }

    /// Tells whoever keeps track.
    async fn note(&self, unit: &mut Unit, id: &str, mut note: Value) -> Result<(), sqlx::Error> {
        if let Some(fields) = note.as_object_mut() {
            fields.insert("service".to_string(), json!(self.service.name()));
            fields.insert("workflow".to_string(), json!(self.workflow));
            fields.insert("run".to_string(), json!(self.run));
        }
        let mut envelope = Envelope::new(id, self.service.name(), "note", note);
        envelope.subject = Some(self.run.to_string());
        self.post(unit, id.to_string(), topics::NOTES.to_string(), &envelope).await
    }

    /// Tells where the run stands, when that has changed.
    async fn note_standing(&self, unit: &mut Unit, standing: Value) -> Result<(), sqlx::Error> {
        let text = standing.to_string();
        let known = sqlx::query("select standing from noted where run = ?")
            .bind(self.run)
            .fetch_optional(unit.connection())
            .await?;
        if known.is_some_and(|row| row.get::<String, _>(0) == text) {
            return Ok(());
        }
        sqlx::query("insert or replace into noted values (?, ?)")
            .bind(self.run)
            .bind(&text)
            .execute(unit.connection())
            .await?;
        let id = format!("standing {} {} {}", self.service.name(), self.run, self.seq);
        self.note(unit, &id, json!({ "standing": standing, "seq": self.seq })).await
    }
}

fn millis(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
