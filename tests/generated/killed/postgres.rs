//! PostgreSQL: a database for each run, in a server of our own on this machine. It runs as somebody else where we
//! are root, since it refuses that.

use super::engine::Engine;
use crate::servers::Postgres;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

pub struct OnPostgres {
    server: Postgres,
    made: Mutex<BTreeSet<PathBuf>>,
}

impl OnPostgres {
    pub fn start() -> OnPostgres {
        OnPostgres { server: Postgres::start(), made: Mutex::default() }
    }
}

impl Engine for OnPostgres {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn features(&self) -> &'static [&'static str] {
        ENGINES
    }

    fn environment(&self, folder: &Path) -> Vec<(&'static str, String)> {
        let database = word(folder);
        if self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_path_buf()) {
            self.server.tell(&format!("CREATE DATABASE {database}"));
        }
        vec![("COORDINATOR_DB", self.server.address(&database))]
    }

    fn clean_up(&self, folder: &Path) {
        self.server.tell(&format!("DROP DATABASE {} WITH (FORCE)", word(folder)));
    }

    fn plays_all(&self) -> bool {
        true
    }

    fn at_once(&self) -> usize {
        2
    }
}

/// All engines are built at once, so that each project is built once for all of them, and everything else that can
/// be built into a coordinator.
pub const ENGINES: &[&str] = &["runtime/memory", "postgres", "temporal", "https", "otel"];

/// The name of a folder as a word that needs no quotes anywhere.
pub fn word(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let letters = name.bytes().map(|byte| match byte {
        b'A'..=b'Z' => format!("{}_", byte.to_ascii_lowercase() as char),
        b'a'..=b'z' | b'0'..=b'9' => (byte as char).to_string(),
        _ => String::new(),
    });
    format!("run_{}", letters.collect::<String>())
}
