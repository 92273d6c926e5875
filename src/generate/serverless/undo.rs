//! Compensation: what is done is undone, newest first, and tried until it works.

use super::Writer;
use super::call::for_ever;
use super::expression::Jq;
use super::flow::{export, failure_type};
use crate::model::{Act, Block, Run, Statement, StatementKind, UndoTarget, UndoneBy};
use serde_json::{Value, json};

enum Item<'a> {
    Act(&'a Act),
    Run(&'a Run),
}

impl<'a> Writer<'a> {
    pub fn undo(&mut self, target: UndoTarget) -> Vec<Value> {
        let items = match target {
            UndoTarget::All => self.items(&self.workflow.body),
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
        let mut tasks = Vec::new();
        for item in items.iter().rev() {
            tasks.extend(match item {
                Item::Act(act) => self.undo_act(act),
                Item::Run(run) => self.undo_run(run),
            });
        }
        if tasks.is_empty() { tasks } else { vec![self.task("undo", json!({ "do": tasks }))] }
    }

    fn items(&mut self, block: &'a Block) -> Vec<Item<'a>> {
        let mut items = Vec::new();
        for statement in &block.statements {
            items.extend(self.items_of(statement));
        }
        for side in block.sides() {
            items.extend(self.items(side));
        }
        items
    }

    fn items_of(&mut self, statement: &'a Statement) -> Vec<Item<'a>> {
        let mut items = Vec::new();
        match &statement.kind {
            StatementKind::Act(act) => items.push(Item::Act(act)),
            StatementKind::Run(run) => items.push(Item::Run(run)),
            _ => {}
        }
        let is_loop = matches!(&statement.kind, StatementKind::ForEach(_) | StatementKind::Repeat(_))
            || matches!(&statement.kind, StatementKind::Parallel(parallel) if parallel.each.is_some());
        for block in statement.blocks() {
            let inner = match &statement.kind {
                StatementKind::Act(_) | StatementKind::Run(_) => {
                    let sides = block.sides();
                    sides.into_iter().flat_map(|side| self.items(side)).collect()
                }
                _ => self.items(block),
            };
            for item in &inner {
                let span = match item {
                    Item::Act(act) => act.call_span,
                    Item::Run(run) => run.call_span,
                };
                if is_loop && self.is_undone(item) {
                    self.lost(
                        span,
                        "undoing each round",
                        "the context only knows what the last round has done",
                    );
                }
            }
            items.extend(inner);
        }
        items
    }

    fn is_undone(&self, item: &Item) -> bool {
        match item {
            Item::Act(act) => {
                self.model.undone(act).is_some_and(|it| matches!(it.by, UndoneBy::Operation { .. }))
            }
            Item::Run(_) => false,
        }
    }

    fn undo_act(&mut self, act: &'a Act) -> Vec<Value> {
        let Some(UndoneBy::Operation { operation, arguments }) =
            self.model.undone(act).map(|undone| &undone.by)
        else {
            return Vec::new();
        };
        let key = self.keys.value(act.value).to_string();
        let name = self.model.labels[act.label].name.text.to_string();
        let reply = format!("$context.{key}.value");
        let fields = &self.model.operations[act.operation].fields;
        let jq = Jq {
            model: self.model,
            keys: &self.keys,
            reply: Some(&reply),
            request: Some((fields, &act.arguments)),
        };
        let is_same = self.model.operations[*operation].service == act.service;
        let instance = act.instance.as_ref().filter(|_| is_same);
        let step = format!("undo-{name}");
        let Some(mut call) = self.call(*operation, instance, arguments, jq, Some(&step)) else {
            return self.not_expressible(act.call_span, "what undoes this step");
        };
        call["export"] = json!({ "as": export(&key, "($context[KEY] // {}) + {done: false}") });
        let pivots: Vec<String> = self
            .pivots_after(act)
            .into_iter()
            .map(|pivot| format!(" and ($context.{}.done != true)", self.keys.value(pivot.value)))
            .collect();
        let mut tasks = Vec::new();
        if self.may_be_unknown(act) {
            tasks.extend(self.ask_again(act, &key, &name, &pivots.concat()));
        }
        let undo = vec![self.task(&step, call)];
        let undo = self.tried(Some(&for_ever(act.call_span)), undo);
        let condition = format!("${{ ($context.{key}.done == true){} }}", pivots.concat());
        tasks.push(self.task(&format!("is-{name}-done"), json!({ "if": condition, "do": undo })));
        tasks
    }

    /// Nobody knows whether it was done: under the same key it is asked for again.
    fn ask_again(&mut self, act: &'a Act, key: &str, name: &str, pivots: &str) -> Vec<Value> {
        let Some(mut call) =
            self.call(act.operation, act.instance.as_ref(), &act.arguments, self.jq(), Some(name))
        else {
            return Vec::new();
        };
        call["export"] = json!({ "as": export(key, "{value: ., done: true}") });
        let tasks = vec![self.task(&format!("ask-again-for-{name}"), call)];
        let mut tasks = self.tried(Some(&for_ever(act.call_span)), tasks);
        let failures: Vec<String> = self.model.operations[act.operation]
            .fails
            .iter()
            .map(|failure| {
                format!("$error.type == {}", super::expression::jq_text(&failure_type(&failure.name.text)))
            })
            .collect();
        if !failures.is_empty() {
            // Refused: there is nothing to undo.
            let caught = json!({ "as": "error", "when": format!("${{ {} }}", failures.join(" or ")) });
            tasks = vec![self.task("refused", json!({ "try": tasks, "catch": caught }))];
        }
        let condition = format!("${{ ($context.{key}.unknown == true){pivots} }}");
        vec![self.task(&format!("is-{name}-unknown"), json!({ "if": condition, "do": tasks }))]
    }

    fn pivots_after(&self, act: &Act) -> Vec<&'a Act> {
        let blocks = self.workflow.blocks();
        let acts = blocks.into_iter().flat_map(|block| &block.statements).filter_map(|it| match &it.kind {
            StatementKind::Act(act) => Some(&**act),
            _ => None,
        });
        acts.filter(|it| it.block.pivot.is_some() && it.call_span.start > act.call_span.start).collect()
    }

    fn undo_run(&mut self, run: &'a Run) -> Vec<Value> {
        let child = &self.model.workflows[run.workflow];
        let undone = run.block.undone.as_ref().or(child.undone.as_ref());
        let (operation, arguments) = match undone.map(|undone| &undone.by) {
            Some(UndoneBy::Operation { operation, arguments }) => (*operation, arguments),
            Some(UndoneBy::Nothing { .. }) => return Vec::new(),
            None => {
                let blocks = child.blocks();
                let acts =
                    blocks.into_iter().flat_map(|block| &block.statements).filter_map(|it| match &it.kind {
                        StatementKind::Act(act) => Some(&**act),
                        _ => None,
                    });
                let acts: Vec<&Act> = acts.collect();
                if acts.into_iter().any(|act| self.is_undone(&Item::Act(act))) {
                    let why = "what a run has done that has ended cannot be undone from here";
                    self.lost(run.call_span, "taking back this workflow", why);
                }
                return Vec::new();
            }
        };
        let key = self.keys.value(run.value).to_string();
        let name = self.model.labels[run.label].name.text.to_string();
        let reply = format!("$context.{key}.value");
        let jq = Jq { model: self.model, keys: &self.keys, reply: Some(&reply), request: None };
        let step = format!("undo-{name}");
        let Some(call) = self.call(operation, None, arguments, jq, Some(&step)) else {
            return self.not_expressible(run.call_span, "what undoes this workflow");
        };
        let undo = vec![self.task(&step, call)];
        let undo = self.tried(Some(&for_ever(run.call_span)), undo);
        let condition = format!("${{ $context.{key}.done == true }}");
        vec![self.task(&format!("is-{name}-done"), json!({ "if": condition, "do": undo }))]
    }
}
