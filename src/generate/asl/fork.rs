//! Branches and rounds. Each works on its own copy of the document and never fails: what it met stands in
//! its copy, so that what others have done is still known when it must be undone.

use super::machine::{Around, Frame, Machine, reached};
use super::value::Template;
use crate::model::{Block, Expr, ForEach, LoopName, Parallel, ValueId};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What a loop goes over.
struct Rounds<'a> {
    name: Option<LoopName>,
    variable: ValueId,
    list: &'a Expr,
    block: &'a Block,
    /// How many at a time; 0 for all.
    at_once: u32,
}

impl<'a> Machine<'a> {
    pub fn parallel(&mut self, parallel: &'a Parallel, after: &str, around: &Around) -> String {
        let block = &parallel.block;
        if let Some((variable, list)) = &parallel.each {
            let at_once = block.at_once.map_or(0, |(n, _)| n);
            let rounds = Rounds { name: parallel.name, variable: *variable, list, block, at_once };
            return self.rounds(&rounds, after, around);
        }
        self.limits_of_fork(block);
        if let Some(needs) = &block.needs {
            self.lost(needs.span, "`needs`", "all branches are waited for");
        }
        let place = self.here(after);
        let frame = Frame::Handlers { handlers: &block.handlers, after: &place };
        let around = Around { frame: &frame, outer: Some(around) };
        self.begin_fork();
        let mut branches = Vec::new();
        for statement in &block.statements {
            branches.push(self.branch(|machine, end| {
                let leave = machine.here(end);
                let skips = Frame::Skips { leave: &leave };
                machine.statement(statement, end, &Around { frame: &skips, outer: Some(&around) })
            }));
        }
        let exits = self.end_fork();
        let after = self.leave_by(exits, after);
        if branches.is_empty() {
            return after;
        }
        let parts: Vec<String> = (0..branches.len()).map(|n| format!("$.wfc_fork[{n}]")).collect();
        let merge = json!({
            "Type": "Pass",
            "Parameters": { "all.$": merged(&parts) },
            "OutputPath": "$.all",
            "Next": after,
        });
        let merge = self.state("join", merge);
        self.state(
            "fork",
            json!({ "Type": "Parallel", "Branches": branches, "ResultPath": "$.wfc_fork", "Next": merge }),
        )
    }

    pub fn for_each(&mut self, each: &'a ForEach, after: &str, around: &Around) -> String {
        let (variable, list, block) = (each.variable, &each.list, &each.block);
        let rounds = Rounds { name: each.name, variable, list, block, at_once: 1 };
        self.rounds(&rounds, after, around)
    }

    fn rounds(&mut self, rounds: &Rounds<'a>, after: &str, around: &Around) -> String {
        let Rounds { name, variable, list, block, at_once } = rounds;
        self.limits_of_fork(block);
        let Template::Path(items) = self.words().template(list) else {
            return self.not_expressible(list.span, "this list");
        };
        let key = self.key_of(name.map(|name| name.value), block.span);
        let (kept, given) = (format!("$.wfc_rounds_{key}"), format!("wfc_given_{key}"));
        let place = self.here(after);
        let frame = Frame::Handlers { handlers: &block.handlers, after: &place };
        let around = Around { frame: &frame, outer: Some(around) };
        self.begin_fork();
        let variable = self.paths.value_key(*variable).to_string();
        let round = self.branch(|machine, end| {
            let leave = machine.here(end);
            let gives = Frame::Gives { key: Some(&given), leave: &leave };
            let inner = Around { frame: &gives, outer: Some(&around) };
            let skips = Frame::Skips { leave: &leave };
            let inner = Around { frame: &skips, outer: Some(&inner) };
            let plain = machine.inner_statements(block, end, &inner);
            machine.state(
                &format!("take {variable}"),
                json!({
                    "Type": "Pass",
                    "InputPath": "$.item",
                    "ResultPath": format!("$.document.{variable}"),
                    "OutputPath": "$.document",
                    "Next": plain,
                }),
            )
        });
        let exits = self.end_fork();
        let after = self.enough(block, &key, after, &around);
        let after = if name.is_some() {
            let list = json!({
                "Type": "Pass",
                "Parameters": { "value.$": format!("{kept}[*].{given}.value") },
                "ResultPath": format!("$.{key}"),
                "Next": after,
            });
            self.state(&format!("list of {key}"), list)
        } else {
            after
        };
        let after = self.leave_rounds_by(exits, &kept, &after);
        let mut map = json!({
            "Type": "Map",
            "ItemsPath": items,
            "ItemSelector": { "document.$": "$", "item.$": "$$.Map.Item.Value" },
            "ItemProcessor": round,
            "ResultPath": kept,
            "Next": after,
        });
        if *at_once > 0 {
            map["MaxConcurrency"] = (*at_once).into();
        }
        self.state(&format!("each {variable}"), map)
    }

