//! Ids that are legal in every format, readable, and stable as long as the names are.

use std::collections::{BTreeMap, BTreeSet};

/// Longer names are cut: an id is for reading a diagram's text, not the picture.
const LONGEST: usize = 40;

/// The ids of one diagram.
#[derive(Default)]
pub struct Ids {
    taken: BTreeSet<String>,
    /// How often each id was wished for, so that the thousandth is not tried a thousand times.
    wished: BTreeMap<String, u32>,
}

impl Ids {
    /// `step_charged`. The word in front keeps it away from every keyword.
    pub fn of(&mut self, word: &str, name: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let name: String = name.trim().chars().take(LONGEST).map(plain).collect();
        let name = name.trim_matches('_');
        self.unique(if name.is_empty() { word.to_string() } else { format!("{word}_{name}") })
    }

    /// `id`, with a number behind it where it is taken.
    pub fn unique(&mut self, id: String) -> String {
        let wished = self.wished.entry(id.clone()).or_default();
        loop {
            *wished += 1;
            let numbered = if *wished == 1 { id.clone() } else { format!("{id}_{wished}") };
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}
