//! The runs of a workflow: the transition system of `docs/semantics.md` over the step graph, with each
//! declared failure, outage and passed limit injected, and with compensation run.
//!
//! Messages are delivered as a bag, at least once. Data is not modelled: a choice has all its branches.

mod closure;
mod due;
mod lens;
mod machine;
mod messages;
mod moves;
mod races;
mod runs;
mod state;
mod timers;
mod tokens;
mod transitions;
mod undo;
mod unhandled;

pub use lens::{Lens, explore_through};
pub use moves::{Move, What};
pub use races::{Classes, Race};
pub use runs::{RunEnd, Runs, Stop, is_final};
pub use state::{Cause, Status};
pub use transitions::Shown;
pub use undo::can_be_undone;
pub use unhandled::{is_taken, unhandled_refusals};

use crate::graph::StepGraph;
use crate::model::{Model, WorkflowId};
use machine::Machine;

/// The delivery of messages that is explored: a bag, at least once.
pub const DELIVERY: &str = "messages in any order, each at least once";

/// Whether a timer may win against a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timers {
    /// Timers fire only when nothing else can happen: everybody reacts in time.
    Patient,
    /// A timer may fire whenever it is armed.
    Hasty,
}

/// How far to look, and at what.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub timers: Timers,
    /// How many states are kept; beyond that the answer is `inconclusive`.
    pub max_states: usize,
}

/// All runs of `workflow`, together with the workflows whose events can reach it.
pub fn explore<'g>(model: &'g Model, graph: &'g StepGraph, workflow: WorkflowId, limits: Limits) -> Runs<'g> {
    let machine = Machine::new(model, graph, workflow, limits.timers);
    runs::run(machine, limits.max_states)
}
