//! Who asks how far a run is, asks here: a small listener that hears every event and what services say
//! about themselves. No service waits for it; when it is away, it catches up.

use super::broker::{self, Broker, Consumer, Message as Posted};
use super::envelope::Envelope;
use super::local::options;
use super::registry::Known;
use super::store::{Lock, now};
use super::topics;
use crate::routes::run_of;
use crate::runs::Standing;
use crate::telemetry::sides;
use serde_json::Value;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{Executor, Row, SqlitePool};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What a workflow is made of, for who keeps track of its runs.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub workflow: &'static str,
    pub correlated_by: &'static [&'static str],
    /// The events that begin it.
    pub starts: &'static [&'static str],
    pub hops: &'static [Hop],
    pub goals: &'static [Goal],
}

/// A reaction.
#[derive(Clone, Copy, Debug)]
pub struct Hop {
    pub service: &'static str,
    pub reaction: &'static str,
    pub events: &'static [&'static str],
    /// How many of these events it needs each time.
    pub needed: u32,
    pub promised: Option<Duration>,
}

/// An end.
#[derive(Clone, Copy, Debug)]
pub struct Goal {
    pub name: &'static str,
    pub success: bool,
    pub owner: &'static str,
}

const TABLES: &str = "
create table if not exists seen (
    seq integer primary key autoincrement, id text not null unique, at integer not null, run text not null,
    kind text not null, service text not null, body text not null
);
create index if not exists seen_by_run on seen (run, seq);
create table if not exists runs (
    run text primary key, workflow text not null, began integer not null, goal text, success integer, over integer
);
create table if not exists standings (
    run text not null, service text not null, seq integer not null, standing text not null,
    primary key (run, service)
);
";

const CONSUMER: &str = "tracker";

pub struct Tracker {
    pool: SqlitePool,
    plans: &'static [Plan],
    events: &'static [Known],
}

/// One thing that the tracker has heard.
#[derive(Clone, Debug)]
pub struct Seen {
    pub at: i64,
    pub kind: String,
    pub service: String,
    pub body: Value,
}

/// A run in the list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub run: String,
    pub workflow: String,
    pub began: i64,
    pub goal: Option<String>,
}

