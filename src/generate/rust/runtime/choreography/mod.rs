//! Services that nobody conducts: each reacts to events in a database of its own. What it has taken, done
//! and published stands there in the same transaction, so that nothing is lost and nothing happens twice.

pub mod broker;
pub mod called;
pub mod cli;
pub mod commands;
pub mod dead;
pub mod engine;
pub mod envelope;
pub mod inbox;
pub mod local;
#[cfg(feature = "nats")]
pub mod nats;
pub mod outbox;
pub mod reactions;
pub mod registry;
pub mod replay;
#[cfg(feature = "memory")]
pub mod stage;
pub mod store;
pub mod system;
pub mod tasks;
pub mod topics;
pub mod tracker;
pub mod transaction;

pub use broker::{Broker, Consumer, Delivery, Message};
pub use envelope::Envelope;
pub use registry::{Known, Listens, Participant, Remote};
pub use sqlx;
pub use tracker::{Goal, Hop, Plan};
