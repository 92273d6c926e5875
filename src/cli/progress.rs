//! A line on a terminal while something takes long, and nothing where it does not.

use super::output::{Loudness, Output};
use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What is over sooner needs no line.
const PATIENCE: Duration = Duration::from_millis(500);
const BEAT: Duration = Duration::from_millis(200);
/// To the beginning of the line, and clear it.
const CLEAR: &str = "\r\u{1b}[K";

/// The line, until it is dropped.
pub struct Progress {
    line: Option<(Sender<String>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins to say `what` is being done, if somebody looks.
    pub fn start(output: &Output, what: &str) -> Progress {
        let is_watched = output.loudness > Loudness::Quiet && io::stderr().is_terminal();
        if !is_watched || std::env::var_os("TERM").is_some_and(|name| name == "dumb") {
            return Progress { line: None };
        }
        let (sender, receiver) = mpsc::channel::<String>();
        let mut what = what.to_string();
        let begin = Instant::now();
        let thread = thread::spawn(move || {
            let mut wait = PATIENCE;
            let mut is_shown = false;
            loop {
                match receiver.recv_timeout(wait) {
                    Ok(next) => what = next,
                    Err(RecvTimeoutError::Timeout) => {
                        wait = BEAT;
                        is_shown = true;
                        show(&format!("{CLEAR}{what} … {}s", begin.elapsed().as_secs()));
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            if is_shown {
                show(CLEAR);
            }
        });
        Progress { line: Some((sender, thread)) }
    }

    /// Something else is being done now.
    pub fn next(&self, what: &str) {
        if let Some((sender, _)) = &self.line {
            let _ = sender.send(what.to_string());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.line.take() {
            drop(sender);
            let _ = thread.join();
        }
    }
}

fn show(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}
