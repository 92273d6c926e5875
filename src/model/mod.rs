//! What a system of workflows means: every name resolved, defaults filled in and marked as such,
//! each item with its spans. Lowering makes it; everything behind lowering only reads it.

pub mod block;
pub mod contract;
mod duration;
pub mod expr;
pub mod ids;
pub mod spoken;
mod walk;
pub mod workflow;
pub mod written;

pub use block::*;
pub use contract::*;
pub use duration::duration;
pub use expr::*;
pub use ids::*;
pub use workflow::*;

use crate::source::{FileId, Span};
use smol_str::SmolStr;

/// One closed or open system: the files that know each other through `use`.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub world: World,
    pub files: Vec<ModelFile>,
    pub types: Arena<TypeId, TypeDecl>,
    pub services: Arena<ServiceId, Service>,
    pub operations: Arena<OperationId, Operation>,
    pub events: Arena<EventId, Event>,
    pub entities: Arena<EntityId, Entity>,
    pub workflows: Arena<WorkflowId, Workflow>,
    pub goals: Arena<GoalId, Goal>,
    /// Everything that has a value under a name in some workflow.
    pub values: Arena<ValueId, Value>,
    /// Steps and scopes: what `undo` and `then` can name.
    pub labels: Arena<LabelId, StepLabel>,
    pub allows: Vec<Allow>,
}

/// Whether there may be publishers and subscribers that this run cannot see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum World {
    #[default]
    Closed,
    Open,
}

#[derive(Clone, Debug)]
pub struct ModelFile {
    pub file: FileId,
    pub origin: Origin,
}

/// Whether the format could state intent: owners, promises, watches, keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Language,
    Imported,
}

/// A name as written, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub text: SmolStr,
    pub span: Span,
}

/// `allow RULE because "…" until DATE`, and the piece of text whose findings it accepts.
#[derive(Clone, Debug)]
pub struct Allow {
    pub rule: Name,
    pub because: Option<SmolStr>,
    /// `2027-06-30`
    pub until: Option<Name>,
    /// The entry or block it stands in: a finding whose first label lies in here is accepted.
    pub reach: Span,
    pub span: Span,
}

impl Model {
    /// In which kind of file `span` lies.
    pub fn origin(&self, span: Span) -> Origin {
        let file = self.files.iter().find(|file| file.file == span.file);
        file.map_or(Origin::Language, |file| file.origin)
    }

    /// What undoes `act`: said at the step, else in the contract of its operation.
    pub fn undone<'a>(&'a self, act: &'a Act) -> Option<&'a Undone> {
        act.block.undone.as_ref().or(self.operations[act.operation].undone.as_ref())
    }

    /// `Service.Operation`
    pub fn operation_path(&self, id: OperationId) -> String {
        let operation = &self.operations[id];
        format!("{}.{}", self.services[operation.service].name.text, operation.name.text)
    }

    /// The event's name, with its version where it has one.
    pub fn event_name(&self, id: EventId) -> String {
        let event = &self.events[id];
        match event.version {
            Some(version) => format!("{} v{version}", event.name.text),
            None => event.name.text.to_string(),
        }
    }

    pub fn service_name(&self, id: ServiceId) -> &str {
        &self.services[id].name.text
    }
}
