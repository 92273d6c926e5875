//! The Amazon States Language: a state machine for each conducted workflow. A run's data is one JSON
//! document; parameters and answers stand in it under their names, and a step that is done says so,
//! which is what compensation goes by.

mod call;
mod condition;
mod flow;
mod fork;
mod machine;
mod print;
mod undo;
mod value;
mod wait;

use super::rules::LOST_IN_TARGET;
use super::{Generated, Subject, names};
use crate::finding::Severity;
use crate::model::WorkflowId;
use machine::Machine;

pub fn generate(subject: &Subject) -> Generated {
    let mut generated = Generated::default();
    let mut files = names::Taken::new();
    for &id in &subject.workflows {
        let workflow = &subject.model.workflows[id];
        if workflow.is_choreographed() {
            let finding = LOST_IN_TARGET.at(workflow.name.span, "nobody conducts this workflow");
            let finding =
                finding.message(format!("`{}` does not become a state machine", workflow.name.text));
            generated.findings.push(finding.severity(Severity::Info).entity(workflow.name.text.as_str()));
            continue;
        }
        let (text, findings) = one(subject, id);
        generated.findings.extend(findings);
        let name = files.take(&workflow.name.text, names::plain);
        generated.own(format!("{name}.asl.json"), text);
    }
    generated
}

fn one(subject: &Subject, id: WorkflowId) -> (String, Vec<crate::finding::Finding>) {
    let mut machine = Machine::new(subject, id);
    let definition = machine.definition();
    (print::text(&definition), machine.findings)
}
