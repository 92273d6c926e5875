//! Pieces of other languages: functions that the user writes, and what they are told.

use super::Body;
use super::expr::Code;
use crate::generate::rust::layout::{Doc, call, text};
use crate::generate::text as escape;
use crate::model::written::written;
use crate::model::{ExprKind, Model, Type, ValueId, ValueKind, WorkflowId};

/// Nobody knows what a piece of another language reads, so it can read every value of its workflow.
pub(super) fn read(model: &Model, workflow: WorkflowId) -> Vec<ValueId> {
    let mut here = written(model).into_iter().filter(|it| it.workflow == Some(workflow));
    let is_there =
        here.any(|it| it.expr.with_parts().iter().any(|part| matches!(part.kind, ExprKind::Foreign { .. })));
    if !is_there {
        return Vec::new();
    }
    let values = model.values.iter().filter(|(_, value)| {
        value.workflow == workflow
            && matches!(value.kind, ValueKind::Step | ValueKind::Let)
            && value.ty != Type::Nothing
    });
    values.map(|(id, _)| id).collect()
}

impl Body<'_> {
    /// `foreign::jq_lines_name(&known)?`
    pub(super) fn foreign(&mut self, language: &str, code: &str, ty: Type) -> Code {
        let function = self.names.foreign(language, code).to_string();
        let mut known: Vec<(String, String)> = Vec::new();
        for position in 0..self.visible.len() {
            let variable = self.visible[position].clone();
            let value = self.value(variable.value);
            if self.slots.values.contains(&variable.value) {
                continue;
            }
            let ty = value.ty.clone();
            if matches!(value.kind, ValueKind::Parameter | ValueKind::Correlation) {
                self.used_parameters.insert(self.parameter_position(variable.value));
            } else if !self.reads.contains(&variable.value) {
                continue;
            }
            self.capture_variable(position, &ty);
            known.push((value.name.text.to_string(), variable.name));
        }
        for value in self.slots.values.clone() {
            let name = self.value_name(value);
            self.capture(&name);
            known.push((self.value(value).name.text.to_string(), format!("{name}.peek()")));
        }
        let fields: Vec<Doc> =
            known.iter().map(|(name, value)| text(format!("{}: {value}", escape::rust(name)))).collect();
        let open = "&serde_json::json!({".to_string();
        let known = Doc::List { open, items: fields, close: "})".to_string(), spaced: true };
        let doc = call(format!("foreign::{function}"), vec![known]).then("?");
        Code::value(doc, ty)
    }
}
