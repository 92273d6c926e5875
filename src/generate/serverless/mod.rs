//! Serverless Workflow DSL 1.0.0: one document for each conducted workflow. What a run knows stands in
//! `$context` under the names of its steps; business failures are errors of a type of their own.

mod call;
mod expression;
mod flow;
mod limit;
mod undo;

use super::rules::LOST_IN_TARGET;
use super::{Generated, Subject, names, yaml};
use crate::finding::{Finding, Severity};
use crate::model::{Model, Trigger, Workflow, WorkflowId};
use crate::source::Span;
use expression::Keys;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

pub fn generate(subject: &Subject) -> Generated {
    let mut generated = Generated::default();
    let mut files = names::Taken::new();
    for &id in &subject.workflows {
        let workflow = &subject.model.workflows[id];
        if workflow.is_choreographed() {
            let finding = LOST_IN_TARGET.at(workflow.name.span, "nobody conducts this workflow");
            let finding = finding.message(format!("`{}` does not become a document", workflow.name.text));
            generated.findings.push(finding.severity(Severity::Info).entity(workflow.name.text.as_str()));
            continue;
        }
        let mut writer = Writer::new(subject, id);
        let document = writer.document();
        generated.findings.append(&mut writer.findings);
        let name = files.take(&workflow.name.text, names::plain);
        generated.own(format!("{name}.sw.yaml"), yaml::text(&document, FIELDS));
    }
    generated
}

/// In the order in which people read them.
const FIELDS: &[&str] = &[
    "dsl",
    "namespace",
    "name",
    "version",
    "title",
    "summary",
    "document",
    "schedule",
    "if",
    "call",
    "run",
    "emit",
    "listen",
    "wait",
    "raise",
    "set",
    "for",
    "while",
    "switch",
    "fork",
    "try",
    "method",
    "endpoint",
    "headers",
    "body",
    "with",
    "errors",
    "as",
    "when",
    "exceptWhen",
    "retry",
    "catch",
    "do",
    "output",
    "export",
    "timeout",
    "then",
];

/// Where all documents of a system are found by each other.
const NAMESPACE: &str = "wfc";

/// Documents that belong together have the same version.
const VERSION: &str = "0.1.0";

/// A document in the making.
struct Writer<'a> {
    model: &'a Model,
    text: &'a dyn Fn(Span) -> String,
    workflow: &'a Workflow,
    id: WorkflowId,
    keys: Keys,
    findings: Vec<Finding>,
    names: BTreeSet<String>,
    /// How many forks and loops stand around.
    n_around: usize,
}

impl<'a> Writer<'a> {
    fn new(subject: &Subject<'a>, id: WorkflowId) -> Writer<'a> {
        Writer {
            model: subject.model,
            text: subject.text,
            workflow: &subject.model.workflows[id],
            id,
            keys: Keys::new(subject.model, id),
            findings: Vec::new(),
            names: BTreeSet::new(),
            n_around: 0,
        }
    }

    fn document(&mut self) -> Value {
        let workflow = self.workflow;
        let mut head = Map::new();
        head.insert("dsl".to_string(), "1.0.0".into());
        head.insert("namespace".to_string(), NAMESPACE.into());
        head.insert("name".to_string(), names::crate_name(&workflow.name.text).into());
        head.insert("version".to_string(), VERSION.into());
        head.insert("title".to_string(), workflow.name.text.as_str().into());
        if !workflow.doc.trim().is_empty() {
            head.insert("summary".to_string(), workflow.doc.trim().into());
        }
        let mut document = Map::new();
        match &workflow.trigger {
            Trigger::Called => {}
            Trigger::Events(formula) => {
                let on = self.consumed(formula);
                document.insert("schedule".to_string(), json!({ "on": on }));
            }
            Trigger::Schedule(span) => match self.schedule(*span) {
                Some(schedule) => drop(document.insert("schedule".to_string(), schedule)),
                None => self.small(*span, "what starts it", "a schedule beside the document must start it"),
            },
        }
        for late in &workflow.late {
            self.small(late.span, "`late`", "a run that has ended hears nothing");
        }
        let begin = self.begin();
        let body = self.block(&workflow.body, None);
        document.insert("document".to_string(), Value::Object(head));
        document.insert("do".to_string(), begin.into_iter().chain(body).collect::<Vec<_>>().into());
        Value::Object(document)
    }

    /// The context is an object from the beginning; events that have started the run stand in it.
    fn begin(&mut self) -> Vec<Value> {
        let mut context = Map::new();
        if let Trigger::Events(formula) = &self.workflow.trigger {
            for (at, term) in formula.terms.iter().enumerate() {
                let key = self.keys.event(term.event).to_string();
                context.insert(
                    key,
                    format!("${{ $workflow.input[{at}].data // $workflow.input[{at}] }}").into(),
                );
            }
        }
        context.insert("started".to_string(), true.into());
        let export = json!({ "as": "${ . }" });
        vec![self.task("begin", json!({ "set": context, "export": export }))]
    }

    /// `every 1d`, and cron expressions.
    fn schedule(&self, span: Span) -> Option<Value> {
        let text = (self.text)(span);
        let quoted = text.split('"').nth(1);
        if let Some(cron) = quoted {
            return Some(json!({ "cron": cron }));
        }
        let word = text.split_whitespace().last()?.trim_end_matches(';');
        let split = word.find(|c: char| !c.is_ascii_digit())?;
        let n: u64 = word[..split].parse().ok()?;
        let unit = match &word[split..] {
            "d" => "days",
            "h" => "hours",
            "m" => "minutes",
            "s" => "seconds",
            "ms" => "milliseconds",
            "w" => return Some(json!({ "every": { "days": n * 7 } })),
            _ => return None,
        };
        Some(json!({ "every": { (unit): n } }))
    }

    /// A task under a name that no other has.
    fn task(&mut self, wanted: &str, task: Value) -> Value {
        let is_fine = |c: char| c.is_alphanumeric() || "_-".contains(c);
        let plain: String = wanted.chars().map(|c| if is_fine(c) { c } else { '-' }).take(60).collect();
        // What the language itself calls a way must not be a task.
        let plain = match plain.as_str() {
            "" | "continue" | "exit" | "end" => format!("{plain}-task"),
            _ => plain,
        };
        let (mut name, mut n) = (plain.clone(), 2);
        while !self.names.insert(name.clone()) {
            name = format!("{plain}-{n}");
            n += 1;
        }
        json!({ (name): task })
    }

    /// Something that the document does without.
    fn lost(&mut self, span: Span, what: &str, why: &str) {
        self.lose(span, what, why, Severity::Warning);
    }

    /// Something that is a little different there.
    fn small(&mut self, span: Span, what: &str, why: &str) {
        self.lose(span, what, why, Severity::Info);
    }

    fn lose(&mut self, span: Span, what: &str, why: &str, severity: Severity) {
        let entity = format!("{}/serverless-workflow/{what}", self.workflow.name.text);
        if self.findings.iter().any(|it| it.labels[0].span == span && it.entity == entity) {
            return;
        }
        let finding = LOST_IN_TARGET.at(span, why).severity(severity);
        self.findings
            .push(finding.message(format!("{what} is lost in a serverless workflow")).entity(entity));
    }

    /// A run that comes to something that cannot be said fails there.
    fn not_expressible(&mut self, span: Span, what: &str) -> Vec<Value> {
        self.lost(span, what, "a run that comes here fails with `not-expressible`");
        let error = json!({ "type": "wfc://not-expressible", "status": 501, "title": "not expressible" });
        vec![self.task("not-expressible", json!({ "raise": { "error": error } }))]
    }
}
