//! Paths in expressions: what their first name stands for.

use super::body::{Body, names};
use super::expr::bad;
use super::presence::value_path;
use super::read::read;
use super::rules::{MISSING_FIELD, TYPE_MISMATCH, UNAWARE_OF_CHOICE};
use super::system::Known;
use super::types::{self, optional};
use super::unknown::{self, Search};
use crate::finding::Finding;
use crate::model::{EventId, Expr, ExprKind, Trigger, Type, TypeId, TypeKind, ValueId};
use crate::source::Span;
use crate::syntax::ast::Name;
use smol_str::SmolStr;

pub(super) fn path(cx: &mut Body, parts: &[Name], span: Span) -> Expr {
    let Some((head, fields)) = parts.split_first() else { return bad(span) };
    if cx.request.is_some() && head.text == "reply" {
        let ty = cx.request.as_ref().map_or(Type::Any, |request| request.reply.clone());
        return read(cx, head, ty, fields, span, |fields| ExprKind::Reply { fields });
    }
    if let Some(id) = cx.value(&head.text) {
        return value(cx, id, head, fields, span);
    }
    if let Some(request) = &cx.request
        && let Some(field) = request.fields.iter().find(|field| field.name.text == head.text)
    {
        let ty = field.ty.clone();
        // The request's own field is the first of those that are read.
        let first = super::system::name(head);
        return read(cx, head, ty, fields, span, |mut fields| {
            fields.insert(0, first);
            ExprKind::Request { fields }
        });
    }
    if let Some(found) = failure(cx, head, fields, span) {
        return found;
    }
    if let Some(found) = event(cx, parts, span) {
        return found;
    }
    match cx.sys.find_type(cx.file, &head.text) {
        Some(Known::Type(ty)) if matches!(cx.sys.model.types[ty].kind, TypeKind::Enum(_)) => {
            enum_value(cx, ty, fields, span)
        }
        _ => nothing(cx, head, span),
    }
}

fn value(cx: &mut Body, id: ValueId, head: &Name, fields: &[Name], span: Span) -> Expr {
    if !cx.typed.contains(&id) {
        cx.read_early = true;
    }
    if cx.collected.ambiguous.contains(&id) {
        return Expr { kind: ExprKind::Value { value: id, fields: names(fields) }, ty: Type::Any, span };
    }
    let slot = cx.value_slot(id);
    let ty = cx.sys.model.values[id].ty.clone();
    let ty = if cx.flow.knows(slot) { ty } else { optional(ty) };
    let is_present = cx.flow.has_tested() && cx.flow.is_present(&value_path(id, &[]));
    let ty = if is_present { types::present(&ty).clone() } else { ty };
    read(cx, head, ty, fields, span, |fields| ExprKind::Value { value: id, fields })
}

fn failure(cx: &mut Body, head: &Name, fields: &[Name], span: Span) -> Option<Expr> {
    let caught = cx.caught.iter().rev().find_map(|caught| caught.get(&head.text))?.clone();
    let name = head.text.clone();
    let Some(declared) = &caught.fields else {
        return Some(Expr { kind: ExprKind::Failure { name, fields: names(fields) }, ty: Type::Any, span });
    };
    let ty = record(declared, caught.surely);
    if fields.is_empty() {
        whole(cx, head, "failure", declared.iter().map(|field| field.name.text.as_str()));
        return Some(bad(span));
    }
    Some(read(cx, head, ty, fields, span, |fields| ExprKind::Failure { name, fields }))
}

/// The fields of an event or failure, as something that fields can be read from.
fn record(fields: &[crate::model::Field], surely: bool) -> Type {
    let field = |field: &crate::model::Field| {
        let ty = if surely { field.ty.clone() } else { optional(field.ty.clone()) };
        (field.name.text.clone(), ty)
    };
    Type::Fields(fields.iter().map(field).collect())
}

