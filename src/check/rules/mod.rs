//! The rules, one a file. The order here is the order of the manual.

mod contradictory_ends;
mod dead_end;
mod fallible_after_pivot;
mod inconclusive;
mod late_pivot;
mod missing_compensation;
mod skipped_compensation;
mod undo_without_compensation;
mod unreachable_goal;
mod unreachable_step;

use super::Context;
use crate::finding::{Finding, Rule};

type Find = fn(&Context) -> Vec<Finding>;

pub(super) const ALL: &[(&Rule, Find)] = &[
    (&missing_compensation::MISSING_COMPENSATION, missing_compensation::find),
    (&skipped_compensation::SKIPPED_COMPENSATION, skipped_compensation::find),
    (&undo_without_compensation::UNDO_WITHOUT_COMPENSATION, undo_without_compensation::find),
    (&late_pivot::LATE_PIVOT, late_pivot::find),
    (&fallible_after_pivot::FALLIBLE_AFTER_PIVOT, fallible_after_pivot::find),
    (&unreachable_step::UNREACHABLE_STEP, unreachable_step::find),
    (&unreachable_goal::UNREACHABLE_GOAL, unreachable_goal::find),
    (&dead_end::DEAD_END, dead_end::find),
    (&contradictory_ends::CONTRADICTORY_ENDS, contradictory_ends::find),
    // Last: it speaks of what the others explored.
    (&inconclusive::INCONCLUSIVE, inconclusive::find),
];
