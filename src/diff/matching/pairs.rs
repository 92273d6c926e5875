//! Which item of one version is which item of the other.

use crate::model::Id;

/// Each item has at most one counterpart.
#[derive(Clone, Debug)]
pub struct Pairs<I> {
    new_of: Vec<Option<I>>,
    old_of: Vec<Option<I>>,
}

/// How well two items agree, from 0 to 100, with their names: among equals the names decide, so that
/// the order of files does not.
pub struct Candidate<I> {
    pub score: u32,
    pub names: (String, String),
    pub old: I,
    pub new: I,
}

impl<I: Id> Pairs<I> {
    pub fn new(n_old: usize, n_new: usize) -> Pairs<I> {
        Pairs { new_of: vec![None; n_old], old_of: vec![None; n_new] }
    }

    pub fn new_of(&self, old: I) -> Option<I> {
        self.new_of[old.index()]
    }

    pub fn old_of(&self, new: I) -> Option<I> {
        self.old_of[new.index()]
    }

    pub fn are_free(&self, old: I, new: I) -> bool {
        self.new_of(old).is_none() && self.old_of(new).is_none()
    }

    pub fn join(&mut self, old: I, new: I) {
        self.new_of[old.index()] = Some(new);
        self.old_of[new.index()] = Some(old);
    }

    /// The old items without a counterpart.
    pub fn gone(&self) -> impl Iterator<Item = I> {
        free(&self.new_of)
    }

    /// The new items without a counterpart.
    pub fn come(&self) -> impl Iterator<Item = I> {
        free(&self.old_of)
    }

    /// Pairs of items that have counterparts, in the order of the old ones.
    pub fn pairs(&self) -> impl Iterator<Item = (I, I)> {
        self.new_of.iter().enumerate().filter_map(|(old, new)| Some((I::from_index(old), (*new)?)))
    }

    pub fn all_new_of(&self) -> &[Option<I>] {
        &self.new_of
    }

    /// Joins the candidates that agree best, as long as both are free.
    pub fn settle(&mut self, mut candidates: Vec<Candidate<I>>) {
        candidates.sort_by(|a, b| {
            let by_ids = (a.old.index(), a.new.index()).cmp(&(b.old.index(), b.new.index()));
            b.score.cmp(&a.score).then_with(|| a.names.cmp(&b.names)).then(by_ids)
        });
        for candidate in candidates {
            if self.are_free(candidate.old, candidate.new) {
                self.join(candidate.old, candidate.new);
            }
        }
    }
}

fn free<I: Id>(items: &[Option<I>]) -> impl Iterator<Item = I> {
    items.iter().enumerate().filter(|(_, other)| other.is_none()).map(|(at, _)| I::from_index(at))
}
