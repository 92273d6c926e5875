//! One run as a sequence diagram: the sides beside each other, and what passes between them, from top
//! to bottom. Where it comes from is the business of whoever fills it.

mod of_finding;

pub use of_finding::{of_finding, of_run};

use super::About;

/// A picture of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    pub sides: Vec<Side>,
    /// In the order in which they happen.
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Letters, digits and `_`, unique in its diagram, and no word of any format.
    pub id: String,
    pub title: Vec<String>,
    pub about: About,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `from` and `to` are positions of sides; the same for what a side does by itself.
    Message {
        from: usize,
        to: usize,
        kind: MessageKind,
        lines: Vec<String>,
        about: About,
    },
    Note {
        over: Over,
        kind: NoteKind,
        lines: Vec<String>,
        about: About,
    },
}

impl Item {
    pub fn about_mut(&mut self) -> &mut About {
        match self {
            Item::Message { about, .. } | Item::Note { about, .. } => about,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Somebody is told or asked something, an undo included.
    Call,
    Reply,
    /// A reply that says no.
    Refusal,
    /// A call that gets no answer.
    Lost,
    Event,
}

/// What a note is; the look follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    Plain,
    /// Behind it nothing is taken back.
    Pivot,
    /// What is wrong with the run.
    Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    One(usize),
    Two(usize, usize),
    All,
}
