//! Contracts: what a service says of itself, of its operations and of its events.

use super::allow;
use super::body::{Body, Request};
use super::call::{undone, with_request};
use super::collect::{Collected, Region};
use super::declare::{Declared, distinct, fields, twice};
use super::event_name;
use super::rules::{DUPLICATE_NAME, MISPLACED_ENTRY, UNKNOWN_NAME};
use super::system::{System, name};
use super::types;
use super::unknown::Search;
use crate::model::{
    Annotations, Answers, EntityId, Event, EventId, Failure, Operation, OperationId, OperationKind,
    ServiceId, Type, UndoneBy, Volatility,
};
use crate::source::Span;
use crate::syntax::ast::{self, AnnotationKind, ContractEntry, ServiceEntry};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// Reads the contracts of all services: first what they have, then what of it speaks of another part.
pub(super) fn contracts<'a>(sys: &mut System<'a>, services: &[Declared<'a>]) {
    let mut operations = Vec::new();
    let mut events = Vec::new();
    for declared in services {
        service(sys, declared, &mut operations, &mut events);
    }
    for (id, declared, written) in events {
        replaces(sys, id, declared, written);
    }
    for (id, declared, written) in operations {
        relations(sys, id, declared, written);
    }
}

type Operations<'d, 'a> = Vec<(OperationId, &'d Declared<'a>, &'a ast::Operation)>;
type Events<'d, 'a> = Vec<(EventId, &'d Declared<'a>, &'a ast::Event)>;

fn service<'d, 'a>(
    sys: &mut System<'a>,
    declared: &'d Declared<'a>,
    operations: &mut Operations<'d, 'a>,
    events: &mut Events<'d, 'a>,
) {
    let Declared { id, file, service: written } = declared;
    let (id, file) = (*id, *file);
    let mut seen: FxHashMap<(SmolStr, Option<u32>), Span> = FxHashMap::default();
    for entry in &written.entries {
        match entry {
            ServiceEntry::External(span) => {
                sys.model.services[id].external.get_or_insert(*span);
            }
            ServiceEntry::ManyInstances(span) => {
                sys.model.services[id].many_instances.get_or_insert(*span);
            }
            ServiceEntry::NoOutbox(span) => {
                sys.model.services[id].no_outbox.get_or_insert(*span);
            }
            ServiceEntry::Team(team, _) => {
                sys.model.services[id].team.get_or_insert(name(team));
            }
            ServiceEntry::Operation(written) => {
                declared_before(sys, &mut seen, "operation", &written.name, None, declared);
                operations.push((operation(sys, id, file, written), declared, written));
            }
            ServiceEntry::Event(written) => {
                let version = written.version.map(|version| version.number);
                // An event without a version is the only one of its name.
                let other = match version {
                    Some(_) => seen.contains_key(&(written.name.text.clone(), None)),
                    None => false,
                };
                let version = if other { None } else { version };
                declared_before(sys, &mut seen, "event", &written.name, version, declared);
                events.push((event(sys, id, file, written), declared, written));
            }
            ServiceEntry::Annotation(written) => annotate(&mut sys.model.services[id].annotations, written),
            ServiceEntry::Allow(written) => allow::one(sys, written, declared.service.span),
            ServiceEntry::Bad(_) => {
                sys.damaged.insert(id);
            }
        }
    }
}

fn declared_before(
    sys: &mut System,
    seen: &mut FxHashMap<(SmolStr, Option<u32>), Span>,
    kind: &str,
    written: &ast::Name,
    version: Option<u32>,
    declared: &Declared,
) {
    let key = (written.text.clone(), version);
    match seen.get(&key) {
        Some(&first) => {
            let entity = format!("{}/{}", declared.service.name.text, written.text);
            sys.report(twice(kind, written, first).entity(entity));
        }
        None => {
            seen.insert(key, written.span);
        }
    }
}

fn operation(sys: &mut System, service: ServiceId, file: usize, written: &ast::Operation) -> OperationId {
    let own = fields(sys, file, &written.fields, &written.name.text);
    let reply = written.reply.as_ref().map_or(Type::Nothing, |reply| types::resolve(sys, file, reply));
    let mut operation = Operation {
        service,
        kind: match written.kind {
            ast::OperationKind::Command => OperationKind::Command,
            ast::OperationKind::Query => OperationKind::Query,
        },
        name: name(&written.name),
        doc: written.doc.clone(),
        fields: own,
        reply,
        fails: Vec::new(),
        undone: None,
        irreversible: None,
        idempotent_by: None,
        publishes: Vec::new(),
        writes: Vec::new(),
        answers: Answers::OnTheLine,
        annotations: Annotations::default(),
        span: written.span,
    };
    for entry in &written.contract {
        match entry {
            ContractEntry::Fails(failures, _) => {
                for failure in failures {
                    let fields = fields(sys, file, &failure.fields, &failure.name.text);
                    sys.names[file].failures.insert(failure.name.text.clone());
                    operation.fails.push(Failure { name: name(&failure.name), fields });
                }
            }
            ContractEntry::Irreversible(span) => {
                operation.irreversible.get_or_insert(*span);
            }
            ContractEntry::IdempotentBy(names, span) => {
                operation.idempotent_by.get_or_insert((names.iter().map(name).collect(), *span));
            }
            ContractEntry::Writes(names, _) => {
                // A second `writes` is reported, and the first one counts.
                if operation.kind == OperationKind::Command && operation.writes.is_empty() {
                    operation.writes = writes(sys, names, written);
                }
            }
            ContractEntry::Answers(answers, span) => {
                operation.answers = match answers {
                    ast::Answers::Later => Answers::Later(*span),
                    ast::Answers::ByHand => Answers::ByHand(*span),
                };
            }
            ContractEntry::Annotation(written) => annotate(&mut operation.annotations, written),
            ContractEntry::Allow(allowed) => allow::one(sys, allowed, written.span),
            ContractEntry::Bad(_) => {
                sys.damaged.insert(service);
            }
            ContractEntry::Undone(_) | ContractEntry::Publishes(..) | ContractEntry::Replaces(..) => {}
        }
    }
    let failures = written.contract.iter().flat_map(|entry| match entry {
        ContractEntry::Fails(failures, _) => failures.as_slice(),
        _ => &[],
    });
    distinct(sys, failures.map(|failure| &failure.name), "failure", &written.name.text);
    let id = sys.model.operations.push(operation);
    sys.model.services[service].operations.push(id);
    sys.operations.entry((service, written.name.text.clone())).or_insert(id);
    id
}

/// `writes Balance, Entry`; a name that stands there twice is reported.
fn writes(sys: &mut System, names: &[ast::Name], command: &ast::Operation) -> Vec<(EntityId, Span)> {
    let mut writes: Vec<(EntityId, Span)> = Vec::new();
    for written in names {
        let entity = sys.entity(&written.text);
        match writes.iter().find(|(known, _)| *known == entity) {
            Some(&(_, first)) => {
                let finding = DUPLICATE_NAME
                    .at(written.span, "said again")
                    .label(first, "said here first")
                    .message(format!("`{}` is written twice by one command", written.text))
                    .help("name each entity once")
                    .entity(format!("{}/{}", command.name.text, written.text));
                sys.report(finding);
            }
            None => writes.push((entity, written.span)),
        }
    }
    writes
}

fn event(sys: &mut System, service: ServiceId, file: usize, written: &ast::Event) -> EventId {
    let own = fields(sys, file, &written.fields, &written.name.text);
    for entry in &written.contract {
        match entry {
            ContractEntry::Allow(allowed) => allow::one(sys, allowed, written.span),
            ContractEntry::Bad(_) => {
                sys.damaged.insert(service);
            }
            _ => {}
        }
    }
    let id = sys.model.events.push(Event {
        service,
        name: name(&written.name),
        doc: written.doc.clone(),
        version: written.version.map(|version| version.number),
        replaces: None,
        fields: own,
        span: written.span,
    });
    sys.model.services[service].events.push(id);
    sys.names[file].events.entry(written.name.text.clone()).or_default().push(id);
    id
}

/// Of several words about the same, the first one holds.
pub(super) fn annotate(annotations: &mut Annotations, written: &ast::Annotation) {
    let span = written.span;
    match &written.kind {
        AnnotationKind::Volatility(volatility) => {
            let volatility = match volatility {
                ast::Volatility::Low => Volatility::Low,
                ast::Volatility::Medium => Volatility::Medium,
                ast::Volatility::High => Volatility::High,
            };
            annotations.volatility.get_or_insert((volatility, span));
        }
        AnnotationKind::Latency(least, most) => {
            let most = most.as_ref().unwrap_or(least).milliseconds;
            annotations.latency.get_or_insert((least.milliseconds, most, span));
        }
        AnnotationKind::Available(percent) => {
            let number = percent.text.trim_end_matches('%').parse::<f64>();
            if let Ok(number) = number {
                annotations.available.get_or_insert((number / 100.0, span));
            }
        }
    }
}

/// `replaces v1`
fn replaces(sys: &mut System, id: EventId, declared: &Declared, written: &ast::Event) {
    for entry in &written.contract {
        let ContractEntry::Replaces(version, span) = entry else { continue };
        let model = &sys.model;
        let older = model.services[declared.id].events.iter().copied().find(|&other| {
            let event = &model.events[other];
            other != id && event.name.text == written.name.text && event.version == Some(version.number)
        });
        match older {
            Some(older) => {
                sys.model.events[id].replaces.get_or_insert(older);
            }
            None if sys.damaged.contains(&declared.id) => {}
            None => {
                let finding = UNKNOWN_NAME
                    .at(*span, "this version is not declared")
                    .message(format!(
                        "event `{}` has no version {} to replace",
                        written.name.text, version.number
                    ))
                    .help("keep the old version declared as long as somebody may still publish it")
                    .entity(format!("{}/{}", declared.service.name.text, written.name.text));
                sys.report(finding);
            }
        }
    }
}

/// What a contract says about other parts of the service.
fn relations(sys: &mut System, id: OperationId, declared: &Declared, written: &ast::Operation) {
    let entity = || format!("{}/{}", declared.service.name.text, written.name.text);
    let mut publishes = Vec::new();
    for entry in &written.contract {
        match entry {
            ContractEntry::Publishes(events, _) => {
                for event in events {
                    // Whoever publishes a fact that has several versions tells it in all of them.
                    if let (None, Err(event_name::Trouble::Version(versions))) =
                        (event.version, event_name::find(sys, declared.file, event))
                    {
                        publishes.extend(versions.into_iter().map(|version| (version, event.span)));
                        continue;
                    }
                    let before = sys.findings.len();
                    if let Some(found) = event_name::resolve(sys, declared.file, event) {
                        publishes.push((found, event.span));
                    }
                    for finding in &mut sys.findings[before..] {
                        finding.entity = entity();
                    }
                }
            }
            ContractEntry::IdempotentBy(names, _) => key_fields(sys, id, names, entity),
            ContractEntry::Undone(undo) if sys.model.operations[id].undone.is_none() => {
                let collected = Collected { regions: vec![Region::default()], ..Collected::default() };
                let operation = &sys.model.operations[id];
                let request = Request { fields: operation.fields.clone(), reply: operation.reply.clone() };
                let mut cx = Body::new(sys, declared.file, &collected);
                cx.entity = entity();
                let found = with_request(&mut cx, request, |cx| undone(cx, undo, Some(declared.id)));
                sys.model.operations[id].undone = found;
            }
            _ => {}
        }
    }
    sys.model.operations[id].publishes = publishes;
    contradiction(sys, id, entity);
}

fn key_fields(sys: &mut System, id: OperationId, names: &[ast::Name], entity: impl Fn() -> String) {
    for name in names {
        let operation = &sys.model.operations[id];
        if operation.fields.iter().any(|field| field.name.text == name.text) {
            continue;
        }
        let finding = Search::new("field", name)
            .among(operation.fields.iter().map(|field| field.name.text.clone()))
            .finding()
            .message(format!("`{}` has no field `{}`", operation.name.text, name.text))
            .entity(entity());
        sys.report(finding);
    }
}

/// What cannot be taken back has nothing that takes it back.
fn contradiction(sys: &mut System, id: OperationId, entity: impl Fn() -> String) {
    let operation = &sys.model.operations[id];
    let (Some(irreversible), Some(undone)) = (operation.irreversible, &operation.undone) else { return };
    match undone.by {
        UndoneBy::Nothing { .. } => {}
        UndoneBy::Operation { .. } => {
            let finding = MISPLACED_ENTRY
                .at(undone.span, "this takes it back")
                .label(irreversible, "and this says that nothing can")
                .message(format!("`{}` is irreversible and undone at once", operation.name.text))
                .help("keep the one that is true")
                .entity(entity());
            sys.report(finding);
        }
    }
}
