//! The embedded engine: duroxide, which keeps each run in a database and goes on after a crash.

use crate::driver::{Command, Driver, Happened, Message, Reply};
use crate::events::PUBLISH;
use crate::routes::{Route, run_of};
use crate::runs::{Finished, Workflows};
use crate::services::{Attempt, Services};
use crate::undo::GIVE_UP;
use duroxide::providers::Provider;
use duroxide::runtime::registry::ActivityRegistry;
use duroxide::runtime::{OrchestrationStatus, Runtime, RuntimeOptions};
use duroxide::{ActivityContext, Client, OrchestrationContext, OrchestrationRegistry};
use serde_json::{Value, json};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, UNIX_EPOCH};

/// Where a run finds its messages.
const INBOX: &str = "inbox";

/// After a crash a step is taken up again when the lease of the process that had it is over.
const LEASE: Duration = Duration::from_secs(3);

/// What a project gives to its engine.
pub struct Project {
    pub workflows: Workflows,
    pub services: Services,
    pub routes: &'static [Route],
}

/// The engine, over one database.
#[derive(Clone)]
pub struct Engine {
    store: Arc<dyn Provider>,
    project: Arc<Project>,
    /// Attempts that are on their way in this process.
    on_their_way: Arc<AtomicUsize>,
}

impl Engine {
    pub fn new(store: Arc<dyn Provider>, project: Project) -> Engine {
        Engine { store, project: Arc::new(project), on_their_way: Arc::default() }
    }

    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Whether a service is being asked at this moment.
    pub fn is_busy(&self) -> bool {
        self.on_their_way.load(Ordering::Relaxed) > 0
    }

    /// Begins to work on the runs in the database.
    pub async fn work(&self) -> Arc<Runtime> {
        let mut runs = OrchestrationRegistry::builder();
        for workflow in self.project.workflows.names() {
            let project = self.project.clone();
            runs = runs.register(workflow, move |cx: OrchestrationContext, input: String| {
                conduct(project.clone(), workflow, cx, input)
            });
        }
        let mut acts = ActivityRegistry::builder();
        for operation in self.project.services.names().cloned().collect::<Vec<_>>() {
            let engine = self.clone();
            acts = acts.register(operation.clone(), move |_: ActivityContext, input: String| {
                let (engine, operation) = (engine.clone(), operation.clone());
                async move { engine.attempt(&operation, &input).await }
            });
        }
        let engine = self.clone();
        acts = acts.register(PUBLISH, move |_: ActivityContext, input: String| {
            let engine = engine.clone();
            async move { engine.publish(&input).await }
        });
        let engine = self.clone();
        acts = acts.register(GIVE_UP, move |_: ActivityContext, input: String| {
            let engine = engine.clone();
            async move { engine.give_up(&input).await }
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
        Runtime::start_with_options(self.store.clone(), acts.build(), runs.build(), options).await
    }

    pub fn client(&self) -> Client {
        Client::new(self.store.clone())
    }

    /// Starts a run; gives whether it was not there before.
    pub async fn start(&self, workflow: &str, run: &str, input: &Value) -> Result<bool, String> {
        let client = self.client();
        match client.get_orchestration_status(run).await.map_err(text)? {
            OrchestrationStatus::NotFound => {
                client.start_orchestration(run, workflow, input.to_string()).await.map_err(text)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Hands a message to a run.
    pub async fn send(&self, run: &str, message: &Message) -> Result<(), String> {
        self.client().enqueue_event_typed(run, INBOX, message).await.map_err(text)
    }

    /// Hands an event to every run that it belongs to, and begins those that it begins. Gives their names.
    pub async fn deliver(&self, event: &Happened) -> Result<Vec<String>, String> {
        let mut runs = Vec::new();
        for route in self.project.routes.iter().filter(|route| route.event == event.name) {
            if route.version.is_some() && event.version.is_some() && route.version != event.version
            {
                continue;
            }
            let Some(run) = run_of(route.workflow, route.correlated_by, &event.fields) else {
                continue;
            };
            if route.starts {
                self.start(route.workflow, &run, &event.fields).await?;
            }
            if !runs.contains(&run) {
                match self.finished(&run).await? {
                    Some(finished) => {
                        runs.extend(self.begin_late(route, &run, finished, event).await?)
                    }
                    None => {
                        self.send(&run, &Message::Event(event.clone())).await?;
                        runs.push(run);
                    }
                }
            }
        }
        Ok(runs)
    }

    /// What a run has left behind, when it is over.
    async fn finished(&self, run: &str) -> Result<Option<Finished>, String> {
        match self.client().get_orchestration_status(run).await.map_err(text)? {
            OrchestrationStatus::Completed { output, .. } => {
                serde_json::from_str(&output).map(Some).map_err(text)
            }
            _ => Ok(None),
        }
    }

    /// An event that comes when the run is over begins a run of its own; where nothing is said about it,
    /// it is put aside.
    async fn begin_late(
        &self,
        route: &Route,
        run: &str,
        finished: Finished,
        event: &Happened,
    ) -> Result<Option<String>, String> {
        let Some(late) = route.late else {
            tracing::warn!(run, event = event.name, "came when the run was over, and is put aside");
            return Ok(None);
        };
        let id = format!("{run}/late/{}", event.id);
        let input = json!({ "input": finished.input, "journal": finished.journal, "event": event });
        self.start(late, &id, &input).await?;
        Ok(Some(id))
    }

    async fn attempt(&self, operation: &str, input: &str) -> Result<String, String> {
        let attempt: Attempt = serde_json::from_str(input).map_err(text)?;
        self.on_their_way.fetch_add(1, Ordering::Relaxed);
        let answer = self.project.services.attempt(operation, attempt).await;
        self.on_their_way.fetch_sub(1, Ordering::Relaxed);
        serde_json::to_string(&answer).map_err(text)
    }

    async fn publish(&self, input: &str) -> Result<String, String> {
        let event: Happened = serde_json::from_str(input).map_err(text)?;
        let runs = self.deliver(&event).await?;
        tracing::info!(event = event.name, id = event.id, ?runs, "published");
        Ok(json!(runs).to_string())
    }

    async fn give_up(&self, input: &str) -> Result<String, String> {
        let input: Value = serde_json::from_str(input).map_err(text)?;
        let run = input.get("run").and_then(Value::as_str).unwrap_or_default();
        self.send(run, &Message::GiveUp).await?;
        Ok(Value::Null.to_string())
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
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
