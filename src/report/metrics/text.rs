//! The numbers as tables.

use super::drift::{self, Drift};
use crate::compile::Measured;
use crate::metrics::{Chain, Degree, Metrics, ServiceNumbers, Waiting, WorkflowNumbers, percent};
use crate::report::paint::{Paint, Style, printable};
use crate::report::table::{Cell, Group, Pace, table};
use crate::source::Sources;
use std::fmt::Write;

const fn group(title: &'static str, columns: &'static [&'static str], pace: Pace) -> Group {
    Group { title, columns, pace }
}

const SERVICES: &[Group] = &[
    group("", &["service"], Pace::Wide),
    group("needs", &["Ce", "cmd", "qry", "evt", "told"], Pace::Tight),
    group("needed by", &["Ca", "cmd", "qry", "evt", "told"], Pace::Tight),
    group("", &["Ce/(Ce+Ca)"], Pace::Wide),
    group("waits for", &["temporal", "chain"], Pace::Tight),
    group("", &["contract", "control", "both ways"], Pace::Wide),
];

const WORKFLOWS: &[Group] = &[
    group("", &["workflow", "style"], Pace::Wide),
    group("pairs", &["all", "cmd", "qry", "evt", "told"], Pace::Tight),
    group("most", &["Ce", "Ca"], Pace::Tight),
    group("waits for", &["temporal", "chain"], Pace::Tight),
    group("", &["contract", "control", "both ways"], Pace::Wide),
    group("to undo", &["steps", "events", "pairs"], Pace::Tight),
];

/// Tables of services and workflows for each system, and what is drawn from them.
pub fn text(measured: &[Measured], sources: &Sources, drift: Option<&Drift>, paint: &Paint) -> String {
    let mut out = String::new();
    for one in measured.iter().filter(|one| !one.metrics.services.is_empty()) {
        if !out.is_empty() {
            out.push('\n');
        }
        if measured.len() > 1 {
            let files: Vec<String> =
                one.files.iter().take(3).map(|file| printable(&sources.get(*file).path)).collect();
            let more = if one.files.len() > 3 { ", …" } else { "" };
            let _ = writeln!(out, "{}\n", paint.style(Style::Hint, &format!("{}{more}", files.join(", "))));
        }
        system(&mut out, &one.metrics, paint);
    }
    if let Some(drift) = drift {
        out.push('\n');
        out.push_str(&drift::text(drift, paint));
    }
    out
}

fn system(out: &mut String, metrics: &Metrics, paint: &Paint) {
    let rows: Vec<Vec<Cell>> = metrics.services.iter().map(service).collect();
    out.push_str(&table(SERVICES, &rows, paint));
    if !metrics.workflows.is_empty() {
        let rows: Vec<Vec<Cell>> = metrics.workflows.iter().map(workflow).collect();
        let _ = write!(out, "\n{}", table(WORKFLOWS, &rows, paint));
    }
    let facts = facts(metrics);
    if !facts.is_empty() {
        out.push('\n');
    }
    for (what, said) in facts {
        let _ = writeln!(out, "{}  {}", paint.style(Style::Strong, &format!("{what:<9}")), printable(&said));
    }
}

fn service(service: &ServiceNumbers) -> Vec<Cell> {
    let mut row = vec![Cell::Name(printable(&service.name))];
    row.extend(degree(&service.efferent));
    row.extend(degree(&service.afferent));
    row.push(service.instability.map_or(Cell::Nothing, |it| Cell::Number(format!("{it:.2}"))));
    row.extend(waiting(&service.temporal));
    row.extend([service.contract, service.control, service.bidirectional].map(Cell::count));
    row
}

fn workflow(workflow: &WorkflowNumbers) -> Vec<Cell> {
    let style = match &workflow.coordinator {
        Some(by) => format!("by {}", printable(by)),
        None => "choreographed".to_string(),
    };
    let mut row = vec![Cell::Name(printable(&workflow.name)), Cell::Name(style)];
    row.extend(degree(&workflow.pairs));
    let most = |most: &Option<(String, usize)>| Cell::count(most.as_ref().map_or(0, |(_, n)| *n));
    row.extend([most(&workflow.most_efferent), most(&workflow.most_afferent)]);
    row.extend(waiting(&workflow.temporal));
    row.extend([workflow.contract, workflow.control, workflow.bidirectional].map(Cell::count));
    let undo = match workflow.coordinator {
        Some(_) => workflow.undo_orchestrated,
        None => workflow.undo_choreographed,
    };
    row.extend([undo.steps, undo.subscriptions, undo.dependencies].map(Cell::count));
    row
}

fn degree(degree: &Degree) -> [Cell; 5] {
    [degree.all, degree.command, degree.query, degree.event, degree.notify].map(Cell::count)
}

fn waiting(waiting: &Waiting) -> [Cell; 2] {
    [Cell::count(waiting.services), Cell::count(waiting.chain.len())]
}

/// What the tables cannot say.
fn facts(metrics: &Metrics) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(chain) = longest(metrics) {
        facts.push(("chain", chain));
    }
    for pair in &metrics.system.bidirectional {
        let by = if pair.is_hard { "by a call" } else { "by events" };
        facts.push(("both ways", format!("{} and {}, {by}", pair.services.0, pair.services.1)));
    }
    for circle in &metrics.system.circles {
        facts.push(("circle", circle.services.join(", ")));
    }
    facts
}

/// The longest chain of at least two calls: one call is none to speak of.
fn longest(metrics: &Metrics) -> Option<String> {
    let chains = metrics.services.iter().map(|service| (&service.name, &service.temporal.chain));
    let (name, chain) = chains.fold(None, |known: Option<(&String, &Chain)>, next| match known {
        Some(known) if known.1.len() >= next.1.len() => Some(known),
        _ => Some(next),
    })?;
    if chain.len() < 2 {
        return None;
    }
    let calls: Vec<&str> = chain.calls.iter().map(|call| call.what.as_str()).collect();
    Some(format!("{name} {}{}", calls.join(", which "), figures(chain)))
}

/// `: there 97.52% of the time, up to 2s`, by what is declared.
fn figures(chain: &Chain) -> String {
    let by = |n: usize| match n < chain.len() {
        true => format!(" by what {n} of {} declare", chain.len()),
        false => String::new(),
    };
    let there =
        chain.available().map(|it| format!("there {} of the time{}", percent(it.value), by(it.n_calls)));
    let took = chain.latency().map(|it| format!("up to {}{}", time(it.value), by(it.n_calls)));
    let told: Vec<String> = there.into_iter().chain(took).collect();
    if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) }
}

/// Milliseconds as people say them.
pub(super) fn time(milliseconds: u64) -> String {
    crate::model::duration(milliseconds)
}
