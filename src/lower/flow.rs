//! What is surely known at a point of a workflow: which names have a value, and which optional values
//! were tested. Where several ways meet, only what all of them know is left.

use smallvec::SmallVec;
use std::collections::BTreeSet;

/// What a run knows at one point.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Flow {
    /// Nothing gets here: everything counts as known, so that dead text is not blamed for names.
    dead: bool,
    /// One bit a name.
    known: SmallVec<[u64; 2]>,
    /// Optional values, as printed paths, that were found to be there.
    present: BTreeSet<String>,
}

impl Flow {
    pub fn new() -> Flow {
        Flow { dead: false, known: SmallVec::new(), present: BTreeSet::new() }
    }

    pub fn dead() -> Flow {
        Flow { dead: true, ..Flow::new() }
    }

    pub fn is_dead(&self) -> bool {
        self.dead
    }

    pub fn add(&mut self, slot: usize) {
        if self.known.len() <= slot / 64 {
            self.known.resize(slot / 64 + 1, 0);
        }
        self.known[slot / 64] |= 1 << (slot % 64);
    }

    pub fn knows(&self, slot: usize) -> bool {
        self.dead || self.known.get(slot / 64).is_some_and(|word| word & (1 << (slot % 64)) != 0)
    }

    pub fn add_present(&mut self, paths: impl IntoIterator<Item = String>) {
        self.present.extend(paths);
    }

    /// Whether anything was tested, so that it is worth to ask for a path.
    pub fn has_tested(&self) -> bool {
        self.dead || !self.present.is_empty()
    }

    pub fn is_present(&self, path: &str) -> bool {
        self.dead || self.present.contains(path)
    }

    /// Another way leads here as well.
    pub fn meet(&mut self, other: &Flow) {
        if other.dead {
            return;
        }
        if self.dead {
            *self = other.clone();
            return;
        }
        self.known.truncate(other.known.len());
        for (word, other) in self.known.iter_mut().zip(&other.known) {
            *word &= other;
        }
        self.present.retain(|path| other.present.contains(path));
    }

    /// Both have happened, side by side.
    pub fn join(&mut self, other: &Flow) {
        if self.dead || other.dead {
            self.dead = true;
            return;
        }
        if self.known.len() < other.known.len() {
            self.known.resize(other.known.len(), 0);
        }
        for (word, other) in self.known.iter_mut().zip(&other.known) {
            *word |= other;
        }
        self.present.extend(other.present.iter().cloned());
    }
}
