//! `wfc check`.

pub mod change;
pub mod plan;

use super::args::{Check, ReportTo};
use super::baseline::{self, Ledger};
use super::fix::{self, By};
use super::output::{Output, Unwritten};
use super::progress::Progress;
use super::today::today;
use super::{Outcome, project};
use crate::compile::{self, Checked, Settings, Unseen};
use crate::finding::{self, Accepted, Finding, Rule};
use crate::project::{Loaded, Project, Trouble, disk};
use crate::report::paint::Paint;
use crate::report::paths::Paths;
use crate::report::selection::{Selected, Verdict, select_by_level};
use crate::report::statistics::statistics;
use crate::report::summary::{fixable, summary};
use crate::report::{self, Report};
use change::{Change, Touched};

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
    if reads_stdin && wanted.fix && !wanted.diff {
        output.trouble("standard input cannot be written: --diff shows what --fix would change");
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
    let change = match Change::open(wanted.since.as_deref()) {
        Ok(change) => change,
        Err(trouble) => {
            output.troubled(&trouble);
            return Ok(Round::trouble());
        }
    };
    let progress = Progress::start(output, "reading files");
    let request = plan::request(wanted, &project);
    let mut loaded = disk::load(&request);
    let files: Vec<String> = loaded.sources.iter().map(|(_, file)| file.path.clone()).collect();
    progress.next(&format!("checking {} files", files.len()));
    let (today, joined) = (today(), project::joined_files(&project, &loaded.sources));
    let settings = plan::settings(wanted, &project, &today, &joined);
    let checked = if wanted.fix || wanted.diff {
        let by = By { wanted, project: &project, ledger: &ledger, change: &change, settings };
        let fixed = fix::fix(&by, &request, &loaded.sources);
        drop(progress);
        if wanted.diff {
            output.troubles(&loaded.troubles);
            let outcome = fixed.show(&loaded.sources, output)?;
            let outcome = if loaded.troubles.is_empty() { outcome } else { Outcome::Trouble };
            return Ok(Round { outcome, files });
        }
        loaded.troubles.extend(fixed.write(&loaded.sources, output));
        loaded.sources = fixed.sources;
        fixed.checked
    } else {
        let (selection, level) = (plan::selection(wanted, &project), plan::level(&project));
        let is_unseen = |finding: &Finding| !selection.shows(finding, level(finding, &loaded.sources));
        let is_never_seen = plan::never_seen(wanted, &project);
        let is_silent = |rule: &Rule| ledger.is_empty() && is_never_seen(rule);
        let unseen = Unseen { finding: &is_unseen, rule: &is_silent };
        // What a change touches hangs on what proves a finding.
        let unseen = wanted.since.is_none().then_some(unseen);
        let checked = compile::check(&loaded.sources, Settings { unseen, ..settings });
        drop(progress);
        checked
    };
    let found = plan::accept(plan::allows(wanted), &project, &today, &mut loaded, checked);
    let told = Told { wanted, output, project: &project, change, loaded, n_files: files.len() };
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
    change: Change,
    loaded: Loaded,
    n_files: usize,
}

impl Told<'_> {
    fn select(&self, findings: Vec<Finding>) -> Selected {
        let (selection, level) = (plan::selection(self.wanted, self.project), plan::level(self.project));
        select_by_level(findings, &selection, |finding| level(finding, &self.loaded.sources))
    }

    /// Of what was accepted, that which would be shown if it were not.
    fn accepted(&self, all: impl Iterator<Item = Accepted>, touched: &Touched) -> Vec<Accepted> {
        let (selection, level) = (plan::selection(self.wanted, self.project), plan::level(self.project));
        let sources = &self.loaded.sources;
        let mut shown: Vec<Accepted> = all
            .filter(|it| touched.has(&it.finding, sources))
            .filter_map(|Accepted { finding, by }| {
                let level = level(&finding, sources);
                selection.shown(finding, level).map(|finding| Accepted { finding, by })
            })
            .collect();
        shown.sort_by(|a, b| finding::order(&a.finding, &b.finding));
        shown
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
        let touched = self.change.touched(&self.loaded.sources);
        let (here, elsewhere) = touched.part(new.findings, &self.loaded.sources);
        let mut selected = self.select(here);
        let n_allowed = found.accepted.len();
        selected.n_known = new.known.len();
        selected.accepted = self.accepted(found.accepted.into_iter().chain(new.known), &touched);
        selected.n_untouched = self.select(elsewhere).shown.len();

        let troubles = self.reports(&selected, n_allowed)?;
        self.loaded.troubles.extend(troubles);
        self.notices();
        if self.loaded.troubles.is_empty() {
            let tidied = ledger.tidy(&new.held, &self.wanted.baseline, self.output);
            self.loaded.troubles.extend(tidied.err());
        }
        self.output.troubles(&self.loaded.troubles);
        if self.n_files > 0 || self.loaded.troubles.is_empty() {
            self.output.note(&summary(&selected, self.n_files, n_allowed, &self.output.stderr));
            let is_all_tried = self.wanted.fix && self.wanted.unsafe_fixes;
            if let Some(fixable) = fixable(&selected.shown).filter(|_| !is_all_tried) {
                self.output.note(&fixable);
            }
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
}
