//! `missing-goal`: a workflow without any end.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};

pub static MISSING_GOAL: Rule = Rule {
    name: "missing-goal",
    group: Group::Data,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a workflow that names no end.",
    why: "\
A workflow is there for something. Without a named end nobody can say whether a run reached it, who
answers for it, or which subscriptions it needs: most of what wfc finds is about ends, so a workflow
without one is hardly checked.",
    bad: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
}
service Billing {
  command Invoice(order: OrderId) { idempotent by order }
}

workflow BillOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  participant Billing {
    when OrderPlaced {
      step invoiced = Billing.Invoice(order)
    }
  }
}
"#,
    good: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
}
service Billing {
  command Invoice(order: OrderId) { idempotent by order }
  event OrderInvoiced(order: OrderId)
}

workflow BillOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Billed reached by OrderInvoiced owned by Billing
  participant Billing {
    when OrderPlaced {
      step invoiced = Billing.Invoice(order)
      publish OrderInvoiced(order)
    }
  }
}
"#,
    help: "\
Name what the workflow is for: `success Billed`, with `reached by` the event that says so in a
choreography, and an `end Billed` in an orchestrated one.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for workflow in cx.model.workflows.values() {
        if !workflow.goals.is_empty() {
            continue;
        }
        let name = &workflow.name.text;
        let finding = MISSING_GOAL
            .at(workflow.name.span, "what is it for?")
            .message(format!("`{name}` names no end"))
            .help("name what it is for, `success …`, and how it may fail, `failure …`")
            .entity(name.to_string());
        findings.push(match cx.is_imported(workflow.span) {
            true => finding.severity(Severity::Info).at_most(Confidence::Medium),
            false => finding,
        });
    }
    findings
}
