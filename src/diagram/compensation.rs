//! What is undone, in which order, and from where: for each way back the troubles that lead to it, the
//! steps it takes back, the newest first, and where the run goes then.

use super::flow::about::about;
use super::ids::Ids;
use super::label::{listed, wrapped};
use super::said::{Said, said};
use super::undone::undoable;
use super::{About, Diagram, Direction, Edge, EdgeKind, Group, GroupKind, Node, NodeKind, Subject};
use crate::graph::{self, EdgeKind as Way, EdgeView, NodeId, ReceiveKind, Timer};
use crate::model::{GoalKind, UndoTarget, Undone, UndoneBy, WorkflowId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

const WIDE: usize = 26;
/// More causes than these are counted.
const MOST: usize = 6;

/// Draws the ways back of the workflows of `subject`; those that undo nothing are left out, unless they have
/// something that could be undone.
pub fn draw(subject: &Subject) -> Diagram {
    let mut sketch = Sketch {
        subject,
        ids: Ids::default(),
        out: Diagram { direction: Direction::Right, ..Diagram::default() },
        group: 0,
    };
    for &workflow in &subject.workflows {
        sketch.workflow(workflow);
    }
    sketch.out
}

struct Sketch<'a> {
    subject: &'a Subject<'a>,
    ids: Ids,
    out: Diagram,
    /// The frame of the workflow that is drawn.
    group: usize,
}

/// Undos that take back the same and go on alike.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct WayBack {
    name: String,
    /// The newest first.
    acts: Vec<NodeId>,
    next: Vec<NodeId>,
}

/// What is drawn of a workflow already.
#[derive(Default)]
struct Ways {
    /// By where the run goes at the end, what is taken back next, and the step.
    steps: BTreeMap<(Vec<NodeId>, Option<usize>, NodeId), usize>,
    ends: BTreeMap<NodeId, usize>,
}

