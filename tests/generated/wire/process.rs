//! A process of a generated project that listens, and is ended whatever happens.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub struct Process {
    child: Child,
    pub address: String,
}

impl Process {
    /// Starts it, and waits until it says where it listens.
    pub fn start(program: &Path, words: &[&str], variables: &[(&str, &str)]) -> Process {
        let mut command = Command::new(program);
        command.args(words).envs(variables.iter().copied()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it is there");
        let mut line = String::new();
        let out = child.stdout.take().expect("it was asked for");
        BufReader::new(out).read_line(&mut line).expect("it is text");
        let Some((_, address)) = line.trim().split_once("listens at ") else {
            let _ = child.kill();
            panic!("{words:?} does not listen: {line}");
        };
        Process { address: address.to_string(), child }
    }

    /// The port, for one that takes its place.
    pub fn port(&self) -> &str {
        self.address.rsplit(':').next().expect("it has one")
    }

    /// Waits until it has died by itself.
    pub fn dies(mut self) {
        assert!(!self.child.wait().expect("it was there").success());
    }

    /// Asks it to stop, and waits until it has told everything.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        assert!(self.child.wait().expect("it was there").success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
