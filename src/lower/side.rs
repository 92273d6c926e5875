//! One side of a choreography: it knows the key, what it hears, and what it did.

use super::block::{plain, reaction};
use super::body::{Body, address};
use super::expr::expected;
use super::flow::Flow;
use super::formula::formula;
use super::system::name;
use super::unknown;
use crate::model::{Participant, Reaction, ServiceId, Trigger, Type, Watch};
use crate::syntax::ast::{self, Entry};

/// One side of a choreography. It knows the key, what it hears, and what it did.
pub(super) fn participant(cx: &mut Body, written: &ast::Participant, start: &Flow) -> Option<Participant> {
    let region = cx.collected.participants.get(&address(&written.service)).copied()?;
    let before = cx.sys.findings.len();
    let service = unknown::service(cx.sys, cx.file, &written.service);
    cx.adopt(before);
    let outer = std::mem::replace(&mut cx.region, region);
    let entity = cx.entity.clone();
    cx.entity = format!("{entity}/{}", written.service.text);
    let mut known = Flow::new();
    for &value in cx.collected.head.values() {
        known.add(cx.value_slot(value));
    }
    own_trigger(cx, service, start, &mut known);
    let mut reactions: Vec<Reaction> = Vec::new();
    let mut watches = Vec::new();
    for entry in &written.block.entries {
        match entry {
            Entry::When(when) => {
                cx.skips.push(Flow::dead());
                reactions.push(cx.aside(known.clone(), |cx| reaction(cx, when)).0);
                cx.skips.pop();
            }
            Entry::Watch(written) => {
                let (watch, _) = cx.aside(known.clone(), |cx| watch(cx, written));
                watches.extend(watch);
            }
            _ => {}
        }
    }
    cx.entity = entity;
    cx.region = outer;
    let service = service.unwrap_or_else(|| cx.sys.stand_in(&written.service));
    let name = name(&written.service);
    Some(Participant { service, name, reactions, watches, span: written.span })
}

/// Who published what starts the run knows it.
fn own_trigger(cx: &Body, service: Option<ServiceId>, start: &Flow, known: &mut Flow) {
    let Some(workflow) = cx.workflow else { return };
    let model = &cx.sys.model;
    let Trigger::Events(formula) = &model.workflows[workflow].trigger else { return };
    for term in &formula.terms {
        if let Some(slot) = cx.collected.event_slots.get(&term.event)
            && Some(model.events[term.event].service) == service
            && start.knows(*slot)
        {
            known.add(*slot);
        }
    }
}

fn watch(cx: &mut Body, written: &ast::Watch) -> Option<Watch> {
    let armed_by = cx.event(&written.armed_by);
    if let Some(event) = armed_by {
        cx.event_arrived(event);
    }
    let within = expected(cx, &written.within, &Type::Duration, "the time of a watch");
    let before = cx.flow.clone();
    let expected = formula(cx, &written.expected);
    cx.flow = before;
    let otherwise = plain(cx, &written.otherwise);
    let armed_by_span = written.armed_by.span;
    Some(Watch { expected, within, armed_by: armed_by?, armed_by_span, otherwise, span: written.span })
}
