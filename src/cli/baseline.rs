//! `--write-baseline`, `--prune-baseline`, and what an ordinary run does with a baseline.

use super::args::BaselineArgs;
use super::output::Output;
use crate::compile;
use crate::finding::{Acceptance, Accepted, Finding, Fingerprint};
use crate::project::baseline::{Baseline, Held, Looked, NAME};
use crate::project::{Project, Trouble, disk};
use crate::source::{FileId, Sources};
use std::collections::{BTreeMap, BTreeSet};

/// The baseline that a run reads or writes.
pub struct Ledger<'a> {
    project: &'a Project,
    /// As it is shown.
    path: String,
    before: Option<Baseline>,
}

/// Finds and reads the baseline that the options and the configuration want.
pub fn open<'a>(wanted: &BaselineArgs, project: &'a Project) -> Result<Ledger<'a>, Trouble> {
    let named = match (&wanted.write_baseline, &wanted.baseline) {
        (Some(path), _) if !path.is_empty() => Some(compile::normalise(path)),
        (_, Some(path)) => Some(compile::normalise(path)),
        _ => {
            project.config.baseline.as_ref().map(|path| project.base.shown(&compile::normalise(&path.value)))
        }
    };
    let path = named.clone().unwrap_or_else(|| project.base.shown(NAME));
    let before = match disk::read_baseline(&path) {
        _ if wanted.no_baseline => None,
        // It is about to be written anew, whatever it is now.
        Err(_) if wanted.write_baseline.is_some() => None,
        read => read?,
    };
    if before.is_none() && named.is_some() && wanted.write_baseline.is_none() && !wanted.no_baseline {
        return Err(Trouble::new(path, "there is no such baseline; wfc check --write-baseline writes one"));
    }
    Ok(Ledger { project, path, before })
}

/// What was found, parted by whether the baseline knows it.
pub struct New {
    pub findings: Vec<Finding>,
    pub known: Vec<Accepted>,
    pub held: Held,
}

impl Ledger<'_> {
    /// `wfc-baseline.jsonl, 500 lines`; empty where there is none.
    pub fn described(&self) -> String {
        self.before.as_ref().map_or_else(String::new, |it| format!("{}, {}", self.path, plural(it.len())))
    }

    /// Whether it knows nothing.
    pub fn is_empty(&self) -> bool {
        self.before.as_ref().is_none_or(Baseline::is_empty)
    }

    /// What a finding is known by, which stands in these files.
    pub fn print(&self, finding: &Finding, sources: &Sources) -> Fingerprint {
        let path = &sources.get(finding.span().file).path;
        Fingerprint::of(finding, self.project.base.path(path))
    }

    /// Those of all `findings` that were there before.
    pub fn known(&self, findings: &[Finding], sources: &Sources) -> BTreeSet<Fingerprint> {
        let prints: Vec<Fingerprint> = findings.iter().map(|it| self.print(it, sources)).collect();
        let held = self.hold(&prints, sources);
        prints.into_iter().zip(held.known).filter(|(_, is_known)| *is_known).map(|(print, _)| print).collect()
    }

    fn hold(&self, prints: &[Fingerprint], sources: &Sources) -> Held {
        let Some(before) = &self.before else {
            return Held { known: vec![false; prints.len()], ..Held::default() };
        };
        let looked = self.looked(before, &self.paths(sources));
        before.hold(prints, |file| looked.get(file).copied().unwrap_or(Looked::Past))
    }

    /// Takes out what was there before.
    pub fn part(&self, findings: Vec<Finding>, sources: &Sources) -> New {
        if self.before.is_none() {
            return New { findings, known: Vec::new(), held: Held::default() };
        }
        let paths = self.paths(sources);
        let prints: Vec<Fingerprint> = findings.iter().map(|finding| print(finding, &paths)).collect();
        let held = self.hold(&prints, sources);
        let mut new = New { findings: Vec::new(), known: Vec::new(), held };
        for (finding, is_known) in findings.into_iter().zip(&new.held.known) {
            if *is_known {
                new.known.push(Accepted { finding, by: Acceptance::Baseline });
            } else {
                new.findings.push(finding);
            }
        }
        new
    }

    /// Writes what was found; lines about files that this run did not look at stay as they are.
    pub fn write(&self, shown: &[Finding], sources: &Sources, output: &Output) -> Result<(), Trouble> {
        let paths = self.paths(sources);
        let found = shown.iter().map(|finding| print(finding, &paths));
        let kept: Vec<Fingerprint> = match &self.before {
            None => Vec::new(),
            Some(before) => {
                let looked = self.looked(before, &paths);
                let is_past = |line: &&Fingerprint| looked.get(&line.file) == Some(&Looked::Past);
                before.lines().filter(is_past).cloned().collect()
            }
        };
        let n_kept = kept.len();
        let baseline = Baseline::new(found.chain(kept));
        disk::write_baseline(&self.path, &baseline)?;
        let n_new = baseline.len() - n_kept;
        let kept = match n_kept {
            0 => String::new(),
            _ => format!(", and {n_kept} about files that were not checked"),
        };
        let (findings, are) = if n_new == 1 { ("finding", "is") } else { ("findings", "are") };
        output.note(&format!(
            "{n_new} {findings} {are} in {} now{kept}; from here on only new ones are told",
            self.path
        ));
        Ok(())
    }

    /// Says how many lines of the baseline nothing needs, or takes them out.
    pub fn tidy(&self, held: &Held, wanted: &BaselineArgs, output: &Output) -> Result<(), Trouble> {
        let Some(before) = &self.before else {
            if wanted.prune_baseline {
                output.note("there is no baseline to prune");
            }
            return Ok(());
        };
        let (n_stale, n_moved) = (held.stale.len(), held.moved.len());
        if wanted.prune_baseline {
            if n_stale + n_moved > 0 {
                disk::write_baseline(&self.path, &before.pruned(held))?;
            }
            let (lines, moved) = (plural(n_stale), plural(n_moved));
            output.note(&format!("{}: {lines} dropped, {moved} moved", self.path));
        } else if n_stale > 0 {
            let needs = if n_stale == 1 { "is" } else { "are" };
            output.note(&format!(
                "{}: {} {needs} no longer needed: --prune-baseline drops what is mended",
                self.path,
                plural(n_stale)
            ));
        }
        Ok(())
    }

    /// Every file by its path within the project.
    fn paths(&self, sources: &Sources) -> BTreeMap<FileId, String> {
        sources.iter().map(|(id, file)| (id, self.project.base.path(&file.path))).collect()
    }

    fn looked(&self, before: &Baseline, paths: &BTreeMap<FileId, String>) -> BTreeMap<String, Looked> {
        let checked: BTreeSet<String> = paths.values().cloned().collect();
        disk::looked(before, &checked, &self.project.base)
    }
}

fn print(finding: &Finding, paths: &BTreeMap<FileId, String>) -> Fingerprint {
    Fingerprint::of(finding, paths[&finding.span().file].as_str())
}

fn plural(n: usize) -> String {
    if n == 1 { "1 line".to_string() } else { format!("{n} lines") }
}
