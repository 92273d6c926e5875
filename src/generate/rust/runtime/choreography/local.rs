//! The embedded broker: one more SQLite file, through which all processes of one machine reach each other.

use super::broker::{Broker, Consumer, Delivery, Message, Pending};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Row, SqlitePool};
use std::path::Path;
use std::time::Duration;
use tokio::sync::Notify;

const TABLES: &str = "
create table if not exists messages (
    seq integer primary key autoincrement,
    id text not null unique, topic text not null, key text not null, body text not null, at integer not null
);
create index if not exists messages_by_topic on messages (topic, seq);
create table if not exists subscriptions (
    consumer text not null, topic text not null, primary key (consumer, topic)
);
create table if not exists deliveries (
    consumer text not null, seq integer not null, not_before integer not null default 0,
    primary key (consumer, seq)
);
";

/// How long messages are kept that nobody waits for.
const KEPT: Duration = Duration::from_secs(7 * 86_400);

/// How often somebody looks for what another process has published.
const LOOK: Duration = Duration::from_millis(50);

/// A message that is being taken does not come a second time before this has passed.
const LEASE: Duration = Duration::from_secs(30);

pub struct Local {
    pool: SqlitePool,
    /// One writer at a time in this process, so that nobody waits for the lock of the file.
    turn: tokio::sync::Mutex<()>,
    published: Notify,
}

impl Local {
    pub async fn open(file: &Path) -> Result<Local, sqlx::Error> {
        let pool = SqlitePoolOptions::new().max_connections(8).connect_with(options(file)).await?;
        sqlx::raw_sql(TABLES).execute(&pool).await?;
        let local = Local { pool, turn: tokio::sync::Mutex::new(()), published: Notify::new() };
        local.tidy().await?;
        Ok(local)
    }

    /// Forgets old messages that have reached everybody.
    async fn tidy(&self) -> Result<(), sqlx::Error> {
        let oldest = super::store::now() - i64::try_from(KEPT.as_millis()).unwrap_or_default();
        sqlx::query(
            "delete from messages where at < ? and seq not in (select seq from deliveries)",
        )
        .bind(oldest)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn lease(&self, consumer: &str, at_most: usize) -> Result<Vec<Delivery>, sqlx::Error> {
        let now = super::store::now();
        let wanted = "select m.seq, m.id, m.topic, m.key, m.body from deliveries d join messages m using (seq)
             where d.consumer = ? and d.not_before <= ? order by m.seq limit ?";
        let limit = i64::try_from(at_most).unwrap_or(i64::MAX);
        // Most of the time there is nothing, and no need to lock the file for that.
        let some = sqlx::query(wanted).bind(consumer).bind(now).bind(1);
        if some.fetch_optional(&self.pool).await?.is_none() {
            return Ok(Vec::new());
        }
        let _turn = self.turn.lock().await;
        let mut unit = self.pool.begin_with("begin immediate").await?;
        let rows = sqlx::query(wanted).bind(consumer).bind(now).bind(limit);
        let mut found = Vec::new();
        for row in rows.fetch_all(&mut *unit).await? {
            let seq: i64 = row.get(0);
            sqlx::query("update deliveries set not_before = ? where consumer = ? and seq = ?")
                .bind(now + i64::try_from(LEASE.as_millis()).unwrap_or_default())
                .bind(consumer)
                .bind(seq)
                .execute(&mut *unit)
                .await?;
            let message =
                Message { id: row.get(1), topic: row.get(2), key: row.get(3), body: row.get(4) };
            found.push(Delivery { message, receipt: Box::new((consumer.to_string(), seq)) });
        }
        unit.commit().await?;
        Ok(found)
    }
}

pub(crate) fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // What is committed is on the disk: a power failure loses nothing either.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(20))
}

fn receipt(delivery: &Delivery) -> (String, i64) {
    delivery.receipt.downcast_ref::<(String, i64)>().cloned().unwrap_or_default()
}

