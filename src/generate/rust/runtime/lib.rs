//! What a workflow is written against: steps under a policy, timers, events, branches, and a journal of
//! what was done so that it can be taken back. Nothing in here knows which engine runs it, but for the
//! engines themselves.

#[cfg(all(feature = "choreography", any(feature = "duroxide", feature = "temporal")))]
pub mod both;
pub mod breaker;
pub mod calls;
#[cfg(feature = "choreography")]
pub mod choreography;
#[cfg(any(feature = "duroxide", feature = "temporal"))]
pub mod cli;
pub mod clock;
pub mod context;
pub mod contract;
pub mod cron;
pub mod driver;
#[cfg(feature = "duroxide")]
pub mod durable;
pub mod engine;
pub mod events;
pub mod flow;
pub mod forks;
pub mod handed_over;
#[cfg(any(feature = "duroxide", feature = "temporal"))]
pub mod history;
#[cfg(feature = "http")]
pub mod http;
pub mod journal;
pub mod keys;
pub mod limits;
#[cfg(feature = "memory")]
pub mod memory;
pub mod notices;
#[cfg(feature = "otel")]
pub mod otel;
pub mod routes;
pub mod runs;
pub mod services;
pub mod slot;
pub mod step;
pub mod telemetry;
#[cfg(feature = "temporal")]
pub mod temporal;
#[cfg(feature = "memory")]
pub mod testing;
pub mod undo;
pub mod values;
#[cfg(any(feature = "choreography", feature = "duroxide", feature = "http", feature = "temporal"))]
pub mod words;

pub use clock::Every;
pub use context::Cx;
pub use contract::{Compensation, Event, Failure, NoFailure, Operation, Takes, Undo, Workflow};
pub use engine::Project;
pub use events::{Term, all, any, some};
pub use flow::{Ended, Exit, Flow, broken, end, give, leave, skip, unwritten};
pub use forks::{Line, block, given_in, line};
pub use handed_over::HandedOver;
pub use limits::{or_outage, second};
pub use routes::Route;
pub use runs::{Finished, Late, Workflows};
pub use services::{Accepted, Address, Answered, Call, Outage, Services, Trouble};
pub use slot::Slot;
pub use step::{Step, undo_of};
pub use values::{
    between, compare, count, days, divide, earlier, field, from_any, hours, later, length, millis,
    minutes, present, seconds, size, start_of, times, to_any,
};
