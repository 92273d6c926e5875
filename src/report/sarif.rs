//! SARIF 2.1.0, for code scanning: findings with their proof as a code flow across files, and the pages of
//! the rules that found something. By our own structs: of the standard's hundreds of members these are used.

mod fixes;
mod rules;
mod suppressed;

use super::fingerprint::fingerprint;
use super::paint::printable_lines;
use super::sentence::with_help;
use super::{Report, json};
use crate::finding::{Acceptance, Finding, Severity};
use crate::source::{FileId, Sources, Span};
use fixes::Mend;
use rules::Descriptor;
use serde::Serialize;
use std::collections::BTreeMap;
use suppressed::Suppression;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Record<'a>>,
    properties: RunProperties,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
struct RunProperties {
    hidden: usize,
    allowed: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Mend>,
    /// Never left out: the standard wants it in all results of a run or in none.
    suppressions: Vec<Suppression>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

impl From<&str> for Message {
    fn from(text: &str) -> Message {
        Message { text: plain(text) }
    }
}

/// A text that moves no cursor and holds no link: names are data.
fn plain(text: &str) -> String {
    printable_lines(text).replace("](", "\\](")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<Physical>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical<'a> {
    fully_qualified_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
    thread_flows: [ThreadFlow<'a>; 1],
}

#[derive(Serialize)]
struct ThreadFlow<'a> {
    locations: Vec<FlowLocation<'a>>,
}

#[derive(Serialize)]
struct FlowLocation<'a> {
    location: Location<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    confidence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what_if: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    help: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    left: &'a [String],
}

pub fn report(report: &Report) -> String {
    let shown = report.findings().iter().map(|finding| (finding, None));
    let accepted = report.selected.accepted.iter().map(|it| (&it.finding, Some(&it.by)));
    let results: Vec<(&Finding, Option<&Acceptance>)> = shown.chain(accepted).collect();
    let met = rules::met(results.iter().map(|(finding, _)| *finding));
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "wfc",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: met.iter().map(|rule| rules::descriptor(rule)).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results: results
                .iter()
                .map(|(finding, accepted)| {
                    // INVARIANT: the rules that were met are those of the same findings, sorted by name.
                    let rule = met.partition_point(|rule| rule.name < finding.rule.name);
                    record(finding, *accepted, rule, report)
                })
                .collect(),
            properties: RunProperties { hidden: report.selected.n_hidden, allowed: report.n_allowed },
        }],
    };
    // Not laid out for people: in a large log, blanks would cost as much as everything else.
    let mut text = json::text(serde_json::to_string(&log));
    text.push('\n');
    text
}

fn record<'a>(
    finding: &'a Finding,
    accepted: Option<&Acceptance>,
    rule_index: usize,
    report: &Report<'a>,
) -> Record<'a> {
    let place = |span| physical(span, report);
    let labelled = |text: &'a str| (!text.is_empty()).then(|| Message::from(text));
    let first = &finding.labels[0];
    let logical = Logical { fully_qualified_name: &finding.entity };
    let related = finding.labels.iter().enumerate().skip(1).map(|(id, label)| Location {
        id: Some(id),
        physical_location: Some(place(label.span)),
        logical_locations: Vec::new(),
        message: labelled(&label.text),
    });
    Record {
        rule_id: finding.rule.name,
        rule_index,
        level: level(finding.severity),
        message: Message::from(with_help(finding).as_str()),
        locations: [Location {
            id: None,
            physical_location: Some(place(first.span)),
            logical_locations: if finding.entity.is_empty() { Vec::new() } else { vec![logical] },
            message: labelled(&first.text),
        }],
        related_locations: related.collect(),
        code_flows: code_flow(finding, report).into_iter().collect(),
        fixes: finding.fixes.iter().map(|fix| fixes::mend(fix, report)).collect(),
        suppressions: accepted.map(suppressed::suppression).into_iter().collect(),
        partial_fingerprints: BTreeMap::from([(
            "wfc/v1",
            fingerprint(finding, report.sources, report.paths),
        )]),
        properties: Properties {
            confidence: finding.confidence.to_string(),
            variant: finding.variant,
            what_if: finding.what_if.as_deref(),
            help: &finding.help,
            left: &finding.left,
        },
    }
}

/// The proof, step by step, through all files it leads through. A step without a place, which a flow cannot
/// hold, stands where the one before it stood.
fn code_flow<'a>(finding: &'a Finding, report: &Report<'a>) -> Option<CodeFlow<'a>> {
    let mut before = finding.span();
    let steps = finding.witness.iter().map(|step| {
        before = step.span.unwrap_or(before);
        FlowLocation {
            location: Location {
                id: None,
                physical_location: Some(physical(before, report)),
                logical_locations: Vec::new(),
                message: Some(Message::from(step.text.as_str())),
            },
        }
    });
    let locations: Vec<FlowLocation> = steps.collect();
    (!locations.is_empty()).then(|| CodeFlow {
        message: finding.delivery.map(Message::from),
        thread_flows: [ThreadFlow { locations }],
    })
}

fn physical(span: Span, report: &Report) -> Physical {
    Physical { artifact_location: artifact(span.file, report), region: region(span, report.sources) }
}

fn artifact(file: FileId, report: &Report) -> Artifact {
    Artifact { uri: uri(&report.paths.in_repository(&report.sources.get(file).path)) }
}

fn region(span: Span, sources: &Sources) -> Region {
    let file = sources.get(span.file);
    let (start, end) = (file.position(span.start), file.position(span.end.max(span.start)));
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}

/// The path as a relative reference, or as a `file:` address where it begins at the root of the disk.
fn uri(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let escape = |byte: u8| {
        if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    let escaped: String = path.bytes().map(escape).collect();
    if path.starts_with('/') { format!("file://{escaped}") } else { escaped }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
