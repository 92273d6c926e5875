//! Types and services: what is said once, by its owner, and relied on everywhere.

use super::{Argument, EntityId, EventId, Name, OperationId, ServiceId, TypeId};
use crate::source::Span;
use smol_str::SmolStr;

/// A record, an id or an enum.
#[derive(Clone, Debug)]
pub struct TypeDecl {
    pub name: Name,
    pub doc: SmolStr,
    pub kind: TypeKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum TypeKind {
    Record(Vec<Field>),
    /// An opaque key.
    Id,
    Enum(Vec<Name>),
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: Name,
    pub doc: SmolStr,
    pub ty: Type,
    pub span: Span,
}

/// The type of a field or an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Written `any`, or not known because of an error that was reported: fits everything.
    Any,
    String,
    Int,
    Decimal,
    Bool,
    Date,
    Time,
    Duration,
    /// The value of a percentage literal.
    Percent,
    Declared(TypeId),
    /// The address of an instance of a service.
    Service(ServiceId),
    List(Box<Type>),
    Optional(Box<Type>),
    /// What `none` has, and a command without a reply.
    Nothing,
    /// The value of a step that ran a workflow: the fields of its success.
    Fields(Vec<(SmolStr, Type)>),
}

/// A deployable participant with a team.
#[derive(Clone, Debug)]
pub struct Service {
    pub name: Name,
    pub doc: SmolStr,
    /// Where `external` stands.
    pub external: Option<Span>,
    /// Where `many instances` stands.
    pub many_instances: Option<Span>,
    /// Where `no outbox` stands: what it writes and what it publishes are two transactions.
    pub no_outbox: Option<Span>,
    pub team: Option<Name>,
    pub operations: Vec<OperationId>,
    pub events: Vec<EventId>,
    pub annotations: Annotations,
    pub span: Span,
}

/// What the graph cannot know.
#[derive(Clone, Debug, Default)]
pub struct Annotations {
    pub volatility: Option<(Volatility, Span)>,
    /// Milliseconds, least and most.
    pub latency: Option<(u64, u64, Span)>,
    /// A share of one: 0.995.
    pub available: Option<(f64, Span)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volatility {
    Low,
    Medium,
    High,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// Has an effect: what the semantics call a write.
    Command,
    /// Leaves no trace.
    Query,
}

#[derive(Clone, Debug)]
pub struct Operation {
    pub service: ServiceId,
    pub kind: OperationKind,
    pub name: Name,
    pub doc: SmolStr,
    pub fields: Vec<Field>,
    /// `Nothing` where none is written.
    pub reply: Type,
    pub fails: Vec<Failure>,
    pub undone: Option<Undone>,
    /// Where `irreversible` stands.
    pub irreversible: Option<Span>,
    /// The fields of the idempotency key, and where they are said.
    pub idempotent_by: Option<(Vec<Name>, Span)>,
    /// One of these comes some time after the reply.
    pub publishes: Vec<(EventId, Span)>,
    /// What a command changes, each once; empty where nothing is said.
    pub writes: Vec<(EntityId, Span)>,
    pub answers: Answers,
    pub annotations: Annotations,
    pub span: Span,
}

/// A business failure; identified by its name wherever it is met.
#[derive(Clone, Debug)]
pub struct Failure {
    pub name: Name,
    pub fields: Vec<Field>,
}

/// What takes a completed step back.
#[derive(Clone, Debug)]
pub struct Undone {
    pub by: UndoneBy,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum UndoneBy {
    Operation {
        operation: OperationId,
        arguments: Vec<Argument>,
    },
    /// A declared residue: the effect may stay.
    Nothing {
        because: SmolStr,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// The caller waits on the line.
    OnTheLine,
    /// Later, by a machine.
    Later(Span),
    /// By a person.
    ByHand(Span),
}

/// What commands write, `Balance` in `writes Balance`: no declaration, one name in the whole system.
#[derive(Clone, Debug)]
pub struct Entity {
    pub name: SmolStr,
}

#[derive(Clone, Debug)]
pub struct Event {
    /// Its owner: the one service that may publish it.
    pub service: ServiceId,
    pub name: Name,
    pub doc: SmolStr,
    pub version: Option<u32>,
    pub replaces: Option<EventId>,
    pub fields: Vec<Field>,
    pub span: Span,
}
