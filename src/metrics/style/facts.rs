//! The numbers that the five questions are answered by, for a whole process or a part of it. None of them
//! comes from the style it is written in.

use super::super::process::{Process, StepKind};
use crate::graph::StepGraph;
use crate::model::written::{Use, written};
use crate::model::{
    ExprKind, GoalKind, Model, ServiceId, StatementKind, Trigger, ValueId, Volatility, WorkflowId,
};
use std::collections::{BTreeMap, BTreeSet};

/// How often the specification was changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    pub n_changes: usize,
    pub months: f64,
}

impl Change {
    pub fn per_month(&self) -> f64 {
        self.n_changes as f64 / self.months.max(1.0)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub n_steps: usize,
    /// Steps whose answer is waited for: `a`.
    pub answers: usize,
    /// Whether a caller waits for the end.
    pub returns: bool,
    /// `j`, `c` and `d`.
    pub joins: usize,
    pub choices: usize,
    pub chain: usize,
    /// `u`: the most services that undo in one failing run.
    pub undoing: usize,
    /// `f`: named refusals on failing runs.
    pub refusals: usize,
    pub volatility: Option<Volatility>,
    pub change: Option<Change>,
    /// `k`: other services that its successes need.
    pub needed: usize,
    pub owners: usize,
}

/// Of which steps each number is made, as positions in the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    pub answers: Vec<usize>,
    /// By join, what it waits for.
    pub joins: Vec<Vec<usize>>,
    pub choices: Vec<Vec<usize>>,
    /// The longest way.
    pub chain: Vec<usize>,
    /// What is taken back.
    pub undoing: Vec<usize>,
    /// Step and failure.
    pub refusals: Vec<(usize, String)>,
    pub needed: Vec<ServiceId>,
    pub owners: Vec<ServiceId>,
    /// Whose word the volatility is: a service's, where the workflow says nothing.
    pub volatile: Vec<ServiceId>,
}

/// What is worked out of expressions once for all workflows of a system.
pub struct Answers {
    /// Operations' values that somebody reads: in a condition, and in any place.
    decides: BTreeSet<ValueId>,
    reads: BTreeSet<ValueId>,
    values: BTreeMap<(WorkflowId, crate::source::Span), ValueId>,
    /// Workflows that another one runs and waits for.
    run: BTreeSet<WorkflowId>,
}

impl Answers {
    pub fn new(model: &Model) -> Answers {
        let mut answers = Answers {
            decides: BTreeSet::new(),
            reads: BTreeSet::new(),
            values: BTreeMap::new(),
            run: BTreeSet::new(),
        };
        let mut given = Vec::new();
        for (id, workflow) in model.workflows.iter() {
            for statement in workflow.blocks().into_iter().flat_map(|block| &block.statements) {
                match &statement.kind {
                    StatementKind::Act(act) => drop(answers.values.insert((id, act.call_span), act.value)),
                    StatementKind::Run(run) => drop(answers.run.insert(run.workflow)),
                    StatementKind::Let { value, expr } => given.push((*value, expr)),
                    _ => {}
                }
            }
        }
        for one in written(model).into_iter().filter(|one| one.workflow.is_some()) {
            for part in one.expr.with_parts() {
                if let ExprKind::Value { value, .. } = &part.kind {
                    answers.reads.insert(*value);
                    if one.used == Use::Decides {
                        answers.decides.insert(*value);
                    }
                }
            }
        }
        // Whoever decides by a `let` decides by what stands in it.
        for (value, expr) in given.into_iter().rev() {
            if !answers.decides.contains(&value) {
                continue;
            }
            for part in expr.with_parts() {
                if let ExprKind::Value { value, .. } = &part.kind {
                    answers.decides.insert(*value);
                }
            }
        }
        answers
    }
}

/// The numbers of the steps that `is_in` lets through, and where they come from.
pub fn facts(
    model: &Model,
    graph: &StepGraph,
    answers: &Answers,
    process: &Process,
    is_in: impl Fn(usize) -> bool,
    change: Option<Change>,
) -> (Facts, Sources) {
    let workflow = &model.workflows[process.workflow];
    let steps: Vec<usize> = (0..process.steps.len()).filter(|at| is_in(*at)).collect();
    let is_whole = steps.len() == process.steps.len();
    let all_in = |steps: &[usize]| -> Vec<usize> { steps.iter().copied().filter(|at| is_in(*at)).collect() };
    let mut from = Sources { answers: waited_for(model, answers, process, &steps), ..Sources::default() };
    for join in &process.joins {
        let own = all_in(&join.steps);
        let services: BTreeSet<ServiceId> = own.iter().map(|at| process.steps[*at].service).collect();
        if services.len() > 1 || (join.is_each && !own.is_empty()) {
            from.joins.push(own);
        }
    }
    for choice in &process.choices {
        let own = all_in(&choice.steps);
        if !own.is_empty() || is_whole {
            from.choices.push(own);
        }
    }
    from.chain = process.longest_of(&is_in);
    let undoing = process.undoing.most(&process.steps, &is_in);
    from.undoing = process
        .undoing
        .by
        .iter()
        .filter(|(at, by)| is_in(**at) && undoing.contains(by))
        .map(|(at, _)| *at)
        .collect();
    let refusals = process.refusals.iter().filter(|refusal| is_in(refusal.step));
    from.refusals = refusals.map(|refusal| (refusal.step, refusal.name.to_string())).collect();
    let own_services: BTreeSet<ServiceId> = steps.iter().map(|at| process.steps[*at].service).collect();
    let needed = process.needed.iter().copied();
    from.needed = needed.filter(|service| is_whole || own_services.contains(service)).collect();
    let owners = workflow.goals.iter().map(|goal| &model.goals[*goal]);
    let owners: BTreeSet<ServiceId> = owners.filter_map(|goal| goal.owner.service).collect();
    from.owners = owners.into_iter().collect();
    let volatility = match workflow.annotations.volatility {
        Some((volatility, _)) => Some(volatility),
        None => {
            let (volatility, whose) = of_services(model, graph, process, &steps);
            from.volatile = whose;
            volatility
        }
    };
    let facts = Facts {
        n_steps: steps.len(),
        answers: from.answers.len(),
        returns: returns(model, answers, process.workflow),
        joins: from.joins.len(),
        choices: from.choices.len(),
        chain: from.chain.len(),
        undoing: undoing.len(),
        refusals: from.refusals.len(),
        volatility,
        change,
        needed: from.needed.len(),
        owners: from.owners.len(),
    };
    (facts, from)
}

