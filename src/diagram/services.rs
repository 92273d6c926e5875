//! Who depends on whom: one edge for each pair of services and kind of coupling, from the one that
//! needs to the one that is needed, so that an edge reads as a sentence.

use super::ids::Ids;
use super::label::wrapped;
use super::{Diagram, Edge, EdgeKind, Node, NodeKind, Subject};
use crate::graph::{self, NodeId};
use crate::model::{Id, OperationId, OperationKind, ServiceId, UndoneBy};
use std::collections::BTreeMap;

const WIDE: usize = 23;

/// What one service needs of another, by kind, each thing once.
type Couplings = BTreeMap<(ServiceId, ServiceId, EdgeKind), Vec<String>>;

/// Draws the services of `subject`, and what its workflows make of them.
pub fn draw(subject: &Subject) -> Diagram {
    let couplings = couplings(subject);
    let is_whole = subject.workflows.len() == subject.model.workflows.len();
    let is_coupled = |id: ServiceId| couplings.keys().any(|(from, to, _)| *from == id || *to == id);
    let mut ids = Ids::default();
    let mut diagram = Diagram::default();
    let mut places = vec![None; subject.model.services.len()];
    for id in subject.model.services.ids().filter(|id| is_whole || is_coupled(*id)) {
        places[id.index()] = Some(diagram.nodes.len());
        diagram.nodes.push(service(subject, id, &mut ids));
    }
    for ((from, to, kind), what) in couplings {
        if let (Some(from), Some(to)) = (places[from.index()], places[to.index()]) {
            let lines = what.iter().flat_map(|line| wrapped(line, WIDE)).collect();
            diagram.edges.push(Edge { from, to, kind, lines });
        }
    }
    diagram
}

fn service(subject: &Subject, id: ServiceId, ids: &mut Ids) -> Node {
    let model = subject.model;
    let service = &model.services[id];
    let mut lines = wrapped(&service.name.text, WIDE);
    let conducted: Vec<&str> = subject
        .workflows
        .iter()
        .map(|id| &model.workflows[*id])
        .filter(|workflow| workflow.coordinator() == Some(id))
        .map(|workflow| workflow.name.text.as_str())
        .collect();
    if !conducted.is_empty() {
        let text = format!("conducts {}", super::label::listed(&conducted, "and", 4));
        lines.extend(wrapped(&text, WIDE));
    }
    if let Some(team) = &service.team {
        lines.extend(wrapped(&format!("team {}", team.text), WIDE));
    }
    lines.extend(service.external.map(|_| "external".to_string()));
    lines.extend(service.many_instances.map(|_| "many instances".to_string()));
    let kind = if service.external.is_some() { NodeKind::ExternalService } else { NodeKind::Service };
    Node { id: ids.of("service", &service.name.text), kind, lines, group: None, stands_for: None }
}

fn couplings(subject: &Subject) -> Couplings {
    let mut couplings = Couplings::new();
    let nodes = subject.workflows.iter().flat_map(|id| subject.graph.nodes_of(*id));
    for (id, node) in nodes {
        let Some(side) = node.side else { continue };
        for (other, kind, what) in needs(subject, id, node) {
            if other != side {
                let known = couplings.entry((side, other, kind)).or_default();
                if !known.contains(&what) {
                    known.push(what);
                }
            }
        }
    }
    couplings
}

/// What one node needs of other services.
fn needs(subject: &Subject, id: NodeId, node: &graph::Node) -> Vec<(ServiceId, EdgeKind, String)> {
    let model = subject.model;
    match &node.kind {
        graph::NodeKind::Act(act) => {
            let mut needs = vec![called(subject, act.operation, "")];
            if let Some(UndoneBy::Operation { operation, .. }) = act.undone.as_ref().map(|it| &it.by)
                && is_undone(subject, id)
            {
                needs.push(called(subject, *operation, " to undo"));
            }
            needs
        }
        graph::NodeKind::Run(run) => {
            let child = &model.workflows[run.workflow];
            child
                .coordinator()
                .map(|by| (by, EdgeKind::Run, format!("runs {}", child.name.text)))
                .into_iter()
                .collect()
        }
        graph::NodeKind::Notify { service, operation, workflow } => {
            let told = service.zip(*operation).map(|(service, operation)| {
                (service, format!("notifies {}", model.operations[operation].name.text))
            });
            let run = workflow.map(|id| &model.workflows[id]).and_then(|child| {
                child.coordinator().map(|by| (by, format!("notifies: run {}", child.name.text)))
            });
            told.or(run).map(|(to, what)| (to, EdgeKind::Notify, what)).into_iter().collect()
        }
        graph::NodeKind::Receive { trigger, .. } => {
            // A reaction that only tells people is something nobody relies on.
            let kind = if only_notifies(subject, id) { EdgeKind::Notify } else { EdgeKind::Hears };
            heard(subject, trigger, kind)
        }
        graph::NodeKind::Start { trigger: Some(trigger) } => heard(subject, trigger, EdgeKind::Hears),
        // Recorded ends and watches make nobody depend on anybody.
        graph::NodeKind::Start { trigger: None }
        | graph::NodeKind::Goal { .. }
        | graph::NodeKind::End { .. }
        | graph::NodeKind::Unhandled
        | graph::NodeKind::FallOff
        | graph::NodeKind::Drop
        | graph::NodeKind::Publish { .. }
        | graph::NodeKind::Message { .. }
        | graph::NodeKind::Race
        | graph::NodeKind::Timer(_)
        | graph::NodeKind::Decide
        | graph::NodeKind::Fork { .. }
        | graph::NodeKind::Join { .. }
        | graph::NodeKind::Merge { .. }
        | graph::NodeKind::Undo { .. } => Vec::new(),
    }
}

fn called(subject: &Subject, id: OperationId, why: &str) -> (ServiceId, EdgeKind, String) {
    let operation = &subject.model.operations[id];
    match operation.kind {
        OperationKind::Command => {
            (operation.service, EdgeKind::Command, format!("sends {}{why}", operation.name.text))
        }
        OperationKind::Query => {
            (operation.service, EdgeKind::Query, format!("asks {}{why}", operation.name.text))
        }
    }
}

fn heard(subject: &Subject, trigger: &graph::Trigger, kind: EdgeKind) -> Vec<(ServiceId, EdgeKind, String)> {
    let events = trigger.terms.iter().map(|(event, _)| *event);
    events
        .map(|event| {
            let text = format!("hears {}", subject.model.event_name(event));
            (subject.model.events[event].service, kind, text)
        })
        .collect()
}

/// Whether some `undo` can take the step back.
fn is_undone(subject: &Subject, act: NodeId) -> bool {
    subject.graph.in_edges(act).any(|edge| edge.edge.kind == graph::EdgeKind::Undoes)
}

fn only_notifies(subject: &Subject, receive: NodeId) -> bool {
    let line = subject.graph.line_from(receive);
    let kinds = || line.iter().map(|id| &subject.graph.node(*id).kind);
    kinds().any(|kind| matches!(kind, graph::NodeKind::Notify { .. }))
        && kinds().all(|kind| {
            matches!(
                kind,
                graph::NodeKind::Notify { .. }
                    | graph::NodeKind::Drop
                    | graph::NodeKind::Merge { .. }
                    | graph::NodeKind::Decide
            )
        })
}
