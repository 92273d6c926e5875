//! `needed-notification`: what is only notified brings a success about.

use crate::check::Context;
use crate::check::obligations::lost_without;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{EdgeId, NodeId, NodeKind};
use crate::model::{GoalId, GoalKind, Trigger, WorkflowId};
use std::collections::BTreeSet;

pub static NEEDED_NOTIFICATION: Rule = Rule {
    name: "needed-notification",
    group: Group::Publishers,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a notification whose consequences a success needs.",
    why: "\
`notify` says that nobody relies on it: it is sent, and how it ends changes nothing here. When the command
publishes an event later on, or the workflow that is notified does, and a success of the same workflow can
only be reached by that event, the word is wrong. Nobody meets a refusal, nobody takes it back, and no rule that asks who
relies on whom looks at it.

What an external service publishes may come anyway, and is not judged.",
    bad: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
}
service Warehouse {
  command Pack(order: OrderId) {
    publishes OrderPacked
    undone by nothing because "what is packed can stay packed"
    idempotent by order
  }
  event OrderPacked(order: OrderId)
}

workflow PackOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Packed
  failure Stuck
  notify Warehouse.Pack(order)
  wait for OrderPacked { within 1d else { end Stuck } }
  end Packed
}
"#,
    good: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
}
service Warehouse {
  command Pack(order: OrderId) {
    publishes OrderPacked
    undone by nothing because "what is packed can stay packed"
    idempotent by order
  }
  event OrderPacked(order: OrderId)
}

workflow PackOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Packed
  failure Stuck
  step packed = Warehouse.Pack(order) { retry forever backoff 1s..1h }
  wait for OrderPacked { within 1d else { end Stuck } }
  end Packed
}
"#,
    help: "\
Make it a step, which has an answer and branches for what goes wrong. If the success does not need it
after all, do not let it hang on that event.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, node) in cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id)) {
        let NodeKind::Notify { workflow, .. } = &node.kind else { continue };
        let edges: Vec<EdgeId> = match workflow {
            Some(workflow) if is_only_notified(cx, *workflow) => {
                let start = cx.graph.start(*workflow);
                cx.graph.out_edges(start).map(|edge| edge.id).collect()
            }
            Some(_) => continue,
            None => {
                let published = cx.graph.out_edges(id).filter(|edge| cx.graph.is_publication(edge));
                published.map(|edge| edge.id).collect()
            }
        };
        let needing = needing(cx, &edges, node.workflow);
        let needing = cx.in_order(&needing);
        if !needing.is_empty() {
            findings.push(finding(cx, id, &edges, &needing));
        }
    }
    findings
}

/// Whether nobody runs the workflow as a step, and nothing but a call begins it.
fn is_only_notified(cx: &Context, workflow: WorkflowId) -> bool {
    let mut callers = cx.graph.in_edges(cx.graph.start(workflow)).map(|edge| &cx.graph.node(edge.from).kind);
    matches!(cx.model.workflows[workflow].trigger, Trigger::Called)
        && callers.all(|kind| matches!(kind, NodeKind::Notify { .. }))
}

/// The successes of the workflow that are lost without the edges. One that only begins with what comes of the
/// notification relies on nobody: it begins when it does.
fn needing(cx: &Context, edges: &[EdgeId], workflow: Option<WorkflowId>) -> BTreeSet<GoalId> {
    let behind = edges.iter().map(|edge| cx.graph.edge(*edge).to);
    let behind: BTreeSet<NodeId> = behind.flat_map(|to| cx.graph.downstream(to)).collect();
    let goals = cx.model.goals.iter().filter(|(id, goal)| {
        let node = cx.graph.goal(*id);
        goal.kind == GoalKind::Success
            && Some(goal.workflow) == workflow
            && behind.contains(&node)
            && cx.occurring.contains(node)
    });
    lost_without(cx, edges, &goals.map(|(id, _)| id).collect())
}

fn finding(cx: &Context, id: NodeId, edges: &[EdgeId], needing: &[GoalId]) -> Finding {
    let node = cx.graph.node(id);
    let name = cx.short_name(id);
    let goals = cx.goal_names(needing);
    let goal = cx.graph.goal(needing[0]);
    let from = edges.iter().map(|edge| cx.graph.edge(*edge).to);
    let way = from.map(|to| cx.graph.path(to, goal)).filter(|way| !way.is_empty()).min_by_key(Vec::len);
    let way: Vec<NodeId> = [id].into_iter().chain(way.into_iter().flatten()).collect();
    let event = way.iter().find_map(|node| match cx.graph.node(*node).kind {
        NodeKind::Message { event } => Some(event),
        _ => None,
    });
    let mut finding = NEEDED_NOTIFICATION
        .at(node.span, "declared as what nobody relies on")
        .message(format!("`{name}` is only notified, and needed for {goals}"))
        .witness(cx.witness_of_path(&way))
        .what_if(format!("without this notification, nothing leads to {goals}"))
        .help("make it a step: then it has an answer, and branches for what goes wrong")
        .entity(cx.entity(id));
    if let Some(event) = event {
        let taken = cx.graph.subscriptions(event).filter(|edge| way.contains(&edge.to));
        let place = taken.map(|edge| edge.edge.span).min().unwrap_or(cx.model.events[event].name.span);
        finding = finding.label(place, format!("`{}` comes of it", cx.model.event_name(event)));
    }
    for goal in needing {
        let goal = &cx.model.goals[*goal];
        finding = finding.label(goal.name.span, "needs it");
    }
    cx.by_origin(finding)
}
