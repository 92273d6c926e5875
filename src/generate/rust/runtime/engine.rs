//! What an engine has to offer, so that the commands of a coordinator are the same for all of them.

use crate::clock::{last_of, run_at};
use crate::driver::{Happened, Message};
use crate::routes::{Route, run_of};
use crate::runs::{Finished, Standing, Workflows};
use crate::services::{Answer, Attempt, Services};
use serde_json::{Value, json};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// What a project gives to its engine.
pub struct Project {
    pub workflows: Workflows,
    pub services: Services,
    pub routes: &'static [Route],
}

/// After a crash a step is taken up again when the process that had it has been silent for so long.
pub const LEASE: Duration = Duration::from_secs(3);

/// How a run stands.
pub enum State {
    Missing,
    Running(Standing),
    Over(Finished),
    /// The engine could not go on with it.
    BrokenOff(String),
    /// Nobody conducts it.
    Reacting(Reacting),
}

/// How a run stands that nobody conducts.
pub struct Reacting {
    /// For people.
    pub text: String,
    /// The end that is recorded.
    pub end: Option<String>,
    /// Of each service that takes part.
    pub standings: Vec<(String, Standing)>,
}

/// Why an event is not handed on.
#[derive(Debug, PartialEq)]
pub enum Unheard {
    ByAnybody,
    /// It does not say which run it belongs to, by these fields.
    Keyless(String),
    /// It is not what its contract says.
    Unfit(String),
}

/// What shows that something goes on in a run.
pub struct Pulse {
    pub is_over: bool,
    /// Grows with everything that happens.
    pub length: u64,
    /// Whether somebody other than people or a timer has to do something.
    pub is_busy: bool,
}

/// A run in the list of all runs.
pub struct Listed {
    pub run: String,
    pub workflow: String,
    /// The name of its end, or what its engine calls the state it is in.
    pub state: String,
}

pub trait Engine: Clone + Send + Sync + 'static {
    /// Works on runs until it is put to rest.
    type Worker: Send;

    fn desk(&self) -> &Desk;

    fn work(&self) -> impl Future<Output = Result<Self::Worker, String>> + Send;

    /// Ends the work; what is under way may take so long to finish.
    fn rest(&self, worker: Self::Worker, within: Duration) -> impl Future<Output = ()>;

    /// Whether there are runs of this workflow.
    fn knows(&self, workflow: &str) -> bool {
        self.desk().project.workflows.knows(workflow)
    }

    /// What a run with this input is called, as far as its key says so, or why there can be none.
    fn name_of(&self, workflow: &str, input: &Value) -> Result<Option<String>, String> {
        let correlated_by = self.desk().project.workflows.check(workflow, input)?;
        Ok(run_of(workflow, correlated_by, input))
    }

    /// Whether anybody can hear an event with these fields.
    fn is_heard(&self, event: &Happened) -> Result<(), Unheard> {
        is_heard(self.desk().project.routes, event)
    }

    /// Starts a run; gives whether it was not there before.
    fn start(
        &self,
        workflow: &str,
        run: &str,
        input: &Value,
    ) -> impl Future<Output = Result<bool, String>> + Send;

    /// Hands a message to a run; gives whether the run was there to take it.
    fn send(
        &self,
        run: &str,
        message: &Message,
    ) -> impl Future<Output = Result<bool, String>> + Send;

    /// What a run has left behind, when it is over.
    fn finished(&self, run: &str) -> impl Future<Output = Result<Option<Finished>, String>> + Send;

    fn state(&self, run: &str) -> impl Future<Output = Result<State, String>> + Send;

    /// The workflow of a run that is there.
    fn workflow(&self, run: &str) -> impl Future<Output = Result<String, String>> + Send;

    fn pulse(&self, run: &str) -> impl Future<Output = Result<Pulse, String>> + Send;

    fn list(&self) -> impl Future<Output = Result<Vec<Listed>, String>> + Send;

    /// What has happened in a run, a line for each thing.
    fn history(
        &self,
        run: &str,
    ) -> impl Future<Output = Result<Vec<(jiff::Timestamp, String)>, String>> + Send;

    /// Hands an event to every run that it belongs to, and begins those that it begins. Gives their names.
    fn deliver(
        &self,
        event: &Happened,
    ) -> impl Future<Output = Result<Vec<String>, String>> + Send {
        deliver(self, event)
    }

    /// Hands an answer to a run; gives the run that works on it. One that comes too late is taken back.
    fn answer(
        &self,
        run: &str,
        key: String,
        it: Answer,
    ) -> impl Future<Output = Result<Option<String>, String>> + Send {
        answer(self, run, key, it)
    }
}

