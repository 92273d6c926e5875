//! Who reads which field of an event, and what for: as far as expressions tell.

use super::Context;
use crate::graph::NodeKind;
use crate::model::written::{Use, Written};
use crate::model::{Event, EventId, Field, ServiceId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// All reads of events' fields in a system.
pub struct Reads<'m> {
    by_event: BTreeMap<EventId, Vec<Read<'m>>>,
    /// Names of fields by which events belong to runs.
    keys: BTreeSet<&'m str>,
}

struct Read<'m> {
    /// `None`: the event as a whole.
    field: Option<&'m str>,
    used: Use,
    /// Whether nothing else happens to the value than what `used` says.
    is_plain: bool,
    span: Span,
}

/// A field that is handed on as it is, in an event of another service.
pub struct Carried {
    pub by: ServiceId,
    pub into: EventId,
    pub span: Span,
}

impl<'m> Reads<'m> {
    pub fn new(cx: &Context<'m>) -> Reads<'m> {
        let mut by_event: BTreeMap<EventId, Vec<Read>> = BTreeMap::new();
        for &Written { expr, used, .. } in cx.expressions() {
            for inner in expr.with_parts() {
                let Some((event, fields)) = inner.event_field() else { continue };
                let field = fields.first().map(|field| field.text.as_str());
                let is_plain = inner.span == expr.span && fields.len() == 1;
                by_event.entry(event).or_default().push(Read { field, used, is_plain, span: inner.span });
            }
        }
        let keys = cx.model.workflows.values().flat_map(|workflow| &workflow.correlation);
        Reads { by_event, keys: keys.map(|key| key.text.as_str()).collect() }
    }

    /// The fields that say something besides to which run the event belongs.
    pub fn contents<'e>(&self, event: &'e Event) -> impl Iterator<Item = &'e Field> {
        event.fields.iter().filter(|field| !self.keys.contains(field.name.text.as_str()))
    }

    fn of_field(&self, event: EventId, field: &str) -> impl Iterator<Item = &Read<'m>> {
        let reads = self.by_event.get(&event).into_iter().flatten();
        reads.filter(move |read| read.field.is_none_or(|name| name == field))
    }

    pub fn is_read(&self, event: EventId, field: &str) -> bool {
        self.of_field(event, field).next().is_some()
    }

    /// Where the field goes when all that is done with it is to hand it on; nothing when it is used, or
    /// never read.
    pub fn carried(&self, cx: &Context, event: EventId, field: &str) -> Vec<Carried> {
        let mut carried = Vec::new();
        for read in self.of_field(event, field) {
            match read.used {
                Use::Published { event: into, field: Some(_) } if read.is_plain => {
                    let by = cx.model.events[into].service;
                    if by == cx.model.events[event].service {
                        return Vec::new();
                    }
                    carried.push(Carried { by, into, span: read.span });
                }
                _ => return Vec::new(),
            }
        }
        carried
    }
}

impl Context<'_> {
    /// Whether somebody takes the event in order to do something, and does not only record an end.
    pub fn is_taken_up(&self, event: EventId) -> bool {
        self.graph.subscriptions(event).any(|edge| {
            let node = self.graph.node(edge.to);
            let conducted = node.workflow.is_some_and(|id| !self.model.workflows[id].is_choreographed());
            self.occurring.contains(edge.to)
                && match node.kind {
                    NodeKind::Receive { .. } => true,
                    NodeKind::Start { .. } => conducted,
                    _ => false,
                }
        })
    }
}
