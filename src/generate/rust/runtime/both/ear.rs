//! What conducted runs hear: a consumer of the broker, which hands each event to the runs that it belongs to
//! and only then says that it need not come again. What cannot be taken is put aside.

use super::COORDINATOR;
use crate::choreography::broker::{Broker, Consumer, Message as Posted};
use crate::choreography::inbox::{self, Refused, Takes, envelope_of, event_in, is_new, keyless};
use crate::choreography::registry::{Known, known};
use crate::choreography::store::{Lock, Store};
use crate::choreography::{dead, topics};
use crate::driver::Happened;
use crate::engine::{Engine, Pulse};
use crate::routes::{Route, run_of};
use sqlx::Row;
use std::collections::HashMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A run that was begun is found after this at the latest.
const TAKEN_UP: Duration = Duration::from_millis(300);

/// How often somebody looks whether the process that listens is gone.
const LOOK: Duration = Duration::from_millis(500);

/// So many runs are watched for whoever waits until nothing happens any more.
const WATCHED: usize = 1000;

pub struct Ear<E> {
    engine: E,
    store: Store,
    broker: Arc<dyn Broker>,
    events: &'static [Known],
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// Who waits until an event has been taken.
    expected: HashMap<String, oneshot::Sender<Vec<String>>>,
    /// The runs that have heard something, and how much has happened in each.
    touched: HashMap<String, u64>,
}

impl<E: Engine> Ear<E> {
    pub async fn open(
        engine: E,
        folder: &Path,
        broker: Arc<dyn Broker>,
        events: &'static [Known],
    ) -> Result<Ear<E>, String> {
        let store = Store::open(folder, COORDINATOR).await;
        let store = store.map_err(|error| format!("{COORDINATOR}: {error}"))?;
        let ear = Ear { engine, store, broker, events, memory: Mutex::default() };
        // What is published before it begins to work is kept for it.
        ear.subscribe().await?;
        Ok(ear)
    }

    fn routes(&self) -> &'static [Route] {
        self.engine.desk().project().routes
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether any conducted run listens to anything.
    pub fn hears_anything(&self) -> bool {
        !self.routes().is_empty()
    }

    fn consumer(&self) -> Consumer {
        let owner = |route: &Route| {
            let mut known = self.events.iter().filter(|known| known.event == route.event);
            let found = known.clone().find(|known| known.version == route.version);
            found.or(known.next()).map(|known| topics::events(known.service, route.event))
        };
        let mut topics: Vec<String> = self.routes().iter().filter_map(owner).collect();
        topics.sort();
        topics.dedup();
        Consumer { name: topics::part(COORDINATOR), topics }
    }

    async fn subscribe(&self) -> Result<(), String> {
        if !self.hears_anything() {
            return Ok(());
        }
        self.broker.subscribe(&self.consumer()).await.map_err(|error| error.to_string())
    }

    /// Listens until this is dropped. Of several processes with one folder one listens; another takes over
    /// when it is gone.
    pub fn begin_work(self: &Arc<Ear<E>>, folder: &Path) -> Listening {
        let (ear, folder) = (self.clone(), folder.to_path_buf());
        Listening(tokio::spawn(async move {
            while ear.hears_anything() {
                match Lock::take(&folder, COORDINATOR).await {
                    Ok(Some(_lock)) => {
                        if let Err(error) = ear.subscribe().await {
                            tracing::error!(error, "the broker does not know what is wanted");
                        }
                        inbox::listen(ear.clone()).await;
                    }
                    Ok(None) => {}
                    Err(error) => tracing::error!(%error, "nobody listens"),
                }
                tokio::time::sleep(LOOK).await;
            }
        }))
    }

    /// The runs that an event of this id goes to, when it is taken here.
    pub fn expect(&self, id: &str) -> oneshot::Receiver<Vec<String>> {
        let (sender, receiver) = oneshot::channel();
        self.memory().expected.insert(id.to_string(), sender);
        receiver
    }

    pub fn expects_no_more(&self, id: &str) {
        self.memory().expected.remove(id);
    }

