//! The shell of wfc, run as a user runs it: exit codes, streams, and every bad input we could think of.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod advise;
mod baseline;
mod commands;
mod config;
mod convert;
mod diff;
mod exit_codes;
mod fixes;
mod fmt;
mod folder;
#[cfg(unix)]
mod generate;
mod graph;
mod inputs;
mod metrics;
mod page;
mod pictures;
mod profiles;
mod progress;
mod reports;
mod runs;
mod serve;
mod shell;
mod since;
mod streams;
mod templates;
mod verify;
mod watch;
