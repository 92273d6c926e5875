//! What rules read: the model, the step graph, and what was worked out of them once.

use super::Budget;
use super::compensations::{Compensation, compensations, undone_at};
use super::dependencies::Needs;
use super::fields::Reads;
use super::obligations::{Obligations, Silence};
use crate::explore::{Lens, Limits, Move, Runs, Timers, What, explore, explore_through};
use crate::finding::{Confidence, Finding};
use crate::graph::{NodeId, NodeKind, Occurrence, Removed, StepGraph};
use crate::model::written::{Written, written};
use crate::model::{Block, Id, Model, OperationId, Origin, ServiceId, UndoneBy, WorkflowId};
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
    blocks: Vec<OnceCell<Vec<&'m Block>>>,
    expressions: OnceCell<Vec<Written<'m>>>,
    event_reads: OnceCell<Reads<'m>>,
    compensations: OnceCell<Vec<Compensation<'m>>>,
    undone_at: OnceCell<BTreeMap<NodeId, Span>>,
    goes_round: Vec<OnceCell<bool>>,
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
        // One for each workflow.
        fn cells<T>(model: &Model) -> Vec<OnceCell<T>> {
            model.workflows.ids().map(|_| OnceCell::new()).collect()
        }
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
            blocks: cells(model),
            expressions: OnceCell::new(),
            event_reads: OnceCell::new(),
            compensations: OnceCell::new(),
            undone_at: OnceCell::new(),
            goes_round: cells(model),
            patient: cells(model),
            hasty: cells(model),
            looks: RefCell::default(),
            obligations: OnceCell::new(),
            silence: OnceCell::new(),
            needs: OnceCell::new(),
            budget,
        }
    }

    /// Every block of a workflow, outermost first; walked through once.
    pub fn blocks(&self, workflow: WorkflowId) -> &[&'m Block] {
        self.blocks[workflow.index()].get_or_init(|| self.model.workflows[workflow].blocks())
    }

    /// Every expression of the model with the place it stands in; looked for once.
    pub fn expressions(&self) -> &[Written<'m>] {
        self.expressions.get_or_init(|| written(self.model))
    }

    /// Who reads which field of an event; worked out once.
    pub fn event_reads(&self) -> &Reads<'m> {
        self.event_reads.get_or_init(|| Reads::new(self))
    }

    /// Every step that can occur and that some operation takes back; looked for once.
    pub fn compensations(&self) -> &[Compensation<'m>] {
        self.compensations.get_or_init(|| compensations(self))
    }

    /// Where the text lets the runtime take steps back: for each step the first such place; looked for once.
    pub fn undone_at(&self) -> &BTreeMap<NodeId, Span> {
        self.undone_at.get_or_init(|| undone_at(self))
    }

    /// Whether some line of a workflow can come back to where it was; looked for once.
    pub fn goes_round(&self, workflow: WorkflowId) -> bool {
        *self.goes_round[workflow.index()].get_or_init(|| {
            let nodes = self.graph.nodes_of(workflow).map(|(id, _)| id);
            let nodes: Vec<NodeId> = nodes.filter(|id| self.occurring.contains(*id)).collect();
            self.graph.has_circle(&nodes, |edge| edge.edge.kind.is_flow())
        })
    }

    /// The runs of a workflow; explored once for each kind of timers, and once where there are none.
    pub fn runs(&self, workflow: WorkflowId, timers: Timers) -> &Runs<'m> {
        let (cells, others) = match timers {
            Timers::Patient => (&self.patient, &self.hasty),
            Timers::Hasty => (&self.hasty, &self.patient),
        };
        if let Some(runs) = others[workflow.index()].get().filter(|runs| !runs.has_timers()) {
            return runs;
        }
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
