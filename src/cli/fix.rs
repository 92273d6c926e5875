//! `wfc check --fix`: what is written, and what is said of it.

use super::Outcome;
use super::args::Check;
use super::baseline::Ledger;
use super::check::change::Change;
use super::check::plan;
use super::output::{Output, Unwritten};
use crate::compile::{self, Fixed, Settings, Wish};
use crate::finding::{Finding, Safety};
use crate::project::config::Allowances;
use crate::project::disk::{self, Exclude};
use crate::project::{Project, Request, Trouble};
use crate::report::{diff, summary};
use crate::source::{FileId, SourceFile, Sources};
use std::collections::BTreeSet;

/// What decides which findings a run shows.
pub struct By<'a> {
    pub wanted: &'a Check,
    pub project: &'a Project,
    pub ledger: &'a Ledger<'a>,
    pub change: &'a Change,
    pub settings: Settings<'a>,
}

/// Mends what the user would get to see, in files that are not left out; nothing is written yet.
pub fn fix(by: &By, request: &Request, sources: &Sources) -> Fixed {
    let By { wanted, project, ledger, change, settings } = *by;
    let (selection, level) = (plan::selection(wanted, project), plan::level(project));
    let touched = change.touched(sources);
    let allowances = Allowances::new(&project.config, settings.today);
    let is_allowed = |finding: &Finding, sources: &Sources| {
        let path = &sources.get(finding.span().file).path;
        !wanted.no_allows && allowances.accept(finding, &project.base.path(path))
    };
    let known = if ledger.is_empty() {
        BTreeSet::new()
    } else {
        let mut findings = compile::check(sources, settings).findings;
        findings.retain(|finding| !is_allowed(finding, sources));
        ledger.known(&findings, sources)
    };
    let is_wanted = |finding: &Finding, sources: &Sources| {
        selection.shows(finding, level(finding, sources))
            && touched.has(finding, sources)
            && !is_allowed(finding, sources)
            && !known.contains(&ledger.print(finding, sources))
    };
    // What cannot be read as patterns has left nothing to mend.
    let exclude = Exclude::new(request).ok();
    let may_be_changed = |path: &str| exclude.as_ref().is_some_and(|exclude| !exclude.covers(path));
    let limit = if wanted.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
    compile::fix(sources, settings, &Wish { limit, findings: &is_wanted, files: &may_be_changed })
}

impl Fixed {
    /// What would change, as a diff.
    pub fn show(&self, before: &Sources, output: &Output) -> Result<Outcome, Unwritten> {
        let mut n_files = 0;
        for (id, file) in self.changed(before) {
            n_files += 1;
            let after = &self.sources.get(id).text;
            output.data(&diff::unified(&file.path, &file.text, after, &output.stdout))?;
        }
        self.tell("would fix", n_files, output);
        Ok(if n_files > 0 { Outcome::Findings } else { Outcome::Clean })
    }

    /// Writes what has changed; gives what could not be written.
    pub fn write(&self, before: &Sources, output: &Output) -> Vec<Trouble> {
        let changed: Vec<_> = self.changed(before).collect();
        let write = |(id, file): &(FileId, &SourceFile)| {
            disk::rewrite(&file.path, &file.text, &self.sources.get(*id).text).err()
        };
        let troubles: Vec<Trouble> = changed.iter().filter_map(write).collect();
        self.tell("fixed", changed.len() - troubles.len(), output);
        troubles
    }

    fn changed<'s>(&'s self, before: &'s Sources) -> impl Iterator<Item = (FileId, &'s SourceFile)> {
        before.iter().filter(|(id, file)| file.text != self.sources.get(*id).text)
    }

    fn tell(&self, verb: &str, n_files: usize, output: &Output) {
        for title in &self.refused {
            output.note(&format!("note: not done, because it would not have helped: {title}"));
        }
        if n_files > 0 {
            output.note(&summary::fixed(verb, self.n_fixed, n_files));
        } else {
            output.note("nothing to fix");
        }
    }
}
