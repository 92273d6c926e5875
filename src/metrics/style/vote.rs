//! One vote for each question: for a conductor, against one, or neither.

use super::facts::Facts;
use crate::model::Volatility;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Does somebody wait for an answer?
    Communication,
    /// How much must have happened before?
    Prerequisites,
    /// How far must it be undone?
    Compensation,
    /// How likely is change?
    Volatility,
    /// Does one service answer for all of it?
    Responsibility,
}

impl Question {
    pub const ALL: [Question; 5] = [
        Question::Communication,
        Question::Prerequisites,
        Question::Compensation,
        Question::Volatility,
        Question::Responsibility,
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vote {
    Choreograph,
    Neither,
    Orchestrate,
}

impl Vote {
    pub fn value(self) -> i32 {
        match self {
            Vote::Choreograph => -1,
            Vote::Neither => 0,
            Vote::Orchestrate => 1,
        }
    }
}

/// In the order of the questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Votes(pub [Vote; 5]);

impl Votes {
    pub fn sum(&self) -> i32 {
        self.0.iter().map(|vote| vote.value()).sum()
    }

    pub fn of(&self, question: Question) -> Vote {
        match question {
            Question::Communication => self.0[0],
            Question::Prerequisites => self.0[1],
            Question::Compensation => self.0[2],
            Question::Volatility => self.0[3],
            Question::Responsibility => self.0[4],
        }
    }
}

/// Where a number begins to count. They were fitted to six systems that the field knows, and are defaults
/// to be configured, not findings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// From this share of the steps on, answers vote for a conductor.
    pub answers: f64,
    /// From so many joins and choices on.
    pub prerequisites: usize,
    /// From so many steps one after the other on.
    pub chain: usize,
    /// Up to so many, without joins and choices, they vote against one.
    pub short_chain: usize,
    /// From so many services that undo on.
    pub undoing: usize,
    /// Up to so many refusals, where nothing is undone, they vote against one.
    pub few_refusals: usize,
    /// From so many changes a month on.
    pub changes: f64,
    /// From so many needed services on, where one answers.
    pub needed: usize,
    pub few_needed: usize,
    /// From which sum on a conductor is advised, and up to which none is.
    pub orchestrate: i32,
    pub choreograph: i32,
    /// From which share of the steps on, in its largest segment, a process is judged as a whole.
    pub core: f64,
}

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds {
            answers: 0.5,
            prerequisites: 2,
            chain: 5,
            short_chain: 2,
            undoing: 2,
            few_refusals: 1,
            changes: 2.0,
            needed: 4,
            few_needed: 1,
            orchestrate: 2,
            choreograph: -1,
            core: 0.7,
        }
    }
}

/// The votes that these numbers give.
pub fn votes(facts: &Facts, thresholds: &Thresholds) -> Votes {
    let share = facts.answers as f64 / facts.n_steps.max(1) as f64;
    let either = |for_one: bool, against: bool| match (for_one, against) {
        (true, _) => Vote::Orchestrate,
        (false, true) => Vote::Choreograph,
        (false, false) => Vote::Neither,
    };
    let waits = facts.returns || (facts.answers > 0 && share >= thresholds.answers);
    let decisions = facts.joins + facts.choices;
    let changes = facts.change.is_some_and(|change| change.per_month() >= thresholds.changes);
    Votes([
        either(waits, facts.answers == 0),
        either(
            decisions >= thresholds.prerequisites || facts.chain >= thresholds.chain,
            decisions == 0 && facts.chain <= thresholds.short_chain,
        ),
        either(
            facts.undoing >= thresholds.undoing,
            facts.undoing == 0 && facts.refusals <= thresholds.few_refusals,
        ),
        match facts.volatility {
            Some(Volatility::High) => Vote::Orchestrate,
            Some(Volatility::Low) => Vote::Choreograph,
            Some(Volatility::Medium) => Vote::Neither,
            None => either(changes, false),
        },
        either(facts.needed >= thresholds.needed && facts.owners == 1, facts.needed <= thresholds.few_needed),
    ])
}
