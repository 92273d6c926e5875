//! What the target cannot express yet.

use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::source::Span;

pub static NOT_GENERATED: Rule = Rule {
    name: "not-generated",
    group: Group::Import,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports what a target of `wfc gen` cannot express.",
    why: "A generated project does what the specification says. Where it cannot, it is not written, so that \
          nobody takes half a workflow for the whole.",
    bad: "",
    good: "",
    help: "",
    example_language: "wfc",
};

pub fn not_generated(at: Span, what: &str) -> Finding {
    NOT_GENERATED
        .at(at, "this is not generated")
        .message(format!("{what} cannot be generated as Rust yet"))
        .help("say it in another way, or generate another target")
}
