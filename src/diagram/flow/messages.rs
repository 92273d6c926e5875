//! Events between the lines: from who publishes them straight to who takes them, and through a node
//! of their own only where several publish for several, or where they come from outside.

use super::Sketch;
use crate::diagram::EdgeKind as Kind;
use crate::graph::{EdgeKind, NodeId, NodeKind, ReceiveKind};
use crate::model::{EventId, Id, Trigger, WorkflowId};
use std::collections::BTreeSet;

impl Sketch<'_> {
    pub(super) fn messages(&mut self) {
        for event in self.subject.model.events.ids() {
            self.message(event);
        }
        self.runs();
    }

    fn message(&mut self, event: EventId) {
        let graph = self.subject.graph;
        let message = graph.message(event);
        let publishers: BTreeSet<usize> =
            graph.publications(event).filter_map(|edge| self.shown[edge.from.index()]).collect();
        let takes = |kind: &EdgeKind| matches!(kind, EdgeKind::Message | EdgeKind::Arms);
        let mut takers: BTreeSet<usize> = BTreeSet::new();
        let mut is_lonely = false;
        for edge in graph.out_edges(message).filter(|edge| takes(&edge.edge.kind)) {
            // What comes too late is told by its words: lines to it would only cross the others.
            if matches!(graph.node(edge.to).kind, NodeKind::Receive { kind: ReceiveKind::Late, .. }) {
                continue;
            }
            let Some(taker) = self.shown[edge.to.index()] else { continue };
            match self.started_by(edge.to, event) {
                // What starts a workflow reaches its parts through its start.
                Some(start) if start != taker => self.trace(start, taker, Kind::Message, String::new(), None),
                Some(_) => {
                    takers.extend((!publishers.is_empty()).then_some(taker));
                }
                None => {
                    is_lonely |= self.begins_a_line(edge.to);
                    takers.insert(taker);
                }
            }
        }
        if takers.is_empty() || (publishers.is_empty() && !is_lonely) {
            return;
        }
        if publishers.len() == 1 || (takers.len() == 1 && !publishers.is_empty()) {
            for &from in &publishers {
                for &to in takers.iter().filter(|to| !self.is_next(from, **to)).collect::<Vec<_>>() {
                    self.trace(from, to, Kind::Message, String::new(), None);
                }
            }
            return;
        }
        let hub = self.show(message);
        if publishers.is_empty() {
            let service = self.subject.model.service_name(self.subject.model.events[event].service);
            let line = crate::diagram::label::wrapped(&format!("from {service}"), 23);
            self.diagram.nodes[hub].lines.extend(line);
        }
        publishers.into_iter().for_each(|from| self.trace(from, hub, Kind::Message, String::new(), None));
        takers.into_iter().for_each(|to| self.trace(hub, to, Kind::Message, String::new(), None));
    }

    /// The start of the workflow that `taker` is part of, if `event` starts it.
    fn started_by(&self, taker: NodeId, event: EventId) -> Option<usize> {
        let workflow: WorkflowId = self.subject.graph.node(taker).workflow?;
        match &self.subject.model.workflows[workflow].trigger {
            Trigger::Events(formula) if formula.terms.iter().any(|term| term.event == event) => {
                self.shown[self.subject.graph.start(workflow).index()]
            }
            Trigger::Events(_) | Trigger::Called | Trigger::Schedule(_) => None,
        }
    }

    /// Whether only events lead to the node.
    fn begins_a_line(&self, id: NodeId) -> bool {
        matches!(
            self.subject.graph.node(id).kind,
            NodeKind::Goal { .. } | NodeKind::Receive { kind: ReceiveKind::Reaction, .. }
        )
    }

    /// Whether the line itself leads from one node to the other.
    fn is_next(&self, from: usize, to: usize) -> bool {
        self.traces.iter().any(|trace| (trace.from, trace.to) == (from, to))
    }

    /// From a step that runs another workflow to the start of it, where both are drawn.
    fn runs(&mut self) {
        let graph = self.subject.graph;
        for edge in graph.edges().filter(|edge| edge.edge.kind == EdgeKind::Runs) {
            let ends = (self.shown[edge.from.index()], self.shown[edge.to.index()]);
            if let (Some(from), Some(to)) = ends
                && !self.is_next(from, to)
            {
                self.trace(from, to, Kind::Run, "runs".to_string(), None);
            }
        }
    }
}
