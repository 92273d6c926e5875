//! Calls: which operation of which service, or which workflow, and what takes it back.

use super::argument::arguments;
use super::body::{Body, Request};
use super::expr::expr;
use super::need::missing;
use super::rules::TYPE_MISMATCH;
use super::types::present;
use super::unknown::{self, Search};
use crate::model::{
    Argument, Expr, Field, GoalKind, Notified, OperationId, ServiceId, Trigger, Type, Undone, UndoneBy,
    WorkflowId,
};
use crate::syntax::ast;
use smol_str::SmolStr;

/// An operation that is called, with its arguments.
pub(super) struct Called {
    pub service: ServiceId,
    pub operation: OperationId,
    pub instance: Option<Expr>,
    pub arguments: Vec<Argument>,
}

/// The operation that `written` calls; without one its arguments are read all the same.
pub(super) fn call(cx: &mut Body, written: &ast::Call) -> Option<Called> {
    let target = target(cx, written);
    let Some((service, operation, instance)) = target else {
        cx.lost_call = true;
        unread(cx, &written.arguments);
        return None;
    };
    let arguments = operation_arguments(cx, written, operation);
    Some(Called { service, operation, instance, arguments })
}

/// What an operation is given. One that was guessed after a finding is no measure for it.
fn operation_arguments(cx: &mut Body, written: &ast::Call, operation: OperationId) -> Vec<Argument> {
    let declared = &cx.sys.model.operations[operation];
    let (fields, name) = (declared.fields.clone(), declared.name.text.clone());
    if written.path.last().is_none_or(|written| written.text != name) {
        unread(cx, &written.arguments);
        return Vec::new();
    }
    arguments(cx, &written.arguments, &fields, &name, written.span)
}

fn unread(cx: &mut Body, written: &[ast::Argument]) {
    for argument in written {
        expr(cx, &argument.value);
    }
}

fn target(cx: &mut Body, written: &ast::Call) -> Option<(ServiceId, OperationId, Option<Expr>)> {
    let (name, owner) = written.path.split_last()?;
    let [first, ..] = owner else {
        bare(cx, name);
        return None;
    };
    let by_name = owner.len() == 1 && cx.value(&first.text).is_none();
    if by_name && (cx.sys.find_service(cx.file, &first.text).is_some() || !is_readable(cx, first)) {
        let before = cx.sys.findings.len();
        let found = unknown::service(cx.sys, cx.file, first)
            .and_then(|service| Some((service, unknown::operation(cx.sys, service, name)?)));
        cx.adopt(before);
        let (service, operation) = found?;
        only_instances(cx, service, first);
        return Some((service, operation, None));
    }
    let span = first.span.to(owner.last().map_or(first.span, |last| last.span));
    let instance = super::path::path(cx, owner, span);
    let ty = instance.ty.clone();
    match present(&ty) {
        Type::Service(service) => {
            if ty != Type::Service(*service) {
                missing(cx, &instance);
            }
            let before = cx.sys.findings.len();
            let operation = unknown::operation(cx.sys, *service, name);
            cx.adopt(before);
            Some((*service, operation?, Some(instance)))
        }
        // Its cause was reported.
        Type::Any => None,
        other => {
            let have = super::types::print(&cx.sys.model, other);
            let finding = TYPE_MISMATCH
                .at(span, format!("this is `{have}`"))
                .message(format!("only services can be called, and this is `{have}`"))
                .help("call a service by its name, or a value whose type is a service");
            cx.report(finding);
            None
        }
    }
}

/// Whether something can be read under `name` that is no value of the workflow: an event or a failure.
fn is_readable(cx: &Body, name: &ast::Name) -> bool {
    let event = || {
        let found = cx.sys.find_events(cx.file, &name.text);
        found.iter().any(|&id| cx.event_slot(id).is_some())
    };
    let request = || {
        cx.request.as_ref().is_some_and(|request| {
            name.text == "reply" || request.fields.iter().any(|field| field.name.text == name.text)
        })
    };
    cx.caught.iter().any(|caught| caught.contains_key(&name.text)) || request() || event()
}

/// `Charge(order)` without its service.
fn bare(cx: &mut Body, name: &ast::Name) {
    let model = &cx.sys.model;
    let paths: Vec<String> = cx
        .sys
        .operations
        .iter()
        .filter(|((_, operation), _)| operation == &name.text)
        .map(|(_, &id)| model.operation_path(id))
        .collect();
    let mut finding = super::rules::UNKNOWN_NAME
        .at(name.span, "of which service?")
        .message(format!("`{}` is called without its service", name.text))
        .entity(name.text.as_str());
    let mut paths = paths;
    paths.sort_unstable();
    if !paths.is_empty() {
        finding = finding.help(format!("declared here: {}", unknown::listed(&paths)));
    }
    cx.report(finding);
}

/// A service with many instances has no one that its name could mean.
fn only_instances(cx: &mut Body, service: ServiceId, name: &ast::Name) {
    let declared = &cx.sys.model.services[service];
    let Some(many) = declared.many_instances else { return };
    let finding = TYPE_MISMATCH
        .at(name.span, "which of them?")
        .message(format!("`{}` has many instances: one of them must be called", name.text))
        .label(many, "said here")
        .help(format!("call a value of type `{}`", name.text))
        .entity(name.text.as_str());
    cx.report_typed(finding);
}

