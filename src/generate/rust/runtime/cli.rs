//! The commands of a coordinator.

use crate::contract::Raised;
use crate::driver::{Happened, Message};
use crate::durable::{Engine, Project};
use crate::history;
use crate::routes::run_of;
use crate::runs::{Finished, Standing};
use crate::services::Answer;
use duroxide::providers::sqlite::SqliteProvider;
use duroxide::runtime::OrchestrationStatus;
use serde_json::{Value, json};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

const HELP: &str = "\
Commands:
  start WORKFLOW --input FILE [--run RUN]   begins a run and works on it until it waits for somebody
  status RUN                                where a run stands
  list                                      all runs
  history RUN                               what has happened in a run
  event NAME --data FILE [--id ID]          hands an event to the runs that it belongs to
  answer RUN STEP --reply FILE              answers a step that somebody works on
  answer RUN STEP --failure NAME [--data FILE]   refuses it
  serve                                     works on all runs until it is stopped
Instead of a file, `-` reads standard input, and text that begins with { [ or \" is taken as it is.
The runs are kept in the file that COORDINATOR_DB names, or in coordinator.db.
";

/// Runs a command; prints what it gives.
pub fn main(project: Project) -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,duroxide=error"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return trouble(&error.to_string()),
    };
    let words: Vec<String> = std::env::args().skip(1).collect();
    match runtime.block_on(run(project, &words)) {
        Ok(code) => code,
        Err(error) => trouble(&error),
    }
}

fn trouble(error: &str) -> ExitCode {
    eprintln!("coordinator: {error}");
    ExitCode::from(2)
}

async fn run(project: Project, words: &[String]) -> Result<ExitCode, String> {
    let command = Command::read(words)?;
    let Some(name) = command.words.first() else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    let file = std::env::var("COORDINATOR_DB").unwrap_or_else(|_| "coordinator.db".to_string());
    if !std::path::Path::new(&file).exists() {
        std::fs::File::create_new(&file).map_err(|error| format!("{file}: {error}"))?;
    }
    let store = SqliteProvider::new(&format!("sqlite:{file}"), None).await;
    let store = store.map_err(|error| format!("{file}: {error}"))?;
    let engine = Engine::new(Arc::new(store), project);
    match (name.as_str(), &command.words[1..]) {
        ("start", [workflow]) => start(&engine, workflow, &command).await,
        ("status", [run]) => status(&engine, run).await,
        ("list", []) => list(&engine).await,
        ("history", [run]) => history::print(&engine.client(), run).await,
        ("event", [event]) => deliver(&engine, event, &command).await,
        ("answer", [run, step]) => answer(&engine, run, step, &command).await,
        ("serve", []) => serve(&engine).await,
        _ => Err(format!("this is not a command\n{HELP}")),
    }
}

/// The words of a command line, and what stands behind its options.
struct Command {
    words: Vec<String>,
    options: Vec<(String, String)>,
}

impl Command {
    fn read(all: &[String]) -> Result<Command, String> {
        let mut command = Command { words: Vec::new(), options: Vec::new() };
        let mut rest = all.iter();
        while let Some(word) = rest.next() {
            match word.strip_prefix("--") {
                Some(name) => {
                    let value = rest.next().ok_or_else(|| format!("--{name} needs a value"))?;
                    command.options.push((name.to_string(), value.clone()));
                }
                None => command.words.push(word.clone()),
            }
        }
        Ok(command)
    }

    fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The JSON that an option gives or names.
    fn json(&self, name: &str) -> Result<Option<Value>, String> {
        let Some(source) = self.option(name) else { return Ok(None) };
        let text = if source.starts_with(['{', '[', '"']) {
            source.to_string()
        } else if source == "-" {
            std::io::read_to_string(std::io::stdin()).map_err(|error| error.to_string())?
        } else {
            std::fs::read_to_string(source).map_err(|error| format!("{source}: {error}"))?
        };
        serde_json::from_str(&text).map(Some).map_err(|error| format!("--{name}: {error}"))
    }
}

async fn start(engine: &Engine, workflow: &str, command: &Command) -> Result<ExitCode, String> {
    let input = command.json("input")?.unwrap_or_else(|| json!({}));
    let correlated_by = engine.project().workflows.check(workflow, &input)?;
    let run = command.option("run").map(ToString::to_string);
    let run = run.or_else(|| run_of(workflow, correlated_by, &input));
    let run = run.ok_or_else(|| "--run RUN must say what the run is called".to_string())?;
    let runtime = engine.work().await;
    if !engine.start(workflow, &run, &input).await? {
        println!("{run} is there already");
    }
    follow(engine, &run).await?;
    runtime.shutdown(Some(1000)).await;
    Ok(ExitCode::SUCCESS)
}

