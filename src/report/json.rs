//! Findings for programs: one document, or one finding a line. What is in it, and in which version,
//! says `docs/schema/findings.json`.

use super::Report;
use super::fingerprint::fingerprint;
use super::versions::Versions;
use crate::diff::{Change, Compared, How, Numbers, Row, Touched, Way};
use crate::explore::Extent;
use crate::finding::{Edit, Finding, Fix, Label, Safety, WitnessStep};
use crate::source::{Sources, Span};
use serde::Serialize;

/// Rises when a program that reads the output would have to change.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    findings: Vec<Record<'a>>,
    summary: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    versions: Option<Between<'a>>,
}

/// What two versions differ in; only in the report of `wfc diff`.
#[derive(Serialize)]
struct Between<'a> {
    old: &'a str,
    new: &'a str,
    same: bool,
    changes: Vec<Changed<'a>>,
    services_that_must_change: Vec<MustChange<'a>>,
    workflows: Vec<Workflow<'a>>,
    coupling: Vec<Coupled<'a>>,
}

#[derive(Serialize)]
struct Changed<'a> {
    what: &'static str,
    how: &'static str,
    name: &'a str,
    before: Option<&'a str>,
    location: Location<'a>,
}

#[derive(Serialize)]
struct MustChange<'a> {
    service: &'a str,
    why: &'a [String],
}

#[derive(Serialize)]
struct Workflow<'a> {
    workflow: &'a str,
    critical_path_before: Option<Path<'a>>,
    critical_path_after: Option<Path<'a>>,
    runs_under_way: UnderWay,
}

#[derive(Serialize)]
struct Path<'a> {
    steps: u32,
    /// In milliseconds, as far as it is declared.
    latency: u64,
    way: &'a [String],
}

/// Of the states that a run of the old version can be in.
#[derive(Serialize)]
struct UnderWay {
    states: usize,
    no_place: usize,
    no_way: usize,
    extent: &'static str,
}

#[derive(Serialize)]
struct Coupled<'a> {
    service: &'a str,
    before: Option<Figures>,
    after: Option<Figures>,
}

/// Under the names that `wfc metrics` has for them; those by kind are of `command`, `query` and `event`.
#[derive(Serialize)]
struct Figures {
    efferent: usize,
    efferent_by_kind: [usize; 3],
    afferent: usize,
    afferent_by_kind: [usize; 3],
    temporal: usize,
    chain: usize,
    contract: usize,
    control: usize,
    bidirectional: usize,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

const TOOL: Tool = Tool { name: "wfc", version: env!("CARGO_PKG_VERSION") };

#[derive(Serialize)]
struct Record<'a> {
    rule: &'static str,
    variant: Option<&'static str>,
    severity: String,
    confidence: String,
    message: &'a str,
    /// What it is about, whatever its line: `FulfilOrder/Payments/charged`.
    entity: &'a str,
    fingerprint: String,
    location: Location<'a>,
    labels: Vec<Labelled<'a>>,
    witness: Witness<'a>,
    what_if: Option<&'a str>,
    help: &'a [String],
    rests_on: Option<RestsOn<'a>>,
    fixes: Vec<Mend<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    start: Place,
    end: Place,
}

/// Line and column count from 1, columns in characters; the offset counts bytes from 0.
#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Labelled<'a> {
    location: Location<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Witness<'a> {
    delivery: Option<&'static str>,
    steps: Vec<Step<'a>>,
    left: &'a [String],
}

#[derive(Serialize)]
struct Step<'a> {
    text: &'a str,
    location: Option<Location<'a>>,
}

#[derive(Serialize)]
struct RestsOn<'a> {
    what: String,
    settle: &'a str,
    severity: String,
    confidence: String,
}

#[derive(Serialize)]
struct Mend<'a> {
    title: &'a str,
    safety: &'static str,
    edits: Vec<Replaced<'a>>,
}

#[derive(Serialize)]
struct Replaced<'a> {
    location: Location<'a>,
    replacement: String,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    hidden: usize,
    allowed: usize,
    known: usize,
    untouched: usize,
    off: usize,
}

/// One line of the other form, told apart by its `type`.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Finding(Box<Record<'a>>),
    Summary(Closing),
}

#[derive(Serialize)]
struct Closing {
    version: u32,
    tool: Tool,
    #[serde(flatten)]
    summary: Summary,
}

/// One document.
pub fn document(report: &Report) -> String {
    write(report, None)
}

/// The same, with what two versions differ in.
pub fn document_of_versions(report: &Report, versions: &Versions) -> String {
    write(report, Some(between(report, versions)))
}

fn write<'a>(report: &Report<'a>, versions: Option<Between<'a>>) -> String {
    let document = Document {
        version: VERSION,
        tool: TOOL,
        findings: report.findings().iter().map(|finding| record(finding, report)).collect(),
        summary: summary(report),
        versions,
    };
    format!("{}\n", text(serde_json::to_string_pretty(&document)))
}

