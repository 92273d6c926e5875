//! `unpublished-event`: something waits for an event that nobody publishes.

use crate::check::Context;
use crate::finding::{Assumption, Confidence, Finding, Ground, Group, Profile, Rule, Severity};
use crate::graph::{EdgeKind, EdgeView, NodeKind, ReceiveKind, Timer};
use crate::model::EventId;

pub static UNPUBLISHED_EVENT: Rule = Rule {
    name: "unpublished-event",
    group: Group::ControlFlow,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a wait for an event that nobody publishes.",
    why: "\
The wait never ends, or ends only by its limit; the alternative is never taken; the watch always goes
off. Mostly somebody forgot to publish, or listens to the wrong one of two events.

Events of external services come from outside, and what starts a workflow may. A reaction that can
never run because of a missing event is an `unreachable-step`.",
    bad: "\
id OrderId

service Shop {
  team \"storefront\"
}

service Payments {
  event PaymentTaken(order: OrderId)
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Sold
  success Kept
  wait for any { when PaymentTaken { end Sold }; within 1d else { end Kept } }
}
",
    good: "\
id OrderId

service Shop {
  team \"storefront\"
}

service Payments {
  external
  event PaymentTaken(order: OrderId)
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Sold
  success Kept
  wait for any { when PaymentTaken { end Sold }; within 1d else { end Kept } }
}
",
    help: "\
Publish it where it happens; say at the command it follows from that it `publishes` it; or, when it
comes from a system that is not described here, let an `external` service own it.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    cx.model
        .events
        .ids()
        .filter(|event| is_unpublished(cx, *event))
        .filter_map(|event| of_event(cx, event))
        .collect()
}

fn is_unpublished(cx: &Context, event: EventId) -> bool {
    !cx.graph.is_environment(event) && cx.graph.publications(event).next().is_none()
}

fn of_event(cx: &Context, event: EventId) -> Option<Finding> {
    let message = cx.graph.message(event);
    let mut waits: Vec<EdgeView> =
        cx.graph.out_edges(message).filter(|edge| waits_otherwise(cx, edge)).collect();
    waits.sort_by_key(|edge| (cx.place(edge.to), edge.edge.span.start));
    let (first, others) = waits.split_first()?;
    let item = &cx.model.events[event];
    let (name, owner) = (cx.model.event_name(event), cx.service(item.service));
    let mut finding = UNPUBLISHED_EVENT
        .at(first.edge.span, "waited for here")
        .message(format!("nobody publishes `{name}`"))
        .entity(cx.entity(first.to));
    for wait in others {
        finding = finding.label(wait.edge.span, "and here");
    }
    finding = finding
        .label(item.name.span, format!("declared by `{owner}`"))
        .witness(cx.witness_of_place(first.to));
    let follows = cx
        .model
        .operations
        .iter()
        .find(|(_, operation)| operation.publishes.iter().any(|(published, _)| *published == event));
    let finding = match follows {
        Some((operation, _)) => {
            let operation = cx.model.operation_path(operation);
            finding.help(format!("it would follow from `{operation}`, which nobody sends"))
        }
        None => {
            let (severity, confidence) = (finding.severity, finding.confidence);
            finding
                .help(format!("publish it on the side of `{owner}`, or say which command `publishes {name}`"))
                .resting_on(Assumption {
                    ground: Ground::World,
                    settle: format!(
                        "if it comes from a system that is not described here, `{owner}` is `external`"
                    ),
                    severity,
                    confidence,
                })
        }
    };
    Some(cx.by_origin(finding))
}

/// Whether only this event keeps the taker from going on: a conductor stands at it, a watch runs for
/// it, or the other disjuncts of a reaction can occur.
fn waits_otherwise(cx: &Context, edge: &EdgeView) -> bool {
    let is_asked = || {
        let lines = cx.graph.in_edges(edge.to).filter(|edge| edge.edge.kind != EdgeKind::Message);
        lines.into_iter().any(|line| cx.occurring.contains(line.from))
    };
    match &cx.graph.node(edge.to).kind {
        NodeKind::Receive { kind, .. } => match kind {
            ReceiveKind::Reaction => cx.occurring.contains(edge.to),
            ReceiveKind::Wait | ReceiveKind::Alternative | ReceiveKind::Interrupt => is_asked(),
            ReceiveKind::Late => false,
        },
        NodeKind::Timer(Timer::Watch { .. }) => match edge.edge.kind {
            EdgeKind::Disarms => cx.occurring.contains(edge.to),
            _ => true,
        },
        _ => false,
    }
}
