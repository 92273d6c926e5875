//! From reactions to a conductor: whoever answers for the first success asks each service in turn.
//!
//! What follows from what is read off the messages: reactions behind each other become lines, reactions beside each
//! other branches, and the events between them the order of the text.

mod body;
mod checks;
mod exits;
mod print;
mod reading;
mod timers;

use super::outline::{BlockId, Outline};
use super::rules::{LOST_IN_CONVERSION, NOT_CONVERTED};
use super::{Converted, Edit, Subject};
use crate::finding::{Finding, Severity};
use crate::model::{
    Argument, Block, EventId, GoalId, GoalKind, HowMany, LabelId, Model, Reaction, ServiceId, StatementKind,
    Trigger, Workflow, WorkflowId,
};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

type ReactionId = usize;

/// A reaction of the choreography.
struct Part<'m> {
    service: ServiceId,
    reaction: &'m Reaction,
    kind: PartKind,
    is_placed: bool,
    /// Reactions that have surely run before it.
    before: BTreeSet<ReactionId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PartKind {
    /// Belongs to the line of the run.
    Main,
    /// Takes back what its service has done.
    Undoes,
}

/// One `publish` of the choreography.
struct Publication<'m> {
    reaction: Option<ReactionId>,
    /// Whether it stands on a way of its own, and not at the end of the reaction.
    is_nested: bool,
    arguments: &'m [Argument],
}

/// A step that stands in the result.
struct Placed {
    label: LabelId,
    reaction: ReactionId,
    at: usize,
    branches: Vec<(usize, usize)>,
    sites: Vec<usize>,
    is_write: bool,
    can_be_undone: bool,
    /// Its effect may stay, by its own word.
    may_stay: bool,
    is_pivot: bool,
}

/// A way out of the run that stands in the result.
struct Out {
    goal: GoalId,
    reaction: Option<ReactionId>,
    at: usize,
    branches: Vec<(usize, usize)>,
    sites: Vec<usize>,
    undone: BTreeSet<LabelId>,
    refused: Vec<LabelId>,
    span: Span,
    /// Where the undo is written, once everything is known.
    block: BlockId,
}

struct Conductor<'a> {
    cx: &'a Subject<'a>,
    id: WorkflowId,
    workflow: &'a Workflow,
    coordinator: ServiceId,
    parts: Vec<Part<'a>>,
    publications: BTreeMap<EventId, Vec<Publication<'a>>>,
    /// Events that are published by nobody in here.
    outside: BTreeSet<EventId>,
    /// Events that others rely on, and that the coordinator goes on publishing.
    kept: BTreeSet<EventId>,
    outline: Outline,
    placed: Vec<Placed>,
    outs: Vec<Out>,
    names: BTreeMap<LabelId, String>,
    n_parallels: usize,
    findings: Vec<Finding>,
    body: BlockId,
    /// What is said about the whole.
    whole: BlockId,
    /// The blocks of steps, and of waits before a reaction.
    said: BTreeMap<LabelId, BlockId>,
    waits: BTreeMap<ReactionId, BlockId>,
    n_sites: usize,
}

pub(super) fn orchestrate(cx: &Subject, id: WorkflowId) -> Converted {
    let workflow = &cx.model.workflows[id];
    let goals = || workflow.goals.iter().map(|goal| &cx.model.goals[*goal]);
    let success = goals().find(|goal| goal.kind == GoalKind::Success);
    let owner = success.or_else(|| goals().next()).and_then(|goal| goal.owner.service);
    let Some(coordinator) = owner else {
        let finding = NOT_CONVERTED
            .at(workflow.name.span, "nobody answers for its ends")
            .message(format!("nobody could conduct `{}`", workflow.name.text));
        return Converted { edits: Vec::new(), findings: vec![finding] };
    };
    let mut outline = Outline::default();
    let body = outline.block();
    let whole = outline.block();
    let mut it = Conductor {
        cx,
        id,
        workflow,
        coordinator,
        parts: Vec::new(),
        publications: BTreeMap::new(),
        outside: BTreeSet::new(),
        kept: BTreeSet::new(),
        outline,
        placed: Vec::new(),
        outs: Vec::new(),
        names: BTreeMap::new(),
        n_parallels: 0,
        findings: Vec::new(),
        body,
        whole,
        said: BTreeMap::new(),
        waits: BTreeMap::new(),
        n_sites: 0,
    };
    it.look();
    it.name_steps();
    it.conduct();
    let is_error = |finding: &Finding| finding.severity == Severity::Error;
    let edits = if it.findings.iter().any(is_error) { Vec::new() } else { it.edits() };
    Converted { edits, findings: it.findings }
}

