//! The rules, one a file. The order here is the order of the manual.

mod contested_command;
mod swallowed_failure;
mod unbounded_wait;
mod unhandled_command;
mod unhandled_failure;
mod unhandled_outage;
mod unsafe_retry;

use super::Context;
use crate::finding::{Finding, Rule};

type Find = fn(&Context) -> Vec<Finding>;

pub(super) const ALL: &[(&Rule, Find)] = &[
    // Compensation and sagas.
    (&unhandled_failure::UNHANDLED_FAILURE, unhandled_failure::find),
    // Control flow and choreography.
    (&unhandled_command::UNHANDLED_COMMAND, unhandled_command::find),
    (&contested_command::CONTESTED_COMMAND, contested_command::find),
    // Resilience.
    (&unhandled_outage::UNHANDLED_OUTAGE, unhandled_outage::find),
    (&unbounded_wait::UNBOUNDED_WAIT, unbounded_wait::find),
    (&unsafe_retry::UNSAFE_RETRY, unsafe_retry::find),
    (&swallowed_failure::SWALLOWED_FAILURE, swallowed_failure::find),
];
