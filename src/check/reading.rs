//! Which steps' answers an expression rests on: by name, through `let`, through the value of a loop, or
//! through an event that carries them.

use super::Context;
use crate::model::spoken::{Spoken, spoken};
use crate::model::{
    Act, Argument, Block, EventId, Expr, ExprKind, LabelId, Name, Statement, StatementKind, ValueId,
};
use std::collections::{BTreeMap, BTreeSet};

/// Where each value of a system comes from.
pub struct Sources<'m> {
    acts: BTreeMap<ValueId, &'m Act>,
    /// Of a `let` its expression, of a loop what its rounds give.
    given: BTreeMap<ValueId, Vec<&'m Expr>>,
    published: BTreeMap<EventId, Vec<&'m [Argument]>>,
}

impl<'m> Sources<'m> {
    pub fn new(cx: &Context<'m>) -> Sources<'m> {
        let mut sources =
            Sources { acts: BTreeMap::new(), given: BTreeMap::new(), published: BTreeMap::new() };
        let blocks = cx.model.workflows.ids().flat_map(|workflow| cx.blocks(workflow));
        for statement in blocks.flat_map(|block| &block.statements) {
            sources.add(statement);
        }
        for said in spoken(cx.model) {
            if let Spoken::Publication { event, arguments } = said {
                sources.published.entry(event).or_default().push(arguments);
            }
        }
        sources
    }

    /// The steps, by name.
    pub fn acts(&self) -> impl Iterator<Item = &'m Act> {
        self.acts.values().copied()
    }

    fn add(&mut self, statement: &'m Statement) {
        match &statement.kind {
            StatementKind::Act(act) => {
                self.acts.insert(act.value, act);
            }
            StatementKind::Let { value, expr } => {
                self.given.insert(*value, vec![expr]);
            }
            StatementKind::ForEach(each) => {
                self.given.insert(each.variable, vec![&each.list]);
                self.given.extend(each.name.map(|name| (name.value, gives(&each.block))));
            }
            StatementKind::Parallel(parallel) => {
                self.given.extend(parallel.each.iter().map(|(value, list)| (*value, vec![list])));
                self.given.extend(parallel.name.map(|name| (name.value, gives(&parallel.block))));
            }
            StatementKind::Repeat(repeat) => {
                self.given.extend(repeat.name.map(|name| (name.value, gives(&repeat.block))));
            }
            StatementKind::Run(_)
            | StatementKind::Scope { .. }
            | StatementKind::If { .. }
            | StatementKind::Wait(_)
            | StatementKind::Publish { .. }
            | StatementKind::Notify(_)
            | StatementKind::Give(_)
            | StatementKind::Skip
            | StatementKind::Undo(_)
            | StatementKind::Then { .. }
            | StatementKind::End { .. } => {}
        }
    }

    /// The steps whose answers the request of `act` carries, each with the expression that does.
    pub fn read_by(&self, cx: &Context<'m>, act: &'m Act) -> BTreeMap<LabelId, &'m Expr> {
        let mut found = BTreeMap::new();
        let written = act.arguments.iter().map(|argument| &argument.value).chain(&act.instance);
        for expr in written {
            for label in self.rests_on(cx, expr) {
                found.entry(label).or_insert(expr);
            }
        }
        found
    }

    fn rests_on(&self, cx: &Context<'m>, expr: &'m Expr) -> BTreeSet<LabelId> {
        let mut found = BTreeSet::new();
        let mut seen: BTreeSet<*const Expr> = BTreeSet::new();
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            if !seen.insert(expr) {
                continue;
            }
            match &expr.kind {
                ExprKind::Value { value, .. } => {
                    found.extend(self.acts.get(value).map(|act| act.label));
                    open.extend(self.given.get(value).into_iter().flatten().copied());
                }
                ExprKind::Event { event, fields } => open.extend(self.carried(cx, *event, fields)),
                _ => open.extend(expr.parts()),
            }
        }
        found
    }

    /// What publications put into the field of an event that is read.
    fn carried(&self, cx: &Context<'m>, event: EventId, fields: &[Name]) -> Vec<&'m Expr> {
        let declared = &cx.model.events[event].fields;
        let read = fields.first().and_then(|read| declared.iter().position(|one| one.name.text == read.text));
        let arguments = self.published.get(&event).into_iter().flatten().flat_map(|arguments| *arguments);
        arguments
            .filter(|argument| read.is_none() || argument.parameter == read)
            .map(|argument| &argument.value)
            .collect()
    }
}

/// What the rounds of a loop give.
fn gives(block: &Block) -> Vec<&Expr> {
    let statements = block.with_inner().into_iter().flat_map(|block| &block.statements);
    statements
        .filter_map(|statement| match &statement.kind {
            StatementKind::Give(expr) => Some(expr),
            _ => None,
        })
        .collect()
}
