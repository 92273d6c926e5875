//! Branches and rounds.

use super::jumps::{Frame, Leave};
use super::sides::Holds;
use super::statements::falls;
use super::{Body, Captures};
use crate::generate::rust::layout::{Doc, Writer, call, text};
use crate::model::{
    Block, Expr, ExprKind, ForEach, Literal, LoopName, Parallel, Repeat, Statement, StatementKind, Type,
    ValueId,
};
use crate::source::Span;

impl Body<'_> {
    pub(super) fn parallel(&mut self, parallel: &Parallel, at: Span) {
        match &parallel.each {
            None => self.branches(parallel, at),
            Some((variable, list)) => self.rounds_at_once(parallel, *variable, list),
        }
    }

    /// `parallel { … }`
    fn branches(&mut self, parallel: &Parallel, _at: Span) {
        let block = &parallel.block;
        self.with_sides(block, None, |body, _| {
            body.out.line("let fork = cx.fork();");
            let mut names = Vec::new();
            for (number, statement) in block.statements.iter().enumerate() {
                names.push(body.branch(number, statement, block.needs.is_some()));
            }
            let lines: Vec<Doc> = names.into_iter().map(text).collect();
            let lines = Doc::List { open: "vec![".into(), items: lines, close: "]".into(), spaced: false };
            body.joined(block, lines, None);
        });
    }

    fn branch(&mut self, number: usize, statement: &Statement, perhaps: bool) -> String {
        self.runtime.insert("line");
        let name = self.fresh(&format!("branch {}", number + 1));
        self.out.open(&format!("let {name} = line(async {{"));
        self.nested(|body| {
            body.out.line(&format!("let cx = &fork.branch({number});"));
            let skip = Some(Leave::Return { wanted: None, perhaps });
            body.in_frame(Frame::of(None, skip), |body| {
                let one = std::slice::from_ref(statement);
                if body.statements(one) {
                    body.out.line(if perhaps { "Ok(Some(()))" } else { "Ok(())" });
                }
            });
        });
        self.out.close("});");
        name
    }

    /// `parallel for each x in xs { … }`
    fn rounds_at_once(&mut self, parallel: &Parallel, variable: ValueId, list: &Expr) {
        let block = &parallel.block;
        let item = self.item_type(parallel.name, block);
        self.with_sides(block, parallel.name, |body, holds| {
            body.runtime.insert("line");
            body.out.line("let fork = cx.fork();");
            body.out.line("let mut rounds = Vec::new();");
            let items = body.list_of(list);
            let number = body.fresh("number");
            let name =
                if body.reads.contains(&variable) { body.value_name(variable) } else { "_".to_string() };
            body.out.write(&format!("for ({number}, {name}) in (0..).zip("), &items, ") {");
            body.out.step_in();
            body.braced(|body| {
                body.captures.push(Captures { outside: body.visible.len(), names: Default::default() });
                let inner = Writer::at_depth(body.out.depth() + 1);
                let outer = std::mem::replace(&mut body.out, inner);
                body.rounds.push(format!("{number} + 1"));
                body.nested(|body| {
                    body.declare(variable);
                    let wanted = item.clone();
                    let perhaps = item.is_some() || block.needs.is_some();
                    let leave = Leave::Return { wanted, perhaps };
                    let frame = Frame::of(parallel.name.map(|_| leave.clone()), Some(leave));
                    body.in_frame(frame, |body| {
                        if body.statements(&block.statements) {
                            body.out.line(match (&item, perhaps) {
                                (Some(_), _) => "Ok(None)",
                                (None, true) => "Ok(Some(()))",
                                (None, false) => "Ok(())",
                            });
                        }
                    });
                });
                body.rounds.pop();
                let inner = std::mem::replace(&mut body.out, outer);
                let captures = body.captures.pop().unwrap_or_default();
                body.out.line(&format!("let cx = fork.branch({number});"));
                if !captures.names.is_empty() {
                    let names: Vec<_> = captures.names.iter().cloned().collect();
                    let refs: Vec<_> = names.iter().map(|name| format!("&{name}")).collect();
                    match &names[..] {
                        [one] => body.out.line(&format!("let {one} = &{one};")),
                        _ => body.out.line(&format!("let ({}) = ({});", names.join(", "), refs.join(", "))),
                    }
                }
                body.out.open("rounds.push(line(async move {");
                body.out.line("let cx = &cx;");
                body.out.out += &inner.out;
                body.out.close("}));");
            });
            body.out.close("}");
            body.joined(block, text("rounds"), holds.filter(|_| item.is_some()));
        });
    }

    /// Brings branches together.
    fn joined(&mut self, block: &Block, lines: Doc, holds: Option<&Holds>) {
        let at_once = block.at_once.map(|(count, _)| count);
        let Some(needs) = &block.needs else {
            let joined = match at_once {
                Some(count) => call("fork.all_limited", vec![text(count.to_string()), lines]),
                None => call("fork.all", vec![lines]),
            };
            let joined = match self.crossed.is_empty() {
                true => joined.then(".await?"),
                false => {
                    let is_read = matches!(holds, Some(Holds::Local { .. } | Holds::Slot { .. }));
                    self.brought_together(joined, if is_read { "let given = " } else { "" });
                    if !is_read {
                        return;
                    }
                    text("given")
                }
            };
            return self.gathered(joined, holds);
        };
        let count = self.count(&needs.count);
        let at_once = at_once.map_or("None".to_string(), |count| format!("Some({count})"));
        let joined = call("fork.needs", vec![count, text(at_once), lines]);
        self.brought_together(joined, "let given = ");
        match holds {
            Some(holds) => {
                let (name, ty) = match holds {
                    Holds::Local { name, ty, .. } | Holds::Slot { name, ty } => (name.clone(), ty.clone()),
                    Holds::Nothing { .. } => (String::new(), Type::Nothing),
                };
                let is_slot = matches!(holds, Holds::Slot { .. });
                let label = (!name.is_empty()).then(|| format!("'{}", self.fresh("given")));
                let before = match (&label, is_slot) {
                    (Some(label), true) => format!("let held = {label}: {{"),
                    (Some(label), false) => format!("let {name} = {label}: {{"),
                    (None, _) => "{".to_string(),
                };
                self.out.open(&before);
                self.out.open(match needs_one(block) {
                    true => "if let Some(given) = given.and_then(|given| given.into_iter().next()) {",
                    false => "if let Some(given) = given {",
                });
                if let Some(label) = &label {
                    let given = if matches!(ty, Type::Optional(_)) { "Some(given)" } else { "given" };
                    self.out.line(&format!("break {label} {given};"));
                }
                self.out.close("}");
                let give = label.clone().map(|label| Leave::Break { label, wanted: Some(ty.clone()) });
                let goes_on = self.braced(|body| {
                    let frame = Frame::of(give, None);
                    body.in_frame(frame, |body| body.otherwise(needs.otherwise.as_deref()))
                });
                if goes_on && label.is_some() {
                    self.out.line("None");
                }
                self.out.close(if label.is_some() { "};" } else { "}" });
                match holds {
                    Holds::Slot { name, .. } => {
                        self.capture(name);
                        self.out.line(&format!("{name}.set(held);"));
                    }
                    Holds::Local { value, .. } => self.declare(*value),
                    Holds::Nothing { .. } => {}
                }
            }
            None => {
                self.out.open("if given.is_none() {");
                self.braced(|body| body.otherwise(needs.otherwise.as_deref()));
                self.out.close("}");
            }
        }
    }

    /// Waits for branches, some of which may leave for a place further out.
    fn brought_together(&mut self, joined: Doc, before: &str) {
        let crossed = std::mem::take(&mut self.crossed);
        if crossed.is_empty() {
            return self.out.write(before, &joined, ".await?;");
        }
        self.runtime.insert("Exit");
        self.out.write("let work = ", &joined, ";");
        self.out.open(&format!("{before}match work.await {{"));
        self.out.line(if before.is_empty() { "Ok(_) => {}" } else { "Ok(given) => given," });
        self.crossing_arms(crossed);
        self.out.line("Err(exit) => return Err(exit),");
        self.out.close(if before.is_empty() { "}" } else { "};" });
    }

    /// The `else` of a bound; without one it is an outage. Gives whether things go on behind it.
    fn otherwise(&mut self, otherwise: Option<&Block>) -> bool {
        match otherwise {
            Some(block) => self.side(block),
            None => {
                self.runtime.insert("Exit");
                self.out.line("return Err(Exit::Outage(\"a bound was reached\".to_string()));");
                false
            }
        }
    }

    fn gathered(&mut self, joined: Doc, holds: Option<&Holds>) {
        match holds {
            None | Some(Holds::Nothing { .. }) => self.out.write("", &joined, ";"),
            Some(Holds::Local { value, name, .. }) => {
                self.runtime.insert("given_in");
                self.out.write(&format!("let {name} = "), &call("given_in", vec![joined]), ";");
                self.declare(*value);
            }
            Some(Holds::Slot { name, .. }) => {
                self.runtime.insert("given_in");
                self.capture(name);
                let given = call("given_in", vec![joined]);
                self.out.write("", &call(format!("{name}.set"), vec![given]), ";");
            }
        }
    }

    fn count(&mut self, expr: &Expr) -> Doc {
        if let ExprKind::Literal(Literal::Number(number)) = &expr.kind {
            return text(number.to_string());
        }
        self.runtime.insert("size");
        let value = self.fitted(expr, &Type::Int);
        call("size", vec![value])
    }

    /// What a round gives, where the loop has a value.
    fn item_type(&self, name: Option<LoopName>, block: &Block) -> Option<Type> {
        let ty = &self.value(name?.value).ty;
        Some(match (needs_one(block), ty) {
            (true, Type::Optional(inner)) => (**inner).clone(),
            (true, ty) => ty.clone(),
            (false, ty) => list_item(ty),
        })
    }

    /// A loop with everything that is said about the whole of it. `inside` writes it and says with
    /// `holds` what becomes of its value.
    fn with_sides(
        &mut self,
        block: &Block,
        name: Option<LoopName>,
        inside: impl FnOnce(&mut Self, Option<&Holds>),
    ) {
        let holds = name.map(|name| self.holds(name.value, block, false));
        if !Self::has_sides(block) {
            return inside(self, holds.as_ref());
        }
        self.runtime.insert("block");
        match &holds {
            Some(Holds::Local { ty, .. } | Holds::Slot { ty, .. }) => {
                self.out.open("let work = block(async {");
                let ty = ty.clone();
                self.nested(|body| {
                    let name = body.fresh("whole");
                    let value = match &holds {
                        Some(Holds::Local { value, .. }) => *value,
                        _ => match name_of(&holds, body) {
                            Some(value) => value,
                            None => return,
                        },
                    };
                    let inner = Holds::Local { value, name: name.clone(), ty };
                    inside(body, Some(&inner));
                    body.out.line(&format!("Ok({name})"));
                });
            }
            _ => {
                self.out.open("let work = block(async {");
                self.nested(|body| {
                    inside(body, None);
                    body.out.line("Ok(())");
                });
            }
        }
        self.out.close("});");
        let holds = holds.filter(|holds| !matches!(holds, Holds::Nothing { .. }));
        self.surrounded(block, text("work"), &holds.unwrap_or(Holds::Nothing { is_unit: true }));
    }

    /// `for each x in xs { … }`
    pub(super) fn for_each(&mut self, each: &ForEach) {
        let block = &each.block;
        self.with_sides(block, each.name, |body, holds| {
            let list = body.list_of(&each.list);
            let values = match holds {
                Some(Holds::Local { .. } | Holds::Slot { .. }) => Some(body.fresh("values")),
                _ => None,
            };
            if let Some(values) = &values {
                body.out.line(&format!("let mut {values} = Vec::new();"));
            }
            let round = body.fresh("round");
            let variable = match body.reads.contains(&each.variable) {
                true => body.value_name(each.variable),
                false => "_".to_string(),
            };
            let label = format!("'{}", body.fresh("each"));
            let before = format!("{label}: for ({round}, {variable}) in (1..).zip(");
            body.out.write(&before, &list, ") {");
            body.out.step_in();
            body.braced(|body| {
                if let Some(bound) = &block.at_most_times {
                    body.out.open(&format!("if {round} > {} {{", bound.count));
                    if body.braced(|body| body.otherwise(bound.otherwise.as_deref())) {
                        body.out.line("break;");
                    }
                    body.out.close("}");
                }
                if let Some((pause, _)) = &block.every {
                    let pause = body.length(pause);
                    body.out.open(&format!("if {round} > 1 {{"));
                    body.out.write("", &call("cx.sleep", vec![pause]), ".await;");
                    body.out.close("}");
                }
                body.out.line(&format!("let cx = &cx.round({round});"));
                body.declare(each.variable);
                body.rounds.push(round.clone());
                let wanted = each.name.map_or(Type::Any, |name| list_item(&body.value(name.value).ty));
                let give = Leave::Push { name: values.clone(), wanted, label };
                let frame = Frame::of(each.name.map(|_| give.clone()), Some(give));
                body.in_frame(frame, |body| body.statements(&block.statements));
                body.rounds.pop();
            });
            body.out.close("}");
            match (holds, values) {
                (Some(Holds::Local { value, name, .. }), Some(values)) => {
                    body.out.line(&format!("let {name} = {values};"));
                    body.declare(*value);
                }
                (Some(Holds::Slot { name, .. }), Some(values)) => {
                    body.capture(name);
                    body.out.line(&format!("{name}.set({values});"));
                }
                _ => {}
            }
        });
    }

    /// `repeat until c { … }`
    pub(super) fn repeat(&mut self, repeat: &Repeat) {
        let block = &repeat.block;
        self.with_sides(block, repeat.name, |body, holds| {
            let round = body.fresh("round");
            let held = match holds {
                Some(Holds::Local { name, ty, .. } | Holds::Slot { name, ty }) => {
                    Some((name.clone(), ty.clone()))
                }
                _ => None,
            };
            body.out.line(&format!("let mut {round} = 0;"));
            match (&held, holds) {
                (Some(_), Some(Holds::Slot { .. })) => body.out.open("let held = loop {"),
                (Some((name, _)), _) => body.out.open(&format!("let {name} = loop {{")),
                (None, _) => body.out.open("loop {"),
            }
            body.braced(|body| body.one_round(repeat, &round, held.as_ref()));
            body.out.close(if held.is_some() { "};" } else { "}" });
            match holds {
                Some(Holds::Slot { name, .. }) => {
                    body.capture(name);
                    body.out.line(&format!("{name}.set(held);"));
                }
                Some(Holds::Local { value, .. }) => body.declare(*value),
                _ => {}
            }
        });
    }

    fn one_round(&mut self, repeat: &Repeat, round: &str, held: Option<&(String, Type)>) {
        let block = &repeat.block;
        self.out.line(&format!("{round} += 1;"));
        self.out.line(&format!("let cx = &cx.round({round});"));
        let labelled = held.is_some() || leaves_round(&block.statements, repeat.name.is_some());
        let label = format!("'{}", self.fresh("this round"));
        // A round may give nothing; the last one, which is the value, does not where that was checked.
        let is_optional = held.is_some_and(|(_, ty)| matches!(ty, Type::Optional(_)));
        let wanted = held.map(|(_, ty)| match ty {
            Type::Optional(_) => ty.clone(),
            ty => Type::Optional(Box::new(ty.clone())),
        });
        let leave = Leave::Break { label: label.clone(), wanted: wanted.clone() };
        let skip = match &wanted {
            Some(ty) if !matches!(ty, Type::Optional(_)) => {
                Leave::Break { label: label.clone(), wanted: None }
            }
            _ => leave.clone(),
        };
        let frame = Frame::of(repeat.name.map(|_| leave), Some(skip));
        if labelled {
            let before = if held.is_some() { "let given = " } else { "" };
            self.out.open(&format!("{before}{label}: {{"));
        }
        self.rounds.push(round.to_string());
        let write = |body: &mut Self| {
            let goes_on = body.in_frame(frame, |body| body.statements(&block.statements));
            if goes_on && held.is_some() {
                body.out.line("None");
            }
        };
        if labelled {
            self.braced(write)
        } else {
            write(self)
        }
        if labelled {
            self.out.close(if held.is_some() { "};" } else { "}" });
        }
        if !falls(&block.statements) && !labelled {
            self.rounds.pop();
            return;
        }
        let until = self.operand(&repeat.until, &Type::Bool);
        self.out.write("if ", &until, " {");
        self.out.step_in();
        match (held.is_some(), is_optional) {
            (false, _) => self.out.line("break;"),
            (true, true) => self.out.line("break given;"),
            (true, false) => {
                self.runtime.insert("present");
                self.out.line("break present(given, \"a value\")?;");
            }
        }
        self.out.close("}");
        if let Some(bound) = &block.at_most_times {
            self.out.open(&format!("if {round} == {} {{", bound.count));
            let give = held.map(|(_, ty)| Leave::Break { label: String::new(), wanted: Some(ty.clone()) });
            let goes_on = self.braced(|body| {
                let frame = Frame::of(give, None);
                body.in_frame(frame, |body| body.otherwise(bound.otherwise.as_deref()))
            });
            if goes_on {
                self.out.line(if held.is_some() { "break None;" } else { "break;" });
            }
            self.out.close("}");
        }
        self.rounds.pop();
        if let Some((pause, _)) = &block.every {
            let pause = self.length(pause);
            self.out.write("", &call("cx.sleep", vec![pause]), ".await;");
        }
    }
}

