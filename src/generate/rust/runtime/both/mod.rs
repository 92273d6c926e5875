//! Workflows that are conducted beside workflows that nobody conducts: a coordinator on its engine, services
//! on their databases, and between them the broker alone. What conducted runs publish goes there, and what
//! they hear comes from there, whoever says it.

pub mod cli;
mod ear;
mod engine;
mod outlet;

pub use cli::{Whole, main, run};
pub use ear::Ear;
pub use engine::Both;

/// What the coordinator is called where services have names: its inbox, its dead letters, its lock.
pub const COORDINATOR: &str = "coordinator";
