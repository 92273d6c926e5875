//! Temporal: a queue for each run, on a server of our own on this machine. The server is killed once as well, and once
//! it stands still for longer than it takes to be taken for dead.

use super::engine::Engine;
use super::postgres::{ENGINES, word};
use crate::servers::Temporal;
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What the SDK says when the answer of an activity was not taken.
const TOO_LATE: [&str; 2] = ["Activity not found on completion", "Network error while completing activity"];

pub struct OnTemporal {
    server: Temporal,
    n_over: AtomicUsize,
}

impl OnTemporal {
    pub fn start() -> OnTemporal {
        OnTemporal { server: Temporal::start(), n_over: AtomicUsize::new(0) }
    }

    /// What the server has kept of a run: its events.
    fn events(&self, run: &str) -> Vec<Value> {
        let told = self.server.tell(&["workflow", "show", "--output", "json", "--workflow-id", run]);
        let history = serde_json::from_str::<Value>(&told).unwrap_or_default();
        history["events"].as_array().cloned().unwrap_or_default()
    }
}

impl Engine for OnTemporal {
    fn name(&self) -> &'static str {
        "temporal"
    }

    fn features(&self) -> &'static [&'static str] {
        ENGINES
    }

    fn environment(&self, folder: &Path) -> Vec<(&'static str, String)> {
        vec![("COORDINATOR_DB", format!("{}/default/{}", self.server.address(), word(folder)))]
    }

    /// An attempt whose heartbeats the server does not get, or not in time, is given out again, and the answer of the
    /// one before is refused.
    fn gave_out_again(&self, key: &str, begun: usize, trouble: &str) -> bool {
        let runs = key.match_indices('/').map(|(at, _)| &key[..at]).chain([key]);
        let attempts: usize = runs.map(|run| attempts(&self.events(run), key)).sum();
        TOO_LATE.iter().any(|it| trouble.contains(it)) && attempts >= begun
    }

    fn record(&self, run: &str, _folder: &Path) -> String {
        let events = self.events(run).into_iter().map(|event| format!("{event}\n"));
        format!("{}{}", events.collect::<String>(), self.server.log())
    }

    /// Other runs are under way when the server dies and comes back, or stands still.
    fn clean_up(&self, _folder: &Path) {
        match self.n_over.fetch_add(1, Ordering::Relaxed) {
            2 => self.server.kill_and_start_again(),
            4 => self.server.stand_still(Duration::from_millis(4500)),
            _ => {}
        }
    }

    fn plays_all(&self) -> bool {
        true
    }

    fn at_once(&self) -> usize {
        2
    }
}

/// How often the activities of a key were given out, as far as a silence is the reason.
fn attempts(events: &[Value], key: &str) -> usize {
    let summary = base64(format!("{key:?}").as_bytes());
    let scheduled: Vec<&Value> = events
        .iter()
        .filter(|event| event["userMetadata"]["summary"]["data"] == summary.as_str())
        .map(|event| &event["eventId"])
        .collect();
    let started = events.iter().map(|event| &event["activityTaskStartedEventAttributes"]);
    let ours = started.filter(|it| scheduled.contains(&&it["scheduledEventId"]));
    let attempts = ours.map(|it| match it["lastFailure"].get("timeoutFailureInfo") {
        Some(_) => it["attempt"].as_u64().unwrap_or(1) as usize,
        None => 1,
    });
    attempts.sum()
}

/// As the server writes bytes.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at > three.len() { '=' } else { letter as char });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::attempts;
    use serde_json::json;

    #[test]
    fn only_what_was_not_heard_of_is_given_out_again() {
        let scheduled =
            |id: &str, data: &str| json!({ "eventId": id, "userMetadata": { "summary": { "data": data } } });
        let started = |id: &str, failure| {
            let attributes = json!({ "scheduledEventId": id, "attempt": 2, "lastFailure": failure });
            json!({ "eventId": "9", "activityTaskStartedEventAttributes": attributes })
        };
        let silence = json!({ "timeoutFailureInfo": { "timeoutType": "TIMEOUT_TYPE_HEARTBEAT" } });
        // "ApplyForLoan-s-35/signed", as JSON.
        let signed = scheduled("34", "IkFwcGx5Rm9yTG9hbi1zLTM1L3NpZ25lZCI=");
        let key = "ApplyForLoan-s-35/signed";
        let told = |started| attempts(&[scheduled("2", "IngvcmF0ZSI="), signed.clone(), started], key);
        assert_eq!(told(started("34", silence.clone())), 2);
        assert_eq!(told(started("34", json!({ "message": "no" }))), 1);
        assert_eq!(told(started("2", silence)), 0);
    }
}
