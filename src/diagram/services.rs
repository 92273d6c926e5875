//! Who depends on whom: one edge for each pair of services and kind of coupling, from the one that
//! needs to the one that is needed, so that an edge reads as a sentence.

use super::ids::Ids;
use super::label::{listed, wrapped};
use super::{About, Diagram, Direction, Edge, EdgeKind, Group, GroupKind, Node, NodeKind, Subject};
use crate::graph::{self, NodeId, components};
use crate::model::{Id, Model, OperationId, OperationKind, ServiceId, UndoneBy, WorkflowId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

const WIDE: usize = 23;

/// What one service needs of another, by kind.
pub(super) type Couplings = BTreeMap<(ServiceId, ServiceId, EdgeKind), Coupling>;

/// All that one service needs of another in one way.
#[derive(Clone, Debug, Default)]
pub(super) struct Coupling {
    /// For each verb the names, in the order of the steps.
    verbs: Vec<(Verb, Vec<String>)>,
    /// Whether it waits on the line, so that both must be up.
    pub is_temporal: bool,
    pub spans: Vec<Span>,
}

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
    is_temporal: bool,
    span: Span,
}

impl Coupling {
    pub fn n_names(&self) -> usize {
        self.verbs.iter().map(|(_, names)| names.len()).sum()
    }

    fn add(&mut self, need: Need) {
        self.is_temporal |= need.is_temporal;
        self.spans.push(need.span);
        match self.verbs.iter_mut().find(|(verb, _)| *verb == need.verb) {
            Some((_, names)) if names.contains(&need.name) => {}
            Some((_, names)) => names.push(need.name),
            None => self.verbs.push((need.verb, vec![need.name])),
        }
    }
}

/// Draws the services of `subject`, and what its workflows make of them.
pub fn draw(subject: &Subject) -> Diagram {
    let couplings = couplings(subject);
    let is_whole = subject.workflows.len() == subject.model.workflows.len();
    let is_coupled = |id: ServiceId| couplings.keys().any(|(from, to, _)| *from == id || *to == id);
    let mut ids = Ids::default();
    let mut diagram = Diagram { direction: Direction::Right, ..Diagram::default() };
    let mut places = vec![None; subject.model.services.len()];
    let shown: Vec<ServiceId> =
        subject.model.services.ids().filter(|id| is_whole || is_coupled(*id)).collect();
    let degrees = Degrees::new(&couplings);
    let teams = teams(subject, &shown, &mut ids, &mut diagram);
    for &id in &shown {
        places[id.index()] = Some(diagram.nodes.len());
        let mut node = service(subject, id, &mut ids);
        let team = subject.model.services[id].team.as_ref().map(|team| team.text.as_str());
        node.group = team.and_then(|team| teams.get(team).copied());
        if let (Some(team), None) = (team, node.group) {
            node.lines.extend(wrapped(&format!("team {team}"), WIDE));
        }
        node.lines.extend(degrees.line(id));
        node.about.is_circular = degrees.circles.contains_key(&id);
        diagram.nodes.push(node);
    }
    for ((from, to, kind), coupling) in couplings {
        if let (Some(at), Some(end)) = (places[from.index()], places[to.index()]) {
            let sentence = |(verb, names): &(Verb, Vec<String>)| {
                wrapped(&format!("{verb} {}", listed(names, "and", MOST)), WIDE)
            };
            let mut lines: Vec<String> = coupling.verbs.iter().flat_map(sentence).collect();
            lines.extend(coupling.is_temporal.then(|| "(temporal)".to_string()));
            let model = subject.model;
            let entity = format!("{}/{}", model.service_name(from), model.service_name(to));
            let mut about = About::new(entity, coupling.spans);
            let circle = degrees.circles.get(&from);
            about.is_circular =
                kind != EdgeKind::Notify && circle.is_some() && circle == degrees.circles.get(&to);
            diagram.edges.push(Edge { from: at, to: end, kind, lines, about });
        }
    }
    diagram
}

/// A frame for each team with several of the services.
fn teams<'m>(
    subject: &Subject<'m>,
    shown: &[ServiceId],
    ids: &mut Ids,
    diagram: &mut Diagram,
) -> BTreeMap<&'m str, usize> {
    let team = |id: &ServiceId| subject.model.services[*id].team.as_ref();
    let mut groups = BTreeMap::new();
    for name in shown.iter().filter_map(team) {
        let n_services = shown.iter().filter_map(team).filter(|other| other.text == name.text).count();
        if n_services < 2 || groups.contains_key(name.text.as_str()) {
            continue;
        }
        groups.insert(name.text.as_str(), diagram.groups.len());
        diagram.groups.push(Group {
            id: ids.of("team", &name.text),
            kind: GroupKind::Part,
            title: wrapped(&format!("team {}", name.text), 60).join(" "),
            parent: None,
            about: About::new(name.text.as_str(), [name.span]),
        });
    }
    groups
}

/// How many services each needs, how many need it, and which need each other.
struct Degrees {
    needed: BTreeMap<ServiceId, BTreeSet<ServiceId>>,
    needing: BTreeMap<ServiceId, BTreeSet<ServiceId>>,
    /// By service, which circle it lies on.
    circles: BTreeMap<ServiceId, usize>,
}

