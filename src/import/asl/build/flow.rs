//! The order of the states, and how one leads to another.

use super::Builder;
use super::level::{Around, EndState, Level};
use crate::import::asl::machine::{Catcher, Machine, State, StateKind, Transition};
use crate::source::Span;
use crate::syntax::ast::{Block, End, Entry, GoalKind, Name};
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};

impl Builder<'_> {
    /// All states of a machine, so ordered that most `Next` fall through.
    pub(super) fn statements(&mut self, machine: &Machine, level: &Level) -> Vec<Entry> {
        let order = order(machine);
        let mut entries = Vec::new();
        // A machine may begin with its end.
        if let Some(start) = &machine.start
            && level.ends.contains_key(&start.text)
        {
            entries.push(self.goto(start, level));
        }
        for (at, state) in order.iter().enumerate() {
            let following = order.get(at + 1).map(|state| state.name.text.as_str());
            entries.extend(self.state(state, level));
            match &state.next {
                Transition::Next(target) if following == Some(target.text.as_str()) => {}
                Transition::Next(target) => entries.push(self.goto(target, level)),
                Transition::End(span) => {
                    let is_last = following.is_none();
                    entries.extend(self.success(*span, level, is_last));
                }
                // A finding says what is wrong with it.
                Transition::None => {}
            }
        }
        entries
    }

    /// A block that only goes on at `target`.
    pub(super) fn goto_block(&mut self, target: Option<&Name>, place: Span, level: &Level) -> Block {
        let entry = match target {
            Some(target) => self.goto(target, level),
            None => Entry::Bad(place),
        };
        Block { entries: vec![entry], span: place }
    }

    pub(super) fn goto(&mut self, target: &Name, level: &Level) -> Entry {
        match level.ends.get(&target.text).cloned() {
            Some(EndState::Succeed) => match level.goals.get(&target.text) {
                Some(goal) => end(goal, target.span),
                None => Entry::Skip(target.span),
            },
            Some(EndState::Fail { error }) => {
                self.failure(&target.text, error.as_deref(), target.span, level)
            }
            None => match level.entries.get(&target.text) {
                Some(name) => Entry::Then(Name { text: name.clone(), span: target.span }, target.span),
                None => Entry::Bad(target.span),
            },
        }
    }

    /// `"End": true`: the run has succeeded, or this branch of it.
    fn success(&mut self, span: Span, level: &Level, is_last: bool) -> Option<Entry> {
        if level.around.is_some() {
            return (!is_last).then_some(Entry::Skip(span));
        }
        let goal = match self.succeeded.clone() {
            Some(goal) => goal,
            None => self.goal(GoalKind::Success, "Succeeded", span, None),
        };
        self.succeeded = Some(goal.clone());
        Some(end(&goal, span))
    }

    /// A state that fails: it leads to whoever catches its error around it, or fails the run.
    fn failure(&mut self, state: &SmolStr, error: Option<&str>, span: Span, level: &Level) -> Entry {
        if let Some(goal) = level.goals.get(state) {
            return end(goal, span);
        }
        let mut around = level.around;
        while let Some(Around { level: outer, catch, tolerates_failures }) = around {
            if let Some(catcher) = catch.iter().find(|catcher| catches(catcher, error))
                && let Some(target) = &catcher.next
            {
                return self.goto(&Name { text: target.text.clone(), span }, outer);
            }
            if tolerates_failures {
                return Entry::Skip(span);
            }
            around = outer.around;
        }
        let goal = match self.inner_failures.get(state).cloned() {
            Some(goal) => goal,
            None => self.goal(GoalKind::Failure, state, span, None),
        };
        self.inner_failures.insert(state.clone(), goal.clone());
        end(&goal, span)
    }
}

fn end(goal: &SmolStr, span: Span) -> Entry {
    Entry::End(End { goal: Name { text: goal.clone(), span }, arguments: None, span })
}

fn catches(catcher: &Catcher, error: Option<&str>) -> bool {
    catcher.is_whole() || catcher.errors.iter().any(|known| Some(known.text.as_str()) == error)
}

/// The first state, what it leads to, and so on; then what is left, in the order of the file. States
/// that are ends are written where something leads to them.
fn order<'m, 'd>(machine: &'m Machine<'d>) -> Vec<&'m State<'d>> {
    let is_statement = |state: &&State| !matches!(state.kind, StateKind::Succeed | StateKind::Fail);
    let by_name: HashMap<&str, &State> =
        machine.states.iter().filter(is_statement).map(|state| (state.name.text.as_str(), state)).collect();
    let start = machine.start.as_ref().and_then(|start| by_name.get(start.text.as_str()).copied());
    let mut seen = HashSet::new();
    let mut order = Vec::new();
    for first in start.into_iter().chain(machine.states.iter().filter(is_statement)) {
        let mut next = Some(first);
        while let Some(state) = next.filter(|state| seen.insert(state.name.text.as_str())) {
            order.push(state);
            next = match &state.next {
                Transition::Next(target) => by_name.get(target.text.as_str()).copied(),
                Transition::End(_) | Transition::None => None,
            };
        }
    }
    order
}
