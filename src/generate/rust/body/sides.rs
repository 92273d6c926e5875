//! What stands around the inside of a block: limits, what runs beside it, and who meets what goes wrong.

use super::Body;
use super::jumps::{Frame, Leave};
use super::statements::falls;
use crate::generate::rust::layout::{Doc, Writer, call, text};
use crate::model::{Block, Expr, ExprKind, Handler, Limit, LimitKind, Literal, Statement, StatementKind};
use crate::model::{Reaction, Reminder, Trouble, Type, ValueId};

/// What becomes of the value of a block.
#[derive(Clone, Debug)]
pub(super) enum Holds {
    /// Nobody reads it; whether it is there at all.
    Nothing {
        is_unit: bool,
    },
    Local {
        value: ValueId,
        name: String,
        ty: Type,
    },
    Slot {
        name: String,
        ty: Type,
    },
}

impl Body<'_> {
    /// Where a value goes: into a variable if all ways give one, else into a slot.
    pub(super) fn holds(&mut self, value: ValueId, block: &Block, is_unit: bool) -> Holds {
        if !self.reads.contains(&value) {
            return Holds::Nothing { is_unit };
        }
        let (name, ty) = (self.value_name(value), self.value(value).ty.clone());
        let simple = outside(block).iter().all(|side| gives_or_leaves(side));
        if !simple {
            self.slots.values.insert(value);
        }
        if self.slots.values.contains(&value) {
            return Holds::Slot { name, ty };
        }
        Holds::Local { value, name, ty }
    }

    /// Whether there is more to a block than its statements.
    pub(super) fn has_sides(block: &Block) -> bool {
        !(block.limits.is_empty()
            && block.reminders.is_empty()
            && block.interrupts.is_empty()
            && block.handlers.is_empty())
    }

    /// The workflow itself.
    pub(super) fn root(&mut self, block: &Block) -> bool {
        if !Self::has_sides(block) {
            return self.statements(&block.statements);
        }
        self.sided(block, None);
        true
    }

    /// `let name = block(async { … });`, which may begin somewhere further down.
    pub(super) fn async_block(
        &mut self,
        name: &str,
        statements: &[Statement],
        scope: Option<&str>,
        from: Option<&str>,
    ) {
        self.runtime.insert("block");
        let targets = self.targets_in(statements);
        let ends = targets.is_none() && !falls(statements);
        let of = if ends { "::<()>" } else { "" };
        self.out.open(&format!("let {name} = block{of}(async {{"));
        self.nested(|body| {
            if let Some(scope) = scope {
                body.out.line(&format!("let cx = &cx.scope({scope});"));
            }
            let goes_on = match targets {
                Some(targets) => body.segments(statements, &targets, from),
                None => body.in_order(statements),
            };
            if goes_on {
                body.out.line("Ok(())");
            }
        });
        self.out.close("});");
    }

    /// A future with everything that is said around it, awaited.
    pub(super) fn surrounded(&mut self, block: &Block, core: Doc, holds: &Holds) {
        let mut work = core;
        // What runs beside may give the value as well, and leaves the block by that.
        let frame = Frame::of(give_of(holds, None), None);
        let lines = self.in_frame(frame, |body| body.lines_beside(block));
        if !lines.is_empty() {
            let lines = lines.into_iter().map(text).collect();
            let lines = Doc::List { open: "vec![".into(), items: lines, close: "]".into(), spaced: false };
            self.out.write("let work = ", &call("cx.with", vec![work, lines]), ";");
            work = text("work");
        }
        for (number, limit) in block.limits.iter().enumerate() {
            work = self.limited(limit, work, number);
            if number + 1 < block.limits.len() {
                self.out.write("let work = ", &work, ";");
                work = text("work");
            }
        }
        let has_else = block.limits.iter().any(|limit| limit.otherwise.is_some());
        if !has_else && block.handlers.is_empty() && self.crossed.is_empty() {
            return self.awaited(work, holds);
        }
        self.met(block, work, holds);
    }

    /// `let name = ….await?;`
    pub(super) fn awaited(&mut self, work: Doc, holds: &Holds) {
        match holds {
            Holds::Nothing { .. } => self.write_awaited("", work, ".await?;"),
            Holds::Local { value, name, .. } => {
                self.write_awaited(&format!("let {name} = "), work, ".await?;");
                self.declare(*value);
            }
            Holds::Slot { name, .. } => {
                self.capture(name);
                self.write_awaited(&format!("{name}.set("), work, ".await?);");
            }
        }
    }

    /// What does not fit on one line gets a name first.
    fn write_awaited(&mut self, before: &str, work: Doc, behind: &str) {
        if self.out.fits(before, &work, behind) {
            self.out.write(before, &work, behind);
        } else {
            self.out.write("let work = ", &work, ";");
            self.out.line(&format!("{before}work{behind}"));
        }
    }

    fn limited(&mut self, limit: &Limit, work: Doc, number: usize) -> Doc {
        let otherwise = limit.otherwise.is_some();
        let (method, bound) = match limit.kind {
            LimitKind::Within => ("within", self.length(&limit.bound)),
            LimitKind::Before => ("before", self.moment(&limit.bound)),
        };
        let items = vec![bound, work];
        match (otherwise, number) {
            (false, _) => {
                self.runtime.insert("or_outage");
                call("or_outage", vec![call(format!("cx.{method}"), items)])
            }
            (true, 0) => call(format!("cx.{method}"), items),
            (true, _) => {
                self.runtime.insert("second");
                call("second", vec![call(format!("cx.{method}"), items)])
            }
        }
    }

    /// A length of time, as `Duration`.
    pub(super) fn length(&mut self, expr: &Expr) -> Doc {
        if let ExprKind::Literal(Literal::Duration(milliseconds)) = &expr.kind {
            return self.span(*milliseconds);
        }
        self.runtime.insert("length");
        let value = self.fitted(expr, &Type::Duration);
        call("length", vec![value])
    }

    /// A moment, as `Timestamp`.
    pub(super) fn moment(&mut self, expr: &Expr) -> Doc {
        if expr.ty == Type::Date {
            self.runtime.insert("start_of");
            let value = self.valued(expr);
            return call("start_of", vec![value]);
        }
        self.fitted(expr, &Type::Time)
    }

    /// The lines beside a block, each under a name.
    fn lines_beside(&mut self, block: &Block) -> Vec<String> {
        let mut names = Vec::new();
        for reminder in &block.reminders {
            names.push(self.reminder(reminder));
        }
        for interrupt in &block.interrupts {
            names.push(self.interrupt(interrupt));
        }
        names
    }

    fn reminder(&mut self, reminder: &Reminder) -> String {
        self.runtime.insert("line");
        let name = self.fresh("reminder");
        let delay = self.length(&reminder.delay);
        self.reactions += 1;
        let number = self.reactions;
        self.out.open(&format!("let {name} = line(async {{"));
        self.nested(|body| {
            body.out.line(&format!("let cx = &cx.beside(\"reminder {number}\");"));
            body.out.write("", &call("cx.sleep", vec![delay]), ".await;");
            if body.side(&reminder.block) {
                body.out.line("Ok(())");
            }
        });
        self.out.close("});");
        name
    }

    fn interrupt(&mut self, reaction: &Reaction) -> String {
        self.runtime.insert("line");
        let event = reaction.formula.terms.first().map(|term| term.event);
        let event = event.map_or("event".to_string(), |event| self.names.event(event).to_string());
        let name = self.fresh(&format!("when {event}"));
        self.reactions += 1;
        let number = self.reactions;
        self.out.open(&format!("let {name} = line(async {{"));
        self.nested(|body| {
            body.out.line(&format!("let cx = &cx.beside(\"when {number}\");"));
            if falls(&reaction.block.statements) || Self::has_sides(&reaction.block) {
                body.out.open("loop {");
                body.braced(|body| {
                    body.wait_for_formula(&reaction.formula);
                    body.side(&reaction.block);
                });
                body.out.close("}");
            } else {
                body.wait_for_formula(&reaction.formula);
                body.side(&reaction.block);
            }
        });
        self.out.close("});");
        name
    }

    /// A block that stands at the side of another; gives whether it goes on behind it.
    pub(super) fn side(&mut self, block: &Block) -> bool {
        if !Self::has_sides(block) {
            return self.statements(&block.statements);
        }
        self.sided(block, None);
        true
    }

    /// Awaits a future and meets what may have gone wrong in it.
    fn met(&mut self, block: &Block, work: Doc, holds: &Holds) {
        let crossed = std::mem::take(&mut self.crossed);
        let gives: Vec<&Block> = outside(block);
        let needs_label =
            matches!(holds, Holds::Slot { .. }) && gives.iter().any(|side| gives_in_the_middle(side));
        let label = needs_label.then(|| format!("'{}", self.fresh("met")));
        if let Some(label) = &label {
            self.out.open(&format!("{label}: {{"));
        }
        let work = if self.out.fits("let name_of_value = match ", &work, ".await {") {
            work
        } else {
            self.out.write("let work = ", &work, ";");
            text("work")
        };
        let before = match holds {
            Holds::Local { name, .. } => format!("let {name} = match "),
            Holds::Nothing { .. } | Holds::Slot { .. } => "match ".to_string(),
        };
        self.runtime.insert("Exit");
        self.out.open(&format!("{before}{}.await {{", work.flat()));
        match holds {
            Holds::Nothing { is_unit: true } => self.out.line("Ok(()) => {}"),
            Holds::Nothing { is_unit: false } => self.out.line("Ok(_) => {}"),
            Holds::Local { name, .. } => self.out.line(&format!("Ok({name}) => {name},")),
            Holds::Slot { name, .. } => {
                self.capture(name);
                self.out.line(&format!("Ok(given) => {name}.set(given),"));
            }
        }
        for (number, limit) in block.limits.iter().enumerate() {
            if let Some(otherwise) = &limit.otherwise {
                let pattern = if number == 0 { "Err(Exit::TooLate)" } else { "Err(Exit::TooLateAgain)" };
                self.arm(pattern, otherwise, holds, label.as_ref(), &[]);
            }
        }
        for handler in &block.handlers {
            let pattern = self.pattern(handler);
            self.arm(&pattern, &handler.block, holds, label.as_ref(), &handler.troubles);
        }
        self.in_frame(Frame::of(give_of(holds, label.as_ref()), None), |body| body.crossing_arms(crossed));
        self.out.line("Err(exit) => return Err(exit),");
        self.out.close(if matches!(holds, Holds::Local { .. }) { "};" } else { "}" });
        if label.is_some() {
            self.out.close("}");
        }
        if let Holds::Local { value, .. } = holds {
            self.declare(*value);
        }
    }

    fn pattern(&mut self, handler: &Handler) -> String {
        if matches!(handler.troubles[..], [Trouble::Outage(_)]) {
            return "Err(Exit::Outage(_))".to_string();
        }
        let troubles: Vec<String> = handler
            .troubles
            .iter()
            .map(|trouble| match trouble {
                Trouble::Any(_) => "exit.went_wrong()".to_string(),
                Trouble::Outage(_) => "exit.is_outage()".to_string(),
                Trouble::Failure(name, _) => {
                    self.modules.insert("failures".to_string());
                    let spelled = self.names.failures.get(name.as_str());
                    let spelled = spelled.map_or_else(|| "Unhandled".to_string(), |it| it.name.clone());
                    format!("exit.is::<failures::{spelled}>()")
                }
            })
            .collect();
        format!("Err(exit) if {}", troubles.join(" || "))
    }

    fn arm(
        &mut self,
        pattern: &str,
        block: &Block,
        holds: &Holds,
        label: Option<&String>,
        troubles: &[Trouble],
    ) {
        let n_failures = self.failures.len();
        for trouble in troubles {
            if let Trouble::Failure(name, _) = trouble {
                let variable = self.fresh(name);
                self.failures.push((name.to_string(), variable, troubles.len() == 1));
            }
        }
        let frame = Frame::of(give_of(holds, label), None);
        if let (Holds::Local { ty, .. }, [Statement { kind: StatementKind::Give(expr), .. }]) =
            (holds, &block.statements[..])
            && !Self::has_sides(block)
        {
            let reads_failure =
                expr.with_parts().iter().any(|part| matches!(&part.kind, ExprKind::Failure { .. }));
            if !reads_failure {
                let value = self.fitted(expr, ty);
                self.out.write(&format!("{pattern} => "), &value, ",");
                self.failures.truncate(n_failures);
                return;
            }
        }
        let inner = Writer::at_depth(self.out.depth() + 1);
        let outer = std::mem::replace(&mut self.out, inner);
        self.braced(|body| {
            body.in_frame(frame, |body| match (holds, block.statements.split_last()) {
                (Holds::Local { ty, .. }, Some((last, before)))
                    if matches!(last.kind, StatementKind::Give(_)) && !Self::has_sides(block) =>
                {
                    body.statements(before);
                    if let StatementKind::Give(expr) = &last.kind {
                        let value = body.fitted(expr, ty);
                        body.out.write("", &value, "");
                    }
                }
                _ => {
                    body.side(block);
                }
            });
        });
        let inner = std::mem::replace(&mut self.out, outer);
        let failures = self.failures.split_off(n_failures);
        let mut bindings = Writer::at_depth(self.out.depth() + 1);
        for (name, variable, surely) in failures {
            if is_used(&inner.out, &variable) {
                let ty = self.names.failures.get(&name).map_or(String::new(), |it| it.name.clone());
                let end = if surely { "?" } else { ".ok()" };
                bindings.line(&format!("let {variable} = exit.failure::<failures::{ty}>(){end};"));
            }
        }
        if bindings.out.is_empty() && inner.out.is_empty() {
            self.out.line(&format!("{pattern} => {{}}"));
            return;
        }
        self.out.open(&format!("{pattern} => {{"));
        self.out.out += &bindings.out;
        self.out.out += &inner.out;
        self.out.close("}");
    }
}

