//! `inconclusive`: there are more runs than were looked at.

use crate::check::Context;
use crate::explore::Timers;
use crate::finding::{Confidence, Finding, Group, Rule, Severity};

pub static INCONCLUSIVE: Rule = Rule {
    name: "inconclusive",
    group: Group::ControlFlow,
    severity: Severity::Info,
    confidence: Confidence::High,
    reports: "Reports a workflow with more states than were explored, so that what was not found may still be there.",
    why: "\
Some rules look at all runs of a workflow. The number of states that are kept is bounded; beyond it the \
rules that explore runs know only what they saw so far. What they found is real; what they did not find \
may exist.",
    bad: "",
    good: "",
    help: "Split the workflow into parts that run each other, or put the branches that do not meet in workflows of their own.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter() {
        let capped = [Timers::Patient, Timers::Hasty].iter().filter_map(|timers| cx.explored(id, *timers));
        if let Some(runs) = capped.filter(|runs| !runs.is_complete()).max_by_key(|runs| runs.n_states()) {
            let name = &workflow.name.text;
            findings.push(
                INCONCLUSIVE
                    .at(workflow.name.span, format!("has more than {} states", runs.n_states()))
                    .message(format!("not every run of `{name}` was looked at"))
                    .help(
                        "split it into workflows that run each other, or separate branches that do not meet",
                    )
                    .entity(name.to_string()),
            );
        }
    }
    findings
}
