//! The runs of a workflow: the transition system of `docs/semantics.md` over the step graph, with each
//! declared failure, outage and passed limit injected, and with compensation run.
//!
//! Messages are delivered as a bag, at least once, unless something else is assumed. Data is not modelled:
//! a choice has all its branches.

mod carry;
mod closure;
mod delivery;
mod due;
mod example;
mod lens;
mod machine;
mod messages;
mod moves;
mod network;
mod races;
mod reduction;
mod runs;
mod state;
mod timers;
mod tokens;
mod transitions;
mod undo;
mod unhandled;
mod whole;

pub use carry::{CarriedOver, Counterparts, Fate, Stranded, carry_over};
pub use delivery::Delivery;
pub use example::{Wish, example};
pub use lens::{Lens, explore_through};
pub use moves::{Move, What};
pub use races::{Classes, Race};
pub use runs::{RunEnd, Runs, Stop, is_final};
pub use state::{Cause, Status};
pub use transitions::Shown;
pub use undo::can_be_undone;
pub use unhandled::{is_taken, unhandled_refusals};
pub use whole::{Extent, Following, Whole};

use crate::graph::StepGraph;
use crate::model::{Model, WorkflowId};
use machine::Machine;

/// The delivery of messages that rules assume: a bag, at least once.
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

/// What is assumed of the world around.
#[derive(Clone, Copy, Debug, Default)]
pub struct Assumptions {
    pub delivery: Delivery,
    /// Each message comes a second time. Inboxes recognise it, so that nothing changes but the count of states.
    pub duplicates: bool,
    /// Runs are followed until nothing at all can happen, also when the judged one is over.
    pub goes_on: bool,
    pub orders: Orders,
}

/// Which orders of steps that do not disturb each other are tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Orders {
    /// All of them.
    Every,
    /// Steps of branches in one order. When that is too much, few: the shortest runs are found in small
    /// systems, and large ones are looked at to their end.
    #[default]
    AsNeeded,
    /// As few as stand for all.
    Few,
}

/// All runs of `workflow`, together with the workflows whose events can reach it.
pub fn explore<'g>(model: &'g Model, graph: &'g StepGraph, workflow: WorkflowId, limits: Limits) -> Runs<'g> {
    explore_under(model, graph, workflow, limits, Assumptions::default())
}

/// The same under other assumptions than those of the rules.
pub fn explore_under<'g>(
    model: &'g Model,
    graph: &'g StepGraph,
    workflow: WorkflowId,
    limits: Limits,
    assumed: Assumptions,
) -> Runs<'g> {
    let machine = Machine::new(model, graph, workflow, limits.timers, assumed);
    runs::run(machine, limits.max_states, assumed.orders)
}
