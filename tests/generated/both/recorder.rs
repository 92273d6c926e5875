//! A mortgage, from the application to the deed, whose services write down what they do. Those that react do
//! so in the transaction of doing it, and nothing there looks whether it was done before. Those that are only
//! called know the keys that they have acted on. Who buys and sells, and the people, answer at once.

use runtime::both::{self, Whole};
use runtime::choreography::broker::{Absent, Broker, Consumer, Delivery, Message, Pending};
use runtime::choreography::sqlx::{self, Row};
use runtime::choreography::store::Store;
use runtime::choreography::system::connect;
use runtime::choreography::{Envelope, cli, topics};
use runtime::contract::Raised;
use runtime::engine::Engine;
use runtime::services::{Answer, Call};
use runtime::testing::Example;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

// EXAMPLES

fn main() -> ExitCode {
    if let Some(points) = number("KILL_IN") {
        POINTS.store(i64::try_from(points).unwrap_or_default(), Ordering::SeqCst);
    }
    cli::run(async {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let folder = cli::folder();
        fs::create_dir_all(folder.join("effects")).map_err(text)?;
        let mut broker = connect(&folder, &cli::broker(&words)).await?;
        if let Some(seed) = number("UNRULY") {
            broker = Arc::new(Unruly { inner: broker, chance: AtomicU64::new(seed) });
        }
        if let Some(until) = number("GONE_UNTIL") {
            broker = Arc::new(Gone { inner: broker, until });
        }
        let whole = whole(&broker);
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["place", application] => place(whole, application).await,
            ["inject", topic, id, body] => inject(&*broker, topic, id, body).await,
            ["report"] => report(whole, broker).await,
            _ => both::run(whole, &folder, broker, &words).await,
        }
    })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

fn reply(operation: &str) -> &'static str {
    let example = EXAMPLES.iter().find(|example| example.operation == operation);
    example.map_or("null", |example| example.reply)
}

fn whole(broker: &Arc<dyn Broker>) -> Whole {
    let mut system = system::system();
    let mut reacting = Vec::new();
    for participant in &mut system.participants {
        let mut services = runtime::Services::default();
        for name in participant.services.names().cloned().collect::<Vec<_>>() {
            let reply = reply(&name);
            services = services.raw_later(&name, move |call, _| act_within(reply, call));
            reacting.push(name);
        }
        participant.services = services;
    }
    let mut whole = coordinator::beside(system, Vec::new());
    let mut services = runtime::Services::default();
    for example in EXAMPLES.iter().filter(|it| !reacting.iter().any(|name| name == it.operation)) {
        let broker = broker.clone();
        services = services.raw_later(example.operation, move |call, _| {
            act_alone(example.reply, call, broker.clone())
        });
    }
    whole.project.services = services;
    whole
}

/// What is said of the step of this call: `7.mandate.down`, `7.contract.OfferRefused`.
fn what_is_said_of(call: &Call) -> Option<String> {
    let mut parts = call.run.split('/').next()?.split('.').skip(1);
    let (step, word) = (parts.next()?, parts.next()?);
    (call.step == step).then(|| word.to_string())
}

fn is_said(call: &Call, word: &str) -> bool {
    call.run.split('/').next().is_some_and(|run| run.ends_with(&format!(".{word}")))
}

/// Does it: a row for each time, in the transaction of the call.
async fn act_within(reply: &'static str, call: Call) -> Answer {
    point();
    match what_is_said_of(&call).as_deref() {
        Some("slow") if call.attempt == 1 => tokio::time::sleep(Duration::from_secs(7)).await,
        Some("down") if call.attempt < 3 => return Answer::Outage("nobody is there".to_string()),
        _ => {}
    }
    let written = async {
        let mut transaction = call.transaction().await.map_err(text)?;
        let table = "create table if not exists effects (key text not null)";
        sqlx::query(table).execute(&mut *transaction).await.map_err(text)?;
        let row = sqlx::query("insert into effects values (?)").bind(&call.key);
        row.execute(&mut *transaction).await.map_err(text)
    };
    if let Err(error) = written.await {
        return Answer::Outage(error);
    }
    point();
    Answer::Done(serde_json::from_str(reply).unwrap_or_default())
}

