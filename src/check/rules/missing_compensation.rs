//! `missing-compensation`: a failing run leaves a write behind that nothing can take back.

use crate::check::Context;
use crate::check::leftovers::{Leftover, Why, leftovers};
use crate::explore::{DELIVERY, Move, Status, Stop};
use crate::finding::{Confidence, Finding, Fix, Group, Profile, Rule, Severity};
use crate::graph::NodeKind;
use crate::model::{UndoneBy, WorkflowId};

pub static MISSING_COMPENSATION: Rule = Rule {
    name: "missing-compensation",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
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
  command Pack(order: OrderId) {
    fails OutOfStock
    irreversible
    idempotent by order
  }
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
  command Charge(order: OrderId) -> ChargeId { undone by Refund(reply); idempotent by order }
  command Refund(charge: ChargeId) { idempotent by charge }
}
service Warehouse {
  command Pack(order: OrderId) {
    fails OutOfStock
    irreversible
    idempotent by order
  }
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
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter() {
        let left = leftovers(cx, id, Why::NothingUndoesIt);
        if left.is_empty() {
            continue;
        }
        if cx.is_imported(workflow.span) && !takes_something_back(cx, id) {
            findings.push(summary(cx, id, &left));
        } else {
            findings.extend(left.iter().map(|leftover| finding(cx, leftover)));
        }
    }
    findings
}

/// Whether the workflow is written as a saga: some step of it can be taken back.
fn takes_something_back(cx: &Context, workflow: WorkflowId) -> bool {
    cx.graph.nodes_of(workflow).any(|(_, node)| match &node.kind {
        NodeKind::Act(act) => {
            act.undone.as_ref().is_some_and(|undone| matches!(undone.by, UndoneBy::Operation { .. }))
        }
        _ => false,
    })
}

/// A machine in a format that cannot say what undoes a step, and that takes nothing back: whether it
/// should is for its owners to say, so it is told once and not for every step.
fn summary(cx: &Context, id: WorkflowId, left: &[Leftover]) -> Finding {
    let workflow = &cx.model.workflows[id];
    let mut finding = MISSING_COMPENSATION
        .at(workflow.name.span, "takes nothing back when it fails")
        .severity(Severity::Info)
        .confidence(Confidence::Medium)
        .message(format!("`{}` fails with {} of its steps done, and takes none back", workflow.name.text, left.len()))
        .help("if their effects may stay, nothing is missing; else add states that take them back, as a saga does")
        .entity(workflow.name.text.to_string());
    for leftover in left.iter().take(3) {
        finding = finding.label(cx.graph.node(leftover.act).span, "stays done");
    }
    // INVARIANT: a summary is made of at least one leftover.
    let first = &left[0];
    let moves = first.runs.witness(first.end);
    finding
        .run(cx.witness_of_run_with(first.act, &moves), DELIVERY)
        .left(cx.left_behind(first.runs, first.end))
}

/// A command that has yet to be written, and an `undo all` where the failing run has none.
fn stub(cx: &Context, leftover: &Leftover, moves: &[Move]) -> Option<Fix> {
    let NodeKind::Act(act) = &cx.graph.node(leftover.act).kind else { return None };
    let what = cx.model.operation_path(act.operation);
    let fix = cx.stub_of_undo(
        act.operation,
        Fix::daring(format!("add a command that undoes `{what}`, yet to be written")),
    )?;
    match &leftover.end.stop {
        _ if cx.is_undoing(moves) => Some(fix),
        Stop::Complete { at } => cx.undo_before(*at, fix),
        Stop::Unwound { .. } | Stop::Stuck { .. } => None,
    }
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
    let moves = leftover.runs.witness(leftover.end);
    let mut finding = MISSING_COMPENSATION
        .at(call, format!("{state} {when}"))
        .message(format!("`{what}` is not undone {when}"))
        .run(cx.witness_of_run_with(leftover.act, &moves), DELIVERY)
        .left(cx.left_behind(leftover.runs, leftover.end))
        .entity(cx.entity(leftover.act));
    finding = if cx.is_imported(node.span) {
        finding.what_if("with a state on that way that takes it back, nothing would be left").help(
            "if its effect may not stay, add a state that takes it back, and lead the failing way there",
        )
    } else {
        let place = match &node.kind {
            NodeKind::Run(run) => format!("`{}`", cx.model.workflows[run.workflow].name.text),
            _ => format!("the contract of `{what}`"),
        };
        finding
            .label(contract, "nothing here says how it is undone")
            .what_if(format!("with an `undone by` in {place}, an `undo` in that run would take it back"))
            .help(format!("say what takes it back: `undone by …` in {place}"))
            .help("if the effect may stay, say so: `undone by nothing because \"…\"`")
            .fix(stub(cx, leftover, &moves))
    };
    cx.by_choices(finding, &moves)
}
