//! Which task takes back which, by evidence: it is reached only when something went wrong, its name
//! has a verb of undoing, and an earlier write has the verb it belongs to and deals with the same
//! thing. All three must hold, so that no intent is invented.

use super::build::Calls;
use super::contracts::{Contracts, OperationId};
use super::machine::{Machine, State, StateKind, Transition};
use super::verbs::{nouns, undoing_verb, words};
use crate::import::document::Value;
use crate::source::Span;
use crate::syntax::ast::{Name, OperationKind};
use std::collections::{BTreeSet, HashMap};

pub fn pair(machine: &Machine, calls: &mut Calls, contracts: &mut Contracts) {
    let tasks = tasks(machine, calls, contracts);
    let mut n_calls: HashMap<OperationId, usize> = HashMap::new();
    for task in &tasks {
        *n_calls.entry(task.operation).or_default() += 1;
    }
    let mut undos: HashMap<&str, Vec<&Task>> = HashMap::new();
    for undo in tasks.iter().filter(|task| task.is_only_after_failure && task.is_write) {
        for noun in undo.names.iter().flat_map(|name| &name.nouns).chain(&undo.target) {
            undos.entry(noun).or_default().push(undo);
        }
    }
    for write in tasks.iter().filter(|task| !task.is_only_after_failure && task.is_write) {
        let nouns = write.names.iter().flat_map(|name| &name.nouns).chain(&write.target);
        let candidates =
            nouns.filter_map(|noun| undos.get(noun.as_str())).flat_map(|undos| undos.iter().take(MOST));
        let best = candidates
            .filter(|undo| undo.operation != write.operation || !undo.is_own_code)
            .filter_map(|undo| evidence(write, undo).map(|evidence| (evidence, undo)))
            .max_by_key(|(evidence, undo)| (*evidence, std::cmp::Reverse(undo.span)));
        if let Some((_, undo)) = best {
            let mut own = |task: &Task| match n_calls.get(&task.operation) {
                Some(2..) if !task.is_own_code => calls.separate(task.place, contracts),
                _ => task.operation,
            };
            let (write, by) = (own(write), own(undo));
            contracts.get_mut(write).undone_by.get_or_insert((by, undo.span));
        }
    }
}

/// How many undoing tasks about the same thing are looked at for each write.
const MOST: usize = 50;

struct Task {
    place: *const Value,
    operation: OperationId,
    /// What the team wrote does one thing; a service's action serves many.
    is_own_code: bool,
    is_write: bool,
    is_only_after_failure: bool,
    service: String,
    action: String,
    target: Option<String>,
    /// The name of the operation, and of the state.
    names: [TaskName; 2],
    span: Span,
}

/// A name taken apart.
struct TaskName {
    words: Vec<String>,
    nouns: Vec<String>,
    /// The verbs that its verb takes back, if it has one that does.
    undone: Option<&'static [&'static str]>,
}

impl TaskName {
    fn new(name: &str) -> TaskName {
        let undone = undoing_verb(name).map(|(_, undone)| undone);
        TaskName { words: words(name), nouns: nouns(name), undone }
    }
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
        if let Some(call) = calls.of(state) {
            let declared = contracts.get(call.operation);
            tasks.push(Task {
                place: std::ptr::from_ref(state.value),
                is_own_code: declared.is_own_code,
                operation: call.operation,
                is_write: declared.kind == OperationKind::Command,
                is_only_after_failure: after_failure,
                service: contracts.service_of(call.operation).to_owned(),
                action: call.called.operation.to_string(),
                target: declared.target.as_ref().map(|target| target.to_string()),
                names: [TaskName::new(&call.called.operation), TaskName::new(&state.name.text)],
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
fn evidence(write: &Task, undo: &Task) -> Option<usize> {
    if same_thing(write, undo) {
        return Some(100);
    }
    let mut best = None;
    for takes in &undo.names {
        let Some(undone) = takes.undone else { continue };
        for gives in write.names.iter().filter(|name| name.undone.is_none()) {
            let shared = takes.nouns.iter().filter(|noun| gives.nouns.contains(noun)).count();
            let is_about_the_same =
                shared > 0 && (shared == takes.nouns.len() || shared == gives.nouns.len());
            let verb = gives.words.iter().find_map(|word| undone.iter().position(|verb| verb == word));
            if is_about_the_same && (undone.is_empty() || verb.is_some()) {
                // The verb that is listed first is the one that is most surely meant.
                let score = 10 * shared + 10usize.saturating_sub(verb.unwrap_or(0)).max(1);
                best = best.max(Some(score));
            }
        }
    }
    best
}

/// `putItem` and `deleteItem` of the same table.
fn same_thing(write: &Task, undo: &Task) -> bool {
    const PAIRS: &[(&str, &str)] =
        &[("putItem", "deleteItem"), ("putObject", "deleteObject"), ("batchWriteItem", "deleteItem")];
    let is_pair = PAIRS.iter().any(|(put, delete)| {
        write.action.eq_ignore_ascii_case(put) && undo.action.eq_ignore_ascii_case(delete)
    });
    is_pair && write.service == undo.service && write.target.is_some() && write.target == undo.target
}