impl Tracker {
    pub async fn open(
        folder: &Path,
        plans: &'static [Plan],
        events: &'static [Known],
    ) -> Result<Tracker, sqlx::Error> {
        let file = folder.join("tracker.db");
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options(&file)).await?;
        pool.execute(TABLES).await?;
        Ok(Tracker { pool, plans, events })
    }

    fn consumer(&self) -> Consumer {
        let mut topics: Vec<String> =
            self.events.iter().map(|known| topics::events(known.service, known.event)).collect();
        topics.push(topics::NOTES.to_string());
        topics.sort();
        topics.dedup();
        Consumer { name: CONSUMER.to_string(), topics }
    }

    /// From now on everything is kept for it, whether it is at work or not.
    pub async fn subscribe(&self, broker: &dyn Broker) -> Result<(), broker::Absent> {
        broker.subscribe(&self.consumer()).await
    }

    /// Listens for ever, unless another process does.
    pub async fn work(
        self: Arc<Tracker>,
        broker: Arc<dyn Broker>,
        folder: &Path,
    ) -> Result<Option<(tokio::task::JoinHandle<()>, Lock)>, String> {
        let lock = Lock::take(folder, CONSUMER).await.map_err(|error| error.to_string())?;
        let Some(lock) = lock else { return Ok(None) };
        self.subscribe(&*broker).await.map_err(|error| error.to_string())?;
        let work = tokio::spawn(async move {
            loop {
                let pause = match broker.receive(CONSUMER, 64, Duration::from_secs(5)).await {
                    Ok(deliveries) => {
                        let mut pause = Duration::ZERO;
                        for delivery in deliveries {
                            let told = match self.take(&delivery.message).await {
                                Ok(()) => broker.acknowledge(delivery).await,
                                Err(error) => {
                                    tracing::error!(%error, "the tracker cannot write its database");
                                    pause = Duration::from_secs(1);
                                    broker.again(delivery, pause).await
                                }
                            };
                            if let Err(error) = told {
                                broker::is_away(&error);
                            }
                        }
                        pause
                    }
                    Err(error) => {
                        broker::is_away(&error);
                        Duration::from_secs(1)
                    }
                };
                tokio::time::sleep(pause).await;
            }
        });
        Ok(Some((work, lock)))
    }

    /// How many messages it has not heard yet.
    pub async fn behind(&self, broker: &dyn Broker) -> Option<u64> {
        broker.waiting(CONSUMER).await.ok().flatten()
    }

    async fn take(&self, message: &Posted) -> Result<(), sqlx::Error> {
        let Ok(envelope) = serde_json::from_str::<Envelope>(&message.body) else { return Ok(()) };
        let service = envelope.source.trim_start_matches('/').to_string();
        if message.topic == topics::NOTES {
            let run = message.key.clone();
            let workflow = text(&envelope.data, "workflow");
            return self.write(message, &envelope, &run, &workflow, "note", &service).await;
        }
        for plan in self.plans {
            let concerns = plan.concerns(&envelope.kind);
            let Some(run) = run_of(plan.workflow, plan.correlated_by, &envelope.data) else {
                continue;
            };
            if concerns || self.knows(&run).await? {
                self.write(message, &envelope, &run, plan.workflow, "event", &service).await?;
            }
        }
        Ok(())
    }

    pub async fn knows(&self, run: &str) -> Result<bool, sqlx::Error> {
        let row = sqlx::query("select 1 from runs where run = ?").bind(run);
        Ok(row.fetch_optional(&self.pool).await?.is_some())
    }

    async fn write(
        &self,
        message: &Posted,
        envelope: &Envelope,
        run: &str,
        workflow: &str,
        kind: &str,
        service: &str,
    ) -> Result<(), sqlx::Error> {
        let mut unit = self.pool.begin_with("begin immediate").await?;
        let body = match kind {
            "event" => serde_json::json!({ "event": envelope.kind, "fields": envelope.data }),
            _ => envelope.data.clone(),
        };
        let at = envelope.time.as_millisecond();
        let new = sqlx::query(
            "insert or ignore into seen (id, at, run, kind, service, body) values (?, ?, ?, ?, ?, ?)",
        )
        .bind(format!("{run} {}", message.id))
        .bind(at)
        .bind(run)
        .bind(kind)
        .bind(service)
        .bind(body.to_string())
        .execute(&mut *unit)
        .await?;
        if new.rows_affected() == 0 {
            return Ok(());
        }
        let new_run =
            sqlx::query("insert or ignore into runs (run, workflow, began) values (?, ?, ?)")
                .bind(run)
                .bind(workflow)
                .bind(at)
                .execute(&mut *unit)
                .await?;
        let mut ended = None;
        if let Some(standing) = body.get("standing") {
            let seq = body.get("seq").and_then(Value::as_i64).unwrap_or_default();
            // What comes out of order is older news.
            let newest = "insert into standings values (?, ?, ?, ?)
                 on conflict (run, service) do update set seq = excluded.seq, standing = excluded.standing
                 where excluded.seq > standings.seq";
            sqlx::query(newest)
                .bind(run)
                .bind(service)
                .bind(seq)
                .bind(standing.to_string())
                .execute(&mut *unit)
                .await?;
        }
        if let Some(goal) = body.get("goal").and_then(Value::as_str) {
            let success = body.get("success").and_then(Value::as_bool).unwrap_or_default();
            let before = sqlx::query("select began from runs where run = ? and goal is null")
                .bind(run)
                .fetch_optional(&mut *unit)
                .await?;
            ended = before.map(|row| (goal, success, row.get::<i64, _>(0)));
            sqlx::query("update runs set goal = ?, success = ?, over = ? where run = ?")
                .bind(goal)
                .bind(success)
                .bind(at)
                .bind(run)
                .execute(&mut *unit)
                .await?;
        }
        unit.commit().await?;
        if new_run.rows_affected() > 0 {
            sides::run_began(run, workflow);
        }
        if let Some((goal, success, began)) = ended {
            sides::run_ended(run, workflow, goal, success, began);
        }
        Ok(())
    }

    pub async fn list(&self) -> Result<Vec<Listed>, sqlx::Error> {
        let rows = sqlx::query("select run, workflow, began, goal from runs order by began, run")
            .fetch_all(&self.pool)
            .await?;
        let read = |row: &sqlx::sqlite::SqliteRow| Listed {
            run: row.get(0),
            workflow: row.get(1),
            began: row.get(2),
            goal: row.get(3),
        };
        Ok(rows.iter().map(read).collect())
    }

    pub async fn history(&self, run: &str) -> Result<Vec<Seen>, sqlx::Error> {
        let rows =
            sqlx::query("select at, kind, service, body from seen where run = ? order by at, seq")
                .bind(run)
                .fetch_all(&self.pool)
                .await?;
        let read = |row: &sqlx::sqlite::SqliteRow| Seen {
            at: row.get(0),
            kind: row.get(1),
            service: row.get(2),
            body: serde_json::from_str(&row.get::<String, _>(3)).unwrap_or_default(),
        };
        Ok(rows.iter().map(read).collect())
    }

    /// Where a run stands, as lines of text; nothing when nobody has heard of it.
    pub async fn status(&self, run: &str) -> Result<Option<String>, sqlx::Error> {
        let Some(listed) = self.list().await?.into_iter().find(|listed| listed.run == run) else {
            return Ok(None);
        };
        let history = self.history(run).await?;
        let plan = self.plans.iter().find(|plan| plan.workflow == listed.workflow);
        let mut told = match &listed.goal {
            Some(goal) => format!("{run} has reached {goal}\n"),
            None => format!("{run} is at work\n"),
        };
        let standings = self.standings(run).await?;
        for (service, standing) in &standings {
            for (key, status) in &standing.journal {
                let step = key.strip_prefix(run).unwrap_or(key).trim_start_matches('/');
                let status = serde_json::to_value(status).unwrap_or_default();
                told +=
                    &format!("  {service}: {step} is {}\n", status.as_str().unwrap_or_default());
            }
        }
        for hop in plan.iter().flat_map(|plan| plan.hops) {
            if let Some(line) = hop.expected(&history, listed.goal.is_some()) {
                told += &format!("  {line}\n");
            }
        }
        for seen in &history {
            if text(&seen.body, "state") == "missed" {
                told += &format!("  missed by {}: {}\n", seen.service, text(&seen.body, "watch"));
            }
            if text(&seen.body, "state") == "broken" {
                let reaction = text(&seen.body, "reaction");
                told += &format!("  {}: {reaction} broke, see `dead`\n", seen.service);
            }
        }
        for (service, standing) in &standings {
            for (key, what) in standing.waiting.iter().filter(|(key, _)| !key.contains("/wait")) {
                told += &format!("  {service} waits for {what} ({key})\n");
            }
            for (key, trouble) in &standing.troubles {
                let (what, attempts, error) = (&trouble.what, trouble.attempts, &trouble.error);
                told += &format!("  {what} has failed {attempts} times: {error} ({key})\n");
            }
        }
        Ok(Some(told))
    }

    pub async fn standings(&self, run: &str) -> Result<Vec<(String, Standing)>, sqlx::Error> {
        let rows =
            sqlx::query("select service, standing from standings where run = ? order by service")
                .bind(run)
                .fetch_all(&self.pool)
                .await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let standing = serde_json::from_str(&row.get::<String, _>(1)).ok()?;
            Some((row.get(0), standing))
        };
        Ok(rows.iter().filter_map(read).collect())
    }
}

