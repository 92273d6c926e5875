//! The other side of a step: the services of the project, and how an attempt ends.

use crate::breaker::Breakers;
use crate::contract::{Operation, Raised, Takes};
use crate::telemetry;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tracing::Instrument;

/// What a service is told about a call beside its request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    pub run: String,
    pub step: String,
    /// The same for every attempt of one step: whoever has done it once does not do it again.
    pub key: String,
    pub attempt: u32,
    /// Which instance is meant, where several play the part.
    pub instance: Option<String>,
    #[serde(skip)]
    pub inside: Inside,
    #[serde(skip)]
    pub around: Around,
}

/// What belongs to one attempt in one process, and is not kept with the run.
#[derive(Clone, Debug, Default)]
pub struct Around {
    pub callback: Option<String>,
    /// The span of the attempt (W3C trace context).
    pub traceparent: Option<String>,
}

impl Call {
    /// Where the answer belongs of an operation that takes a while, as long as somebody listens there.
    pub fn callback(&self) -> Option<&str> {
        self.around.callback.as_deref()
    }
}

/// What a call stands in, where its engine has something to give: a transaction.
#[derive(Clone, Default)]
pub struct Inside(pub Option<Arc<dyn std::any::Any + Send + Sync>>);

impl std::fmt::Debug for Inside {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(if self.0.is_some() { "a transaction" } else { "nothing" })
    }
}

/// How an operation answers.
pub type Answered<O> = Result<<O as Operation>::Reply, Trouble<<O as Operation>::Failure>>;

/// How an operation that takes a while takes a request on.
pub type Accepted = Result<(), Outage>;

/// Why there is no reply. Any error that `?` meets is an outage: it is tried again as the workflow says.
#[derive(Debug)]
pub enum Trouble<F> {
    /// A refusal, for a business reason. It is never tried again.
    Refused(F),
    Outage(Outage),
}

#[derive(Debug)]
pub struct Outage(pub String);

impl<F, E: std::error::Error> From<E> for Trouble<F> {
    fn from(error: E) -> Trouble<F> {
        Trouble::Outage(Outage(error.to_string()))
    }
}

impl<E: std::error::Error> From<E> for Outage {
    fn from(error: E) -> Outage {
        Outage(error.to_string())
    }
}

impl<F> Trouble<F> {
    pub fn outage(text: impl Into<String>) -> Trouble<F> {
        Trouble::Outage(Outage(text.into()))
    }
}

/// How an attempt ended, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Done(Value),
    Refused(Raised),
    Outage(String),
    /// The request is taken; the answer comes later.
    Accepted,
}

/// An attempt, as it travels from the run to the service.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    pub call: Call,
    pub timeout: Duration,
    pub breaker: Option<(u32, Duration)>,
    pub request: Value,
}

type Handler =
    Arc<dyn Fn(Call, Value) -> Pin<Box<dyn Future<Output = Answer> + Send>> + Send + Sync>;

/// Where a service is: nowhere else, as long as nothing goes over the wire.
#[cfg(not(feature = "http"))]
#[derive(Clone, Debug)]
pub enum Address {}

#[cfg(not(feature = "http"))]
impl Address {
    pub fn new(base: &str) -> Result<Address, String> {
        Err(format!("for {base} the coordinator is built with `--features http`"))
    }
}

#[cfg(feature = "http")]
pub use crate::http::client::Address;

struct Offered {
    handler: Handler,
    /// Whether this is a request of it.
    reads: fn(&Value) -> Result<(), String>,
    /// Whether it can answer so.
    fits: fn(&Answer) -> Result<(), String>,
}

/// Every operation of the project, by name.
#[derive(Default)]
pub struct Services {
    offered: BTreeMap<String, Offered>,
    breakers: Breakers,
    callbacks: OnceLock<String>,
    troubles: Vec<String>,
}

