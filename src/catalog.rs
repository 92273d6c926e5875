//! Every rule of every phase, by name.

use crate::compile;
use crate::finding::{Rule, suggest};
use std::sync::OnceLock;

/// All rules, sorted by name.
pub fn rules() -> &'static [&'static Rule] {
    static SORTED: OnceLock<Vec<&'static Rule>> = OnceLock::new();
    SORTED.get_or_init(|| {
        let mut rules = compile::rules();
        rules.sort_by_key(|rule| rule.name);
        rules
    })
}

pub fn find(name: &str) -> Option<&'static Rule> {
    let rules = rules();
    rules.binary_search_by_key(&name, |rule| rule.name).ok().map(|at| rules[at])
}

/// The name that an unknown `name` was probably meant to be.
pub fn nearest(name: &str) -> Option<&'static str> {
    suggest::nearest(name, rules().iter().map(|rule| rule.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_found_by_its_name() {
        for rule in rules() {
            assert!(std::ptr::eq(find(rule.name).unwrap(), *rule), "{} is declared twice", rule.name);
        }
        assert!(find("no-such-rule").is_none());
    }

    #[test]
    fn a_mistyped_name_finds_its_neighbour() {
        assert_eq!(nearest("missing-imports"), Some("missing-import"));
        assert_eq!(nearest("elephant"), None);
    }
}
