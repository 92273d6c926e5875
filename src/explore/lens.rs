//! A look at the runs with one thing changed: a reaction that never reacts, a step that is not hurried,
//! or what still happens when a run is over.

use super::machine::Machine;
use super::{Assumptions, Limits, Runs, runs};
use crate::graph::{NodeId, StepGraph};
use crate::model::{Model, WorkflowId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lens {
    /// This reaction never reacts.
    LeaveOut(NodeId),
    /// This step is tried in every order with those of other lines, also where it disturbs nobody.
    EveryOrderOf(NodeId),
    /// The others go on when the run of the judged workflow is over.
    BeyondTheEnd,
}

/// All runs of `workflow` as the lens shows them.
pub fn explore_through<'g>(
    model: &'g Model,
    graph: &'g StepGraph,
    workflow: WorkflowId,
    limits: Limits,
    lens: Lens,
) -> Runs<'g> {
    let assumed = Assumptions::default();
    let mut machine = Machine::new(model, graph, workflow, limits.timers, assumed);
    if let Lens::LeaveOut(reaction) = lens {
        machine.listeners.retain(|listener| *listener != reaction);
    }
    machine.lens = Some(lens);
    runs::run(machine, limits.max_states, assumed.orders)
}
