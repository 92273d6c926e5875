//! The advice for everything that was read, system by system.

use super::systems::systems;
use super::{Joined, phases};
use crate::advise::{Advice, Grounds};
use crate::source::Sources;
use std::collections::BTreeSet;

#[derive(Debug, Default)]
pub struct Advised {
    /// By name of the workflow, and of several with one name by file.
    pub advice: Vec<Advice>,
    /// Of all workflows, wanted or not.
    pub names: BTreeSet<String>,
    /// Errors of the systems that were left out because of them.
    pub n_errors: usize,
}

/// Advises on every workflow of every system, or on those called `wanted`.
pub fn advise(sources: &Sources, joined: &[Joined], grounds: &Grounds, wanted: Option<&str>) -> Advised {
    let mut advised = Advised::default();
    for system in systems(sources, joined) {
        let read = system.files.iter().map(|&id| phases::read(id, sources.get(id)));
        let (trees, of_reading): (Vec<_>, Vec<_>) = read.unzip();
        let findings = of_reading.into_iter().flatten().collect();
        let of_system = phases::advise(&trees, &system, findings, grounds, wanted);
        advised.names.extend(of_system.names);
        advised.n_errors += of_system.n_errors + system.missing.len();
        if system.missing.is_empty() {
            advised.advice.extend(of_system.advice);
        }
    }
    advised.advice.sort_by(|a, b| {
        let place = |advice: &Advice| (sources.get(advice.span.file).path.clone(), advice.span.start);
        a.workflow.cmp(&b.workflow).then_with(|| place(a).cmp(&place(b)))
    });
    advised
}
