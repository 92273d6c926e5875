//! Who publishes what, and who does something about it: each service with its events, its reactions, what it
//! promises and what it watches. A workflow that somebody conducts is one box: its waits and what it
//! publishes are edges.

use super::expression::{expression, formula};
use super::flow::about::about;
use super::ids::Ids;
use super::label::{listed, wrapped};
use super::{About, Diagram, Direction, Edge, EdgeKind, Group, GroupKind, Node, NodeKind, Subject};
use crate::graph::{self, EdgeKind as Way, NodeId, ReceiveKind, Timer};
use crate::model::{
    EventId, Formula, GoalKind, Id, Participant, Reaction, ServiceId, Watch, Workflow, WorkflowId,
};
use std::collections::{BTreeMap, BTreeSet};

const WIDE: usize = 26;
/// More steps of a reaction than these are counted.
const MOST: usize = 4;

pub fn draw(subject: &Subject) -> Diagram {
    let mut sketch = Sketch {
        subject,
        ids: Ids::default(),
        out: Diagram { direction: Direction::Right, ..Diagram::default() },
        groups: BTreeMap::new(),
        events: BTreeMap::new(),
        heads: BTreeMap::new(),
        known: BTreeSet::new(),
    };
    for &workflow in &subject.workflows {
        sketch.heads_of(workflow);
    }
    for &workflow in &subject.workflows {
        sketch.published_by(workflow);
        sketch.taken_by(workflow);
    }
    sketch.out
}

struct Sketch<'a> {
    subject: &'a Subject<'a>,
    ids: Ids,
    out: Diagram,
    groups: BTreeMap<ServiceId, usize>,
    events: BTreeMap<EventId, usize>,
    /// What is drawn for the beginning of each line: a reaction, a watch, a conducted workflow.
    heads: BTreeMap<NodeId, usize>,
    /// Edges that are there.
    known: BTreeSet<(usize, usize, EdgeKind)>,
}

