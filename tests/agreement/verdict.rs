//! What all runs of a workflow say, in a form in which two explorers can be compared.

use std::collections::{BTreeMap, BTreeSet};
use wfc::explore::{Runs, Status, Stop};
use wfc::graph::NodeId;
use wfc::model::{GoalId, Id, Model};

/// How a run is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    Complete,
    /// Where its lines stand.
    Stuck(Vec<NodeId>),
    Unwound,
}

/// For each way to be over, with the goals that were reached: what it may leave behind of each act.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict(BTreeMap<(Ended, Vec<GoalId>), BTreeMap<NodeId, BTreeSet<Status>>>);

impl Verdict {
    pub fn note(&mut self, ended: Ended, goals: Vec<GoalId>, left: impl Iterator<Item = (NodeId, Status)>) {
        let of_end = self.0.entry((ended, goals)).or_default();
        // That an act had not begun leaves nothing behind.
        for (act, status) in left.filter(|(_, status)| *status != Status::None) {
            of_end.entry(act).or_default().insert(status);
        }
    }

    /// What the explorer found.
    pub fn of(runs: &Runs) -> Verdict {
        let mut verdict = Verdict::default();
        for end in runs.ends() {
            let ended = match &end.stop {
                Stop::Complete { .. } => Ended::Complete,
                Stop::Stuck { at } => Ended::Stuck(at.clone()),
                Stop::Unwound { .. } => Ended::Unwound,
            };
            verdict.note(ended, end.goals.clone(), runs.acts().map(|act| (act, runs.status(end, act))));
        }
        verdict
    }

    pub fn n_ends(&self) -> usize {
        self.0.len()
    }

    /// A milestone that no run goes on from is an end after all.
    pub fn end_at_last_milestones(&mut self, model: &Model) {
        let goes_on = |goal: GoalId| self.0.keys().any(|(_, goals)| goals.len() > 1 && goals.contains(&goal));
        let last: Vec<GoalId> = model.goals.ids().filter(|goal| !goes_on(*goal)).collect();
        let mut changed = Verdict::default();
        for ((ended, goals), left) in std::mem::take(&mut self.0) {
            let ended = match (&ended, goals.iter().find(|goal| last.contains(goal))) {
                (Ended::Stuck(_), Some(_)) => Ended::Complete,
                _ => ended,
            };
            for (act, statuses) in left {
                for status in statuses {
                    changed.note(ended.clone(), goals.clone(), [(act, status)].into_iter());
                }
            }
            changed.0.entry((ended, goals)).or_default();
        }
        *self = changed;
    }

    /// Where two verdicts part, for people.
    pub fn differences(&self, other: &Verdict, model: &Model) -> String {
        let keys: BTreeSet<_> = self.0.keys().chain(other.0.keys()).collect();
        let mut out = String::new();
        for key in keys {
            let (one, two) = (self.0.get(key), other.0.get(key));
            if one != two {
                let goals: Vec<_> = key.1.iter().map(|goal| model.goals[*goal].name.text.as_str()).collect();
                out += &format!(
                    "{:?} {goals:?}\n  by the book {:?}\n  explored    {:?}\n",
                    key.0,
                    show(one),
                    show(two)
                );
            }
        }
        out
    }
}

fn show(left: Option<&BTreeMap<NodeId, BTreeSet<Status>>>) -> Option<Vec<String>> {
    left.map(|left| left.iter().map(|(act, statuses)| format!("{}: {statuses:?}", act.index())).collect())
}
