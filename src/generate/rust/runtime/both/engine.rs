//! An engine with everything around it, as the commands of a coordinator and its server want it: runs of both
//! kinds are begun, shown and answered in one way.

use super::ear::{Ear, Listening, fits};
use super::outlet::Outlet;
use crate::choreography::commands;
use crate::choreography::system::{Open, Works};
use crate::choreography::tracker::Plan;
use crate::driver::{Happened, Message};
use crate::engine::{self, Desk, Engine, Listed, Pulse, Reacting, State, Unheard};
use crate::routes::run_of;
use crate::runs::Finished;
use crate::services::Answer;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Nothing happens any more when nothing was seen to happen so many times.
const QUIET: usize = 6;

/// How long a command waits until an event has gone through the broker.
const THROUGH: Duration = Duration::from_secs(2);

pub struct Both<E> {
    inner: E,
    pub open: Arc<Open>,
    pub ear: Arc<Ear<E>>,
    quiet: Arc<AtomicUsize>,
    /// Runs that were asked for here, and that nobody conducts.
    reacting: Arc<Mutex<HashSet<String>>>,
}

impl<E: Engine> Clone for Both<E> {
    fn clone(&self) -> Both<E> {
        Both {
            inner: self.inner.clone(),
            open: self.open.clone(),
            ear: self.ear.clone(),
            quiet: self.quiet.clone(),
            reacting: self.reacting.clone(),
        }
    }
}

/// What works here, until it is put to rest.
pub struct Working<W> {
    runs: W,
    listening: Listening,
    pub works: Works,
}

impl<E: Engine> Both<E> {
    /// Connects an engine to the broker of a system.
    pub async fn connect(inner: E, open: Open) -> Result<Both<E>, String> {
        let open = Arc::new(open);
        let (broker, events) = (open.broker.clone(), open.events);
        inner.desk().publishes_by(Arc::new(Outlet { broker: broker.clone(), events }));
        let ear = Arc::new(Ear::open(inner.clone(), &open.folder, broker, events).await?);
        let (quiet, reacting) = (Arc::default(), Arc::default());
        Ok(Both { inner, open, ear, quiet, reacting })
    }

    /// Begins to work on conducted runs, and on services of these names, or on all.
    pub async fn begin(&self, names: &[String]) -> Result<Working<E::Worker>, String> {
        let runs = self.inner.work().await?;
        let listening = self.ear.begin_work(&self.open.folder);
        let works = self.open.work(names).await?;
        Ok(Working { runs, listening, works })
    }

