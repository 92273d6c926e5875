//! What all runs of a workflow say, for people and for programs.

use super::human::witness;
use super::paint::{Paint, Style, printable};
use super::wrap::hang;
use crate::check::verify::{Extent, GoalVerdict, Reached, Verdict};
use crate::explore::Timers;
use crate::finding::{Severity, WitnessStep};
use crate::model::GoalKind;
use crate::source::{Sources, Span};
use serde::Serialize;
use std::fmt::Write;

/// How long a line of prose may become.
const WIDTH: usize = 96;

/// A block for each workflow.
pub fn text(verdicts: &[Verdict], sources: &Sources, paint: &Paint) -> String {
    let mut out = String::new();
    for verdict in verdicts {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&one(verdict, sources, paint));
    }
    out
}

fn one(verdict: &Verdict, sources: &Sources, paint: &Paint) -> String {
    let name = paint.style(Style::Strong, &printable(&verdict.workflow));
    let place = paint.style(Style::Quiet, &format!("({})", place(verdict.span, sources)));
    let mut out = format!("{name} {place}\n");
    let widest = verdict.goals.iter().map(|goal| goal.name.chars().count()).max().unwrap_or(0);
    for goal in &verdict.goals {
        let kind = format!("{:<7}", kind(goal));
        let _ =
            writeln!(out, "  {:widest$}  {kind}  {}", printable(&goal.name), reached(goal, verdict, paint));
    }
    let _ = writeln!(out, "{}", hang("  ", &extent(verdict), WIDTH));
    for contradicted in &verdict.contradictions {
        let text = format!("reaches both `{}` and `{}`", contradicted.success, contradicted.failure);
        bad(&mut out, &text, &contradicted.run, verdict, sources, paint);
    }
    for stuck in &verdict.stuck {
        let text = format!("gets stuck: {}", stuck.text);
        bad(&mut out, &text, &stuck.run, verdict, sources, paint);
    }
    out
}

fn bad(
    out: &mut String,
    text: &str,
    run: &[WitnessStep],
    verdict: &Verdict,
    sources: &Sources,
    paint: &Paint,
) {
    let text = hang("  ", &printable(text), WIDTH);
    let _ = writeln!(out, "\n{}", paint.style(Style::Severity(Severity::Error), &text));
    out.push_str(&witness(run, Some(verdict.delivery.text()), sources, paint));
}

fn kind(goal: &GoalVerdict) -> &'static str {
    match goal.kind {
        GoalKind::Success => "success",
        GoalKind::Failure => "failure",
    }
}

fn reached(goal: &GoalVerdict, verdict: &Verdict, paint: &Paint) -> String {
    let whole = verdict.extent == Extent::Whole;
    let text = match (goal.reached, whole) {
        (Reached::Always, true) => "always",
        (Reached::Always, false) => "always, as far as was looked",
        (Reached::Sometimes, _) => "sometimes",
        (Reached::Never, true) => "never",
        (Reached::Never, false) => "never, as far as was looked",
    };
    match (goal.kind, goal.reached) {
        (GoalKind::Success, Reached::Never) => paint.style(Style::Severity(Severity::Error), text),
        _ => text.to_string(),
    }
}

/// `26 states, every run looked at`
fn extent(verdict: &Verdict) -> String {
    let n = verdict.n_states;
    let states = if n == 1 { "1 state".to_string() } else { format!("{n} states") };
    let looked = match verdict.extent {
        Extent::Whole => format!("{states}, every run looked at"),
        Extent::TooMany => format!("{states}, and there are more: --max-states sets how many are looked at"),
        Extent::Cut => format!("{states}; some runs were cut: they have more messages than are told apart"),
    };
    let unhandled = match verdict.meets_unhandled {
        true => "; a failure that nobody takes ends some of them",
        false => "",
    };
    let hasty = match verdict.timers {
        Timers::Patient => "",
        Timers::Hasty => "; limits may pass at any time",
    };
    format!("{looked}{unhandled}{hasty}")
}

