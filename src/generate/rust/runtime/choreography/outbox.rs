//! The outbox: what is published is written in the transaction of what it says, and carried to the broker
//! afterwards, in the order of its keys, until the broker has it.

use super::broker::{Broker, Message};
use super::store::{Store, Unit, now};
use sqlx::Row;
use std::collections::HashSet;
use std::time::Duration;

/// Writes a message. One whose id is there already is there already.
pub async fn write(unit: &mut Unit, message: &Message) -> Result<(), sqlx::Error> {
    let row = "insert or ignore into outbox (id, topic, key, body, at) values (?, ?, ?, ?, ?)";
    sqlx::query(row)
        .bind(&message.id)
        .bind(&message.topic)
        .bind(&message.key)
        .bind(&message.body)
        .bind(now())
        .execute(unit.connection())
        .await?;
    Ok(())
}

/// Whether a message was written before.
pub async fn is_there(unit: &mut Unit, id: &str) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("select 1 from outbox where id = ?").bind(id);
    Ok(row.fetch_optional(unit.connection()).await?.is_some())
}

/// Carries what there is to the broker; gives how much it was. What fails holds back what has the same key.
pub async fn carry(store: &Store, broker: &dyn Broker) -> Result<usize, String> {
    let open = "select seq, id, topic, key, body from outbox where published is null order by seq limit 100";
    let rows =
        sqlx::query(open).fetch_all(store.reads()).await.map_err(|error| error.to_string())?;
    let mut held_back = HashSet::new();
    let mut carried = Vec::new();
    let mut trouble = None;
    for row in &rows {
        let key: String = row.get(3);
        if held_back.contains(&key) {
            continue;
        }
        let message = Message { id: row.get(1), topic: row.get(2), key, body: row.get(4) };
        match broker.publish(&message).await {
            Ok(()) => carried.push(row.get::<i64, _>(0)),
            Err(error) => {
                trouble = Some(error.to_string());
                held_back.insert(message.key);
            }
        }
    }
    if !carried.is_empty() {
        let mut unit = store.begin().await.map_err(|error| error.to_string())?;
        for seq in &carried {
            let done = sqlx::query("update outbox set published = ? where seq = ?");
            let done = done.bind(now()).bind(seq).execute(unit.connection()).await;
            done.map_err(|error| error.to_string())?;
        }
        unit.commit().await.map_err(|error| error.to_string())?;
    }
    match trouble {
        Some(trouble) if carried.is_empty() => Err(trouble),
        _ => Ok(carried.len()),
    }
}

/// Carries for ever.
pub async fn work(store: Store, broker: std::sync::Arc<dyn Broker>) {
    let mut pause = Duration::from_millis(100);
    loop {
        let changed = store.changed.notified();
        match carry(&store, &*broker).await {
            Ok(0) => {
                pause = Duration::from_millis(100);
                // Another process may have written as well.
                let _ = tokio::time::timeout(Duration::from_millis(100), changed).await;
            }
            Ok(_) => pause = Duration::from_millis(100),
            Err(error) => {
                super::broker::is_away(&error);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(5));
            }
        }
    }
}
