//! `stranded-runs`: runs of the old version that are under way, and that the new one has no place for.

use crate::diff::{Pair, Two, quoted};
use crate::explore::{Fate, Stranded};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity, WitnessStep};
use crate::graph::{NodeId, NodeKind};
use crate::model::WorkflowId;

pub static STRANDED_RUNS: Rule = Rule {
    name: "stranded-runs",
    group: Group::Versions,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports runs of the old version that are under way and that the new version has no place for.",
    why: "\
When a new version is deployed, runs of the old one are under way, for hours or for months. Each of them stands \
somewhere: before a step that has not answered, at a wait, at a join. In the new version it has a place when \
all of its lines have one there, and when a success that it could still reach can still be reached.

A run that stands at a step which is gone has no place (`no-place`). One that went past the point where the new \
version asks for something will wait for the answer in vain (`no-way`). wfc takes every state that a run of the \
old version can be in over to the new one, and follows it from there.",
    bad: include_str!("examples/stranded_runs_bad.txt"),
    good: include_str!("examples/stranded_runs_good.txt"),
    help: "\
Let old runs end by the old version before it goes, and start new ones by the new version: under another name, as \
`Sell2`, both can be there at once. Or keep the step until no run stands there any more. Or let the new version \
ask where it waits, so that a run that comes from before it asks as well.",
    example_language: "wfc",
};

/// Runs of workflows that both versions have.
pub fn find(two: &Two, pair: &Pair) -> Vec<Finding> {
    let of = |fate| pair.carried.stranded.iter().filter(move |it| it.fate == fate).collect::<Vec<_>>();
    let no_place = no_place(two, pair, &of(Fate::NoPlace));
    no_place.into_iter().chain(no_way(two, pair, &of(Fate::NoWay))).collect()
}

/// One finding for each thing that is gone and at which a run may stand.
fn no_place(two: &Two, pair: &Pair, stranded: &[&Stranded]) -> Vec<Finding> {
    let mut gone: Vec<(NodeId, &Stranded)> = Vec::new();
    for it in stranded {
        for node in it.at.iter().filter(|node| two.matching.places.new_of(**node).is_none()) {
            if !gone.iter().any(|(known, _)| known == node) {
                gone.push((*node, it));
            }
        }
    }
    let workflow = two.new.workflow_name(pair.new);
    let finding = |(node, it): (NodeId, &Stranded)| {
        let place = place(two, node);
        STRANDED_RUNS
            .at(two.new.model.workflows[pair.new].name.span, "has no such place")
            .variant("no-place")
            .message(format!("a run of `{workflow}` {place} has no place any more"))
            .label(two.old.graph.node(node).span, "it may stand here when the new version comes")
            .witness(run(two, it, "there it stands, and the new version has no such place"))
            .entity(two.entity(pair.new, &two.old.name(node).unwrap_or_default()))
            .help("let old runs end before the old version goes")
            .help("or keep this place until no run stands there any more")
    };
    gone.into_iter().map(finding).collect()
}

/// One finding for all places from which no success can be reached any more.
fn no_way(two: &Two, pair: &Pair, stranded: &[&Stranded]) -> Option<Finding> {
    let first = stranded.first()?;
    let workflow = two.new.workflow_name(pair.new);
    let mut places: Vec<NodeId> = stranded.iter().flat_map(|it| it.at.iter().copied()).collect();
    places.sort_by_key(|node| (two.old.graph.node(*node).span.start, *node));
    places.dedup();
    let n_states: usize = stranded.iter().map(|it| it.n_states).sum();
    let all = pair.carried.n_in_flight;
    let message = format!("runs of `{workflow}` that are under way can no longer succeed");
    let mut finding = STRANDED_RUNS
        .at(
            two.new.model.workflows[pair.new].name.span,
            format!("{n_states} of the {all} states that a run can be in lead to no success here"),
        )
        .variant("no-way")
        .message(message)
        .entity(workflow);
    for node in cause(two, pair, first) {
        finding = finding.label(two.new.graph.node(node).span, "this asks for what such a run never did");
    }
    if let Some(node) = first.at.first().copied().or(first.run.last().map(|made| made.node)) {
        finding = finding.label(two.old.graph.node(node).span, "the first of them stands here");
    }
    let names: Vec<String> = places.iter().filter_map(|node| two.old.name(*node)).collect();
    if names.len() > 1 {
        finding = finding
            .what_if(format!("the same goes for runs at {}", quoted(names.iter().map(String::as_str))));
    }
    let finding = finding
        .witness(run(two, first, "from there the new version comes to no success"))
        .help("let old runs end before the old version goes")
        .help("or let the new version ask where it waits, so that old runs ask as well");
    Some(finding)
}

/// What is new in the new version and happens before every step that comes next from there on: what the
/// run has missed.
fn cause(two: &Two, pair: &Pair, stranded: &Stranded) -> Vec<NodeId> {
    let mut found = Vec::new();
    for node in pair.inserted(two) {
        let NodeKind::Message { event } = &two.new.graph.node(node).kind else { continue };
        let takes = two.new.graph.subscriptions(*event).map(|edge| edge.to);
        let waits = takes.filter(|taker| {
            let taker = two.new.graph.node(*taker);
            taker.workflow == Some(pair.new) && matches!(taker.kind, NodeKind::Receive { .. })
        });
        found.extend(waits);
    }
    // A place that the run stands at already says it best.
    let here: Vec<NodeId> = found
        .iter()
        .copied()
        .filter(|node| two.matching.places.old_of(*node).is_some_and(|was| stranded.at.contains(&was)))
        .collect();
    let mut chosen = if here.is_empty() { found } else { here };
    chosen.truncate(1);
    chosen
}

fn run(two: &Two, stranded: &Stranded, last: &str) -> Vec<WitnessStep> {
    let mut steps = (two.old.tell)(&stranded.run);
    let span = stranded.at.first().map(|node| two.old.graph.node(*node).span);
    steps.push(WitnessStep::new(last, span));
    steps
}

fn place(two: &Two, node: NodeId) -> String {
    let name = two.old.name(node);
    match (&two.old.graph.node(node).kind, name) {
        (NodeKind::Act(_) | NodeKind::Run(_), Some(name)) => format!("before `{name}`"),
        (NodeKind::Receive { .. }, Some(name)) => format!("at the wait for `{name}`"),
        (NodeKind::Race, _) => "at the wait for the first of several events".to_string(),
        (NodeKind::Join { .. }, _) => "at the end of a branch".to_string(),
        (NodeKind::Timer(_), _) => "in a pause".to_string(),
        _ => "at its last line".to_string(),
    }
}

/// Workflows that are gone with all runs of them.
pub fn find_gone(two: &Two) -> Vec<Finding> {
    let gone: Vec<WorkflowId> = two.matching.workflows.gone().collect();
    let finding = |id: WorkflowId| {
        let workflow = &two.old.model.workflows[id];
        let name = &workflow.name.text;
        STRANDED_RUNS
            .at(workflow.name.span, "is not in the new version")
            .variant("no-place")
            .message(format!("runs of `{name}` that are under way have no place: it is gone"))
            .witness([WitnessStep::new(format!("`{name}` starts"), workflow.name.span)])
            .entity(name.to_string())
            .help("let its runs end before it goes")
    };
    gone.into_iter().map(finding).collect()
}
