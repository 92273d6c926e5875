//! Blocks and statements as lists of tasks.

use super::Writer;
use super::expression::{Jq, jq_text};
use crate::model::{
    Argument, Block, EventId, Expr, Formula, GoalId, GoalKind, Handler, HowMany, Parallel, Repeat, Statement,
    StatementKind, Trouble, Wait,
};
use crate::source::Span;
use serde_json::{Map, Value, json};

/// Where a value goes that is given.
#[derive(Clone, Copy)]
pub enum Gives<'s> {
    /// It is the value under this key.
    Once(&'s str),
    /// It joins the list under this key; without one it is dropped. Who gives leaves the round.
    Round(Option<&'s str>),
}

/// Who leaves a branch, round or loop raises this; it is caught around that.
pub const LEAVE: &str = "wfc://leave";

impl<'a> Writer<'a> {
    pub fn jq(&self) -> Jq<'_> {
        Jq { model: self.model, keys: &self.keys, reply: None, request: None }
    }

    /// What a block becomes, with its limits and what is done about troubles.
    pub fn block(&mut self, block: &'a Block, gives: Option<Gives>) -> Vec<Value> {
        let tasks = self.statements(&block.statements, gives);
        self.around(block, tasks, gives)
    }

    pub fn around(&mut self, block: &'a Block, tasks: Vec<Value>, gives: Option<Gives>) -> Vec<Value> {
        let tasks = self.beside(block, tasks, gives);
        let tasks = self.limited(block, tasks, gives);
        self.handled(&block.handlers, tasks, gives)
    }

    pub fn statements(&mut self, statements: &'a [Statement], gives: Option<Gives>) -> Vec<Value> {
        statements.iter().flat_map(|statement| self.statement(statement, gives)).collect()
    }

    /// Tasks whose failures and outages are met.
    pub fn handled(
        &mut self,
        handlers: &'a [Handler],
        tasks: Vec<Value>,
        gives: Option<Gives>,
    ) -> Vec<Value> {
        if handlers.is_empty() {
            return tasks;
        }
        let conditions: Vec<String> = handlers.iter().map(condition).collect();
        let mut done = Vec::new();
        for (handler, condition) in handlers.iter().zip(&conditions) {
            let block = self.block(&handler.block, gives);
            if !block.is_empty() {
                done.push(self.task("handle", json!({ "if": format!("${{ {condition} }}"), "do": block })));
            }
        }
        let mut caught = json!({ "as": "error", "when": format!("${{ {} }}", conditions.join(" or ")) });
        if !done.is_empty() {
            caught["do"] = done.into();
        }
        vec![self.task("try", json!({ "try": tasks, "catch": caught }))]
    }

    fn statement(&mut self, statement: &'a Statement, gives: Option<Gives>) -> Vec<Value> {
        match &statement.kind {
            StatementKind::Act(act) => self.act(act),
            StatementKind::Run(run) => self.run(run),
            StatementKind::Let { value, expr } => {
                let key = self.keys.value(*value).to_string();
                self.keep(&format!("let-{key}"), expr, &key)
            }
            StatementKind::Scope { label, block } => {
                let name = self.model.labels[*label].name.text.to_string();
                let tasks = self.block(block, gives);
                if tasks.is_empty() { tasks } else { vec![self.task(&name, json!({ "do": tasks }))] }
            }
            StatementKind::If { branches, otherwise } => self.choice(branches, otherwise.as_ref(), gives),
            StatementKind::Parallel(parallel) => self.parallel(parallel, statement.span),
            StatementKind::ForEach(each) => {
                let key = each.name.map(|name| self.keys.value(name.value).to_string());
                self.rounds(each.variable, &each.list, &each.block, key.as_deref())
            }
            StatementKind::Repeat(repeat) => self.repeat(repeat),
            StatementKind::Wait(wait) => self.wait(wait, statement.span, gives),
            StatementKind::Publish { event, arguments, .. } => {
                self.publish(*event, arguments, statement.span)
            }
            StatementKind::Notify(notified) => self.notify(notified, statement.span),
            StatementKind::Give(expr) => match gives {
                Some(Gives::Once(key)) => self.keep(&format!("give-{key}"), expr, key),
                Some(Gives::Round(key)) => {
                    let mut tasks = match key {
                        Some(key) => self.add(expr, key),
                        None => Vec::new(),
                    };
                    tasks.push(self.leave());
                    tasks
                }
                None => Vec::new(),
            },
            StatementKind::Skip => vec![self.leave()],
            StatementKind::Undo(target) => self.undo(*target),
            StatementKind::Then { name_span, .. } => {
                self.lost(
                    *name_span,
                    "`then`",
                    "a task can only go on at one beside it; the run goes on behind",
                );
                Vec::new()
            }
            StatementKind::End { goal, arguments } => self.end(*goal, arguments, statement.span),
        }
    }

    pub fn leave(&mut self) -> Value {
        self.task("leave", json!({ "raise": { "error": { "type": LEAVE, "status": 200 } } }))
    }

    /// Where whoever leaves goes on behind.
    pub fn leavable(&mut self, tasks: Vec<Value>) -> Vec<Value> {
        let caught = json!({ "errors": { "with": { "type": LEAVE } } });
        vec![self.task("round", json!({ "try": tasks, "catch": caught }))]
    }

    /// Keeps a value in the context.
    pub fn keep(&mut self, name: &str, expr: &Expr, key: &str) -> Vec<Value> {
        let Some(value) = self.jq().template(expr) else {
            return self.not_expressible(expr.span, "this value");
        };
        let export = export(key, "($context[KEY] // {}) + {value: .value}");
        vec![self.task(name, json!({ "set": { "value": value }, "export": { "as": export } }))]
    }

    /// Adds a value to a list in the context.
    fn add(&mut self, expr: &Expr, key: &str) -> Vec<Value> {
        let Some(value) = self.jq().template(expr) else {
            return self.not_expressible(expr.span, "this value");
        };
        let export = export(key, "{value: (($context[KEY].value // []) + [.value])}");
        vec![
            self.task(
                &format!("give-{key}"),
                json!({ "set": { "value": value }, "export": { "as": export } }),
            ),
        ]
    }

    fn choice(
        &mut self,
        branches: &'a [(Expr, Block)],
        otherwise: Option<&'a Block>,
        gives: Option<Gives>,
    ) -> Vec<Value> {
        let (mut tasks, mut before) = (Vec::new(), Vec::new());
        for (condition, block) in branches {
            let Some(jq) = self.jq().jq(condition) else {
                return self.not_expressible(condition.span, "this condition");
            };
            let inner = self.block(block, gives);
            // Nothing that a condition reads changes in a branch, so that each can be asked by itself.
            let all: Vec<String> =
                before.iter().map(|it| format!("({it} | not)")).chain([jq.clone()]).collect();
            if !inner.is_empty() {
                tasks.push(
                    self.task("if", json!({ "if": format!("${{ {} }}", all.join(" and ")), "do": inner })),
                );
            }
            before.push(jq);
        }
        if let Some(block) = otherwise {
            let inner = self.block(block, gives);
            let all: Vec<String> = before.iter().map(|it| format!("({it} | not)")).collect();
            if !inner.is_empty() {
                tasks.push(
                    self.task("else", json!({ "if": format!("${{ {} }}", all.join(" and ")), "do": inner })),
                );
            }
        }
        tasks
    }

    fn parallel(&mut self, parallel: &'a Parallel, span: Span) -> Vec<Value> {
        let key = parallel.name.map(|name| self.keys.value(name.value).to_string());
        if let Some((variable, list)) = &parallel.each {
            self.small(list.span, "`parallel for each`", "the rounds come one after the other");
            return self.rounds(*variable, list, &parallel.block, key.as_deref());
        }
        let block = &parallel.block;
        if let Some(needs) = &block.needs {
            self.lost(needs.span, "`needs`", "all branches are waited for");
        }
        self.small(span, "what branches keep", "an engine must join what branches export to the context");
        self.n_around += 1;
        let mut branches = Vec::new();
        for statement in &block.statements {
            let tasks = self.statement(statement, None);
            let tasks = if leaves(&tasks) { self.leavable(tasks) } else { tasks };
            branches.push(self.task("branch", json!({ "do": tasks })));
        }
        self.n_around -= 1;
        if branches.is_empty() {
            return branches;
        }
        let fork = self.task("fork", json!({ "fork": { "compete": false, "branches": branches } }));
        self.around(block, vec![fork], None)
    }

    fn rounds(
        &mut self,
        variable: crate::model::ValueId,
        list: &Expr,
        block: &'a Block,
        key: Option<&str>,
    ) -> Vec<Value> {
        let Some(jq) = self.jq().template(list) else { return self.not_expressible(list.span, "this list") };
        let mut tasks = Vec::new();
        if let Some(key) = key {
            let export = export(key, "{value: []}");
            tasks.push(self.task(
                &format!("begin-{key}"),
                json!({ "set": { "value": [] }, "export": { "as": export } }),
            ));
        }
        if let Some((_, span)) = block.at_once {
            self.small(span, "`at once`", "the rounds come one after the other");
        }
        self.n_around += 1;
        let body = self.statements(&block.statements, Some(Gives::Round(key)));
        self.n_around -= 1;
        let body = if leaves(&body) { self.leavable(body) } else { body };
        let each = self.keys.value(variable).to_string();
        let round =
            self.task(&format!("each-{each}"), json!({ "for": { "each": each, "in": jq }, "do": body }));
        tasks.push(round);
        if let (Some(needs), Some(key)) = (&block.needs, key)
            && let Some(count) = self.jq().jq(&needs.count)
        {
            let few = match &needs.otherwise {
                Some(block) => self.block(block, Some(Gives::Once(key))),
                None => vec![self.outage("too few")],
            };
            let condition = format!("${{ ($context.{key}.value | length) < {count} }}");
            tasks.push(self.task("enough", json!({ "if": condition, "do": few })));
        }
        self.around(block, tasks, None)
    }

    /// An outage that nobody else has raised.
    pub fn outage(&mut self, title: &str) -> Value {
        let kind = "https://serverlessworkflow.io/spec/1.0.0/errors/timeout";
        self.task("give-up", json!({ "raise": { "error": { "type": kind, "status": 408, "title": title } } }))
    }

    /// A loop that looks after each round whether another one is wanted.
    fn repeat(&mut self, repeat: &'a Repeat) -> Vec<Value> {
        let block = &repeat.block;
        let Some(until) = self.jq().jq(&repeat.until) else {
            return self.not_expressible(repeat.until.span, "this condition");
        };
        let key = repeat.name.map(|name| self.keys.value(name.value).to_string());
        let gives = key.as_deref().map_or(Gives::Round(None), Gives::Once);
        self.n_around += 1;
        let body = self.statements(&block.statements, Some(gives));
        self.n_around -= 1;
        let body = if leaves(&body) { self.leavable(body) } else { body };
        let count = self.task(
            "count-rounds",
            json!({ "set": { "round": "${ ($context.round // 0) + 1 }" }, "export": { "as": "${ $context + {round: .round} }" } }),
        );
        let begin = name_of(&count);
        let mut round = vec![count];
        round.extend(body);
        let mut choices = vec![json!({ "done": { "when": format!("${{ {until} }}"), "then": "exit" } })];
        let mut after = Vec::new();
        if let Some(bound) = &block.at_most_times {
            let condition = format!("$context.round >= {}", bound.count);
            choices.push(json!({ "enough": { "when": format!("${{ {condition} }}"), "then": "exit" } }));
            if let Some(otherwise) = &bound.otherwise {
                let tasks = self.block(otherwise, None);
                let failed = format!("${{ ({until} | not) and ({condition}) }}");
                after.push(self.task("rounds-are-over", json!({ "if": failed, "do": tasks })));
            }
        }
        let pause = block.every.as_ref().map(|(pause, _)| self.pause(pause));
        let next = pause.as_ref().and_then(|tasks| tasks.first()).map_or_else(|| begin.clone(), name_of);
        choices.push(json!({ "again": { "then": next } }));
        round.push(self.task("another-round", json!({ "switch": choices })));
        for mut task in pause.into_iter().flatten() {
            if let Some(task) = task.as_object_mut().and_then(|it| it.values_mut().next()) {
                task["then"] = begin.clone().into();
            }
            round.push(task);
        }
        let reset = self.task(
            "first-round",
            json!({ "set": { "round": 0 }, "export": { "as": "${ $context + {round: 0} }" } }),
        );
        let mut tasks = vec![reset, self.task("repeat", json!({ "do": round }))];
        tasks.extend(after);
        self.around(block, tasks, None)
    }

    fn end(&mut self, goal: GoalId, arguments: &[Argument], span: Span) -> Vec<Value> {
        let goal = &self.model.goals[goal];
        let Some(fields) = self.jq().object(&goal.fields, arguments) else {
            return self.not_expressible(span, "what this end carries");
        };
        let name = goal.name.text.to_string();
        match goal.kind {
            GoalKind::Success => {
                let whole = format!("${{ {fields} + {{wfc_end: {}}} }}", jq_text(&name));
                let task = json!({ "set": { "end": name }, "output": { "as": whole }, "then": "end" });
                vec![self.task(&format!("end-{}", goal.name.text), task)]
            }
            GoalKind::Failure => {
                let error = json!({
                    "type": end_type(&name),
                    "status": 422,
                    "title": name,
                    "detail": format!("${{ {fields} | tojson }}"),
                });
                vec![self.task(&format!("end-{}", goal.name.text), json!({ "raise": { "error": error } }))]
            }
        }
    }

    fn wait(&mut self, wait: &'a Wait, span: Span, gives: Option<Gives>) -> Vec<Value> {
        match wait {
            Wait::Time(time) => self.pause(time),
            Wait::Until(time) => self.not_expressible(time.span, "`wait until`"),
            Wait::For { formula, block } => {
                let listen = self.listen(formula);
                let mut tasks = vec![listen];
                tasks = self.limited(block, tasks, gives);
                tasks.extend(self.statements(&block.statements, gives));
                self.handled(&block.handlers, tasks, gives)
            }
            Wait::Any { block } => {
                let mut branches = Vec::new();
                for reaction in &block.interrupts {
                    let mut tasks = vec![self.listen(&reaction.formula)];
                    tasks.extend(self.block(&reaction.block, gives));
                    branches.push(self.task("when", json!({ "do": tasks })));
                }
                if branches.is_empty() {
                    return self.not_expressible(span, "a wait for nothing");
                }
                self.small(
                    span,
                    "who is first",
                    "a branch is first when it has done all that it does, not when its event has come",
                );
                let race = self
                    .task("wait-for-the-first", json!({ "fork": { "compete": true, "branches": branches } }));
                self.limited(block, vec![race], gives)
            }
        }
    }

    /// Waits for events; their data stands in the context then.
    pub fn listen(&mut self, formula: &Formula) -> Value {
        let to = self.consumed(formula);
        let kept: Vec<String> = formula
            .terms
            .iter()
            .enumerate()
            .map(|(at, term)| format!("{}: .[{at}]", self.keys.event(term.event)))
            .collect();
        let export = match (formula.how, &formula.terms[..]) {
            (HowMany::Any, terms) if terms.len() > 1 => terms
                .iter()
                .map(|term| format!("{}: .[0]", self.keys.event(term.event)))
                .collect::<Vec<_>>()
                .join(", "),
            _ => kept.join(", "),
        };
        let name = formula.terms.first().map_or("events", |term| &self.model.events[term.event].name.text);
        let name = format!("wait-for-{name}");
        self.task(
            &name,
            json!({ "listen": { "to": to }, "export": { "as": format!("${{ $context + {{{export}}} }}") } }),
        )
    }

    pub fn consumed(&mut self, formula: &Formula) -> Value {
        for condition in formula.terms.iter().filter_map(|term| term.condition.as_ref()) {
            self.lost(condition.span, "`where`", "an event is taken whatever it says beside the key");
        }
        let filters: Vec<Value> = formula.terms.iter().map(|term| self.filter(term.event)).collect();
        match (formula.how, filters.len()) {
            (_, 1) => json!({ "one": filters[0] }),
            (HowMany::Any, _) => json!({ "any": filters }),
            (HowMany::All, _) => json!({ "all": filters }),
            (HowMany::Some(_), _) => {
                self.lost(formula.span, "a number of events", "all of them are waited for");
                json!({ "all": filters })
            }
        }
    }

    /// An event of this run: it has the same key.
    fn filter(&self, event: EventId) -> Value {
        let mut filter = json!({ "with": { "type": self.model.event_name(event) } });
        let fields = &self.model.events[event].fields;
        let mut correlate = Map::new();
        for name in &self.workflow.correlation {
            let Some(value) =
                self.model.values.iter().find(|(_, it)| it.workflow == self.id && it.name.text == name.text)
            else {
                continue;
            };
            if fields.iter().any(|field| field.name.text == name.text) {
                let expr = Expr {
                    kind: crate::model::ExprKind::Value { value: value.0, fields: Vec::new() },
                    ty: value.1.ty.clone(),
                    span: name.span,
                };
                let mut one = json!({ "from": format!("${{ .data[{}] }}", jq_text(&name.text)) });
                if let Some(expected) = self.jq().template(&expr) {
                    one["expect"] = expected.into();
                }
                correlate.insert(name.text.to_string(), one);
            }
        }
        if !correlate.is_empty() {
            filter["correlate"] = Value::Object(correlate);
        }
        filter
    }
}

