//! The inbox: a message is taken once, in the transaction of what it leads to. What cannot be taken is put
//! aside with the reason, so that nobody behind it has to wait.

use super::broker::{Broker, Delivery, Message as Posted};
use super::engine::Service;
use super::envelope::Envelope;
use super::registry::{Known, known};
use super::replay::Entry;
use super::store::{Store, Unit, now};
use super::tasks::{Answering, Asked};
use crate::driver::{Happened, Message};
use crate::routes::run_of;
use crate::telemetry::sides;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// Why a message was not taken.
#[derive(Debug)]
pub enum Refused {
    /// It will never be taken as it is.
    Poison(String),
    /// The database cannot be written now.
    Trouble(String),
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Refused {
        Refused::Trouble(error.to_string())
    }
}

/// Whoever takes messages, and puts aside what it cannot take.
pub trait Takes: Send + Sync + 'static {
    fn name(&self) -> &str;
    fn store(&self) -> &Store;
    fn broker(&self) -> &dyn Broker;

    /// Takes a message, if it was not taken before.
    fn take(&self, message: &Posted) -> impl Future<Output = Result<(), Refused>> + Send;
}

/// Takes what comes, for ever.
pub(crate) async fn listen<T: Takes>(who: Arc<T>) {
    let consumer = super::topics::part(who.name());
    loop {
        match who.broker().receive(&consumer, 32, Duration::from_secs(5)).await {
            Ok(deliveries) => {
                super::broker::is_there();
                for delivery in deliveries {
                    take_delivery(&*who, delivery).await;
                }
            }
            Err(error) => {
                super::broker::is_away(&error);
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn take_delivery(who: &impl Takes, delivery: Delivery) {
    let service = who.name();
    let id = delivery.message.id.clone();
    let taken = match who.take(&delivery.message).await {
        Err(Refused::Poison(reason)) => {
            tracing::error!(service, id, reason, "put aside as a dead letter");
            let buried = super::dead::bury(who.store(), &delivery.message, &reason).await;
            buried.map_err(|error| error.to_string())
        }
        Err(Refused::Trouble(error)) => Err(error),
        Ok(()) => Ok(()),
    };
    let answered = match taken {
        Ok(()) => who.broker().acknowledge(delivery).await,
        Err(error) => {
            tracing::error!(service, id, error, "cannot be taken now, and comes again");
            who.broker().again(delivery, Duration::from_secs(1)).await
        }
    };
    if let Err(error) = answered {
        // It comes again, and is known then.
        super::broker::is_away(&error);
    }
}

/// The event in an envelope, as its contract says, or why it is none.
pub(crate) fn event_in(
    envelope: &Envelope,
    events: &'static [Known],
) -> Result<&'static Known, Refused> {
    let version = match &envelope.eventversion {
        Some(text) if envelope.version().is_none() => {
            return Err(Refused::Poison(format!("`{text}` is no version of an event")));
        }
        _ => envelope.version(),
    };
    known(events, &envelope.kind, version, &envelope.data).map_err(Refused::Poison)
}

pub(crate) fn envelope_of(message: &Posted) -> Result<Envelope, Refused> {
    serde_json::from_str(&message.body)
        .map_err(|error| Refused::Poison(format!("this is no CloudEvent: {error}")))
}

pub(crate) fn keyless(event: &str, fields: &[&str]) -> Refused {
    let fields = fields.join(", ");
    Refused::Poison(format!(
        "{event} does not carry {fields}, so that nobody can say which run it belongs to"
    ))
}

/// Whether a message comes for the first time; from then on it is known.
pub(crate) async fn is_new(unit: &mut Unit, id: &str) -> Result<bool, sqlx::Error> {
    let new = sqlx::query("insert or ignore into inbox values (?, ?)")
        .bind(id)
        .bind(now())
        .execute(unit.connection())
        .await?;
    Ok(new.rows_affected() > 0)
}

impl Takes for Service {
    fn name(&self) -> &str {
        Service::name(self)
    }

    fn store(&self) -> &Store {
        &self.store
    }

    fn broker(&self) -> &dyn Broker {
        &*self.broker
    }

    async fn take(&self, message: &Posted) -> Result<(), Refused> {
        let envelope = envelope_of(message)?;
        match message.topic.split('.').next() {
            Some("events") => self.take_event(&message.id, envelope).await,
            Some("commands") => {
                let asked: Asked = read(envelope.data)?;
                if !self.does(&asked.operation) {
                    return Err(Refused::Poison(format!("nobody here does {}", asked.operation)));
                }
                let mut unit = self.store.begin().await?;
                if is_new(&mut unit, &message.id).await? {
                    self.serve_later(&mut unit, &message.id, asked).await?;
                }
                Ok(unit.commit().await?)
            }
            Some("answers") => {
                let answering: Answering = read(envelope.data)?;
                let mut unit = self.store.begin().await?;
                if is_new(&mut unit, &message.id).await? {
                    self.answered(&mut unit, answering, &message.id).await?;
                }
                Ok(unit.commit().await?)
            }
            _ => Err(Refused::Poison(format!("nobody listens to {}", message.topic))),
        }
    }
}

impl Service {
    async fn take_event(&self, id: &str, envelope: Envelope) -> Result<(), Refused> {
        let found = event_in(&envelope, self.participant.events)?;
        let mut runs: Vec<(&str, String, Value)> = Vec::new();
        for route in self.participant.listens {
            let is_meant = route.event == found.event
                && (route.version.is_none() || route.version == found.version);
            if !is_meant {
                continue;
            }
            let Some(run) = run_of(route.workflow, route.correlated_by, &envelope.data) else {
                return Err(keyless(&envelope.kind, route.correlated_by));
            };
            let mut key = Map::new();
            for field in route.correlated_by {
                let value = envelope.data.get(*field).cloned().unwrap_or_default();
                key.insert(field.to_string(), value);
            }
            if !runs.iter().any(|(_, known, _)| *known == run) {
                runs.push((route.workflow, run, Value::Object(key)));
            }
        }
        let happened = Happened {
            id: id.to_string(),
            name: found.event.to_string(),
            version: found.version,
            fields: envelope.data.clone(),
        };
        let mut unit = self.store.begin().await?;
        if is_new(&mut unit, id).await? {
            for (workflow, run, key) in runs {
                self.begin(&mut unit, workflow, &run, &key).await?;
                if let Some(traceparent) = &envelope.traceparent {
                    sides::heard(self.name(), &run, id, traceparent);
                }
                let entry = Entry::Message(Message::Event(happened.clone()));
                self.go_on(&mut unit, &run, entry, Some(id.to_string())).await?;
            }
        }
        Ok(unit.commit().await?)
    }
}

fn read<T: serde::de::DeserializeOwned>(data: Value) -> Result<T, Refused> {
    serde_json::from_value(data)
        .map_err(|error| Refused::Poison(format!("its data cannot be read: {error}")))
}