/// The workflow that `written` runs, with its arguments.
pub(super) fn run(cx: &mut Body, written: &ast::Run) -> Option<(WorkflowId, Vec<Argument>)> {
    let Some(id) = cx.sys.find_workflow(cx.file, &written.workflow.text) else {
        unknown_workflow(cx, &written.workflow);
        cx.lost_call = true;
        unread(cx, &written.arguments);
        return None;
    };
    let Some(fields) = takes(cx, id) else {
        unread(cx, &written.arguments);
        return Some((id, Vec::new()));
    };
    let name = written.workflow.text.clone();
    let arguments = arguments(cx, &written.arguments, &fields, &name, written.span);
    Some((id, arguments))
}

/// What was meant is not taken instead: the nearest may well be the workflow that this stands in.
fn unknown_workflow(cx: &mut Body, name: &ast::Name) {
    if !cx.sys.is_complete(cx.file) {
        return;
    }
    let finding = Search::new("workflow", name)
        .among(unknown::workflows(cx.sys, cx.file))
        .or("service", unknown::services(cx.sys, cx.file))
        .or("event", unknown::events(cx.sys, cx.file))
        .or(unknown::OUT_OF_SIGHT, unknown::out_of_sight(cx.sys, cx.file, |names| names.workflows.keys()))
        .finding();
    cx.report(finding);
}

/// With what a workflow is run: its parameters, or the fields of the event that starts it. `None` where
/// that event is unknown.
fn takes(cx: &Body, id: WorkflowId) -> Option<Vec<Field>> {
    let model = &cx.sys.model;
    let workflow = &model.workflows[id];
    match &workflow.trigger {
        Trigger::Events(formula) => formula.terms.first().map(|term| model.events[term.event].fields.clone()),
        Trigger::Called | Trigger::Schedule(_) if workflow.is_choreographed() => None,
        Trigger::Called | Trigger::Schedule(_) => Some(workflow.parameters.clone()),
    }
}

/// What a step that runs the workflow is worth: the fields of its success.
pub(super) fn outcome(cx: &Body, id: WorkflowId) -> Type {
    let model = &cx.sys.model;
    let goals = model.workflows[id].goals.iter().map(|&goal| &model.goals[goal]);
    let successes: Vec<&[Field]> =
        goals.filter(|goal| goal.kind == GoalKind::Success).map(|goal| goal.fields.as_slice()).collect();
    if successes.is_empty() {
        return Type::Any;
    }
    let mut fields: Vec<(SmolStr, Type)> = Vec::new();
    for field in successes.iter().flat_map(|fields| fields.iter()) {
        if fields.iter().any(|(name, _)| name == &field.name.text) {
            continue;
        }
        let everywhere =
            successes.iter().all(|fields| fields.iter().any(|known| known.name.text == field.name.text));
        let ty = if everywhere { field.ty.clone() } else { super::types::optional(field.ty.clone()) };
        fields.push((field.name.text.clone(), ty));
    }
    Type::Fields(fields)
}

pub(super) fn notify(cx: &mut Body, written: &ast::Notify) -> Option<Notified> {
    match &written.what {
        ast::Notified::Call(written) => {
            let Called { service, operation, instance, arguments } = call(cx, written)?;
            Some(Notified::Operation { service, operation, instance, arguments, call_span: written.span })
        }
        ast::Notified::Run(written) => {
            let (workflow, arguments) = run(cx, written)?;
            Some(Notified::Workflow { workflow, arguments, call_span: written.span })
        }
    }
}

/// What takes back the request in `cx.request`. In a contract, `owner` is the service it stands in.
pub(super) fn undone(cx: &mut Body, written: &ast::Undone, owner: Option<ServiceId>) -> Option<Undone> {
    let by = match &written.by {
        ast::UndoneBy::Nothing { because } => UndoneBy::Nothing { because: because.text.clone() },
        ast::UndoneBy::Call(written) => {
            let own = match (written.path.as_slice(), owner) {
                ([name], Some(owner)) => Some((owner, name)),
                _ => None,
            };
            match own {
                None => {
                    let Called { operation, arguments, .. } = call(cx, written)?;
                    UndoneBy::Operation { operation, arguments }
                }
                Some((owner, name)) => {
                    let before = cx.sys.findings.len();
                    let found = unknown::operation(cx.sys, owner, name);
                    cx.adopt(before);
                    let Some(operation) = found else {
                        unread(cx, &written.arguments);
                        return None;
                    };
                    let arguments = operation_arguments(cx, written, operation);
                    UndoneBy::Operation { operation, arguments }
                }
            }
        }
    };
    Some(Undone { by, span: written.span })
}

/// Reads `inside` with the request and reply of `operation` in sight, as its `undone by` may.
pub(super) fn with_request<T>(cx: &mut Body, request: Request, inside: impl FnOnce(&mut Body) -> T) -> T {
    let outer = cx.request.replace(request);
    let result = inside(cx);
    cx.request = outer;
    result
}
