//! What takes what back, and which refusals a failing run can meet.
//!
//! An outage and a limit are left out: in a choreography they only delay, so they say nothing about the
//! process itself.

use super::line::Line;
use super::{Step, StepKind};
use crate::graph::{EdgeKind, NodeId, NodeKind};
use crate::model::{GoalKind, ServiceId, UndoneBy};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// A named failure of a step.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub step: usize,
    pub name: SmolStr,
    pub span: Span,
}

/// Steps that are taken back, and because of what.
#[derive(Clone, Debug, Default)]
pub struct Undoing {
    /// (What is taken back, whose refusal or answer does it.)
    pub because_of: BTreeSet<(usize, usize)>,
    /// Steps that one event from outside takes back together.
    pub together: Vec<BTreeSet<usize>>,
    /// By step that can be taken back: who does that.
    pub by: BTreeMap<usize, ServiceId>,
}

impl Undoing {
    pub(super) fn new(line: &Line, steps: &[Step], after: &[BTreeSet<usize>]) -> Undoing {
        let step_of: BTreeMap<NodeId, usize> =
            steps.iter().enumerate().map(|(at, step)| (step.node, at)).collect();
        let mut undoing = Undoing::default();
        let mut by_event: BTreeMap<NodeId, BTreeSet<usize>> = BTreeMap::new();
        for (id, node) in line.graph.nodes_of(line.workflow) {
            let NodeKind::Undo { acts, .. } = &node.kind else { continue };
            let undone: Vec<usize> = acts.iter().filter_map(|act| step_of.get(act).copied()).collect();
            let undone: Vec<(usize, ServiceId)> =
                undone.into_iter().filter_map(|step| Some((step, undoer(line, &steps[step])?))).collect();
            let causes = causes(line, &step_of, id);
            for (step, by) in undone {
                let mut is_meant = false;
                for cause in &causes.steps {
                    // What comes later was not done yet.
                    if *cause != step && !after[*cause].contains(&step) {
                        undoing.because_of.insert((step, *cause));
                        is_meant = true;
                    }
                }
                for event in &causes.events {
                    by_event.entry(*event).or_default().insert(step);
                    is_meant = true;
                }
                if is_meant {
                    undoing.by.insert(step, by);
                }
            }
        }
        undoing.together = by_event.into_values().collect();
        undoing
    }

    /// The services that take something back in one failing run, for the run in which they are most. Who
    /// refuses and takes its own back is not among them: that reaches nobody.
    pub fn most(&self, steps: &[Step], counts: impl Fn(usize) -> bool) -> BTreeSet<ServiceId> {
        let mut runs: BTreeMap<usize, BTreeSet<ServiceId>> = BTreeMap::new();
        for (undone, cause) in self.because_of.iter().filter(|(undone, _)| counts(*undone)) {
            let by = self.by.get(undone).filter(|by| **by != steps[*cause].service);
            runs.entry(*cause).or_default().extend(by);
        }
        let by_event = self.together.iter().map(|steps| {
            let steps = steps.iter().filter(|step| counts(**step));
            steps.filter_map(|step| self.by.get(step)).copied().collect()
        });
        let mut most = BTreeSet::new();
        for services in runs.into_values().chain(by_event) {
            if services.len() > most.len() {
                most = services;
            }
        }
        most
    }
}

/// Who takes the step back; nobody where its effect stays.
fn undoer(line: &Line, step: &Step) -> Option<ServiceId> {
    let by = |undone: &crate::model::Undone| match &undone.by {
        UndoneBy::Operation { operation, .. } => Some(line.model.operations[*operation].service),
        UndoneBy::Nothing { .. } => None,
    };
    match &line.graph.node(step.node).kind {
        NodeKind::Act(act) => act.undone.as_ref().and_then(by),
        // Without a word of its own, a workflow takes back what it did.
        NodeKind::Run(run) => match &run.undone {
            Some(undone) => by(undone),
            None => Some(step.service),
        },
        _ => None,
    }
}

#[derive(Default)]
struct Causes {
    steps: BTreeSet<usize>,
    /// Messages from outside.
    events: BTreeSet<NodeId>,
}

/// Why an undo runs: the steps right before it on each way, by their refusal or by their answer.
fn causes(line: &Line, step_of: &BTreeMap<NodeId, usize>, undo: NodeId) -> Causes {
    let graph = line.graph;
    let mut causes = Causes::default();
    let mut seen = BTreeSet::new();
    let mut open = vec![undo];
    while let Some(at) = open.pop() {
        if !seen.insert(at) {
            continue;
        }
        let node = graph.node(at);
        if at != undo
            && let Some(step) = step_of.get(&at)
        {
            causes.steps.insert(*step);
            continue;
        }
        if let NodeKind::Message { event } = node.kind {
            let mut publishers = graph.publications(event).map(|edge| edge.from).peekable();
            if publishers.peek().is_none() || graph.is_environment(event) {
                causes.events.insert(at);
            }
            let own = publishers.filter(|from| graph.node(*from).workflow == Some(line.workflow));
            open.extend(own);
            continue;
        }
        // That the process began is no reason to take anything back.
        if matches!(node.kind, NodeKind::Start { .. }) {
            continue;
        }
        let edges = graph.in_edges(at).filter(|edge| {
            edge.edge.kind.is_flow()
                && !matches!(edge.edge.kind, EdgeKind::Outage | EdgeKind::Otherwise | EdgeKind::Arms)
        });
        open.extend(edges.map(|edge| edge.from));
    }
    causes
}

/// Named failures of steps from which some failure end can be reached.
pub(super) fn refusals(line: &Line, steps: &[Step]) -> Vec<Refusal> {
    let failing = failing(line);
    let mut refusals: Vec<Refusal> = Vec::new();
    for (at, step) in steps.iter().enumerate().filter(|(_, step)| step.kind != StepKind::Notify) {
        for edge in line.graph.out_edges(step.node).filter(|edge| failing.contains(&edge.to)) {
            let EdgeKind::Fails(name) = &edge.edge.kind else { continue };
            let is_known = refusals.iter().rev().any(|known| known.step == at && known.name == *name);
            if !is_known {
                refusals.push(Refusal { step: at, name: name.clone(), span: step.span });
            }
        }
    }
    refusals
}

/// From where a failure end can be reached within the workflow.
fn failing(line: &Line) -> BTreeSet<NodeId> {
    let graph = line.graph;
    let is_failure = |kind: &NodeKind| match kind {
        NodeKind::Goal { goal, .. } | NodeKind::End { goal } => {
            line.model.goals[*goal].kind == GoalKind::Failure
        }
        NodeKind::Unhandled => true,
        _ => false,
    };
    let ends = graph.nodes_of(line.workflow).filter(|(_, node)| is_failure(&node.kind));
    let mut open: Vec<NodeId> = ends.map(|(id, _)| id).collect();
    let mut found = BTreeSet::new();
    while let Some(at) = open.pop() {
        if !found.insert(at) {
            continue;
        }
        let edges = graph.in_edges(at).filter(|edge| edge.edge.kind.is_flow());
        open.extend(edges.map(|edge| edge.from).filter(|from| {
            let node = graph.node(*from);
            node.workflow == Some(line.workflow) || matches!(node.kind, NodeKind::Message { .. })
        }));
    }
    found
}
