//! What stands around an event on its way: a CloudEvent 1.0.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `{ "specversion": "1.0", "id": …, "source": "/Shop", "type": "OrderPlaced", "data": … }`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    pub specversion: String,
    pub id: String,
    /// Who says it: `/Shop`.
    pub source: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// The run that it is from, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    pub time: jiff::Timestamp,
    #[serde(default = "json", skip_serializing_if = "String::is_empty")]
    pub datacontenttype: String,
    /// The version of the event, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eventversion: Option<String>,
    /// W3C trace context: what was at work when it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The message that led to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causationid: Option<String>,
    #[serde(default)]
    pub data: Value,
}

fn json() -> String {
    "application/json".to_string()
}

impl Envelope {
    pub fn new(id: &str, service: &str, kind: &str, data: Value) -> Envelope {
        Envelope {
            specversion: "1.0".to_string(),
            id: id.to_string(),
            source: format!("/{service}"),
            kind: kind.to_string(),
            subject: None,
            time: jiff::Timestamp::now(),
            datacontenttype: json(),
            eventversion: None,
            traceparent: None,
            causationid: None,
            data,
        }
    }

    pub fn version(&self) -> Option<u32> {
        self.eventversion.as_ref().and_then(|version| version.parse().ok())
    }

    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_is_a_cloud_event() {
        let mut envelope =
            Envelope::new("1", "Shop", "OrderPlaced", serde_json::json!({ "order": "o" }));
        envelope.traceparent = Some(crate::telemetry::sides::stated("run", "1"));
        let written: Value = serde_json::from_str(&envelope.text()).unwrap();
        for name in ["specversion", "id", "source", "type", "time", "datacontenttype", "data"] {
            assert!(written.get(name).is_some(), "{name}");
        }
        assert_eq!(serde_json::from_value::<Envelope>(written).unwrap(), envelope);
    }
}
