//! The sides of a choreography: reactions, watches, the limit of the whole, and `late` blocks.

use super::{Dangling, Frame, Place, trigger};
use crate::graph::{EdgeKind, NodeKind, ReceiveKind, RegionKind, Timer};
use crate::model::{Block, Id, Late, Participant, Reaction, Watch, WorkflowId};

impl<'m> super::Builder<'m> {
    pub(super) fn choreography(&mut self, id: WorkflowId) {
        let workflow = &self.model.workflows[id];
        for participant in &workflow.participants {
            self.participant(id, participant);
        }
        self.run_limits(id, &workflow.body);
    }

    fn participant(&mut self, id: WorkflowId, participant: &'m Participant) {
        let root = Place { side: Some(participant.service), in_participant: true, ..self.root_place(id) };
        let place = self.inside(root, RegionKind::Participant, None, participant.span);
        for reaction in &participant.reactions {
            self.reaction(place, reaction);
        }
        for watch in &participant.watches {
            self.watch(place, watch);
        }
    }

    fn reaction(&mut self, place: Place, reaction: &'m Reaction) {
        self.entries_of(&reaction.block);
        let receive = self.receive(place, ReceiveKind::Reaction, &reaction.formula);
        self.side_line(place, &reaction.block, RegionKind::Reaction, receive);
    }

    /// A line of its own from `from` to its end, which `skip` leaves.
    fn side_line(&mut self, place: Place, block: &'m Block, kind: RegionKind, from: crate::graph::NodeId) {
        let skip = self.collector();
        let inner = self.inside(place, kind, None, block.span);
        let frame = Frame { parent: Some(place.frame), handlers: Vec::new(), give: None, skip: Some(skip) };
        let inner = Place { frame: self.frame(frame), ..inner };
        let start = self.after(from);
        let mut ends = self.statements_of_side(inner, block, start);
        ends.extend(self.collected(skip));
        self.drop_line(inner, ends, block.span);
    }

    fn watch(&mut self, place: Place, watch: &'m Watch) {
        let expected = trigger(&watch.expected);
        let kind = NodeKind::Timer(Timer::Watch { armed_by: watch.armed_by, expected });
        let timer = self.node(place, kind, watch.span);
        let armed_by = self.graph.message(watch.armed_by);
        self.edge(armed_by, timer, EdgeKind::Arms, watch.armed_by_span);
        for term in &watch.expected.terms {
            let message = self.graph.message(term.event);
            self.edge(message, timer, EdgeKind::Disarms, term.span);
        }
        self.side_line(place, &watch.otherwise, RegionKind::Watch, timer);
    }

    /// `within` of a choreographed workflow: its first success's owner watches it from start to end.
    fn run_limits(&mut self, id: WorkflowId, body: &'m Block) {
        let workflow = &self.model.workflows[id];
        let success = workflow.goals.iter().map(|goal| &self.model.goals[*goal]);
        let owner = success.clone().find(|goal| goal.kind == crate::model::GoalKind::Success);
        let side = owner.and_then(|goal| goal.owner.service);
        let place = Place { side, in_participant: true, ..self.root_place(id) };
        for limit in &body.limits {
            let timer = self.node(place, NodeKind::Timer(Timer::RunLimit), limit.span);
            let start = self.graph.starts[id.index()];
            self.edge(start, timer, EdgeKind::Arms, limit.span);
            match &limit.otherwise {
                Some(otherwise) => self.side_line(place, otherwise, RegionKind::Watch, timer),
                None => {
                    let ends = self.after(timer);
                    self.drop_line(place, ends, limit.span);
                }
            }
        }
        for reminder in &body.reminders {
            let timer = self.node(place, NodeKind::Timer(Timer::Reminder), reminder.span);
            let start = self.graph.starts[id.index()];
            self.edge(start, timer, EdgeKind::Arms, reminder.span);
            self.side_line(place, &reminder.block, RegionKind::Watch, timer);
        }
    }

    pub(super) fn late(&mut self, id: WorkflowId, late: &'m Late) {
        let root = self.root_place(id);
        // In a choreography what comes late meets the owner.
        let owner =
            self.model.workflows[id].goals.first().and_then(|goal| self.model.goals[*goal].owner.service);
        let place = Place { side: root.side.or(owner), ..root };
        let place = self.inside(place, RegionKind::Late, None, late.span);
        let receive = self.receive(place, ReceiveKind::Late, &late.formula);
        let start: Vec<Dangling> = self.after(receive);
        let ends = self.statements_of_side(place, &late.block, start);
        self.drop_line(place, ends, late.span);
    }
}
