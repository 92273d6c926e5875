//! What a run tells OpenTelemetry: one trace across processes, each span below the one it belongs to.

use super::http::{Server, post, send, until};
use super::process::Process;
use super::program;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// A span as OTLP writes it, with the service that told of it.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub service: String,
    pub span: Value,
}

impl Span {
    pub fn text(&self, name: &str) -> &str {
        self.span[name].as_str().unwrap_or_default()
    }

    pub fn attribute(&self, name: &str) -> Value {
        let all = self.span["attributes"].as_array().into_iter().flatten();
        let value = all.filter(|it| it["key"] == name).map(|it| &it["value"]).next();
        value.and_then(|it| it.as_object()?.values().next()).cloned().unwrap_or_default()
    }
}

#[test]
fn a_run_is_one_trace_with_its_attempts_and_compensations() {
    let (project, program) = program();
    let folder = tempfile::tempdir().unwrap();
    let told: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
    let log = told.clone();
    let collector = Server::start(move |asked, _| {
        let path = asked.head.split(' ').nth(1).unwrap_or_default().to_string();
        log.lock().unwrap().push((path, asked.json()));
        (200, "application/json", "{}".to_string())
    });
    let otel = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address.as_str()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
    ];
    let dies = folder.path().join("dies").to_string_lossy().into_owned();
    std::fs::write(&dies, "").unwrap();
    let service = |at: &str| {
        let variables = [otel[0], otel[1], ("DIES", dies.as_str())];
        Process::start(&program, &["service", "Bank", "--listen", at], &variables)
    };
    let bank = service("0");
    let (port, address) = (bank.port().to_string(), bank.address.clone());
    let runs = folder.path().join("runs.db").to_string_lossy().into_owned();
    let variables =
        [otel[0], otel[1], ("COORDINATOR_DB", runs.as_str()), ("SERVICE_BANK_URL", address.as_str())];
    let serve = || Process::start(&program, &["serve", "--listen", "0"], &variables);
    let coordinator = serve();
    let input: Value = serde_json::from_str(&project.read("examples/apply_for_loan.json")).unwrap();
    post(&format!("{}/runs", coordinator.address), &json!({ "workflow": "ApplyForLoan", "input": input }));
    bank.dies();
    let bank = service(&port);
    let run = |at: &Process| format!("{}/runs/ApplyForLoan-application-1", at.address);
    let waits = |told: &Value| told["waiting"][0]["for"] == "an answer to Notary.Sign";
    until(&run(&coordinator), "the signature", waits);
    // Another process goes on with the run, and with its trace.
    coordinator.stop();
    let coordinator = serve();
    let refusal = json!({ "type": "wfc://failure/SignatureRefused", "fields": {} }).to_string();
    let answers = format!("{}/answers/signed", run(&coordinator));
    assert_eq!(send("POST", &answers, "application/problem+json", &refusal).status(), 202);
    until(&run(&coordinator), "the end", |told| told["state"] == "ended");
    coordinator.stop();
    bank.stop();

    let told = told.lock().unwrap().clone();
    check(&spans(&told));
    let metrics: String = told.iter().filter(|it| it.0 == "/v1/metrics").map(|it| it.1.to_string()).collect();
    for name in ["runs.started", "runs.ended", "step.duration", "attempts", "retries", "compensations"] {
        assert!(metrics.contains(&format!("workflow.{name}")), "{name} is missing in {metrics}");
    }
}

pub(crate) fn spans(told: &[(String, Value)]) -> Vec<Span> {
    let mut spans = Vec::new();
    for (_, body) in told.iter().filter(|(path, _)| path == "/v1/traces") {
        for resource in body["resourceSpans"].as_array().into_iter().flatten() {
            let named = resource["resource"]["attributes"].as_array().into_iter().flatten();
            let service =
                named.filter(|it| it["key"] == "service.name").map(|it| &it["value"]["stringValue"]);
            let service = service.filter_map(Value::as_str).next().unwrap_or_default().to_string();
            let scopes = resource["scopeSpans"].as_array().into_iter().flatten();
            for span in scopes.flat_map(|scope| scope["spans"].as_array().into_iter().flatten()) {
                spans.push(Span { service: service.clone(), span: span.clone() });
            }
        }
    }
    spans
}

fn check(spans: &[Span]) {
    let called = |name: &str, service: &str| -> Vec<&Span> {
        spans.iter().filter(|span| span.text("name") == name && span.service == service).collect()
    };
    let one = |name: &str| match called(name, "coordinator")[..] {
        [span] => span,
        ref several => panic!("{name}: {several:?} of {spans:#?}"),
    };
    let run = one("ApplyForLoan");
    assert_eq!(run.text("parentSpanId"), "", "a run is the root");
    assert_eq!(run.attribute("run"), "ApplyForLoan-application-1");
    assert_eq!(run.attribute("end"), "Rejected");
    for span in spans {
        assert_eq!(span.text("traceId"), run.text("traceId"), "{span:?} is in another trace");
    }
    for step in ["rating", "best", "reserved", "signed", "undo reserved"] {
        let span = one(step);
        assert_eq!(span.text("parentSpanId"), run.text("spanId"), "{step}");
        assert_eq!(span.attribute("run"), "ApplyForLoan-application-1");
        let begins = |span: &Span| span.text("startTimeUnixNano").parse::<u64>().unwrap();
        assert!(begins(span) >= begins(run), "{step} begins before its run");
    }
    assert_eq!(one("undo reserved").attribute("compensation"), true);
    assert_eq!(one("signed").attribute("outcome"), "refused");

    // One span an attempt: the first found nobody at the end of it.
    let mut attempts = called("Bank.Reserve", "coordinator");
    attempts.sort_by_key(|span| span.attribute("attempt").to_string());
    assert!(attempts.len() >= 2, "{attempts:?}");
    assert!(attempts.iter().all(|span| span.text("parentSpanId") == one("reserved").text("spanId")));
    assert_eq!(attempts[0].attribute("outcome"), "outage");
    assert_eq!(attempts[0].span["status"]["code"], 2);
    assert_eq!(attempts.last().unwrap().attribute("outcome"), "done");
    // The bank's own span is below the attempt that it answers.
    let served = called("Bank.Reserve", "Bank");
    assert_eq!(served.len(), 1);
    assert_eq!(served[0].text("parentSpanId"), attempts.last().unwrap().text("spanId"));
    let released = called("Bank.Release", "coordinator");
    assert_eq!(released.len(), 1);
    assert_eq!(released[0].text("parentSpanId"), one("undo reserved").text("spanId"));
}
