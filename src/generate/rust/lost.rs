//! What a Rust project cannot express yet.

use crate::finding::{Finding, Severity};
use crate::generate::rules::LOST_IN_TARGET;
use crate::source::Span;

/// An error: half a workflow must not be taken for the whole.
pub fn not_generated(at: Span, what: &str) -> Finding {
    LOST_IN_TARGET
        .at(at, "this is not generated")
        .severity(Severity::Error)
        .message(format!("{what} cannot be generated as Rust"))
        .help("say it in another way, or generate another target")
}