    /// The handlers of the block stand outside of its rounds.
    fn inner_statements(&mut self, block: &'a Block, end: &str, around: &Around) -> String {
        let mut entry = end.to_string();
        for statement in block.statements.iter().rev() {
            entry = self.statement(statement, &entry, around);
        }
        entry
    }

    /// `needs n`: without so many values the block has failed.
    fn enough(&mut self, block: &'a Block, key: &str, after: &str, around: &Around) -> String {
        let Some(needs) = &block.needs else { return after.to_string() };
        let Template::Static(Value::Number(count)) = self.words().template(&needs.count) else {
            self.lost(needs.span, "`needs`", "how many are needed cannot be computed here");
            return after.to_string();
        };
        self.small(
            needs.span,
            "the early end of `needs`",
            "all rounds are waited for, also when enough are done",
        );
        let few = match &needs.otherwise {
            Some(block) => {
                let leave = self.here(after);
                let gives = Frame::Gives { key: Some(key), leave: &leave };
                self.block(block, after, &Around { frame: &gives, outer: Some(around) })
            }
            None => self.on_outage(around),
        };
        let rule = json!({ "Variable": "$.wfc_compared.c0", "NumericLessThan": count, "Next": few });
        let choice = self.state("enough", json!({ "Type": "Choice", "Choices": [rule], "Default": after }));
        let count = json!({
            "Type": "Pass",
            "Parameters": { "c0.$": format!("States.ArrayLength($.{key}.value)") },
            "ResultPath": "$.wfc_compared",
            "Next": choice,
        });
        self.state("count what came", count)
    }

    fn limits_of_fork(&mut self, block: &'a Block) {
        for limit in &block.limits {
            self.lost(
                limit.span,
                "a limit",
                "only a single step can be limited; what is done in here may take longer",
            );
        }
        self.beside(block);
    }

    pub fn begin_fork(&mut self) {
        self.exits.push(BTreeSet::new());
    }

    pub fn end_fork(&mut self) -> BTreeSet<(String, usize)> {
        self.exits.pop().unwrap_or_default()
    }

    /// A machine in the machine; `write` gets the name of the state that ends it.
    pub fn branch(&mut self, write: impl FnOnce(&mut Self, &str) -> String) -> Value {
        self.levels.push(Map::new());
        let end = self.state("done here", json!({ "Type": "Pass", "End": true }));
        let start = write(self, &end);
        let states = self.levels.pop().unwrap_or_default();
        json!({ "StartAt": start, "States": reached(&start, states) })
    }

    /// After the branches: whether one has left, and where for.
    fn leave_by(&mut self, exits: BTreeSet<(String, usize)>, after: &str) -> String {
        if exits.is_empty() {
            return after.to_string();
        }
        let mut choices = Vec::new();
        for (state, level) in exits {
            let next = if level == self.level() {
                state.clone()
            } else {
                // The note about it stands in the document already.
                self.state("leave further", json!({ "Type": "Pass", "End": true }))
            };
            choices.push(json!({
                "And": [
                    { "Variable": "$.wfc_exit.to", "IsPresent": true },
                    { "Variable": "$.wfc_exit.to", "StringEquals": state },
                ],
                "Next": next,
            }));
        }
        self.state("who has left", json!({ "Type": "Choice", "Choices": choices, "Default": after }))
    }

    fn leave_rounds_by(&mut self, exits: BTreeSet<(String, usize)>, kept: &str, after: &str) -> String {
        if exits.is_empty() {
            return after.to_string();
        }
        let which = self.leave_by(exits, after);
        let take = json!({
            "Type": "Pass",
            "InputPath": "$.wfc_left.found[0]",
            "ResultPath": "$.wfc_exit",
            "Next": which,
        });
        let take = self.state("take the first that left", take);
        let rule = json!({ "Variable": "$.wfc_left.found[0]", "IsPresent": true, "Next": take });
        let has_left = json!({ "Type": "Choice", "Choices": [rule], "Default": after });
        let has_left = self.state("has a round left", has_left);
        let look = json!({
            "Type": "Pass",
            "Parameters": { "found.$": format!("{kept}[*].wfc_exit") },
            "ResultPath": "$.wfc_left",
            "Next": has_left,
        });
        self.state("look for rounds that left", look)
    }
}

/// The documents as one; halved each time, because functions nest only ten deep.
fn merged(parts: &[String]) -> String {
    match parts {
        [] => "$".to_string(),
        [one] => one.clone(),
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            format!("States.JsonMerge({}, {}, false)", merged(left), merged(right))
        }
    }
}
