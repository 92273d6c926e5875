//! Effects that may happen twice.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Fix, Group, Profile, Rule, Severity};
use crate::graph::{Act, NodeId, NodeKind, RegionKind};
use crate::model::{OperationId, WorkflowId};
use crate::source::Span;
use std::collections::BTreeMap;

pub static UNSAFE_RETRY: Rule = Rule {
    name: "unsafe-retry",
    group: Group::Resilience,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a command that may be sent more than once and has no idempotency key.",
    why: "After an outage nobody knows whether the command was done: the answer may have been lost and not the \
          request. Sent again without a key, it charges the card twice. The same holds for commands in a \
          participant's reaction: events are delivered at least once, and with them whatever the reaction \
          does. A receiver that knows a message again is an idempotent one (Hohpe and Woolf, 2003).\n\n\
          A query leaves no trace and needs no key.",
    bad: "\
id OrderId

service Shop {
  team \"storefront\"
}
service Payments {
  command Charge(order: OrderId)
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold

  step charged = Payments.Charge(order) { retry 3 times backoff 1s..10s }
  end Sold
}
",
    good: "\
id OrderId

service Shop {
  team \"storefront\"
}
service Payments {
  command Charge(order: OrderId) { idempotent by order }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold

  step charged = Payments.Charge(order) { retry 3 times backoff 1s..10s }
  end Sold
}
",
    help: "Name the fields by which the service recognises a command that it has had before: `idempotent by \
           order`, in the command's contract. If it really changes nothing, declare it a `query`. If it can \
           have no key, do not retry it: meet the outage with a branch instead.",
    example_language: "wfc",
};

/// Why a command is sent again, and where that is said.
struct Again {
    step: NodeId,
    span: Span,
    is_retry: bool,
}

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut unsafe_sends: BTreeMap<(WorkflowId, OperationId), Vec<Again>> = BTreeMap::new();
    for (step, node) in cx.graph.nodes() {
        let (NodeKind::Act(act), Some(workflow)) = (&node.kind, node.workflow) else { continue };
        if !cx.occurring.contains(step) || !lacks_key(cx, act) {
            continue;
        }
        if let Some(again) = sent_again(cx, step, act) {
            unsafe_sends.entry((workflow, act.operation)).or_default().push(again);
        }
    }
    unsafe_sends.into_iter().map(|((_, operation), sends)| of_command(cx, operation, &sends)).collect()
}

/// A command without a key, in a contract that could have stated one.
fn lacks_key(cx: &Context, act: &Act) -> bool {
    let operation = &cx.model.operations[act.operation];
    act.is_write && operation.idempotent_by.is_none() && !cx.is_imported(operation.span)
}

fn sent_again(cx: &Context, step: NodeId, act: &Act) -> Option<Again> {
    if let Some(retry) = &act.retry {
        return Some(Again { step, span: retry.span, is_retry: true });
    }
    let reaction = reaction_around(cx, step)?;
    Some(Again { step, span: reaction, is_retry: false })
}

/// The trigger of the reaction that a step stands in: it is delivered at least once.
fn reaction_around(cx: &Context, step: NodeId) -> Option<Span> {
    let mut at = Some(cx.graph.node(step).region);
    while let Some(id) = at {
        let region = cx.graph.region(id);
        if region.kind == RegionKind::Reaction {
            let line = cx.graph.line_to(step);
            let woken =
                line.iter().find(|node| matches!(cx.graph.node(**node).kind, NodeKind::Receive { .. }));
            return woken.map(|node| cx.graph.node(*node).span);
        }
        at = region.parent;
    }
    None
}

fn of_command(cx: &Context, operation: OperationId, sends: &[Again]) -> Finding {
    // INVARIANT: only commands with at least one send are collected.
    let first = &sends[0];
    let path = cx.model.operation_path(operation);
    let declared = &cx.model.operations[operation];
    let reason = if first.is_retry { "is retried" } else { "comes with an event that may come twice" };
    let mut finding = UNSAFE_RETRY
        .at(cx.graph.node(first.step).span, format!("`{path}` may be done twice here"))
        .message(format!("`{path}` {reason}, and has no idempotency key"))
        .entity(cx.entity(first.step));
    for (at, again) in sends.iter().enumerate() {
        if at > 0 {
            finding = finding.label(cx.graph.node(again.step).span, "and here");
        }
        let why = if again.is_retry { "sent again from here" } else { "delivered at least once" };
        finding = finding.label(again.span, why);
    }
    finding = finding.fix(cx.only_id(declared).map(|key| {
        let entry = format!("idempotent by {}", key.text);
        Fix::daring(format!("let the service know it again by `{}`", key.text)).last_in(declared.span, entry)
    }));
    let field = declared.fields.first().map_or("…", |field| field.name.text.as_str());
    let what_if = if first.is_retry {
        format!("when the answer to `{path}` is lost and not the request, the retry does it a second time")
    } else {
        format!("when the event is delivered again, `{path}` is done a second time")
    };
    finding = finding.label(declared.name.span, "no `idempotent by` in its contract").what_if(what_if).help(
        format!(
            "say by what the service knows it again: `idempotent by {field}` in `{}`",
            declared.name.text
        ),
    );
    if first.is_retry {
        finding = finding.help("if it cannot know it again, meet the outage with a branch and do not retry");
    } else {
        finding = finding
            .help("if it changes nothing, declare it a `query`: that may be asked as often as one likes");
    }
    cx.by_origin(finding)
}