/// Waits until a run is over, or until nothing happens in it without somebody from outside.
async fn follow(engine: &Engine, run: &str) -> Result<(), String> {
    let client = engine.client();
    let mut quiet = 0;
    let mut seen = 0;
    loop {
        let status =
            client.get_orchestration_status(run).await.map_err(|error| error.to_string())?;
        if !matches!(status, OrchestrationStatus::Running { .. } | OrchestrationStatus::NotFound) {
            break;
        }
        let length = client
            .get_execution_info(run, 1)
            .await
            .map(|info| info.event_count)
            .unwrap_or_default();
        let depths = client.get_queue_depths().await.map_err(|error| error.to_string())?;
        let works = depths.worker_queue > 0 || length != seen || length == 0;
        seen = length;
        quiet = if works { 0 } else { quiet + 1 };
        if quiet > 20 && !engine.is_busy() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    status_of(engine, run).await.map(|text| print!("{text}"))
}

async fn status(engine: &Engine, run: &str) -> Result<ExitCode, String> {
    print!("{}", status_of(engine, run).await?);
    Ok(ExitCode::SUCCESS)
}

async fn status_of(engine: &Engine, run: &str) -> Result<String, String> {
    let status =
        engine.client().get_orchestration_status(run).await.map_err(|error| error.to_string())?;
    Ok(match status {
        OrchestrationStatus::NotFound => return Err(format!("there is no run {run}")),
        OrchestrationStatus::Running { custom_status, .. } => {
            let mut text = format!("{run} is at work\n");
            let standing =
                custom_status.and_then(|text| serde_json::from_str::<Standing>(&text).ok());
            for (key, what) in standing.iter().flat_map(|it| &it.waiting) {
                text += &format!("  waits for {what} ({key})\n");
            }
            for (key, trouble) in standing.iter().flat_map(|it| &it.troubles) {
                let (what, attempts, error) = (&trouble.what, trouble.attempts, &trouble.error);
                text += &format!("  {what} has failed {attempts} times: {error} ({key})\n");
            }
            text
        }
        OrchestrationStatus::Completed { output, .. } => {
            let finished: Finished =
                serde_json::from_str(&output).map_err(|error| error.to_string())?;
            let mut text =
                format!("{run} ended in {} {}\n", finished.end.name, finished.end.fields);
            for entry in finished.journal {
                let status = serde_json::to_value(entry.status).unwrap_or_default();
                let status = status.as_str().unwrap_or_default();
                text += &format!("  {} {} {status}\n", entry.step, entry.operation);
            }
            text
        }
        OrchestrationStatus::Failed { details, .. } => {
            format!("{run} was broken off: {}\n", details.display_message())
        }
    })
}

async fn list(engine: &Engine) -> Result<ExitCode, String> {
    let client = engine.client();
    let mut runs = client.list_all_instances().await.map_err(|error| error.to_string())?;
    runs.sort();
    for run in runs {
        let info = client.get_instance_info(&run).await.map_err(|error| error.to_string())?;
        if info.orchestration_name == crate::notices::NOTIFY {
            continue;
        }
        let finished =
            info.output.and_then(|output| serde_json::from_str::<Finished>(&output).ok());
        let state = match finished {
            Some(finished) => finished.end.name,
            None => info.status.to_lowercase(),
        };
        println!("{run} {} {state}", info.orchestration_name);
    }
    Ok(ExitCode::SUCCESS)
}

async fn deliver(engine: &Engine, name: &str, command: &Command) -> Result<ExitCode, String> {
    let fields = command.json("data")?.unwrap_or_else(|| json!({}));
    let id = command.option("id").map(ToString::to_string);
    let id = id.unwrap_or_else(|| format!("{name}-{}", jiff::Timestamp::now().as_nanosecond()));
    let event = Happened { id, name: name.to_string(), version: None, fields };
    let runtime = engine.work().await;
    let runs = engine.deliver(&event).await?;
    if runs.is_empty() {
        println!("no run waits for {name}");
    }
    for run in runs {
        follow(engine, &run).await?;
    }
    runtime.shutdown(Some(1000)).await;
    Ok(ExitCode::SUCCESS)
}

async fn answer(
    engine: &Engine,
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
    let status =
        engine.client().get_orchestration_status(run).await.map_err(|error| error.to_string())?;
    let OrchestrationStatus::Running { custom_status, .. } = status else {
        return Err(format!("{run} is not at work, so that nobody waits for this answer"));
    };
    let standing = custom_status.and_then(|text| serde_json::from_str::<Standing>(&text).ok());
    let waiting = standing.map(|standing| standing.waiting).unwrap_or_default();
    let key = waiting.into_keys().find(|key| key == step || key.ends_with(&format!("/{step}")));
    let key = key.ok_or_else(|| format!("{run} does not wait for an answer to {step}"))?;
    let runtime = engine.work().await;
    engine.send(run, &Message::Answer { key, answer }).await?;
    follow(engine, run).await?;
    runtime.shutdown(Some(1000)).await;
    Ok(ExitCode::SUCCESS)
}

async fn serve(engine: &Engine) -> Result<ExitCode, String> {
    let runtime = engine.work().await;
    println!("at work");
    tokio::signal::ctrl_c().await.map_err(|error| error.to_string())?;
    runtime.shutdown(Some(5000)).await;
    Ok(ExitCode::SUCCESS)
}
