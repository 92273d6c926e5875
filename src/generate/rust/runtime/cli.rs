//! The commands of a coordinator.

use crate::contract::Raised;
use crate::driver::Happened;
use crate::engine::{Engine, LEASE, Project, State};
use crate::journal::Status;
use crate::services::Answer;
use crate::telemetry;
use crate::words::Command;
use serde_json::json;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const HELP: &str = "\
Commands:
  start WORKFLOW --input FILE [--run RUN]   begins a run and works on it until it waits for somebody
  status RUN                                where a run stands
  list                                      all runs
  history RUN                               what has happened in a run
  event NAME --data FILE [--id ID]          hands an event to the runs that it belongs to
  answer RUN STEP --reply FILE              answers a step that somebody works on
  answer RUN STEP --failure NAME [--data FILE]   refuses it
  serve [--listen ADDRESS]                  works on all runs until it is stopped, and listens for HTTP
  service NAME [--listen ADDRESS]           is one of the services, for whoever calls it over HTTP
Instead of a file, `-` reads standard input, and text that begins with { [ or \" is taken as it is.
The runs are kept where `--db ADDRESS`, or else COORDINATOR_DB, says: in a file,
in a PostgreSQL (postgres://…), or by a Temporal (temporal://HOST:PORT/NAMESPACE/QUEUE).
";

/// How long what is under way may take when a command is done.
const A_MOMENT: Duration = Duration::from_secs(1);

/// Runs a command; prints what it gives. The runs are kept at the address, unless another is given.
pub fn main(project: Project, address: &str) -> ExitCode {
    if let Some(error) = project.services.troubles().first() {
        return trouble(error);
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return trouble(&error.to_string()),
    };
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = runtime.block_on(async {
        let _telling = telemetry::begin("coordinator");
        run(project, address, &words).await
    });
    match done {
        Ok(code) => code,
        Err(error) => trouble(&error),
    }
}

fn trouble(error: &str) -> ExitCode {
    eprintln!("coordinator: {error}");
    ExitCode::from(2)
}

async fn run(project: Project, address: &str, words: &[String]) -> Result<ExitCode, String> {
    let command = Command::read(words)?;
    if command.words.is_empty() {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    let variable = std::env::var("COORDINATOR_DB").ok().filter(|address| !address.is_empty());
    let address = command.option("db").or(variable.as_deref()).unwrap_or(address);
    if address.starts_with("temporal:") {
        #[cfg(feature = "temporal")]
        return obey(&crate::temporal::open(address, project).await?, &command).await;
        #[cfg(not(feature = "temporal"))]
        return Err("for Temporal the coordinator is built with `--features temporal`".to_string());
    }
    #[cfg(feature = "duroxide")]
    return obey(&crate::durable::open(address, project).await?, &command).await;
    #[cfg(not(feature = "duroxide"))]
    Err(format!("for {address} the coordinator is built with `--features embedded`"))
}

pub(crate) async fn obey(engine: &impl Engine, command: &Command) -> Result<ExitCode, String> {
    #[cfg(feature = "otel")]
    {
        let engine = engine.clone();
        crate::otel::remember(move |run| {
            let engine = engine.clone();
            Box::pin(async move { engine.history(&run).await.unwrap_or_default() })
        });
    }
    let words: Vec<_> = command.words.iter().map(String::as_str).collect();
    match words[..] {
        ["start", workflow] => start(engine, workflow, command).await,
        ["status", run] => status(engine, run).await,
        ["list"] => list(engine).await,
        ["history", run] => history(engine, run).await,
        ["event", event] => deliver(engine, event, command).await,
        ["answer", run, step] => answer(engine, run, step, command).await,
        ["serve"] => serve(engine, command).await,
        _ => Err(format!("this is not a command\n{HELP}")),
    }
}

async fn start(
    engine: &impl Engine,
    workflow: &str,
    command: &Command,
) -> Result<ExitCode, String> {
    let input = command.json("input")?.unwrap_or_else(|| json!({}));
    let named = engine.name_of(workflow, &input)?;
    let run = command.option("run").map(ToString::to_string).or(named);
    let run = run.ok_or_else(|| "--run RUN must say what the run is called".to_string())?;
    let worker = engine.work().await?;
    if !engine.start(workflow, &run, &input).await? {
        println!("{run} is there already");
    }
    follow(engine, &run).await?;
    engine.rest(worker, A_MOMENT).await;
    Ok(ExitCode::SUCCESS)
}

/// Waits until a run is over, or until nothing happens in it without somebody from outside. What a process that
/// has died had begun is taken up again only when its lease has run out; until then nothing happens either.
async fn follow(engine: &impl Engine, run: &str) -> Result<(), String> {
    let mut seen = 0;
    let mut since = Instant::now();
    loop {
        let pulse = engine.pulse(run).await?;
        if pulse.is_over {
            break;
        }
        if pulse.is_busy || pulse.length != seen || engine.desk().is_busy() {
            since = Instant::now();
        }
        seen = pulse.length;
        let quiet = since.elapsed();
        if quiet > LEASE + A_MOMENT || quiet > A_MOMENT && waits(engine, run).await? {
            break;
        }
        tokio::time::sleep(A_MOMENT / 20).await;
    }
    status_of(engine, run).await.map(|text| print!("{text}"))
}

/// Whether somebody from outside is waited for.
async fn waits(engine: &impl Engine, run: &str) -> Result<bool, String> {
    Ok(match engine.state(run).await? {
        State::Running(standing) => !standing.waiting.is_empty(),
        State::Reacting(it) => {
            it.standings.iter().any(|(_, standing)| !standing.waiting.is_empty())
        }
        State::Missing | State::Over(_) | State::BrokenOff(_) => false,
    })
}

async fn status(engine: &impl Engine, run: &str) -> Result<ExitCode, String> {
    print!("{}", status_of(engine, run).await?);
    Ok(ExitCode::SUCCESS)
}

async fn status_of(engine: &impl Engine, run: &str) -> Result<String, String> {
    Ok(match engine.state(run).await? {
        State::Missing => return Err(format!("there is no run {run}")),
        State::Running(standing) => {
            let mut text = format!("{run} is at work\n");
            for (key, what) in &standing.waiting {
                text += &format!("  waits for {what} ({key})\n");
            }
            for (key, trouble) in &standing.troubles {
                let (what, attempts, error) = (&trouble.what, trouble.attempts, &trouble.error);
                text += &format!("  {what} has failed {attempts} times: {error} ({key})\n");
            }
            text
        }
        State::Over(finished) => {
            let mut text =
                format!("{run} ended in {} {}\n", finished.end.name, finished.end.fields);
            for entry in finished.journal {
                let status = serde_json::to_value(entry.status).unwrap_or_default();
                let status = status.as_str().unwrap_or_default();
                text += &format!("  {} {} {status}\n", entry.step, entry.operation);
            }
            text
        }
        State::BrokenOff(reason) => format!("{run} was broken off: {reason}\n"),
        State::Reacting(it) => it.text,
    })
}

async fn list(engine: &impl Engine) -> Result<ExitCode, String> {
    for it in engine.list().await? {
        if ![crate::notices::NOTIFY, crate::handed_over::SETTLE].contains(&&*it.workflow) {
            println!("{} {} {}", it.run, it.workflow, it.state);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn history(engine: &impl Engine, run: &str) -> Result<ExitCode, String> {
    for (at, line) in engine.history(run).await? {
        println!("{at} {line}");
    }
    Ok(ExitCode::SUCCESS)
}

async fn deliver(engine: &impl Engine, name: &str, command: &Command) -> Result<ExitCode, String> {
    let fields = command.json("data")?.unwrap_or_else(|| json!({}));
    let id = command.option("id").map(ToString::to_string);
    let id = id.unwrap_or_else(|| format!("{name}-{}", jiff::Timestamp::now().as_nanosecond()));
    let version = match command.option("version") {
        Some(text) => Some(text.parse().map_err(|_| format!("`{text}` is no version"))?),
        None => None,
    };
    let event = Happened { id, name: name.to_string(), version, fields };
    let worker = engine.work().await?;
    let runs = engine.deliver(&event).await?;
    if runs.is_empty() {
        println!("no run waits for {name}");
    }
    for run in runs {
        follow(engine, &run).await?;
    }
    engine.rest(worker, A_MOMENT).await;
    Ok(ExitCode::SUCCESS)
}

async fn answer(
    engine: &impl Engine,
    run: &str,
    step: &str,
    command: &Command,
) -> Result<ExitCode, String> {
    let answer = match command.option("failure") {
        Some(name) => Answer::Refused(Raised {
            name: name.to_string(),
            fields: command.json("data")?.unwrap_or_else(|| json!({})),
        }),
        None => Answer::Done(command.json("reply")?.unwrap_or_default()),
    };
    let key = key_of(engine, run, step).await?;
    let key = key.ok_or_else(|| format!("{run} does not wait for an answer to {step}"))?;
    let worker = engine.work().await?;
    match engine.answer(run, key, answer).await? {
        Some(run) => follow(engine, &run).await?,
        None => println!("{run} is over, and nothing has to be taken back"),
    }
    engine.rest(worker, A_MOMENT).await;
    Ok(ExitCode::SUCCESS)
}

/// The key of a step that a run waits for, or has given up.
async fn key_of(engine: &impl Engine, run: &str, step: &str) -> Result<Option<String>, String> {
    let (waiting, journal) = match engine.state(run).await? {
        State::Running(standing) => (standing.waiting, standing.journal),
        State::Over(finished) => {
            let entries = finished.journal.into_iter().map(|entry| (entry.key, entry.status));
            (Default::default(), entries.collect())
        }
        State::Reacting(it) => {
            (it.standings.into_iter().flat_map(|(_, it)| it.waiting).collect(), Vec::new())
        }
        State::Missing => return Err(format!("there is no run {run}")),
        State::BrokenOff(_) => {
            return Err(format!("{run} is not at work, so that nobody waits for this answer"));
        }
    };
    let is_meant = |key: &String| key == step || key.ends_with(&format!("/{step}"));
    let given_up = |status: &Status| matches!(status, Status::Withdrawn | Status::GivenUp);
    let given_up = journal.into_iter().filter(|(_, status)| given_up(status)).map(|(key, _)| key);
    Ok(waiting.into_keys().chain(given_up).find(is_meant))
}

/// Where it listens; nothing when it was built without that.
#[cfg(feature = "http")]
pub(crate) type Listener = tokio::net::TcpListener;
#[cfg(not(feature = "http"))]
pub(crate) type Listener = ();

pub(crate) async fn listen(engine: &impl Engine, command: &Command) -> Result<Listener, String> {
    #[cfg(feature = "http")]
    {
        let variable = std::env::var("COORDINATOR_LISTEN").ok();
        let at =
            command.option("listen").or(variable.as_deref()).unwrap_or(crate::http::api::LISTEN);
        crate::http::api::open(engine, at).await
    }
    #[cfg(not(feature = "http"))]
    {
        let _ = engine;
        match command.option("listen") {
            Some(_) => {
                Err("for --listen the coordinator is built with `--features http`".to_string())
            }
            None => Ok(()),
        }
    }
}

async fn serve(engine: &impl Engine, command: &Command) -> Result<ExitCode, String> {
    let listener = listen(engine, command).await?;
    let worker = engine.work().await?;
    stay(engine, "at work", listener).await?;
    engine.rest(worker, 5 * A_MOMENT).await;
    Ok(ExitCode::SUCCESS)
}

/// Stays at work until somebody stops it.
pub(crate) async fn stay(
    engine: &impl Engine,
    told: &str,
    listener: Listener,
) -> Result<(), String> {
    #[cfg(feature = "http")]
    {
        println!("{told}, and listens at {}", crate::http::listen::url(&listener)?);
        let router = crate::http::api::router(engine.clone());
        tokio::select! {
            done = crate::http::listen::serve(listener, router) => done?,
            () = crate::http::api::count(engine.clone()) => {}
            kept = crate::engine::keep_time(engine) => kept?,
        }
    }
    #[cfg(not(feature = "http"))]
    {
        let () = listener;
        println!("{told}");
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => stopped.map_err(|error| error.to_string())?,
            kept = crate::engine::keep_time(engine) => kept?,
        }
    }
    Ok(())
}
