//! Runs the phases: groups files into systems, and takes each system from text to findings.

mod allow;
mod follow_ups;
mod missing_import;
mod path;
mod phases;
mod picture;
mod systems;
mod uses;

use crate::finding::{self, Finding, Rule};
use crate::source::Sources;
use crate::syntax::ast::Ast;
use rayon::prelude::*;
use systems::{System, systems};

pub use path::{normalise, resolve};
pub use phases::recognise;
pub use picture::{Picture, Pictured, draw};
pub use uses::uses;

/// The rules that only somebody who sees all files can check.
pub const RULES: &[&Rule] = &[&missing_import::MISSING_IMPORT];

/// What there is to say about all files, in the order it is shown in.
#[derive(Debug, Default)]
pub struct Checked {
    pub findings: Vec<Finding>,
    /// How many findings an `allow` has silenced.
    pub n_allowed: usize,
}

/// Checks every system of `sources`, each by itself.
pub fn check(sources: &Sources) -> Checked {
    let systems = systems(sources);
    // One system does not earn the start of a thread pool.
    let parts: Vec<Checked> = if systems.len() == 1 {
        vec![check_system(sources, &systems[0])]
    } else {
        systems.par_iter().map(|system| check_system(sources, system)).collect()
    };
    let mut all = Checked::default();
    for part in parts {
        all.findings.extend(part.findings);
        all.n_allowed += part.n_allowed;
    }
    finding::sort(&mut all.findings);
    all
}

fn check_system(sources: &Sources, system: &System) -> Checked {
    let mut findings: Vec<Finding> = Vec::new();
    let mut trees: Vec<Ast> = Vec::with_capacity(system.files.len());
    for &id in &system.files {
        let (tree, of_reading) = phases::read(id, sources.get(id));
        findings.extend(of_reading);
        trees.push(tree);
    }
    let checked = phases::check(&trees, &system.links, findings);
    let mut findings = checked.findings;
    if !system.missing.is_empty() {
        // The names that the missing file would have brought are not the cause.
        findings.retain(|finding| finding.rule.name != "unknown-name");
        findings.extend(system.missing.iter().map(|(id, used)| missing_import::finding(sources, *id, used)));
    }
    findings.extend(allow::unknown(&checked.allows));
    let n_allowed = allow::apply(&checked.allows, &mut findings);
    Checked { findings, n_allowed }
}
