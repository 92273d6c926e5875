//! Runs of one version that go on in another one: where each of their states stands there, and whether
//! it still comes to a success.

use super::machine::Machine;
use super::moves::Move;
use super::state::{State, Token};
use super::whole::{Extent, Whole};
use super::{Assumptions, Limits};
use crate::graph::{NodeId, NodeKind, ReceiveKind, StepGraph, Trigger};
use crate::model::{EventId, GoalId, Id, Model, ServiceId, WorkflowId};
use std::collections::BTreeMap;

/// What of the old version is what in the new one, by the ids of the old.
#[derive(Clone, Debug, Default)]
pub struct Counterparts {
    pub nodes: Vec<Option<NodeId>>,
    pub services: Vec<Option<ServiceId>>,
    pub events: Vec<Option<EventId>>,
    pub workflows: Vec<Option<WorkflowId>>,
    pub goals: Vec<Option<GoalId>>,
}

/// Why a run cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// A line stands at something that is not there any more.
    NoPlace,
    /// Its lines have their places, and no success can be reached from there any more.
    NoWay,
}

/// States of the old version that stand at the same places and have the same fate.
#[derive(Clone, Debug)]
pub struct Stranded {
    pub fate: Fate,
    /// Where the lines stand; nothing where a choreography waits for messages.
    pub at: Vec<NodeId>,
    /// The shortest run that gets there.
    pub run: Vec<Move>,
    pub n_states: usize,
}

/// What becomes of all runs that are under way.
#[derive(Clone, Debug)]
pub struct CarriedOver {
    /// States of the old version in which a run waits for something.
    pub n_in_flight: usize,
    pub stranded: Vec<Stranded>,
    /// How much of the old states, and of what comes of them, was looked at.
    pub extent: Extent,
}

/// Takes each state of `old` in which a run is in flight over to `workflow` of the new version.
pub fn carry_over(
    old: &Whole,
    (model, graph, workflow): (&Model, &StepGraph, WorkflowId),
    to: &Counterparts,
    limits: Limits,
) -> CarriedOver {
    let in_flight: Vec<u32> = (0..old.n_states() as u32).filter(|at| old.is_in_flight(*at)).collect();
    let could_succeed = old.reaching(|state| old.has_succeeded(state));
    let machine = Machine::new(model, graph, workflow, limits.timers, Assumptions::default());
    let mut fates: Vec<(u32, Fate)> = Vec::new();
    let mut placed: Vec<(u32, State)> = Vec::new();
    for at in &in_flight {
        let state = &old.states[*at as usize];
        if standing(old, *at).any(|node| to.nodes[node.index()].is_none()) {
            fates.push((*at, Fate::NoPlace));
        } else if could_succeed[*at as usize] && !old.has_succeeded(state) {
            placed.push((*at, moved(&old.machine, &machine, to, state)));
        }
    }
    let mut extent = old.extent();
    if !placed.is_empty() {
        let mut first: Vec<State> = placed.iter().map(|(_, state)| state.clone()).collect();
        first.sort();
        first.dedup();
        let new = Whole::from(machine, first, limits.max_states);
        let succeeds = new.reaching(|state| new.has_succeeded(state));
        // What was not looked at may lead to a success.
        let is_seen = new.extent() != Extent::Part;
        for (at, state) in placed {
            let id = new.states.get_index_of(&state);
            if is_seen && id.is_some_and(|id| !succeeds[id]) {
                fates.push((at, Fate::NoWay));
            }
        }
        extent = extent.max(new.extent());
    }
    fates.sort();
    CarriedOver { n_in_flight: in_flight.len(), stranded: by_place(old, &fates), extent }
}

/// Where the lines of the judged run stand in a state.
fn standing<'w>(old: &'w Whole, at: u32) -> impl Iterator<Item = NodeId> + use<'w> {
    let machine = &old.machine;
    let own = old.states[at as usize].tokens.iter().map(|token| token.node);
    own.filter(|node| machine.graph.node(*node).workflow == Some(machine.judged))
}

fn by_place(old: &Whole, fates: &[(u32, Fate)]) -> Vec<Stranded> {
    let mut groups: BTreeMap<(Fate, Vec<NodeId>), (u32, usize)> = BTreeMap::new();
    for (at, fate) in fates {
        let mut places: Vec<NodeId> = standing(old, *at).collect();
        places.sort();
        places.dedup();
        // States come in the order of the shortest ways to them.
        groups.entry((*fate, places)).or_insert((*at, 0)).1 += 1;
    }
    let mut found: Vec<(u32, Stranded)> = groups
        .into_iter()
        .map(|((fate, at), (first, n_states))| {
            (first, Stranded { fate, at, run: old.way_to(first), n_states })
        })
        .collect();
    found.sort_by_key(|(first, _)| *first);
    found.into_iter().map(|(_, stranded)| stranded).collect()
}

