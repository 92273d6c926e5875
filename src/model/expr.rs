//! Expressions, resolved and typed.

use super::{EventId, Name, Type, TypeId, ValueId};
use crate::source::Span;
use smol_str::SmolStr;

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Type,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Literal(Literal),
    /// A value of the run, and the fields read from it.
    Value {
        value: ValueId,
        fields: Vec<Name>,
    },
    /// A field of an event that has arrived.
    Event {
        event: EventId,
        fields: Vec<Name>,
    },
    /// A field of the failure that is being handled, or of a child's failure end.
    Failure {
        name: SmolStr,
        fields: Vec<Name>,
    },
    /// In `undone by`: what the command answered.
    Reply {
        fields: Vec<Name>,
    },
    /// In `undone by`: a field of the command's request.
    Request {
        fields: Vec<Name>,
    },
    EnumValue {
        ty: TypeId,
        value: Name,
    },
    /// `Money(amount: 1, currency: "EUR")`
    Make {
        ty: TypeId,
        arguments: Vec<Argument>,
    },
    List(Vec<Expr>),
    /// `xs.count`
    Count(Box<Expr>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Binary {
        left: Box<Expr>,
        operator: Operator,
        right: Box<Expr>,
    },
    /// A piece of another language, carried and never understood.
    Foreign {
        language: SmolStr,
        code: SmolStr,
    },
    /// What could not be resolved; a finding says why.
    Bad,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Number(SmolStr),
    /// A share of one hundred, without the sign.
    Percent(SmolStr),
    /// Milliseconds.
    Duration(u64),
    Date(SmolStr),
    Text(String),
    Bool(bool),
    None,
    Now,
    Round,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// An argument with the parameter it is for.
#[derive(Clone, Debug)]
pub struct Argument {
    /// The position of its field among those of the callee; `None` where it has none.
    pub parameter: Option<usize>,
    pub value: Expr,
}
