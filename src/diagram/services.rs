//! Who depends on whom: one edge for each pair of services and kind of coupling, from the one that
//! needs to the one that is needed, so that an edge reads as a sentence.

use super::ids::Ids;
use super::label::{listed, wrapped};
use super::{Diagram, Direction, Edge, EdgeKind, Node, NodeKind, Subject};
use crate::graph::{self, NodeId};
use crate::model::{Id, OperationId, OperationKind, ServiceId, UndoneBy, WorkflowId};
use std::collections::BTreeMap;

const WIDE: usize = 23;

/// What one service needs of another, by kind: for each verb the names, in the order of the steps.
type Couplings = BTreeMap<(ServiceId, ServiceId, EdgeKind), Vec<(Verb, Vec<String>)>>;

/// `hears`
type Verb = &'static str;

/// More names than these are only counted.
const MOST: usize = 8;

/// One thing that a service needs of another.
struct Need {
    of: ServiceId,
    kind: EdgeKind,
    verb: Verb,
    name: String,
}

/// Draws the services of `subject`, and what its workflows make of them.
pub fn draw(subject: &Subject) -> Diagram {
    let couplings = couplings(subject);
    let is_whole = subject.workflows.len() == subject.model.workflows.len();
    let is_coupled = |id: ServiceId| couplings.keys().any(|(from, to, _)| *from == id || *to == id);
    let mut ids = Ids::default();
    let mut diagram = Diagram { direction: Direction::Right, ..Diagram::default() };
    let mut places = vec![None; subject.model.services.len()];
    for id in subject.model.services.ids().filter(|id| is_whole || is_coupled(*id)) {
        places[id.index()] = Some(diagram.nodes.len());
        diagram.nodes.push(service(subject, id, &mut ids));
    }
    for ((from, to, kind), what) in couplings {
        if let (Some(from), Some(to)) = (places[from.index()], places[to.index()]) {
            let sentence = |(verb, names): &(Verb, Vec<String>)| {
                wrapped(&format!("{verb} {}", listed(names, "and", MOST)), WIDE)
            };
            let lines = what.iter().flat_map(sentence).collect();
            diagram.edges.push(Edge { from, to, kind, lines });
        }
    }
    diagram
}

fn service(subject: &Subject, id: ServiceId, ids: &mut Ids) -> Node {
    let model = subject.model;
    let service = &model.services[id];
    let title = wrapped(&service.name.text, WIDE);
    let mut lines = Vec::new();
    let conducted: Vec<&str> = subject
        .workflows
        .iter()
        .map(|id| &model.workflows[*id])
        .filter(|workflow| workflow.coordinator() == Some(id))
        .map(|workflow| workflow.name.text.as_str())
        .collect();
    if !conducted.is_empty() {
        let text = format!("conducts {}", listed(&conducted, "and", 4));
        lines.extend(wrapped(&text, WIDE));
    }
    if let Some(team) = &service.team {
        lines.extend(wrapped(&format!("team {}", team.text), WIDE));
    }
    lines.extend(service.external.map(|_| "external".to_string()));
    lines.extend(service.many_instances.map(|_| "many instances".to_string()));
    let kind = if service.external.is_some() { NodeKind::ExternalService } else { NodeKind::Service };
    Node { id: ids.of("service", &service.name.text), kind, title, lines, group: None, stands_for: None }
}

fn couplings(subject: &Subject) -> Couplings {
    let mut couplings = Couplings::new();
    let nodes = subject.workflows.iter().flat_map(|id| subject.graph.nodes_of(*id));
    for (id, node) in nodes {
        let Some(side) = node.side else { continue };
        for need in needs(subject, id, node).into_iter().filter(|need| need.of != side) {
            let verbs = couplings.entry((side, need.of, need.kind)).or_default();
            match verbs.iter_mut().find(|(verb, _)| *verb == need.verb) {
                Some((_, names)) if names.contains(&need.name) => {}
                Some((_, names)) => names.push(need.name),
                None => verbs.push((need.verb, vec![need.name])),
            }
        }
    }
    forget_what_is_relied_on(&mut couplings);
    couplings
}

