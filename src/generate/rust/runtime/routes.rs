//! Which run an event belongs to: the one whose correlation key it carries.

use crate::driver::Happened;
use serde_json::Value;

/// A workflow that listens to an event.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub event: &'static str,
    pub version: Option<u32>,
    pub workflow: &'static str,
    /// The fields of its key; the event and the input carry them under the same names.
    pub correlated_by: &'static [&'static str],
    /// Whether the event begins a run.
    pub starts: bool,
    /// What takes it when the run is over.
    pub late: Option<&'static str>,
    /// What waits for it together with others then.
    pub late_together: &'static [&'static str],
}

impl Route {
    /// Whether an event is what it listens to.
    pub fn hears(&self, event: &Happened) -> bool {
        self.event == event.name
            && (self.version.is_none() || event.version.is_none() || self.version == event.version)
    }
}

/// The run of a workflow with the key that these fields carry: `Sell-order-1`.
pub fn run_of(workflow: &str, correlated_by: &[&str], fields: &Value) -> Option<String> {
    if correlated_by.is_empty() {
        return None;
    }
    let mut run = workflow.to_string();
    for field in correlated_by {
        match fields.get(field)? {
            Value::String(text) => run += &format!("-{text}"),
            other => run += &format!("-{other}"),
        }
    }
    Some(run)
}

#[cfg(test)]
mod tests {
    use super::run_of;
    use serde_json::json;

    #[test]
    fn a_run_is_named_after_its_key() {
        let fields = json!({ "order": "o-1", "line": 2 });
        assert_eq!(run_of("Sell", &["order", "line"], &fields).as_deref(), Some("Sell-o-1-2"));
        assert_eq!(run_of("Sell", &["other"], &fields), None);
        assert_eq!(run_of("Sell", &[], &fields), None);
    }
}
