//! Contract coupling: which service reads how many fields of which message of another, and in how many
//! versions.

use super::dependencies::{Dependency, Reason};
use crate::graph::StepGraph;
use crate::model::written::written;
use crate::model::{
    EventId, Expr, ExprKind, Model, Name, OperationId, ServiceId, StatementKind, Type, TypeKind, ValueId,
    WorkflowId,
};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Something that one service says and another one reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Message {
    Event(EventId),
    Reply(OperationId),
    /// By its name, since a failure is met by that.
    Failure(ServiceId, SmolStr),
}

impl Message {
    pub fn service(&self, model: &Model) -> ServiceId {
        match self {
            Message::Event(event) => model.events[*event].service,
            Message::Reply(operation) => model.operations[*operation].service,
            Message::Failure(service, _) => *service,
        }
    }

    /// The same for all versions of an event.
    fn name(&self, model: &Model) -> (u8, String) {
        match self {
            Message::Event(event) => (0, model.events[*event].name.text.to_string()),
            Message::Reply(operation) => (1, model.operations[*operation].name.text.to_string()),
            Message::Failure(_, name) => (2, name.to_string()),
        }
    }
}

/// By reader and message, in one workflow: the fields that are read. None where only its coming counts.
pub(super) type Readings = BTreeMap<(WorkflowId, ServiceId, Message), BTreeSet<SmolStr>>;

/// Everything that services read of each other's messages.
pub(super) fn readings(model: &Model, graph: &StepGraph, dependencies: &[Dependency]) -> Readings {
    let mut readings = Readings::new();
    for dependency in dependencies {
        if let (Reason::ReactsTo(event) | Reason::WaitsFor(event), Some(workflow)) =
            (dependency.reason, graph.node(dependency.node).workflow)
        {
            readings.entry((workflow, dependency.from, Message::Event(event))).or_default();
        }
    }
    let steps = steps(model);
    for written in written(model) {
        let Some(workflow) = written.workflow else { continue };
        let Some(reader) = side(model, workflow, written.expr.span) else { continue };
        for expr in written.expr.with_parts() {
            let Some((message, fields)) = read(model, workflow, &steps, expr) else { continue };
            if message.service(model) != reader {
                readings.entry((workflow, reader, message)).or_default().extend(fields);
            }
        }
    }
    readings
}

/// What the value of each step that calls an operation is the reply of.
fn steps(model: &Model) -> BTreeMap<ValueId, OperationId> {
    let blocks = model.workflows.values().flat_map(|workflow| workflow.blocks());
    let statements = blocks.flat_map(|block| &block.statements);
    let acts = statements.filter_map(|statement| match &statement.kind {
        StatementKind::Act(act) => Some((act.value, act.operation)),
        _ => None,
    });
    acts.collect()
}

/// On whose side of a workflow a piece of text stands.
pub(super) fn side(model: &Model, workflow: WorkflowId, span: Span) -> Option<ServiceId> {
    let workflow = &model.workflows[workflow];
    let participant = workflow.participants.iter().find(|participant| participant.span.contains(span));
    participant.map(|participant| participant.service).or_else(|| workflow.coordinator())
}

fn read(
    model: &Model,
    workflow: WorkflowId,
    steps: &BTreeMap<ValueId, OperationId>,
    expr: &Expr,
) -> Option<(Message, Vec<SmolStr>)> {
    match &expr.kind {
        ExprKind::Event { event, fields } => {
            let all = || model.events[*event].fields.iter().map(|field| field.name.text.clone()).collect();
            Some((Message::Event(*event), first(fields).unwrap_or_else(all)))
        }
        ExprKind::Value { value, fields } => {
            let operation = steps.get(value)?;
            let all = || fields_of(model, &model.operations[*operation].reply);
            Some((Message::Reply(*operation), first(fields).unwrap_or_else(all)))
        }
        ExprKind::Failure { name, fields } => {
            let who = raiser(model, workflow, name)?;
            Some((Message::Failure(who, name.clone()), first(fields).unwrap_or_default()))
        }
        ExprKind::Literal(_)
        | ExprKind::Reply { .. }
        | ExprKind::Request { .. }
        | ExprKind::EnumValue { .. }
        | ExprKind::Make { .. }
        | ExprKind::List(_)
        | ExprKind::Count(_)
        | ExprKind::Not(_)
        | ExprKind::Negative(_)
        | ExprKind::Binary { .. }
        | ExprKind::Foreign { .. }
        | ExprKind::Bad => None,
    }
}

fn first(fields: &[Name]) -> Option<Vec<SmolStr>> {
    fields.first().map(|field| vec![field.text.clone()])
}

/// Who reads a record as a whole reads all of it; any other value is one field.
fn fields_of(model: &Model, reply: &Type) -> Vec<SmolStr> {
    match reply {
        Type::Declared(id) => match &model.types[*id].kind {
            TypeKind::Record(fields) => fields.iter().map(|field| field.name.text.clone()).collect(),
            TypeKind::Id | TypeKind::Enum(_) => vec![SmolStr::default()],
        },
        Type::Optional(inner) | Type::List(inner) => fields_of(model, inner),
        _ => vec![SmolStr::default()],
    }
}

/// Whose operation fails by this name in the workflow.
fn raiser(model: &Model, workflow: WorkflowId, name: &SmolStr) -> Option<ServiceId> {
    let blocks = model.workflows[workflow].blocks().into_iter();
    let mut statements = blocks.flat_map(|block| &block.statements);
    statements.find_map(|statement| match &statement.kind {
        StatementKind::Act(act) => {
            let fails = &model.operations[act.operation].fails;
            fails.iter().any(|failure| failure.name.text == *name).then_some(act.service)
        }
        _ => None,
    })
}

/// `contract(A, B)`: for each message of B that A reads, the fields, one at least, by its versions in use.
pub(super) fn by_pair<'r>(model: &Model, readings: impl IntoIterator<Item = Reading<'r>>) -> Pairs {
    type Named = (ServiceId, ServiceId, (u8, String));
    let mut messages: BTreeMap<Named, (BTreeSet<&SmolStr>, BTreeSet<&Message>)> = BTreeMap::new();
    for ((_, reader, message), fields) in readings {
        let key = (*reader, message.service(model), message.name(model));
        let (known, versions) = messages.entry(key).or_default();
        known.extend(fields);
        versions.insert(message);
    }
    let mut pairs = Pairs::new();
    for ((reader, of, _), (fields, versions)) in messages {
        *pairs.entry((reader, of)).or_default() += fields.len().max(1) * versions.len();
    }
    pairs
}

type Reading<'r> = (&'r (WorkflowId, ServiceId, Message), &'r BTreeSet<SmolStr>);

/// The reader first.
pub(super) type Pairs = BTreeMap<(ServiceId, ServiceId), usize>;
