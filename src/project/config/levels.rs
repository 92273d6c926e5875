//! Which level a rule has in a file.

use super::Config;
use super::file::{Level, Many};
use super::spanned::Spanned;
use crate::project::patterns::Patterns;
use std::collections::BTreeMap;

/// The levels of a configuration, ready to be asked.
pub struct Levels<'a> {
    everywhere: &'a BTreeMap<String, Spanned<Level>>,
    overrides: Vec<(Patterns, BTreeMap<&'a str, Level>)>,
}

impl<'a> Levels<'a> {
    pub fn new(config: &'a Config) -> Levels<'a> {
        let overrides = config.overrides.iter().map(|part| {
            let rules = part.rules.0.iter().map(|(name, level)| (name.value.as_str(), level.value));
            (patterns(&part.paths), rules.collect())
        });
        Levels { everywhere: &config.rules, overrides: overrides.collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.everywhere.is_empty() && self.overrides.is_empty()
    }

    /// Whether the configuration says anything of `rule`, for any file.
    pub fn name(&self, rule: &str) -> bool {
        self.everywhere.contains_key(rule) || self.overrides.iter().any(|(_, rules)| rules.contains_key(rule))
    }

    /// What the configuration says of `rule` in the file at `path` of the project.
    pub fn of(&self, rule: &str, path: &str) -> Option<Level> {
        let here = self.overrides.iter().rev().filter_map(|(patterns, rules)| {
            let level = rules.get(rule)?;
            patterns.cover(path).then_some(*level)
        });
        here.into_iter().next().or_else(|| self.everywhere.get(rule).map(|level| level.value))
    }
}

/// Patterns that were looked at when the file was read.
pub(super) fn patterns(patterns: &Many<Spanned<String>>) -> Patterns {
    Patterns::new(patterns.0.iter().map(|pattern| pattern.value.as_str())).unwrap_or_default()
}
