//! Services that write down what they do, in the transaction of doing it, over a broker that brings
//! messages twice, late and out of order. Nothing here looks whether something was done before.

use runtime::choreography::broker::{Absent, Broker, Consumer, Delivery, Message, Pending};
use runtime::choreography::cli;
use runtime::choreography::sqlx::{self, Row};
use runtime::choreography::system::{Open, System, connect};
use runtime::contract::Raised;
use runtime::services::{Answer, Call};
use runtime::testing::Example;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

// EXAMPLES

fn main() -> ExitCode {
    if let Some(points) = std::env::var("KILL_IN").ok().and_then(|text| text.parse().ok()) {
        POINTS.store(points, Ordering::SeqCst);
    }
    cli::run(async {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let folder = cli::folder();
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let mut broker = connect(&folder, &cli::broker(&words)).await?;
        if let Some(seed) = std::env::var("UNRULY").ok().and_then(|text| text.parse().ok()) {
            broker = Arc::new(Unruly { inner: broker, chance: AtomicU64::new(seed) });
        }
        let open = system().open_with(&folder, broker).await?;
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["place", order] => place(&open, order).await,
            ["inject", topic, id, body] => inject(&open, topic, id, body).await,
            ["report"] => report(&open).await,
            ["full", service] => full(&open, service).await,
            _ => cli::command(&open, &words).await,
        }
    })
}

fn system() -> System {
    let mut system = system::system();
    for participant in &mut system.participants {
        let names: Vec<String> = participant.services.names().cloned().collect();
        let mut services = runtime::Services::default();
        for name in names {
            let example = EXAMPLES.iter().find(|example| example.operation == name).copied();
            let reply = example.map_or("null", |example| example.reply);
            services = services.raw_later(&name, move |call, _| act(reply, call));
        }
        participant.services = services;
    }
    system
}

/// Does it: a row for each time, and no look at what is there already.
async fn act(reply: &'static str, call: Call) -> Answer {
    point();
    let said = what_is_said_of(&call);
    if said.as_deref() == Some("slow") && call.attempt == 1 {
        tokio::time::sleep(Duration::from_secs(4)).await;
    }
    if said.as_deref() == Some("down") && call.attempt < 3 {
        return Answer::Outage("nobody is there".to_string());
    }
    let written = async {
        let mut transaction = call.transaction().await.map_err(|error| error.to_string())?;
        let table = "create table if not exists effects (key text not null)";
        sqlx::query(table).execute(&mut *transaction).await.map_err(|error| error.to_string())?;
        sqlx::query("insert into effects values (?)")
            .bind(&call.key)
            .execute(&mut *transaction)
            .await
            .map_err(|error| error.to_string())
    };
    let refused = said.filter(|word| !["slow", "down"].contains(&word.as_str()));
    if refused.is_none() && let Err(error) = written.await {
        return Answer::Outage(error);
    }
    point();
    match refused {
        Some(name) => Answer::Refused(Raised { name, fields: serde_json::json!({ "reason": "so" }) }),
        None => Answer::Done(serde_json::from_str(reply).unwrap_or_default()),
    }
}

/// An order that is called `….STEP.FAILURE` is refused there; `slow` and `down` are no failures.
fn what_is_said_of(call: &Call) -> Option<String> {
    let mut parts = call.run.split('.').skip(1);
    (parts.next()? == call.step).then(|| parts.next().unwrap_or_default().to_string())
}

static POINTS: AtomicI64 = AtomicI64::new(i64::MAX);

/// A place where the process may be killed.
fn point() {
    if POINTS.fetch_sub(1, Ordering::SeqCst) == 1 {
        let _ = std::process::Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
        std::thread::sleep(Duration::from_secs(60));
    }
}

/// States that an order was placed, and leaves the rest to others.
async fn place(open: &Open, order: &str) -> Result<ExitCode, String> {
    let example = include_str!("../../../../examples/fulfil_order.json");
    let mut fields: serde_json::Value =
        serde_json::from_str(example).map_err(|error| error.to_string())?;
    fields["order"] = serde_json::json!(order);
    // More than fits on a page that is there already.
    fields["card"] = serde_json::json!("4711 ".repeat(2000));
    let run = format!("FulfilOrder-{order}");
    open.publish("OrderPlaced", None, &format!("{run}/OrderPlaced"), Some(&run), fields).await?;
    Ok(ExitCode::SUCCESS)
}

