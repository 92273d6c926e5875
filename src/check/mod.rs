//! The checker: every rule over one system. A rule is one file in `rules/`; it never sees the text, the
//! syntax tree, or another rule.

mod asking;
mod choices;
mod compensations;
mod context;
mod contradictions;
mod dependencies;
mod durations;
pub mod example;
mod external;
mod fields;
mod fixes;
mod happenings;
mod leftovers;
mod naming;
mod obligations;
mod phrases;
mod pivots;
mod precedence;
mod reading;
mod rules;
mod telling;
pub mod verify;
mod words;

use crate::finding::{self, Finding, Rule};
use crate::graph::StepGraph;
use crate::model::Model;
pub use context::Context;

/// How much a rule may explore, and how much a team allows itself.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// States kept for each exploration of a workflow.
    pub max_states: usize,
    /// Services that one may need.
    pub efferent: usize,
    /// Services that may need one.
    pub afferent: usize,
    /// Calls that one outage may become when retries stand in retries.
    pub attempts: u64,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { max_states: 20_000, efferent: 7, afferent: 7, attempts: 10 }
    }
}

/// Runs every rule over one system.
pub fn check(model: &Model, graph: &StepGraph, budget: Budget) -> Vec<Finding> {
    let cx = Context::new(model, graph, budget);
    let mut findings: Vec<Finding> = rules::ALL.iter().flat_map(|(_, find)| find(&cx)).collect();
    precedence::keep_causes(&cx, &mut findings);
    finding::sort(&mut findings);
    findings
}

/// Every rule of the checker.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::ALL.iter().map(|(rule, _)| *rule)
}
