//! `step n = …`: a call, a child or a loop whose result has a name.

use super::block::{Shape, block};
use super::body::{Body, Give, Given, Request, address};
use super::call::{self, Called};
use super::failures::{self, Raised};
use super::need::need;
use super::rounds;
use super::target;
use super::types::{either, fits, optional, present};
use crate::model::{Act, Block, Expr, ExprKind, LabelId, LoopName, Run, StatementKind, Type, ValueId};
use crate::source::Span;
use crate::syntax::ast::{self, Entry, StepSource};

pub(super) fn step(cx: &mut Body, written: &ast::Step) -> Option<StatementKind> {
    let (label, value) = cx.collected.names.get(&address(&written.name)).copied()?;
    let (label, value) = (label?, value?);
    target::arrive(cx, label);
    let name = LoopName { label, value };
    Some(match &written.source {
        StepSource::Call(call, inside) => act(cx, written, call, inside.as_ref(), label, value),
        StepSource::Run(run, inside) => child(cx, run, inside.as_ref(), label, value),
        StepSource::Parallel(parallel) => {
            let (parallel, ty) = rounds::parallel(cx, parallel, Some(name));
            cx.set_type(value, ty);
            StatementKind::Parallel(parallel)
        }
        StepSource::ForEach(each) => {
            let (each, ty) = rounds::for_each(cx, each, Some(name))?;
            cx.set_type(value, ty);
            StatementKind::ForEach(each)
        }
        StepSource::Repeat(repeat) => {
            let (repeat, ty) = rounds::repeat(cx, repeat, Some(name));
            cx.set_type(value, ty);
            StatementKind::Repeat(repeat)
        }
    })
}

fn act(
    cx: &mut Body,
    written: &ast::Step,
    written_call: &ast::Call,
    inside: Option<&ast::Block>,
    label: LabelId,
    value: ValueId,
) -> StatementKind {
    let call_span = written_call.span;
    let Some(Called { service, operation, instance, arguments }) = call::call(cx, written_call) else {
        // What cannot be called is kept as a scope, so that `then` and `undo` still find it.
        let block = around(cx, inside, call_span, value, Type::Any, Raised::new(), None);
        return StatementKind::Scope { label, block };
    };
    let declared = &cx.sys.model.operations[operation];
    let reply = declared.reply.clone();
    let request = inside
        .filter(|inside| says_undone(inside))
        .map(|_| Request { fields: declared.fields.clone(), reply: reply.clone() });
    let mut raised = Raised::new();
    failures::of_operation(&cx.sys.model, operation, &mut raised);
    let block = around(cx, inside, call_span, value, reply, raised, request);
    let doc = written.doc.clone();
    StatementKind::Act(Box::new(Act {
        label,
        value,
        service,
        operation,
        instance,
        arguments,
        block,
        call_span,
        doc,
    }))
}

/// Only an `undone by` reads the request.
fn says_undone(inside: &ast::Block) -> bool {
    inside.entries.iter().any(|entry| matches!(entry, Entry::Undone(_)))
}

fn child(
    cx: &mut Body,
    written: &ast::Run,
    inside: Option<&ast::Block>,
    label: LabelId,
    value: ValueId,
) -> StatementKind {
    let call_span = written.span;
    let Some((workflow, arguments)) = call::run(cx, written) else {
        let block = around(cx, inside, call_span, value, Type::Any, Raised::new(), None);
        return StatementKind::Scope { label, block };
    };
    let mut raised = Raised::new();
    failures::of_workflow(&cx.sys.model, workflow, &mut raised);
    let outcome = call::outcome(cx, workflow);
    let parameters = &cx.sys.model.workflows[workflow].parameters;
    let request = inside
        .filter(|inside| says_undone(inside))
        .map(|_| Request { fields: parameters.clone(), reply: outcome.clone() });
    let block = around(cx, inside, call_span, value, outcome, raised, request);
    StatementKind::Run(Box::new(Run { label, value, workflow, arguments, block, call_span }))
}

/// The block of a step: when the call succeeded the value is there, and on other ways what was given.
fn around(
    cx: &mut Body,
    inside: Option<&ast::Block>,
    call_span: Span,
    value: ValueId,
    reply: Type,
    raised: Raised,
    request: Option<Request>,
) -> Block {
    cx.set_type(value, reply.clone());
    let Some(inside) = inside else {
        cx.assign(value);
        return Block::empty(Span { start: call_span.end, ..call_span });
    };
    cx.gives.push(Give::new());
    let shape = Shape { alternatives: false, raised, request };
    let block = block(cx, inside, shape, |cx, _| {
        cx.assign(value);
        Vec::new()
    });
    let give = cx.gives.pop().unwrap_or_else(Give::new);
    let ty = replaced(cx, reply, &give.given);
    cx.set_type(value, ty);
    let mut given = give.flow;
    given.add(cx.value_slot(value));
    cx.flow.meet(&given);
    block
}

/// The type of a step whose handlers may give a value in place of the reply.
fn replaced(cx: &mut Body, reply: Type, given: &[Given]) -> Type {
    let mut ty = reply;
    for Given { ty: have, span, .. } in given {
        if fits(have, &ty) {
            continue;
        }
        if matches!(have, Type::Nothing | Type::Optional(_)) && fits(present(have), &optional(ty.clone())) {
            ty = optional(ty);
            continue;
        }
        if *have == Type::Nothing {
            ty = either(ty, Type::Nothing);
            continue;
        }
        let value = Expr { kind: ExprKind::Bad, ty: have.clone(), span: *span };
        need(cx, &value, &ty, "the value of this step");
    }
    ty
}
