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

use crate::explore::Move;
use crate::finding::{self, Finding, Rule, WitnessStep};
use crate::graph::StepGraph;
use crate::model::Model;
pub use context::Context;
use std::cell::OnceCell;

/// How much a rule may explore, and how much a team allows itself.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// States kept for each exploration of a workflow.
    pub max_states: usize,
    /// Services that one may need.
    pub efferent: usize,
    /// Services that may need one.
    pub afferent: usize,
    /// Services that one may call and wait for.
    pub temporal: usize,
    /// Fields, by versions, that one may read of all others.
    pub contract: usize,
    /// What one may decide of others' work.
    pub control: usize,
    /// Calls of which each may wait for the next one.
    pub chain: usize,
    /// Calls that one outage may become when retries stand in retries.
    pub attempts: u64,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget {
            max_states: 20_000,
            efferent: 7,
            afferent: 7,
            temporal: 7,
            contract: 40,
            control: 12,
            chain: 2,
            attempts: 10,
        }
    }
}

/// Tells the runs of a system in words.
pub struct Telling<'m> {
    model: &'m Model,
    graph: &'m StepGraph,
    context: OnceCell<Context<'m>>,
}

impl<'m> Telling<'m> {
    pub fn new(model: &'m Model, graph: &'m StepGraph) -> Telling<'m> {
        Telling { model, graph, context: OnceCell::new() }
    }

    /// A run, move by move; joints of lines are left out.
    pub fn run(&self, moves: &[Move]) -> Vec<WitnessStep> {
        let context = || Context::new(self.model, self.graph, Budget::default());
        self.context.get_or_init(context).witness_of_run(moves)
    }
}

/// Runs every rule that is asked over one system.
pub fn check(
    model: &Model,
    graph: &StepGraph,
    budget: Budget,
    is_asked: impl Fn(&Rule) -> bool,
) -> Vec<Finding> {
    let cx = Context::new(model, graph, budget);
    let asked = rules::ALL.iter().filter(|(rule, _)| is_asked(rule));
    let mut findings: Vec<Finding> = asked.flat_map(|(_, find)| find(&cx)).collect();
    precedence::keep_causes(&cx, &mut findings);
    finding::sort(&mut findings);
    findings
}

/// Every rule of the checker.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::ALL.iter().map(|(rule, _)| *rule)
}
