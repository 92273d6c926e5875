//! Regions: what of a run stops together. They form a tree under each workflow.

use super::NodeId;
use crate::model::{Id, LabelId, WorkflowId};
use crate::source::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionId(u32);

impl Id for RegionId {
    fn from_index(index: usize) -> RegionId {
        RegionId(index as u32)
    }
    fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Debug)]
pub struct Region {
    pub parent: Option<RegionId>,
    pub kind: RegionKind,
    pub workflow: Option<WorkflowId>,
    pub label: Option<LabelId>,
    pub span: Span,
    /// What runs beside it while it is active: limits, reminders, interrupts.
    pub beside: Vec<NodeId>,
    /// How many rounds of parallel loops enclose it, itself included.
    pub each_depth: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionKind {
    /// Messages.
    System,
    /// A workflow with its ends and `late` blocks.
    Workflow,
    /// What a conducted workflow does before it ends.
    Body,
    Scope,
    Step,
    /// A step that runs a choreographed workflow.
    ChoreographedRun,
    Parallel,
    Branch,
    Loop,
    /// One round of a loop.
    Round,
    Wait,
    Handler,
    /// The `else` of a limit or bound.
    Otherwise,
    /// `when` beside a block, or a reminder.
    Beside,
    Participant,
    Reaction,
    Watch,
    Late,
    /// A branch of a choice.
    Branching,
}
