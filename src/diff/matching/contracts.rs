//! Types, services and their messages by name, and services and types that have another name now.

use super::pairs::Candidate;
use super::{Matching, by_name, likeness, text};
use crate::diff::Version;
use crate::diff::shapes::{fields, fields_as, shape_of_type};
use crate::model::{EventId, Field, Model, OperationId, OperationKind, ServiceId, TypeId};
use std::collections::{BTreeMap, BTreeSet};

/// From so many of a hundred points on something has only changed its name.
pub(super) const ENOUGH: u32 = 55;

/// The same for what has parts that speak for it as well: services and workflows.
pub(super) const ENOUGH_OF_A_WHOLE: u32 = 45;

impl Matching {
    pub(super) fn match_contracts(&mut self, old: &Version, new: &Version) {
        let (a, b) = (old.model, new.model);
        by_name(
            &mut self.types,
            a.types.iter().map(|(id, it)| (id, Some(text(&it.name)))),
            b.types.iter().map(|(id, it)| (id, Some(text(&it.name)))),
        );
        by_name(
            &mut self.services,
            a.services.iter().map(|(id, it)| (id, Some(text(&it.name)))),
            b.services.iter().map(|(id, it)| (id, Some(text(&it.name)))),
        );
        self.match_renamed_types(a, b);
        self.match_renamed_services(a, b);
        let services = &self.services;
        by_name(
            &mut self.operations,
            a.operations.iter().map(|(id, it)| {
                (id, services.new_of(it.service).map(|service| (service, it.kind as u8, text(&it.name))))
            }),
            b.operations.iter().map(|(id, it)| (id, Some((it.service, it.kind as u8, text(&it.name))))),
        );
        by_name(
            &mut self.events,
            a.events.iter().map(|(id, it)| {
                (id, services.new_of(it.service).map(|service| (service, it.version, text(&it.name))))
            }),
            b.events.iter().map(|(id, it)| (id, Some((it.service, it.version, text(&it.name))))),
        );
        // An event that got its first number is what had none.
        by_name(
            &mut self.events,
            a.events.iter().map(|(id, it)| {
                let service = services.new_of(it.service).filter(|_| it.version.is_none());
                (id, service.map(|service| (service, text(&it.name))))
            }),
            b.events
                .iter()
                .map(|(id, it)| (id, (it.version == Some(1)).then(|| (it.service, text(&it.name))))),
        );
    }

    /// What the new version calls a type of the old one.
    fn new_type(&self, old: &Model, new: &Model, id: TypeId) -> String {
        self.types.new_of(id).map_or_else(|| name_of(old, id), |id| name_of(new, id))
    }

    fn match_renamed_types(&mut self, old: &Model, new: &Model) {
        let mut candidates = Vec::new();
        let come: Vec<_> = self.types.come().collect();
        for one in self.types.gone() {
            for other in &come {
                let (a, b) = (&old.types[one], &new.types[*other]);
                let (shape, other_shape) = (shape_of_type(old, one), shape_of_type(new, *other));
                // Opaque keys all look the same.
                let same = if shape.is_empty() { 40 } else { 70 };
                let shapes = same * likeness::of_sets(&shape, &other_shape) / 100;
                let shapes = if shape.is_empty() && other_shape.is_empty() { same } else { shapes };
                let score = shapes + 30 * likeness::of_names(&a.name.text, &b.name.text) / 100;
                if score >= ENOUGH {
                    let names = (a.name.text.to_string(), b.name.text.to_string());
                    candidates.push(Candidate { score, names, old: one, new: *other });
                }
            }
        }
        self.types.settle(candidates);
    }

    fn match_renamed_services(&mut self, old: &Model, new: &Model) {
        let mut candidates = Vec::new();
        let come: Vec<_> = self.services.come().collect();
        let (as_new, as_is) = (|id| self.new_type(old, new, id), |id| name_of(new, id));
        for one in self.services.gone() {
            let (named, shaped) = (members(old, one), shapes(old, one, &as_new));
            for other in &come {
                let (a, b) = (&old.services[one], &new.services[*other]);
                let by_name = likeness::of_sets(&named, &members(new, *other));
                let by_shape = likeness::of_sets(&shaped, &shapes(new, *other, &as_is));
                // A shape by itself says less than a name.
                let shared = by_name.max((by_name + by_shape) / 2).max(by_shape / 2);
                let called = likeness::of_names(&a.name.text, &b.name.text);
                let score = (65 * shared + 35 * called) / 100;
                if score >= ENOUGH_OF_A_WHOLE {
                    let names = (a.name.text.to_string(), b.name.text.to_string());
                    candidates.push(Candidate { score, names, old: one, new: *other });
                }
            }
        }
        self.services.settle(candidates);
    }

