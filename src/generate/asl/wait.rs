//! Waiting: for time to pass, and for events. Who gets an event hands it to the run by a token, which a
//! function of the name `await-event` keeps for it.

use super::call::catcher;
use super::machine::{Around, Frame, Machine};
use super::value::{Template, seconds};
use crate::model::{Block, EventId, Expr, ExprKind, Formula, HowMany, Limit, LimitKind, Literal, Wait};
use crate::source::Span;
use serde_json::{Value, json};

/// What may come first.
enum Contender<'a> {
    /// One of these, then on with the state.
    Event(EventId, String),
    Time(&'a Limit, String),
}

impl<'a> Machine<'a> {
    pub fn wait(&mut self, wait: &'a Wait, span: Span, after: &str, around: &Around) -> String {
        match wait {
            Wait::Time(time) => self.pause(time, "wait", after),
            Wait::Until(time) => self.until(time, after),
            Wait::For { formula, block } => self.wait_for(formula, block, after, around),
            Wait::Any { block } => {
                let mut contenders = Vec::new();
                for reaction in &block.interrupts {
                    let next = self.block(&reaction.block, after, around);
                    if reaction.formula.how != HowMany::Any && reaction.formula.terms.len() > 1 {
                        self.lost(
                            reaction.formula.span,
                            "several events together",
                            "the first of them counts here",
                        );
                    }
                    self.terms(&reaction.formula);
                    contenders.extend(
                        reaction.formula.terms.iter().map(|it| Contender::Event(it.event, next.clone())),
                    );
                }
                for limit in &block.limits {
                    let next = self.otherwise(limit, after, around);
                    contenders.push(Contender::Time(limit, next));
                }
                self.race(contenders, span)
            }
        }
    }

    pub fn pause(&mut self, time: &Expr, name: &str, after: &str) -> String {
        if let ExprKind::Literal(Literal::Duration(milliseconds)) = &time.kind {
            if milliseconds % 1000 != 0 {
                self.small(time.span, "a part of a second", "pauses and limits are whole seconds");
            }
            let wait = json!({ "Type": "Wait", "Seconds": seconds(*milliseconds), "Next": after });
            return self.state(name, wait);
        }
        match self.words().template(time) {
            Template::Path(path) if path.starts_with("$.") => {
                self.state(name, json!({ "Type": "Wait", "SecondsPath": path, "Next": after }))
            }
            _ => self.not_expressible(time.span, "how long is waited"),
        }
    }

    fn until(&mut self, time: &Expr, after: &str) -> String {
        match self.words().template(time) {
            Template::Path(path) if path.starts_with("$.") => {
                self.state("wait until", json!({ "Type": "Wait", "TimestampPath": path, "Next": after }))
            }
            Template::Static(Value::String(date)) => {
                let moment = if date.contains('T') { date } else { format!("{date}T00:00:00Z") };
                self.state("wait until", json!({ "Type": "Wait", "Timestamp": moment, "Next": after }))
            }
            _ => self.not_expressible(time.span, "until when is waited"),
        }
    }

    fn wait_for(&mut self, formula: &'a Formula, block: &'a Block, after: &str, around: &Around) -> String {
        self.beside(block);
        self.terms(formula);
        let place = self.here(after);
        let frame = Frame::Handlers { handlers: &block.handlers, after: &place };
        let inner = Around { frame: &frame, outer: Some(around) };
        let mut contenders = Vec::new();
        for limit in &block.limits {
            let next = self.otherwise(limit, after, &inner);
            contenders.push(Contender::Time(limit, next));
        }
        let after = self.handled_block(block, after, around);
        match (formula.how, &formula.terms[..]) {
            (HowMany::Any, terms) => {
                contenders.extend(terms.iter().map(|term| Contender::Event(term.event, after.clone())));
                self.race(contenders, formula.span)
            }
            (HowMany::All | HowMany::Some(_), [term]) if contenders.is_empty() => {
                self.awaited(term.event, &after)
            }
            (HowMany::All | HowMany::Some(_), [term]) => {
                contenders.push(Contender::Event(term.event, after));
                self.race(contenders, formula.span)
            }
            (HowMany::All | HowMany::Some(_), terms) => {
                if let HowMany::Some(_) = formula.how {
                    self.lost(formula.span, "a number of events", "all of them are waited for");
                }
                for limit in &block.limits {
                    self.lost(limit.span, "a limit", "a wait for several events cannot be limited");
                }
                self.begin_fork();
                let branches: Vec<Value> = terms
                    .iter()
                    .map(|term| self.branch(|machine, end| machine.awaited(term.event, end)))
                    .collect();
                self.end_fork();
                let mut after = after;
                for (at, term) in terms.iter().enumerate() {
                    let key = self.paths.event_key(term.event).to_string();
                    let take = json!({
                        "Type": "Pass",
                        "InputPath": format!("$.wfc_fork[{at}].{key}"),
                        "ResultPath": format!("$.{key}"),
                        "Next": after,
                    });
                    after = self.state(&format!("take {key}"), take);
                }
                let fork = json!({ "Type": "Parallel", "Branches": branches, "ResultPath": "$.wfc_fork", "Next": after });
                self.state("wait for all", fork)
            }
        }
    }

