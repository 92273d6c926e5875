//! `unreachable-step`: nothing ever leads to a step.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{EdgeKind, NodeId, NodeKind, ReceiveKind};

pub static UNREACHABLE_STEP: Rule = Rule {
    name: "unreachable-step",
    group: Group::ControlFlow,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a step, scope or reaction that no run can ever come to.",
    why: "\
It stands behind an `end` or a jump and nothing jumps to it, or it reacts to an event that nobody \
publishes. Either way somebody believes that it is done, and it is not. Only the first step of an \
unreachable part is reported.",
    bad: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
}
service Billing {
  command Invoice(order: OrderId) { idempotent by order }
  command Archive(order: OrderId) { idempotent by order }
  event Invoiced(order: OrderId)
  event InvoicePaid(order: OrderId)
}

workflow BillOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Billed reached by Invoiced owned by Billing
  participant Billing {
    when OrderPlaced {
      step invoiced = Billing.Invoice(order)
      publish Invoiced(order)
    }
    when InvoicePaid {
      step archived = Billing.Archive(order)
    }
  }
}
"#,
    good: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
}
service Bank {
  external
  event InvoicePaid(order: OrderId)
}
service Billing {
  command Invoice(order: OrderId) { idempotent by order }
  command Archive(order: OrderId) { idempotent by order }
  event Invoiced(order: OrderId)
}

workflow BillOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Billed reached by Invoiced owned by Billing
  participant Billing {
    when OrderPlaced {
      step invoiced = Billing.Invoice(order)
      publish Invoiced(order)
    }
    when InvoicePaid {
      step archived = Billing.Archive(order)
    }
  }
}
"#,
    help: "\
Lead a `then`, a branch or an event to it, or delete it. If the event comes from a system that is not \
described here, let an `external` service own it.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let unreachable = |id: &NodeId| !cx.occurring.contains(*id) && counts(cx, *id);
    let all: Vec<NodeId> = cx.graph.nodes().map(|(id, _)| id).filter(unreachable).collect();
    all.iter().filter(|id| !follows_from_another(cx, **id)).map(|id| finding(cx, *id)).collect()
}

/// What people wrote as something that happens.
fn counts(cx: &Context, id: NodeId) -> bool {
    match &cx.graph.node(id).kind {
        NodeKind::Merge { label } => label.is_some(),
        // Waits for what never comes are reported as `unpublished-event`.
        NodeKind::Receive { kind, .. } => *kind == ReceiveKind::Reaction,
        NodeKind::Decide | NodeKind::Fork { .. } => true,
        _ => cx.graph.is_step(id),
    }
}

/// Whether something before it is unreachable, too: then that is the cause.
fn follows_from_another(cx: &Context, id: NodeId) -> bool {
    let mut seen = vec![id];
    let mut open = vec![id];
    while let Some(at) = open.pop() {
        for edge in cx.graph.in_edges(at).filter(|edge| edge.edge.kind.is_flow()) {
            // On a cycle of unreachable steps the first one written is the cause.
            if cx.occurring.contains(edge.from) || seen.contains(&edge.from) {
                continue;
            }
            let message = matches!(cx.graph.node(edge.from).kind, NodeKind::Message { .. });
            if !message && edge.edge.kind != EdgeKind::Message && edge.from < id
                || matches!(cx.graph.node(edge.from).kind, NodeKind::Receive { .. } | NodeKind::Start { .. })
                || counts(cx, edge.from) && edge.from != id && !leads_back(cx, id, edge.from)
            {
                return true;
            }
            seen.push(edge.from);
            open.push(edge.from);
        }
    }
    false
}

fn leads_back(cx: &Context, from: NodeId, to: NodeId) -> bool {
    from < to && cx.graph.downstream(from).binary_search(&to).is_ok()
}

fn finding(cx: &Context, id: NodeId) -> Finding {
    let node = cx.graph.node(id);
    let name = cx.short_name(id);
    if let NodeKind::Receive { trigger, .. } = &node.kind {
        let side = node.side.map_or("", |side| cx.service(side));
        let missing =
            trigger.terms.iter().find(|(event, _)| !cx.occurring.contains(cx.graph.message(*event)));
        let (event, span) =
            missing.map_or((name.clone(), node.span), |(event, span)| (cx.model.event_name(*event), *span));
        return UNREACHABLE_STEP
            .at(span, "nobody publishes this")
            .message(format!("`{side}` never reacts to `{name}`"))
            .help(format!(
                "publish `{event}`, or let an `external` service own it if it comes from elsewhere"
            ))
            .entity(cx.entity(id));
    }
    if cx.is_imported(node.span) {
        let what = if name.is_empty() { "this".to_string() } else { format!("state `{name}`") };
        return UNREACHABLE_STEP
            .at(node.span, "no run comes here")
            .message(format!("{what} is never reached"))
            .help("lead a `Next`, a `Catch` or a choice to it, or delete it")
            .entity(cx.entity(id));
    }
    let what = match (&node.kind, name.is_empty()) {
        (NodeKind::Merge { .. }, _) => format!("scope `{name}`"),
        (NodeKind::End { .. }, _) => format!("`end {name}`"),
        (NodeKind::Publish { .. }, _) => format!("`publish {name}`"),
        (NodeKind::Notify { .. }, _) => format!("`notify {name}`"),
        (NodeKind::Act(_) | NodeKind::Run(_), _) => format!("step `{name}`"),
        (NodeKind::Decide, _) => "this choice".to_string(),
        (_, false) => format!("`{name}`"),
        (_, true) => "this".to_string(),
    };
    UNREACHABLE_STEP
        .at(node.span, "no run comes here")
        .message(format!("{what} is never reached"))
        .help("lead a `then` or a branch to it, or delete it")
        .entity(cx.entity(id))
}
