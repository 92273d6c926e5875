//! Expressions over examples. What is not surely known has no value.

use super::Play;
use crate::model::{Expr, ExprKind, Literal, Name, Operator, Type};
use serde_json::{Map, Value, json};

impl Play<'_> {
    pub(super) fn value(&self, expr: &Expr) -> Option<Value> {
        Some(match &expr.kind {
            ExprKind::Literal(literal) => match literal {
                Literal::Number(number) if expr.ty == Type::Int => json!(number.parse::<i64>().ok()?),
                Literal::Number(number) => json!(number.as_str()),
                Literal::Percent(number) => json!((number.parse::<f64>().ok()? / 100.0).to_string()),
                Literal::Date(date) => json!(date.as_str()),
                Literal::Text(text) => json!(text),
                Literal::Bool(it) => json!(it),
                Literal::None => Value::Null,
                Literal::Round => json!(self.rounds.last()?),
                Literal::Duration(_) | Literal::Now => return None,
            },
            ExprKind::Value { value, fields } => {
                follow(self.values.get(value).unwrap_or(&Value::Null), fields)
            }
            ExprKind::Event { event, fields } => {
                follow(self.events.get(event).unwrap_or(&Value::Null), fields)
            }
            ExprKind::Failure { name, fields } => {
                let found = self.failures.iter().rev().find(|(known, _)| known == name);
                follow(found.map_or(&Value::Null, |(_, value)| value), fields)
            }
            ExprKind::EnumValue { value, .. } => json!(value.text.as_str()),
            ExprKind::Make { ty, arguments } => {
                let crate::model::TypeKind::Record(fields) = &self.model.types[*ty].kind else { return None };
                let mut made = Map::new();
                for argument in arguments {
                    let field = fields.get(argument.parameter?)?;
                    made.insert(field.name.text.to_string(), self.value(&argument.value)?);
                }
                Value::Object(made)
            }
            ExprKind::List(items) => {
                Value::Array(items.iter().map(|item| self.value(item)).collect::<Option<_>>()?)
            }
            ExprKind::Count(inner) => json!(self.value(inner)?.as_array()?.len()),
            ExprKind::Not(inner) => json!(!self.value(inner)?.as_bool()?),
            ExprKind::Negative(inner) => json!((-number(&self.value(inner)?)?).to_string()),
            ExprKind::Binary { left, operator, right } => self.binary(left, *operator, right)?,
            ExprKind::Reply { .. } | ExprKind::Request { .. } | ExprKind::Foreign { .. } | ExprKind::Bad => {
                return None;
            }
        })
    }

    fn binary(&self, left: &Expr, operator: Operator, right: &Expr) -> Option<Value> {
        if matches!(operator, Operator::And | Operator::Or) {
            let left = self.value(left)?.as_bool()?;
            return match (operator, left) {
                (Operator::And, false) | (Operator::Or, true) => Some(json!(left)),
                _ => Some(json!(self.value(right)?.as_bool()?)),
            };
        }
        let (left, right) = (self.value(left)?, self.value(right)?);
        let numbers = number(&left).zip(number(&right));
        Some(match operator {
            Operator::Equal => json!(same(&left, &right)),
            Operator::NotEqual => json!(!same(&left, &right)),
            Operator::In => json!(right.as_array()?.iter().any(|item| same(item, &left))),
            Operator::Less => json!(numbers?.0 < numbers?.1),
            Operator::LessOrEqual => json!(numbers?.0 <= numbers?.1),
            Operator::Greater => json!(numbers?.0 > numbers?.1),
            Operator::GreaterOrEqual => json!(numbers?.0 >= numbers?.1),
            Operator::Add => json!((numbers?.0 + numbers?.1).to_string()),
            Operator::Subtract => json!((numbers?.0 - numbers?.1).to_string()),
            Operator::Multiply => json!((numbers?.0 * numbers?.1).to_string()),
            Operator::Divide => json!((numbers?.0 / numbers?.1).to_string()),
            Operator::And | Operator::Or => return None,
        })
    }
}

fn follow(value: &Value, fields: &[Name]) -> Value {
    fields
        .iter()
        .fold(value.clone(), |value, field| value.get(field.text.as_str()).cloned().unwrap_or_default())
}

/// Decimals are texts.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn same(left: &Value, right: &Value) -> bool {
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}
