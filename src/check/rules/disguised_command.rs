//! `disguised-command`: an event that tells somebody what to do.

use crate::check::Context;
use crate::check::naming::{is_past, words};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::NodeKind;
use crate::model::spoken::{self, Spoken};
use crate::model::{EventId, ExprKind, Field, Literal, Model, ServiceId, Type, TypeKind};
use crate::source::Span;
use std::collections::BTreeSet;

pub static DISGUISED_COMMAND: Rule = Rule {
    name: "disguised-command",
    group: Group::Publishers,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an event that tells a subscriber what to do.",
    why: "\
An event that names its recipients, that carries a flag only to steer what a subscriber does, or that
is named like an order, is a command. As an event it hides who depends on whom: the sender relies on
somebody it does not call, and the receiver cannot refuse.

Recipients are an error, a steering flag is a warning, and a name alone is a hint of low confidence.",
    bad: "\
id OrderId

service Shop {
  event OrderPlaced(order: OrderId, handledBy: Warehouse)
}

service Warehouse {
  command Pack(order: OrderId) { idempotent by order }
  event OrderPacked(order: OrderId)
}

workflow PackOrder {
  choreographed
  correlated by order
  starts when OrderPlaced

  success Packed reached by OrderPacked owned by Warehouse

  participant Warehouse {
    when OrderPlaced {
      step packed = Warehouse.Pack(order)
      publish OrderPacked(order)
    }
  }
}
",
    good: "\
id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
}

service Warehouse {
  command Pack(order: OrderId) { idempotent by order }
  event OrderPacked(order: OrderId)
}

workflow PackOrder {
  choreographed
  correlated by order
  starts when OrderPlaced

  success Packed reached by OrderPacked owned by Warehouse

  participant Warehouse {
    when OrderPlaced {
      step packed = Warehouse.Pack(order)
      publish OrderPacked(order)
    }
  }
}
",
    help: "\
Send a command where somebody is meant to do something. Where a fact is meant, say what happened in the
past tense, and leave it to the subscribers what they make of it.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let has_flags =
        cx.model.events.values().any(|event| event.fields.iter().any(|field| is_flag(cx.model, field)));
    let said = if has_flags { spoken::spoken(cx.model) } else { Vec::new() };
    let mut findings = Vec::new();
    for event in cx.model.events.ids() {
        let subscribers = subscribers(cx, event);
        if subscribers.is_empty() {
            continue;
        }
        let finding = recipients(cx, event, &subscribers)
            .or_else(|| steering_flag(cx, &said, event))
            .or_else(|| order_by_name(cx, event, &subscribers));
        let finding = finding.map(|finding| cx.by_origin(finding).fix(cx.as_command(event)));
        findings.extend(finding);
    }
    findings
}

/// Who reacts to the event, its publisher left out, with the place where each names it.
fn subscribers(cx: &Context, event: EventId) -> Vec<(ServiceId, Span)> {
    let publisher = cx.model.events[event].service;
    let mut found: Vec<(ServiceId, Span)> = Vec::new();
    let mut edges: Vec<_> = cx.graph.subscriptions(event).collect();
    edges.sort_by_key(|edge| (cx.place(edge.to), edge.edge.span.start));
    for edge in edges {
        let node = cx.graph.node(edge.to);
        let conducted = node.workflow.is_some_and(|id| !cx.model.workflows[id].is_choreographed());
        let reacts = match &node.kind {
            NodeKind::Receive { .. } => true,
            NodeKind::Start { .. } => conducted,
            _ => false,
        };
        if let Some(side) = node.side.filter(|side| reacts && *side != publisher)
            && found.iter().all(|(known, _)| *known != side)
        {
            found.push((side, edge.edge.span));
        }
    }
    found
}

fn recipients(cx: &Context, event: EventId, subscribers: &[(ServiceId, Span)]) -> Option<Finding> {
    let item = &cx.model.events[event];
    let (field, (service, span)) = item.fields.iter().find_map(|field| {
        let addressed = addressed(cx.model, field);
        subscribers.iter().find(|(service, _)| addressed.contains(service)).map(|found| (field, *found))
    })?;
    let name = cx.service(service);
    let several = matches!(field.ty, Type::List(_));
    let finding = DISGUISED_COMMAND
        .at(field.name.span, format!("says which `{name}` is meant"))
        .message(format!("`{}` names its recipients: it is a command", item.name.text))
        .label(span, format!("`{name}` does what it is told"))
        .label(cx.publication(event).span, "published as a fact")
        .entity(cx.event_entity(None, event))
        .help(format!("send `{name}` a command instead, and take its reply"));
    // One address may also be part of the fact; a list of them hardly is.
    Some(if several { finding } else { finding.at_most(Confidence::Medium) })
}

/// The services whose addresses a field carries, itself or in a record.
fn addressed(model: &Model, field: &Field) -> BTreeSet<ServiceId> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![&field.ty];
    while let Some(ty) = open.pop() {
        match ty {
            Type::Service(service) => {
                found.insert(*service);
            }
            Type::List(inner) | Type::Optional(inner) => open.push(inner),
            Type::Declared(id) if seen.insert(*id) => {
                if let TypeKind::Record(fields) = &model.types[*id].kind {
                    open.extend(fields.iter().map(|field| &field.ty));
                }
            }
            _ => {}
        }
    }
    found
}

