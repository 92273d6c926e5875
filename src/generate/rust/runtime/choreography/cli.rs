//! The commands of a system that nobody conducts.

use super::commands;
use super::system::{Open, System};
use crate::contract::Raised;
use crate::routes::run_of;
use crate::services::Answer;
use crate::telemetry;
use crate::words::Command;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
Commands:
  start WORKFLOW --input FILE               states the event that begins a run, and works until nothing
                                            happens any more without time or somebody from outside
  status RUN                                what is done, what is expected next, and who is late
  list                                      all runs
  history RUN                               what has happened in a run
  event NAME --data FILE [--id ID] [--version N]   states an event
  answer RUN STEP --reply FILE              answers a step that somebody works on
  answer RUN STEP --failure NAME [--data FILE]   refuses it
  dead                                      messages that could not be taken, and reactions that broke
  replay SERVICE NUMBER                     takes one of them again; `replay SERVICE all` takes each
  serve [SERVICE]...                        works until it is stopped; `tracker` keeps track of runs
Instead of a file, `-` reads standard input, and text that begins with { [ or \" is taken as it is.
Each service has a database in the folder that SYSTEM_DATA names, or in data.
Messages go through a file there, or where `--broker ADDRESS`, or else SYSTEM_BROKER, says: through a
NATS JetStream (nats://HOST:PORT/STREAM).
";

/// Runs a command; prints what it gives.
pub fn main(system: System) -> ExitCode {
    let name = match &system.participants[..] {
        [only] if !system.tracks => only.service,
        _ => "system",
    };
    run_as(name, async {
        let words: Vec<String> = std::env::args().skip(1).collect();
        if words.is_empty() {
            print!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        let open = system.open(&folder(), &broker(&words)).await?;
        command(&open, &words).await
    })
}

/// Where the databases are.
pub fn folder() -> PathBuf {
    PathBuf::from(std::env::var("SYSTEM_DATA").unwrap_or_else(|_| "data".to_string()))
}

/// Where the broker is: `--broker ADDRESS`, or else what the environment says, or else here.
pub fn broker(words: &[String]) -> String {
    let given = Command::read(words).ok().and_then(|it| it.option("broker").map(str::to_string));
    given.or_else(|| std::env::var("SYSTEM_BROKER").ok()).unwrap_or_default()
}

/// Runs something to its end, with logs.
pub fn run(work: impl Future<Output = Result<ExitCode, String>>) -> ExitCode {
    run_as("system", work)
}

/// The same, told under the name of a service.
fn run_as(name: &str, work: impl Future<Output = Result<ExitCode, String>>) -> ExitCode {
    let done = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(async {
            let _telling = telemetry::begin(name);
            work.await
        }),
        Err(error) => Err(error.to_string()),
    };
    done.unwrap_or_else(|error| {
        eprintln!("system: {error}");
        ExitCode::from(2)
    })
}

/// Runs a command on services that are open.
pub async fn command(open: &Open, words: &[String]) -> Result<ExitCode, String> {
    let command = Command::read(words)?;
    let Some((name, rest)) = command.words.split_first() else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    match (name.as_str(), rest) {
        ("start", [workflow]) => start(open, workflow, &command).await,
        ("status", [run]) => status(open, run).await,
        ("list", []) => list(open).await,
        ("history", [run]) => history(open, run).await,
        ("event", [event]) => state(open, event, &command).await,
        ("answer", [run, step]) => answer(open, run, step, &command).await,
        ("dead", []) => dead(open).await,
        ("replay", [service, which]) => replay(open, service, which).await,
        ("serve", services) => serve(open, services).await,
        _ => Err(format!("this is not a command\n{HELP}")),
    }
}

async fn start(open: &Open, workflow: &str, command: &Command) -> Result<ExitCode, String> {
    let Some(plan) = open.plan(workflow) else {
        let names: Vec<_> = open.plans.iter().map(|plan| plan.workflow).collect();
        return Err(format!("there is no workflow {workflow}, but {}", names.join(", ")));
    };
    let input = command.json("input")?.unwrap_or_else(|| json!({}));
    let (run, is_new) = open.start(plan, &input).await?;
    if !is_new {
        println!("{run} is there already");
    }
    let _works = open.work(&[]).await?;
    open.settle().await?;
    status(open, &run).await
}

async fn status(open: &Open, run: &str) -> Result<ExitCode, String> {
    let told = open.tracker.status(run).await.map_err(|error| error.to_string())?;
    print!("{}", told.ok_or_else(|| format!("nobody has heard of a run {run}"))?);
    Ok(ExitCode::SUCCESS)
}

async fn list(open: &Open) -> Result<ExitCode, String> {
    for listed in open.tracker.list().await.map_err(|error| error.to_string())? {
        let goal = listed.goal.as_deref().unwrap_or("running");
        println!("{} {} {goal}", listed.run, listed.workflow);
    }
    Ok(ExitCode::SUCCESS)
}

async fn history(open: &Open, run: &str) -> Result<ExitCode, String> {
    let history = open.tracker.history(run).await.map_err(|error| error.to_string())?;
    if history.is_empty() {
        return Err(format!("nobody has heard of a run {run}"));
    }
    for (at, line) in commands::lines(&history) {
        println!("{at} {line}");
    }
    Ok(ExitCode::SUCCESS)
}

async fn state(open: &Open, name: &str, command: &Command) -> Result<ExitCode, String> {
    let fields = command.json("data")?.unwrap_or_else(|| json!({}));
    let id = command.option("id").map(ToString::to_string);
    let id = id.unwrap_or_else(|| format!("{name}-{}", jiff::Timestamp::now().as_nanosecond()));
    let version = match command.option("version") {
        Some(text) => Some(text.parse().map_err(|_| format!("`{text}` is no version"))?),
        None => None,
    };
    let runs: Vec<String> = open
        .plans
        .iter()
        .filter_map(|plan| run_of(plan.workflow, plan.correlated_by, &fields))
        .collect();
    let run = runs.first().map(String::as_str);
    if !open.publish(name, version, &id, run, fields).await? {
        println!("{id} was stated before");
    }
    let _works = open.work(&[]).await?;
    open.settle().await?;
    for run in &runs {
        if let Some(told) = open.tracker.status(run).await.map_err(|error| error.to_string())? {
            print!("{told}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn answer(open: &Open, run: &str, step: &str, command: &Command) -> Result<ExitCode, String> {
    let answer = match command.option("failure") {
        Some(name) => Answer::Refused(Raised {
            name: name.to_string(),
            fields: command.json("data")?.unwrap_or_else(|| json!({})),
        }),
        None => Answer::Done(command.json("reply")?.unwrap_or_default()),
    };
    let standings = open.tracker.standings(run).await.map_err(|error| error.to_string())?;
    let mut keys = standings.into_iter().flat_map(|(_, standing)| standing.waiting.into_keys());
    let key = keys.find(|key| key == step || key.ends_with(&format!("/{step}")));
    let key = key.ok_or_else(|| format!("{run} does not wait for an answer to {step}"))?;
    open.answer(run, &key, answer).await?;
    let _works = open.work(&[]).await?;
    open.settle().await?;
    status(open, run).await
}

async fn dead(open: &Open) -> Result<ExitCode, String> {
    for service in &open.services {
        commands::print_dead(&**service).await?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn replay(open: &Open, service: &str, which: &str) -> Result<ExitCode, String> {
    let found = open.services.iter().find(|it| it.name() == service);
    let service = found.ok_or_else(|| format!("there is no service {service}"))?;
    let wanted = commands::letters(&**service, which).await?;
    let _works = open.work(&[]).await?;
    let mut is_clean = true;
    for seq in wanted {
        is_clean &= commands::print_replayed(service.name(), seq, service.replay(seq).await);
    }
    open.settle().await?;
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn serve(open: &Open, services: &[String]) -> Result<ExitCode, String> {
    for name in services {
        let is_known = name == "tracker" || open.services.iter().any(|it| it.name() == name);
        if !is_known {
            return Err(format!("there is no service {name}"));
        }
    }
    let works = open.work(services).await?;
    let names = works.names();
    if names.len() < services.len().max(1) {
        return Err("another process works on it already".to_string());
    }
    println!("at work: {}", names.join(", "));
    crate::words::stopped().await;
    drop(works);
    Ok(ExitCode::SUCCESS)
}
