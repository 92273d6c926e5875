//! Every expression of a model with the place it stands in: what somebody decides by, and what is handed
//! on to whom.

use super::{
    Argument, Block, EventId, Expr, ExprKind, Formula, Model, Name, Notified, OperationId, Reaction,
    Statement, StatementKind, Trigger, Undone, UndoneBy, Wait, WorkflowId,
};

/// What is done with the value of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Something hangs on it: `if`, `where`, `repeat until`.
    Decides,
    /// The argument for this field of an event.
    Published { event: EventId, field: Option<usize> },
    /// The argument for this parameter of a workflow.
    Ran { workflow: WorkflowId, parameter: Option<usize> },
    /// The argument for this field of an operation.
    Sent { operation: OperationId, field: Option<usize> },
    /// Anything else: a limit, a `let`, what a block gives, what an end carries.
    Other,
}

/// One expression, in the workflow it stands in; a contract has none.
#[derive(Clone, Copy, Debug)]
pub struct Written<'m> {
    pub expr: &'m Expr,
    pub used: Use,
    pub workflow: Option<WorkflowId>,
}

/// Every expression of the model, outermost ones only.
pub fn written(model: &Model) -> Vec<Written<'_>> {
    let mut found = Vec::new();
    for operation in model.operations.values() {
        Walk { model, workflow: None, found: &mut found }.undone(operation.undone.as_ref());
    }
    for (id, workflow) in model.workflows.iter() {
        let mut walk = Walk { model, workflow: Some(id), found: &mut found };
        if let Trigger::Events(formula) = &workflow.trigger {
            walk.formula(formula);
        }
        let reached = workflow.goals.iter().filter_map(|goal| model.goals[*goal].reached_by.as_ref());
        reached.for_each(|formula| walk.formula(formula));
        walk.undone(workflow.undone.as_ref());
        for participant in &workflow.participants {
            participant.reactions.iter().for_each(|reaction| walk.formula(&reaction.formula));
            for watch in &participant.watches {
                walk.formula(&watch.expected);
                walk.add(&watch.within, Use::Other);
            }
        }
        workflow.late.iter().for_each(|late| walk.formula(&late.formula));
        workflow.blocks().into_iter().for_each(|block| walk.block(block));
    }
    found
}

struct Walk<'m, 'f> {
    model: &'m Model,
    workflow: Option<WorkflowId>,
    found: &'f mut Vec<Written<'m>>,
}

impl<'m> Walk<'m, '_> {
    fn add(&mut self, expr: &'m Expr, used: Use) {
        self.found.push(Written { expr, used, workflow: self.workflow });
    }

    fn formula(&mut self, formula: &'m Formula) {
        let conditions = formula.terms.iter().filter_map(|term| term.condition.as_ref());
        conditions.for_each(|condition| self.add(condition, Use::Decides));
    }

    fn arguments(&mut self, arguments: &'m [Argument], used: impl Fn(Option<usize>) -> Use) {
        arguments.iter().for_each(|argument| self.add(&argument.value, used(argument.parameter)));
    }

    fn undone(&mut self, undone: Option<&'m Undone>) {
        match undone.map(|undone| &undone.by) {
            Some(UndoneBy::Operation { operation, arguments }) => {
                let operation = *operation;
                self.arguments(arguments, |field| Use::Sent { operation, field });
            }
            Some(UndoneBy::Nothing { .. }) | None => {}
        }
    }

    /// What is said in a block and its own statements; blocks in it are walked by themselves.
    fn block(&mut self, block: &'m Block) {
        block.limits.iter().for_each(|limit| self.add(&limit.bound, Use::Other));
        block.needs.iter().for_each(|needs| self.add(&needs.count, Use::Other));
        block.reminders.iter().for_each(|reminder| self.add(&reminder.delay, Use::Other));
        block.interrupts.iter().for_each(|reaction: &Reaction| self.formula(&reaction.formula));
        block.every.iter().for_each(|(pause, _)| self.add(pause, Use::Other));
        self.undone(block.undone.as_ref());
        block.statements.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &'m Statement) {
        match &statement.kind {
            StatementKind::Act(act) => {
                act.instance.iter().for_each(|instance| self.add(instance, Use::Other));
                let operation = act.operation;
                self.arguments(&act.arguments, |field| Use::Sent { operation, field });
            }
            StatementKind::Run(run) => {
                let workflow = run.workflow;
                self.run(workflow, &run.arguments);
            }
            StatementKind::Let { expr, .. } | StatementKind::Give(expr) => self.add(expr, Use::Other),
            StatementKind::If { branches, .. } => {
                branches.iter().for_each(|(condition, _)| self.add(condition, Use::Decides));
            }
            StatementKind::Parallel(parallel) => {
                parallel.each.iter().for_each(|(_, list)| self.add(list, Use::Other));
            }
            StatementKind::ForEach(each) => self.add(&each.list, Use::Other),
            StatementKind::Repeat(repeat) => self.add(&repeat.until, Use::Decides),
            StatementKind::Wait(wait) => match &**wait {
                Wait::Time(expr) | Wait::Until(expr) => self.add(expr, Use::Other),
                Wait::For { formula, .. } => self.formula(formula),
                Wait::Any { .. } => {}
            },
            StatementKind::Publish { event, arguments, .. } => {
                let event = *event;
                self.arguments(arguments, |field| Use::Published { event, field });
            }
            StatementKind::Notify(Notified::Operation { operation, instance, arguments, .. }) => {
                instance.iter().for_each(|instance| self.add(instance, Use::Other));
                let operation = *operation;
                self.arguments(arguments, |field| Use::Sent { operation, field });
            }
            StatementKind::Notify(Notified::Workflow { workflow, arguments, .. }) => {
                self.run(*workflow, arguments);
            }
            StatementKind::End { arguments, .. } => self.arguments(arguments, |_| Use::Other),
            StatementKind::Scope { .. }
            | StatementKind::Skip
            | StatementKind::Undo(_)
            | StatementKind::Then { .. } => {}
        }
    }

    /// A workflow that events start is run by publishing them.
    fn run(&mut self, workflow: WorkflowId, arguments: &'m [Argument]) {
        let started_by = match &self.model.workflows[workflow].trigger {
            Trigger::Events(formula) => formula.terms.first().map(|term| term.event),
            Trigger::Called | Trigger::Schedule(_) => None,
        };
        match started_by {
            Some(event) => self.arguments(arguments, |field| Use::Published { event, field }),
            None => self.arguments(arguments, |parameter| Use::Ran { workflow, parameter }),
        }
    }
}

impl Expr {
    /// The event whose field this is, with the fields on the way to it.
    pub fn event_field(&self) -> Option<(EventId, &[Name])> {
        match &self.kind {
            ExprKind::Event { event, fields } => Some((*event, fields)),
            _ => None,
        }
    }
}
