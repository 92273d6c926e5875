//! A [`Machine`] to a workflow: each state becomes a step or a scope of its name, `Next` a fall
//! through or a `then`, and states that end become ends of the workflow.

mod calls;
mod flow;
mod handlers;
mod level;
mod states;
mod tasks;

use super::contracts::Contracts;
use super::expression::{Foreign, INPUT, seconds};
use super::losses::Losses;
use super::machine::{Machine, StateKind};
use super::names::{Names, machine_service};
use super::undo;
use crate::import::document::Value;
use crate::source::Span;
use crate::syntax::ast::{Block, Entry, Expr, ExprKind, Goal, GoalKind, Limit, Name, Workflow};
pub use calls::Calls;
use level::Level;
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};

/// What a machine became.
pub struct Built {
    pub workflow: Workflow,
    pub losses: Losses,
    pub foreign: Foreign,
}

pub fn workflow(name: &str, machine: &Machine, workflows: &[SmolStr], contracts: &mut Contracts) -> Built {
    let service = machine_service(name);
    let coordinator = contracts.coordinator(&service, machine.span);
    let mut calls = calls::collect(machine, contracts);
    undo::pair(machine, &mut calls, contracts);
    let mut state_names = HashSet::new();
    machine.walk(&mut |state| {
        state_names.insert(state.name.text.clone());
    });
    let mut builder = Builder {
        contracts,
        coordinator,
        calls,
        workflows,
        names: Names::default(),
        state_names,
        goal_names: Names::default(),
        goals: Vec::new(),
        succeeded: None,
        inner_failures: HashMap::new(),
        losses: Losses::default(),
        foreign: Foreign::default(),
    };
    builder.names.unique(INPUT);
    let statements = builder.top(machine);
    let span = machine.span;
    let mut entries = vec![Entry::Orchestrated(Name { text: service.into(), span }, span)];
    entries.extend(machine.timeout.and_then(|timeout| builder.limit(timeout)).map(Entry::Within));
    entries.extend(builder.goals.drain(..).map(|goal| Entry::Goal(Box::new(goal))));
    entries.extend(statements);
    let workflow = Workflow {
        doc: machine.comment.unwrap_or_default().into(),
        name: Name { text: name.into(), span },
        parameters: Some(vec![super::contracts::any_field(INPUT, span)]),
        block: Block { entries, span },
        span,
    };
    Built { workflow, losses: builder.losses, foreign: builder.foreign }
}

struct Builder<'m> {
    contracts: &'m mut Contracts,
    coordinator: usize,
    calls: Calls,
    /// The workflows that are built from the same file.
    workflows: &'m [SmolStr],
    /// Of steps, scopes and values.
    names: Names,
    /// Names of states come before names of values.
    state_names: HashSet<SmolStr>,
    goal_names: Names,
    goals: Vec<Goal>,
    /// The end that `"End": true` became.
    succeeded: Option<SmolStr>,
    /// The ends that failing states of branches became.
    inner_failures: HashMap<SmolStr, SmolStr>,
    losses: Losses,
    foreign: Foreign,
}

impl Builder<'_> {
    fn top(&mut self, machine: &Machine) -> Vec<Entry> {
        let mut level = Level::new(machine, None, &mut self.names);
        for state in &machine.states {
            let kind = match state.kind {
                StateKind::Succeed => GoalKind::Success,
                StateKind::Fail => GoalKind::Failure,
                _ => continue,
            };
            let goal = self.goal(kind, &state.name.text, state.name.span, state.comment);
            level.goals.insert(state.name.text.clone(), goal);
        }
        self.statements(machine, &level)
    }

    /// Declares an end.
    fn goal(&mut self, kind: GoalKind, wanted: &str, span: Span, comment: Option<&str>) -> SmolStr {
        let text = self.goal_names.unique(wanted);
        self.goals.push(Goal {
            doc: comment.unwrap_or_default().into(),
            kind,
            name: Name { text: text.clone(), span },
            fields: Vec::new(),
            reached_by: None,
            owner: None,
            span,
        });
        text
    }

    /// A limit in seconds, written or computed.
    fn limit(&mut self, value: &Value) -> Option<Limit> {
        let span = value.span;
        let bound = match value.number() {
            Some(number) => Expr { kind: ExprKind::Duration(seconds(number, span)), span },
            None => match value.text()? {
                path if path.starts_with('$') && !path.starts_with("${") => self.foreign.path(path, span),
                other => self.foreign.expression("asl", other, span),
            },
        };
        Some(Limit { bound, otherwise: None, span })
    }
}
