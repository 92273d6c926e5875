//! Events: what a line waits for, and what it publishes.

use crate::context::Cx;
use crate::contract::Event;
use crate::driver::{Command, Happened, Reply};
use crate::flow::{Exit, Flow, broken};
use crate::slot::Slot;
use crate::telemetry;
use serde_json::Value;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

/// An event that is waited for, where it is kept, and which ones count.
pub struct Term<'t> {
    name: &'static str,
    version: Option<u32>,
    accepts: Box<dyn Fn(&Value) -> bool + Send + Sync + 't>,
    keep: Box<dyn Fn(&Value) + Send + Sync + 't>,
}

/// How many of the terms are needed.
pub struct Formula<'t> {
    needed: usize,
    terms: Vec<Term<'t>>,
}

impl<'t> Term<'t> {
    /// An event of this type; nobody reads it.
    pub fn of<E: Event>() -> Term<'t> {
        Term {
            name: E::NAME,
            version: E::VERSION,
            accepts: Box::new(|_| true),
            keep: Box::new(|_| {}),
        }
    }

    /// An event that is read later from this slot.
    pub fn into<E: Event>(slot: &'t Slot<E>) -> Term<'t> {
        let keep = |fields: &Value| {
            if let Ok(event) = serde_json::from_value(fields.clone()) {
                slot.set(event);
            }
        };
        Term { keep: Box::new(keep), ..Term::of::<E>() }
    }

    /// Only events for which this holds.
    pub fn only<E: Event>(self, accepts: impl Fn(&E) -> bool + Send + Sync + 't) -> Term<'t> {
        self.only_where(move |event: &E| Ok(accepts(event)))
    }

    /// The same where the condition reads what may not be there.
    pub fn only_where<E: Event>(
        self,
        accepts: impl Fn(&E) -> Flow<bool> + Send + Sync + 't,
    ) -> Term<'t> {
        let accepts = move |fields: &Value| {
            serde_json::from_value(fields.clone())
                .is_ok_and(|event| accepts(&event).unwrap_or(false))
        };
        Term { accepts: Box::new(accepts), ..self }
    }
}

/// All of these events.
pub fn all<'t>(terms: impl IntoIterator<Item = Term<'t>>) -> Formula<'t> {
    let terms: Vec<_> = terms.into_iter().collect();
    Formula { needed: terms.len(), terms }
}

/// One of these events.
pub fn any<'t>(terms: impl IntoIterator<Item = Term<'t>>) -> Formula<'t> {
    some(1, terms)
}

/// So many of these events.
pub fn some<'t>(needed: usize, terms: impl IntoIterator<Item = Term<'t>>) -> Formula<'t> {
    Formula { needed, terms: terms.into_iter().collect() }
}

impl Cx {
    /// Until the events are in.
    pub async fn wait(&self, formula: Formula<'_>) -> Flow {
        self.first(std::slice::from_ref(&formula), None).await.map(|_| ())
    }

    /// The first of several; nothing when the time passes before.
    pub async fn first(
        &self,
        ways: &[Formula<'_>],
        within: Option<Duration>,
    ) -> Flow<Option<usize>> {
        self.open().await;
        let timer = within.map(|time| self.run.command(Command::Sleep(time)));
        let key = self.key("wait");
        let names: Vec<_> = ways.iter().flat_map(|way| &way.terms).map(|term| term.name).collect();
        let names = names.join(", ");
        let told = telemetry::Step::begin(&self.run, &key, "wait", &names);
        let _waiting = Waiting::new(self, &key, names);
        let way = poll_fn(|_| {
            for (at, way) in ways.iter().enumerate() {
                if self.takes(way) {
                    return Poll::Ready(Some(at));
                }
            }
            let is_over = timer
                .is_some_and(|timer| self.run.read(|state| state.replies.contains_key(&timer)));
            if is_over { Poll::Ready(None) } else { Poll::Pending }
        })
        .await;
        told.end(if way.is_some() { "done" } else { "too late" }, None);
        self.open().await;
        Ok(way)
    }

    /// Takes the first events that fulfil the formula and were not taken yet.
    fn takes(&self, formula: &Formula) -> bool {
        let events = self.run.read(|state| state.events.clone());
        let mut found: Vec<(usize, &Term)> = Vec::new();
        for term in &formula.terms {
            let event = events.iter().enumerate().find(|(at, event)| {
                event.name == term.name
                    && (term.version.is_none()
                        || event.version.is_none()
                        || event.version == term.version)
                    && !self.has_taken(*at)
                    && !found.iter().any(|(taken, _)| taken == at)
                    && (term.accepts)(&event.fields)
            });
            if let Some((at, _)) = event
                && found.len() < formula.needed
            {
                found.push((at, term));
            }
        }
        if found.len() < formula.needed {
            return false;
        }
        for (at, term) in &found {
            (term.keep)(&events[*at].fields);
        }
        self.take(found.into_iter().map(|(at, _)| at));
        true
    }

    /// States a fact. Whoever listens gets it at least once.
    pub async fn publish<E: Event>(&self, event: E) -> Flow {
        self.open().await;
        let fields = serde_json::to_value(&event).map_err(|error| broken(E::NAME, error))?;
        let happened = Happened {
            id: self.key(E::NAME),
            name: E::NAME.to_string(),
            version: E::VERSION,
            fields,
        };
        let told = telemetry::Step::begin(&self.run, &happened.id, E::NAME, PUBLISH)
            .below(self.reaction_span());
        let mut input = serde_json::to_value(happened).map_err(|error| broken(E::NAME, error))?;
        // Who says it, for a broker that brings it to others.
        input["run"] = Value::from(self.run.id.as_str());
        loop {
            let command = Command::Act { name: PUBLISH.to_string(), input: input.clone() };
            match self.perform(command).await {
                Reply::Value(Err(error)) => {
                    tracing::warn!(run = %self.run.id, event = E::NAME, error, "not published yet");
                    self.perform(Command::Sleep(Duration::from_secs(1))).await;
                }
                Reply::Value(Ok(_)) => {
                    told.end("done", None);
                    return Ok(());
                }
                Reply::Fired | Reply::Time(_) => {
                    return Err(Exit::Broken("the engine brought no answer".to_string()));
                }
            }
        }
    }
}

/// The act by which an engine hands an event to whoever listens.
pub const PUBLISH: &str = "publish";

/// Shows in the status what is waited for, as long as it is.
struct Waiting<'c> {
    cx: &'c Cx,
    key: String,
}

impl<'c> Waiting<'c> {
    fn new(cx: &'c Cx, key: &str, what: String) -> Waiting<'c> {
        cx.run.change(|state| state.waiting.insert(key.to_string(), what));
        Waiting { cx, key: key.to_string() }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.cx.run.change(|state| state.waiting.remove(&self.key));
    }
}
