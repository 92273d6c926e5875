//! Statements, in their order, with what is known after each.

use super::argument::arguments;
use super::block::{Shape, block, plain};
use super::body::{Body, address};
use super::call;
use super::expr::{condition, expected, expr};
use super::flow::Flow;
use super::formula::formula;
use super::path::{key, present_if};
use super::rounds;
use super::step;
use super::target;
use crate::model::{Block, Statement, StatementKind, Type, Wait};
use crate::source::Span;
use crate::syntax::ast::{self, Entry, WaitKind};

/// The statements of a block, one after the other.
pub(super) fn statements(cx: &mut Body, written: &ast::Block) -> Vec<Statement> {
    written.entries.iter().filter_map(|entry| statement(cx, entry)).collect()
}

/// The statement that `entry` is; nothing where it is none, or none that can be understood.
pub(super) fn statement(cx: &mut Body, entry: &Entry) -> Option<Statement> {
    let (kind, span) = match entry {
        Entry::Step(written) => (step::step(cx, written)?, written.span),
        Entry::Let(written) => {
            let expr = expr(cx, &written.value);
            let (_, value) = cx.collected.names.get(&address(&written.name)).copied()?;
            let value = value?;
            cx.set_type(value, expr.ty.clone());
            cx.assign(value);
            (StatementKind::Let { value, expr }, written.span)
        }
        Entry::Scope(written) => {
            let (label, _) = cx.collected.names.get(&address(&written.name)).copied()?;
            let label = label?;
            target::arrive(cx, label);
            let block = plain(cx, &written.block);
            (StatementKind::Scope { label, block }, written.span)
        }
        Entry::If(written) => (choice(cx, written), written.span),
        Entry::Parallel(written) => {
            let (parallel, _) = rounds::parallel(cx, written, None);
            (StatementKind::Parallel(parallel), written.span)
        }
        Entry::ForEach(written) => {
            let (each, _) = rounds::for_each(cx, written, None)?;
            (StatementKind::ForEach(each), written.span)
        }
        Entry::Repeat(written) => {
            let (repeat, _) = rounds::repeat(cx, written, None);
            (StatementKind::Repeat(repeat), written.span)
        }
        Entry::Wait(written) => (StatementKind::Wait(Box::new(wait(cx, written))), written.span),
        Entry::Publish(written) => (publish(cx, written)?, written.span),
        Entry::Notify(written) => (StatementKind::Notify(call::notify(cx, written)?), written.span),
        Entry::Give(value, span) => (give(cx, value), *span),
        Entry::Skip(span) => {
            let flow = cx.flow.clone();
            cx.flow = Flow::dead();
            // Without anything to leave it was reported as misplaced.
            cx.skips.last_mut()?.meet(&flow);
            (StatementKind::Skip, *span)
        }
        Entry::Undo(written) => (StatementKind::Undo(target::undo(cx, written)), written.span),
        Entry::Then(name, span) => (target::then(cx, name)?, *span),
        Entry::End(written) => (end(cx, written)?, written.span),
        _ => return None,
    };
    Some(Statement { kind, span })
}

fn choice(cx: &mut Body, written: &ast::If) -> StatementKind {
    let mut behind = Flow::dead();
    let mut branches = Vec::with_capacity(written.branches.len());
    for (asked, inside) in &written.branches {
        let asked = condition(cx, asked);
        let mut here = cx.flow.clone();
        here.add_present(present_if(&asked, true));
        let (block, after) = cx.aside(here, |cx| plain(cx, inside));
        behind.meet(&after);
        cx.flow.add_present(present_if(&asked, false));
        branches.push((asked, block));
    }
    let otherwise = written.otherwise.as_ref().map(|inside| plain(cx, inside));
    cx.flow.meet(&behind);
    StatementKind::If { branches, otherwise }
}

fn wait(cx: &mut Body, written: &ast::Wait) -> Wait {
    match &written.kind {
        WaitKind::Time(time) => Wait::Time(expected(cx, time, &Type::Duration, "what `wait` takes")),
        WaitKind::Until(time) => Wait::Until(expected(cx, time, &Type::Time, "what `wait until` names")),
        WaitKind::For(events, None) => {
            let end = Span { start: written.span.end, ..written.span };
            Wait::For { formula: formula(cx, events), block: Block::empty(end) }
        }
        WaitKind::For(events, Some(inside)) => {
            let mut waited = None;
            let block = block(cx, inside, Shape::default(), |cx, _| {
                waited = Some(formula(cx, events));
                Vec::new()
            });
            let formula = waited.unwrap_or_else(|| formula(cx, events));
            Wait::For { formula, block }
        }
        WaitKind::Any(inside) => {
            let shape = Shape { alternatives: true, ..Shape::default() };
            Wait::Any { block: block(cx, inside, shape, |_, _| Vec::new()) }
        }
    }
}

fn publish(cx: &mut Body, written: &ast::Publish) -> Option<StatementKind> {
    let Some(event) = cx.event(&written.event) else {
        for argument in &written.arguments {
            expr(cx, &argument.value);
        }
        return None;
    };
    let fields = cx.sys.model.events[event].fields.clone();
    let name = cx.sys.model.events[event].name.text.clone();
    let arguments = arguments(cx, &written.arguments, &fields, &name, written.span);
    Some(StatementKind::Publish { event, event_span: written.event.span, arguments })
}

fn give(cx: &mut Body, written: &ast::Expr) -> StatementKind {
    let value = expr(cx, written);
    let flow = std::mem::replace(&mut cx.flow, Flow::dead());
    if let Some(around) = cx.gives.last_mut() {
        around.given.push(super::body::Given {
            ty: value.ty.clone(),
            path: key(&value.kind),
            span: value.span,
        });
        around.flow.meet(&flow);
    }
    StatementKind::Give(value)
}

fn end(cx: &mut Body, written: &ast::End) -> Option<StatementKind> {
    let goal = target::goal(cx, &written.goal);
    let given = written.arguments.as_deref().unwrap_or_default();
    let arguments = match goal {
        Some((id, true)) => {
            let fields = cx.sys.model.goals[id].fields.clone();
            arguments(cx, given, &fields, &written.goal.text, written.span)
        }
        // Which end was meant is a guess: do not measure the values by it.
        Some((_, false)) | None => {
            for argument in given {
                expr(cx, &argument.value);
            }
            Vec::new()
        }
    };
    cx.flow = Flow::dead();
    Some(StatementKind::End { goal: goal?.0, arguments })
}