impl Services {
    /// Adds an operation that answers on the line.
    pub fn answer<O, F, A>(mut self, handler: F) -> Services
    where
        O: Operation,
        F: Fn(Call, O) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answered<O>> + Send + 'static,
    {
        let handler = move |call: Call, request: Value| {
            let handler = handler.clone();
            let future = async move {
                match serde_json::from_value(request) {
                    Ok(request) => answered::<O>(handler(call, request).await),
                    Err(error) => Answer::Outage(format!("the request cannot be read: {error}")),
                }
            };
            Box::pin(future) as Pin<Box<dyn Future<Output = Answer> + Send>>
        };
        self.offer::<O>(Arc::new(handler));
        self
    }

    /// Adds an operation that takes the request on and answers later.
    pub fn accept<O, F, A>(mut self, handler: F) -> Services
    where
        O: Operation,
        F: Fn(Call, O) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Accepted> + Send + 'static,
    {
        debug_assert_eq!(O::TAKES, Takes::AWhile);
        let handler = move |call: Call, request: Value| {
            let handler = handler.clone();
            let future = async move {
                match serde_json::from_value(request) {
                    Ok(request) => match handler(call, request).await {
                        Ok(()) => Answer::Accepted,
                        Err(Outage(text)) => Answer::Outage(text),
                    },
                    Err(error) => Answer::Outage(format!("the request cannot be read: {error}")),
                }
            };
            Box::pin(future) as Pin<Box<dyn Future<Output = Answer> + Send>>
        };
        self.offer::<O>(Arc::new(handler));
        self
    }

    /// Adds an operation that is asked as it is.
    pub fn raw<F>(mut self, operation: &str, handler: F) -> Services
    where
        F: Fn(Call, Value) -> Answer + Clone + Send + Sync + 'static,
    {
        let handler = move |call: Call, request: Value| {
            let handler = handler.clone();
            Box::pin(async move { handler(call, request) })
                as Pin<Box<dyn Future<Output = Answer> + Send>>
        };
        let offered = Offered { handler: Arc::new(handler), reads: |_| Ok(()), fits: |_| Ok(()) };
        self.offered.insert(operation.to_string(), offered);
        self
    }

