//! The longest way through a process.

use super::{Process, StepKind};

impl Process {
    /// Of all its steps.
    pub fn longest(&self) -> Vec<usize> {
        self.longest_of(|_| true)
    }

    /// The longest way of steps one after the other that `is_in` lets through. What is only notified is no
    /// step of it.
    pub fn longest_of(&self, is_in: impl Fn(usize) -> bool) -> Vec<usize> {
        let process = self;
        let n = process.steps.len();
        let counts = |at: usize| is_in(at) && process.steps[at].kind != StepKind::Notify;
        let mut best: Vec<Option<(usize, Option<usize>)>> = vec![None; n];
        for root in 0..n {
            let mut open = vec![root];
            while let Some(at) = open.last().copied() {
                if best[at].is_some() {
                    open.pop();
                    continue;
                }
                let missing: Vec<usize> =
                    process.next[at].iter().copied().filter(|to| best[*to].is_none()).collect();
                if !missing.is_empty() {
                    open.extend(missing);
                    continue;
                }
                let behind = process.next[at].iter().map(|to| (best[*to].map_or(0, |it| it.0), *to));
                let longest = behind.fold(None, |known: Option<(usize, usize)>, next| match known {
                    Some(known) if known.0 >= next.0 => Some(known),
                    _ => Some(next),
                });
                let length = longest.map_or(0, |it| it.0) + usize::from(counts(at));
                best[at] = Some((length, longest.map(|it| it.1)));
                open.pop();
            }
        }
        let length = |at: usize| best[at].map_or(0, |it| it.0);
        let mut first = None;
        for at in 0..n {
            if first.is_none_or(|known| length(at) > length(known)) {
                first = Some(at);
            }
        }
        let mut way = Vec::new();
        while let Some(at) = first {
            if counts(at) {
                way.push(at);
            }
            first = best[at].and_then(|it| it.1);
        }
        way
    }
}