/// The last line of a run.
pub fn summary(verdicts: &[Verdict]) -> String {
    let n_bad = verdicts.iter().filter(|verdict| !verdict.is_fine()).count();
    let n_states: usize = verdicts.iter().map(|verdict| verdict.n_states).sum();
    let answers = match verdicts.len() {
        1 => "1 answer".to_string(),
        n => format!("{n} answers"),
    };
    let order = if n_bad == 0 { "all in order".to_string() } else { format!("{n_bad} not in order") };
    let delivery = verdicts.first().map_or("", |verdict| verdict.delivery.text());
    format!("{answers}, {order} ({n_states} states; {delivery})")
}

fn place(span: Span, sources: &Sources) -> String {
    let file = sources.get(span.file);
    format!("{}:{}", printable(&file.path), file.position(span.start).line)
}

// ---- for programs -------------------------------------------------------------------------------

#[derive(Serialize)]
struct Row<'a> {
    workflow: &'a str,
    path: &'a str,
    line: u32,
    in_order: bool,
    delivery: &'static str,
    timers: &'static str,
    states: usize,
    extent: &'static str,
    meets_unhandled_failure: bool,
    ends: Vec<End<'a>>,
    stuck: Vec<Stop<'a>>,
    contradictions: Vec<Both<'a>>,
}

#[derive(Serialize)]
struct End<'a> {
    name: &'a str,
    kind: &'static str,
    reached: &'static str,
}

#[derive(Serialize)]
struct Stop<'a> {
    text: &'a str,
    path: &'a str,
    line: u32,
    run: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Both<'a> {
    success: &'a str,
    failure: &'a str,
    run: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Step<'a> {
    text: &'a str,
    path: Option<&'a str>,
    line: Option<u32>,
}

/// A list with one entry for each workflow.
pub fn json(verdicts: &[Verdict], sources: &Sources) -> String {
    let rows: Vec<Row> = verdicts.iter().map(|verdict| row(verdict, sources)).collect();
    let text = serde_json::to_string_pretty(&rows).expect("strings and numbers always have a JSON form");
    format!("{text}\n")
}

fn row<'a>(verdict: &'a Verdict, sources: &'a Sources) -> Row<'a> {
    let (path, line) = path_and_line(verdict.span, sources);
    let stuck = verdict.stuck.iter().map(|stuck| {
        let (path, line) = path_and_line(stuck.span, sources);
        Stop { text: &stuck.text, path, line, run: steps(&stuck.run, sources) }
    });
    let contradictions = verdict.contradictions.iter().map(|found| Both {
        success: &found.success,
        failure: &found.failure,
        run: steps(&found.run, sources),
    });
    Row {
        workflow: &verdict.workflow,
        path,
        line,
        in_order: verdict.is_fine(),
        delivery: verdict.delivery.name(),
        timers: match verdict.timers {
            Timers::Patient => "patient",
            Timers::Hasty => "hasty",
        },
        states: verdict.n_states,
        extent: match verdict.extent {
            Extent::Whole => "whole",
            Extent::TooMany => "too-many-states",
            Extent::Cut => "cut",
        },
        meets_unhandled_failure: verdict.meets_unhandled,
        ends: verdict.goals.iter().map(end).collect(),
        stuck: stuck.collect(),
        contradictions: contradictions.collect(),
    }
}

fn end(goal: &GoalVerdict) -> End<'_> {
    let reached = match goal.reached {
        Reached::Always => "always",
        Reached::Sometimes => "sometimes",
        Reached::Never => "never",
    };
    End { name: &goal.name, kind: kind(goal), reached }
}

fn steps<'a>(run: &'a [WitnessStep], sources: &'a Sources) -> Vec<Step<'a>> {
    let step = |step: &'a WitnessStep| {
        let place = step.span.map(|span| path_and_line(span, sources));
        Step { text: &step.text, path: place.map(|place| place.0), line: place.map(|place| place.1) }
    };
    run.iter().map(step).collect()
}

fn path_and_line(span: Span, sources: &Sources) -> (&str, u32) {
    let file = sources.get(span.file);
    (&file.path, file.position(span.start).line)
}
