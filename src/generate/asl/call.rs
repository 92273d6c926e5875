//! Steps, child workflows, notifications and publications as tasks.

use super::machine::{Around, Frame, Machine, Place, Shared};
use super::value::{Template, seconds};
use crate::generate::names;
use crate::model::{
    Act, Answers, Argument, Block, EventId, Expr, GoalKind, Handler, LimitKind, Notified, Operation,
    OperationId, Retry, Run, Trouble, WorkflowId,
};
use crate::source::Span;
use serde_json::{Map, Value, json};

/// More attempts than anybody waits for; the service takes no word for "for ever".
const FOR_EVER: u64 = 99_999_999;

/// How the cause of a failure says its fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Function,
    Workflow,
}

impl Source {
    fn path(self) -> &'static str {
        match self {
            // As functions say it: the fields are the message, as JSON.
            Source::Function => "$.wfc_trouble.cause.errorMessage",
            Source::Workflow => "$.wfc_trouble.cause.Cause",
        }
    }
}

impl<'a> Machine<'a> {
    pub fn act(&mut self, act: &'a Act, after: &str, around: &Around) -> String {
        let place = self.here(after);
        let key = self.paths.value_key(act.value).to_string();
        let gives = Frame::Gives { key: Some(&key), leave: &place };
        let inner = Around { frame: &gives, outer: Some(around) };
        let frame = Frame::Handlers { handlers: &act.block.handlers, after: &place };
        let inner = Around { frame: &frame, outer: Some(&inner) };
        let Some(mut task) = self.task(act, &key) else {
            return self.not_expressible(act.call_span, "what this step sends");
        };
        self.beside(&act.block);
        self.small_differences(&act.block);
        task.insert("Next".to_string(), after.into());
        let operation = &self.model.operations[act.operation];
        let failures: Vec<String> =
            operation.fails.iter().map(|failure| failure.name.text.to_string()).collect();
        let late = self.limits(&act.block, &mut task, after, around);
        retries(act.block.retry.as_ref(), &failures, &mut task);
        let tries_for_ever = act.block.retry.as_ref().is_some_and(|retry| retry.times.is_none());
        let mut catch = Vec::new();
        for failure in &failures {
            if let Some(entry) = self.on_failure(failure, Source::Function, &inner) {
                catch.push(catcher(&[failure], &entry));
            }
        }
        let name = self.model.labels[act.label].name.text.to_string();
        let is_uncertain = self.may_be_unknown(act);
        let unknown = |machine: &mut Self, entry: String| {
            match is_uncertain {
            true => machine.state(
                &format!("{name} is unknown"),
                json!({ "Type": "Pass", "Result": true, "ResultPath": format!("$.{key}.unknown"), "Next": entry }),
            ),
            false => entry,
        }
        };
        if let Some(entry) = late {
            let entry = unknown(self, entry);
            catch.push(catcher(&["States.Timeout"], &entry));
        }
        if !tries_for_ever {
            let entry = self.on_outage(&inner);
            let entry = unknown(self, entry);
            catch.push(catcher(&["States.ALL"], &entry));
        }
        if !catch.is_empty() {
            task.insert("Catch".to_string(), catch.into());
        }
        if !act.doc.trim().is_empty() {
            task.insert("Comment".to_string(), act.doc.trim().into());
        }
        self.state(&name, Value::Object(task))
    }

    /// The call itself, without what is done about its troubles.
    pub fn task(&mut self, act: &Act, key: &str) -> Option<Map<String, Value>> {
        let operation = &self.model.operations[act.operation];
        let payload = self.payload(&operation.fields, &act.arguments)?;
        let mut parameters = self.function(act.operation, act.instance.as_ref())?;
        let selector = match operation.answers {
            Answers::OnTheLine => json!({ "value.$": "$.Payload", "done": true }),
            Answers::Later(_) | Answers::ByHand(_) => json!({ "value.$": "$", "done": true }),
        };
        let payload = self.with_key(act.operation, act, payload);
        parameters.insert("Payload".to_string(), with_token(operation, payload));
        let mut task = Map::new();
        task.insert("Type".to_string(), "Task".into());
        task.insert("Resource".to_string(), resource(operation).into());
        task.insert("Parameters".to_string(), Value::Object(parameters));
        task.insert("ResultSelector".to_string(), selector);
        task.insert("ResultPath".to_string(), format!("$.{key}").into());
        Some(task)
    }