    /// Waits until nothing happens any more without time or somebody from outside.
    pub async fn settle(&self) -> Result<(), String> {
        let mut quiet = 0;
        while quiet < QUIET {
            quiet = if self.is_busy().await? { 0 } else { quiet + 1 };
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn is_busy(&self) -> Result<bool, String> {
        Ok(self.inner.desk().is_busy() || self.open.is_busy().await? || self.ear.is_busy().await?)
    }

    async fn is_conducted(&self, run: &str) -> Result<bool, String> {
        let pulse = self.inner.pulse(run).await?;
        Ok(pulse.is_over || pulse.length > 0)
    }

    fn is_reacting(&self, run: &str) -> bool {
        self.reacting.lock().unwrap_or_else(PoisonError::into_inner).contains(run)
    }

    fn remember_reacting(&self, run: &str) {
        self.reacting.lock().unwrap_or_else(PoisonError::into_inner).insert(run.to_string());
    }

    /// The conducted runs that may hear an event, and whether it begins them.
    fn hearing(&self, event: &Happened) -> Vec<(String, bool)> {
        let routes = self.inner.desk().project().routes.iter().filter(|it| it.hears(event));
        let runs = routes.filter_map(|it| {
            Some((run_of(it.workflow, it.correlated_by, &event.fields)?, it.starts))
        });
        runs.collect()
    }

    /// The conducted runs that have heard an event, once it has come through the broker.
    async fn have_heard(
        &self,
        event: &Happened,
        mut heard: oneshot::Receiver<Vec<String>>,
    ) -> Result<Vec<String>, String> {
        let began = Instant::now();
        while began.elapsed() < THROUGH {
            match tokio::time::timeout(THROUGH / 100, &mut heard).await {
                Ok(Ok(runs)) => return Ok(runs),
                Ok(Err(_)) => break,
                Err(_) => {}
            }
            // Another process may listen.
            if self.ear.is_known(&event.id).await.map_err(engine::text)? {
                break;
            }
        }
        if let Ok(runs) = heard.try_recv() {
            return Ok(runs);
        }
        let mut runs = Vec::new();
        for (run, starts) in self.hearing(event) {
            if !runs.contains(&run) && (starts || self.is_conducted(&run).await?) {
                runs.push(run);
            }
        }
        Ok(runs)
    }

    async fn reacting_to(&self, event: &Happened) -> Result<Vec<String>, String> {
        let mut runs = Vec::new();
        for plan in self.open.plans {
            let Some(run) = run_of(plan.workflow, plan.correlated_by, &event.fields) else {
                continue;
            };
            let knows = self.open.tracker.knows(&run).await.map_err(engine::text)?;
            if plan.concerns(&event.name) || knows {
                self.remember_reacting(&run);
                runs.push(run);
            }
        }
        Ok(runs)
    }

    fn is_heard_by(&self, plan: &Plan, event: &Happened) -> bool {
        plan.concerns(&event.name)
            || self.open.services.iter().any(|service| {
                let mut listens = service.participant.listens.iter();
                listens.any(|it| it.workflow == plan.workflow && it.event == event.name)
            })
    }
}

impl<E: Engine> Engine for Both<E> {
    type Worker = Working<E::Worker>;

    fn desk(&self) -> &Desk {
        self.inner.desk()
    }

    async fn work(&self) -> Result<Working<E::Worker>, String> {
        self.begin(&[]).await
    }

    async fn rest(&self, worker: Working<E::Worker>, within: Duration) {
        let Working { runs, listening, works } = worker;
        drop((listening, works));
        self.inner.rest(runs, within).await;
    }

    fn knows(&self, workflow: &str) -> bool {
        self.inner.knows(workflow) || self.open.plan(workflow).is_some()
    }

    fn name_of(&self, workflow: &str, input: &Value) -> Result<Option<String>, String> {
        if let Some(plan) = self.open.plan(workflow) {
            return plan.starts_in(input).map(|(run, _)| Some(run));
        }
        self.inner.name_of(workflow, input).map_err(|error| match self.inner.knows(workflow) {
            true => error,
            false => {
                let reacting = self.open.plans.iter().map(|plan| plan.workflow);
                format!("{error}, {}", reacting.collect::<Vec<_>>().join(", "))
            }
        })
    }

    fn is_heard(&self, event: &Happened) -> Result<(), Unheard> {
        let heard = self.inner.is_heard(event);
        let mut plans = self.open.plans.iter().filter(|plan| self.is_heard_by(plan, event));
        let key = |plan: &Plan| run_of(plan.workflow, plan.correlated_by, &event.fields);
        let heard = match heard {
            Ok(()) => Ok(()),
            Err(why) => match plans.clone().next() {
                None => Err(why),
                Some(_) if plans.any(|plan| key(plan).is_some()) => Ok(()),
                Some(plan) => Err(Unheard::Keyless(plan.correlated_by.join(", "))),
            },
        };
        heard?;
        fits(self.open.events, event).map(|_| ()).map_err(Unheard::Unfit)
    }

    async fn start(&self, workflow: &str, run: &str, input: &Value) -> Result<bool, String> {
        if let Some(plan) = self.open.plan(workflow) {
            let (run, _) = plan.starts_in(input)?;
            // An event that comes from outside does not say whether it is new, and the tracker does.
            let is_known = self.open.tracker.knows(&run).await.map_err(engine::text)?;
            let (_, is_new) = self.open.start(plan, input).await?;
            self.remember_reacting(&run);
            return Ok(is_new && !is_known);
        }
        let is_new = self.inner.start(workflow, run, input).await?;
        if is_new {
            self.ear.catch_up(run).await;
        }
        Ok(is_new)
    }

    async fn send(&self, run: &str, message: &Message) -> Result<bool, String> {
        self.inner.send(run, message).await
    }

    async fn finished(&self, run: &str) -> Result<Option<Finished>, String> {
        self.inner.finished(run).await
    }

    async fn state(&self, run: &str) -> Result<State, String> {
        let state = self.inner.state(run).await?;
        if !matches!(state, State::Missing) {
            return Ok(state);
        }
        let tracker = &self.open.tracker;
        let Some(text) = tracker.status(run).await.map_err(engine::text)? else {
            return Ok(State::Missing);
        };
        let listed = tracker.list().await.map_err(engine::text)?;
        let end = listed.into_iter().find(|it| it.run == run).and_then(|it| it.goal);
        let standings = tracker.standings(run).await.map_err(engine::text)?;
        Ok(State::Reacting(Reacting { text, end, standings }))
    }

    async fn workflow(&self, run: &str) -> Result<String, String> {
        self.inner.workflow(run).await
    }

    /// A run is quiet when nothing happens around it either: what it has published may come back to it.
    async fn pulse(&self, run: &str) -> Result<Pulse, String> {
        let is_busy = self.is_busy().await?;
        let quiet = match is_busy {
            true => 0,
            false => self.quiet.load(Ordering::Relaxed) + 1,
        };
        self.quiet.store(quiet, Ordering::Relaxed);
        let is_quiet = quiet >= QUIET;
        if self.is_reacting(run) {
            return Ok(Pulse { is_over: is_quiet, length: 0, is_busy });
        }
        let pulse = self.inner.pulse(run).await?;
        let is_over = pulse.is_over && is_quiet;
        Ok(Pulse { is_over, length: pulse.length, is_busy: is_busy || pulse.is_busy })
    }

    async fn list(&self) -> Result<Vec<Listed>, String> {
        let mut listed = self.inner.list().await?;
        for it in self.open.tracker.list().await.map_err(engine::text)? {
            let state = it.goal.unwrap_or_else(|| "running".to_string());
            listed.push(Listed { run: it.run, workflow: it.workflow, state });
        }
        listed.sort_by(|one, other| one.run.cmp(&other.run));
        Ok(listed)
    }

    async fn history(&self, run: &str) -> Result<Vec<(jiff::Timestamp, String)>, String> {
        if !self.is_conducted(run).await? {
            let history = self.open.tracker.history(run).await.map_err(engine::text)?;
            if !history.is_empty() {
                return Ok(commands::lines(&history));
            }
        }
        self.inner.history(run).await
    }

    /// States an event: whoever listens hears it from the broker.
    async fn deliver(&self, event: &Happened) -> Result<Vec<String>, String> {
        let mut runs = self.reacting_to(event).await?;
        let hearing: Vec<String> = self.hearing(event).into_iter().map(|(run, _)| run).collect();
        let of_run = hearing.first().or(runs.first()).cloned();
        let heard = self.ear.expect(&event.id);
        let Happened { id, name, version, fields } = event.clone();
        let published = self.open.publish(&name, version, &id, of_run.as_deref(), fields).await;
        let conducted = match (&published, hearing.is_empty()) {
            (Ok(_), false) => self.have_heard(event, heard).await,
            _ => Ok(Vec::new()),
        };
        self.ear.expects_no_more(&id);
        published?;
        let mut all = conducted?;
        all.append(&mut runs);
        Ok(all)
    }

    async fn answer(&self, run: &str, key: String, it: Answer) -> Result<Option<String>, String> {
        if self.is_conducted(run).await? {
            return self.inner.answer(run, key, it).await;
        }
        self.remember_reacting(run);
        match self.open.answer(run, &key, it).await? {
            true => Ok(Some(run.to_string())),
            false => Err(format!("{run} does not wait for an answer to {key}")),
        }
    }
}
