//! Steps, child workflows, notifications and publications.

use super::expression::{Jq, jq_text};
use super::flow::{Gives, OUT, export};
use super::limit::duration;
use super::{NAMESPACE, VERSION, Writer};
use crate::generate::names;
use crate::model::{
    Act, Answers, Argument, EventId, Expr, Notified, OperationId, OperationKind, Retry, Run, UndoneBy,
    WorkflowId,
};
use crate::source::Span;
use serde_json::{Value, json};

impl<'a> Writer<'a> {
    pub fn act(&mut self, act: &'a Act) -> Vec<Value> {
        let key = self.keys.value(act.value).to_string();
        let name = self.model.labels[act.label].name.text.to_string();
        let Some(mut call) =
            self.call(act.operation, act.instance.as_ref(), &act.arguments, self.jq(), Some(&name))
        else {
            return self.not_expressible(act.call_span, "what this step sends");
        };
        call["export"] = json!({ "as": export(&key, "{value: ., done: true}") });
        if let Some((timeout, _)) = act.block.timeout {
            call["timeout"] = json!({ "after": duration(timeout) });
        }
        if let Some(breaker) = &act.block.breaker {
            self.small(breaker.span, "a breaker", "each run finds out by itself that a service is down");
        }
        let tasks = vec![self.task(&name, call)];
        let tasks = self.tried(act.block.retry.as_ref(), tasks);
        let tasks = if self.may_be_unknown(act) { self.noted(tasks, &key) } else { tasks };
        let mut tasks = self.around(&act.block, tasks, Some(Gives::Once(&key)));
        if !act.block.statements.is_empty() {
            tasks.extend(self.statements(&act.block.statements, Some(Gives::Once(&key))));
        }
        tasks
    }

    /// A request; business failures come back as problem documents of the type `wfc://failure/NAME`.
    pub fn call(
        &self,
        id: OperationId,
        instance: Option<&Expr>,
        arguments: &[Argument],
        jq: Jq,
        step: Option<&str>,
    ) -> Option<Value> {
        let operation = &self.model.operations[id];
        let body = jq.object(&operation.fields, arguments)?;
        let path = names::crate_name(&operation.name.text);
        let endpoint = match instance {
            Some(instance) => format!("${{ {} + \"/{path}\" }}", jq.jq(instance)?),
            None => {
                format!("http://{}/{path}", names::crate_name(self.model.service_name(operation.service)))
            }
        };
        let mut with = json!({ "method": "post", "endpoint": endpoint, "body": format!("${{ {body} }}") });
        if let (OperationKind::Command, Some(step)) = (operation.kind, step) {
            let mut parts = vec!["$workflow.id".to_string(), jq_text(step)];
            for field in operation.idempotent_by.iter().flat_map(|(fields, _)| fields) {
                let at = operation.fields.iter().position(|it| it.name.text == field.text);
                let argument = arguments.iter().find(|argument| argument.parameter == at);
                parts.extend(argument.and_then(|argument| jq.jq(&argument.value)));
            }
            let key = format!("${{ [{}] | map(tostring) | join(\"/\") }}", parts.join(", "));
            with["headers"] = json!({ "Idempotency-Key": key });
        }
        if !matches!(operation.answers, Answers::OnTheLine) {
            // The line is held until there is an answer.
            with["headers"]["Prefer"] = "wait".into();
        }
        Some(json!({ "call": "http", "with": with }))
    }

    /// Outages are tried again, refusals are not.
    pub fn tried(&mut self, retry: Option<&Retry>, tasks: Vec<Value>) -> Vec<Value> {
        let Some(retry) = retry else { return tasks };
        let mut policy = serde_json::Map::new();
        let (first, longest) = retry.backoff.unwrap_or((0, 0));
        policy.insert("delay".to_string(), duration(first));
        if longest > first {
            policy.insert("backoff".to_string(), json!({ "exponential": {} }));
            policy.insert("jitter".to_string(), json!({ "from": duration(0), "to": duration(first) }));
            self.small(retry.span, "the longest pause", "the pause between attempts goes on growing");
        } else {
            policy.insert("backoff".to_string(), json!({ "constant": {} }));
        }
        if let Some(times) = retry.times {
            policy.insert("limit".to_string(), json!({ "attempt": { "count": times } }));
        }
        let again = self.again();
        let caught =
            json!({ "as": "error", "when": format!("${{ {OUT} }}"), "retry": policy, "do": [again] });
        vec![self.task("attempts", json!({ "try": tasks, "catch": caught }))]
    }

    /// What was caught goes on.
    fn again(&mut self) -> Value {
        let error = json!({
            "type": "${ $error.type }",
            "status": 503,
            "title": "${ $error.title // \"\" }",
            "detail": "${ $error.detail // \"\" }",
        });
        self.task("pass-on", json!({ "raise": { "error": error } }))
    }