/// Whether somebody waits for the end: a success hands something to who called, or another workflow runs
/// it as a step.
fn returns(model: &Model, answers: &Answers, id: WorkflowId) -> bool {
    let workflow = &model.workflows[id];
    let is_called = matches!(workflow.trigger, Trigger::Called);
    let hands_back = workflow
        .goals
        .iter()
        .map(|goal| &model.goals[*goal])
        .any(|goal| goal.kind == GoalKind::Success && !goal.fields.is_empty());
    (is_called && hands_back) || answers.run.contains(&id)
}

/// The steps whose answer is waited for: queries of others whose value is read, other steps by whose
/// answer a condition decides, and reactions to what came of an own event.
fn waited_for(model: &Model, answers: &Answers, process: &Process, steps: &[usize]) -> Vec<usize> {
    let is_asked = |at: &usize| {
        let step = &process.steps[*at];
        let Some(value) = answers.values.get(&(process.workflow, step.span)) else { return false };
        let is_remote = step.service != step.side;
        match step.kind {
            StepKind::Query => is_remote && answers.reads.contains(value),
            StepKind::Command => is_remote && answers.decides.contains(value),
            StepKind::Run | StepKind::Notify => false,
        }
    };
    let mut found: BTreeSet<usize> = steps.iter().copied().filter(is_asked).collect();
    if model.workflows[process.workflow].is_choreographed() {
        let round_trips = round_trips(model, process);
        found.extend(round_trips.into_iter().filter(|at| steps.contains(at)));
    }
    found.into_iter().collect()
}

/// In a choreography: steps of another service that stand between two of one, the later of which reacts
/// to what came of them.
fn round_trips(model: &Model, process: &Process) -> BTreeSet<usize> {
    let starters: BTreeSet<ServiceId> = match &model.workflows[process.workflow].trigger {
        Trigger::Events(formula) => {
            formula.terms.iter().map(|term| model.events[term.event].service).collect()
        }
        Trigger::Called | Trigger::Schedule(_) => BTreeSet::new(),
    };
    let mut found = BTreeSet::new();
    for (at, step) in process.steps.iter().enumerate() {
        for later in &process.next[at] {
            let waits = &process.steps[*later];
            if waits.side == step.side || waits.kind == StepKind::Notify {
                continue;
            }
            let has_spoken = starters.contains(&waits.side)
                || (0..process.steps.len())
                    .any(|first| process.steps[first].side == waits.side && process.comes_after(at, first));
            if has_spoken {
                found.insert(at);
            }
        }
    }
    found
}

/// The highest volatility that the services of the steps, or what they are asked for, declare.
fn of_services(
    model: &Model,
    graph: &StepGraph,
    process: &Process,
    steps: &[usize],
) -> (Option<Volatility>, Vec<ServiceId>) {
    use crate::graph::NodeKind;
    let declared = |at: &usize| {
        let step = &process.steps[*at];
        let of_operation = match &graph.node(step.node).kind {
            NodeKind::Act(act) => model.operations[act.operation].annotations.volatility,
            _ => None,
        };
        let of_service = model.services[step.service].annotations.volatility;
        of_operation.or(of_service).map(|(volatility, _)| (volatility, step.service))
    };
    let all: Vec<(Volatility, ServiceId)> = steps.iter().filter_map(declared).collect();
    let Some(most) = all.iter().map(|(volatility, _)| *volatility).max() else { return (None, Vec::new()) };
    // That one part keeps still says nothing of the whole.
    if most == Volatility::Low && all.len() < steps.len() {
        return (None, Vec::new());
    }
    let whose: BTreeSet<ServiceId> =
        all.iter().filter(|(volatility, _)| *volatility == most).map(|(_, service)| *service).collect();
    (Some(most), whose.into_iter().collect())
}
