//! Commands that are sent to a service which does not know them.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity, suggest};
use crate::graph::NodeKind;
use crate::model::{OperationId, Service, World};

pub static UNHANDLED_COMMAND: Rule = Rule {
    name: "unhandled-command",
    group: Group::ControlFlow,
    severity: Severity::Error,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    reports: "Reports a command that an imported file sends to a service of the system that does not handle it.",
    why: "In wfc's own language a command belongs to the service that declares it, so that a wrong name is an \
          `unknown-name`. Other formats only write down what is sent, and to whom. Once a system declares that \
          service in wfc, it has said what the service handles, and a command that is not among it will find \
          nobody.\n\n\
          This is only decided in a closed world, where a `.wfc` file uses the imported one.",
    bad: "\
// file: shop.wfc
use \"sell.asl.json\"

id OrderId

service Activities {
  command ChargeCard(order: OrderId) { idempotent by order }
}

// file: sell.asl.json
{
  \"StartAt\": \"Charge\",
  \"States\": {
    \"Charge\": {
      \"Type\": \"Task\",
      \"Resource\": \"arn:aws:states:eu-west-1:123456789012:activity:ChargeCrad\",
      \"TimeoutSeconds\": 3600,
      \"Retry\": [{ \"ErrorEquals\": [\"States.ALL\"] }],
      \"End\": true
    }
  }
}
",
    good: "\
// file: shop.wfc
use \"sell.asl.json\"

id OrderId

service Activities {
  command ChargeCard(order: OrderId) { idempotent by order }
}

// file: sell.asl.json
{
  \"StartAt\": \"Charge\",
  \"States\": {
    \"Charge\": {
      \"Type\": \"Task\",
      \"Resource\": \"arn:aws:states:eu-west-1:123456789012:activity:ChargeCard\",
      \"TimeoutSeconds\": 3600,
      \"Retry\": [{ \"ErrorEquals\": [\"States.ALL\"] }],
      \"End\": true
    }
  }
}
",
    help: "Mend the name where it is sent, or declare the command where it is handled.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    if cx.model.world == World::Open {
        return Vec::new();
    }
    let sent = cx.model.operations.iter().filter(|(_, operation)| cx.is_imported(operation.span));
    sent.filter_map(|(id, _)| of_command(cx, id)).collect()
}

/// What an imported file declares is what it sends; who handles it is declared in the language.
fn of_command(cx: &Context, id: OperationId) -> Option<Finding> {
    let operation = &cx.model.operations[id];
    let service = cx.service(operation.service);
    let is_handler = |other: &&Service| other.name.text == service && !cx.is_imported(other.span);
    let handlers: Vec<&Service> = cx.model.services.values().filter(is_handler).collect();
    let first = handlers.first()?;
    let known: Vec<&str> = handlers
        .iter()
        .flat_map(|handler| &handler.operations)
        .map(|known| cx.model.operations[*known].name.text.as_str())
        .collect();
    if known.contains(&operation.name.text.as_str()) || known.is_empty() {
        return None;
    }
    let mut calls =
        cx.graph.nodes().filter(|(_, node)| matches!(&node.kind, NodeKind::Act(act) if act.operation == id));
    let (call, node) = calls.next()?;
    let finding = UNHANDLED_COMMAND
        .at(node.span, format!("sends `{}` to `{service}`", operation.name.text))
        .message(format!("`{service}` does not handle `{}`", operation.name.text))
        .label(first.name.span, "declared here, without it")
        .what_if("nobody takes it: the run waits for an answer that never comes, or fails")
        .entity(cx.entity(call));
    Some(match suggest::nearest(&operation.name.text, known.iter().copied()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help(format!("declare it where it is handled: `command {} …`", operation.name.text)),
    })
}
