//! The embedded engine: duroxide, which keeps each run in a database and goes on after a crash. The database
//! is a file, or a PostgreSQL.

use crate::driver::{Command, Driver, Message, Reply};
use crate::engine::{self, Desk, LEASE, Listed, Project, Pulse, State, text};
use crate::events::PUBLISH;
use crate::history;
use crate::runs::{Finished, Standing};
use crate::undo::GIVE_UP;
use duroxide::providers::Provider;
use duroxide::providers::sqlite::SqliteProvider;
use duroxide::runtime::registry::ActivityRegistry;
use duroxide::runtime::{OrchestrationStatus, Runtime, RuntimeOptions};
use duroxide::{ActivityContext, Client, EventKind, OrchestrationContext, OrchestrationRegistry};
use serde_json::Value;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant, UNIX_EPOCH};

/// Where a run finds its messages.
const INBOX: &str = "inbox";

/// The engine, over one database.
#[derive(Clone)]
pub struct Engine {
    store: Arc<dyn Provider>,
    desk: Desk,
}

/// Opens the database at an address: `postgres://…`, or else a file, which is made when it is not there.
pub async fn open(address: &str, project: Project) -> Result<Engine, String> {
    let wrong = |error: String| format!("{address}: {error}");
    let store: Arc<dyn Provider> = if is_postgres(address) {
        postgres(address).await?
    } else {
        // Another process may be about to make it as well.
        let made = std::fs::OpenOptions::new().create(true).append(true).open(address);
        made.map_err(|error| wrong(text(error)))?;
        let store = SqliteProvider::new(&format!("sqlite:{address}"), None).await;
        Arc::new(store.map_err(|error| wrong(text(error)))?)
    };
    Ok(Engine { store, desk: Desk::new(project) })
}

fn is_postgres(address: &str) -> bool {
    address.starts_with("postgres://") || address.starts_with("postgresql://")
}

#[cfg(feature = "postgres")]
async fn postgres(address: &str) -> Result<Arc<dyn Provider>, String> {
    // The address may hold a password, so it is not repeated.
    let store = duroxide_pg::PostgresProvider::new(address).await;
    Ok(Arc::new(store.map_err(|error| format!("the database cannot be opened: {error:#}"))?))
}

#[cfg(not(feature = "postgres"))]
async fn postgres(_address: &str) -> Result<Arc<dyn Provider>, String> {
    Err("for PostgreSQL the coordinator is built with `--features postgres`".to_string())
}

impl Engine {
    fn client(&self) -> Client {
        Client::new(self.store.clone())
    }

    /// Whether a run takes a message. The database keeps it also for one that comes to its end at this very moment,
    /// and says nothing then.
    async fn is_taken(&self, run: &str, message: &str) -> Result<bool, String> {
        let client = self.client();
        let began = Instant::now();
        loop {
            let status = client.get_orchestration_status(run).await.map_err(text)?;
            let is_there = !matches!(status, OrchestrationStatus::NotFound);
            // Nobody may be at work; it is kept until somebody is.
            if !is_there || began.elapsed() > LEASE {
                return Ok(true);
            }
            let events = client.read_execution_history(run, 1).await.map_err(text)?;
            let is_it = |kind: &EventKind| matches!(kind, EventKind::QueueEventDelivered { data, .. } if data == message);
            if events.iter().any(|event| is_it(&event.kind)) {
                return Ok(true);
            }
            if !matches!(status, OrchestrationStatus::Running { .. }) {
                return Ok(false);
            }
            tokio::time::sleep(LEASE / 150).await;
        }
    }
}

impl engine::Engine for Engine {
    type Worker = Arc<Runtime>;

    fn desk(&self) -> &Desk {
        &self.desk
    }

    async fn work(&self) -> Result<Arc<Runtime>, String> {
        let mut runs = OrchestrationRegistry::builder();
        for workflow in self.desk.project().workflows.names() {
            let project = self.desk.project().clone();
            runs = runs.register(workflow, move |cx: OrchestrationContext, input: String| {
                conduct(project.clone(), workflow, cx, input)
            });
        }
        let mut acts = ActivityRegistry::builder();
        for operation in self.desk.project().services.names() {
            let (desk, operation) = (self.desk.clone(), operation.clone());
            acts = acts.register(operation.clone(), move |_: ActivityContext, input: String| {
                let (desk, operation) = (desk.clone(), operation.clone());
                async move {
                    let attempt = serde_json::from_str(&input).map_err(text)?;
                    Ok(desk.attempt(&operation, attempt).await?.to_string())
                }
            });
        }
        let engine = self.clone();
        acts = acts.register(PUBLISH, move |_: ActivityContext, input: String| {
            let engine = engine.clone();
            async move {
                let event = serde_json::from_str(&input).map_err(text)?;
                Ok(engine::publish(&engine, event).await?.to_string())
            }
        });
        let engine = self.clone();
        acts = acts.register(GIVE_UP, move |_: ActivityContext, input: String| {
            let engine = engine.clone();
            async move {
                let run = serde_json::from_str(&input).map_err(text)?;
                Ok(engine::give_up(&engine, &run).await?.to_string())
            }
        });
        let options = RuntimeOptions {
            worker_lock_timeout: LEASE,
            orchestrator_lock_timeout: LEASE,
            worker_concurrency: 16,
            orchestration_concurrency: 4,
            dispatcher_min_poll_interval: Duration::from_millis(20),
            // A step that was cut off by crashes is never given up for that.
            max_attempts: u32::MAX,
            ..RuntimeOptions::default()
        };
        let store = self.store.clone();
        Ok(Runtime::start_with_options(store, acts.build(), runs.build(), options).await)
    }

