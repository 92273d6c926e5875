//! Workflows: first what each says about itself, so that others can run it, then what it does.

use super::block::{Shape, block, plain, reaction};
use super::body::{Body, Request, address};
use super::call::{outcome, undone, with_request};
use super::collect::{Collected, collect};
use super::declare::{Places, fields, twice};
use super::event_name;
use super::expr::expected;
use super::flow::Flow;
use super::formula::{formula, uncorrelated};
use super::rules::{MISSING_CORRELATION, MISSING_STYLE};
use super::statement::statements;
use super::system::{System, name};
use super::unknown;
use crate::model::{
    Annotations, Block, Formula, Goal, GoalId, GoalKind, HowMany, Late, Owner, Participant, Reaction,
    Service, ServiceId, Style, Term, Trigger, Type, Value, ValueKind, Watch, Workflow, WorkflowId,
};
use crate::source::Span;
use crate::syntax::ast::{self, Entry, Item, StartsKind};
use smol_str::SmolStr;
use std::collections::HashMap;

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

/// What a workflow says about itself.
fn head(sys: &mut System, file: usize, written: &ast::Workflow) -> WorkflowId {
    let parameters = fields(sys, file, written.parameters.as_deref().unwrap_or_default(), &written.name.text);
    let style = style(sys, file, written);
    let trigger = trigger(sys, file, written);
    let correlation = written.block.entries.iter().find_map(|entry| match entry {
        Entry::Correlated(names, _) => Some(names.iter().map(name).collect()),
        _ => None,
    });
    let id = sys.model.workflows.push(Workflow {
        name: name(&written.name),
        doc: written.doc.clone(),
        style,
        trigger,
        parameters,
        correlation: correlation.unwrap_or_default(),
        goals: Vec::new(),
        undone: None,
        body: Block::empty(written.block.span),
        participants: Vec::new(),
        late: Vec::new(),
        span: written.span,
    });
    goals(sys, file, id, written);
    id
}

fn style(sys: &mut System, file: usize, written: &ast::Workflow) -> Style {
    let entries = &written.block.entries;
    let said = entries.iter().find_map(|entry| match entry {
        Entry::Orchestrated(by, span) => Some((Some(by), *span)),
        Entry::Choreographed(span) => Some((None, *span)),
        _ => None,
    });
    match said {
        Some((Some(by), span)) => {
            let by = unknown::service(sys, file, by).unwrap_or_else(|| stand_in(sys, by));
            return Style::Orchestrated { by, span };
        }
        Some((None, span)) => return Style::Choreographed { span },
        None => {}
    }
    if !entries.iter().any(|entry| matches!(entry, Entry::Bad(_))) {
        let finding = MISSING_STYLE
            .at(written.name.span, "orchestrated or choreographed?")
            .message(format!("`{}` does not say who moves it on", written.name.text))
            .help("write `orchestrated by` the service that runs it, or `choreographed`")
            .entity(written.name.text.as_str());
        sys.report(finding);
    }
    if entries.iter().any(|entry| matches!(entry, Entry::Participant(_))) {
        return Style::Choreographed { span: written.name.span };
    }
    let by = unknown::services(sys, file).first().and_then(|name| sys.find_service(file, name));
    let by = by.unwrap_or_else(|| stand_in(sys, &written.name));
    Style::Orchestrated { by, span: written.name.span }
}

/// A service for a name that means none, so that what it does can be read all the same.
fn stand_in(sys: &mut System, written: &ast::Name) -> ServiceId {
    sys.model.services.push(Service {
        name: name(written),
        doc: SmolStr::default(),
        external: None,
        many_instances: None,
        team: None,
        operations: Vec::new(),
        events: Vec::new(),
        annotations: Annotations::default(),
        span: written.span,
    })
}

/// Its events, yet without their conditions, and without a word about what is wrong with them.
fn trigger(sys: &System, file: usize, written: &ast::Workflow) -> Trigger {
    let starts = written.block.entries.iter().find_map(|entry| match entry {
        Entry::Starts(starts) => Some(starts),
        _ => None,
    });
    let Some(starts) = starts.filter(|_| written.parameters.as_ref().is_none_or(Vec::is_empty)) else {
        return Trigger::Called;
    };
    match &starts.kind {
        StartsKind::Every(_) | StartsKind::Cron(_) => Trigger::Schedule(starts.span),
        StartsKind::When(events) => {
            let term = |term: &ast::EventRef| {
                let event = event_name::find(sys, file, &term.event).ok()?;
                Some(Term { event, condition: None, span: term.event.span })
            };
            let terms = events.refs.iter().filter_map(term).collect();
            Trigger::Events(Formula { how: how(events.how), terms, span: events.span })
        }
    }
}

fn how(written: ast::HowMany) -> HowMany {
    match written {
        ast::HowMany::All => HowMany::All,
        ast::HowMany::Any => HowMany::Any,
        ast::HowMany::Some(n) => HowMany::Some(n),
    }
}

fn goals(sys: &mut System, file: usize, id: WorkflowId, written: &ast::Workflow) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for entry in &written.block.entries {
        let Entry::Goal(goal) = entry else { continue };
        match seen.get(goal.name.text.as_str()) {
            Some(&first) => {
                let entity = format!("{}/{}", written.name.text, goal.name.text);
                sys.report(twice("end", &goal.name, first).entity(entity));
            }
            None => {
                seen.insert(&goal.name.text, goal.name.span);
            }
        }
        let kind = match goal.kind {
            ast::GoalKind::Success => GoalKind::Success,
            ast::GoalKind::Failure => GoalKind::Failure,
        };
        if kind == GoalKind::Failure {
            sys.names[file].failures.insert(goal.name.text.clone());
        }
        let owner = owner(sys, file, id, goal.owner.as_ref());
        let fields = fields(sys, file, &goal.fields, &goal.name.text);
        let goal = sys.model.goals.push(Goal {
            workflow: id,
            kind,
            name: name(&goal.name),
            doc: goal.doc.clone(),
            fields,
            reached_by: None,
            owner,
            span: goal.span,
        });
        sys.model.workflows[id].goals.push(goal);
    }
}

/// Who answers for an end: written, else the coordinator, else the service whose event starts the run.
fn owner(sys: &mut System, file: usize, id: WorkflowId, written: Option<&ast::Name>) -> Owner {
    if let Some(written) = written
        && let Some(service) = unknown::service(sys, file, written)
    {
        return Owner { service: Some(service), written: Some(written.span) };
    }
    let model = &sys.model;
    let workflow = &model.workflows[id];
    let starter = || match &workflow.trigger {
        Trigger::Events(formula) => formula.terms.first().map(|term| model.events[term.event].service),
        Trigger::Called | Trigger::Schedule(_) => None,
    };
    Owner { service: workflow.coordinator().or_else(starter), written: None }
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

/// Parameters, and the key by which events find their run.
fn head_values(
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
            true => finding.help(format!(
                "add a parameter `{}`, or say `starts when` and an event that has it",
                key.text
            )),
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
        block.interrupts.clear();
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

fn undone_by(cx: &mut Body, written: &ast::Undone) -> Option<crate::model::Undone> {
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

/// One side of a choreography. It knows the key, what it hears, and what it did.
fn participant(cx: &mut Body, written: &ast::Participant, start: &Flow) -> Option<Participant> {
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
    let service = service.unwrap_or_else(|| stand_in(cx.sys, &written.service));
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
