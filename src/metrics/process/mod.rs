//! A workflow as a process: its steps, what must come before what, and what takes what back. The same
//! process has the same steps in both styles, conducted or not.

mod line;
mod longest;
mod undoing;

use crate::graph::{NodeId, NodeKind, ReceiveKind, StepGraph};
use crate::model::{Model, OperationKind, ServiceId, WorkflowId};
use crate::source::Span;
use line::Line;
use std::collections::BTreeSet;
pub use undoing::{Refusal, Undoing};

pub struct Process {
    pub workflow: WorkflowId,
    /// In the order of the text.
    pub steps: Vec<Step>,
    /// By step, those that follow at once.
    pub next: Vec<BTreeSet<usize>>,
    /// By step, everything that comes after it.
    after: Vec<BTreeSet<usize>>,
    /// What has to come together before the process goes on.
    pub joins: Vec<Join>,
    pub choices: Vec<Choice>,
    /// Business failures that a failing run can meet.
    pub refusals: Vec<Refusal>,
    pub undoing: Undoing,
    /// Other services that its successes cannot be reached without.
    pub needed: BTreeSet<ServiceId>,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub node: NodeId,
    /// Who does it.
    pub service: ServiceId,
    /// On whose side it is asked for.
    pub side: ServiceId,
    pub kind: StepKind,
    /// `charged`, or what a notification is called.
    pub name: String,
    /// `Charge`: what is done, as its service calls it.
    pub operation: String,
    pub span: Span,
    pub on_the_line: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Command,
    Query,
    Run,
    Notify,
}

#[derive(Clone, Debug)]
pub struct Join {
    pub span: Span,
    /// The steps that it waits for.
    pub steps: Vec<usize>,
    /// Rounds over a list, each of which another instance may answer.
    pub is_each: bool,
}

#[derive(Clone, Debug)]
pub struct Choice {
    pub span: Span,
    /// The steps right before it, or, where it comes first, right behind it.
    pub steps: Vec<usize>,
}

impl Process {
    pub fn new(model: &Model, graph: &StepGraph, workflow: WorkflowId) -> Process {
        let line = Line::new(model, graph, workflow);
        let (steps, step_at) = steps(&line);
        let next = without_circles(next(&line, &steps, &step_at));
        let after = after(&next);
        let undoing = Undoing::new(&line, &steps, &after);
        Process {
            workflow,
            joins: joins(&line, &steps, &step_at),
            choices: choices(&line, &step_at),
            refusals: undoing::refusals(&line, &steps),
            undoing,
            needed: needed(&line, &steps),
            steps,
            next,
            after,
        }
    }

    pub fn comes_after(&self, later: usize, earlier: usize) -> bool {
        self.after[earlier].contains(&later)
    }

    /// Steps that follow it at once, and those it follows.
    pub fn previous(&self, step: usize) -> impl Iterator<Item = usize> {
        (0..self.steps.len()).filter(move |before| self.next[*before].contains(&step))
    }
}

/// The steps, and the step at each place of the line.
fn steps(line: &Line) -> (Vec<Step>, Vec<Option<usize>>) {
    let mut steps = Vec::new();
    let mut step_at = vec![None; line.len()];
    for (at, id) in line.nodes.iter().enumerate() {
        if let Some(step) = step(line, *id) {
            step_at[at] = Some(steps.len());
            steps.push(step);
        }
    }
    (steps, step_at)
}

fn step(line: &Line, id: NodeId) -> Option<Step> {
    let (model, node) = (line.model, line.graph.node(id));
    let side = node.side?;
    let conductor = |workflow: WorkflowId| {
        let workflow = &model.workflows[workflow];
        let owner = || workflow.goals.iter().find_map(|goal| model.goals[*goal].owner.service);
        workflow.coordinator().or_else(owner).unwrap_or(side)
    };
    let (service, kind, name, operation, span, on_the_line) = match &node.kind {
        NodeKind::Act(act) => {
            let operation = &model.operations[act.operation];
            let kind = match operation.kind {
                OperationKind::Command => StepKind::Command,
                OperationKind::Query => StepKind::Query,
            };
            let name = model.labels[act.label].name.text.to_string();
            let waits = act.is_remote && act.on_the_line;
            (act.service, kind, name, operation.name.text.to_string(), act.call_span, waits)
        }
        NodeKind::Run(run) => {
            let name = model.labels[run.label].name.text.to_string();
            let of = model.workflows[run.workflow].name.text.to_string();
            (conductor(run.workflow), StepKind::Run, name, of, run.call_span, false)
        }
        NodeKind::Notify { service, operation, workflow } => {
            let name = match (operation, workflow) {
                (Some(id), _) => model.operations[*id].name.text.to_string(),
                (None, Some(id)) => model.workflows[*id].name.text.to_string(),
                (None, None) => return None,
            };
            let service = service.or_else(|| workflow.map(conductor))?;
            (service, StepKind::Notify, name.clone(), name, node.span, false)
        }
        _ => return None,
    };
    Some(Step { node: id, service, side, kind, name, operation, span, on_the_line })
}

/// The nearest steps from a place on, in one direction; `go` gives the places in that direction.
fn nearest<'l>(from: usize, step_at: &[Option<usize>], go: impl Fn(usize) -> &'l [usize]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut seen = vec![false; step_at.len()];
    let mut open: Vec<usize> = go(from).to_vec();
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        match step_at[at] {
            Some(step) => drop(found.insert(step)),
            None => open.extend(go(at)),
        }
    }
    found
}

