//! The steps of workflows, as people wrote them: joints of lines are left out, and what may happen in
//! many places is drawn once.

pub(super) mod about;
mod describe;
mod endings;
mod groups;
mod lanes;
mod lines;
mod loose;
mod messages;
mod trouble;

use super::ids::Ids;
use super::label::{listed, wrapped};
use super::said::{Said, said};
use super::undone::undoable;
use super::{About, Diagram, Edge, EdgeKind, Node, NodeKind, Subject};
use crate::graph::{self, NodeId, ReceiveKind, RegionId, RegionKind, StepGraph, Timer};
use crate::model::{Id, ServiceId, WorkflowId};
use crate::source::Span;
use std::collections::BTreeMap;

/// Draws the workflows of `subject`.
pub fn draw(subject: &Subject) -> Diagram {
    let mut sketch = Sketch {
        subject,
        said: BTreeMap::new(),
        ids: Ids::default(),
        diagram: Diagram::default(),
        shown: vec![None; subject.graph.n_nodes()],
        anchors: anchors(subject.graph),
        taken_back: BTreeMap::new(),
        groups: BTreeMap::new(),
        lanes: BTreeMap::new(),
        late: BTreeMap::new(),
        unhandled: BTreeMap::new(),
        traces: Vec::new(),
    };
    for &workflow in &subject.workflows {
        sketch.said.insert(workflow, said(subject.model, &subject.model.workflows[workflow]));
        sketch.workflow(workflow);
    }
    sketch.lines();
    sketch.messages();
    sketch.finish()
}

/// A diagram in the making.
struct Sketch<'a> {
    subject: &'a Subject<'a>,
    said: BTreeMap<WorkflowId, Said>,
    ids: Ids,
    diagram: Diagram,
    /// The position in the diagram of each node of the step graph that is drawn.
    shown: Vec<Option<usize>>,
    anchors: BTreeMap<RegionId, NodeId>,
    /// The steps that each undo takes back, in the order of the text: finding them takes a walk through the graph.
    taken_back: BTreeMap<NodeId, Vec<NodeId>>,
    groups: BTreeMap<RegionId, usize>,
    /// Of each workflow that has lanes: who conducts it, and the groups.
    lanes: BTreeMap<WorkflowId, (ServiceId, lanes::Groups)>,
    /// The group of what comes after the end of each workflow.
    late: BTreeMap<WorkflowId, usize>,
    /// The one node for all that nobody meets, by workflow and side.
    unhandled: BTreeMap<(WorkflowId, Option<ServiceId>), usize>,
    traces: Vec<Trace>,
}

/// An edge before edges that say the same are joined.
struct Trace {
    from: usize,
    to: usize,
    kind: EdgeKind,
    label: String,
    /// Where its reason is written.
    span: Option<Span>,
}

