//! Ways out of the run: an event that an end is reached by, and what is undone before.

use super::flow::Around;
use super::{Choreographer, Cursor, Done, Exit, Heard, Here, Kind, Publication, Reason, Undo};
use crate::convert::text::type_text;
use crate::model::{Argument, Expr, GoalId, GoalKind, Statement, StatementKind, UndoTarget};
use crate::source::Span;
use std::collections::BTreeMap;

impl<'m> Choreographer<'m> {
    /// `undo all; end Cancelled("too slow")`
    pub(super) fn undo_and_end(
        &mut self,
        all: &'m [Statement],
        n_undos: usize,
        here: Here,
        around: &Around<'m>,
    ) -> Here {
        let targets: Vec<UndoTarget> = all[..n_undos]
            .iter()
            .filter_map(|statement| match &statement.kind {
                StatementKind::Undo(target) => Some(*target),
                _ => None,
            })
            .collect();
        match all.get(n_undos).map(|statement| (&statement.kind, statement.span)) {
            Some((StatementKind::End { goal, arguments }, span)) => {
                self.end(*goal, arguments, &targets, span, here, around)
            }
            _ => {
                self.cannot(
                    all[0].span,
                    "and then goes on",
                    "an undo after which the run goes on cannot be kept".to_string(),
                );
                Here::Over
            }
        }
    }

    pub(super) fn end(
        &mut self,
        goal: GoalId,
        arguments: &'m [Argument],
        undone: &[UndoTarget],
        span: Span,
        here: Here,
        around: &Around<'m>,
    ) -> Here {
        let declared = &self.cx.model.goals[goal];
        let undo = if undone.is_empty() {
            Undo::Nothing
        } else if undone.contains(&UndoTarget::All) {
            Undo::All
        } else {
            let label = |target: &UndoTarget| match target {
                UndoTarget::Label { label, .. } => Some(*label),
                UndoTarget::All => None,
            };
            Undo::Labels(undone.iter().filter_map(label).collect())
        };
        // An event that tells it already, or several.
        if let Here::After(heard) = &here
            && undo == Undo::Nothing
            && declared.fields.is_empty()
        {
            let heard = heard.clone();
            let single = match &heard {
                Heard::All(all) if all.len() == 1 => all.first().copied(),
                _ => None,
            };
            let is_start = single == Some(self.start);
            if !is_start {
                self.goals.entry(goal).or_default().push(heard.clone());
                let event = match heard {
                    Heard::All(all) | Heard::Any(all) => all.first().copied().unwrap_or(self.start),
                };
                self.exit(event, goal, undo, span, around, None);
                return Here::Over;
            }
        }
        let cursor = match here {
            Here::In(cursor) => cursor,
            Here::After(heard) => self.new_reaction(Kind::Reaction, self.coordinator, heard),
            Here::Over => return Here::Over,
        };
        if let Some(Done::Published(event)) = self.done.get(&cursor.block).copied()
            && undo == Undo::Nothing
            && self.carries(event, goal)
        {
            if cursor.is_nested {
                self.outline.text(cursor.block, "skip");
            }
            self.goals.entry(goal).or_default().push(Heard::All(vec![event]));
            self.exit(event, goal, undo, span, around, Some(cursor));
            return Here::Over;
        }
        let names = self.names_of_end(cursor, goal);
        let service = self.reactions[cursor.reaction].service;
        let mut fields = Vec::new();
        let mut values = BTreeMap::new();
        for (at, field) in declared.fields.iter().enumerate() {
            let Some(ty) = type_text(self.cx.model, &field.ty) else { continue };
            let name = field.name.text.to_string();
            let argument = arguments.iter().find(|argument| argument.parameter == Some(at));
            if let Some(argument) = argument {
                let expr: &Expr = &argument.value;
                let text = self.text_in(cursor.reaction, expr.span, &[expr]);
                values.insert(name.clone(), text);
            }
            if !self.key.contains(&name) {
                fields.push((name, ty));
            }
        }
        let event = self.new_event(service, &names, fields);
        self.known_from(cursor, event);
        let exit = self.exit(event, goal, undo, span, around, Some(cursor));
        self.undo_here(exit, cursor);
        self.publish(cursor, Publication { event, values, written: None });
        if cursor.is_nested {
            self.outline.text(cursor.block, "skip");
        }
        self.goals.entry(goal).or_default().push(Heard::All(vec![event]));
        Here::Over
    }

    /// Whether an event that is there already tells all that the end gives.
    fn carries(&self, event: super::News, goal: GoalId) -> bool {
        let Some(id) = self.events[event].existing else { return false };
        let fields = &self.cx.model.events[id].fields;
        self.cx.model.goals[goal].fields.iter().all(|wanted| {
            fields.iter().any(|field| field.name.text == wanted.name.text && field.ty == wanted.ty)
        })
    }

    fn names_of_end(&self, cursor: Cursor, goal: GoalId) -> Vec<String> {
        let goal = &self.cx.model.goals[goal];
        let thing = self.thing();
        let long = format!("{thing}{}", goal.name.text);
        let of_goal = if crate::convert::names::tells_the_past(&goal.name.text) {
            goal.name.text.to_string()
        } else {
            long.clone()
        };
        match self.reasons.get(&cursor.block) {
            Some(Reason::Failed(failures, operation)) => {
                let of_operation = &self.cx.model.operations[*operation];
                let service = self.cx.model.service_name(of_operation.service);
                let mut names = Vec::new();
                if let [one] = failures.as_slice()
                    && crate::convert::names::tells_the_past(one)
                {
                    names.push(one.clone());
                    names.push(format!("{service}{one}"));
                }
                names.extend(self.refused(*operation));
                names
            }
            Some(Reason::Outage(service)) => {
                vec![format!("{}NotReached", self.cx.model.service_name(*service))]
            }
            Some(Reason::Late(Some(operation))) => {
                self.refused(*operation).into_iter().map(|name| format!("{name}InTime")).collect()
            }
            Some(Reason::Late(None)) => vec![of_goal, long, format!("{thing}TimedOut")],
            Some(Reason::Chosen) => vec![of_goal, long],
            None => match self.done.get(&cursor.block) {
                Some(Done::Operation(operation)) if goal.kind == GoalKind::Success => {
                    self.told_of(*operation)
                }
                _ => vec![of_goal, long],
            },
        }
    }

    fn exit(
        &mut self,
        event: super::News,
        goal: GoalId,
        undo: Undo,
        span: Span,
        around: &Around<'m>,
        cursor: Option<Cursor>,
    ) -> usize {
        let is_limit = cursor.is_some_and(|cursor| self.reactions[cursor.reaction].kind == Kind::Timer);
        self.exits.push(Exit {
            event,
            goal,
            at: self.steps.len() + self.exits.len(),
            is_limit,
            branches: around.branches.clone(),
            choices: around.choices.clone(),
            reaction: cursor.map_or(usize::MAX, |cursor| cursor.reaction),
            undoes: Vec::new(),
            undo,
            refused: around.refused.clone(),
            span,
        });
        self.exits.len() - 1
    }
}
