//! Conditions as the rules of a choice. What is computed is computed in a state before.

use super::value::{Template, Words};
use crate::model::{Expr, ExprKind, Literal, Operator, Type};
use serde_json::{Map, Value, json};

/// Rules in the making, and what must be computed for them first.
pub struct Conditions<'a> {
    pub words: Words<'a>,
    /// What stands in the document under `wfc_compared`.
    pub computed: Map<String, Value>,
}

impl Conditions<'_> {
    /// A rule without its `Next`; nothing where it cannot be said.
    pub fn rule(&mut self, expr: &Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Literal(Literal::Bool(value)) => {
                // There is no constant; the context always has a start time.
                Some(json!({ "Variable": "$$.Execution.StartTime", "IsPresent": value }))
            }
            ExprKind::Not(of) => Some(json!({ "Not": self.rule(of)? })),
            ExprKind::Binary { left, operator: Operator::And, right } => {
                Some(json!({ "And": [self.rule(left)?, self.rule(right)?] }))
            }
            ExprKind::Binary { left, operator: Operator::Or, right } => {
                Some(json!({ "Or": [self.rule(left)?, self.rule(right)?] }))
            }
            ExprKind::Binary { left, operator: Operator::In, right } => {
                let ExprKind::List(items) = &right.kind else { return None };
                let rules: Option<Vec<Value>> =
                    items.iter().map(|item| self.compare(left, Operator::Equal, item)).collect();
                rules.filter(|rules| !rules.is_empty()).map(|rules| json!({ "Or": rules }))
            }
            ExprKind::Binary { left, operator, right } => self.compare(left, *operator, right),
            ExprKind::Value { .. } | ExprKind::Event { .. } | ExprKind::Failure { .. } => {
                Some(json!({ "Variable": self.variable(expr)?, "BooleanEquals": true }))
            }
            ExprKind::Literal(_)
            | ExprKind::Reply { .. }
            | ExprKind::Request { .. }
            | ExprKind::EnumValue { .. }
            | ExprKind::Make { .. }
            | ExprKind::List(_)
            | ExprKind::Count(_)
            | ExprKind::Negative(_)
            | ExprKind::Foreign { .. }
            | ExprKind::Bad => None,
        }
    }

    fn compare(&mut self, left: &Expr, operator: Operator, right: &Expr) -> Option<Value> {
        let is_literal = |expr: &Expr| matches!(self.words.template(expr), Template::Static(_));
        if is_literal(left) && !is_literal(right) {
            return self.compare(right, turned(operator)?, left);
        }
        let variable = self.variable(left)?;
        if matches!(right.kind, ExprKind::Literal(Literal::None)) {
            let is_there = json!({ "And": [
                { "Variable": variable, "IsPresent": true },
                { "Variable": variable, "IsNull": false },
            ] });
            return match operator {
                Operator::Equal => Some(json!({ "Not": is_there })),
                Operator::NotEqual => Some(is_there),
                _ => None,
            };
        }
        let family = family(&left.ty).or_else(|| family(&right.ty))?;
        let (comparison, is_turned) = match operator {
            Operator::Equal => ("Equals", false),
            Operator::NotEqual => ("Equals", true),
            Operator::Less => ("LessThan", false),
            Operator::LessOrEqual => ("LessThanEquals", false),
            Operator::Greater => ("GreaterThan", false),
            Operator::GreaterOrEqual => ("GreaterThanEquals", false),
            Operator::Or
            | Operator::And
            | Operator::In
            | Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide => return None,
        };
        let mut rule = Map::new();
        rule.insert("Variable".to_string(), variable.into());
        match self.words.template(right) {
            Template::Static(value) => rule.insert(format!("{family}{comparison}"), value),
            Template::Path(path) => rule.insert(format!("{family}{comparison}Path"), path.into()),
            Template::Call(call) => {
                let path = self.compute(call);
                rule.insert(format!("{family}{comparison}Path"), path.into())
            }
            Template::Object(_) | Template::Lost => return None,
        };
        let rule = Value::Object(rule);
        Some(if is_turned { json!({ "Not": rule }) } else { rule })
    }

    /// A path to what is compared.
    fn variable(&mut self, expr: &Expr) -> Option<String> {
        match self.words.template(expr) {
            Template::Path(path) => Some(path),
            Template::Call(call) => Some(self.compute(call)),
            Template::Static(_) | Template::Object(_) | Template::Lost => None,
        }
    }

    fn compute(&mut self, call: String) -> String {
        let key = format!("c{}", self.computed.len());
        self.computed.insert(format!("{key}.$"), call.into());
        format!("$.wfc_compared.{key}")
    }
}

/// The same comparison with its sides changed.
fn turned(operator: Operator) -> Option<Operator> {
    match operator {
        Operator::Equal | Operator::NotEqual => Some(operator),
        Operator::Less => Some(Operator::Greater),
        Operator::LessOrEqual => Some(Operator::GreaterOrEqual),
        Operator::Greater => Some(Operator::Less),
        Operator::GreaterOrEqual => Some(Operator::LessOrEqual),
        Operator::Or
        | Operator::And
        | Operator::In
        | Operator::Add
        | Operator::Subtract
        | Operator::Multiply
        | Operator::Divide => None,
    }
}

/// Which comparisons a type has. Dates are compared as text, which their order agrees with.
fn family(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::String | Type::Declared(_) | Type::Date | Type::Service(_) => Some("String"),
        Type::Int | Type::Decimal | Type::Duration | Type::Percent => Some("Numeric"),
        Type::Bool => Some("Boolean"),
        Type::Time => Some("Timestamp"),
        Type::Optional(of) => family(of),
        Type::Any | Type::List(_) | Type::Nothing | Type::Fields(_) => None,
    }
}
