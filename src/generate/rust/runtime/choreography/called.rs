//! A service that is called: by a participant through a message, or by a coordinator. What it writes in the
//! transaction of the call, and its answer, are there once for each key, whoever asks, and however often.

use super::engine::Service;
use super::store::Unit;
use super::transaction::Place;
use crate::services::{Answer, Call, Services};
use serde_json::Value;
use sqlx::Row;
use std::sync::Arc;
use tokio::sync::oneshot;

impl Services {
    /// Adds what participants do: in their databases.
    pub fn through(self, participants: &[Arc<Service>]) -> Services {
        participants.iter().fold(self, |services, service| {
            let place = service.clone();
            services.lent(&service.participant.services, move |operation, call, request| {
                place.clone().called(operation, call, request)
            })
        })
    }
}

impl Service {
    /// A call of somebody who keeps the answer himself. When nobody waits for it any more, what it has
    /// written so far is rolled back.
    async fn called(self: Arc<Service>, operation: String, call: Call, request: Value) -> Answer {
        let (waiting, gone) = oneshot::channel::<()>();
        let work = tokio::spawn(async move {
            match self.call_once(&operation, call, request, gone).await {
                Ok(answer) => answer,
                Err(error) => {
                    tracing::error!(service = self.name(), %error, "cannot write its database");
                    Answer::Outage(error.to_string())
                }
            }
        });
        let answer = work.await.unwrap_or_else(|error| Answer::Outage(error.to_string()));
        drop(waiting);
        answer
    }

    async fn call_once(
        &self,
        operation: &str,
        mut call: Call,
        request: Value,
        gone: oneshot::Receiver<()>,
    ) -> Result<Answer, sqlx::Error> {
        let key = call.key.clone();
        if let Some(answer) = self.kept(&key).await? {
            return Ok(answer);
        }
        let place = Place::new(self.store.clone());
        call.inside.0 = Some(place.inside());
        let (participant, operation) = (self.participant.clone(), operation.to_string());
        let asked = async move { participant.services.ask(&operation, call, request).await };
        // A panic in a service is an outage of it, and not of others.
        let mut asked = tokio::spawn(asked);
        let answer = tokio::select! {
            answer = &mut asked => answer,
            _ = gone => {
                asked.abort();
                asked.await
            }
        };
        let answer = match answer {
            Ok(Some(answer)) => answer,
            Ok(None) => Answer::Outage("nobody here does that".to_string()),
            Err(error) => Answer::Outage(format!("it panicked: {error}")),
        };
        let mut unit = self.after(&place, &answer).await?;
        let answer = self.keep(&mut unit, &key, answer).await?;
        unit.commit().await?;
        Ok(answer)
    }

    /// The transaction of a call that is over. After an outage nothing is left in it.
    pub(super) async fn after(&self, place: &Place, answer: &Answer) -> Result<Unit, sqlx::Error> {
        match place.taken().await {
            Some(mut unit) if matches!(answer, Answer::Outage(_)) => {
                unit.restart().await?;
                Ok(unit)
            }
            Some(unit) => Ok(unit),
            None => self.store.begin().await,
        }
    }

    /// What was answered to this key.
    pub(super) async fn kept(&self, key: &str) -> Result<Option<Answer>, sqlx::Error> {
        let row = sqlx::query("select answer from asked where key = ?")
            .bind(key)
            .fetch_optional(self.store.reads())
            .await?;
        Ok(row.and_then(|row| serde_json::from_str(&row.get::<String, _>(0)).ok()))
    }

    /// Keeps an answer under its key. When another attempt was faster its answer counts, and what this one
    /// has written is left out.
    pub(super) async fn keep(
        &self,
        unit: &mut Unit,
        key: &str,
        answer: Answer,
    ) -> Result<Answer, sqlx::Error> {
        if matches!(answer, Answer::Outage(_)) {
            return Ok(answer);
        }
        let new = sqlx::query("insert or ignore into asked values (?, ?, ?)")
            .bind(key)
            .bind(serde_json::to_string(&answer).unwrap_or_default())
            .bind(super::store::now())
            .execute(unit.connection())
            .await?;
        if new.rows_affected() > 0 {
            return Ok(answer);
        }
        unit.restart().await?;
        Ok(self.kept(key).await?.unwrap_or(answer))
    }
}