fn event(cx: &mut Body, parts: &[Name], span: Span) -> Option<Expr> {
    let head = &parts[0];
    let mut found = cx.sys.find_events(cx.file, &head.text);
    let mut fields = &parts[1..];
    let mut name = head;
    if found.is_empty()
        && let (Some(service), Some(second)) = (cx.sys.find_service(cx.file, &head.text), parts.get(1))
    {
        found = cx.sys.find_events(cx.file, &second.text);
        found.retain(|&id| cx.sys.model.events[id].service == service);
        fields = &parts[2..];
        name = second;
    }
    if found.is_empty() {
        return None;
    }
    if cx.own().unclear.contains(&name.text) {
        return Some(bad(span));
    }
    let (id, surely) = match heard(cx, &found, fields.first()) {
        Some(heard) => heard,
        // One of the events it does receive has an unknown name: it may be this one.
        None if !cx.own().unclear.is_empty() => return Some(bad(span)),
        None => {
            not_heard(cx, name, &found);
            return Some(bad(span));
        }
    };
    if fields.is_empty() {
        if cx.is_imported() {
            return Some(Expr {
                kind: ExprKind::Event { event: id, fields: Vec::new() },
                ty: Type::Any,
                span,
            });
        }
        let declared = cx.sys.model.events[id].fields.clone();
        whole(cx, name, "event", declared.iter().map(|field| field.name.text.as_str()));
        return Some(bad(span));
    }
    let ty = record(&cx.sys.model.events[id].fields, surely);
    Some(read(cx, name, ty, fields, span, |fields| ExprKind::Event { event: id, fields }))
}

/// Which of the versions has arrived and has the field, and whether it surely has.
fn heard(cx: &Body, found: &[EventId], field: Option<&Name>) -> Option<(EventId, bool)> {
    let has = |id: EventId| {
        field.is_none_or(|field| {
            cx.sys.model.events[id].fields.iter().any(|known| known.name.text == field.text)
        })
    };
    let arrived = |id: EventId| cx.event_slot(id).map(|slot| cx.flow.knows(slot));
    let heard: Vec<(EventId, bool)> =
        found.iter().filter_map(|&id| arrived(id).map(|surely| (id, surely))).collect();
    let best = heard.iter().rev().find(|(id, surely)| *surely && has(*id));
    best.or_else(|| heard.iter().rev().find(|(id, _)| has(*id))).or(heard.last()).copied()
}

fn not_heard(cx: &mut Body, name: &Name, found: &[EventId]) {
    let side = match cx.region {
        0 => "this workflow".to_string(),
        _ => format!("`{}`", cx.entity.rsplit('/').next().unwrap_or_default()),
    };
    let declared = found.first().map(|&id| cx.sys.model.events[id].name.span);
    let mut finding = MISSING_FIELD
        .at(name.span, "not received")
        .message(format!("{side} never receives `{}`", name.text))
        .help(format!(
            "react to it or wait for it first, or send what is needed along with what {side} receives"
        ))
        .entity(name.text.as_str());
    if let Some(declared) = declared {
        finding = finding.label(declared, "the event is declared here");
    }
    cx.report_typed(finding);
}

fn whole<'f>(cx: &mut Body, name: &Name, kind: &str, fields: impl Iterator<Item = &'f str>) {
    let fields: Vec<String> = fields.map(|field| format!("{}.{field}", name.text)).collect();
    let finding = TYPE_MISMATCH.at(name.span, format!("this names the {kind}, which is no value")).message(
        format!("`{}` is {} {kind}: only its fields can be read", name.text, unknown::article(kind)),
    );
    let finding = match fields.is_empty() {
        true => finding.help(format!("this {kind} has no fields")),
        false => finding.help(format!("it has {}", unknown::listed(&fields))),
    };
    cx.report_typed(finding.entity(name.text.as_str()));
}

fn enum_value(cx: &mut Body, ty: TypeId, fields: &[Name], span: Span) -> Expr {
    let declared = &cx.sys.model.types[ty];
    let owner = declared.name.clone();
    let values: Vec<SmolStr> = match &declared.kind {
        TypeKind::Enum(values) => values.iter().map(|value| value.text.clone()).collect(),
        TypeKind::Record(_) | TypeKind::Id => Vec::new(),
    };
    let [value] = fields else {
        let written: Vec<String> = values.iter().map(|value| format!("{}.{value}", owner.text)).collect();
        let finding = TYPE_MISMATCH
            .at(span, "one of its values is needed")
            .message(format!("`{}` is an enum: write which of its values is meant", owner.text))
            .help(format!("it has {}", unknown::listed(&written)));
        cx.report_typed(finding);
        return bad(span);
    };
    if !values.contains(&value.text) {
        let finding = Search::new("value", value)
            .among(values)
            .finding()
            .message(format!("enum `{}` has no value `{}`", owner.text, value.text))
            .label(owner.span, "the enum is declared here");
        cx.report(finding);
        return Expr { ty: Type::Declared(ty), ..bad(span) };
    }
    let value = super::system::name(value);
    Expr { kind: ExprKind::EnumValue { ty, value }, ty: Type::Declared(ty), span }
}

