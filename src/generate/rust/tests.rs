//! The tests of a generated workflow: everything that its steps declare to go wrong, injected.

use super::example;
use super::layout::{Doc, Writer, call, record, text as words};
use super::predict::{Prediction, Wrong, predict};
use crate::generate::names::{Taken, rust_name};
use crate::generate::text;
use crate::model::{Act, Answers, Block, LabelId, Model, Statement, StatementKind, Wait, WorkflowId};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

#[derive(Debug, Serialize)]
pub struct Tests {
    pub name: String,
    pub stage: String,
    pub tests: String,
    /// Steps whose failures nobody can tell the end of beforehand.
    pub untold: Vec<String>,
}

/// `None` where nothing can be told of a run, because time or chance decides it.
pub fn tests(model: &Model, workflow: WorkflowId, module: &str) -> Option<Tests> {
    let item = &model.workflows[workflow];
    let events = events(model, workflow)?;
    let normal = predict(model, workflow, None)?;
    let mut written = Written { out: Writer::default(), names: Taken::new(), untold: BTreeSet::new() };
    written.test("all_goes_well", words("STAGE.plays()"), &normal);
    for statement in statements(&item.body) {
        match &statement.kind {
            StatementKind::Act(act) => of_act(&mut written, model, workflow, act, &normal),
            StatementKind::Run(run) => {
                let child = &model.workflows[run.workflow];
                let failures = child.goals.iter().map(|goal| &model.goals[*goal]);
                for goal in failures.filter(|goal| goal.kind == crate::model::GoalKind::Failure) {
                    if child.correlation.is_empty() {
                        let fields = example::object(model, &goal.fields);
                        of_failure(&mut written, model, workflow, run.label, &goal.name.text, fields);
                    }
                }
            }
            _ => {}
        }
    }
    Some(Tests {
        name: text::one_line(&item.name.text),
        stage: stage(model, workflow, module, &events),
        tests: written.out.out.trim_end().to_string(),
        untold: written.untold.into_iter().collect(),
    })
}

fn of_act(written: &mut Written, model: &Model, workflow: WorkflowId, act: &Act, normal: &Prediction) {
    let operation = &model.operations[act.operation];
    let step = model.labels[act.label].name.text.to_string();
    let quoted = text::rust(&step);
    for failure in &operation.fails {
        let fields = example::object(model, &failure.fields);
        of_failure(written, model, workflow, act.label, &failure.name.text, fields);
    }
    if !matches!(operation.answers, Answers::OnTheLine) {
        if !act.block.limits.is_empty() {
            let told = predict(model, workflow, Some(&Wrong::Silence { step: act.label }));
            let played = call("STAGE.silence", vec![words(quoted)]);
            written.perhaps(&format!("{step} is never answered"), played, told, &step);
        }
        return;
    }
    let retries = act.block.retry.as_ref().map(|retry| retry.times);
    match retries {
        Some(None) => {
            let played = call("STAGE.outages", vec![words(quoted), words("2")]);
            written.test(&format!("{step} is tried until somebody is there"), played, normal);
        }
        retries => {
            let attempts = retries.flatten().unwrap_or(0) + 1;
            let told = predict(model, workflow, Some(&Wrong::Outage { step: act.label }));
            let played = call("STAGE.outages", vec![words(quoted), words(attempts.to_string())]);
            written.perhaps(&format!("{step} finds nobody"), played, told, &step);
        }
    }
}

fn of_failure(
    written: &mut Written,
    model: &Model,
    workflow: WorkflowId,
    step: LabelId,
    failure: &smol_str::SmolStr,
    fields: Value,
) {
    let name = model.labels[step].name.text.to_string();
    let items =
        vec![words(text::rust(&name)), words(text::rust(failure)), words(text::rust(&fields.to_string()))];
    let wrong = Wrong::Refused { step, failure: failure.clone(), fields };
    let told = predict(model, workflow, Some(&wrong));
    let played = call("STAGE.refused", items);
    written.perhaps(&format!("{name} is refused with {failure}"), played, told, &name);
}

