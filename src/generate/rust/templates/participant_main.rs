//! {{ name }} in a process of its own.

use contracts::system::{EVENTS, PLANS};
use runtime::choreography::system::System;
use std::process::ExitCode;

fn main() -> ExitCode {
    let participants = vec![{{ library }}::participant()];
    let system = System { participants, plans: PLANS, events: EVENTS, tracks: false };
    runtime::choreography::cli::main(system)
}
