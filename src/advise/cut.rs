//! The segments of a workflow, each with a name, a style of its own, and what crosses its border.

use super::StepName;
use super::answers::{Answer, answers};
use crate::metrics::style::{Judged, Verdict};
use crate::metrics::{Process, StepKind};
use crate::model::Model;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
pub struct SegmentAdvice {
    /// What a workflow of its own could be called: `PriceToReserve`.
    pub name: String,
    /// Positions of its steps.
    pub steps: Vec<usize>,
    pub verdict: Verdict,
    pub sum: Option<i32>,
    /// Empty where it is one step, that follows by an event.
    pub answers: Vec<Answer>,
    /// What comes into it from other segments.
    pub enters: Vec<Crossing>,
}

/// One step of another segment that must be done before one of this.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crossing {
    /// Position of the step before.
    pub from: usize,
    pub to: usize,
}

pub(super) fn segments(
    model: &Model,
    process: &Process,
    judged: &Judged,
    names: &[StepName],
) -> Vec<SegmentAdvice> {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let advice = judged.parts.iter().map(|part| {
        let steps = part.segment.steps.clone();
        let name = unique(&mut taken, name(&steps, names));
        let judgement = part.judgement.as_ref();
        SegmentAdvice {
            name,
            enters: crossings(process, &steps),
            // One step alone has nobody to conduct.
            verdict: judgement.map_or(Verdict::Choreograph, |judgement| judgement.verdict),
            sum: judgement.map(|judgement| judgement.votes.sum()),
            answers: judgement.map(|judgement| answers(model, judgement, names)).unwrap_or_default(),
            steps,
        }
    });
    advice.collect()
}

/// `PriceToReserve`: its first and its last step, as their services call them.
fn name(steps: &[usize], names: &[StepName]) -> String {
    let word = |at: &usize| {
        let letters = names[*at].operation.chars().filter(|c| c.is_alphanumeric());
        let word: String = letters.collect();
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    let counted: Vec<&usize> = steps.iter().filter(|at| names[**at].kind != StepKind::Notify).collect();
    let counted = if counted.is_empty() { steps.iter().collect() } else { counted };
    match counted.as_slice() {
        [] => String::new(),
        [only] => word(only),
        [first, .., last] => format!("{}To{}", word(first), word(last)),
    }
}

fn unique(taken: &mut BTreeMap<String, usize>, name: String) -> String {
    let n = taken.entry(name.clone()).or_default();
    *n += 1;
    if *n == 1 { name } else { format!("{name}{n}") }
}

fn crossings(process: &Process, steps: &[usize]) -> Vec<Crossing> {
    let own: BTreeSet<usize> = steps.iter().copied().collect();
    let outside = (0..process.steps.len()).filter(|at| !own.contains(at));
    let crossings = outside.flat_map(|from| {
        let into = process.next[from].iter().copied().filter(|to| own.contains(to));
        into.map(move |to| Crossing { from, to })
    });
    crossings.collect()
}