    /// Whether there is anything to take, or a run goes on with what it has heard.
    pub async fn is_busy(&self) -> Result<bool, String> {
        if !self.hears_anything() {
            return Ok(false);
        }
        let waiting = self.broker.waiting(&topics::part(COORDINATOR)).await;
        if waiting.map_err(|error| error.to_string())?.is_some_and(|waiting| waiting > 0) {
            return Ok(true);
        }
        let runs: Vec<(String, u64)> =
            self.memory().touched.iter().map(|(run, length)| (run.clone(), *length)).collect();
        let mut is_busy = false;
        for (run, known) in runs {
            let pulse = self.engine.pulse(&run).await?;
            if pulse.is_over || pulse.length == 0 {
                self.memory().touched.remove(&run);
                continue;
            }
            is_busy |= pulse.is_busy || pulse.length != known;
            self.memory().touched.insert(run, pulse.length);
        }
        Ok(is_busy)
    }

    /// Takes what came for a run before it was begun. What cannot be taken yet stays where it is.
    pub fn catch_up<'e>(&'e self, run: &'e str) -> Pin<Box<dyn Future<Output = ()> + Send + 'e>> {
        Box::pin(async move {
            let rows = sqlx::query("select seq from dead where reason = ? and replayed is null")
                .bind(no_run(run))
                .fetch_all(self.store.reads())
                .await;
            for row in rows.unwrap_or_default() {
                if let Err(error) = dead::replay(self, row.get(0)).await {
                    tracing::warn!(run, error, "what came before it began is put aside still");
                }
            }
        })
    }

    /// Whether one of these runs is there, or comes within a moment.
    async fn is_any_there(&self, runs: &[String]) -> Result<bool, String> {
        let began = Instant::now();
        loop {
            for run in runs {
                let Pulse { is_over, length, .. } = self.engine.pulse(run).await?;
                if is_over || length > 0 {
                    return Ok(true);
                }
            }
            if began.elapsed() > TAKEN_UP {
                return Ok(false);
            }
            tokio::time::sleep(TAKEN_UP / 10).await;
        }
    }

    /// Whether an event has been taken, by whichever process listens.
    pub async fn is_known(&self, id: &str) -> Result<bool, sqlx::Error> {
        let row = sqlx::query("select 1 from inbox where id = ?").bind(id);
        Ok(row.fetch_optional(self.store.reads()).await?.is_some())
    }
}

/// Why an event is put aside that no run takes.
fn no_run(run: &str) -> String {
    format!("there is no run {run}")
}

impl<E: Engine> Takes for Ear<E> {
    fn name(&self) -> &str {
        COORDINATOR
    }

    fn store(&self) -> &Store {
        &self.store
    }

    fn broker(&self) -> &dyn Broker {
        &*self.broker
    }

    /// The engine knows an event again by its id, so that one that comes twice, because the first time was
    /// cut short, counts once.
    async fn take(&self, message: &Posted) -> Result<(), Refused> {
        let envelope = envelope_of(message)?;
        let found = event_in(&envelope, self.events)?;
        let event = Happened {
            id: message.id.clone(),
            name: found.event.to_string(),
            version: found.version,
            fields: envelope.data,
        };
        let routes = self.routes().iter().filter(|route| route.hears(&event));
        let (mut runs, mut starts) = (Vec::new(), Vec::new());
        for route in routes {
            let run = run_of(route.workflow, route.correlated_by, &event.fields);
            let run = run.ok_or_else(|| keyless(&event.name, route.correlated_by))?;
            if route.starts {
                starts.push(run.clone());
            }
            runs.push(run);
        }
        if runs.is_empty() {
            return Err(Refused::Poison(format!(
                "no conducted workflow listens to {}",
                event.name
            )));
        }
        if self.is_known(&event.id).await? {
            return Ok(());
        }
        if starts.is_empty() && !self.is_any_there(&runs).await.map_err(Refused::Trouble)? {
            return Err(Refused::Poison(no_run(&runs[0])));
        }
        let taken = self.engine.deliver(&event).await.map_err(Refused::Trouble)?;
        let mut unit = self.store.begin().await?;
        is_new(&mut unit, &event.id).await?;
        unit.commit().await?;
        let waiting = {
            let mut memory = self.memory();
            if memory.touched.len() > WATCHED {
                memory.touched.clear();
            }
            memory.touched.extend(taken.iter().map(|run| (run.clone(), 0)));
            memory.expected.remove(&event.id)
        };
        if let Some(waiting) = waiting {
            // Whoever waited may be gone.
            let _ = waiting.send(taken);
        }
        for run in starts {
            self.catch_up(&run).await;
        }
        Ok(())
    }
}

/// Listening, until this is dropped.
pub struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Whether an event is what one of these is, with its fields.
pub(super) fn fits(events: &'static [Known], event: &Happened) -> Result<&'static Known, String> {
    known(events, &event.name, event.version, &event.fields)
}
