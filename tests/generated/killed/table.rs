//! What came of it, as a table.

use super::log::Log;
use super::plan::{Kill, Moment};
use std::collections::BTreeSet;
use std::fmt;

/// The runs of one project under one engine.
#[derive(Default)]
pub struct Total {
    engine: &'static str,
    project: &'static str,
    runs: usize,
    killed_twice: usize,
    before_effect: usize,
    after_effect: usize,
    after_reply: usize,
    in_command: usize,
    in_compensation: usize,
    begun_again: usize,
    effects: usize,
    known_effects: usize,
    compensations: usize,
    slowest: u64,
    /// Places, by ending, and those of them where a run was killed.
    pub places: BTreeSet<(usize, Kill)>,
    covered: BTreeSet<(usize, Kill)>,
}

impl Total {
    pub fn new(engine: &'static str, project: &'static str) -> Total {
        Total { engine, project, ..Total::default() }
    }

    pub fn count(&mut self, ending: usize, killed: &[Kill], log: &Log) {
        self.runs += 1;
        self.killed_twice += usize::from(killed.len() > 1);
        for kill in killed {
            let moment = match kill {
                Kill::Call { moment: Moment::BeforeEffect, .. } => &mut self.before_effect,
                Kill::Call { moment: Moment::AfterEffect, .. } => &mut self.after_effect,
                Kill::Call { moment: Moment::AfterReply, .. } => &mut self.after_reply,
                Kill::Command { .. } => &mut self.in_command,
            };
            *moment += 1;
            self.in_compensation += usize::from(kill.is_in_compensation());
            self.covered.insert((ending, kill.clone()));
        }
        self.begun_again += log.begun_again();
        self.effects += log.effects().count();
        self.known_effects += log.known_effects();
        self.compensations += log.compensations().count();
        self.slowest = log.recoveries().chain([self.slowest]).max().unwrap_or(0);
    }

    pub fn kills(&self) -> usize {
        self.before_effect + self.after_effect + self.after_reply + self.in_command
    }
}

pub struct Table(pub Vec<Total>);

const COLUMNS: [&str; 15] = [
    "engine",
    "project",
    "runs",
    "kills",
    "before the effect",
    "after it",
    "after the reply",
    "in a command",
    "of these in undoing",
    "twice in a run",
    "places",
    "steps begun again",
    "effects (asked for again)",
    "compensations",
    "slowest recovery",
];

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        writeln!(out, "| {} |", COLUMNS.join(" | "))?;
        writeln!(out, "|{}", " --- |".repeat(COLUMNS.len()))?;
        for total in &self.0 {
            let covered = total.covered.intersection(&total.places).count();
            let cells = [
                total.engine.to_string(),
                total.project.to_string(),
                total.runs.to_string(),
                total.kills().to_string(),
                total.before_effect.to_string(),
                total.after_effect.to_string(),
                total.after_reply.to_string(),
                total.in_command.to_string(),
                total.in_compensation.to_string(),
                total.killed_twice.to_string(),
                format!("{covered} of {}", total.places.len()),
                total.begun_again.to_string(),
                format!("{} ({})", total.effects, total.known_effects),
                total.compensations.to_string(),
                format!("{:.1} s", total.slowest as f64 / 1000.0),
            ];
            writeln!(out, "| {} |", cells.join(" | "))?;
        }
        Ok(())
    }
}
