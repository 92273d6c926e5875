//! Runs the workflows: `coordinator` without a command says what it can do.

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
