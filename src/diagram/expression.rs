//! Expressions and formulas as people write them, whatever format they came from.

use crate::model::{
    Argument, Expr, ExprKind, Formula, HowMany, Literal, Model, Name, Operator, TypeKind, duration,
};

/// `risk == Risk.High`
pub fn expression(model: &Model, expr: &Expr) -> String {
    printed(model, expr, 0)
}

/// `A and B where B.total > 0`
pub fn formula(model: &Model, formula: &Formula) -> String {
    let terms: Vec<String> = formula
        .terms
        .iter()
        .map(|term| match &term.condition {
            Some(condition) => {
                format!("{} where {}", model.event_name(term.event), expression(model, condition))
            }
            None => model.event_name(term.event),
        })
        .collect();
    match formula.how {
        HowMany::All => terms.join(" and "),
        HowMany::Any => terms.join(" or "),
        HowMany::Some(n) => format!("{n} of ({})", terms.join(", ")),
    }
}

/// How tightly an operator binds; a looser one inside of a tighter one needs parentheses.
fn binding(operator: Operator) -> u8 {
    match operator {
        Operator::Or => 1,
        Operator::And => 2,
        Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual
        | Operator::In => 4,
        Operator::Add | Operator::Subtract => 5,
        Operator::Multiply | Operator::Divide => 6,
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Or => "or",
        Operator::And => "and",
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::In => "in",
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
    }
}

fn printed(model: &Model, expr: &Expr, around: u8) -> String {
    match &expr.kind {
        ExprKind::Literal(it) => literal(it),
        ExprKind::Value { value, fields } => path(&model.values[*value].name.text, fields),
        ExprKind::Event { event, fields } => path(&model.events[*event].name.text, fields),
        ExprKind::Failure { name, fields } => path(name, fields),
        ExprKind::Reply { fields } => path("reply", fields),
        ExprKind::Request { fields } => {
            fields.iter().map(|field| field.text.as_str()).collect::<Vec<_>>().join(".")
        }
        ExprKind::EnumValue { ty, value } => format!("{}.{}", model.types[*ty].name.text, value.text),
        ExprKind::Make { ty, arguments } => {
            let fields = match &model.types[*ty].kind {
                TypeKind::Record(fields) => fields.as_slice(),
                TypeKind::Id | TypeKind::Enum(_) => &[],
            };
            let argument = |it: &Argument| {
                let value = expression(model, &it.value);
                match it.parameter.and_then(|at| fields.get(at)) {
                    Some(field) => format!("{}: {value}", field.name.text),
                    None => value,
                }
            };
            let arguments: Vec<String> = arguments.iter().map(argument).collect();
            format!("{}({})", model.types[*ty].name.text, arguments.join(", "))
        }
        ExprKind::List(items) => {
            let items: Vec<String> = items.iter().map(|item| expression(model, item)).collect();
            format!("[{}]", items.join(", "))
        }
        ExprKind::Count(list) => format!("{}.count", printed(model, list, 7)),
        ExprKind::Not(inner) => in_parentheses(format!("not {}", printed(model, inner, 3)), around > 3),
        ExprKind::Negative(inner) => format!("-{}", printed(model, inner, 7)),
        ExprKind::Binary { left, operator, right } => {
            let own = binding(*operator);
            let (left, right) = (printed(model, left, own), printed(model, right, own + 1));
            in_parentheses(format!("{left} {} {right}", sign(*operator)), own < around)
        }
        ExprKind::Foreign { code, .. } => code.to_string(),
        ExprKind::Bad => "?".to_string(),
    }
}

fn in_parentheses(text: String, needed: bool) -> String {
    if needed { format!("({text})") } else { text }
}

fn path(head: &str, fields: &[Name]) -> String {
    std::iter::once(head).chain(fields.iter().map(|field| field.text.as_str())).collect::<Vec<_>>().join(".")
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Number(text) | Literal::Date(text) => text.to_string(),
        Literal::Percent(text) => format!("{text}%"),
        Literal::Duration(milliseconds) => duration(*milliseconds),
        Literal::Text(text) => format!("\"{text}\""),
        Literal::Bool(true) => "true".to_string(),
        Literal::Bool(false) => "false".to_string(),
        Literal::None => "none".to_string(),
        Literal::Now => "now".to_string(),
        Literal::Round => "round".to_string(),
    }
}