impl Sketch<'_> {
    fn workflow(&mut self, workflow: WorkflowId) {
        let graph = self.subject.graph;
        self.open_lanes(workflow);
        for (id, node) in graph.nodes_of(workflow) {
            if !self.is_drawn(id, node) {
                continue;
            }
            if matches!(node.kind, graph::NodeKind::Unhandled) {
                if let Some(&known) = self.unhandled.get(&(workflow, node.side)) {
                    self.shown[id.index()] = Some(known);
                    continue;
                }
                self.unhandled.insert((workflow, node.side), self.diagram.nodes.len());
            }
            self.show(id);
        }
    }

    /// Whether a node of the step graph is one that people wrote, and not a joint.
    fn is_drawn(&self, id: NodeId, node: &graph::Node) -> bool {
        match &node.kind {
            graph::NodeKind::Goal { trigger, .. } => trigger.is_some(),
            graph::NodeKind::Timer(Timer::Limit | Timer::Reminder) => self.anchor(id).is_none(),
            // The end of a side line is only worth drawing where trouble leads straight to it.
            graph::NodeKind::Drop => {
                self.subject.graph.in_edges(id).any(|edge| {
                    matches!(self.subject.graph.node(edge.from).kind, graph::NodeKind::Merge { .. })
                })
            }
            graph::NodeKind::Merge { .. } | graph::NodeKind::Message { .. } => false,
            graph::NodeKind::Start { .. }
            | graph::NodeKind::End { .. }
            | graph::NodeKind::Unhandled
            | graph::NodeKind::FallOff
            | graph::NodeKind::Act(_)
            | graph::NodeKind::Run(_)
            | graph::NodeKind::Notify { .. }
            | graph::NodeKind::Publish { .. }
            | graph::NodeKind::Receive { .. }
            | graph::NodeKind::Race
            | graph::NodeKind::Timer(Timer::Pause | Timer::Watch { .. } | Timer::RunLimit)
            | graph::NodeKind::Decide
            | graph::NodeKind::Fork { .. }
            | graph::NodeKind::Join { .. }
            | graph::NodeKind::Undo { .. } => true,
        }
    }

    fn show(&mut self, id: NodeId) -> usize {
        if let graph::NodeKind::Undo { acts, .. } = &self.subject.graph.node(id).kind {
            self.taken_back.insert(id, undoable(self.subject.graph, id, acts));
        }
        let described = self.describe(id);
        let node = Node {
            id: self.ids.of(described.word, &described.name),
            kind: described.kind,
            title: described.title,
            lines: described.lines,
            group: self.lane_of(id).or_else(|| self.group_of(id)),
            stands_for: Some(id),
            about: self.about(id),
        };
        self.diagram.nodes.push(node);
        let at = self.diagram.nodes.len() - 1;
        self.shown[id.index()] = Some(at);
        at
    }

    /// The one thing that a limit or reminder is said of, where it is not said of a whole block.
    fn anchor(&self, beside: NodeId) -> Option<NodeId> {
        self.anchors.get(&self.subject.graph.node(beside).region).copied()
    }

    fn about(&self, id: NodeId) -> About {
        about::about(self.subject.model, self.subject.graph, id)
    }

    fn said_at(&self, id: NodeId, table: impl Fn(&Said) -> &BTreeMap<Span, String>) -> String {
        let node = self.subject.graph.node(id);
        self.said_of(id).and_then(|said| table(said).get(&node.span)).cloned().unwrap_or_default()
    }

    fn said_of(&self, id: NodeId) -> Option<&Said> {
        self.subject.graph.node(id).workflow.and_then(|workflow| self.said.get(&workflow))
    }

    fn finish(mut self) -> Diagram {
        self.merge_endings();
        self.gather_trouble();
        self.place_loose_nodes();
        let mut edges: Vec<(Edge, Vec<String>)> = Vec::new();
        let mut known: BTreeMap<(usize, usize, EdgeKind), usize> = BTreeMap::new();
        let mut parallels: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for Trace { from, to, kind, label, span } in self.traces {
            let at = *known.entry((from, to, kind)).or_insert_with(|| {
                let about = About::default();
                edges.push((Edge { from, to, kind, lines: Vec::new(), about }, Vec::new()));
                *parallels.entry((from, to)).or_default() += 1;
                edges.len() - 1
            });
            edges[at].0.about.spans.extend(span);
            let labels = &mut edges[at].1;
            if !label.is_empty() && !labels.contains(&label) {
                labels.push(label);
            }
        }
        for (edge, mut labels) in edges {
            // Beside another edge of the same ends, one without a word is a riddle.
            if edge.kind == EdgeKind::Next && labels.is_empty() && parallels[&(edge.from, edge.to)] > 1 {
                labels.push("done".to_string());
            }
            if labels == ["yes", "no"] {
                labels = vec!["either way".to_string()];
            }
            let label = listed(&labels, "or", 5);
            let lines = if label.is_empty() { Vec::new() } else { wrapped(&label, 22) };
            self.diagram.edges.push(Edge { lines, ..edge });
        }
        self.diagram
    }
}

/// The node that stands for the whole of its region, by region.
fn anchors(graph: &StepGraph) -> BTreeMap<RegionId, NodeId> {
    let mut anchors = BTreeMap::new();
    for (id, node) in graph.nodes() {
        let is_small = matches!(
            graph.region(node.region).kind,
            RegionKind::Step
                | RegionKind::ChoreographedRun
                | RegionKind::Wait
                | RegionKind::Parallel
                | RegionKind::Loop
        );
        let stands_for_it = matches!(
            node.kind,
            graph::NodeKind::Act(_)
                | graph::NodeKind::Run(_)
                | graph::NodeKind::Receive { kind: ReceiveKind::Wait, .. }
                | graph::NodeKind::Race
                | graph::NodeKind::Fork { .. }
                | graph::NodeKind::Decide
        );
        if is_small && stands_for_it {
            anchors.entry(node.region).or_insert(id);
        }
    }
    anchors
}

/// What a node says, and what it is called in the diagram's text.
struct Described {
    kind: NodeKind,
    word: &'static str,
    name: String,
    title: Vec<String>,
    lines: Vec<String>,
}
