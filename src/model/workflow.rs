//! Workflows: what they say about themselves, their ends, and the sides of their participants.

use super::{Annotations, Block, EventId, Expr, Field, GoalId, Name, ServiceId, Type, Undone, WorkflowId};
use crate::source::Span;
use smol_str::SmolStr;

#[derive(Clone, Debug)]
pub struct Workflow {
    pub name: Name,
    pub doc: SmolStr,
    pub style: Style,
    pub trigger: Trigger,
    /// With what it is called; empty where events start it.
    pub parameters: Vec<Field>,
    pub correlation: Vec<Name>,
    pub goals: Vec<GoalId>,
    /// What takes back a finished run as a whole.
    pub undone: Option<Undone>,
    /// Orchestrated: the steps. Choreographed: only what is said about the whole, such as its limit.
    pub body: Block,
    pub participants: Vec<Participant>,
    pub late: Vec<Late>,
    pub annotations: Annotations,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Orchestrated { by: ServiceId, span: Span },
    Choreographed { span: Span },
}

impl Workflow {
    /// The service that conducts it, if one does.
    pub fn coordinator(&self) -> Option<ServiceId> {
        match self.style {
            Style::Orchestrated { by, .. } => Some(by),
            Style::Choreographed { .. } => None,
        }
    }

    pub fn is_choreographed(&self) -> bool {
        self.coordinator().is_none()
    }
}

#[derive(Clone, Debug)]
pub enum Trigger {
    /// It is called, or run as a step.
    Called,
    Events(Formula),
    /// `starts every …`
    Schedule(Span),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GoalKind {
    Success,
    Failure,
}

/// An end of a workflow.
#[derive(Clone, Debug)]
pub struct Goal {
    pub workflow: WorkflowId,
    pub kind: GoalKind,
    pub name: Name,
    pub doc: SmolStr,
    pub fields: Vec<Field>,
    /// In choreography: the events at which the owner records it.
    pub reached_by: Option<Formula>,
    pub owner: Owner,
    pub span: Span,
}

/// Who answers for a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Written, else the coordinator, else the service whose event starts the workflow.
    pub service: Option<ServiceId>,
    /// Where `owned by` is written; without it the owner is a default.
    pub written: Option<Span>,
}

/// One service's side of a choreography.
#[derive(Clone, Debug)]
pub struct Participant {
    pub service: ServiceId,
    /// The name behind `participant`.
    pub name: Name,
    pub reactions: Vec<Reaction>,
    pub watches: Vec<Watch>,
    pub span: Span,
}

/// `when A and B { … }`: in a participant; or inside a block of a conducted workflow, where it runs
/// beside the block while that lasts.
#[derive(Clone, Debug)]
pub struct Reaction {
    pub formula: Formula,
    pub block: Block,
    pub doc: SmolStr,
    pub span: Span,
}

/// `watch for U within D of A else { … }`, in the participant of the owner.
#[derive(Clone, Debug)]
pub struct Watch {
    pub expected: Formula,
    pub within: Expr,
    pub armed_by: EventId,
    pub armed_by_span: Span,
    pub otherwise: Block,
    pub span: Span,
}

/// `late E { … }`
#[derive(Clone, Debug)]
pub struct Late {
    pub formula: Formula,
    pub block: Block,
    pub span: Span,
}

/// `A and B`, `A or B`, `2 of (A, B, C)`
#[derive(Clone, Debug)]
pub struct Formula {
    pub how: HowMany,
    /// At least one, unless none of the names could be resolved.
    pub terms: Vec<Term>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowMany {
    All,
    Any,
    Some(u32),
}

#[derive(Clone, Debug)]
pub struct Term {
    pub event: EventId,
    /// `where …`
    pub condition: Option<Expr>,
    /// The name of the event, with its version.
    pub span: Span,
}

/// What stands under a name in a workflow.
#[derive(Clone, Debug)]
pub struct Value {
    pub workflow: WorkflowId,
    pub name: Name,
    pub kind: ValueKind,
    pub ty: Type,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    Parameter,
    /// A field of the correlation key of a workflow that events start.
    Correlation,
    Step,
    Let,
    /// The variable of a loop.
    Each,
}

/// A step or scope, as `undo` and `then` name it.
#[derive(Clone, Debug)]
pub struct StepLabel {
    pub workflow: WorkflowId,
    pub name: Name,
    pub kind: LabelKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelKind {
    Step,
    Scope,
}
