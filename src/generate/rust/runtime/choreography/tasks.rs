//! What a service still has to do: steps, timers, and what others ask it for. Each is a row until it is
//! done, so that whoever begins again knows it.

use super::broker::Message as Posted;
use super::engine::Service;
use super::envelope::Envelope;
use super::outbox;
use super::replay::{Entry, Kept};
use super::store::{Unit, now};
use super::topics;
use super::transaction::Place;
use crate::services::{Answer, Attempt};
use crate::step;
use crate::telemetry::sides;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::Row;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// A step of a run here.
    Act {
        operation: String,
        attempt: Attempt,
    },
    /// A command for somebody else, or a notification.
    Serve(Asked),
    Timer,
    /// Another service is asked; when the time has come it has not answered.
    Ask,
}

impl Work {
    fn kind(&self) -> &'static str {
        match self {
            Work::Act { .. } => "act",
            Work::Serve(_) => "serve",
            Work::Timer => "timer",
            Work::Ask => "ask",
        }
    }
}

/// A command, on its way to the service that does it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    pub operation: String,
    pub attempt: Attempt,
    /// Nobody waits for the answer to a notification.
    pub reply: Option<ReplyTo>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReplyTo {
    pub service: String,
    pub run: String,
    pub command: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answering {
    pub to: ReplyTo,
    pub answer: Answer,
}

/// A row of it.
struct Task {
    run: String,
    command: i64,
    attempts: u32,
    work: Work,
}

/// How many steps a service works on at a time.
const AT_ONCE: usize = 16;

/// The pauses between two attempts to bring a notification.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(600));

impl Service {
    pub(super) async fn task(
        &self,
        unit: &mut Unit,
        run: &str,
        command: u64,
        due: i64,
        work: &Work,
    ) -> Result<(), sqlx::Error> {
        let row =
            "insert or ignore into tasks (run, command, kind, due, work) values (?, ?, ?, ?, ?)";
        sqlx::query(row)
            .bind(run)
            .bind(i64::try_from(command).unwrap_or(i64::MAX))
            .bind(work.kind())
            .bind(due)
            .bind(serde_json::to_string(work).unwrap_or_default())
            .execute(unit.connection())
            .await?;
        Ok(())
    }

    pub(super) async fn serve_later(
        &self,
        unit: &mut Unit,
        id: &str,
        asked: Asked,
    ) -> Result<(), sqlx::Error> {
        self.task(unit, &format!("serve {id}"), 0, now(), &Work::Serve(asked)).await
    }

    /// Does what is due, for ever.
    pub(super) async fn work(self: Arc<Service>) {
        let free = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
        loop {
            let changed = self.store.changed.notified();
            match self.due().await {
                Ok(tasks) => {
                    for task in tasks {
                        let Ok(place) = free.clone().acquire_owned().await else { return };
                        let service = self.clone();
                        tokio::spawn(async move {
                            let name = (task.run.clone(), task.command);
                            service.perform(task).await;
                            service.at_work().remove(&name);
                            service.store.changed.notify_waiters();
                            drop(place);
                        });
                    }
                }
                Err(error) => {
                    tracing::error!(service = self.name(), %error, "cannot read its work")
                }
            }
            let _ = tokio::time::timeout(self.until_next().await, changed).await;
        }
    }

    /// What is due and not at work.
    async fn due(&self) -> Result<Vec<Task>, sqlx::Error> {
        let rows = sqlx::query(
            "select run, command, attempts, work from tasks where due <= ? order by due",
        )
        .bind(now())
        .fetch_all(self.store.reads())
        .await?;
        let mut due = Vec::new();
        let mut at_work = self.at_work();
        for row in rows {
            let (run, command): (String, i64) = (row.get(0), row.get(1));
            let Ok(work) = serde_json::from_str(&row.get::<String, _>(3)) else { continue };
            if at_work.insert((run.clone(), command)) {
                let attempts = u32::try_from(row.get::<i64, _>(2)).unwrap_or(u32::MAX);
                due.push(Task { run, command, attempts, work });
            }
        }
        Ok(due)
    }

    async fn until_next(&self) -> Duration {
        let next = sqlx::query("select min(due) from tasks where due > ?")
            .bind(now())
            .fetch_one(self.store.reads())
            .await
            .ok()
            .and_then(|row| row.get::<Option<i64>, _>(0));
        let wait = next.map_or(200, |due| (due - now()).clamp(1, 200));
        Duration::from_millis(u64::try_from(wait).unwrap_or(200))
    }

    async fn perform(&self, task: Task) {
        let outcome = match &task.work {
            Work::Act { operation, attempt } => self.act(&task, operation, attempt).await,
            Work::Serve(asked) => self.serve(&task, asked).await,
            Work::Timer => self.finish(&task, Kept::Fired).await,
            Work::Ask => {
                let error = "the other service has not answered in time".to_string();
                self.finish(&task, Kept::Value(Err(error))).await
            }
        };
        if let Err(error) = outcome {
            tracing::error!(service = self.name(), run = task.run, %error, "cannot write its database");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// One attempt of a step: what the service writes in it, the answer, and what the run does then are
    /// one transaction.
    async fn act(
        &self,
        task: &Task,
        operation: &str,
        attempt: &Attempt,
    ) -> Result<(), sqlx::Error> {
        let (answer, unit) = self.attempt(operation, attempt).await?;
        let reply = serde_json::to_value(&answer).map_err(|error| error.to_string());
        self.finish_in(unit, task, Kept::Value(reply)).await
    }

    async fn attempt(
        &self,
        operation: &str,
        attempt: &Attempt,
    ) -> Result<(Answer, Unit), sqlx::Error> {
        let place = Place::new(self.store.clone());
        let mut attempt = attempt.clone();
        attempt.call.inside.0 = Some(place.inside());
        let services = self.participant.clone();
        let operation = operation.to_string();
        let work = async move { services.services.attempt(&operation, attempt).await };
        // A panic in a service is an outage of it, and not of others.
        let answer = match tokio::spawn(work).await {
            Ok(answer) => answer,
            Err(error) => Answer::Outage(format!("it panicked: {error}")),
        };
        let unit = self.after(&place, &answer).await?;
        Ok((answer, unit))
    }

    async fn finish(&self, task: &Task, reply: Kept) -> Result<(), sqlx::Error> {
        let unit = self.store.begin().await?;
        self.finish_in(unit, task, reply).await
    }

    async fn finish_in(&self, mut unit: Unit, task: &Task, reply: Kept) -> Result<(), sqlx::Error> {
        let command = u64::try_from(task.command).unwrap_or_default();
        if !self.take_away(&mut unit, &task.run, command).await? {
            unit.roll_back().await;
            return Ok(());
        }
        self.go_on(&mut unit, &task.run, Entry::Reply { command, reply }, None).await?;
        unit.commit().await
    }

    /// Whether it was still to be done.
    async fn take_away(
        &self,
        unit: &mut Unit,
        run: &str,
        command: u64,
    ) -> Result<bool, sqlx::Error> {
        let gone = sqlx::query("delete from tasks where run = ? and command = ?")
            .bind(run)
            .bind(i64::try_from(command).unwrap_or(i64::MAX))
            .execute(unit.connection())
            .await?;
        Ok(gone.rows_affected() > 0)
    }

    /// A command for somebody else. It is done once for each key; whoever asks again gets the same answer.
    async fn serve(&self, task: &Task, asked: &Asked) -> Result<(), sqlx::Error> {
        let key = &asked.attempt.call.key;
        let (answer, mut unit) = match self.kept(key).await? {
            Some(answer) => (answer, self.store.begin().await?),
            None => {
                let mut attempt = asked.attempt.clone();
                attempt.call.attempt = attempt.call.attempt.max(task.attempts + 1);
                let (answer, mut unit) = self.attempt(&asked.operation, &attempt).await?;
                (self.keep(&mut unit, key, answer).await?, unit)
            }
        };
        if let (Answer::Outage(error), None) = (&answer, &asked.reply) {
            let attempts = task.attempts + 1;
            let pause = step::pause(BACKOFF, key, attempts);
            let due = now() + i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
            let row =
                "update tasks set attempts = ?, due = ?, trouble = ? where run = ? and command = ?";
            sqlx::query(row)
                .bind(attempts)
                .bind(due)
                .bind(error)
                .bind(&task.run)
                .bind(task.command)
                .execute(unit.connection())
                .await?;
            return unit.commit().await;
        }
        if !self.take_away(&mut unit, &task.run, 0).await? {
            unit.roll_back().await;
            return Ok(());
        }
        if asked.reply.is_none() {
            sides::notified(&asked.attempt.call, &asked.operation);
        }
        if let Some(to) = &asked.reply {
            let answering = Answering { to: to.clone(), answer };
            self.answer(&mut unit, &task.run, answering).await?;
        }
        unit.commit().await
    }

    async fn answer(
        &self,
        unit: &mut Unit,
        id: &str,
        answering: Answering,
    ) -> Result<(), sqlx::Error> {
        let id = format!("answer {id}");
        let topic = topics::answers(&answering.to.service);
        let key = answering.to.run.clone();
        let envelope = Envelope::new(&id, self.name(), "answer", json!(answering));
        outbox::write(unit, &Posted { id, topic, key, body: envelope.text() }).await
    }

    /// What another service has answered.
    pub(super) async fn answered(
        &self,
        unit: &mut Unit,
        answering: Answering,
        cause: &str,
    ) -> Result<(), sqlx::Error> {
        let ReplyTo { run, command, .. } = answering.to;
        if !self.take_away(unit, &run, command).await? {
            return Ok(());
        }
        let reply = serde_json::to_value(&answering.answer).map_err(|error| error.to_string());
        let entry = Entry::Reply { command, reply: Kept::Value(reply) };
        self.go_on(unit, &run, entry, Some(cause.to_string())).await
    }
}
