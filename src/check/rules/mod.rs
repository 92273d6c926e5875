//! The rules, one a file. The order here is the order of the manual.

mod ambiguous_start;
mod bidirectional_dependency;
mod broadcast_undo;
mod compensation_of_nothing;
mod contested_command;
mod contested_event;
mod contradictory_ends;
mod dead_end;
mod disguised_command;
mod double_activation;
mod endless_run;
mod event_loop;
mod fallible_after_pivot;
mod foreign_event;
mod improper_end;
mod incomplete_choice;
mod inconclusive;
mod late_pivot;
mod lost_correlation;
mod message_after_end;
mod message_race;
mod missing_compensation;
mod missing_failure_end;
mod missing_goal;
mod passive_aggressive_broadcast;
mod passive_aggressive_publisher;
mod publisher_handles_refusal;
mod skipped_compensation;
mod swallowed_failure;
mod tense;
mod unbounded_wait;
mod undo_without_compensation;
mod unhandled_command;
mod unhandled_failure;
mod unhandled_outage;
mod unheard_event;
mod unpublished_event;
mod unreachable_goal;
mod unreachable_step;
mod unsafe_retry;
mod unwatched_goal;

use super::Context;
use crate::finding::{Finding, Rule};

type Find = fn(&Context) -> Vec<Finding>;

pub(super) const ALL: &[(&Rule, Find)] = &[
    // Passive-aggressive publishers.
    (&passive_aggressive_publisher::PASSIVE_AGGRESSIVE_PUBLISHER, passive_aggressive_publisher::find),
    (&passive_aggressive_broadcast::PASSIVE_AGGRESSIVE_BROADCAST, passive_aggressive_broadcast::find),
    (&unwatched_goal::UNWATCHED_GOAL, unwatched_goal::find),
    (&disguised_command::DISGUISED_COMMAND, disguised_command::find),
    (&publisher_handles_refusal::PUBLISHER_HANDLES_REFUSAL, publisher_handles_refusal::find),
    // Coupling.
    (&bidirectional_dependency::BIDIRECTIONAL_DEPENDENCY, bidirectional_dependency::find),
    (&event_loop::EVENT_LOOP, event_loop::find),
    // Compensation and sagas.
    (&missing_compensation::MISSING_COMPENSATION, missing_compensation::find),
    (&skipped_compensation::SKIPPED_COMPENSATION, skipped_compensation::find),
    (&undo_without_compensation::UNDO_WITHOUT_COMPENSATION, undo_without_compensation::find),
    (&compensation_of_nothing::COMPENSATION_OF_NOTHING, compensation_of_nothing::find),
    (&broadcast_undo::BROADCAST_UNDO, broadcast_undo::find),
    (&late_pivot::LATE_PIVOT, late_pivot::find),
    (&fallible_after_pivot::FALLIBLE_AFTER_PIVOT, fallible_after_pivot::find),
    (&unhandled_failure::UNHANDLED_FAILURE, unhandled_failure::find),
    // Control flow and choreography.
    (&endless_run::ENDLESS_RUN, endless_run::find),
    (&foreign_event::FOREIGN_EVENT, foreign_event::find),
    (&unheard_event::UNHEARD_EVENT, unheard_event::find),
    (&unpublished_event::UNPUBLISHED_EVENT, unpublished_event::find),
    (&unreachable_step::UNREACHABLE_STEP, unreachable_step::find),
    (&unreachable_goal::UNREACHABLE_GOAL, unreachable_goal::find),
    (&dead_end::DEAD_END, dead_end::find),
    (&contradictory_ends::CONTRADICTORY_ENDS, contradictory_ends::find),
    (&incomplete_choice::INCOMPLETE_CHOICE, incomplete_choice::find),
    (&ambiguous_start::AMBIGUOUS_START, ambiguous_start::find),
    (&improper_end::IMPROPER_END, improper_end::find),
    (&double_activation::DOUBLE_ACTIVATION, double_activation::find),
    (&message_race::MESSAGE_RACE, message_race::find),
    (&message_after_end::MESSAGE_AFTER_END, message_after_end::find),
    (&unhandled_command::UNHANDLED_COMMAND, unhandled_command::find),
    (&contested_command::CONTESTED_COMMAND, contested_command::find),
    (&contested_event::CONTESTED_EVENT, contested_event::find),
    // Resilience.
    (&unhandled_outage::UNHANDLED_OUTAGE, unhandled_outage::find),
    (&unbounded_wait::UNBOUNDED_WAIT, unbounded_wait::find),
    (&unsafe_retry::UNSAFE_RETRY, unsafe_retry::find),
    (&swallowed_failure::SWALLOWED_FAILURE, swallowed_failure::find),
    // Data and names.
    (&missing_goal::MISSING_GOAL, missing_goal::find),
    (&missing_failure_end::MISSING_FAILURE_END, missing_failure_end::find),
    (&lost_correlation::LOST_CORRELATION, lost_correlation::find),
    (&tense::TENSE, tense::find),
    // Last: it speaks of what the others explored.
    (&inconclusive::INCONCLUSIVE, inconclusive::find),
];