/// The first name stands for nothing that has a value.
fn nothing(cx: &mut Body, head: &Name, span: Span) -> Expr {
    let hidden =
        !cx.sys.is_complete(cx.file) || cx.collected.damaged || cx.own().unclear.contains(&head.text);
    if hidden {
        return bad(span);
    }
    if cx.in_condition
        && let Some(decided) = elsewhere(cx, &head.text)
    {
        cx.report(unaware(head, decided));
        return bad(span);
    }
    let mut near: Vec<SmolStr> = cx.loops.iter().map(|(name, _)| name.clone()).collect();
    near.extend(cx.own().values.keys().cloned());
    near.extend(cx.collected.head.keys().cloned());
    if let Some(request) = &cx.request {
        near.push("reply".into());
        near.extend(request.fields.iter().map(|field| field.name.text.clone()));
    }
    let heard = cx.own().events.iter().map(|&id| cx.sys.model.events[id].name.text.clone());
    near.extend(heard);
    near.extend(cx.caught.iter().flat_map(|caught| caught.keys().cloned()));
    near.sort_unstable();
    let keys = key_fields(cx);
    let others = cx.collected.regions.iter().enumerate().filter(|(at, _)| *at != cx.region);
    let mut elsewhere: Vec<SmolStr> = others.flat_map(|(_, region)| region.values.keys().cloned()).collect();
    elsewhere.sort_unstable();
    let finding = Search::new("value", head)
        .among(near)
        .or("field of what starts the run: say `correlated by` it, or name the event", keys)
        .or("scope, which has no value", scopes(cx))
        .or("step of another participant", elsewhere)
        .or("failure, readable only in its own `on`", unknown::failures(cx.sys, cx.file))
        .or("service", unknown::services(cx.sys, cx.file))
        .or("type", unknown::declared_types(cx.sys, cx.file))
        .or("event that has not arrived here", unknown::events(cx.sys, cx.file))
        .or("workflow", unknown::workflows(cx.sys, cx.file))
        .finding();
    cx.report(finding);
    bad(span)
}

/// Where another participant has a value of this name.
fn elsewhere(cx: &Body, name: &str) -> Option<Span> {
    // The first region is the workflow's own.
    let participants = cx.collected.regions.iter().enumerate().skip(1);
    let mut found: Vec<Span> = participants
        .filter(|(at, _)| *at != cx.region)
        .filter_map(|(_, region)| region.values.get(name))
        .map(|value| cx.sys.model.values[*value].name.span)
        .collect();
    found.sort();
    found.first().copied()
}

fn unaware(name: &Name, decided: Span) -> Finding {
    UNAWARE_OF_CHOICE
        .at(name.span, "not known here")
        .message(format!("this chooses by `{}`, which only another participant knows", name.text))
        .label(decided, "found out here")
        .help(format!("let an event that is received here carry `{}`, and read it there", name.text))
        .help("or let the other side publish an event for each way, and react to that")
        .entity(name.text.as_str())
}

/// The fields of the event that starts the run.
fn key_fields(cx: &Body) -> Vec<SmolStr> {
    let Some(workflow) = cx.workflow else { return Vec::new() };
    let model = &cx.sys.model;
    let Trigger::Events(formula) = &model.workflows[workflow].trigger else { return Vec::new() };
    let fields = formula.terms.iter().flat_map(|term| &model.events[term.event].fields);
    fields.map(|field| field.name.text.clone()).collect()
}

fn scopes(cx: &Body) -> Vec<SmolStr> {
    let mut names: Vec<SmolStr> = cx.own().labels.keys().cloned().collect();
    names.sort_unstable();
    names
}
