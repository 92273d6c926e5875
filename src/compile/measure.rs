//! The coupling numbers of everything that was read, system by system.

use super::systems::systems;
use super::{Joined, phases};
use crate::metrics::Metrics;
use crate::source::{FileId, Sources};

/// The numbers of one system.
#[derive(Debug)]
pub struct Measured {
    pub files: Vec<FileId>,
    pub metrics: Metrics,
    /// What the text could not say because of them is missing in the numbers.
    pub n_errors: usize,
}

/// Measures every system, by the path of their first files.
pub fn measure(sources: &Sources, joined: &[Joined]) -> Vec<Measured> {
    let mut measured = Vec::new();
    for system in systems(sources, joined) {
        let read = system.files.iter().map(|&id| phases::read(id, sources.get(id)));
        let (trees, of_reading): (Vec<_>, Vec<_>) = read.unzip();
        let findings = of_reading.into_iter().flatten().collect();
        let (metrics, n_errors) = phases::measure(&trees, &system, findings);
        let n_errors = n_errors + system.missing.len();
        let mut files = system.files;
        files.sort_by_key(|file| sources.get(*file).path.as_str());
        measured.push(Measured { files, metrics, n_errors });
    }
    // The same whatever the order in which the files were given.
    measured.sort_by_key(|one| one.files.first().map(|file| sources.get(*file).path.as_str()));
    measured
}
