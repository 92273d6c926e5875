//! `bidirectional-dependency`: two services that need each other.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind, ReceiveKind};
use crate::model::{GoalKind, OperationKind, ServiceId, UndoneBy};
use crate::source::Span;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

pub static BIDIRECTIONAL_DEPENDENCY: Rule = Rule {
    name: "bidirectional-dependency",
    group: Group::Coupling,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports two services that need each other, in all workflows together.",
    why: "\
A service needs another when it calls it, runs its workflow, or reacts to its event in a way that a
goal relies on. When two need each other, neither can be changed, tested, deployed or kept running
without the other: they are one service in two places.

With a call on one of the two ways it is a warning; with events on both it is information. A reply, a
notification, or a goal that only records what happened is no dependency.",
    bad: "\
id OrderId

service Sales {
  query Price(order: OrderId) -> decimal
}

service Stock {
  query Count(order: OrderId) -> int
}

workflow SellOrder(order: OrderId) {
  orchestrated by Sales
  correlated by order
  success Counted
  step count = Stock.Count(order) { retry forever backoff 1s..1h }
  end Counted
}

workflow ValueStock(order: OrderId) {
  orchestrated by Stock
  correlated by order
  success Valued
  step price = Sales.Price(order) { retry forever backoff 1s..1h }
  end Valued
}
",
    good: "\
id OrderId

service Sales {
  query Price(order: OrderId) -> decimal
}

service Stock {
  query Count(order: OrderId) -> int
}

service Reports {
  team \"finance\"
}

workflow SellOrder(order: OrderId) {
  orchestrated by Sales
  correlated by order
  success Counted
  step count = Stock.Count(order) { retry forever backoff 1s..1h }
  end Counted
}

workflow ValueStock(order: OrderId) {
  orchestrated by Reports
  correlated by order
  success Valued
  step count = Stock.Count(order) { retry forever backoff 1s..1h }
  step price = Sales.Price(order) { retry forever backoff 1s..1h }
  end Valued
}
",
    help: "\
Decide who of the two may know the other. Turn one way round: an event instead of a call, the data sent
along instead of asked for, a third service that knows both; or make the two one service.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let needs = needs(cx);
    needs
        .iter()
        .filter(|((one, other), _)| cx.service(*one) < cx.service(*other))
        .filter_map(|((one, other), there)| {
            needs.get(&(*other, *one)).map(|back| finding(cx, (*one, there), (*other, back)))
        })
        .collect()
}

/// Why one service needs another.
struct Need {
    span: Span,
    node: NodeId,
    text: String,
    /// A command, a query or a run.
    is_call: bool,
}

fn finding(cx: &Context, one: (ServiceId, &Need), other: (ServiceId, &Need)) -> Finding {
    let (first, second) = if other.1.is_call && !one.1.is_call { (other, one) } else { (one, other) };
    let (a, b) = (cx.service(first.0), cx.service(second.0));
    let severity = if first.1.is_call { Severity::Warning } else { Severity::Info };
    let finding = BIDIRECTIONAL_DEPENDENCY
        .at(first.1.span, format!("`{a}` needs `{b}`: it {}", first.1.text))
        .severity(severity)
        .message(format!("`{a}` and `{b}` need each other"))
        .label(second.1.span, format!("`{b}` needs `{a}`: it {}", second.1.text))
        .witness(cx.witness_of_place(first.1.node))
        .witness(cx.witness_of_place(second.1.node))
        .entity(format!("{a}/{b}"))
        .help("decide who may know the other, and turn the other way round: send the data along, or an event")
        .help("or let a third service conduct both");
    cx.by_origin(finding)
}

/// The first reason of each service for each other one; a call rather than an event.
fn needs(cx: &Context) -> BTreeMap<(ServiceId, ServiceId), Need> {
    let mut needs: BTreeMap<(ServiceId, ServiceId), Need> = BTreeMap::new();
    let rank = |need: &Need| (!need.is_call, cx.place(need.node), need.span.start);
    let mut add = |from: ServiceId, to: ServiceId, need: Need| {
        if from == to {
            return;
        }
        match needs.entry((from, to)) {
            Entry::Vacant(free) => {
                free.insert(need);
            }
            Entry::Occupied(mut known) => {
                if rank(&need) < rank(known.get()) {
                    known.insert(need);
                }
            }
        }
    };
    for (id, node) in cx.graph.nodes() {
        let Some(side) = node.side.filter(|_| cx.occurring.contains(id)) else { continue };
        match &node.kind {
            NodeKind::Act(act) => {
                let verb = match cx.model.operations[act.operation].kind {
                    OperationKind::Command => "sends",
                    OperationKind::Query => "asks",
                };
                let text = format!("{verb} `{}`", cx.model.operation_path(act.operation));
                add(side, act.service, Need { span: act.call_span, node: id, text, is_call: true });
                if let Some(UndoneBy::Operation { operation, .. }) =
                    act.undone.as_ref().map(|undone| &undone.by)
                {
                    let text = format!("undoes by `{}`", cx.model.operation_path(*operation));
                    let service = cx.model.operations[*operation].service;
                    add(side, service, Need { span: act.call_span, node: id, text, is_call: true });
                }
            }
            NodeKind::Run(run) => {
                let child = &cx.model.workflows[run.workflow];
                if let Some(conductor) = child.coordinator() {
                    let text = format!("runs `{}`", child.name.text);
                    add(side, conductor, Need { span: run.call_span, node: id, text, is_call: true });
                }
            }
            _ => {}
        }
    }
    for reaction in &cx.obligations().subscriptions {
        if reaction.is_needed() || undoes_or_fails(cx, reaction.taker) {
            let verb = match cx.graph.node(reaction.taker).kind {
                NodeKind::Receive { kind: ReceiveKind::Wait | ReceiveKind::Alternative, .. } => "waits for",
                _ => "reacts to",
            };
            let text = format!("{verb} `{}`", cx.model.event_name(reaction.event));
            let need = Need { span: reaction.span, node: reaction.taker, text, is_call: false };
            add(reaction.subscriber, reaction.publisher, need);
        }
    }
    needs
}

/// Whether a reaction takes something back or leads on to a failure end.
fn undoes_or_fails(cx: &Context, taker: NodeId) -> bool {
    let undoes = |node: &NodeId| matches!(cx.graph.node(*node).kind, NodeKind::Undo { .. });
    let fails = |node: &NodeId| match cx.graph.node(*node).kind {
        NodeKind::Goal { goal, .. } => {
            cx.model.goals[goal].kind == GoalKind::Failure && cx.occurring.contains(*node)
        }
        _ => false,
    };
    cx.graph.line_from(taker).iter().any(undoes) || cx.graph.downstream(taker).iter().any(fails)
}
