//! The text of a workflow: its statements as Rust, one after the other.

mod calls;
mod condition;
mod events;
mod expr;
mod foreign;
mod jumps;
mod late;
pub(super) mod loops;
mod participant;
mod sides;
mod statements;
mod tidy;

use super::layout::{Doc, Writer, call, record, text};
use super::spell::{Spelling, variables};
use crate::finding::Finding;
use crate::generate::names::rust_name;
use crate::generate::text as escape;
use crate::model::written::written;
use crate::model::{
    Argument, Block, EventId, Expr, ExprKind, Field, Id, LabelId, Model, OperationId, StatementKind, Type,
    Undone, UndoneBy, Value, ValueId, ValueKind, WorkflowId,
};
use jumps::{Crossing, Frame};
pub use late::is_joint;
pub use participant::write_side;
pub(super) use sides::is_used;
use std::collections::{BTreeMap, BTreeSet};

/// The text of one workflow, and what it needs around it.
pub struct Text {
    pub steps: String,
    /// Whether steps may be answered when the run is over.
    pub hands_over: bool,
    pub body: String,
    /// What is done about events that come when a run is over: a function for those that come alone, and
    /// one for each group that is waited for together.
    pub late: Vec<LateText>,
    /// Modules of the contracts.
    pub modules: BTreeSet<String>,
    /// Names of the runtime.
    pub runtime: BTreeSet<&'static str>,
    pub parameters: Vec<String>,
    pub findings: Vec<Finding>,
}

/// What is done when a run is over, as a function.
pub struct LateText {
    /// Among the `late` of the workflow; `None` for events that come alone.
    pub number: Option<usize>,
    pub body: String,
}

/// Writes the text, as often as it takes to know which values are read where a variable would not reach.
pub fn write(model: &Model, names: &Spelling, workflow: WorkflowId) -> Text {
    let mut slots = late::kept(model, workflow);
    slots.values.extend(foreign::read(model, workflow));
    loop {
        let mut body = Body::new(model, names, workflow, slots.clone());
        body.whole();
        if body.slots == slots {
            let late = body.lates();
            let mut text = Text { late, ..body.finished() };
            text.body = tidy::tidy(&text.body);
            for late in &mut text.late {
                late.body = tidy::tidy(&late.body);
            }
            let late = text.late.iter().map(|late| &*late.body);
            let whole: String = [&*text.steps, &*text.body].into_iter().chain(late).collect();
            text.runtime.retain(|name| is_used(&whole, name));
            return text;
        }
        slots = body.slots;
    }
}

/// What must be kept where every line of the workflow can read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Slots {
    values: BTreeSet<ValueId>,
    events: BTreeSet<EventId>,
}

struct Body<'a> {
    model: &'a Model,
    names: &'a Spelling,
    workflow: WorkflowId,
    slots: Slots,
    reads: BTreeSet<ValueId>,
    event_reads: BTreeSet<EventId>,
    value_names: BTreeMap<ValueId, String>,
    event_names: BTreeMap<EventId, String>,
    /// The variables that can be seen here.
    visible: Vec<Variable>,
    /// Failures that are being handled: name, variable, and whether it is surely that one.
    failures: Vec<(String, String, bool)>,
    frames: Vec<Frame>,
    /// What has left an `async` block that was written and is not awaited yet.
    crossed: BTreeSet<Crossing>,
    /// What a line that moves its variables away reads of those outside.
    captures: Vec<Captures>,
    rounds: Vec<String>,
    taken: crate::generate::names::Taken,
    constants: crate::generate::names::Taken,
    steps: Writer,
    /// Steps whose answer may come when the run is over, as calls.
    handed_over: Vec<String>,
    out: Writer,
    modules: BTreeSet<String>,
    runtime: BTreeSet<&'static str>,
    used_parameters: BTreeSet<usize>,
    findings: Vec<Finding>,
    reactions: u32,
    /// Where some `then` leads to, and which of these places lie around the statement that is written.
    jumped_to: BTreeSet<LabelId>,
    open_labels: Vec<LabelId>,
    /// Events whose variable holds one for sure.
    bound_events: Vec<(EventId, String)>,
    /// What `reply` is in what takes a step back.
    reply_type: Type,
    reply_root: &'static str,
    /// Where the request of that step is, and its fields: written, spelled, and of which type.
    request_root: String,
    request_fields: Vec<(String, String, Type)>,
    /// Whether this is one service's side of a choreography.
    in_participant: bool,
    /// Whether that is what it does when the run is over.
    is_late: bool,
    /// Its steps that are tried until they are done.
    patient: BTreeSet<LabelId>,
}

