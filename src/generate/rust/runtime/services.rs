//! The other side of a step: the services of the project, and how an attempt ends.

use crate::breaker::Breakers;
use crate::contract::{Operation, Raised, Takes};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
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

/// Every operation of the project, by name.
#[derive(Default)]
pub struct Services {
    handlers: BTreeMap<String, Handler>,
    breakers: Breakers,
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
        self.handlers.insert(O::NAME.to_string(), Arc::new(handler));
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
        self.handlers.insert(O::NAME.to_string(), Arc::new(handler));
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
        self.handlers.insert(operation.to_string(), Arc::new(handler));
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
        self.handlers.insert(operation.to_string(), Arc::new(handler));
        self
    }

    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.handlers.keys()
    }

    /// One attempt: within its time, and not while the breaker is open.
    pub async fn attempt(&self, operation: &str, attempt: Attempt) -> Answer {
        let Some(handler) = self.handlers.get(operation).cloned() else {
            return Answer::Outage(format!("nobody serves {operation}"));
        };
        let address =
            format!("{operation} {}", attempt.call.instance.as_deref().unwrap_or_default());
        if let Some((_, pause)) = attempt.breaker
            && self.breakers.is_open(&address, pause)
        {
            return Answer::Outage("the breaker is open".to_string());
        }
        let span = tracing::info_span!(
            "step",
            run = attempt.call.run,
            step = attempt.call.step,
            operation,
            key = attempt.call.key,
            attempt = attempt.call.attempt,
        );
        let timeout = attempt.timeout;
        let working = handler(attempt.call, attempt.request).instrument(span.clone());
        let answer = match tokio::time::timeout(timeout, working).await {
            Ok(answer) => answer,
            Err(_) => Answer::Outage(format!("no answer within {timeout:?}")),
        };
        if let Some((outages, _)) = attempt.breaker {
            self.breakers.count(&address, outages, matches!(answer, Answer::Outage(_)));
        }
        span.in_scope(|| match &answer {
            Answer::Done(_) => tracing::info!("done"),
            Answer::Accepted => tracing::info!("accepted"),
            Answer::Refused(raised) => tracing::info!(failure = raised.name, "refused"),
            Answer::Outage(error) => tracing::warn!(error, "outage"),
        });
        answer
    }
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
