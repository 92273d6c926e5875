//! `broken-message`: a message that one version sends and the other one cannot read.

use crate::diff::shapes::{Misfit, can_be_read, field_in};
use crate::diff::{Two, Version, quoted};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::NodeKind;
use crate::model::{
    Act, EventId, ExprKind, Field, Id, OperationId, ServiceId, StatementKind, Trouble, Type, TypeKind,
    ValueId, WorkflowId, written::written,
};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

pub static BROKEN_MESSAGE: Rule = Rule {
    name: "broken-message",
    group: Group::Versions,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a message that the one version sends and the other one cannot read.",
    why: "\
Services are not deployed at the same moment, and messages are on their way while they are. For a while the new \
sender talks to the old reader, or the old sender to the new reader, whichever is deployed first. Who breaks \
depends on the direction: a field that goes breaks the old reader of the new message, a field that comes breaks \
the new reader of the old one. What nobody reads, and what may be missing, breaks nobody.

A request is read by the service whose command it is, a reply and the refusals by those who call, an event by \
those who take it, as far as they use its fields. Where one order of deployment goes well, that is a warning, and \
the finding names the order. Where both directions break, no order does, and that is an error.",
    bad: include_str!("examples/broken_message_bad.txt"),
    good: include_str!("examples/broken_message_good.txt"),
    help: "\
Add what is new as optional (`at: time?`), and take away only what nobody reads any more. An event can have two \
versions for a while: `event OrderPlaced v2(…) { replaces v1 }`, until nobody takes the first one.",
    example_language: "wfc",
};

/// What one of the two cannot read.
struct Break {
    /// Who sends and who reads, and of which version the message is that is sent.
    sender: String,
    reader: String,
    why: String,
    span: Span,
}

/// What is wrong with one message, by direction.
#[derive(Default)]
struct Broken {
    /// The old reader of the new message.
    old_reader: Vec<Break>,
    /// The new reader of the old message.
    new_reader: Vec<Break>,
}

pub fn find(two: &Two) -> Vec<Finding> {
    let (before, after) = (Readers::of(two.old), Readers::of(two.new));
    let mut findings = Vec::new();
    for (one, other) in two.matching.events.pairs() {
        findings.extend(event(two, (&before, &after), one, other));
    }
    for (one, other) in two.matching.operations.pairs() {
        findings.extend(operation(two, (&before, &after), one, other));
    }
    findings.extend(gone(two, &before));
    findings
}

/// Who reads what, in one version.
struct Readers {
    /// Which fields of an event a service reads, with a place.
    events: BTreeMap<(EventId, ServiceId), BTreeMap<String, Span>>,
    /// Where a service calls an operation.
    calls: BTreeMap<(OperationId, ServiceId), Call>,
}

struct Call {
    span: Span,
    /// The fields of the reply that are read; everything where the whole reply is handed on.
    reads: BTreeSet<String>,
    reads_all: bool,
    /// Whether somebody around it takes whatever goes wrong.
    takes_any: bool,
}

impl Readers {
    fn of(version: &Version) -> Readers {
        let model = version.model;
        let mut readers = Readers { events: BTreeMap::new(), calls: BTreeMap::new() };
        let mut step_of: BTreeMap<ValueId, (OperationId, ServiceId)> = BTreeMap::new();
        let acts = acts(version);
        for (_, node) in version.graph.nodes() {
            let Some(side) = node.side else { continue };
            match &node.kind {
                NodeKind::Receive { trigger, .. } | NodeKind::Start { trigger: Some(trigger) } => {
                    for (event, span) in &trigger.terms {
                        let reads = readers.events.entry((*event, side)).or_default();
                        // By these it is known which run it is for.
                        let keys = node.workflow.map_or(&[][..], |id| &model.workflows[id].correlation);
                        for key in keys.iter().filter(|key| has(&model.events[*event].fields, &key.text)) {
                            reads.entry(key.text.to_string()).or_insert(*span);
                        }
                    }
                }
                NodeKind::Act(act) => {
                    let call = readers.calls.entry((act.operation, side)).or_insert(Call {
                        span: act.call_span,
                        reads: BTreeSet::new(),
                        reads_all: false,
                        takes_any: true,
                    });
                    call.takes_any &=
                        node.workflow.is_some_and(|id| takes_any(version, id, act.call_span, &acts));
                    if let Some(step) = acts.get(&act.call_span) {
                        step_of.insert(step.value, (act.operation, side));
                    }
                }
                NodeKind::Notify { operation: Some(operation), .. } => {
                    let call =
                        Call { span: node.span, reads: BTreeSet::new(), reads_all: false, takes_any: true };
                    readers.calls.entry((*operation, side)).or_insert(call);
                }
                _ => {}
            }
        }
        readers.read(version, &step_of);
        readers
    }

