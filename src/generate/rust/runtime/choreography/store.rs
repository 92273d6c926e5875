//! The database of a service: one SQLite file, with the tables of the runtime beside those of the service.
//! One connection writes, everything in one transaction; who wants to write waits for it.

use super::local::options;
use crate::driver::Driver;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{Connection, Executor, SqliteConnection, SqlitePool};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

const TABLES: &str = "
create table if not exists runs (
    run text primary key, workflow text not null, input text not null, trace text not null,
    began integer not null, over text
);
create table if not exists log (
    run text not null, seq integer not null, at integer not null, entry text not null,
    primary key (run, seq)
);
create table if not exists tasks (
    run text not null, command integer not null, kind text not null, due integer not null,
    attempts integer not null default 0, trouble text, work text not null, primary key (run, command)
);
create index if not exists tasks_by_time on tasks (due);
create table if not exists outbox (
    seq integer primary key autoincrement, id text not null unique, topic text not null, key text not null,
    body text not null, at integer not null, published integer
);
create index if not exists outbox_open on outbox (seq) where published is null;
create table if not exists inbox (id text primary key, at integer not null);
create table if not exists asked (key text primary key, answer text not null, at integer not null);
create table if not exists dead (
    seq integer primary key autoincrement, id text not null, topic text not null, key text not null,
    body text not null, reason text not null, at integer not null, replayed integer
);
create table if not exists noted (run text primary key, standing text not null);
";

/// Milliseconds since 1970.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Published messages and taken ids are kept for so long, so that one that comes again is known; and runs whose
/// end is known here, after the last thing that has come to them.
const KEPT: i64 = 30 * 86_400_000;

#[derive(Clone)]
pub struct Store {
    pub service: String,
    reads: SqlitePool,
    writer: Arc<Mutex<Writer>>,
    /// Wakes whoever looks for work.
    pub changed: Arc<tokio::sync::Notify>,
}

/// The connection that writes, and the runs as far as they are in memory.
pub struct Writer {
    connection: SqliteConnection,
    /// With how much has come to each.
    pub drivers: HashMap<String, (i64, Driver)>,
    in_transaction: bool,
}

/// One transaction. What is not committed has not happened.
pub struct Unit {
    writer: OwnedMutexGuard<Writer>,
    changed: Arc<tokio::sync::Notify>,
    /// The runs that went on in it: when it fails they are forgotten, and read again.
    pub touched: Vec<String>,
}

impl Store {
    pub async fn open(folder: &Path, service: &str) -> Result<Store, sqlx::Error> {
        let file = file(folder, service);
        let mut connection = SqliteConnection::connect_with(&options(&file)).await?;
        connection.execute(TABLES).await?;
        drop_old(&mut connection).await?;
        let reads =
            SqlitePoolOptions::new().max_connections(4).connect_with(options(&file)).await?;
        let writer = Writer { connection, drivers: HashMap::new(), in_transaction: false };
        Ok(Store {
            service: service.to_string(),
            reads,
            writer: Arc::new(Mutex::new(writer)),
            changed: Arc::default(),
        })
    }

    /// Drops what nobody needs any more.
    pub async fn drop_old(&self) -> Result<(), sqlx::Error> {
        let mut unit = self.begin().await?;
        for run in drop_old(unit.connection()).await? {
            unit.drivers().remove(&run);
        }
        unit.commit().await
    }

    /// For reading only.
    pub fn reads(&self) -> &SqlitePool {
        &self.reads
    }

    pub async fn begin(&self) -> Result<Unit, sqlx::Error> {
        let writer = self.writer.clone().lock_owned().await;
        let mut unit = Unit { writer, changed: self.changed.clone(), touched: Vec::new() };
        unit.restart().await?;
        Ok(unit)
    }
}

impl Unit {
    pub fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.writer.connection
    }

    pub(crate) fn reads(&self) -> &SqliteConnection {
        &self.writer.connection
    }

    pub fn drivers(&mut self) -> &mut HashMap<String, (i64, Driver)> {
        &mut self.writer.drivers
    }

    /// Leaves out everything so far, and begins again.
    pub async fn restart(&mut self) -> Result<(), sqlx::Error> {
        self.forget();
        if self.writer.in_transaction {
            // A full disk has rolled it back already, and then there is nothing to roll back.
            let _ = self.writer.connection.execute("rollback").await;
            self.writer.in_transaction = false;
        }
        self.writer.connection.execute("begin immediate").await?;
        self.writer.in_transaction = true;
        Ok(())
    }

    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.writer.connection.execute("commit").await?;
        self.writer.in_transaction = false;
        self.touched.clear();
        self.changed.notify_waiters();
        Ok(())
    }

    /// Leaves out everything.
    pub async fn roll_back(mut self) {
        self.forget();
        if self.writer.connection.execute("rollback").await.is_ok() {
            self.writer.in_transaction = false;
        }
    }

    fn forget(&mut self) {
        for run in std::mem::take(&mut self.touched) {
            self.writer.drivers.remove(&run);
        }
    }
}

