//! What a workflow says about itself, so that others can run it: its style, its start, its ends.

use super::contract::annotate;
use super::declare::{fields, twice};
use super::event_name;
use super::rules::MISSING_STYLE;
use super::system::{System, name};
use super::unknown;
use crate::model::{
    Annotations, Block, Formula, Goal, GoalKind, HowMany, Owner, Style, Term, Trigger, Workflow, WorkflowId,
};
use crate::source::Span;
use crate::syntax::ast::{self, Entry, StartsKind};
use rustc_hash::FxHashMap;

/// What a workflow says about itself.
pub(super) fn head(sys: &mut System, file: usize, written: &ast::Workflow) -> WorkflowId {
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
        annotations: annotations(written),
        span: written.span,
    });
    goals(sys, file, id, written);
    id
}

/// What the graph cannot know of it.
fn annotations(written: &ast::Workflow) -> Annotations {
    let mut annotations = Annotations::default();
    for entry in &written.block.entries {
        if let Entry::Annotation(written) = entry {
            annotate(&mut annotations, written);
        }
    }
    annotations
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
            let by = unknown::service(sys, file, by).unwrap_or_else(|| sys.stand_in(by));
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
    let by = by.unwrap_or_else(|| sys.stand_in(&written.name));
    Style::Orchestrated { by, span: written.name.span }
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
    let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
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