impl<'a> Conductor<'a> {
    fn cannot(&mut self, span: Span, label: &str, message: String) {
        if self.findings.iter().any(|it| it.rule.name == NOT_CONVERTED.name && it.span() == span) {
            return;
        }
        let name = self.workflow.name.text.to_string();
        self.findings.push(NOT_CONVERTED.at(span, label).message(message).entity(name));
    }

    fn loses(&mut self, span: Span, label: &str, message: String, help: &str) {
        let name = self.workflow.name.text.to_string();
        self.findings.push(LOST_IN_CONVERSION.at(span, label).message(message).help(help).entity(name));
    }

    /// Who does what upon which events, and who publishes what.
    fn look(&mut self) {
        for participant in &self.workflow.participants {
            for reaction in &participant.reactions {
                let number = self.parts.len();
                self.publishes_in(&reaction.block, Some(number));
                let kind = if undoes(&reaction.block) { PartKind::Undoes } else { PartKind::Main };
                self.parts.push(Part {
                    service: participant.service,
                    reaction,
                    kind,
                    is_placed: false,
                    before: BTreeSet::new(),
                });
            }
            participant.watches.iter().for_each(|watch| self.publishes_in(&watch.otherwise, None));
        }
        let limits = self.workflow.body.limits.iter().filter_map(|limit| limit.otherwise.as_ref());
        limits.for_each(|block| self.publishes_in(block, None));
        let starts: Vec<EventId> = self.starts();
        let heard: Vec<EventId> = self
            .parts
            .iter()
            .flat_map(|part| part.reaction.formula.terms.iter().map(|term| term.event))
            .filter(|event| !self.publications.contains_key(event) && !starts.contains(event))
            .collect();
        self.outside.extend(heard);
        let model = self.cx.model;
        for (event, by) in self.publications.iter() {
            let is_allowed = model.allows.iter().any(|allow| model.events[*event].span.contains(allow.span));
            if is_allowed || heard_elsewhere(model, self.id, *event) {
                self.kept.insert(*event);
            }
            let _ = by;
        }
        for event in self.kept.clone() {
            if model.events[event].service != self.coordinator {
                let name = model.event_name(event);
                let service = model.service_name(model.events[event].service).to_string();
                self.cannot(
                    model.events[event].name.span,
                    "others rely on it",
                    format!("only `{service}` may publish `{name}`, and it would not know when"),
                );
            }
        }
        for part in 0..self.parts.len() {
            self.hold_formula(part);
        }
        for part in 0..self.parts.len() {
            self.hold_no_circle(part);
        }
        let starts: BTreeSet<EventId> = starts.into_iter().collect();
        for part in 0..self.parts.len() {
            let before = self.ancestors(part, &starts, &mut Vec::new());
            self.parts[part].before = before;
        }
    }

    fn starts(&self) -> Vec<EventId> {
        match &self.workflow.trigger {
            Trigger::Events(formula) => formula.terms.iter().map(|term| term.event).collect(),
            Trigger::Called | Trigger::Schedule(_) => Vec::new(),
        }
    }

    fn publishes_in(&mut self, block: &'a Block, reaction: Option<ReactionId>) {
        for inner in block.with_inner() {
            let is_nested = !std::ptr::eq(inner, block);
            for statement in &inner.statements {
                if let StatementKind::Publish { event, arguments, .. } = &statement.kind {
                    let publication = Publication { reaction, is_nested, arguments };
                    self.publications.entry(*event).or_default().push(publication);
                }
            }
        }
    }

