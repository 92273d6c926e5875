//! The shell of wfc, run as a user runs it: exit codes, streams, and every bad input we could think of.

mod commands;
mod folder;
mod inputs;
mod streams;
