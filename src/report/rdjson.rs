//! Reviewdog's diagnostic format, for review comments wherever reviewdog can write them.

use super::paint::printable;
use super::sentence::with_help;
use super::{Report, json};
use crate::finding::{Finding, Fix, Severity};
use crate::source::Span;
use serde::Serialize;

#[derive(Serialize)]
struct DiagnosticResult {
    source: Source,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

/// The end is the place behind it.
#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

/// From 1; unlike everywhere else, columns count bytes here.
#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Code {
    value: String,
}

#[derive(Serialize)]
struct Related {
    message: String,
    location: Location,
}

/// Other text for a range of the file that the diagnostic is in. Reviewdog offers each by itself.
#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

pub fn report(report: &Report) -> String {
    let diagnostics = report.findings().iter().map(|finding| diagnostic(finding, report)).collect();
    let result = DiagnosticResult { source: Source { name: "wfc" }, diagnostics };
    format!("{}\n", json::text(serde_json::to_string_pretty(&result)))
}

fn diagnostic(finding: &Finding, report: &Report) -> Diagnostic {
    let related = finding
        .labels
        .iter()
        .skip(1)
        .map(|label| Related { message: printable(&label.text), location: location(label.span, report) });
    Diagnostic {
        message: with_help(finding),
        location: location(finding.span(), report),
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        code: Code { value: finding.name() },
        related_locations: related.collect(),
        suggestions: finding.fixes.iter().filter_map(|fix| suggestion(fix, finding, report)).collect(),
    }
}

/// A fix that changes several places would be offered in halves, so that only one of a single place is told.
fn suggestion(fix: &Fix, finding: &Finding, report: &Report) -> Option<Suggestion> {
    let edits = fix.edits(report.sources);
    match &edits[..] {
        [edit] if edit.span.file == finding.span().file => {
            Some(Suggestion { range: range(edit.span, report), text: edit.text.clone() })
        }
        _ => None,
    }
}

fn location(span: Span, report: &Report) -> Location {
    let path = report.paths.in_repository(&report.sources.get(span.file).path);
    Location { path, range: range(span, report) }
}

fn range(span: Span, report: &Report) -> Range {
    let file = report.sources.get(span.file);
    let position = |offset: u32| {
        let offset = (offset as usize).min(file.text.len());
        let line_start = file.text.as_bytes()[..offset].iter().rposition(|byte| *byte == b'\n');
        let column = offset - line_start.map_or(0, |newline| newline + 1) + 1;
        Position { line: file.position(offset as u32).line, column: column as u32 }
    };
    Range { start: position(span.start), end: position(span.end.max(span.start)) }
}
