//! Runs the services: `system` without a command says what it can do.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::choreography::cli::main(system::system())
}
