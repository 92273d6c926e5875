//! One cause, one finding: what merely follows from another finding is taken out. (Which form of silent
//! reliance is told of a goal is decided where they are worked out.)

use super::Context;
use crate::finding::Finding;
use crate::graph::{Node, NodeKind, Trigger};
use crate::model::{GoalKind, Reaction};
use crate::source::Span;
use std::collections::BTreeSet;

/// What two findings must have in common to have one cause.
#[derive(Clone, Copy, Debug)]
enum Shared {
    Workflow,
    /// The workflow, where the lower one is a run that stands still. A last line without an `end` is a
    /// mistake of its own.
    Standstill,
    /// The same step, wait or end.
    Entity,
    /// The lower one stands where the higher one points to.
    Place,
    /// All the reactions that the lower one names hold what the higher one found.
    Reactions,
    /// The higher one says that an `end` is missing, and the lower one that nothing leads to some end.
    MissingEnd,
    /// What the lower one is about comes behind what the higher one waits for.
    Behind,
    /// Some place that both point to.
    Label,
    /// The workflow, where the higher one is about a success.
    Success,
    /// The workflow, where the lower one is about a failure: the branch that would lead there is what
    /// the higher one misses.
    Failure,
    /// The run of the lower one goes past the choice that the higher one is about.
    PastChoice,
    /// The lower one misses an event of the service whose step the higher one is about.
    EventOf,
}

/// A rule, the rules it stands above, and when.
const CAUSES: &[(&str, &[&str], Shared)] = &[
    ("unhandled-failure", &["endless-run"], Shared::Workflow),
    ("unhandled-failure", SILENCE, Shared::Reactions),
    ("unhandled-failure", &["unbounded-wait"], Shared::Entity),
    ("endless-run", &["unreachable-goal", "unreachable-step", "unbounded-wait"], Shared::Workflow),
    ("endless-run", SILENCE, Shared::Workflow),
    ("passive-aggressive-publisher", &["unbounded-wait"], Shared::Place),
    ("passive-aggressive-broadcast", &["unbounded-wait"], Shared::Place),
    ("unwatched-goal", &["unbounded-wait"], Shared::Place),
    // A reaction that says nobody relies on it is wrong about that before anybody is in silence.
    ("needed-notification", SILENCE, Shared::Reactions),
    ("dead-end", &["unbounded-wait"], Shared::Entity),
    ("undo-without-compensation", &["missing-compensation"], Shared::Label),
    // A refusal that says nothing to anybody is why its event never comes.
    ("unhandled-failure", &["unpublished-event", "unreachable-goal", "unreachable-step"], Shared::EventOf),
    ("unhandled-failure", &["unreachable-goal"], Shared::Failure),
    ("unhandled-failure", &["dead-end"], Shared::Standstill),
    // What cannot be reached is where a run stands still.
    ("unreachable-step", &["dead-end"], Shared::Standstill),
    ("unreachable-goal", &["dead-end"], Shared::Success),
    ("dead-end", &["unreachable-goal"], Shared::MissingEnd),
    // A compensation that is refused, or given up, is what stays unmet.
    ("fallible-compensation", &["unhandled-failure", "unhandled-outage"], Shared::Entity),
    ("fallible-compensation", &["skipped-compensation"], Shared::Label),
    // One key that is missing.
    ("compensation-not-idempotent", &["unsafe-retry"], Shared::Label),
    ("unsafe-retry", &["compensation-lacks-input"], Shared::Label),
    ("several-pivots", &["fallible-after-pivot"], Shared::Entity),
    // One branch for a refusal and an outage; the run shows the refusal.
    ("fallible-after-pivot", &["not-retriable-after-pivot"], Shared::Entity),
    ("unhandled-outage", &["missing-fallback", "missing-breaker"], Shared::Entity),
    ("missing-fallback", &["missing-breaker"], Shared::Entity),
    ("endless-run", &["unbounded-loop"], Shared::Workflow),
    ("contradictory-ends", &["missing-compensation", "skipped-compensation"], Shared::Workflow),
    // What stays behind in a failing run is given up on the way there.
    ("missing-compensation", &["improper-end"], Shared::Entity),
    ("late-pivot", &["improper-end"], Shared::Entity),
    // On another way to the failure nobody takes it back at all.
    ("skipped-compensation", &["broadcast-undo"], Shared::Label),
    ("incomplete-choice", &["dead-end"], Shared::PastChoice),
    // Without a key it is done again for one event as for two.
    ("unsafe-retry", &["double-activation"], Shared::Label),
    (
        "unpublished-event",
        &["unreachable-step", "unreachable-goal", "dead-end", "unbounded-wait"],
        Shared::Behind,
    ),
];

const SILENCE: &[&str] = &["passive-aggressive-publisher", "passive-aggressive-broadcast", "unwatched-goal"];