/// A field that each publication fills with a literal, and on which a subscriber's choice hangs.
fn steering_flag(cx: &Context, said: &[Spoken], event: EventId) -> Option<Finding> {
    let item = &cx.model.events[event];
    let mut flags = (0..item.fields.len()).filter(|at| is_flag(cx.model, &item.fields[*at]));
    flags.find_map(|at| {
        let field = &item.fields[at];
        let written = literals(said, event, at)?;
        let (reader, condition) = reader(cx, said, event, &field.name.text)?;
        let reader = cx.service(reader);
        Some(
            DISGUISED_COMMAND
                .at(field.name.span, "the sender decides it")
                .severity(Severity::Warning)
                .confidence(Confidence::Medium)
                .message(format!("`{}.{}` steers what `{reader}` does", item.name.text, field.name.text))
                .label(written, "written here as a constant")
                .label(condition, format!("`{reader}` does what it says"))
                .entity(cx.event_entity(None, event))
                .help(format!("send `{reader}` the command that is meant, or publish a fact for each case")),
        )
    })
}

fn is_flag(model: &Model, field: &Field) -> bool {
    match &field.ty {
        Type::Bool => true,
        Type::Declared(id) => matches!(model.types[*id].kind, TypeKind::Enum(_)),
        _ => false,
    }
}

/// Where the field is written, if every publication writes a constant.
fn literals(said: &[Spoken], event: EventId, field: usize) -> Option<Span> {
    let mut written = None;
    for one in said {
        let Spoken::Publication { event: published, arguments } = one else { continue };
        if *published != event {
            continue;
        }
        let argument = arguments.iter().find(|argument| argument.parameter == Some(field))?;
        let is_constant =
            matches!(argument.value.kind, ExprKind::Literal(Literal::Bool(_)) | ExprKind::EnumValue { .. });
        if !is_constant {
            return None;
        }
        written.get_or_insert(argument.value.span);
    }
    written
}

/// Who, other than the publisher, decides by the field, and where.
fn reader(cx: &Context, said: &[Spoken], event: EventId, field: &str) -> Option<(ServiceId, Span)> {
    said.iter().find_map(|one| match one {
        Spoken::Condition { side: Some(side), expr } if *side != cx.model.events[event].service => {
            let reads = spoken::event_reads(expr)
                .into_iter()
                .any(|(read, fields)| read == event && fields.first().is_some_and(|name| name.text == field));
            reads.then_some((*side, expr.span))
        }
        _ => None,
    })
}

fn order_by_name(cx: &Context, event: EventId, subscribers: &[(ServiceId, Span)]) -> Option<Finding> {
    let item = &cx.model.events[event];
    let [(service, span)] = subscribers else { return None };
    if cx.model.services[item.service].external.is_some() || !sounds_like_an_order(&item.name.text) {
        return None;
    }
    let name = cx.service(*service);
    Some(
        DISGUISED_COMMAND
            .at(item.name.span, "sounds like an order")
            .severity(Severity::Info)
            .confidence(Confidence::Low)
            .message(format!("`{}` asks `{name}` to do something", item.name.text))
            .label(*span, format!("only `{name}` hears it"))
            .entity(cx.event_entity(None, event))
            .help(format!("if `{name}` is meant to do it: send a command; if not: say what happened")),
    )
}

/// Endings of events that ask for something instead of saying what happened.
const ASKING: &[&str] = &["Requested", "Required", "Needed", "Wanted", "Demanded"];

/// Verbs that orders between services begin with.
const IMPERATIVES: &[&str] = &[
    "Activate",
    "Allocate",
    "Apply",
    "Approve",
    "Assign",
    "Authorize",
    "Book",
    "Calculate",
    "Call",
    "Cancel",
    "Capture",
    "Change",
    "Charge",
    "Check",
    "Close",
    "Collect",
    "Compute",
    "Confirm",
    "Create",
    "Credit",
    "Debit",
    "Delete",
    "Deliver",
    "Dispatch",
    "Do",
    "Enable",
    "Execute",
    "Fetch",
    "Generate",
    "Get",
    "Handle",
    "Inform",
    "Invoice",
    "Issue",
    "Make",
    "Notify",
    "Open",
    "Pack",
    "Pay",
    "Prepare",
    "Print",
    "Process",
    "Publish",
    "Record",
    "Refund",
    "Register",
    "Reject",
    "Release",
    "Remove",
    "Reserve",
    "Retry",
    "Run",
    "Send",
    "Set",
    "Ship",
    "Sign",
    "Start",
    "Stop",
    "Store",
    "Submit",
    "Transfer",
    "Trigger",
    "Update",
    "Validate",
    "Verify",
    "Withdraw",
    "Write",
];

fn sounds_like_an_order(name: &str) -> bool {
    if ASKING.iter().any(|ending| name.len() > ending.len() && name.ends_with(ending)) {
        return true;
    }
    let mut words = words(name);
    let Some(first) = words.next().filter(|first| IMPERATIVES.contains(first)) else { return false };
    first.len() < name.len() && !words.any(is_past)
}

#[cfg(test)]
mod tests {
    use super::sounds_like_an_order;

    #[test]
    fn tells_orders_from_facts() {
        for order in ["ReserveStock", "ReservationRequested", "QuotesWanted", "SendMail"] {
            assert!(sounds_like_an_order(order), "{order}");
        }
        for fact in ["OrderPlaced", "ChargeFailed", "PaymentSent", "Requested", "BookOut", "Stock"] {
            assert!(!sounds_like_an_order(fact), "{fact}");
        }
    }
}
