//! What the specification says in other languages, written in Rust. Each function gets what the workflow
//! knows there: its input and what its steps gave, by their names.

use runtime::{Flow, unwritten};
use serde_json::Value;
{% for function in functions %}

/// In {{ function.language }}:
///
/// ```text
{% for line in function.lines %}
{{ ("/// " ~ line) | trim }}
{% endfor %}
/// ```
pub fn {{ function.name }}(_known: &Value) -> Flow<Value> {
    unwritten({{ function.quoted }})
}
{% endfor %}