    fn terms(&mut self, formula: &Formula) {
        self.small(
            formula.span,
            "who hands on an event",
            "a function `await-event` must keep the token for it",
        );
        for condition in formula.terms.iter().filter_map(|term| term.condition.as_ref()) {
            self.lost(condition.span, "`where`", "whoever keeps the token must look at the event");
        }
    }

    fn otherwise(&mut self, limit: &'a Limit, after: &str, around: &Around) -> String {
        match &limit.otherwise {
            Some(block) => self.block(block, after, around),
            None => self.on_outage(around),
        }
    }

    /// A state that is done when somebody has handed on the event.
    fn awaited(&mut self, event: EventId, after: &str) -> String {
        let mut payload = serde_json::Map::new();
        payload.insert("event".to_string(), self.model.event_name(event).into());
        payload.insert("taskToken.$".to_string(), "$$.Task.Token".into());
        let mut by = serde_json::Map::new();
        for name in &self.workflow.correlation {
            let value =
                self.model.values.iter().find(|(_, it)| it.workflow == self.id && it.name.text == name.text);
            if let Some((id, _)) = value {
                by.insert(format!("{}.$", name.text), self.words().value_path(id, &[]).into());
            }
        }
        payload.insert("correlation".to_string(), Value::Object(by));
        let key = self.paths.event_key(event).to_string();
        let task = json!({
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": { "FunctionName": "await-event", "Payload": payload },
            "ResultPath": format!("$.{key}"),
            "Next": after,
        });
        self.state(&format!("await {}", self.model.events[event].name.text), task)
    }

    /// Branches of which the first one ends the others: by failing, because nothing else stops them.
    fn race(&mut self, contenders: Vec<Contender<'a>>, span: Span) -> String {
        let (mut branches, mut catch) = (Vec::new(), Vec::new());
        for (at, contender) in contenders.into_iter().enumerate() {
            let error = format!("wfc.First.{at}");
            self.begin_fork();
            let (branch, next) = match contender {
                Contender::Event(event, next) => {
                    let key = self.paths.event_key(event).to_string();
                    let branch = self.branch(|machine, _| {
                        let cause = format!("States.JsonToString($.{key})");
                        let fail = json!({ "Type": "Fail", "Error": error, "CausePath": cause });
                        let fail = machine.state("first", fail);
                        machine.awaited(event, &fail)
                    });
                    let read = json!({
                        "Type": "Pass",
                        "Parameters": { "won.$": "States.StringToJson($.wfc_trouble.Cause)" },
                        "ResultPath": "$.wfc_trouble",
                    });
                    let take = json!({
                        "Type": "Pass",
                        "InputPath": "$.wfc_trouble.won",
                        "ResultPath": format!("$.{key}"),
                        "Next": next,
                    });
                    let take =
                        self.outside(self.level(), |machine| machine.state(&format!("take {key}"), take));
                    let mut read = read;
                    read["Next"] = take.into();
                    (branch, self.state(&format!("read {key}"), read))
                }
                Contender::Time(limit, next) => {
                    let branch = self.branch(|machine, _| {
                        let fail = machine.state("first", json!({ "Type": "Fail", "Error": error }));
                        match limit.kind {
                            LimitKind::Within => machine.pause(&limit.bound, "limit", &fail),
                            LimitKind::Before => machine.until(&limit.bound, &fail),
                        }
                    });
                    (branch, next)
                }
            };
            self.end_fork();
            branches.push(branch);
            catch.push(catcher(&[&error], &next));
        }
        if branches.is_empty() {
            return self.not_expressible(span, "a wait for nothing");
        }
        let outage = json!({ "Type": "Fail", "Error": "Unhandled" });
        let never = self.state("nobody was first", outage);
        let race = json!({ "Type": "Parallel", "Branches": branches, "Catch": catch, "Next": never });
        self.state("wait for the first", race)
    }
}
