//! The tests of a generated choreography: everything that its steps declare to go wrong, injected, with
//! messages in many orders.

use super::plans::{field, list};
use super::sides;
use crate::generate::names::{Taken, rust_name};
use crate::generate::rust::example;
use crate::generate::rust::layout::{Doc, Writer, call, record, text as words};
use crate::generate::rust::predict::Wrong;
use crate::generate::rust::predict::choreography::{Outcome, outcome, steps};
use crate::generate::text;
use crate::model::{Act, Answers, Model, StatementKind, Trouble, WorkflowId};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Debug, Serialize)]
pub struct Tests {
    name: String,
    stage: String,
    tests: String,
    /// Steps whose failures nobody can tell the end of beforehand.
    untold: Vec<String>,
}

/// `None` where nothing can be told of a run.
pub fn tests(model: &Model, workflow: WorkflowId, module: &str) -> Option<Tests> {
    let normal = outcome(model, workflow, None)?;
    let mut written = Written { out: Writer::default(), names: Taken::new(), untold: BTreeSet::new() };
    written.test("all_goes_well", words("STAGE.plays()"), &normal);
    for statement in steps(model, workflow) {
        if let StatementKind::Act(act) = &statement.kind {
            of_act(&mut written, model, workflow, act, &normal);
        }
    }
    Some(Tests {
        name: text::one_line(&model.workflows[workflow].name.text),
        stage: stage(model, workflow, module),
        tests: written.out.out.trim_end().to_string(),
        untold: written.untold.into_iter().collect(),
    })
}

fn of_act(written: &mut Written, model: &Model, workflow: WorkflowId, act: &Act, normal: &Outcome) {
    let operation = &model.operations[act.operation];
    let step = model.labels[act.label].name.text.to_string();
    for failure in &operation.fails {
        let fields = example::object(model, &failure.fields);
        let items = vec![
            words(text::rust(&step)),
            words(text::rust(&failure.name.text)),
            words(text::rust(&fields.to_string())),
        ];
        let wrong = Wrong::Refused { step: act.label, failure: failure.name.text.clone(), fields };
        let told = outcome(model, workflow, Some(&wrong));
        let name = format!("{step} is refused with {}", failure.name.text);
        written.perhaps(&name, call("STAGE.refused", items), told, &step);
    }
    if !matches!(operation.answers, Answers::OnTheLine) {
        return;
    }
    let troubles = act.block.handlers.iter().flat_map(|handler| &handler.troubles);
    let is_met = troubles.into_iter().any(|trouble| matches!(trouble, Trouble::Any(_) | Trouble::Outage(_)));
    let retries = act.block.retry.as_ref().map(|retry| retry.times);
    let attempts = match (is_met, retries) {
        (false, _) | (true, Some(None)) => {
            let items = vec![words(text::rust(&step)), words("2")];
            let name = format!("{step} is tried until somebody is there");
            return written.test(&name, call("STAGE.outages", items), normal);
        }
        (true, retries) => retries.flatten().unwrap_or(0) + 1,
    };
    let items = vec![words(text::rust(&step)), words(attempts.to_string())];
    let told = outcome(model, workflow, Some(&Wrong::Outage { step: act.label }));
    written.perhaps(&format!("{step} finds nobody"), call("STAGE.outages", items), told, &step);
}

struct Written {
    out: Writer,
    names: Taken,
    untold: BTreeSet<String>,
}

impl Written {
    fn perhaps(&mut self, name: &str, played: Doc, told: Option<Outcome>, step: &str) {
        match told {
            Some(told) => self.test(name, played, &told),
            None => {
                self.untold.insert(text::one_line(step));
            }
        }
    }

    fn test(&mut self, name: &str, played: Doc, told: &Outcome) {
        let name = self.names.take(name, rust_name);
        let out = &mut self.out;
        if !out.out.is_empty() {
            out.line("");
        }
        out.line("#[test]");
        out.open(&format!("fn {name}() {{"));
        out.write("let played = ", &played, ";");
        let ends = told.ends.iter().map(strings).collect();
        let items = vec![list(ends), strings(&told.undone), strings(&told.perhaps)];
        out.write("", &call("played.check", items), ";");
        out.close("}");
    }
}

fn strings(items: &BTreeSet<String>) -> Doc {
    list(items.iter().map(|item| words(text::rust(item))).collect())
}

fn stage(model: &Model, workflow: WorkflowId, module: &str) -> String {
    let examples = model.operations.iter().map(|(id, operation)| {
        let reply = example::value(model, &operation.reply, &operation.name.text, 0);
        let fields = vec![
            field("operation", words(text::rust(&model.operation_path(id)))),
            field("reply", words(text::rust(&reply.to_string()))),
            field("takes_a_while", words((!matches!(operation.answers, Answers::OnTheLine)).to_string())),
        ];
        record("Example", fields)
    });
    let starts = sides::starts(model, workflow);
    let starts: Vec<Doc> =
        starts.iter().map(|event| words(text::rust(&model.events[*event].name.text))).collect();
    let mut out = Writer::default();
    out.open("const STAGE: Stage = Stage {");
    out.line("participants: system::participants,");
    out.line(&format!("workflow: {},", text::rust(&model.workflows[workflow].name.text)));
    out.write("starts: ", &list(starts), ",");
    out.line(&format!("input: include_str!(\"../../../examples/{module}.json\"),"));
    out.write("examples: ", &list(examples.collect()), ",");
    out.close("};");
    out.out.trim_end().to_string()
}
