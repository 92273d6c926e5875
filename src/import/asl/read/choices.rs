//! The rules of a choice.

use super::paths::is_path;
use super::{Reader, is_dynamic, place, text_name};
use crate::finding::suggest::nearest;
use crate::import::asl::machine::{ChoiceRule, QueryLanguage};
use crate::import::document::{Member, Value, ValueKind};

/// What looks at a variable alone.
const TESTS: &[&str] = &["IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"];
/// `StringEquals` and the like: a type, and how it is compared.
const TYPES: &[&str] = &["String", "Numeric", "Timestamp", "Boolean"];
const COMPARISONS: &[&str] = &["Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"];

impl Reader<'_> {
    pub(super) fn choice_rule<'d>(
        &mut self,
        rule: &'d Value,
        language: QueryLanguage,
    ) -> Option<ChoiceRule<'d>> {
        if rule.object().is_none() {
            self.broken(rule.span, "not an object", "a choice rule must be an object");
            return None;
        }
        let next = rule.get("Next").and_then(text_name);
        if next.is_none() {
            let span = rule.get("Next").map_or(place(rule), |next| next.span);
            let message = "a choice rule needs a `Next` that names a state";
            self.broken(span, "nothing says where to go on", message);
        }
        let condition = match language {
            QueryLanguage::Jsonata => self.jsonata_rule(rule),
            QueryLanguage::JsonPath => {
                self.comparison(rule, &["Next", "Comment", "Assign", "OutputPath"]);
                rule
            }
        };
        Some(ChoiceRule { condition, next })
    }

    fn jsonata_rule<'d>(&mut self, rule: &'d Value) -> &'d Value {
        self.unknown_fields(rule, &["Condition", "Next", "Comment", "Assign", "Output"], "a choice rule");
        let Some(condition) = rule.get("Condition") else {
            self.invalid(place(rule), "no `Condition`", "nothing says when this rule holds");
            return rule;
        };
        if !matches!(condition.kind, ValueKind::Text(_) | ValueKind::Bool(_)) {
            self.invalid(condition.span, "not an expression", "`Condition` must be an expression");
        }
        condition
    }

    /// One test, or several under `And`, `Or`, `Not`.
    fn comparison(&mut self, rule: &Value, besides: &[&str]) {
        let Some(members) = rule.object() else {
            self.broken(rule.span, "not an object", "a choice rule must be an object");
            return;
        };
        let tests: Vec<&Member> =
            members.iter().filter(|member| !besides.contains(&member.key.text.as_str())).collect();
        let joined = tests.iter().find(|member| matches!(member.key.text.as_str(), "And" | "Or" | "Not"));
        let Some(joined) = joined else {
            self.test(rule, &tests);
            return;
        };
        for other in tests.iter().filter(|test| test.key.text != joined.key.text) {
            let message = format!("`{}` cannot stand beside `{}`", other.key.text, joined.key.text);
            self.invalid(other.key.span, "not allowed here", message);
        }
        self.joined(joined);
    }

    fn joined(&mut self, joined: &Member) {
        if joined.key.text == "Not" {
            self.comparison(&joined.value, &["Comment"]);
            return;
        }
        let rules = joined.value.list().unwrap_or_default();
        if rules.is_empty() {
            let message = format!("`{}` must be a list of rules", joined.key.text);
            self.invalid(joined.value.span, "not a list of rules", message);
        }
        rules.iter().for_each(|rule| self.comparison(rule, &["Comment"]));
    }

    fn test(&mut self, rule: &Value, tests: &[&Member]) {
        let (operators, others): (Vec<&Member>, Vec<&Member>) = tests
            .iter()
            .filter(|test| test.key.text != "Variable")
            .partition(|test| is_operator(&test.key.text) || is_dynamic(&test.key.text));
        for other in &others {
            let known =
                ["Variable", "Next", "And", "Or", "Not", "StringEquals", "NumericEquals", "IsPresent"];
            let help = nearest(&other.key.text, known).map(|near| format!("did you mean `{near}`?"));
            let message = format!("`{}` is not a comparison", other.key.text);
            self.invalid(other.key.span, "not allowed here", message).help.extend(help);
        }
        match rule.get("Variable") {
            None => {
                self.invalid(place(rule), "no `Variable`", "nothing says what is compared");
            }
            Some(variable) => {
                if !variable.text().is_some_and(|path| is_path(path) || is_dynamic(path)) {
                    self.invalid(
                        variable.span,
                        "not a path that begins with `$`",
                        "`Variable` must be a path",
                    );
                }
            }
        }
        match operators.as_slice() {
            [] if others.is_empty() => {
                self.invalid(place(rule), "no comparison", "nothing says what it is compared with");
            }
            [] | [_] => {}
            [_, second, ..] => {
                self.invalid(second.key.span, "one too many", "a choice rule compares once");
            }
        }
    }
}

fn is_operator(field: &str) -> bool {
    let field = field.strip_suffix("Path").unwrap_or(field);
    field == "StringMatches"
        || TESTS.contains(&field)
        || TYPES.iter().any(|kind| field.strip_prefix(kind).is_some_and(|rest| COMPARISONS.contains(&rest)))
}
