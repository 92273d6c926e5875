//! `wfc check`.

mod plan;

use super::args::{Check, ReportTo};
use super::baseline::{self, Ledger};
use super::output::{Output, Unwritten};
use super::progress::Progress;
use super::{Outcome, project};
use crate::compile::{self, Checked};
use crate::finding::Finding;
use crate::project::{Loaded, Project, Trouble, disk};
use crate::report::paint::Paint;
use crate::report::paths::Paths;
use crate::report::selection::{Selected, Verdict, select_by_level};
use crate::report::statistics::statistics;
use crate::report::{self, Report, summary::summary};

/// In bytes, as much as the main thread has.
const STACK: usize = 8 << 20;

/// What came of one check, and which files it read.
pub struct Round {
    pub outcome: Outcome,
    pub files: Vec<String>,
}

impl Round {
    fn trouble() -> Round {
        Round { outcome: Outcome::Trouble, files: Vec::new() }
    }
}

pub fn run(wanted: &Check, output: &Output) -> Result<Outcome, Unwritten> {
    let reads_stdin = wanted.paths.iter().any(|path| path == "-");
    if wanted.stdin_filename.is_some() && !reads_stdin {
        output.trouble("--stdin-filename names standard input, so it needs `-` among the paths");
        return Ok(Outcome::Trouble);
    }
    if wanted.watch && reads_stdin {
        output.trouble("--watch waits for files to change, which standard input never does");
        return Ok(Outcome::Trouble);
    }
    // A deeply nested workflow needs the same stack in every thread that it needs in the first one. An
    // error only says that the threads run already.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
    if wanted.watch {
        return super::watch::run(wanted, output);
    }
    Ok(once(wanted, output)?.outcome)
}

/// Reads, checks and tells, once.
pub fn once(wanted: &Check, output: &Output) -> Result<Round, Unwritten> {
    let Some(project) = project::open(&wanted.configured, output) else { return Ok(Round::trouble()) };
    let ledger = match baseline::open(&wanted.baseline, &project) {
        Ok(ledger) => ledger,
        Err(trouble) => {
            output.troubled(&trouble);
            return Ok(Round::trouble());
        }
    };
    details(&project, &ledger, output);
    let progress = Progress::start(output, "reading files");
    let mut loaded = disk::load(&plan::request(wanted, &project));
    let files: Vec<String> = loaded.sources.iter().map(|(_, file)| file.path.clone()).collect();
    progress.next(&format!("checking {} files", files.len()));
    let found = plan::find(wanted, &project, &mut loaded);
    drop(progress);
    let told = Told { wanted, output, project: &project, loaded, n_files: files.len() };
    let outcome = match wanted.baseline.write_baseline {
        Some(_) => told.keep(&ledger, found),
        None => told.tell(&ledger, found)?,
    };
    Ok(Round { outcome, files })
}

/// What this run goes by.
fn details(project: &Project, ledger: &Ledger, output: &Output) {
    let files: Vec<&str> = project.config.files.iter().map(|(_, file)| file.path.as_str()).collect();
    let none = |text: String| if text.is_empty() { "none".to_string() } else { text };
    output.detail(&format!("configuration: {}", none(files.join(", "))));
    output.detail(&format!("baseline: {}", none(ledger.described())));
}

/// A check that has found what there is.
struct Told<'a> {
    wanted: &'a Check,
    output: &'a Output,
    project: &'a Project,
    loaded: Loaded,
    n_files: usize,
}

impl Told<'_> {
    fn select(&self, findings: Vec<Finding>) -> Selected {
        let level = plan::level_in(self.project, &self.loaded.sources);
        select_by_level(findings, &plan::selection(self.wanted, self.project), level)
    }

    fn notices(&self) {
        for notice in &self.loaded.notices {
            self.output.note(&format!("note: {notice}"));
        }
    }

    fn keep(self, ledger: &Ledger, found: Checked) -> Outcome {
        self.notices();
        self.output.troubles(&self.loaded.troubles);
        if !self.loaded.troubles.is_empty() {
            self.output.trouble("the baseline stays as it is, because not everything could be read");
            return Outcome::Trouble;
        }
        let shown = self.select(found.findings).shown;
        match ledger.write(&shown, &self.loaded.sources, self.output) {
            Ok(()) => Outcome::Clean,
            Err(trouble) => self.output.troubled(&trouble),
        }
    }

    fn tell(mut self, ledger: &Ledger, found: Checked) -> Result<Outcome, Unwritten> {
        let new = ledger.part(found.findings, &self.loaded.sources);
        let (touched, untouched) = match self.touched(new.findings) {
            Ok(parts) => parts,
            Err(trouble) => return Ok(self.output.troubled(&trouble)),
        };
        let mut selected = self.select(touched);
        selected.n_known = new.n_known;
        selected.n_untouched = self.select(untouched).shown.len();

        let troubles = self.reports(&selected, found.n_allowed)?;
        self.loaded.troubles.extend(troubles);
        self.notices();
        if self.loaded.troubles.is_empty() {
            let tidied = ledger.tidy(&new.held, &self.wanted.baseline, self.output);
            self.loaded.troubles.extend(tidied.err());
        }
        self.output.troubles(&self.loaded.troubles);
        if self.n_files > 0 || self.loaded.troubles.is_empty() {
            self.output.note(&summary(&selected, self.n_files, found.n_allowed, &self.output.stderr));
        }
        Ok(if !self.loaded.troubles.is_empty() {
            Outcome::Trouble
        } else if selected.verdict == Verdict::Fail && !self.wanted.exit_zero {
            Outcome::Findings
        } else {
            Outcome::Clean
        })
    }

    /// Writes what was found to files and to standard output; gives what stood in the way of the files.
    fn reports(&self, selected: &Selected, n_allowed: usize) -> Result<Vec<Trouble>, Unwritten> {
        let paths = disk::repository().map_or_else(Paths::default, |it| Paths::new(it.root, it.here));
        let report = Report {
            selected,
            sources: &self.loaded.sources,
            n_allowed,
            fail_on: plan::selection(self.wanted, self.project).fail_on,
            paths: &paths,
        };
        // Files come first: when standard output is closed, they are there all the same.
        let mut troubles = Vec::new();
        for ReportTo { format, path } in &self.wanted.report {
            let text = report::write(&report, (*format).into(), &Paint::plain());
            troubles.extend(disk::replace(path, &text).err());
        }
        let stdout = &self.output.stdout;
        self.output.data(&match self.wanted.statistics {
            true => statistics(&selected.shown, stdout),
            false => report::write(&report, self.wanted.format.into(), stdout),
        })?;
        Ok(troubles)
    }

    /// What has to do with the change that `--since` speaks of, and the rest.
    fn touched(&self, findings: Vec<Finding>) -> Result<(Vec<Finding>, Vec<Finding>), Trouble> {
        let Some(revision) = &self.wanted.since else { return Ok((findings, Vec::new())) };
        let changed = disk::changed_since(revision)?;
        let sources = &self.loaded.sources;
        let touched = compile::with_users(sources, |path| changed.has(path));
        let is_touched = |finding: &Finding| {
            let labels = finding.labels.iter().map(|label| label.span);
            let steps = finding.witness.iter().filter_map(|step| step.span);
            labels.chain(steps).any(|span| touched.contains(&span.file))
        };
        Ok(findings.into_iter().partition(is_touched))
    }
}
