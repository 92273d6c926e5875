//! Two versions compared, as something to read: what came and went, who has to change, and the numbers
//! before and after; the findings stand behind it, as they do in every report.

use super::paint::{Paint, Style, printable};
use super::wrap::hang;
use super::{Format, Report, json, markdown};
use crate::diff::{Change, Compared, Diff, Flight, How, Length, Numbers, Row, Way, What};
use crate::explore::Extent;
use crate::model::duration;
use std::fmt::Write;

/// How long a line of prose may become.
const WIDTH: usize = 96;

/// The two versions by their names, and whether there is any difference.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'a> {
    pub old: &'a str,
    pub new: &'a str,
    pub diff: &'a Diff,
    /// Whether not a letter differs.
    pub is_same: bool,
}

/// The whole report in one text.
pub fn write(versions: &Versions, report: &Report, format: Format, paint: &Paint) -> String {
    match format {
        Format::Full => {
            let mut out = text(versions, paint);
            if !report.findings().is_empty() {
                out.push('\n');
            }
            out + &super::write(report, format, paint)
        }
        Format::Json => json::document_of_versions(report, versions),
        Format::Markdown => page(versions, report),
        Format::Concise
        | Format::Jsonl
        | Format::Sarif
        | Format::Github
        | Format::Gitlab
        | Format::Junit
        | Format::Rdjson => super::write(report, format, paint),
    }
}

/// Why there is nothing to tell; nothing where there is something.
pub fn nothing(versions: &Versions) -> Option<&'static str> {
    match (versions.is_same, versions.diff.is_empty()) {
        (true, _) => Some("the two versions are the same"),
        (false, true) => Some("the two versions differ in nothing but layout and comments"),
        (false, false) => None,
    }
}

// ---- for a terminal -----------------------------------------------------------------------------

fn text(versions: &Versions, paint: &Paint) -> String {
    if let Some(nothing) = nothing(versions) {
        return format!("{nothing}\n");
    }
    let diff = versions.diff;
    let mut sections = Vec::new();
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            sections.push(format!("{}\n{}\n", paint.style(Style::Strong, title), lines.join("\n")));
        }
    };
    section("changed", diff.changes.iter().map(changed).collect());
    let widest =
        |names: &mut dyn Iterator<Item = &str>| names.map(|name| name.chars().count()).max().unwrap_or(0);
    let wide = widest(&mut diff.touched.iter().map(|it| it.service.as_str()));
    let touched = diff.touched.iter().map(|it| {
        let name = printable(&it.service);
        hang(&format!("  {name:wide$}  "), &printable(&it.why.join(", ")), WIDTH)
    });
    section("services that must change", touched.collect());
    let wide = widest(&mut diff.workflows.iter().map(|it| it.workflow.as_str()));
    let named = |it: &Compared| format!("  {:wide$}  ", printable(&it.workflow));
    let paths = diff.workflows.iter().map(|it| {
        let mut text = told_paths(it);
        if let Some(way) = &it.path_after {
            let _ = write!(text, ": {}", way.steps.join(", "));
        }
        hang(&named(it), &printable(&text), WIDTH)
    });
    section("critical paths", paths.collect());
    let flights = diff.workflows.iter().map(|it| hang(&named(it), &told_flight(it.flight), WIDTH));
    section("runs under way", flights.collect());
    let wide = widest(&mut diff.coupling.iter().map(|it| it.service.as_str()));
    let rows = diff.coupling.iter().map(|row| {
        hang(&format!("  {:wide$}  ", printable(&row.service)), &told_numbers(row, "->").join(", "), WIDTH)
    });
    section("coupling", rows.collect());
    sections.join("\n")
}

fn changed(change: &Change) -> String {
    let name = printable(&change.name);
    let what = what(change.what);
    match &change.how {
        How::Came => format!("  + {what:<8}  {name}"),
        How::Went => format!("  - {what:<8}  {name}"),
        How::Renamed(before) => format!("  ~ {what:<8}  {name} (was called {})", printable(before)),
        How::Changed(before) => format!("  ~ {what:<8}  {name} (was {})", printable(before)),
    }
}

pub(super) fn what(what: What) -> &'static str {
    match what {
        What::Service => "service",
        What::Command => "command",
        What::Query => "query",
        What::Event => "event",
        What::Type => "type",
        What::Field => "field",
        What::Workflow => "workflow",
        What::End => "end",
        What::Step => "step",
    }
}

/// `7 steps -> 8 steps`
fn told_paths(it: &Compared) -> String {
    let told = |way: &Option<Way>| way.as_ref().map_or("no success".to_string(), |way| length(way.length));
    let (before, after) = (told(&it.path_before), told(&it.path_after));
    if before == after { format!("{after} as before") } else { format!("{before} -> {after}") }
}

fn length(length: Length) -> String {
    let steps = if length.steps == 1 { "1 step".to_string() } else { format!("{} steps", length.steps) };
    match length.latency {
        0 => steps,
        latency => format!("{steps}, up to {}", duration(latency)),
    }
}

