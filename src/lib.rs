//! wfc compiles workflow specifications: text to model to step graph, and from there to findings,
//! diagrams and code. The phases are pure; see `docs/architecture.md`.

pub mod advise;
pub mod catalog;
pub mod check;
pub mod cli;
pub mod compile;
pub mod convert;
pub mod diagram;
pub mod diff;
pub mod explore;
pub mod finding;
pub mod format;
pub mod generate;
pub mod graph;
pub mod import;
pub mod lower;
pub mod metrics;
pub mod model;
pub mod project;
pub mod report;
pub mod source;
pub mod syntax;
