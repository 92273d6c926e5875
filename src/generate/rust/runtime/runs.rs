//! One run: what it remembers, how it begins and how it is over.

use crate::clock::Every;
use crate::context::Cx;
use crate::contract::{Event, Workflow};
use crate::driver::{Command, Happened, Message, Reply};
use crate::flow::{Ended, Exit, Flow, broken};
use crate::handed_over::{self, HandedOver, SETTLE};
use crate::journal::{Entry, Journal, Place, Status};
use crate::notices::{self, NOTIFY};
use crate::services::Answer;
use crate::telemetry;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

/// What a run leaves behind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Finished {
    #[serde(default)]
    pub input: Value,
    pub end: Ended,
    pub journal: Vec<Entry>,
    /// Whether its pivot has succeeded, so that it does not go back any more.
    pub pivoted: bool,
    /// What is read by `late`, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept: BTreeMap<String, Value>,
}

impl Finished {
    /// What is begun with when an event comes behind the end of the run.
    pub fn late(&self, event: &Happened) -> Value {
        json!({ "input": self.input, "journal": self.journal, "event": event, "kept": self.kept })
    }
}

/// An event that comes when a run is over, with what the run has left behind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Late<W> {
    pub input: W,
    pub journal: Vec<Entry>,
    pub event: Happened,
    #[serde(default)]
    pub kept: BTreeMap<String, Value>,
}

impl<W> Late<W> {
    /// The event, if it is of this type.
    pub fn event<E: Event>(&self) -> Option<E> {
        let is_meant = self.event.name == E::NAME
            && (E::VERSION.is_none()
                || self.event.version.is_none()
                || self.event.version == E::VERSION);
        is_meant.then(|| serde_json::from_value(self.event.fields.clone()).ok()).flatten()
    }
}

type Start = Box<dyn Fn(Cx, Value) -> Pin<Box<dyn Future<Output = Finished> + Send>> + Send + Sync>;

/// The workflows of a project, by name.
pub struct Workflows {
    starts: BTreeMap<&'static str, Start>,
    keys: BTreeMap<&'static str, Key>,
    schedules: Vec<(&'static str, Every)>,
    handed_over: BTreeMap<&'static str, &'static [HandedOver]>,
}

/// What is known of a workflow before it runs.
struct Key {
    correlated_by: &'static [&'static str],
    check: fn(&Value) -> Result<(), String>,
}

impl Default for Workflows {
    fn default() -> Workflows {
        let none = Workflows {
            starts: BTreeMap::new(),
            keys: BTreeMap::new(),
            schedules: Vec::new(),
            handed_over: BTreeMap::new(),
        };
        none.add(NOTIFY, notices::bring).add(SETTLE, handed_over::settle)
    }
}

