//! What holds for the rules on every judged system: a notification changes no verdict, and a command
//! with its reply is never relied on in silence.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use wfc::compile;
use wfc::finding::Severity;
use wfc::graph::{Removed, build};
use wfc::lower::{Links, lower};
use wfc::model::{Model, Workflow};
use wfc::source::{FileId, SourceFile, Sources};
use wfc::syntax::parse;

/// The text of every system that is one file.
fn systems() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/systems");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let files = paths.into_iter().filter(|path| path.extension().is_some_and(|it| it == "wfc"));
    files.map(|path| (path.display().to_string(), fs::read_to_string(&path).expect("a text"))).collect()
}

/// What is said of a text at error and warning level.
fn verdict(text: &str) -> BTreeSet<String> {
    let mut sources = Sources::default();
    sources.add(SourceFile::new("system.wfc", text));
    let findings = compile::check(&sources, compile::Settings::default()).findings.into_iter();
    findings
        .filter(|finding| finding.severity >= Severity::Warning)
        .map(|finding| {
            let variant = finding.variant.unwrap_or_default();
            format!("{} {} {variant} {}", finding.severity, finding.rule.name, finding.entity)
        })
        .collect()
}

fn model(text: &str) -> Model {
    lower(&[parse(FileId(0), text).ast], &Links::default()).model
}

/// The events that a choreography can hear: they carry its key, and they can occur.
fn correlated_events(model: &Model, workflow: &Workflow) -> Vec<String> {
    let has_key = |event: &&wfc::model::Event| {
        let has = |key: &wfc::model::Name| event.fields.iter().any(|field| field.name.text == key.text);
        workflow.correlation.iter().all(has)
    };
    let graph = build(model);
    let occurring = graph.occurring(Removed::default());
    let events = model.events.iter().filter(|(id, _)| occurring.contains(graph.message(*id)));
    let events = events.map(|(_, event)| event).filter(|event| event.version.is_none());
    events.filter(has_key).map(|event| event.name.text.to_string()).collect()
}

#[test]
fn a_notification_changes_no_verdict() {
    let mut n_added = 0;
    for (path, text) in systems() {
        let model = model(&text);
        let before = verdict(&text);
        for workflow in model.workflows.values().filter(|workflow| workflow.is_choreographed()) {
            for event in correlated_events(&model, workflow) {
                let end = workflow.span.end as usize - 1;
                let reaction = format!("participant Gossip {{ when {event} {{ notify Gossip.Tell() }} }}\n");
                let more = format!("{}{reaction}{}", &text[..end], &text[end..]);
                let more = format!("{more}\nservice Gossip {{ query Tell() }}\n");
                assert_eq!(verdict(&more), before, "{path}: {event}");
                n_added += 1;
            }
        }
    }
    assert!(n_added > 100, "{n_added} notifications are no test");
}

const BY_EVENT: &str = "
id OrderId
service Order {
  event OrderCreated(order: OrderId)
  event OrderApproved(order: OrderId)
}
service Customer {
  command Reserve(order: OrderId) { idempotent by order }
  event CreditReserved(order: OrderId)
}
workflow CreateOrder {
  choreographed
  correlated by order
  starts when OrderCreated
  success Approved reached by OrderApproved owned by Order
  participant Customer {
    when OrderCreated {
      step credit = Customer.Reserve(order)
      publish CreditReserved(order)
    }
  }
  participant Order {
    when CreditReserved { publish OrderApproved(order) }
  }
}
";

#[test]
fn a_command_with_its_reply_is_not_relied_on_in_silence() {
    let awaited = "error passive-aggressive-publisher awaited CreateOrder/Order/OrderCreated";
    assert_eq!(verdict(BY_EVENT), BTreeSet::from([awaited.to_string()]));
    let reaction =
        BY_EVENT.find("  participant Customer").unwrap()..BY_EVENT.find("  participant Order").unwrap();
    let asked = BY_EVENT.replace(&BY_EVENT[reaction], "").replace(
        "when CreditReserved {",
        "when OrderCreated { step credit = Customer.Reserve(order) { retry forever backoff 1s..1h }\n",
    );
    assert_eq!(verdict(&asked), BTreeSet::new());
}

#[test]
fn a_promise_or_a_limit_clears_what_is_awaited() {
    let promised = BY_EVENT.replace("when OrderCreated {", "when OrderCreated { promises within 1d");
    assert_eq!(verdict(&promised), BTreeSet::new());
    let limited =
        BY_EVENT.replace("  starts when", "  within 1d else { notify Order.Look() }\n  starts when");
    let limited = limited.replace("service Order {", "service Order { query Look()");
    assert_eq!(verdict(&limited), BTreeSet::new());
}
