//! What travels between the coordinator and a service, seen from a service that a test plays.

use super::http::{Message, Server, post, send, until};
use super::process::Process;
use super::program;
use serde_json::{Value, json};

const PROBLEM: &str = "application/problem+json";
const JSON: &str = "application/json";

fn offer() -> String {
    json!({ "id": "q-1", "bank": "bank 1/../x", "rate": "4", "validTo": "2027-01-01T00:00:00Z" }).to_string()
}

/// A run against a bank and a notary that say what they are told to; gives where it stands.
fn play(
    answer: impl Fn(&str, usize) -> (u16, &'static str, String) + Send + Sync + 'static,
    then: impl FnOnce(&Server, &str),
) {
    let (project, program) = program();
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("runs.db").to_string_lossy().into_owned();
    let server = Server::start(move |asked: &Message, times| {
        let operation = asked.head.split(' ').nth(1).and_then(|path| path.rsplit('/').next());
        answer(operation.unwrap_or_default(), times)
    });
    let bank = format!("{}/banks/{{instance}}", server.address);
    let variables = [
        ("COORDINATOR_DB", runs.as_str()),
        ("SERVICE_BANK_URL", &bank),
        ("SERVICE_NOTARY_URL", &server.address),
    ];
    let coordinator = Process::start(&program, &["serve", "--listen", "0"], &variables);
    let input: Value = serde_json::from_str(&project.read("examples/apply_for_loan.json")).unwrap();
    let start = json!({ "workflow": "ApplyForLoan", "input": input });
    assert_eq!(post(&format!("{}/runs", coordinator.address), &start).status(), 201);
    then(&server, &format!("{}/runs/ApplyForLoan-application-1", coordinator.address));
}

fn ended(run: &str) -> Value {
    until(run, "the end", |told| told["state"] == "ended")["end"].clone()
}

#[test]
fn outages_are_tried_again_under_one_key_and_answers_may_come_later() {
    let answer = |operation: &str, times| match (operation, times) {
        ("Offer", _) => (200, JSON, offer()),
        // None of these is a refusal, whatever they look like.
        ("Reserve", 1) => (503, PROBLEM, json!({ "detail": "come back" }).to_string()),
        ("Reserve", 2) => (422, JSON, json!({ "name": "QuoteExpired" }).to_string()),
        ("Reserve", 3) => {
            (422, PROBLEM, json!({ "type": "wfc://failure/Unheard", "fields": {} }).to_string())
        }
        ("Reserve", _) => (200, JSON, json!("reservation-1").to_string()),
        ("Sign", _) => (202, JSON, String::new()),
        _ => (404, JSON, String::new()),
    };
    play(answer, |server, run| {
        until(run, "the signature", |told| told["waiting"][0]["for"] == "an answer to Notary.Sign");
        // What a run says about an instance does not lead out of its place.
        let asked = server.heard("/banks/bank%201%2F..%2Fx/Reserve");
        let attempts: Vec<_> = asked.iter().map(|it| it.header("workflow-attempt").to_string()).collect();
        assert_eq!(attempts, ["1", "2", "3", "4"]);
        for it in &asked {
            assert_eq!(it.header("idempotency-key"), "ApplyForLoan-application-1/reserved");
            assert_eq!(it.header("workflow-run"), "ApplyForLoan-application-1");
            assert_eq!(it.header("workflow-step"), "reserved");
            assert_eq!(it.json(), json!({ "quote": "q-1" }));
        }
        let traces: Vec<_> = asked.iter().map(|it| it.header("traceparent").to_string()).collect();
        assert_eq!(traces[0].len(), 55);
        assert_eq!(traces[0][..35], traces[1][..35], "one trace");
        assert_ne!(traces[0], traces[1], "two spans");
        let callback = server.heard("/Sign")[0].header("workflow-callback").to_string();
        assert_eq!(post(&callback, &json!("contract-9")).status(), 202);
        assert_eq!(ended(run)["fields"], json!({ "contract": "contract-9" }));
    });
}

#[test]
fn a_refusal_is_asked_for_once_and_a_late_one_takes_back() {
    let answer = |operation: &str, _| match operation {
        "Offer" => (200, JSON, offer()),
        "Reserve" => (200, JSON, json!("reservation-1").to_string()),
        "Sign" => (202, JSON, String::new()),
        "Release" => (204, JSON, String::new()),
        _ => (404, JSON, String::new()),
    };
    play(answer, |server, run| {
        until(run, "the signature", |told| told["waiting"][0]["for"] == "an answer to Notary.Sign");
        let callback = server.heard("/Sign")[0].header("workflow-callback").to_string();
        let problem =
            |name: &str| json!({ "type": format!("wfc://failure/{name}"), "fields": {} }).to_string();
        assert_eq!(send("POST", &callback, PROBLEM, &problem("QuoteExpired")).status(), 422);
        assert_eq!(send("POST", &callback, PROBLEM, &problem("SignatureRefused")).status(), 202);
        assert_eq!(ended(run)["fields"], json!({ "reason": "not signed" }));
        let released = server.heard("/banks/bank%201%2F..%2Fx/Release");
        assert_eq!(released.len(), 1);
        assert_eq!(released[0].header("idempotency-key"), "ApplyForLoan-application-1/reserved/undo");
    });
    let answer = |operation: &str, _| match operation {
        "Offer" => (200, JSON, offer()),
        _ => (422, PROBLEM, json!({ "type": "wfc://failure/QuoteExpired", "detail": "{}" }).to_string()),
    };
    play(answer, |server, run| {
        assert_eq!(ended(run)["fields"], json!({ "reason": "the offer ran out" }));
        assert_eq!(server.heard("/banks/bank%201%2F..%2Fx/Reserve").len(), 1);
    });
}
