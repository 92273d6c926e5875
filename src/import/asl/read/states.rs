//! One state, by its type.

use super::{Reader, is_dynamic, text_name};
use crate::finding::Label;
use crate::finding::suggest::nearest;
use crate::import::asl::fields::{EVERYWHERE, STATE_TYPES, fields_of, is_foreign_to};
use crate::import::asl::machine::{Choice, Machine, QueryLanguage, State, StateKind, Transition};
use crate::import::document::{Member, Value};
use crate::syntax::ast::Name;

impl Reader<'_> {
    pub(super) fn state<'d>(&mut self, member: &'d Member, outer: QueryLanguage) -> Option<State<'d>> {
        let (name, value) = (&member.key, &member.value);
        self.state = Some(name.clone());
        if value.object().is_none() {
            self.not_a_state(name, value);
            return None;
        }
        self.named_once(name);
        let language = self.language(value, outer);
        let kind = self.kind(value, name, language);
        let next = match kind {
            StateKind::Choice(_) | StateKind::Succeed | StateKind::Fail | StateKind::Unreadable => {
                Transition::None
            }
            StateKind::Task(_)
            | StateKind::Pass
            | StateKind::Wait(_)
            | StateKind::Parallel(_)
            | StateKind::Map(_) => self.transition(name, value),
        };
        let comment = value.get("Comment").and_then(Value::text);
        let (retry, catch) = (self.retry(value), self.catch(value));
        Some(State { name: name.clone(), comment, kind, next, language, retry, catch, value })
    }

    /// A setting of the machine that was put one level too deep is read as a state.
    fn not_a_state(&mut self, name: &Name, value: &Value) {
        const SETTINGS: &[&str] = &["QueryLanguage", "Comment", "StartAt", "TimeoutSeconds", "Version"];
        if SETTINGS.contains(&name.text.as_str()) {
            let message = format!("`{}` stands inside `States`, where it is read as a state", name.text);
            let finding = self.invalid(name.span, "not a state, and not applied", message);
            finding.help.push(format!("move `{}` up, beside `States`", name.text));
        } else {
            self.broken(value.span, "not an object", format!("`{}` is no state", name.text));
        }
    }

    /// Names are unique in the whole machine, so that its history can be read.
    fn named_once(&mut self, name: &Name) {
        let Some(&first) = self.names.get(&name.text) else {
            self.names.insert(name.text.clone(), name.span);
            return;
        };
        let message = format!("two states are called `{}`", name.text);
        let label = Label { span: first, text: "the first of them".to_owned() };
        self.invalid(name.span, "a name within the same machine", message).labels.push(label);
    }

    fn kind<'d>(&mut self, value: &'d Value, name: &Name, language: QueryLanguage) -> StateKind<'d> {
        let Some(state_type) = value.get("Type") else {
            self.broken(name.span, "it has no `Type`", format!("state `{}` needs a `Type`", name.text));
            return StateKind::Unreadable;
        };
        let written = state_type.text().unwrap_or_default();
        let Some(allowed) = fields_of(written) else {
            let help = nearest(written, STATE_TYPES.iter().map(|(known, _)| *known));
            let message = match written {
                "" => "the `Type` of a state is a text".to_string(),
                _ => format!("`{written}` is not a type of state"),
            };
            let finding = self.broken(state_type.span, "no such type", message);
            finding.help.extend(help.map(|near| format!("did you mean `{near}`?")));
            return StateKind::Unreadable;
        };
        let all: Vec<&str> = EVERYWHERE.iter().chain(allowed).copied().collect();
        self.unknown_fields(value, &all, &format!("a {written} state"));
        self.other_language(value, allowed, language);
        self.paths(value, language);
        match written {
            "Task" => self.task(value, name, language),
            "Pass" => StateKind::Pass,
            "Wait" => StateKind::Wait(self.wait(value, name)),
            "Choice" => StateKind::Choice(self.choice(value, name, language)),
            "Parallel" => StateKind::Parallel(self.branches(value, name, language)),
            "Map" => StateKind::Map(self.map(value, name, language)),
            "Succeed" => StateKind::Succeed,
            "Fail" => {
                self.at_most_one(value, "Error", "ErrorPath");
                self.at_most_one(value, "Cause", "CausePath");
                StateKind::Fail
            }
            _ => StateKind::Unreadable,
        }
    }

    /// A machine in the wrong language is one mistake, however many fields it shows in.
    fn other_language(&mut self, value: &Value, allowed: &[&str], language: QueryLanguage) {
        let (this, other) = match language {
            QueryLanguage::JsonPath => ("JSONPath", "JSONata"),
            QueryLanguage::Jsonata => ("JSONata", "JSONPath"),
        };
        for Member { key, .. } in value.object().unwrap_or_default() {
            if !allowed.contains(&key.text.as_str()) || !is_foreign_to(&key.text, language) {
                continue;
            }
            let text = format!("a field of {other}");
            match self.other_language.and_then(|at| self.findings.get_mut(at)) {
                Some(finding) if finding.labels.len() < 4 => {
                    finding.labels.push(Label { span: key.span, text });
                }
                Some(_) => {}
                None => {
                    self.other_language = Some(self.findings.len());
                    let message = format!("`{}` belongs to {other}, and this state speaks {this}", key.text);
                    let finding = self.invalid(key.span, text, message);
                    finding
                        .help
                        .push(format!("say `\"QueryLanguage\": \"{other}\"`, or use the fields of {this}"));
                }
            }
        }
    }

    fn transition(&mut self, name: &Name, value: &Value) -> Transition {
        match (value.member("Next"), value.member("End")) {
            (Some(next), Some(end)) => {
                if end.value.bool() != Some(false) {
                    self.invalid(end.key.span, "beside `Next`", "a state goes on or ends, not both");
                }
                self.next(&next.value)
            }
            (Some(next), None) => self.next(&next.value),
            (None, Some(end)) if end.value.bool() == Some(true) => Transition::End(end.key.span),
            (None, Some(end)) => {
                self.broken(
                    end.value.span,
                    "not `true`",
                    "`End` must be `true`, or else there must be a `Next`",
                );
                Transition::None
            }
            (None, None) => {
                let message = format!("state `{}` has neither `Next` nor `End`", name.text);
                self.broken(name.span, "nothing says what comes after it", message);
                Transition::None
            }
        }
    }

    fn next(&mut self, value: &Value) -> Transition {
        match text_name(value) {
            Some(name) => Transition::Next(name),
            None => {
                self.broken(value.span, "not a name", "`Next` must name a state");
                Transition::None
            }
        }
    }

    fn wait<'d>(&mut self, value: &'d Value, name: &Name) -> Option<&'d Member> {
        const BOUNDS: &[&str] = &["Seconds", "Timestamp", "SecondsPath", "TimestampPath"];
        let given: Vec<&Member> = BOUNDS.iter().filter_map(|field| value.member(field)).collect();
        match given.as_slice() {
            [] => {
                let message = format!("wait `{}` does not say how long", name.text);
                self.invalid(name.span, "neither seconds nor a moment", message);
            }
            [one] if one.key.text == "Seconds" => self.number(&one.value, "Seconds", 0.0, 99_999_999.0),
            [_] => {}
            [_, second, ..] => {
                self.invalid(second.key.span, "one too many", "a wait has one bound only");
            }
        }
        given.first().copied()
    }

    fn branches<'d>(&mut self, value: &'d Value, name: &Name, language: QueryLanguage) -> Vec<Machine<'d>> {
        let branches = value.get("Branches").and_then(Value::list).unwrap_or_default();
        if branches.is_empty() {
            let message = format!("parallel `{}` has no list of `Branches`", name.text);
            self.broken(name.span, "nothing to do at once", message);
        }
        branches.iter().map(|branch| self.inner(branch, name, language)).collect()
    }

    fn map<'d>(
        &mut self,
        value: &'d Value,
        name: &Name,
        language: QueryLanguage,
    ) -> Option<Box<Machine<'d>>> {
        const NUMBERS: &[(&str, &str, f64)] = &[
            ("MaxConcurrency", "MaxConcurrencyPath", f64::MAX),
            ("ToleratedFailureCount", "ToleratedFailureCountPath", f64::MAX),
            ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath", 100.0),
        ];
        for (field, path, most) in NUMBERS {
            if let Some(number) = value.get(field) {
                self.number(number, field, 0.0, *most);
            }
            self.at_most_one(value, field, path);
        }
        if let Some(items) = value.get("Items")
            && items.list().is_none()
            && !items.text().is_some_and(is_dynamic)
        {
            self.invalid(items.span, "not a list", "`Items` must be a list or an expression that gives one");
        }
        self.at_most_one(value, "ItemProcessor", "Iterator");
        let Some(machine) = value.get("ItemProcessor").or(value.get("Iterator")) else {
            let message = format!("map `{}` has no `ItemProcessor`", name.text);
            self.broken(name.span, "nothing to do for each item", message);
            return None;
        };
        Some(Box::new(self.inner(machine, name, language)))
    }

    fn inner<'d>(&mut self, value: &'d Value, name: &Name, language: QueryLanguage) -> Machine<'d> {
        let machine = self.machine(value, language);
        self.state = Some(name.clone());
        machine
    }

    fn choice<'d>(&mut self, value: &'d Value, name: &Name, language: QueryLanguage) -> Choice<'d> {
        let default = value.get("Default").and_then(|target| {
            let target_name = text_name(target);
            if target_name.is_none() {
                self.broken(target.span, "not a name", "`Default` must name a state");
            }
            target_name
        });
        let rules = value.get("Choices").and_then(Value::list).unwrap_or_default();
        if rules.is_empty() {
            let message = format!("choice `{}` has no list of `Choices`", name.text);
            self.broken(name.span, "nothing to choose from", message);
        }
        Choice { rules: rules.iter().filter_map(|rule| self.choice_rule(rule, language)).collect(), default }
    }

    pub(super) fn at_most_one(&mut self, value: &Value, first: &str, second: &str) {
        if let (Some(_), Some(second_member)) = (value.member(first), value.member(second)) {
            let message = format!("`{first}` and `{second}` exclude each other");
            self.invalid(second_member.key.span, "one of them only", message);
        }
    }
}
