//! The lines between drawn nodes: each goes on through the joints that are not drawn.

use super::{Sketch, Trace};
use crate::diagram::EdgeKind as Kind;
use crate::graph::{EdgeKind, EdgeView, Guard, NodeId, NodeKind, ReceiveKind, Timer};
use crate::model::Id;
use crate::source::Span;

impl Sketch<'_> {
    pub(super) fn lines(&mut self) {
        let graph = self.subject.graph;
        let workflows = self.subject.workflows.clone();
        for (id, node) in workflows.into_iter().flat_map(|workflow| graph.nodes_of(workflow)) {
            let shown = self.shown[id.index()];
            let anchor = match &node.kind {
                NodeKind::Timer(Timer::Limit | Timer::Reminder)
                | NodeKind::Receive { kind: ReceiveKind::Interrupt, .. } => self.anchor(id),
                _ => None,
            };
            match (&node.kind, shown, anchor.and_then(|anchor| self.shown[anchor.index()])) {
                // What is said of one step only is an edge out of it.
                (NodeKind::Timer(timer), None, Some(anchor)) => {
                    let said = self.said_at(id, |said| &said.times);
                    let is_bound = said.starts_with("within ") || said.starts_with("before ");
                    let label = if is_bound { format!("not {said}") } else { said };
                    let kind = if matches!(timer, Timer::Limit) { Kind::Trouble } else { Kind::Aside };
                    self.lines_of_hidden(id, anchor, kind, &label);
                }
                (NodeKind::Receive { kind: ReceiveKind::Interrupt, .. }, Some(at), Some(anchor)) => {
                    self.trace(anchor, at, Kind::Aside, String::new(), None);
                    self.lines_of_shown(id, at);
                }
                (_, Some(at), _) => self.lines_of_shown(id, at),
                (_, None, _) => {}
            }
        }
    }

    fn lines_of_shown(&mut self, id: NodeId, at: usize) {
        let mut edges: Vec<_> = self
            .subject
            .graph
            .out_edges(id)
            .filter_map(|edge| self.manner(&edge).map(|(kind, label)| (kind, label, edge.to, edge.edge.span)))
            .collect();
        // Layouts draw what comes first straight on.
        edges.sort_by_key(|(kind, ..)| *kind);
        for (kind, label, to, span) in edges {
            for target in self.targets(to) {
                self.trace(at, target, kind, label.clone(), Some(span));
            }
        }
    }

    fn lines_of_hidden(&mut self, id: NodeId, anchor: usize, kind: Kind, label: &str) {
        for edge in self.subject.graph.out_edges(id) {
            for target in self.targets(edge.to) {
                self.trace(anchor, target, kind, label.to_string(), Some(self.subject.graph.node(id).span));
            }
        }
    }

    pub(super) fn trace(&mut self, from: usize, to: usize, kind: Kind, label: String, span: Option<Span>) {
        self.traces.push(Trace { from, to, kind, label, span });
    }

    /// How an edge of the step graph is drawn, and what it says; `None` for what is no line.
    fn manner(&self, edge: &EdgeView) -> Option<(Kind, String)> {
        match &edge.edge.kind {
            EdgeKind::Next => Some((Kind::Next, String::new())),
            EdgeKind::Guard(guard) => Some((Kind::Next, self.guard(edge, *guard))),
            EdgeKind::Fails(name) => Some((Kind::Trouble, name.to_string())),
            EdgeKind::Outage => Some((Kind::Trouble, "outage".to_string())),
            EdgeKind::Otherwise => {
                let said = self.said_of(edge.from).and_then(|said| said.bounds.get(&edge.edge.span));
                Some((Kind::Trouble, said.cloned().unwrap_or_default()))
            }
            EdgeKind::Skipped => Some((Kind::Aside, "skip".to_string())),
            EdgeKind::Arms
            | EdgeKind::Publishes
            | EdgeKind::Consequence
            | EdgeKind::Message
            | EdgeKind::Disarms
            | EdgeKind::Runs => None,
        }
    }

    fn guard(&self, edge: &EdgeView, guard: Guard) -> String {
        let guards: Vec<_> = self.guards(edge.from).collect();
        let is_loop = guards.iter().any(|(guard, _)| *guard == Guard::Again);
        let n_conditions = guards.iter().filter(|(guard, _)| *guard == Guard::Condition).count();
        let text = self.said_of(edge.from).and_then(|said| said.conditions.get(&edge.edge.span));
        match guard {
            Guard::Condition if n_conditions == 1 => "yes".to_string(),
            Guard::Condition => text.cloned().unwrap_or_default(),
            // A `repeat` asks whether it is over, a loop over a list whether there is another one.
            Guard::Again if text.is_some() => "no: again".to_string(),
            Guard::Again => "next".to_string(),
            Guard::Otherwise if is_loop && text.is_some() => "yes".to_string(),
            Guard::Otherwise if is_loop => "no more".to_string(),
            Guard::Otherwise if n_conditions == 1 => "no".to_string(),
            Guard::Otherwise => "else".to_string(),
        }
    }

    /// The drawn nodes that a line reaches first, itself included.
    fn targets(&self, from: NodeId) -> Vec<usize> {
        let mut found = Vec::new();
        let mut seen = vec![from];
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if let Some(shown) = self.shown[at.index()] {
                found.push(shown);
                continue;
            }
            for edge in self.subject.graph.out_edges(at) {
                if self.manner(&edge).is_some() && !seen.contains(&edge.to) {
                    seen.push(edge.to);
                    open.push(edge.to);
                }
            }
        }
        found
    }
}
