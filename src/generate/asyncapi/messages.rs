//! An event as a message: a CloudEvent whose data has the fields of the event.

use super::schema;
use crate::generate::names;
use crate::model::{EventId, Id, Model, ServiceId, TypeId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What things are called inside of a document.
pub(super) struct Spelling {
    events: Vec<String>,
    channels: Vec<String>,
    services: Vec<String>,
    types: Vec<String>,
}

impl Spelling {
    pub fn new(model: &Model) -> Spelling {
        let mut taken = names::Taken::new();
        let services = model.services.iter();
        let services: Vec<String> =
            services.map(|(_, service)| taken.take(&service.name.text, names::plain)).collect();
        let (mut taken, mut channels_taken) = (names::Taken::new(), names::Taken::new());
        let mut known: BTreeMap<(ServiceId, &str), String> = BTreeMap::new();
        let (mut events, mut channels) = (Vec::new(), Vec::new());
        for (_, event) in model.events.iter() {
            let name = match event.version {
                Some(version) => format!("{} v{version}", event.name.text),
                None => event.name.text.to_string(),
            };
            events.push(taken.take(&name, names::plain));
            let channel = known
                .entry((event.service, &event.name.text))
                .or_insert_with(|| channels_taken.take(&event.name.text, names::plain));
            channels.push(channel.clone());
        }
        let mut taken = names::Taken::new();
        let types = model.types.iter().map(|(_, ty)| taken.take(&ty.name.text, names::plain)).collect();
        Spelling { events, channels, services, types }
    }

    pub fn event(&self, id: EventId) -> &str {
        &self.events[id.index()]
    }

    pub fn channel(&self, id: EventId) -> &str {
        &self.channels[id.index()]
    }

    pub fn service(&self, id: ServiceId) -> &str {
        &self.services[id.index()]
    }

    pub fn ty(&self, id: TypeId) -> &str {
        &self.types[id.index()]
    }
}

pub(super) fn message(model: &Model, spelling: &Spelling, id: EventId) -> Value {
    let event = &model.events[id];
    let owner = &model.services[event.service].name.text;
    let text = json!({ "type": "string" });
    let mut properties = json!({
        "specversion": { "const": "1.0" },
        "id": { "type": "string", "description": "The same each time it is delivered: one that comes twice counts once." },
        "source": { "const": format!("/{owner}") },
        "type": { "const": event.name.text.as_str() },
        "subject": { "type": "string", "description": "The run that it belongs to." },
        "time": { "type": "string", "format": "date-time" },
        "datacontenttype": { "const": "application/json" },
        "traceparent": { "type": "string", "description": "W3C trace context." },
        "causationid": { "type": "string", "description": "The message that led to this one." },
        "data": schema::fields(spelling, &event.fields),
    });
    let mut required = vec!["specversion", "id", "source", "type", "time", "data"];
    if let Some(version) = event.version {
        properties["eventversion"] = json!({ "const": version.to_string() });
        required.push("eventversion");
    } else {
        properties["eventversion"] = text;
    }
    let mut message = json!({
        "name": event.name.text.as_str(),
        "contentType": "application/cloudevents+json",
        "payload": { "type": "object", "required": required, "properties": properties },
    });
    if !event.doc.trim().is_empty() {
        message["description"] = event.doc.trim().into();
    }
    if let Some(key) = correlation_key(model, id) {
        message["correlationId"] = json!({
            "description": format!("`{key}` finds the run that the event belongs to."),
            "location": format!("$message.payload#/data/{}", pointer(&key)),
        });
    }
    message
}

/// The field by which a workflow finds the run that the event belongs to. Of several the first one: a message
/// has one correlation id.
fn correlation_key(model: &Model, id: EventId) -> Option<String> {
    let fields = &model.events[id].fields;
    let keys = model.workflows.iter().flat_map(|(_, workflow)| &workflow.correlation);
    let mut known = keys.filter(|key| fields.iter().any(|field| field.name.text == key.text));
    known.next().map(|key| key.text.to_string())
}

/// A name inside of a JSON pointer.
fn pointer(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