    /// What a conductor cannot wait for.
    fn hold_formula(&mut self, part: ReactionId) {
        let formula = &self.parts[part].reaction.formula;
        let span = formula.span;
        if formula.terms.iter().any(|term| term.condition.is_some()) {
            self.cannot(span, "with a condition", "a reaction with a condition cannot be kept".to_string());
        }
        if matches!(formula.how, HowMany::Some(_)) {
            self.cannot(
                span,
                "some of them",
                "a reaction to some of several events cannot be kept".to_string(),
            );
        }
        let is_outside = |event: &EventId| self.outside.contains(event);
        let outside = formula.terms.iter().filter(|term| is_outside(&term.event)).count();
        if outside == 0 {
            return;
        }
        if self.parts[part].kind == PartKind::Undoes {
            self.cannot(span, "from outside", "an event from outside that undoes cannot be kept".to_string());
        } else if formula.how == HowMany::Any && formula.terms.len() > 1 || outside == formula.terms.len() {
            self.cannot(
                span,
                "a conductor would wait for it",
                "a reaction to an event from outside that may never come cannot be kept".to_string(),
            );
        }
    }

    /// What comes of a reaction must not set it off again.
    fn hold_no_circle(&mut self, part: ReactionId) {
        let mut seen = BTreeSet::new();
        let mut open = vec![part];
        while let Some(at) = open.pop() {
            for (event, publications) in &self.publications {
                if !publications.iter().any(|it| it.reaction == Some(at)) {
                    continue;
                }
                let hears = |it: &Part| it.reaction.formula.terms.iter().any(|term| term.event == *event);
                let next = (0..self.parts.len()).filter(|other| hears(&self.parts[*other]));
                open.extend(next.filter(|other| seen.insert(*other)));
            }
        }
        let begins_it = self.starts().iter().any(|event| {
            self.publications.get(event).is_some_and(|all| all.iter().any(|it| it.reaction == Some(part)))
        });
        if seen.contains(&part) || begins_it {
            let span = self.parts[part].reaction.formula.span;
            self.cannot(
                span,
                "and then again",
                "a reaction that what comes of it sets off again cannot be kept".to_string(),
            );
        }
    }

    /// Reactions that a reaction comes after on every way.
    fn ancestors(
        &self,
        part: ReactionId,
        starts: &BTreeSet<EventId>,
        above: &mut Vec<ReactionId>,
    ) -> BTreeSet<ReactionId> {
        if above.contains(&part) {
            return BTreeSet::new();
        }
        above.push(part);
        let formula = &self.parts[part].reaction.formula;
        let of_terms: Vec<BTreeSet<ReactionId>> = formula
            .terms
            .iter()
            .filter(|term| !self.outside.contains(&term.event))
            .map(|term| match starts.contains(&term.event) {
                true => BTreeSet::new(),
                false => self.publishers(term.event, starts, above),
            })
            .collect();
        above.pop();
        match formula.how {
            HowMany::All => of_terms.into_iter().flatten().collect(),
            HowMany::Any | HowMany::Some(_) => common(of_terms),
        }
    }

    /// Who has surely run when an event is out.
    fn publishers(
        &self,
        event: EventId,
        starts: &BTreeSet<EventId>,
        above: &mut Vec<ReactionId>,
    ) -> BTreeSet<ReactionId> {
        let publications = self.publications.get(&event).map(Vec::as_slice).unwrap_or_default();
        let of_each = publications.iter().map(|publication| match publication.reaction {
            Some(reaction) => {
                let mut all = self.ancestors(reaction, starts, above);
                all.insert(reaction);
                all
            }
            None => BTreeSet::new(),
        });
        common(of_each.collect())
    }

    /// Steps of several participants may have one name; a conductor's may not.
    fn name_steps(&mut self) {
        let model = self.cx.model;
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for (id, label) in model.labels.iter().filter(|(_, label)| label.workflow == self.id) {
            let name = label.name.text.to_string();
            let side = self.parts.iter().find(|part| part.reaction.span.contains(label.name.span));
            let service = side.map(|part| model.service_name(part.service).to_string()).unwrap_or_default();
            let long = format!("{}{}", lower(&service), super::names::upper(&name));
            let numbered = (2..).map(|number| format!("{name}{number}"));
            let mut free =
                [name.clone(), long].into_iter().chain(numbered).filter(|name| !taken.contains(name));
            let chosen = free.next().unwrap_or(name);
            taken.insert(chosen.clone());
            self.names.insert(id, chosen);
        }
    }

