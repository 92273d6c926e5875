//! What rules read: the model, the step graph, and what was worked out of them once.

use super::Budget;
use super::dependencies::Needs;
use super::obligations::{Obligations, Silence};
use crate::explore::{Lens, Limits, Move, Runs, Timers, What, explore, explore_through};
use crate::finding::{Confidence, Finding};
use crate::graph::{NodeId, NodeKind, Occurrence, Removed, StepGraph};
use crate::model::{Id, Model, OperationId, Origin, ServiceId, UndoneBy, WorkflowId};
use crate::source::Span;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug, Default)]
struct Looks {
    n_states: usize,
    is_capped: bool,
}

pub struct Context<'m> {
    pub model: &'m Model,
    pub graph: &'m StepGraph,
    /// Everything that can occur.
    pub occurring: Occurrence,
    /// Everything that can occur while nothing goes wrong.
    pub occurring_untroubled: Occurrence,
    /// Operations that undo another one.
    pub undo_operations: BTreeSet<OperationId>,
    patient: Vec<OnceCell<Runs<'m>>>,
    hasty: Vec<OnceCell<Runs<'m>>>,
    /// What looking through lenses has cost of each workflow.
    looks: RefCell<BTreeMap<WorkflowId, Looks>>,
    obligations: OnceCell<Obligations>,
    silence: OnceCell<Silence>,
    needs: OnceCell<Needs>,
    pub budget: Budget,
}

