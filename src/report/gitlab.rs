//! The Code Quality report of GitLab: what a merge request shows beside its changes.

use super::fingerprint::fingerprint;
use super::paint::printable;
use super::{Report, json};
use crate::finding::{Finding, Severity};
use serde::Serialize;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

pub fn report(report: &Report) -> String {
    let issues: Vec<Issue> = report.findings().iter().map(|finding| issue(finding, report)).collect();
    format!("{}\n", json::text(serde_json::to_string_pretty(&issues)))
}

fn issue(finding: &Finding, report: &Report) -> Issue {
    let span = finding.span();
    let file = report.sources.get(span.file);
    let line = |offset| file.position(offset).line;
    Issue {
        description: printable(&finding.message),
        check_name: finding.name(),
        fingerprint: fingerprint(finding, report.sources, report.paths),
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: Location {
            path: report.paths.in_repository(&file.path),
            lines: Lines { begin: line(span.start), end: line(span.end.max(span.start)) },
        },
    }
}
