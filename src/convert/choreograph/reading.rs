//! What a reaction reads of the run, and the events that tell it.

use super::{Choreographer, Cursor, Heard, Kind, News, Publication, ReactionId};
use crate::convert::names::upper;
use crate::convert::text::{type_text, written};
use crate::model::{Expr, ExprKind, Name, ValueId, ValueKind};
use std::collections::{BTreeMap, BTreeSet};

enum Teller {
    /// The reaction itself.
    Own,
    Event(News),
    Nobody,
}

impl Choreographer<'_> {
    /// How a reaction calls what an expression reads; `None` where it calls it the same.
    pub(super) fn read(&mut self, reaction: ReactionId, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Value { value, fields } => self.read_value(reaction, *value, fields, expr),
            ExprKind::Event { event, .. } => {
                let event = self.existing(*event);
                self.hears(reaction, event, expr);
                None
            }
            _ => None,
        }
    }

    fn read_value(
        &mut self,
        reaction: ReactionId,
        id: ValueId,
        fields: &[Name],
        expr: &Expr,
    ) -> Option<String> {
        let value = &self.cx.model.values[id];
        let name = value.name.text.to_string();
        if self.key.contains(&name) && matches!(value.kind, ValueKind::Parameter | ValueKind::Correlation) {
            return None;
        }
        let event = match value.kind {
            ValueKind::Parameter | ValueKind::Correlation => self.start,
            ValueKind::Each => return None,
            ValueKind::Step | ValueKind::Let => match self.teller(id, reaction) {
                Teller::Own => return None,
                Teller::Event(event) => event,
                Teller::Nobody => {
                    self.cannot(
                        expr.span,
                        "nobody has told it by then",
                        format!("`{name}` is not known to the service that would read it"),
                    );
                    return None;
                }
            },
        };
        self.tells(event, &name, id, expr);
        self.hears(reaction, event, expr);
        let rest: String = fields.iter().map(|field| format!(".{}", written(&field.text))).collect();
        Some(format!("{}.{}{rest}", self.events[event].name, written(&name)))
    }

    /// Who has told the reaction a value by the time it begins.
    fn teller(&mut self, id: ValueId, reaction: ReactionId) -> Teller {
        let Some((home, told)) = self.values.get(&id) else { return Teller::Nobody };
        if *home == reaction {
            return Teller::Own;
        }
        let (past, ran) = self.past(reaction);
        match told.iter().find(|event| past.contains(event)) {
            Some(event) => Teller::Event(*event),
            None if ran.contains(home) => self.tell_before(id, *home),
            None => Teller::Nobody,
        }
    }

    /// Whichever way the reaction takes afterwards: it tells the value before it chooses.
    fn tell_before(&mut self, id: ValueId, home: ReactionId) -> Teller {
        let anchors = self.anchors.get(&home).into_iter().flatten();
        let Some(block) = anchors.clone().find(|(_, known)| known.contains(&id)).map(|(block, _)| *block)
        else {
            return Teller::Nobody;
        };
        let value = upper(&self.cx.model.values[id].name.text);
        let names = [format!("{}{value}Known", self.thing()), format!("{value}Known")];
        let event = self.new_event(self.reactions[home].service, &names, Vec::new());
        self.events[event].origin = Some(home);
        self.always.insert(event);
        if let Some((_, told)) = self.values.get_mut(&id) {
            told.push(event);
        }
        let cursor = Cursor { reaction: home, block, is_nested: false };
        self.publish(cursor, Publication { event, values: BTreeMap::new(), written: None });
        Teller::Event(event)
    }

    /// The events that have surely come before a reaction, and the reactions that have surely run.
    fn past(&self, reaction: ReactionId) -> (BTreeSet<News>, BTreeSet<ReactionId>) {
        let of = |event: &News| {
            let origin = self.events[*event].origin;
            let (mut events, mut ran) = origin.map(|origin| self.past(origin)).unwrap_or_default();
            events.insert(*event);
            ran.extend(origin);
            (events, ran)
        };
        let (mut events, ran) = match &self.reactions[reaction].heard {
            Heard::All(all) => {
                let mut sets = (BTreeSet::new(), BTreeSet::new());
                for (events, ran) in all.iter().map(of) {
                    sets.0.extend(events);
                    sets.1.extend(ran);
                }
                sets
            }
            Heard::Any(any) => {
                let mut sets = any.iter().map(of);
                let first = sets.next().unwrap_or_default();
                sets.fold(first, |(events, ran), (other, others)| {
                    (
                        events.intersection(&other).copied().collect(),
                        ran.intersection(&others).copied().collect(),
                    )
                })
            }
        };
        let always = self
            .always
            .iter()
            .filter(|event| self.events[**event].origin.is_some_and(|it| ran.contains(&it)));
        events.extend(always);
        (events, ran)
    }

    /// The event carries the value.
    fn tells(&mut self, event: News, name: &str, id: ValueId, expr: &Expr) {
        if self.events[event].fields.iter().any(|(field, _)| field == name) {
            return;
        }
        if self.events[event].existing.is_some() {
            return;
        }
        match type_text(self.cx.model, &self.cx.model.values[id].ty) {
            Some(ty) => self.events[event].fields.push((name.to_string(), ty)),
            None => self.cannot(
                expr.span,
                "an event cannot carry it",
                format!("the type of `{name}` has no name"),
            ),
        }
    }

    fn hears(&mut self, reaction: ReactionId, event: News, expr: &Expr) {
        if self.reactions[reaction].kind == Kind::Timer {
            self.cannot(
                expr.span,
                "a watch knows the key only",
                "what is done when time has passed reads what nobody has told".to_string(),
            );
            return;
        }
        self.reactions[reaction].needs.insert(event);
    }
}
