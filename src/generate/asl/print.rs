//! A machine as text, in the order in which people read it: states as they follow each other, and in a
//! state first what it is, then what it does, then where it goes.

use super::machine::order;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

pub fn text(definition: &Value) -> String {
    // INVARIANT: maps with strings as keys can always be written.
    serde_json::to_string_pretty(&InOrder(definition)).expect("a state machine is JSON") + "\n"
}

struct InOrder<'a>(&'a Value);

/// Of the fields that a machine and its states have.
const FIELDS: &[&str] = &[
    "Comment",
    "StartAt",
    "Type",
    "Variable",
    "And",
    "Or",
    "Not",
    "ErrorEquals",
    "Error",
    "CausePath",
    "Seconds",
    "SecondsPath",
    "Timestamp",
    "TimestampPath",
    "Resource",
    "InputPath",
    "ItemsPath",
    "ItemSelector",
    "MaxConcurrency",
    "Parameters",
    "Result",
    "TimeoutSeconds",
    "TimeoutSecondsPath",
    "ItemProcessor",
    "Branches",
    "States",
    "ResultSelector",
    "ResultPath",
    "OutputPath",
    "Choices",
    "Retry",
    "Catch",
    "Default",
    "Next",
    "End",
];

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.len()))?;
                let rank = |key: &str| FIELDS.iter().position(|field| *field == key).unwrap_or(FIELDS.len());
                let mut keys: Vec<&String> = object.keys().collect();
                keys.sort_by_key(|key| (rank(key), key.as_str()));
                let start = object.get("StartAt").and_then(Value::as_str);
                for key in keys {
                    match (key.as_str(), start, object[key].as_object()) {
                        ("States", Some(start), Some(states)) => {
                            let ordered: Vec<(String, InOrder)> = order(start, states)
                                .into_iter()
                                .map(|name| (name.clone(), InOrder(&states[&name])))
                                .collect();
                            map.serialize_entry(key, &Entries(&ordered))?;
                        }
                        _ => map.serialize_entry(key, &InOrder(&object[key]))?,
                    }
                }
                map.end()
            }
            Value::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(&InOrder(item))?;
                }
                seq.end()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                self.0.serialize(serializer)
            }
        }
    }
}

struct Entries<'a>(&'a [(String, InOrder<'a>)]);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, state)| (name, state)))
    }
}