    /// What the expressions of each side read.
    fn read(&mut self, version: &Version, step_of: &BTreeMap<ValueId, (OperationId, ServiceId)>) {
        for item in written(version.model) {
            let Some(side) = item.workflow.and_then(|id| side_of(version, id, item.expr.span)) else {
                continue;
            };
            for part in item.expr.with_parts() {
                match &part.kind {
                    ExprKind::Event { event, fields } => {
                        if let Some(field) = fields.first() {
                            let reads = self.events.entry((*event, side)).or_default();
                            reads.entry(field.text.to_string()).or_insert(part.span);
                        }
                    }
                    ExprKind::Value { value, fields } => {
                        let call = step_of.get(value).and_then(|key| self.calls.get_mut(key));
                        match (call, fields.first()) {
                            (Some(call), Some(field)) => drop(call.reads.insert(field.text.to_string())),
                            (Some(call), None) => call.reads_all = true,
                            (None, _) => {}
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// On whose side a place of a workflow stands.
fn side_of(version: &Version, workflow: WorkflowId, span: Span) -> Option<ServiceId> {
    let workflow = &version.model.workflows[workflow];
    let participant = workflow.participants.iter().find(|it| it.span.contains(span));
    participant.map(|it| it.service).or(workflow.coordinator())
}

/// Each step, by where the call stands.
fn acts<'v>(version: &Version<'v>) -> BTreeMap<Span, &'v Act> {
    let mut found = BTreeMap::new();
    for block in version.model.workflows.values().flat_map(|workflow| workflow.blocks()) {
        for statement in &block.statements {
            if let StatementKind::Act(act) = &statement.kind {
                found.insert(act.call_span, &**act);
            }
        }
    }
    found
}

/// Whether `on any` stands at a call or around it.
fn takes_any(version: &Version, workflow: WorkflowId, call: Span, acts: &BTreeMap<Span, &Act>) -> bool {
    let own = acts.get(&call).map(|act| &act.block);
    let blocks = version.model.workflows[workflow].blocks();
    let around = blocks.into_iter().filter(|block| block.span.contains(call)).chain(own);
    let handlers = around.flat_map(|block| &block.handlers);
    handlers.flat_map(|handler| &handler.troubles).any(|trouble| matches!(trouble, Trouble::Any(_)))
}

fn has(fields: &[Field], name: &str) -> bool {
    fields.iter().any(|field| field.name.text == name)
}

// ---- events ---------------------------------------------------------------------------------------

fn event(two: &Two, (before, after): (&Readers, &Readers), one: EventId, other: EventId) -> Option<Finding> {
    let (was, is) = (&two.old.model.events[one], &two.new.model.events[other]);
    let mut broken = Broken::default();
    let renamed = was.name.text != is.name.text;
    for ((_, reader), reads) in
        before.events.range((one, ServiceId::from_index(0))..).take_while(|it| it.0.0 == one)
    {
        if *reader == was.service {
            continue;
        }
        let place = reads.values().next().copied().unwrap_or(was.name.span);
        if renamed {
            broken.old_reader.push(named(two, (is.service, *reader), "has another name", place));
            continue;
        }
        let wanted = was.fields.iter().filter(|field| reads.contains_key(field.name.text.as_str()));
        for field in wanted {
            if let Some(misfit) = field_in((two.new.model, &is.fields), (two.old.model, field)) {
                let span = reads[field.name.text.as_str()];
                broken.old_reader.push(named(
                    two,
                    (is.service, *reader),
                    &because(field, misfit, "old"),
                    span,
                ));
            }
        }
    }
    for ((_, reader), reads) in
        after.events.range((other, ServiceId::from_index(0))..).take_while(|it| it.0.0 == other)
    {
        if *reader == is.service {
            continue;
        }
        if renamed {
            let place = reads.values().next().copied().unwrap_or(is.name.span);
            broken.new_reader.push(named_new(two, (is.service, *reader), "had another name", place));
            continue;
        }
        let wanted = is.fields.iter().filter(|field| reads.contains_key(field.name.text.as_str()));
        for field in wanted {
            if let Some(misfit) = field_in((two.old.model, &was.fields), (two.new.model, field)) {
                let span = reads[field.name.text.as_str()];
                broken.new_reader.push(named_new(
                    two,
                    (is.service, *reader),
                    &because(field, misfit, "new"),
                    span,
                ));
            }
        }
    }
    let name = two.new.model.event_name(other);
    let path = format!("{}.{name}", two.new.model.service_name(is.service));
    finding(&name, "the event", is.name.span, was.name.span, path, broken)
}

// ---- commands and queries -------------------------------------------------------------------------

fn operation(
    two: &Two,
    (before, after): (&Readers, &Readers),
    one: OperationId,
    other: OperationId,
) -> Option<Finding> {
    let (was, is) = (&two.old.model.operations[one], &two.new.model.operations[other]);
    let mut broken = Broken::default();
    let service = is.service;
    let renamed = was.name.text != is.name.text;
    let old_calls = || before.calls.iter().filter(|((id, side), _)| *id == one && *side != was.service);
    let new_calls = || after.calls.iter().filter(|((id, side), _)| *id == other && *side != service);
    for ((_, caller), call) in old_calls() {
        let caller_is = two.matching.services.new_of(*caller).map_or_else(
            || two.old.model.service_name(*caller).to_string(),
            |id| two.new.model.service_name(id).to_string(),
        );
        let handler = two.new.model.service_name(service).to_string();
        // The old caller's request, read by the new service.
        let mut request = |why: String| {
            broken.new_reader.push(Break {
                sender: caller_is.clone(),
                reader: handler.clone(),
                why,
                span: call.span,
            });
        };
        if renamed {
            request("has another name".to_string());
        } else {
            for field in &is.fields {
                if let Some(misfit) = field_in((two.old.model, &was.fields), (two.new.model, field)) {
                    request(because(field, misfit, "new"));
                }
            }
        }
        // The new service's answer, read by the old caller.
        let mut answer = |why: String| {
            broken.old_reader.push(Break {
                sender: handler.clone(),
                reader: caller_is.clone(),
                why,
                span: call.span,
            });
        };
        if let Some(why) = reply((two.new, &is.reply), (two.old, &was.reply), call) {
            answer(why);
        }
        for failure in &is.fails {
            let is_known = was.fails.iter().any(|it| it.name.text == failure.name.text);
            if !is_known && !call.takes_any {
                answer(format!("refuses with `{}`, which it does not know", failure.name.text));
            }
        }
    }
    for ((_, caller), call) in new_calls() {
        let caller = two.new.model.service_name(*caller).to_string();
        let handler = two.new.model.service_name(service).to_string();
        // The new caller's request, read by the old service.
        if renamed {
            let why = "had another name".to_string();
            broken.old_reader.push(Break { sender: caller, reader: handler, why, span: call.span });
            continue;
        }
        for field in &was.fields {
            if let Some(misfit) = field_in((two.new.model, &is.fields), (two.old.model, field)) {
                broken.old_reader.push(Break {
                    sender: caller.clone(),
                    reader: handler.clone(),
                    why: because(field, misfit, "old"),
                    span: call.span,
                });
            }
        }
        // The old service's answer, read by the new caller.
        if let Some(why) = reply((two.old, &was.reply), (two.new, &is.reply), call) {
            broken.new_reader.push(Break { sender: handler, reader: caller, why, span: call.span });
        }
    }
    let path = two.new.model.operation_path(other);
    finding(&path, "it", is.name.span, was.name.span, path.clone(), broken)
}

/// Why a caller cannot read a reply, as far as it does.
fn reply(
    (writer, sent): (&Version, &Type),
    (reader, expected): (&Version, &Type),
    call: &Call,
) -> Option<String> {
    if let (Type::Declared(a), Type::Declared(b)) = (sent, expected)
        && !call.reads_all
        && let (TypeKind::Record(a), TypeKind::Record(b)) =
            (&writer.model.types[*a].kind, &reader.model.types[*b].kind)
    {
        let wanted = b.iter().filter(|field| call.reads.contains(field.name.text.as_str()));
        return wanted.into_iter().find_map(|field| {
            let misfit = field_in((writer.model, a), (reader.model, field))?;
            Some(format!("answers without what is read of it: {}", because(field, misfit, "")))
        });
    }
    let is_read = call.reads_all || !call.reads.is_empty();
    (is_read && !can_be_read((writer.model, sent), (reader.model, expected)))
        .then(|| "answers with another type".to_string())
}

fn because(field: &Field, misfit: Misfit, _whose: &str) -> String {
    match misfit {
        Misfit::Missing => format!("`{}` is missing", field.name.text),
        Misfit::OtherType => format!("`{}` has another type", field.name.text),
    }
}

fn named(two: &Two, (sender, reader): (ServiceId, ServiceId), why: &str, span: Span) -> Break {
    Break {
        sender: two.new.model.service_name(sender).to_string(),
        reader: two.old.model.service_name(reader).to_string(),
        why: why.to_string(),
        span,
    }
}

fn named_new(two: &Two, (sender, reader): (ServiceId, ServiceId), why: &str, span: Span) -> Break {
    Break {
        sender: two.new.model.service_name(sender).to_string(),
        reader: two.new.model.service_name(reader).to_string(),
        why: why.to_string(),
        span,
    }
}

// ---- what is gone ---------------------------------------------------------------------------------

/// Messages that are gone while somebody of the old version still sends them, or waits for them.
fn gone(two: &Two, before: &Readers) -> Vec<Finding> {
    let mut findings = Vec::new();
    for id in two.matching.operations.gone() {
        let item = &two.old.model.operations[id];
        let Some(service) = two.matching.services.new_of(item.service) else { continue };
        let callers = before.calls.iter().filter(|((of, side), _)| *of == id && *side != item.service);
        let callers: Vec<(&str, Span)> =
            callers.map(|((_, side), call)| (two.old.model.service_name(*side), call.span)).collect();
        findings.extend(missed(
            two,
            service,
            &two.old.model.operation_path(id),
            item.name.span,
            &callers,
            true,
        ));
    }
    for id in two.matching.events.gone() {
        let item = &two.old.model.events[id];
        let Some(service) = two.matching.services.new_of(item.service) else { continue };
        let takers = before.events.iter().filter(|((of, side), _)| *of == id && *side != item.service);
        let takers: Vec<(&str, Span)> = takers
            .map(|((_, side), reads)| {
                (two.old.model.service_name(*side), reads.values().next().copied().unwrap_or(item.name.span))
            })
            .collect();
        findings.extend(missed(two, service, &two.old.model.event_name(id), item.name.span, &takers, false));
    }
    findings
}

fn missed(
    two: &Two,
    service: ServiceId,
    name: &str,
    declared: Span,
    who: &[(&str, Span)],
    is_call: bool,
) -> Option<Finding> {
    let first = who.first()?;
    let owner = two.new.model.service_name(service);
    let names: BTreeSet<&str> = who.iter().map(|(name, _)| *name).collect();
    let (does, order) = match is_call {
        true => ("calls", "first those who called it, then"),
        false => ("waits for", "first those who took it, then"),
    };
    let finding = BROKEN_MESSAGE
        .at(two.new.model.services[service].name.span, format!("has no `{name}` any more"))
        .variant("gone")
        .severity(Severity::Warning)
        .message(format!("`{name}` is gone, and the old version of {} {does} it", quoted(names)))
        .label(declared, "was declared here")
        .label(first.1, "and used here")
        .help(format!("deploy {order} `{owner}`"))
        .entity(name);
    Some(finding)
}

// ---- what is said -----------------------------------------------------------------------------------

fn finding(name: &str, what: &str, now: Span, was: Span, entity: String, broken: Broken) -> Option<Finding> {
    let (old, new) = (&broken.old_reader, &broken.new_reader);
    let first = old.first().or(new.first())?;
    let pairs = |breaks: &[Break]| -> Vec<String> {
        let pairs: BTreeSet<(&str, &str)> =
            breaks.iter().map(|it| (it.reader.as_str(), it.sender.as_str())).collect();
        pairs.into_iter().map(|(reader, sender)| format!("`{reader}` before `{sender}`")).collect()
    };
    let readers =
        |breaks: &[Break]| quoted(breaks.iter().map(|it| it.reader.as_str()).collect::<BTreeSet<_>>());
    let (variant, message) = match (old.is_empty(), new.is_empty()) {
        (false, true) => ("old-reader", format!("the old {} cannot read the new `{name}`", readers(old))),
        (true, _) => ("new-reader", format!("the new {} cannot read the old `{name}`", readers(new))),
        (false, false) => {
            ("both", format!("`{name}` cannot be read between the versions, in either direction"))
        }
    };
    let mut finding = BROKEN_MESSAGE
        .at(now, format!("{what} is like this now"))
        .variant(variant)
        .message(message)
        .label(was, "and was like this")
        .entity(entity);
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for (breaks, which, other) in [(old, "old", "new"), (new, "new", "old")] {
        for it in breaks.iter() {
            if told.insert(it.span) {
                let text = format!(
                    "the {which} `{}` reads what the {other} `{}` sends: {}",
                    it.reader, it.sender, it.why
                );
                finding = finding.label(it.span, text);
            }
        }
    }
    let _ = first;
    // One direction can be avoided by the order of deployment.
    Some(match (old.is_empty(), new.is_empty()) {
        (false, true) => {
            finding.severity(Severity::Warning).help(format!("deploy {}", pairs(old).join(" and ")))
        }
        (true, _) => {
            let swapped: BTreeSet<String> =
                new.iter().map(|it| format!("`{}` before `{}`", it.sender, it.reader)).collect();
            let swapped: Vec<String> = swapped.into_iter().collect();
            finding
                .severity(Severity::Warning)
                .help(format!("deploy {}, and let what is on its way arrive", swapped.join(" and ")))
        }
        (false, false) => finding
            .help(
                "no order of deployment helps: add what is new beside what is old, and take that away later",
            )
            .help("an event can have two versions for a while: `v2(…) { replaces v1 }`"),
    })
}
