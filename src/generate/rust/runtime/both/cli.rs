//! The commands of a process that conducts some workflows and takes part in others.

use super::COORDINATOR;
use super::engine::Both;
use crate::choreography::broker::Broker;
use crate::choreography::cli::{broker, folder};
use crate::choreography::engine::Service;
use crate::choreography::registry::Participant;
use crate::choreography::system::{Open, System, connect};
use crate::choreography::{commands, dead};
use crate::cli::{listen, obey, stay};
use crate::engine::{Engine, Project};
use crate::services::Services;
use crate::telemetry;
use crate::words::Command;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

const HELP: &str = "\
Commands:
  start WORKFLOW --input FILE [--run RUN]   begins a run, and works until nothing happens any more without
                                            time or somebody from outside
  status RUN                                where a run stands
  list                                      all runs
  history RUN                               what has happened in a run
  event NAME --data FILE [--id ID] [--version N]   states an event
  answer RUN STEP --reply FILE              answers a step that somebody works on
  answer RUN STEP --failure NAME [--data FILE]   refuses it
  dead                                      messages that could not be taken, and reactions that broke
  replay SERVICE NUMBER                     takes one of them again; `replay SERVICE all` takes each;
                                            `coordinator` is what conducted runs could not hear
  serve [SERVICE]... [--listen ADDRESS]     works until it is stopped; `coordinator` works on conducted
                                            runs and listens for HTTP, `tracker` keeps track of the others
  service NAME [--listen ADDRESS]           is one of the services, for whoever calls it over HTTP