impl Drop for Unit {
    /// A transaction that is left open is rolled back by the next one.
    fn drop(&mut self) {
        self.forget();
    }
}

/// Gives the runs that were dropped. One without an end that is known here stays: it may wait for years.
async fn drop_old(connection: &mut SqliteConnection) -> Result<Vec<String>, sqlx::Error> {
    let before = now() - KEPT;
    for old in [
        "delete from outbox where published < ?",
        "delete from inbox where at < ?",
        "delete from asked where at < ?",
        "delete from dead where replayed < ?",
    ] {
        sqlx::query(old).bind(before).execute(&mut *connection).await?;
    }
    let runs = "select run from runs where over is not null and began < ?1
        and not exists (select 1 from log where log.run = runs.run and log.at >= ?1)
        and not exists (select 1 from tasks where tasks.run = runs.run and tasks.kind != 'timer')";
    let runs =
        sqlx::query_scalar::<_, String>(runs).bind(before).fetch_all(&mut *connection).await?;
    for run in &runs {
        for table in ["log", "tasks", "noted", "runs"] {
            let gone = format!("delete from {table} where run = ?");
            sqlx::query(&gone).bind(run).execute(&mut *connection).await?;
        }
    }
    Ok(runs)
}

fn file(folder: &Path, service: &str) -> PathBuf {
    folder.join(format!("{}.db", super::topics::part(service)))
}

/// Whoever works on a service's database holds its lock, so that nobody else does.
pub struct Lock {
    _connection: SqliteConnection,
}

impl Lock {
    /// `None` when another process works on it. The lock goes with the process.
    pub async fn take(folder: &Path, service: &str) -> Result<Option<Lock>, sqlx::Error> {
        let file = folder.join(format!("{}.lock", super::topics::part(service)));
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .busy_timeout(std::time::Duration::ZERO);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        match connection.execute("begin exclusive").await {
            Ok(_) => Ok(Some(Lock { _connection: connection })),
            Err(sqlx::Error::Database(error)) if error.message().contains("locked") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_run_is_dropped_a_month_after_its_end_and_stays_while_anything_is_open() {
        let folder = std::env::temp_dir().join(format!("store-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("there is room");
        let store = Store::open(&folder, "Shop").await.expect("there is room");
        let (old, new) = (now() - KEPT - 1, now());
        let mut unit = store.begin().await.expect("it is there");
        let runs = [
            ("over", Some("Done"), old, ""),
            ("not over", None, old, ""),
            ("heard of", Some("Done"), new, ""),
            ("with a limit", Some("Done"), old, "timer"),
            ("still asking", Some("Done"), old, "ask"),
        ];
        for (run, over, at, task) in runs {
            sqlx::query("insert into runs values (?, 'Sell', '{}', '', ?, ?)")
                .bind(run)
                .bind(old)
                .bind(over)
                .execute(unit.connection())
                .await
                .expect("it fits");
            sqlx::query("insert into log values (?, 1, ?, '{}')")
                .bind(run)
                .bind(at)
                .execute(unit.connection())
                .await
                .expect("it fits");
            if !task.is_empty() {
                sqlx::query(
                    "insert into tasks (run, command, kind, due, work) values (?, 1, ?, 0, '')",
                )
                .bind(run)
                .bind(task)
                .execute(unit.connection())
                .await
                .expect("it fits");
            }
        }
        unit.commit().await.expect("it fits");
        store.drop_old().await.expect("it is there");
        for table in ["runs", "log"] {
            let left: Vec<String> =
                sqlx::query_scalar(&format!("select run from {table} order by run"))
                    .fetch_all(store.reads())
                    .await
                    .expect("it is there");
            assert_eq!(left, ["heard of", "not over", "still asking"], "{table}");
        }
        drop(store);
        let _ = std::fs::remove_dir_all(folder);
    }
}
