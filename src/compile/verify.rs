//! The runs of everything that was read, system by system.

use super::systems::systems;
use super::{Joined, phases};
use crate::check::verify::{Question, Verdict};
use crate::source::Sources;

/// What was found out, and how many errors the texts have: a system with errors is not explored.
#[derive(Debug, Default)]
pub struct Verified {
    pub verdicts: Vec<Verdict>,
    pub n_errors: usize,
}

/// Explores every workflow of every system.
pub fn verify(sources: &Sources, joined: &[Joined], questions: &[Question]) -> Verified {
    let mut verified = Verified::default();
    for system in systems(sources, joined) {
        let read = system.files.iter().map(|&id| phases::read(id, sources.get(id)));
        let (trees, of_reading): (Vec<_>, Vec<_>) = read.unzip();
        let findings = of_reading.into_iter().flatten().collect();
        let (mut verdicts, n_errors) = phases::verify(&trees, &system, findings, questions);
        // By workflow, in the order of the text.
        verdicts.sort_by_key(|verdict| (verdict.span.file, verdict.span.start));
        verified.verdicts.extend(verdicts);
        verified.n_errors += n_errors + system.missing.len();
    }
    verified
}
