//! What has happened in a run, as its engine kept it.

use crate::driver::{Happened, Message};
use crate::runs::Finished;
use crate::services::{Answer, Attempt};
use duroxide::{Client, EventKind};
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Prints a line for each thing that happened.
pub async fn print(client: &Client, run: &str) -> Result<ExitCode, String> {
    let events = client.read_execution_history(run, 1).await.map_err(|error| error.to_string())?;
    let mut asked = BTreeMap::new();
    for event in events {
        let told = match &event.kind {
            EventKind::OrchestrationStarted { name, input, .. } => {
                Some(format!("{name} begins with {input}"))
            }
            EventKind::ActivityScheduled { name, input, .. } => {
                let line = asking(name, input);
                asked.insert(event.event_id, line.clone());
                Some(format!("asks {line}"))
            }
            EventKind::ActivityCompleted { result } => {
                let line = event
                    .source_event_id
                    .and_then(|id| asked.get(&id))
                    .cloned()
                    .unwrap_or_default();
                Some(format!("{line} {}", outcome(result)))
            }
            EventKind::ActivityFailed { details } => {
                let line = event
                    .source_event_id
                    .and_then(|id| asked.get(&id))
                    .cloned()
                    .unwrap_or_default();
                Some(format!("{line}: outage: {}", details.display_message()))
            }
            EventKind::TimerFired { .. } => Some("a timer goes off".to_string()),
            EventKind::QueueEventDelivered { data, .. } => Some(message(data)),
            EventKind::SubOrchestrationScheduled { name, instance, .. } => {
                Some(format!("runs {name} as {instance}"))
            }
            EventKind::SubOrchestrationCompleted { result } => {
                Some(format!("inner run {}", end(result)))
            }
            EventKind::OrchestrationChained { name, instance, .. } => {
                Some(format!("starts {name} as {instance}"))
            }
            EventKind::OrchestrationCompleted { output } => Some(end(output)),
            EventKind::OrchestrationFailed { details } => {
                Some(format!("broken off: {}", details.display_message()))
            }
            _ => None,
        };
        if let Some(told) = told {
            let at = i64::try_from(event.timestamp_ms).unwrap_or_default();
            let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
            println!("{at} {told}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn asking(name: &str, input: &str) -> String {
    if let Ok(attempt) = serde_json::from_str::<Attempt>(input) {
        let call = attempt.call;
        let again =
            if call.attempt > 1 { format!(", attempt {}", call.attempt) } else { String::new() };
        return format!("{name} ({}{again})", call.key);
    }
    match serde_json::from_str::<Happened>(input) {
        Ok(event) => format!("to publish {}", event.name),
        Err(_) => name.to_string(),
    }
}

fn outcome(result: &str) -> String {
    match serde_json::from_str::<Answer>(result) {
        Ok(Answer::Done(reply)) if reply.is_null() => "is done".to_string(),
        Ok(Answer::Done(reply)) => format!("is done: {reply}"),
        Ok(Answer::Refused(raised)) => format!("is refused: {} {}", raised.name, raised.fields),
        Ok(Answer::Outage(error)) => format!("outage: {error}"),
        Ok(Answer::Accepted) => "is accepted".to_string(),
        Err(_) => "is done".to_string(),
    }
}

fn message(data: &str) -> String {
    match serde_json::from_str::<Message>(data) {
        Ok(Message::Event(event)) => format!("{} comes: {}", event.name, event.fields),
        Ok(Message::Answer { key, answer }) => {
            let answer = serde_json::to_string(&answer).unwrap_or_default();
            format!("({key}) {}", outcome(&answer))
        }
        Ok(Message::GiveUp) => "is given up".to_string(),
        Err(_) => data.to_string(),
    }
}

fn end(output: &str) -> String {
    match serde_json::from_str::<Finished>(output) {
        Ok(finished) => format!("ends in {} {}", finished.end.name, finished.end.fields),
        Err(_) => output.to_string(),
    }
}
