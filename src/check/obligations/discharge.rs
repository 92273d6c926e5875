//! Who answers for an obligation: watches and limits, and which subscriptions they cover
//! (`docs/semantics.md`, section 2).

use super::Subscription;
use crate::check::Context;
use crate::graph::{NodeId, NodeKind, ReceiveKind, Removed, Timer, Trigger};
use crate::model::{EventId, GoalKind, HowMany, ServiceId, WorkflowId};

/// Whether the owner of a workflow's first success watches the whole run: `within` of a choreography.
pub fn has_run_limit(cx: &Context, workflow: WorkflowId) -> bool {
    cx.model.workflows[workflow].is_choreographed() && !cx.model.workflows[workflow].body.limits.is_empty()
}

/// Whether a conductor's wait is limited, by itself or by a block around it.
pub fn is_limited_wait(cx: &Context, node: NodeId) -> bool {
    if !matches!(
        cx.graph.node(node).kind,
        NodeKind::Receive { kind: ReceiveKind::Wait | ReceiveKind::Alternative | ReceiveKind::Interrupt, .. }
    ) {
        return false;
    }
    let mut at = Some(cx.graph.node(node).region);
    while let Some(region) = at {
        let region = cx.graph.region(region);
        let limits = |timer: &NodeId| matches!(cx.graph.node(*timer).kind, NodeKind::Timer(Timer::Limit));
        if region.beside.iter().any(limits) {
            return true;
        }
        at = region.parent;
    }
    false
}

/// Whether a watch of one of these services covers the subscriptions.
pub fn is_watched(cx: &Context, by: &[ServiceId], subscriptions: &[&Subscription]) -> bool {
    cx.graph.nodes().any(|(_, node)| {
        let NodeKind::Timer(Timer::Watch { armed_by, expected }) = &node.kind else { return false };
        node.side.is_some_and(|side| by.contains(&side)) && covers(cx, *armed_by, expected, subscriptions)
    })
}

/// Whether a watch goes off when nobody reacts: it is armed by the events or before them, and what
/// it expects does not come without the subscriptions, unless the run is failing anyway.
pub fn covers(cx: &Context, armed_by: EventId, expected: &Trigger, subscriptions: &[&Subscription]) -> bool {
    let armed = cx.graph.message(armed_by);
    let behind = cx.graph.downstream(armed);
    let is_before = |event: EventId| event == armed_by || behind.contains(&cx.graph.message(event));
    if !subscriptions.iter().all(|subscription| is_before(subscription.event)) {
        return false;
    }
    let edges: Vec<_> = subscriptions.iter().flat_map(|subscription| subscription.edges.clone()).collect();
    let without = cx.graph.occurring(Removed { subscriptions: &edges, ..Removed::default() });
    let arrived = expected
        .terms
        .iter()
        .filter(|(event, _)| without.contains(cx.graph.message(*event)) && !leads_only_to_failure(cx, *event))
        .count();
    match expected.how {
        HowMany::All => arrived < expected.terms.len(),
        HowMany::Any => arrived == 0,
        HowMany::Some(n) => arrived < n as usize,
    }
}

/// Whether the run fails once the event is there: a failure comes of it by itself, and no success. What
/// leads to a failure only by another refusal is no bad news yet.
fn leads_only_to_failure(cx: &Context, event: EventId) -> bool {
    let message = cx.graph.message(event);
    let reaches = |nodes: &[NodeId], kind| {
        nodes.iter().any(|node| match cx.graph.node(*node).kind {
            NodeKind::Goal { goal, .. } => cx.model.goals[goal].kind == kind,
            _ => false,
        })
    };
    reaches(&cx.graph.downstream_untroubled(message), GoalKind::Failure)
        && !reaches(&cx.graph.downstream(message), GoalKind::Success)
}
