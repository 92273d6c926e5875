//! From votes to a style, for a whole process or segment by segment.

use super::facts::{Answers, Change, Facts, Sources, facts};
use super::segments::{Segment, segments};
use super::vote::{Thresholds, Votes, votes};
use crate::graph::StepGraph;
use crate::metrics::process::Process;
use crate::model::Model;

/// What the sum of the votes says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Orchestrate,
    Choreograph,
    /// The votes hold the balance.
    Either,
}

/// Numbers, where they come from, and what they come to.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub facts: Facts,
    pub sources: Sources,
    pub votes: Votes,
    pub verdict: Verdict,
}

/// A segment with its own answer; one of a single step has none, and follows by an event.
#[derive(Clone, Debug)]
pub struct Part {
    pub segment: Segment,
    pub judgement: Option<Judgement>,
}

/// What the five questions come to.
#[derive(Clone, Debug)]
pub struct Judged {
    pub whole: Judgement,
    pub parts: Vec<Part>,
    /// Steps of the largest segment by all of them; nothing where no segment has two.
    pub share: Option<f64>,
    pub shape: Shape,
}

/// How the process falls apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// There is no step.
    Empty,
    /// Nothing has to be held together.
    Loose,
    /// One part is nearly all of it: the whole is judged.
    Whole,
    /// Each part is judged by itself.
    Segments,
}

impl Judged {
    /// What is advised for the whole; nothing where it is cut into segments.
    pub fn verdict(&self) -> Option<Verdict> {
        match self.shape {
            Shape::Empty => Some(Verdict::Either),
            Shape::Loose => Some(Verdict::Choreograph),
            Shape::Whole => Some(self.whole.verdict),
            Shape::Segments => None,
        }
    }
}

/// Asks the five questions of a process, and of each segment of it.
pub fn judge(
    model: &Model,
    graph: &StepGraph,
    answers: &Answers,
    process: &Process,
    change: Option<Change>,
    thresholds: &Thresholds,
) -> Judged {
    let judgement = |is_in: &dyn Fn(usize) -> bool, is_part: bool| {
        let (mut facts, sources) = facts(model, graph, answers, process, is_in, change);
        // Where nothing can be refused any more, nobody is kept waiting, and change is cheap.
        if is_part && facts.refusals == 0 {
            facts.returns = false;
            facts.volatility = None;
            facts.change = None;
        }
        let votes = votes(&facts, thresholds);
        Judgement { facts, sources, votes, verdict: of_sum(votes.sum(), thresholds) }
    };
    let whole = judgement(&|_| true, false);
    let parts = segments(process).into_iter().map(|segment| {
        let is_in = |at: usize| segment.steps.binary_search(&at).is_ok();
        let judgement = segment.is_core().then(|| judgement(&is_in, true));
        Part { segment, judgement }
    });
    let parts: Vec<Part> = parts.collect();
    let n_steps = process.steps.len();
    let largest = parts.iter().map(|part| part.segment.steps.len()).filter(|n| *n > 1).max();
    let share = largest.map(|n| n as f64 / n_steps.max(1) as f64);
    let shape = match share {
        _ if n_steps == 0 => Shape::Empty,
        None => Shape::Loose,
        Some(share) if share >= thresholds.core => Shape::Whole,
        Some(_) => Shape::Segments,
    };
    Judged { whole, parts, share, shape }
}

impl Judgement {
    /// How many votes must change for another answer; where the votes hold the balance, for a clear one.
    pub fn margin(&self, thresholds: &Thresholds) -> i32 {
        let sum = self.votes.sum();
        match self.verdict {
            Verdict::Orchestrate => sum - thresholds.orchestrate + 1,
            Verdict::Choreograph => thresholds.choreograph - sum + 1,
            Verdict::Either => (thresholds.orchestrate - sum).min(sum - thresholds.choreograph),
        }
    }
}

pub fn of_sum(sum: i32, thresholds: &Thresholds) -> Verdict {
    match sum {
        sum if sum >= thresholds.orchestrate => Verdict::Orchestrate,
        sum if sum <= thresholds.choreograph => Verdict::Choreograph,
        _ => Verdict::Either,
    }
}