    /// Commands are known again by a key: the run, the step, and what the contract says it is the same by.
    fn with_key(&self, id: OperationId, act: &Act, mut payload: Map<String, Value>) -> Map<String, Value> {
        let operation = &self.model.operations[id];
        let Some((fields, _)) = &operation.idempotent_by else { return payload };
        let mut parts = vec!["$$.Execution.Name".to_string()];
        for field in fields {
            let at = operation.fields.iter().position(|it| it.name.text == field.text);
            let argument = act.arguments.iter().find(|argument| argument.parameter == at);
            // What is no plain value is the same in every attempt of this step as well.
            let is_plain = |it: &&Argument| {
                use crate::model::Type;
                matches!(it.value.ty, Type::String | Type::Int | Type::Decimal | Type::Declared(_))
            };
            let text = argument.filter(is_plain).and_then(|it| self.words().template(&it.value).argument());
            parts.extend(text);
        }
        let name = &self.model.labels[act.label].name.text;
        let holes = parts.iter().map(|_| "{}").collect::<Vec<_>>().join("/");
        let label: String = name.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
        let call = format!("States.Format('{holes}/{label}', {})", parts.join(", "));
        payload.insert("idempotencyKey.$".to_string(), call.into());
        payload
    }

    /// `FunctionName`: a function for each operation; of many instances the address comes first.
    fn function(&mut self, id: OperationId, instance: Option<&Expr>) -> Option<Map<String, Value>> {
        let mut parameters = Map::new();
        let operation = &self.model.operations[id];
        let name = names::plain(&operation.name.text);
        match instance {
            Some(instance) => {
                let address = self.words().template(instance).argument()?;
                let call = format!("States.Format('{{}}-{name}', {address})");
                parameters.insert("FunctionName.$".to_string(), call.into());
            }
            None => {
                let service = names::plain(self.model.service_name(operation.service));
                parameters.insert("FunctionName".to_string(), format!("{service}-{name}").into());
            }
        }
        Some(parameters)
    }

    /// A task that calls an operation to undo something, with arguments that are templates already.
    pub fn undoing(
        &mut self,
        id: OperationId,
        instance: Option<&Expr>,
        payload: Map<String, Value>,
    ) -> Map<String, Value> {
        let operation = &self.model.operations[id];
        let mut parameters = self.function(id, instance).unwrap_or_default();
        parameters.insert("Payload".to_string(), with_token(operation, payload));
        let mut task = Map::new();
        task.insert("Type".to_string(), "Task".into());
        task.insert("Resource".to_string(), resource(operation).into());
        task.insert("Parameters".to_string(), Value::Object(parameters));
        task.insert("ResultPath".to_string(), Value::Null);
        let retry = Retry { times: None, backoff: Some((1000, 3_600_000)), span: operation.span };
        retries(Some(&retry), &[], &mut task);
        task
    }

    /// Limits of a step; gives where a run goes on whose limit has passed.
    fn limits(
        &mut self,
        block: &'a Block,
        task: &mut Map<String, Value>,
        after: &str,
        around: &Around,
    ) -> Option<String> {
        let mut late = None;
        for limit in &block.limits {
            let tries_again = block.retry.is_some() || block.timeout.is_some();
            if limit.kind == LimitKind::Before {
                self.lost(limit.span, "`before`", "a step can only be limited by how long it takes");
                continue;
            }
            if tries_again {
                self.lost(
                    limit.span,
                    "`within`",
                    "each attempt can be limited, but not all of them together",
                );
                continue;
            }
            match self.words().template(&limit.bound) {
                Template::Static(bound) => task.insert("TimeoutSeconds".to_string(), at_least_one(bound)),
                Template::Path(path) if path.starts_with("$.") => {
                    task.insert("TimeoutSecondsPath".to_string(), path.into())
                }
                _ => {
                    self.lost(limit.span, "`within`", "how long it may take cannot be computed here");
                    continue;
                }
            };
            late = limit.otherwise.as_ref().map(|block| self.block(block, after, around));
        }
        if let Some((timeout, span)) = block.timeout {
            if timeout % 1000 != 0 {
                self.small(span, "a part of a second", "pauses and limits are whole seconds");
            }
            task.insert("TimeoutSeconds".to_string(), seconds(timeout).max(1).into());
        }
        late
    }

