//! Blocks and statements, resolved. A block means the same wherever it stands.

use super::{
    Argument, EventId, Expr, Formula, GoalId, LabelId, OperationId, Reaction, ServiceId, Undone, ValueId,
    WorkflowId,
};
use crate::source::Span;
use smol_str::SmolStr;

/// `{ … }`: what is said about it, its statements, and what is done when something in it went wrong.
/// A step without braces has an empty one.
#[derive(Clone, Debug)]
pub struct Block {
    /// `within D else { … }` or `before T else { … }`, at most one of each.
    pub limits: Vec<Limit>,
    pub needs: Option<Needs>,
    pub reminders: Vec<Reminder>,
    /// `when E { … }`: runs beside the block for each arrival of E.
    pub interrupts: Vec<Reaction>,
    pub handlers: Vec<Handler>,
    pub timeout: Option<(u64, Span)>,
    pub retry: Option<Retry>,
    pub breaker: Option<Breaker>,
    /// Where `pivot` stands.
    pub pivot: Option<Span>,
    pub undone: Option<Undone>,
    /// `promises within D`, in milliseconds.
    pub promises: Option<(u64, Span)>,
    pub every: Option<(Expr, Span)>,
    pub at_most_times: Option<AtMostTimes>,
    pub at_once: Option<(u32, Span)>,
    pub statements: Vec<Statement>,
    pub span: Span,
}

impl Block {
    pub fn empty(span: Span) -> Block {
        Block {
            limits: Vec::new(),
            needs: None,
            reminders: Vec::new(),
            interrupts: Vec::new(),
            handlers: Vec::new(),
            timeout: None,
            retry: None,
            breaker: None,
            pivot: None,
            undone: None,
            promises: None,
            every: None,
            at_most_times: None,
            at_once: None,
            statements: Vec::new(),
            span,
        }
    }
}

/// `within 3d else { … }`
#[derive(Clone, Debug)]
pub struct Limit {
    pub kind: LimitKind,
    pub bound: Expr,
    /// Without it, the passing of the limit counts as an outage of the block.
    pub otherwise: Option<Block>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitKind {
    Within,
    Before,
}

/// `needs 1 else { … }`
#[derive(Clone, Debug)]
pub struct Needs {
    pub count: Expr,
    pub otherwise: Option<Box<Block>>,
    pub span: Span,
}

/// `after 2d { … }`
#[derive(Clone, Debug)]
pub struct Reminder {
    pub delay: Expr,
    pub block: Block,
    pub span: Span,
}

/// `on CardDeclined or outage { … }`
#[derive(Clone, Debug)]
pub struct Handler {
    pub troubles: Vec<Trouble>,
    pub block: Block,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// `any`: every failure and the outage.
    Any(Span),
    Outage(Span),
    Failure(SmolStr, Span),
}

/// `retry 3 times backoff 1s..10s`
#[derive(Clone, Debug)]
pub struct Retry {
    /// `None`: for ever.
    pub times: Option<u32>,
    /// Milliseconds, first pause and longest.
    pub backoff: Option<(u64, u64)>,
    pub span: Span,
}

/// `breaker opens after 5 for 30s`
#[derive(Clone, Debug)]
pub struct Breaker {
    pub outages: u32,
    /// Milliseconds.
    pub pause: u64,
    pub span: Span,
}

/// `at most 5 times else { … }`
#[derive(Clone, Debug)]
pub struct AtMostTimes {
    pub count: u32,
    pub otherwise: Option<Box<Block>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Statement {
    pub kind: StatementKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum StatementKind {
    Act(Box<Act>),
    Run(Box<Run>),
    Let { value: ValueId, expr: Expr },
    Scope { label: LabelId, block: Block },
    If { branches: Vec<(Expr, Block)>, otherwise: Option<Block> },
    Parallel(Parallel),
    ForEach(ForEach),
    Repeat(Repeat),
    Wait(Box<Wait>),
    Publish { event: EventId, event_span: Span, arguments: Vec<Argument> },
    Notify(Notified),
    Give(Expr),
    Skip,
    Undo(UndoTarget),
    Then { label: LabelId, name_span: Span },
    End { goal: GoalId, arguments: Vec<Argument> },
}

/// `step charged = Payments.Charge(order) { … }`
#[derive(Clone, Debug)]
pub struct Act {
    pub label: LabelId,
    pub value: ValueId,
    pub service: ServiceId,
    pub operation: OperationId,
    /// `bank.Offer(…)`: the value whose service is called, with its fields.
    pub instance: Option<Expr>,
    pub arguments: Vec<Argument>,
    pub block: Block,
    /// The call itself: `Payments.Charge(order)`.
    pub call_span: Span,
    pub doc: SmolStr,
}

/// `step paid = run TakePayment(order) { … }`
#[derive(Clone, Debug)]
pub struct Run {
    pub label: LabelId,
    pub value: ValueId,
    pub workflow: WorkflowId,
    pub arguments: Vec<Argument>,
    pub block: Block,
    pub call_span: Span,
}

/// The name that a loop's value gets, where it has one.
#[derive(Clone, Copy, Debug)]
pub struct LoopName {
    pub label: LabelId,
    pub value: ValueId,
}

/// `parallel { … }`: each statement is a branch. `parallel for each x in xs { … }`: each round is.
#[derive(Clone, Debug)]
pub struct Parallel {
    pub name: Option<LoopName>,
    pub each: Option<(ValueId, Expr)>,
    pub block: Block,
}

#[derive(Clone, Debug)]
pub struct ForEach {
    pub name: Option<LoopName>,
    pub variable: ValueId,
    pub list: Expr,
    pub block: Block,
}

#[derive(Clone, Debug)]
pub struct Repeat {
    pub name: Option<LoopName>,
    pub until: Expr,
    pub block: Block,
}

#[derive(Clone, Debug)]
pub enum Wait {
    /// `wait 1d`
    Time(Expr),
    /// `wait until T`
    Until(Expr),
    /// `wait for A and B { … }`
    For { formula: Formula, block: Block },
    /// `wait for any { when A { … } when B { … } within D else { … } }`: the alternatives are the
    /// block's interrupts.
    Any { block: Block },
}

#[derive(Clone, Debug)]
pub enum Notified {
    Operation {
        service: ServiceId,
        operation: OperationId,
        instance: Option<Expr>,
        arguments: Vec<Argument>,
        call_span: Span,
    },
    Workflow {
        workflow: WorkflowId,
        arguments: Vec<Argument>,
        call_span: Span,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoTarget {
    All,
    Label { label: LabelId, name_span: Span },
}
