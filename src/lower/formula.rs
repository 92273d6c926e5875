//! Events that are waited for: each resolved, each belonging to a run, all of them known behind.

use super::body::Body;
use super::expr::condition;
use super::rules::MISSING_CORRELATION;
use super::types::fits;
use crate::finding::Fix;
use crate::model::{
    Event, EventId, Field, Formula, HowMany, Model, Style, Term, Trigger, Type, TypeKind, Workflow,
};
use crate::source::Span;
use crate::syntax::ast;

/// How many of the other events that belong to no run are shown.
const MAX_PLACES: usize = 3;

/// What is waited for. Behind it the fields of what has surely arrived can be read.
pub(super) fn formula(cx: &mut Body, written: &ast::Events) -> Formula {
    let how = match written.how {
        ast::HowMany::All => HowMany::All,
        ast::HowMany::Any => HowMany::Any,
        ast::HowMany::Some(n) => HowMany::Some(n),
    };
    let n_terms = written.refs.len();
    let all = match how {
        HowMany::All => true,
        HowMany::Any => n_terms == 1,
        HowMany::Some(n) => n as usize >= n_terms,
    };
    let mut terms = Vec::with_capacity(n_terms);
    for term in &written.refs {
        let Some(event) = cx.event(&term.event) else {
            if let Some(written) = &term.condition {
                condition(cx, written);
            }
            continue;
        };
        correlated(cx, event, term);
        let condition = term.condition.as_ref().map(|written| {
            let before = cx.flow.clone();
            // The condition is asked of this event, so that it is there.
            cx.event_arrived(event);
            let condition = condition(cx, written);
            cx.flow = before;
            condition
        });
        terms.push(Term { event, condition, span: term.event.span });
    }
    if all {
        for term in &terms {
            cx.event_arrived(term.event);
        }
    }
    Formula { how, terms, span: written.span }
}

/// An event belongs to a run by the fields of the key, or by its `where`, or because it starts one.
fn correlated(cx: &mut Body, event: EventId, term: &ast::EventRef) {
    let Some(workflow) = cx.workflow else { return };
    if term.condition.is_some() || cx.is_imported() || cx.lost_events.contains(&event) {
        return;
    }
    let model = &cx.sys.model;
    let workflow = &model.workflows[workflow];
    let starts = match &workflow.trigger {
        Trigger::Events(formula) => formula.terms.iter().any(|term| term.event == event),
        Trigger::Called | Trigger::Schedule(_) => false,
    };
    let declared = &model.events[event];
    // Somewhere in a field of type `any` the key may well be.
    if starts || declared.fields.iter().any(|field| field.ty == Type::Any) {
        return;
    }
    let name = model.event_name(event);
    if workflow.correlation.is_empty() {
        cx.lost_events.insert(event);
        cx.uncorrelated.push((event, term.event.span));
        return;
    }
    let mut found = Vec::new();
    for key in &workflow.correlation {
        let field = declared.fields.iter().find(|field| field.name.text == key.text);
        let wanted = cx.value(&key.text).map(|id| &model.values[id].ty);
        match (field, wanted) {
            (None, _) => found.push(
                MISSING_CORRELATION
                    .at(term.event.span, format!("it has no field `{}`", key.text))
                    .message(format!("`{name}` does not say to which run it belongs"))
                    .label(key.span, "runs are told apart by this field")
                    .label(declared.span, "the event is declared here")
                    .help(format!("add `{}` to the event, or say which one is meant with `where`", key.text))
                    .fix(
                        wanted.and_then(|wanted| by_the_only_field(model, declared, wanted, &key.text, term)),
                    )
                    .entity(name.as_str()),
            ),
            (Some(field), Some(wanted)) if !fits(&field.ty, wanted) && !fits(wanted, &field.ty) => {
                let (have, want) =
                    (super::types::print(model, &field.ty), super::types::print(model, wanted));
                found.push(
                    MISSING_CORRELATION
                        .at(term.event.span, format!("its `{}` is `{have}`", key.text))
                        .message(format!("`{}` of `{name}` is no `{want}`", key.text))
                        .label(key.span, format!("runs are told apart by this `{want}`"))
                        .label(field.span, "declared here")
                        .help("give both the same type, or say which one is meant with `where`")
                        .entity(name.as_str()),
                );
            }
            _ => {}
        }
    }
    for finding in found {
        cx.lost_events.insert(event);
        cx.report(finding);
    }
}

