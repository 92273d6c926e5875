//! What a service says about itself: what it does, what it listens to, and which events it knows.

use crate::contract::Event;
use crate::runs::Workflows;
use crate::services::Services;
use serde_json::Value;

/// A service with its sides of workflows that nobody conducts.
pub struct Participant {
    pub service: &'static str,
    /// Its side of each workflow, under the name of that.
    pub workflows: Workflows,
    /// What it does itself, and the clients of what somebody else runs.
    pub services: Services,
    /// The events that it listens to, and which runs they belong to.
    pub listens: &'static [Listens],
    /// Every event of the system.
    pub events: &'static [Known],
    /// Commands that others do for it.
    pub remote: &'static [Remote],
}

/// An event that a side of a workflow listens to.
#[derive(Clone, Copy, Debug)]
pub struct Listens {
    pub event: &'static str,
    pub version: Option<u32>,
    pub workflow: &'static str,
    /// The fields of its key, which the event carries.
    pub correlated_by: &'static [&'static str],
}

/// An operation of another service.
#[derive(Clone, Copy, Debug)]
pub struct Remote {
    pub operation: &'static str,
    pub service: &'static str,
}

/// An event of the system, and how it is told from one that only looks like it.
#[derive(Clone, Copy)]
pub struct Known {
    pub service: &'static str,
    pub event: &'static str,
    pub version: Option<u32>,
    pub check: fn(&Value) -> Result<(), String>,
}

impl Known {
    pub const fn of<E: Event>(service: &'static str) -> Known {
        Known { service, event: E::NAME, version: E::VERSION, check: check::<E> }
    }
}

fn check<E: Event>(fields: &Value) -> Result<(), String> {
    serde_json::from_value::<E>(fields.clone()).map(|_| ()).map_err(|error| error.to_string())
}

/// The event that is meant, or why it is none: nobody knows it, or only another version, or its fields
/// are not those of its contract.
pub fn known(
    events: &'static [Known],
    name: &str,
    version: Option<u32>,
    fields: &Value,
) -> Result<&'static Known, String> {
    let of_name: Vec<_> = events.iter().filter(|known| known.event == name).collect();
    if of_name.is_empty() {
        return Err(format!("nobody knows an event {name}"));
    }
    let found = of_name.iter().find(|known| known.version == version);
    // One that does not say its version is the only one there is.
    let found = found.or(match (&of_name[..], version) {
        ([only], None) => Some(only),
        _ => None,
    });
    let Some(found) = found else {
        let versions: Vec<_> = of_name
            .iter()
            .map(|known| known.version.map_or("none".to_string(), |version| version.to_string()))
            .collect();
        let version =
            version.map_or("no version".to_string(), |version| format!("version {version}"));
        return Err(format!("{name} comes with {version}, and known is {}", versions.join(", ")));
    };
    (found.check)(fields)
        .map_err(|error| format!("the fields of {name} do not fit its contract: {error}"))?;
    Ok(found)
}
