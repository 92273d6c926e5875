//! `contradictory-ends`: one run reaches a success and a failure.

use crate::check::Context;
use crate::check::contradictions::{Contradiction, contradictions};
use crate::explore::DELIVERY;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};

pub static CONTRADICTORY_ENDS: Rule = Rule {
    name: "contradictory-ends",
    group: Group::ControlFlow,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a run that reaches both a success and a failure of the same workflow.",
    why: "\
In a choreography nobody stops the others. Where one service goes on without waiting for what another \
may refuse, a run can succeed and fail at once: the parcel is shipped and the payment declined. A \
failure that follows from a refusal behind the success's own event is a later chapter and not reported.

wfc explores the runs in which everybody reacts in time.",
    bad: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
}
service Payments {
  query Charge(order: OrderId) { fails Declined }
  event PaymentDeclined(order: OrderId)
}
service Warehouse {
  query Ship(order: OrderId)
  event OrderShipped(order: OrderId)
}

workflow FulfilOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Fulfilled reached by OrderShipped owned by Warehouse
  failure Cancelled reached by PaymentDeclined owned by Payments
  participant Payments {
    when OrderPlaced {
      step charged = Payments.Charge(order) { on Declined { publish PaymentDeclined(order); skip } }
    }
  }
  participant Warehouse {
    when OrderPlaced {
      step shipped = Warehouse.Ship(order)
      publish OrderShipped(order)
    }
  }
}
"#,
    good: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
}
service Payments {
  query Charge(order: OrderId) { fails Declined }
  event PaymentTaken(order: OrderId)
  event PaymentDeclined(order: OrderId)
}
service Warehouse {
  query Ship(order: OrderId)
  event OrderShipped(order: OrderId)
}

workflow FulfilOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Fulfilled reached by OrderShipped owned by Warehouse
  failure Cancelled reached by PaymentDeclined owned by Payments
  participant Payments {
    when OrderPlaced {
      step charged = Payments.Charge(order) { on Declined { publish PaymentDeclined(order); skip } }
      publish PaymentTaken(order)
    }
  }
  participant Warehouse {
    when PaymentTaken {
      step shipped = Warehouse.Ship(order)
      publish OrderShipped(order)
    }
  }
}
"#,
    help: "\
Let the service that reaches the success wait for the event that says that the other one did not \
refuse. Or undo the success where the failure becomes known, and make that the failure's event.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let all = cx.model.workflows.ids().flat_map(|workflow| contradictions(cx, workflow));
    all.map(|contradiction| finding(cx, &contradiction)).collect()
}

fn finding(cx: &Context, contradiction: &Contradiction) -> Finding {
    let success = &cx.model.goals[contradiction.success];
    let failure = &cx.model.goals[contradiction.failure];
    let moves = contradiction.runs.witness(contradiction.end);
    let finding = CONTRADICTORY_ENDS
        .at(failure.name.span, "a run reaches this")
        .message(format!("one run reaches both `{}` and `{}`", success.name.text, failure.name.text))
        .label(success.name.span, "and this as well")
        .run(cx.witness_of_run(&moves), DELIVERY)
        .left(cx.left_behind(contradiction.runs, contradiction.end))
        .help(format!(
            "let what leads to `{}` wait until `{}` is ruled out",
            success.name.text, failure.name.text
        ))
        .entity(format!("{}/{}", cx.entity(cx.graph.goal(contradiction.success)), failure.name.text));
    cx.by_choices(finding, &moves)
}
