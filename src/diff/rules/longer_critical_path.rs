//! `longer-critical-path`: a success that takes more steps after each other than before.

use crate::diff::critical::{Length, Path};
use crate::diff::{Pair, Two};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity, WitnessStep};
use crate::graph::{NodeId, NodeKind};
use crate::model::duration;

pub static LONGER_CRITICAL_PATH: Rule = Rule {
    name: "longer-critical-path",
    group: Group::Versions,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a workflow whose longest way to a success has become longer.",
    why: "\
The critical path is the longest way to a success on which each thing waits for the one before it. Steps \
beside each other count once, an `and` waits for the last of its events, an `or` for the first. A step on \
that path costs every run its time, and its outages stop every run; beside it, it is for free.

Steps, waits for somebody outside and pauses count as one each; an inner workflow counts as much as its own \
path. Where as many steps take longer by what is declared as `latency`, that is reported as well.",
    bad: include_str!("examples/longer_critical_path_bad.txt"),
    good: include_str!("examples/longer_critical_path_good.txt"),
    help: "\
Let what is new run beside what is there: in a branch of a `parallel`, or as a reaction to an earlier event, \
and wait for it only where its result is used.",
    example_language: "wfc",
};

pub fn find(two: &Two, pair: &Pair) -> Vec<Finding> {
    let (Some(before), Some(after)) = &pair.paths else { return Vec::new() };
    if after.length <= before.length {
        return Vec::new();
    }
    let name = two.new.workflow_name(pair.new);
    let added = added(two, pair, before, after);
    // What grows only inside of a workflow that is run here is told there.
    let runs = |node: &NodeId| matches!(two.new.graph.node(*node).kind, NodeKind::Run(_));
    if added.is_empty() && after.nodes.iter().any(runs) {
        return Vec::new();
    }
    let grown = match before.length.latency == after.length.latency {
        true => format!("{} to {} steps", before.length.steps, after.length.steps),
        false => format!("{} to {}", told(before.length), told(after.length)),
    };
    let span = two.new.model.workflows[pair.new].name.span;
    let mut finding = LONGER_CRITICAL_PATH
        .at(span, "its longest way to a success")
        .message(format!("the critical path of `{name}` grows from {grown}"))
        .entity(name);
    for node in &added {
        finding = finding.label(two.new.graph.node(*node).span, "this is on it now");
    }
    let step = |node: &NodeId| {
        let name = two.new.name(*node)?;
        let new = if added.contains(node) { " (new on it)" } else { "" };
        Some(WitnessStep::new(format!("`{name}`{new}"), two.new.graph.node(*node).span))
    };
    let finding = finding.witness(after.nodes.iter().filter_map(step));
    vec![finding.help("let what is new run beside the rest, and wait for it where its result is used")]
}

/// What is on the new path and was not on the old one.
fn added(two: &Two, pair: &Pair, before: &Path, after: &Path) -> Vec<NodeId> {
    let on_old = |node: &NodeId| {
        let was = pair.was(two, *node).or_else(|| two.matching.places.old_of(*node));
        was.is_some_and(|was| before.nodes.contains(&was))
    };
    after.nodes.iter().copied().filter(|node| !on_old(node)).collect()
}

/// `7 steps, up to 5d`
fn told(length: Length) -> String {
    let steps = if length.steps == 1 { "1 step".to_string() } else { format!("{} steps", length.steps) };
    if length.latency == 0 { steps } else { format!("{steps}, up to {}", duration(length.latency)) }
}
