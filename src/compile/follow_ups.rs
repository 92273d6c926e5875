//! What merely follows from a mistake in the text: a workflow that could not be read in full is not
//! judged, nor is anything that rests on a damaged contract.

use crate::finding::{Finding, Severity};
use crate::model::Model;
use crate::source::Span;

/// Drops of `found` what rests on an item in which `mistakes` has an error.
pub(super) fn drop_follow_ups(model: &Model, mistakes: &[Finding], found: &mut Vec<Finding>) {
    let errors = mistakes.iter().filter(|mistake| mistake.severity == Severity::Error);
    let damaged: Vec<Span> = errors.filter_map(|mistake| smallest_item(model, mistake.span())).collect();
    if damaged.is_empty() {
        return;
    }
    found.retain(|finding| {
        !finding.labels.iter().any(|label| damaged.iter().any(|item| item.contains(label.span)))
    });
}

/// Drops of `found` what is about the very text that could not be read.
pub(super) fn drop_half_read(mistakes: &[Finding], found: &mut Vec<Finding>) {
    found.retain(|finding| !mistakes.iter().any(|mistake| mistake.span().contains(finding.span())));
}

/// The workflow, or the smallest part of a contract, that a place lies in.
fn smallest_item(model: &Model, place: Span) -> Option<Span> {
    let workflows = model.workflows.values().map(|workflow| workflow.span);
    let operations = model.operations.values().map(|operation| operation.span);
    let events = model.events.values().map(|event| event.span);
    let services = model.services.values().map(|service| service.span);
    let items = workflows.chain(operations).chain(events).chain(services);
    items.filter(|item| item.contains(place)).min_by_key(|item| item.end - item.start)
}
