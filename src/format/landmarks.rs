//! What the tree knows and a token does not: where entries begin, which `(` only groups, which `-`
//! stands before its value.

use crate::source::Span;
use crate::syntax::ast::*;
use std::collections::HashSet;

#[derive(Debug, Default)]
pub(super) struct Landmarks {
    /// Of items, and of entries in braces.
    pub entries: HashSet<usize>,
    /// The `(` of `(a + b)`.
    pub groups: HashSet<usize>,
    /// The `-` of `-a`.
    pub minuses: HashSet<usize>,
}

pub(super) fn landmarks(ast: &Ast) -> Landmarks {
    let mut marks = Landmarks::default();
    ast.items.iter().for_each(|item| marks.item(item));
    marks
}

impl Landmarks {
    fn entry_at(&mut self, span: Span) {
        self.entries.insert(span.start as usize);
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Use(it) => self.entry_at(it.span),
            Item::Record(it) => {
                self.entry_at(it.span);
                self.allows(&it.allows);
            }
            Item::Id(it) => {
                self.entry_at(it.span);
                self.allows(&it.allows);
            }
            Item::Enumeration(it) => {
                self.entry_at(it.span);
                self.allows(&it.allows);
            }
            Item::Service(it) => {
                self.entry_at(it.span);
                it.entries.iter().for_each(|entry| self.service_entry(entry));
            }
            Item::Workflow(it) => {
                self.entry_at(it.span);
                self.block(&it.block);
            }
            Item::Bad(span) => self.entry_at(*span),
        }
    }

    fn allows(&mut self, allows: &[Allow]) {
        allows.iter().for_each(|allow| self.entry_at(allow.span));
    }

    fn service_entry(&mut self, entry: &ServiceEntry) {
        match entry {
            ServiceEntry::External(span)
            | ServiceEntry::ManyInstances(span)
            | ServiceEntry::Team(_, span)
            | ServiceEntry::NoOutbox(span)
            | ServiceEntry::Bad(span) => self.entry_at(*span),
            ServiceEntry::Annotation(it) => self.entry_at(it.span),
            ServiceEntry::Allow(it) => self.entry_at(it.span),
            ServiceEntry::Operation(it) => {
                self.entry_at(it.span);
                it.contract.iter().for_each(|entry| self.contract_entry(entry));
            }
            ServiceEntry::Event(it) => {
                self.entry_at(it.span);
                it.contract.iter().for_each(|entry| self.contract_entry(entry));
            }
        }
    }

    fn contract_entry(&mut self, entry: &ContractEntry) {
        match entry {
            ContractEntry::Fails(_, span)
            | ContractEntry::Irreversible(span)
            | ContractEntry::IdempotentBy(_, span)
            | ContractEntry::Publishes(_, span)
            | ContractEntry::Writes(_, span)
            | ContractEntry::Answers(_, span)
            | ContractEntry::Replaces(_, span)
            | ContractEntry::Bad(span) => self.entry_at(*span),
            ContractEntry::Undone(it) => self.undone(it),
            ContractEntry::Annotation(it) => self.entry_at(it.span),
            ContractEntry::Allow(it) => self.entry_at(it.span),
        }
    }

    fn undone(&mut self, undone: &Undone) {
        self.entry_at(undone.span);
        match &undone.by {
            UndoneBy::Call(call) => self.arguments(&call.arguments),
            UndoneBy::Nothing { .. } => {}
        }
    }

    fn block(&mut self, block: &Block) {
        block.entries.iter().for_each(|entry| self.entry(entry));
    }

    fn otherwise(&mut self, block: Option<&Block>) {
        if let Some(block) = block {
            self.block(block);
        }
    }

    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Orchestrated(_, span)
            | Entry::Choreographed(span)
            | Entry::Correlated(_, span)
            | Entry::Timeout(_, span)
            | Entry::Pivot(span)
            | Entry::Promises(_, span)
            | Entry::Skip(span)
            | Entry::Then(_, span)
            | Entry::Bad(span) => self.entry_at(*span),
            Entry::Retry(it) => self.entry_at(it.span),
            Entry::Breaker(it) => self.entry_at(it.span),
            Entry::Annotation(it) => self.entry_at(it.span),
            Entry::Allow(it) => self.entry_at(it.span),
            Entry::Undo(it) => self.entry_at(it.span),
            Entry::Undone(it) => self.undone(it),
            Entry::Starts(it) => {
                self.entry_at(it.span);
                match &it.kind {
                    StartsKind::When(events) => self.events(events),
                    StartsKind::Every(_) | StartsKind::Cron(_) => {}
                }
            }
            Entry::Goal(it) => {
                self.entry_at(it.span);
                it.reached_by.iter().for_each(|events| self.events(events));
            }
            Entry::Participant(it) => self.with_block(it.span, &it.block),
            Entry::Late(it) => {
                self.events(&it.events);
                self.with_block(it.span, &it.block);
            }
            Entry::Within(it) | Entry::Before(it) => {
                self.with_value(it.span, &it.bound);
                self.otherwise(it.otherwise.as_ref());
            }
            Entry::Needs(it) => {
                self.with_value(it.span, &it.count);
                self.otherwise(it.otherwise.as_ref());
            }
            Entry::After(it) => {
                self.with_value(it.span, &it.delay);
                self.block(&it.block);
            }
            Entry::When(it) => {
                self.events(&it.events);
                self.with_block(it.span, &it.block);
            }
            Entry::On(it) => self.with_block(it.span, &it.block),
            Entry::Every(value, span) | Entry::Give(value, span) => self.with_value(*span, value),
            Entry::AtMost(it) => {
                self.entry_at(it.span);
                match &it.what {
                    AtMostWhat::Times(block) => self.otherwise(block.as_ref()),
                    AtMostWhat::AtOnce => {}
                }
            }
            Entry::Step(it) => {
                self.entry_at(it.span);
                self.source(&it.source);
            }
            Entry::Let(it) => self.with_value(it.span, &it.value),
            Entry::Scope(it) => self.with_block(it.span, &it.block),
            Entry::If(it) => {
                self.entry_at(it.span);
                for (condition, block) in &it.branches {
                    self.expr(condition);
                    self.block(block);
                }
                self.otherwise(it.otherwise.as_ref());
            }
            Entry::Parallel(it) => {
                self.entry_at(it.span);
                self.parallel(it);
            }
            Entry::ForEach(it) => {
                self.with_value(it.span, &it.list);
                self.block(&it.block);
            }
            Entry::Repeat(it) => {
                self.with_value(it.span, &it.until);
                self.block(&it.block);
            }
            Entry::Wait(it) => {
                self.entry_at(it.span);
                match &it.kind {
                    WaitKind::Time(value) | WaitKind::Until(value) => self.expr(value),
                    WaitKind::For(events, block) => {
                        self.events(events);
                        self.otherwise(block.as_ref());
                    }
                    WaitKind::Any(block) => self.block(block),
                }
            }
            Entry::Watch(it) => {
                self.events(&it.expected);
                self.with_value(it.span, &it.within);
                self.block(&it.otherwise);
            }
            Entry::Publish(it) => {
                self.entry_at(it.span);
                self.arguments(&it.arguments);
            }
            Entry::Notify(it) => {
                self.entry_at(it.span);
                match &it.what {
                    Notified::Call(call) => self.arguments(&call.arguments),
                    Notified::Run(run) => self.arguments(&run.arguments),
                }
            }
            Entry::End(it) => {
                self.entry_at(it.span);
                it.arguments.iter().for_each(|arguments| self.arguments(arguments));
            }
        }
    }

    fn with_block(&mut self, span: Span, block: &Block) {
        self.entry_at(span);
        self.block(block);
    }

    fn with_value(&mut self, span: Span, value: &Expr) {
        self.entry_at(span);
        self.expr(value);
    }

    fn source(&mut self, source: &StepSource) {
        match source {
            StepSource::Call(call, block) => {
                self.arguments(&call.arguments);
                self.otherwise(block.as_ref());
            }
            StepSource::Run(run, block) => {
                self.arguments(&run.arguments);
                self.otherwise(block.as_ref());
            }
            StepSource::Parallel(it) => self.parallel(it),
            StepSource::ForEach(it) => {
                self.expr(&it.list);
                self.block(&it.block);
            }
            StepSource::Repeat(it) => {
                self.expr(&it.until);
                self.block(&it.block);
            }
        }
    }

    fn parallel(&mut self, it: &Parallel) {
        if let Some((_, list)) = &it.each {
            self.expr(list);
        }
        self.block(&it.block);
    }

    fn events(&mut self, events: &Events) {
        let conditions = events.refs.iter().filter_map(|event| event.condition.as_ref());
        conditions.for_each(|condition| self.expr(condition));
    }

    fn arguments(&mut self, arguments: &[Argument]) {
        arguments.iter().for_each(|argument| self.expr(&argument.value));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Group(inner) => {
                self.groups.insert(expr.span.start as usize);
                self.expr(inner);
            }
            ExprKind::Negative(inner) => {
                self.minuses.insert(expr.span.start as usize);
                self.expr(inner);
            }
            ExprKind::Not(inner) => self.expr(inner),
            ExprKind::Binary(left, _, right) => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Make(_, arguments) => self.arguments(arguments),
            ExprKind::List(items) => items.iter().for_each(|item| self.expr(item)),
            ExprKind::Number(_)
            | ExprKind::Percent(_)
            | ExprKind::Duration(_)
            | ExprKind::Date(_)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Now
            | ExprKind::Round
            | ExprKind::Path(_)
            | ExprKind::Foreign { .. }
            | ExprKind::Bad => {}
        }
    }
}
