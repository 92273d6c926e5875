//! Leaving: where `give` and `skip` lead to.

use super::Body;
use super::sides::Holds;
use super::statements::falls;
use crate::generate::rust::layout::{Doc, call, text};
use crate::generate::text as escape;
use crate::model::{Block, Expr, LabelId, Statement, StatementKind, Type};
use crate::source::Span;
use std::collections::BTreeSet;

/// Something around a statement that can be left.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    /// Whether an `async` block begins here, which no `break` can leave.
    pub boundary: bool,
    pub give: Option<Leave>,
    pub skip: Option<Leave>,
    /// Of a boundary: what leaves through it to a place further out.
    pub crossed: BTreeSet<Crossing>,
}

/// A `give` or `skip` that leaves an `async` block for a place further out. It travels as an `Exit`, and
/// whoever awaits the block takes it from there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Crossing {
    /// Where it goes to, among the frames.
    position: usize,
    is_skip: bool,
    /// Its name, which no other place has.
    mark: String,
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
        Frame { boundary: true, ..Frame::default() }
    }

    pub fn of(give: Option<Leave>, skip: Option<Leave>) -> Frame {
        Frame { give, skip, ..Frame::default() }
    }
}

impl Body<'_> {
    pub(super) fn give(&mut self, expr: &Expr, at: Span) {
        let found = self.frames.iter().rposition(|frame| frame.give.is_some());
        let Some(position) = found else { return self.cannot(at, "this `give`") };
        let Some(leave) = self.frames[position].give.clone() else { return };
        let wanted = leave.wanted().unwrap_or(&expr.ty).clone();
        let value = self.fitted(expr, &wanted);
        if let Some(mark) = self.crosses(position, false) {
            self.runtime.insert("give");
            let value = match value {
                Doc::Operands(..) => Doc::Row(vec![text("&("), value, text(")")]),
                value => Doc::Row(vec![text("&"), value]),
            };
            return self.out.write("return ", &call("give", vec![text(mark), value]), ";");
        }
        self.leave_with(leave, value);
    }

    /// Leaves with a value.
    fn leave_with(&mut self, leave: Leave, value: Doc) {
        match leave {
            Leave::Return { wanted: Some(_), perhaps } => {
                let value = if perhaps { call("Some", vec![value]) } else { value };
                self.out.write("return ", &call("Ok", vec![value]), ";");
            }
            Leave::Return { wanted: None, .. } => self.out.line("return Ok(());"),
            Leave::Break { label, wanted: None } => self.out.line(&format!("break {label};")),
            Leave::Break { label, wanted: Some(_) } => {
                let before = if label.is_empty() { "break ".to_string() } else { format!("break {label} ") };
                self.out.write(&before, &value, ";");
            }
            Leave::Set { name, label, .. } => {
                self.capture(&name);
                self.out.write("", &call(format!("{name}.set"), vec![value]), ";");
                if let Some(label) = label {
                    self.out.line(&format!("break {label};"));
                }
            }
            Leave::Push { name, label, .. } => {
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
        if let Some(mark) = self.crosses(position, true) {
            self.runtime.insert("skip");
            return self.out.line(&format!("return skip({mark});"));
        }
        self.leave_without(&leave);
    }

    fn leave_without(&mut self, leave: &Leave) {
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

    /// The mark under which a place is left, where an `async` block lies between here and there.
    fn crosses(&mut self, position: usize, is_skip: bool) -> Option<String> {
        if !self.frames[position + 1..].iter().any(|frame| frame.boundary) {
            return None;
        }
        let mark = text_of_mark(position);
        let crossing = Crossing { position, is_skip, mark: mark.clone() };
        for frame in self.frames[position + 1..].iter_mut().filter(|frame| frame.boundary) {
            frame.crossed.insert(crossing.clone());
        }
        Some(mark)
    }

    /// Arms of a `match` on what an `async` block came to: what has left through it goes on from here.
    pub(super) fn crossing_arms(&mut self, crossed: BTreeSet<Crossing>) {
        for crossing in crossed {
            let frame = &self.frames[crossing.position];
            let leave = if crossing.is_skip { frame.skip.clone() } else { frame.give.clone() };
            let is_far = self.frames[crossing.position + 1..].iter().any(|frame| frame.boundary);
            let Some(leave) = leave.filter(|_| !is_far) else { continue };
            self.runtime.insert("Exit");
            let mark = &crossing.mark;
            if crossing.is_skip {
                self.out.open(&format!("Err(Exit::Skipped({mark})) => {{"));
                self.leave_without(&leave);
            } else if let Some(wanted) = leave.wanted().cloned() {
                self.runtime.insert("from_any");
                let ty = self.rust_type(&wanted);
                self.out.open(&format!("Err(Exit::Given({mark}, value)) => {{"));
                self.leave_with(leave, text(format!("from_any::<{ty}>(value)?")));
            } else {
                self.out.open(&format!("Err(Exit::Given({mark}, _)) => {{"));
                self.leave_with(leave, text("()"));
            }
            self.out.close("}");
        }
    }

    /// On to another place: whoever has that place among its statements goes on there.
    pub(super) fn then(&mut self, label: LabelId, at: Span) {
        if !self.open_labels.contains(&label) {
            return self.cannot(at, "a jump with `then` from beside a loop into one of its rounds");
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
    /// next. It begins at the variable `from`, if that is given.
    pub(super) fn segments(
        &mut self,
        statements: &[Statement],
        targets: &[(usize, LabelId)],
        from: Option<&str>,
    ) -> bool {
        let begins = begins(targets);
        self.open_labels.extend(targets.iter().map(|(_, label)| *label));
        self.runtime.extend(["Exit", "line"]);
        let place = self.fresh("place");
        self.out.line(&format!("let mut {place} = {};", from.unwrap_or("0")));
        self.out.open("loop {");
        self.out.open(&format!("let segment = match {place} {{"));
        for (number, from) in begins.iter().enumerate() {
            let to = begins.get(number + 1).copied().unwrap_or(statements.len());
            let pattern = if number + 1 < begins.len() { number.to_string() } else { "_".to_string() };
            let piece = &statements[*from..to];
            let of = if falls(piece) { "" } else { "::<()>" };
            self.out.open(&format!("{pattern} => line{of}(async {{"));
            self.nested(|body| {
                if body.in_order(piece) {
                    body.out.line("Ok(())");
                }
            });
            self.out.close("}),");
        }
        self.out.close("};");
        let crossed = std::mem::take(&mut self.crossed);
        self.out.open("match segment.await {");
        let last = begins.len() - 1;
        if begins.len() > 1 {
            self.out.line(&format!("Ok(()) if {place} < {last} => {place} += 1,"));
        }
        self.out.line("Ok(()) => break,");
        self.jumps(targets, &begins, &place);
        self.crossing_arms(crossed);
        self.out.line("Err(exit) => return Err(exit),");
        self.out.close("}");
        self.out.close("}");
        self.open_labels.truncate(self.open_labels.len() - targets.len());
        true
    }

    /// Arms that go on at the place that was named.
    fn jumps(&mut self, targets: &[(usize, LabelId)], begins: &[usize], place: &str) {
        for (at, label) in targets {
            let name = escape::rust(&self.model.labels[*label].name.text);
            let number = begins.iter().position(|begin| begin == at).unwrap_or_default();
            self.out.line(&format!("Err(Exit::Leave({name})) => {place} = {number},"));
        }
    }

    /// A block with more to it than its statements. What stands beside it may jump into it: it is then
    /// begun again from there, with its limits and all that listens.
    pub(super) fn sided(&mut self, block: &Block, scope: Option<&str>) {
        let targets = self.targets_from_sides(block);
        if targets.is_empty() {
            self.async_block("work", &block.statements, scope, None);
            return self.surrounded(block, text("work"), &Holds::Nothing { is_unit: true });
        }
        let begins = begins(&self.targets_in(&block.statements).unwrap_or_default());
        self.open_labels.extend(targets.iter().map(|(_, label)| *label));
        self.runtime.extend(["Exit", "line"]);
        let from = self.fresh("from");
        self.out.line(&format!("let mut {from} = 0;"));
        self.out.open("loop {");
        self.out.open("let entered = line(async {");
        self.nested(|body| {
            body.async_block("work", &block.statements, scope, Some(&from));
            body.surrounded(block, text("work"), &Holds::Nothing { is_unit: true });
            body.out.line("Ok(())");
        });
        self.out.close("});");
        let crossed = std::mem::take(&mut self.crossed);
        self.out.line("let left = entered.await;");
        self.out.open("match left {");
        self.out.line("Ok(()) => break,");
        self.jumps(&targets, &begins, &from);
        self.crossing_arms(crossed);
        self.out.line("Err(exit) => return Err(exit),");
        self.out.close("}");
        self.out.close("}");
        self.open_labels.truncate(self.open_labels.len() - targets.len());
    }

    /// Statements of a block that are jumped to from what stands beside it.
    fn targets_from_sides(&self, block: &Block) -> Vec<(usize, LabelId)> {
        let limits = block.limits.iter().filter_map(|limit| limit.otherwise.as_ref());
        let reminders = block.reminders.iter().map(|reminder| &reminder.block);
        let interrupts = block.interrupts.iter().map(|interrupt| &interrupt.block);
        let handlers = block.handlers.iter().map(|handler| &handler.block);
        let sides = limits.chain(reminders).chain(interrupts).chain(handlers);
        let jumped_to: BTreeSet<LabelId> = sides.flat_map(super::jumped_to).collect();
        let mut targets = self.targets_in(&block.statements).unwrap_or_default();
        targets.retain(|(_, label)| jumped_to.contains(label));
        targets
    }

    pub(super) fn in_frame<T>(&mut self, frame: Frame, write: impl FnOnce(&mut Self) -> T) -> T {
        self.frames.push(frame);
        let result = write(self);
        self.frames.pop();
        result
    }
}

/// Where the pieces of a block begin: at its beginning, and where it is jumped to.
fn begins(targets: &[(usize, LabelId)]) -> Vec<usize> {
    let mut begins: Vec<usize> = targets.iter().map(|(at, _)| *at).collect();
    if begins.first() != Some(&0) {
        begins.insert(0, 0);
    }
    begins
}

/// Places have different marks: no two that are open at a time have one position.
fn text_of_mark(position: usize) -> String {
    position.to_string()
}

impl Leave {
    /// The type of the value that it takes.
    fn wanted(&self) -> Option<&Type> {
        match self {
            Leave::Return { wanted, .. } | Leave::Break { wanted, .. } => wanted.as_ref(),
            Leave::Set { wanted, .. } | Leave::Push { wanted, .. } => Some(wanted),
        }
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
