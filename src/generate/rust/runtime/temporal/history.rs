//! What a server has kept of a run, in words.

use crate::history;
use std::collections::BTreeMap;
use temporalio_common::protos::temporal::api::common::v1::Payloads;
use temporalio_common::protos::temporal::api::failure::v1::Failure;
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;

pub fn lines(events: Vec<HistoryEvent>) -> Vec<(jiff::Timestamp, String)> {
    let mut asked = BTreeMap::new();
    let mut lines = Vec::new();
    for event in events {
        let at = event.event_time.as_ref();
        let at = at.and_then(|it| jiff::Timestamp::new(it.seconds, it.nanos).ok());
        if let Some(line) = event.attributes.and_then(|it| line(event.event_id, it, &mut asked)) {
            lines.push((at.unwrap_or_default(), line));
        }
    }
    lines
}

fn line(id: i64, event: Attributes, asked: &mut BTreeMap<i64, String>) -> Option<String> {
    let question = |asked: &BTreeMap<i64, String>, id| asked.get(&id).cloned().unwrap_or_default();
    Some(match event {
        Attributes::WorkflowExecutionStartedEventAttributes(it) => {
            let name = it.workflow_type.map(|kind| kind.name).unwrap_or_default();
            format!("{name} begins with {}", json(it.input))
        }
        Attributes::ActivityTaskScheduledEventAttributes(it) => {
            let name = it.activity_type.map(|kind| kind.name).unwrap_or_default();
            let line = history::asking(&name, &json(it.input));
            asked.insert(id, line.clone());
            format!("asks {line}")
        }
        Attributes::ActivityTaskCompletedEventAttributes(it) => {
            let question = question(asked, it.scheduled_event_id);
            format!("{question} {}", history::outcome(&json(it.result)))
        }
        Attributes::ActivityTaskFailedEventAttributes(it) => {
            format!("{}: outage: {}", question(asked, it.scheduled_event_id), reason(it.failure))
        }
        Attributes::ActivityTaskTimedOutEventAttributes(it) => {
            format!("{}: outage: {}", question(asked, it.scheduled_event_id), reason(it.failure))
        }
        Attributes::TimerFiredEventAttributes(_) => "a timer goes off".to_string(),
        Attributes::WorkflowExecutionSignaledEventAttributes(it) => {
            history::message(&json(it.input))
        }
        Attributes::StartChildWorkflowExecutionInitiatedEventAttributes(it) => {
            let name = it.workflow_type.map(|kind| kind.name).unwrap_or_default();
            format!("runs {name} as {}", it.workflow_id)
        }
        Attributes::StartChildWorkflowExecutionFailedEventAttributes(it) => {
            format!("{} is not started: it is there already", it.workflow_id)
        }
        Attributes::ChildWorkflowExecutionCompletedEventAttributes(it) => {
            format!("inner run {}", history::end(&json(it.result)))
        }
        Attributes::ChildWorkflowExecutionFailedEventAttributes(it) => {
            format!("inner run is broken off: {}", reason(it.failure))
        }
        Attributes::WorkflowExecutionCompletedEventAttributes(it) => history::end(&json(it.result)),
        Attributes::WorkflowExecutionFailedEventAttributes(it) => {
            format!("broken off: {}", reason(it.failure))
        }
        Attributes::WorkflowExecutionTerminatedEventAttributes(it) => {
            format!("broken off: {}", it.reason)
        }
        Attributes::WorkflowTaskFailedEventAttributes(it) => {
            format!("cannot go on: {}", reason(it.failure))
        }
        _ => return None,
    })
}

/// The first of the values that travelled.
fn json(payloads: Option<Payloads>) -> String {
    let first = payloads.and_then(|payloads| payloads.payloads.into_iter().next());
    first.map(|it| String::from_utf8_lossy(&it.data).into_owned()).unwrap_or_default()
}

fn reason(failure: Option<Failure>) -> String {
    failure.map(|failure| failure.message).unwrap_or_default()
}
