//! The runtime of a generated project: files that are shipped as they are.

use crate::generate::Generated;
use crate::generate::template::{Broken, Templates};

macro_rules! shipped {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("runtime/", $name)))),*] };
}

static FILES: &[(&str, &str)] = shipped![
    "both/cli.rs",
    "both/ear.rs",
    "both/engine.rs",
    "both/mod.rs",
    "both/outlet.rs",
    "breaker.rs",
    "calls.rs",
    "choreography/broker.rs",
    "choreography/called.rs",
    "choreography/cli.rs",
    "choreography/commands.rs",
    "choreography/dead.rs",
    "choreography/engine.rs",
    "choreography/envelope.rs",
    "choreography/inbox.rs",
    "choreography/local.rs",
    "choreography/mod.rs",
    "choreography/nats.rs",
    "choreography/outbox.rs",
    "choreography/reactions.rs",
    "choreography/registry.rs",
    "choreography/replay.rs",
    "choreography/stage.rs",
    "choreography/store.rs",
    "choreography/system.rs",
    "choreography/tasks.rs",
    "choreography/topics.rs",
    "choreography/tracker.rs",
    "choreography/transaction.rs",
    "cli.rs",
    "clock.rs",
    "context.rs",
    "contract.rs",
    "cron.rs",
    "driver.rs",
    "durable.rs",
    "engine.rs",
    "events.rs",
    "flow.rs",
    "forks.rs",
    "handed_over.rs",
    "history.rs",
    "http/api.rs",
    "http/client.rs",
    "http/listen.rs",
    "http/mod.rs",
    "http/problem.rs",
    "http/service.rs",
    "journal.rs",
    "keys.rs",
    "lib.rs",
    "limits.rs",
    "memory.rs",
    "notices.rs",
    "otel.rs",
    "routes.rs",
    "runs.rs",
    "services.rs",
    "slot.rs",
    "step.rs",
    "telemetry.rs",
    "temporal/acts.rs",
    "temporal/history.rs",
    "temporal/mod.rs",
    "temporal/run.rs",
    "testing.rs",
    "undo.rs",
    "values.rs",
    "words.rs",
];

pub fn add(generated: &mut Generated, templates: &Templates) -> Result<(), Broken> {
    generated.own("crates/runtime/Cargo.toml", templates.print("rust/runtime.toml", &())?);
    for (name, text) in FILES {
        generated.own(format!("crates/runtime/src/{name}"), *text);
    }
    Ok(())
}
