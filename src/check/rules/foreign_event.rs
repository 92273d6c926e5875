//! `foreign-event`: a service states a fact that belongs to another.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{EdgeKind, NodeKind};

pub static FOREIGN_EVENT: Rule = Rule {
    name: "foreign-event",
    group: Group::ControlFlow,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a service that publishes an event which another service declares.",
    why: "\
An event is a fact that its publisher knows first hand, in one transaction with what it did. Who
publishes another service's event speaks for it: two services then state the same fact, at different
times, from different data, and no subscriber can tell which is true.",
    bad: "\
id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
  event OrderPaid(order: OrderId)
}

service Payments {
  command Charge(order: OrderId) { idempotent by order }
}

workflow SellOrder {
  choreographed
  correlated by order
  starts when OrderPlaced

  success Sold reached by OrderPaid owned by Payments

  participant Payments {
    when OrderPlaced {
      step charged = Payments.Charge(order)
      publish OrderPaid(order)
    }
  }
}
",
    good: "\
id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
}

service Payments {
  command Charge(order: OrderId) { idempotent by order }
  event PaymentTaken(order: OrderId)
}

workflow SellOrder {
  choreographed
  correlated by order
  starts when OrderPlaced

  success Sold reached by PaymentTaken owned by Payments

  participant Payments {
    when OrderPlaced {
      step charged = Payments.Charge(order)
      publish PaymentTaken(order)
    }
  }
}
",
    help: "\
Declare an event of the service that publishes, and let the other react to it; or move the event's
declaration to the service that knows the fact first hand.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for edge in cx.graph.edges().filter(|edge| edge.edge.kind == EdgeKind::Publishes) {
        let (publisher, message) = (cx.graph.node(edge.from), cx.graph.node(edge.to));
        let (Some(side), NodeKind::Message { event }) = (publisher.side, &message.kind) else { continue };
        let item = &cx.model.events[*event];
        if side == item.service {
            continue;
        }
        let (name, owner, event) = (cx.service(side), cx.service(item.service), cx.model.event_name(*event));
        let is_run = !matches!(publisher.kind, NodeKind::Publish { .. });
        let label = if is_run { "running it publishes its trigger" } else { "published here" };
        let finding = FOREIGN_EVENT
            .at(publisher.span, label)
            .message(format!("`{name}` publishes `{event}`, which is a fact of `{owner}`"))
            .label(item.name.span, format!("declared by `{owner}`"))
            .witness(cx.witness_of_place(edge.from))
            .entity(cx.entity(edge.from))
            .help(format!("declare an event of `{name}`, and let `{owner}` react to it"))
            .help(format!("or move `{event}` to `{name}`, if that is who knows it first"));
        findings.push(cx.by_origin(finding));
    }
    findings
}