impl Degrees {
    fn new(couplings: &Couplings) -> Degrees {
        let mut it = Degrees { needed: BTreeMap::new(), needing: BTreeMap::new(), circles: BTreeMap::new() };
        let mut edges = Vec::new();
        let mut n_services = 0;
        for (from, to, _) in couplings.keys().filter(|(.., kind)| *kind != EdgeKind::Notify) {
            it.needed.entry(*from).or_default().insert(*to);
            it.needing.entry(*to).or_default().insert(*from);
            edges.push((from.index(), to.index()));
            n_services = n_services.max(from.index() + 1).max(to.index() + 1);
        }
        for (number, circle) in components(n_services, &edges).into_iter().enumerate() {
            it.circles.extend(circle.into_iter().map(|at| (ServiceId::from_index(at), number)));
        }
        it
    }

    /// `efferent 3, afferent 2`; nothing for a service that has to do with nobody.
    fn line(&self, id: ServiceId) -> Option<String> {
        let count = |of: &BTreeMap<ServiceId, BTreeSet<ServiceId>>| of.get(&id).map_or(0, BTreeSet::len);
        let (efferent, afferent) = (count(&self.needed), count(&self.needing));
        (efferent + afferent > 0).then(|| format!("efferent {efferent}, afferent {afferent}"))
    }
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
    lines.extend(service.external.map(|_| "external".to_string()));
    lines.extend(service.many_instances.map(|_| "many instances".to_string()));
    let kind = if service.external.is_some() { NodeKind::ExternalService } else { NodeKind::Service };
    let about = service_about(model, id);
    let id = ids.of("service", &service.name.text);
    Node { id, kind, title, lines, group: None, stands_for: None, about }
}

pub(super) fn service_about(model: &Model, id: ServiceId) -> About {
    let service = &model.services[id];
    About::new(service.name.text.as_str(), [service.name.span, service.span]).doc(&service.doc)
}

pub(super) fn couplings(subject: &Subject) -> Couplings {
    let mut couplings = Couplings::new();
    let nodes = subject.workflows.iter().flat_map(|id| subject.graph.nodes_of(*id));
    for (id, node) in nodes {
        let Some(side) = node.side else { continue };
        for need in needs(subject, id, node).into_iter().filter(|need| need.of != side) {
            couplings.entry((side, need.of, need.kind)).or_default().add(need);
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
    for ((from, to, kind), coupling) in couplings.iter_mut() {
        let Some(others) = relied.get(&(*from, *to, EdgeKind::Hears)).filter(|_| *kind == EdgeKind::Notify)
        else {
            continue;
        };
        for (verb, names) in &mut coupling.verbs {
            let is_known = |name: &String| {
                others.verbs.iter().any(|(other, known)| other == verb && known.contains(name))
            };
            names.retain(|name| !is_known(name));
        }
        coupling.verbs.retain(|(_, names)| !names.is_empty());
    }
    couplings.retain(|_, coupling| !coupling.verbs.is_empty());
}

/// What one node needs of other services.
fn needs(subject: &Subject, id: NodeId, node: &graph::Node) -> Vec<Need> {
    let model = subject.model;
    match &node.kind {
        graph::NodeKind::Act(act) => {
            let call = called(subject, act.operation, act.call_span);
            let mut needs = vec![Need { is_temporal: act.on_the_line && act.is_remote, ..call }];
            if let Some(UndoneBy::Operation { operation, .. }) = act.undone.as_ref().map(|it| &it.by)
                && is_undone(subject, id)
            {
                needs.push(Need { verb: "undoes by", ..called(subject, *operation, act.call_span) });
            }
            needs
        }
        graph::NodeKind::Run(run) => {
            run_of(subject, run.workflow, EdgeKind::Run, run.call_span).into_iter().collect()
        }
        graph::NodeKind::Notify { service, operation, workflow } => {
            let told = service.zip(*operation).map(|(of, operation)| {
                let name = model.operations[operation].name.text.to_string();
                let kind = EdgeKind::Notify;
                Need { of, kind, verb: "notifies", name, is_temporal: false, span: node.span }
            });
            let run = workflow.and_then(|workflow| run_of(subject, workflow, EdgeKind::Notify, node.span));
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

fn called(subject: &Subject, id: OperationId, span: Span) -> Need {
    let operation = &subject.model.operations[id];
    let (kind, verb) = match operation.kind {
        OperationKind::Command => (EdgeKind::Command, "sends"),
        OperationKind::Query => (EdgeKind::Query, "asks"),
    };
    let name = operation.name.text.to_string();
    Need { of: operation.service, kind, verb, name, is_temporal: false, span }
}

/// Needed is who conducts the workflow; a choreographed one is reached by an event.
fn run_of(subject: &Subject, workflow: WorkflowId, kind: EdgeKind, span: Span) -> Option<Need> {
    let child = &subject.model.workflows[workflow];
    let name = child.name.text.to_string();
    child.coordinator().map(|of| Need { of, kind, verb: "runs", name, is_temporal: false, span })
}

fn heard(subject: &Subject, trigger: &graph::Trigger, kind: EdgeKind) -> Vec<Need> {
    let terms = trigger.terms.iter();
    terms
        .map(|(event, span)| {
            let of = subject.model.events[*event].service;
            let name = subject.model.event_name(*event);
            Need { of, kind, verb: "hears", name, is_temporal: false, span: *span }
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
