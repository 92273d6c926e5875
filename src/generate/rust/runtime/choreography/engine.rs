//! A service at work: it takes messages, does its steps, and carries what it has published.

use super::broker::{Broker, Consumer};
use super::registry::Participant;
use super::store::{Lock, Store};
use super::{inbox, outbox, topics};
use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::JoinHandle;

pub struct Service {
    pub participant: Arc<Participant>,
    pub store: Store,
    pub broker: Arc<dyn Broker>,
    at_work: Mutex<HashSet<(String, i64)>>,
}

/// A service that works until this is dropped.
pub struct AtWork {
    pub service: Arc<Service>,
    loops: Vec<JoinHandle<()>>,
    _lock: Lock,
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.loops.iter().for_each(JoinHandle::abort);
    }
}

impl Service {
    pub async fn open(
        participant: Participant,
        folder: &Path,
        broker: Arc<dyn Broker>,
    ) -> Result<Arc<Service>, String> {
        let name = participant.service;
        let store = Store::open(folder, name).await.map_err(|error| format!("{name}: {error}"))?;
        let participant = Arc::new(participant);
        Ok(Arc::new(Service { participant, store, broker, at_work: Mutex::default() }))
    }

    pub fn name(&self) -> &'static str {
        self.participant.service
    }

    /// What it wants to hear.
    pub fn consumer(&self) -> Consumer {
        let mut topics: Vec<String> = self
            .participant
            .listens
            .iter()
            .map(|route| topics::events(self.owner_of(route.event, route.version), route.event))
            .collect();
        topics.push(topics::commands(self.name()));
        topics.push(topics::answers(self.name()));
        topics.sort();
        topics.dedup();
        Consumer { name: topics::part(self.name()), topics }
    }

    /// Begins to work; `None` when another process does.
    pub async fn begin_work(self: &Arc<Service>, folder: &Path) -> Result<Option<AtWork>, String> {
        let lock = Lock::take(folder, self.name()).await.map_err(|error| error.to_string())?;
        let Some(lock) = lock else { return Ok(None) };
        let consumer = self.consumer();
        self.broker.subscribe(&consumer).await.map_err(|error| error.to_string())?;
        let loops = vec![
            tokio::spawn(inbox::listen(self.clone())),
            tokio::spawn(self.clone().work()),
            tokio::spawn(outbox::work(self.store.clone(), self.broker.clone())),
            tokio::spawn(self.clone().tidy()),
            #[cfg(feature = "otel")]
            tokio::spawn(self.clone().count()),
        ];
        Ok(Some(AtWork { service: self.clone(), loops, _lock: lock }))
    }

    pub(super) fn at_work(&self) -> MutexGuard<'_, HashSet<(String, i64)>> {
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it does an operation itself.
    pub(super) fn does(&self, operation: &str) -> bool {
        self.participant.services.names().any(|known| known == operation)
    }

    /// Which service does an operation.
    pub(super) fn serves(&self, operation: &str) -> &'static str {
        let found = self.participant.remote.iter().find(|remote| remote.operation == operation);
        found.map_or(self.name(), |remote| remote.service)
    }

    /// Whose an event is.
    pub fn owner_of(&self, event: &str, version: Option<u32>) -> &'static str {
        let known = self.participant.events.iter();
        let mut known = known.filter(|known| known.event == event);
        let found = known.clone().find(|known| known.version == version).or(known.next());
        found.map_or(self.name(), |known| known.service)
    }

    /// Drops what is old, for ever.
    async fn tidy(self: Arc<Service>) {
        loop {
            tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
            if let Err(error) = self.store.drop_old().await {
                tracing::error!(service = self.name(), %error, "cannot drop what is old");
            }
        }
    }

    /// Counts what waits here, for ever.
    #[cfg(feature = "otel")]
    async fn count(self: Arc<Service>) {
        let left = "select (select count(*) from outbox where published is null),
            (select count(*) from dead where replayed is null)";
        loop {
            let found: Result<(i64, i64), _> =
                sqlx::query_as(left).fetch_one(self.store.reads()).await;
            if let Ok((outbox, dead)) = found {
                let count = |it: i64| u64::try_from(it).unwrap_or_default();
                crate::otel::left(self.name(), count(outbox), count(dead));
            }
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    }

    /// Whether there is anything that it could do now.
    pub async fn is_busy(&self) -> Result<bool, sqlx::Error> {
        if !self.at_work().is_empty() {
            return Ok(true);
        }
        let open = "select exists (select 1 from outbox where published is null)
                    or exists (select 1 from tasks where due <= ?)";
        let row: (bool,) =
            sqlx::query_as(open).bind(super::store::now()).fetch_one(self.store.reads()).await?;
        Ok(row.0)
    }
}
