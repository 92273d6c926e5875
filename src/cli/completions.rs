//! `wfc completions SHELL`.

use super::Outcome;
use super::args::Completions;
use super::output::{Output, Unwritten};

pub fn run(wanted: &Completions, output: &Output) -> Result<Outcome, Unwritten> {
    let mut script = Vec::new();
    clap_complete::generate(wanted.shell, &mut super::command(), "wfc", &mut script);
    output.data(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Clean)
}
