//! What a run knows from its first moment: its parameters, and the key by which events find it.

use super::collect::Collected;
use super::rules::MISSING_CORRELATION;
use super::system::System;
use crate::finding::suggest;
use crate::model::{Trigger, Type, Value, ValueKind, WorkflowId};
use crate::syntax::ast::{self, Entry, StartsKind};

/// Parameters, and the key by which events find their run.
pub(super) fn head_values(
    sys: &mut System,
    file: usize,
    id: WorkflowId,
    written: &ast::Workflow,
    collected: &mut Collected,
) {
    let model = &mut sys.model;
    for field in model.workflows[id].parameters.clone() {
        let value =
            Value { workflow: id, name: field.name.clone(), kind: ValueKind::Parameter, ty: field.ty };
        let value = model.values.push(value);
        collected.head.entry(field.name.text).or_insert(value);
    }
    let workflow = &model.workflows[id];
    let trigger: Vec<_> = match &workflow.trigger {
        Trigger::Events(formula) => formula.terms.iter().map(|term| term.event).collect(),
        Trigger::Called | Trigger::Schedule(_) => Vec::new(),
    };
    let open = workflow.parameters.iter().any(|field| field.ty == Type::Any)
        || trigger.iter().any(|&event| model.events[event].fields.iter().any(|field| field.ty == Type::Any));
    let mut lacking = Vec::new();
    for key in workflow.correlation.clone() {
        if collected.head.contains_key(&key.text) {
            continue;
        }
        let types: Vec<Option<Type>> = trigger
            .iter()
            .map(|&event| {
                let fields = &model.events[event].fields;
                fields.iter().find(|field| field.name.text == key.text).map(|field| field.ty.clone())
            })
            .collect();
        let everywhere = !types.is_empty() && types.iter().all(Option::is_some);
        let ty = types.into_iter().flatten().next().unwrap_or(Type::Any);
        let value = Value { workflow: id, name: key.clone(), kind: ValueKind::Correlation, ty };
        let value = model.values.push(value);
        collected.head.insert(key.text.clone(), value);
        if !everywhere && !open {
            lacking.push(key);
        }
    }
    let unread = trigger_is_unread(written, trigger.len());
    for key in lacking {
        if unread {
            continue;
        }
        let mut finding = MISSING_CORRELATION
            .at(key.span, "a run does not know it when it starts")
            .message(format!("what starts `{}` has no `{}`", written.name.text, key.text))
            .entity(format!("{}/{}", written.name.text, key.text));
        for &event in &trigger {
            let event = &sys.model.events[event];
            if !event.fields.iter().any(|field| field.name.text == key.text) {
                finding = finding.label(event.span, format!("this event has no field `{}`", key.text));
            }
        }
        finding = match trigger.is_empty() {
            true => {
                let parameters = sys.model.workflows[id].parameters.iter();
                match suggest::nearest(&key.text, parameters.map(|field| field.name.text.as_str())) {
                    Some(nearest) => finding.help(format!("did you mean `{nearest}`?")),
                    None => finding.help(format!(
                        "add a parameter `{}`, or say `starts when` and an event that has it",
                        key.text
                    )),
                }
            }
            false => finding.help("correlate by a field that each event in `starts when` has"),
        };
        if !sys.is_imported(file) {
            sys.report(finding);
        }
    }
}

/// Whether some event of the trigger is unknown, so that nothing can be said about its fields.
fn trigger_is_unread(written: &ast::Workflow, n_known: usize) -> bool {
    written.block.entries.iter().any(|entry| match entry {
        Entry::Starts(starts) => match &starts.kind {
            StartsKind::When(events) => events.refs.len() != n_known,
            StartsKind::Every(_) | StartsKind::Cron(_) => false,
        },
        Entry::Bad(_) => true,
        _ => false,
    })
}
