//! Which service depends on which, and by what: a service depends on those it calls, on those whose
//! workflows it runs, and on those whose events it takes. A publisher never depends on a subscriber; a
//! reply, a recorded end and a watch make nobody depend on anybody.

use crate::graph::{Node, NodeId, NodeKind, Occurrence, ReceiveKind, StepGraph, Trigger};
use crate::model::{EventId, Model, OperationId, OperationKind, ServiceId, Undone, UndoneBy, WorkflowId};
use crate::source::Span;

/// One service depends on another, at one place.
#[derive(Clone, Copy, Debug)]
pub struct Dependency {
    /// Who cannot do without.
    pub from: ServiceId,
    /// Whom.
    pub to: ServiceId,
    pub reason: Reason,
    pub node: NodeId,
    pub span: Span,
}

/// By what one service depends on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Calls(OperationId),
    /// A step is taken back by it.
    UndoesBy(OperationId),
    /// A workflow that the other one conducts.
    Runs(WorkflowId),
    ReactsTo(EventId),
    WaitsFor(EventId),
    /// Nobody relies on it: it is only told, or it only tells others.
    Notifies,
}

/// The kinds of coupling that are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Command,
    Query,
    Event,
    /// Shown, and never added up.
    Notify,
}

impl Dependency {
    /// A command, a query or a run, and not an event.
    pub fn is_call(&self) -> bool {
        match self.reason {
            Reason::Calls(_) | Reason::UndoesBy(_) | Reason::Runs(_) => true,
            Reason::ReactsTo(_) | Reason::WaitsFor(_) | Reason::Notifies => false,
        }
    }

    pub fn kind(&self, model: &Model) -> Kind {
        match self.reason {
            Reason::Calls(operation) | Reason::UndoesBy(operation) => {
                match model.operations[operation].kind {
                    OperationKind::Command => Kind::Command,
                    OperationKind::Query => Kind::Query,
                }
            }
            Reason::Runs(_) => Kind::Command,
            Reason::ReactsTo(_) | Reason::WaitsFor(_) => Kind::Event,
            Reason::Notifies => Kind::Notify,
        }
    }
}

/// Every dependency between two services, in the order of the graph.
pub fn dependencies(model: &Model, graph: &StepGraph, occurring: &Occurrence) -> Vec<Dependency> {
    let mut found = Vec::new();
    for (id, node) in graph.nodes().filter(|(id, _)| occurring.contains(*id)) {
        let Some(side) = node.side else { continue };
        let of_node = of_node(model, graph, id, node).into_iter();
        found.extend(of_node.filter(|(to, ..)| *to != side).map(|(to, reason, span)| Dependency {
            from: side,
            to,
            reason,
            node: id,
            span,
        }));
    }
    found
}

fn of_node(model: &Model, graph: &StepGraph, id: NodeId, node: &Node) -> Vec<(ServiceId, Reason, Span)> {
    let conductor = |workflow: WorkflowId| model.workflows[workflow].coordinator();
    let undone = |undone: &Option<Undone>, span| match undone.as_ref().map(|undone| &undone.by) {
        Some(UndoneBy::Operation { operation, .. }) => {
            Some((model.operations[*operation].service, Reason::UndoesBy(*operation), span))
        }
        Some(UndoneBy::Nothing { .. }) | None => None,
    };
    match &node.kind {
        NodeKind::Act(act) => {
            let call = (act.service, Reason::Calls(act.operation), act.call_span);
            // Nobody is coupled by what no run takes back.
            let undone = undone(&act.undone, act.call_span).filter(|_| graph.is_undone(id));
            [call].into_iter().chain(undone).collect()
        }
        NodeKind::Run(run) => {
            let run_of = |of| (of, Reason::Runs(run.workflow), run.call_span);
            conductor(run.workflow).map(run_of).into_iter().collect()
        }
        NodeKind::Notify { service, workflow, .. } => {
            let told = service.or_else(|| workflow.and_then(conductor));
            told.map(|of| (of, Reason::Notifies, node.span)).into_iter().collect()
        }
        NodeKind::Receive { kind, trigger } => {
            let only_tells = only_tells(graph, id);
            let reason = |event| match kind {
                _ if only_tells => Reason::Notifies,
                ReceiveKind::Wait | ReceiveKind::Alternative => Reason::WaitsFor(event),
                ReceiveKind::Reaction | ReceiveKind::Interrupt | ReceiveKind::Late => Reason::ReactsTo(event),
            };
            taken(model, trigger, reason)
        }
        // A choreographed workflow begins with its first reactions; its start does nothing.
        NodeKind::Start { trigger: Some(trigger) } if node.workflow.and_then(conductor).is_some() => {
            taken(model, trigger, Reason::ReactsTo)
        }
        _ => Vec::new(),
    }
}

fn taken(
    model: &Model,
    trigger: &Trigger,
    reason: impl Fn(EventId) -> Reason,
) -> Vec<(ServiceId, Reason, Span)> {
    let of_event = |(event, span): &(EventId, Span)| (model.events[*event].service, reason(*event), *span);
    trigger.terms.iter().map(of_event).collect()
}

/// Whether a reaction does nothing but pass the news on. One that does nothing at all relies on nobody
/// either.
fn only_tells(graph: &StepGraph, receive: NodeId) -> bool {
    !graph.is_on_line(receive, |_, node| {
        !matches!(
            node.kind,
            NodeKind::Notify { .. } | NodeKind::Drop | NodeKind::Merge { .. } | NodeKind::Decide
        )
    })
}
