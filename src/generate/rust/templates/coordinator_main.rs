//! Runs the workflows: `coordinator` without a command says what it can do.

use coordinator::{ROUTES, services, workflows};
use runtime::durable::Project;
use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::cli::main(Project { workflows: workflows(), services: services(), routes: ROUTES })
}