/// Hands the broker a message as it is.
async fn inject(open: &Open, topic: &str, id: &str, body: &str) -> Result<ExitCode, String> {
    let message =
        Message { id: id.to_string(), topic: topic.to_string(), key: id.to_string(), body: body.to_string() };
    open.broker.publish(&message).await.map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// What is there: effects, what is not finished, dead letters, and the ends of runs.
async fn report(open: &Open) -> Result<ExitCode, String> {
    let mut effects: BTreeMap<String, u64> = BTreeMap::new();
    let broker = &*open.broker;
    let (mut unfinished, mut dead) = (waiting(broker, "tracker").await?, 0);
    for service in &open.services {
        let rows = sqlx::query("select key from effects").fetch_all(service.store.reads()).await;
        for row in rows.unwrap_or_default() {
            *effects.entry(row.get(0)).or_default() += 1;
        }
        let rest = "select (select count(*) from outbox where published is null)
            + (select count(*) from tasks where kind in ('act', 'serve', 'ask'))";
        let row = sqlx::query(rest).fetch_one(service.store.reads()).await;
        unfinished += row.map_err(|error| error.to_string())?.get::<i64, _>(0);
        unfinished += waiting(broker, &service.consumer().name).await?;
        dead += service.dead().await.map_err(|error| error.to_string())?.len();
    }
    let runs = open.tracker.list().await.map_err(|error| error.to_string())?;
    let runs: BTreeMap<String, Option<String>> =
        runs.into_iter().map(|listed| (listed.run, listed.goal)).collect();
    let told = serde_json::json!({
        "effects": effects, "unfinished": unfinished, "dead": dead, "runs": runs,
    });
    println!("{told}");
    Ok(ExitCode::SUCCESS)
}

async fn waiting(broker: &dyn Broker, consumer: &str) -> Result<i64, String> {
    let waiting = broker.waiting(consumer).await.map_err(|error| error.to_string())?;
    Ok(waiting.and_then(|waiting| i64::try_from(waiting).ok()).unwrap_or_default())
}

/// Works for a while with a database of one service that cannot grow.
async fn full(open: &Open, service: &str) -> Result<ExitCode, String> {
    let found = open.services.iter().find(|it| it.name() == service);
    let store = found.ok_or("there is no such service")?.store.clone();
    let limit = async |pages: &str| -> Result<(), String> {
        let mut unit = store.begin().await.map_err(|error| error.to_string())?;
        let pragma = sqlx::query(pages).fetch_all(unit.connection()).await;
        pragma.map_err(|error| error.to_string())?;
        unit.commit().await.map_err(|error| error.to_string())
    };
    limit("pragma max_page_count = 1").await?;
    let works = open.work(&[]).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let row = sqlx::query("select count(*) from inbox").fetch_one(store.reads()).await;
    println!("taken while full: {}", row.map_err(|error| error.to_string())?.get::<i64, _>(0));
    limit("pragma max_page_count = 1073741823").await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    open.settle().await?;
    drop(works);
    Ok(ExitCode::SUCCESS)
}

/// A broker that brings what it has twice, late, and out of order.
struct Unruly {
    inner: Arc<dyn Broker>,
    chance: AtomicU64,
}

impl Unruly {
    fn chance(&self, n: u64) -> u64 {
        let next = |at: u64| at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = self.chance.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |at| Some(next(at)));
        (at.unwrap_or_default() >> 33) % n
    }
}

/// The second of two deliveries of one message.
struct Again;

impl Broker for Unruly {
    fn subscribe<'b>(&'b self, consumer: &'b Consumer) -> Pending<'b, ()> {
        self.inner.subscribe(consumer)
    }

    fn publish<'b>(&'b self, message: &'b Message) -> Pending<'b, ()> {
        Box::pin(async move {
            if self.chance(6) == 0 {
                return Err(Absent("the broker is away".to_string()));
            }
            self.inner.publish(message).await?;
            if self.chance(6) == 0 {
                // It was taken over, and nobody has heard of that.
                return Err(Absent("the broker went away".to_string()));
            }
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
            let mut found = self.inner.receive(consumer, at_most, patience).await?;
            let mut brought = Vec::new();
            while !found.is_empty() {
                let at = usize::try_from(self.chance(found.len() as u64)).unwrap_or_default();
                let delivery = found.remove(at);
                if self.chance(4) == 0 {
                    let pause = Duration::from_millis(self.chance(800));
                    self.inner.again(delivery, pause).await?;
                    continue;
                }
                if self.chance(3) == 0 {
                    let message = delivery.message.clone();
                    brought.push(Delivery { message, receipt: Box::new(Again) });
                }
                brought.push(delivery);
            }
            Ok(brought)
        })
    }

    fn acknowledge(&self, delivery: Delivery) -> Pending<'_, ()> {
        if delivery.receipt.is::<Again>() {
            return Box::pin(async { Ok(()) });
        }
        self.inner.acknowledge(delivery)
    }

    fn again(&self, delivery: Delivery, pause: Duration) -> Pending<'_, ()> {
        if delivery.receipt.is::<Again>() {
            return Box::pin(async { Ok(()) });
        }
        self.inner.again(delivery, pause)
    }

    fn waiting<'b>(&'b self, consumer: &'b str) -> Pending<'b, Option<u64>> {
        self.inner.waiting(consumer)
    }
}
