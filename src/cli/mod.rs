//! The command line: arguments in, text and an exit code out.

mod advise;
mod args;
mod baseline;
mod check;
mod colour;
mod completions;
mod config;
mod convert;
mod diff;
mod explain;
mod fix;
mod fmt;
mod generate;
mod graph;
mod init;
mod man;
mod metrics;
mod output;
mod progress;
mod project;
mod rules;
mod serve;
mod today;
mod verify;
mod watch;

use args::{Arguments, Command};
use clap::{CommandFactory, Parser};
use output::{Loudness, Output, Unwritten};
use std::panic;
use std::process::ExitCode;

/// How a run ended, the same for every command and format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Clean,
    /// Findings at or above the threshold.
    Findings,
    /// Something was wrong with the arguments, the input or the output.
    Trouble,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Findings => 1,
            Outcome::Trouble => 2,
        })
    }
}

/// Runs what the process was called with.
pub fn main() -> ExitCode {
    panic::set_hook(Box::new(|bug| {
        Output::plain().trouble(&format!("a bug in wfc, please report it: {bug}"));
    }));
    let outcome = panic::catch_unwind(|| match Arguments::try_parse() {
        Ok(arguments) => run(&arguments),
        Err(answer) => explain_usage(&answer),
    });
    match outcome {
        Ok(Ok(outcome)) => outcome.into(),
        Ok(Err(Unwritten)) | Err(_) => Outcome::Trouble.into(),
    }
}

fn run(arguments: &Arguments) -> Result<Outcome, Unwritten> {
    let loudness = match arguments {
        Arguments { quiet: true, .. } => Loudness::Quiet,
        Arguments { verbose: true, .. } => Loudness::Verbose,
        _ => Loudness::Usual,
    };
    let output = Output::new(arguments.color, loudness);
    match &arguments.command {
        Command::Check(wanted) => check::run(wanted, &output),
        Command::Verify(wanted) => verify::run(wanted, &output),
        Command::Diff(wanted) => diff::run(wanted, &output),
        Command::Fmt(wanted) => fmt::run(wanted, &output),
        Command::Convert(wanted) => convert::run(wanted, &output),
        Command::Gen(wanted) => generate::run(wanted, &output),
        Command::Graph(wanted) => graph::run(wanted, &output),
        Command::Metrics(wanted) => metrics::run(wanted, &output),
        Command::Advise(wanted) => advise::run(wanted, &output),
        Command::Serve(wanted) => serve::run(wanted, &output),
        Command::Rules(wanted) => rules::run(wanted, &output),
        Command::Explain(wanted) => explain::run(wanted, &output),
        Command::Init(wanted) => init::run(wanted, &output),
        Command::Config(wanted) => config::run(wanted, &output),
        Command::Completions(wanted) => completions::run(wanted, &output),
        Command::Man(wanted) => man::run(wanted, &output),
    }
}

/// Help and version are answers and go to stdout; what is wrong with the arguments goes to stderr.
fn explain_usage(answer: &clap::Error) -> Result<Outcome, Unwritten> {
    let output = Output::new(args::color_of_bare_arguments(), Loudness::Usual);
    let text = answer.render();
    if answer.use_stderr() {
        output.stderr_text(&output.stderr.pick(&text.ansi().to_string(), &text.to_string()));
        return Ok(Outcome::Trouble);
    }
    output.data(&output.stdout.pick(&text.ansi().to_string(), &text.to_string()))?;
    Ok(Outcome::Clean)
}

/// The whole command line as clap sees it, for tests and for manual pages.
pub fn command() -> clap::Command {
    Arguments::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
