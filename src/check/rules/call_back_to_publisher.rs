//! `call-back-to-publisher`: a reaction that calls whoever published the event.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{Act, NodeId, NodeKind, ReceiveKind, Trigger};
use crate::model::{EventId, OperationKind};
use crate::source::Span;

pub static CALL_BACK_TO_PUBLISHER: Rule = Rule {
    name: "call-back-to-publisher",
    group: Group::Coupling,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a reaction that calls the publisher of its event, on the line.",
    why: "\
An event lets its publisher go on, and be down while others react. A reaction that calls the publisher
takes both back: it works only while the publisher is up, all its subscribers call at the same moment,
and what they are told may be newer than the event.

In a reaction of a choreography any call is reported; where an event begins a conducted workflow, only a
question that is asked before anything is waited for. A conductor may well send its publisher a command
later on.",
    bad: "\
id OrderId

service Shop {
  query Items(order: OrderId) -> list of string
  event OrderPlaced(order: OrderId)
}
service Warehouse {
  command Pack(order: OrderId, items: list of string) { idempotent by order }
  event OrderPacked(order: OrderId)
}

workflow PackOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Packed reached by OrderPacked owned by Warehouse

  participant Warehouse {
    when OrderPlaced {
      step items = Shop.Items(order)
      step packed = Warehouse.Pack(order, items)
      publish OrderPacked(order)
    }
  }
}
",
    good: "\
id OrderId

service Shop {
  event OrderPlaced(order: OrderId, items: list of string)
}
service Warehouse {
  command Pack(order: OrderId, items: list of string) { idempotent by order }
  event OrderPacked(order: OrderId)
}

workflow PackOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Packed reached by OrderPacked owned by Warehouse

  participant Warehouse {
    when OrderPlaced {
      step packed = Warehouse.Pack(order, OrderPlaced.items)
      publish OrderPacked(order)
    }
  }
}
",
    help: "\
Let the event carry what its subscribers ask for. Where the publisher is to be told something, publish
it, or send it a `notify`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (taker, node) in cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id)) {
        let conducted = node.workflow.is_some_and(|id| !cx.model.workflows[id].is_choreographed());
        let trigger = match &node.kind {
            NodeKind::Receive { kind: ReceiveKind::Reaction | ReceiveKind::Interrupt, trigger } => trigger,
            NodeKind::Start { trigger: Some(trigger) } if conducted => trigger,
            _ => continue,
        };
        let is_of_publisher = |kind: &NodeKind| match kind {
            NodeKind::Act(act) => published_by(cx, trigger, act).is_some(),
            _ => false,
        };
        let own = node.workflow.into_iter().flat_map(|id| cx.graph.nodes_of(id));
        if !own.into_iter().any(|(_, other)| is_of_publisher(&other.kind)) {
            continue;
        }
        for id in cx.graph.at_once_behind(taker) {
            let NodeKind::Act(act) = &cx.graph.node(id).kind else { continue };
            let is_asked = cx.model.operations[act.operation].kind == OperationKind::Query;
            if !act.is_remote || !act.on_the_line || (conducted && !is_asked) {
                continue;
            }
            if let Some((event, span)) = published_by(cx, trigger, act) {
                findings.push(finding(cx, taker, id, act, event, span));
            }
        }
    }
    findings
}

/// The event of the trigger that the called service published.
fn published_by(cx: &Context, trigger: &Trigger, act: &Act) -> Option<(EventId, Span)> {
    let mut terms = trigger.terms.iter().copied();
    terms.find(|(event, _)| cx.model.events[*event].service == act.service)
}

fn finding(cx: &Context, taker: NodeId, id: NodeId, act: &Act, event: EventId, span: Span) -> Finding {
    let publisher = cx.service(act.service);
    let event = cx.model.event_name(event);
    let side = cx.graph.node(id).side.map_or("", |side| cx.service(side));
    let (verb, cure) = match cx.model.operations[act.operation].kind {
        OperationKind::Query => ("asks", format!("let `{event}` carry what is asked for")),
        OperationKind::Command => (
            "calls",
            format!("publish what has happened, and let `{publisher}` react; or tell it by `notify`"),
        ),
    };
    let finding = CALL_BACK_TO_PUBLISHER
        .at(act.call_span, format!("waits for `{publisher}` on the line"))
        .message(format!("`{side}` {verb} `{publisher}` back about its own event `{event}`"))
        .label(span, format!("`{publisher}` published this"))
        .witness(cx.witness_of_path(&[taker, id]))
        .help(cure)
        .entity(cx.entity(id));
    cx.by_origin(finding)
}
