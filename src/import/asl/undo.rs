//! Which task takes back which, by evidence: it is reached only when something went wrong, its name
//! has a verb of undoing, and an earlier write has the verb it belongs to and deals with the same
//! thing. All three must hold, so that no intent is invented.

use super::build::Calls;
use super::contracts::{Contracts, OperationId};
use super::machine::{Machine, State, StateKind, Transition};
use super::verbs::{nouns, undoing_verb, words};
use crate::source::Span;
use crate::syntax::ast::{Name, OperationKind};
use std::collections::{BTreeSet, HashMap};

pub fn pair(machine: &Machine, calls: &Calls, contracts: &mut Contracts) {
    let tasks = tasks(machine, calls, contracts);
    for write in tasks.iter().filter(|task| !task.is_only_after_failure && task.is_write) {
        if contracts.get(write.operation).undone_by.is_some() {
            continue;
        }
        let candidates = tasks
            .iter()
            .filter(|undo| undo.is_only_after_failure && undo.is_write && undo.operation != write.operation);
        let best = candidates
            .filter_map(|undo| evidence(write, undo, contracts).map(|evidence| (evidence, undo)))
            .max_by_key(|(evidence, _)| *evidence);
        if let Some((_, undo)) = best {
            contracts.get_mut(write.operation).undone_by = Some((undo.operation, undo.span));
        }
    }
}

struct Task {
    operation: OperationId,
    is_write: bool,
    is_only_after_failure: bool,
    /// The name of the operation, and of the state.
    names: [String; 2],
    span: Span,
}

fn tasks(machine: &Machine, calls: &Calls, contracts: &Contracts) -> Vec<Task> {
    let mut tasks = Vec::new();
    collect(machine, false, calls, contracts, &mut tasks);
    tasks
}

fn collect(
    machine: &Machine,
    after_failure: bool,
    calls: &Calls,
    contracts: &Contracts,
    tasks: &mut Vec<Task>,
) {
    let normal = on_the_way(machine);
    for (at, state) in machine.states.iter().enumerate() {
        let after_failure = after_failure || !normal.contains(&at);
        if let Some(call) = calls.get(&std::ptr::from_ref(state.value)) {
            let declared = contracts.get(call.operation);
            tasks.push(Task {
                operation: call.operation,
                is_write: declared.kind == OperationKind::Command,
                is_only_after_failure: after_failure,
                names: [call.called.operation.to_string(), state.name.text.to_string()],
                span: state.name.span,
            });
        }
        for inner in state.machines() {
            collect(inner, after_failure, calls, contracts, tasks);
        }
    }
}

/// The states that a run reaches in which nothing went wrong, by their places. A choice that leads
/// to nothing but a failing end is a failure too, so its way there does not count.
fn on_the_way(machine: &Machine) -> BTreeSet<usize> {
    let places: HashMap<&str, usize> =
        machine.states.iter().enumerate().map(|(at, state)| (state.name.text.as_str(), at)).collect();
    let succeeding = succeeding(machine, &places);
    let mut open: Vec<usize> =
        machine.start.iter().filter_map(|start| places.get(start.text.as_str()).copied()).collect();
    let mut reached = BTreeSet::new();
    while let Some(at) = open.pop() {
        if reached.insert(at) {
            let targets = forward(&machine.states[at]).into_iter();
            let targets = targets.filter_map(|name| places.get(name.text.as_str()).copied());
            open.extend(targets.filter(|target| succeeding.contains(target)));
        }
    }
    reached
}

/// The states from which a success can be reached without anything going wrong.
fn succeeding(machine: &Machine, places: &HashMap<&str, usize>) -> BTreeSet<usize> {
    let mut sources: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut open = Vec::new();
    for (at, state) in machine.states.iter().enumerate() {
        if matches!(state.kind, StateKind::Succeed) || matches!(state.next, Transition::End(_)) {
            open.push(at);
        }
        for name in forward(state) {
            if let Some(&target) = places.get(name.text.as_str()) {
                sources.entry(target).or_default().push(at);
            }
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(at) = open.pop() {
        if reached.insert(at) {
            open.extend(sources.get(&at).into_iter().flatten());
        }
    }
    reached
}

/// Where a state leads when nothing goes wrong.
fn forward<'m>(state: &'m State) -> Vec<&'m Name> {
    match (&state.kind, &state.next) {
        (StateKind::Choice(choice), _) => {
            choice.rules.iter().filter_map(|rule| rule.next.as_ref()).chain(&choice.default).collect()
        }
        (_, Transition::Next(name)) => vec![name],
        (_, Transition::End(_) | Transition::None) => Vec::new(),
    }
}

/// How much speaks for `undo` taking back `write`; nothing when it does not.
fn evidence(write: &Task, undo: &Task, contracts: &Contracts) -> Option<usize> {
    if same_thing(write, undo, contracts) {
        return Some(100);
    }
    let mut best = None;
    for undo_name in &undo.names {
        let Some((_, undone)) = undoing_verb(undo_name) else { continue };
        for write_name in &write.names {
            if undoing_verb(write_name).is_some() {
                continue;
            }
            let (taken, given) = (nouns(undo_name), nouns(write_name));
            let shared = taken.iter().filter(|noun| given.contains(noun)).count();
            let is_about_the_same = shared > 0 && (shared == taken.len() || shared == given.len());
            let verb = words(write_name).iter().find_map(|word| undone.iter().position(|verb| verb == word));
            let fits = undone.is_empty() || verb.is_some();
            if is_about_the_same && fits {
                // The verb that is listed first is the one that is most surely meant.
                let score = 10 * shared + 10usize.saturating_sub(verb.unwrap_or(0)).max(1);
                best = best.max(Some(score));
            }
        }
    }
    best
}

/// `putItem` and `deleteItem` of the same table.
fn same_thing(write: &Task, undo: &Task, contracts: &Contracts) -> bool {
    let (put, delete) = (contracts.get(write.operation), contracts.get(undo.operation));
    let is_pair = |(first, second): (&str, &str)| {
        write.names[0].eq_ignore_ascii_case(first) && undo.names[0].eq_ignore_ascii_case(second)
    };
    contracts.service_of(write.operation) == contracts.service_of(undo.operation)
        && put.target.is_some()
        && put.target == delete.target
        && [("putItem", "deleteItem"), ("putObject", "deleteObject"), ("batchWriteItem", "deleteItem")]
            .into_iter()
            .any(is_pair)
}
