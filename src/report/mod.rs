//! Findings as something to read: the terminal, lists, pages. Everything here is data in, text out.

pub mod advice;
pub mod concise;
pub mod diff;
pub mod fingerprint;
mod github;
mod gitlab;
pub mod human;
pub mod index;
mod json;
mod junit;
pub mod list;
mod markdown;
pub mod metrics;
pub mod page;
pub mod paint;
pub mod paths;
pub mod place;
mod rdjson;
mod sarif;
pub mod selection;
pub mod statistics;
pub mod summary;
mod table;
pub mod verdict;
pub mod versions;

mod excerpt;
mod sentence;
mod shell;
mod wrap;

use crate::finding::{Finding, Severity};
use crate::source::Sources;
use paint::Paint;
use paths::Paths;
use selection::Selected;

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With the text they point at, the proof, and what to do.
    Full,
    /// One line each.
    Concise,
    /// One document for programs.
    Json,
    /// One line of JSON each.
    Jsonl,
    /// For code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// The Code Quality report of GitLab.
    Gitlab,
    /// JUnit XML, for everything that shows test results.
    Junit,
    /// For reviewdog.
    Rdjson,
    /// A page for a pull request or the summary of a job.
    Markdown,
}

/// What there is to write about a run.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    pub selected: &'a Selected,
    pub sources: &'a Sources,
    /// How many findings an `allow` has silenced.
    pub n_allowed: usize,
    /// From which severity on a finding fails the run.
    pub fail_on: Severity,
    pub paths: &'a Paths,
}

impl<'a> Report<'a> {
    pub fn findings(&self) -> &'a [Finding] {
        &self.selected.shown
    }

    pub fn n_files(&self) -> usize {
        self.sources.iter().count()
    }

    /// How many errors, warnings and infos are shown.
    pub fn counts(&self) -> [usize; 3] {
        [Severity::Error, Severity::Warning, Severity::Info]
            .map(|severity| self.findings().iter().filter(|finding| finding.severity == severity).count())
    }
}

/// The whole report in one text.
pub fn write(report: &Report, format: Format, paint: &Paint) -> String {
    match format {
        Format::Full => human::report(report.findings(), report.sources, paint),
        Format::Concise => concise::report(report.findings(), report.sources),
        Format::Json => json::document(report),
        Format::Jsonl => json::lines(report),
        Format::Sarif => sarif::report(report),
        Format::Github => github::report(report),
        Format::Gitlab => gitlab::report(report),
        Format::Junit => junit::report(report),
        Format::Rdjson => rdjson::report(report),
        Format::Markdown => markdown::report(report),
    }
}
