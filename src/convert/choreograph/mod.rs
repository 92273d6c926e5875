//! From a conductor to reactions: each service does its own steps when it hears that it is its turn.
//!
//! The line of the coordinator is walked once. Wherever it passes from one service to the next, the first
//! publishes what has come of its work, and the second reacts to that.

mod ends;
mod flow;
mod print;
mod reading;
mod said;
mod step;
mod undoing;

use super::names::{happened, upper};
use super::outline::{BlockId, Outline, Piece};
use super::rules::{LOST_IN_CONVERSION, NOT_CONVERTED};
use super::{Converted, Edit, Subject};
use crate::finding::Finding;
use crate::model::{
    EventId, Expr, GoalId, GoalKind, LabelId, OperationId, ServiceId, Trigger, Type, TypeKind, ValueId,
    Workflow, WorkflowId,
};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// An event of the result, by number.
type News = usize;
/// A reaction of the result, by number.
type ReactionId = usize;

/// An event that is published or heard: one that is there already, or a new one.
struct Event {
    service: ServiceId,
    name: String,
    existing: Option<EventId>,
    /// Besides the key: the name and type of each field.
    fields: Vec<(String, String)>,
    /// The reaction that publishes a new one.
    origin: Option<ReactionId>,
}

struct Publication {
    event: News,
    /// What goes into a field; where nothing is said, the value of that name.
    values: BTreeMap<String, String>,
    /// The arguments as they were written, for an event that is there already.
    written: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Heard {
    All(Vec<News>),
    Any(Vec<News>),
}

/// Where the line stands.
#[derive(Clone, Debug)]
enum Here {
    In(Cursor),
    /// Nowhere yet: whoever comes next reacts to this.
    After(Heard),
    Over,
}

#[derive(Clone, Copy, Debug)]
struct Cursor {
    reaction: ReactionId,
    block: BlockId,
    /// Whether the rest of the reaction has to be left when something is handed over here.
    is_nested: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Reaction,
    /// The `else` of a watch or of the limit of the whole.
    Timer,
}

struct Reaction {
    kind: Kind,
    service: ServiceId,
    heard: Heard,
    /// Events whose fields are read, heard as well.
    needs: BTreeSet<News>,
    block: BlockId,
}

/// Why a block was entered, for the names of what is published in it.
#[derive(Clone)]
enum Reason {
    Failed(Vec<String>, OperationId),
    Outage(ServiceId),
    Late(Option<OperationId>),
    Chosen,
}

/// What was done last in a block, for the name of what is told about it.
#[derive(Clone, Copy)]
enum Done {
    Operation(OperationId),
    Run(WorkflowId),
    Published(News),
}

/// One branch of a parallel, by the numbers of both.
type Branch = (usize, usize);

struct Step {
    label: LabelId,
    name: String,
    /// In the order of the text.
    at: usize,
    branches: Vec<Branch>,
    choices: Vec<Branch>,
    scopes: Vec<LabelId>,
    reaction: ReactionId,
    is_write: bool,
    can_be_undone: bool,
    /// Its effect may stay, by its own word.
    may_stay: bool,
    /// A run may go on when it was refused: then an undo of it stops, and tells nothing.
    goes_on_refused: bool,
    is_pivot: bool,
    undone_by: Option<OperationId>,
    span: Span,
}

/// A way out of the run.
struct Exit {
    event: News,
    goal: GoalId,
    at: usize,
    /// Whether a timer leads here: later steps are meant as well.
    is_limit: bool,
    branches: Vec<Branch>,
    choices: Vec<Branch>,
    reaction: ReactionId,
    undoes: Vec<usize>,
    undo: Undo,
    /// Steps that were refused on the way here.
    refused: Vec<LabelId>,
    span: Span,
}

#[derive(Clone, PartialEq, Eq)]
enum Undo {
    Nothing,
    All,
    Labels(Vec<LabelId>),
}

struct Watch {
    service: ServiceId,
    expected: Heard,
    within: String,
    armed_by: News,
    block: BlockId,
}

struct Choreographer<'a> {
    cx: &'a Subject<'a>,
    id: WorkflowId,
    workflow: &'a Workflow,
    coordinator: ServiceId,
    key: Vec<String>,
    outline: Outline,
    events: Vec<Event>,
    publications: Vec<Publication>,
    reactions: Vec<Reaction>,
    reasons: BTreeMap<BlockId, Reason>,
    done: BTreeMap<BlockId, Done>,
    /// In which reaction each value is found out, and the events that can tell it.
    values: BTreeMap<ValueId, (ReactionId, Vec<News>)>,
    /// Places before the choices of a reaction, where what is known by then can be told to everybody.
    anchors: BTreeMap<ReactionId, Vec<(BlockId, BTreeSet<ValueId>)>>,
    /// Events that are told whichever way their reaction takes.
    always: BTreeSet<News>,
    start: News,
    steps: Vec<Step>,
    exits: Vec<Exit>,
    goals: BTreeMap<GoalId, Vec<Heard>>,
    watches: Vec<Watch>,
    limits: Vec<(String, BlockId)>,
    n_branchings: usize,
    findings: Vec<Finding>,
}