impl Sketch<'_> {
    fn workflow(&mut self, id: WorkflowId) {
        let (model, graph) = (self.subject.model, self.subject.graph);
        let item = &model.workflows[id];
        let said = said(model, item);
        // In the order of the text, each with all undos that are alike.
        let mut order: Vec<WayBack> = Vec::new();
        let mut undos: Vec<Vec<NodeId>> = Vec::new();
        for (undo, node) in graph.nodes_of(id) {
            let graph::NodeKind::Undo { target, acts } = &node.kind else { continue };
            let back = self.way_back(undo, target, acts);
            match order.iter().position(|known| *known == back) {
                Some(known) => undos[known].push(undo),
                None => {
                    order.push(back);
                    undos.push(vec![undo]);
                }
            }
        }
        let stays: Vec<NodeId> = graph.nodes_of(id).map(|(id, _)| id).filter(|id| self.stays(*id)).collect();
        if order.is_empty() && stays.is_empty() {
            return;
        }
        self.group = self.out.groups.len();
        self.out.groups.push(Group {
            id: self.ids.of("workflow", &item.name.text),
            kind: GroupKind::Workflow,
            title: wrapped(&item.name.text, 60).join(" "),
            parent: None,
            about: About::new(item.name.text.as_str(), [item.name.span]).doc(&item.doc),
        });
        let mut ways = Ways::default();
        for (back, undos) in order.into_iter().zip(undos) {
            self.draw_way_back(back, &undos, &said, &mut ways);
        }
        stays.into_iter().for_each(|act| self.draw_staying(act));
    }

    fn way_back(&self, undo: NodeId, target: &UndoTarget, acts: &[NodeId]) -> WayBack {
        let name = match target {
            UndoTarget::All => "undo all".to_string(),
            UndoTarget::Label { label, .. } => {
                format!("undo {}", self.subject.model.labels[*label].name.text)
            }
        };
        // Only what can have been done before it.
        let mut acts = undoable(self.subject.graph, undo, acts);
        acts.retain(|act| self.undone_by(*act).is_some());
        acts.reverse();
        WayBack { name, acts, next: self.next(undo) }
    }

    /// The ends, and other nodes that say something, to which the line goes on.
    fn next(&self, undo: NodeId) -> Vec<NodeId> {
        let graph = self.subject.graph;
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::from([undo]);
        let mut open = vec![undo];
        while let Some(at) = open.pop() {
            for edge in graph.out_edges(at).filter(|edge| edge.edge.kind.moves_a_token()) {
                match &graph.node(edge.to).kind {
                    graph::NodeKind::Merge { .. } | graph::NodeKind::Drop => {
                        if seen.insert(edge.to) {
                            open.push(edge.to);
                        }
                    }
                    graph::NodeKind::End { goal } => {
                        // Ends with the same name are one.
                        found.insert(graph.goal(*goal));
                    }
                    _ => {
                        found.insert(edge.to);
                    }
                }
            }
        }
        found.into_iter().collect()
    }

    fn undone_by(&self, act: NodeId) -> Option<&Undone> {
        let undone = match &self.subject.graph.node(act).kind {
            graph::NodeKind::Act(act) => act.undone.as_ref(),
            graph::NodeKind::Run(run) => run.undone.as_ref(),
            _ => None,
        };
        undone.filter(|undone| matches!(undone.by, UndoneBy::Operation { .. }))
    }

    /// Whether a step changes something that nothing takes back.
    fn stays(&self, id: NodeId) -> bool {
        match &self.subject.graph.node(id).kind {
            graph::NodeKind::Act(act) => act.is_write && self.undone_by(id).is_none(),
            _ => false,
        }
    }

    /// Whether a pivot has succeeded whenever the step is done.
    fn is_behind_pivot(&self, act: NodeId) -> bool {
        let graph = self.subject.graph;
        let before = graph.reaching([act], |edge| edge.edge.kind.moves_a_token());
        let workflow = graph.node(act).workflow;
        before
            .iter()
            .any(|id| *id != act && graph.node(*id).workflow == workflow && graph.node(*id).kind.is_pivot())
    }

    fn draw_way_back(&mut self, back: WayBack, undos: &[NodeId], said: &Said, ways: &mut Ways) {
        let graph = self.subject.graph;
        let undo = about(self.subject.model, graph, undos[0]);
        let spans = undos.iter().map(|undo| graph.node(*undo).span);
        let undo = self.node(NodeKind::Undo, "undo", &back.name, Vec::new(), About::new(undo.entity, spans));
        for (text, spans) in self.causes(undos, said) {
            let cause =
                self.node(NodeKind::Trouble, "trouble", "", wrapped(&text, WIDE), About::new("", spans));
            self.edge(cause, undo, EdgeKind::Trouble, Vec::new());
        }
        // Drawn from the end, so that ways that end alike share what they have in common.
        let mut then: Option<usize> = None;
        for act in back.acts.iter().rev() {
            let key = (back.next.clone(), then, *act);
            let step = match ways.steps.get(&key) {
                Some(known) => *known,
                None => {
                    let step = self.draw_taking_back(*act);
                    match then {
                        Some(then) => self.edge(step, then, EdgeKind::Next, vec!["then".to_string()]),
                        None => self.draw_ends(step, &back.next, ways),
                    }
                    ways.steps.insert(key, step);
                    step
                }
            };
            then = Some(step);
        }
        match then {
            Some(newest) => self.edge(undo, newest, EdgeKind::Next, vec!["newest first".to_string()]),
            None => {
                self.out.nodes[undo].lines.push("nothing is there to undo".to_string());
                self.draw_ends(undo, &back.next, ways);
            }
        }
    }

    /// Where the run goes when everything is undone; drawn once for all ways that go there.
    fn draw_ends(&mut self, from: usize, next: &[NodeId], ways: &mut Ways) {
        for &end in next {
            let node = match ways.ends.get(&end) {
                Some(known) => *known,
                None => self.draw_next(end),
            };
            ways.ends.insert(end, node);
            self.edge(from, node, EdgeKind::Next, Vec::new());
        }
    }

    fn draw_taking_back(&mut self, act: NodeId) -> usize {
        let (model, graph) = (self.subject.model, self.subject.graph);
        let by = self.undone_by(act).map(|undone| (&undone.by, undone.span));
        let (mut lines, mut spans): (Vec<String>, Vec<Span>) = (Vec::new(), vec![graph.node(act).span]);
        if let Some((UndoneBy::Operation { operation, .. }, span)) = by {
            lines.extend(wrapped(&format!("by {}", model.operation_path(*operation)), WIDE));
            spans.push(span);
        }
        if graph.node(act).kind.is_pivot() {
            lines.push("the pivot itself".to_string());
        }
        let of_act = about(model, graph, act);
        spans.extend(of_act.spans);
        let name = self.name(act);
        let about = About::new(of_act.entity, spans).doc(&of_act.doc);
        self.node(NodeKind::Command, "undone", &format!("undo {name}"), lines, about)
    }

    fn draw_next(&mut self, next: NodeId) -> usize {
        let (model, graph) = (self.subject.model, self.subject.graph);
        let about = about(model, graph, next);
        let (kind, name) = match &graph.node(next).kind {
            graph::NodeKind::Goal { goal, .. } | graph::NodeKind::End { goal } => {
                let goal = &model.goals[*goal];
                let kind = match goal.kind {
                    GoalKind::Success => NodeKind::Success,
                    GoalKind::Failure => NodeKind::Failure,
                };
                (kind, goal.name.text.to_string())
            }
            graph::NodeKind::Act(_) | graph::NodeKind::Run(_) => {
                (NodeKind::Done, format!("on to {}", self.name(next)))
            }
            graph::NodeKind::Publish { event } => {
                (NodeKind::Event, format!("publish {}", model.event_name(*event)))
            }
            _ => (NodeKind::Done, "on".to_string()),
        };
        self.node(kind, "then", &name, Vec::new(), about)
    }

    /// What has an effect that no undo takes back, and why.
    fn draw_staying(&mut self, act: NodeId) {
        let graph::NodeKind::Act(step) = &self.subject.graph.node(act).kind else { return };
        let reason = match (step.undone.as_ref().map(|it| &it.by), step.irreversible, step.pivot) {
            (Some(UndoneBy::Nothing { because }), ..) => format!("stays: {because}"),
            (_, _, Some(_)) => "stays: the pivot".to_string(),
            (_, Some(_), None) => "stays: irreversible".to_string(),
            (_, None, None) if self.is_behind_pivot(act) => "stays: behind the pivot".to_string(),
            (_, None, None) => "stays: nothing undoes it".to_string(),
        };
        let is_said = step.undone.is_some()
            || step.irreversible.is_some()
            || step.pivot.is_some()
            || self.is_behind_pivot(act);
        let kind = if is_said { NodeKind::Notify } else { NodeKind::Unhandled };
        let mut lines = wrapped(&self.subject.model.operation_path(step.operation), WIDE);
        lines.extend(wrapped(&reason, WIDE));
        let about = about(self.subject.model, self.subject.graph, act);
        let name = self.name(act);
        self.node(kind, "stays", &name, lines, about);
    }

    /// What leads to one of the undos, in words, with its places; many are listed in one box.
    fn causes(&self, undos: &[NodeId], said: &Said) -> Vec<(String, Vec<Span>)> {
        let graph = self.subject.graph;
        let mut texts: Vec<(String, Vec<Span>)> = Vec::new();
        let mut seen: BTreeSet<NodeId> = undos.iter().copied().collect();
        let mut open: Vec<NodeId> = undos.to_vec();
        open.reverse();
        while let Some(at) = open.pop() {
            for edge in graph.in_edges(at).filter(|edge| edge.edge.kind.moves_a_token()) {
                match self.cause(&edge, said) {
                    Some(text) => match texts.iter_mut().find(|(known, _)| *known == text) {
                        Some((_, spans)) => spans.push(edge.edge.span),
                        None => texts.push((text, vec![edge.edge.span])),
                    },
                    None if seen.insert(edge.from) => open.push(edge.from),
                    None => {}
                }
            }
        }
        if texts.len() <= MOST {
            return texts;
        }
        let names: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
        let spans = texts.iter().flat_map(|(_, spans)| spans.iter().copied()).collect();
        vec![(listed(&names, "or", 2 * MOST), spans)]
    }

    /// What an edge on the way to an undo stands for; `None` where that lies further back.
    fn cause(&self, edge: &EdgeView, said: &Said) -> Option<String> {
        let name = || self.name(edge.from);
        let node = self.subject.graph.node(edge.from);
        match (&edge.edge.kind, &node.kind) {
            (Way::Fails(failure), _) => Some(format!("{failure} of {}", name())),
            (Way::Outage, _) => Some(format!("outage of {}", name())),
            (_, graph::NodeKind::Merge { .. }) => None,
            (_, graph::NodeKind::Timer(Timer::Limit | Timer::RunLimit)) => {
                let region = self.subject.graph.region(node.region);
                let what = region.label.map(|label| self.subject.model.labels[label].name.text.to_string());
                let limit = said.times.get(&node.span).cloned().unwrap_or_default();
                Some(format!("{} not done {limit}", what.unwrap_or_else(|| "all".to_string())))
            }
            (_, graph::NodeKind::Timer(Timer::Watch { .. })) => said.times.get(&node.span).cloned(),
            (_, graph::NodeKind::Timer(_)) => {
                Some(said.times.get(&node.span).cloned().unwrap_or_else(|| "time".to_string()))
            }
            (_, graph::NodeKind::Receive { kind, .. }) => {
                let what = said.formulas.get(&node.span).cloned().unwrap_or_default();
                Some(match kind {
                    ReceiveKind::Late => format!("{what}, too late"),
                    _ => format!("when {what}"),
                })
            }
            (Way::Guard(_), _) => {
                let condition = said.conditions.get(&edge.edge.span);
                Some(condition.map_or_else(|| "otherwise".to_string(), |it| format!("if {it}")))
            }
            (Way::Otherwise, _) => Some(
                said.bounds.get(&edge.edge.span).cloned().unwrap_or_else(|| "too few are done".to_string()),
            ),
            (_, graph::NodeKind::Undo { .. }) => Some("after another undo".to_string()),
            (_, graph::NodeKind::Start { .. }) => Some("at the start".to_string()),
            (_, graph::NodeKind::Unhandled) => Some("what nobody handles".to_string()),
            _ => Some(format!("after {}", name())),
        }
    }

    fn name(&self, id: NodeId) -> String {
        let model = self.subject.model;
        match &self.subject.graph.node(id).kind {
            graph::NodeKind::Act(act) => model.labels[act.label].name.text.to_string(),
            graph::NodeKind::Run(run) => model.labels[run.label].name.text.to_string(),
            graph::NodeKind::Publish { event } => model.event_name(*event),
            graph::NodeKind::Join { .. } => "all branches".to_string(),
            graph::NodeKind::Fork { .. } => "the branching".to_string(),
            _ => "the step before".to_string(),
        }
    }

    fn node(&mut self, kind: NodeKind, word: &str, name: &str, lines: Vec<String>, about: About) -> usize {
        debug_assert!(!(name.is_empty() && lines.is_empty()), "a node says something");
        let title = if name.is_empty() { Vec::new() } else { wrapped(name, WIDE) };
        self.out.nodes.push(Node {
            id: self.ids.of(word, name),
            kind,
            title,
            lines,
            group: Some(self.group),
            stands_for: None,
            about,
        });
        self.out.nodes.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize, kind: EdgeKind, lines: Vec<String>) {
        self.out.edges.push(Edge { from, to, kind, lines, about: About::default() });
    }
}