/// An event on which a service relies somewhere is no mere notification.
fn forget_what_is_relied_on(couplings: &mut Couplings) {
    let relied: Couplings = couplings
        .iter()
        .filter(|((_, _, kind), _)| *kind == EdgeKind::Hears)
        .map(|(key, it)| (*key, it.clone()))
        .collect();
    for ((from, to, kind), verbs) in couplings.iter_mut() {
        let Some(others) = relied.get(&(*from, *to, EdgeKind::Hears)).filter(|_| *kind == EdgeKind::Notify)
        else {
            continue;
        };
        for (verb, names) in verbs.iter_mut() {
            names.retain(|name| !others.iter().any(|(other, known)| other == verb && known.contains(name)));
        }
        verbs.retain(|(_, names)| !names.is_empty());
    }
    couplings.retain(|_, verbs| !verbs.is_empty());
}

/// What one node needs of other services.
fn needs(subject: &Subject, id: NodeId, node: &graph::Node) -> Vec<Need> {
    let model = subject.model;
    match &node.kind {
        graph::NodeKind::Act(act) => {
            let mut needs = vec![called(subject, act.operation)];
            if let Some(UndoneBy::Operation { operation, .. }) = act.undone.as_ref().map(|it| &it.by)
                && is_undone(subject, id)
            {
                needs.push(Need { verb: "undoes by", ..called(subject, *operation) });
            }
            needs
        }
        graph::NodeKind::Run(run) => run_of(subject, run.workflow, EdgeKind::Run).into_iter().collect(),
        graph::NodeKind::Notify { service, operation, workflow } => {
            let told = service.zip(*operation).map(|(of, operation)| {
                let name = model.operations[operation].name.text.to_string();
                Need { of, kind: EdgeKind::Notify, verb: "notifies", name }
            });
            let run = workflow.and_then(|workflow| run_of(subject, workflow, EdgeKind::Notify));
            told.or(run).into_iter().collect()
        }
        graph::NodeKind::Receive { trigger, .. } => {
            reliance(subject, id).map_or_else(Vec::new, |kind| heard(subject, trigger, kind))
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

fn called(subject: &Subject, id: OperationId) -> Need {
    let operation = &subject.model.operations[id];
    let (kind, verb) = match operation.kind {
        OperationKind::Command => (EdgeKind::Command, "sends"),
        OperationKind::Query => (EdgeKind::Query, "asks"),
    };
    Need { of: operation.service, kind, verb, name: operation.name.text.to_string() }
}

/// Needed is who conducts the workflow; a choreographed one is reached by an event.
fn run_of(subject: &Subject, workflow: WorkflowId, kind: EdgeKind) -> Option<Need> {
    let child = &subject.model.workflows[workflow];
    child.coordinator().map(|of| Need { of, kind, verb: "runs", name: child.name.text.to_string() })
}

fn heard(subject: &Subject, trigger: &graph::Trigger, kind: EdgeKind) -> Vec<Need> {
    let events = trigger.terms.iter().map(|(event, _)| *event);
    events
        .map(|event| {
            let of = subject.model.events[event].service;
            Need { of, kind, verb: "hears", name: subject.model.event_name(event) }
        })
        .collect()
}

/// Whether some `undo` can take the step back.
fn is_undone(subject: &Subject, act: NodeId) -> bool {
    subject.graph.is_undone(act)
}

/// What taking an event is good for: nothing on purpose, telling somebody, or more.
fn reliance(subject: &Subject, receive: NodeId) -> Option<EdgeKind> {
    let is_joint = |kind: &graph::NodeKind| {
        matches!(kind, graph::NodeKind::Drop | graph::NodeKind::Merge { .. } | graph::NodeKind::Decide)
    };
    let line = subject.graph.line_from(receive);
    let mut done =
        line.iter().map(|id| &subject.graph.node(*id).kind).filter(|kind| !is_joint(kind)).peekable();
    done.peek()?;
    // Nobody relies on what is only told.
    let only_tells = done.all(|kind| matches!(kind, graph::NodeKind::Notify { .. }));
    Some(if only_tells { EdgeKind::Notify } else { EdgeKind::Hears })
}