impl<'m> Context<'m> {
    pub fn new(model: &'m Model, graph: &'m StepGraph, budget: Budget) -> Context<'m> {
        let cells = || model.workflows.ids().map(|_| OnceCell::new()).collect();
        let by_contract = model.operations.values().filter_map(|operation| operation.undone.as_ref());
        let by_step = graph.nodes().filter_map(|(_, node)| match &node.kind {
            NodeKind::Act(act) => act.undone.as_ref(),
            NodeKind::Run(run) => run.undone.as_ref(),
            _ => None,
        });
        let undo_operations = by_contract
            .chain(by_step)
            .filter_map(|undone| match &undone.by {
                UndoneBy::Operation { operation, .. } => Some(*operation),
                UndoneBy::Nothing { .. } => None,
            })
            .collect();
        Context {
            model,
            graph,
            occurring: graph.occurring(Removed::default()),
            occurring_untroubled: graph.occurring(Removed { troubles: true, ..Removed::default() }),
            undo_operations,
            patient: cells(),
            hasty: cells(),
            looks: RefCell::default(),
            obligations: OnceCell::new(),
            silence: OnceCell::new(),
            needs: OnceCell::new(),
            budget,
        }
    }

    /// The runs of a workflow; explored once for each kind of timers.
    pub fn runs(&self, workflow: WorkflowId, timers: Timers) -> &Runs<'m> {
        let cells = match timers {
            Timers::Patient => &self.patient,
            Timers::Hasty => &self.hasty,
        };
        cells[workflow.index()].get_or_init(|| explore(self.model, self.graph, workflow, self.limits(timers)))
    }

    /// The runs with one thing changed. They are explored anew each time: ask only where the graph says
    /// that there is something to be seen. All of them together may look at twice as many states of a
    /// workflow as one exploration.
    pub fn runs_through(&self, workflow: WorkflowId, timers: Timers, lens: Lens) -> Runs<'m> {
        let mut looks = self.looks.borrow_mut();
        let looks = looks.entry(workflow).or_default();
        let left = (2 * self.budget.max_states).saturating_sub(looks.n_states);
        let limits = Limits { timers, max_states: self.budget.max_states.min(left) };
        let runs = explore_through(self.model, self.graph, workflow, limits, lens);
        looks.n_states += runs.n_states();
        looks.is_capped |= !runs.is_complete();
        runs
    }

    fn limits(&self, timers: Timers) -> Limits {
        Limits { timers, max_states: self.budget.max_states }
    }

    /// How many states were seen of a workflow that has more of them, whatever was looked for.
    pub fn seen_of_more(&self, workflow: WorkflowId) -> Option<usize> {
        let whole =
            [&self.patient, &self.hasty].into_iter().filter_map(|cells| cells[workflow.index()].get());
        let whole = whole.filter(|runs| !runs.is_complete()).map(|runs| runs.n_states());
        let looks = self.looks.borrow();
        let through = looks.get(&workflow).filter(|looks| looks.is_capped).map(|looks| looks.n_states);
        whole.chain(through).max()
    }

    /// Every subscription, and the goals that need it; worked out once.
    pub fn obligations(&self) -> &Obligations {
        self.obligations.get_or_init(|| Obligations::new(self))
    }

    /// Who relies on others in silence; worked out once.
    pub fn silence(&self) -> &Silence {
        self.silence.get_or_init(|| Silence::new(self))
    }

    /// Which service cannot do without which; worked out once.
    pub fn needs(&self) -> &Needs {
        self.needs.get_or_init(|| Needs::new(self))
    }

    /// Whether the text at `span` is in a format that cannot state intent.
    pub fn is_imported(&self, span: Span) -> bool {
        self.model.origin(span) == Origin::Imported
    }

    /// Lowers the confidence of findings in imported files to medium.
    pub fn by_origin(&self, finding: Finding) -> Finding {
        if self.is_imported(finding.span()) { finding.at_most(Confidence::Medium) } else { finding }
    }

    /// Medium confidence for a run that passes two choices: guards can make it impossible.
    pub fn by_choices(&self, finding: Finding, moves: &[Move]) -> Finding {
        let guarded = |made: &&Move| match made.what {
            What::Chooses(_) => true,
            What::Takes => {
                matches!(&self.graph.node(made.node).kind, NodeKind::Receive { trigger, .. } if trigger.guarded)
            }
            _ => false,
        };
        let finding = self.by_origin(finding);
        if moves.iter().filter(guarded).count() >= 2 { finding.at_most(Confidence::Medium) } else { finding }
    }

    /// The workflow, the side and the name of a node, as a path: `FulfilOrder/Payments/charged`.
    pub fn entity(&self, node: NodeId) -> String {
        let item = self.graph.node(node);
        let workflow = item.workflow.map(|id| self.model.workflows[id].name.text.to_string());
        let side = item
            .workflow
            .filter(|id| self.model.workflows[*id].is_choreographed())
            .and(item.side)
            .map(|side| self.model.service_name(side).to_string());
        let name = Some(self.short_name(node)).filter(|name| !name.is_empty());
        [workflow, side, name].into_iter().flatten().collect::<Vec<_>>().join("/")
    }

    /// What a person calls the node: the name of a step, event or end; empty for joints of lines.
    pub fn short_name(&self, node: NodeId) -> String {
        let label = |label| self.model.labels[label].name.text.to_string();
        match &self.graph.node(node).kind {
            NodeKind::Act(act) => label(act.label),
            NodeKind::Run(run) => label(run.label),
            NodeKind::Merge { label: Some(name) } => label(*name),
            NodeKind::Goal { goal, .. } | NodeKind::End { goal } => {
                self.model.goals[*goal].name.text.to_string()
            }
            NodeKind::Publish { event } | NodeKind::Message { event } => self.model.event_name(*event),
            NodeKind::Receive { trigger, .. } => self.formula(trigger),
            NodeKind::Notify { operation: Some(operation), .. } => self.model.operation_path(*operation),
            NodeKind::Notify { workflow: Some(workflow), .. } => {
                self.model.workflows[*workflow].name.text.to_string()
            }
            NodeKind::Start { .. } => {
                let workflow = self.graph.node(node).workflow;
                workflow.map_or(String::new(), |id| self.model.workflows[id].name.text.to_string())
            }
            _ => String::new(),
        }
    }

    /// `OrderPlaced and PaymentTaken`
    pub fn formula(&self, trigger: &crate::graph::Trigger) -> String {
        use crate::model::HowMany;
        let names: Vec<String> =
            trigger.terms.iter().map(|(event, _)| self.model.event_name(*event)).collect();
        match trigger.how {
            HowMany::All => names.join(" and "),
            HowMany::Any => names.join(" or "),
            HowMany::Some(n) => format!("{n} of ({})", names.join(", ")),
        }
    }

    pub fn service(&self, id: ServiceId) -> &'m str {
        self.model.service_name(id)
    }
}