    fn small_differences(&mut self, block: &Block) {
        if let Some(breaker) = &block.breaker {
            self.small(breaker.span, "a breaker", "each run finds out by itself that a service is down");
        }
        if let Some(retry) = &block.retry
            && retry.backoff.is_some_and(|(first, longest)| first % 1000 != 0 || longest % 1000 != 0)
        {
            self.small(retry.span, "a part of a second", "pauses and limits are whole seconds");
        }
    }

    /// Where a failure is met, if anywhere around.
    fn on_failure(&mut self, name: &str, source: Source, around: &Around) -> Option<String> {
        self.meet(
            around,
            |trouble| match trouble {
                Trouble::Failure(it, _) => it == name,
                Trouble::Any(_) => true,
                Trouble::Outage(_) => false,
            },
            Some((name, source)),
        )
    }

    /// Where an outage is met; a run that nobody helps undoes what it can.
    pub fn on_outage(&mut self, around: &Around) -> String {
        let met = self.meet(
            around,
            |trouble| match trouble {
                Trouble::Outage(_) | Trouble::Any(_) => true,
                Trouble::Failure(..) => false,
            },
            None,
        );
        met.unwrap_or_else(|| {
            let state = match self.shared.get(&Shared::Unhandled) {
                Some(state) => state.clone(),
                None => self.outside(0, |outer| {
                    let end = outer.state("Unhandled", json!({ "Type": "Fail", "Error": "Unhandled" }));
                    outer.undo(crate::model::UndoTarget::All, &end)
                }),
            };
            self.shared.insert(Shared::Unhandled, state.clone());
            self.leading_to(&Place { state, level: 0 })
        })
    }

    fn meet(
        &mut self,
        around: &Around,
        is_met: impl Fn(&Trouble) -> bool,
        failure: Option<(&str, Source)>,
    ) -> Option<String> {
        for (frame, here) in around.frames() {
            let Frame::Handlers { handlers, after } = frame else { continue };
            let Some(handler) = handlers.iter().find(|it| it.troubles.iter().any(&is_met)) else { continue };
            let Some(outer) = here.outer else { continue };
            // The frame is on the stack of whoever writes the machine; the handler itself is in the model.
            let handler = self.in_model(handler)?;
            let place = (*after).clone();
            let level = place.level;
            let source = failure.filter(|(name, _)| self.has_fields(name)).map(|(_, source)| source);
            let start = handler.block.span.start;
            let shared = Shared::Handler { start, place: place.clone(), fields: source.map(Source::path) };
            let known = self.shared.get(&shared).cloned();
            let state = known.unwrap_or_else(|| {
                self.outside(level, |machine| {
                    let entry = machine.block(&handler.block, &place.state, outer);
                    source.map_or(entry.clone(), |source| machine.read_fields(source, &entry))
                })
            });
            self.shared.insert(shared, state.clone());
            return Some(self.leading_to(&Place { state, level }));
        }
        None
    }

