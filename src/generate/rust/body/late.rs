//! What is done about events that come when a run is over. It reads what the run began with, what its
//! steps gave, and the events.

use super::{Body, LateText, Slots, sides};
use crate::generate::rust::layout::Writer;
use crate::model::written::written;
use crate::model::{Block, ExprKind, HowMany, Late, Model, Type, ValueKind, WorkflowId};

/// What a run keeps for that.
pub(super) fn kept(model: &Model, workflow: WorkflowId) -> Slots {
    let item = &model.workflows[workflow];
    let spans: Vec<_> = item.late.iter().filter(|late| has_something(&late.block)).collect();
    let mut slots = Slots::default();
    let here = written(model).into_iter().filter(|it| it.workflow == Some(workflow));
    for part in here.flat_map(|it| it.expr.with_parts()) {
        let is_inside = |late: &&&Late| {
            let (all, part) = (late.span, part.span);
            all.file == part.file && all.start <= part.start && part.end <= all.end
        };
        let Some(late) = spans.iter().find(is_inside) else { continue };
        match &part.kind {
            ExprKind::Value { value, .. } => {
                let kind = model.values[*value].kind;
                if !matches!(kind, ValueKind::Parameter | ValueKind::Correlation)
                    && !is_of(late, model, *value)
                {
                    slots.values.insert(*value);
                }
            }
            ExprKind::Event { event, .. } if !late.formula.terms.iter().any(|term| term.event == *event) => {
                slots.events.insert(*event);
            }
            _ => {}
        }
    }
    slots
}

/// Whether a value is given inside of the `late` itself.
fn is_of(late: &Late, model: &Model, value: crate::model::ValueId) -> bool {
    let name = model.values[value].name.span;
    name.file == late.span.file && late.span.start <= name.start && name.end <= late.span.end
}

fn has_something(block: &Block) -> bool {
    !block.statements.is_empty()
}

/// Whether several events must come.
pub fn is_joint(late: &Late) -> bool {
    late.formula.how != HowMany::Any && late.formula.terms.len() > 1
}

impl Body<'_> {
    pub(super) fn lates(&mut self) -> Vec<LateText> {
        let model = self.model;
        let workflow = &model.workflows[self.workflow];
        let wanted = || workflow.late.iter().enumerate().filter(|(_, late)| has_something(&late.block));
        let mut found = Vec::new();
        if wanted().any(|(_, late)| !is_joint(late)) {
            let body = self.late_text(|body| {
                for (_, late) in wanted().filter(|(_, late)| !is_joint(late)) {
                    body.late_alone(late);
                }
            });
            found.push(LateText { number: None, body });
        }
        for (number, late) in wanted().filter(|(_, late)| is_joint(late)) {
            let body = self.late_text(|body| {
                body.wait_for_formula(&late.formula);
                body.side(&late.block);
            });
            found.push(LateText { number: Some(number + 1), body });
        }
        found
    }

    /// Each of these events does it.
    fn late_alone(&mut self, late: &Late) {
        for term in &late.formula.terms {
            self.modules.insert("events".to_string());
            let event = self.names.event(term.event).to_string();
            let variable = self.event_names.get(&term.event).cloned();
            let depth = self.bound_events.len();
            let name = variable.clone().unwrap_or_else(|| "event".to_string());
            let around = std::mem::replace(&mut self.out, Writer::at_depth(2));
            self.bound_events.push((term.event, name));
            let condition =
                term.condition.as_ref().map(|condition| self.operand(condition, &Type::Bool).flat());
            if self.braced(|body| body.side(&late.block)) {
                self.out.line("return Ok(());");
            }
            self.bound_events.truncate(depth);
            let inner = std::mem::replace(&mut self.out, around);
            let is_used = |name: &String| {
                sides::is_used(&inner.out, name)
                    || condition.as_ref().is_some_and(|condition| sides::is_used(condition, name))
            };
            let and = condition.as_ref().map(|condition| format!("\n        && ({condition})"));
            let and = and.unwrap_or_default();
            let brace = if and.is_empty() { " {" } else { "\n    {" };
            match variable.filter(is_used) {
                Some(variable) => self
                    .out
                    .open(&format!("if let Some({variable}) = late.event::<events::{event}>(){and}{brace}")),
                None => {
                    self.out.open(&format!("if late.event::<events::{event}>().is_some(){and}{brace}"));
                }
            }
            self.out.out += &inner.out;
            self.out.close("}");
        }
    }

    /// The text of a function, with what it reads before it.
    fn late_text(&mut self, write: impl FnOnce(&mut Self)) -> String {
        let outer = std::mem::replace(&mut self.out, Writer::at_depth(1));
        let slots = std::mem::take(&mut self.slots);
        let kept = kept(self.model, self.workflow);
        self.slots = kept.clone();
        let used = std::mem::take(&mut self.used_parameters);
        write(self);
        let inner = std::mem::replace(&mut self.out, Writer::at_depth(1));
        let used = std::mem::replace(&mut self.used_parameters, used);
        let workflow = self.names.workflow(self.workflow).input.clone();
        let parameters = super::parameters(self.model, self.workflow);
        let mut fields: Vec<String> = Vec::new();
        for (at, (id, _)) in self.parameter_values().into_iter().enumerate() {
            if used.contains(&at) {
                let (_, field, _) = &parameters[at];
                let variable = &self.value_names[&id];
                fields.push(if field == variable { field.clone() } else { format!("{field}: {variable}") });
            }
        }
        if !fields.is_empty() {
            let rest = if fields.len() < parameters.len() { ", .." } else { "" };
            let pattern = format!("workflows::{workflow} {{ {}{rest} }}", fields.join(", "));
            self.out.line(&format!("let {pattern} = late.input.clone();"));
        }
        let written = std::mem::replace(&mut self.slots, slots);
        for value in written.values {
            if sides::is_used(&inner.out, &self.value_name(value)) {
                self.value_slot(value, if kept.values.contains(&value) { "late.slot" } else { "Slot" });
            }
        }
        for event in written.events {
            let name = self.event_names.get(&event).cloned().unwrap_or_default();
            if sides::is_used(&inner.out, &name) && inner.out.contains(&format!("&{name})"))
                || inner.out.contains(&format!("{name}.peek()"))
                || inner.out.contains(&format!("{name}.get()"))
            {
                self.event_slot(event, if kept.events.contains(&event) { "late.slot" } else { "Slot" });
            }
        }
        let before = std::mem::replace(&mut self.out, outer);
        let end = "    Ok(())\n";
        let uses_late = sides::is_used(&before.out, "late") || sides::is_used(&inner.out, "late");
        let unused = if uses_late { "" } else { "    let _ = late;\n" };
        let leaves = inner.out.trim_end().ends_with("return Ok(());");
        format!("{unused}{}{}{}", before.out, inner.out, if leaves { "" } else { end })
    }
}
