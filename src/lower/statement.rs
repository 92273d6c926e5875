//! Statements, in their order, with what is known after each.

use super::argument::arguments;
use super::block::{Shape, block, plain};
use super::body::{Body, address};
use super::call;
use super::expr::{condition, expected, expr};
use super::flow::Flow;
use super::formula::formula;
use super::presence::{key, present_if};
use super::rounds;
use super::step;
use super::target;
use crate::model::{Argument, Block, Statement, StatementKind, Type, Wait};
use crate::source::Span;
use crate::syntax::ast::{self, Entry, WaitKind};

/// The statements of a block, one after the other.
pub(super) fn statements(cx: &mut Body, written: &ast::Block) -> Vec<Statement> {
    let mut out = Vec::new();
    for entry in &written.entries {
        statement(cx, entry, &mut out);
    }
    out
}

/// Adds the statement that `entry` is; nothing where it is none, or none that can be understood.
///
/// This function is on the stack once a level. Therefore it keeps no statement of its own: without
/// optimisation each arm would have room for one.
pub(super) fn statement(cx: &mut Body, entry: &Entry, out: &mut Vec<Statement>) {
    match entry {
        Entry::Step(written) => add(out, written.span, || step::step(cx, written)),
        Entry::Let(written) => add(out, written.span, || value(cx, written)),
        Entry::Scope(written) => add(out, written.span, || scope(cx, written)),
        Entry::If(written) => add(out, written.span, || Some(choice(cx, written))),
        Entry::Parallel(written) => add(out, written.span, || parallel(cx, written)),
        Entry::ForEach(written) => add(out, written.span, || for_each(cx, written)),
        Entry::Repeat(written) => add(out, written.span, || repeat(cx, written)),
        Entry::Wait(written) => add(out, written.span, || Some(waiting(cx, written))),
        Entry::Publish(written) => add(out, written.span, || publish(cx, written)),
        Entry::Notify(written) => {
            add(out, written.span, || call::notify(cx, written).map(StatementKind::Notify));
        }
        Entry::Give(written, span) => add(out, *span, || Some(give(cx, written))),
        Entry::Skip(span) => add(out, *span, || skip(cx)),
        Entry::Undo(written) => {
            add(out, written.span, || Some(StatementKind::Undo(target::undo(cx, written))))
        }
        Entry::Then(name, span) => add(out, *span, || target::then(cx, name)),
        Entry::End(written) => add(out, written.span, || end(cx, written)),
        _ => {}
    }
}

fn add(out: &mut Vec<Statement>, span: Span, lowered: impl FnOnce() -> Option<StatementKind>) {
    if let Some(kind) = lowered() {
        out.push(Statement { kind, span });
    }
}

fn value(cx: &mut Body, written: &ast::Let) -> Option<StatementKind> {
    let expr = expr(cx, &written.value);
    let (_, value) = cx.collected.names.get(&address(&written.name)).copied()?;
    let value = value?;
    cx.set_type(value, expr.ty.clone());
    cx.assign(value);
    Some(StatementKind::Let { value, expr })
}

fn scope(cx: &mut Body, written: &ast::Scope) -> Option<StatementKind> {
    let (label, _) = cx.collected.names.get(&address(&written.name)).copied()?;
    let label = label?;
    target::arrive(cx, label);
    Some(StatementKind::Scope { label, block: plain(cx, &written.block) })
}

fn parallel(cx: &mut Body, written: &ast::Parallel) -> Option<StatementKind> {
    Some(StatementKind::Parallel(rounds::parallel(cx, written, None).0))
}

fn for_each(cx: &mut Body, written: &ast::ForEach) -> Option<StatementKind> {
    Some(StatementKind::ForEach(rounds::for_each(cx, written, None)?.0))
}

fn repeat(cx: &mut Body, written: &ast::Repeat) -> Option<StatementKind> {
    Some(StatementKind::Repeat(rounds::repeat(cx, written, None).0))
}

fn waiting(cx: &mut Body, written: &ast::Wait) -> StatementKind {
    StatementKind::Wait(Box::new(wait(cx, written)))
}

fn skip(cx: &mut Body) -> Option<StatementKind> {
    let flow = std::mem::replace(&mut cx.flow, Flow::dead());
    // Without anything to leave it was reported as misplaced.
    cx.skips.last_mut()?.meet(&flow);
    Some(StatementKind::Skip)
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
    let event_span = written.event.span;
    if written.event.path.last().is_none_or(|written| written.text != name) {
        // It was guessed after a finding: what it takes is no measure for what is given.
        let arguments = written.arguments.iter();
        let arguments =
            arguments.map(|it| Argument { parameter: None, value: expr(cx, &it.value) }).collect();
        return Some(StatementKind::Publish { event, event_span, arguments });
    }
    let arguments = arguments(cx, &written.arguments, &fields, &name, written.span);
    Some(StatementKind::Publish { event, event_span, arguments })
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