#[derive(Clone, Debug)]
struct Variable {
    value: ValueId,
    name: String,
    /// Whether it is a reference.
    borrowed: bool,
}

#[derive(Debug, Default)]
struct Captures {
    /// How many variables were visible outside.
    outside: usize,
    names: BTreeSet<String>,
}

impl<'a> Body<'a> {
    fn new(model: &'a Model, names: &'a Spelling, workflow: WorkflowId, slots: Slots) -> Body<'a> {
        let mut taken = variables();
        let mut value_names = BTreeMap::new();
        for (id, value) in model.values.iter().filter(|(_, value)| value.workflow == workflow) {
            value_names.insert(id, taken.take(&value.name.text, rust_name));
        }
        let here = written(model).into_iter().filter(|it| it.workflow == Some(workflow));
        let parts: Vec<&Expr> = here.flat_map(|it| it.expr.with_parts()).collect();
        let reads = parts.iter().filter_map(|part| match &part.kind {
            ExprKind::Value { value, .. } => Some(*value),
            _ => None,
        });
        let event_reads: BTreeSet<EventId> = parts
            .iter()
            .filter_map(|part| match &part.kind {
                ExprKind::Event { event, .. } => Some(*event),
                _ => None,
            })
            .collect();
        let reads = reads.chain(foreign::read(model, workflow));
        let mut event_names = BTreeMap::new();
        for event in &event_reads {
            event_names.insert(*event, taken.take(names.event(*event), rust_name));
        }
        let mut body = Body {
            model,
            names,
            workflow,
            slots,
            reads: reads.collect(),
            event_reads,
            value_names,
            event_names,
            visible: Vec::new(),
            failures: Vec::new(),
            frames: vec![Frame::boundary()],
            crossed: BTreeSet::new(),
            captures: Vec::new(),
            rounds: Vec::new(),
            taken,
            constants: crate::generate::names::Taken::new(),
            steps: Writer::default(),
            handed_over: Vec::new(),
            out: Writer::at_depth(1),
            modules: BTreeSet::new(),
            runtime: BTreeSet::new(),
            used_parameters: BTreeSet::new(),
            findings: Vec::new(),
            reactions: 0,
            jumped_to: jumped_to(&model.workflows[workflow].body),
            open_labels: Vec::new(),
            bound_events: Vec::new(),
            reply_type: Type::Nothing,
            reply_root: "reply",
            request_root: String::new(),
            request_fields: Vec::new(),
            in_participant: false,
            is_late: false,
            patient: BTreeSet::new(),
        };
        for (id, value) in model.values.iter().filter(|(_, value)| value.workflow == workflow) {
            if matches!(value.kind, ValueKind::Parameter | ValueKind::Correlation) {
                let name = body.value_name(id);
                body.visible.push(Variable { value: id, name, borrowed: false });
            }
        }
        body
    }

    fn finished(mut self) -> Text {
        let hands_over = !self.handed_over.is_empty();
        if hands_over {
            self.runtime.insert("HandedOver");
            let items = std::mem::take(&mut self.handed_over).into_iter().map(text).collect();
            let list = Doc::List { open: "&[".into(), items, close: "]".into(), spaced: false };
            self.steps.line("");
            self.steps.line("/// What may be answered when a run is over.");
            self.steps.write("pub static HANDED_OVER: &[HandedOver] = ", &list, ";");
        }
        let parameters = self
            .model
            .values
            .iter()
            .filter(|(_, value)| {
                value.workflow == self.workflow
                    && matches!(value.kind, ValueKind::Parameter | ValueKind::Correlation)
            })
            .enumerate()
            .map(|(at, (id, _))| match self.used_parameters.contains(&at) {
                true => self.value_names[&id].clone(),
                false => String::new(),
            })
            .collect();
        Text {
            hands_over,
            steps: self.steps.out,
            body: self.out.out,
            late: Vec::new(),
            modules: self.modules,
            runtime: self.runtime,
            parameters,
            findings: self.findings,
        }
    }

    /// The whole workflow: its block, and what happens when it is left.
    fn whole(&mut self) {
        let workflow = &self.model.workflows[self.workflow];
        self.slot_declarations(&late::kept(self.model, self.workflow));
        if let crate::model::Trigger::Events(formula) = &workflow.trigger {
            self.wait_for_formula(formula);
        }
        let falls = self.root(&workflow.body);
        if falls {
            self.out.line("Ok(())");
        }
    }

    /// What is kept where every line can read it.
    fn slot_declarations(&mut self, kept: &Slots) {
        for value in self.slots.values.clone() {
            self.value_slot(value, if kept.values.contains(&value) { "cx.kept" } else { "Slot" });
        }
        for event in self.slots.events.clone() {
            self.event_slot(event, if kept.events.contains(&event) { "cx.kept" } else { "Slot" });
        }
    }

    /// The values that the workflow begins with.
    fn parameter_values(&self) -> Vec<(ValueId, &'a Value)> {
        let here = self.model.values.iter().filter(|(_, value)| {
            value.workflow == self.workflow
                && matches!(value.kind, ValueKind::Parameter | ValueKind::Correlation)
        });
        here.collect()
    }

    /// `let charged = Slot::<String>::new("charged");`
    fn value_slot(&mut self, value: ValueId, from: &str) {
        let (name, ty) = (self.value_name(value), self.rust_type(&self.value(value).ty.clone()));
        let written = self.value(value).name.text.clone();
        self.slot(&name, &ty, &written, from);
    }

    fn event_slot(&mut self, event: EventId, from: &str) {
        self.modules.insert("events".to_string());
        let (name, ty) = (self.event_names[&event].clone(), self.names.event(event).to_string());
        let written = self.model.events[event].name.text.clone();
        self.slot(&name, &format!("events::{ty}"), &written, from);
    }

    fn slot(&mut self, name: &str, ty: &str, written: &str, from: &str) {
        let made = match from {
            "Slot" => {
                self.runtime.insert("Slot");
                format!("Slot::<{ty}>::new")
            }
            from => format!("{from}::<{ty}>"),
        };
        let slot = call(made, vec![text(escape::rust(written))]);
        self.out.write(&format!("let {name} = "), &slot, ";");
    }

    fn value(&self, id: ValueId) -> &'a Value {
        &self.model.values[id]
    }

    fn value_name(&self, id: ValueId) -> String {
        self.value_names.get(&id).cloned().unwrap_or_else(|| "value".to_string())
    }

    fn rust_type(&mut self, ty: &Type) -> String {
        let rust = self.names.rust(self.model, ty);
        for module in ["types", "workflows"] {
            if rust.contains(&format!("{module}::")) {
                self.modules.insert(module.to_string());
            }
        }
        rust
    }

    /// A request, an event or an end with its arguments by the names of its fields.
    fn made(&mut self, name: String, fields: &[Field], spelled: &[String], arguments: &[Argument]) -> Doc {
        let items = fields
            .iter()
            .enumerate()
            .map(|(at, field)| {
                let argument = arguments.iter().find(|argument| argument.parameter == Some(at));
                let value = match argument {
                    Some(argument) => self.fitted(&argument.value, &field.ty),
                    None => text("None"),
                };
                named(&spelled[at], value)
            })
            .collect();
        record(name, items)
    }

    /// A block of lines that is an `async` block of its own.
    fn nested<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        let depth = self.visible.len();
        let crossed = std::mem::take(&mut self.crossed);
        self.frames.push(Frame::boundary());
        let result = write(self);
        let frame = self.frames.pop().unwrap_or_default();
        self.crossed = crossed;
        self.crossed.extend(frame.crossed);
        self.visible.truncate(depth);
        result
    }

    /// What is written within braces: its variables end with it.
    fn braced<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        let depth = self.visible.len();
        let result = write(self);
        self.visible.truncate(depth);
        result
    }

    fn fresh(&mut self, name: &str) -> String {
        self.taken.take(name, rust_name)
    }

    fn cannot(&mut self, at: crate::source::Span, what: &str) {
        self.findings.push(super::lost::not_generated(at, what));
        self.out.line("// This cannot be generated yet.");
    }
}

