//! How a block of a workflow is left before its last line.

use crate::contract::{Failure, Raised};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a line is left whose step was settled before it began, or that has nothing to take back.
pub(crate) const SETTLED: &str = "what is settled";

/// What a block gives, or why it was left.
pub type Flow<T = ()> = Result<T, Exit>;

#[derive(Clone, Debug)]
pub enum Exit {
    /// A service refused, for a business reason.
    Failed(Raised),
    /// A service could not be reached, or did not answer in time.
    Outage(String),
    /// The limit of the block has passed.
    TooLate,
    /// The other limit of the block has passed.
    TooLateAgain,
    /// The run has reached one of its ends.
    End(Ended),
    /// On to another place of the workflow, by its name.
    Leave(&'static str),
    /// Out of the blocks around to the one at this depth, which takes the value.
    Given(u32, Value),
    /// The same without a value.
    Skipped(u32),
    /// A value that cannot be read: the project and its database do not fit together.
    Broken(String),
}

/// An end of a run, with what it gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    pub name: String,
    pub success: bool,
    pub fields: Value,
}

impl Exit {
    /// What the failure of this type tells.
    pub fn failure<F: Failure>(&self) -> Flow<F> {
        match self {
            Exit::Failed(raised) if raised.name == F::NAME => {
                serde_json::from_value(raised.fields.clone())
                    .map_err(|error| broken(F::NAME, error))
            }
            other => Err(other.clone()),
        }
    }

    pub fn is_outage(&self) -> bool {
        matches!(self, Exit::Outage(_))
    }

    /// A failure of any kind, or an outage.
    pub fn went_wrong(&self) -> bool {
        matches!(self, Exit::Failed(_) | Exit::Outage(_))
    }

    pub fn is<F: Failure>(&self) -> bool {
        matches!(self, Exit::Failed(raised) if raised.name == F::NAME)
    }

    /// What went wrong, in words.
    pub fn reason(&self) -> String {
        match self {
            Exit::Failed(raised) => format!("{} was not met by anything", raised.name),
            Exit::Outage(text) => format!("an outage was not met by anything: {text}"),
            Exit::TooLate | Exit::TooLateAgain => {
                "a limit passed and was not met by anything".to_string()
            }
            Exit::End(ended) => format!("ended in {}", ended.name),
            Exit::Leave(name) => format!("there is no way to {name}"),
            Exit::Given(..) | Exit::Skipped(_) => "nobody took what was given".to_string(),
            Exit::Broken(text) => text.clone(),
        }
    }
}

impl Ended {
    /// An end as the contracts write it: its name, and its fields beside it.
    pub fn of(end: &impl Serialize, success: bool) -> Ended {
        let value = serde_json::to_value(end).unwrap_or_default();
        let name = value.get("name").and_then(Value::as_str).unwrap_or("Unnamed").to_string();
        let fields =
            value.get("fields").cloned().unwrap_or_else(|| Value::Object(Default::default()));
        Ended { name, success, fields }
    }
}

/// The run is over: `return end(SellEnd::Sold)`.
pub fn end<T>(end: impl Into<Ended>) -> Flow<T> {
    Err(Exit::End(end.into()))
}

/// On to another place: `return leave("packed")`.
pub fn leave<T>(place: &'static str) -> Flow<T> {
    Err(Exit::Leave(place))
}

/// A value for the block at this depth: `return give(2, &offered)`.
pub fn give<T>(depth: u32, value: &impl Serialize) -> Flow<T> {
    let value = serde_json::to_value(value).map_err(|error| broken("a value", error))?;
    Err(Exit::Given(depth, value))
}

/// Out of the block at this depth, without a value.
pub fn skip<T>(depth: u32) -> Flow<T> {
    Err(Exit::Skipped(depth))
}

/// Of a function that somebody still has to write.
pub fn unwritten<T>(what: &str) -> Flow<T> {
    Err(Exit::Broken(format!("`{what}` is not written yet")))
}

pub fn broken(what: &str, error: impl std::fmt::Display) -> Exit {
    Exit::Broken(format!("{what} cannot be read: {error}"))
}
