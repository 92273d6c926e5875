//! The rules about two versions, one a file.

pub mod broken_message;
pub mod coupling_drift;
pub mod longer_critical_path;
pub mod lost_compensation;
pub mod new_order_dependency;
pub mod stranded_runs;

use super::{Pair, Two};
use crate::finding::{Finding, Rule};

pub const ALL: &[&Rule] = &[
    &broken_message::BROKEN_MESSAGE,
    &new_order_dependency::NEW_ORDER_DEPENDENCY,
    &coupling_drift::COUPLING_DRIFT,
    &lost_compensation::LOST_COMPENSATION,
    &longer_critical_path::LONGER_CRITICAL_PATH,
    &stranded_runs::STRANDED_RUNS,
];

/// What is to be said of the systems as a whole.
pub fn of_systems(two: &Two) -> Vec<Finding> {
    let found = [broken_message::find, coupling_drift::find, stranded_runs::find_gone];
    found.into_iter().flat_map(|find| find(two)).collect()
}

/// What is to be said of a workflow that both have.
pub fn of_workflows(two: &Two, pair: &Pair) -> Vec<Finding> {
    let found = [
        new_order_dependency::find,
        lost_compensation::find,
        longer_critical_path::find,
        stranded_runs::find,
    ];
    found.into_iter().flat_map(|find| find(two, pair)).collect()
}
