//! Paths and runs in words, as witnesses of findings.

use super::Context;
use crate::explore::{Move, What};
use crate::finding::WitnessStep;
use crate::graph::{EdgeKind, Guard, NodeId, NodeKind, ReceiveKind, Timer};

impl Context<'_> {
    /// A run, move by move; joints of lines are left out.
    pub fn witness_of_run(&self, moves: &[Move]) -> Vec<WitnessStep> {
        moves.iter().filter_map(|made| self.told(made)).collect()
    }

    fn told(&self, made: &Move) -> Option<WitnessStep> {
        let node = self.graph.node(made.node);
        let name = self.short_name(made.node);
        let side = node.side.map_or("", |side| self.service(side));
        let text = match (&node.kind, made.what) {
            (NodeKind::Start { .. }, What::Starts) => format!("`{name}` starts"),
            (NodeKind::Message { .. }, What::Arrives) => format!("`{name}` arrives"),
            (NodeKind::Act(act), What::Done) => {
                format!("`{name}`: `{}` is done", self.model.operation_path(act.operation))
            }
            (NodeKind::Act(act), What::Fails(way)) => {
                let operation = self.model.operation_path(act.operation);
                match &self.graph.edge(way).edge.kind {
                    EdgeKind::Fails(failure) => format!("`{name}`: `{operation}` refuses with `{failure}`"),
                    _ => format!("`{name}`: `{operation}` does not answer (an outage: done or not?)"),
                }
            }
            (NodeKind::Run(_), What::Done) => format!("`{name}` succeeds"),
            (NodeKind::Run(_), What::Fails(way)) => match &self.graph.edge(way).edge.kind {
                EdgeKind::Fails(failure) => format!("`{name}` ends in `{failure}`"),
                _ => format!("`{name}` does not end in time"),
            },
            (NodeKind::Receive { kind: ReceiveKind::Reaction, .. }, What::Takes) => {
                format!("`{side}` reacts to `{name}`")
            }
            (NodeKind::Receive { kind: ReceiveKind::Late, .. }, What::Takes) => {
                format!("`{name}` arrives after the end")
            }
            (NodeKind::Receive { .. }, What::Takes) => format!("`{side}` takes `{name}`"),
            (NodeKind::Timer(Timer::Limit), What::Fires) => "the limit passes".to_string(),
            (NodeKind::Timer(Timer::Pause), What::Fires) => "the wait is over".to_string(),
            (NodeKind::Timer(Timer::Reminder), What::Fires) => "the reminder is due".to_string(),
            (NodeKind::Timer(_), What::Fires) => format!("the watch of `{side}` goes off"),
            (NodeKind::Decide, What::Chooses(way)) => match &self.graph.edge(way).edge.kind {
                EdgeKind::Guard(Guard::Condition) => "the condition holds".to_string(),
                EdgeKind::Guard(Guard::Again) => "one more round".to_string(),
                _ => "no condition holds".to_string(),
            },
            (NodeKind::Publish { .. }, What::Publishes) => format!("`{side}` publishes `{name}`"),
            (NodeKind::Undo { .. }, What::Undoes) => "what was done is undone".to_string(),
            (NodeKind::End { .. }, What::Ends) => format!("the run ends in `{name}`"),
            _ => return None,
        };
        let span = match made.what {
            What::Chooses(way) => self.graph.edge(way).edge.span,
            _ => node.span,
        };
        Some(WitnessStep::new(text, span))
    }

    /// A path through the graph, from cause to effect; joints of lines are left out.
    pub fn witness_of_path(&self, path: &[NodeId]) -> Vec<WitnessStep> {
        path.iter().filter_map(|node| self.passed(*node)).collect()
    }

    fn passed(&self, id: NodeId) -> Option<WitnessStep> {
        let node = self.graph.node(id);
        let name = self.short_name(id);
        let side = node.side.map_or("", |side| self.service(side));
        let text = match &node.kind {
            NodeKind::Act(act) => format!("`{side}` runs `{}`", self.model.operation_path(act.operation)),
            NodeKind::Run(_) => format!("`{side}` runs `{name}`"),
            NodeKind::Publish { .. } => format!("`{side}` publishes `{name}`"),
            NodeKind::Receive { kind: ReceiveKind::Wait | ReceiveKind::Alternative, .. } => {
                format!("`{side}` waits for `{name}`")
            }
            NodeKind::Receive { .. } => format!("`{side}` reacts to `{name}`"),
            NodeKind::Goal { .. } => format!("`{name}` is reached"),
            NodeKind::End { .. } => format!("the run ends in `{name}`"),
            NodeKind::Start { .. } => format!("`{name}` starts"),
            NodeKind::Notify { .. } => format!("`{side}` notifies `{name}`"),
            NodeKind::Undo { .. } => format!("`{side}` undoes what it did"),
            NodeKind::Timer(Timer::Watch { .. } | Timer::RunLimit) => {
                format!("the watch of `{side}` goes off")
            }
            NodeKind::Timer(_)
            | NodeKind::Unhandled
            | NodeKind::FallOff
            | NodeKind::Drop
            | NodeKind::Message { .. }
            | NodeKind::Race
            | NodeKind::Decide
            | NodeKind::Fork { .. }
            | NodeKind::Join { .. }
            | NodeKind::Merge { .. } => return None,
        };
        Some(WitnessStep::new(text, node.span))
    }
}
