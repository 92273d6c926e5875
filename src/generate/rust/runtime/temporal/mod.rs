//! Temporal: a server keeps the runs, and any number of coordinators work on them. A run is a workflow of
//! Temporal, a call of a service an activity, a message a signal, and where a run stands a query.

mod acts;
mod history;
mod run;

use crate::driver::Message;
use crate::engine::{self, Desk, LEASE, Listed, Project, Pulse, State, text};
use crate::runs::{Finished, Standing};
use futures::TryStreamExt;
use run::{Inbox, Kind, Standpoint};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use temporalio_client::envconfig::LoadClientConfigProfileOptions;
use temporalio_client::errors::{WorkflowInteractionError, WorkflowStartError};
use temporalio_client::{
    Client, ClientOptions, WorkflowDescribeOptions, WorkflowExecutionDescription,
    WorkflowExecutionStatus, WorkflowFetchHistoryOptions, WorkflowGetResultOptions, WorkflowHandle,
    WorkflowIdReusePolicy, WorkflowListOptions, WorkflowQueryOptions, WorkflowSignalOptions,
    WorkflowStartOptions,
};
use temporalio_common::worker::WorkerDeploymentOptions;
use temporalio_sdk::{Runtime, WorkerOptions};
use tokio::sync::watch;

/// Where the work of a project waits when its address does not say.
const QUEUE: &str = "coordinator";

/// How long a worker may keep what a run decides to itself before another one decides it.
const DECISION: Duration = Duration::from_secs(3);

/// How long a server is waited for that does not answer yet.
const STARTING: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct Engine {
    client: Client,
    runtime: Arc<Runtime>,
    queue: String,
    desk: Desk,
    /// Workers of this process, which can tell where a run stands.
    workers: Arc<AtomicUsize>,
}

/// Connects to the server at `temporal://HOST:PORT/NAMESPACE/QUEUE`. What the address leaves out is taken
/// from `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE` and their like, or from Temporal's file of profiles.
pub async fn open(address: &str, project: Project) -> Result<Engine, String> {
    let profile = LoadClientConfigProfileOptions::default();
    let (mut connection, mut options) = ClientOptions::load_from_config(profile).map_err(text)?;
    let place = address.trim_start_matches("temporal:").trim_start_matches("//");
    let mut parts = place.split('/');
    if let Some(host) = parts.next().filter(|part| !part.is_empty()) {
        let scheme = if connection.tls_options.is_some() { "https" } else { "http" };
        let target = format!("{scheme}://{host}").parse();
        connection.target = target.map_err(|error| format!("{address}: {error}"))?;
    }
    if let Some(namespace) = parts.next().filter(|part| !part.is_empty()) {
        options.namespace = namespace.to_string();
    }
    let queue = parts.next().filter(|part| !part.is_empty()).unwrap_or(QUEUE).to_string();
    let target = connection.target.to_string();
    let runtime = Runtime::from_current_tokio(Default::default()).map_err(text)?;
    let began = Instant::now();
    let client = loop {
        match Client::connect(connection.clone(), options.clone()).await {
            Ok(client) => break client,
            // It may be about to start, as the coordinator is.
            Err(_) if began.elapsed() < STARTING => tokio::time::sleep(STARTING / 20).await,
            Err(error) => return Err(format!("{target}: {error}")),
        }
    };
    let (runtime, desk) = (Arc::new(runtime), Desk::new(project));
    Ok(Engine { client, runtime, queue, desk, workers: Arc::default() })
}

/// A thread that works on runs until it is told to stop.
pub struct Worker {
    stop: watch::Sender<bool>,
    thread: std::thread::JoinHandle<()>,
}

impl Engine {
    fn run(&self, run: &str) -> WorkflowHandle<Client, Kind> {
        self.client.get_workflow_handle(run)
    }

    /// Begins to work; one that does not act only takes what runs decide.
    fn begin(&self, acts: bool) -> Worker {
        let (stop, stopped) = watch::channel(false);
        let (engine, tokio) = (self.clone(), tokio::runtime::Handle::current());
        self.workers.fetch_add(1, Ordering::Relaxed);
        let thread = std::thread::spawn(move || tokio.block_on(engine.keep_on(acts, stopped)));
        Worker { stop, thread }
    }

