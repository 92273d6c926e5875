//! `dual-write`: a command writes and publishes, and nothing ties the two together.

use crate::check::Context;
use crate::check::phrases::joined;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::model::{Operation, OperationId, OperationKind};
use crate::source::Span;

pub static DUAL_WRITE: Rule = Rule {
    name: "dual-write",
    group: Group::Resilience,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a command that writes and publishes in a service without an outbox.",
    why: "\
A database and a broker do not share a transaction. When a command has written and the service fails before it has \
published, the event never comes: the caller has its answer, the money is gone, and whoever waits for \
`PaymentTaken` waits for ever. The other way round, an event is out for something that was rolled back. A \
transactional outbox (Richardson, 2018) stores the event with what was written and sends it from there.

wfc takes it that services do so, and that what a workflow publishes is sent until it is. A service for which this \
is not true says `no outbox`. What stands in a reaction is not meant: its event is delivered again until all of \
the reaction is done.",
    bad: r#"id OrderId

service Shop { }
service Payments {
  no outbox
  command Charge(order: OrderId) {
    publishes PaymentTaken
    undone by Refund(order)
    idempotent by order
  }
  command Refund(order: OrderId) { idempotent by order }
  event PaymentTaken(order: OrderId)
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Sold
  failure NotSold

  step charged = Payments.Charge(order) { retry forever backoff 1s..1h }
  wait for PaymentTaken { within 1d else { undo all; end NotSold } }
  end Sold
}
"#,
    good: r#"id OrderId

service Shop { }
service Payments {
  command Charge(order: OrderId) {
    publishes PaymentTaken
    undone by Refund(order)
    idempotent by order
  }
  command Refund(order: OrderId) { idempotent by order }
  event PaymentTaken(order: OrderId)
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Sold
  failure NotSold

  step charged = Payments.Charge(order) { retry forever backoff 1s..1h }
  wait for PaymentTaken { within 1d else { undo all; end NotSold } }
  end Sold
}
"#,
    help: "\
Give the service an outbox: the event is stored in the transaction of the write, and sent from there until it is \
out. Or take the event from the database's log (change data capture). Or let the answer say it: where only the \
caller needs to know, the reply is enough, and the `publishes` can go.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let commands =
        cx.model.operations.iter().filter(|(_, operation)| {
            operation.kind == OperationKind::Command && !operation.publishes.is_empty()
        });
    let lacking = commands.filter_map(|(id, operation)| {
        let said = cx.model.services[operation.service].no_outbox?;
        Some(finding(cx, id, operation, said))
    });
    lacking.collect()
}

fn finding(cx: &Context, id: OperationId, operation: &Operation, said: Span) -> Finding {
    let path = cx.model.operation_path(id);
    let service = cx.service(operation.service);
    let events: Vec<String> =
        operation.publishes.iter().map(|(event, _)| format!("`{}`", cx.model.event_name(*event))).collect();
    let events = joined(&events, "or");
    // INVARIANT: only commands that publish something come here.
    let published = operation.publishes[0].1;
    let mut finding = DUAL_WRITE
        .at(published, "published beside what is written")
        .message(format!("`{path}` writes and publishes, and nothing ties the two together"))
        .label(said, format!("`{service}` sends no event in the transaction of a write"))
        .entity(format!("{service}/{}", operation.name.text));
    let takers = operation.publishes.iter().flat_map(|(event, _)| cx.graph.subscriptions(*event));
    let mut takers: Vec<_> = takers.map(|edge| (cx.place(edge.to), edge.edge.span)).collect();
    takers.sort();
    takers.dedup_by_key(|(_, span)| *span);
    for (_, span) in takers.iter().take(3) {
        finding = finding.label(*span, "never comes then");
    }
    cx.by_origin(
        finding
            .what_if(format!(
                "when `{service}` fails between the two, {events} never comes although all is done"
            ))
            .help("store the event in the transaction of the write, and send it from there: an outbox")
            .help("or take it from the log of the database"),
    )
}
