//! The same for services that react to each other: what a run comes to in whatever order its messages are
//! taken. Where the orders differ, all of it is told.

use super::{Play, State, Way, Wrong, play};
use crate::generate::rust::choreography::sides::{self, Side};
use crate::generate::rust::example;
use crate::model::{
    Argument, EventId, Formula, HowMany, LabelId, Model, Reaction, ServiceId, Statement, StatementKind,
    UndoTarget, WorkflowId,
};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What the sides of a choreography remember.
#[derive(Clone, Debug, Default)]
pub struct OfSides {
    published: Vec<(EventId, Value)>,
    settled: BTreeSet<LabelId>,
    refused: BTreeSet<LabelId>,
}

/// What comes of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The ends that are reached, in each order that may be.
    pub ends: BTreeSet<BTreeSet<String>>,
    /// The steps that are undone in every order, and in some.
    pub undone: BTreeSet<String>,
    pub perhaps: BTreeSet<String>,
}

/// How many orders are tried. The first is the one in which messages are published.
const ORDERS: u64 = 64;

/// `None` where it cannot be told.
pub fn outcome(model: &Model, workflow: WorkflowId, wrong: Option<&Wrong>) -> Option<Outcome> {
    let mut ends = BTreeSet::new();
    let mut undone: Vec<BTreeSet<String>> = Vec::new();
    for order in 0..ORDERS {
        let (reached, taken_back) = run(model, workflow, wrong, order)?;
        ends.insert(reached);
        undone.push(taken_back);
    }
    let every = undone.iter().skip(1).fold(undone[0].clone(), |all, one| &all & one);
    let some = undone.iter().fold(BTreeSet::new(), |all, one| &all | one);
    Some(Outcome { perhaps: &some - &every, undone: every, ends })
}

/// An event on its way to a service.
struct Delivery {
    service: ServiceId,
    at: usize,
}

struct Listener<'m> {
    side: Side,
    reaction: &'m Reaction,
    taken: BTreeSet<usize>,
}

/// One run: the ends that it reaches and the steps that are undone.
fn run(
    model: &Model,
    workflow: WorkflowId,
    wrong: Option<&Wrong>,
    order: u64,
) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let mut play = play(model, workflow, wrong);
    play.side = Some(OfSides::default());
    let all = sides::sides(model, workflow);
    let mut listeners: Vec<Listener> = Vec::new();
    for side in &all {
        let reactions = sides::reactions(model, *side).into_iter();
        listeners.extend(reactions.map(|reaction| Listener {
            side: *side,
            reaction,
            taken: BTreeSet::new(),
        }));
    }
    for event in sides::starts(model, workflow) {
        let fields = example::object(model, &model.events[event].fields);
        play.side.as_mut()?.published.push((event, fields));
    }
    let mut chance = Chance(order);
    let mut sent = 0;
    let mut pending: Vec<Delivery> = Vec::new();
    let mut arrived: Vec<Delivery> = Vec::new();
    loop {
        let published = play.side.as_ref()?.published.clone();
        for (at, (event, _)) in published.iter().enumerate().skip(sent) {
            let hear = all.iter().filter(|side| sides::listens(model, **side).contains(event));
            pending.extend(hear.map(|side| Delivery { service: side.service, at }));
        }
        sent = published.len();
        if pending.is_empty() {
            break;
        }
        play.patience = play.patience.checked_sub(1)?;
        let next = pending.remove(chance.of(pending.len()));
        let service = next.service;
        arrived.push(next);
        for listener in listeners.iter_mut().filter(|listener| listener.side.service == service) {
            while let Some(found) = takes(&mut play, listener, &arrived, &published)? {
                listener.taken.extend(found);
                match play.block(&listener.reaction.block) {
                    Way::On | Way::Skip | Way::Give(_) => {}
                    _ => return None,
                }
            }
        }
    }
    let published = &play.side.as_ref()?.published;
    let mut ends = BTreeSet::new();
    for goal in &model.workflows[workflow].goals {
        let item = &model.goals[*goal];
        let Some(formula) = &item.reached_by else { continue };
        if formula.terms.iter().any(|term| term.condition.is_some()) {
            return None;
        }
        let there = |event: EventId| published.iter().any(|(known, _)| *known == event);
        let count = formula.terms.iter().filter(|term| there(term.event)).count();
        if count >= sides::needed(formula) {
            ends.insert(item.name.text.to_string());
        }
    }
    // Then only time could say how it goes on.
    if ends.is_empty() {
        return None;
    }
    Some((ends, play.undone.into_iter().flatten().collect()))
}

