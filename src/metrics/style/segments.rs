//! The parts of a process that hang together: steps that must come back to each other when something is
//! refused, and a query with the steps right after it. Between two segments nothing is undone.

use super::super::process::{Process, StepKind};
use std::collections::BTreeMap;

/// Steps that belong together, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub steps: Vec<usize>,
}

impl Segment {
    /// Whether there is anything in it that has to be held together.
    pub fn is_core(&self) -> bool {
        self.steps.len() > 1
    }
}

pub fn segments(process: &Process) -> Vec<Segment> {
    let n = process.steps.len();
    let mut leaders: Vec<usize> = (0..n).collect();
    for (undone, cause) in &process.undoing.because_of {
        join(&mut leaders, *undone, *cause);
    }
    for together in &process.undoing.together {
        let mut steps = together.iter();
        let Some(first) = steps.next() else { continue };
        steps.for_each(|step| join(&mut leaders, *first, *step));
    }
    between(process, &mut leaders);
    for at in (0..n).filter(|at| process.steps[*at].kind == StepKind::Query) {
        process.next[at].iter().for_each(|next| join(&mut leaders, at, *next));
    }
    let mut segments: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..n {
        segments.entry(leader(&mut leaders, at)).or_default().push(at);
    }
    let mut segments: Vec<Segment> = segments.into_values().map(|steps| Segment { steps }).collect();
    segments.sort_by_key(|segment| segment.steps.first().copied());
    segments
}

/// Unites what lies between a step and one that takes it back.
fn between(process: &Process, leaders: &mut [usize]) {
    // The last causes are enough for each undone step, but which they are is not said: so of each undone
    // step everything that comes after it and before one of its causes.
    let mut causes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (undone, cause) in &process.undoing.because_of {
        causes.entry(*undone).or_default().push(*cause);
    }
    for (undone, causes) in causes {
        for at in 0..process.steps.len() {
            // In a long saga nearly all is one already, and asking for each cause is what takes time.
            let is_between = leader(leaders, at) != leader(leaders, undone)
                && process.comes_after(at, undone)
                && causes.iter().any(|cause| process.comes_after(*cause, at));
            if is_between {
                join(leaders, undone, at);
            }
        }
    }
}

fn leader(leaders: &mut [usize], at: usize) -> usize {
    let mut at = at;
    while leaders[at] != at {
        leaders[at] = leaders[leaders[at]];
        at = leaders[at];
    }
    at
}

fn join(leaders: &mut [usize], a: usize, b: usize) {
    let (a, b) = (leader(leaders, a), leader(leaders, b));
    leaders[a.max(b)] = a.min(b);
}
