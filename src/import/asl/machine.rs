//! A state machine as it is written: states by name, with the spans of everything a finding may
//! point at. What a field means for a workflow is not decided here.

use super::errors::{ErrorKind, kind};
use crate::import::document::{Member, Value};
use crate::source::Span;
use crate::syntax::ast::Name;

/// `{ "StartAt": …, "States": { … } }`
#[derive(Debug)]
pub struct Machine<'d> {
    pub comment: Option<&'d str>,
    pub start: Option<Name>,
    pub states: Vec<State<'d>>,
    pub timeout: Option<&'d Value>,
    pub span: Span,
}

#[derive(Debug)]
pub struct State<'d> {
    pub name: Name,
    pub comment: Option<&'d str>,
    pub kind: StateKind<'d>,
    pub next: Transition,
    pub language: QueryLanguage,
    pub retry: Vec<Retrier<'d>>,
    pub catch: Vec<Catcher>,
    /// All that is written in it.
    pub value: &'d Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryLanguage {
    JsonPath,
    Jsonata,
}

#[derive(Debug)]
pub enum StateKind<'d> {
    Task(&'d Member),
    Pass,
    Wait(Option<&'d Member>),
    Choice(Choice<'d>),
    Parallel(Vec<Machine<'d>>),
    Map(Option<Box<Machine<'d>>>),
    Succeed,
    Fail,
    /// A finding says why.
    Unreadable,
}

/// `"Next": "Ship"`, `"End": true`
#[derive(Clone, Debug)]
pub enum Transition {
    Next(Name),
    End(Span),
    /// A state that has no transition, or whose transition cannot be followed.
    None,
}

#[derive(Debug)]
pub struct Choice<'d> {
    pub rules: Vec<ChoiceRule<'d>>,
    pub default: Option<Name>,
}

#[derive(Debug)]
pub struct ChoiceRule<'d> {
    /// The whole rule, or the value of its `Condition`.
    pub condition: &'d Value,
    pub next: Option<Name>,
}

/// `{ "ErrorEquals": ["States.Timeout"], "MaxAttempts": 2 }`
#[derive(Debug)]
pub struct Retrier<'d> {
    pub errors: Vec<Name>,
    pub value: &'d Value,
}

/// `{ "ErrorEquals": ["States.ALL"], "Next": "Cancel" }`
#[derive(Debug)]
pub struct Catcher {
    pub errors: Vec<Name>,
    pub next: Option<Name>,
    pub span: Span,
}

impl Catcher {
    /// Whether it catches whatever goes wrong. So does a broken one: a finding says that it is.
    pub fn is_whole(&self) -> bool {
        self.errors.is_empty() || self.errors.iter().any(|error| kind(&error.text) == ErrorKind::Everything)
    }
}

impl State<'_> {
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.value.get(name)
    }
}

impl Machine<'_> {
    /// All machines within this one and itself, outermost first.
    pub fn walk<'m>(&'m self, visit: &mut dyn FnMut(&'m State<'m>)) {
        for state in &self.states {
            visit(state);
            for inner in state.machines() {
                inner.walk(visit);
            }
        }
    }
}

impl<'d> State<'d> {
    /// The machines that run inside this state.
    pub fn machines(&self) -> &[Machine<'d>] {
        match &self.kind {
            StateKind::Parallel(branches) => branches,
            StateKind::Map(Some(machine)) => std::slice::from_ref(machine),
            StateKind::Task(_)
            | StateKind::Pass
            | StateKind::Wait(_)
            | StateKind::Choice(_)
            | StateKind::Map(None)
            | StateKind::Succeed
            | StateKind::Fail
            | StateKind::Unreadable => &[],
        }
    }
}

impl State<'_> {
    /// All states that it leads to, as they are written.
    pub fn targets(&self) -> impl Iterator<Item = &Name> {
        let next = match &self.next {
            Transition::Next(name) => Some(name),
            Transition::End(_) | Transition::None => None,
        };
        let (rules, default) = match &self.kind {
            StateKind::Choice(choice) => (choice.rules.as_slice(), choice.default.as_ref()),
            _ => (&[] as &[ChoiceRule], None),
        };
        let rules = rules.iter().filter_map(|rule| rule.next.as_ref());
        let catchers = self.catch.iter().filter_map(|catcher| catcher.next.as_ref());
        next.into_iter().chain(rules).chain(default).chain(catchers)
    }
}
