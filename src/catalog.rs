//! Every rule of every phase, by name.

use crate::finding::Rule;

static RULES: &[&Rule] = &[];

/// All rules, sorted by name.
pub fn rules() -> &'static [&'static Rule] {
    RULES
}

/// The rule of that name, if there is one.
pub fn find(name: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.name == name).copied()
}