impl Broker for Local {
    fn subscribe<'b>(&'b self, consumer: &'b Consumer) -> Pending<'b, ()> {
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            let mut unit = self.pool.begin_with("begin immediate").await?;
            for topic in &consumer.topics {
                let new = sqlx::query("insert or ignore into subscriptions values (?, ?)")
                    .bind(&consumer.name)
                    .bind(topic)
                    .execute(&mut *unit)
                    .await?;
                if new.rows_affected() == 0 {
                    continue;
                }
                let earlier = "insert or ignore into deliveries (consumer, seq)
                     select ?, seq from messages where topic = ?";
                sqlx::query(earlier).bind(&consumer.name).bind(topic).execute(&mut *unit).await?;
            }
            // Whoever had it taken before is gone.
            sqlx::query("update deliveries set not_before = 0 where consumer = ?")
                .bind(&consumer.name)
                .execute(&mut *unit)
                .await?;
            Ok(unit.commit().await?)
        })
    }

    fn publish<'b>(&'b self, message: &'b Message) -> Pending<'b, ()> {
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            let mut unit = self.pool.begin_with("begin immediate").await?;
            let new = sqlx::query(
                "insert or ignore into messages (id, topic, key, body, at) values (?, ?, ?, ?, ?)",
            )
            .bind(&message.id)
            .bind(&message.topic)
            .bind(&message.key)
            .bind(&message.body)
            .bind(super::store::now())
            .execute(&mut *unit)
            .await?;
            if new.rows_affected() > 0 {
                let everybody = "insert or ignore into deliveries (consumer, seq)
                     select consumer, ? from subscriptions where topic = ?";
                sqlx::query(everybody)
                    .bind(new.last_insert_rowid())
                    .bind(&message.topic)
                    .execute(&mut *unit)
                    .await?;
            }
            unit.commit().await?;
            self.published.notify_waiters();
            Ok(())
        })
    }

    fn receive<'b>(
        &'b self,
        consumer: &'b str,
        at_most: usize,
        patience: Duration,
    ) -> Pending<'b, Vec<Delivery>> {
        Box::pin(async move {
            let until = tokio::time::Instant::now() + patience;
            loop {
                let published = self.published.notified();
                let found = self.lease(consumer, at_most).await?;
                if !found.is_empty() || tokio::time::Instant::now() >= until {
                    return Ok(found);
                }
                let _ = tokio::time::timeout(LOOK, published).await;
            }
        })
    }

    fn acknowledge(&self, delivery: Delivery) -> Pending<'_, ()> {
        Box::pin(async move {
            let (consumer, seq) = receipt(&delivery);
            let _turn = self.turn.lock().await;
            sqlx::query("delete from deliveries where consumer = ? and seq = ?")
                .bind(consumer)
                .bind(seq)
                .execute(&self.pool)
                .await?;
            Ok(())
        })
    }

    fn again(&self, delivery: Delivery, pause: Duration) -> Pending<'_, ()> {
        Box::pin(async move {
            let (consumer, seq) = receipt(&delivery);
            let at = super::store::now() + i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
            let _turn = self.turn.lock().await;
            sqlx::query("update deliveries set not_before = ? where consumer = ? and seq = ?")
                .bind(at)
                .bind(consumer)
                .bind(seq)
                .execute(&self.pool)
                .await?;
            Ok(())
        })
    }

    fn waiting<'b>(&'b self, consumer: &'b str) -> Pending<'b, Option<u64>> {
        Box::pin(async move {
            let row = sqlx::query("select count(*) from deliveries where consumer = ?")
                .bind(consumer)
                .fetch_one(&self.pool)
                .await?;
            Ok(u64::try_from(row.get::<i64, _>(0)).ok())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str) -> Message {
        let topic = "events.Shop.OrderPlaced".to_string();
        Message { id: id.to_string(), topic, key: "k".to_string(), body: "{}".to_string() }
    }

    async fn received(local: &Local, consumer: &str) -> Vec<Delivery> {
        local.receive(consumer, 10, Duration::ZERO).await.expect("it is there")
    }

    #[tokio::test]
    async fn keeps_each_message_for_each_consumer_until_it_is_acknowledged() {
        let file = std::env::temp_dir().join(format!("broker-{}.db", std::process::id()));
        let local = Local::open(&file).await.expect("there is room");
        let topics = vec!["events.Shop.OrderPlaced".to_string()];
        let consumer = |name: &str| Consumer { name: name.to_string(), topics: topics.clone() };
        local.subscribe(&consumer("early")).await.expect("it is there");
        for id in ["1", "2", "1"] {
            local.publish(&message(id)).await.expect("it is there");
        }
        local.subscribe(&consumer("late")).await.expect("it is there");
        for name in ["early", "late"] {
            let found = received(&local, name).await;
            let ids: Vec<_> = found.iter().map(|it| it.message.id.as_str()).collect();
            assert_eq!(ids, ["1", "2"], "{name}");
            // What is being taken does not come a second time.
            assert!(received(&local, name).await.is_empty(), "{name}");
            for (at, delivery) in found.into_iter().enumerate() {
                match at {
                    0 => local.acknowledge(delivery).await.expect("it is there"),
                    _ => local.again(delivery, Duration::ZERO).await.expect("it is there"),
                }
            }
            let found = received(&local, name).await;
            assert_eq!(found.len(), 1, "{name}");
            assert_eq!(found[0].message.id, "2", "{name}");
            assert_eq!(local.waiting(name).await.expect("it is there"), Some(1));
        }
        drop(local);
        let _ = std::fs::remove_file(file);
    }
}