/// Does it once for each key, and lets happen what happens then.
async fn act_alone(reply: &'static str, call: Call, broker: Arc<dyn Broker>) -> Answer {
    point();
    match what_is_said_of(&call).as_deref() {
        None => {}
        Some("down") if call.attempt < 3 => return Answer::Outage("nobody is there".to_string()),
        Some("down") => {}
        Some(failure) => {
            let fields = serde_json::json!({});
            return Answer::Refused(Raised { name: failure.to_string(), fields });
        }
    }
    let done = cli::folder().join("effects").join(call.key.replace('/', "~"));
    let _ = fs::File::create_new(done);
    point();
    let told: &[(&str, &str)] = match (call.step.as_str(), is_said(&call, "collapsed")) {
        ("offer", _) => &[("Customer", "OfferAccepted")],
        ("provision", false) => {
            &[("LandRegistry", "PropertyDealCompleted"), ("Background", "BackgroundPassed")]
        }
        ("mandate", true) => &[("LandRegistry", "PropertyDealCollapsed")],
        _ => &[],
    };
    let run = call.run.split('/').next().unwrap_or_default();
    let application = run.strip_prefix("BuyHome-").unwrap_or(run);
    for (service, event) in told {
        let message = message(service, event, application);
        // Whoever says it says it until somebody has heard it.
        while broker.publish(&message).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    point();
    Answer::Done(serde_json::from_str(reply).unwrap_or_default())
}

fn message(service: &str, event: &str, application: &str) -> Message {
    let mut fields = serde_json::json!({ "application": application });
    if event == "PropertyDealCollapsed" {
        fields["reason"] = serde_json::json!("no deal");
    }
    let id = format!("{application}/{event}");
    let body = Envelope::new(&id, service, event, fields).text();
    Message { id, topic: topics::events(service, event), key: application.to_string(), body }
}

static POINTS: AtomicI64 = AtomicI64::new(i64::MIN);

/// A place to die at.
fn point() {
    if POINTS.load(Ordering::SeqCst) != i64::MIN && POINTS.fetch_sub(1, Ordering::SeqCst) == 1 {
        let _ = std::process::Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
        std::thread::sleep(Duration::from_secs(60));
    }
}

fn runs() -> PathBuf {
    cli::folder().join(coordinator::ADDRESS)
}

/// Asks for a mortgage, and leaves the rest to others.
async fn place(whole: Whole, application: &str) -> Result<ExitCode, String> {
    let example = include_str!("../../../../examples/buy_home.json");
    let mut input: serde_json::Value = serde_json::from_str(example).map_err(text)?;
    input["application"] = serde_json::json!(application);
    let engine = runtime::durable::open(&runs().to_string_lossy(), whole.project).await?;
    engine.start("BuyHome", &format!("BuyHome-{application}"), &input).await?;
    Ok(ExitCode::SUCCESS)
}

/// Hands the broker a message as it is; without a body the event of that name.
async fn inject(broker: &dyn Broker, topic: &str, id: &str, body: &str) -> Result<ExitCode, String> {
    let mut parts = topic.split('.').skip(1);
    let message = match (body, parts.next(), parts.next()) {
        ("", Some(service), Some(event)) => message(service, event, id),
        _ => {
            let (id, topic, body) = (id.to_string(), topic.to_string(), body.to_string());
            Message { key: id.clone(), id, topic, body }
        }
    };
    broker.publish(&message).await.map_err(text)?;
    Ok(ExitCode::SUCCESS)
}

/// What is there: effects, what is not finished, dead letters, and the ends of runs.
async fn report(whole: Whole, broker: Arc<dyn Broker>) -> Result<ExitCode, String> {
    let engine = runtime::durable::open(&runs().to_string_lossy(), whole.project).await?;
    let mut effects: BTreeMap<String, u64> = BTreeMap::new();
    for entry in fs::read_dir(cli::folder().join("effects")).map_err(text)? {
        let name = entry.map_err(text)?.file_name().to_string_lossy().replace('~', "/");
        effects.insert(name, 1);
    }
    let mut runs: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut unfinished = 0;
    for it in engine.list().await? {
        let is_running = it.state == "running";
        unfinished += i64::from(is_running);
        if it.workflow != "notify" && it.workflow != "settle" {
            runs.insert(it.run, (!is_running).then_some(it.state));
        }
    }
    let open = whole.system.open_with(&cli::folder(), broker.clone()).await?;
    let mut dead = 0;
    for service in &open.services {
        let rows = sqlx::query("select key from effects").fetch_all(service.store.reads()).await;
        for row in rows.unwrap_or_default() {
            *effects.entry(row.get(0)).or_default() += 1;
        }
        let rest = "select (select count(*) from outbox where published is null)
            + (select count(*) from tasks where kind in ('act', 'serve', 'ask'))";
        let row = sqlx::query(rest).fetch_one(service.store.reads()).await;
        unfinished += row.map_err(text)?.get::<i64, _>(0);
        unfinished += waiting(&*broker, &service.consumer().name).await?;
        dead += service.dead().await.map_err(text)?.len();
    }
    for name in ["tracker", "coordinator"] {
        unfinished += waiting(&*broker, name).await?;
    }
    let store = Store::open(&cli::folder(), "coordinator").await.map_err(text)?;
    dead += runtime::choreography::dead::dead(&store).await.map_err(text)?.len();
    for listed in open.tracker.list().await.map_err(text)? {
        runs.insert(listed.run, listed.goal);
    }
    let told = serde_json::json!({
        "effects": effects, "unfinished": unfinished, "dead": dead, "runs": runs,
    });
    println!("{told}");
    Ok(ExitCode::SUCCESS)
}

async fn waiting(broker: &dyn Broker, consumer: &str) -> Result<i64, String> {
    // One that nobody has asked for has nothing waiting.
    let waiting = broker.waiting(consumer).await.ok().flatten();
    Ok(waiting.and_then(|waiting| i64::try_from(waiting).ok()).unwrap_or_default())
}

/// A broker that is not there until a moment.
struct Gone {
    inner: Arc<dyn Broker>,
    until: u64,
}

impl Gone {
    fn is_there(&self) -> Result<(), Absent> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        match now < u128::from(self.until) {
            true => Err(Absent("it is gone".to_string())),
            false => Ok(()),
        }
    }
}

impl Broker for Gone {
    fn subscribe<'b>(&'b self, consumer: &'b Consumer) -> Pending<'b, ()> {
        self.inner.subscribe(consumer)
    }

    fn publish<'b>(&'b self, message: &'b Message) -> Pending<'b, ()> {
        Box::pin(async move {
            self.is_there()?;
            self.inner.publish(message).await
        })
    }

    fn receive<'b>(
        &'b self,
        consumer: &'b str,
        at_most: usize,
        patience: Duration,
    ) -> Pending<'b, Vec<Delivery>> {
        Box::pin(async move {
            self.is_there()?;
            self.inner.receive(consumer, at_most, patience).await
        })
    }

    fn acknowledge(&self, delivery: Delivery) -> Pending<'_, ()> {
        self.inner.acknowledge(delivery)
    }

    fn again(&self, delivery: Delivery, pause: Duration) -> Pending<'_, ()> {
        self.inner.again(delivery, pause)
    }

    fn waiting<'b>(&'b self, consumer: &'b str) -> Pending<'b, Option<u64>> {
        self.inner.waiting(consumer)
    }
}

// UNRULY
