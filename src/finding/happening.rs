//! What one step of a witness is, as data: who has to do with whom, by name. The words of the step are
//! for reading, this is for drawing.

use smol_str::SmolStr;

/// A service, by its name.
pub type Side = SmolStr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A run begins: at its coordinator, with the events that start it.
    Starts { workflow: SmolStr, at: Option<Side>, events: Vec<Sent> },
    /// A step: a service is told or asked something, or another workflow is run.
    Calls(Call),
    /// An event gets on its way; it is drawn where somebody takes it.
    Publishes(Sent),
    /// Somebody takes events: all of them, or as many as it waits for.
    Takes { by: Side, events: Vec<Sent>, wanted: usize },
    /// Steps are taken back, the newest first.
    Undoes { by: Option<Side>, undone: Vec<Undone> },
    /// Time passes: a limit, a pause, a watch.
    Waits { at: Option<Side> },
    /// A choice is made.
    Chooses { at: Option<Side> },
    /// An end is reached.
    Ends { goal: SmolStr },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub from: Side,
    /// Nobody for a workflow that has no coordinator.
    pub to: Option<Side>,
    pub step: SmolStr,
    /// What is wanted: `Charge`.
    pub what: SmolStr,
    pub answer: Answer,
    /// Behind it nothing is taken back.
    pub is_pivot: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Done,
    /// A business failure, by name.
    Refused(SmolStr),
    /// An outage: it was done or not.
    Nothing,
    /// Whether and how it answers plays no part.
    Untold,
}

/// An event, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub from: Side,
    pub event: SmolStr,
}

/// A step that is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    pub step: SmolStr,
    /// Who takes it back; nobody where an inner workflow takes itself back.
    pub to: Option<Side>,
    /// What takes it back: `Refund`.
    pub what: SmolStr,
}

impl Happening {
    /// Whether one side has to do with another one, so that there is something to draw.
    pub fn is_between_sides(&self) -> bool {
        match self {
            Happening::Calls(call) => call.to.as_ref().is_some_and(|to| *to != call.from),
            Happening::Takes { by, events, .. } => events.iter().any(|sent| sent.from != *by),
            Happening::Starts { at, events, .. } => {
                at.as_ref().is_some_and(|at| events.iter().any(|sent| sent.from != *at))
            }
            Happening::Publishes(_)
            | Happening::Undoes { .. }
            | Happening::Waits { .. }
            | Happening::Chooses { .. }
            | Happening::Ends { .. } => false,
        }
    }
}
