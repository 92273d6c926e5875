//! Blocks: what is said about them, what runs beside them, and what is done when something went wrong.
//! What stands in the wrong place is left out here; `placement` reports it.

use super::body::{Body, Request, address};
use super::call;
use super::expr::expected;
use super::failures::{self, Raised};
use super::flow::Flow;
use super::formula::formula;
use super::statement::statements;
use crate::model::{
    AtMostTimes, Block, Breaker, Handler, Limit, LimitKind, Needs, Reaction, Reminder, Retry, Statement, Type,
};
use crate::source::Span;
use crate::syntax::ast::{self, AtMostWhat, Entry};

/// What is special about a block, seen from outside.
#[derive(Default)]
pub(super) struct Shape {
    /// `wait for any`: its `when`s are ways through it and do not run beside it.
    pub alternatives: bool,
    /// The failures of the call that the block belongs to.
    pub raised: Raised,
    /// The request of that call, which `undone by` may read.
    pub request: Option<Request>,
}

/// A plain block: its statements one after the other.
pub(super) fn plain(cx: &mut Body, written: &ast::Block) -> Block {
    block(cx, written, Shape::default(), statements)
}

/// A block whose inside is read by `inside`. What is known afterwards holds on all ways out of it.
pub(super) fn block(
    cx: &mut Body,
    written: &ast::Block,
    shape: Shape,
    inside: impl FnOnce(&mut Body, &ast::Block) -> Vec<Statement>,
) -> Block {
    let mut block = Block::empty(written.span);
    if cx.enter(written.span) {
        cx.blocks.push(address(written));
        let before = cx.flow.clone();
        block.statements = inside(cx, written);
        around(cx, written, shape, &before, &mut block);
        cx.blocks.pop();
        cx.leave();
    }
    block
}

/// Everything but the statements.
fn around(cx: &mut Body, written: &ast::Block, shape: Shape, before: &Flow, block: &mut Block) {
    let mut ways = Ways { before, behind: Flow::dead(), alternatives: Flow::dead() };
    policies(cx, written, block, shape.request);
    for entry in &written.entries {
        beside(cx, entry, block, &mut ways);
    }
    handlers(cx, written, block, shape.raised, &mut ways);
    if shape.alternatives {
        cx.flow = ways.alternatives;
    }
    cx.flow.meet(&ways.behind);
}

/// The ways through a block that do not go through its statements.
struct Ways<'b> {
    before: &'b Flow,
    /// What is known behind the block on all of them.
    behind: Flow,
    /// What is known behind the `when`s.
    alternatives: Flow,
}

/// Entries that neither run nor read anything. Of two where one may stand, the first counts.
fn policies(cx: &mut Body, written: &ast::Block, block: &mut Block, mut request: Option<Request>) {
    for entry in &written.entries {
        match entry {
            Entry::Timeout(duration, span) => {
                block.timeout.get_or_insert((duration.milliseconds, *span));
            }
            Entry::Retry(retry) => {
                let backoff = retry
                    .backoff
                    .as_ref()
                    .map(|(least, most)| (least.milliseconds, most.as_ref().unwrap_or(least).milliseconds));
                block.retry.get_or_insert(Retry { times: retry.times, backoff, span: retry.span });
            }
            Entry::Breaker(breaker) => {
                block.breaker.get_or_insert(Breaker {
                    outages: breaker.outages,
                    pause: breaker.pause.milliseconds,
                    span: breaker.span,
                });
            }
            Entry::Pivot(span) => {
                block.pivot.get_or_insert(*span);
            }
            Entry::Promises(duration, span) => {
                block.promises.get_or_insert((duration.milliseconds, *span));
            }
            Entry::AtMost(most) => match most.what {
                AtMostWhat::AtOnce => {
                    block.at_once.get_or_insert((most.count, most.span));
                }
                AtMostWhat::Times(_) => {}
            },
            Entry::Undone(undone) => {
                if let Some(request) = request.take() {
                    block.undone = call::with_request(cx, request, |cx| call::undone(cx, undone, None));
                }
            }
            _ => {}
        }
    }
}