pub(super) fn choreograph(cx: &Subject, id: WorkflowId) -> Converted {
    let workflow = &cx.model.workflows[id];
    let Some(coordinator) = workflow.coordinator() else {
        return Converted::default();
    };
    let mut it = Choreographer {
        cx,
        id,
        workflow,
        coordinator,
        key: Vec::new(),
        outline: Outline::default(),
        events: Vec::new(),
        publications: Vec::new(),
        reactions: Vec::new(),
        reasons: BTreeMap::new(),
        done: BTreeMap::new(),
        values: BTreeMap::new(),
        anchors: BTreeMap::new(),
        always: BTreeSet::new(),
        start: 0,
        steps: Vec::new(),
        exits: Vec::new(),
        goals: BTreeMap::new(),
        watches: Vec::new(),
        limits: Vec::new(),
        n_branchings: 0,
        findings: Vec::new(),
    };
    it.correlate();
    if let Some(heard) = it.begin() {
        it.whole(heard);
        it.settle();
        it.tell_merged();
    }
    it.lates();
    let edits = if it.findings.iter().any(|finding| finding.severity == crate::finding::Severity::Error) {
        Vec::new()
    } else {
        it.edits()
    };
    Converted { edits, findings: it.findings }
}

impl<'a> Choreographer<'a> {
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

    /// By which fields events find the run.
    fn correlate(&mut self) {
        self.key = self.workflow.correlation.iter().map(|name| name.text.to_string()).collect();
        if !self.key.is_empty() {
            return;
        }
        let model = self.cx.model;
        let is_id =
            |ty: &Type| matches!(ty, Type::Declared(id) if matches!(model.types[*id].kind, TypeKind::Id));
        let ids: Vec<_> = self.workflow.parameters.iter().filter(|field| is_id(&field.ty)).collect();
        match ids.as_slice() {
            [one] => self.key.push(one.name.text.to_string()),
            _ => self.cannot(
                self.workflow.name.span,
                "events would not find its runs",
                format!("nothing says by what the runs of `{}` are told apart", self.workflow.name.text),
            ),
        }
    }

    /// The event that begins a run.
    fn begin(&mut self) -> Option<Heard> {
        match &self.workflow.trigger {
            Trigger::Events(formula) => {
                if formula.terms.iter().any(|term| term.condition.is_some()) {
                    self.cannot(
                        formula.span,
                        "with a condition",
                        "a start with a condition cannot be kept".into(),
                    );
                    return None;
                }
                let events: Vec<News> = formula.terms.iter().map(|term| self.existing(term.event)).collect();
                self.start = *events.first()?;
                match formula.how {
                    crate::model::HowMany::Any if events.len() > 1 => Some(Heard::Any(events)),
                    crate::model::HowMany::All | crate::model::HowMany::Any => Some(Heard::All(events)),
                    crate::model::HowMany::Some(_) => {
                        self.cannot(
                            formula.span,
                            "some of them",
                            "a start by some events of several cannot be kept".into(),
                        );
                        None
                    }
                }
            }
            Trigger::Schedule(span) => {
                self.cannot(
                    *span,
                    "nobody is there to hear a clock",
                    format!("`{}` begins by the clock", self.workflow.name.text),
                );
                None
            }
            Trigger::Called => {
                let owner = self.caller()?;
                let name = format!("{}Requested", self.workflow.name.text);
                let fields = self
                    .workflow
                    .parameters
                    .iter()
                    .filter(|field| !self.key.contains(&field.name.text.to_string()))
                    .filter_map(|field| {
                        Some((field.name.text.to_string(), super::text::type_text(self.cx.model, &field.ty)?))
                    })
                    .collect();
                self.start = self.new_event(owner, &[name], fields);
                Some(Heard::All(vec![self.start]))
            }
        }
    }

    /// Who publishes the request for a run: whoever runs it as a step, else its coordinator.
    fn caller(&mut self) -> Option<ServiceId> {
        let model = self.cx.model;
        let mut callers = BTreeSet::new();
        for (_, workflow) in model.workflows.iter() {
            let runs = workflow.blocks().into_iter().flat_map(|block| &block.statements).any(|statement| {
                match &statement.kind {
                    crate::model::StatementKind::Run(run) => run.workflow == self.id,
                    crate::model::StatementKind::Notify(crate::model::Notified::Workflow {
                        workflow,
                        ..
                    }) => *workflow == self.id,
                    _ => false,
                }
            });
            if runs {
                callers.extend(workflow.coordinator());
                if workflow.coordinator().is_none() {
                    self.cannot(
                        workflow.name.span,
                        "runs it from a choreography",
                        format!("`{}` is run by participants", self.workflow.name.text),
                    );
                    return None;
                }
            }
        }
        match callers.len() {
            0 => Some(self.coordinator),
            1 => callers.first().copied(),
            _ => {
                self.cannot(
                    self.workflow.name.span,
                    "only one of them could own the event it begins with",
                    format!("`{}` is run by several services", self.workflow.name.text),
                );
                None
            }
        }
    }

