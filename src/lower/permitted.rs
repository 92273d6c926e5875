//! Which entry may stand in which block, and where it belongs when it may not.

use super::placement::Rounds;
use crate::syntax::ast::{AnnotationKind, AtMostWhat, Entry};

/// What a block is the block of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// An orchestrated workflow.
    Orchestration,
    /// A choreographed workflow.
    Choreography,
    Participant,
    /// `when` in a participant.
    Reaction,
    /// A call, or the run of a child.
    Call,
    /// A `parallel` whose statements are branches.
    Branches,
    Rounds(Rounds),
    WaitFor,
    WaitAny,
    /// A scope, `if`, `else`, `on`, `after`, `when` or `late`.
    Plain,
}

impl Place {
    pub fn words(self) -> &'static str {
        match self {
            Place::Orchestration => "the block of an orchestrated workflow",
            Place::Choreography => "the block of a choreographed workflow",
            Place::Participant => "a participant",
            Place::Reaction => "a reaction",
            Place::Call => "the block of a step",
            Place::Branches => "a `parallel`",
            Place::Rounds(Rounds::ForEach) => "a `for each`",
            Place::Rounds(Rounds::AtOnce) => "a `parallel for each`",
            Place::Rounds(Rounds::Repeat) => "a `repeat`",
            Place::WaitFor => "a `wait for`",
            Place::WaitAny => "a `wait for any`",
            Place::Plain => "this block",
        }
    }
}

/// Whether `entry` may stand in the block of `place`; if not, where it belongs.
pub(super) fn permitted(entry: &Entry, place: Place) -> Result<(), &'static str> {
    use Place::*;
    let (fits, help) = match entry {
        Entry::Allow(_) | Entry::Bad(_) => (true, ""),
        Entry::Orchestrated(..)
        | Entry::Choreographed(_)
        | Entry::Correlated(..)
        | Entry::Starts(_)
        | Entry::Goal(_) => (
            matches!(place, Orchestration | Choreography),
            "it is said once, directly in the block of the workflow",
        ),
        Entry::Late(_) => (
            matches!(place, Orchestration | Choreography),
            "what comes after the end of the run is met directly in the block of the workflow",
        ),
        Entry::Participant(_) => (
            place == Choreography,
            match place {
                Orchestration => "a conducted workflow has no sides: write the steps, or `choreographed`",
                _ => "it stands directly in a choreographed workflow",
            },
        ),
        Entry::Within(_) => (
            place != Participant,
            "limit the reaction it is about, or watch for an event with `watch for … within`",
        ),
        Entry::Before(_) => (!matches!(place, Participant | Choreography), "limit what waits, or a step"),
        Entry::Needs(_) => (
            matches!(place, Branches | Rounds(self::Rounds::AtOnce)),
            "only of branches that run side by side can a few be enough: use it in a `parallel`",
        ),
        Entry::After(_) => (
            !matches!(place, Participant | Choreography),
            "put it into the step or wait that may take long; in a choreography, `watch for` does it",
        ),
        Entry::When(_) => (
            !matches!(place, Choreography | WaitFor),
            match place {
                Choreography => "who reacts? Put it into the `participant` that does",
                _ => "to take whichever comes first, write `wait for any`",
            },
        ),
        Entry::On(_) => (
            !matches!(place, Participant | Choreography),
            "each participant meets what goes wrong in its own steps: put it into the reaction or step",
        ),
        Entry::Timeout(..) | Entry::Retry(_) | Entry::Breaker(_) => (
            place == Call,
            match entry {
                Entry::Timeout(..) => {
                    "it bounds one attempt of a call: put it into a step, or write `within`"
                }
                Entry::Retry(_) => "calls are tried again one by one: put it into each step that may be",
                _ => "it protects one call: put it into the step",
            },
        ),
        Entry::Pivot(_) => {
            (place == Call, "it is one step behind which nothing goes back: put it into that step")
        }
        Entry::Undone(_) => (
            matches!(place, Call | Orchestration | Choreography),
            "say it in the contract of the operation, at a step, or of the whole workflow",
        ),
        Entry::Promises(..) => {
            (place == Reaction, "only a reaction promises; what bounds a block is `within`")
        }
        Entry::Every(..) => (
            matches!(place, Rounds(self::Rounds::ForEach | self::Rounds::Repeat)),
            match place {
                Orchestration => "write `starts every` when the workflow is to begin again and again",
                _ => "it is the pause between rounds that follow each other: put it into a loop",
            },
        ),
        Entry::AtMost(most) => match most.what {
            AtMostWhat::Times(_) => (
                matches!(place, Rounds(self::Rounds::ForEach | self::Rounds::Repeat)),
                "it bounds the rounds of a loop; for calls it is `retry … times`",
            ),
            AtMostWhat::AtOnce => (
                place == Rounds(self::Rounds::AtOnce),
                "it bounds how many rounds of a `parallel for each` run side by side",
            ),
        },
        Entry::Annotation(written) => (
            // How often a process changes is said of the process itself.
            matches!(written.kind, AnnotationKind::Volatility(_))
                && matches!(place, Orchestration | Choreography),
            "say it of the service or operation, where everybody finds it",
        ),
        Entry::Watch(_) => (
            place == Participant,
            match place {
                Choreography => "who watches? Put it into the `participant` that owns the goal",
                Orchestration => "the coordinator waits itself: `wait for … { within … }`",
                _ => "it stands directly in a `participant`",
            },
        ),
        Entry::Step(_)
        | Entry::Let(_)
        | Entry::Scope(_)
        | Entry::If(_)
        | Entry::Parallel(_)
        | Entry::ForEach(_)
        | Entry::Repeat(_)
        | Entry::Wait(_)
        | Entry::Publish(_)
        | Entry::Notify(_)
        | Entry::Give(..)
        | Entry::Skip(_)
        | Entry::Undo(_)
        | Entry::Then(..)
        | Entry::End(_) => (
            !matches!(place, Choreography | Participant | Call | WaitFor | WaitAny),
            match place {
                Choreography => "who does it? Put it into a `when` of the `participant` that does",
                Participant => "upon what? Put it into a `when`",
                Call => "its block only says how the step is made: put the statement before or behind it",
                _ => "put it behind the wait",
            },
        ),
    };
    if fits { Ok(()) } else { Err(help) }
}
