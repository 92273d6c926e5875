//! `missing-compensation`: a failing run leaves a write behind that nothing can take back.

use crate::check::Context;
use crate::check::leftovers::{Leftover, Why, leftovers};
use crate::explore::{Status, Stop};
use crate::finding::{Confidence, Finding, Group, Rule, Severity};
use crate::graph::NodeKind;

pub static MISSING_COMPENSATION: Rule = Rule {
    name: "missing-compensation",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    reports: "Reports a command that stays done when the run fails, because nothing says how to undo it.",
    why: "\
A workflow over several services has no common transaction. When it fails half way, what was done \
before has to be taken back by commands of its own: compensations, as in a saga (Garcia-Molina and \
Salem, 1987). A command without one leaves its effect behind in every failing run: money is charged \
for an order that was cancelled.

wfc explores every run that reaches a failure end through declared branches, passed limits included, \
and looks at what is still done then. Queries, declared residues, the pivot and what follows it, undo \
steps themselves, and what is only reached after a refusal do not count.",
    bad: r#"id OrderId

service Shop { }
service Payments {
  command Charge(order: OrderId) { idempotent by order }
}
service Warehouse {
  command Pack(order: OrderId) { fails OutOfStock; irreversible; idempotent by order }
}

workflow FulfilOrder(order: OrderId) {
  orchestrated by Shop
  success Fulfilled
  failure Cancelled

  step charged = Payments.Charge(order) { retry forever backoff 1s..1h }
  step packed = Warehouse.Pack(order) {
    pivot
    retry forever backoff 1s..1h
    on OutOfStock { undo all; end Cancelled }
  }
  end Fulfilled
}
"#,
    good: r#"id OrderId
id ChargeId

service Shop { }
service Payments {
  command Charge(order: OrderId) -> ChargeId {
    undone by Refund(reply)
    idempotent by order
  }
  command Refund(charge: ChargeId) { idempotent by charge }
}
service Warehouse {
  command Pack(order: OrderId) { fails OutOfStock; irreversible; idempotent by order }
}

workflow FulfilOrder(order: OrderId) {
  orchestrated by Shop
  success Fulfilled
  failure Cancelled

  step charged = Payments.Charge(order) { retry forever backoff 1s..1h }
  step packed = Warehouse.Pack(order) {
    pivot
    retry forever backoff 1s..1h
    on OutOfStock { undo all; end Cancelled }
  }
  end Fulfilled
}
"#,
    help: "\
Say in the command's contract what takes it back: `undone by Refund(reply)`. If its effect may stay, \
say so: `undone by nothing because \"…\"`. If it cannot be taken back, mark it `irreversible` and move \
it behind everything that may fail.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let leftovers = cx.model.workflows.ids().flat_map(|workflow| leftovers(cx, workflow));
    leftovers
        .filter(|leftover| leftover.why == Why::NothingUndoesIt)
        .map(|leftover| finding(cx, &leftover))
        .collect()
}

fn finding(cx: &Context, leftover: &Leftover) -> Finding {
    let node = cx.graph.node(leftover.act);
    let name = cx.short_name(leftover.act);
    let (call, what, contract) = match &node.kind {
        NodeKind::Act(act) => {
            let operation = &cx.model.operations[act.operation];
            (act.call_span, cx.model.operation_path(act.operation), operation.name.span)
        }
        NodeKind::Run(run) => {
            let child = &cx.model.workflows[run.workflow];
            (run.call_span, format!("run {}", child.name.text), child.name.span)
        }
        _ => (node.span, name.clone(), node.span),
    };
    let unwound = matches!(leftover.end.stop, Stop::Unwound { .. });
    let state = match leftover.status {
        Status::Unknown => "may be done",
        _ => "is done",
    };
    let end = leftover.end.goals.iter().map(|goal| &cx.model.goals[*goal]);
    let failure = end.clone().find(|goal| goal.kind == crate::model::GoalKind::Failure);
    let when = match failure {
        Some(goal) if !unwound => format!("when the run ends in `{}`", goal.name.text),
        _ => "when the finished run is unwound".to_string(),
    };
    let finding = MISSING_COMPENSATION
        .at(call, format!("{state} {when}"))
        .message(format!("`{what}` is not undone {when}"))
        .label(contract, "nothing here says how it is undone")
        .witness(cx.witness_of_run(&leftover.runs.witness(leftover.end)))
        .help(format!("say what takes it back: `undone by …` in the contract of `{what}`"))
        .help("if the effect may stay, say so: `undone by nothing because \"…\"`")
        .entity(cx.entity(leftover.act));
    cx.by_choices(finding, &leftover.runs.witness(leftover.end))
}