/// `31 states: 12 go on, 4 have no place, 15 reach no success any more`
fn told_flight(flight: Flight) -> String {
    let go_on = flight.states - flight.no_place - flight.no_way;
    let states = if flight.states == 1 { "1 state".to_string() } else { format!("{} states", flight.states) };
    let mut told = format!("{states}: {go_on} go on");
    if flight.no_place > 0 {
        let _ = write!(told, ", {} have no place", flight.no_place);
    }
    if flight.no_way > 0 {
        let _ = write!(told, ", {} reach no success any more", flight.no_way);
    }
    told + match flight.extent {
        Extent::Every => "",
        Extent::Few => " (steps beside each other in one order: there are too many)",
        Extent::Part => " (and there are more states than are looked at)",
    }
}

/// `efferent 2 -> 3`: the numbers that are not what they were; of a service that comes or goes those that
/// are not 0.
fn told_numbers(row: &Row, arrow: &str) -> Vec<String> {
    let told = |numbers: &Numbers, aside: &str| {
        let all = numbers.named().into_iter().filter(|(_, value)| *value > 0);
        let told: Vec<String> = all.map(|(number, value)| format!("{} {value}", number.name())).collect();
        std::iter::once(aside.to_string()).chain(told).collect()
    };
    match (&row.before, &row.after) {
        (Some(before), Some(after)) => {
            let both = before.named().into_iter().zip(after.named());
            let differing = both.filter(|(before, after)| before != after);
            let mut told: Vec<String> = differing
                .map(|((number, was), (_, is))| format!("{} {was} {arrow} {is}", number.name()))
                .collect();
            if told.is_empty() {
                told.push("other kinds of messages".to_string());
            }
            told
        }
        (None, Some(after)) => told(after, "new"),
        (Some(before), None) => told(before, "gone"),
        (None, None) => Vec::new(),
    }
}

// ---- for a pull request ---------------------------------------------------------------------------

fn page(versions: &Versions, report: &Report) -> String {
    let between = format!("{} → {}", markdown::code(versions.old), markdown::code(versions.new));
    let mut out = format!("## wfc diff: {}\n\n{between}\n", markdown::counted(report));
    if let Some(nothing) = nothing(versions) {
        let _ = write!(out, "\n{}{}.\n", nothing[..1].to_uppercase(), &nothing[1..]);
        return out;
    }
    markdown::table(report, "wfc diff", &mut out);
    let diff = versions.diff;
    let code = markdown::code;
    let touched = diff.touched.iter().map(|it| {
        let why: Vec<String> = it.why.iter().map(|why| markdown::escaped(why)).collect();
        format!("| {} | {} |", code(&it.service), why.join(", "))
    });
    section(&mut out, "### Services that must change", "| service | what for |\n| --- | --- |", touched);
    let workflows = diff.workflows.iter().map(|it| {
        let (path, flight) = (told_paths(it).replace("->", "→"), told_flight(it.flight));
        format!("| {} | {path} | {flight} |", code(&it.workflow))
    });
    let head = "| workflow | critical path | runs under way |\n| --- | --- | --- |";
    section(&mut out, "### Workflows", head, workflows);
    let rows = diff
        .coupling
        .iter()
        .map(|row| format!("| {} | {} |", code(&row.service), told_numbers(row, "→").join(", ")));
    section(&mut out, "### Coupling", "| service | numbers |\n| --- | --- |", rows);
    let n = diff.changes.len();
    let things = if n == 1 { "1 thing".to_string() } else { format!("{n} things") };
    let title = format!("<details><summary>{things} came, went or changed</summary>");
    let changes = diff.changes.iter().map(|change| {
        let (sign, aside) = match &change.how {
            How::Came => ("+", String::new()),
            How::Went => ("−", String::new()),
            How::Renamed(before) => ("~", format!(" (was called {})", code(before))),
            How::Changed(before) => ("~", format!(" (was {})", code(before))),
        };
        format!("| {sign} | {} | {}{aside} |", what(change.what), code(&change.name))
    });
    section(&mut out, &title, "| | what | name |\n| --- | --- | --- |", changes);
    if n > 0 {
        out.push_str("\n</details>\n");
    }
    markdown::all_details(report, "wfc diff", &mut out);
    out
}

/// A table below a title, as long as a comment bears; nothing where there is nothing to show.
fn section(out: &mut String, title: &str, head: &str, rows: impl ExactSizeIterator<Item = String>) {
    let n_rows = rows.len();
    if n_rows == 0 {
        return;
    }
    let _ = write!(out, "\n{title}\n\n{head}\n");
    for row in rows.take(MOST) {
        let _ = writeln!(out, "{row}");
    }
    if n_rows > MOST {
        let _ = write!(out, "\n{} more: `wfc diff` shows all of them.\n", n_rows - MOST);
    }
}

/// More rows than these are only counted: a comment has a limit.
const MOST: usize = 50;