impl Workflows {
    /// Adds a workflow: the type of its input, and the function that is its text.
    pub fn conduct<W, F, B>(mut self, text: F) -> Workflows
    where
        W: Workflow,
        F: Fn(Cx, W) -> B + Clone + Send + Sync + 'static,
        B: Future<Output = Flow> + Send + 'static,
    {
        let check = |input: &Value| match serde_json::from_value::<W>(input.clone()) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("the input of {} cannot be read: {error}", W::NAME)),
        };
        self.keys.insert(W::NAME, Key { correlated_by: W::CORRELATED_BY, check });
        self.add(W::NAME, move |cx, input| {
            let text = text.clone();
            async move {
                let input = match serde_json::from_value(input) {
                    Ok(input) => input,
                    Err(error) => return broken(W::NAME, error),
                };
                match text(cx, input).await {
                    Ok(()) => Exit::Broken("the workflow fell off its last line".to_string()),
                    Err(exit) => exit,
                }
            }
        })
    }

    /// Adds what is done about events that come when a run is over: the name under which that runs, and
    /// its text.
    pub fn conduct_late<W, F, B>(self, name: &'static str, text: F) -> Workflows
    where
        W: Workflow,
        F: Fn(Cx, Late<W>) -> B + Clone + Send + Sync + 'static,
        B: Future<Output = Flow> + Send + 'static,
    {
        self.add(name, move |cx, input| {
            let text = text.clone();
            async move {
                let late: Late<W> = match serde_json::from_value(input) {
                    Ok(late) => late,
                    Err(error) => return broken(W::NAME, error),
                };
                cx.go_on_behind(&late.journal);
                match text(cx, late).await {
                    Ok(()) => Exit::End(Ended {
                        name: "Late".to_string(),
                        success: true,
                        fields: json!({}),
                    }),
                    Err(exit) => exit,
                }
            }
        })
    }

    /// The steps of a workflow that may be answered when it is over.
    pub fn hands_over(mut self, name: &'static str, steps: &'static [HandedOver]) -> Workflows {
        self.handed_over.insert(name, steps);
        self
    }

    pub(crate) fn handed_over(&self, workflow: &str) -> &'static [HandedOver] {
        self.handed_over.get(workflow).copied().unwrap_or_default()
    }

    /// A workflow that begins by the clock, in runs without any input.
    pub fn every(mut self, name: &'static str, time: Duration) -> Workflows {
        self.schedules.push((name, Every::Time(time)));
        self
    }

    /// The same, by the words of cron; what is not cron is left out, with a word in the log.
    pub fn every_cron(mut self, name: &'static str, cron: &str) -> Workflows {
        match Every::cron(cron) {
            Ok(every) => self.schedules.push((name, every)),
            Err(error) => tracing::error!(workflow = name, cron, error, "never begins"),
        }
        self
    }

    pub fn schedules(&self) -> &[(&'static str, Every)] {
        &self.schedules
    }

    fn add<F, B>(mut self, name: &'static str, body: F) -> Workflows
    where
        F: Fn(Cx, Value) -> B + Clone + Send + Sync + 'static,
        B: Future<Output = Exit> + Send + 'static,
    {
        let start = move |cx: Cx, input: Value| {
            let body = body.clone();
            let future = async move {
                let finished = cx.conduct(name, body(cx.clone(), input.clone())).await;
                Finished { input, ..finished }
            };
            Box::pin(future) as Pin<Box<dyn Future<Output = Finished> + Send>>
        };
        self.starts.insert(name, Box::new(start));
        self
    }

    pub fn start(
        &self,
        name: &str,
        cx: Cx,
        input: Value,
    ) -> Option<Pin<Box<dyn Future<Output = Finished> + Send>>> {
        Some((self.starts.get(name)?)(cx, input))
    }

    /// The fields of a workflow's key, when it can be run with this input.
    pub fn check(&self, name: &str, input: &Value) -> Result<&'static [&'static str], String> {
        let Some(key) = self.keys.get(name) else {
            let names: Vec<_> = self.keys.keys().copied().collect();
            return Err(format!("there is no workflow {name}, but {}", names.join(", ")));
        };
        (key.check)(input)?;
        Ok(key.correlated_by)
    }

    /// Whether runs of it can be started.
    pub fn knows(&self, name: &str) -> bool {
        self.keys.contains_key(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.starts.keys().copied()
    }
}

/// Everything that is known of a run. Only its own lines and its engine touch it.
#[derive(Debug)]
pub struct Run {
    pub id: String,
    state: Mutex<State>,
    spawned: Spawned,
    /// Whether what happens happens now: not while its engine goes again through what has happened.
    live: AtomicBool,
    /// Whose side of a run it is, where nobody conducts it.
    service: OnceLock<&'static str>,
}

/// Text that goes on by itself, whatever becomes of the line that has begun it.
pub(crate) type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

#[derive(Default)]
struct Spawned(Mutex<Vec<Task>>);

impl std::fmt::Debug for Spawned {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "tasks")
    }
}

#[derive(Debug, Default)]
pub(crate) struct State {
    version: u64,
    next_command: u64,
    pub commands: Vec<(u64, Command)>,
    pub replies: HashMap<u64, Reply>,
    pub events: Vec<Arc<Happened>>,
    pub answers: HashMap<String, Answer>,
    pub given_up: bool,
    pub journal: Journal,
    /// How often a step or fork was come to.
    pub times: HashMap<String, u32>,
    /// The line that takes everything back; the others stand still.
    pub closing: Option<(Place, Weak<()>)>,
    /// Undoing that is under way, which no limit cuts off.
    pub undoing: u32,
    /// Which events each reaction has taken.
    pub taken: HashMap<String, HashSet<usize>>,
    /// The places of the pivots that have succeeded.
    pub pivots: Vec<Place>,
    /// What is waited for, by key.
    pub waiting: BTreeMap<String, String>,
    /// What does not work at the moment, by key.
    pub troubles: BTreeMap<String, Trouble>,
    /// What is read by `late`, by name.
    pub kept: BTreeMap<String, Value>,
    /// Whether something that was given up, and done, is being taken back.
    pub settling: bool,
    /// Ends that a choreographed run has reached.
    #[cfg(feature = "choreography")]
    pub ends: Vec<&'static str>,
    /// Steps and scopes that were settled before they began.
    pub settled: BTreeSet<&'static str>,
    /// Which of its events each reaction has begun to handle.
    #[cfg(feature = "choreography")]
    pub handled: HashMap<String, HashSet<usize>>,
    /// The spans of the reactions that are at work.
    pub reacting: HashMap<String, u64>,
}

