//! Time: pauses, limits around tasks, and what runs beside them.

use super::Writer;
use super::flow::Gives;
use crate::model::{Block, Expr, ExprKind, LimitKind, Literal, StatementKind};
use serde_json::{Value, json};

impl<'a> Writer<'a> {
    /// A wait; only one that is written can be said.
    pub fn pause(&mut self, time: &Expr) -> Vec<Value> {
        match &time.kind {
            ExprKind::Literal(Literal::Duration(milliseconds)) => {
                vec![self.task("wait", json!({ "wait": duration(*milliseconds) }))]
            }
            _ => self.not_expressible(time.span, "how long is waited"),
        }
    }

    /// Tasks that are stopped when their time is over.
    pub fn limited(&mut self, block: &'a Block, mut tasks: Vec<Value>, gives: Option<Gives>) -> Vec<Value> {
        for limit in &block.limits {
            let what = match limit.kind {
                LimitKind::Within => "`within`",
                LimitKind::Before => "`before`",
            };
            let milliseconds = match (&limit.bound.kind, limit.kind) {
                (ExprKind::Literal(Literal::Duration(milliseconds)), LimitKind::Within) => *milliseconds,
                _ => {
                    self.lost(limit.span, what, "only a time that is written can be a limit");
                    continue;
                }
            };
            let inner = block.with_inner();
            if inner.iter().any(|it| it.pivot.is_some()) && block.pivot.is_none() {
                self.lost(
                    limit.span,
                    "the end of a limit at a pivot",
                    "it also stops what comes behind the pivot",
                );
            }
            let limited =
                self.task("limited", json!({ "do": tasks, "timeout": { "after": duration(milliseconds) } }));
            tasks = match &limit.otherwise {
                // Without an answer it is an outage, which is what a timeout is here anyway.
                None => vec![limited],
                Some(otherwise) => {
                    let block = self.block(otherwise, gives);
                    let kind = "https://serverlessworkflow.io/spec/1.0.0/errors/timeout";
                    let mut caught = json!({ "errors": { "with": { "type": kind } } });
                    if !block.is_empty() {
                        caught["do"] = block.into();
                    }
                    vec![self.task("limit", json!({ "try": [limited], "catch": caught }))]
                }
            };
        }
        tasks
    }

    /// Tasks with what may come while they run. A branch that comes to its end first stops the others.
    pub fn beside(&mut self, block: &'a Block, tasks: Vec<Value>, gives: Option<Gives>) -> Vec<Value> {
        let mut branches = Vec::new();
        for interrupt in &block.interrupts {
            let leaves = interrupt.block.statements.last().is_some_and(|last| {
                matches!(
                    last.kind,
                    StatementKind::End { .. } | StatementKind::Skip | StatementKind::Then { .. }
                )
            });
            if !leaves {
                self.lost(interrupt.formula.span, "what runs beside", "it stops the block when it is done");
            }
            let mut inner = vec![self.listen(&interrupt.formula)];
            inner.extend(self.block(&interrupt.block, gives));
            branches.push(self.task("when", json!({ "do": inner })));
        }
        for reminder in &block.reminders {
            let mut inner = self.pause(&reminder.delay);
            inner.extend(self.block(&reminder.block, gives));
            // It is not to be first.
            inner.push(self.task("wait-for-the-others", json!({ "wait": { "days": 36_500 } })));
            branches.push(self.task("after", json!({ "do": inner })));
        }
        if branches.is_empty() || tasks.is_empty() {
            return tasks;
        }
        branches.insert(0, self.task("work", json!({ "do": tasks })));
        vec![self.task("beside", json!({ "fork": { "compete": true, "branches": branches } }))]
    }
}

/// As days, hours and so on.
pub fn duration(milliseconds: u64) -> Value {
    let mut rest = milliseconds;
    let mut parts = serde_json::Map::new();
    for (unit, length) in [
        ("days", 86_400_000),
        ("hours", 3_600_000),
        ("minutes", 60_000),
        ("seconds", 1000),
        ("milliseconds", 1),
    ] {
        if rest >= length {
            parts.insert(unit.to_string(), (rest / length).into());
            rest %= length;
        }
    }
    if parts.is_empty() {
        parts.insert("seconds".to_string(), 0.into());
    }
    Value::Object(parts)
}
