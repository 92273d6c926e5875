//! One statement at a time: steps, runs, choices, waits, and the jumps.

use super::{Dangling, Frame, Place, What};
use crate::graph::{Act, EdgeKind, Guard, NodeId, NodeKind, ReceiveKind, RegionKind, Run, Timer};
use crate::model::{
    self, Answers, Block, Expr, Id, Notified, OperationKind, Statement, StatementKind, Trigger, Wait,
};
use crate::source::Span;

impl<'m> super::Builder<'m> {
    pub(super) fn statement(
        &mut self,
        place: Place,
        statement: &'m Statement,
        incoming: Vec<Dangling>,
    ) -> Vec<Dangling> {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Act(act) => self.act(place, act, incoming),
            StatementKind::Run(run) => self.run(place, run, incoming),
            StatementKind::Let { .. } => incoming,
            StatementKind::Scope { label, block } => {
                self.block(place, block, RegionKind::Scope, Some(*label), incoming)
            }
            StatementKind::If { branches, otherwise } => {
                self.choice(place, branches, otherwise.as_ref(), span, incoming)
            }
            StatementKind::Parallel(parallel) => self.parallel(place, parallel, span, incoming),
            StatementKind::ForEach(each) => self.for_each(place, each, span, incoming),
            StatementKind::Repeat(repeat) => self.repeat(place, repeat, span, incoming),
            StatementKind::Wait(wait) => self.wait(place, wait, span, incoming),
            StatementKind::Publish { event, .. } => {
                let node = self.line(place, NodeKind::Publish { event: *event }, span, incoming);
                let message = self.graph.message(*event);
                self.edge(node, message, EdgeKind::Publishes, span);
                self.after(node)
            }
            StatementKind::Notify(notified) => self.notify(place, notified, span, incoming),
            StatementKind::Give(_) => {
                self.leave(place, incoming, |frame| frame.give, EdgeKind::Next);
                Vec::new()
            }
            StatementKind::Skip => {
                self.leave(place, incoming, |frame| frame.skip, EdgeKind::Skipped);
                Vec::new()
            }
            StatementKind::Undo(target) => {
                let kind = NodeKind::Undo { target: *target, acts: [].into() };
                let node = self.line(place, kind, span, incoming);
                self.after(node)
            }
            StatementKind::Then { label, .. } => {
                if let Some(entry) = self.entries[label.index()] {
                    self.connect(incoming, entry);
                }
                Vec::new()
            }
            StatementKind::End { goal, .. } => {
                let node = self.line(place, NodeKind::End { goal: *goal }, span, incoming);
                let goal = self.graph.goal(*goal);
                self.edge(node, goal, EdgeKind::Next, span);
                Vec::new()
            }
        }
    }

    /// A node on the line.
    pub(super) fn line(
        &mut self,
        place: Place,
        kind: NodeKind,
        span: Span,
        incoming: Vec<Dangling>,
    ) -> NodeId {
        let node = self.node(place, kind, span);
        self.connect(incoming, node);
        node
    }

    /// What leaves by `give` or `skip` goes to the nearest place that takes it.
    fn leave(
        &mut self,
        place: Place,
        incoming: Vec<Dangling>,
        taker: impl Fn(&Frame) -> Option<super::CollectorId>,
        kind: EdgeKind,
    ) {
        let mut at = Some(place.frame);
        while let Some(frame) = at {
            if let Some(collector) = taker(&self.frames[frame.0]) {
                // A failure that is met by `skip` alone keeps its own edge.
                let moved = incoming.into_iter().map(|end| match end.kind {
                    EdgeKind::Next => Dangling { kind: kind.clone(), ..end },
                    _ => end,
                });
                self.collectors[collector.0].extend(moved);
                return;
            }
            at = self.frames[frame.0].parent;
        }
    }

    fn act(&mut self, place: Place, act: &'m model::Act, incoming: Vec<Dangling>) -> Vec<Dangling> {
        let give = self.collector();
        self.around(
            place,
            &act.block,
            RegionKind::Step,
            Some(act.label),
            Some(give),
            incoming,
            |builder, place, incoming| {
                let operation = &builder.model.operations[act.operation];
                let is_remote = place.side != Some(act.service) || act.instance.is_some();
                let on_the_line = operation.answers == Answers::OnTheLine;
                let kind = NodeKind::Act(Box::new(Act {
                    label: act.label,
                    service: act.service,
                    operation: act.operation,
                    is_write: operation.kind == OperationKind::Command,
                    is_remote,
                    on_the_line,
                    retry: act.block.retry.clone(),
                    timeout: act.block.timeout.map(|(_, span)| span),
                    pivot: act.block.pivot,
                    irreversible: operation.irreversible,
                    undone: builder.model.undone(act).cloned(),
                    call_span: act.call_span,
                }));
                let name = builder.model.labels[act.label].name.span;
                let node = builder.line(place, kind, name, incoming);
                for failure in &operation.fails {
                    let kind = EdgeKind::Fails(failure.name.text.clone());
                    builder.raise(place, node, What::Failure(&failure.name.text), kind, act.call_span);
                }
                let for_ever = act.block.retry.as_ref().is_some_and(|retry| retry.times.is_none());
                if is_remote && on_the_line && !for_ever {
                    builder.raise(place, node, What::Outage, EdgeKind::Outage, act.call_span);
                }
                builder.consequences(node, act.operation);
                builder.after(node)
            },
        )
    }

    fn run(&mut self, place: Place, run: &'m model::Run, incoming: Vec<Dangling>) -> Vec<Dangling> {
        let give = self.collector();
        let region = match self.model.workflows[run.workflow].is_choreographed() {
            true => RegionKind::ChoreographedRun,
            false => RegionKind::Step,
        };
        self.around(
            place,
            &run.block,
            region,
            Some(run.label),
            Some(give),
            incoming,
            |builder, place, incoming| {
                let child = &builder.model.workflows[run.workflow];
                let kind = NodeKind::Run(Box::new(Run {
                    label: run.label,
                    workflow: run.workflow,
                    pivot: run.block.pivot,
                    undone: run.block.undone.as_ref().or(child.undone.as_ref()).cloned(),
                    call_span: run.call_span,
                }));
                let name = builder.model.labels[run.label].name.span;
                let node = builder.line(place, kind, name, incoming);
                builder.starts(node, run.workflow, run.call_span);
                for goal in &child.goals {
                    let goal = &builder.model.goals[*goal];
                    if goal.kind == model::GoalKind::Failure {
                        let kind = EdgeKind::Fails(goal.name.text.clone());
                        builder.raise(place, node, What::Failure(&goal.name.text), kind, run.call_span);
                    }
                }
                builder.after(node)
            },
        )
    }

    /// What an operation publishes some time after it was called.
    fn consequences(&mut self, node: NodeId, operation: model::OperationId) {
        for (event, span) in &self.model.operations[operation].publishes {
            let message = self.graph.message(*event);
            self.edge(node, message, EdgeKind::Consequence, *span);
        }
    }

    /// A node that sets another workflow going: by its trigger when it is choreographed.
    fn starts(&mut self, node: NodeId, workflow: model::WorkflowId, span: Span) {
        let start = self.graph.start(workflow);
        self.edge(node, start, EdgeKind::Runs, span);
        if let Trigger::Events(formula) = &self.model.workflows[workflow].trigger {
            for term in &formula.terms {
                let message = self.graph.message(term.event);
                self.edge(node, message, EdgeKind::Publishes, span);
            }
        }
    }

    fn notify(
        &mut self,
        place: Place,
        notified: &'m Notified,
        span: Span,
        incoming: Vec<Dangling>,
    ) -> Vec<Dangling> {
        let (service, operation, workflow) = match notified {
            Notified::Operation { service, operation, .. } => (Some(*service), Some(*operation), None),
            Notified::Workflow { workflow, .. } => (None, None, Some(*workflow)),
        };
        let node = self.line(place, NodeKind::Notify { service, operation, workflow }, span, incoming);
        if let Some(workflow) = workflow {
            self.starts(node, workflow, span);
        }
        // It arrives and is done; that nobody takes its answer does not keep its events back.
        if let Some(operation) = operation {
            self.consequences(node, operation);
        }
        self.after(node)
    }

    fn choice(
        &mut self,
        place: Place,
        branches: &'m [(Expr, Block)],
        otherwise: Option<&'m Block>,
        span: Span,
        incoming: Vec<Dangling>,
    ) -> Vec<Dangling> {
        let decide = self.line(place, NodeKind::Decide, branches[0].0.span, incoming);
        let mut ends = Vec::new();
        for (condition, block) in branches {
            let kind = EdgeKind::Guard(Guard::Condition);
            let start = vec![Dangling { from: decide, kind, span: condition.span }];
            ends.extend(self.block(place, block, RegionKind::Branching, None, start));
        }
        let start = vec![Dangling { from: decide, kind: EdgeKind::Guard(Guard::Otherwise), span }];
        match otherwise {
            Some(block) => ends.extend(self.block(place, block, RegionKind::Branching, None, start)),
            None => ends.extend(start),
        }
        ends
    }

    fn wait(&mut self, place: Place, wait: &'m Wait, span: Span, incoming: Vec<Dangling>) -> Vec<Dangling> {
        match wait {
            Wait::Time(_) | Wait::Until(_) => {
                let node = self.line(place, NodeKind::Timer(Timer::Pause), span, incoming);
                self.after(node)
            }
            Wait::For { formula, block } => self.around(
                place,
                block,
                RegionKind::Wait,
                None,
                None,
                incoming,
                |builder, place, incoming| {
                    let node = builder.receive(place, ReceiveKind::Wait, formula);
                    builder.connect(incoming, node);
                    builder.after(node)
                },
            ),
            Wait::Any { block } => self.around(
                place,
                block,
                RegionKind::Wait,
                None,
                None,
                incoming,
                |builder, place, incoming| {
                    let race = builder.line(place, NodeKind::Race, span, incoming);
                    let mut ends = Vec::new();
                    for alternative in &block.interrupts {
                        let node = builder.receive(place, ReceiveKind::Alternative, &alternative.formula);
                        builder.edge(race, node, EdgeKind::Next, alternative.formula.span);
                        let start = builder.after(node);
                        ends.extend(builder.statements_of_side(place, &alternative.block, start));
                    }
                    ends
                },
            ),
        }
    }
}
