//! `undeclared-orchestrator`: a service that conducts a choreography by its events.

use crate::check::Context;
use crate::check::obligations::Subscription;
use crate::check::phrases::quoted;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::model::{EventId, GoalId, GoalKind, ServiceId, WorkflowId};
use std::collections::BTreeSet;

pub static UNDECLARED_ORCHESTRATOR: Rule = Rule {
    name: "undeclared-orchestrator",
    group: Group::Coupling,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a service that conducts a choreographed workflow by its events.",
    why: "\
When one service sends out two or more events that others must act on, and hears of the outcome each time
before it goes on, it is the conductor: the process hangs on it as it would hang on any other. Only that
nobody can read it there, nothing in it has a retry or a branch for an outage, and its commands cannot be
refused because they are dressed as facts. It has the price of both styles.

Counted is only what a success needs that the service answers for: two different messages of others that
come of its own, and two of its messages that others must take. A limit does not make it any better.",
    bad: r#"id OrderId

service Process {
  query Close(order: OrderId)
  event OrderAccepted(order: OrderId)
  event ReadyToShip(order: OrderId)
  event OrderCompleted(order: OrderId)
}
service Pay {
  command Charge(order: OrderId) { idempotent by order }
  event Paid(order: OrderId)
}
service Ship {
  command Send(order: OrderId) { idempotent by order }
  event Shipped(order: OrderId)
}
service Support {
  command OpenCase(order: OrderId) { idempotent by order }
}

workflow ProcessOrder {
  choreographed
  correlated by order
  starts when OrderAccepted
  within 3d else { notify Support.OpenCase(order) }
  success Completed reached by OrderCompleted owned by Process

  participant Pay {
    when OrderAccepted {
      step charged = Pay.Charge(order)
      publish Paid(order)
    }
  }
  participant Ship {
    when ReadyToShip {
      step sent = Ship.Send(order)
      publish Shipped(order)
    }
  }
  participant Process {
    when Paid { publish ReadyToShip(order) }
    when Shipped {
      step closed = Process.Close(order)
      publish OrderCompleted(order)
    }
  }
}
"#,
    good: r#"id OrderId

service Process {
  query Close(order: OrderId)
}
service Pay {
  command Charge(order: OrderId) { idempotent by order }
}
service Ship {
  command Send(order: OrderId) { idempotent by order }
}

workflow ProcessOrder(order: OrderId) {
  orchestrated by Process
  success Completed
  step charged = Pay.Charge(order) { retry forever backoff 1s..1h }
  step sent = Ship.Send(order) { retry forever backoff 1s..1h }
  end Completed
}
"#,
    help: "\
Declare it: `orchestrated by` this service, with commands in place of the events. Or take it out of the
middle: let the others react to each other.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter().filter(|(_, workflow)| workflow.is_choreographed()) {
        let sides: BTreeSet<ServiceId> = workflow.participants.iter().map(|side| side.service).collect();
        for service in sides {
            let owned: BTreeSet<GoalId> = workflow
                .goals
                .iter()
                .copied()
                .filter(|goal| {
                    let goal = &cx.model.goals[*goal];
                    goal.kind == GoalKind::Success && goal.owner.service == Some(service)
                })
                .collect();
            let triggered = triggered(cx, id, service, &owned);
            if triggered.len() < 2 {
                continue;
            }
            let consumed = consumed(cx, id, service, &owned);
            if consumed.len() >= 2 {
                findings.push(finding(cx, id, service, &owned, &consumed, &triggered));
            }
        }
    }
    findings
}

/// Of each event of others that comes of the service's own and that its goal needs: who takes it.
fn consumed<'a>(
    cx: &'a Context,
    workflow: WorkflowId,
    service: ServiceId,
    owned: &BTreeSet<GoalId>,
) -> Vec<&'a Subscription> {
    let own = cx.model.events.iter().filter(|(_, event)| event.service == service);
    let behind: BTreeSet<_> =
        own.flat_map(|(event, _)| cx.graph.downstream(cx.graph.message(event))).collect();
    let taken = cx.obligations().subscriptions.iter().filter(|taken| {
        taken.subscriber == service
            && taken.is_foreign()
            && cx.graph.node(taken.taker).workflow == Some(workflow)
            && behind.contains(&cx.graph.message(taken.event))
    });
    first_of_each(cx, taken.filter(|taken| !taken.needed_by.is_disjoint(owned)))
}

/// Of each event of the service that another one must take for its goal: who does.
fn triggered<'a>(
    cx: &'a Context,
    workflow: WorkflowId,
    service: ServiceId,
    owned: &BTreeSet<GoalId>,
) -> Vec<&'a Subscription> {
    let taken = cx
        .obligations()
        .foreign()
        .filter(|taken| taken.publisher == service && cx.graph.node(taken.taker).workflow == Some(workflow));
    first_of_each(cx, taken.filter(|taken| !taken.needed_by.is_disjoint(owned)))
}

fn first_of_each<'a>(cx: &Context, taken: impl Iterator<Item = &'a Subscription>) -> Vec<&'a Subscription> {
    let mut taken: Vec<&Subscription> = taken.collect();
    taken.sort_by_key(|taken| (cx.place(taken.taker), taken.span.start));
    let mut known: BTreeSet<EventId> = BTreeSet::new();
    taken.retain(|taken| known.insert(taken.event));
    taken
}

fn finding(
    cx: &Context,
    workflow: WorkflowId,
    service: ServiceId,
    owned: &BTreeSet<GoalId>,
    consumed: &[&Subscription],
    triggered: &[&Subscription],
) -> Finding {
    let name = cx.service(service);
    let item = &cx.model.workflows[workflow];
    let place = item.participants.iter().find(|side| side.service == service).map(|side| side.name.span);
    let events = |taken: &[&Subscription]| quoted(taken.iter().map(|taken| cx.model.event_name(taken.event)));
    let is_default = owned.iter().all(|goal| cx.model.goals[*goal].owner.written.is_none());
    let mut finding = UNDECLARED_ORCHESTRATOR
        .at(place.unwrap_or(item.name.span), "goes from step to step")
        .message(format!("`{name}` conducts `{}` by events", item.name.text))
        .entity(format!("{}/{name}", item.name.text));
    for taken in triggered {
        let (event, subscriber) = (cx.model.event_name(taken.event), cx.service(taken.subscriber));
        finding = finding.label(taken.span, format!("`{event}` sets `{subscriber}` to work"));
    }
    for taken in consumed {
        let event = cx.model.event_name(taken.event);
        finding = finding.label(taken.span, format!("`{name}` goes on when `{event}` is in"));
    }
    if let (Some(first), Some(last)) = (triggered.first(), consumed.last()) {
        finding = finding.witness(cx.witness_of_event(first.event, &[first.taker, last.taker]));
    }
    let finding = finding
        .help(format!("say so: `orchestrated by {name}`, with commands in place of {}", events(triggered)))
        .help(format!("or take `{name}` out of the middle: let the others react to each other's events"));
    // Who owns the goal was not said; then it may as well be somebody else.
    if is_default {
        return cx.by_origin(finding.severity(Severity::Info).help("write who owns the goal: `owned by`"));
    }
    cx.by_origin(finding)
}
