//! Control coupling: how one service decides how another one does its work. It branches on the other's
//! refusals, it writes a constant that decides a branch there, or it takes back what it said when the
//! other one refuses it.

use super::contracts::side;
use crate::graph::{EdgeKind, NodeId, NodeKind, Occurrence, ReceiveKind, StepGraph};
use crate::model::written::{Use, Written, written};
use crate::model::{EventId, Expr, ExprKind, Literal, Model, ServiceId, ValueKind, WorkflowId};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What a service controls, or is controlled by, in one workflow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    /// It branches on a refusal of another service.
    Refusal { of: ServiceId, name: SmolStr },
    /// It writes a constant that decides a branch of another service.
    Flag { of: Option<ServiceId>, field: SmolStr },
    /// What it published was refused after all, and it reacts to that.
    RefusedFact { by: ServiceId, event: EventId },
}

/// By service and workflow, each thing once.
pub(super) type Controls = BTreeMap<(WorkflowId, ServiceId), BTreeSet<Control>>;

pub(super) fn controls(
    model: &Model,
    graph: &StepGraph,
    occurring: &Occurrence,
    untroubled: &Occurrence,
) -> Controls {
    let mut controls = Controls::new();
    let mut add = |workflow: WorkflowId, service: ServiceId, control: Control| {
        controls.entry((workflow, service)).or_default().insert(control);
    };
    for (id, node) in graph.nodes().filter(|(id, _)| occurring.contains(*id)) {
        let (Some(workflow), Some(side)) = (node.workflow, node.side) else { continue };
        match &node.kind {
            NodeKind::Act(act) if act.is_remote => {
                for name in branched_on(graph, id) {
                    add(workflow, side, Control::Refusal { of: act.service, name });
                }
            }
            NodeKind::Receive { kind: ReceiveKind::Reaction, trigger } => {
                for (event, _) in &trigger.terms {
                    let by = model.events[*event].service;
                    if by != side && refuses(model, graph, untroubled, workflow, side, *event) {
                        add(workflow, side, Control::RefusedFact { by, event: *event });
                    }
                }
            }
            _ => {}
        }
    }
    flags(model, &mut add);
    controls
}

/// The refusals of a step that somebody wrote a branch for.
fn branched_on(graph: &StepGraph, act: NodeId) -> Vec<SmolStr> {
    let handled = |to: NodeId| !matches!(graph.node(to).kind, NodeKind::Unhandled);
    let edges = graph.out_edges(act).filter(|edge| handled(edge.to));
    let names = edges.filter_map(|edge| match &edge.edge.kind {
        EdgeKind::Fails(name) => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

/// Whether the event says that something went wrong behind an event of `publisher`.
fn refuses(
    model: &Model,
    graph: &StepGraph,
    untroubled: &Occurrence,
    workflow: WorkflowId,
    publisher: ServiceId,
    event: EventId,
) -> bool {
    if untroubled.contains(graph.message(event)) {
        return false;
    }
    // Back along lines, never past another message: the reaction that refused was called by an event.
    let mut seen = BTreeSet::new();
    let mut open: Vec<NodeId> = graph.publications(event).map(|edge| edge.from).collect();
    let (mut is_refused, mut is_called) = (false, false);
    while let Some(at) = open.pop() {
        if !seen.insert(at) || graph.node(at).workflow != Some(workflow) {
            continue;
        }
        for edge in graph.in_edges(at) {
            is_refused |= matches!(edge.edge.kind, EdgeKind::Fails(_));
            match graph.node(edge.from).kind {
                NodeKind::Message { event } => is_called |= model.events[event].service == publisher,
                _ => open.push(edge.from),
            }
        }
    }
    is_refused && is_called
}

/// Constants in a `run`, or in an event, by which somebody else takes their way.
fn flags(model: &Model, add: &mut impl FnMut(WorkflowId, ServiceId, Control)) {
    let written = written(model);
    let deciding: Vec<(WorkflowId, &Expr)> = written
        .iter()
        .filter(|one| one.used == Use::Decides)
        .filter_map(|one| Some((one.workflow?, one.expr)))
        .flat_map(|(workflow, expr)| expr.with_parts().into_iter().map(move |part| (workflow, part)))
        .collect();
    let parameters: BTreeSet<(WorkflowId, &str)> = deciding
        .iter()
        .filter_map(|(workflow, expr)| match &expr.kind {
            ExprKind::Value { value, .. } if model.values[*value].kind == ValueKind::Parameter => {
                Some((*workflow, model.values[*value].name.text.as_str()))
            }
            _ => None,
        })
        .collect();
    let mut fields: BTreeMap<(EventId, &str), Vec<(WorkflowId, Span)>> = BTreeMap::new();
    for (workflow, expr) in &deciding {
        if let Some((event, [field, ..])) = expr.event_field() {
            fields.entry((event, field.text.as_str())).or_default().push((*workflow, expr.span));
        }
    }
    for Written { expr, used, workflow } in written.iter().filter(|one| is_constant(one.expr)) {
        let Some(workflow) = *workflow else { continue };
        let Some(writer) = side(model, workflow, expr.span) else { continue };
        match *used {
            Use::Ran { workflow: run, parameter: Some(at) } => {
                let Some(field) = model.workflows[run].parameters.get(at) else { continue };
                let of = model.workflows[run].coordinator();
                if of != Some(writer) && parameters.contains(&(run, field.name.text.as_str())) {
                    add(workflow, writer, Control::Flag { of, field: field.name.text.clone() });
                }
            }
            Use::Published { event, field: Some(at) } => {
                let Some(field) = model.events[event].fields.get(at) else { continue };
                for (reader, span) in fields.get(&(event, field.name.text.as_str())).into_iter().flatten() {
                    let of = side(model, *reader, *span).filter(|of| *of != writer);
                    if of.is_some() {
                        add(workflow, writer, Control::Flag { of, field: field.name.text.clone() });
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_constant(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Literal::Bool(_)) | ExprKind::EnumValue { .. })
}