/// Where the work of a process is done: its project, and what is under way.
#[derive(Clone)]
pub struct Desk {
    project: Arc<Project>,
    on_their_way: Arc<AtomicUsize>,
    outlet: Arc<OnceLock<Arc<dyn Outlet>>>,
}

/// Where goes what runs publish, when others listen as well.
pub trait Outlet: Send + Sync {
    /// Whoever takes it over keeps it; one that comes twice counts once.
    fn publish<'o>(&'o self, run: &'o str, event: Happened) -> Published<'o>;
}

pub type Published<'o> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'o>>;

impl Desk {
    pub fn new(project: Project) -> Desk {
        Desk { project: Arc::new(project), on_their_way: Arc::default(), outlet: Arc::default() }
    }

    /// From now on what runs publish goes there, and what they hear comes from there.
    pub fn publishes_by(&self, outlet: Arc<dyn Outlet>) {
        // Whoever has said it first is connected.
        let _ = self.outlet.set(outlet);
    }

    pub fn project(&self) -> &Arc<Project> {
        &self.project
    }

    /// Whether a service is being asked at this moment.
    pub fn is_busy(&self) -> bool {
        self.on_their_way.load(Ordering::Relaxed) > 0
    }

    /// Asks a service.
    pub async fn attempt(&self, operation: &str, attempt: Attempt) -> Result<Value, String> {
        self.on_their_way.fetch_add(1, Ordering::Relaxed);
        let answer = self.project.services.attempt(operation, attempt).await;
        self.on_their_way.fetch_sub(1, Ordering::Relaxed);
        serde_json::to_value(&answer).map_err(text)
    }
}

/// The act that hands an event to whoever listens.
pub async fn publish<E: Engine>(engine: &E, event: Value) -> Result<Value, String> {
    let run = event.get("run").and_then(Value::as_str).unwrap_or_default().to_string();
    let event: Happened = serde_json::from_value(event).map_err(text)?;
    if let Some(outlet) = engine.desk().outlet.get() {
        let (name, id) = (event.name.clone(), event.id.clone());
        outlet.publish(&run, event).await?;
        tracing::info!(event = name, id, "published");
        return Ok(Value::Null);
    }
    let runs = deliver(engine, &event).await?;
    tracing::info!(event = event.name, id = event.id, ?runs, "published");
    Ok(json!(runs))
}

/// The act that tells a run that it is not needed any more. Nobody hears it when the run is over.
pub async fn give_up<E: Engine>(engine: &E, input: &Value) -> Result<Value, String> {
    let run = input.get("run").and_then(Value::as_str).unwrap_or_default();
    engine.send(run, &Message::GiveUp).await?;
    Ok(Value::Null)
}

fn is_heard(routes: &[Route], event: &Happened) -> Result<(), Unheard> {
    let mut routes = routes.iter().filter(|route| route.event == event.name).peekable();
    let first = routes.peek().ok_or(Unheard::ByAnybody)?;
    let key = first.correlated_by.join(", ");
    match routes.any(|it| run_of(it.workflow, it.correlated_by, &event.fields).is_some()) {
        true => Ok(()),
        false => Err(Unheard::Keyless(key)),
    }
}

