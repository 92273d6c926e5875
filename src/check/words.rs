//! Paths and runs in words, as witnesses of findings.

use super::Context;
use super::phrases::quoted;
use crate::explore::{Move, What};
use crate::finding::{Happening, WitnessStep};
use crate::graph::{EdgeKind, Guard, NodeId, NodeKind, ReceiveKind, Timer};
use crate::model::{EventId, GoalId, HowMany, UndoTarget, UndoneBy, WorkflowId};
use std::collections::BTreeSet;

impl Context<'_> {
    /// A run, move by move, with the ends of a choreography where they are reached; joints of lines
    /// are left out.
    pub fn witness_of_run(&self, moves: &[Move]) -> Vec<WitnessStep> {
        let mut steps = Vec::new();
        let mut reached = Reached::default();
        for (at, made) in moves.iter().enumerate() {
            steps.extend(self.told(made, &moves[..at]));
            for goal in reached.by(self, made) {
                let goal = &self.model.goals[goal];
                let step = WitnessStep::new(format!("`{}` is reached", goal.name.text), goal.name.span);
                steps.push(step.happening(Happening::Ends { goal: goal.name.text.clone() }));
            }
        }
        steps
    }

    /// A run in which `act` was on its way when its block was given up; that is told before it.
    pub fn witness_of_run_with(&self, act: NodeId, moves: &[Move]) -> Vec<WitnessStep> {
        let gives_up = |made: &Move| {
            matches!(
                self.graph.node(made.node).kind,
                NodeKind::Timer(Timer::Limit) | NodeKind::Receive { kind: ReceiveKind::Interrupt, .. }
            )
        };
        let is_told = moves.iter().any(|made| made.node == act);
        let mut steps = self.witness_of_run(moves);
        let Some(given_up) = moves.iter().rfind(|made| gives_up(made)).filter(|_| !is_told) else {
            return steps;
        };
        if let NodeKind::Act(sent) = &self.graph.node(act).kind {
            let text = format!(
                "`{}`: `{}` has no answer yet",
                self.short_name(act),
                self.model.operation_path(sent.operation)
            );
            let before = self.graph.node(given_up.node).span;
            let at = steps.iter().rposition(|step| step.span == Some(before)).unwrap_or(steps.len());
            let step = WitnessStep::new(text, self.graph.node(act).span);
            steps.insert(at, WitnessStep { happening: self.sending(act), ..step });
        }
        steps
    }

    /// A run whose last move gives up `act`, which is on its way: that is told before it.
    pub fn witness_of_run_given_up(&self, act: NodeId, moves: &[Move]) -> Vec<WitnessStep> {
        let before = moves.len().saturating_sub(1);
        let told = self.witness_of_run(&moves[..before]).len();
        let mut steps = self.witness_of_run(moves);
        if let NodeKind::Act(sent) = &self.graph.node(act).kind {
            let operation = self.model.operation_path(sent.operation);
            let text = format!("`{}`: `{operation}` has no answer yet", self.short_name(act));
            let step = WitnessStep::new(text, self.graph.node(act).span);
            steps.insert(told.min(steps.len()), WitnessStep { happening: self.sending(act), ..step });
        }
        steps
    }

    /// What an undo takes back after these moves. A pivot, and an inner workflow that says nothing of
    /// itself, make that a longer story than one line can tell.
    fn undone(&self, acts: &[NodeId], before: &[Move]) -> String {
        let kept =
            before.iter().any(|made| made.what == What::Done && self.graph.node(made.node).kind.is_pivot());
        let mut names: BTreeSet<String> = BTreeSet::new();
        for act in acts {
            let undone = match &self.graph.node(*act).kind {
                NodeKind::Act(act) => act.undone.as_ref(),
                NodeKind::Run(run) => run.undone.as_ref(),
                _ => None,
            };
            let sent = before.iter().any(|made| made.node == *act && self.may_be_done(made));
            let is_run = matches!(self.graph.node(*act).kind, NodeKind::Run(_));
            if sent && (kept || is_run && undone.is_none()) {
                return "what can be undone is undone".to_string();
            }
            if sent && undone.is_some_and(|undone| matches!(undone.by, UndoneBy::Operation { .. })) {
                names.insert(self.short_name(*act));
            }
        }
        match names.len() {
            0 => "nothing is there that can be undone".to_string(),
            1 => format!("{} is undone", quoted(&names)),
            _ => format!("{} are undone", quoted(&names)),
        }
    }

    pub(super) fn may_be_done(&self, made: &Move) -> bool {
        match made.what {
            What::Done => true,
            What::Fails(way) => !matches!(self.graph.edge(way).edge.kind, EdgeKind::Fails(_)),
            _ => false,
        }
    }

    fn told(&self, made: &Move, before: &[Move]) -> Option<WitnessStep> {
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
            (NodeKind::Undo { acts, .. }, What::Undoes) => self.undone(acts, before),
            (NodeKind::End { .. }, What::Ends) => format!("the run ends in `{name}`"),
            _ => return None,
        };
        let span = match made.what {
            What::Chooses(way) => self.graph.edge(way).edge.span,
            _ => node.span,
        };
        Some(WitnessStep { happening: self.happened(made, before), ..WitnessStep::new(text, span) })
    }

    /// A path through the graph, from cause to effect; joints of lines are left out.
    pub fn witness_of_path(&self, path: &[NodeId]) -> Vec<WitnessStep> {
        let is_end = |node: &NodeId| matches!(self.graph.node(*node).kind, NodeKind::End { .. });
        let is_goal = |node: &NodeId| matches!(self.graph.node(*node).kind, NodeKind::Goal { .. });
        let mut steps = Vec::new();
        for (at, node) in path.iter().enumerate() {
            // An `end` says already that its goal is reached.
            let is_said = is_goal(node) && at > 0 && is_end(&path[at - 1]);
            steps.extend(self.passed(*node).filter(|_| !is_said));
        }
        steps
    }

    /// A node that proves a finding without being part of a run: nothing to draw.
    pub fn witness_of_place(&self, node: NodeId) -> Option<WitnessStep> {
        self.passed(node).map(|step| WitnessStep { happening: None, ..step })
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
            NodeKind::Undo { target: UndoTarget::Label { label, .. }, .. } => {
                format!("`{side}` undoes `{}`", self.model.labels[*label].name.text)
            }
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
        Some(WitnessStep { happening: self.passing(id), ..WitnessStep::new(text, node.span) })
    }
}

