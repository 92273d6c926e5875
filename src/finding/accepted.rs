//! Findings that somebody has accepted: they are counted, and only told to who asks for them.

use super::Finding;

#[derive(Clone, Debug)]
pub struct Accepted {
    pub finding: Finding,
    pub by: Acceptance,
}

/// Where it stands that a finding is accepted, and the reason where one is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// An `allow` in the text of the workflow.
    Text { because: String },
    /// An `allow` of the configuration.
    Configuration { because: String },
    /// It was there before.
    Baseline,
}
