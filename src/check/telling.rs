//! What findings about messages say alike: where an event is published, lists of names, and the way from
//! a cause to its effect.

use super::Context;
use super::obligations::Subscription;
use crate::finding::{Confidence, Finding, Happening, Severity, WitnessStep};
use crate::graph::{EdgeKind, NodeId, NodeKind};
use crate::model::{EventId, GoalId, WorkflowId};
use crate::source::Span;
use std::collections::BTreeSet;

/// Where an event comes into the system.
pub struct Publication {
    pub span: Span,
    /// `None` when it comes from outside.
    pub node: Option<NodeId>,
}

impl Context<'_> {
    /// Where the event is published; one that comes from outside: where it starts a workflow, else
    /// where it is declared.
    pub fn publication(&self, event: EventId) -> Publication {
        let published = self.graph.publications(event).filter(|edge| self.occurring.contains(edge.from));
        if let Some(edge) = published.min_by_key(|edge| self.place(edge.from)) {
            let span = match edge.edge.kind {
                EdgeKind::Publishes => edge.edge.span,
                _ => self.graph.node(edge.from).span,
            };
            return Publication { span, node: Some(edge.from) };
        }
        let is_start = |at: NodeId| matches!(self.graph.node(at).kind, NodeKind::Start { .. });
        let starts = self.graph.subscriptions(event).filter(|edge| is_start(edge.to));
        let start = starts.min_by_key(|edge| self.place(edge.to));
        let span = start.map_or(self.model.events[event].name.span, |edge| edge.edge.span);
        Publication { span, node: None }
    }

    /// Where a node stands, to tell several in the same order however the files are ordered.
    pub fn place(&self, node: NodeId) -> (&str, u32) {
        let node = self.graph.node(node);
        let workflow = node.workflow.map_or("", |id| &self.model.workflows[id].name.text);
        (workflow, node.span.start)
    }

    /// `FulfilOrder/Shop/OrderPlaced`: an event in the workflow that publishes it, else in one that takes it.
    pub fn event_entity(&self, taken_in: Option<WorkflowId>, event: EventId) -> String {
        let published = self.publication(event).node.and_then(|node| self.graph.node(node).workflow);
        let workflow = published.or(taken_in);
        let workflow = workflow.map(|id| self.model.workflows[id].name.text.as_str());
        let publisher = self.service(self.model.events[event].service);
        let name = self.model.event_name(event);
        [workflow, Some(publisher), Some(&name)].into_iter().flatten().collect::<Vec<_>>().join("/")
    }

    fn goal_name(&self, goal: GoalId) -> &str {
        &self.model.goals[goal].name.text
    }

    /// "`A`, `B` and `C`"
    pub fn goal_names(&self, goals: &[GoalId]) -> String {
        enumerated(goals.iter().map(|goal| self.goal_name(*goal)))
    }

    /// The goals as they stand in the text.
    pub fn in_order(&self, goals: &BTreeSet<GoalId>) -> Vec<GoalId> {
        let mut goals: Vec<GoalId> = goals.iter().copied().collect();
        goals.sort_by_key(|goal| self.place(self.graph.goal(*goal)));
        goals
    }

    /// The services behind subscriptions, each once.
    pub fn subscribers<'a>(&self, subscriptions: impl IntoIterator<Item = &'a Subscription>) -> String {
        let mut names: Vec<&str> = Vec::new();
        for subscription in subscriptions {
            let name = self.service(subscription.subscriber);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        enumerated(names)
    }

    /// The way from the publication of an event over these nodes, one after the other.
    pub fn witness_of_event(&self, event: EventId, over: &[NodeId]) -> Vec<WitnessStep> {
        let publication = self.publication(event);
        let mut path = Vec::new();
        let mut steps = Vec::new();
        match publication.node {
            Some(node) if matches!(self.graph.node(node).kind, NodeKind::Publish { .. }) => path.push(node),
            _ => {
                let publisher = self.service(self.model.events[event].service);
                let text = format!("`{publisher}` publishes `{}`", self.model.event_name(event));
                let step = WitnessStep::new(text, publication.span);
                steps.push(step.happening(Happening::Publishes(self.sent(event))));
            }
        }
        let mut at = self.graph.message(event);
        for next in over {
            let leg = self.graph.path(at, *next);
            path.extend(leg.into_iter().skip(1));
            at = *next;
        }
        steps.extend(self.witness_of_path(&path));
        steps
    }
}

/// "`A`, `B` and `C`"
pub fn enumerated<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let last = quoted.pop().unwrap_or_default();
    if quoted.is_empty() { last } else { format!("{} and {last}", quoted.join(", ")) }
}

/// Judges findings about intent one level lower where the format could not state any.
pub fn without_intent(cx: &Context, finding: Finding) -> Finding {
    if !cx.is_imported(finding.span()) {
        return finding;
    }
    let severity = match finding.severity {
        Severity::Error => Severity::Warning,
        Severity::Warning | Severity::Info => Severity::Info,
    };
    finding.severity(severity).at_most(Confidence::Medium)
}
