//! What there is to know of a node beside its words in the picture: whose it is, and who conducts it.

use crate::diagram::{Node, Subject};
use crate::graph::NodeKind;
use crate::model::{ServiceId, WorkflowId};

/// `team: payments`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub what: &'static str,
    pub is: String,
}

/// Of one node of a diagram.
pub fn facts(subject: &Subject, node: &Node) -> Vec<Fact> {
    let mut out = Facts { subject, facts: Vec::new() };
    let (workflow, mut owner);
    if let Some(step) = node.stands_for.map(|id| subject.graph.node(id)) {
        workflow = step.workflow;
        owner = step.side;
        match &step.kind {
            NodeKind::Act(act) => {
                out.push("operation", subject.model.operation_path(act.operation));
                owner = Some(act.service);
            }
            NodeKind::Run(run) => out.push("runs", subject.model.workflows[run.workflow].name.text.as_str()),
            NodeKind::Notify { service, .. } => owner = service.or(owner),
            NodeKind::Publish { event } | NodeKind::Message { event } => {
                owner = Some(subject.model.events[*event].service);
            }
            _ => {}
        }
    } else {
        let first = node.about.entity.split('/').next().unwrap_or_default();
        let model = subject.model;
        workflow = model.workflows.iter().find(|(_, it)| it.name.text == first).map(|(id, _)| id);
        owner = model.services.iter().find(|(_, it)| it.name.text == first).map(|(id, _)| id);
    }
    owner.into_iter().for_each(|id| out.service(id));
    workflow.into_iter().for_each(|id| out.workflow(id));
    out.facts
}

struct Facts<'a> {
    subject: &'a Subject<'a>,
    facts: Vec<Fact>,
}

impl Facts<'_> {
    fn push(&mut self, what: &'static str, is: impl Into<String>) {
        self.facts.push(Fact { what, is: is.into() });
    }

    fn service(&mut self, id: ServiceId) {
        let service = &self.subject.model.services[id];
        let external = if service.external.is_some() { " (external)" } else { "" };
        self.push("service", format!("{}{external}", service.name.text));
        if let Some(team) = &service.team {
            self.push("team", team.text.as_str());
        }
    }

    fn workflow(&mut self, id: WorkflowId) {
        let workflow = &self.subject.model.workflows[id];
        let how = match workflow.coordinator() {
            Some(by) => format!("orchestrated by {}", self.subject.model.service_name(by)),
            None => "choreographed".to_string(),
        };
        self.push("workflow", format!("{}, {how}", workflow.name.text));
    }
}
