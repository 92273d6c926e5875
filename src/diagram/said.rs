//! What the text of a workflow says at the places to which nodes and edges of the step graph point.

use super::expression::{expression, formula};
use crate::model::{
    Block, ExprKind, Formula, LimitKind, Literal, LoopName, Model, Reaction, Statement, StatementKind, Wait,
    Workflow,
};
use crate::source::Span;
use std::collections::BTreeMap;

/// By the span of what is said. Importers give several things the same span, hence the tables.
#[derive(Default)]
pub struct Said {
    /// Conditions of choices, and of a `repeat`.
    pub conditions: BTreeMap<Span, String>,
    /// Loops over a list: by the list, and by the place of the loop.
    pub loops: BTreeMap<Span, String>,
    /// Limits, reminders, pauses, watches.
    pub times: BTreeMap<Span, String>,
    /// What is waited for, and what a reaction takes.
    pub formulas: BTreeMap<Span, String>,
    /// `needs` and `at most`.
    pub bounds: BTreeMap<Span, String>,
    /// The texts that an end is given.
    pub reasons: BTreeMap<Span, String>,
}

pub fn said(model: &Model, workflow: &Workflow) -> Said {
    let mut reader = Reader { model, said: Said::default() };
    reader.block(&workflow.body);
    for participant in &workflow.participants {
        participant.reactions.iter().for_each(|reaction| reader.reaction(reaction));
        for watch in &participant.watches {
            let text = format!(
                "no {} within {} of {}",
                formula(model, &watch.expected),
                expression(model, &watch.within),
                model.event_name(watch.armed_by)
            );
            reader.said.times.insert(watch.span, text);
            reader.block(&watch.otherwise);
        }
    }
    for late in &workflow.late {
        reader.formula(&late.formula);
        reader.block(&late.block);
    }
    reader.said
}

struct Reader<'m> {
    model: &'m Model,
    said: Said,
}

impl Reader<'_> {
    fn formula(&mut self, it: &Formula) {
        self.said.formulas.insert(it.span, formula(self.model, it));
    }

    fn reaction(&mut self, reaction: &Reaction) {
        self.formula(&reaction.formula);
        self.block(&reaction.block);
    }

    fn block(&mut self, block: &Block) {
        let model = self.model;
        for limit in &block.limits {
            let bound = expression(model, &limit.bound);
            let text = match limit.kind {
                LimitKind::Within => format!("within {bound}"),
                LimitKind::Before => format!("before {bound}"),
            };
            self.said.times.insert(limit.span, text);
            limit.otherwise.iter().for_each(|it| self.block(it));
        }
        for reminder in &block.reminders {
            let text = format!("after {}", expression(model, &reminder.delay));
            self.said.times.insert(reminder.span, text);
            self.block(&reminder.block);
        }
        if let Some(needs) = &block.needs {
            let text = format!("fewer than {}", expression(model, &needs.count));
            self.said.bounds.insert(needs.span, text);
            needs.otherwise.iter().for_each(|it| self.block(it));
        }
        if let Some(bound) = &block.at_most_times {
            self.said.bounds.insert(bound.span, format!("after {} times", bound.count));
            bound.otherwise.iter().for_each(|it| self.block(it));
        }
        if let Some((every, span)) = &block.every {
            self.said.times.insert(*span, format!("wait {}", expression(model, every)));
        }
        block.interrupts.iter().for_each(|interrupt| self.reaction(interrupt));
        block.statements.iter().for_each(|statement| self.statement(statement));
        block.handlers.iter().for_each(|handler| self.block(&handler.block));
    }

    fn statement(&mut self, statement: &Statement) {
        let model = self.model;
        match &statement.kind {
            StatementKind::Act(act) => self.block(&act.block),
            StatementKind::Run(run) => self.block(&run.block),
            StatementKind::Scope { block, .. } => self.block(block),
            StatementKind::If { branches, otherwise } => {
                for (condition, block) in branches {
                    self.said.conditions.insert(condition.span, expression(model, condition));
                    self.block(block);
                }
                otherwise.iter().for_each(|it| self.block(it));
            }
            StatementKind::Parallel(parallel) => {
                if let Some((variable, list)) = &parallel.each {
                    let variable = &model.values[*variable].name.text;
                    let text = format!("at once for each {variable} in {}", expression(model, list));
                    self.said.loops.insert(place(model, parallel.name, statement.span), text);
                }
                self.block(&parallel.block);
            }
            StatementKind::ForEach(each) => {
                let variable = &model.values[each.variable].name.text;
                let text = format!("for each {variable} in {}", expression(model, &each.list));
                self.said.loops.insert(place(model, each.name, statement.span), text);
                self.block(&each.block);
            }
            StatementKind::Repeat(repeat) => {
                self.said.conditions.insert(repeat.until.span, expression(model, &repeat.until));
                self.block(&repeat.block);
            }
            StatementKind::Wait(wait) => self.wait(wait, statement.span),
            StatementKind::End { arguments, .. } => {
                let texts = arguments.iter().filter_map(|it| match &it.value.kind {
                    ExprKind::Literal(Literal::Text(text)) => Some(text.as_str()),
                    _ => None,
                });
                let reason = texts.collect::<Vec<_>>().join(", ");
                if !reason.is_empty() {
                    self.said.reasons.insert(statement.span, reason);
                }
            }
            StatementKind::Let { .. }
            | StatementKind::Publish { .. }
            | StatementKind::Notify(_)
            | StatementKind::Give(_)
            | StatementKind::Skip
            | StatementKind::Undo(_)
            | StatementKind::Then { .. } => {}
        }
    }

    fn wait(&mut self, wait: &Wait, span: Span) {
        match wait {
            Wait::Time(delay) => {
                self.said.times.insert(span, format!("wait {}", expression(self.model, delay)));
            }
            Wait::Until(moment) => {
                self.said.times.insert(span, format!("wait until {}", expression(self.model, moment)));
            }
            Wait::For { formula, block } => {
                self.formula(formula);
                self.block(block);
            }
            Wait::Any { block } => self.block(block),
        }
    }
}

/// Where the step graph places a loop: at its name, else at its first word.
fn place(model: &Model, name: Option<LoopName>, span: Span) -> Span {
    name.map_or(span.head(), |name| model.labels[name.label].name.span)
}