    fn conduct(&mut self) {
        if self.workflow.trigger_is_odd() {
            self.cannot(
                self.workflow.name.span,
                "begins with one of several events",
                "a start by several events cannot be kept".to_string(),
            );
            return;
        }
        let known: BTreeSet<EventId> = self.starts().into_iter().collect();
        let around = body::Around { block: self.body, ..body::Around::default() };
        let known = self.line(known, &around);
        self.end_of_run(&known);
        for part in 0..self.parts.len() {
            let part = &self.parts[part];
            if part.kind == PartKind::Main && !part.is_placed {
                let span = part.reaction.formula.span;
                self.cannot(
                    span,
                    "no way leads here",
                    "a reaction has no place on the line of a conductor".to_string(),
                );
            }
        }
        self.limits_of_whole();
        self.watches();
        self.promises();
        self.hold_beside();
        self.write_undo();
        self.lates();
    }

    fn edits(&self) -> Vec<Edit> {
        let model = self.cx.model;
        let mut edits = vec![Edit { span: self.cx.item_span(self.id), text: self.print() }];
        let starts = self.starts();
        for event in self.publications.keys() {
            let is_used = self.kept.contains(event)
                || starts.contains(event)
                || model.operations.values().any(|it| it.publishes.iter().any(|(other, _)| other == event))
                || model.events.values().any(|it| it.replaces == Some(*event));
            if !is_used {
                edits.push(Edit { span: model.events[*event].span, text: String::new() });
            }
        }
        edits
    }
}

impl Workflow {
    /// Whether it begins in a way that no conductor can.
    fn trigger_is_odd(&self) -> bool {
        match &self.trigger {
            Trigger::Events(formula) => {
                formula.terms.len() > 1 && formula.how != HowMany::All
                    || formula.terms.iter().any(|term| term.condition.is_some())
            }
            Trigger::Called | Trigger::Schedule(_) => false,
        }
    }
}

/// What is in all of them.
fn common(sets: Vec<BTreeSet<ReactionId>>) -> BTreeSet<ReactionId> {
    let mut sets = sets.into_iter();
    let first = sets.next().unwrap_or_default();
    sets.fold(first, |all, other| all.intersection(&other).copied().collect())
}

/// Whether a reaction begins with an undo.
fn undoes(block: &Block) -> bool {
    block.statements.first().is_some_and(|statement| matches!(statement.kind, StatementKind::Undo(_)))
}

/// Whether another workflow takes an event, or begins with it.
fn heard_elsewhere(model: &Model, own: WorkflowId, event: EventId) -> bool {
    let others = model.workflows.iter().filter(|(id, _)| *id != own);
    let mut formulas = Vec::new();
    for (_, workflow) in others {
        if let Trigger::Events(formula) = &workflow.trigger {
            formulas.push(formula);
        }
        formulas.extend(workflow.goals.iter().filter_map(|goal| model.goals[*goal].reached_by.as_ref()));
        for participant in &workflow.participants {
            formulas.extend(participant.reactions.iter().map(|reaction| &reaction.formula));
            formulas.extend(participant.watches.iter().map(|watch| &watch.expected));
            if participant.watches.iter().any(|watch| watch.armed_by == event) {
                return true;
            }
        }
        formulas.extend(workflow.late.iter().map(|late| &late.formula));
        for block in workflow.blocks() {
            formulas.extend(block.interrupts.iter().map(|it| &it.formula));
            for statement in &block.statements {
                if let StatementKind::Wait(wait) = &statement.kind
                    && let crate::model::Wait::For { formula, .. } = &**wait
                {
                    formulas.push(formula);
                }
            }
        }
    }
    formulas.iter().any(|formula| formula.terms.iter().any(|term| term.event == event))
}

fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
