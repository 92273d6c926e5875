//! The shell of wfc, run as a user runs it: exit codes, streams, and every bad input we could think of.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod commands;
mod fixes;
mod fmt;
mod folder;
mod inputs;
mod profiles;
mod reports;
mod runs;
mod streams;
mod verify;