/// `$context` with something else under a key.
pub fn export(key: &str, value: &str) -> String {
    let key_text = jq_text(key);
    format!("${{ $context + {{{key_text}: ({})}} }}", value.replace("KEY", &key_text))
}

/// Failures of this name, or outages, or both.
fn condition(handler: &Handler) -> String {
    let one = |trouble: &Trouble| match trouble {
        Trouble::Any(_) => format!("({FAILED} or {OUT})"),
        Trouble::Outage(_) => OUT.to_string(),
        Trouble::Failure(name, _) => format!("$error.type == {}", jq_text(&failure_type(name))),
    };
    handler.troubles.iter().map(one).collect::<Vec<_>>().join(" or ")
}

pub const OUT: &str = "($error.type | startswith(\"wfc://\") | not)";
const FAILED: &str = "($error.type | startswith(\"wfc://failure/\"))";

pub fn failure_type(name: &str) -> String {
    format!("wfc://failure/{}", percent(name))
}

pub fn end_type(name: &str) -> String {
    format!("wfc://end/{}", percent(name))
}

/// A name as a part of a URI.
fn percent(name: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    name.bytes().map(one).collect()
}

/// The name of a task in a list.
fn name_of(task: &Value) -> String {
    task.as_object().and_then(|it| it.keys().next()).cloned().unwrap_or_default()
}

/// Whether something in here leaves, and nothing in here catches that.
fn leaves(tasks: &[Value]) -> bool {
    fn inside(value: &Value) -> bool {
        match value {
            Value::Object(object) => {
                let is_caught = object.get("catch").is_some_and(|it| it["errors"]["with"]["type"] == LEAVE);
                let raises = object.get("raise").is_some_and(|it| it["error"]["type"] == LEAVE);
                raises || object.iter().any(|(key, value)| !(is_caught && key == "try") && inside(value))
            }
            Value::Array(items) => items.iter().any(inside),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }
    tasks.iter().any(inside)
}
