//! `publisher-handles-refusal`: what was published as a fact can be refused after all.

use crate::check::Context;
use crate::check::obligations::Subscription;
use crate::explore::is_taken;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{EdgeKind, NodeId, NodeKind, ReceiveKind, StepGraph};
use crate::model::EventId;
use std::collections::{BTreeMap, BTreeSet};

pub static PUBLISHER_HANDLES_REFUSAL: Rule = Rule {
    name: "publisher-handles-refusal",
    group: Group::Publishers,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an event whose publisher reacts when a subscriber refuses.",
    why: "\
A fact cannot be refused. When a subscriber may fail for a business reason and the publisher of the
fact reacts to that, the two know each other's decisions: control coupling. In a saga this is
ordinary, so it is information.",
    bad: "\
id OrderId

service Order {
  query Reject(order: OrderId)
  event OrderCreated(order: OrderId)
  event OrderRejected(order: OrderId)
}

service Customer {
  command ReserveCredit(order: OrderId) { fails LimitExceeded; idempotent by order }
  event CreditReserved(order: OrderId)
  event CreditRefused(order: OrderId)
}

workflow SellOrder {
  choreographed
  correlated by order
  starts when OrderCreated

  success Approved reached by CreditReserved owned by Customer
  failure Rejected reached by OrderRejected owned by Customer

  participant Customer {
    when OrderCreated {
      step credit = Customer.ReserveCredit(order) {
        on LimitExceeded { publish CreditRefused(order); skip }
      }
      publish CreditReserved(order)
    }
  }

  participant Order {
    when CreditRefused {
      step rejected = Order.Reject(order)
      publish OrderRejected(order)
    }
  }
}
",
    good: "\
id OrderId

service Order {
  team \"orders\"
}

service Customer {
  command ReserveCredit(order: OrderId) { fails LimitExceeded; idempotent by order }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Order
  correlated by order

  success Approved
  failure Rejected

  step credit = Customer.ReserveCredit(order) {
    retry forever backoff 1s..1h
    on LimitExceeded { end Rejected }
  }
  end Approved
}
",
    help: "\
Nothing, when the saga is meant. When the publisher wants to know whether it may go on, ask with a
command and meet its failure with `on`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let obligations = cx.obligations();
    let mut told: BTreeMap<EventId, Vec<Told>> = BTreeMap::new();
    for reaction in obligations.foreign().filter(|reaction| begins_something(cx.graph, reaction.taker)) {
        for refusal in refusals(cx.graph, reaction.taker) {
            let handlers = obligations.subscriptions.iter().filter(|handler| {
                handler.event == refusal.event
                    && handler.subscriber == reaction.publisher
                    && handler.edges.iter().any(|edge| is_taken(cx.graph, &cx.graph.edge(*edge)))
            });
            if let Some(handler) = handlers.min_by_key(|handler| cx.place(handler.taker)) {
                told.entry(reaction.event).or_default().push(Told { reaction, refusal, handler });
            }
        }
    }
    told.into_values().filter_map(|told| finding(cx, told)).collect()
}

/// Somebody refuses, and the publisher hears of it.
struct Told<'c> {
    reaction: &'c Subscription,
    refusal: Refusal,
    handler: &'c Subscription,
}

/// A wait goes on with what was begun before; only a reaction or a start can be said to refuse.
fn begins_something(graph: &StepGraph, taker: NodeId) -> bool {
    match &graph.node(taker).kind {
        NodeKind::Start { .. } => true,
        NodeKind::Receive { kind, .. } => *kind == ReceiveKind::Reaction,
        _ => false,
    }
}

/// One finding for the event, whoever may refuse it.
fn finding(cx: &Context, mut told: Vec<Told>) -> Option<Finding> {
    told.sort_by_key(|told| cx.place(told.refusal.publish));
    let Told { reaction, refusal, handler } = told.first()?;
    let publisher = cx.service(reaction.publisher);
    let subscribers = cx.subscribers(told.iter().map(|told| told.reaction));
    let event = cx.model.event_name(reaction.event);
    let workflow = cx.graph.node(reaction.taker).workflow;
    let mut finding = PUBLISHER_HANDLES_REFUSAL
        .at(cx.publication(reaction.event).span, "published as a fact")
        .message(format!("{subscribers} may refuse `{event}`, and `{publisher}` reacts to that"))
        .entity(cx.event_entity(workflow, reaction.event));
    for Told { reaction, refusal, handler } in &told {
        let subscriber = cx.service(reaction.subscriber);
        let refuses = (cx.graph.node(refusal.act).span, format!("`{subscriber}` refuses here"));
        let says = (refusal.span, "and says so".to_string());
        let reacts = (handler.span, format!("`{publisher}` reacts to the refusal"));
        for (span, text) in [refuses, says, reacts] {
            if !finding.labels.iter().any(|label| label.span == span) {
                finding = finding.label(span, text);
            }
        }
    }
    let over = [reaction.taker, refusal.act, refusal.publish, handler.taker];
    Some(finding.witness(cx.witness_of_event(reaction.event, &over)).help(format!(
        "if `{publisher}` asks for permission, ask {subscribers} with a command that may fail"
    )))
}

/// A step of a line that fails for a business reason, and the event that says so.
struct Refusal {
    act: NodeId,
    publish: NodeId,
    event: EventId,
    span: crate::source::Span,
}

fn refusals(graph: &StepGraph, taker: NodeId) -> Vec<Refusal> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for act in graph.line_from(taker) {
        let failures: Vec<_> =
            graph.out_edges(act).filter(|edge| matches!(edge.edge.kind, EdgeKind::Fails(_))).collect();
        if failures.is_empty() {
            continue;
        }
        // What is published when it succeeds, too, does not tell of a refusal.
        let succeeded: BTreeSet<NodeId> = graph
            .out_edges(act)
            .filter(|edge| edge.edge.kind == EdgeKind::Next)
            .flat_map(|edge| line_with(graph, edge.to))
            .collect();
        for publish in failures.iter().flat_map(|edge| line_with(graph, edge.to)) {
            if let NodeKind::Publish { event } = graph.node(publish).kind
                && !succeeded.contains(&publish)
                && known.insert(event)
            {
                found.push(Refusal { act, publish, event, span: graph.node(publish).span });
            }
        }
    }
    found
}

fn line_with(graph: &StepGraph, from: NodeId) -> Vec<NodeId> {
    let mut line = graph.line_from(from);
    line.push(from);
    line
}
