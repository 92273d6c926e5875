//! What services that nobody conducts tell OpenTelemetry: one trace a run across their processes, each reaction below
//! who has published what it reacts to.

use super::scene::Scene;
use crate::project::Project;
use crate::wire::http::Server;
use crate::wire::spans::{Span, spans};
use serde_json::Value;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[test]
fn a_run_is_one_trace_across_services() {
    let project = Project::new("retail-order", "examples/retail-order", "FulfilOrder");
    // A service alone has its own process and all features, also for the broker that is not here.
    let features = "system/otel,payments/otel,system/nats,payments/nats";
    project.cargo(&["build", "--quiet", "-p", "system", "-p", "payments", "--features", features]);
    let (system, payments) = (project.program("system"), project.program("payments"));
    let told: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
    let log = told.clone();
    let collector = Server::start(move |asked, _| {
        let path = asked.head.split(' ').nth(1).unwrap_or_default().to_string();
        log.lock().expect("nobody panics").push((path, asked.json()));
        (200, "application/json", "{}".to_string())
    });
    let scene = Scene::new(&system);
    let place = scene.folder();
    let traced = |mut command: Command| {
        command
            .env("SYSTEM_DATA", &place)
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address)
            .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
            .env("RUST_LOG", "info,sqlx=error");
        command
    };
    let alone = traced(Command::new(&payments)).arg("serve").stderr(Stdio::piped()).spawn();
    let alone = alone.expect("it was built");
    std::thread::sleep(Duration::from_millis(700));
    let input = project.folder.join("examples/fulfil_order.json");
    let mut start = traced(Command::new(&system));
    let output = start.args(["start", "FulfilOrder", "--input"]).arg(input).output().expect("it is there");
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("has reached Fulfilled"), "{out}");
    let _ = Command::new("kill").args(["-TERM", &alone.id().to_string()]).status();
    let output = alone.wait_with_output().expect("it is ours");
    assert!(output.status.success());
    // Logs are JSON, with the run and the service.
    let logs = String::from_utf8_lossy(&output.stderr);
    let lines = logs.lines().map(|line| serde_json::from_str::<Value>(line).expect("it is JSON"));
    let step = lines
        .filter(|line| line["fields"]["message"] == "step")
        .find(|line| line["fields"]["step"] == "charged");
    let step = step.expect("it is told");
    assert_eq!(step["fields"]["run"], "FulfilOrder-order-1");
    assert_eq!(step["fields"]["service"], "Payments");

    let told = told.lock().expect("nobody panics").clone();
    check(&spans(&told));
    let metrics: String = told.iter().filter(|it| it.0 == "/v1/metrics").map(|it| it.1.to_string()).collect();
    for name in [
        "runs.started",
        "runs.ended",
        "run.duration",
        "step.duration",
        "attempts",
        "outbox.waiting",
        "dead_letters",
    ] {
        assert!(metrics.contains(&format!("workflow.{name}")), "{name} is missing in {metrics}");
    }
}

fn check(spans: &[Span]) {
    let one = |name: &str, service: &str| {
        let mut found = spans.iter().filter(|it| it.text("name") == name && it.service == service);
        let first = found.next();
        assert!(first.is_some(), "{name} of {service} is missing in {spans:#?}");
        assert!(found.next().is_none(), "{name} of {service} is there twice");
        first.expect("it is there")
    };
    let run = one("FulfilOrder", "system");
    assert_eq!(run.text("parentSpanId"), "");
    assert_eq!(run.attribute("run"), "FulfilOrder-order-1");
    assert_eq!(run.attribute("end"), "Fulfilled");
    let mut ids: Vec<&str> = spans.iter().map(|span| span.text("spanId")).collect();
    for span in spans {
        assert_eq!(span.text("traceId"), run.text("traceId"), "{span:?} is in another trace");
    }
    ids.sort_unstable();
    assert!(ids.windows(2).all(|two| two[0] != two[1]), "two spans have one id: {spans:#?}");
    let is_below = |name: &str, of: &str, parent: &str, parent_of: &str| {
        let (span, parent) = (one(name, of), one(parent, parent_of));
        assert_eq!(span.text("parentSpanId"), parent.text("spanId"), "{name} below {}", parent.text("name"));
    };
    // The payment is made in a process of its own.
    is_below("OrderPlaced", "system", "FulfilOrder", "system");
    is_below("when OrderPlaced", "Payments", "OrderPlaced", "system");
    is_below("charged", "Payments", "when OrderPlaced", "Payments");
    is_below("Payments.Charge", "Payments", "charged", "Payments");
    is_below("PaymentTaken", "Payments", "when OrderPlaced", "Payments");
    let join = "when OrderPlaced and PaymentTaken and OrderCleared";
    is_below("packed", "system", join, "system");
    let join = one(join, "system");
    assert_eq!(join.attribute("service"), "Warehouse");
    assert_eq!(join.attribute("outcome"), "done");
    // One of its events is its parent, and it is linked to the others.
    let links = join.span["links"].as_array().expect("it has some");
    let mut causes: Vec<&str> = links.iter().filter_map(|link| link["spanId"].as_str()).collect();
    causes.push(join.text("parentSpanId"));
    for (event, of) in [("OrderPlaced", "system"), ("PaymentTaken", "Payments"), ("OrderCleared", "system")] {
        assert!(causes.contains(&one(event, of).text("spanId")), "{event}: {join:?}");
    }
}