    /// The same handler with the lifetime of the model.
    fn in_model(&self, handler: &Handler) -> Option<&'a Handler> {
        let blocks = self.workflow.blocks();
        blocks.into_iter().flat_map(|block| &block.handlers).find(|it| std::ptr::eq(*it, handler))
    }

    fn has_fields(&self, name: &str) -> bool {
        let of_operations = self.model.operations.values().flat_map(|operation| &operation.fails);
        let mut with = of_operations.filter(|failure| !failure.fields.is_empty()).map(|it| &it.name.text);
        let mut goals = self.model.goals.values().filter(|goal| !goal.fields.is_empty());
        with.any(|it| it == name) || goals.any(|goal| goal.name.text == name)
    }

    /// What went wrong is a text; its fields are read from that.
    fn read_fields(&mut self, source: Source, next: &str) -> String {
        let from = source.path();
        let fields = json!({
            "Type": "Pass",
            "Parameters": { "fields.$": format!("States.StringToJson({from})") },
            "ResultPath": "$.wfc_trouble",
            "Next": next,
        });
        let fields = self.state("fields of the failure", fields);
        if source == Source::Workflow {
            return fields;
        }
        self.read_cause(&fields)
    }

    fn read_cause(&mut self, next: &str) -> String {
        let cause = json!({
            "Type": "Pass",
            "Parameters": { "cause.$": "States.StringToJson($.wfc_trouble.Cause)" },
            "ResultPath": "$.wfc_trouble",
            "Next": next,
        });
        self.state("cause of the failure", cause)
    }

    pub fn run(&mut self, run: &'a Run, after: &str, around: &Around) -> String {
        let place = self.here(after);
        let key = self.paths.value_key(run.value).to_string();
        let gives = Frame::Gives { key: Some(&key), leave: &place };
        let inner = Around { frame: &gives, outer: Some(around) };
        let frame = Frame::Handlers { handlers: &run.block.handlers, after: &place };
        let inner = Around { frame: &frame, outer: Some(&inner) };
        let Some(input) = self.input(run.workflow, &run.arguments) else {
            return self.not_expressible(run.call_span, "what this step sends");
        };
        self.beside(&run.block);
        let mut task = Map::new();
        task.insert("Type".to_string(), "Task".into());
        task.insert("Resource".to_string(), "arn:aws:states:::states:startExecution.sync:2".into());
        task.insert("Parameters".to_string(), self.execution(run.workflow, input));
        task.insert("ResultSelector".to_string(), json!({ "value.$": "$.Output", "done": true }));
        task.insert("ResultPath".to_string(), format!("$.{key}").into());
        task.insert("Next".to_string(), after.into());
        let late = self.limits(&run.block, &mut task, after, around);
        retries(run.block.retry.as_ref(), &["States.TaskFailed".to_string()], &mut task);
        let child = &self.model.workflows[run.workflow];
        let outage = self.on_outage(&inner);
        let mut choices = Vec::new();
        for &goal in &child.goals {
            let goal = &self.model.goals[goal];
            if goal.kind == GoalKind::Failure
                && let Some(entry) = self.on_failure(&goal.name.text, Source::Workflow, &inner)
            {
                choices.push(json!({
                    "And": [
                        { "Variable": "$.wfc_trouble.cause.Error", "IsPresent": true },
                        { "Variable": "$.wfc_trouble.cause.Error", "StringEquals": goal.name.text.as_str() },
                    ],
                    "Next": entry,
                }));
            }
        }
        let mut catch = Vec::new();
        if let Some(entry) = late {
            catch.push(catcher(&["States.Timeout"], &entry));
        }
        let name = self.model.labels[run.label].name.text.to_string();
        if !choices.is_empty() {
            let which = json!({ "Type": "Choice", "Choices": choices, "Default": outage });
            let which = self.state(&format!("how {name} ended"), which);
            let entry = self.read_cause(&which);
            catch.push(catcher(&["States.TaskFailed"], &entry));
        }
        catch.push(catcher(&["States.ALL"], &outage));
        task.insert("Catch".to_string(), catch.into());
        self.state(&name, Value::Object(task))
    }

    fn input(&self, workflow: WorkflowId, arguments: &[Argument]) -> Option<Map<String, Value>> {
        self.payload(&self.model.workflows[workflow].parameters, arguments)
    }

    /// A machine beside this one, in the same region and account.
    fn execution(&self, workflow: WorkflowId, mut input: Map<String, Value>) -> Value {
        let part = |n: u32| format!("States.ArrayGetItem(States.StringSplit($$.StateMachine.Id, ':'), {n})");
        let name = names::plain(&self.model.workflows[workflow].name.text);
        let arn = format!(
            "States.Format('arn:{{}}:states:{{}}:{{}}:stateMachine:{name}', {}, {}, {})",
            part(1),
            part(3),
            part(4)
        );
        input.insert("AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$".to_string(), "$$.Execution.Id".into());
        json!({ "StateMachineArn.$": arn, "Input": input })
    }

    pub fn publish(&mut self, event: EventId, arguments: &[Argument], span: Span, after: &str) -> String {
        let declared = &self.model.events[event];
        let Some(detail) = self.payload(&declared.fields, arguments) else {
            return self.not_expressible(span, "what this event carries");
        };
        let entry = json!({
            "Source": self.model.service_name(declared.service),
            "DetailType": self.model.event_name(event),
            "Detail": detail,
        });
        let task = json!({
            "Type": "Task",
            "Resource": "arn:aws:states:::events:putEvents",
            "Parameters": { "Entries": [entry] },
            "ResultPath": null,
            "Retry": [retrier(&["States.ALL"], FOR_EVER, (1000, 3_600_000))],
            "Next": after,
        });
        self.state(&format!("publish {}", declared.name.text), task)
    }

    pub fn notify(&mut self, notified: &Notified, span: Span, after: &str) -> String {
        let (name, resource, parameters) = match notified {
            Notified::Operation { operation, instance, arguments, .. } => {
                let declared = &self.model.operations[*operation];
                let payload = self.payload(&declared.fields, arguments);
                let parameters = self.function(*operation, instance.as_ref());
                let (Some(payload), Some(mut parameters)) = (payload, parameters) else {
                    return self.not_expressible(span, "what this notification carries");
                };
                parameters.insert("InvocationType".to_string(), "Event".into());
                parameters.insert("Payload".to_string(), Value::Object(payload));
                (
                    self.model.operation_path(*operation),
                    "arn:aws:states:::lambda:invoke",
                    Value::Object(parameters),
                )
            }
            Notified::Workflow { workflow, arguments, .. } => {
                let Some(input) = self.input(*workflow, arguments) else {
                    return self.not_expressible(span, "what this notification carries");
                };
                let name = self.model.workflows[*workflow].name.text.to_string();
                (name, "arn:aws:states:::states:startExecution", self.execution(*workflow, input))
            }
        };
        let task = json!({
            "Type": "Task",
            "Resource": resource,
            "Parameters": parameters,
            "ResultPath": null,
            "Retry": [retrier(&["States.ALL"], FOR_EVER, (1000, 3_600_000))],
            "Next": after,
        });
        self.state(&format!("notify {name}"), task)
    }

    /// Whether it can be left open if a write was done: then it is asked again before it is undone.
    pub fn may_be_unknown(&self, act: &Act) -> bool {
        use crate::model::{OperationKind, UndoneBy};
        let operation = &self.model.operations[act.operation];
        let is_undone =
            self.model.undone(act).is_some_and(|undone| matches!(undone.by, UndoneBy::Operation { .. }));
        let tries_for_ever = act.block.retry.as_ref().is_some_and(|retry| retry.times.is_none());
        operation.kind == OperationKind::Command && is_undone && !tries_for_ever
    }
}