    /// Messages of one service under another name; needs the workflows, which tell who uses them.
    pub(super) fn match_messages(&mut self, old: &Version, new: &Version) {
        let (of_old, of_new) = (users(old), users(new));
        let none = BTreeSet::new();
        let mut operations = Vec::new();
        let come: Vec<OperationId> = self.operations.come().collect();
        for one in self.operations.gone() {
            let a = &old.model.operations[one];
            for other in &come {
                let b = &new.model.operations[*other];
                if self.services.new_of(a.service) != Some(b.service) || a.kind != b.kind {
                    continue;
                }
                let before = fields_as(old.model, &a.fields, &|id| self.new_type(old.model, new.model, id));
                let shapes = likeness::of_sets(&before, &fields(new.model, &b.fields));
                let used = likeness::of_sets(
                    of_old.operations.get(&one).unwrap_or(&none),
                    of_new.operations.get(other).unwrap_or(&none),
                );
                let named = likeness::of_names(&a.name.text, &b.name.text);
                push(&mut operations, (shapes, used, named), (&a.name.text, &b.name.text), (one, *other));
            }
        }
        self.operations.settle(operations);
        let mut events = Vec::new();
        let come: Vec<EventId> = self.events.come().collect();
        for one in self.events.gone() {
            let a = &old.model.events[one];
            for other in &come {
                let b = &new.model.events[*other];
                // Another version of an event is another event.
                let is_version = a.name.text == b.name.text && a.version != b.version;
                if self.services.new_of(a.service) != Some(b.service) || is_version {
                    continue;
                }
                let before = fields_as(old.model, &a.fields, &|id| self.new_type(old.model, new.model, id));
                let shapes = likeness::of_sets(&before, &fields(new.model, &b.fields));
                let used = likeness::of_sets(
                    of_old.events.get(&one).unwrap_or(&none),
                    of_new.events.get(other).unwrap_or(&none),
                );
                let named = likeness::of_names(&a.name.text, &b.name.text);
                push(&mut events, (shapes, used, named), (&a.name.text, &b.name.text), (one, *other));
            }
        }
        self.events.settle(events);
    }
}

/// Two of the three kinds of evidence have to speak for it.
fn push<I: Copy>(
    candidates: &mut Vec<Candidate<I>>,
    (shapes, used, named): (u32, u32, u32),
    names: (&str, &str),
    (old, new): (I, I),
) {
    let score = (20 * shapes + 40 * used + 40 * named) / 100;
    if score >= ENOUGH {
        candidates.push(Candidate { score, names: (names.0.to_string(), names.1.to_string()), old, new });
    }
}

fn name_of(model: &Model, id: TypeId) -> String {
    model.types[id].name.text.to_string()
}

/// What the messages of a service look like, whatever they are called; several of one shape are several.
fn shapes(model: &Model, service: ServiceId, name: &dyn Fn(TypeId) -> String) -> BTreeSet<String> {
    let service = &model.services[service];
    let shape = |kind: &str, fields: &[Field]| {
        format!("{kind}({})", fields_as(model, fields, name).into_iter().collect::<Vec<_>>().join(", "))
    };
    let operations = service.operations.iter().map(|id| {
        let item = &model.operations[*id];
        let fails: Vec<&str> = item.fails.iter().map(|it| it.name.text.as_str()).collect();
        let undone = if item.undone.is_some() { " undone" } else { "" };
        let kind = if item.kind == OperationKind::Command { "command" } else { "query" };
        shape(&format!("{kind}{undone} fails {}", fails.join(" ")), &item.fields)
    });
    let events = service.events.iter().map(|id| shape("event", &model.events[*id].fields));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let numbered = operations.chain(events).map(|shape| {
        let count = counts.entry(shape.clone()).or_default();
        *count += 1;
        format!("{shape} {count}")
    });
    numbered.collect()
}

fn members(model: &Model, service: ServiceId) -> BTreeSet<String> {
    let service = &model.services[service];
    let operations = service.operations.iter().map(|id| format!("{}()", model.operations[*id].name.text));
    let events = service.events.iter().map(|id| model.event_name(*id));
    operations.chain(events).collect()
}

/// Who has to do with each message, in words that stay the same when the message has another name.
#[derive(Default)]
struct Users {
    operations: BTreeMap<OperationId, BTreeSet<String>>,
    events: BTreeMap<EventId, BTreeSet<String>>,
}

fn users(version: &Version) -> Users {
    use crate::graph::NodeKind;
    let mut users = Users::default();
    let (model, graph) = (version.model, version.graph);
    let side = |node: &crate::graph::Node| node.side.map_or("", |side| model.service_name(side)).to_string();
    for (id, node) in graph.nodes() {
        match &node.kind {
            NodeKind::Act(act) => {
                let step = format!("{} at {}", side(node), model.labels[act.label].name.text);
                let users = users.operations.entry(act.operation).or_default();
                users.insert(step);
                users.extend(super::places::neighbours(version, id));
            }
            NodeKind::Notify { operation: Some(operation), .. } => {
                users.operations.entry(*operation).or_default().insert(format!("{} notifies", side(node)));
            }
            NodeKind::Publish { event } => {
                let behind = super::places::named_before(version, id);
                let words = behind.into_iter().map(|step| format!("behind {step}"));
                users.events.entry(*event).or_default().extend(words);
            }
            NodeKind::Receive { trigger, .. } => {
                let ahead = super::places::named_behind(version, id);
                for (event, _) in &trigger.terms {
                    let users = users.events.entry(*event).or_default();
                    users.insert(format!("{} takes it", side(node)));
                    users.extend(ahead.iter().map(|step| format!("before {step}")));
                }
            }
            NodeKind::Goal { goal, trigger: Some(trigger) } => {
                for (event, _) in &trigger.terms {
                    let name = format!("reaches {}", model.goals[*goal].name.text);
                    users.events.entry(*event).or_default().insert(name);
                }
            }
            _ => {}
        }
    }
    for (event, item) in model.events.iter() {
        let commands = model.operations.values().filter(|it| it.publishes.iter().any(|(id, _)| *id == event));
        let words = commands.map(|it| format!("comes of {}", it.name.text));
        users.events.entry(event).or_default().extend(words);
        let _ = item;
    }
    users
}
