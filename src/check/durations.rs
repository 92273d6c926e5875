//! How long what stands in a block may take, by what is declared: attempts, timeouts, pauses and latencies.

use super::Context;
use crate::model::{
    Act, Block, Expr, ExprKind, Limit, LimitKind, Literal, Run, Statement, StatementKind, Wait, WorkflowId,
};
use crate::source::Span;

/// How long something may take, and what most of that is.
#[derive(Clone, Debug, Default)]
pub struct Time {
    /// Milliseconds.
    pub longest: u64,
    pub parts: Vec<Part>,
    /// Whether the pivot is in it: from there on, nothing can be given up any more.
    has_pivot: bool,
}

/// A step or a pause with its share.
#[derive(Clone, Debug)]
pub struct Part {
    pub span: Span,
    pub longest: u64,
    pub rounds: u64,
    /// How many attempts are in it, and how long one of them may take.
    pub attempts: (u64, u64),
}

/// How many times a step is tried at most; one that is tried for ever counts once, since it has no last
/// attempt to wait for.
pub fn attempts(block: &Block) -> u64 {
    let times = block.retry.as_ref().and_then(|retry| retry.times);
    u64::from(times.unwrap_or(0)).saturating_add(1)
}

/// The least of the durations after which a block is given up; a moment is not known beforehand.
pub fn limit(block: &Block) -> Option<(u64, &Limit)> {
    let within = block.limits.iter().filter(|limit| limit.kind == LimitKind::Within);
    within.filter_map(|limit| Some((literal(&limit.bound)?, limit))).min_by_key(|(length, _)| *length)
}

fn literal(expr: &Expr) -> Option<u64> {
    match expr.kind {
        ExprKind::Literal(Literal::Duration(length)) => Some(length),
        _ => None,
    }
}

/// What the statements of a block may take one after the other, up to the pivot.
pub fn of_statements(cx: &Context, statements: &[Statement]) -> Time {
    in_sequence(cx, statements, &mut Vec::new())
}

/// What a statement may take, its own limit left aside.
pub fn of_statement(cx: &Context, statement: &Statement) -> Time {
    unlimited(cx, statement, &mut Vec::new())
}

fn in_sequence(cx: &Context, statements: &[Statement], inside: &mut Vec<WorkflowId>) -> Time {
    let mut sum = Time::default();
    for statement in statements {
        let time = limited(cx, statement, inside);
        sum.longest = sum.longest.saturating_add(time.longest);
        sum.parts.extend(time.parts);
        sum.has_pivot = time.has_pivot;
        if sum.has_pivot {
            break;
        }
    }
    sum
}

fn limited(cx: &Context, statement: &Statement, inside: &mut Vec<WorkflowId>) -> Time {
    let mut time = unlimited(cx, statement, inside);
    let limit = own_block(statement).and_then(limit);
    if let Some((length, limit)) = limit.filter(|(length, _)| *length < time.longest) {
        time.longest = length;
        time.parts = vec![Part::once(limit.span, length)];
    }
    time
}

/// The block whose limits end the statement.
pub fn own_block(statement: &Statement) -> Option<&Block> {
    match &statement.kind {
        StatementKind::Act(act) => Some(&act.block),
        StatementKind::Run(run) => Some(&run.block),
        StatementKind::Scope { block, .. } => Some(block),
        StatementKind::Parallel(parallel) => Some(&parallel.block),
        StatementKind::ForEach(each) => Some(&each.block),
        StatementKind::Repeat(repeat) => Some(&repeat.block),
        StatementKind::Wait(wait) => match &**wait {
            Wait::For { block, .. } | Wait::Any { block } => Some(block),
            Wait::Time(_) | Wait::Until(_) => None,
        },
        StatementKind::Let { .. }
        | StatementKind::If { .. }
        | StatementKind::Publish { .. }
        | StatementKind::Notify(_)
        | StatementKind::Give(_)
        | StatementKind::Skip
        | StatementKind::Undo(_)
        | StatementKind::Then { .. }
        | StatementKind::End { .. } => None,
    }
}

fn unlimited(cx: &Context, statement: &Statement, inside: &mut Vec<WorkflowId>) -> Time {
    match &statement.kind {
        StatementKind::Act(act) => of_act(cx, act),
        StatementKind::Run(run) => of_run(cx, run, inside),
        StatementKind::Scope { block, .. } => in_sequence(cx, &block.statements, inside),
        StatementKind::If { branches, otherwise } => {
            let blocks = branches.iter().map(|(_, block)| block).chain(otherwise);
            longest(blocks.map(|block| in_sequence(cx, &block.statements, inside)).collect())
        }
        // How many rounds there are, only a run knows; they are at work at the same time.
        StatementKind::Parallel(parallel) if parallel.each.is_some() => {
            in_sequence(cx, &parallel.block.statements, inside)
        }
        StatementKind::Parallel(parallel) => {
            let branches = parallel.block.statements.iter();
            longest(branches.map(|branch| limited(cx, branch, inside)).collect())
        }
        StatementKind::ForEach(each) => in_rounds(cx, &each.block, inside),
        StatementKind::Repeat(repeat) => in_rounds(cx, &repeat.block, inside),
        StatementKind::Wait(wait) => match &**wait {
            Wait::Time(length) => Time::of(statement.span, literal(length).unwrap_or(0)),
            // How long an event takes, nobody has declared.
            Wait::Until(_) | Wait::For { .. } | Wait::Any { .. } => Time::default(),
        },
        StatementKind::Let { .. }
        | StatementKind::Publish { .. }
        | StatementKind::Notify(_)
        | StatementKind::Give(_)
        | StatementKind::Skip
        | StatementKind::Undo(_)
        | StatementKind::Then { .. }
        | StatementKind::End { .. } => Time::default(),
    }
}

