//! The model, as plugins see it.

use super::expression::{Words, fields};
use super::spec;
use crate::generate::Subject;
use crate::model::{
    Annotations, Answers, Block, Formula, Goal, GoalKind, Handler, HowMany, LimitKind, Name, Notified,
    OperationId, OperationKind, Reaction, ServiceId, Statement, StatementKind, Trigger, Trouble, TypeKind,
    UndoTarget, Undone, UndoneBy, Wait, WorkflowId,
};
use crate::source::{Position, Span};

/// All of it, with the workflows that are wanted marked.
pub fn specification(subject: &Subject, place: &dyn Fn(Span) -> (String, Position)) -> spec::Specification {
    let (model, words) = (subject.model, Words { model: subject.model });
    let describe = Describe { subject, place, words };
    spec::Specification {
        types: model
            .types
            .values()
            .map(|ty| spec::TypeDeclaration {
                name: ty.name.text.to_string(),
                doc: ty.doc.to_string(),
                kind: match &ty.kind {
                    TypeKind::Record(all) => spec::TypeKind::Record { fields: fields(&words, all) },
                    TypeKind::Id => spec::TypeKind::Id,
                    TypeKind::Enum(values) => spec::TypeKind::Enum { values: names(values) },
                },
            })
            .collect(),
        services: model.services.ids().map(|id| describe.service(id)).collect(),
        events: model
            .events
            .values()
            .map(|event| spec::Event {
                name: event.name.text.to_string(),
                version: event.version,
                doc: event.doc.to_string(),
                service: model.service_name(event.service).to_string(),
                fields: fields(&words, &event.fields),
                replaces: event.replaces.map(|id| model.event_name(id)),
            })
            .collect(),
        workflows: model.workflows.ids().map(|id| describe.workflow(id)).collect(),
    }
}

struct Describe<'a> {
    subject: &'a Subject<'a>,
    place: &'a dyn Fn(Span) -> (String, Position),
    words: Words<'a>,
}

