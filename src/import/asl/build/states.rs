//! Each type of state as a statement.

use super::Builder;
use super::level::{Around, Level};
use crate::import::asl::condition::condition;
use crate::import::asl::expression::Foreign;
use crate::import::asl::expression::{INPUT, seconds, simple_path, text_expr};
use crate::import::asl::losses::Loss;
use crate::import::asl::machine::{Choice, Machine, QueryLanguage, State, StateKind};
use crate::import::document::{Member, Value};
use crate::source::Span;
use crate::syntax::ast::{
    AtMost, AtMostWhat, Block, Entry, Expr, ExprKind, ForEach, If, Let, Name, On, Parallel, Scope, Step,
    StepSource, Troubles, Wait, WaitKind,
};
use smol_str::{SmolStr, format_smolstr};
use std::collections::HashSet;

impl Builder<'_> {
    pub(super) fn state(&mut self, state: &State, level: &Level) -> Vec<Entry> {
        match &state.kind {
            StateKind::Task(_) => vec![self.task(state, level)],
            StateKind::Pass => {
                let entries = self.values(state);
                vec![self.scope(state, entries, level)]
            }
            StateKind::Wait(bound) => {
                let wait = bound.map(|bound| self.wait(bound, state));
                vec![self.scope(state, wait.into_iter().collect(), level)]
            }
            StateKind::Choice(choice) => {
                let entries = self.choice(state, choice, level);
                vec![self.scope(state, entries, level)]
            }
            StateKind::Parallel(branches) => vec![self.parallel(state, branches, level)],
            StateKind::Map(Some(machine)) => vec![self.map(state, machine, level)],
            StateKind::Map(None) | StateKind::Unreadable => {
                vec![self.scope(state, vec![Entry::Bad(state.name.span)], level)]
            }
            // They are written where something leads to them.
            StateKind::Succeed | StateKind::Fail => Vec::new(),
        }
    }

    pub(super) fn entry_name(&self, state: &State, level: &Level) -> Name {
        let text = level.entries.get(&state.name.text).unwrap_or(&state.name.text).clone();
        Name { text, span: state.name.span }
    }

    /// The state as a scope, so that something can go on at it.
    pub(super) fn scope(&mut self, state: &State, entries: Vec<Entry>, level: &Level) -> Entry {
        let span = state.name.span;
        let name = self.entry_name(state, level);
        Entry::Scope(Scope { doc: doc(state), name, block: Block { entries, span }, span })
    }

    /// What a state that only passes on writes down.
    fn values(&mut self, state: &State) -> Vec<Entry> {
        let result = ["Result", "Parameters", "Output"].iter().find_map(|field| state.field(field));
        let path = state.field("ResultPath").and_then(Value::text).and_then(|path| simple_path(path, "$"));
        let named = path.and_then(|names| names.last().cloned());
        let name = named.unwrap_or_else(|| format_smolstr!("{} result", state.name.text));
        let assigned = state.field("Assign").and_then(Value::object).unwrap_or_default();
        let assigned = assigned.iter().map(|member| (member.key.text.clone(), &member.value));
        let values: Vec<(SmolStr, &Value)> =
            result.map(|value| (name, value)).into_iter().chain(assigned).collect();
        let mut entries = Vec::new();
        for (name, value) in values {
            let mut name = SmolStr::from(name.trim_end_matches(".$"));
            if self.state_names.contains(&name) {
                name = format_smolstr!("{name} value");
            }
            let text = self.names.unique(&name);
            let span = value.span;
            let name = Name { text, span };
            let value = match value.text() {
                Some(path) if path.starts_with('$') && state.language == QueryLanguage::JsonPath => {
                    self.foreign.path(path, span)
                }
                _ => self.foreign.value(value, state.language),
            };
            entries.push(Entry::Let(Let { name, value, span }));
        }
        entries
    }

    fn wait(&mut self, bound: &Member, state: &State) -> Entry {
        let value = &bound.value;
        let span = value.span;
        let amount = match (value.number(), value.text()) {
            (Some(number), _) => Expr { kind: ExprKind::Duration(seconds(number, span)), span },
            (None, Some(path)) if bound.key.text.ends_with("Path") => self.foreign.path(path, span),
            (None, Some(text)) if bound.key.text == "Timestamp" && !text.contains("{%") => {
                text_expr(text, span)
            }
            (None, _) => self.foreign.value(value, state.language),
        };
        let kind = match bound.key.text.starts_with("Timestamp") {
            true => WaitKind::Until(amount),
            false => WaitKind::Time(amount),
        };
        Entry::Wait(Box::new(Wait { kind, span }))
    }

    fn choice(&mut self, state: &State, choice: &Choice, level: &Level) -> Vec<Entry> {
        let mut branches = Vec::new();
        for rule in &choice.rules {
            let test = condition(rule.condition, state.language, &mut self.foreign);
            let place = rule.next.as_ref().map_or(rule.condition.span, |next| next.span);
            branches.push((test, self.goto_block(rule.next.as_ref(), place, level)));
        }
        let otherwise = match &choice.default {
            Some(default) => Some(self.goto(default, level)),
            None => {
                // A run that meets no rule fails; here the last rule stands for the rest.
                self.losses.note(Loss::NoDefault, state.name.span);
                branches.pop().and_then(|(_, block)| block.entries.into_iter().next())
            }
        };
        let span = state.name.span;
        let choice = (!branches.is_empty()).then_some(Entry::If(If { branches, otherwise: None, span }));
        choice.into_iter().chain(otherwise).collect()
    }

    fn parallel(&mut self, state: &State, branches: &[Machine], level: &Level) -> Entry {
        let span = state.name.span;
        let mut statements = Vec::new();
        for (at, branch) in branches.iter().enumerate() {
            let around = Around { level, catch: &state.catch, tolerates_failures: false };
            let wanted = format_smolstr!("{} branch {}", state.name.text, at + 1);
            statements.extend(self.branch(branch, around, &wanted, span));
        }
        let parallel = Parallel { each: None, block: Block { entries: statements, span }, span };
        let mut entries = vec![Entry::Parallel(parallel)];
        entries.extend(self.block_handlers(state, level));
        self.scope(state, entries, level)
    }

    /// One statement for a branch: the state itself where there is only one.
    fn branch(&mut self, branch: &Machine, around: Around, wanted: &SmolStr, place: Span) -> Option<Entry> {
        let inner = Level::new(branch, Some(around), &mut self.names);
        let mut entries = self.statements(branch, &inner);
        if entries.len() == 1 && matches!(entries[0], Entry::Step(_) | Entry::Scope(_)) {
            return entries.pop();
        }
        let span = branch.start.as_ref().map_or(place, |start| start.span);
        let name = Name { text: self.names.unique(wanted), span };
        let doc = branch.comment.unwrap_or_default().into();
        Some(Entry::Scope(Scope { doc, name, block: Block { entries, span }, span }))
    }

    fn map(&mut self, state: &State, machine: &Machine, level: &Level) -> Entry {
        let span = state.name.span;
        let tolerates_failures = tolerates(state);
        let around = Around { level, catch: &state.catch, tolerates_failures };
        let inner = Level::new(machine, Some(around), &mut self.names);
        let mut rounds = self.statements(machine, &inner);
        if tolerates_failures {
            self.losses.note(Loss::ToleratedFailures, span);
            let skip = Block { entries: vec![Entry::Skip(span)], span };
            rounds.push(Entry::On(On { troubles: Troubles::Any(span), block: skip, span }));
            let name = Name { text: self.names.unique(&format!("{} round", state.name.text)), span };
            let scope = Scope { doc: SmolStr::default(), name, block: Block { entries: rounds, span }, span };
            rounds = vec![Entry::Scope(scope)];
        }
        let concurrency = state.field("MaxConcurrency").filter(|value| value.number().is_some());
        let at_once = concurrency.and_then(Value::number).unwrap_or(0.0).clamp(0.0, 1e6) as u32;
        let mut entries = Vec::new();
        if let (Some(value), 2..) = (concurrency, at_once) {
            entries.push(Entry::AtMost(AtMost {
                count: at_once,
                what: AtMostWhat::AtOnce,
                span: value.span,
            }));
        }
        entries.extend(rounds);
        entries.extend(self.block_handlers(state, level));
        let variable = Name { text: self.names.unique("item"), span };
        let list = self.items(state);
        let block = Block { entries, span };
        let source = match at_once {
            1 => StepSource::ForEach(ForEach { variable, list, block, span }),
            _ => StepSource::Parallel(Parallel { each: Some((variable, list)), block, span }),
        };
        let name = self.entry_name(state, level);
        Entry::Step(Box::new(Step { doc: doc(state), name, source, span }))
    }

    fn items(&mut self, state: &State) -> Expr {
        if let Some(reader) = state.value.member("ItemReader") {
            self.losses.note(Loss::ItemReader, reader.key.span);
            // That nothing of it is read is said once; its expressions are no second loss.
            return Foreign::default().template(&reader.value);
        }
        if let Some(items) = state.field("Items") {
            return self.foreign.value(items, state.language);
        }
        match state.field("ItemsPath").or(state.field("InputPath")) {
            Some(path) => self.foreign.path(path.text().unwrap_or("$"), path.span),
            None => {
                let span = state.name.span;
                Expr { kind: ExprKind::Path(vec![Name { text: INPUT.into(), span }]), span }
            }
        }
    }

    /// The ways out of a block in which something went wrong.
    fn block_handlers(&mut self, state: &State, level: &Level) -> Vec<Entry> {
        if let Some(retry) = state.value.member("Retry").filter(|_| !state.retry.is_empty()) {
            self.losses.note(Loss::BlockRetried, retry.key.span);
        }
        let mut fails = HashSet::new();
        for machine in state.machines() {
            machine.walk(&mut |inner| {
                if let Some(call) = self.calls.of(inner) {
                    let failures = &self.contracts.get(call.operation).failures;
                    fails.extend(failures.iter().map(|failure| failure.text.clone()));
                }
            });
        }
        self.handlers(&state.catch, level, &fails)
    }
}

/// Whether a round of a map may fail without failing the others.
fn tolerates(state: &State) -> bool {
    const FIELDS: &[&str] = &[
        "ToleratedFailurePercentage",
        "ToleratedFailurePercentagePath",
        "ToleratedFailureCount",
        "ToleratedFailureCountPath",
    ];
    FIELDS.iter().filter_map(|field| state.field(field)).any(|value| value.number() != Some(0.0))
}

pub(super) fn doc(state: &State) -> SmolStr {
    state.comment.unwrap_or_default().into()
}
