//! The inbox: a message is taken once, in the transaction of what it leads to. What cannot be taken is put
//! aside with the reason, so that nobody behind it has to wait.

use super::broker::{Delivery, Message as Posted};
use super::engine::Service;
use super::envelope::{Envelope, trace_in};
use super::registry::known;
use super::replay::Entry;
use super::store::now;
use super::tasks::{Answering, Asked};
use crate::driver::{Happened, Message};
use crate::routes::run_of;
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

impl Service {
    /// Takes what comes, for ever.
    pub(super) async fn listen(self: Arc<Service>) {
        loop {
            let consumer = super::topics::part(self.name());
            let found = self.broker.receive(&consumer, 32, Duration::from_secs(5)).await;
            match found {
                Ok(deliveries) => {
                    super::broker::is_there();
                    for delivery in deliveries {
                        self.take_delivery(delivery).await;
                    }
                }
                Err(error) => {
                    super::broker::is_away(&error);
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    async fn take_delivery(&self, delivery: Delivery) {
        let service = self.name();
        let id = delivery.message.id.clone();
        let taken = match self.take(&delivery.message).await {
            Err(Refused::Poison(reason)) => {
                tracing::error!(service, id, reason, "put aside as a dead letter");
                self.bury(&delivery.message, &reason).await.map_err(|error| error.to_string())
            }
            Err(Refused::Trouble(error)) => Err(error),
            Ok(()) => Ok(()),
        };
        let answered = match taken {
            Ok(()) => self.broker.acknowledge(delivery).await,
            Err(error) => {
                tracing::error!(service, id, error, "cannot be taken now, and comes again");
                self.broker.again(delivery, Duration::from_secs(1)).await
            }
        };
        if let Err(error) = answered {
            // It comes again, and is known then.
            super::broker::is_away(&error);
        }
    }

    /// Takes a message, if it was not taken before.
    pub async fn take(&self, message: &Posted) -> Result<(), Refused> {
        let envelope: Envelope = serde_json::from_str(&message.body)
            .map_err(|error| Refused::Poison(format!("this is no CloudEvent: {error}")))?;
        match message.topic.split('.').next() {
            Some("events") => self.take_event(&message.id, envelope).await,
            Some("commands") => {
                let asked: Asked = read(envelope.data)?;
                if !self.does(&asked.operation) {
                    return Err(Refused::Poison(format!("nobody here does {}", asked.operation)));
                }
                let mut unit = self.store.begin().await?;
                if self.is_new(&mut unit, &message.id).await? {
                    self.serve_later(&mut unit, &message.id, asked).await?;
                }
                Ok(unit.commit().await?)
            }
            Some("answers") => {
                let answering: Answering = read(envelope.data)?;
                let mut unit = self.store.begin().await?;
                if self.is_new(&mut unit, &message.id).await? {
                    self.answered(&mut unit, answering, &message.id).await?;
                }
                Ok(unit.commit().await?)
            }
            _ => Err(Refused::Poison(format!("nobody listens to {}", message.topic))),
        }
    }

    async fn take_event(&self, id: &str, envelope: Envelope) -> Result<(), Refused> {
        let version = match &envelope.eventversion {
            Some(text) if envelope.version().is_none() => {
                return Err(Refused::Poison(format!("`{text}` is no version of an event")));
            }
            _ => envelope.version(),
        };
        let found = known(self.participant.events, &envelope.kind, version, &envelope.data);
        let found = found.map_err(Refused::Poison)?;
        let mut runs: Vec<(&str, String, Value)> = Vec::new();
        for route in self.participant.listens {
            let is_meant = route.event == found.event
                && (route.version.is_none() || route.version == found.version);
            if !is_meant {
                continue;
            }
            let Some(run) = run_of(route.workflow, route.correlated_by, &envelope.data) else {
                let fields = route.correlated_by.join(", ");
                return Err(Refused::Poison(format!(
                    "{} does not carry {fields}, so that nobody can say which run it belongs to",
                    envelope.kind
                )));
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
        let trace = envelope.traceparent.as_deref().and_then(trace_in);
        let happened = Happened {
            id: id.to_string(),
            name: found.event.to_string(),
            version: found.version,
            fields: envelope.data,
        };
        let mut unit = self.store.begin().await?;
        if self.is_new(&mut unit, id).await? {
            for (workflow, run, key) in runs {
                self.begin(&mut unit, workflow, &run, &key, trace.clone()).await?;
                let entry = Entry::Message(Message::Event(happened.clone()));
                self.go_on(&mut unit, &run, entry, Some(id.to_string())).await?;
            }
        }
        Ok(unit.commit().await?)
    }

    async fn is_new(&self, unit: &mut super::store::Unit, id: &str) -> Result<bool, sqlx::Error> {
        let new = sqlx::query("insert or ignore into inbox values (?, ?)")
            .bind(id)
            .bind(now())
            .execute(unit.connection())
            .await?;
        Ok(new.rows_affected() > 0)
    }
}

fn read<T: serde::de::DeserializeOwned>(data: Value) -> Result<T, Refused> {
    serde_json::from_value(data)
        .map_err(|error| Refused::Poison(format!("its data cannot be read: {error}")))
}