impl Describe<'_> {
    fn service(&self, id: ServiceId) -> spec::Service {
        let service = &self.subject.model.services[id];
        // What a service is like in operation is judged by the rules; nothing is generated from it.
        let Annotations { volatility: _, latency: _, available: _ } = service.annotations;
        spec::Service {
            name: service.name.text.to_string(),
            doc: service.doc.to_string(),
            external: service.external.is_some(),
            many_instances: service.many_instances.is_some(),
            outbox: service.no_outbox.is_none(),
            team: service.team.as_ref().map(|team| team.text.to_string()),
            operations: service.operations.iter().map(|&id| self.operation(id)).collect(),
        }
    }

    fn operation(&self, id: OperationId) -> spec::Operation {
        let model = self.subject.model;
        let operation = &model.operations[id];
        spec::Operation {
            name: operation.name.text.to_string(),
            kind: match operation.kind {
                OperationKind::Command => spec::OperationKind::Command,
                OperationKind::Query => spec::OperationKind::Query,
            },
            doc: operation.doc.to_string(),
            fields: fields(&self.words, &operation.fields),
            reply: self.words.ty(&operation.reply),
            failures: operation
                .fails
                .iter()
                .map(|failure| spec::Failure {
                    name: failure.name.text.to_string(),
                    fields: fields(&self.words, &failure.fields),
                })
                .collect(),
            undone: operation.undone.as_ref().map(|undone| self.undone(undone)),
            irreversible: operation.irreversible.is_some(),
            idempotent_by: operation.idempotent_by.as_ref().map(|(fields, _)| names(fields)),
            publishes: operation.publishes.iter().map(|(id, _)| model.event_name(*id)).collect(),
            writes: operation.writes.iter().map(|(id, _)| model.entities[*id].name.to_string()).collect(),
            answers: match operation.answers {
                Answers::OnTheLine => spec::Answers::OnTheLine,
                Answers::Later(_) => spec::Answers::Later,
                Answers::ByHand(_) => spec::Answers::ByHand,
            },
        }
    }

    fn undone(&self, undone: &Undone) -> spec::Undone {
        match &undone.by {
            UndoneBy::Operation { operation, arguments } => spec::Undone::Operation {
                service: self.service_of(*operation),
                operation: self.subject.model.operations[*operation].name.text.to_string(),
                arguments: self.words.sent(*operation, arguments),
            },
            UndoneBy::Nothing { because } => spec::Undone::Nothing { because: because.to_string() },
        }
    }

    fn service_of(&self, operation: OperationId) -> String {
        let model = self.subject.model;
        model.service_name(model.operations[operation].service).to_string()
    }

    fn workflow(&self, id: WorkflowId) -> spec::Workflow {
        let model = self.subject.model;
        let workflow = &model.workflows[id];
        spec::Workflow {
            name: workflow.name.text.to_string(),
            wanted: self.subject.workflows.contains(&id),
            doc: workflow.doc.to_string(),
            at: self.at(workflow.name.span),
            orchestrated_by: workflow.coordinator().map(|id| model.service_name(id).to_string()),
            starts: match &workflow.trigger {
                Trigger::Called => spec::Start::Call,
                Trigger::Events(formula) => spec::Start::Events { formula: self.formula(formula) },
                Trigger::Schedule(span) => {
                    let text = (self.subject.text)(*span);
                    let text = text.trim().trim_start_matches("starts").trim_end_matches(';').trim();
                    spec::Start::Schedule { text: text.to_string() }
                }
            },
            parameters: fields(&self.words, &workflow.parameters),
            correlation: names(&workflow.correlation),
            goals: workflow.goals.iter().map(|&id| self.goal(&model.goals[id])).collect(),
            undone: workflow.undone.as_ref().map(|undone| self.undone(undone)),
            body: self.block(&workflow.body),
            participants: workflow
                .participants
                .iter()
                .map(|participant| spec::Participant {
                    service: model.service_name(participant.service).to_string(),
                    reactions: self.reactions(&participant.reactions),
                    watches: participant
                        .watches
                        .iter()
                        .map(|watch| spec::Watch {
                            expected: self.formula(&watch.expected),
                            within: self.words.expression(&watch.within),
                            armed_by: model.event_name(watch.armed_by),
                            otherwise: self.block(&watch.otherwise),
                        })
                        .collect(),
                })
                .collect(),
            late: workflow
                .late
                .iter()
                .map(|late| spec::Reaction {
                    when: self.formula(&late.formula),
                    block: self.block(&late.block),
                })
                .collect(),
        }
    }

    fn goal(&self, goal: &Goal) -> spec::Goal {
        spec::Goal {
            name: goal.name.text.to_string(),
            kind: match goal.kind {
                GoalKind::Success => spec::GoalKind::Success,
                GoalKind::Failure => spec::GoalKind::Failure,
            },
            doc: goal.doc.to_string(),
            fields: fields(&self.words, &goal.fields),
            reached_by: goal.reached_by.as_ref().map(|formula| self.formula(formula)),
            owner: goal.owner.service.map(|id| self.subject.model.service_name(id).to_string()),
        }
    }

    fn at(&self, span: Span) -> spec::Place {
        let (file, position) = (self.place)(span);
        spec::Place { file, line: position.line, column: position.column }
    }

    fn formula(&self, formula: &Formula) -> spec::Formula {
        spec::Formula {
            n_wanted: match formula.how {
                HowMany::All => u32::try_from(formula.terms.len()).unwrap_or(u32::MAX),
                HowMany::Any => 1,
                HowMany::Some(n) => n,
            },
            events: formula
                .terms
                .iter()
                .map(|term| spec::Term {
                    event: self.subject.model.event_name(term.event),
                    condition: term.condition.as_ref().map(|it| self.words.expression(it)),
                })
                .collect(),
        }
    }

    fn reactions(&self, reactions: &[Reaction]) -> Vec<spec::Reaction> {
        let one = |reaction: &Reaction| spec::Reaction {
            when: self.formula(&reaction.formula),
            block: self.block(&reaction.block),
        };
        reactions.iter().map(one).collect()
    }

    fn block(&self, block: &Block) -> spec::Block {
        spec::Block {
            limits: block
                .limits
                .iter()
                .map(|limit| spec::Limit {
                    kind: match limit.kind {
                        LimitKind::Within => spec::LimitKind::Within,
                        LimitKind::Before => spec::LimitKind::Before,
                    },
                    bound: self.words.expression(&limit.bound),
                    otherwise: limit.otherwise.as_ref().map(|block| self.block(block)),
                })
                .collect(),
            needs: block.needs.as_ref().map(|needs| {
                Box::new(spec::Needs {
                    count: self.words.expression(&needs.count),
                    otherwise: needs.otherwise.as_ref().map(|block| self.block(block)),
                })
            }),
            reminders: block
                .reminders
                .iter()
                .map(|reminder| spec::Reminder {
                    delay: self.words.expression(&reminder.delay),
                    block: self.block(&reminder.block),
                })
                .collect(),
            interrupts: self.reactions(&block.interrupts),
            handlers: block.handlers.iter().map(|handler| self.handler(handler)).collect(),
            timeout: block.timeout.map(|(milliseconds, _)| milliseconds),
            retry: block.retry.as_ref().map(|retry| spec::Retry {
                times: retry.times,
                first_pause: retry.backoff.map(|(first, _)| first),
                longest_pause: retry.backoff.map(|(_, longest)| longest),
            }),
            breaker: block
                .breaker
                .as_ref()
                .map(|breaker| spec::Breaker { outages: breaker.outages, pause: breaker.pause }),
            pivot: block.pivot.is_some(),
            undone: block.undone.as_ref().map(|undone| self.undone(undone)),
            promises: block.promises.map(|(milliseconds, _)| milliseconds),
            every: block.every.as_ref().map(|(pause, _)| Box::new(self.words.expression(pause))),
            at_most: block.at_most_times.as_ref().map(|bound| {
                Box::new(spec::AtMost {
                    count: bound.count,
                    otherwise: bound.otherwise.as_ref().map(|block| self.block(block)),
                })
            }),
            at_once: block.at_once.map(|(n, _)| n),
            statements: block.statements.iter().map(|statement| self.statement(statement)).collect(),
        }
    }

    fn handler(&self, handler: &Handler) -> spec::Handler {
        let mut shown = spec::Handler {
            failures: Vec::new(),
            outage: false,
            any: false,
            block: self.block(&handler.block),
        };
        for trouble in &handler.troubles {
            match trouble {
                Trouble::Any(_) => shown.any = true,
                Trouble::Outage(_) => shown.outage = true,
                Trouble::Failure(name, _) => shown.failures.push(name.to_string()),
            }
        }
        shown
    }

    fn statement(&self, statement: &Statement) -> spec::Statement {
        spec::Statement { at: self.at(statement.span), kind: self.kind(&statement.kind) }
    }

    fn kind(&self, kind: &StatementKind) -> spec::StatementKind {
        let (model, words) = (self.subject.model, &self.words);
        let label = |label| model.labels[label].name.text.to_string();
        let value = |value| model.values[value].name.text.to_string();
        let workflow_name = |id: WorkflowId| model.workflows[id].name.text.to_string();
        match kind {
            StatementKind::Act(act) => spec::StatementKind::Step {
                name: label(act.label),
                service: model.service_name(act.service).to_string(),
                operation: model.operations[act.operation].name.text.to_string(),
                instance: act.instance.as_ref().map(|it| words.expression(it)),
                arguments: words.sent(act.operation, &act.arguments),
                block: self.block(&act.block),
            },
            StatementKind::Run(run) => spec::StatementKind::Run {
                name: label(run.label),
                workflow: workflow_name(run.workflow),
                arguments: words.ran(run.workflow, &run.arguments),
                block: self.block(&run.block),
            },
            StatementKind::Let { value: id, expr } => {
                spec::StatementKind::Let { name: value(*id), value: words.expression(expr) }
            }
            StatementKind::Scope { label: id, block } => {
                spec::StatementKind::Scope { name: label(*id), block: self.block(block) }
            }
            StatementKind::If { branches, otherwise } => spec::StatementKind::If {
                branches: branches
                    .iter()
                    .map(|(condition, block)| spec::Branch {
                        condition: words.expression(condition),
                        block: self.block(block),
                    })
                    .collect(),
                otherwise: otherwise.as_ref().map(|block| self.block(block)),
            },
            StatementKind::Parallel(parallel) => spec::StatementKind::Parallel {
                name: parallel.name.map(|name| label(name.label)),
                each: parallel
                    .each
                    .as_ref()
                    .map(|(id, list)| spec::Each { variable: value(*id), list: words.expression(list) }),
                block: self.block(&parallel.block),
            },
            StatementKind::ForEach(each) => spec::StatementKind::ForEach {
                name: each.name.map(|name| label(name.label)),
                each: spec::Each { variable: value(each.variable), list: words.expression(&each.list) },
                block: self.block(&each.block),
            },
            StatementKind::Repeat(repeat) => spec::StatementKind::Repeat {
                name: repeat.name.map(|name| label(name.label)),
                until: words.expression(&repeat.until),
                block: self.block(&repeat.block),
            },
            StatementKind::Wait(wait) => match &**wait {
                Wait::Time(time) => spec::StatementKind::WaitTime { time: words.expression(time) },
                Wait::Until(time) => spec::StatementKind::WaitUntil { time: words.expression(time) },
                Wait::For { formula, block } => {
                    spec::StatementKind::WaitFor { formula: self.formula(formula), block: self.block(block) }
                }
                Wait::Any { block } => spec::StatementKind::WaitAny { block: self.block(block) },
            },
            StatementKind::Publish { event, arguments, .. } => spec::StatementKind::Publish {
                event: model.event_name(*event),
                arguments: words.published(*event, arguments),
            },
            StatementKind::Notify(Notified::Operation { service, operation, arguments, .. }) => {
                spec::StatementKind::Notify {
                    service: model.service_name(*service).to_string(),
                    operation: model.operations[*operation].name.text.to_string(),
                    arguments: words.sent(*operation, arguments),
                }
            }
            StatementKind::Notify(Notified::Workflow { workflow, arguments, .. }) => {
                spec::StatementKind::NotifyWorkflow {
                    workflow: workflow_name(*workflow),
                    arguments: words.ran(*workflow, arguments),
                }
            }
            StatementKind::Give(given) => spec::StatementKind::Give { value: words.expression(given) },
            StatementKind::Skip => spec::StatementKind::Skip,
            StatementKind::Undo(UndoTarget::All) => spec::StatementKind::Undo { name: None },
            StatementKind::Undo(UndoTarget::Label { label: id, .. }) => {
                spec::StatementKind::Undo { name: Some(label(*id)) }
            }
            StatementKind::Then { label: id, .. } => spec::StatementKind::Then { name: label(*id) },
            StatementKind::End { goal, arguments } => spec::StatementKind::End {
                goal: model.goals[*goal].name.text.to_string(),
                arguments: words.arguments(&model.goals[*goal].fields, arguments),
            },
        }
    }
}

fn names(names: &[Name]) -> Vec<String> {
    names.iter().map(|name| name.text.to_string()).collect()
}