/// What a reaction takes, if its formula holds over what has arrived; `None` where that cannot be told.
fn takes(
    play: &mut Play,
    listener: &Listener,
    arrived: &[Delivery],
    published: &[(EventId, Value)],
) -> Option<Option<BTreeSet<usize>>> {
    let formula: &Formula = &listener.reaction.formula;
    let mut found = BTreeSet::new();
    for term in &formula.terms {
        if found.len() == sides::needed(formula) {
            break;
        }
        let here = arrived.iter().filter(|delivery| delivery.service == listener.side.service);
        for delivery in here {
            let (event, fields) = &published[delivery.at];
            if *event != term.event || listener.taken.contains(&delivery.at) || found.contains(&delivery.at) {
                continue;
            }
            let before = play.events.insert(*event, fields.clone());
            if let Some(condition) = &term.condition {
                match play.value(condition)? {
                    Value::Bool(true) => {}
                    _ => {
                        match before {
                            Some(before) => play.events.insert(*event, before),
                            None => play.events.remove(event),
                        };
                        continue;
                    }
                }
            }
            found.insert(delivery.at);
            break;
        }
    }
    let holds = match formula.how {
        HowMany::All | HowMany::Some(_) => found.len() == sides::needed(formula),
        HowMany::Any => !found.is_empty(),
    };
    Some(holds.then_some(found))
}

impl<'m> Play<'m> {
    /// States an event, where somebody listens to it.
    pub(super) fn publish(&mut self, event: EventId, arguments: &'m [Argument]) -> Way {
        if self.side.is_none() {
            return Way::On;
        }
        let mut fields = Map::new();
        for (at, field) in self.model.events[event].fields.iter().enumerate() {
            let argument = arguments.iter().find(|argument| argument.parameter == Some(at));
            let value = argument.and_then(|argument| self.value(&argument.value));
            fields.insert(field.name.text.to_string(), value.unwrap_or_default());
        }
        if let Some(side) = &mut self.side {
            side.published.push((event, Value::Object(fields)));
        }
        Way::On
    }

    /// Takes back what was done; what has not begun never will be, and after a refusal nothing is left.
    pub(super) fn settle(&mut self, target: &UndoTarget) -> Way {
        let is_meant = |entry: &super::Entry| match target {
            UndoTarget::All => true,
            UndoTarget::Label { label, .. } => entry.label == *label || entry.scopes.contains(label),
        };
        let Some(side) = &mut self.side else { return Way::On };
        let mut never = true;
        for entry in self.journal.iter_mut().filter(|entry| is_meant(entry)) {
            never = false;
            if entry.state == State::Kept {
                entry.state = State::Open;
            }
        }
        let mut refused = false;
        if let UndoTarget::Label { label, .. } = target {
            refused = side.refused.contains(label);
            if never && !refused {
                side.settled.insert(*label);
            }
        }
        self.take_back(is_meant);
        if refused { Way::Skip } else { Way::On }
    }

    pub(super) fn is_settled(&self, label: LabelId) -> bool {
        let Some(side) = &self.side else { return false };
        side.settled.contains(&label) || self.scopes.iter().any(|scope| side.settled.contains(scope))
    }

    pub(super) fn is_refused(&mut self, label: LabelId) {
        if let Some(side) = &mut self.side {
            side.refused.insert(label);
        }
    }
}

/// The steps of all reactions.
pub fn steps(model: &Model, workflow: WorkflowId) -> Vec<&Statement> {
    let mut found = Vec::new();
    for side in sides::sides(model, workflow) {
        for reaction in sides::reactions(model, side) {
            let blocks = reaction.block.with_inner().into_iter();
            let statements = blocks.flat_map(|block| &block.statements);
            found.extend(statements.filter(|statement| matches!(statement.kind, StatementKind::Act(_))));
        }
    }
    found
}

/// The same numbers each time.
struct Chance(u64);

impl Chance {
    /// A number below `n`; in the first order always the smallest.
    fn of(&mut self, n: usize) -> usize {
        if self.0 == 0 {
            return 0;
        }
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % (n as u64)).unwrap_or_default()
    }
}