struct Written {
    out: Writer,
    names: Taken,
    untold: BTreeSet<String>,
}

impl Written {
    fn perhaps(&mut self, name: &str, played: Doc, told: Option<Prediction>, step: &str) {
        match told {
            Some(told) => self.test(name, played, &told),
            None => {
                self.untold.insert(text::one_line(step));
            }
        }
    }

    fn test(&mut self, name: &str, played: Doc, told: &Prediction) {
        let name = self.names.take(name, rust_name);
        let out = &mut self.out;
        if !out.out.is_empty() {
            out.line("");
        }
        out.line("#[tokio::test(start_paused = true)]");
        out.open(&format!("async fn {name}() {{"));
        if out.fits("let played = ", &played, ".await;") {
            out.write("let played = ", &played, ".await;");
        } else {
            out.write("let played = ", &played, ";");
            out.line("let played = played.await;");
        }
        let undone = told.undone.iter().map(|group| strings(group)).collect();
        let perhaps: Vec<String> = told.perhaps.iter().cloned().collect();
        let items = vec![words(text::rust(&told.end)), list(undone), strings(&perhaps)];
        out.write("", &call("played.check", items), ";");
        out.close("}");
    }
}

fn strings(items: &[String]) -> Doc {
    list(items.iter().map(|item| words(text::rust(item))).collect())
}

fn list(items: Vec<Doc>) -> Doc {
    Doc::List { open: "&[".into(), items, close: "]".into(), spaced: false }
}

fn stage(model: &Model, workflow: WorkflowId, module: &str, events: &[(String, Value)]) -> String {
    let mut out = Writer::default();
    out.open("const STAGE: Stage = Stage {");
    out.line("workflows: coordinator::workflows,");
    out.line(&format!("workflow: {},", text::rust(&model.workflows[workflow].name.text)));
    out.line(&format!("input: include_str!(\"../../../examples/{module}.json\"),"));
    out.open("examples: &[");
    for (id, operation) in model.operations.iter() {
        let reply = example::value(model, &operation.reply, &operation.name.text, 0);
        let takes_a_while = !matches!(operation.answers, Answers::OnTheLine);
        let fields = vec![
            words(format!("operation: {}", text::rust(&model.operation_path(id)))),
            words(format!("reply: {}", text::rust(&reply.to_string()))),
            words(format!("takes_a_while: {takes_a_while}")),
        ];
        out.write("", &record("Example", fields), ",");
    }
    out.close("],");
    if events.is_empty() {
        out.line("events: &[],");
    } else {
        let items = events.iter().map(|(name, fields)| {
            let pair = vec![words(text::rust(name)), words(text::rust(&fields.to_string()))];
            Doc::List { open: "(".into(), items: pair, close: ")".into(), spaced: false }
        });
        out.write("events: ", &list(items.collect()), ",");
    }
    out.close("};");
    out.out.trim_end().to_string()
}

/// The events that the run waits for, each as often as it does; `None` where one is listened for beside a
/// block as well, so that it would do two things.
fn events(model: &Model, workflow: WorkflowId) -> Option<Vec<(String, Value)>> {
    let item = &model.workflows[workflow];
    let mut found = Vec::new();
    let mut waited = BTreeSet::new();
    for statement in statements(&item.body) {
        if let StatementKind::Wait(wait) = &statement.kind
            && let Wait::For { formula, .. } = &**wait
        {
            for term in &formula.terms {
                let event = &model.events[term.event];
                waited.insert(term.event);
                found.push((event.name.text.to_string(), example::object(model, &event.fields)));
            }
        }
    }
    let blocks = item.body.with_inner();
    let beside = blocks.iter().flat_map(|block| &block.interrupts).flat_map(|it| &it.formula.terms);
    let mut beside = beside.map(|term| term.event);
    if beside.any(|event| waited.contains(&event)) { None } else { Some(found) }
}

fn statements(block: &Block) -> impl Iterator<Item = &Statement> {
    block.with_inner().into_iter().flat_map(|block| &block.statements)
}
