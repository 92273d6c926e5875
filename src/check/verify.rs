//! What all runs of a workflow together say: which ends are reached always, sometimes or never, where runs
//! get stuck, and which runs reach a success and a failure.

use super::contradictions::contradictions_of;
use super::phrases::quoted;
use super::{Budget, Context};
use crate::explore::{Assumptions, Delivery, Limits, RunEnd, Runs, Status, Stop, Timers, explore_under};
use crate::finding::WitnessStep;
use crate::graph::{NodeId, NodeKind, StepGraph};
use crate::model::{GoalId, GoalKind, Model, WorkflowId};
use crate::source::Span;

/// Under which circumstances, and how far.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    pub delivery: Delivery,
    pub timers: Timers,
    pub max_states: usize,
}

/// So many states are looked at unless somebody wants another number.
pub const MAX_STATES: usize = 1_000_000;

/// What is true of all runs of one workflow.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub workflow: String,
    pub span: Span,
    pub delivery: Delivery,
    pub timers: Timers,
    pub goals: Vec<GoalVerdict>,
    pub stuck: Vec<Stuck>,
    pub contradictions: Vec<Contradicted>,
    pub n_states: usize,
    pub extent: Extent,
    /// Whether some runs met a failure that nobody takes, and were not followed.
    pub meets_unhandled: bool,
}

#[derive(Clone, Debug)]
pub struct GoalVerdict {
    pub name: String,
    pub kind: GoalKind,
    pub reached: Reached,
}

/// In how many of the runs that are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    Always,
    Sometimes,
    Never,
}

/// How far runs were followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Whole,
    /// There are more states than were asked for.
    TooMany,
    /// Some run needs more occurrences of an event, or more messages in transit, than are told apart.
    Cut,
}

/// One way for a run to stop without an end, and the shortest run that gets there.
#[derive(Clone, Debug)]
pub struct Stuck {
    pub text: String,
    pub span: Span,
    pub run: Vec<WitnessStep>,
}

/// A run that reaches both.
#[derive(Clone, Debug)]
pub struct Contradicted {
    pub success: String,
    pub failure: String,
    pub run: Vec<WitnessStep>,
}

impl Verdict {
    /// Whether every run ends, every success can be reached, and no run says two things.
    pub fn is_fine(&self) -> bool {
        let is_missed = |goal: &GoalVerdict| goal.kind == GoalKind::Success && goal.reached == Reached::Never;
        self.extent == Extent::Whole
            && self.stuck.is_empty()
            && self.contradictions.is_empty()
            && !self.goals.iter().any(is_missed)
    }
}

/// Explores every workflow of a system.
pub fn verify(model: &Model, graph: &StepGraph, question: Question) -> Vec<Verdict> {
    let cx = Context::new(model, graph, Budget { max_states: question.max_states, ..Budget::default() });
    model.workflows.ids().map(|workflow| of_workflow(&cx, workflow, question)).collect()
}

fn of_workflow(cx: &Context, workflow: WorkflowId, question: Question) -> Verdict {
    let limits = Limits { timers: question.timers, max_states: question.max_states };
    let assumed = Assumptions { delivery: question.delivery, ..Assumptions::default() };
    let runs = explore_under(cx.model, cx.graph, workflow, limits, assumed);
    let item = &cx.model.workflows[workflow];
    let contradictions = contradictions_of(cx, workflow, &runs).into_iter().map(|found| Contradicted {
        success: cx.model.goals[found.success].name.text.to_string(),
        failure: cx.model.goals[found.failure].name.text.to_string(),
        run: cx.witness_of_run(&runs.witness(found.end)),
    });
    Verdict {
        workflow: item.name.text.to_string(),
        span: item.name.span,
        delivery: question.delivery,
        timers: question.timers,
        goals: item.goals.iter().map(|goal| goal_verdict(cx, &runs, *goal)).collect(),
        stuck: ways_to_get_stuck(cx, workflow, &runs),
        contradictions: contradictions.collect(),
        n_states: runs.n_states(),
        extent: match (runs.is_complete(), runs.is_cut()) {
            (false, _) => Extent::TooMany,
            (true, true) => Extent::Cut,
            (true, false) => Extent::Whole,
        },
        meets_unhandled: runs.meets_unhandled(),
    }
}

/// An unwound run was over before, and counts there.
fn goal_verdict(cx: &Context, runs: &Runs, goal: GoalId) -> GoalVerdict {
    let over = || runs.ends().iter().filter(|end| !matches!(end.stop, Stop::Unwound { .. }));
    let n_reached = over().filter(|end| end.goals.contains(&goal)).count();
    let reached = match n_reached {
        0 => Reached::Never,
        all if all == over().count() => Reached::Always,
        _ => Reached::Sometimes,
    };
    let goal = &cx.model.goals[goal];
    GoalVerdict { name: goal.name.text.to_string(), kind: goal.kind, reached }
}

/// The first run for each place, together with what was reached and what was refused before.
fn ways_to_get_stuck(cx: &Context, workflow: WorkflowId, runs: &Runs) -> Vec<Stuck> {
    let mut known: Vec<(&[NodeId], &[GoalId], Vec<NodeId>)> = Vec::new();
    let mut found = Vec::new();
    for end in runs.ends() {
        let Stop::Stuck { at } = &end.stop else { continue };
        let refused: Vec<NodeId> =
            runs.acts().filter(|act| runs.status(end, *act) == Status::Refused).collect();
        let way = (at.as_slice(), end.goals.as_slice(), refused);
        if known.contains(&way) {
            continue;
        }
        found.push(stuck(cx, workflow, runs, end, at, &way.2));
        known.push(way);
    }
    found
}

fn stuck(
    cx: &Context,
    workflow: WorkflowId,
    runs: &Runs,
    end: &RunEnd,
    at: &[NodeId],
    refused: &[NodeId],
) -> Stuck {
    let goals = quoted(end.goals.iter().map(|goal| cx.model.goals[*goal].name.text.as_str()));
    let mut texts: Vec<String> = at.iter().map(|node| standing(cx, *node)).collect();
    texts.dedup();
    let mut text = match (texts.is_empty(), end.goals.is_empty()) {
        (false, _) => texts.join("; "),
        (true, true) => "nothing more happens, and no end is reached".to_string(),
        (true, false) => format!("nothing more happens behind {goals}, and no final end is reached"),
    };
    if !refused.is_empty() {
        text += &format!(", after {} refused", quoted(refused.iter().map(|act| cx.short_name(*act))));
    }
    let span = at.first().map_or(cx.model.workflows[workflow].name.span, |node| cx.graph.node(*node).span);
    Stuck { text, span, run: cx.witness_of_run(&runs.witness(end)) }
}

/// Why a line does not go on.
fn standing(cx: &Context, node: NodeId) -> String {
    let item = cx.graph.node(node);
    let side = item.side.map_or("the line", |side| cx.service(side));
    match &item.kind {
        NodeKind::FallOff => "the last line has no end behind it".to_string(),
        NodeKind::Receive { .. } => format!("`{side}` waits for `{}`", cx.short_name(node)),
        NodeKind::Race => format!("`{side}` waits for the first of several events"),
        NodeKind::Join { .. } => "a branch waits for another one".to_string(),
        NodeKind::Publish { .. } => format!("`{side}` cannot send `{}`", cx.short_name(node)),
        NodeKind::Timer(_) => format!("`{side}` waits"),
        _ => format!("`{side}` stands at `{}`", cx.short_name(node)),
    }
}
