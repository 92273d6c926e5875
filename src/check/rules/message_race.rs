//! `message-race`: which of two messages comes first decides how the run ends.

use crate::check::Context;
use crate::explore::{DELIVERY, Race, Timers};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind, ReceiveKind, RegionId, RegionKind};
use crate::model::{GoalKind, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};

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

service Shop {
  team "storefront"
}
service Customer {
  external
  event CancelWanted(order: OrderId)
}
service Payments {
  external
  event PaymentArrived(order: OrderId)
}

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

service Shop {
  team "storefront"
}
service Customer {
  external
  event CancelWanted(order: OrderId)
}
service Payments {
  external
  event PaymentArrived(order: OrderId)
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Sold
  failure NotSold

  within 9d else { end NotSold }
  wait for any { when PaymentArrived { end Sold }; when CancelWanted { end NotSold } }
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
        if !has(GoalKind::Success) || !has(GoalKind::Failure) {
            continue;
        }
        let mut pairs = who_undoes_whom(cx, id);
        pairs.extend(waits_side_by_side(cx, id));
        if !pairs.is_empty() {
            let races = cx.runs(id, Timers::Patient).races(&pairs);
            findings.extend(races.iter().map(|race| finding(cx, race)));
        }
    }
    findings
}

/// Two reactions of one service, of which one takes back what the other does.
fn who_undoes_whom(cx: &Context, workflow: WorkflowId) -> BTreeSet<(NodeId, NodeId)> {
    let reactions = cx.graph.nodes_of(workflow).filter(|(id, node)| {
        matches!(node.kind, NodeKind::Receive { kind: ReceiveKind::Reaction, .. })
            && cx.occurring.contains(*id)
    });
    let mut does: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    let mut undoes: Vec<(NodeId, NodeId)> = Vec::new();
    for (reaction, _) in reactions {
        for step in cx.graph.line_from(reaction) {
            match &cx.graph.node(step).kind {
                NodeKind::Act(_) | NodeKind::Run(_) => does.entry(step).or_default().push(reaction),
                NodeKind::Undo { acts, .. } => undoes.extend(acts.iter().map(|act| (reaction, *act))),
                _ => {}
            }
        }
    }
    let pairs = undoes.iter().flat_map(|(undoing, act)| {
        let doing = does.get(act).into_iter().flatten();
        doing.map(|doing| (*doing.min(undoing), *doing.max(undoing)))
    });
    pairs.filter(|(a, b)| a != b).collect()
}

/// Two waits in different branches of one `parallel`, where one of the branches may end the run.
fn waits_side_by_side(cx: &Context, workflow: WorkflowId) -> BTreeSet<(NodeId, NodeId)> {
    let waits = cx.graph.nodes_of(workflow).filter(|(id, node)| {
        matches!(node.kind, NodeKind::Receive { kind: ReceiveKind::Wait, .. }) && cx.occurring.contains(*id)
    });
    let mut beside: BTreeMap<RegionId, Vec<(RegionId, NodeId)>> = BTreeMap::new();
    for (wait, node) in waits {
        let mut at = node.region;
        while let Some(parent) = cx.graph.region(at).parent {
            if cx.graph.region(at).kind == RegionKind::Branch {
                beside.entry(parent).or_default().push((at, wait));
            }
            at = parent;
        }
    }
    let mut pairs = BTreeSet::new();
    for waits in beside.values() {
        let ending: Vec<bool> = waits.iter().map(|(_, wait)| ends(cx, *wait)).collect();
        for (at, (branch, wait)) in waits.iter().enumerate() {
            for (other_at, (other_branch, other)) in waits[..at].iter().enumerate() {
                if branch != other_branch && (ending[at] || ending[other_at]) {
                    pairs.insert((*other, *wait));
                }
            }
        }
    }
    pairs
}

/// Whether the run may end on the line behind a wait.
fn ends(cx: &Context, wait: NodeId) -> bool {
    cx.graph.is_on_line(wait, |_, node| matches!(node.kind, NodeKind::End { .. }))
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
