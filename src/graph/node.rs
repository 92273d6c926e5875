//! What stands in the step graph: nodes and edges, each with the text it came from.

use super::RegionId;
use crate::model::{
    EventId, GoalId, HowMany, LabelId, OperationId, Retry, ServiceId, UndoTarget, Undone, WorkflowId,
};
use crate::source::Span;
use smol_str::SmolStr;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Node {
    pub kind: NodeKind,
    /// The smallest text that stands for it.
    pub span: Span,
    /// `None` for messages, which belong to the system.
    pub workflow: Option<WorkflowId>,
    /// Where a token on it lies.
    pub region: RegionId,
    /// On whose side it happens: the coordinator's or a participant's.
    pub side: Option<ServiceId>,
}

#[derive(Clone, Debug)]
pub enum NodeKind {
    /// A run begins. With a formula: when these events are in.
    Start {
        trigger: Option<Trigger>,
    },
    /// An end of a workflow is recorded; in choreography when the formula holds.
    Goal {
        goal: GoalId,
        trigger: Option<Trigger>,
    },
    /// `end N(…)`
    End {
        goal: GoalId,
    },
    /// The run stops, undoes what it can, and ends in the implicit failure `Unhandled`; in a
    /// participant the reaction stops.
    Unhandled,
    /// A conducted workflow runs off its last line.
    FallOff,
    /// A side line is done: a reaction, a reminder, an interrupt.
    Drop,
    Act(Box<Act>),
    Run(Box<Run>),
    Notify {
        service: Option<ServiceId>,
        operation: Option<OperationId>,
        workflow: Option<WorkflowId>,
    },
    Publish {
        event: EventId,
    },
    /// The event, once it is published, as all subscribers see it.
    Message {
        event: EventId,
    },
    Receive {
        kind: ReceiveKind,
        trigger: Trigger,
    },
    /// Waits for the first of the receives behind it.
    Race,
    Timer(Timer),
    Decide,
    /// `each`: one token a round.
    Fork {
        each: bool,
    },
    /// `needs`: how many branches must succeed; `None`: all.
    Join {
        needs: Option<u32>,
        branches: u32,
        each: bool,
    },
    /// Where lines meet: a jump's target, the entry of a block or a handler.
    Merge {
        label: Option<LabelId>,
    },
    /// `acts`: the steps it can undo.
    Undo {
        target: UndoTarget,
        acts: Arc<[super::NodeId]>,
    },
}

/// `A and B` as a condition of a node.
#[derive(Clone, Debug)]
pub struct Trigger {
    pub how: HowMany,
    /// Event, and where it is named.
    pub terms: Vec<(EventId, Span)>,
    /// Whether any of them has a `where`.
    pub guarded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiveKind {
    /// `when` of a participant.
    Reaction,
    /// `wait for` of a coordinator.
    Wait,
    /// `when` inside a `wait for any`.
    Alternative,
    /// `when` inside another block.
    Interrupt,
    /// `late`
    Late,
}

/// A step: one service doing one thing.
#[derive(Clone, Debug)]
pub struct Act {
    pub label: LabelId,
    pub service: ServiceId,
    pub operation: OperationId,
    /// A command.
    pub is_write: bool,
    /// An operation of another service than the one whose side it stands on.
    pub is_remote: bool,
    /// Whether the caller waits on the line.
    pub on_the_line: bool,
    pub retry: Option<Retry>,
    pub timeout: Option<Span>,
    pub pivot: Option<Span>,
    pub irreversible: Option<Span>,
    /// What undoes it, at the step or by contract.
    pub undone: Option<Undone>,
    pub call_span: Span,
}

/// A step that runs another workflow.
#[derive(Clone, Debug)]
pub struct Run {
    pub label: LabelId,
    pub workflow: WorkflowId,
    pub pivot: Option<Span>,
    pub undone: Option<Undone>,
    pub call_span: Span,
}

impl NodeKind {
    /// Whether it is marked as the point of no return.
    pub fn is_pivot(&self) -> bool {
        match self {
            NodeKind::Act(act) => act.pivot.is_some(),
            NodeKind::Run(run) => run.pivot.is_some(),
            _ => false,
        }
    }
}

#[derive(Clone, Debug)]
pub enum Timer {
    /// `wait 1d`, `wait until T`, the pause of a loop.
    Pause,
    /// `within` or `before`: ends its region.
    Limit,
    /// `after D { … }`: beside its region.
    Reminder,
    /// `watch for U within D of A`: at the owner; stops nobody.
    Watch { armed_by: EventId, expected: Trigger },
    /// `within` of a choreographed workflow: a watch from its start to any final end.
    RunLimit,
}

#[derive(Clone, Debug)]
pub struct Edge {
    pub kind: EdgeKind,
    /// Where the reason stands: a guard, a handler, the name of an event.
    pub span: Span,
    /// The outermost region that is left by it: every other token in there is stopped.
    pub closes: Option<RegionId>,
    /// Into a join: the branch it comes from.
    pub branch: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    Next,
    /// One way out of a choice; the text of its condition, empty for `else`.
    Guard(Guard),
    /// A business failure.
    Fails(SmolStr),
    Outage,
    /// A limit has passed, or `needs` or `at most` cannot be met: its `else`.
    Otherwise,
    /// A branch or round that was skipped, into its join.
    Skipped,
    /// Entering a region arms what runs beside it: limits, reminders, interrupts.
    Arms,
    /// From what publishes an event to its message.
    Publishes,
    /// The same, some time after the reply of a command; one of several.
    Consequence,
    /// From a message to who takes it.
    Message,
    /// What makes a watch superfluous; no flow.
    Disarms,
    /// From `run` to the start of the other workflow; no flow.
    Runs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// A condition, at the edge's span.
    Condition,
    /// No condition held, or a loop is over.
    Otherwise,
    /// Another round of a loop.
    Again,
}

impl EdgeKind {
    /// Whether a token, a message or an armed timer goes along it.
    pub fn is_flow(&self) -> bool {
        match self {
            EdgeKind::Disarms | EdgeKind::Runs => false,
            EdgeKind::Next
            | EdgeKind::Guard(_)
            | EdgeKind::Fails(_)
            | EdgeKind::Outage
            | EdgeKind::Otherwise
            | EdgeKind::Skipped
            | EdgeKind::Arms
            | EdgeKind::Publishes
            | EdgeKind::Consequence
            | EdgeKind::Message => true,
        }
    }

    /// Whether a token or an armed timer goes along it: flow, without messages.
    pub fn is_on_the_line(&self) -> bool {
        self.is_flow() && !matches!(self, EdgeKind::Publishes | EdgeKind::Consequence | EdgeKind::Message)
    }

    /// Whether a token moves along it: the line, without what it arms.
    pub fn moves_a_token(&self) -> bool {
        self.is_on_the_line() && *self != EdgeKind::Arms
    }

    /// Whether only something that went wrong goes along it.
    pub fn is_trouble(&self) -> bool {
        matches!(self, EdgeKind::Fails(_) | EdgeKind::Outage | EdgeKind::Otherwise)
    }
}