/// The same moment in the new version: everything that has a counterpart there, and nothing else.
fn moved(old: &Machine, new: &Machine, to: &Counterparts, state: &State) -> State {
    let mut next = new.initial();
    let is_there =
        |node: NodeId| new.graph.node(node).workflow.is_none_or(|workflow| new.workflows.contains(&workflow));
    let node = |node: NodeId| to.nodes[node.index()].filter(|node| is_there(*node));
    for token in &state.tokens {
        if let Some(node) = node(token.node) {
            next.add(Token { node, ..*token });
        }
    }
    for act in &old.acts {
        let Some(there) = node(*act) else { continue };
        for (from, into) in old.slots_of(*act).zip(new.slots_of(there)) {
            next.memory[into] = state.memory[from];
        }
    }
    for (act, byte) in old.acts_with_consequences() {
        if let Some(into) = node(act).and_then(|there| new.consequence(there)) {
            next.memory[into] = state.memory[byte];
        }
    }
    for timer in &old.watches {
        let into = node(*timer).and_then(|there| new.fired(there));
        if let (Some(from), Some(into)) = (old.fired(*timer), into) {
            next.memory[into] = state.memory[from];
        }
    }
    for (event, there) in to.events.iter().enumerate() {
        if let Some(there) = there {
            next.memory[new.message(*there)] = state.memory[old.message(EventId::from_index(event))];
        }
    }
    for (goal, there) in to.goals.iter().enumerate() {
        if let Some(there) = there {
            next.memory[new.goal(*there)] = state.memory[old.goal(GoalId::from_index(goal))];
        }
    }
    for workflow in &old.workflows {
        let there = to.workflows[workflow.index()].filter(|there| new.workflows.contains(there));
        if let Some(there) = there {
            next.memory[new.progress(there)] = state.memory[old.progress(*workflow)];
            next.memory[new.cause(there)] = state.memory[old.cause(*workflow)];
        }
    }
    hear(old, new, to, state, &mut next);
    new.record_goals(&mut next);
    next
}

/// What each receive of the new version has taken. Who did not listen to an event before has missed what
/// was published then.
fn hear(old: &Machine, new: &Machine, to: &Counterparts, state: &State, next: &mut State) {
    let mut from: BTreeMap<NodeId, NodeId> = BTreeMap::new();
    let of_old = || receives(old);
    for (receive, _) in of_old() {
        if let Some(there) = to.nodes[receive.index()] {
            from.insert(there, receive);
        }
    }
    for (receive, trigger) in receives(new) {
        let rounds = rounds_of(new, receive);
        for (term, (event, _)) in trigger.terms.iter().enumerate() {
            let known = from.get(&receive).and_then(|before| {
                let NodeKind::Receive { trigger, .. } = &old.graph.node(*before).kind else { return None };
                let same = |it: &(EventId, _)| to.events[it.0.index()] == Some(*event);
                trigger.terms.iter().position(same).map(|term| (*before, term))
            });
            let side = new.graph.node(receive).side;
            let workflow = new.graph.node(receive).workflow;
            // One side has one inbox: what nobody there has taken yet is still in it.
            let heard = of_old().filter_map(|(other, trigger)| {
                let before = old.graph.node(other);
                let is_side = before.side.and_then(|side| to.services[side.index()]) == side
                    && before.workflow.and_then(|id| to.workflows[id.index()]) == workflow;
                let same = |it: &(EventId, _)| to.events[it.0.index()] == Some(*event);
                let term = trigger.terms.iter().position(same).filter(|_| is_side)?;
                (0..rounds_of(old, other)).map(|round| state.memory[old.taken(other, term, round)]).max()
            });
            let heard = heard.max();
            for round in 0..rounds {
                let byte = new.taken(receive, term, round);
                next.memory[byte] = match known {
                    Some((before, term)) => state.memory[old.taken(before, term, round)],
                    None => heard.unwrap_or(next.memory[new.message(*event)]),
                };
            }
        }
    }
}

/// How many rounds of loops around a node are told apart.
fn rounds_of(machine: &Machine, node: NodeId) -> u8 {
    machine.round_of(machine.graph.node(node).region, u8::MAX) + 1
}

fn receives<'m>(machine: &'m Machine) -> impl Iterator<Item = (NodeId, &'m Trigger)> {
    let own = machine.workflows.iter().flat_map(|workflow| machine.graph.nodes_of(*workflow));
    own.filter_map(|(id, node)| match &node.kind {
        // What comes late finds the run by its key, whenever it came.
        NodeKind::Receive { kind, trigger } if *kind != ReceiveKind::Late => Some((id, trigger)),
        _ => None,
    })
}