    fn existing(&mut self, id: EventId) -> News {
        if let Some(at) = self.events.iter().position(|event| event.existing == Some(id)) {
            return at;
        }
        let event = &self.cx.model.events[id];
        self.events.push(Event {
            service: event.service,
            name: event_path(self.cx, id),
            existing: Some(id),
            fields: Vec::new(),
            origin: None,
        });
        self.events.len() - 1
    }

    /// A new event, called by the first of `names` that is free.
    fn new_event(&mut self, service: ServiceId, names: &[String], fields: Vec<(String, String)>) -> News {
        let is_taken = |name: &str| {
            self.events.iter().any(|event| event.name == name)
                || self.cx.model.events.values().any(|event| event.name.text == name)
        };
        let free = names.iter().find(|name| !is_taken(name)).cloned();
        let name = free.unwrap_or_else(|| {
            let base = names.first().map_or("Told", String::as_str);
            let numbered = (2..).map(|number| format!("{base}{number}"));
            numbered.into_iter().find(|name| !is_taken(name)).unwrap_or_default()
        });
        self.events.push(Event { service, name, existing: None, fields, origin: None });
        self.events.len() - 1
    }

    /// What has become of the thing that the workflow is about: `OrderPacked`.
    fn told_of(&self, operation: OperationId) -> Vec<String> {
        self.told(operation, "")
    }

    /// What has not become of it: `OrderNotPacked`.
    fn refused(&self, operation: OperationId) -> Vec<String> {
        self.told(operation, "Not")
    }

    fn told(&self, operation: OperationId, not: &str) -> Vec<String> {
        let declared = &self.cx.model.operations[operation];
        let (past, object) = happened(&declared.name.text);
        let service = upper(&self.cx.model.services[declared.service].name.text);
        let own = format!("{object}{not}{past}");
        if !object.is_empty() {
            return vec![own.clone(), format!("{service}{own}")];
        }
        let by_service = format!("{service}{not}{past}");
        let same_verb = |other: &&crate::model::Operation| other.name.text == declared.name.text;
        if self.cx.model.operations.values().filter(same_verb).count() > 1 {
            return vec![by_service];
        }
        vec![format!("{}{not}{past}", self.thing()), by_service]
    }

    /// `Order`, where runs are told apart by `order`.
    fn thing(&self) -> String {
        let key = self.key.first().map_or("Run", String::as_str);
        let bare = key.strip_suffix("Id").filter(|bare| !bare.is_empty()).unwrap_or(key);
        upper(bare)
    }

    fn new_reaction(&mut self, kind: Kind, service: ServiceId, heard: Heard) -> Cursor {
        let block = self.outline.block();
        self.reactions.push(Reaction { kind, service, heard, needs: BTreeSet::new(), block });
        Cursor { reaction: self.reactions.len() - 1, block, is_nested: false }
    }

    fn publish(&mut self, cursor: Cursor, publication: Publication) {
        self.publications.push(publication);
        self.outline.push(cursor.block, Piece::Publish(self.publications.len() - 1));
    }

    fn own_text(&self, span: Span) -> String {
        (self.cx.text)(span)
    }

    /// The text of a piece, with what it reads as the reaction knows it.
    fn text_in(&mut self, reaction: ReactionId, span: Span, exprs: &[&Expr]) -> String {
        let mut pieces = Vec::new();
        for expr in exprs.iter().flat_map(|expr| super::text::readings(expr)) {
            if let Some(text) = self.read(reaction, expr) {
                pieces.push((expr.span, text));
            }
        }
        super::text::replaced(&(self.cx.text)(span), span, pieces)
    }

    /// Who answers for the first success: the eye over the whole run.
    fn owner(&self) -> ServiceId {
        let goals = self.workflow.goals.iter().map(|goal| &self.cx.model.goals[*goal]);
        let success = goals.clone().find(|goal| goal.kind == GoalKind::Success);
        success.and_then(|goal| goal.owner.service).unwrap_or(self.coordinator)
    }

    fn edits(&mut self) -> Vec<Edit> {
        let mut edits = vec![Edit { span: self.cx.item_span(self.id), text: self.print() }];
        let mut declared: BTreeMap<ServiceId, String> = BTreeMap::new();
        for event in self.events.iter().filter(|event| event.existing.is_none()) {
            *declared.entry(event.service).or_default() += &self.declaration(event);
        }
        for (service, text) in declared {
            edits.push(super::edits::into_block(self.cx.model.services[service].span, &text));
        }
        edits
    }
}

/// The event's name as the text has to say it.
fn event_path(cx: &Subject, id: EventId) -> String {
    let event = &cx.model.events[id];
    let name = super::text::written(&event.name.text);
    let same = cx.model.events.values().filter(|other| other.name.text == event.name.text);
    let several = same.clone().any(|other| other.service != event.service);
    let name = match several {
        true => format!("{}.{name}", super::text::written(cx.model.service_name(event.service))),
        false => name,
    };
    match event.version {
        Some(version) if same.count() > 1 => format!("{name} v{version}"),
        _ => name,
    }
}
