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
    let lowered = cx.deeper(written.span, |cx| {
        cx.blocks.push(address(written));
        let mut block = Block::empty(written.span);
        let before = cx.flow.clone();
        block.statements = inside(cx, written);
        let mut ways = Flow::dead();
        policies(cx, written, &mut block, shape.request);
        let mut alternatives = Flow::dead();
        for entry in &written.entries {
            beside(cx, entry, &mut block, &before, &mut ways, &mut alternatives);
        }
        handlers(cx, written, &mut block, shape.raised, &before, &mut ways);
        if shape.alternatives {
            cx.flow = alternatives;
        }
        cx.flow.meet(&ways);
        cx.blocks.pop();
        block
    });
    lowered.unwrap_or_else(|| Block::empty(written.span))
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
fn beside(
    cx: &mut Body,
    entry: &Entry,
    block: &mut Block,
    before: &Flow,
    ways: &mut Flow,
    alternatives: &mut Flow,
) {
    match entry {
        Entry::Within(limit) => {
            if let Some(limit) = self::limit(cx, limit, LimitKind::Within, before, ways) {
                keep_first(&mut block.limits, limit);
            }
        }
        Entry::Before(limit) => {
            if let Some(limit) = self::limit(cx, limit, LimitKind::Before, before, ways) {
                keep_first(&mut block.limits, limit);
            }
        }
        Entry::Needs(needs) => {
            let (count, _) = cx
                .aside(before.clone(), |cx| expected(cx, &needs.count, &Type::Int, "what a parallel needs"));
            let otherwise = otherwise(cx, needs.otherwise.as_ref(), before, ways).map(Box::new);
            block.needs.get_or_insert(Needs { count, otherwise, span: needs.span });
        }
        Entry::AtMost(most) => {
            if let AtMostWhat::Times(written) = &most.what {
                let otherwise = otherwise(cx, written.as_ref(), before, ways).map(Box::new);
                block.at_most_times.get_or_insert(AtMostTimes {
                    count: most.count,
                    otherwise,
                    span: most.span,
                });
            }
        }
        Entry::Every(pause, span) => {
            let (pause, _) = cx
                .aside(before.clone(), |cx| expected(cx, pause, &Type::Duration, "the pause between rounds"));
            block.every.get_or_insert((pause, *span));
        }
        Entry::After(after) => {
            let (reminder, _) = cx.aside(before.clone(), |cx| {
                let delay = expected(cx, &after.delay, &Type::Duration, "the time of `after`");
                Reminder { delay, block: plain(cx, &after.block), span: after.span }
            });
            block.reminders.push(reminder);
        }
        Entry::When(when) => {
            let (reaction, behind) = cx.aside(before.clone(), |cx| reaction(cx, when));
            alternatives.meet(&behind);
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

fn keep_first(limits: &mut Vec<Limit>, limit: Limit) {
    if !limits.iter().any(|known| known.kind == limit.kind) {
        limits.push(limit);
    }
}

fn limit(
    cx: &mut Body,
    written: &ast::Limit,
    kind: LimitKind,
    before: &Flow,
    ways: &mut Flow,
) -> Option<Limit> {
    let (bound, _) = cx.aside(before.clone(), |cx| match kind {
        LimitKind::Within => expected(cx, &written.bound, &Type::Duration, "a limit"),
        LimitKind::Before => expected(cx, &written.bound, &Type::Time, "what `before` names"),
    });
    let otherwise = otherwise(cx, written.otherwise.as_ref(), before, ways);
    Some(Limit { kind, bound, otherwise, span: written.span })
}

/// An `else` block of an entry: falling out of it goes on after the whole.
fn otherwise(cx: &mut Body, written: Option<&ast::Block>, before: &Flow, ways: &mut Flow) -> Option<Block> {
    let written = written?;
    let (block, behind) = cx.aside(before.clone(), |cx| plain(cx, written));
    ways.meet(&behind);
    Some(block)
}

fn handlers(
    cx: &mut Body,
    written: &ast::Block,
    block: &mut Block,
    own: Raised,
    before: &Flow,
    ways: &mut Flow,
) {
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
        let (inner, behind) = cx.aside(before.clone(), |cx| plain(cx, &on.block));
        cx.caught.pop();
        ways.meet(&behind);
        block.handlers.push(Handler { troubles, block: inner, span: on.span });
    }
}