    /// After an outage nobody knows whether it was done.
    fn noted(&mut self, tasks: Vec<Value>, key: &str) -> Vec<Value> {
        let note = json!({ "set": { "unknown": true }, "export": { "as": export(key, "{unknown: true}") } });
        let note = self.task("note", note);
        let again = self.again();
        let caught = json!({ "as": "error", "when": format!("${{ {OUT} }}"), "do": [note, again] });
        vec![self.task("certain", json!({ "try": tasks, "catch": caught }))]
    }

    pub fn may_be_unknown(&self, act: &Act) -> bool {
        let operation = &self.model.operations[act.operation];
        let is_undone = self.model.undone(act).is_some_and(|it| matches!(it.by, UndoneBy::Operation { .. }));
        let tries_for_ever = act.block.retry.as_ref().is_some_and(|retry| retry.times.is_none());
        operation.kind == OperationKind::Command && is_undone && !tries_for_ever
    }

    pub fn run(&mut self, run: &'a Run) -> Vec<Value> {
        let key = self.keys.value(run.value).to_string();
        let name = self.model.labels[run.label].name.text.to_string();
        let Some(mut task) = self.child(run.workflow, &run.arguments) else {
            return self.not_expressible(run.call_span, "what this step sends");
        };
        task["export"] = json!({ "as": export(&key, "{value: ., done: true}") });
        let tasks = vec![self.task(&name, task)];
        // The failure of a child is met as a failure here, and not taken for an end of this workflow.
        let error = json!({
            "type": "${ $error.type | sub(\"wfc://end/\"; \"wfc://failure/\") }",
            "status": 422,
            "detail": "${ $error.detail // \"{}\" }",
        });
        let turn = self.task("how-it-ended", json!({ "raise": { "error": error } }));
        let caught =
            json!({ "as": "error", "when": "${ $error.type | startswith(\"wfc://end/\") }", "do": [turn] });
        let tasks = vec![self.task("child", json!({ "try": tasks, "catch": caught }))];
        let tasks = self.tried(run.block.retry.as_ref(), tasks);
        self.around(&run.block, tasks, Some(Gives::Once(&key)))
    }

    fn child(&self, workflow: WorkflowId, arguments: &[Argument]) -> Option<Value> {
        let child = &self.model.workflows[workflow];
        let mut input = serde_json::Map::new();
        for argument in arguments {
            let Some(field) = argument.parameter.and_then(|at| child.parameters.get(at)) else { continue };
            input.insert(field.name.text.to_string(), self.jq().template(&argument.value)?.into());
        }
        let name = names::crate_name(&child.name.text);
        let mut workflow = json!({ "namespace": NAMESPACE, "name": name, "version": VERSION });
        if !input.is_empty() {
            workflow["input"] = Value::Object(input);
        }
        Some(json!({ "run": { "workflow": workflow } }))
    }

    pub fn publish(&mut self, event: EventId, arguments: &[Argument], span: Span) -> Vec<Value> {
        let declared = &self.model.events[event];
        let Some(data) = self.jq().object(&declared.fields, arguments) else {
            return self.not_expressible(span, "what this event carries");
        };
        let source = format!("wfc://{}", names::crate_name(self.model.service_name(declared.service)));
        let with = json!({
            "source": source,
            "type": self.model.event_name(event),
            "data": format!("${{ {data} }}"),
        });
        let name = format!("publish-{}", declared.name.text);
        vec![self.task(&name, json!({ "emit": { "event": { "with": with } } }))]
    }

    pub fn notify(&mut self, notified: &Notified, span: Span) -> Vec<Value> {
        match notified {
            Notified::Operation { operation, instance, arguments, .. } => {
                let name = self.model.operation_path(*operation);
                match self.call(*operation, instance.as_ref(), arguments, self.jq(), Some(&name)) {
                    Some(call) => {
                        self.small(span, "`notify`", "its answer is waited for");
                        let tasks = vec![self.task(&format!("notify-{name}"), call)];
                        self.tried(Some(&for_ever(span)), tasks)
                    }
                    None => self.not_expressible(span, "what this notification carries"),
                }
            }
            Notified::Workflow { workflow, arguments, .. } => match self.child(*workflow, arguments) {
                Some(mut task) => {
                    task["run"]["await"] = false.into();
                    let name = self.model.workflows[*workflow].name.text.to_string();
                    vec![self.task(&format!("notify-{name}"), task)]
                }
                None => self.not_expressible(span, "what this notification carries"),
            },
        }
    }
}

/// Until it works.
pub fn for_ever(span: Span) -> Retry {
    Retry { times: None, backoff: Some((1000, 1000)), span }
}