    /// Works until it is told to stop, whatever happens to the server.
    async fn keep_on(self, acts: bool, stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            if let Err(error) = self.work_once(acts, stopped.clone()).await {
                tracing::error!(error, "no work can be done at the moment");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }

    async fn work_once(
        &self,
        acts: bool,
        mut stopped: watch::Receiver<bool>,
    ) -> Result<(), String> {
        let mut options = WorkerOptions::new(self.queue.clone())
            .deployment_options(WorkerDeploymentOptions::from_build_id(String::new()))
            .sticky_queue_schedule_to_start_timeout(DECISION)
            .max_heartbeat_throttle_interval(LEASE / 3)
            .graceful_shutdown_period(Duration::from_secs(1))
            .build();
        run::register(&mut options, self.desk.project())?;
        if acts {
            acts::register(&mut options, self);
        }
        let worker = temporalio_sdk::Worker::new(&self.runtime, self.client.clone(), options);
        let mut worker = worker.map_err(text)?;
        let shut_down = worker.shutdown_handle();
        let stopping = tokio::spawn(async move {
            // When nobody can stop it any more, it stops as well.
            let _ = stopped.wait_for(|is_stopped| *is_stopped).await;
            shut_down();
        });
        let outcome = worker.run().await.map_err(text);
        stopping.abort();
        outcome
    }

    async fn end(&self, worker: Worker, within: Duration) {
        let _ = worker.stop.send(true);
        let began = Instant::now();
        while !worker.thread.is_finished() && began.elapsed() < within {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.workers.fetch_sub(1, Ordering::Relaxed);
    }

    async fn look(&self, run: &str) -> Result<Option<WorkflowExecutionDescription>, String> {
        match self.run(run).describe(WorkflowDescribeOptions::default()).await {
            Ok(description) => Ok(Some(description)),
            Err(WorkflowInteractionError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn standing(&self, run: &str) -> Result<Standing, String> {
        let worker = (self.workers.load(Ordering::Relaxed) == 0).then(|| self.begin(false));
        let options = WorkflowQueryOptions::default();
        let standing = self.run(run).query(Standpoint, (), options).await;
        if let Some(worker) = worker {
            self.end(worker, Duration::from_secs(1)).await;
        }
        let standing = standing.map_err(text)?;
        Ok(serde_json::from_value(standing).unwrap_or_default())
    }

    async fn result(&self, run: &str) -> Result<Finished, String> {
        let result = self.run(run).get_result(WorkflowGetResultOptions::default()).await;
        result.map_err(text).and_then(|finished| serde_json::from_value(finished).map_err(text))
    }
}

impl engine::Engine for Engine {
    type Worker = Worker;

    fn desk(&self) -> &Desk {
        &self.desk
    }

    async fn work(&self) -> Result<Worker, String> {
        Ok(self.begin(true))
    }

    async fn rest(&self, worker: Worker, within: Duration) {
        self.end(worker, within).await;
    }

    async fn start(&self, workflow: &str, run: &str, input: &Value) -> Result<bool, String> {
        let options = WorkflowStartOptions::new(self.queue.clone(), run)
            .id_reuse_policy(WorkflowIdReusePolicy::RejectDuplicate)
            .task_timeout(DECISION)
            .build();
        match self.client.start_workflow(Kind::new(workflow), input.clone(), options).await {
            Ok(_) => Ok(true),
            Err(WorkflowStartError::AlreadyStarted { .. }) => Ok(false),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn send(&self, run: &str, message: &Message) -> Result<bool, String> {
        let options = WorkflowSignalOptions::default();
        match self.run(run).signal(Inbox, message.clone(), options).await {
            Ok(()) => Ok(true),
            Err(WorkflowInteractionError::NotFound(_)) => Ok(false),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn finished(&self, run: &str) -> Result<Option<Finished>, String> {
        match self.look(run).await? {
            Some(it) if it.status() == WorkflowExecutionStatus::Completed => {
                self.result(run).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    async fn state(&self, run: &str) -> Result<State, String> {
        let Some(description) = self.look(run).await? else { return Ok(State::Missing) };
        Ok(match description.status() {
            WorkflowExecutionStatus::Running => State::Running(self.standing(run).await?),
            WorkflowExecutionStatus::Completed => State::Over(self.result(run).await?),
            _ => State::BrokenOff(self.result(run).await.err().unwrap_or_default()),
        })
    }

    async fn workflow(&self, run: &str) -> Result<String, String> {
        let description = self.look(run).await?.ok_or_else(|| format!("there is no run {run}"))?;
        Ok(description.workflow_type().to_string())
    }

    async fn pulse(&self, run: &str) -> Result<Pulse, String> {
        let Some(description) = self.look(run).await? else {
            return Ok(Pulse { is_over: false, length: 0, is_busy: true });
        };
        let raw = description.raw();
        Ok(Pulse {
            is_over: description.status() != WorkflowExecutionStatus::Running,
            length: description.history_length() as u64,
            is_busy: raw.pending_workflow_task.is_some() || !raw.pending_activities.is_empty(),
        })
    }

    async fn list(&self) -> Result<Vec<Listed>, String> {
        let ours = format!("TaskQueue = '{}'", self.queue.replace('\'', "''"));
        let runs = self.client.list_workflows(ours, WorkflowListOptions::default());
        let runs: Vec<_> = runs.try_collect().await.map_err(text)?;
        let mut listed = Vec::new();
        for it in runs {
            let state = match it.status() {
                WorkflowExecutionStatus::Completed => self.result(it.id()).await?.end.name,
                other => format!("{other:?}").to_lowercase(),
            };
            let (run, workflow) = (it.id().to_string(), it.workflow_type().to_string());
            listed.push(Listed { run, workflow, state });
        }
        listed.sort_by(|one, other| one.run.cmp(&other.run));
        Ok(listed)
    }

    async fn history(&self, run: &str) -> Result<Vec<(jiff::Timestamp, String)>, String> {
        let events = self.run(run).fetch_history(WorkflowFetchHistoryOptions::default());
        Ok(history::lines(events.into_events().await.map_err(text)?))
    }
}
