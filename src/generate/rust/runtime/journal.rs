//! What a run has done: each write, and what became of it.

use crate::calls::Asking;
use crate::contract::Compensation;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// On its way.
    Begun,
    /// Its block was given up while it was on its way.
    GivenUp,
    /// It was given up before anybody had answered; an answer that still comes finds nobody.
    Withdrawn,
    /// An outage: nobody knows.
    Unknown,
    Done,
    Refused,
    Undone,
    /// A pivot has succeeded since: it is not taken back any more.
    Kept,
}

/// Where a line stands: each fork on the way to it, with the branch it took.
pub type Place = Vec<(u32, u32)>;

/// One write.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub step: String,
    pub key: String,
    pub operation: String,
    pub status: Status,
    pub place: Place,
    pub request: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub reply: Value,
    /// What takes it back, known when it was done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undone_by: Vec<Compensation>,
    /// Labels of the scopes around it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    #[serde(skip)]
    pub(crate) live: Live,
}

/// From the request and the reply of a write to what takes it back.
pub(crate) type TakeBack = Arc<dyn Fn(&Value, &Value) -> Vec<Compensation> + Send + Sync>;

/// What an entry knows while its run is in memory.
#[derive(Clone, Default)]
pub(crate) struct Live {
    /// `None` where nothing can take it back.
    pub take_back: Option<TakeBack>,
    pub asking: Option<Arc<Asking>>,
    /// The attempt that is on its way.
    pub attempt: Option<u64>,
    pub settling: Settling,
}

/// Whether somebody is about to take an entry back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Settling {
    #[default]
    No,
    UnderWay,
    Over,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "attempt {:?}", self.attempt)
    }
}

#[derive(Debug, Default)]
pub struct Journal {
    pub entries: Vec<Entry>,
    /// Whether a pivot has succeeded.
    pub pivoted: bool,
}

impl Journal {
    pub fn begin(&mut self, entry: Entry) -> usize {
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// A write was done, and it is known now what takes it back.
    pub fn done(&mut self, at: usize, reply: &Value) {
        let entry = &mut self.entries[at];
        entry.status = Status::Done;
        entry.reply = reply.clone();
        if let Some(take_back) = &entry.live.take_back {
            entry.undone_by = take_back(&entry.request, reply);
        }
    }

    /// What was done before a pivot is no longer taken back.
    pub fn keep(&mut self) {
        self.pivoted = true;
        for entry in &mut self.entries {
            if matches!(entry.status, Status::Done | Status::Unknown) {
                entry.status = Status::Kept;
            }
        }
    }

    /// A step that is itself what takes others back: these are undone with it.
    pub fn settled_by(&mut self, operation: &str) {
        for entry in &mut self.entries {
            let by = entry.undone_by.iter().any(|undo| undo.operation == operation);
            if by && matches!(entry.status, Status::Done | Status::Kept) {
                entry.status = Status::Undone;
            }
        }
    }
}