Instead of a file, `-` reads standard input, and text that begins with { [ or \" is taken as it is.
Databases are in the folder that SYSTEM_DATA names, or in data. Conducted runs are kept there, or where
`--db ADDRESS`, or else COORDINATOR_DB, says: in a file, in a PostgreSQL (postgres://…), or by a Temporal
(temporal://HOST:PORT/NAMESPACE/QUEUE). Messages go through a file there, or where `--broker ADDRESS`, or
else SYSTEM_BROKER, says: through a NATS JetStream (nats://HOST:PORT/STREAM).
";

/// What is under way may take so long to finish when a process stops.
const A_MOMENT: Duration = Duration::from_secs(5);

/// What a process consists of.
pub struct Whole {
    /// What is conducted, and the services that are only called.
    pub project: Project,
    /// One of those services, for a process of its own.
    pub service: fn(&str) -> Option<Services>,
    /// The services that react.
    pub system: System,
    /// Services that react elsewhere, and are called here.
    pub called: Vec<Participant>,
    /// Where conducted runs are kept when nothing else is said.
    pub address: &'static str,
}

/// Runs a command; prints what it gives.
pub fn main(whole: Whole) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = tokio::runtime::Runtime::new().map_err(|error| error.to_string());
    let done = done.and_then(|runtime| {
        runtime.block_on(async {
            let _telling = telemetry::begin(COORDINATOR);
            if words.is_empty() {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            let folder = folder();
            std::fs::create_dir_all(&folder)
                .map_err(|error| format!("{}: {error}", folder.display()))?;
            let broker = connect(&folder, &broker(&words)).await?;
            run(whole, &folder, broker, &words).await
        })
    });
    done.unwrap_or_else(|error| {
        eprintln!("system: {error}");
        ExitCode::from(2)
    })
}

/// The same, over a folder and a broker.
pub async fn run(
    whole: Whole,
    folder: &Path,
    broker: Arc<dyn Broker>,
    words: &[String],
) -> Result<ExitCode, String> {
    let Whole { mut project, service, system, called, address } = whole;
    if let Some(error) = project.services.troubles().first() {
        return Err(error.clone());
    }
    let mut callable = Vec::new();
    for participant in called {
        callable.push(Service::open(participant, folder, broker.clone()).await?);
    }
    let open = system.open_with(folder, broker).await?;
    callable.extend(open.services.iter().cloned());
    if let Some(code) = be_a_service(service, &callable, words).await? {
        return Ok(code);
    }
    let command = Command::read(words)?;
    if is_about_services(&command) {
        return crate::choreography::cli::command(&open, words).await;
    }
    project.services = project.services.through(&callable);
    let variable = std::env::var("COORDINATOR_DB").ok().filter(|address| !address.is_empty());
    let given = command.option("db").or(variable.as_deref());
    if given.unwrap_or(address).starts_with("temporal:") {
        #[cfg(feature = "temporal")]
        {
            let engine = crate::temporal::open(given.unwrap_or(address), project).await?;
            return obey_both(&Both::connect(engine, open).await?, &command).await;
        }
        #[cfg(not(feature = "temporal"))]
        return Err("for Temporal it is built with `--features temporal`".to_string());
    }
    #[cfg(feature = "duroxide")]
    {
        let here = folder.join(address).to_string_lossy().into_owned();
        let engine = crate::durable::open(given.unwrap_or(&here), project).await?;
        obey_both(&Both::connect(engine, open).await?, &command).await
    }
    #[cfg(not(feature = "duroxide"))]
    Err(format!("for {} it is built with `--features embedded`", given.unwrap_or(address)))
}

/// Does what `service NAME` asks for; nothing when that was not asked for. What reacts is called through its
/// database, as it is in the process of a coordinator.
#[cfg(feature = "http")]
async fn be_a_service(
    service: fn(&str) -> Option<Services>,
    callable: &[Arc<Service>],
    words: &[String],
) -> Result<Option<ExitCode>, String> {
    let Some(wanted) = crate::http::service::wanted(words) else { return Ok(None) };
    let (name, at) = wanted?;
    let reacts = callable.iter().find(|it| it.name() == name);
    let services = match reacts {
        Some(it) => Some(Services::default().through(std::slice::from_ref(it))),
        None => service(name),
    };
    let services = services.ok_or_else(|| format!("there is no service {name}"))?;
    crate::http::service::serve(name, at, services).await?;
    Ok(Some(ExitCode::SUCCESS))
}

#[cfg(not(feature = "http"))]
async fn be_a_service(
    _service: fn(&str) -> Option<Services>,
    _callable: &[Arc<Service>],
    _words: &[String],
) -> Result<Option<ExitCode>, String> {
    Ok(None)
}

async fn obey_both<E: Engine>(both: &Both<E>, command: &Command) -> Result<ExitCode, String> {
    let words: Vec<_> = command.words.iter().map(String::as_str).collect();
    match words[..] {
        [] => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        ["dead"] => dead_letters(both).await,
        ["replay", name, which] => replay(both, name, which).await,
        ["serve", ..] => serve(both, &command.words[1..], command).await,
        ["start", _]
        | ["status", _]
        | ["list"]
        | ["history", _]
        | ["event", _]
        | ["answer", _, _] => obey(both, command).await,
        _ => Err(format!("this is not a command\n{HELP}")),
    }
}

async fn dead_letters<E: Engine>(both: &Both<E>) -> Result<ExitCode, String> {
    for service in &both.open.services {
        commands::print_dead(&**service).await?;
    }
    commands::print_dead(&*both.ear).await?;
    Ok(ExitCode::SUCCESS)
}

async fn replay<E: Engine>(both: &Both<E>, name: &str, which: &str) -> Result<ExitCode, String> {
    let service = both.open.services.iter().find(|it| it.name() == name);
    let wanted = match (service, name) {
        (Some(service), _) => commands::letters(&**service, which).await?,
        (None, COORDINATOR) => commands::letters(&*both.ear, which).await?,
        (None, _) => return Err(format!("there is no service {name}")),
    };
    let worker = both.work().await?;
    let mut is_clean = true;
    for seq in wanted {
        let outcome = match service {
            Some(service) => service.replay(seq).await,
            None => dead::replay(&*both.ear, seq).await,
        };
        is_clean &= commands::print_replayed(name, seq, outcome);
    }
    both.settle().await?;
    both.rest(worker, A_MOMENT).await;
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn serve<E: Engine>(
    both: &Both<E>,
    names: &[String],
    command: &Command,
) -> Result<ExitCode, String> {
    known(names, &both.open)?;
    let listener = listen(both, command).await?;
    let working = both.begin(names).await?;
    let mut at_work = working.works.names();
    at_work.push(COORDINATOR);
    if at_work.len() < names.len() {
        return Err("another process works on it already".to_string());
    }
    stay(both, &format!("at work: {}", at_work.join(", ")), listener).await?;
    both.rest(working, A_MOMENT).await;
    Ok(ExitCode::SUCCESS)
}

fn known(names: &[String], open: &Open) -> Result<(), String> {
    let is_known = |name: &String| {
        ["tracker", COORDINATOR].contains(&name.as_str())
            || open.services.iter().any(|it| it.name() == name)
    };
    match names.iter().find(|name| !is_known(name)) {
        Some(name) => Err(format!("there is no service {name}")),
        None => Ok(()),
    }
}

/// Whether this is about services alone that react, so that no engine is needed.
fn is_about_services(command: &Command) -> bool {
    match command.words.split_first() {
        Some((first, names)) if first == "serve" => {
            !names.is_empty() && names.iter().all(|name| name != COORDINATOR)
        }
        _ => false,
    }
}
