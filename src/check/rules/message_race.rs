//! `message-race`: which of two messages comes first decides how the run ends.

use crate::check::Context;
use crate::explore::{DELIVERY, Race, Timers};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind, ReceiveKind, RegionId, RegionKind};
use crate::model::{GoalKind, WorkflowId};

pub static MESSAGE_RACE: Rule = Rule {
    name: "message-race",
    group: Group::ControlFlow,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports two messages to one service where the one that happens to come first decides whether the run succeeds.",
    why: "\
Nothing keeps an order between messages. Where a service deals with two of them, and one takes back or \
rules out what the other does, the run ends one way or the other by chance: the order is cancelled just \
before, or just after the parcel has left.

Two orders that come to the same kind of end are no race. Nor is a choice that is declared: `wait for \
any`, or a `when` that interrupts. wfc explores the runs in which everybody reacts in time.",
    bad: r#"id OrderId

service Shop { team "storefront" }
service Customer { external; event CancelWanted(order: OrderId) }
service Payments { external; event PaymentArrived(order: OrderId) }

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Sold
  failure NotSold

  within 9d else { end NotSold }
  parallel {
    scope pays {
      wait for PaymentArrived
      end Sold
    }
    scope cancels {
      wait for CancelWanted
      end NotSold
    }
  }
}
"#,
    good: r#"id OrderId

service Shop { team "storefront" }
service Customer { external; event CancelWanted(order: OrderId) }
service Payments { external; event PaymentArrived(order: OrderId) }

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Sold
  failure NotSold

  within 9d else { end NotSold }
  wait for any {
    when PaymentArrived { end Sold }
    when CancelWanted { end NotSold }
  }
}
"#,
    help: "\
Say which of the two counts: let one service decide, and let the others follow the event that it \
publishes; or let the later one lead to the same kind of end as the earlier one does. Where whichever \
comes first may win, say so: `wait for any`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for id in cx.model.workflows.ids() {
        let goals = &cx.model.workflows[id].goals;
        let has = |kind| goals.iter().any(|goal| cx.model.goals[*goal].kind == kind);
        let pairs = rivals(cx, id);
        if pairs.is_empty() || !has(GoalKind::Success) || !has(GoalKind::Failure) {
            continue;
        }
        let races = cx.runs(id, Timers::Patient).races(&pairs);
        findings.extend(races.iter().map(|race| finding(cx, race)));
    }
    findings
}

/// The receives of one service of which one may undo or stop what the other does.
fn rivals(cx: &Context, workflow: WorkflowId) -> Vec<(NodeId, NodeId)> {
    let receives: Vec<NodeId> = cx
        .graph
        .nodes_of(workflow)
        .filter(|(id, node)| is_undeclared(&node.kind) && cx.occurring.contains(*id))
        .map(|(id, _)| id)
        .collect();
    let mut pairs = Vec::new();
    for (at, a) in receives.iter().enumerate() {
        for b in &receives[at + 1..] {
            let same_side = cx.graph.node(*a).side == cx.graph.node(*b).side;
            let touches = || undoes_of(cx, *a, *b) || undoes_of(cx, *b, *a);
            let at_once = || in_two_branches(cx, *a, *b) && (ends(cx, *a) || ends(cx, *b));
            if same_side && (touches() || at_once()) {
                pairs.push((*a, *b));
            }
        }
    }
    pairs
}

fn is_undeclared(kind: &NodeKind) -> bool {
    matches!(kind, NodeKind::Receive { kind: ReceiveKind::Reaction | ReceiveKind::Wait, .. })
}

/// Whether the line behind `a` takes back a step of the line behind `b`.
fn undoes_of(cx: &Context, a: NodeId, b: NodeId) -> bool {
    if !matches!(cx.graph.node(a).kind, NodeKind::Receive { kind: ReceiveKind::Reaction, .. }) {
        return false;
    }
    let steps = cx.graph.line_from(b);
    cx.graph.line_from(a).iter().any(|node| match &cx.graph.node(*node).kind {
        NodeKind::Undo { acts, .. } => acts.iter().any(|act| steps.contains(act)),
        _ => false,
    })
}

/// Whether two waits stand in different branches of the same `parallel`.
fn in_two_branches(cx: &Context, a: NodeId, b: NodeId) -> bool {
    let branches = |node: NodeId| {
        let mut found: Vec<(RegionId, RegionId)> = Vec::new();
        let mut at = cx.graph.node(node).region;
        while let Some(parent) = cx.graph.region(at).parent {
            if cx.graph.region(at).kind == RegionKind::Branch {
                found.push((parent, at));
            }
            at = parent;
        }
        found
    };
    let of_b = branches(b);
    branches(a).iter().any(|(parallel, branch)| {
        of_b.iter().any(|(other, of_other)| parallel == other && branch != of_other)
    })
}

/// Whether the run may end on the line behind a wait, before the branches join.
fn ends(cx: &Context, wait: NodeId) -> bool {
    cx.graph.line_from(wait).iter().any(|node| matches!(cx.graph.node(*node).kind, NodeKind::End { .. }))
}

fn finding(cx: &Context, race: &Race) -> Finding {
    let ((a, by_a), (b, by_b)) = (race.first, race.second);
    let (first, second) = (cx.short_name(a), cx.short_name(b));
    let finding = MESSAGE_RACE
        .at(cx.graph.node(a).span, format!("this first: {} can follow", by_a.words()))
        .message(format!("whether `{first}` or `{second}` comes first decides how the run ends"))
        .label(cx.graph.node(b).span, format!("this first: {} can follow", by_b.words()))
        .run(cx.witness_of_run(&race.before), DELIVERY)
        .help("let one of them decide, and let the other follow the event that says how")
        .help("or let both orders lead to the same kind of end")
        .entity(cx.entity(a));
    cx.by_choices(finding, &race.before)
}