/// Another name of the event's for the key, where only one field has the type of the key's id.
fn by_the_only_field(
    model: &Model,
    event: &Event,
    wanted: &Type,
    key: &str,
    term: &ast::EventRef,
) -> Option<Fix> {
    let mut fields = event.fields.iter().filter(|field| field.ty == *wanted && is_id(model, &field.ty));
    let (first, None) = (fields.next()?, fields.next()) else { return None };
    let [name] = term.event.path.as_slice() else { return None };
    let condition = format!("{}.{} == {key}", name.text, first.name.text);
    let fix = Fix::safe(format!("tell the runs apart by `where {condition}`"));
    let is_plain = is_plain(&name.text) && is_plain(&first.name.text) && is_plain(key);
    (is_plain && term.event.version.is_none())
        .then(|| fix.behind(term.event.span, format!("where {condition}")))
}

/// The key of a workflow that names none, where it can only be one: an id that a run knows from its
/// first moment, and every event that is waited for has as well.
fn correlated_by(model: &Model, workflow: &Workflow, waited: &[(EventId, Span)]) -> Option<Fix> {
    let mut known = match &workflow.trigger {
        Trigger::Called => workflow.parameters.iter(),
        Trigger::Events(formula) => model.events[formula.terms.first()?.event].fields.iter(),
        Trigger::Schedule(_) => return None,
    };
    let starts = match &workflow.trigger {
        Trigger::Events(formula) => formula.terms.as_slice(),
        Trigger::Called | Trigger::Schedule(_) => &[],
    };
    let events = || starts.iter().map(|term| term.event).chain(waited.iter().map(|(event, _)| *event));
    let has = |event: EventId, key: &Field| {
        model.events[event].fields.iter().any(|field| field.name.text == key.name.text && field.ty == key.ty)
    };
    let mut keys =
        known.by_ref().filter(|key| is_id(model, &key.ty) && events().all(|event| has(event, key)));
    let (key, None) = (keys.next()?, keys.next()) else { return None };
    let (Style::Orchestrated { span: style, .. } | Style::Choreographed { span: style }) = workflow.style;
    let entry = format!("correlated by {}", key.name.text);
    is_plain(&key.name.text).then(|| Fix::safe(format!("say `{entry}`")).behind(style, entry))
}

fn is_id(model: &Model, ty: &Type) -> bool {
    matches!(ty, Type::Declared(id) if matches!(model.types[*id].kind, TypeKind::Id))
}

/// Whether a name needs no backticks.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A workflow without a key waits for events: one finding, whatever their number.
pub(super) fn uncorrelated(cx: &mut Body) {
    let waited = std::mem::take(&mut cx.uncorrelated);
    let (Some((event, span)), Some(workflow)) = (waited.first(), cx.workflow) else { return };
    let model = &cx.sys.model;
    let owner = model.workflows[workflow].name.span;
    let name = model.event_name(*event);
    let fix = correlated_by(model, &model.workflows[workflow], &waited);
    let mut finding = MISSING_CORRELATION
        .at(*span, "which run is it for?")
        .message(format!("nothing says to which run `{name}` belongs"))
        .help("say `correlated by` a field that the events share, or add `where` to this one")
        .fix(fix)
        .entity(name.as_str());
    for (_, span) in waited.iter().skip(1).take(MAX_PLACES) {
        finding = finding.label(*span, "and this one?");
    }
    cx.report(finding.label(owner, "this workflow is not correlated"));
}
