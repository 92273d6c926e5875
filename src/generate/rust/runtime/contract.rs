//! What services offer, as the workflow sees it. The types of the contracts implement these traits.

use crate::flow::Flow;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A command or query: its request is the type that implements this.
pub trait Operation: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    type Reply: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// The failures that it may answer with.
    type Failure: Serialize + DeserializeOwned + Send + Sync + 'static;
    /// `Service.Operation`
    const NAME: &'static str;
    /// Whether it leaves something behind.
    const IS_WRITE: bool;
    const TAKES: Takes;

    /// What takes it back, when it was done with this reply.
    fn undone_by(&self, reply: &Self::Reply) -> Flow<Undo> {
        let _ = reply;
        Ok(Undo::Never)
    }
    /// Whether anything takes it back.
    const CAN_BE_UNDONE: bool = false;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// The answer comes on the line.
    AMoment,
    /// The request is taken at once; the answer comes as a message.
    AWhile,
}

/// What takes a finished step back.
#[derive(Clone, Debug)]
pub enum Undo {
    Never,
    By(Compensation),
}

impl Undo {
    pub fn by<O: Operation>(request: &O) -> Undo {
        Undo::By(Compensation {
            operation: O::NAME.to_string(),
            takes_a_while: O::TAKES == Takes::AWhile,
            request: serde_json::to_value(request).unwrap_or_default(),
            instance: None,
        })
    }
}

/// A command that takes something back, ready to be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compensation {
    pub operation: String,
    pub takes_a_while: bool,
    pub request: Value,
    pub instance: Option<String>,
}

/// A workflow: its input is the type that implements this.
pub trait Workflow: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    const NAME: &'static str;
    /// The fields of its key.
    const CORRELATED_BY: &'static [&'static str];
    /// What its success gives to whoever runs it.
    type Value: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;

    /// What takes back a run of it that has succeeded. Where nothing is said, its own journal does.
    fn undone_by(value: &Self::Value) -> Flow<Option<Undo>> {
        let _ = value;
        Ok(None)
    }
}

/// A refusal for a business reason.
pub trait Failure: DeserializeOwned {
    const NAME: &'static str;
}

/// A failure as it travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Raised {
    pub name: String,
    #[serde(default)]
    pub fields: Value,
}

impl Raised {
    /// Whether an operation may be refused so.
    pub fn check<O: Operation>(&self) -> Result<(), serde_json::Error> {
        serde_json::to_value(self).and_then(serde_json::from_value::<O::Failure>).map(|_| ())
    }
}

/// Of an operation that is never refused.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum NoFailure {}

/// A fact that a service states.
pub trait Event: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    const NAME: &'static str;
    const VERSION: Option<u32>;
}
