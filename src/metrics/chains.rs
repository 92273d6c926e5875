//! Temporal coupling: calls that wait for calls. A chain grows by each workflow that is run in the same
//! request; steps one after the other are no chain.

use crate::graph::{NodeId, NodeKind, Occurrence, ReceiveKind, StepGraph, Timer};
use crate::model::{Annotations, Model, ServiceId, WorkflowId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Calls of which each waits for the next one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    pub calls: Vec<Call>,
}

/// One call of a chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub from: Option<ServiceId>,
    pub to: ServiceId,
    pub span: Span,
    /// ``calls `Bureau.History` ``
    pub what: String,
    /// As a share of one, where it is declared.
    pub available: Option<f64>,
    /// Milliseconds at most, where it is declared.
    pub latency: Option<u64>,
}

/// A figure of a chain, and how many of its calls it comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Declared<T> {
    pub value: T,
    pub n_calls: usize,
}

impl Chain {
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// The product of what its calls declare.
    pub fn available(&self) -> Option<Declared<f64>> {
        let shares: Vec<f64> = self.calls.iter().filter_map(|call| call.available).collect();
        let value = shares.iter().product();
        (!shares.is_empty()).then_some(Declared { value, n_calls: shares.len() })
    }

    /// The sum of what its calls declare, in milliseconds.
    pub fn latency(&self) -> Option<Declared<u64>> {
        let times: Vec<u64> = self.calls.iter().filter_map(|call| call.latency).collect();
        let value = times.iter().fold(0u64, |sum, time| sum.saturating_add(*time));
        (!times.is_empty()).then_some(Declared { value, n_calls: times.len() })
    }
}

/// The chains of a system. Those of a workflow are worked out once.
pub struct Chains<'m> {
    model: &'m Model,
    graph: &'m StepGraph,
    occurring: &'m Occurrence,
    known: BTreeMap<WorkflowId, Chain>,
}

impl<'m> Chains<'m> {
    pub fn new(model: &'m Model, graph: &'m StepGraph, occurring: &'m Occurrence) -> Chains<'m> {
        Chains { model, graph, occurring, known: BTreeMap::new() }
    }

    /// The longest chain that begins with a node, up to where it would come round again; empty when the
    /// node calls nobody on the line.
    pub fn from_node(&mut self, id: NodeId) -> Chain {
        let mut chain = self.longest(id);
        // Two services that run each other are a pair, and no endless chain.
        let mut known = BTreeSet::new();
        let n_new = chain.calls.iter().take_while(|call| known.insert(call.span)).count();
        chain.calls.truncate(n_new);
        chain
    }

    fn longest(&mut self, id: NodeId) -> Chain {
        let node = self.graph.node(id);
        match &node.kind {
            NodeKind::Act(act) if act.is_remote && act.on_the_line => {
                let own = &self.model.operations[act.operation].annotations;
                let what = format!("calls `{}`", self.model.operation_path(act.operation));
                Chain { calls: vec![self.call(node.side, act.service, act.call_span, what, Some(own))] }
            }
            NodeKind::Run(run) => {
                let Some(conductor) = self.model.workflows[run.workflow].coordinator() else {
                    return Chain::default();
                };
                if !self.answers_on_the_line(run.workflow) {
                    return Chain::default();
                }
                let mut chain = self.within(run.workflow);
                if node.side != Some(conductor) {
                    let what = format!("runs `{}`", self.model.workflows[run.workflow].name.text);
                    chain.calls.insert(0, self.call(node.side, conductor, run.call_span, what, None));
                }
                chain
            }
            _ => Chain::default(),
        }
    }

    /// The longest chain that begins in a workflow. One that runs itself again adds nothing.
    fn within(&mut self, workflow: WorkflowId) -> Chain {
        if let Some(chain) = self.known.get(&workflow) {
            return chain.clone();
        }
        self.known.insert(workflow, Chain::default());
        let nodes: Vec<NodeId> = self.graph.nodes_of(workflow).map(|(id, _)| id).collect();
        let mut chain = Chain::default();
        for id in nodes.into_iter().filter(|id| self.occurring.contains(*id)) {
            let rest = self.longest(id);
            if rest.len() > chain.len() {
                chain = rest;
            }
        }
        self.known.insert(workflow, chain.clone());
        chain
    }

    fn call(
        &self,
        from: Option<ServiceId>,
        to: ServiceId,
        span: Span,
        what: String,
        own: Option<&Annotations>,
    ) -> Call {
        let of_service = &self.model.services[to].annotations;
        let available = own.and_then(|own| own.available).or(of_service.available).map(|(share, _)| share);
        let latency = own.and_then(|own| own.latency).or(of_service.latency).map(|(_, most, _)| most);
        Call { from, to, span, what, available, latency }
    }

    /// Whether a conducted workflow is over within one request: nothing in it waits for an event, for time
    /// or for an answer that comes later.
    fn answers_on_the_line(&self, workflow: WorkflowId) -> bool {
        let waits = |id: NodeId| match &self.graph.node(id).kind {
            NodeKind::Act(act) => !act.on_the_line,
            NodeKind::Run(run) => self.model.workflows[run.workflow].is_choreographed(),
            NodeKind::Receive { kind: ReceiveKind::Wait | ReceiveKind::Alternative, .. } => true,
            NodeKind::Race | NodeKind::Timer(Timer::Pause) => true,
            _ => false,
        };
        !self.model.workflows[workflow].is_choreographed()
            && self.graph.nodes_of(workflow).all(|(id, _)| !waits(id) || !self.occurring.contains(id))
    }
}
