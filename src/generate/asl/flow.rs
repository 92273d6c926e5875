//! Blocks and statements, written from their end: each gives the state it begins with.

use super::condition::Conditions;
use super::machine::{Around, Frame, Machine, Place, Shared};
use super::value::{Template, Words};
use crate::model::{
    Argument, Block, Expr, Field, GoalId, GoalKind, LimitKind, Repeat, Statement, StatementKind, UndoTarget,
};
use crate::source::Span;
use serde_json::{Map, Value, json};

impl<'a> Machine<'a> {
    pub fn words(&self) -> Words<'_> {
        Words { model: self.model, paths: &self.paths }
    }

    pub fn here(&self, state: &str) -> Place {
        Place { state: state.to_string(), level: self.level() }
    }

    /// Writes a block that goes on at `after`.
    pub fn block(&mut self, block: &'a Block, after: &str, around: &Around) -> String {
        self.clauses(block);
        self.handled_block(block, after, around)
    }

    /// The same, where the clauses of the block have been dealt with.
    pub fn handled_block(&mut self, block: &'a Block, after: &str, around: &Around) -> String {
        if block.handlers.is_empty() {
            return self.statements(&block.statements, after, around);
        }
        let place = self.here(after);
        let frame = Frame::Handlers { handlers: &block.handlers, after: &place };
        self.statements(&block.statements, after, &Around { frame: &frame, outer: Some(around) })
    }

    /// What is said of a block as a whole, and can be said of single steps at most.
    fn clauses(&mut self, block: &Block) {
        for limit in &block.limits {
            let what = match limit.kind {
                LimitKind::Within => "`within`",
                LimitKind::Before => "`before`",
            };
            self.lost(
                limit.span,
                what,
                "only a single step can be limited; what is done in here may take longer",
            );
        }
        self.beside(block);
    }

    /// What runs beside a block.
    pub fn beside(&mut self, block: &Block) {
        for interrupt in &block.interrupts {
            self.lost(interrupt.formula.span, "`when`", "nothing can interrupt a state; this is never done");
        }
        for reminder in &block.reminders {
            self.lost(reminder.span, "`after`", "nothing runs beside a state; this is never done");
        }
    }

    fn statements(&mut self, statements: &'a [Statement], after: &str, around: &Around) -> String {
        // What undoes the whole run, and what then ends it, is not the business of a branch.
        let undoes_all = |it: &Statement| matches!(it.kind, StatementKind::Undo(UndoTarget::All));
        let ends = statements.last().is_some_and(|last| matches!(last.kind, StatementKind::End { .. }));
        if self.level() > 0
            && let Some(at) = statements.iter().position(undoes_all)
        {
            if ends {
                let place = Place {
                    state: self.outside(0, |outer| {
                        let end = outer.name("never");
                        outer.sequence(&statements[at..], &end, around)
                    }),
                    level: 0,
                };
                let leave = self.leading_to(&place);
                return self.sequence(&statements[..at], &leave, around);
            }
            self.lost(
                statements[at].span,
                "`undo all` in a branch",
                "only what an end follows can be undone from here",
            );
        }
        self.sequence(statements, after, around)
    }

    fn sequence(&mut self, statements: &'a [Statement], after: &str, around: &Around) -> String {
        let mut entry = after.to_string();
        for statement in statements.iter().rev() {
            entry = self.statement(statement, &entry, around);
        }
        entry
    }

    /// Writes something on a level further out.
    pub fn outside<T>(&mut self, level: usize, write: impl FnOnce(&mut Self) -> T) -> T {
        let levels = self.levels.split_off(level + 1);
        let exits = self.exits.split_off(level);
        let written = write(self);
        self.levels.extend(levels);
        self.exits.extend(exits);
        written
    }

    pub fn statement(&mut self, statement: &'a Statement, after: &str, around: &Around) -> String {
        match &statement.kind {
            StatementKind::Act(act) => {
                let entry = self.act(act, after, around);
                self.target(act.label, &entry)
            }
            StatementKind::Run(run) => {
                let entry = self.run(run, after, around);
                self.target(run.label, &entry)
            }
            StatementKind::Let { value, expr } => {
                let key = self.paths.value_key(*value).to_string();
                self.set(&format!("let {key}"), expr, &format!("$.{key}.value"), after)
            }
            StatementKind::Scope { label, block } => {
                let entry = self.block(block, after, around);
                self.target(*label, &entry)
            }
            StatementKind::If { branches, otherwise } => {
                let mut entry = match otherwise {
                    Some(block) => self.block(block, after, around),
                    None => after.to_string(),
                };
                for (condition, block) in branches.iter().rev() {
                    let then = self.block(block, after, around);
                    entry = self.choice(condition, &then, &entry);
                }
                entry
            }
            StatementKind::Parallel(parallel) => self.parallel(parallel, after, around),
            StatementKind::ForEach(each) => self.for_each(each, after, around),
            StatementKind::Repeat(repeat) => self.repeat(repeat, after, around),
            StatementKind::Wait(wait) => self.wait(wait, statement.span, after, around),
            StatementKind::Publish { event, arguments, .. } => {
                self.publish(*event, arguments, statement.span, after)
            }
            StatementKind::Notify(notified) => self.notify(notified, statement.span, after),
            StatementKind::Give(expr) => self.give(expr, after, around),
            StatementKind::Skip => {
                let leaves = around.frames().find_map(|(frame, _)| match frame {
                    Frame::Skips { leave } => Some((*leave).clone()),
                    _ => None,
                });
                leaves.map_or_else(|| after.to_string(), |leave| self.leading_to(&leave))
            }
            StatementKind::Undo(target) => self.undo(*target, after),
            StatementKind::Then { label, name_span } => match self.targets.get(label).cloned() {
                Some((state, level)) if level == self.level() => state,
                _ => {
                    self.lost(*name_span, "`then` out of a branch", "a branch can only be left by its end");
                    after.to_string()
                }
            },
            StatementKind::End { goal, arguments } => self.end(*goal, arguments, statement.span),
        }
    }

    /// Where `then` finds a step, it goes through a state whose name was known before.
    fn target(&mut self, label: crate::model::LabelId, entry: &str) -> String {
        let level = self.level();
        let Some((name, target_level)) = self.targets.get_mut(&label) else { return entry.to_string() };
        *target_level = level;
        let name = name.clone();
        self.levels[level].insert(name.clone(), json!({ "Type": "Pass", "Next": entry }));
        name
    }

    /// Writes the value of an expression to a place in the document.
    pub fn set(&mut self, name: &str, expr: &Expr, path: &str, after: &str) -> String {
        match self.words().template(expr) {
            Template::Static(value) => self
                .state(name, json!({ "Type": "Pass", "Result": value, "ResultPath": path, "Next": after })),
            Template::Path(from) if from.starts_with("$.") => self
                .state(name, json!({ "Type": "Pass", "InputPath": from, "ResultPath": path, "Next": after })),
            template => {
                let mut parameters = Map::new();
                let key = path.rsplit('.').next().unwrap_or("value").to_string();
                let parent = path.strip_suffix(&format!(".{key}")).unwrap_or("$");
                if template.put(&key, &mut parameters).is_err() {
                    return self.not_expressible(expr.span, "this value");
                }
                self.state(
                    name,
                    json!({ "Type": "Pass", "Parameters": parameters, "ResultPath": parent, "Next": after }),
                )
            }
        }
    }

    /// A run that comes to something that cannot be said fails there, and does not go on as if it could.
    pub fn not_expressible(&mut self, span: Span, what: &str) -> String {
        self.lost(span, what, "a run that comes here fails with `NotExpressible`");
        self.state("not expressible", json!({ "Type": "Fail", "Error": "NotExpressible" }))
    }

    pub fn choice(&mut self, condition: &Expr, then: &str, otherwise: &str) -> String {
        let mut conditions = Conditions { words: self.words(), computed: Map::new() };
        let rule = conditions.rule(condition);
        let computed = conditions.computed;
        let Some(Value::Object(mut rule)) = rule else {
            return self.not_expressible(condition.span, "this condition");
        };
        rule.insert("Next".to_string(), then.into());
        let text = (self.text)(condition.span);
        let name = format!("if {}", text.split_whitespace().collect::<Vec<_>>().join(" "));
        let choice = self.state(&name, json!({ "Type": "Choice", "Choices": [rule], "Default": otherwise }));
        if computed.is_empty() {
            return choice;
        }
        let compute =
            json!({ "Type": "Pass", "Parameters": computed, "ResultPath": "$.wfc_compared", "Next": choice });
        self.state(&format!("for {name}"), compute)
    }

    fn give(&mut self, expr: &Expr, after: &str, around: &Around) -> String {
        let target = around.frames().find_map(|(frame, _)| match frame {
            Frame::Gives { key, leave } => Some((key.map(str::to_string), (*leave).clone())),
            _ => None,
        });
        let Some((key, leave)) = target else { return after.to_string() };
        let leave = self.leading_to(&leave);
        match key {
            Some(key) => self.set(&format!("give {key}"), expr, &format!("$.{key}.value"), &leave),
            None => leave,
        }
    }

    /// A loop that looks after each round whether another one is wanted.
    fn repeat(&mut self, repeat: &'a Repeat, after: &str, around: &Around) -> String {
        let block = &repeat.block;
        let head = self.name("next round");
        let key = repeat.name.map(|name| self.paths.value_key(name.value).to_string());
        let begin = match &block.every {
            Some((pause, _)) => self.pause(pause, "pause between rounds", &head),
            None => head.clone(),
        };
        let begin = match &block.at_most_times {
            Some(bound) => {
                let beyond = match &bound.otherwise {
                    Some(otherwise) => self.block(otherwise, after, around),
                    None => after.to_string(),
                };
                let rule = json!({
                    "Variable": "$.wfc_round",
                    "NumericGreaterThanEquals": bound.count,
                    "Next": beyond,
                });
                self.state("rounds left", json!({ "Type": "Choice", "Choices": [rule], "Default": begin }))
            }
            None => begin,
        };
        let check = self.choice(&repeat.until, after, &begin);
        let leave = self.here(&check);
        let frame = Frame::Gives { key: key.as_deref(), leave: &leave };
        let inner = Around { frame: &frame, outer: Some(around) };
        let skips = Frame::Skips { leave: &leave };
        let inner = Around { frame: &skips, outer: Some(&inner) };
        self.clauses(block);
        let body = self.handled_block(block, &check, &inner);
        let level = self.level();
        let count = json!({
            "Type": "Pass",
            "Parameters": { "wfc_round.$": "States.MathAdd($.wfc_rounds.wfc_round, 1)" },
            "ResultPath": "$.wfc_rounds",
            "Next": self.name("count rounds"),
        });
        let expose = count["Next"].as_str().unwrap_or_default().to_string();
        self.levels[level].insert(head.clone(), count);
        self.levels[level].insert(
            expose,
            json!({ "Type": "Pass", "InputPath": "$.wfc_rounds.wfc_round", "ResultPath": "$.wfc_round", "Next": body }),
        );
        self.state(
            "first round",
            json!({ "Type": "Pass", "Result": { "wfc_round": 0 }, "ResultPath": "$.wfc_rounds", "Next": head }),
        )
    }

    /// An end of the workflow: its fields are the output, or the cause of the failure.
    fn end(&mut self, id: GoalId, arguments: &[Argument], span: Span) -> String {
        let goal = &self.model.goals[id];
        let mut output = match self.payload(&goal.fields, arguments) {
            Some(output) => output,
            None => return self.not_expressible(span, "what this end carries"),
        };
        output.insert("wfc_end".to_string(), goal.name.text.as_str().into());
        let name = goal.name.text.to_string();
        let last = self.shared(Shared::End(id), &name, |_| match goal.kind {
            GoalKind::Success => json!({ "Type": "Succeed" }),
            GoalKind::Failure => {
                json!({ "Type": "Fail", "Error": name, "CausePath": "States.JsonToString($)" })
            }
        });
        if self.level() == 0 {
            return self.state(
                &format!("end {name}"),
                json!({ "Type": "Pass", "Parameters": output, "Next": last }),
            );
        }
        let take = self.shared(
            Shared::EndOfBranch(id),
            &format!("end {name}"),
            |_| json!({ "Type": "Pass", "InputPath": "$.wfc_exit.end", "Next": last }),
        );
        for exits in &mut self.exits {
            exits.insert((take.clone(), 0));
        }
        let leave = json!({
            "Type": "Pass",
            "Parameters": { "to": take, "end": output },
            "ResultPath": "$.wfc_exit",
            "End": true,
        });
        self.state(&format!("leave for {name}"), leave)
    }

    /// A state on the outermost level that is written once.
    fn shared(&mut self, which: Shared, name: &str, write: impl FnOnce(&mut Self) -> Value) -> String {
        if let Some(known) = self.shared.get(&which) {
            return known.clone();
        }
        let state = self.outside(0, |outer| {
            let state = write(outer);
            outer.state(name, state)
        });
        self.shared.insert(which, state.clone());
        state
    }

    /// Arguments by the names of the fields they are for; nothing where one cannot be said.
    pub fn payload(&self, fields: &[Field], arguments: &[Argument]) -> Option<Map<String, Value>> {
        let mut payload = Map::new();
        for argument in arguments {
            let Some(field) = argument.parameter.and_then(|at| fields.get(at)) else { continue };
            self.words().template(&argument.value).put(&field.name.text, &mut payload).ok()?;
        }
        Some(payload)
    }

    /// A key for something that has no name: the same for the same place in the text.
    pub fn key_of(&self, name: Option<crate::model::ValueId>, span: Span) -> String {
        match name {
            Some(value) => self.paths.value_key(value).to_string(),
            None => format!("at_{}", span.start),
        }
    }
}
