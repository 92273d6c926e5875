//! Branches and rounds: what forks and joins, and what runs again.

use super::{Dangling, Frame, Place, What};
use crate::graph::{EdgeKind, Guard, NodeId, NodeKind, RegionKind, Timer};
use crate::model::{Block, Expr, ExprKind, ForEach, Literal, LoopName, Needs, Parallel, Repeat};
use crate::source::Span;

impl<'m> super::Builder<'m> {
    pub(super) fn parallel(
        &mut self,
        place: Place,
        parallel: &'m Parallel,
        span: Span,
        incoming: Vec<Dangling>,
    ) -> Vec<Dangling> {
        let block = &parallel.block;
        let give = parallel.name.map(|_| self.collector());
        let label = parallel.name.map(|name| name.label);
        let each = parallel.each.is_some();
        self.around(place, block, RegionKind::Parallel, label, give, incoming, |builder, place, incoming| {
            let fork =
                builder.line(place, NodeKind::Fork { each }, head(parallel.name, builder, span), incoming);
            let mut branches = Vec::new();
            if each {
                let start = builder.after(fork);
                branches.push(builder.round(place, block, true, start));
            } else {
                for statement in &block.statements {
                    let skip = builder.collector();
                    let inner = builder.inside(place, RegionKind::Branch, None, statement.span);
                    let frame = Frame {
                        parent: Some(place.frame),
                        handlers: Vec::new(),
                        give: None,
                        skip: Some(skip),
                    };
                    let inner = Place { frame: builder.frame(frame), ..inner };
                    let start = builder.after(fork);
                    let mut ends = builder.statement(inner, statement, start);
                    ends.extend(builder.collected(skip));
                    branches.push(ends);
                }
            }
            builder.join(place, fork, block, branches, each, span)
        })
    }

    fn join(
        &mut self,
        place: Place,
        fork: NodeId,
        block: &'m Block,
        branches: Vec<Vec<Dangling>>,
        each: bool,
        span: Span,
    ) -> Vec<Dangling> {
        let needs = block.needs.as_ref().map(count);
        let end = Span { start: span.end.saturating_sub(1).max(span.start), ..span };
        let kind = NodeKind::Join { needs, branches: branches.len() as u32, each };
        let join = self.node(place, kind, end);
        if branches.is_empty() {
            let start = self.after(fork);
            self.connect(start, join);
        }
        for (number, ends) in branches.into_iter().enumerate() {
            for end in ends {
                self.edge(end.from, join, end.kind, end.span);
                let newest = petgraph::graph::EdgeIndex::new(self.graph.graph.edge_count() - 1);
                self.graph.graph[newest].branch = Some(number as u32);
            }
        }
        let mut ends = self.after(join);
        if let Some(needs) = &block.needs {
            ends.extend(self.bound(place, join, needs.otherwise.as_deref(), needs.span));
        }
        ends
    }

    /// What is done when a bound cannot be met or is reached; without an `else` it is an outage.
    fn bound(
        &mut self,
        place: Place,
        from: NodeId,
        otherwise: Option<&'m Block>,
        span: Span,
    ) -> Vec<Dangling> {
        match otherwise {
            Some(block) => {
                let start = vec![Dangling { from, kind: EdgeKind::Otherwise, span }];
                let outside = self.inside(place, RegionKind::Otherwise, None, block.span);
                self.statements_of_side(outside, block, start)
            }
            None => {
                self.raise(place, from, What::Outage, EdgeKind::Otherwise, span);
                Vec::new()
            }
        }
    }

    /// One round of a loop: its statements, and what leaves it by `give` or `skip`.
    fn round(
        &mut self,
        place: Place,
        block: &'m Block,
        parallel: bool,
        start: Vec<Dangling>,
    ) -> Vec<Dangling> {
        let (give, skip) = (self.collector(), self.collector());
        let mut inner = self.inside(place, RegionKind::Round, None, block.span);
        if parallel {
            self.graph.regions[inner.region].each_depth += 1;
        }
        inner.frame = self.frame(Frame {
            parent: Some(place.frame),
            handlers: Vec::new(),
            give: Some(give),
            skip: Some(skip),
        });
        let mut ends = self.statements(inner, &block.statements, start);
        ends.extend(self.collected(give));
        ends.extend(self.collected(skip));
        ends
    }

    pub(super) fn for_each(
        &mut self,
        place: Place,
        each: &'m ForEach,
        span: Span,
        incoming: Vec<Dangling>,
    ) -> Vec<Dangling> {
        let block = &each.block;
        let give = each.name.map(|_| self.collector());
        let label = each.name.map(|name| name.label);
        self.around(place, block, RegionKind::Loop, label, give, incoming, |builder, place, incoming| {
            let decide = builder.line(place, NodeKind::Decide, head(each.name, builder, span), incoming);
            let again = Dangling { from: decide, kind: EdgeKind::Guard(Guard::Again), span: each.list.span };
            let ends = builder.round(place, block, false, vec![again]);
            let ends = builder.pause(place, block, ends);
            builder.connect(ends, decide);
            let mut out = vec![Dangling {
                from: decide,
                kind: EdgeKind::Guard(Guard::Otherwise),
                span: each.list.span,
            }];
            if let Some(bound) = &block.at_most_times {
                out.extend(builder.bound(place, decide, bound.otherwise.as_deref(), bound.span));
            }
            out
        })
    }

    pub(super) fn repeat(
        &mut self,
        place: Place,
        repeat: &'m Repeat,
        span: Span,
        incoming: Vec<Dangling>,
    ) -> Vec<Dangling> {
        let block = &repeat.block;
        let give = repeat.name.map(|_| self.collector());
        let label = repeat.name.map(|name| name.label);
        self.around(place, block, RegionKind::Loop, label, give, incoming, |builder, place, incoming| {
            let top = builder.line(
                place,
                NodeKind::Merge { label: None },
                head(repeat.name, builder, span),
                incoming,
            );
            let start = builder.after(top);
            let ends = builder.round(place, block, false, start);
            let decide = builder.line(place, NodeKind::Decide, repeat.until.span, ends);
            let again =
                Dangling { from: decide, kind: EdgeKind::Guard(Guard::Again), span: repeat.until.span };
            let back = builder.pause(place, block, vec![again]);
            builder.connect(back, top);
            let mut out = vec![Dangling {
                from: decide,
                kind: EdgeKind::Guard(Guard::Otherwise),
                span: repeat.until.span,
            }];
            if let Some(bound) = &block.at_most_times {
                out.extend(builder.bound(place, decide, bound.otherwise.as_deref(), bound.span));
            }
            out
        })
    }

    /// `every D` between two rounds.
    fn pause(&mut self, place: Place, block: &Block, ends: Vec<Dangling>) -> Vec<Dangling> {
        match &block.every {
            Some((_, span)) => {
                let node = self.line(place, NodeKind::Timer(Timer::Pause), *span, ends);
                self.after(node)
            }
            None => ends,
        }
    }
}

/// Where a loop is named, or its first word stands.
fn head(name: Option<LoopName>, builder: &super::Builder, span: Span) -> Span {
    match name {
        Some(name) => builder.model.labels[name.label].name.span,
        None => span.head(),
    }
}

/// How many must succeed; a number that is only known in a run counts as one.
fn count(needs: &Needs) -> u32 {
    let number = |expr: &Expr| match &expr.kind {
        ExprKind::Literal(Literal::Number(text)) => text.parse().ok(),
        _ => None,
    };
    number(&needs.count).unwrap_or(1)
}
