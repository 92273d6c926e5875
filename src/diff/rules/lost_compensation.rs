//! `lost-compensation`: a step that was taken back when a run failed, and is not any more.

use crate::diff::{Pair, Two, Version};
use crate::explore::{Limits, RunEnd, Runs, Status, Stop, Timers, explore};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind};
use crate::model::{GoalKind, Undone, UndoneBy, WorkflowId};

pub static LOST_COMPENSATION: Rule = Rule {
    name: "lost-compensation",
    group: Group::Versions,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a step that every failing run took back in the old version, and that one leaves in the new.",
    why: "\
An undo is easy to lose: a new branch ends the run without it, a step is moved behind it, an `undone by` goes \
with the command it named. Nothing fails at once, and money stays reserved in the runs that end badly.

A step is lost when no failing run of the old version left it, and some failing run of the new one does. Where \
no failing run shows it, but nothing takes the step back any more, that is a warning (`contract`).",
    bad: include_str!("examples/lost_compensation_bad.txt"),
    good: include_str!("examples/lost_compensation_good.txt"),
    help: "\
Undo the step on the way to the failure that leaves it: `undo all` before the `end`. If the effect may stay, say \
so at the command: `undone by nothing because \"…\"`.",
    example_language: "wfc",
};

pub fn find(two: &Two, pair: &Pair) -> Vec<Finding> {
    let steps: Vec<(NodeId, NodeId)> = kept(two, pair);
    if steps.is_empty() {
        return Vec::new();
    }
    let before = runs(two, two.old, pair.old);
    let after = runs(two, two.new, pair.new);
    let finding = |(was, is): (NodeId, NodeId)| {
        let name = two.new.name(is).unwrap_or_default();
        let undone = undone(two.old, was)?;
        let left_before = failing(two.old, &before).any(|end| is_left(&before, end, was));
        let left = failing(two.new, &after).find(|end| is_left(&after, end, is));
        let may_stay = matches!(self::undone(two.new, is).map(|it| &it.by), Some(UndoneBy::Nothing { .. }));
        let finding = match left.filter(|_| !left_before && !may_stay) {
            Some(end) => {
                let goal = end.goals.first().map_or("", |goal| &two.new.model.goals[*goal].name.text);
                LOST_COMPENSATION
                    .at(two.new.graph.node(is).span, format!("stays when the run ends in `{goal}`"))
                    .message(format!("`{name}` is not taken back any more when a run fails"))
                    .run((two.new.tell)(&after.witness(end)), crate::explore::DELIVERY)
                    .left(vec![name.clone()])
                    .help("undo it on this way as well: `undo all` before the `end`")
            }
            None if self::undone(two.new, is).is_none() => LOST_COMPENSATION
                .at(two.new.graph.node(is).span, "nothing says how to take it back")
                .variant("contract")
                .severity(Severity::Warning)
                .message(format!("nothing takes `{name}` back any more"))
                .help("say what does, or that it may stay: `undone by nothing because \"…\"`"),
            None => return None,
        };
        let finding = finding.label(undone.span, "this is what took it back");
        Some(finding.entity(two.entity(pair.new, &name)))
    };
    steps.into_iter().filter_map(finding).collect()
}

/// The steps of both versions that an operation took back in the old one.
fn kept(two: &Two, pair: &Pair) -> Vec<(NodeId, NodeId)> {
    let took_back =
        |was: NodeId| matches!(undone(two.old, was).map(|it| &it.by), Some(UndoneBy::Operation { .. }));
    let steps = two.new.graph.nodes_of(pair.new).filter_map(|(is, _)| Some((pair.was(two, is)?, is)));
    let writes = |node: NodeId| match &two.new.graph.node(node).kind {
        NodeKind::Act(act) => act.is_write && act.irreversible.is_none() && act.pivot.is_none(),
        NodeKind::Run(run) => run.pivot.is_none(),
        _ => false,
    };
    steps.filter(|(was, is)| took_back(*was) && writes(*is)).collect()
}

fn runs<'v>(two: &Two, version: &Version<'v>, workflow: WorkflowId) -> Runs<'v> {
    let limits = Limits { timers: Timers::Hasty, max_states: two.budget.max_states.max(1) };
    explore(version.model, version.graph, workflow, limits)
}

/// The ends of runs that failed, and did not succeed as well.
fn failing<'r>(version: &Version, runs: &'r Runs) -> impl Iterator<Item = &'r RunEnd> {
    let model = version.model;
    let kinds = move |end: &RunEnd, kind| end.goals.iter().any(|goal| model.goals[*goal].kind == kind);
    runs.ends().iter().filter(move |end| {
        matches!(end.stop, Stop::Complete { .. })
            && kinds(end, GoalKind::Failure)
            && !kinds(end, GoalKind::Success)
    })
}

fn is_left(runs: &Runs, end: &RunEnd, act: NodeId) -> bool {
    matches!(runs.status(end, act), Status::Done | Status::Unknown)
}

fn undone<'v>(version: &'v Version, node: NodeId) -> Option<&'v Undone> {
    match &version.graph.node(node).kind {
        NodeKind::Act(act) => act.undone.as_ref(),
        NodeKind::Run(run) => run.undone.as_ref(),
        _ => None,
    }
}
