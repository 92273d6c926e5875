//! Failures: what a block can fail with, and what an `on` takes of that.

use super::body::{Body, Caught};
use super::rules::UNRAISED_FAILURE;
use super::types::optional;
use super::unknown::{Search, failures, listed};
use crate::model::{Block, Field, GoalKind, Model, StatementKind, Trouble};
use crate::syntax::ast;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// The fields of each failure, once for each place that raises it.
pub(super) type Raised = BTreeMap<SmolStr, Vec<Vec<Field>>>;

/// Adds what the steps in `block` can fail with. Its own call's failures are the caller's to add.
pub(super) fn raised_in(model: &Model, block: &Block, raised: &mut Raised) {
    for statement in block.with_inner().into_iter().flat_map(|block| &block.statements) {
        match &statement.kind {
            StatementKind::Act(act) => of_operation(model, act.operation, raised),
            StatementKind::Run(run) => of_workflow(model, run.workflow, raised),
            _ => {}
        }
    }
}

pub(super) fn of_operation(model: &Model, id: crate::model::OperationId, raised: &mut Raised) {
    for failure in &model.operations[id].fails {
        raised.entry(failure.name.text.clone()).or_default().push(failure.fields.clone());
    }
}

/// A child's failure ends, and the one it ends in when nobody meets a failure in it.
pub(super) fn of_workflow(model: &Model, id: crate::model::WorkflowId, raised: &mut Raised) {
    for &goal in &model.workflows[id].goals {
        let goal = &model.goals[goal];
        if goal.kind == GoalKind::Failure {
            raised.entry(goal.name.text.clone()).or_default().push(goal.fields.clone());
        }
    }
    raised.entry("Unhandled".into()).or_default().push(Vec::new());
}

/// What an `on` names, and what can be read of it in its block.
pub(super) fn troubles(
    cx: &mut Body,
    written: &ast::Troubles,
    raised: &Raised,
) -> (Vec<Trouble>, BTreeMap<SmolStr, Caught>) {
    match written {
        ast::Troubles::Any(span) => {
            let caught = raised
                .iter()
                .map(|(name, places)| (name.clone(), Caught { fields: merge(places), surely: false }));
            (vec![Trouble::Any(*span)], caught.collect())
        }
        ast::Troubles::Named(names) => {
            let surely = names.len() == 1;
            let mut troubles = Vec::new();
            let mut caught = BTreeMap::new();
            for trouble in names {
                match trouble {
                    ast::Trouble::Outage(span) => troubles.push(Trouble::Outage(*span)),
                    ast::Trouble::Failure(name) => {
                        let fields = fields(cx, name, raised);
                        caught.insert(name.text.clone(), Caught { fields, surely });
                        troubles.push(Trouble::Failure(name.text.clone(), name.span));
                    }
                }
            }
            (troubles, caught)
        }
    }
}

fn fields(cx: &mut Body, name: &ast::Name, raised: &Raised) -> Option<Vec<Field>> {
    if let Some(places) = raised.get(&name.text) {
        return merge(places);
    }
    // Imported machines catch errors that no contract of theirs could name.
    let hidden = cx.is_imported()
        || cx.lost_call
        || cx.collected.damaged
        || !cx.sys.damaged.is_empty()
        || !cx.sys.is_complete(cx.file);
    if hidden {
        return None;
    }
    let known = failures(cx.sys, cx.file);
    let inside: Vec<SmolStr> = raised.keys().filter(|name| *name != "Unhandled").cloned().collect();
    if known.contains(&name.text) {
        let finding = UNRAISED_FAILURE
            .at(name.span, "nothing in this block fails with it")
            .message(format!("nothing in this block can fail with `{}`", name.text))
            .help(match inside.is_empty() {
                true => "nothing in it has a named failure; `on outage` meets what is left".to_string(),
                false => format!("what is in it fails with {}", listed(&inside)),
            })
            .entity(name.text.as_str());
        cx.report(finding);
        return None;
    }
    let search = Search::new("failure", name)
        .among(if inside.is_empty() { known } else { inside })
        .or("event", super::unknown::events(cx.sys, cx.file))
        .or("end of a workflow", goals(cx));
    cx.report(search.finding());
    None
}

fn goals(cx: &Body) -> Vec<SmolStr> {
    cx.workflow.map_or_else(Vec::new, |id| {
        let model = &cx.sys.model;
        model.workflows[id].goals.iter().map(|&goal| model.goals[goal].name.text.clone()).collect()
    })
}

/// What can be read of a failure that several places raise: what only some of them tell is optional.
fn merge(places: &[Vec<Field>]) -> Option<Vec<Field>> {
    let mut fields: Vec<Field> = Vec::new();
    for place in places {
        for field in place {
            if !fields.iter().any(|known| known.name.text == field.name.text) {
                fields.push(field.clone());
            }
        }
    }
    for field in &mut fields {
        let everywhere =
            places.iter().all(|place| place.iter().any(|known| known.name.text == field.name.text));
        if !everywhere {
            field.ty = optional(field.ty.clone());
        }
    }
    Some(fields)
}