/// Something that is tried again and again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    pub what: String,
    pub attempts: u32,
    pub error: String,
}

/// Where a run stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    pub waiting: BTreeMap<String, String>,
    pub troubles: BTreeMap<String, Trouble>,
    pub journal: Vec<(String, Status)>,
}

impl Run {
    pub fn new(id: &str) -> Run {
        Run {
            id: id.to_string(),
            state: Mutex::default(),
            spawned: Spawned::default(),
            live: AtomicBool::new(true),
            service: OnceLock::new(),
        }
    }

    pub fn service(&self) -> Option<&'static str> {
        self.service.get().copied()
    }

    pub(crate) fn is_side_of(&self, service: &'static str) {
        // It is said once, before anything happens.
        let _ = self.service.set(service);
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.change(|_| ());
        self.spawned.0.lock().unwrap_or_else(PoisonError::into_inner).push(Box::pin(task));
    }

    /// What was begun since the last time.
    pub(crate) fn spawned(&self) -> Vec<Task> {
        std::mem::take(&mut self.spawned.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn is_live(&self) -> bool {
        self.live.load(Ordering::Relaxed)
    }

    pub(crate) fn set_live(&self, live: bool) {
        self.live.store(live, Ordering::Relaxed);
    }

    pub(crate) fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.version += 1;
        change(&mut state)
    }

    /// Looks whether there is something to take, and only then counts as a change.
    pub(crate) fn try_take<T>(&self, take: impl FnOnce(&mut State) -> Option<T>) -> Option<T> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = take(&mut state)?;
        state.version += 1;
        Some(taken)
    }

    pub fn version(&self) -> u64 {
        self.read(|state| state.version)
    }

    pub(crate) fn command(&self, command: Command) -> u64 {
        self.change(|state| {
            state.next_command += 1;
            state.commands.push((state.next_command, command));
            state.next_command
        })
    }
}

impl State {
    pub fn take_in(&mut self, message: Message) {
        match message {
            Message::Event(event) if self.events.iter().any(|known| known.id == event.id) => {}
            Message::Event(event) => self.events.push(Arc::new(event)),
            Message::Answer { key, answer } => {
                self.answers.entry(key).or_insert(answer);
            }
            Message::GiveUp => self.given_up = true,
        }
    }

    pub fn standing(&self) -> Standing {
        let journal =
            self.journal.entries.iter().map(|entry| (entry.key.clone(), entry.status)).collect();
        Standing { waiting: self.waiting.clone(), troubles: self.troubles.clone(), journal }
    }

    /// Counts how often a name was come to.
    pub fn time(&mut self, name: String) -> u32 {
        let time = self.times.entry(name).or_default();
        *time += 1;
        *time
    }
}

impl Cx {
    /// Takes the journal of a run that is over for its own. A pivot keeps nothing any more.
    fn go_on_behind(&self, journal: &[Entry]) {
        self.run.change(|state| {
            state.journal.entries = journal.to_vec();
            for entry in &mut state.journal.entries {
                if entry.status == Status::Kept {
                    entry.status = Status::Done;
                }
            }
        });
    }

    /// Runs the text of a workflow to its end, whatever happens in it.
    pub(crate) async fn conduct(
        &self,
        workflow: &str,
        body: impl Future<Output = Exit> + Send,
    ) -> Finished {
        telemetry::run_began(&self.run, workflow);
        let end = self.with_an_eye_on_answers(self.end_of(body)).await;
        telemetry::run_ended(&self.run, workflow, &end.name, end.success);
        self.run.read(|state| Finished {
            input: Value::Null,
            end,
            journal: state.journal.entries.clone(),
            pivoted: state.journal.pivoted,
            kept: state.kept.clone(),
        })
    }

    async fn end_of(&self, body: impl Future<Output = Exit> + Send) -> Ended {
        match self.unless_given_up(body).await {
            Some(Exit::End(end)) => {
                self.settle().await;
                self.what_is_under_way().await;
                end
            }
            Some(exit) => {
                tracing::error!(run = %self.run.id, reason = exit.reason(), "unhandled");
                self.take_everything_back().await;
                Ended {
                    name: "Unhandled".into(),
                    success: false,
                    fields: json!({ "reason": exit.reason() }),
                }
            }
            None => {
                self.take_everything_back().await;
                Ended { name: "GivenUp".into(), success: false, fields: json!({}) }
            }
        }
    }
}
