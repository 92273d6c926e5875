//! The choreography as text.

use super::{Choreographer, Event, Heard, Kind, News, Reaction};
use crate::convert::text::{field_text, written};
use crate::model::{Field, GoalKind, ServiceId, Trigger};
use std::fmt::Write;

impl Choreographer<'_> {
    /// `late` stays, as long as it only tells people.
    pub(super) fn lates(&mut self) {
        for late in &self.workflow.late {
            for statement in &late.block.statements {
                if !matches!(statement.kind, crate::model::StatementKind::Notify(_)) {
                    self.cannot(
                        statement.span,
                        "in `late`",
                        "what is undone when a run is over cannot be kept".to_string(),
                    );
                }
            }
        }
    }

    pub(super) fn declaration(&self, event: &Event) -> String {
        let model = self.cx.model;
        let key = self.key.iter().map(|name| {
            let field = self.key_field(name);
            field.map_or_else(|| written(name), |field| field_text(model, field))
        });
        let fields = event.fields.iter().map(|(name, ty)| format!("{}: {ty}", written(name)));
        let all: Vec<String> = key.chain(fields).collect();
        format!("event {}({})\n", event.name, all.join(", "))
    }

    /// The parameter or the field of the first event that is the key.
    fn key_field(&self, name: &str) -> Option<&Field> {
        let own = self.workflow.parameters.iter().find(|field| field.name.text == name);
        own.or_else(|| match &self.workflow.trigger {
            Trigger::Events(formula) => {
                let first = formula.terms.first()?;
                self.cx.model.events[first.event].fields.iter().find(|field| field.name.text == name)
            }
            Trigger::Called | Trigger::Schedule(_) => None,
        })
    }

    pub(super) fn print(&self) -> String {
        let model = self.cx.model;
        let workflow = self.workflow;
        let mut out = String::new();
        let _ = writeln!(out, "workflow {} {{\nchoreographed", written(&workflow.name.text));
        let key: Vec<String> = self.key.iter().map(|name| written(name)).collect();
        let _ = writeln!(out, "correlated by {}", key.join(", "));
        let start = match &workflow.trigger {
            Trigger::Events(formula) => self.own_text(formula.span),
            Trigger::Called | Trigger::Schedule(_) => self.events[self.start].name.clone(),
        };
        let _ = writeln!(out, "starts when {start}");
        for (head, block) in &self.limits {
            let _ = writeln!(out, "{head} {{\n{}}}", self.block(*block));
        }
        for span in self.cx.said_of_whole(self.id) {
            let _ = writeln!(out, "{}", self.own_text(span));
        }
        if let Some(undone) = &workflow.undone {
            let _ = writeln!(out, "{}", self.own_text(undone.span));
        }
        out.push('\n');
        for goal in &workflow.goals {
            let declared = &model.goals[*goal];
            doc(&declared.doc, &mut out);
            let kind = if declared.kind == GoalKind::Success { "success" } else { "failure" };
            let fields: Vec<String> = declared.fields.iter().map(|field| field_text(model, field)).collect();
            let fields = if fields.is_empty() { String::new() } else { format!("({})", fields.join(", ")) };
            let _ = write!(out, "{kind} {}{fields}", written(&declared.name.text));
            if let Some(reached) = self.goals.get(goal).and_then(|all| self.reached(all)) {
                let _ = write!(out, " reached by {reached}");
            }
            // Who asks for the run answers for it anyway; what nobody wrote is not written here.
            let owner = declared.owner.service.unwrap_or(self.coordinator);
            let begins = self.events.get(self.start).is_some_and(|event| event.service == owner);
            let is_default = declared.owner.written.is_none() && begins;
            if !is_default {
                let _ = write!(out, " owned by {}", written(model.service_name(owner)));
            }
            out.push('\n');
        }
        for service in self.sides() {
            self.side(service, &mut out);
        }
        for late in &workflow.late {
            let _ = writeln!(out, "\n{}", self.own_text(late.span));
        }
        out.push('}');
        out
    }

    /// One formula for all ways to an end; several `and` ways have been gathered before.
    fn reached(&self, all: &[Heard]) -> Option<String> {
        match all {
            [] => None,
            [one] => Some(self.formula(one)),
            several => {
                let mut events: Vec<News> = Vec::new();
                for heard in several {
                    match heard {
                        Heard::All(all) | Heard::Any(all) => events.extend(all),
                    }
                }
                let mut seen = Vec::new();
                events.retain(|event| {
                    !seen.contains(event) && {
                        seen.push(*event);
                        true
                    }
                });
                Some(self.formula(&Heard::Any(events)))
            }
        }
    }

    fn formula(&self, heard: &Heard) -> String {
        let (events, word) = match heard {
            Heard::All(events) => (events, " and "),
            Heard::Any(events) => (events, " or "),
        };
        let names: Vec<&str> = events.iter().map(|event| self.events[*event].name.as_str()).collect();
        names.join(word)
    }

    /// The services with something to do, in the order in which they come in.
    fn sides(&self) -> Vec<ServiceId> {
        let reactions = self.reactions.iter().filter(|it| it.kind == Kind::Reaction).map(|it| it.service);
        let watches = self.watches.iter().map(|watch| watch.service);
        let mut sides = Vec::new();
        for service in reactions.chain(watches) {
            if !sides.contains(&service) {
                sides.push(service);
            }
        }
        sides
    }

    fn side(&self, service: ServiceId, out: &mut String) {
        let _ = writeln!(out, "\nparticipant {} {{", written(self.cx.model.service_name(service)));
        let own = |it: &&Reaction| it.service == service && it.kind == Kind::Reaction;
        for reaction in self.reactions.iter().filter(own) {
            let heard = self.heard(reaction);
            let _ = writeln!(out, "when {} {{\n{}}}", self.formula(&heard), self.block(reaction.block));
        }
        for watch in self.watches.iter().filter(|watch| watch.service == service) {
            let _ = writeln!(
                out,
                "watch for {} within {} of {} else {{\n{}}}",
                self.formula(&watch.expected),
                watch.within,
                self.events[watch.armed_by].name,
                self.block(watch.block)
            );
        }
        out.push_str("}\n");
    }

    /// What a reaction hears, with what it has to know from before.
    fn heard(&self, reaction: &Reaction) -> Heard {
        let Heard::All(all) = &reaction.heard else { return reaction.heard.clone() };
        let mut events: Vec<News> = reaction.needs.iter().copied().filter(|it| !all.contains(it)).collect();
        events.extend(all);
        Heard::All(events)
    }

    fn block(&self, block: usize) -> String {
        let mut out = String::new();
        self.outline.print(block, &|number| self.publication(number), &mut out);
        out
    }

    fn publication(&self, number: usize) -> String {
        let publication = &self.publications[number];
        if let Some(text) = &publication.written {
            return text.clone();
        }
        let event = &self.events[publication.event];
        let key = self.key.iter().map(|name| written(name));
        let fields = event
            .fields
            .iter()
            .map(|(name, _)| publication.values.get(name).cloned().unwrap_or_else(|| written(name)));
        let all: Vec<String> = key.chain(fields).collect();
        format!("publish {}({})", event.name, all.join(", "))
    }
}

fn doc(text: &str, out: &mut String) {
    if text.is_empty() {
        return;
    }
    for line in text.lines() {
        let _ = writeln!(out, "/// {line}");
    }
}