fn give_of(holds: &Holds, label: Option<&String>) -> Option<Leave> {
    match holds {
        Holds::Nothing { .. } => None,
        Holds::Local { ty, .. } => Some(Leave::Return { wanted: Some(ty.clone()), perhaps: false }),
        Holds::Slot { name, ty } => {
            Some(Leave::Set { name: name.clone(), wanted: ty.clone(), label: label.cloned() })
        }
    }
}

/// The blocks whose `give` is the value of a block: what meets its troubles, and the `else` of its limits.
fn outside(block: &Block) -> Vec<&Block> {
    let limits = block.limits.iter().filter_map(|limit| limit.otherwise.as_ref());
    limits.chain(block.handlers.iter().map(|handler| &handler.block)).collect()
}

/// Whether a block gives a value with its last statement and nowhere else, or leaves altogether.
fn gives_or_leaves(block: &Block) -> bool {
    if Body::has_sides(block) {
        return false;
    }
    match block.statements.split_last() {
        Some((Statement { kind: StatementKind::Give(_), .. }, before)) => !before.iter().any(has_give),
        Some(_) => !falls(&block.statements) && !block.statements.iter().any(has_give),
        None => false,
    }
}

fn gives_in_the_middle(block: &Block) -> bool {
    match block.statements.split_last() {
        Some((Statement { kind: StatementKind::Give(_), .. }, before)) => before.iter().any(has_give),
        _ => block.statements.iter().any(has_give),
    }
}

/// Whether a `give` in a statement gives a value to what is around it.
fn has_give(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Give(_) => true,
        StatementKind::If { branches, otherwise } => branches
            .iter()
            .map(|(_, block)| block)
            .chain(otherwise)
            .any(|block| block.statements.iter().any(has_give)),
        StatementKind::Scope { block, .. } => block.statements.iter().any(has_give),
        _ => false,
    }
}

/// Whether a variable stands in a text as a word.
pub(in super::super) fn is_used(code: &str, variable: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(variable).any(|(at, _)| {
        !is_letter(code[..at].chars().next_back()) && !is_letter(code[at + variable.len()..].chars().next())
    })
}
