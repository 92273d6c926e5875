//! What has to do with the change that `--since` speaks of.

use crate::compile;
use crate::finding::Finding;
use crate::project::Trouble;
use crate::project::disk::{self, Changed};
use crate::source::Sources;
use std::collections::BTreeSet;

/// What differs from a revision; everything is meant where none was named.
pub struct Change(Option<Changed>);

/// The files that a change touches, by their paths: fixes may give a file another number.
pub struct Touched(Option<BTreeSet<String>>);

impl Change {
    pub fn open(revision: Option<&str>) -> Result<Change, Trouble> {
        Ok(Change(revision.map(disk::changed_since).transpose()?))
    }

    /// The files of `sources` that differ, and those that use them.
    pub fn touched(&self, sources: &Sources) -> Touched {
        let Change(Some(changed)) = self else { return Touched(None) };
        let files = compile::with_users(sources, |path| changed.has(path));
        Touched(Some(files.into_iter().map(|id| sources.get(id).path.to_string()).collect()))
    }
}

impl Touched {
    /// The findings that have to do with the change, and the others.
    pub fn part(&self, findings: Vec<Finding>, sources: &Sources) -> (Vec<Finding>, Vec<Finding>) {
        match self {
            Touched(None) => (findings, Vec::new()),
            Touched(Some(_)) => findings.into_iter().partition(|finding| self.has(finding, sources)),
        }
    }

    /// Whether a finding has a place, or a step of its proof, in one of them.
    pub fn has(&self, finding: &Finding, sources: &Sources) -> bool {
        let Touched(Some(files)) = self else { return true };
        let labels = finding.labels.iter().map(|label| label.span);
        let steps = finding.witness.iter().filter_map(|step| step.span);
        labels.chain(steps).any(|span| files.contains(&*sources.get(span.file).path))
    }
}
