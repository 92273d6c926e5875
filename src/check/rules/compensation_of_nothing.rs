//! `compensation-of-nothing`: what takes a step back runs though the step was never done.

use crate::check::Context;
use crate::check::phrases::quoted;
use crate::explore::{DELIVERY, Move, Timers};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{Act, EdgeKind, Guard, NodeId, NodeKind};
use crate::model::spoken::value_reads;
use crate::model::{Expr, StatementKind, UndoneBy, ValueId, WorkflowId};
use crate::source::Span;
use std::collections::BTreeSet;

pub static COMPENSATION_OF_NOTHING: Rule = Rule {
    name: "compensation-of-nothing",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a compensation, written as a step of its own, that runs in a run in which there is nothing to take back.",
    why: "\
`undo` passes over what was not done. A compensation that is called like any other step does not: it \
refunds a payment that was refused, or never tried.

wfc explores every run and looks whether one of the steps that the command takes back has been done, or \
may have been, when it runs. A command that tolerates it is not reported: its contract can refuse, or a \
condition on the way to it reads the answer of the step. A key does not say that much: it makes a second \
call act once, and not a first one act never.",
    bad: r#"id OrderId

service Shop { }
service Payments {
  command Charge(order: OrderId) {
    fails CardDeclined
    undone by Refund(order)
    idempotent by order
  }
  command Refund(order: OrderId) { idempotent by order }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  success Sold
  failure NotSold

  step charged = Payments.Charge(order) { retry forever backoff 1s..1h }
  end Sold

  on CardDeclined {
    step refunded = Payments.Refund(order) { retry forever backoff 1s..1h }
    end NotSold
  }
}
"#,
    good: r#"id OrderId

service Shop { }
service Payments {
  command Charge(order: OrderId) {
    fails CardDeclined
    undone by Refund(order)
    idempotent by order
  }
  command Refund(order: OrderId) { idempotent by order }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  success Sold
  failure NotSold

  step charged = Payments.Charge(order) { retry forever backoff 1s..1h }
  end Sold

  on CardDeclined { undo charged; end NotSold }
}
"#,
    help: "\
Write `undo` and the name of the step: it runs the same command, and only when there is something to \
take back. Or ask first: `if charged != none { … }`. Or let the contract say that it may find nothing: \
`fails NothingToRefund`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    cx.model.workflows.ids().flat_map(|workflow| of_workflow(cx, workflow)).collect()
}

fn of_workflow(cx: &Context, workflow: WorkflowId) -> Vec<Finding> {
    let mut looked_at = Vec::new();
    for (step, node) in cx.graph.nodes_of(workflow) {
        let NodeKind::Act(act) = &node.kind else { continue };
        if !cx.undo_operations.contains(&act.operation) || !cx.occurring.contains(step) {
            continue;
        }
        let undone = undone_by(cx, workflow, act);
        if !undone.is_empty() && !tolerates(cx, step, act, &undone) {
            looked_at.push((step, undone));
        }
    }
    if looked_at.is_empty() {
        return Vec::new();
    }
    let shown = cx.runs(workflow, Timers::Hasty).done_without(looked_at);
    shown.iter().filter_map(|((step, undone), moves)| finding(cx, *step, undone, moves)).collect()
}

/// The steps of the workflow that the command takes back.
fn undone_by(cx: &Context, workflow: WorkflowId, compensation: &Act) -> Vec<NodeId> {
    let steps = cx.graph.nodes_of(workflow).filter(|(_, node)| {
        let undone = match &node.kind {
            NodeKind::Act(act) => &act.undone,
            NodeKind::Run(run) => &run.undone,
            _ => return false,
        };
        undone.as_ref().is_some_and(|undone| {
            matches!(&undone.by, UndoneBy::Operation { operation, .. } if *operation == compensation.operation)
        })
    });
    steps.map(|(step, _)| step).collect()
}

/// Whether the command can say that it found nothing, or is only called when a step has answered.
fn tolerates(cx: &Context, step: NodeId, act: &Act, undone: &[NodeId]) -> bool {
    let asked = conditions_on(cx, undone);
    let is_asked = |before: &NodeId| {
        cx.graph.out_edges(*before).any(|edge| {
            edge.edge.kind == EdgeKind::Guard(Guard::Condition) && asked.contains(&edge.edge.span)
        })
    };
    !cx.model.operations[act.operation].fails.is_empty() || cx.graph.line_to(step).iter().any(is_asked)
}

/// Where conditions stand that read the answer of one of the steps.
fn conditions_on(cx: &Context, steps: &[NodeId]) -> BTreeSet<Span> {
    let value = |step: &NodeId| {
        let label = match &cx.graph.node(*step).kind {
            NodeKind::Act(act) => act.label,
            NodeKind::Run(run) => run.label,
            _ => return None,
        };
        let name = &cx.model.labels[label].name;
        cx.model.values.iter().find(|(_, value)| value.name.span == name.span).map(|(id, _)| id)
    };
    let values: Vec<ValueId> = steps.iter().filter_map(value).collect();
    let reads = |expr: &Expr| value_reads(expr).iter().any(|value| values.contains(value));
    let mut found = BTreeSet::new();
    let blocks = cx.model.workflows.ids().flat_map(|workflow| cx.blocks(workflow));
    for statement in blocks.flat_map(|block| &block.statements) {
        if let StatementKind::If { branches, .. } = &statement.kind {
            found.extend(branches.iter().filter(|(expr, _)| reads(expr)).map(|(expr, _)| expr.span));
        }
    }
    found
}

fn finding(cx: &Context, step: NodeId, undone: &[NodeId], moves: &[Move]) -> Option<Finding> {
    let NodeKind::Act(act) = &cx.graph.node(step).kind else { return None };
    let operation = cx.model.operation_path(act.operation);
    let names: Vec<String> = undone.iter().map(|step| cx.short_name(*step)).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    let mut finding = COMPENSATION_OF_NOTHING
        .at(act.call_span, "runs although there is nothing to take back")
        .message(format!("`{operation}` runs although {} {verb} not done", quoted(&names)));
    for step in undone.iter().take(3) {
        finding = finding.label(cx.graph.node(*step).span, "this is what it takes back");
    }
    let finding = finding
        .run(cx.witness_of_run(moves), DELIVERY)
        .help(format!(
            "write `undo {}` instead: it passes over what was not done",
            names.first().map_or("", String::as_str)
        ))
        .help(format!("or let `{operation}` say that it found nothing: `fails …` in its contract"))
        .entity(cx.entity(step));
    Some(cx.by_choices(finding, moves))
}