async fn deliver<E: Engine>(engine: &E, event: &Happened) -> Result<Vec<String>, String> {
    let mut runs = Vec::new();
    for route in engine.desk().project.routes.iter().filter(|route| route.hears(event)) {
        let Some(run) = run_of(route.workflow, route.correlated_by, &event.fields) else {
            continue;
        };
        if route.starts {
            engine.start(route.workflow, &run, &event.fields).await?;
        }
        if runs.contains(&run) {
            continue;
        }
        let mut finished = engine.finished(&run).await?;
        if finished.is_none() {
            if engine.send(&run, &Message::Event(event.clone())).await? {
                runs.push(run);
                continue;
            }
            // It may have come to its end in between.
            finished = engine.finished(&run).await?;
        }
        match finished {
            Some(finished) => runs.extend(begin_late(engine, route, &run, finished, event).await?),
            None => tracing::warn!(run, event = event.name, "came for a run that is not there"),
        }
    }
    Ok(runs)
}

/// An event that comes when the run is over begins a run of its own, or goes on with one that waits for it
/// together with others; where nothing is said about it, it is put aside.
async fn begin_late<E: Engine>(
    engine: &E,
    route: &Route,
    run: &str,
    finished: Finished,
    event: &Happened,
) -> Result<Vec<String>, String> {
    if route.late.is_none() && route.late_together.is_empty() {
        tracing::warn!(run, event = event.name, "came when the run was over, and is put aside");
    }
    let input = finished.late(event);
    let mut begun = Vec::new();
    if let Some(late) = route.late {
        let id = format!("{run}/late/{}", event.id);
        engine.start(late, &id, &input).await?;
        begun.push(id);
    }
    for late in route.late_together {
        // The first that still waits takes it.
        for number in 1.. {
            let id = format!("{run}/{late}/{number}");
            if engine.finished(&id).await?.is_none() {
                engine.start(late, &id, &input).await?;
                engine.send(&id, &Message::Event(event.clone())).await?;
                begun.push(id);
                break;
            }
        }
    }
    Ok(begun)
}

async fn answer<E: Engine>(
    engine: &E,
    run: &str,
    key: String,
    answer: Answer,
) -> Result<Option<String>, String> {
    let mut finished = engine.finished(run).await?;
    let mut is_taken = false;
    if finished.is_none() {
        let message = Message::Answer { key: key.clone(), answer: answer.clone() };
        is_taken = engine.send(run, &message).await?;
        // It may have come to its end in between, and perhaps with the very step of that message.
        finished = engine.finished(run).await?;
    }
    let Some(finished) = finished else {
        let missing = || format!("there is no run {run}");
        return if is_taken { Ok(Some(run.to_string())) } else { Err(missing()) };
    };
    let workflow = engine.workflow(run).await?;
    let workflows = &engine.desk().project.workflows;
    let Some(begin) = workflows.late_answer(&workflow, &finished, &key, &answer) else {
        return Ok(is_taken.then(|| run.to_string()));
    };
    engine.start(begin.workflow, &begin.run, &begin.input).await?;
    Ok(Some(begin.run))
}

/// Begins runs by the clock, for as long as it is waited for.
pub async fn keep_time<E: Engine>(engine: &E) -> Result<(), String> {
    let schedules = engine.desk().project.workflows.schedules();
    if schedules.is_empty() {
        return std::future::pending().await;
    }
    let began = jiff::Timestamp::now();
    let runs: Vec<String> = engine.list().await?.into_iter().map(|it| it.run).collect();
    let mut last: Vec<jiff::Timestamp> = schedules
        .iter()
        .map(|(workflow, _)| last_of(workflow, runs.iter()).unwrap_or(began).min(began))
        .collect();
    loop {
        let now = jiff::Timestamp::now();
        for ((workflow, every), last) in schedules.iter().zip(&mut last) {
            for moment in every.between(*last, now) {
                engine.start(workflow, &run_at(workflow, moment), &json!({})).await?;
                *last = moment;
            }
        }
        let next = schedules.iter().filter_map(|(_, every)| every.next(now)).min();
        // Clocks are set now and then, so that a long pause is looked at again.
        let longest = Duration::from_secs(30);
        let pause = next.map_or(longest, |next| crate::context::until(now, next).min(longest));
        tokio::time::sleep(pause + Duration::from_millis(1)).await;
    }
}

pub fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
