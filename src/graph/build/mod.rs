//! Model to step graph. Cannot fail: what was wrong in the text was reported before, and left no trace
//! in the model.

mod block;
mod choreography;
mod finish;
mod loops;
mod statement;

use super::{
    Edge, EdgeKind, LabelPlace, Node, NodeId, NodeKind, Region, RegionId, RegionKind, StepGraph, Trigger,
};
use crate::model::{Formula, Id, LabelId, Model, ServiceId, Trigger as Start, Trouble, WorkflowId};
use crate::source::{FileId, Span};
use petgraph::graph::DiGraph;
use smol_str::SmolStr;

/// Builds the step graph of a system.
pub fn build(model: &Model) -> StepGraph {
    let mut builder = Builder::new(model);
    builder.messages();
    builder.starts_and_goals();
    for workflow in model.workflows.ids() {
        builder.workflow(workflow);
    }
    builder.finish()
}

struct Builder<'m> {
    model: &'m Model,
    graph: StepGraph,
    frames: Vec<Frame>,
    /// What leaves by `give` or `skip`, by the place it goes to.
    collectors: Vec<Vec<Dangling>>,
    /// The entry of each label that some `then` names, and of each scope.
    entries: Vec<Option<NodeId>>,
    roots: Vec<RegionId>,
}

/// An edge that has no target yet.
#[derive(Clone)]
struct Dangling {
    from: NodeId,
    kind: EdgeKind,
    span: Span,
}

#[derive(Clone, Copy)]
struct FrameId(usize);

#[derive(Clone, Copy)]
struct CollectorId(usize);

/// What a block offers to what stands in it: who meets its failures, where `give` and `skip` go.
struct Frame {
    parent: Option<FrameId>,
    handlers: Vec<(Vec<Trouble>, NodeId)>,
    give: Option<CollectorId>,
    skip: Option<CollectorId>,
}

/// Where the piece being built stands.
#[derive(Clone, Copy)]
struct Place {
    workflow: WorkflowId,
    side: Option<ServiceId>,
    region: RegionId,
    frame: FrameId,
    /// In a participant, an outage that nobody meets is a later delivery, not the end.
    in_participant: bool,
}

/// What went wrong inside a block.
enum What<'a> {
    Failure(&'a SmolStr),
    Outage,
}