impl Hop {
    /// What is expected of it: it was called upon and is not done, or waits for more. When the run is over,
    /// what only waits is not expected any more.
    fn expected(&self, history: &[Seen], is_over: bool) -> Option<String> {
        let mut came: Vec<(&str, i64)> = Vec::new();
        for seen in history.iter().filter(|seen| seen.kind == "event") {
            if let Some(event) = seen.body.get("event").and_then(Value::as_str)
                && self.events.contains(&event)
            {
                came.push((event, seen.at));
            }
        }
        let count = |event: &str| came.iter().filter(|(name, _)| *name == event).count();
        let of_all = self.needed as usize == self.events.len();
        let called = match self.needed {
            1 => came.len(),
            _ if of_all => self.events.iter().map(|event| count(event)).min().unwrap_or_default(),
            needed => came.len() / needed as usize,
        };
        let said = |state: &str| {
            let mine = history.iter().filter(|seen| seen.service == self.service);
            mine.filter(|seen| {
                text(&seen.body, "reaction") == self.reaction && text(&seen.body, "state") == state
            })
            .count()
        };
        let done = said("done") + said("settled") + said("broken");
        let (service, reaction) = (self.service, self.reaction);
        if called > done {
            let since = came.iter().map(|(_, at)| *at).max().unwrap_or_default();
            let is_late = self.promised.is_some_and(|promised| {
                now()
                    > since.saturating_add(i64::try_from(promised.as_millis()).unwrap_or(i64::MAX))
            });
            let promised = self.promised.map(span).unwrap_or_default();
            return Some(match is_late {
                true => {
                    format!("late: {service}, {reaction}, which it has promised within {promised}")
                }
                false => format!("expected: {service}, {reaction}"),
            });
        }
        if is_over || came.is_empty() || self.needed == 1 || !of_all {
            return None;
        }
        let rest: Vec<_> =
            self.events.iter().filter(|event| count(event) <= called).copied().collect();
        (rest.len() < self.events.len()).then(|| {
            format!("expected: {service}, {reaction}, which waits for {}", rest.join(", "))
        })
    }
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_string()
}

/// A length of time in the largest unit that it is whole in.
fn span(time: Duration) -> String {
    let millis = time.as_millis();
    for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)] {
        if millis >= length && millis.is_multiple_of(length) {
            return format!("{}{unit}", millis / length);
        }
    }
    format!("{millis}ms")
}