    /// The same, where answering takes more than a moment.
    pub fn raw_later<F, A>(mut self, operation: &str, handler: F) -> Services
    where
        F: Fn(Call, Value) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        let handler = move |call: Call, request: Value| {
            Box::pin(handler(call, request)) as Pin<Box<dyn Future<Output = Answer> + Send>>
        };
        let offered = Offered { handler: Arc::new(handler), reads: |_| Ok(()), fits: |_| Ok(()) };
        self.offered.insert(operation.to_string(), offered);
        self
    }

    /// Adds an operation that is at an address.
    #[cfg(feature = "http")]
    pub fn remote<O: Operation>(mut self, at: &Address) -> Services {
        let at = at.clone();
        let handler = move |call: Call, request: Value| {
            let at = at.clone();
            Box::pin(async move { at.call::<O>(call, request).await })
                as Pin<Box<dyn Future<Output = Answer> + Send>>
        };
        self.offer::<O>(Arc::new(handler));
        self
    }

    #[cfg(not(feature = "http"))]
    pub fn remote<O: Operation>(self, at: &Address) -> Services {
        match *at {}
    }

    /// Adds what others offer and is not offered here yet: asked where this says.
    pub fn lent<F, A>(mut self, others: &Services, ask: F) -> Services
    where
        F: Fn(String, Call, Value) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        for (name, theirs) in &others.offered {
            let (ask, operation) = (ask.clone(), name.clone());
            let handler = move |call: Call, request: Value| {
                Box::pin(ask(operation.clone(), call, request))
                    as Pin<Box<dyn Future<Output = Answer> + Send>>
            };
            let (reads, fits) = (theirs.reads, theirs.fits);
            let offered = Offered { handler: Arc::new(handler), reads, fits };
            self.offered.entry(name.clone()).or_insert(offered);
        }
        self
    }

    fn offer<O: Operation>(&mut self, handler: Handler) {
        let reads = |request: &Value| O::deserialize(request).map(|_| ()).map_err(text);
        let fits = |answer: &Answer| match answer {
            Answer::Done(reply) => O::Reply::deserialize(reply).map(|_| ()).map_err(text),
            Answer::Refused(raised) => raised.check::<O>().map_err(text),
            Answer::Outage(_) | Answer::Accepted => Ok(()),
        };
        self.offered.insert(O::NAME.to_string(), Offered { handler, reads, fits });
    }

    /// A service where it is: at the address that the variable names, or else in this process.
    pub fn place(
        mut self,
        variable: &str,
        there: impl FnOnce(Services, &Address) -> Services,
        here: impl FnOnce(Services) -> Services,
    ) -> Services {
        match std::env::var(variable).ok().filter(|base| !base.is_empty()) {
            None => here(self),
            Some(base) => match Address::new(&base) {
                Ok(address) => there(self, &address),
                Err(error) => {
                    self.troubles.push(format!("{variable}: {error}"));
                    self
                }
            },
        }
    }

    /// What is wrong with the addresses of services.
    pub fn troubles(&self) -> &[String] {
        &self.troubles
    }

    /// From now on calls say that answers which come later belong there.
    pub fn answers_come_to(&self, base: &str) {
        // Whoever has said it first is listening.
        let _ = self.callbacks.set(base.to_string());
    }

    /// Whether this is a request of an operation; nothing when there is no such operation.
    pub fn reads(&self, operation: &str, request: &Value) -> Option<Result<(), String>> {
        Some((self.offered.get(operation)?.reads)(request))
    }

    /// Whether an operation can answer so; nothing when there is no such operation.
    pub fn fits(&self, operation: &str, answer: &Answer) -> Option<Result<(), String>> {
        Some((self.offered.get(operation)?.fits)(answer))
    }

    /// What an operation answers; nothing when there is no such operation.
    pub async fn ask(&self, operation: &str, call: Call, request: Value) -> Option<Answer> {
        let working = (self.offered.get(operation)?.handler)(call, request);
        Some(working.await)
    }

    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.offered.keys()
    }

    /// One attempt: within its time, and not while the breaker is open.
    pub async fn attempt(&self, operation: &str, attempt: Attempt) -> Answer {
        let Attempt { mut call, timeout, breaker, request } = attempt;
        let Some(handler) = self.offered.get(operation).map(|offered| offered.handler.clone())
        else {
            return Answer::Outage(format!("nobody serves {operation}"));
        };
        let address = format!("{operation} {}", call.instance.as_deref().unwrap_or_default());
        let address = address.trim_end();
        let span = telemetry::attempt(operation, &call);
        if let Some((_, pause)) = breaker
            && self.breakers.is_open(address, pause)
        {
            let answer = Answer::Outage("the breaker is open".to_string());
            span.in_scope(|| telemetry::attempted(operation, &answer));
            return answer;
        }
        #[cfg(feature = "http")]
        {
            let base = self.callbacks.get();
            call.around.callback =
                base.map(|base| crate::http::api::callback(base, &call.run, &call.key));
        }
        call.around.traceparent = Some(telemetry::traceparent(&span, &call));
        let working = handler(call, request).instrument(span.clone());
        let answer = match tokio::time::timeout(timeout, working).await {
            Ok(answer) => answer,
            Err(_) => Answer::Outage(format!("no answer within {timeout:?}")),
        };
        if let Some((outages, _)) = breaker {
            self.breakers.count(address, outages, matches!(answer, Answer::Outage(_)));
            telemetry::breaker(address, self.breakers.has_opened(address));
        }
        span.in_scope(|| telemetry::attempted(operation, &answer));
        answer
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn answered<O: Operation>(answered: Answered<O>) -> Answer {
    let written = match answered {
        Ok(reply) => serde_json::to_value(reply).map(Answer::Done),
        Err(Trouble::Refused(failure)) => {
            serde_json::to_value(failure).and_then(serde_json::from_value).map(Answer::Refused)
        }
        Err(Trouble::Outage(Outage(text))) => return Answer::Outage(text),
    };
    written.unwrap_or_else(|error| Answer::Outage(format!("the answer cannot be written: {error}")))
}
