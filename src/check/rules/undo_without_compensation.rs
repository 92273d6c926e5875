//! `undo-without-compensation`: an undo names what nothing can take back.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind};
use crate::model::{UndoTarget, UndoneBy};

pub static UNDO_WITHOUT_COMPENSATION: Rule = Rule {
    name: "undo-without-compensation",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an `undo` of a step whose contract has nothing to undo it.",
    why: "\
`undo` runs what the contract of a step names in `undone by`. Where the contract names nothing, the \
`undo` does nothing: whoever reads the workflow believes that the step is taken back, and it is not.",
    bad: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
  event OrderWithdrawn(order: OrderId)
}
service Payments {
  command Charge(order: OrderId) { idempotent by order }
  event PaymentTaken(order: OrderId)
}

workflow PayOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Paid reached by PaymentTaken owned by Payments
  participant Payments {
    when OrderPlaced {
      step charged = Payments.Charge(order)
      publish PaymentTaken(order)
    }
    when PaymentTaken { undo charged }
  }
}
"#,
    good: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
  event OrderWithdrawn(order: OrderId)
}
service Payments {
  command Charge(order: OrderId) { undone by Refund(order); idempotent by order }
  command Refund(order: OrderId) { idempotent by order }
  event PaymentTaken(order: OrderId)
}

workflow PayOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Paid reached by PaymentTaken owned by Payments
  participant Payments {
    when OrderPlaced {
      step charged = Payments.Charge(order)
      publish PaymentTaken(order)
    }
    when PaymentTaken { undo charged }
  }
}
"#,
    help: "Add `undone by Op(…)` to the contract of the step's command, or to the step itself; or drop the `undo`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    cx.graph.nodes().filter_map(|(id, _)| finding(cx, id)).collect()
}

fn finding(cx: &Context, undo: NodeId) -> Option<Finding> {
    let NodeKind::Undo { target: UndoTarget::Label { label, name_span }, .. } = &cx.graph.node(undo).kind
    else {
        return None;
    };
    let region = cx.graph.label(*label)?.region;
    let named = &cx.model.labels[*label].name;
    let steps: Vec<NodeId> = cx
        .graph
        .nodes()
        .filter(|(_, node)| {
            matches!(node.kind, NodeKind::Act(_) | NodeKind::Run(_))
                && cx.graph.is_within(node.region, region)
        })
        .map(|(id, _)| id)
        .collect();
    if steps.iter().any(|step| says_how(cx, *step)) {
        return None;
    }
    let mut finding = UNDO_WITHOUT_COMPENSATION
        .at(*name_span, "there is nothing that takes this back")
        .message(format!("`{}` has no compensation that `undo` could run", named.text))
        .help(format!(
            "say in the contract what takes it back: `undone by …`; or drop the `undo {}`",
            named.text
        ))
        .entity(cx.entity(undo));
    for step in steps.iter().take(3) {
        if let NodeKind::Act(act) = &cx.graph.node(*step).kind {
            let contract = &cx.model.operations[act.operation];
            finding = finding.label(contract.name.span, "no `undone by` here");
        }
    }
    Some(finding)
}

/// Whether the step's contract says how it is undone, or that its effect may stay.
fn says_how(cx: &Context, step: NodeId) -> bool {
    match &cx.graph.node(step).kind {
        NodeKind::Act(act) => act.undone.is_some(),
        NodeKind::Run(run) => {
            let by = run.undone.as_ref().map(|undone| &undone.by);
            matches!(by, Some(UndoneBy::Operation { .. } | UndoneBy::Nothing { .. }))
                || cx.graph.nodes_of(run.workflow).any(|(_, node)| match &node.kind {
                    NodeKind::Act(act) => act.undone.is_some(),
                    NodeKind::Run(_) => true,
                    _ => false,
                })
        }
        _ => false,
    }
}
