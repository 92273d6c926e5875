//! The main line of a workflow: what happens while nothing goes wrong, whatever style it is written in.
//! Limits, reminders, interrupts and what comes late stand beside it.

use crate::graph::{EdgeKind, EdgeView, Guard, NodeId, NodeKind, ReceiveKind, StepGraph, Timer};
use crate::model::{EventId, HowMany, Model, ServiceId, WorkflowId};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

pub struct Line<'m> {
    pub model: &'m Model,
    pub graph: &'m StepGraph,
    pub workflow: WorkflowId,
    /// Messages come first, then the nodes of the workflow in the order of the text.
    pub nodes: Vec<NodeId>,
    places: FxHashMap<NodeId, usize>,
    out: Vec<Vec<usize>>,
    into: Vec<Vec<usize>>,
    /// Messages that come from elsewhere.
    entries: Vec<bool>,
}

impl<'m> Line<'m> {
    pub fn new(model: &'m Model, graph: &'m StepGraph, workflow: WorkflowId) -> Line<'m> {
        let mut line = Line {
            model,
            graph,
            workflow,
            nodes: Vec::new(),
            places: FxHashMap::default(),
            out: Vec::new(),
            into: Vec::new(),
            entries: Vec::new(),
        };
        line.walk();
        line.connect();
        line
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn kind(&self, at: usize) -> &'m NodeKind {
        &self.graph.node(self.nodes[at]).kind
    }

    pub fn place(&self, node: NodeId) -> Option<usize> {
        self.places.get(&node).copied()
    }

    pub fn behind(&self, at: usize) -> &[usize] {
        &self.out[at]
    }

    pub fn before(&self, at: usize) -> &[usize] {
        &self.into[at]
    }

    fn walk(&mut self) {
        let mut found = BTreeSet::new();
        let mut open: Vec<NodeId> = vec![self.graph.start(self.workflow)];
        open.extend(self.inputs());
        while let Some(at) = open.pop() {
            if found.insert(at) {
                open.extend(self.forward(at).map(|edge| edge.to));
            }
        }
        self.nodes = found.into_iter().collect();
        self.places = self.nodes.iter().enumerate().map(|(at, node)| (*node, at)).collect();
    }

    /// Messages that a reaction takes and that nothing in this workflow publishes.
    fn inputs(&self) -> Vec<NodeId> {
        let is_own = |event: EventId| self.graph.publications(event).any(|edge| self.is_in(edge.from));
        let mut inputs = BTreeSet::new();
        for (_, node) in self.graph.nodes_of(self.workflow) {
            if let NodeKind::Receive { kind: ReceiveKind::Reaction, trigger }
            | NodeKind::Receive { kind: ReceiveKind::Wait | ReceiveKind::Alternative, trigger } =
                &node.kind
            {
                let events = trigger.terms.iter().map(|(event, _)| *event);
                inputs.extend(events.filter(|event| !is_own(*event)).map(|event| self.graph.message(event)));
            }
            if let NodeKind::Start { trigger: Some(trigger) } = &node.kind {
                inputs.extend(trigger.terms.iter().map(|(event, _)| self.graph.message(*event)));
            }
        }
        inputs.into_iter().collect()
    }

    fn is_in(&self, node: NodeId) -> bool {
        self.graph.node(node).workflow == Some(self.workflow)
    }

    /// The edges of the main line out of a node.
    fn forward(&self, at: NodeId) -> impl Iterator<Item = EdgeView<'m>> {
        self.graph.out_edges(at).filter(move |edge| self.is_main(edge))
    }

    fn is_main(&self, edge: &EdgeView) -> bool {
        let to = self.graph.node(edge.to);
        let goes_on = edge.edge.kind.is_flow()
            && !edge.edge.kind.is_trouble()
            && !matches!(edge.edge.kind, EdgeKind::Arms | EdgeKind::Guard(Guard::Again));
        let is_beside = match &to.kind {
            NodeKind::Receive { kind, .. } => match kind {
                ReceiveKind::Interrupt | ReceiveKind::Late => true,
                // Who only takes back what was done, answers something that went wrong.
                ReceiveKind::Reaction => self.undoes(edge.to),
                ReceiveKind::Wait | ReceiveKind::Alternative => false,
            },
            NodeKind::Timer(timer) => !matches!(timer, Timer::Pause),
            NodeKind::Undo { .. } | NodeKind::Unhandled => true,
            _ => false,
        };
        let is_here = to.workflow == Some(self.workflow) || matches!(to.kind, NodeKind::Message { .. });
        goes_on && is_here && !is_beside
    }

    fn undoes(&self, reaction: NodeId) -> bool {
        let mut open = vec![reaction];
        let mut seen = BTreeSet::new();
        while let Some(at) = open.pop() {
            if matches!(self.graph.node(at).kind, NodeKind::Undo { .. }) {
                return true;
            }
            if seen.insert(at) {
                let edges = self.graph.out_edges(at);
                let calm =
                    edges.filter(|edge| edge.edge.kind.moves_a_token() && !edge.edge.kind.is_trouble());
                open.extend(calm.map(|edge| edge.to));
            }
        }
        false
    }

    fn connect(&mut self) {
        self.out = vec![Vec::new(); self.nodes.len()];
        self.into = vec![Vec::new(); self.nodes.len()];
        self.entries = vec![false; self.nodes.len()];
        for at in 0..self.nodes.len() {
            let targets: Vec<usize> =
                self.forward(self.nodes[at]).filter_map(|edge| self.place(edge.to)).collect();
            for to in targets {
                self.out[at].push(to);
                self.into[to].push(at);
            }
        }
        for at in 0..self.nodes.len() {
            self.entries[at] = matches!(self.kind(at), NodeKind::Message { .. }) && self.into[at].is_empty();
        }
    }

    /// What can occur while the steps of `without`, and what comes from it, do not.
    pub fn occurring(&self, without: Option<ServiceId>) -> Vec<bool> {
        let mut occurs = vec![false; self.nodes.len()];
        let mut open: Vec<usize> = (0..self.nodes.len()).filter(|at| self.begins(*at, without)).collect();
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut occurs[at], true) || self.stands_still(at, without) {
                continue;
            }
            for to in &self.out[at] {
                if !occurs[*to] && self.can_occur(*to, &occurs, without) {
                    open.push(*to);
                }
            }
        }
        occurs
    }

    fn begins(&self, at: usize, without: Option<ServiceId>) -> bool {
        match self.kind(at) {
            // Whoever starts it is not asked for anything.
            NodeKind::Start { .. } => true,
            NodeKind::Message { event } => {
                let starts = self.out[at].iter().any(|to| matches!(self.kind(*to), NodeKind::Start { .. }));
                self.entries[at] && (starts || Some(self.model.events[*event].service) != without)
            }
            _ => false,
        }
    }

    /// Whether the step is one that does not happen.
    fn stands_still(&self, at: usize, without: Option<ServiceId>) -> bool {
        let Some(without) = without else { return false };
        match self.kind(at) {
            NodeKind::Act(act) => act.service == without,
            NodeKind::Run(run) => self.model.workflows[run.workflow].coordinator() == Some(without),
            _ => false,
        }
    }

    fn can_occur(&self, at: usize, occurs: &[bool], without: Option<ServiceId>) -> bool {
        let live = |from: &&usize| occurs[**from] && !self.stands_still(**from, without);
        match self.kind(at) {
            NodeKind::Join { needs, branches, each } => {
                let n_live = self.into[at].iter().filter(live).count();
                let wanted = if *each { 1 } else { needs.map_or(*branches, |needs| needs.min(*branches)) };
                // A branch may come in by several edges; then one of them is enough.
                let wanted = (wanted as usize).min(self.into[at].len()).max(1);
                n_live >= wanted
            }
            NodeKind::Receive { trigger, .. } | NodeKind::Goal { trigger: Some(trigger), .. } => {
                let arrived = |event: EventId| {
                    let message = self.place(self.graph.message(event));
                    message.is_some_and(|at| occurs[at])
                };
                let n = trigger.terms.iter().filter(|(event, _)| arrived(*event)).count();
                let is_asked = self.is_asked(at, occurs);
                is_asked
                    && match trigger.how {
                        HowMany::All => n == trigger.terms.len(),
                        HowMany::Any => n > 0,
                        HowMany::Some(wanted) => n >= wanted as usize,
                    }
            }
            _ => self.into[at].iter().any(|from| live(&from)),
        }
    }

    /// Whether somebody has come to where a message is waited for.
    fn is_asked(&self, at: usize, occurs: &[bool]) -> bool {
        let mut callers =
            self.into[at].iter().filter(|from| !matches!(self.kind(**from), NodeKind::Message { .. }));
        let is_called = callers.clone().next().is_some();
        !is_called || callers.any(|from| occurs[*from])
    }
}
