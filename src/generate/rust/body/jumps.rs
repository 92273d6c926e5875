//! Leaving: where `give` and `skip` lead to.

use super::Body;
use crate::generate::rust::layout::call;
use crate::model::{Expr, Type};
use crate::source::Span;

/// Something around a statement that can be left.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Whether an `async` block begins here, which no `break` can leave.
    pub boundary: bool,
    pub give: Option<Leave>,
    pub skip: Option<Leave>,
}

/// How something is left.
#[derive(Clone, Debug)]
pub(super) enum Leave {
    /// The line is over: `return Ok(…)`. `wanted` is the type of its value, if it has one.
    Return { wanted: Option<Type>, perhaps: bool },
    /// `break 'label value`
    Break { label: String, wanted: Option<Type> },
    /// `slot.set(value); break 'label`
    Set { name: String, wanted: Type, label: Option<String> },
    /// `values.push(value); continue 'label`
    Push { name: Option<String>, wanted: Type, label: String },
}

impl Frame {
    pub fn boundary() -> Frame {
        Frame { boundary: true, give: None, skip: None }
    }
}

impl Body<'_> {
    pub(super) fn give(&mut self, expr: &Expr, at: Span) {
        let found = self.frames.iter().rposition(|frame| frame.give.is_some());
        let Some(position) = found else { return self.cannot(at, "this `give`") };
        let Some(leave) = self.frames[position].give.clone() else { return };
        if self.crosses(position) {
            return self.cannot(at, "`give` out of a block that has limits or runs beside others");
        }
        match leave {
            Leave::Return { wanted: Some(wanted), perhaps } => {
                let value = self.fitted(expr, &wanted);
                let value = if perhaps { call("Some", vec![value]) } else { value };
                self.out.write("return ", &call("Ok", vec![value]), ";");
            }
            Leave::Return { wanted: None, .. } => self.out.line("return Ok(());"),
            Leave::Break { label, wanted } => {
                let wanted = wanted.unwrap_or(expr.ty.clone());
                let value = self.fitted(expr, &wanted);
                let before = if label.is_empty() { "break ".to_string() } else { format!("break {label} ") };
                self.out.write(&before, &value, ";");
            }
            Leave::Set { name, wanted, label } => {
                let value = self.fitted(expr, &wanted);
                self.capture(&name);
                self.out.write("", &call(format!("{name}.set"), vec![value]), ";");
                if let Some(label) = label {
                    self.out.line(&format!("break {label};"));
                }
            }
            Leave::Push { name, wanted, label } => {
                let value = self.fitted(expr, &wanted);
                if let Some(name) = name {
                    self.out.write("", &call(format!("{name}.push"), vec![value]), ";");
                }
                self.out.line(&format!("continue {label};"));
            }
        }
    }

    pub(super) fn skip(&mut self, at: Span) {
        let found = self.frames.iter().rposition(|frame| frame.skip.is_some());
        let Some(position) = found else { return self.cannot(at, "this `skip`") };
        let Some(leave) = self.frames[position].skip.clone() else { return };
        if self.crosses(position) {
            return self.cannot(at, "`skip` out of a block that has limits or runs beside others");
        }
        match leave {
            Leave::Return { perhaps: true, .. } => self.out.line("return Ok(None);"),
            Leave::Return { .. } => self.out.line("return Ok(());"),
            Leave::Break { label, wanted: Some(_) } => self.out.line(&format!("break {label} None;")),
            Leave::Break { label, wanted: None } => self.out.line(&format!("break {label};")),
            Leave::Set { label: Some(label), .. } => self.out.line(&format!("break {label};")),
            Leave::Set { label: None, .. } => {}
            Leave::Push { label, .. } => self.out.line(&format!("continue {label};")),
        }
    }

    /// Whether an `async` block lies between here and a frame.
    fn crosses(&self, position: usize) -> bool {
        self.frames[position + 1..].iter().any(|frame| frame.boundary)
    }

    pub(super) fn in_frame<T>(&mut self, frame: Frame, write: impl FnOnce(&mut Self) -> T) -> T {
        self.frames.push(frame);
        let result = write(self);
        self.frames.pop();
        result
    }
}
