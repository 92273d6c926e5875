//! What has happened in a run, in words.

use crate::driver::{Happened, Message};
use crate::runs::Finished;
use crate::services::{Answer, Attempt};

pub fn asking(name: &str, input: &str) -> String {
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

pub fn outcome(result: &str) -> String {
    match serde_json::from_str::<Answer>(result) {
        Ok(Answer::Done(reply)) if reply.is_null() => "is done".to_string(),
        Ok(Answer::Done(reply)) => format!("is done: {reply}"),
        Ok(Answer::Refused(raised)) => format!("is refused: {} {}", raised.name, raised.fields),
        Ok(Answer::Outage(error)) => format!("outage: {error}"),
        Ok(Answer::Accepted) => "is accepted".to_string(),
        Err(_) => "is done".to_string(),
    }
}

pub fn message(data: &str) -> String {
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

pub fn end(output: &str) -> String {
    match serde_json::from_str::<Finished>(output) {
        Ok(finished) => format!("ends in {} {}", finished.end.name, finished.end.fields),
        Err(_) => output.to_string(),
    }
}