impl<'m> Builder<'m> {
    fn new(model: &'m Model) -> Builder<'m> {
        // About what there will be.
        let n_nodes =
            model.events.len() + model.goals.len() + 4 * model.labels.len() + 8 * model.workflows.len();
        let mut builder = Builder {
            model,
            graph: StepGraph { graph: DiGraph::with_capacity(n_nodes, 2 * n_nodes), ..StepGraph::default() },
            frames: vec![Frame { parent: None, handlers: Vec::new(), give: None, skip: None }],
            collectors: Vec::new(),
            entries: vec![None; model.labels.len()],
            roots: Vec::new(),
        };
        let nowhere = Span { file: FileId(0), start: 0, end: 0 };
        builder.graph.labels = vec![None; model.labels.len()];
        builder.new_region(None, RegionKind::System, None, None, nowhere);
        builder
    }

    fn messages(&mut self) {
        let system = RegionId::from_index(0);
        for (id, event) in self.model.events.iter() {
            let message = self.graph.graph.add_node(Node {
                kind: NodeKind::Message { event: id },
                span: event.name.span,
                workflow: None,
                region: system,
                side: Some(event.service),
            });
            self.graph.messages.push(NodeId(message));
        }
    }

    fn starts_and_goals(&mut self) {
        for (id, workflow) in self.model.workflows.iter() {
            let region = self.new_region(None, RegionKind::Workflow, Some(id), None, workflow.span);
            self.roots.push(region);
            let trigger = match &workflow.trigger {
                Start::Events(formula) => Some(trigger(formula)),
                Start::Called | Start::Schedule(_) => None,
            };
            let place = self.root_place(id);
            let start = self.node(place, NodeKind::Start { trigger }, workflow.name.span);
            self.graph.starts.push(start);
            if let Start::Events(formula) = &workflow.trigger {
                self.take(formula, start);
            }
        }
        for (id, goal) in self.model.goals.iter() {
            let place = Place { side: goal.owner.service, ..self.root_place(goal.workflow) };
            let trigger = goal.reached_by.as_ref().map(trigger);
            let node = self.node(place, NodeKind::Goal { goal: id, trigger }, goal.name.span);
            self.graph.goals.push(node);
            if let Some(formula) = &goal.reached_by {
                self.take(formula, node);
            }
        }
    }

    fn root_place(&self, workflow: WorkflowId) -> Place {
        Place {
            workflow,
            side: self.model.workflows[workflow].coordinator(),
            region: self.roots[workflow.index()],
            frame: FrameId(0),
            in_participant: false,
        }
    }

    fn workflow(&mut self, id: WorkflowId) {
        let workflow = &self.model.workflows[id];
        if workflow.is_choreographed() {
            self.choreography(id);
        } else {
            self.conducted(id);
        }
        for late in &workflow.late {
            self.late(id, late);
        }
    }

    /// A conducted workflow: its body from the start to where it falls off.
    fn conducted(&mut self, id: WorkflowId) {
        let workflow = &self.model.workflows[id];
        let place = self.root_place(id);
        self.entries_of(&workflow.body);
        let start =
            Dangling { from: self.graph.starts[id.index()], kind: EdgeKind::Next, span: workflow.name.span };
        let ends = self.block(place, &workflow.body, RegionKind::Body, None, vec![start]);
        if !ends.is_empty() {
            let end = Span { start: workflow.span.end.saturating_sub(1), ..workflow.span };
            let off = self.node(place, NodeKind::FallOff, end);
            self.connect(ends, off);
        }
    }

    fn new_region(
        &mut self,
        parent: Option<RegionId>,
        kind: RegionKind,
        workflow: Option<WorkflowId>,
        label: Option<LabelId>,
        span: Span,
    ) -> RegionId {
        let above = parent.map_or(0, |parent| self.graph.regions[parent].each_depth);
        let region = Region { parent, kind, workflow, label, span, beside: Vec::new(), each_depth: above };
        let id = self.graph.regions.push(region);
        if let Some(label) = label {
            self.graph.labels[label.index()] = Some(LabelPlace { region: id });
        }
        id
    }

    /// A region inside of `place`, and the place in it.
    fn inside(&mut self, place: Place, kind: RegionKind, label: Option<LabelId>, span: Span) -> Place {
        let region = self.new_region(Some(place.region), kind, Some(place.workflow), label, span);
        Place { region, ..place }
    }

    fn node(&mut self, place: Place, kind: NodeKind, span: Span) -> NodeId {
        NodeId(self.graph.graph.add_node(Node {
            kind,
            span,
            workflow: Some(place.workflow),
            region: place.region,
            side: place.side,
        }))
    }

    fn edge(&mut self, from: NodeId, to: NodeId, kind: EdgeKind, span: Span) {
        self.graph.graph.add_edge(from.0, to.0, Edge { kind, span, closes: None, branch: None });
    }

    fn connect(&mut self, ends: Vec<Dangling>, to: NodeId) {
        for end in ends {
            self.edge(end.from, to, end.kind, end.span);
        }
    }

    /// The line goes on behind `node`.
    fn after(&self, node: NodeId) -> Vec<Dangling> {
        vec![Dangling { from: node, kind: EdgeKind::Next, span: self.graph.node(node).span }]
    }

    /// Leads the messages of a formula to the node that takes them.
    fn take(&mut self, formula: &Formula, to: NodeId) {
        for term in &formula.terms {
            let message = self.graph.message(term.event);
            self.edge(message, to, EdgeKind::Message, term.span);
        }
    }

    fn frame(&mut self, frame: Frame) -> FrameId {
        self.frames.push(frame);
        FrameId(self.frames.len() - 1)
    }

    fn collector(&mut self) -> CollectorId {
        self.collectors.push(Vec::new());
        CollectorId(self.collectors.len() - 1)
    }

    fn collected(&mut self, id: CollectorId) -> Vec<Dangling> {
        std::mem::take(&mut self.collectors[id.0])
    }

    /// The handler that meets what went wrong, from `frame` outwards.
    fn met_by(&self, frame: FrameId, what: &What) -> Option<NodeId> {
        let mut at = Some(frame);
        while let Some(frame) = at {
            let frame = &self.frames[frame.0];
            for (troubles, entry) in &frame.handlers {
                let meets = troubles.iter().any(|trouble| match (trouble, what) {
                    (Trouble::Any(_), _) | (Trouble::Outage(_), What::Outage) => true,
                    (Trouble::Failure(name, _), What::Failure(failure)) => name == *failure,
                    (Trouble::Outage(_), What::Failure(_)) | (Trouble::Failure(..), What::Outage) => false,
                });
                if meets {
                    return Some(*entry);
                }
            }
            at = frame.parent;
        }
        None
    }

    /// An edge from `from` to whoever meets what went wrong; nobody: to the implicit failure.
    fn raise(&mut self, place: Place, from: NodeId, what: What, kind: EdgeKind, span: Span) {
        let target = match self.met_by(place.frame, &what) {
            Some(handler) => handler,
            None if place.in_participant && matches!(what, What::Outage) => return,
            None => self.node(
                Place { region: self.roots[place.workflow.index()], ..place },
                NodeKind::Unhandled,
                span,
            ),
        };
        self.edge(from, target, kind, span);
    }
}

fn trigger(formula: &Formula) -> Trigger {
    Trigger {
        how: formula.how,
        terms: formula.terms.iter().map(|term| (term.event, term.span)).collect(),
        guarded: formula.terms.iter().any(|term| term.condition.is_some()),
    }
}
