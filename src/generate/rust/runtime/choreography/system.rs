//! Services of one process: all of a system, or one of it.

use super::broker::{Broker, Message as Posted};
use super::engine::{AtWork, Service};
use super::envelope::Envelope;
use super::local::Local;
use super::outbox;
use super::registry::{Known, Participant, known};
use super::store::Lock;
use super::topics;
use super::tracker::{Plan, Tracker};
use crate::telemetry::sides;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// What a process consists of.
pub struct System {
    pub participants: Vec<Participant>,
    pub plans: &'static [Plan],
    pub events: &'static [Known],
    /// Whether somebody keeps track of runs here.
    pub tracks: bool,
}

/// The same, with its databases open.
pub struct Open {
    pub folder: PathBuf,
    pub services: Vec<Arc<Service>>,
    pub tracker: Arc<Tracker>,
    pub broker: Arc<dyn Broker>,
    pub plans: &'static [Plan],
    pub events: &'static [Known],
    tracks: bool,
}

/// What works here until it is dropped.
pub struct Works {
    services: Vec<AtWork>,
    tracking: Option<(JoinHandle<()>, Lock)>,
}

impl Works {
    /// What works here; the rest works elsewhere, or nowhere.
    pub fn names(&self) -> Vec<&'static str> {
        let services = self.services.iter().map(|at_work| at_work.service.name());
        services.chain(self.tracking.iter().map(|_| "tracker")).collect()
    }
}

impl Drop for Works {
    fn drop(&mut self) {
        if let Some((tracking, _)) = &self.tracking {
            tracking.abort();
        }
    }
}

/// The broker at an address; where that says nothing, a file in the folder.
pub async fn connect(folder: &Path, address: &str) -> Result<Arc<dyn Broker>, String> {
    if !address.is_empty() {
        #[cfg(feature = "nats")]
        if address.starts_with("nats://") || address.starts_with("tls://") {
            return Ok(Arc::new(super::nats::Nats::open(address).await?));
        }
        let reason = match cfg!(feature = "nats") {
            true => "it does not begin with nats:// or tls://",
            false => "this is built without `--features nats`",
        };
        return Err(format!("the broker {address}: {reason}"));
    }
    let local = Local::open(&folder.join("broker.db")).await;
    Ok(Arc::new(local.map_err(|error| format!("broker.db: {error}"))?))
}

impl System {
    pub async fn open(self, folder: &Path, broker: &str) -> Result<Open, String> {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        let broker = connect(folder, broker).await?;
        self.open_with(folder, broker).await
    }

    pub async fn open_with(self, folder: &Path, broker: Arc<dyn Broker>) -> Result<Open, String> {
        let mut services = Vec::new();
        for participant in self.participants {
            let service = Service::open(participant, folder, broker.clone()).await?;
            // What is published before it begins to work is kept for it.
            broker.subscribe(&service.consumer()).await.map_err(|error| error.to_string())?;
            services.push(service);
        }
        let tracker = Tracker::open(folder, self.plans, self.events).await;
        let tracker = Arc::new(tracker.map_err(|error| format!("tracker: {error}"))?);
        if self.tracks {
            tracker.subscribe(&*broker).await.map_err(|error| error.to_string())?;
        }
        let (plans, events, tracks) = (self.plans, self.events, self.tracks);
        let folder = folder.to_path_buf();
        Ok(Open { folder, services, tracker, broker, plans, events, tracks })
    }
}

impl Open {
    /// Begins to work on the services of these names, or on all; those that another process works on are
    /// left to it.
    pub async fn work(&self, names: &[String]) -> Result<Works, String> {
        let mut works = Works { services: Vec::new(), tracking: None };
        for service in &self.services {
            if (names.is_empty() || names.iter().any(|name| name == service.name()))
                && let Some(at_work) = service.begin_work(&self.folder).await?
            {
                works.services.push(at_work);
            }
        }
        if self.tracks && (names.is_empty() || names.iter().any(|name| name == "tracker")) {
            works.tracking = self.tracker.clone().work(self.broker.clone(), &self.folder).await?;
        }
        Ok(works)
    }

    /// States an event in the name of its service; gives whether it is new.
    pub async fn publish(
        &self,
        name: &str,
        version: Option<u32>,
        id: &str,
        run: Option<&str>,
        fields: Value,
    ) -> Result<bool, String> {
        let known = known(self.events, name, version, &fields)?;
        let mut envelope = Envelope::new(id, known.service, known.event, fields);
        envelope.subject = run.map(ToString::to_string);
        envelope.eventversion = known.version.map(|version| version.to_string());
        envelope.traceparent = Some(sides::stated(run.unwrap_or(id), id));
        let message = Posted {
            id: id.to_string(),
            topic: topics::events(known.service, known.event),
            key: run.unwrap_or(id).to_string(),
            body: envelope.text(),
        };
        let Some(service) = self.services.iter().find(|it| it.name() == known.service) else {
            // Somebody else's event comes from outside.
            self.broker.publish(&message).await.map_err(|error| error.to_string())?;
            sides::stated_from_outside(run.unwrap_or(id), known.event, id);
            return Ok(true);
        };
        let told = |error: sqlx::Error| format!("{}: {error}", known.service);
        let mut unit = service.store.begin().await.map_err(told)?;
        let before = outbox::is_there(&mut unit, id).await.map_err(told)?;
        outbox::write(&mut unit, &message).await.map_err(told)?;
        unit.commit().await.map_err(told)?;
        if !before {
            sides::stated_from_outside(run.unwrap_or(id), known.event, id);
        }
        Ok(!before)
    }

    /// Waits until nothing happens any more without time or somebody from outside.
    pub async fn settle(&self) -> Result<(), String> {
        let mut quiet = 0;
        while quiet < 6 {
            quiet = if self.is_busy().await? { 0 } else { quiet + 1 };
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    pub async fn is_busy(&self) -> Result<bool, String> {
        for service in &self.services {
            if service.is_busy().await.map_err(|error| error.to_string())? {
                return Ok(true);
            }
            let waiting = self.broker.waiting(&service.consumer().name).await;
            if waiting.map_err(|error| error.to_string())?.is_some_and(|waiting| waiting > 0) {
                return Ok(true);
            }
        }
        Ok(self.tracks && self.tracker.behind(&*self.broker).await.is_some_and(|behind| behind > 0))
    }
}
