//! Annotations of GitHub Actions: commands on standard output that mark lines of a pull request.

use super::Report;
use super::sentence::with_help;
use crate::finding::{Finding, Severity};

/// GitHub shows so many annotations of each kind and step, and drops the rest without a word.
const MOST: usize = 10;

/// Errors first; what has no place is counted in a last notice.
pub fn report(report: &Report) -> String {
    let mut out = String::new();
    let mut n_left_out = 0;
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let of_kind: Vec<&Finding> =
            report.findings().iter().filter(|finding| finding.severity == severity).collect();
        // The closing notice needs a place among the notices.
        let places = match severity {
            Severity::Error | Severity::Warning => MOST,
            Severity::Info if n_left_out == 0 && of_kind.len() <= MOST => MOST,
            Severity::Info => MOST - 1,
        };
        for finding in of_kind.iter().take(places) {
            out.push_str(&annotation(finding, report));
        }
        n_left_out += of_kind.len().saturating_sub(places);
    }
    if n_left_out > 0 {
        let are = if n_left_out == 1 { "finding has" } else { "findings have" };
        out.push_str(&format!(
            "::notice title=wfc::{n_left_out} more {are} no annotation: `wfc check` shows all of them\n"
        ));
    }
    out
}

fn annotation(finding: &Finding, report: &Report) -> String {
    let span = finding.span();
    let file = report.sources.get(span.file);
    let (start, end) = (file.position(span.start), file.position(span.end.max(span.start)));
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut places = format!("line={},endLine={}", start.line, end.line);
    // Columns are only understood within one line; the last one is part of what is marked.
    if start.line == end.line {
        let last = (end.column - 1).max(start.column);
        places.push_str(&format!(",col={},endColumn={last}", start.column));
    }
    format!(
        "::{command} title={},file={},{places}::{}\n",
        property(&finding.name()),
        property(&report.paths.in_repository(&file.path)),
        data(&with_help(finding))
    )
}

/// The text behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value before it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
