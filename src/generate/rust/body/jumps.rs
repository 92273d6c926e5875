//! Leaving: where `give` and `skip` lead to.

use super::Body;
use crate::generate::rust::layout::call;
use crate::generate::text as escape;
use crate::model::{Expr, LabelId, Statement, StatementKind, Type};
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

    /// On to another place: whoever has that place among its statements goes on there.
    pub(super) fn then(&mut self, label: LabelId, at: Span) {
        if !self.open_labels.contains(&label) {
            return self.cannot(at, "a jump with `then` into another block");
        }
        self.runtime.insert("leave");
        let name = escape::rust(&self.model.labels[label].name.text);
        self.out.line(&format!("return leave({name});"));
    }

    /// Which of these statements are jumped to, by their position.
    pub(super) fn targets_in(&self, statements: &[Statement]) -> Option<Vec<(usize, LabelId)>> {
        let targets: Vec<_> = statements
            .iter()
            .enumerate()
            .filter_map(|(at, statement)| Some((at, label_of(statement)?)))
            .filter(|(_, label)| self.jumped_to.contains(label))
            .collect();
        (!targets.is_empty()).then_some(targets)
    }

    /// Statements some of which are jumped to: a line for each piece, and a loop that goes from one to the
    /// next.
    pub(super) fn segments(&mut self, statements: &[Statement], targets: &[(usize, LabelId)]) -> bool {
        let mut begins: Vec<usize> = targets.iter().map(|(at, _)| *at).collect();
        if begins.first() != Some(&0) {
            begins.insert(0, 0);
        }
        self.open_labels.extend(targets.iter().map(|(_, label)| *label));
        self.runtime.extend(["Exit", "line"]);
        let place = self.fresh("place");
        self.out.line(&format!("let mut {place} = 0;"));
        self.out.open("loop {");
        self.out.open(&format!("let segment = match {place} {{"));
        let mut goes_on = false;
        for (number, from) in begins.iter().enumerate() {
            let to = begins.get(number + 1).copied().unwrap_or(statements.len());
            let pattern = if number + 1 < begins.len() { number.to_string() } else { "_".to_string() };
            self.out.open(&format!("{pattern} => line(async {{"));
            let falls = self.nested(|body| {
                let falls = body.in_order(&statements[*from..to]);
                if falls {
                    body.out.line("Ok(())");
                }
                falls
            });
            goes_on = falls;
            self.out.close("}),");
        }
        self.out.close("};");
        self.out.open("match segment.await {");
        let last = begins.len() - 1;
        if begins.len() > 1 {
            self.out.line(&format!("Ok(()) if {place} < {last} => {place} += 1,"));
        }
        self.out.line("Ok(()) => break,");
        for (at, label) in targets {
            let name = escape::rust(&self.model.labels[*label].name.text);
            let number = begins.iter().position(|begin| begin == at).unwrap_or_default();
            self.out.line(&format!("Err(Exit::Leave({name})) => {place} = {number},"));
        }
        self.out.line("Err(exit) => return Err(exit),");
        self.out.close("}");
        self.out.close("}");
        let _ = goes_on;
        self.open_labels.truncate(self.open_labels.len() - targets.len());
        true
    }

    pub(super) fn in_frame<T>(&mut self, frame: Frame, write: impl FnOnce(&mut Self) -> T) -> T {
        self.frames.push(frame);
        let result = write(self);
        self.frames.pop();
        result
    }
}

/// The label of a statement, as `then` names it.
fn label_of(statement: &Statement) -> Option<LabelId> {
    match &statement.kind {
        StatementKind::Act(act) => Some(act.label),
        StatementKind::Run(run) => Some(run.label),
        StatementKind::Scope { label, .. } => Some(*label),
        StatementKind::Parallel(parallel) => parallel.name.map(|name| name.label),
        StatementKind::ForEach(each) => each.name.map(|name| name.label),
        StatementKind::Repeat(repeat) => repeat.name.map(|name| name.label),
        _ => None,
    }
}