fn between<'a>(report: &Report<'a>, versions: &Versions<'a>) -> Between<'a> {
    let diff = versions.diff;
    let changed = |change: &'a Change| {
        let (how, before) = match &change.how {
            How::Came => ("came", None),
            How::Went => ("went", None),
            How::Renamed(before) => ("renamed", Some(before.as_str())),
            How::Changed(before) => ("changed", Some(before.as_str())),
        };
        let location = location(change.span, report.sources);
        Changed { what: super::versions::what(change.what), how, name: &change.name, before, location }
    };
    let path = |way: &'a Way| Path { steps: way.length.steps, latency: way.length.latency, way: &way.steps };
    let workflow = |it: &'a Compared| Workflow {
        workflow: &it.workflow,
        critical_path_before: it.path_before.as_ref().map(path),
        critical_path_after: it.path_after.as_ref().map(path),
        runs_under_way: UnderWay {
            states: it.flight.states,
            no_place: it.flight.no_place,
            no_way: it.flight.no_way,
            extent: match it.flight.extent {
                Extent::Every => "every-order",
                Extent::Few => "few-orders",
                Extent::Part => "too-many-states",
            },
        },
    };
    let must_change = |it: &'a Touched| MustChange { service: &it.service, why: &it.why };
    let coupled = |row: &'a Row| Coupled {
        service: &row.service,
        before: row.before.map(figures),
        after: row.after.map(figures),
    };
    Between {
        old: versions.old,
        new: versions.new,
        same: versions.is_same,
        changes: diff.changes.iter().map(changed).collect(),
        services_that_must_change: diff.touched.iter().map(must_change).collect(),
        workflows: diff.workflows.iter().map(workflow).collect(),
        coupling: diff.coupling.iter().map(coupled).collect(),
    }
}

fn figures(numbers: Numbers) -> Figures {
    Figures {
        efferent: numbers.efferent.all,
        efferent_by_kind: [numbers.efferent.command, numbers.efferent.query, numbers.efferent.event],
        afferent: numbers.afferent.all,
        afferent_by_kind: [numbers.afferent.command, numbers.afferent.query, numbers.afferent.event],
        temporal: numbers.temporal,
        chain: numbers.chain,
        contract: numbers.contract,
        control: numbers.control,
        bidirectional: numbers.bidirectional,
    }
}

/// One line a finding, and a last one that sums up.
pub fn lines(report: &Report) -> String {
    let findings = report.findings().iter().map(|finding| Line::Finding(Box::new(record(finding, report))));
    let closing = Closing { version: VERSION, tool: TOOL, summary: summary(report) };
    let lines = findings.chain([Line::Summary(closing)]);
    lines.map(|line| format!("{}\n", text(serde_json::to_string(&line)))).collect()
}

/// Structs of strings and numbers always have a JSON form.
pub(super) fn text(written: serde_json::Result<String>) -> String {
    written.expect("strings and numbers always have a JSON form")
}

fn summary(report: &Report) -> Summary {
    let [errors, warnings, infos] = report.counts();
    Summary {
        files: report.n_files(),
        errors,
        warnings,
        infos,
        hidden: report.selected.n_hidden,
        allowed: report.n_allowed,
        known: report.selected.n_known,
        untouched: report.selected.n_untouched,
        off: report.selected.n_off,
    }
}

fn record<'a>(finding: &'a Finding, report: &Report<'a>) -> Record<'a> {
    let sources = report.sources;
    Record {
        rule: finding.rule.name,
        variant: finding.variant,
        severity: finding.severity.to_string(),
        confidence: finding.confidence.to_string(),
        message: &finding.message,
        entity: &finding.entity,
        fingerprint: fingerprint(finding, sources, report.paths),
        location: location(finding.span(), sources),
        labels: finding.labels.iter().map(|label| labelled(label, sources)).collect(),
        witness: Witness {
            delivery: finding.delivery,
            steps: finding.witness.iter().map(|at| step(at, sources)).collect(),
            left: &finding.left,
        },
        what_if: finding.what_if.as_deref(),
        help: &finding.help,
        rests_on: finding.rests_on.as_ref().map(|it| RestsOn {
            what: it.ground.to_string(),
            settle: &it.settle,
            severity: it.severity.to_string(),
            confidence: it.confidence.to_string(),
        }),
        fixes: finding.fixes.iter().map(|fix| mend(fix, sources)).collect(),
    }
}

fn mend<'a>(fix: &'a Fix, sources: &'a Sources) -> Mend<'a> {
    let replaced = |Edit { span, text }| Replaced { location: location(span, sources), replacement: text };
    Mend {
        title: &fix.title,
        safety: safety(fix.safety),
        edits: fix.edits(sources).into_iter().map(replaced).collect(),
    }
}

/// How a fix is called by programs that decide whether to make it.
pub(super) fn safety(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Unsafe => "unsafe",
    }
}

fn labelled<'a>(label: &'a Label, sources: &'a Sources) -> Labelled<'a> {
    Labelled { location: location(label.span, sources), text: &label.text }
}

fn step<'a>(step: &'a WitnessStep, sources: &'a Sources) -> Step<'a> {
    Step { text: &step.text, location: step.span.map(|span| location(span, sources)) }
}

fn location(span: Span, sources: &Sources) -> Location<'_> {
    let file = sources.get(span.file);
    let place = |offset: u32| {
        let offset = offset.min(file.text.len() as u32);
        let at = file.position(offset);
        Place { line: at.line, column: at.column, offset }
    };
    Location { path: &file.path, start: place(span.start), end: place(span.end.max(span.start)) }
}
