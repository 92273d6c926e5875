//! Workflows: first the heads of all, so that each can run the others, then what they do.

use super::block::{Shape, block, plain};
use super::body::{Body, Request};
use super::call::{outcome, undone, with_request};
use super::collect::{Collected, collect};
use super::declare::Places;
use super::event_name;
use super::flow::Flow;
use super::formula::{formula, uncorrelated};
use super::head::head;
use super::key::head_values;
use super::side::participant;
use super::statement::statements;
use super::system::System;
use crate::model::{GoalId, Late, Trigger, Undone, WorkflowId};
use crate::syntax::ast::{self, Entry, Item, StartsKind};

/// How often a workflow is read again when a jump backwards took away what was known.
const MAX_ROUNDS: usize = 6;

struct Declared<'a> {
    id: WorkflowId,
    file: usize,
    written: &'a ast::Workflow,
}

pub(super) fn workflows(sys: &mut System) {
    let mut declared = Vec::new();
    let mut places = Places::default();
    for (file, ast) in sys.files.iter().enumerate() {
        for item in &ast.items {
            if let Item::Workflow(written) = item {
                places.add(file, &written.name);
                let before = sys.findings.len();
                let id = head(sys, file, written);
                for finding in &mut sys.findings[before..] {
                    if !finding.entity.starts_with(written.name.text.as_str()) {
                        finding.entity = format!("{}/{}", written.name.text, finding.entity);
                    }
                }
                sys.names[file].workflows.entry(written.name.text.clone()).or_insert(id);
                declared.push(Declared { id, file, written });
            }
        }
    }
    places.report(sys, "workflow");
    for workflow in declared {
        body(sys, &workflow);
    }
}

/// What a workflow does.
fn body(sys: &mut System, declared: &Declared) {
    let Declared { id, file, written } = *declared;
    let mut collected = Collected::default();
    head_values(sys, file, id, written, &mut collected);
    let collected = collect(sys, file, id, written, collected);
    let start = sys.findings.len();
    let mut jumps = Default::default();
    for round in 1..=MAX_ROUNDS {
        sys.findings.truncate(start);
        let mut cx = Body::new(sys, file, &collected);
        cx.workflow = Some(id);
        cx.entity = written.name.text.to_string();
        cx.jumps = jumps;
        cx.typed.extend(collected.head.values());
        if round > 1 {
            cx.typed.extend(collected.value_slots.keys());
        }
        self::round(&mut cx, id, written);
        let again = !cx.is_imported()
            && (cx.read_early
                || cx.passed.iter().any(|(label, known)| cx.jumps.get(label) != known.as_ref()));
        jumps = std::mem::take(&mut cx.jumps);
        if !again {
            break;
        }
    }
}

/// Reads the body once with what is known of jumps by now.
fn round(cx: &mut Body, id: WorkflowId, written: &ast::Workflow) {
    let entries = &written.block.entries;
    for &value in cx.collected.head.values() {
        let slot = cx.value_slot(value);
        cx.flow.add(slot);
    }
    let starts = entries.iter().find_map(|entry| match entry {
        Entry::Starts(starts) => Some(starts),
        _ => None,
    });
    if let Some(ast::Starts { kind: StartsKind::When(events), .. }) = starts {
        match cx.sys.model.workflows[id].trigger {
            Trigger::Events(_) => {
                let formula = formula(cx, events);
                cx.sys.model.workflows[id].trigger = Trigger::Events(formula);
            }
            // It has parameters as well, which was reported; what reads the events is not to blame.
            Trigger::Called | Trigger::Schedule(_) => {
                for term in &events.refs {
                    if let Ok(event) = event_name::find(cx.sys, cx.file, &term.event) {
                        cx.event_arrived(event);
                    }
                }
            }
        }
    }
    let start = cx.flow.clone();
    reached(cx, id, entries, &start);
    let is_choreographed = cx.sys.model.workflows[id].is_choreographed();
    let request = Request { fields: cx.sys.model.workflows[id].parameters.clone(), reply: outcome(cx, id) };
    let mut block = block(cx, &written.block, Shape::default(), |cx, written| match is_choreographed {
        true => Vec::new(),
        false => statements(cx, written),
    });
    if is_choreographed {
        // They were reported; nobody could run them.
        block.interrupts.clear();
        block.handlers.clear();
        block.reminders.clear();
    }
    let undone = entries.iter().find_map(|entry| match entry {
        Entry::Undone(undone) => Some(undone),
        _ => None,
    });
    cx.flow = start.clone();
    let undone = undone.and_then(|written| with_request(cx, request, |cx| undone_by(cx, written)));
    let mut participants = Vec::new();
    let mut late = Vec::new();
    for entry in entries {
        match entry {
            Entry::Participant(side) => participants.extend(participant(cx, side, &start)),
            Entry::Late(written) => {
                let (lowered, _) = cx.aside(start.clone(), |cx| {
                    let formula = formula(cx, &written.events);
                    Late { formula, block: plain(cx, &written.block), span: written.span }
                });
                late.push(lowered);
            }
            _ => {}
        }
    }
    uncorrelated(cx);
    let workflow = &mut cx.sys.model.workflows[id];
    workflow.body = block;
    workflow.undone = undone;
    workflow.participants = participants;
    workflow.late = late;
}

fn undone_by(cx: &mut Body, written: &ast::Undone) -> Option<Undone> {
    undone(cx, written, None)
}

/// The events at which an end of a choreography is recorded.
fn reached(cx: &mut Body, id: WorkflowId, entries: &[Entry], start: &Flow) {
    let ids: Vec<GoalId> = cx.sys.model.workflows[id].goals.clone();
    let written = entries.iter().filter_map(|entry| match entry {
        Entry::Goal(goal) => Some(goal),
        _ => None,
    });
    for (goal, written) in ids.into_iter().zip(written) {
        if let Some(events) = &written.reached_by {
            let (formula, _) = cx.aside(start.clone(), |cx| formula(cx, events));
            cx.sys.model.goals[goal].reached_by = Some(formula);
        }
    }
}
