//! The rules, one a file. The order here is the order of the manual.

mod afferent_budget;
mod bidirectional_dependency;
mod compensation_lacks_input;
mod compensation_not_idempotent;
mod compensation_order;
mod call_back_to_publisher;
mod contested_command;
mod contradictory_ends;
mod dead_compensation;
mod control_flag;
mod dead_end;
mod deadline_inversion;
mod dependency_cycle;
mod disguised_command;
mod dual_write;
mod efferent_budget;
mod endless_run;
mod event_loop;
mod fallible_after_pivot;
mod fallible_compensation;
mod fat_event;
mod foreign_event;
mod inconclusive;
mod late_pivot;
mod lost_correlation;
mod missing_breaker;
mod missing_compensation;
mod missing_failure_end;
mod missing_fallback;
mod missing_goal;
mod missing_isolation;
mod not_retriable_after_pivot;
mod needed_notification;
mod needless_command;
mod pass_through_field;
mod passive_aggressive_broadcast;
mod passive_aggressive_publisher;
mod publisher_handles_refusal;
mod retry_storm;
mod several_pivots;
mod segment_leak;
mod shared_entity;
mod skipped_compensation;
mod swallowed_failure;
mod synchronous_chain;
mod tense;
mod unbounded_loop;
mod unbounded_wait;
mod uncertain_pivot;
mod undeclared_orchestrator;
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
    (&needed_notification::NEEDED_NOTIFICATION, needed_notification::find),
    (&needless_command::NEEDLESS_COMMAND, needless_command::find),
    // Coupling.
    (&undeclared_orchestrator::UNDECLARED_ORCHESTRATOR, undeclared_orchestrator::find),
    (&bidirectional_dependency::BIDIRECTIONAL_DEPENDENCY, bidirectional_dependency::find),
    (&dependency_cycle::DEPENDENCY_CYCLE, dependency_cycle::find),
    (&efferent_budget::EFFERENT_BUDGET, efferent_budget::find),
    (&afferent_budget::AFFERENT_BUDGET, afferent_budget::find),
    (&event_loop::EVENT_LOOP, event_loop::find),
    (&synchronous_chain::SYNCHRONOUS_CHAIN, synchronous_chain::find),
    (&call_back_to_publisher::CALL_BACK_TO_PUBLISHER, call_back_to_publisher::find),
    (&control_flag::CONTROL_FLAG, control_flag::find),
    (&segment_leak::SEGMENT_LEAK, segment_leak::find),
    (&shared_entity::SHARED_ENTITY, shared_entity::find),
    (&pass_through_field::PASS_THROUGH_FIELD, pass_through_field::find),
    (&fat_event::FAT_EVENT, fat_event::find),
    // Compensation and sagas.
    (&missing_compensation::MISSING_COMPENSATION, missing_compensation::find),
    (&skipped_compensation::SKIPPED_COMPENSATION, skipped_compensation::find),
    (&undo_without_compensation::UNDO_WITHOUT_COMPENSATION, undo_without_compensation::find),
    (&compensation_order::COMPENSATION_ORDER, compensation_order::find),
    (&fallible_compensation::FALLIBLE_COMPENSATION, fallible_compensation::find),
    (&compensation_not_idempotent::COMPENSATION_NOT_IDEMPOTENT, compensation_not_idempotent::find),
    (&compensation_lacks_input::COMPENSATION_LACKS_INPUT, compensation_lacks_input::find),
    (&late_pivot::LATE_PIVOT, late_pivot::find),
    (&fallible_after_pivot::FALLIBLE_AFTER_PIVOT, fallible_after_pivot::find),
    (&uncertain_pivot::UNCERTAIN_PIVOT, uncertain_pivot::find),
    (&not_retriable_after_pivot::NOT_RETRIABLE_AFTER_PIVOT, not_retriable_after_pivot::find),
    (&several_pivots::SEVERAL_PIVOTS, several_pivots::find),
    (&unhandled_failure::UNHANDLED_FAILURE, unhandled_failure::find),
    (&dead_compensation::DEAD_COMPENSATION, dead_compensation::find),
    (&missing_isolation::MISSING_ISOLATION, missing_isolation::find),
    // Control flow and choreography.
    (&endless_run::ENDLESS_RUN, endless_run::find),
    (&foreign_event::FOREIGN_EVENT, foreign_event::find),
    (&unheard_event::UNHEARD_EVENT, unheard_event::find),
    (&unpublished_event::UNPUBLISHED_EVENT, unpublished_event::find),
    (&unreachable_step::UNREACHABLE_STEP, unreachable_step::find),
    (&unreachable_goal::UNREACHABLE_GOAL, unreachable_goal::find),
    (&dead_end::DEAD_END, dead_end::find),
    (&contradictory_ends::CONTRADICTORY_ENDS, contradictory_ends::find),
    (&unhandled_command::UNHANDLED_COMMAND, unhandled_command::find),
    (&contested_command::CONTESTED_COMMAND, contested_command::find),
    // Resilience.
    (&unhandled_outage::UNHANDLED_OUTAGE, unhandled_outage::find),
    (&unbounded_wait::UNBOUNDED_WAIT, unbounded_wait::find),
    (&unbounded_loop::UNBOUNDED_LOOP, unbounded_loop::find),
    (&unsafe_retry::UNSAFE_RETRY, unsafe_retry::find),
    (&deadline_inversion::DEADLINE_INVERSION, deadline_inversion::find),
    (&retry_storm::RETRY_STORM, retry_storm::find),
    (&dual_write::DUAL_WRITE, dual_write::find),
    (&swallowed_failure::SWALLOWED_FAILURE, swallowed_failure::find),
    (&missing_breaker::MISSING_BREAKER, missing_breaker::find),
    (&missing_fallback::MISSING_FALLBACK, missing_fallback::find),
    // Data and names.
    (&missing_goal::MISSING_GOAL, missing_goal::find),
    (&missing_failure_end::MISSING_FAILURE_END, missing_failure_end::find),
    (&lost_correlation::LOST_CORRELATION, lost_correlation::find),
    (&tense::TENSE, tense::find),
    // Last: it speaks of what the others explored.
    (&inconclusive::INCONCLUSIVE, inconclusive::find),
];
