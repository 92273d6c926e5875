//! The two streams: findings and data on stdout, everything about the run on stderr.

use super::Outcome;
use super::colour::{ColorChoice, decide};
use crate::project::{Trouble, disk};
use crate::report::paint::{Colour, Depth, Paint, printable};
use std::io::{self, ErrorKind, IsTerminal, Write};

pub struct Output {
    pub stdout: Paint,
    pub stderr: Paint,
    pub loudness: Loudness,
    /// Whether somebody looks at stdout.
    pub is_terminal: bool,
}

/// How much is said about the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loudness {
    /// Only what went wrong.
    Quiet,
    Usual,
    Verbose,
}

/// Standard output takes no more; the user has been told where that is of use.
#[derive(Debug)]
pub struct Unwritten;

impl Output {
    pub fn new(choice: ColorChoice, loudness: Loudness) -> Output {
        let variable = |name: &str| std::env::var(name).ok();
        let stdout_is_terminal = io::stdout().is_terminal();
        let colour = decide(choice, variable, stdout_is_terminal);
        let with_links = stdout_is_terminal && colour == Colour::On;
        let link_base = if with_links { disk::link_base() } else { None };
        let stderr = decide(choice, variable, io::stderr().is_terminal());
        let depth = if loudness == Loudness::Verbose { Depth::All } else { Depth::Usual };
        Output {
            stdout: Paint { colour, link_base, depth },
            stderr: Paint { colour: stderr, link_base: None, depth },
            loudness,
            is_terminal: stdout_is_terminal,
        }
    }

    pub fn plain() -> Output {
        let loudness = Loudness::Usual;
        Output { stdout: Paint::plain(), stderr: Paint::plain(), loudness, is_terminal: false }
    }

    /// Writes `text` to stdout, all of it or an error: a full disk must not look like a clean run.
    pub fn data(&self, text: &str) -> Result<(), Unwritten> {
        let mut stdout = anstream::AutoStream::new(io::stdout().lock(), ansi(&self.stdout));
        self.done(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
    }

    fn done(&self, written: io::Result<()>) -> Result<(), Unwritten> {
        match written {
            Ok(()) => Ok(()),
            // Who closed the pipe knows that, as `head` does.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Unwritten),
            Err(error) => {
                self.trouble(&format!("standard output cannot be written: {error}"));
                Err(Unwritten)
            }
        }
    }

    /// The same for what is no text.
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), Unwritten> {
        let mut stdout = io::stdout().lock();
        self.done(stdout.write_all(bytes).and_then(|()| stdout.flush()))
    }

    /// Something that kept wfc from doing what it was asked for.
    pub fn trouble(&self, what: &str) {
        self.stderr_text(&format!("wfc: {}\n", printable(what)));
    }

    pub fn troubles(&self, troubles: &[Trouble]) {
        for trouble in troubles {
            self.trouble(&trouble.to_string());
        }
    }

    /// The same as what a run comes to.
    pub fn troubled(&self, trouble: &Trouble) -> Outcome {
        self.trouble(&trouble.to_string());
        Outcome::Trouble
    }

    /// A line about the run.
    pub fn note(&self, line: &str) {
        if self.loudness >= Loudness::Usual {
            self.stderr_text(&format!("{line}\n"));
        }
    }

    /// A line for those who want to know more about the run.
    pub fn detail(&self, line: &str) {
        if self.loudness == Loudness::Verbose {
            self.stderr_text(&format!("{}\n", printable(line)));
        }
    }

    pub fn stderr_text(&self, text: &str) {
        // There is nobody left to tell when stderr is closed.
        let mut stderr = anstream::AutoStream::new(io::stderr().lock(), ansi(&self.stderr));
        let _ = stderr.write_all(text.as_bytes());
    }
}

/// The stream translates for terminals that do not understand escape sequences.
fn ansi(paint: &Paint) -> anstream::ColorChoice {
    match paint.colour {
        Colour::On => anstream::ColorChoice::Always,
        // Text of a user may hold any byte, and without colours it goes out as it is.
        Colour::Off => anstream::ColorChoice::AlwaysAnsi,
    }
}
