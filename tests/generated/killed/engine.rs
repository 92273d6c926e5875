//! What keeps the runs that are killed.

use std::path::Path;

/// An engine under which the same runs are killed. What it has to start for that, it starts before it is
/// handed to the soak, and stops when it is dropped.
pub trait Engine: Sync {
    fn name(&self) -> &'static str;

    /// What `wfc gen` is told beside the specification.
    fn options(&self) -> &'static [&'static str] {
        &[]
    }

    /// What the program is built with.
    fn features(&self) -> &'static [&'static str] {
        &["runtime/memory"]
    }

    /// What the program of one run finds in its environment. The folder is for this run alone.
    fn environment(&self, folder: &Path) -> Vec<(&'static str, String)>;

    /// Whether its own record proves that a step was begun so often in this engine: what had it in hand was taken to be
    /// dead, and had its answer refused. `trouble` is what the processes of the run have said.
    fn gave_out_again(&self, _key: &str, _begun: usize, _trouble: &str) -> bool {
        false
    }

    /// What the engine itself has kept of a run, for whoever looks for a fault.
    fn record(&self, _run: &str, _folder: &Path) -> String {
        String::new()
    }

    /// The run is over and was judged.
    fn clean_up(&self, _folder: &Path) {}

    /// Whether each ending is played once undisturbed, also where only a few runs are killed.
    fn plays_all(&self) -> bool {
        false
    }

    /// How many runs are killed at a time, each with a process of its own.
    fn at_once(&self) -> usize {
        4
    }
}

pub struct Embedded;

impl Engine for Embedded {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn environment(&self, folder: &Path) -> Vec<(&'static str, String)> {
        vec![("COORDINATOR_DB", folder.join("runs.db").to_string_lossy().into_owned())]
    }
}
