//! One state of a system of runs, small enough to keep many of.

use super::delivery::Parcel;
use crate::graph::NodeId;
use smallvec::SmallVec;

/// A token on a node. In parallel loops two rounds stand for all of them: `round` has a bit for each
/// such loop around the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Token {
    pub node: NodeId,
    pub round: u8,
    /// In a join: whether it came by `skip`.
    pub skipped: bool,
}

/// What has become of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Status {
    /// Not tried yet.
    None,
    Done,
    /// An outage: it was done or not.
    Unknown,
    Refused,
    Undone,
    /// Done before the pivot succeeded, or the pivot itself: no longer taken back.
    Kept,
    /// Done after the pivot had succeeded.
    AfterPivot,
    /// Settled by an undo before it ran: it will never run.
    Tombstone,
}

impl Status {
    pub(super) fn from_byte(byte: u8) -> Status {
        match byte {
            1 => Status::Done,
            2 => Status::Unknown,
            3 => Status::Refused,
            4 => Status::Undone,
            5 => Status::Kept,
            6 => Status::AfterPivot,
            7 => Status::Tombstone,
            _ => Status::None,
        }
    }

    /// Whether the effect may be there.
    pub fn is_effective(self) -> bool {
        matches!(self, Status::Done | Status::Unknown | Status::Kept | Status::AfterPivot)
    }
}

/// Tokens, and one byte for everything else that a run remembers; `Machine` knows which is which. Those of
/// most workflows fit into the state itself: it is copied for every move.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct State {
    /// Sorted.
    pub tokens: SmallVec<[Token; 4]>,
    pub memory: SmallVec<[u8; 48]>,
    /// Messages in transit, where their order counts.
    pub network: Vec<Parcel>,
}

impl Clone for State {
    fn clone(&self) -> State {
        State {
            tokens: SmallVec::from_slice(&self.tokens),
            memory: SmallVec::from_slice(&self.memory),
            network: if self.network.is_empty() { Vec::new() } else { self.network.clone() },
        }
    }
}

impl State {
    pub fn add(&mut self, token: Token) {
        let at = self.tokens.partition_point(|other| *other <= token);
        self.tokens.insert(at, token);
    }

    pub fn remove(&mut self, token: Token) {
        if let Ok(at) = self.tokens.binary_search(&token) {
            self.tokens.remove(at);
        }
    }
}

/// The progress of one workflow's run.
pub(super) const IDLE: u8 = 0;
pub(super) const RUNNING: u8 = 1;
pub(super) const OVER: u8 = 2;

/// The run met what nobody handles.
pub(super) const POISONED: u8 = 1;
/// More messages are in transit than are told apart.
pub(super) const CUT: u8 = 2;

/// What the last trouble of a run was, seen from its pivot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cause {
    None,
    /// Nothing had to do with a pivot that succeeded before.
    Before,
    /// It came from a line behind a pivot that had succeeded.
    AfterPivot,
}

impl Cause {
    pub(super) fn from_byte(byte: u8) -> Cause {
        match byte {
            1 => Cause::Before,
            2 => Cause::AfterPivot,
            _ => Cause::None,
        }
    }
}