impl Time {
    fn of(span: Span, longest: u64) -> Time {
        let parts = if longest > 0 { vec![Part::once(span, longest)] } else { Vec::new() };
        Time { longest, parts, has_pivot: false }
    }
}

impl Part {
    fn once(span: Span, longest: u64) -> Part {
        Part { span, longest, rounds: 1, attempts: (1, longest) }
    }
}

/// A limit that passes while the pivot is in flight waits for its answer: the pivot takes no time of it.
fn pivot() -> Time {
    Time { has_pivot: true, ..Time::default() }
}

fn of_act(cx: &Context, act: &Act) -> Time {
    if act.block.pivot.is_some() {
        return pivot();
    }
    let operation = &cx.model.operations[act.operation];
    let service = &cx.model.services[operation.service];
    let latency = operation.annotations.latency.or(service.annotations.latency).map(|(_, most, _)| most);
    let one = act.block.timeout.map(|(length, _)| length).or(latency).unwrap_or(0);
    of_attempts(act.call_span, &act.block, one)
}

fn of_attempts(span: Span, block: &Block, one: u64) -> Time {
    let mut time = Time::of(span, repeated(block, one));
    for part in &mut time.parts {
        part.attempts = (attempts(block), one);
    }
    time
}

/// All attempts, each as long as `one`, with the pauses between them.
fn repeated(block: &Block, one: u64) -> u64 {
    let attempts = attempts(block);
    let (first, most) = block.retry.as_ref().and_then(|retry| retry.backoff).unwrap_or((0, 0));
    let mut sum = one.saturating_mul(attempts);
    let mut pause = first;
    for retry in 1..attempts {
        if pause >= most {
            // From here on all pauses are the same.
            return sum.saturating_add(most.max(first).saturating_mul(attempts - retry));
        }
        sum = sum.saturating_add(pause);
        pause = pause.saturating_mul(2);
    }
    sum
}

fn of_run(cx: &Context, run: &Run, inside: &mut Vec<WorkflowId>) -> Time {
    if run.block.pivot.is_some() {
        return pivot();
    }
    let child = &cx.model.workflows[run.workflow];
    if inside.contains(&run.workflow) || child.is_choreographed() {
        return Time::default();
    }
    inside.push(run.workflow);
    let mut one = in_sequence(cx, &child.body.statements, inside).longest;
    inside.pop();
    if let Some((length, _)) = limit(&child.body) {
        one = one.min(length);
    }
    of_attempts(run.call_span, &run.block, one)
}

/// The rounds of a loop one after the other, as many as its bound allows; without a bound, one.
fn in_rounds(cx: &Context, block: &Block, inside: &mut Vec<WorkflowId>) -> Time {
    let mut round = in_sequence(cx, &block.statements, inside);
    let rounds = block.at_most_times.as_ref().map_or(1, |bound| u64::from(bound.count)).max(1);
    for part in &mut round.parts {
        part.rounds = part.rounds.saturating_mul(rounds);
    }
    let mut longest = round.longest.saturating_mul(rounds);
    if let Some((every, span)) = &block.every
        && let Some(length) = literal(every).filter(|_| rounds > 1)
    {
        longest = longest.saturating_add(length.saturating_mul(rounds - 1));
        round.parts.push(Part { rounds: rounds - 1, ..Part::once(*span, length) });
    }
    Time { longest, ..round }
}

fn longest(times: Vec<Time>) -> Time {
    let has_pivot = times.iter().any(|time| time.has_pivot);
    let longest = times.into_iter().max_by_key(|time| time.longest).unwrap_or_default();
    Time { has_pivot, ..longest }
}

#[cfg(test)]
mod tests {
    use super::repeated;
    use crate::model::{Block, Retry};
    use crate::source::{FileId, Span};

    fn block(times: Option<u32>, backoff: Option<(u64, u64)>) -> Block {
        let span = Span { file: FileId(0), start: 0, end: 0 };
        Block { retry: Some(Retry { times, backoff, span }), ..Block::empty(span) }
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        assert_eq!(repeated(&block(Some(4), Some((1, 4))), 10), 50 + 1 + 2 + 4 + 4);
        assert_eq!(repeated(&block(Some(3), Some((5, 5))), 10), 40 + 15);
        assert_eq!(repeated(&block(Some(2), None), 10), 30);
        assert_eq!(repeated(&block(None, Some((1, 4))), 10), 10);
        assert_eq!(repeated(&block(Some(u32::MAX), Some((1, 2))), u64::MAX), u64::MAX);
    }
}
