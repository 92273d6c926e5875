//! Everything that is tested by files: each case in a folder below `tests/` is a test of that name.
//! `BLESS=1 cargo test --test cases` rewrites what is expected; read what changed before you commit.

mod support;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut trials: Vec<Trial> = support::cases::trials();
    trials.extend(support::versions::trials());
    trials.extend(support::systems::trials());
    trials.extend(support::systems::own_trials());
    trials.extend(support::mutations::trials());
    trials.extend(support::manuals::trials());
    trials.extend(support::pages::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
