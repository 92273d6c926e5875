//! AsyncAPI 3.0: which service says what, and who hears it; one document for each service that is ours, and
//! one for all of them. Events travel as CloudEvents, on the topics that generated services use.

mod messages;
mod schema;
/// Generated services write their topics with the same code.
#[path = "../rust/runtime/choreography/topics.rs"]
#[expect(dead_code, reason = "here are only events")]
mod topics;

use super::{Generated, Subject, names, yaml};
use crate::graph::{NodeKind, StepGraph};
use crate::model::{EventId, Model, ServiceId};
use messages::Spelling;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// In the order in which people read them.
const FIELDS: &[&str] = &[
    "asyncapi",
    "info",
    "title",
    "version",
    "defaultContentType",
    "address",
    "action",
    "channel",
    "name",
    "description",
    "summary",
    "tags",
    "contentType",
    "correlationId",
    "location",
    "payload",
    "type",
    "format",
    "const",
    "enum",
    "required",
    "properties",
    "specversion",
    "id",
    "source",
    "subject",
    "channels",
    "operations",
    "components",
    "messages",
    "schemas",
];

/// Documents that belong together have the same version.
const VERSION: &str = "0.1.0";

pub fn generate(subject: &Subject) -> Generated {
    let mut generated = Generated::default();
    let traffic = Traffic::new(subject.model, subject.graph);
    let spelling = Spelling::new(subject.model);
    let mut files = names::Taken::reserving(&["system"]);
    for (id, service) in subject.model.services.iter() {
        let name = files.take(&service.name.text, names::crate_name);
        let own: Vec<Part> = traffic.parts.iter().filter(|part| part.service == id).copied().collect();
        if service.external.is_none() && !own.is_empty() {
            let document = document(subject.model, &spelling, &service.name.text, &service.doc, &own);
            generated.own(format!("{name}.asyncapi.yaml"), yaml::text(&document, FIELDS));
        }
    }
    if !traffic.parts.is_empty() {
        let doc = "Every event of the system, who says it and who hears it.";
        let document = document(subject.model, &spelling, "All services", doc, &traffic.parts);
        generated.own("system.asyncapi.yaml", yaml::text(&document, FIELDS));
    }
    generated
}

/// A service's part in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    service: ServiceId,
    action: Action,
    event: EventId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    Send,
    Receive,
}

/// Who says and who hears what.
struct Traffic {
    parts: Vec<Part>,
}

impl Traffic {
    /// A service says its own events, whoever hears them, and hears those that something waits for on its
    /// side.
    fn new(model: &Model, graph: &StepGraph) -> Traffic {
        let mut parts = BTreeSet::new();
        for (event, declared) in model.events.iter() {
            parts.insert(Part { service: declared.service, action: Action::Send, event });
            for edge in graph.subscriptions(event) {
                let node = graph.node(edge.to);
                let conductor = || model.workflows[node.workflow?].coordinator();
                let service = match &node.kind {
                    // A goal is reached, and hears nothing.
                    NodeKind::Goal { .. } => None,
                    NodeKind::Start { .. } => conductor(),
                    _ => node.side.or_else(conductor),
                };
                parts.extend(service.map(|service| Part { service, action: Action::Receive, event }));
            }
        }
        Traffic { parts: parts.into_iter().collect() }
    }
}

fn document(model: &Model, spelling: &Spelling, title: &str, doc: &str, parts: &[Part]) -> Value {
    let events: BTreeSet<EventId> = parts.iter().map(|part| part.event).collect();
    let mut info = json!({ "title": title, "version": VERSION });
    if !doc.trim().is_empty() {
        info["description"] = doc.trim().into();
    }
    let schemas = schema::needed(model, spelling, events.iter().map(|event| &model.events[*event].fields));
    let messages: Map<String, Value> = events
        .iter()
        .map(|event| (spelling.event(*event).to_string(), messages::message(model, spelling, *event)))
        .collect();
    let mut components = json!({ "messages": messages });
    if !schemas.is_empty() {
        components["schemas"] = schemas.into();
    }
    json!({
        "asyncapi": "3.0.0",
        "info": info,
        "defaultContentType": "application/cloudevents+json",
        "channels": channels(model, spelling, &events),
        "operations": operations(model, spelling, parts),
        "components": components,
    })
}

/// Versions of one event share a channel.
fn channels(model: &Model, spelling: &Spelling, events: &BTreeSet<EventId>) -> Map<String, Value> {
    let mut channels: BTreeMap<String, Value> = BTreeMap::new();
    for event in events {
        let declared = &model.events[*event];
        let owner = &model.services[declared.service];
        let channel = channels.entry(spelling.channel(*event).to_string()).or_insert_with(|| {
            json!({
                "address": topics::events(&owner.name.text, &declared.name.text),
                "description": format!("Said by {}.", owner.name.text),
                "messages": {},
            })
        });
        let message = spelling.event(*event);
        channel["messages"][message] = json!({ "$ref": format!("#/components/messages/{message}") });
    }
    channels.into_iter().collect()
}

fn operations(model: &Model, spelling: &Spelling, parts: &[Part]) -> Map<String, Value> {
    let is_one = parts.iter().all(|part| part.service == parts[0].service);
    let mut operations = Map::new();
    for part in parts {
        let action = match part.action {
            Action::Send => "send",
            Action::Receive => "receive",
        };
        let (channel, message) = (spelling.channel(part.event), spelling.event(part.event));
        let service = &model.services[part.service];
        let mut operation = json!({
            "action": action,
            "channel": { "$ref": format!("#/channels/{channel}") },
            "messages": [{ "$ref": format!("#/channels/{channel}/messages/{message}") }],
        });
        let name = if is_one {
            format!("{action}.{message}")
        } else {
            operation["tags"] = json!([{ "name": service.name.text.as_str() }]);
            format!("{}.{action}.{message}", spelling.service(part.service))
        };
        operations.insert(name, operation);
    }
    operations
}
