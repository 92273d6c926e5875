//! `needless-command`: a command that a notification would do for.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{Act, EdgeKind, NodeId, NodeKind};
use crate::model::{ExprKind, LabelId, ValueKind};
use crate::source::Span;
use std::cell::LazyCell;
use std::collections::BTreeSet;

pub static NEEDLESS_COMMAND: Rule = Rule {
    name: "needless-command",
    group: Group::Publishers,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a command whose answer nobody needs, and which is notified elsewhere.",
    why: "\
Who sends a command waits on the line, and stands still while the other one is down. Where nobody reads
the answer, nothing is done when it is refused or does not come, and the same command is sent by `notify` in
another place, that waiting buys nothing.

Whether an effect is needed is not written anywhere; so this is only said of a command that the same
system declares as needless in another place, and that neither refuses, publishes, is undone, nor says
what it writes.",
    bad: r#"id OrderId

service Shop {
  team "shop"
}
service Mail {
  command Thank(order: OrderId) { idempotent by order }
}

workflow Sell(order: OrderId) {
  orchestrated by Shop
  success Sold
  notify Mail.Thank(order)
  end Sold
}

workflow SellAgain(order: OrderId) {
  orchestrated by Shop
  success Sold
  step thanked = Mail.Thank(order) { retry forever }
  end Sold
}
"#,
    good: r#"id OrderId

service Shop {
  team "shop"
}
service Mail {
  command Thank(order: OrderId) { idempotent by order }
}

workflow Sell(order: OrderId) {
  orchestrated by Shop
  success Sold
  notify Mail.Thank(order)
  end Sold
}

workflow SellAgain(order: OrderId) {
  orchestrated by Shop
  success Sold
  notify Mail.Thank(order)
  end Sold
}
"#,
    help: "Send it by `notify`. If something does hang on its being done, leave it, and say what: `fails`, `writes`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let read = LazyCell::new(|| read_answers(cx));
    let acts = cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id));
    let needless = acts.filter_map(|(id, node)| match &node.kind {
        NodeKind::Act(act) if act.is_write && act.is_remote && act.on_the_line => Some((id, &**act)),
        _ => None,
    });
    needless
        .filter(|(id, act)| {
            says_nothing_more(cx, act) && !is_met(cx, *id) && !read.contains(&place(cx, act.label))
        })
        .filter_map(|(id, act)| notified(cx, act).map(|elsewhere| finding(cx, id, act, elsewhere)))
        .collect()
}

/// The names of the steps whose answer is read, by their place.
fn read_answers(cx: &Context) -> BTreeSet<Span> {
    let written = cx.expressions();
    let inner = written.iter().flat_map(|one| one.expr.with_parts());
    inner
        .filter_map(|expr| match &expr.kind {
            ExprKind::Value { value, .. } => Some(&cx.model.values[*value]),
            _ => None,
        })
        .filter(|value| value.kind == ValueKind::Step)
        .map(|value| value.name.span)
        .collect()
}

fn place(cx: &Context, label: LabelId) -> Span {
    cx.model.labels[label].name.span
}

/// Whether its contract and its step give no hint that something hangs on it.
fn says_nothing_more(cx: &Context, act: &Act) -> bool {
    let operation = &cx.model.operations[act.operation];
    operation.fails.is_empty()
        && operation.publishes.is_empty()
        && operation.writes.is_empty()
        && act.undone.is_none()
        && act.irreversible.is_none()
        && act.pivot.is_none()
        && !cx.undo_operations.contains(&act.operation)
}

/// Whether somebody does something when it goes wrong.
fn is_met(cx: &Context, id: NodeId) -> bool {
    cx.graph.out_edges(id).any(|edge| {
        matches!(edge.edge.kind, EdgeKind::Fails(_) | EdgeKind::Outage)
            && !matches!(cx.graph.node(edge.to).kind, NodeKind::Unhandled)
    })
}

/// Where the same command is only notified.
fn notified(cx: &Context, act: &Act) -> Option<Span> {
    let notified = cx.graph.nodes().filter(|(_, node)| {
        matches!(node.kind, NodeKind::Notify { operation: Some(operation), .. } if operation == act.operation)
    });
    notified.min_by_key(|(id, _)| cx.place(*id)).map(|(_, node)| node.span)
}

fn finding(cx: &Context, id: NodeId, act: &Act, elsewhere: Span) -> Finding {
    let path = cx.model.operation_path(act.operation);
    let finding = NEEDLESS_COMMAND
        .at(act.call_span, "waits for an answer that nobody needs")
        .message(format!("nobody needs what `{path}` answers"))
        .label(elsewhere, "here it is only notified")
        .witness(cx.witness_of_place(id))
        .help(format!("send it on its way: `notify {path}(…)`"))
        .help("or say what hangs on it in its contract: what it `fails` by, what it `writes`")
        .entity(cx.entity(id));
    cx.by_origin(finding)
}