/// Entries that run beside the block or instead of its rest: they know what was known before it.
fn beside(cx: &mut Body, entry: &Entry, block: &mut Block, ways: &mut Ways) {
    match entry {
        Entry::Within(written) => limit(cx, written, LimitKind::Within, block, ways),
        Entry::Before(written) => limit(cx, written, LimitKind::Before, block, ways),
        Entry::Needs(written) => needs(cx, written, block, ways),
        Entry::AtMost(written) => at_most(cx, written, block, ways),
        Entry::Every(pause, span) => every(cx, pause, *span, block, ways),
        Entry::After(written) => after(cx, written, block, ways),
        Entry::When(written) => {
            let (reaction, behind) = cx.aside(ways.before.clone(), |cx| reaction(cx, written));
            ways.alternatives.meet(&behind);
            block.interrupts.push(reaction);
        }
        _ => {}
    }
}

pub(super) fn reaction(cx: &mut Body, when: &ast::When) -> Reaction {
    let formula = formula(cx, &when.events);
    let block = plain(cx, &when.block);
    Reaction { formula, block, doc: when.doc.clone(), span: when.span }
}

fn needs(cx: &mut Body, written: &ast::Needs, block: &mut Block, ways: &mut Ways) {
    let (count, _) =
        cx.aside(ways.before.clone(), |cx| expected(cx, &written.count, &Type::Int, "what a parallel needs"));
    let otherwise = otherwise(cx, written.otherwise.as_ref(), ways).map(Box::new);
    block.needs.get_or_insert(Needs { count, otherwise, span: written.span });
}

fn at_most(cx: &mut Body, written: &ast::AtMost, block: &mut Block, ways: &mut Ways) {
    if let AtMostWhat::Times(inside) = &written.what {
        let otherwise = otherwise(cx, inside.as_ref(), ways).map(Box::new);
        let (count, span) = (written.count, written.span);
        block.at_most_times.get_or_insert(AtMostTimes { count, otherwise, span });
    }
}

fn every(cx: &mut Body, pause: &ast::Expr, span: Span, block: &mut Block, ways: &Ways) {
    let (pause, _) =
        cx.aside(ways.before.clone(), |cx| expected(cx, pause, &Type::Duration, "the pause between rounds"));
    block.every.get_or_insert((pause, span));
}

fn after(cx: &mut Body, written: &ast::After, block: &mut Block, ways: &Ways) {
    let (reminder, _) = cx.aside(ways.before.clone(), |cx| {
        let delay = expected(cx, &written.delay, &Type::Duration, "the time of `after`");
        Reminder { delay, block: plain(cx, &written.block), span: written.span }
    });
    block.reminders.push(reminder);
}

fn limit(cx: &mut Body, written: &ast::Limit, kind: LimitKind, block: &mut Block, ways: &mut Ways) {
    let (bound, _) = cx.aside(ways.before.clone(), |cx| match kind {
        LimitKind::Within => expected(cx, &written.bound, &Type::Duration, "a limit"),
        LimitKind::Before => expected(cx, &written.bound, &Type::Time, "what `before` names"),
    });
    let otherwise = otherwise(cx, written.otherwise.as_ref(), ways);
    if !block.limits.iter().any(|known| known.kind == kind) {
        block.limits.push(Limit { kind, bound, otherwise, span: written.span });
    }
}

/// An `else` block of an entry: falling out of it goes on after the whole.
fn otherwise(cx: &mut Body, written: Option<&ast::Block>, ways: &mut Ways) -> Option<Block> {
    let written = written?;
    let (block, behind) = cx.aside(ways.before.clone(), |cx| plain(cx, written));
    ways.behind.meet(&behind);
    Some(block)
}

fn handlers(cx: &mut Body, written: &ast::Block, block: &mut Block, own: Raised, ways: &mut Ways) {
    let mut written = written.entries.iter().filter_map(|entry| match entry {
        Entry::On(on) => Some(on),
        _ => None,
    });
    let Some(first) = written.next() else { return };
    let mut raised = own;
    failures::raised_in(&cx.sys.model, block, &mut raised);
    for on in std::iter::once(first).chain(written) {
        let (troubles, caught) = failures::troubles(cx, &on.troubles, &raised);
        cx.caught.push(caught);
        let (inner, behind) = cx.aside(ways.before.clone(), |cx| plain(cx, &on.block));
        cx.caught.pop();
        ways.behind.meet(&behind);
        block.handlers.push(Handler { troubles, block: inner, span: on.span });
    }
}
