//! The word an entry begins with, and the place of it that a finding points at.

use crate::source::Span;
use crate::syntax::ast::{AnnotationKind, AtMostWhat, Entry, GoalKind};

/// As it is written.
pub(super) fn word(entry: &Entry) -> &'static str {
    match entry {
        Entry::Orchestrated(..) => "orchestrated by",
        Entry::Choreographed(_) => "choreographed",
        Entry::Correlated(..) => "correlated by",
        Entry::Starts(_) => "starts",
        Entry::Goal(goal) => match goal.kind {
            GoalKind::Success => "success",
            GoalKind::Failure => "failure",
        },
        Entry::Participant(_) => "participant",
        Entry::Late(_) => "late",
        Entry::Within(_) => "within",
        Entry::Before(_) => "before",
        Entry::Needs(_) => "needs",
        Entry::After(_) => "after",
        Entry::When(_) => "when",
        Entry::On(_) => "on",
        Entry::Timeout(..) => "timeout",
        Entry::Retry(_) => "retry",
        Entry::Breaker(_) => "breaker",
        Entry::Pivot(_) => "pivot",
        Entry::Undone(_) => "undone by",
        Entry::Promises(..) => "promises",
        Entry::Every(..) => "every",
        Entry::AtMost(most) => match most.what {
            AtMostWhat::Times(_) => "at most … times",
            AtMostWhat::AtOnce => "at most … at once",
        },
        Entry::Annotation(annotation) => annotation_word(&annotation.kind),
        Entry::Allow(_) => "allow",
        Entry::Step(_) => "step",
        Entry::Let(_) => "let",
        Entry::Scope(_) => "scope",
        Entry::If(_) => "if",
        Entry::Parallel(_) => "parallel",
        Entry::ForEach(_) => "for each",
        Entry::Repeat(_) => "repeat",
        Entry::Wait(_) => "wait",
        Entry::Watch(_) => "watch",
        Entry::Publish(_) => "publish",
        Entry::Notify(_) => "notify",
        Entry::Give(..) => "give",
        Entry::Skip(_) => "skip",
        Entry::Undo(_) => "undo",
        Entry::Then(..) => "then",
        Entry::End(_) => "end",
        Entry::Bad(_) => "this",
    }
}

pub(super) fn annotation_word(kind: &AnnotationKind) -> &'static str {
    match kind {
        AnnotationKind::Volatility(_) => "volatility",
        AnnotationKind::Latency(..) => "latency",
        AnnotationKind::Available(_) => "available",
    }
}

/// The smallest piece of an entry that names it: its name, or else its first word.
pub(super) fn place_of(entry: &Entry) -> Span {
    match entry {
        Entry::Goal(goal) => goal.name.span,
        Entry::Participant(side) => side.service.span,
        Entry::Step(step) => step.name.span,
        Entry::Let(value) => value.name.span,
        Entry::Scope(scope) => scope.name.span,
        Entry::When(when) => when.events.span,
        Entry::Late(late) => late.events.span,
        Entry::Orchestrated(_, span)
        | Entry::Choreographed(span)
        | Entry::Correlated(_, span)
        | Entry::Timeout(_, span)
        | Entry::Pivot(span)
        | Entry::Promises(_, span)
        | Entry::Every(_, span)
        | Entry::Give(_, span)
        | Entry::Skip(span)
        | Entry::Then(_, span)
        | Entry::Bad(span) => *span,
        Entry::Starts(starts) => starts.span,
        Entry::Within(limit) | Entry::Before(limit) => start(limit.span, limit.bound.span),
        Entry::Needs(needs) => start(needs.span, needs.count.span),
        Entry::After(after) => start(after.span, after.delay.span),
        Entry::On(on) => first_word(on.span, "on"),
        Entry::Retry(retry) => retry.span,
        Entry::Breaker(breaker) => breaker.span,
        Entry::Undone(undone) => undone.span,
        Entry::AtMost(most) => first_word(most.span, "at most"),
        Entry::Annotation(annotation) => annotation.span,
        Entry::Allow(allow) => allow.span,
        Entry::If(choice) => first_word(choice.span, "if"),
        Entry::Parallel(parallel) => first_word(parallel.span, "parallel"),
        Entry::ForEach(each) => start(each.span, each.variable.span),
        Entry::Repeat(repeat) => start(repeat.span, repeat.until.span),
        Entry::Wait(wait) => first_word(wait.span, "wait"),
        Entry::Watch(watch) => start(watch.span, watch.expected.span),
        Entry::Publish(publish) => publish.span,
        Entry::Notify(notify) => notify.span,
        Entry::Undo(undo) => undo.span,
        Entry::End(end) => end.span,
    }
}

/// From the first word to the end of what belongs to it.
fn start(whole: Span, until: Span) -> Span {
    Span { end: until.end, ..whole }
}

fn first_word(whole: Span, word: &str) -> Span {
    Span { end: whole.end.min(whole.start + word.len() as u32), ..whole }
}
