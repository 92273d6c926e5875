//! One of the two versions: its model and step graph, the text behind them, and how a run of it is told.

use crate::explore::Move;
use crate::finding::WitnessStep;
use crate::graph::{NodeId, NodeKind, StepGraph};
use crate::model::{HowMany, Model, WorkflowId};
use crate::source::{Sources, Span};

pub struct Version<'a> {
    pub model: &'a Model,
    pub graph: &'a StepGraph,
    /// The text behind the spans.
    pub sources: &'a Sources,
    /// A run in words.
    pub tell: &'a (dyn Fn(&[Move]) -> Vec<WitnessStep> + 'a),
}

impl Version<'_> {
    /// The text without comments, and with one blank for all that stand together.
    pub fn words(&self, span: Span) -> String {
        let lines = self
            .sources
            .get(span.file)
            .slice(span)
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    }

    /// What a person calls a node: the name of a step, an event or an end; nothing for joints of lines.
    pub fn name(&self, node: NodeId) -> Option<String> {
        let model = self.model;
        Some(match &self.graph.node(node).kind {
            NodeKind::Act(act) => model.labels[act.label].name.text.to_string(),
            NodeKind::Run(run) => model.labels[run.label].name.text.to_string(),
            NodeKind::Publish { event } | NodeKind::Message { event } => model.event_name(*event),
            NodeKind::Goal { goal, .. } | NodeKind::End { goal } => model.goals[*goal].name.text.to_string(),
            NodeKind::Receive { trigger, .. } => {
                let names: Vec<String> =
                    trigger.terms.iter().map(|(event, _)| model.event_name(*event)).collect();
                match trigger.how {
                    HowMany::All => names.join(" and "),
                    HowMany::Any => names.join(" or "),
                    HowMany::Some(n) => format!("{n} of ({})", names.join(", ")),
                }
            }
            NodeKind::Notify { operation: Some(operation), .. } => model.operation_path(*operation),
            NodeKind::Notify { workflow: Some(workflow), .. } => {
                model.workflows[*workflow].name.text.to_string()
            }
            NodeKind::Start { .. } => {
                let workflow = self.graph.node(node).workflow?;
                model.workflows[workflow].name.text.to_string()
            }
            _ => return None,
        })
    }

    pub fn workflow_name(&self, workflow: WorkflowId) -> &str {
        &self.model.workflows[workflow].name.text
    }
}
