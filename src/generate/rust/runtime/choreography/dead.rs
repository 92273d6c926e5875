//! Dead letters: messages that could not be taken, and reactions that broke, with the reason. They stay
//! until somebody replays them.

use super::broker::Message as Posted;
use super::engine::Service;
use super::inbox::{Refused, Takes};
use super::replay::Entry;
use super::store::{Store, Unit, now};
use crate::driver::{Happened, Message};
use serde_json::Value;
use sqlx::Row;

/// The topic of a reaction that broke: its body is what it had taken.
const REACTION: &str = "reaction";

#[derive(Clone, Debug)]
pub struct Dead {
    pub seq: i64,
    pub id: String,
    pub topic: String,
    pub body: String,
    pub reason: String,
    pub at: i64,
}

/// Puts a message aside.
pub(super) async fn bury(store: &Store, message: &Posted, reason: &str) -> Result<(), sqlx::Error> {
    let mut unit = store.begin().await?;
    // The same one comes again when its acknowledgement was lost.
    let known = sqlx::query("select 1 from dead where id = ? and replayed is null")
        .bind(&message.id)
        .fetch_optional(unit.connection())
        .await?;
    if known.is_none() {
        write(&mut unit, message, reason).await?;
    }
    unit.commit().await
}

/// What is put aside.
pub async fn dead(store: &Store) -> Result<Vec<Dead>, sqlx::Error> {
    let rows = sqlx::query(
        "select seq, id, topic, body, reason, at from dead where replayed is null order by seq",
    )
    .fetch_all(store.reads())
    .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| Dead {
        seq: row.get(0),
        id: row.get(1),
        topic: row.get(2),
        body: row.get(3),
        reason: row.get(4),
        at: row.get(5),
    };
    Ok(rows.iter().map(read).collect())
}

/// Takes a message that was put aside again; what is wrong with it still, is the error.
pub async fn replay(who: &impl Takes, seq: i64) -> Result<(), String> {
    let message = letter(who, seq).await?;
    take_again(who, &message).await?;
    is_replayed(who.store(), seq).await.map_err(|error| error.to_string())
}

async fn letter(who: &impl Takes, seq: i64) -> Result<Posted, String> {
    let row =
        sqlx::query("select id, topic, key, body from dead where seq = ? and replayed is null")
            .bind(seq)
            .fetch_optional(who.store().reads())
            .await
            .map_err(|error| error.to_string())?;
    let row = row.ok_or_else(|| format!("{} has no dead letter {seq}", who.name()))?;
    Ok(Posted { id: row.get(0), topic: row.get(1), key: row.get(2), body: row.get(3) })
}

async fn take_again(who: &impl Takes, message: &Posted) -> Result<(), String> {
    match who.take(message).await {
        Ok(()) => Ok(()),
        Err(Refused::Poison(reason)) => Err(format!("it is still wrong: {reason}")),
        Err(Refused::Trouble(error)) => Err(error),
    }
}

async fn is_replayed(store: &Store, seq: i64) -> Result<(), sqlx::Error> {
    let mut unit = store.begin().await?;
    sqlx::query("update dead set replayed = ? where seq = ?")
        .bind(now())
        .bind(seq)
        .execute(unit.connection())
        .await?;
    unit.commit().await
}

impl Service {
    pub(super) async fn bury_reaction(
        &self,
        unit: &mut Unit,
        run: &str,
        input: &Value,
    ) -> Result<(), sqlx::Error> {
        let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
        let (reaction, reason) = (text("reaction"), text("reason"));
        tracing::error!(service = self.name(), run, reaction, reason, "put aside as a dead letter");
        let events = input.get("events").cloned().unwrap_or_default();
        let message = Posted {
            id: format!("{run} {reaction} {}", now()),
            topic: REACTION.to_string(),
            key: run.to_string(),
            body: events.to_string(),
        };
        write(unit, &message, &format!("the reaction `{reaction}` broke: {reason}")).await
    }

    /// What is put aside.
    pub async fn dead(&self) -> Result<Vec<Dead>, sqlx::Error> {
        dead(&self.store).await
    }

    /// Takes a dead letter again; what is wrong with it still, is the error.
    pub async fn replay(&self, seq: i64) -> Result<(), String> {
        let message = letter(self, seq).await?;
        match message.topic == REACTION {
            true => {
                self.react_again(seq, &message).await.map_err(|error| error.to_string())?;
            }
            false => take_again(self, &message).await?,
        }
        is_replayed(&self.store, seq).await.map_err(|error| error.to_string())
    }

    /// Hands what the reaction had taken to its run once more.
    async fn react_again(&self, seq: i64, message: &Posted) -> Result<(), sqlx::Error> {
        let events: Vec<Happened> = serde_json::from_str(&message.body).unwrap_or_default();
        let mut unit = self.store.begin().await?;
        for event in events {
            let event = Happened { id: format!("{} again {seq}", event.id), ..event };
            let entry = Entry::Message(Message::Event(event));
            self.go_on(&mut unit, &message.key, entry, Some(message.id.clone())).await?;
        }
        unit.commit().await
    }
}

async fn write(unit: &mut Unit, message: &Posted, reason: &str) -> Result<(), sqlx::Error> {
    let row = "insert into dead (id, topic, key, body, reason, at) values (?, ?, ?, ?, ?, ?)";
    sqlx::query(row)
        .bind(&message.id)
        .bind(&message.topic)
        .bind(&message.key)
        .bind(&message.body)
        .bind(reason)
        .bind(now())
        .execute(unit.connection())
        .await?;
    Ok(())
}