impl Sketch<'_> {
    /// The beginnings of lines: what happens by itself, or because of an event.
    fn heads_of(&mut self, id: WorkflowId) {
        let (model, graph) = (self.subject.model, self.subject.graph);
        let workflow = &model.workflows[id];
        if let Some(coordinator) = workflow.coordinator() {
            let about = About::new(workflow.name.text.as_str(), [workflow.name.span]).doc(&workflow.doc);
            let lines = wrapped(&format!("conducted by {}", model.service_name(coordinator)), WIDE);
            let node = self.node(NodeKind::Whole, "workflow", &workflow.name.text, lines, coordinator, about);
            self.heads.insert(graph.start(id), node);
        }
        for (node, item) in graph.nodes_of(id) {
            let Some(side) = item.side else { continue };
            match &item.kind {
                graph::NodeKind::Receive { kind: ReceiveKind::Reaction, .. } => {
                    self.reaction(workflow, node, side);
                }
                graph::NodeKind::Timer(Timer::Watch { .. }) => self.watch(workflow, node, side),
                graph::NodeKind::Timer(Timer::RunLimit) => self.run_limit(workflow, node, side),
                graph::NodeKind::Goal { trigger: Some(_), .. } => self.goal(node, side),
                _ => {}
            }
        }
    }

    fn reaction(&mut self, workflow: &Workflow, node: NodeId, side: ServiceId) {
        let (model, graph) = (self.subject.model, self.subject.graph);
        let found = reaction_at(workflow, side, graph.node(node).span);
        let what = found.map_or_else(|| self.trigger_words(node), |it| formula(model, &it.formula));
        let mut lines = wrapped(&format!("when {what}"), WIDE);
        lines.extend(self.does(node));
        if let Some((promise, _)) = found.and_then(|it| it.block.promises) {
            lines.push(format!("promises within {}", crate::model::duration(promise)));
        }
        let about = about(model, graph, node);
        let about = found.map_or(about.clone(), |it| {
            let promise = it.block.promises.map(|(_, span)| span);
            let spans = about.spans.iter().copied().chain(promise).collect();
            About { spans, ..about }.doc(&it.doc)
        });
        let drawn = self.node(NodeKind::Receive, "when", &what, lines, side, about);
        self.out.nodes[drawn].title.clear();
        self.heads.insert(node, drawn);
    }

    fn watch(&mut self, workflow: &Workflow, node: NodeId, side: ServiceId) {
        let model = self.subject.model;
        let span = self.subject.graph.node(node).span;
        let Some(watch) = sides(workflow, side).flat_map(|it| &it.watches).find(|it| it.span.contains(span))
        else {
            return;
        };
        let text = format!(
            "watch: no {} within {}",
            formula(model, &watch.expected),
            expression(model, &watch.within)
        );
        let mut lines = wrapped(&text, WIDE);
        lines.extend(self.does(node));
        let about =
            About::new(about(model, self.subject.graph, node).entity, [watch.span, watch.armed_by_span]);
        let drawn = self.node(NodeKind::Timer, "watch", "", lines, side, about);
        self.heads.insert(node, drawn);
        self.armed(drawn, watch);
    }

    fn armed(&mut self, drawn: usize, watch: &Watch) {
        let armed_by = self.event(watch.armed_by);
        self.edge(armed_by, drawn, EdgeKind::Aside, "arms", &[watch.armed_by_span]);
        for term in &watch.expected.terms {
            let expected = self.event(term.event);
            self.edge(expected, drawn, EdgeKind::Aside, "calms", &[term.span]);
        }
    }

    fn run_limit(&mut self, workflow: &Workflow, node: NodeId, side: ServiceId) {
        let model = self.subject.model;
        let span = self.subject.graph.node(node).span;
        let limit = workflow.body.limits.iter().find(|limit| limit.span.contains(span));
        let bound = limit.map_or_else(String::new, |limit| expression(model, &limit.bound));
        let mut lines = wrapped(&format!("watch: {} has no end within {bound}", workflow.name.text), WIDE);
        lines.extend(self.does(node));
        let about = about(model, self.subject.graph, node);
        let drawn = self.node(NodeKind::Timer, "limit", "", lines, side, about);
        self.heads.insert(node, drawn);
    }

    fn goal(&mut self, node: NodeId, side: ServiceId) {
        let model = self.subject.model;
        let graph::NodeKind::Goal { goal, .. } = &self.subject.graph.node(node).kind else { return };
        let goal = &model.goals[*goal];
        let kind = match goal.kind {
            GoalKind::Success => NodeKind::Success,
            GoalKind::Failure => NodeKind::Failure,
        };
        let workflow = model.workflows[goal.workflow].name.text.as_str();
        let about = about(model, self.subject.graph, node);
        let lines = wrapped(&format!("end of {workflow}"), WIDE);
        let owner = goal.owner.service.unwrap_or(side);
        let drawn = self.node(kind, "goal", &goal.name.text, lines, owner, about);
        self.heads.insert(node, drawn);
    }

    /// What the line behind a node does, in a few words.
    fn does(&self, head: NodeId) -> Vec<String> {
        let (model, graph) = (self.subject.model, self.subject.graph);
        let mut steps = Vec::new();
        for id in graph.line_from(head) {
            match &graph.node(id).kind {
                graph::NodeKind::Act(act) => steps.push(model.operation_path(act.operation)),
                graph::NodeKind::Run(run) => {
                    steps.push(format!("run {}", model.workflows[run.workflow].name.text))
                }
                graph::NodeKind::Notify { operation: Some(operation), .. } => {
                    steps.push(format!("notify {}", model.operation_path(*operation)));
                }
                graph::NodeKind::Undo { .. } => steps.push("undo".to_string()),
                _ => {}
            }
        }
        steps.dedup();
        if steps.is_empty() { Vec::new() } else { wrapped(&listed(&steps, "and", MOST), WIDE) }
    }

    /// From the beginning of each line to the events that it publishes.
    fn published_by(&mut self, id: WorkflowId) {
        let graph = self.subject.graph;
        let heads: Vec<(NodeId, usize)> = self.heads.iter().map(|(head, at)| (*head, *at)).collect();
        for (head, at) in heads.into_iter().filter(|(head, _)| graph.node(*head).workflow == Some(id)) {
            for node in graph.line_from(head) {
                for edge in graph.out_edges(node).filter(|edge| graph.is_publication(edge)) {
                    let graph::NodeKind::Message { event } = graph.node(edge.to).kind else { continue };
                    let drawn = self.event(event);
                    let label = if edge.edge.kind == Way::Consequence { "brings about" } else { "publishes" };
                    self.edge(at, drawn, EdgeKind::Next, label, &[graph.node(node).span]);
                }
            }
        }
    }

    /// From events to who takes them.
    fn taken_by(&mut self, id: WorkflowId) {
        let (model, graph) = (self.subject.model, self.subject.graph);
        let workflow = &model.workflows[id];
        for (node, item) in graph.nodes_of(id) {
            let (graph::NodeKind::Start { trigger: Some(trigger) }
            | graph::NodeKind::Goal { trigger: Some(trigger), .. }
            | graph::NodeKind::Receive { trigger, .. }) = &item.kind
            else {
                continue;
            };
            if matches!(item.kind, graph::NodeKind::Start { .. }) && workflow.is_choreographed() {
                self.note_start(workflow, trigger);
                continue;
            }
            let head = self.heads.get(&node).or_else(|| self.heads.get(&graph.start(id))).copied();
            let Some(head) = head.or_else(|| self.head_before(node)) else { continue };
            let (kind, label) = match &item.kind {
                graph::NodeKind::Start { .. } => (EdgeKind::Hears, "starts"),
                graph::NodeKind::Goal { .. } => (EdgeKind::Aside, "reaches"),
                graph::NodeKind::Receive { kind: ReceiveKind::Reaction, .. } => {
                    let is_promised =
                        reaction_at(workflow, item.side.unwrap_or(ServiceId::from_index(0)), item.span)
                            .is_some_and(|it| it.block.promises.is_some());
                    if is_promised { (EdgeKind::Hears, "promised") } else { (EdgeKind::Message, "") }
                }
                graph::NodeKind::Receive { kind: ReceiveKind::Late, .. } => (EdgeKind::Aside, "too late"),
                _ => (EdgeKind::Hears, "awaited"),
            };
            for (event, span) in &trigger.terms {
                let event = self.event(*event);
                self.edge(event, head, kind, label, &[*span]);
            }
        }
    }

    /// The beginning of the line on which a wait stands.
    fn head_before(&self, node: NodeId) -> Option<usize> {
        let graph = self.subject.graph;
        let on_line = graph.reaching([node], |edge| edge.edge.kind.is_on_the_line());
        on_line.iter().find_map(|id| self.heads.get(id)).copied()
    }

    /// An event that starts a choreography says so; the reactions to it are drawn anyway.
    fn note_start(&mut self, workflow: &Workflow, trigger: &graph::Trigger) {
        for (event, _) in &trigger.terms {
            let at = self.event(*event);
            let lines = wrapped(&format!("starts {}", workflow.name.text), WIDE);
            if !lines.iter().all(|line| self.out.nodes[at].lines.contains(line)) {
                self.out.nodes[at].lines.extend(lines);
            }
        }
    }

    fn event(&mut self, id: EventId) -> usize {
        if let Some(&known) = self.events.get(&id) {
            return known;
        }
        let model = self.subject.model;
        let event = &model.events[id];
        let mut lines = Vec::new();
        if self.subject.graph.is_environment(id) {
            lines.push("from outside".to_string());
        }
        let name = model.event_name(id);
        let service = model.service_name(event.service);
        let about = About::new(format!("{service}/{name}"), [event.name.span, event.span]).doc(&event.doc);
        let drawn = self.node(NodeKind::Event, "event", &name, lines, event.service, about);
        self.events.insert(id, drawn);
        drawn
    }

    fn group(&mut self, service: ServiceId) -> usize {
        if let Some(&known) = self.groups.get(&service) {
            return known;
        }
        let item = &self.subject.model.services[service];
        let group = self.out.groups.len();
        self.out.groups.push(Group {
            id: self.ids.of("side", &item.name.text),
            kind: GroupKind::Participant,
            title: wrapped(&item.name.text, 60).join(" "),
            parent: None,
            about: super::services::service_about(self.subject.model, service),
        });
        self.groups.insert(service, group);
        group
    }

    fn node(
        &mut self,
        kind: NodeKind,
        word: &str,
        name: &str,
        lines: Vec<String>,
        service: ServiceId,
        about: About,
    ) -> usize {
        let group = Some(self.group(service));
        let title = if name.is_empty() { Vec::new() } else { wrapped(name, WIDE) };
        let id = self.ids.of(word, name);
        self.out.nodes.push(Node { id, kind, title, lines, group, stands_for: None, about });
        self.out.nodes.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize, kind: EdgeKind, label: &str, spans: &[crate::source::Span]) {
        if !self.known.insert((from, to, kind)) {
            let known = self.out.edges.iter_mut().find(|it| (it.from, it.to, it.kind) == (from, to, kind));
            known.into_iter().for_each(|it| it.about.spans.extend(spans));
            return;
        }
        let lines = if label.is_empty() { Vec::new() } else { vec![label.to_string()] };
        self.out.edges.push(Edge { from, to, kind, lines, about: About::new("", spans.iter().copied()) });
    }

    fn trigger_words(&self, node: NodeId) -> String {
        let graph::NodeKind::Receive { trigger, .. } = &self.subject.graph.node(node).kind else {
            return String::new();
        };
        let names: Vec<String> =
            trigger.terms.iter().map(|(event, _)| self.subject.model.event_name(*event)).collect();
        listed(&names, "and", MOST)
    }
}

fn sides(workflow: &Workflow, service: ServiceId) -> impl Iterator<Item = &Participant> {
    workflow.participants.iter().filter(move |it| it.service == service)
}

/// The reaction of a participant whose formula stands at `span`.
fn reaction_at(workflow: &Workflow, service: ServiceId, span: crate::source::Span) -> Option<&Reaction> {
    let stands = |of: &Formula| of.span == span || of.span.contains(span);
    sides(workflow, service).flat_map(|it| &it.reactions).find(|it| stands(&it.formula))
}