/// `name: value`, or `name` alone where the value is a variable of that name.
fn named(name: &str, value: Doc) -> Doc {
    if value.flat() == name {
        return text(name);
    }
    Doc::Row(vec![text(format!("{name}: ")), value])
}

/// `Duration` in the largest unit that it is whole in.
pub fn duration(milliseconds: u64) -> (&'static str, u64) {
    for (unit, length) in [("days", 86_400_000), ("hours", 3_600_000), ("minutes", 60_000), ("seconds", 1000)]
    {
        if milliseconds >= length && milliseconds.is_multiple_of(length) {
            return (unit, milliseconds / length);
        }
    }
    ("millis", milliseconds)
}

impl Body<'_> {
    fn span(&mut self, milliseconds: u64) -> Doc {
        let (unit, count) = duration(milliseconds);
        self.runtime.insert(unit);
        call(unit, vec![text(count.to_string())])
    }
}

/// The labels that jumps in a block lead to.
fn jumped_to(block: &Block) -> BTreeSet<LabelId> {
    let statements = block.with_inner().into_iter().flat_map(|block| &block.statements);
    statements
        .filter_map(|statement| match &statement.kind {
            StatementKind::Then { label, .. } => Some(*label),
            _ => None,
        })
        .collect()
}

/// What a workflow begins with: the fields as written, as spelled, and their types.
pub fn parameters(model: &Model, workflow: WorkflowId) -> Vec<(String, String, Type)> {
    let mut taken = crate::generate::names::Taken::new();
    model
        .values
        .values()
        .filter(|value| {
            value.workflow == workflow && matches!(value.kind, ValueKind::Parameter | ValueKind::Correlation)
        })
        .map(|value| (value.name.text.to_string(), taken.take(&value.name.text, rust_name), value.ty.clone()))
        .collect()
}

/// What takes an operation back, as its contract says it, with the modules that it names.
pub fn compensation(
    model: &Model,
    names: &Spelling,
    undone: &Undone,
    operation: OperationId,
) -> (Doc, BTreeSet<String>) {
    let mut body = Body::new(model, names, WorkflowId::from_index(0), Slots::default());
    let item = &model.operations[operation];
    let undo = body.compensation(undone, &item.fields, operation, "self", &item.reply);
    (undo, body.modules)
}

/// What takes back a finished run of a workflow.
pub fn workflow_compensation(
    model: &Model,
    names: &Spelling,
    undone: &Undone,
    workflow: WorkflowId,
) -> (Doc, BTreeSet<String>) {
    let mut body = Body::new(model, names, workflow, Slots::default());
    body.reply_type = super::spell::value_type(model, workflow);
    body.reply_root = "value";
    let undo = match &undone.by {
        UndoneBy::Nothing { .. } => text("Undo::Never"),
        UndoneBy::Operation { operation, arguments } => {
            let request = body.request(*operation, arguments);
            call("Undo::by", vec![Doc::Row(vec![text("&"), request])])
        }
    };
    (undo, body.modules)
}
