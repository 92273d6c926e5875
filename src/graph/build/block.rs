//! A block of any kind: what stands in it, what runs beside it, and who meets what goes wrong in it.

use super::{CollectorId, Dangling, Frame, Place, What};
use crate::graph::{EdgeKind, NodeId, NodeKind, ReceiveKind, RegionKind, Timer, build::trigger};
use crate::model::{Block, Formula, Id, LabelId, Limit, Reaction, Reminder, Statement, StatementKind};
use crate::source::Span;
use std::collections::BTreeSet;

impl<'m> super::Builder<'m> {
    /// A block of statements; gives where the line goes on behind it.
    pub(super) fn block(
        &mut self,
        outer: Place,
        block: &'m Block,
        kind: RegionKind,
        label: Option<LabelId>,
        incoming: Vec<Dangling>,
    ) -> Vec<Dangling> {
        self.around(outer, block, kind, label, None, incoming, |builder, place, incoming| {
            builder.statements(place, &block.statements, incoming)
        })
    }

    /// What every block has around its inside: a region, an entry, limits and what runs beside, and
    /// handlers. `give` says where `give` in its handlers goes, when the block has a value.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of a block; a struct would only be unpacked again"
    )]
    pub(super) fn around(
        &mut self,
        outer: Place,
        block: &'m Block,
        kind: RegionKind,
        label: Option<LabelId>,
        give: Option<CollectorId>,
        mut incoming: Vec<Dangling>,
        inside: impl FnOnce(&mut Self, Place, Vec<Dangling>) -> Vec<Dangling>,
    ) -> Vec<Dangling> {
        let mut place = self.inside(outer, kind, label, block.span);
        let handlers = self.handler_entries(outer, block);
        place.frame = self.frame(Frame {
            parent: Some(outer.frame),
            handlers: handlers
                .iter()
                .zip(&block.handlers)
                .map(|(at, on)| (on.troubles.clone(), at.1))
                .collect(),
            give: None,
            skip: None,
        });
        // The `else` of a limit and the handlers stand outside of the block; only `give` knows it.
        let leaving = Place {
            frame: self.frame(Frame { parent: Some(outer.frame), handlers: Vec::new(), give, skip: None }),
            ..outer
        };
        let mut given_up = Vec::new();
        if self.needs_entry(block, label) {
            let entry = self.entry(place, label, block.span);
            self.connect(incoming, entry);
            incoming = self.after(entry);
            given_up = self.beside(place, leaving, block, kind, entry);
        }
        let mut ends = inside(self, place, incoming);
        ends.extend(given_up);
        for ((entry_place, entry), handler) in handlers.into_iter().zip(&block.handlers) {
            let start = self.after(entry);
            let in_handler = Place { frame: leaving.frame, ..entry_place };
            ends.extend(self.statements_of_side(in_handler, &handler.block, start));
        }
        if let Some(give) = give {
            ends.extend(self.collected(give));
        }
        ends
    }

    pub(super) fn statements(
        &mut self,
        place: Place,
        statements: &'m [Statement],
        mut incoming: Vec<Dangling>,
    ) -> Vec<Dangling> {
        for statement in statements {
            incoming = self.statement(place, statement, incoming);
        }
        incoming
    }

    /// The statements of a handler or an `else`: a block of its own when more than statements is said.
    pub(super) fn statements_of_side(
        &mut self,
        place: Place,
        block: &'m Block,
        incoming: Vec<Dangling>,
    ) -> Vec<Dangling> {
        self.block(place, block, RegionKind::Branching, None, incoming)
    }

    fn handler_entries(&mut self, outer: Place, block: &Block) -> Vec<(Place, NodeId)> {
        let mut entries = Vec::with_capacity(block.handlers.len());
        for handler in &block.handlers {
            let place = self.inside(outer, RegionKind::Handler, None, handler.span);
            entries.push((place, self.node(place, NodeKind::Merge { label: None }, handler.span)));
        }
        entries
    }

    fn needs_entry(&self, block: &Block, label: Option<LabelId>) -> bool {
        let named = label.is_some_and(|label| self.entries[label.index()].is_some());
        named || !block.limits.is_empty() || !block.reminders.is_empty() || !block.interrupts.is_empty()
    }

    /// The node a block begins with: the target of jumps to it, if there are any.
    fn entry(&mut self, place: Place, label: Option<LabelId>, span: Span) -> NodeId {
        let named = label.and_then(|label| self.entries[label.index()]);
        let entry = named.unwrap_or_else(|| self.node(place, NodeKind::Merge { label }, span));
        self.graph.graph[entry.0].region = place.region;
        self.graph.graph[entry.0].side = place.side;
        entry
    }

    /// What runs beside a block while it lasts; gives where the line goes on when it was given up.
    fn beside(
        &mut self,
        place: Place,
        leaving: Place,
        block: &'m Block,
        kind: RegionKind,
        entry: NodeId,
    ) -> Vec<Dangling> {
        let mut ends = Vec::new();
        for limit in &block.limits {
            match kind {
                RegionKind::ChoreographedRun => self.watching_limit(place, limit, entry),
                _ => ends.extend(self.limit(place, leaving, limit, entry)),
            }
        }
        for reminder in &block.reminders {
            self.reminder(place, reminder, entry);
        }
        // The alternatives of a `wait for any` are its inside, not beside it.
        if kind != RegionKind::Wait {
            for interrupt in &block.interrupts {
                self.interrupt(place, interrupt, entry);
            }
        }
        ends
    }

    fn limit(&mut self, place: Place, leaving: Place, limit: &'m Limit, entry: NodeId) -> Vec<Dangling> {
        let timer = self.node(place, NodeKind::Timer(Timer::Limit), limit.span);
        self.graph.regions[place.region].beside.push(timer);
        self.edge(entry, timer, EdgeKind::Arms, limit.span);
        match &limit.otherwise {
            Some(otherwise) => {
                let outside = self.inside(leaving, RegionKind::Otherwise, None, otherwise.span);
                let start = vec![Dangling { from: timer, kind: EdgeKind::Otherwise, span: limit.span }];
                self.statements_of_side(outside, otherwise, start)
            }
            None => {
                self.raise(place, timer, What::Outage, EdgeKind::Otherwise, limit.span);
                Vec::new()
            }
        }
    }

    /// A choreographed run cannot be given up: its limit only watches, and its `else` runs beside.
    fn watching_limit(&mut self, place: Place, limit: &'m Limit, entry: NodeId) {
        let timer = self.node(place, NodeKind::Timer(Timer::Reminder), limit.span);
        self.graph.regions[place.region].beside.push(timer);
        self.edge(entry, timer, EdgeKind::Arms, limit.span);
        let side = self.inside(place, RegionKind::Beside, None, limit.span);
        let start = self.after(timer);
        let ends = match &limit.otherwise {
            Some(otherwise) => self.statements_of_side(side, otherwise, start),
            None => start,
        };
        self.drop_line(side, ends, limit.span);
    }

    fn reminder(&mut self, place: Place, reminder: &'m Reminder, entry: NodeId) {
        let timer = self.node(place, NodeKind::Timer(Timer::Reminder), reminder.span);
        self.graph.regions[place.region].beside.push(timer);
        self.edge(entry, timer, EdgeKind::Arms, reminder.span);
        let side = self.inside(place, RegionKind::Beside, None, reminder.block.span);
        let start = self.after(timer);
        let ends = self.statements_of_side(side, &reminder.block, start);
        self.drop_line(side, ends, reminder.block.span);
    }

    fn interrupt(&mut self, place: Place, reaction: &'m Reaction, entry: NodeId) {
        let receive = self.receive(place, ReceiveKind::Interrupt, &reaction.formula);
        self.graph.regions[place.region].beside.push(receive);
        self.edge(entry, receive, EdgeKind::Arms, reaction.span);
        let side = self.inside(place, RegionKind::Beside, None, reaction.block.span);
        let start = self.after(receive);
        let ends = self.statements_of_side(side, &reaction.block, start);
        self.drop_line(side, ends, reaction.block.span);
    }

    pub(super) fn receive(&mut self, place: Place, kind: ReceiveKind, formula: &Formula) -> NodeId {
        let receive = self.node(place, NodeKind::Receive { kind, trigger: trigger(formula) }, formula.span);
        self.take(formula, receive);
        receive
    }

    /// A side line that is done.
    pub(super) fn drop_line(&mut self, place: Place, ends: Vec<Dangling>, span: Span) {
        if !ends.is_empty() {
            let end = Span { start: span.end.saturating_sub(1).max(span.start), ..span };
            let drop = self.node(place, NodeKind::Drop, end);
            self.connect(ends, drop);
        }
    }

    /// Gives every scope, and every step that some `then` names, a node to jump to.
    pub(super) fn entries_of(&mut self, block: &Block) {
        for label in jumps(block) {
            let item = &self.model.labels[label];
            let place = self.root_place(item.workflow);
            let node = self.node(place, NodeKind::Merge { label: Some(label) }, item.name.span);
            self.entries[label.index()] = Some(node);
        }
    }
}

/// The labels that jumps in a block lead to, and all its scopes.
fn jumps(block: &Block) -> BTreeSet<LabelId> {
    let statements = block.with_inner().into_iter().flat_map(|block| &block.statements);
    statements
        .filter_map(|statement| match &statement.kind {
            StatementKind::Then { label, .. } | StatementKind::Scope { label, .. } => Some(*label),
            _ => None,
        })
        .collect()
}
