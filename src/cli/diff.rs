//! `wfc diff`.

use super::args::{Diff, ReportTo};
use super::check::plan;
use super::output::{Output, Unwritten};
use super::today::today;
use super::{Outcome, project};
use crate::compile::{self, Allows, Compared, Comparing, Joined, Likeness, Side};
use crate::diff::Budget;
use crate::finding::Finding;
use crate::project::config::sets;
use crate::project::disk::{self, Source};
use crate::project::{Loaded, Project, Request, Trouble, WhenEmpty};
use crate::report::Report;
use crate::report::paint::Paint;
use crate::report::paths::Paths;
use crate::report::place::place;
use crate::report::selection::{Verdict, select_by_level};
use crate::report::summary::summary;
use crate::report::versions::{self, Versions, nothing};
use crate::source::Sources;

/// More errors of a version than these are only counted.
const MOST: usize = 5;

pub fn run(wanted: &Diff, output: &Output) -> Result<Outcome, Unwritten> {
    let Some(project) = project::open(&wanted.configured, output) else { return Ok(Outcome::Trouble) };
    let (old, new) = match load(wanted, &project) {
        Ok(both) => both,
        Err(trouble) => return Ok(output.troubled(&trouble)),
    };
    let troubles: Vec<Trouble> = [&old, &new].into_iter().flat_map(|it| it.loaded.troubles.clone()).collect();
    if !troubles.is_empty() {
        output.troubles(&troubles);
        return Ok(Outcome::Trouble);
    }
    let today = today();
    let comparing = Comparing {
        today: Some(&today),
        budget: Budget { max_states: project::budget(&project).max_states },
        allows: if wanted.no_allows { Allows::Ignored } else { Allows::Heard },
    };
    let compared = compile::compare(old.side(), new.side(), comparing);
    // A text that could not be read may have anything in it.
    if compared.likeness == Likeness::Unrelated && compared.mistakes.is_empty() {
        let what = format!("has nothing in common with `{}`: no service and no workflow", wanted.new);
        return Ok(output.troubled(&Trouble::new(&wanted.old, what)));
    }
    let outcome = tell(wanted, &project, compared, output)?;
    Ok(outcome)
}

/// One version as it was read.
struct Read {
    loaded: Loaded,
    joined: Vec<Joined>,
    shown: Box<dyn Fn(&str) -> String + Sync>,
}

impl Read {
    fn side(&self) -> Side<'_> {
        Side { sources: &self.loaded.sources, joined: &self.joined, shown: &*self.shown }
    }
}

fn load(wanted: &Diff, project: &Project) -> Result<(Read, Read), Trouble> {
    let request = Request {
        paths: Vec::new(),
        exclude: wanted.exclude.clone(),
        project_exclude: project::exclude(project),
        base: project.base.clone(),
        sets: sets(&project.config),
        stdin_name: None,
        when_empty: WhenEmpty::Trouble,
    };
    let (old, new) = (disk::source(&wanted.old), disk::source(&wanted.new));
    let read = |source: &Source, beside: &Source| -> Result<Read, Trouble> {
        let beside = match beside {
            Source::Path(path) => path.as_str(),
            Source::Revision { .. } => ".",
        };
        let loaded = disk::load_source(source, beside, &request)?;
        let joined = project::joined_files(project, &loaded.sources);
        Ok(Read { joined, shown: shown(source), loaded })
    };
    Ok((read(&old, &new)?, read(&new, &old)?))
}

/// How a file of a version is named: `main:specs/order.wfc`, as git names it.
fn shown(source: &Source) -> Box<dyn Fn(&str) -> String + Sync> {
    match source {
        Source::Path(_) => Box::new(str::to_string),
        Source::Revision { name, .. } => {
            let name = name.clone();
            let repository = disk::repository();
            let paths = repository.map_or_else(Paths::default, |it| Paths::new(it.root, it.here));
            Box::new(move |path| format!("{name}:{}", paths.in_repository(path)))
        }
    }
}

fn tell(wanted: &Diff, project: &Project, compared: Compared, output: &Output) -> Result<Outcome, Unwritten> {
    let Compared { sources, mut diff, accepted, mistakes, likeness } = compared;
    let selection = plan::selection_of(wanted.profile, wanted.fail_on, wanted.min_confidence, project);
    let level = plan::level(project);
    let findings = std::mem::take(&mut diff.findings);
    let has_found = !findings.is_empty();
    let mut selected = select_by_level(findings, &selection, |finding| level(finding, &sources));
    let n_allowed = accepted.len();
    selected.accepted = accepted;
    let paths = disk::repository().map_or_else(Paths::default, |it| Paths::new(it.root, it.here));
    let report = Report {
        selected: &selected,
        sources: &sources,
        n_allowed,
        fail_on: selection.fail_on,
        paths: &paths,
    };
    let versions =
        Versions { old: &wanted.old, new: &wanted.new, diff: &diff, is_same: likeness == Likeness::Same };
    let mut troubles = Vec::new();
    for ReportTo { format, path } in &wanted.report {
        let text = versions::write(&versions, &report, (*format).into(), &Paint::plain());
        troubles.extend(disk::replace(path, &text).err());
    }
    // What could not be compared does not look as if nothing were different.
    if mistakes.is_empty() || has_found || !diff.is_empty() {
        output.data(&versions::write(&versions, &report, wanted.format.into(), &output.stdout))?;
    }
    complain(&mistakes, &sources, output);
    output.troubles(&troubles);
    if mistakes.is_empty() {
        match nothing(&versions) {
            Some(nothing) if !has_found => output.note(nothing),
            _ => output.note(&summary(&selected, sources.iter().count(), n_allowed, &output.stderr)),
        }
    }
    Ok(if !mistakes.is_empty() || !troubles.is_empty() {
        Outcome::Trouble
    } else if selected.verdict == Verdict::Fail && !wanted.exit_zero {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

/// What is wrong with the text of a version, which is then not compared.
fn complain(mistakes: &[Finding], sources: &Sources, output: &Output) {
    for mistake in mistakes.iter().take(MOST) {
        let place = place(mistake, sources);
        output.trouble(&format!("{place}: {}[{}] {}", mistake.severity, mistake.name(), mistake.message));
    }
    if mistakes.len() > MOST {
        output.trouble(&format!("and {} more errors", mistakes.len() - MOST));
    }
    if !mistakes.is_empty() {
        output.trouble("what has errors is not compared: mend it first, see wfc check");
    }
}
