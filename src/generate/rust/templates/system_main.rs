//! Runs the services: `system` without a command says what it can do.

use std::process::ExitCode;

fn main() -> ExitCode {
{% if engine %}
    runtime::both::main(coordinator::beside(system::system(), Vec::new()))
{% else %}
    runtime::choreography::cli::main(system::system())
{% endif %}
}
