//! What a finding takes for granted because the text leaves it open.

use super::{Confidence, Severity};
use std::fmt;

/// A default that a finding rests on, and what would make it more than a default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    pub ground: Ground,
    /// The one annotation that would settle it, as a help: ``say who answers for it: `owned by Shop` ``
    pub settle: String,
    /// What the finding would be if the default were written.
    pub severity: Severity,
    pub confidence: Confidence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Nobody is named who answers for an end: the service whose event starts the workflow does.
    Owner,
    /// The files that were read are all there are: nobody else publishes or listens.
    World,
}

impl fmt::Display for Ground {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Ground::Owner => "default owner",
            Ground::World => "closed world",
        })
    }
}
