//! What is said in the blocks of a model, wherever it stands: publications and conditions.

use super::{
    Argument, Block, EventId, Expr, ExprKind, Formula, Model, Name, Reaction, ServiceId, Statement,
    StatementKind, ValueId, Wait,
};

/// Something said in a block, by the service on whose side the block stands.
pub enum Spoken<'m> {
    Publication { event: EventId, arguments: &'m [Argument] },
    Condition { side: Option<ServiceId>, expr: &'m Expr },
}

/// Everything that is published, and every condition something hangs on, workflow by workflow by
/// name, in the order of the text.
pub fn spoken(model: &Model) -> Vec<Spoken<'_>> {
    let mut found = Vec::new();
    let mut workflows: Vec<_> = model.workflows.values().collect();
    workflows.sort_by_key(|workflow| &workflow.name.text);
    for workflow in workflows {
        let side = workflow.coordinator();
        block(&workflow.body, side, &mut found);
        for participant in &workflow.participants {
            let side = Some(participant.service);
            participant.reactions.iter().for_each(|reacts| reaction(reacts, side, &mut found));
            participant.watches.iter().for_each(|watch| block(&watch.otherwise, side, &mut found));
        }
        workflow.late.iter().for_each(|late| block(&late.block, side, &mut found));
    }
    found
}

fn reaction<'m>(reaction: &'m Reaction, side: Option<ServiceId>, found: &mut Vec<Spoken<'m>>) {
    formula(&reaction.formula, side, found);
    block(&reaction.block, side, found);
}

fn formula<'m>(formula: &'m Formula, side: Option<ServiceId>, found: &mut Vec<Spoken<'m>>) {
    let conditions = formula.terms.iter().filter_map(|term| term.condition.as_ref());
    found.extend(conditions.map(|expr| Spoken::Condition { side, expr }));
}

fn block<'m>(item: &'m Block, side: Option<ServiceId>, found: &mut Vec<Spoken<'m>>) {
    item.interrupts.iter().for_each(|interrupt| reaction(interrupt, side, found));
    item.statements.iter().for_each(|one| statement(one, side, found));
    let limits = item.limits.iter().filter_map(|limit| limit.otherwise.as_ref());
    let needs = item.needs.iter().filter_map(|needs| needs.otherwise.as_deref());
    let reminders = item.reminders.iter().map(|reminder| &reminder.block);
    let handlers = item.handlers.iter().map(|handler| &handler.block);
    let bounds = item.at_most_times.iter().filter_map(|bound| bound.otherwise.as_deref());
    let around = limits.chain(needs).chain(reminders).chain(handlers).chain(bounds);
    around.for_each(|inner| block(inner, side, found));
}

fn statement<'m>(statement: &'m Statement, side: Option<ServiceId>, found: &mut Vec<Spoken<'m>>) {
    match &statement.kind {
        StatementKind::Publish { event, arguments, .. } => {
            found.push(Spoken::Publication { event: *event, arguments });
        }
        StatementKind::If { branches, otherwise } => {
            for (expr, inner) in branches {
                found.push(Spoken::Condition { side, expr });
                block(inner, side, found);
            }
            otherwise.iter().for_each(|inner| block(inner, side, found));
        }
        StatementKind::Repeat(repeat) => {
            block(&repeat.block, side, found);
            found.push(Spoken::Condition { side, expr: &repeat.until });
        }
        StatementKind::Wait(wait) => match &**wait {
            Wait::For { formula: waited, block: inner } => {
                formula(waited, side, found);
                block(inner, side, found);
            }
            Wait::Any { block: inner } => block(inner, side, found),
            Wait::Time(_) | Wait::Until(_) => {}
        },
        StatementKind::Act(act) => block(&act.block, side, found),
        StatementKind::Run(run) => block(&run.block, side, found),
        StatementKind::Scope { block: inner, .. } => block(inner, side, found),
        StatementKind::Parallel(parallel) => block(&parallel.block, side, found),
        StatementKind::ForEach(each) => block(&each.block, side, found),
        StatementKind::Let { .. }
        | StatementKind::Notify(_)
        | StatementKind::Give(_)
        | StatementKind::Skip
        | StatementKind::Undo(_)
        | StatementKind::Then { .. }
        | StatementKind::End { .. } => {}
    }
}

/// The events whose fields an expression reads, with the fields.
pub fn event_reads(expr: &Expr) -> Vec<(EventId, &[Name])> {
    expr.with_parts().into_iter().filter_map(Expr::event_field).collect()
}

/// The values of the run that an expression reads.
pub fn value_reads(expr: &Expr) -> Vec<ValueId> {
    let reads = expr.with_parts().into_iter().filter_map(|part| match &part.kind {
        ExprKind::Value { value, .. } => Some(*value),
        _ => None,
    });
    reads.collect()
}
