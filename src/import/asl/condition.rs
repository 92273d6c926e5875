//! The rules of a choice to conditions: comparisons are understood, the rest is carried unread.

use super::expression::{Foreign, input_path, jsonata, number, simple_path, text_expr};
use super::machine::QueryLanguage;
use crate::import::document::{Member, Value, ValueKind};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Operator};

pub fn condition(rule: &Value, language: QueryLanguage, foreign: &mut Foreign) -> Expr {
    match language {
        QueryLanguage::JsonPath => test(rule, foreign),
        QueryLanguage::Jsonata => jsonata_condition(rule, foreign),
    }
}

/// One rule with `Variable`, or with `And`, `Or`, `Not`.
fn test(rule: &Value, foreign: &mut Foreign) -> Expr {
    for (field, operator) in [("And", Operator::And), ("Or", Operator::Or)] {
        if let Some(rules) = rule.get(field).and_then(Value::list) {
            let tests = rules.iter().map(|rule| grouped(test(rule, foreign))).collect::<Vec<_>>();
            return joined(tests, operator, rule.span);
        }
    }
    if let Some(inner) = rule.get("Not") {
        let inner = grouped(test(inner, foreign));
        return Expr { kind: ExprKind::Not(Box::new(inner)), span: rule.span };
    }
    comparison(rule, foreign).unwrap_or_else(|| foreign.template(rule))
}

fn joined(tests: Vec<Expr>, operator: Operator, span: Span) -> Expr {
    let both = |left: Expr, right: Expr| {
        let span = left.span.to(right.span);
        Expr { kind: ExprKind::Binary(Box::new(left), operator, Box::new(right)), span }
    };
    tests.into_iter().reduce(both).unwrap_or(Expr { kind: ExprKind::Bool(operator == Operator::And), span })
}

fn grouped(inner: Expr) -> Expr {
    match inner.kind {
        ExprKind::Binary(..) => Expr { span: inner.span, kind: ExprKind::Group(Box::new(inner)) },
        _ => inner,
    }
}

fn comparison(rule: &Value, foreign: &mut Foreign) -> Option<Expr> {
    let variable = rule.get("Variable")?;
    let names = simple_path(variable.text()?, "$")?;
    let left = input_path(&names, variable.span);
    let Member { key, value } = rule.object()?.iter().find(|member| is_test(&member.key.text))?;
    let field = key.text.as_str();
    if let "IsPresent" | "IsNull" = field {
        let none = Expr { kind: ExprKind::None, span: value.span };
        let operator = match (field == "IsPresent", value.bool()?) {
            (true, true) | (false, false) => Operator::NotEqual,
            (true, false) | (false, true) => Operator::Equal,
        };
        return Some(binary(left, operator, none));
    }
    let (field, is_path) = match field.strip_suffix("Path") {
        Some(field) => (field, true),
        None => (field, false),
    };
    let operator = operator(field)?;
    let right = match &value.kind {
        ValueKind::Text(path) if is_path => foreign.path(path, value.span),
        ValueKind::Text(text) => text_expr(text, value.span),
        ValueKind::Number(digits) => number(digits, value.span),
        ValueKind::Bool(flag) => Expr { kind: ExprKind::Bool(*flag), span: value.span },
        ValueKind::Null | ValueKind::List(_) | ValueKind::Object(_) => return None,
    };
    Some(binary(left, operator, right))
}

fn binary(left: Expr, operator: Operator, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    Expr { kind: ExprKind::Binary(Box::new(left), operator, Box::new(right)), span }
}

fn is_test(field: &str) -> bool {
    !matches!(field, "Variable" | "Next" | "Comment" | "Assign" | "OutputPath")
}

/// `NumericLessThanEquals` is `<=`; patterns and tests of types have no counterpart.
fn operator(field: &str) -> Option<Operator> {
    let kinds = ["String", "Numeric", "Timestamp", "Boolean"];
    let comparison = kinds.iter().find_map(|kind| field.strip_prefix(kind))?;
    match comparison {
        "Equals" => Some(Operator::Equal),
        "LessThan" => Some(Operator::Less),
        "GreaterThan" => Some(Operator::Greater),
        "LessThanEquals" => Some(Operator::LessOrEqual),
        "GreaterThanEquals" => Some(Operator::GreaterOrEqual),
        _ => None,
    }
}

fn jsonata_condition(value: &Value, foreign: &mut Foreign) -> Expr {
    match &value.kind {
        ValueKind::Bool(flag) => Expr { kind: ExprKind::Bool(*flag), span: value.span },
        ValueKind::Text(text) => {
            let code = jsonata(text).unwrap_or(text);
            simple_comparison(code, value.span).unwrap_or_else(|| foreign.jsonata(code, value.span))
        }
        ValueKind::Null | ValueKind::Number(_) | ValueKind::List(_) | ValueKind::Object(_) => {
            foreign.template(value)
        }
    }
}

/// `$states.input.a = 'b'`: one path, one operator, one literal.
fn simple_comparison(code: &str, span: Span) -> Option<Expr> {
    const OPERATORS: &[(&str, Operator)] = &[
        ("!=", Operator::NotEqual),
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("=", Operator::Equal),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ];
    let (path, operator, literal) = OPERATORS.iter().find_map(|(sign, operator)| {
        let (path, literal) = code.split_once(sign)?;
        Some((path.trim(), *operator, literal.trim()))
    })?;
    let names = simple_path(path, "$states.input")?;
    let right = match literal {
        "true" | "false" => Expr { kind: ExprKind::Bool(literal == "true"), span },
        "null" => Expr { kind: ExprKind::None, span },
        _ if literal.parse::<f64>().is_ok_and(f64::is_finite) && !literal.contains(['e', 'E', '+']) => {
            number(literal, span)
        }
        _ => text_expr(unquoted(literal)?, span),
    };
    Some(binary(input_path(&names, span), operator, right))
}

fn unquoted(literal: &str) -> Option<&str> {
    let quote = literal.chars().next().filter(|letter| matches!(letter, '\'' | '"'))?;
    let inner = literal.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains(['\'', '"', '\\'])).then_some(inner)
}