/// Which ends of choreographies a run has reached so far.
#[derive(Default)]
struct Reached {
    started: BTreeSet<WorkflowId>,
    published: BTreeSet<EventId>,
    goals: BTreeSet<GoalId>,
}

impl Reached {
    /// The ends that are reached by this move.
    fn by(&mut self, cx: &Context, made: &Move) -> Vec<GoalId> {
        match (&cx.graph.node(made.node).kind, made.what) {
            (NodeKind::Start { .. }, What::Starts) => {
                self.started.extend(cx.graph.node(made.node).workflow);
            }
            (NodeKind::Publish { event }, What::Publishes) | (NodeKind::Message { event }, What::Arrives) => {
                self.published.insert(*event);
            }
            _ => return Vec::new(),
        }
        let holds = |goal: GoalId| match &cx.graph.node(cx.graph.goal(goal)).kind {
            NodeKind::Goal { trigger: Some(trigger), .. } => {
                let n_in = trigger.terms.iter().filter(|(event, _)| self.published.contains(event)).count();
                match trigger.how {
                    HowMany::All => n_in == trigger.terms.len(),
                    HowMany::Any => n_in > 0,
                    HowMany::Some(wanted) => n_in >= wanted as usize,
                }
            }
            _ => false,
        };
        let of_started = cx.model.goals.iter().filter(|(_, goal)| self.started.contains(&goal.workflow));
        let new: Vec<GoalId> =
            of_started.map(|(id, _)| id).filter(|goal| !self.goals.contains(goal) && holds(*goal)).collect();
        self.goals.extend(&new);
        new
    }
}
