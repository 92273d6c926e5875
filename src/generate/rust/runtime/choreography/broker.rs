//! The seam to what carries messages from one service to others. The outbox hands messages over, inboxes
//! take them: a broker may bring a message more than once and in any order, but must not lose one.

use serde::{Deserialize, Serialize};
use std::any::Any;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// One that is handed over twice counts once, as far as the broker remembers.
    pub id: String,
    /// What it is about: `events.Shop.OrderPlaced`, `commands.Support`, `answers.Shop`, `notes`. Its parts
    /// hold letters, digits, `-` and `_` only.
    pub topic: String,
    /// Messages with one key should stay in order.
    pub key: String,
    /// A CloudEvent, as JSON.
    pub body: String,
}

/// Who wants messages. What it has not acknowledged is kept for it, whether it is there or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Consumer {
    /// Letters, digits, `-` and `_` only.
    pub name: String,
    pub topics: Vec<String>,
}

/// A message that has come, and what its broker needs to know it again.
pub struct Delivery {
    pub message: Message,
    pub receipt: Box<dyn Any + Send + Sync>,
}

/// The broker is not there, or cannot do it now: it is asked again later.
#[derive(Debug)]
pub struct Absent(pub String);

impl std::fmt::Display for Absent {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Absent {}

impl From<sqlx::Error> for Absent {
    fn from(error: sqlx::Error) -> Absent {
        Absent(error.to_string())
    }
}

static AWAY: AtomicBool = AtomicBool::new(false);

/// Says that the broker does not answer: once, however many ask it however often.
pub fn is_away(error: &dyn std::fmt::Display) {
    if !AWAY.swap(true, Ordering::SeqCst) {
        tracing::warn!(%error, "the broker does not answer; what is published waits in the outbox");
    }
}

/// Says that it answers again, if it did not.
pub fn is_there() {
    if AWAY.swap(false, Ordering::SeqCst) {
        tracing::warn!("the broker answers again");
    }
}

/// An answer of the broker.
pub type Pending<'b, T> = Pin<Box<dyn Future<Output = Result<T, Absent>> + Send + 'b>>;

pub trait Broker: Send + Sync + 'static {
    /// From now on messages on these topics are kept for the consumer; so are earlier ones, as far back as
    /// the broker has them. It is called whenever a service begins.
    fn subscribe<'b>(&'b self, consumer: &'b Consumer) -> Pending<'b, ()>;

    /// Takes a message over. When this has succeeded, it is kept.
    fn publish<'b>(&'b self, message: &'b Message) -> Pending<'b, ()>;

    /// What is there for a consumer; when there is nothing, waits for it as long as patience lasts.
    fn receive<'b>(
        &'b self,
        consumer: &'b str,
        at_most: usize,
        patience: Duration,
    ) -> Pending<'b, Vec<Delivery>>;

    /// The message is in the database of the consumer, and need not come again.
    fn acknowledge(&self, delivery: Delivery) -> Pending<'_, ()>;

    /// It could not be taken: it comes again, at the earliest after this pause.
    fn again(&self, delivery: Delivery, pause: Duration) -> Pending<'_, ()>;

    /// How many messages wait for a consumer, if that is known.
    fn waiting<'b>(&'b self, consumer: &'b str) -> Pending<'b, Option<u64>>;
}
