//! `coupling-budget`: a service that waits for, reads or decides too much of others.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity, WitnessStep};
use crate::graph::NodeKind;
use crate::metrics::{Chains, Load, contract_by_service, control_by_service, most_control, most_fields};
use crate::model::ServiceId;
use std::collections::BTreeMap;

pub static COUPLING_BUDGET: Rule = Rule {
    name: "coupling-budget",
    group: Group::Coupling,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a service that waits for, reads, or decides more of others than the budgets allow.",
    why: "\
How many others a service needs is one number; how closely it is tied to them is another. A service is only up
while all are up that it waits for on the line. Each field it reads is one that its owner cannot change
alone. And each refusal by name that it has a branch for is a decision of somebody else's work that it
knows of: whoever changes that work, changes two services.

The numbers are those of `wfc metrics`: `temporal`, 7 unless said otherwise; `contract`, 40; `control`, 12. Who
needs too many others at all is an `efferent-budget`, and told there.",
    bad: r#"id OrderId

service Shop {
  team "shop"
}
service Payments {
  query Check(order: OrderId) { fails CardUnknown or CardExpired or CardStolen or CardLimited }
}
service Customers {
  query Check(order: OrderId) { fails Unknown or Blocked or TooYoung or Abroad or Unpaid }
}
service Warehouse {
  query Check(order: OrderId) { fails OutOfStock or TooHeavy or TooLong or Forbidden }
}

workflow TakeOrder(order: OrderId) {
  orchestrated by Shop
  success Taken
  failure Refused(reason: string)
  step card = Payments.Check(order) { retry forever }
  step customer = Customers.Check(order) { retry forever }
  step stock = Warehouse.Check(order) { retry forever }
  end Taken

  on CardUnknown { end Refused("card unknown") }
  on CardExpired or CardStolen or CardLimited { end Refused("card") }
  on Unknown or Blocked { end Refused("customer") }
  on TooYoung or Abroad or Unpaid { end Refused("not to this customer") }
  on OutOfStock or TooHeavy or TooLong or Forbidden { end Refused("cannot be sent") }
}
"#,
    good: r#"id OrderId

service Shop {
  team "shop"
}
service Payments {
  query Check(order: OrderId) { fails CardRefused(reason: string) }
}
service Customers {
  query Check(order: OrderId) { fails CustomerRefused(reason: string) }
}
service Warehouse {
  query Check(order: OrderId) { fails NotSendable(reason: string) }
}

workflow TakeOrder(order: OrderId) {
  orchestrated by Shop
  success Taken
  failure Refused(reason: string)
  step card = Payments.Check(order) { retry forever }
  step customer = Customers.Check(order) { retry forever }
  step stock = Warehouse.Check(order) { retry forever }
  end Taken

  on CardRefused { end Refused(CardRefused.reason) }
  on CustomerRefused { end Refused(CustomerRefused.reason) }
  on NotSendable { end Refused(NotSendable.reason) }
}
"#,
    help: "\
Waits: let slow parts answer later, or be told by events. Fields: ask for less, or let who knows decide.
Refusals: one name for what leads to the same branch, with the reason as a field.

How much is too much is for each team to say: `budgets: { control: 20 }` in `wfc.yaml`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let (model, budget) = (cx.model, cx.budget);
    let mut findings = Vec::new();
    let mut add = |variant: Variant, loads: BTreeMap<ServiceId, Load>, most: usize| {
        let too_much = loads.into_iter().filter(|(_, load)| load.amount > most);
        findings.extend(too_much.map(|(service, load)| finding(cx, variant, service, &load, most)));
    };
    // Hardly any system has so much that anybody has to count.
    if model.services.len() > budget.temporal {
        add(Variant::Temporal, waits(cx), budget.temporal);
    }
    if most_fields(model) > budget.contract {
        add(Variant::Contract, contract_by_service(model, cx.graph, &cx.occurring), budget.contract);
    }
    if most_control(model) > budget.control {
        let loads = control_by_service(model, cx.graph, &cx.occurring, &cx.occurring_untroubled);
        add(Variant::Control, loads, budget.control);
    }
    findings
}

#[derive(Clone, Copy)]
enum Variant {
    Temporal,
    Contract,
    Control,
}

/// By service: whom it calls and waits for. Who needs too many others at all is told of that.
fn waits(cx: &Context) -> BTreeMap<ServiceId, Load> {
    let mut needed: BTreeMap<ServiceId, usize> = BTreeMap::new();
    cx.needs().coupled().for_each(|((from, _), _)| *needed.entry(from).or_default() += 1);
    let mut chains = Chains::new(cx.model, cx.graph, &cx.occurring);
    let mut waits: BTreeMap<ServiceId, BTreeMap<ServiceId, (String, crate::source::Span)>> = BTreeMap::new();
    for (id, node) in cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id)) {
        let Some(side) = node.side.filter(|_| matches!(node.kind, NodeKind::Act(_) | NodeKind::Run(_)))
        else {
            continue;
        };
        if let Some(call) = chains.from_node(id).calls.first() {
            let of = waits.entry(side).or_default();
            of.entry(call.to).or_insert_with(|| (call.what.clone(), call.span));
        }
    }
    let load = |of: BTreeMap<ServiceId, (String, crate::source::Span)>| Load {
        amount: of.len(),
        parts: of.into_values().map(|(what, span)| (format!("{what} and waits"), Some(span))).collect(),
    };
    let is_told_elsewhere =
        |service: &ServiceId| needed.get(service).is_some_and(|n| *n > cx.budget.efferent);
    waits
        .into_iter()
        .filter(|(service, _)| !is_told_elsewhere(service))
        .map(|(service, of)| (service, load(of)))
        .collect()
}

fn finding(cx: &Context, variant: Variant, service: ServiceId, load: &Load, most: usize) -> Finding {
    let item = &cx.model.services[service];
    let (name, n) = (&item.name.text, load.amount);
    let (variant, label, message, help) = match variant {
        Variant::Temporal => (
            "temporal",
            format!("waits for {n} services"),
            format!("`{name}` calls and waits for {n} other services, more than {most}"),
            "let slow parts answer later, or tell them by events",
        ),
        Variant::Contract => (
            "contract",
            format!("reads {n} fields"),
            format!("`{name}` reads {n} fields of other services, more than {most}"),
            "ask for less, or let the service that knows decide",
        ),
        Variant::Control => (
            "control",
            format!("decides by {n} of their ways"),
            format!("`{name}` knows {n} ways in which others work, more than {most}"),
            "give refusals that lead to the same branch one name, with the reason as a field",
        ),
    };
    let parts = load.parts.iter().map(|(said, span)| WitnessStep::new(format!("`{name}` {said}"), *span));
    let finding = COUPLING_BUDGET
        .at(item.name.span, label)
        .variant(variant)
        .message(message)
        .witness(parts)
        .help(help)
        .help(format!("or say how much is enough: `budgets: {{ {variant}: {n} }}` in `wfc.yaml`"))
        .entity(name.as_str());
    cx.by_origin(finding)
}
