//! Moves of a run and nodes of a path as data for pictures: who has to do with whom.

use super::Context;
use crate::explore::{Move, RunEnd, Runs, Status, What, can_be_undone};
use crate::finding::happening::{Answer, Call, Happening, Sent, Side, Undone};
use crate::graph::{EdgeKind, NodeId, NodeKind, ReceiveKind, Timer, Trigger};
use crate::model::{EventId, HowMany, UndoneBy};

impl Context<'_> {
    /// What a move is to those who draw it.
    pub(super) fn happened(&self, made: &Move, before: &[Move]) -> Option<Happening> {
        let node = self.graph.node(made.node);
        let at = self.side(made.node);
        Some(match (&node.kind, made.what) {
            (NodeKind::Start { trigger }, What::Starts) => self.start(made.node, trigger.as_ref()),
            (NodeKind::Message { event }, What::Arrives) => Happening::Publishes(self.sent(*event)),
            (NodeKind::Act(_) | NodeKind::Run(_), What::Done) => self.call(made.node, Answer::Done)?,
            (NodeKind::Act(_) | NodeKind::Run(_), What::Fails(way)) => {
                let answer = match &self.graph.edge(way).edge.kind {
                    EdgeKind::Fails(failure) => Answer::Refused(failure.clone()),
                    _ => Answer::Nothing,
                };
                self.call(made.node, answer)?
            }
            (NodeKind::Receive { trigger, .. }, What::Takes) => self.taking(at?, trigger),
            (NodeKind::Timer(_), What::Fires) => Happening::Waits { at },
            (NodeKind::Decide, What::Chooses(_)) => Happening::Chooses { at },
            (NodeKind::Publish { event }, What::Publishes) => self.publishing(at, *event),
            (NodeKind::Undo { acts, .. }, What::Undoes) => {
                Happening::Undoes { by: at, undone: self.taken_back(made.node, acts, before) }
            }
            (NodeKind::End { goal }, What::Ends) => {
                Happening::Ends { goal: self.model.goals[*goal].name.text.clone() }
            }
            _ => return None,
        })
    }

    /// What a node on a path is to those who draw it.
    pub(super) fn passing(&self, id: NodeId) -> Option<Happening> {
        let at = self.side(id);
        Some(match &self.graph.node(id).kind {
            NodeKind::Start { trigger } => self.start(id, trigger.as_ref()),
            NodeKind::Act(_) | NodeKind::Run(_) => self.call(id, Answer::Untold)?,
            NodeKind::Publish { event } => self.publishing(at, *event),
            NodeKind::Receive { trigger, .. } => self.taking(at?, trigger),
            NodeKind::Goal { goal, .. } | NodeKind::End { goal } => {
                Happening::Ends { goal: self.model.goals[*goal].name.text.clone() }
            }
            NodeKind::Timer(Timer::Watch { .. } | Timer::RunLimit) => Happening::Waits { at },
            _ => return None,
        })
    }

    /// A step that was sent, and that has no answer yet.
    pub(super) fn sending(&self, act: NodeId) -> Option<Happening> {
        self.call(act, Answer::Nothing)
    }

    /// An event that somebody publishes or brings in from outside.
    pub(super) fn sent(&self, event: EventId) -> Sent {
        let from = self.model.services[self.model.events[event].service].name.text.clone();
        Sent { from, event: self.model.event_name(event).into() }
    }

    /// The names of the writes that are still there at the end of a run that did not simply succeed.
    pub(super) fn left_behind(&self, runs: &Runs, end: &RunEnd) -> Vec<String> {
        let there = runs.acts().filter_map(|act| {
            let perhaps = match runs.status(end, act) {
                Status::Done | Status::Kept | Status::AfterPivot => "",
                Status::Unknown => " (perhaps)",
                Status::None | Status::Refused | Status::Undone | Status::Tombstone => return None,
            };
            let undone = match &self.graph.node(act).kind {
                NodeKind::Act(step) if step.is_write && !self.undo_operations.contains(&step.operation) => {
                    &step.undone
                }
                NodeKind::Run(run) => &run.undone,
                _ => return None,
            };
            let may_stay = matches!(undone.as_ref().map(|it| &it.by), Some(UndoneBy::Nothing { .. }));
            (!may_stay).then(|| format!("{}{perhaps}", self.short_name(act)))
        });
        there.collect()
    }

    fn side(&self, node: NodeId) -> Option<Side> {
        self.graph.node(node).side.map(|side| self.model.services[side].name.text.clone())
    }

    fn start(&self, node: NodeId, trigger: Option<&Trigger>) -> Happening {
        let events = trigger.map_or(Vec::new(), |trigger| self.events(trigger));
        Happening::Starts { workflow: self.short_name(node).into(), at: self.side(node), events }
    }

    fn publishing(&self, by: Option<Side>, event: EventId) -> Happening {
        let sent = self.sent(event);
        Happening::Publishes(Sent { from: by.unwrap_or(sent.from), event: sent.event })
    }

    fn taking(&self, by: Side, trigger: &Trigger) -> Happening {
        let wanted = match trigger.how {
            HowMany::All => trigger.terms.len(),
            HowMany::Any => 1,
            HowMany::Some(n) => n as usize,
        };
        Happening::Takes { by, events: self.events(trigger), wanted }
    }

    fn events(&self, trigger: &Trigger) -> Vec<Sent> {
        trigger.terms.iter().map(|(event, _)| self.sent(*event)).collect()
    }

    fn call(&self, node: NodeId, answer: Answer) -> Option<Happening> {
        let from = self.side(node)?;
        let name = |service| self.model.services[service].name.text.clone();
        let is_pivot = self.graph.node(node).kind.is_pivot();
        let step = self.short_name(node).into();
        let call = match &self.graph.node(node).kind {
            NodeKind::Act(act) => Call {
                from,
                to: Some(name(act.service)),
                step,
                what: self.model.operations[act.operation].name.text.clone(),
                answer,
                is_pivot,
            },
            NodeKind::Run(run) => {
                let child = &self.model.workflows[run.workflow];
                let what = child.name.text.clone();
                Call { from, to: child.coordinator().map(name), step, what, answer, is_pivot }
            }
            _ => return None,
        };
        Some(Happening::Calls(call))
    }

    /// The steps that an undo takes back after these moves, the newest first. What stands before a
    /// pivot that has succeeded is taken back only when the finished run is unwound.
    fn taken_back(&self, undo: NodeId, acts: &[NodeId], before: &[Move]) -> Vec<Undone> {
        let is_pivot = |made: &Move| made.what == What::Done && self.graph.node(made.node).kind.is_pivot();
        let conducted =
            self.graph.node(undo).workflow.is_some_and(|id| !self.model.workflows[id].is_choreographed());
        let pivot = before.iter().rposition(is_pivot).filter(|_| conducted && !self.is_late(before));
        let of_undo = |made: &Move| match (&self.graph.node(made.node).kind, made.what) {
            (NodeKind::Undo { acts, .. }, What::Undoes) => acts.to_vec(),
            _ => Vec::new(),
        };
        let mut there: Vec<NodeId> = Vec::new();
        for (at, made) in before.iter().enumerate() {
            let taken = of_undo(made);
            there.retain(|act| !taken.contains(act));
            let is_in_reach = pivot.is_none_or(|pivot| at > pivot);
            if acts.contains(&made.node) && self.may_be_done(made) && is_in_reach {
                there.retain(|act| *act != made.node);
                there.push(made.node);
            }
        }
        there.retain(|act| can_be_undone(self.model, self.graph, *act));
        there.iter().rev().filter_map(|act| self.undoing(*act)).collect()
    }

    /// Whether the run is over, and what acts now acts late.
    fn is_late(&self, before: &[Move]) -> bool {
        before.iter().any(|made| {
            made.what == What::Takes
                && matches!(
                    self.graph.node(made.node).kind,
                    NodeKind::Receive { kind: ReceiveKind::Late, .. }
                )
        })
    }

    fn undoing(&self, act: NodeId) -> Option<Undone> {
        let (undone, inner) = match &self.graph.node(act).kind {
            NodeKind::Act(step) => (step.undone.as_ref(), None),
            NodeKind::Run(run) => (run.undone.as_ref(), Some(run.workflow)),
            _ => return None,
        };
        let step = self.short_name(act).into();
        match (undone.map(|undone| &undone.by), inner) {
            (Some(UndoneBy::Operation { operation, .. }), _) => {
                let operation = &self.model.operations[*operation];
                let to = self.model.services[operation.service].name.text.clone();
                Some(Undone { step, to: Some(to), what: operation.name.text.clone() })
            }
            // An inner workflow takes itself back.
            (None, Some(inner)) => {
                let inner = &self.model.workflows[inner];
                let to = inner.coordinator().map(|id| self.model.services[id].name.text.clone());
                Some(Undone { step, to, what: inner.name.text.clone() })
            }
            (Some(UndoneBy::Nothing { .. }) | None, _) => None,
        }
    }
}
