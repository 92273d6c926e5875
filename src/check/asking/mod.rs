//! An event that is meant for one service, turned into the command it stands for, with its reply.

mod shape;

use super::Context;
use super::fixes::is_odd;
use crate::finding::{Fix, Text};
use crate::model::{
    Block, Event, EventId, Expr, ExprKind, GoalKind, Name, OperationKind, Trouble, ValueKind, WorkflowId,
    World, written,
};
use crate::source::Span;
use shape::{Done, Said, done, publications, said, takes, waits_for};

impl Context<'_> {
    /// The conductor calls the only subscriber, and takes its answer: only where the subscriber does
    /// nothing but one step, all of whose arguments the conductor knows, and nobody else hears of it.
    pub fn as_command(&self, event: EventId) -> Option<Fix> {
        if self.model.world != World::Closed {
            return None;
        }
        let said = said(self.model, event)?;
        let done = done(self.model, event)?;
        let conductor = self.model.workflows[said.workflow].coordinator()?;
        let is_meant = conductor == self.model.events[event].service && conductor != done.service;
        let wait = done.reply.and_then(|(reply, _)| said.next.and_then(|next| waits_for(next, reply)));
        if !is_meant || !self.is_between_them(event, &said, &done, wait) {
            return None;
        }
        let operation = &self.model.operations[done.act.operation];
        let service = self.service(done.service);
        let name = self.free_name(said.workflow, &self.model.values[done.act.value].name.text);
        if [service, &operation.name.text, &name].into_iter().any(is_odd) {
            return None;
        }
        let title = match operation.kind {
            OperationKind::Command => {
                format!("send `{service}` the command `{}`, and take the reply", operation.name.text)
            }
            OperationKind::Query => {
                format!("ask `{service}` for `{}`, and take the reply", operation.name.text)
            }
        };
        let mut fix = Fix::daring(title).instead(said.span, self.step(event, &said, &done, wait, &name)?);
        if let (Some(_), Some(next)) = (wait, said.next) {
            fix = fix.without(next.span);
        }
        for (span, text) in self.reads(event, &said, &done, &name)? {
            fix = fix.instead(span, text);
        }
        let reply = done.reply.map(|(reply, _)| self.model.events[reply].span);
        let gone =
            [Some(self.model.workflows[done.workflow].span), Some(self.model.events[event].span), reply];
        Some(gone.into_iter().flatten().fold(fix, Fix::without))
    }

    /// Whether nobody but the two of them has to do with the event and its answer.
    fn is_between_them(&self, event: EventId, said: &Said, done: &Done, wait: Option<&Block>) -> bool {
        let model = self.model;
        let reply = done.reply.map(|(reply, _)| reply);
        let is_ours = |id: EventId| id == event || Some(id) == reply;
        let is_imported = |id: WorkflowId| self.is_imported(model.workflows[id].span);
        let is_promised = |id: EventId| {
            let replaces = |(other, event): (EventId, &Event)| {
                event.replaces == Some(id) || other == id && event.replaces.is_some()
            };
            let operations = || model.operations.values().flat_map(|operation| &operation.publishes);
            model.events.iter().any(replaces) || operations().any(|(published, _)| *published == id)
        };
        let waited = wait.and(said.next).map(|next| next.span);
        let is_taken_elsewhere = takes(model).into_iter().any(|(taker, taken, span)| {
            is_ours(taken) && taker != done.workflow && !waited.is_some_and(|waited| waited.contains(span))
        });
        let is_said_elsewhere =
            reply.is_some_and(|reply| publications(model).filter(|it| it.1 == reply).count() != 1);
        !is_taken_elsewhere
            && !is_said_elsewhere
            && !is_imported(said.workflow)
            && !is_imported(done.workflow)
            && !is_promised(event)
            && !reply.is_some_and(is_promised)
    }

    /// The call, as the conductor writes it.
    fn step(
        &self,
        event: EventId,
        said: &Said,
        done: &Done,
        wait: Option<&Block>,
        name: &str,
    ) -> Option<Text> {
        let operation = &self.model.operations[done.act.operation];
        let workflow = &self.model.workflows[said.workflow];
        let goals = || workflow.goals.iter().map(|goal| &self.model.goals[*goal]);
        // What nothing takes back must not be done in a run that can fail.
        let may_fail = goals().any(|goal| goal.kind == GoalKind::Failure);
        if operation.kind == OperationKind::Command && operation.undone.is_none() && may_fail {
            return None;
        }
        let mut text =
            Text::from(format!("step {name} = {}.{}(", self.service(done.service), operation.name.text));
        let arguments = &done.act.arguments;
        let is_in_order = arguments.iter().enumerate().all(|(at, argument)| argument.parameter == Some(at));
        for (at, argument) in arguments.iter().enumerate() {
            let field = &operation.fields.get(argument.parameter?)?.name.text;
            if !is_in_order && is_odd(field) {
                return None;
            }
            let label = if is_in_order { String::new() } else { format!("{field}: ") };
            let comma = if at == 0 { "" } else { ", " };
            text = text.words(format!("{comma}{label}")).then(self.known(event, said, &argument.value)?);
        }
        let block = &done.act.block;
        let limits = wait.into_iter().flat_map(|wait| wait.limits.iter().map(|limit| limit.span));
        let reminders = wait.into_iter().flat_map(|wait| wait.reminders.iter().map(|reminder| reminder.span));
        let timeout = block.timeout.map(|(_, span)| span);
        let retry = block.retry.as_ref().map(|retry| retry.span);
        let breaker = block.breaker.as_ref().map(|breaker| breaker.span);
        let copied = reminders.chain(limits).chain(timeout).chain(retry).chain(breaker);
        let mut entries: Vec<Text> = copied.map(|span| Text::default().copy(span)).collect();
        let may_repeat = operation.kind == OperationKind::Query || operation.idempotent_by.is_some();
        if retry.is_none() && may_repeat {
            entries.push("retry 3 times backoff 1s..10s".into());
        }
        entries.extend(self.refusals(event, said, done)?);
        if entries.is_empty() {
            return Some(text.words(")"));
        }
        let text = entries.into_iter().fold(text.words(") {"), |text, entry| text.words("\n").then(entry));
        Some(text.words("\n}"))
    }

    /// What the conductor does when it is refused, if nothing around the call says so.
    fn refusals(&self, event: EventId, said: &Said, done: &Done) -> Option<Option<Text>> {
        let is_met = |failure: &str| {
            let handlers = said.around.iter().flat_map(|block| &block.handlers);
            handlers.flat_map(|handler| &handler.troubles).any(|trouble| match trouble {
                Trouble::Any(_) => true,
                Trouble::Failure(name, _) => name == failure,
                Trouble::Outage(_) => false,
            })
        };
        let fails = self.model.operations[done.act.operation].fails.iter();
        let open: Vec<&str> =
            fails.map(|failure| failure.name.text.as_str()).filter(|name| !is_met(name)).collect();
        if open.is_empty() {
            return Some(None);
        }
        self.failure_end(said.workflow).filter(|_| !open.iter().any(|name| is_odd(name)))?;
        let way_out = self.way_out_of(self.publication(event).node?)?;
        Some(Some(format!("on {} {{ {} }}", open.join(" or "), way_out.entries).into()))
    }

    /// What the subscriber reads of the event, as the conductor wrote it there.
    fn known(&self, event: EventId, said: &Said, expr: &Expr) -> Option<Text> {
        let (field, rest): (&str, &[Name]) = match &expr.kind {
            ExprKind::Value { value, fields } if self.model.values[*value].kind == ValueKind::Correlation => {
                (&self.model.values[*value].name.text, fields)
            }
            ExprKind::Event { event: read, fields } if *read == event => {
                fields.split_first().map(|(first, rest)| (first.text.as_str(), rest))?
            }
            _ => return None,
        };
        let at = self.model.events[event].fields.iter().position(|it| it.name.text == field)?;
        let written = &said.arguments.iter().find(|argument| argument.parameter == Some(at))?.value;
        if !rest.is_empty() && !is_path(written) {
            return None;
        }
        path(Text::default().copy(written.span), rest)
    }

    /// What the conductor reads of the answer's event, and what it reads instead; none where one of the
    /// two events is read in another way.
    fn reads(&self, event: EventId, said: &Said, done: &Done, name: &str) -> Option<Vec<(Span, Text)>> {
        let mut found = Vec::new();
        for one in written::written(self.model).iter().filter(|one| one.workflow != Some(done.workflow)) {
            for part in one.expr.with_parts() {
                let Some((read, fields)) = part.event_field() else { continue };
                let Some((_, arguments)) = done.reply.filter(|(reply, _)| *reply == read) else {
                    if read == event {
                        return None;
                    }
                    continue;
                };
                let is_in_place = one.workflow == Some(said.workflow)
                    && !said.next.is_some_and(|next| next.span.contains(part.span));
                let (first, rest) = fields.split_first().filter(|_| is_in_place)?;
                let at = self.model.events[read].fields.iter().position(|it| it.name.text == first.text)?;
                let value = &arguments.iter().find(|argument| argument.parameter == Some(at))?.value;
                let text = match &value.kind {
                    ExprKind::Value { value, fields } if *value == done.act.value => {
                        path(Text::from(name), fields)?
                    }
                    _ => return None,
                };
                found.push((part.span, path(text, rest)?));
            }
        }
        Some(found)
    }

    /// The name, or one like it that nothing in the workflow has.
    fn free_name(&self, workflow: WorkflowId, wanted: &str) -> String {
        let values = self.model.values.values().filter(|value| value.workflow == workflow);
        let labels = self.model.labels.values().filter(|label| label.workflow == workflow);
        let taken: Vec<&str> = values
            .map(|value| value.name.text.as_str())
            .chain(labels.map(|label| label.name.text.as_str()))
            .collect();
        let mut name = wanted.to_string();
        let mut n = 1;
        while taken.contains(&name.as_str()) {
            n += 1;
            name = format!("{wanted}{n}");
        }
        name
    }
}

/// Whether fields can be read of what is written there.
fn is_path(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Value { .. } | ExprKind::Event { .. })
}

fn path(start: Text, fields: &[Name]) -> Option<Text> {
    let is_plain = fields.iter().all(|field| !is_odd(&field.text));
    is_plain.then(|| fields.iter().fold(start, |text, field| text.words(format!(".{}", field.text))))
}
