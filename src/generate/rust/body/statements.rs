//! Statements, one after the other.

use super::Body;
use super::{Variable, escape};
use crate::generate::rust::layout::call;
use crate::model::{Block, Notified, Statement, StatementKind, UndoTarget, ValueId, Wait};

/// Whether a line goes on behind these statements.
pub(super) fn falls(statements: &[Statement]) -> bool {
    !statements.iter().any(leaves)
}

fn leaves(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Give(_)
        | StatementKind::Skip
        | StatementKind::Then { .. }
        | StatementKind::End { .. } => true,
        StatementKind::If { branches, otherwise: Some(otherwise) } => branches
            .iter()
            .map(|(_, block)| block)
            .chain([otherwise])
            .all(|block| !Body::has_sides(block) && !falls(&block.statements)),
        StatementKind::Scope { block, .. } => !Body::has_sides(block) && !falls(&block.statements),
        // Without a limit nobody would say what is done when none of them comes.
        StatementKind::Wait(wait) => match &**wait {
            Wait::Any { block } => {
                let ways = block.interrupts.iter().map(|way| &way.block);
                let limits = block.limits.iter().filter_map(|limit| limit.otherwise.as_ref());
                let leaves = |block: &Block| !Body::has_sides(block) && !falls(&block.statements);
                !block.limits.is_empty() && ways.chain(limits).all(leaves)
            }
            _ => false,
        },
        _ => false,
    }
}

impl Body<'_> {
    /// Gives whether a line goes on behind them; what cannot be reached is not written.
    pub(super) fn statements(&mut self, statements: &[Statement]) -> bool {
        if let Some(targets) = self.targets_in(statements) {
            return self.segments(statements, &targets, None);
        }
        self.in_order(statements)
    }

    pub(super) fn in_order(&mut self, statements: &[Statement]) -> bool {
        for statement in statements {
            self.statement(statement);
            if leaves(statement) {
                return false;
            }
        }
        true
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Act(act) => self.act(act),
            StatementKind::Run(run) => self.run(run),
            StatementKind::Let { value, expr } => {
                if !self.reads.contains(value) {
                    return;
                }
                let ty = self.value(*value).ty.clone();
                let (name, doc) = (self.value_name(*value), self.fitted(expr, &ty));
                if self.slots.values.contains(value) {
                    self.capture(&name);
                    self.out.write("", &call(format!("{name}.set"), vec![doc]), ";");
                } else {
                    self.out.write(&format!("let {name} = "), &doc, ";");
                    self.declare(*value);
                }
            }
            StatementKind::Scope { label, block } => {
                let name = escape::rust(&self.model.labels[*label].name.text);
                if Self::has_sides(block) {
                    self.sided(block, Some(&name));
                } else {
                    self.out.open("{");
                    self.braced(|body| {
                        body.out.line(&format!("let cx = &cx.scope({name});"));
                        body.statements(&block.statements);
                    });
                    self.out.close("}");
                }
            }
            StatementKind::If { branches, otherwise } => {
                for (number, (condition, block)) in branches.iter().enumerate() {
                    let condition = self.operand(condition, &crate::model::Type::Bool);
                    let word = if number == 0 { "if " } else { "} else if " };
                    if number == 0 {
                        self.out.write(word, &condition, " {");
                    } else {
                        self.out.step_out();
                        self.out.write(word, &condition, " {");
                    }
                    self.out.step_in();
                    self.braced(|body| body.side(block));
                }
                if let Some(block) = otherwise.as_ref().filter(|block| !block.statements.is_empty()) {
                    self.out.turn("} else {");
                    self.braced(|body| body.side(block));
                }
                self.out.close("}");
            }
            StatementKind::Parallel(parallel) => self.parallel(parallel, statement.span),
            StatementKind::ForEach(each) => self.for_each(each),
            StatementKind::Repeat(repeat) => self.repeat(repeat),
            StatementKind::Wait(wait) => match &**wait {
                Wait::Time(time) => {
                    let time = self.length(time);
                    self.out.write("", &call("cx.sleep", vec![time]), ".await;");
                }
                Wait::Until(moment) => {
                    let moment = self.moment(moment);
                    self.out.write("", &call("cx.sleep_until", vec![moment]), ".await;");
                }
                Wait::For { formula, block } => self.wait_for(formula, block),
                Wait::Any { block } => self.wait_for_any(block),
            },
            StatementKind::Publish { event, arguments, .. } => self.publish(*event, arguments),
            StatementKind::Notify(Notified::Operation { operation, instance, arguments, .. }) => {
                self.notify(*operation, instance.as_ref(), arguments);
            }
            StatementKind::Notify(Notified::Workflow { workflow, arguments, .. }) => {
                self.notify_workflow(*workflow, arguments, statement.span);
            }
            StatementKind::Give(expr) => self.give(expr, statement.span),
            StatementKind::Skip => self.skip(statement.span),
            StatementKind::Undo(UndoTarget::All) => {
                let method = match (self.in_participant, self.is_late) {
                    (false, _) => "undo_all",
                    (true, false) => "settle_all",
                    (true, true) => "take_back_all",
                };
                self.out.line(&format!("cx.{method}().await?;"));
            }
            StatementKind::Undo(UndoTarget::Label { label, .. }) => {
                let name = escape::rust(&self.model.labels[*label].name.text);
                let method = match (self.in_participant, self.is_late) {
                    (false, _) => "undo",
                    (true, false) => "settle_own",
                    (true, true) => "take_back_own",
                };
                self.out.line(&format!("cx.{method}({name}).await?;"));
            }
            StatementKind::Then { label, .. } => self.then(*label, statement.span),
            StatementKind::End { goal, arguments } => {
                self.runtime.insert("end");
                self.modules.insert("workflows".to_string());
                let item = &self.model.goals[*goal];
                let spelled = self.names.goal(*goal).clone();
                let end = &self.names.workflow(self.workflow).end;
                let name = format!("workflows::{end}::{}", spelled.variant);
                let value = self.made(name, &item.fields, &spelled.fields, arguments);
                self.out.write("return ", &call("end", vec![value]), ";");
            }
        }
    }

    /// From here on a variable can be seen.
    pub(super) fn declare(&mut self, value: ValueId) {
        let name = self.value_name(value);
        self.visible.push(Variable { value, name, borrowed: false });
    }
}
