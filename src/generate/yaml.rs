//! A document as YAML, its fields in the order in which people read them.

use serde_json::Value;
use yaml_serde::{Mapping, Value as Yaml};

/// `fields` come first, in their order, wherever they stand; the others in that of their letters.
pub fn text(document: &Value, fields: &[&str]) -> String {
    // INVARIANT: every key is a text, and every number one that YAML has.
    yaml_serde::to_string(&ordered(document, fields)).expect("a document is YAML")
}

fn ordered(value: &Value, fields: &[&str]) -> Yaml {
    match value {
        Value::Object(object) => {
            let rank = |key: &str| fields.iter().position(|field| *field == key).unwrap_or(fields.len());
            let mut keys: Vec<&String> = object.keys().collect();
            keys.sort_by_key(|key| (rank(key), key.as_str()));
            let mut mapping = Mapping::new();
            for key in keys {
                mapping.insert(Yaml::String(key.clone()), ordered(&object[key], fields));
            }
            Yaml::Mapping(mapping)
        }
        Value::Array(items) => Yaml::Sequence(items.iter().map(|item| ordered(item, fields)).collect()),
        Value::Null => Yaml::Null,
        Value::Bool(value) => Yaml::Bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Yaml::Number(number.into()),
            (None, Some(number)) => Yaml::Number(number.into()),
            (None, None) => Yaml::String(number.to_string()),
        },
        Value::String(text) => Yaml::String(text.clone()),
    }
}
