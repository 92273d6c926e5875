//! `segment-leak`: a step inside another workflow is called past its coordinator.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{Act, EdgeKind, NodeId, NodeKind};
use crate::model::{OperationId, ServiceId, WorkflowId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

pub static SEGMENT_LEAK: Rule = Rule {
    name: "segment-leak",
    group: Group::Coupling,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a workflow that commands a step inside another one which it could have asked.",
    why: "\
A workflow that another one runs, or that it talks to by events, is a segment: its ends and events are its
interface, and how it comes to them is its own business. Who also sends a command that is a step of it goes
round the coordinator. The segment then runs with a step that it did not take: it does the step twice, undoes
what it did not do, or knows nothing of it.

Reported is a command of a conducted workflow A when all of this holds: A runs the conducted workflow B of
another coordinator, B begins with an event of A, or A waits for an event of B; the same command is a step
of B; nobody but A and B's coordinator sends that service any command; and A sends it none that B's
coordinator does not send. A service that others command, too, is there for all of them.",
    bad: r#"id OrderId

service Shop {
  team "shop"
}
service Warehouse {
  team "warehouse"
}
service Robots {
  command Fetch(order: OrderId) { idempotent by order }
}

workflow Sell(order: OrderId) {
  orchestrated by Shop
  success Sold
  step packed = run Pack(order)
  step again = Robots.Fetch(order) { retry forever }
  end Sold
}

workflow Pack(order: OrderId) {
  orchestrated by Warehouse
  success Packed
  step fetched = Robots.Fetch(order) { retry forever }
  end Packed
}
"#,
    good: r#"id OrderId

service Shop {
  team "shop"
}
service Warehouse {
  team "warehouse"
}
service Robots {
  command Fetch(order: OrderId) { idempotent by order }
}

workflow Sell(order: OrderId) {
  orchestrated by Shop
  success Sold
  step packed = run Pack(order)
  step again = run Pack(order)
  end Sold
}

workflow Pack(order: OrderId) {
  orchestrated by Warehouse
  success Packed
  step fetched = Robots.Fetch(order) { retry forever }
  end Packed
}
"#,
    help: "\
Ask the coordinator: run its workflow, or one of its own for this step. If the command is meant for
everybody, it is no step inside: take it out of the other workflow.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let commands = commands(cx);
    let mut senders: BTreeMap<ServiceId, BTreeSet<(ServiceId, WorkflowId)>> = BTreeMap::new();
    let mut by_operation: BTreeMap<OperationId, Vec<&Command>> = BTreeMap::new();
    for command in &commands {
        senders.entry(command.act.service).or_default().insert((command.conductor, command.workflow));
        by_operation.entry(command.act.operation).or_default().push(command);
    }
    let mut findings = Vec::new();
    for around in &commands {
        let is_between_them = |inside: &Command| {
            senders[&around.act.service]
                .iter()
                .all(|(conductor, workflow)| *conductor == inside.conductor || *workflow == around.workflow)
        };
        let same = by_operation[&around.act.operation].iter();
        let leak = same
            .filter(|inside| inside.conductor != around.conductor && is_between_them(inside))
            .find_map(|inside| Some((inside, leads_into(cx, around.workflow, inside.workflow)?)));
        if let Some((inside, interface)) = leak
            && !sends_more(&commands, around, inside)
        {
            findings.push(finding(cx, around, inside, interface));
        }
    }
    findings
}

/// A command that a conducted workflow sends to another service.
struct Command<'c> {
    node: NodeId,
    act: &'c Act,
    workflow: WorkflowId,
    conductor: ServiceId,
}

fn commands<'c>(cx: &'c Context) -> Vec<Command<'c>> {
    let acts = cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id));
    acts.filter_map(|(id, node)| {
        let NodeKind::Act(act) = &node.kind else { return None };
        let workflow = node.workflow?;
        let conductor = cx.model.workflows[workflow].coordinator()?;
        act.is_write.then_some(Command { node: id, act, workflow, conductor })
    })
    .collect()
}

/// Whether the workflow sends the service something that the other coordinator does not: then it is a user
/// of that service in its own right.
fn sends_more(commands: &[Command], around: &Command, inside: &Command) -> bool {
    let of_inside = commands.iter().filter(|other| other.conductor == inside.conductor);
    let known: BTreeSet<OperationId> = of_inside.map(|other| other.act.operation).collect();
    commands
        .iter()
        .filter(|other| other.workflow == around.workflow && other.act.service == around.act.service)
        .any(|other| !known.contains(&other.act.operation))
}

/// Where one workflow sets the other going, by `run` or by an event it begins with, or waits for its events.
fn leads_into(cx: &Context, around: WorkflowId, inside: WorkflowId) -> Option<Span> {
    let runs = cx.graph.nodes_of(around).find_map(|(_, node)| match &node.kind {
        NodeKind::Run(run) if run.workflow == inside => Some(run.call_span),
        _ => None,
    });
    let begins = || event_of(cx, cx.graph.start(inside), around);
    let waits = || {
        let waits =
            cx.graph.nodes_of(around).filter(|(_, node)| matches!(node.kind, NodeKind::Receive { .. }));
        waits.map(|(id, _)| id).find_map(|id| event_of(cx, id, inside))
    };
    runs.or_else(begins).or_else(waits)
}

/// Where `taker` names an event that a workflow publishes.
fn event_of(cx: &Context, taker: NodeId, publisher: WorkflowId) -> Option<Span> {
    let is_published = |message: NodeId| {
        let mut from = cx.graph.in_edges(message).filter(|edge| cx.graph.is_publication(edge));
        from.any(|edge| cx.graph.node(edge.from).workflow == Some(publisher))
    };
    let mut taken = cx.graph.in_edges(taker).filter(|edge| edge.edge.kind == EdgeKind::Message);
    taken.find(|edge| is_published(edge.from)).map(|edge| edge.edge.span)
}

fn finding(cx: &Context, around: &Command, inside: &Command, interface: Span) -> Finding {
    let path = cx.model.operation_path(around.act.operation);
    let name = |workflow: WorkflowId| cx.model.workflows[workflow].name.text.clone();
    let (outer, inner) = (name(around.workflow), name(inside.workflow));
    let finding = SEGMENT_LEAK
        .at(around.act.call_span, format!("goes round `{}`", cx.service(inside.conductor)))
        .message(format!("`{outer}` sends `{path}`, a step inside `{inner}`"))
        .label(inside.act.call_span, format!("`{inner}` does it here"))
        .label(interface, format!("`{outer}` and `{inner}` talk here already"))
        .witness(cx.witness_of_place(around.node))
        .help(format!(
            "let `{}` do it: run `{inner}`, or a workflow of its own for this step",
            cx.service(inside.conductor)
        ))
        .help(format!("if `{path}` is meant for everybody, take it out of `{inner}`"))
        .entity(cx.entity(around.node));
    cx.by_origin(finding)
}
