//! Runs the workflows: `coordinator` without a command says what it can do.

{% if reacts %}
use contracts::system::{EVENTS, PLANS};
use runtime::choreography::system::System;
use std::process::ExitCode;

fn main() -> ExitCode {
    // What reacts works elsewhere.
    let system = System { participants: Vec::new(), plans: PLANS, events: EVENTS, tracks: false };
    runtime::both::main(coordinator::beside(system, coordinator::called()))
}
{% else %}
use coordinator::{ROUTES, services, workflows};
use runtime::Project;
use std::process::ExitCode;

/// Where the runs are kept when nothing else is said.
const ADDRESS: &str = {{ address }};

fn main() -> ExitCode {
    #[cfg(feature = "http")]
    if let Some(code) = runtime::http::main(coordinator::service) {
        return code;
    }
    let project = Project { workflows: workflows(), services: services(), routes: ROUTES };
    runtime::cli::main(project, ADDRESS)
}
{% endif %}