fn next(line: &Line, steps: &[Step], step_at: &[Option<usize>]) -> Vec<BTreeSet<usize>> {
    let behind = |step: &Step| line.place(step.node).map(|at| nearest(at, step_at, |at| line.behind(at)));
    steps.iter().map(|step| behind(step).unwrap_or_default()).collect()
}

/// Without the edges that lead back to where a walk in the order of the text comes from.
fn without_circles(mut next: Vec<BTreeSet<usize>>) -> Vec<BTreeSet<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; next.len()];
    for root in 0..next.len() {
        if marks[root] != Mark::New {
            continue;
        }
        marks[root] = Mark::Open;
        let mut open = vec![(root, next[root].iter().copied().collect::<Vec<_>>())];
        while let Some((at, left)) = open.last_mut() {
            let at = *at;
            match left.pop() {
                Some(to) => match marks[to] {
                    Mark::New => {
                        marks[to] = Mark::Open;
                        open.push((to, next[to].iter().copied().collect()));
                    }
                    Mark::Open => drop(next[at].remove(&to)),
                    Mark::Done => {}
                },
                None => {
                    marks[at] = Mark::Done;
                    open.pop();
                }
            }
        }
    }
    next
}

fn after(next: &[BTreeSet<usize>]) -> Vec<BTreeSet<usize>> {
    let mut after: Vec<Option<BTreeSet<usize>>> = vec![None; next.len()];
    for root in 0..next.len() {
        let mut open = vec![root];
        while let Some(at) = open.last().copied() {
            if after[at].is_some() {
                open.pop();
                continue;
            }
            let missing: Vec<usize> = next[at].iter().copied().filter(|to| after[*to].is_none()).collect();
            if !missing.is_empty() {
                open.extend(missing);
                continue;
            }
            let mut all = next[at].clone();
            next[at].iter().filter_map(|to| after[*to].as_ref()).for_each(|behind| all.extend(behind));
            after[at] = Some(all);
            open.pop();
        }
    }
    after.into_iter().map(Option::unwrap_or_default).collect()
}

fn joins(line: &Line, steps: &[Step], step_at: &[Option<usize>]) -> Vec<Join> {
    let mut joins = Vec::new();
    for at in 0..line.len() {
        let is_each = match line.kind(at) {
            NodeKind::Join { each, .. } => *each,
            NodeKind::Receive { kind: ReceiveKind::Reaction | ReceiveKind::Wait, trigger }
                if trigger.terms.len() > 1 && trigger.how != crate::model::HowMany::Any =>
            {
                false
            }
            _ => continue,
        };
        let before = nearest(at, step_at, |at| line.before(at));
        let before: Vec<usize> =
            before.into_iter().filter(|step| steps[*step].kind != StepKind::Notify).collect();
        let services: BTreeSet<ServiceId> = before.iter().map(|step| steps[*step].service).collect();
        let asks_others = before.iter().any(|step| steps[*step].service != steps[*step].side);
        if services.len() > 1 || (is_each && asks_others) {
            joins.push(Join { span: line.graph.node(line.nodes[at]).span, steps: before, is_each });
        }
    }
    joins
}

fn choices(line: &Line, step_at: &[Option<usize>]) -> Vec<Choice> {
    use crate::graph::{EdgeKind, Guard};
    let mut choices = Vec::new();
    for at in 0..line.len() {
        let id = line.nodes[at];
        let is_choice = match line.kind(at) {
            NodeKind::Decide => {
                let has =
                    |guard| line.graph.out_edges(id).any(|edge| edge.edge.kind == EdgeKind::Guard(guard));
                // Whether to go round once more is no choice of the way.
                has(Guard::Condition) && !has(Guard::Again)
            }
            NodeKind::Receive { trigger, .. } => trigger.guarded,
            NodeKind::Race => true,
            _ => false,
        };
        if !is_choice {
            continue;
        }
        let before = nearest(at, step_at, |at| line.before(at));
        let steps = if before.is_empty() { nearest(at, step_at, |at| line.behind(at)) } else { before };
        choices.push(Choice { span: line.graph.node(id).span, steps: steps.into_iter().collect() });
    }
    choices
}

/// Without which other services some success is out of reach. The first success's owner is not another.
fn needed(line: &Line, steps: &[Step]) -> BTreeSet<ServiceId> {
    use crate::model::GoalKind;
    let model = line.model;
    let goals: Vec<_> = model.workflows[line.workflow]
        .goals
        .iter()
        .filter(|goal| model.goals[**goal].kind == GoalKind::Success)
        .collect();
    let owner = goals.iter().find_map(|goal| model.goals[**goal].owner.service);
    let places: Vec<usize> = goals.iter().filter_map(|goal| line.place(line.graph.goal(**goal))).collect();
    let all = line.occurring(None);
    let reached: Vec<usize> = places.into_iter().filter(|at| all[*at]).collect();
    let heard = line.nodes.iter().filter_map(|id| match line.graph.node(*id).kind {
        NodeKind::Message { event } => Some(model.events[event].service),
        _ => None,
    });
    let services: BTreeSet<ServiceId> = steps.iter().map(|step| step.service).chain(heard).collect();
    let is_needed = |service: &ServiceId| {
        let occurs = line.occurring(Some(*service));
        reached.iter().any(|at| !occurs[*at])
    };
    services.into_iter().filter(|service| Some(*service) != owner).filter(is_needed).collect()
}