/// Keeps of the findings that share a cause the one that names it.
pub(super) fn keep_causes(cx: &Context, findings: &mut Vec<Finding>) {
    let causes: Vec<(&Finding, &[&str], Shared)> = findings
        .iter()
        .flat_map(|higher| {
            let own = CAUSES.iter().filter(|(rule, ..)| *rule == higher.rule.name);
            own.map(move |(_, below, shared)| (higher, *below, *shared))
        })
        .collect();
    let follows = |lower: &Finding| {
        causes.iter().any(|(higher, below, shared)| {
            below.contains(&lower.rule.name) && have_one_cause(cx, higher, lower, *shared)
        })
    };
    let follow: Vec<bool> = findings.iter().map(follows).collect();
    let mut follow = follow.into_iter();
    findings.retain(|_| !follow.next().unwrap_or_default());
}

fn have_one_cause(cx: &Context, higher: &Finding, lower: &Finding, shared: Shared) -> bool {
    match shared {
        Shared::Workflow => workflow(higher) == workflow(lower),
        Shared::Standstill => workflow(higher) == workflow(lower) && !falls_off(cx, lower),
        Shared::Entity => higher.entity == lower.entity,
        Shared::Place => {
            let place = lower.span();
            higher.labels.iter().any(|label| place.contains(label.span) || label.span.contains(place))
        }
        Shared::Reactions => {
            let named = reactions_named(cx, lower);
            !named.is_empty() && named.iter().all(|reaction| reaction.span.contains(higher.span()))
        }
        Shared::PastChoice => {
            let choice = higher.span();
            // A run that no condition holds for points to the whole choice.
            let goes_past = |span: Span| span != choice && span.contains(choice);
            higher.variant == Some("gap") && lower.witness.iter().any(|step| step.span.is_some_and(goes_past))
        }
        Shared::Label => {
            higher.labels.iter().any(|label| lower.labels.iter().any(|other| other.span == label.span))
        }
        Shared::Success => {
            have_one_cause(cx, higher, lower, Shared::Standstill) && is_about(cx, higher, GoalKind::Success)
        }
        Shared::Failure => workflow(higher) == workflow(lower) && is_about(cx, lower, GoalKind::Failure),
        Shared::EventOf => workflow(higher) == workflow(lower) && misses_an_event_of(cx, lower, higher),
        Shared::MissingEnd => workflow(higher) == workflow(lower) && falls_off(cx, higher),
        Shared::Behind => behind(cx, higher).contains(&lower.entity),
    }
}

/// The first part of the path: `FulfilOrder` of `FulfilOrder/Payments/charged`.
fn workflow(finding: &Finding) -> &str {
    finding.entity.split('/').next().unwrap_or_default()
}

/// Whether a dead end is a last line without an `end`.
fn falls_off(cx: &Context, finding: &Finding) -> bool {
    let is_there = |node: &Node| matches!(node.kind, NodeKind::FallOff) && node.span == finding.span();
    cx.graph.nodes().any(|(_, node)| is_there(node))
}

fn is_about(cx: &Context, finding: &Finding, kind: GoalKind) -> bool {
    cx.model.goals.values().any(|goal| goal.kind == kind && goal.name.span == finding.span())
}

/// Whether `lower` points to the name of an event that is owned by the service on whose side the step
/// of `higher` stands.
fn misses_an_event_of(cx: &Context, lower: &Finding, higher: &Finding) -> bool {
    let side = |span: Span| {
        let stands = |node: &&Node| span.contains(node.span) || node.span == span;
        cx.graph
            .nodes()
            .map(|(_, node)| node)
            .filter(|node| matches!(node.kind, NodeKind::Act(_)))
            .find(stands)
    };
    let service = higher.labels.iter().find_map(|label| side(label.span)).and_then(|node| node.side);
    let named = |trigger: &Trigger| {
        trigger.terms.iter().any(|(event, span)| {
            Some(cx.model.events[*event].service) == service
                && lower.labels.iter().any(|label| label.span == *span)
        })
    };
    cx.graph.nodes().any(|(_, node)| match &node.kind {
        NodeKind::Receive { trigger, .. } | NodeKind::Goal { trigger: Some(trigger), .. } => named(trigger),
        _ => false,
    })
}

/// The reactions of other services that a finding points to.
fn reactions_named<'m>(cx: &Context<'m>, finding: &Finding) -> Vec<&'m Reaction> {
    let obligations = cx.obligations();
    let named = |span: Span| {
        let is_named = |label: &crate::finding::Label| label.span == span;
        finding.labels.iter().any(is_named)
            && obligations.foreign().any(|reaction| reaction.span == span && reaction.is_needed())
    };
    let participants = cx.model.workflows.values().flat_map(|workflow| &workflow.participants);
    participants
        .flat_map(|participant| &participant.reactions)
        .filter(|reaction| reaction.formula.terms.iter().any(|term| named(term.span)))
        .collect()
}

/// The entities of what takes the events a finding points to, and of everything after that.
fn behind(cx: &Context, finding: &Finding) -> BTreeSet<String> {
    let points_to = |trigger: &Trigger| {
        trigger.terms.iter().any(|(_, span)| finding.labels.iter().any(|label| label.span == *span))
    };
    let mut found = BTreeSet::new();
    for (id, node) in cx.graph.nodes() {
        if matches!(&node.kind, NodeKind::Receive { trigger, .. } if points_to(trigger)) {
            found.insert(cx.entity(id));
            found.extend(cx.graph.downstream(id).into_iter().map(|node| cx.entity(node)));
        }
    }
    found
}