/// `needs 1`: the value is the one that was given, and no list.
pub(in crate::generate::rust) fn needs_one(block: &Block) -> bool {
    let one = |expr: &Expr| matches!(&expr.kind, ExprKind::Literal(Literal::Number(number)) if number == "1");
    block.needs.as_ref().is_some_and(|needs| one(&needs.count))
}

fn list_item(ty: &Type) -> Type {
    match ty {
        Type::List(inner) => (**inner).clone(),
        Type::Optional(inner) => list_item(inner),
        _ => Type::Any,
    }
}

/// Whether a `give` or `skip` in these statements may leave the round.
fn leaves_round(statements: &[Statement], by_give: bool) -> bool {
    let inner = statements.iter().flat_map(Statement::blocks).flat_map(Block::with_inner);
    let mut all = statements.iter().chain(inner.flat_map(|block| &block.statements));
    all.any(|statement| match statement.kind {
        StatementKind::Give(_) => by_give,
        StatementKind::Skip => true,
        _ => false,
    })
}

/// The value that a loop gives its name to.
fn name_of(holds: &Option<Holds>, body: &Body) -> Option<ValueId> {
    let Some(Holds::Slot { name, .. }) = holds else { return None };
    body.value_names.iter().find(|(_, spelled)| *spelled == name).map(|(value, _)| *value)
}
