//! Compensation: what is done is undone, newest first, and tried until it works.

use super::call::catcher;
use super::machine::Machine;
use super::value::Template;
use crate::model::{
    Act, Argument, Block, Expr, ExprKind, Field, Run, Statement, StatementKind, UndoTarget, Undone, UndoneBy,
};
use serde_json::{Map, Value, json};

/// Something that can have been done, in the order of the text.
enum Item<'a> {
    Act(&'a Act),
    Run(&'a Run),
    /// The rounds of a loop, each with its own.
    Rounds {
        key: String,
        items: Vec<Item<'a>>,
    },
}

impl<'a> Machine<'a> {
    pub fn undo(&mut self, target: UndoTarget, after: &str) -> String {
        let body = &self.workflow.body;
        let items = match target {
            UndoTarget::All => self.items(body),
            UndoTarget::Label { label, .. } => {
                let blocks = self.workflow.blocks();
                let statement =
                    blocks.into_iter().flat_map(|block| &block.statements).find(|it| match &it.kind {
                        StatementKind::Act(act) => act.label == label,
                        StatementKind::Run(run) => run.label == label,
                        StatementKind::Scope { label: it, .. } => *it == label,
                        _ => false,
                    });
                statement.map_or_else(Vec::new, |statement| self.items_of(statement))
            }
        };
        self.undo_items(&items, after)
    }

    fn undo_items(&mut self, items: &[Item<'a>], after: &str) -> String {
        let mut entry = after.to_string();
        // Written from the end: what comes first in the text is undone last.
        for item in items {
            entry = match item {
                Item::Act(act) => self.undo_act(act, &entry),
                Item::Run(run) => self.undo_run(run, &entry),
                Item::Rounds { key, items } => self.undo_rounds(key, items, &entry),
            };
        }
        entry
    }

    fn items(&self, block: &'a Block) -> Vec<Item<'a>> {
        let own = block.statements.iter().flat_map(|statement| self.items_of(statement));
        let sides = block.sides().flat_map(|side| self.items(side));
        own.chain(sides).collect()
    }

    fn items_of(&self, statement: &'a Statement) -> Vec<Item<'a>> {
        match &statement.kind {
            StatementKind::Act(act) => {
                let sides = act.block.sides().flat_map(|side| self.items(side));
                std::iter::once(Item::Act(act)).chain(sides).collect()
            }
            StatementKind::Run(run) => {
                let sides = run.block.sides().flat_map(|side| self.items(side));
                std::iter::once(Item::Run(run)).chain(sides).collect()
            }
            StatementKind::Parallel(parallel) if parallel.each.is_some() => {
                self.rounds_of(parallel.name.map(|name| name.value), &parallel.block)
            }
            StatementKind::ForEach(each) => self.rounds_of(each.name.map(|name| name.value), &each.block),
            _ => statement.blocks().into_iter().flat_map(|block| self.items(block)).collect(),
        }
    }

    fn rounds_of(&self, name: Option<crate::model::ValueId>, block: &'a Block) -> Vec<Item<'a>> {
        let items = self.items(block);
        if items.is_empty() {
            Vec::new()
        } else {
            vec![Item::Rounds { key: self.key_of(name, block.span), items }]
        }
    }

    fn undo_act(&mut self, act: &'a Act, after: &str) -> String {
        let Some(Undone { by: UndoneBy::Operation { operation, arguments }, span }) = self.model.undone(act)
        else {
            return after.to_string();
        };
        let key = self.paths.value_key(act.value).to_string();
        let name = self.model.labels[act.label].name.text.to_string();
        let fields = &self.model.operations[*operation].fields;
        let Some(payload) = self.undo_payload(fields, arguments, act, &key) else {
            return self.not_expressible(*span, "what undoes this step");
        };
        let mut payload = payload;
        let label: String = name.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
        let known_again = format!("States.Format('{{}}/{label}/undo', $$.Execution.Name)");
        payload.insert("idempotencyKey.$".to_string(), known_again.into());
        let is_undone = self.state(
            &format!("{name} is undone"),
            json!({ "Type": "Pass", "Result": false, "ResultPath": format!("$.{key}.done"), "Next": after }),
        );
        // The same one of many instances is meant.
        let is_same = self.model.operations[*operation].service == act.service;
        let instance = act.instance.as_ref().filter(|_| is_same);
        let mut task = self.undoing(*operation, instance, payload);
        task.insert("Next".to_string(), is_undone.into());
        let task = self.state(&format!("undo {name}"), Value::Object(task));
        let mut choices = vec![self.rule(act, &format!("$.{key}.done"), &task)];
        if self.may_be_unknown(act)
            && let Some(again) = self.ask_again(act, &key, &name, &task, after)
        {
            choices.push(self.rule(act, &format!("$.{key}.unknown"), &again));
        }
        self.state(
            &format!("is {name} done"),
            json!({ "Type": "Choice", "Choices": choices, "Default": after }),
        )
    }

    /// Nobody knows whether it was done: under the same key it is asked for again, and then undone.
    fn ask_again(&mut self, act: &'a Act, key: &str, name: &str, undo: &str, after: &str) -> Option<String> {
        let mut task = self.task(act, key)?;
        let failures: Vec<&str> =
            self.model.operations[act.operation].fails.iter().map(|it| it.name.text.as_str()).collect();
        let mut retriers = Vec::new();
        if !failures.is_empty() {
            retriers.push(json!({ "ErrorEquals": failures, "MaxAttempts": 0 }));
            task.insert("Catch".to_string(), json!([catcher(&failures, after)]));
        }
        retriers.push(json!({
            "ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 99_999_999, "BackoffRate": 2.0,
            "MaxDelaySeconds": 3600, "JitterStrategy": "FULL",
        }));
        task.insert("Retry".to_string(), retriers.into());
        task.insert("Next".to_string(), undo.into());
        Some(self.state(&format!("ask again for {name}"), Value::Object(task)))
    }

    /// Done, and not kept behind a pivot.
    fn rule(&self, act: &Act, path: &str, next: &str) -> Value {
        let is_true = |path: &str| {
            vec![
                json!({ "Variable": path, "IsPresent": true }),
                json!({ "Variable": path, "BooleanEquals": true }),
            ]
        };
        let mut all = is_true(path);
        for pivot in self.pivots_after(act) {
            all.push(json!({ "Not": { "And": is_true(&format!("$.{}.done", self.paths.value_key(pivot.value))) } }));
        }
        json!({ "And": all, "Next": next })
    }

    fn pivots_after(&self, act: &Act) -> Vec<&'a Act> {
        let blocks = self.workflow.blocks();
        let acts = blocks.into_iter().flat_map(|block| &block.statements).filter_map(|it| match &it.kind {
            StatementKind::Act(act) => Some(&**act),
            _ => None,
        });
        acts.filter(|it| it.block.pivot.is_some() && it.call_span.start > act.call_span.start).collect()
    }

    fn undo_run(&mut self, run: &'a Run, after: &str) -> String {
        let child = &self.model.workflows[run.workflow];
        let key = self.paths.value_key(run.value).to_string();
        let undone = run.block.undone.as_ref().or(child.undone.as_ref());
        let (operation, arguments) = match undone.map(|undone| &undone.by) {
            Some(UndoneBy::Operation { operation, arguments }) => (*operation, arguments),
            Some(UndoneBy::Nothing { .. }) => return after.to_string(),
            None => {
                if child.blocks().iter().any(|block| self.has_undone(block)) {
                    let why = "what a machine has done that has ended cannot be undone from here";
                    self.lost(run.call_span, "taking back this workflow", why);
                }
                return after.to_string();
            }
        };
        let fields = &self.model.operations[operation].fields;
        let mut payload = Map::new();
        for argument in arguments {
            let Some(field) = argument.parameter.and_then(|at| fields.get(at)) else { continue };
            let template = reply_at(self.words().template(&argument.value), &format!("$.{key}.value"));
            if template.put(&field.name.text, &mut payload).is_err() {
                return self.not_expressible(run.call_span, "what undoes this workflow");
            }
        }
        let name = self.model.labels[run.label].name.text.to_string();
        let mut task = self.undoing(operation, None, payload);
        task.insert("Next".to_string(), after.into());
        let task = self.state(&format!("undo {name}"), Value::Object(task));
        let rule = json!({ "Variable": format!("$.{key}.done"), "IsPresent": true, "Next": task });
        self.state(
            &format!("is {name} done"),
            json!({ "Type": "Choice", "Choices": [rule], "Default": after }),
        )
    }

    fn has_undone(&self, block: &Block) -> bool {
        block.statements.iter().any(|it| match &it.kind {
            StatementKind::Act(act) => {
                self.model.undone(act).is_some_and(|it| matches!(it.by, UndoneBy::Operation { .. }))
            }
            _ => false,
        })
    }

    fn undo_rounds(&mut self, key: &str, items: &[Item<'a>], after: &str) -> String {
        let kept = format!("$.wfc_rounds_{key}");
        self.begin_fork();
        let round = self.branch(|machine, end| machine.undo_items(items, end));
        self.end_fork();
        if round["States"].as_object().is_some_and(|states| states.len() == 1) {
            return after.to_string();
        }
        let map = json!({
            "Type": "Map",
            "ItemsPath": kept,
            "ItemProcessor": round,
            "ResultPath": null,
            "Next": after,
        });
        let map = self.state(&format!("undo rounds of {key}"), map);
        let rule = json!({ "Variable": kept, "IsPresent": true, "Next": map });
        self.state(
            &format!("were there rounds of {key}"),
            json!({ "Type": "Choice", "Choices": [rule], "Default": after }),
        )
    }

    /// `reply` is what the step answered; a field of the request is what it was sent.
    fn undo_payload(
        &self,
        fields: &[Field],
        arguments: &[Argument],
        act: &Act,
        key: &str,
    ) -> Option<Map<String, Value>> {
        let mut payload = Map::new();
        for argument in arguments {
            let Some(field) = argument.parameter.and_then(|at| fields.get(at)) else { continue };
            let template = match &argument.value.kind {
                ExprKind::Request { fields: path } => self.requested(act, path)?,
                _ => reply_at(self.words().template(&argument.value), &format!("$.{key}.value")),
            };
            template.put(&field.name.text, &mut payload).ok()?;
        }
        Some(payload)
    }

    fn requested(&self, act: &Act, path: &[crate::model::Name]) -> Option<Template> {
        let (first, rest) = path.split_first()?;
        let fields = &self.model.operations[act.operation].fields;
        let at = fields.iter().position(|field| field.name.text == first.text);
        let sent: &Expr = &act.arguments.iter().find(|argument| argument.parameter == at)?.value;
        match self.words().template(sent) {
            Template::Path(path) => {
                Some(Template::Path(rest.iter().fold(path, |path, name| format!("{path}.{}", name.text))))
            }
            template if rest.is_empty() => Some(template),
            _ => None,
        }
    }
}

fn reply_at(template: Template, path: &str) -> Template {
    match template {
        Template::Path(text) if text.starts_with("REPLY") => Template::Path(text.replacen("REPLY", path, 1)),
        Template::Object(fields) => {
            Template::Object(fields.into_iter().map(|(name, it)| (name, reply_at(it, path))).collect())
        }
        Template::Call(text) => Template::Call(text.replace("REPLY", path)),
        Template::Static(_) | Template::Path(_) | Template::Lost => template,
    }
}