    async fn rest(&self, worker: Arc<Runtime>, within: Duration) {
        worker.shutdown(u64::try_from(within.as_millis()).ok()).await;
    }

    async fn start(&self, workflow: &str, run: &str, input: &Value) -> Result<bool, String> {
        let client = self.client();
        match client.get_orchestration_status(run).await.map_err(text)? {
            OrchestrationStatus::NotFound => {
                client.start_orchestration(run, workflow, input.to_string()).await.map_err(text)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn send(&self, run: &str, message: &Message) -> Result<bool, String> {
        let message = serde_json::to_string(message).map_err(text)?;
        self.client().enqueue_event(run, INBOX, message.clone()).await.map_err(text)?;
        self.is_taken(run, &message).await
    }

    async fn finished(&self, run: &str) -> Result<Option<Finished>, String> {
        match self.client().get_orchestration_status(run).await.map_err(text)? {
            OrchestrationStatus::Completed { output, .. } => {
                serde_json::from_str(&output).map(Some).map_err(text)
            }
            _ => Ok(None),
        }
    }

    async fn state(&self, run: &str) -> Result<State, String> {
        Ok(match self.client().get_orchestration_status(run).await.map_err(text)? {
            OrchestrationStatus::NotFound => State::Missing,
            OrchestrationStatus::Running { custom_status, .. } => {
                let standing =
                    custom_status.and_then(|text| serde_json::from_str::<Standing>(&text).ok());
                State::Running(standing.unwrap_or_default())
            }
            OrchestrationStatus::Completed { output, .. } => {
                State::Over(serde_json::from_str(&output).map_err(text)?)
            }
            OrchestrationStatus::Failed { details, .. } => {
                State::BrokenOff(details.display_message())
            }
        })
    }

    async fn workflow(&self, run: &str) -> Result<String, String> {
        let info = self.client().get_instance_info(run).await.map_err(text)?;
        Ok(info.orchestration_name)
    }

    async fn pulse(&self, run: &str) -> Result<Pulse, String> {
        let client = self.client();
        let status = client.get_orchestration_status(run).await.map_err(text)?;
        let is_over =
            !matches!(status, OrchestrationStatus::Running { .. } | OrchestrationStatus::NotFound);
        let length = client.get_execution_info(run, 1).await.map(|info| info.event_count);
        let depths = client.get_queue_depths().await.map_err(text)?;
        let length = length.unwrap_or_default() as u64;
        Ok(Pulse { is_over, length, is_busy: depths.worker_queue > 0 || length == 0 })
    }

    async fn list(&self) -> Result<Vec<Listed>, String> {
        let client = self.client();
        let mut runs = client.list_all_instances().await.map_err(text)?;
        runs.sort();
        let mut listed = Vec::new();
        for run in runs {
            let info = client.get_instance_info(&run).await.map_err(text)?;
            let finished = info.output.and_then(|it| serde_json::from_str::<Finished>(&it).ok());
            let state = match finished {
                Some(finished) => finished.end.name,
                None => info.status.to_lowercase(),
            };
            listed.push(Listed { run, workflow: info.orchestration_name, state });
        }
        Ok(listed)
    }

    async fn history(&self, run: &str) -> Result<Vec<(jiff::Timestamp, String)>, String> {
        let events = self.client().read_execution_history(run, 1).await.map_err(text)?;
        let mut asked = BTreeMap::new();
        let mut lines = Vec::new();
        for event in events {
            let question = || {
                let id = event.source_event_id.as_ref();
                id.and_then(|id| asked.get(id)).cloned().unwrap_or_default()
            };
            let line = match &event.kind {
                EventKind::OrchestrationStarted { name, input, .. } => {
                    format!("{name} begins with {input}")
                }
                EventKind::ActivityScheduled { name, input, .. } => {
                    let line = history::asking(name, input);
                    asked.insert(event.event_id, line.clone());
                    format!("asks {line}")
                }
                EventKind::ActivityCompleted { result } => {
                    format!("{} {}", question(), history::outcome(result))
                }
                EventKind::ActivityFailed { details } => {
                    format!("{}: outage: {}", question(), details.display_message())
                }
                EventKind::TimerFired { .. } => "a timer goes off".to_string(),
                EventKind::QueueEventDelivered { data, .. } => history::message(data),
                EventKind::SubOrchestrationScheduled { name, instance, .. } => {
                    format!("runs {name} as {instance}")
                }
                EventKind::SubOrchestrationCompleted { result } => {
                    format!("inner run {}", history::end(result))
                }
                EventKind::OrchestrationChained { name, instance, .. } => {
                    format!("starts {name} as {instance}")
                }
                EventKind::OrchestrationCompleted { output } => history::end(output),
                EventKind::OrchestrationFailed { details } => {
                    format!("broken off: {}", details.display_message())
                }
                _ => continue,
            };
            let at = i64::try_from(event.timestamp_ms).unwrap_or_default();
            lines.push((jiff::Timestamp::from_millisecond(at).unwrap_or_default(), line));
        }
        Ok(lines)
    }
}

type Waiting = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// One run: brings the replies of duroxide to the workflow and its commands to duroxide. Both are asked in
/// the same order each time, since duroxide runs all of it again to find out where it stands.
async fn conduct(
    project: Arc<Project>,
    workflow: &'static str,
    cx: OrchestrationContext,
    input: String,
) -> Result<String, String> {
    let input = serde_json::from_str(&input).map_err(text)?;
    let mut driver = Driver::new(&project.workflows, workflow, &cx.instance_id(), input)
        .ok_or_else(|| format!("there is no workflow {workflow}"))?;
    let mut waiting: Vec<(u64, Waiting)> = Vec::new();
    let mut inbox = cx.dequeue_event(INBOX);
    let mut told = Value::Null;
    let finished: Finished = poll_fn(|context| {
        driver.replays(cx.is_replaying());
        loop {
            let mut replied = Vec::new();
            waiting.retain_mut(|(id, future)| match future.as_mut().poll(context) {
                Poll::Ready(reply) => {
                    replied.push((*id, reply));
                    false
                }
                Poll::Pending => true,
            });
            let mut is_news = !replied.is_empty();
            for (id, reply) in replied {
                driver.reply(id, reply);
            }
            while let Poll::Ready(message) = Pin::new(&mut inbox).poll(context) {
                inbox = cx.dequeue_event(INBOX);
                match serde_json::from_str(&message) {
                    Ok(message) => driver.message(message),
                    Err(error) => tracing::warn!(%error, message, "a message that cannot be read"),
                }
                is_news = true;
            }
            if let Some(finished) = driver.go_on() {
                for start in driver.starts() {
                    ask(&cx, start);
                }
                return Poll::Ready(finished);
            }
            let standing = driver.standing();
            if standing != told {
                cx.set_custom_status(standing.to_string());
                told = standing;
            }
            let commands = driver.commands();
            if commands.is_empty() && !is_news {
                return Poll::Pending;
            }
            for (id, command) in commands {
                if let Some(future) = ask(&cx, command) {
                    waiting.push((id, future));
                }
            }
        }
    })
    .await;
    cx.set_custom_status(driver.standing().to_string());
    serde_json::to_string(&finished).map_err(text)
}

/// Hands a command to duroxide; what has a reply is waited for.
fn ask(cx: &OrchestrationContext, command: Command) -> Option<Waiting> {
    let read = |given: Result<String, String>| {
        Reply::Value(given.and_then(|given| serde_json::from_str(&given).map_err(text)))
    };
    Some(match command {
        Command::Act { name, input } => {
            Box::pin(cx.schedule_activity(name, input.to_string()).map(read))
        }
        Command::Sleep(time) => Box::pin(cx.schedule_timer(time).map(|()| Reply::Fired)),
        Command::Now => {
            let cx = cx.clone();
            Box::pin(async move {
                let since =
                    cx.utc_now().await.ok().and_then(|now| now.duration_since(UNIX_EPOCH).ok());
                let since = since
                    .and_then(|since| i64::try_from(since.as_millis()).ok())
                    .unwrap_or_default();
                Reply::Time(jiff::Timestamp::from_millisecond(since).unwrap_or_default())
            })
        }
        Command::Child { workflow, run, input } => Box::pin(
            cx.schedule_sub_orchestration_with_id(workflow, run, input.to_string()).map(read),
        ),
        Command::Start { workflow, run, input } => {
            cx.schedule_orchestration(workflow, run, input.to_string());
            return None;
        }
    })
}
