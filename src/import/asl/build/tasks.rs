//! A task: a step that calls an operation, runs a workflow, or publishes.

use super::Builder;
use super::calls::TaskCall;
use super::level::Level;
use super::states::doc;
use crate::import::asl::expression::{INPUT, seconds};
use crate::import::asl::losses::Loss;
use crate::import::asl::machine::{QueryLanguage, State};
use crate::import::document::Value;
use crate::source::Span;
use crate::syntax::ast::{
    Argument, Block, Call, Entry, EventName, Expr, ExprKind, Name, Publish, Run, Step, StepSource,
};
use std::collections::HashSet;

impl Builder<'_> {
    pub(super) fn task(&mut self, state: &State, level: &Level) -> Entry {
        if let Some(events) = self.calls.events(state).map(<[Name]>::to_vec) {
            return self.publication(state, &events, level);
        }
        let name = self.entry_name(state, level);
        match self.calls.of(state).cloned() {
            Some(call) => self.call(state, call, name, level),
            None => self.scope(state, vec![Entry::Bad(name.span)], level),
        }
    }

    fn call(&mut self, state: &State, call: TaskCall, name: Name, level: &Level) -> Entry {
        let TaskCall { called, operation, .. } = call;
        let span = state.name.span;
        let is_bus = called.service == "EventBridge" && called.operation == "putEvents";
        if is_bus && called.answers.is_none() && called.events.is_empty() {
            self.losses.note(Loss::ComputedEvent, called.span);
        }
        let limit = self.limits(state, called.answers.is_some());
        let mut entries: Vec<Entry> = limit.into_iter().collect();
        entries.extend(self.retry(state).map(Entry::Retry));
        let declared = &self.contracts.get(operation).failures;
        let fails: HashSet<_> = declared.iter().map(|failure| failure.text.clone()).collect();
        entries.extend(self.handlers(&state.catch, level, &fails));
        let block = (!entries.is_empty()).then_some(Block { entries, span });
        let arguments = self.arguments(state);
        let run = called.runs.filter(|machine| self.workflows.contains(&machine.text));
        let source = match run {
            Some(workflow) => StepSource::Run(Run { workflow, arguments, span: called.span }, block),
            None => {
                let path = self.contracts.path(operation, called.span);
                StepSource::Call(Call { path, arguments, span: called.span }, block)
            }
        };
        Entry::Step(Box::new(Step { doc: doc(state), name, source, span }))
    }

    /// Events that are put on a bus: the machine's service states the facts. Where the state says what
    /// happens when the bus does not answer, the bus is called first.
    fn publication(&mut self, state: &State, events: &[Name], level: &Level) -> Entry {
        let mut entries = Vec::new();
        if let Some(call) = self.calls.of(state).cloned() {
            let text = self.names.unique(&format!("{} on the bus", state.name.text));
            let name = Name { text, span: state.name.span };
            entries.push(self.call(state, call, name, level));
        }
        for event in events {
            self.contracts.event(self.coordinator, event);
            let span = event.span;
            let name = EventName { path: vec![event.clone()], version: None, span };
            entries.push(Entry::Publish(Publish { event: name, arguments: self.arguments(state), span }));
        }
        self.scope(state, entries, level)
    }

    /// `TimeoutSeconds` bounds an attempt; of what answers later it bounds the waiting.
    fn limits(&mut self, state: &State, answers_later: bool) -> Option<Entry> {
        const LIMITS: &[&str] =
            &["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"];
        let value = LIMITS.iter().find_map(|field| state.field(field))?;
        match value.number() {
            Some(number) if !answers_later => Some(Entry::Timeout(seconds(number, value.span), value.span)),
            _ => self.limit(value).map(Entry::Within),
        }
    }

    fn arguments(&mut self, state: &State) -> Vec<Argument> {
        let given = match state.language {
            QueryLanguage::JsonPath => state.field("Parameters"),
            QueryLanguage::Jsonata => state.field("Arguments"),
        };
        let value = match given {
            None => whole_input(state.name.span),
            Some(given) => match given.get("Payload").or(given.get("Payload.$")) {
                Some(payload) => self.payload(payload, state.language),
                None => self.foreign.template(given),
            },
        };
        vec![Argument { name: None, value }]
    }

    fn payload(&mut self, payload: &Value, language: QueryLanguage) -> Expr {
        match payload.text() {
            Some(path) if language == QueryLanguage::JsonPath && path.starts_with('$') => {
                self.foreign.path(path, payload.span)
            }
            _ => self.foreign.value(payload, language),
        }
    }
}

fn whole_input(span: Span) -> Expr {
    Expr { kind: ExprKind::Path(vec![Name { text: INPUT.into(), span }]), span }
}
