//! Whom the tasks of a machine call, before anything is built: what somebody catches by name, the
//! called can fail with.

use crate::import::asl::contracts::{Contracts, OperationId};
use crate::import::asl::errors::{ErrorKind, kind};
use crate::import::asl::machine::{Machine, State, StateKind};
use crate::import::asl::resource::{Called, called};
use crate::import::document::Value;
use crate::syntax::ast::Name;
use smol_str::SmolStr;
use std::collections::HashMap;

/// The calls of a machine, by the object of the state.
#[derive(Default)]
pub struct Calls {
    tasks: HashMap<*const Value, TaskCall>,
    /// The events that a task puts on a bus.
    publications: HashMap<*const Value, Vec<Name>>,
}

/// A task with whom it calls.
#[derive(Clone)]
pub struct TaskCall {
    pub called: Called,
    pub operation: OperationId,
    state: SmolStr,
    /// Whether no other task has this operation, by [`Calls::separate`].
    is_separate: bool,
}

impl Calls {
    pub fn of(&self, state: &State) -> Option<&TaskCall> {
        self.tasks.get(&std::ptr::from_ref(state.value))
    }

    /// Gives the task at `place` an operation of its own, named after its state: what takes back one use
    /// of a service's action does not take back the others.
    pub fn separate(&mut self, place: *const Value, contracts: &mut Contracts) -> OperationId {
        let call = self.tasks.get_mut(&place).expect("only tasks with calls are paired");
        if !call.is_separate {
            call.operation = contracts.variant(call.operation, &call.state);
            call.is_separate = true;
        }
        call.operation
    }

    pub fn events(&self, state: &State) -> Option<&[Name]> {
        self.publications.get(&std::ptr::from_ref(state.value)).map(Vec::as_slice)
    }
}

pub fn collect(machine: &Machine, contracts: &mut Contracts) -> Calls {
    let mut calls = Calls::default();
    machine.walk(&mut |state| {
        let StateKind::Task(resource) = state.kind else { return };
        let called = called(state, resource);
        let place = std::ptr::from_ref(state.value);
        if !called.events.is_empty() {
            calls.publications.insert(place, called.events.clone());
            // A fact is stated and that is it; only where its outage is met the bus is a service.
            if state.catch.is_empty() && state.retry.is_empty() {
                return;
            }
        }
        let operation = contracts.operation(&called);
        for error in caught(state, ErrorKind::Business) {
            contracts.fails(operation, error);
        }
        if called.answers.is_some() {
            bad_answers(state, operation, contracts);
        }
        calls.tasks.insert(
            place,
            TaskCall { called, operation, state: state.name.text.clone(), is_separate: false },
        );
    });
    machine.walk(&mut |state| caught_around(state, &calls, contracts));
    calls
}

fn caught<'m>(state: &'m State, wanted: ErrorKind) -> impl Iterator<Item = &'m Name> {
    let errors = state.catch.iter().flat_map(|catcher| &catcher.errors);
    errors.filter(move |error| kind(&error.text) == wanted)
}

/// Who answers when they can has no outage but a passed limit, and may answer that it went wrong.
fn bad_answers(state: &State, operation: OperationId, contracts: &mut Contracts) {
    let is_limit =
        |error: &&Name| matches!(error.text.as_str(), "States.Timeout" | "States.HeartbeatTimeout");
    for error in caught(state, ErrorKind::Technical).filter(|error| !is_limit(error)) {
        contracts.fails(operation, error);
    }
    if let Some(catcher) = state.catch.iter().find(|catcher| catcher.is_whole()) {
        contracts.fails(operation, &Name { text: "TaskFailed".into(), span: catcher.span });
    }
}

/// What is caught around a block comes from the team's own code in it, when nothing in it says so.
fn caught_around(state: &State, calls: &Calls, contracts: &mut Contracts) {
    if state.machines().is_empty() {
        return;
    }
    let mut inside = Vec::new();
    let mut raised = Vec::new();
    for machine in state.machines() {
        machine.walk(&mut |state| match state.kind {
            StateKind::Fail => raised.extend(state.field("Error").and_then(Value::text)),
            _ => inside.extend(calls.of(state).map(|call| call.operation)),
        });
    }
    for error in caught(state, ErrorKind::Business) {
        let is_known = raised.contains(&error.text.as_str())
            || inside.iter().any(|operation| contracts.has_failure(*operation, &error.text));
        if is_known {
            continue;
        }
        for operation in &inside {
            if contracts.get(*operation).is_own_code {
                contracts.fails(*operation, error);
            }
        }
    }
}