fn resource(operation: &Operation) -> &'static str {
    match operation.answers {
        Answers::OnTheLine => "arn:aws:states:::lambda:invoke",
        Answers::Later(_) | Answers::ByHand(_) => "arn:aws:states:::lambda:invoke.waitForTaskToken",
    }
}

/// Who answers later needs to know to whom.
fn with_token(operation: &Operation, mut payload: Map<String, Value>) -> Value {
    if !matches!(operation.answers, Answers::OnTheLine) {
        payload.insert("taskToken.$".to_string(), "$$.Task.Token".into());
    }
    Value::Object(payload)
}

pub fn catcher(errors: &[&str], next: &str) -> Value {
    json!({ "ErrorEquals": errors, "ResultPath": "$.wfc_trouble", "Next": next })
}

/// Only outages are tried again; a refusal is an answer.
fn retries(retry: Option<&Retry>, failures: &[String], task: &mut Map<String, Value>) {
    let Some(retry) = retry else { return };
    let mut retriers = Vec::new();
    if !failures.is_empty() {
        retriers.push(json!({ "ErrorEquals": failures, "MaxAttempts": 0 }));
    }
    let times = retry.times.map_or(FOR_EVER, u64::from);
    retriers.push(retrier(&["States.ALL"], times, retry.backoff.unwrap_or((1000, 1000))));
    task.insert("Retry".to_string(), retriers.into());
}

fn retrier(errors: &[&str], times: u64, (first, longest): (u64, u64)) -> Value {
    let (first, longest) = (seconds(first).max(1), seconds(longest).max(1));
    let mut retrier = json!({
        "ErrorEquals": errors,
        "IntervalSeconds": first,
        "MaxAttempts": times,
        "BackoffRate": 2.0,
        "JitterStrategy": "FULL",
    });
    // The longest pause must be longer than the first one.
    if longest > first {
        retrier["MaxDelaySeconds"] = longest.min(31_622_400).into();
    } else {
        retrier["BackoffRate"] = 1.0.into();
    }
    retrier
}

fn at_least_one(bound: Value) -> Value {
    bound.as_u64().map_or(bound, |seconds| seconds.max(1).into())
}
