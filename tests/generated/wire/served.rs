//! Services in processes of their own, and a coordinator that is told everything over HTTP.

use super::http::{get, post, send, until};
use super::process::Process;
use super::program;
use serde_json::{Value, json};

const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0"];

#[test]
fn a_loan_comes_about_between_processes_of_which_one_is_killed() {
    let (project, program) = program();
    let folder = tempfile::tempdir().unwrap();
    let dies = folder.path().join("dies").to_string_lossy().into_owned();
    std::fs::write(&dies, "").unwrap();
    let service =
        |name, at: &str| Process::start(&program, &["service", name, "--listen", at], &[("DIES", &dies)]);
    let (bank, bureau) = (service("Bank", "0"), service("CreditBureau", "0"));
    let (broker, notary) = (service("LoanBroker", "0"), service("Notary", "0"));
    let runs = folder.path().join("runs.db").to_string_lossy().into_owned();
    let (port, address) = (bank.port().to_string(), bank.address.clone());
    let variables = [
        ("COORDINATOR_DB", runs.as_str()),
        ("SERVICE_BANK_URL", address.as_str()),
        ("SERVICE_CREDIT_BUREAU_URL", &bureau.address),
        ("SERVICE_LOAN_BROKER_URL", &broker.address),
        ("SERVICE_NOTARY_URL", &notary.address),
    ];
    let coordinator = Process::start(&program, SERVE, &variables);
    let at = coordinator.address.clone();
    assert_eq!(get(&format!("{at}/health")).status(), 200);
    assert_eq!(get(&format!("{at}/ready")).status(), 200);

    let input: Value = serde_json::from_str(&project.read("examples/apply_for_loan.json")).unwrap();
    let start = json!({ "workflow": "ApplyForLoan", "input": input });
    let begun = post(&format!("{at}/runs"), &start);
    assert_eq!((begun.status(), begun.header("location")), (201, "/runs/ApplyForLoan-application-1"));
    assert_eq!(post(&format!("{at}/runs"), &start).status(), 200, "the same again is the same run");
    let run = format!("{at}/runs/ApplyForLoan-application-1");

    // The bank dies in the middle of the reservation, and another process takes its place.
    bank.dies();
    let trouble = |told: &Value| !told["troubles"].as_array().is_none_or(Vec::is_empty);
    let told = until(&run, "an outage", trouble);
    assert_eq!(told["troubles"][0]["what"], "Bank.Reserve");
    let _bank = service("Bank", &port);
    let waits = |told: &Value| told["waiting"][0]["for"] == "an answer to Notary.Sign";
    until(&run, "the signature", waits);

    let answers = format!("{run}/answers/signed");
    assert_eq!(post(&answers, &json!({ "no": "contract" })).status(), 422);
    assert_eq!(send("POST", &answers, "text/plain", "contract-1").status(), 415);
    assert_eq!(post(&format!("{run}/answers/mandate"), &json!("m")).status(), 409);
    assert_eq!(post(&answers, &json!("contract-1")).status(), 202);
    let told = until(&run, "the end", |told| told["state"] == "ended");
    assert_eq!(
        told["end"],
        json!({ "name": "Granted", "success": true, "fields": { "contract": "contract-1" } })
    );
    assert_eq!(post(&answers, &json!("contract-2")).status(), 409);

    let all = get(&format!("{at}/runs")).json();
    let listed =
        json!({ "run": "ApplyForLoan-application-1", "workflow": "ApplyForLoan", "state": "Granted" });
    assert_eq!(all["runs"], json!([listed]));
    let lines = get(&format!("{run}/history")).json().to_string();
    assert!(lines.contains("asks Bank.Reserve (ApplyForLoan-application-1/reserved, attempt 2)"), "{lines}");
    coordinator.stop();
}

#[test]
fn what_cannot_be_done_is_said_clearly() {
    let (project, program) = program();
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("runs.db").to_string_lossy().into_owned();
    let coordinator = Process::start(&program, SERVE, &[("COORDINATOR_DB", &runs)]);
    let at = coordinator.address.clone();
    let input: Value = serde_json::from_str(&project.read("examples/apply_for_loan.json")).unwrap();
    let started = |body: &Value| post(&format!("{at}/runs"), body);
    assert_eq!(started(&json!({ "workflow": "Nothing" })).status(), 404);
    let unfit = started(&json!({ "workflow": "ApplyForLoan", "input": { "application": 7 } }));
    assert_eq!(unfit.status(), 422);
    assert_eq!(unfit.header("content-type"), "application/problem+json");
    assert!(unfit.json()["detail"].as_str().unwrap().contains("cannot be read"), "{unfit:?}");
    assert_eq!(started(&json!({ "workflow": "ApplyForLoan", "inputs": 1 })).status(), 400);
    assert_eq!(send("POST", &format!("{at}/runs"), "application/json", "{").status(), 400);
    let large = format!("\"{}\"", "x".repeat(2 << 20));
    assert_eq!(send("POST", &format!("{at}/runs"), "application/json", &large).status(), 413);
    assert_eq!(get(&format!("{at}/runs/nobody")).status(), 404);
    assert_eq!(get(&format!("{at}/runs/nobody/history")).status(), 404);
    assert_eq!(get(&format!("{at}/runs?limit=0")).status(), 400);
    assert_eq!(get(&format!("{at}/elsewhere")).status(), 404);
    assert_eq!(send("DELETE", &format!("{at}/runs"), "text/plain", "").status(), 405);
    assert_eq!(post(&format!("{at}/events"), &json!({ "name": "Nothing" })).status(), 404);
    assert_eq!(post(&format!("{at}/runs/nobody/answers/signed"), &json!("c")).status(), 404);

    let named = json!({ "workflow": "ApplyForLoan", "run": "loan/1", "input": input });
    assert_eq!(started(&named).header("location"), "/runs/loan%2F1");
    let mut other = named.clone();
    other["input"]["application"] = json!("application-2");
    assert_eq!(started(&other).status(), 409, "another input under the same name is another run");
    until(&format!("{at}/runs/loan%2F1"), "the signature", |told| {
        told["waiting"][0]["key"] == "loan/1/signed"
    });
    coordinator.stop();
}
