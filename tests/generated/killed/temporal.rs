//! Temporal: a queue for each run, on a server of our own on this machine. The server is killed once as well.

use super::engine::Engine;
use super::postgres::{ENGINES, word};
use crate::servers::Temporal;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

pub struct OnTemporal {
    server: Temporal,
    n_over: AtomicUsize,
}

impl OnTemporal {
    pub fn start() -> OnTemporal {
        OnTemporal { server: Temporal::start(), n_over: AtomicUsize::new(0) }
    }
}

impl Engine for OnTemporal {
    fn name(&self) -> &'static str {
        "temporal"
    }

    fn features(&self) -> &'static [&'static str] {
        ENGINES
    }

    fn environment(&self, folder: &Path) -> Vec<(&'static str, String)> {
        vec![("COORDINATOR_DB", format!("{}/default/{}", self.server.address(), word(folder)))]
    }

    /// Other runs are under way when the server dies and comes back.
    fn clean_up(&self, _folder: &Path) {
        if self.n_over.fetch_add(1, Ordering::Relaxed) == 2 {
            self.server.kill_and_start_again();
        }
    }

    fn plays_all(&self) -> bool {
        true
    }

    fn at_once(&self) -> usize {
        2
    }
}
