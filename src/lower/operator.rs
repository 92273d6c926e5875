//! Operators: what they take, and what comes out.

use super::body::Body;
use super::need::{need, refuse};
use super::rules::TYPE_MISMATCH;
use super::types::{comparable, print};
use crate::model::{Expr, ExprKind, Operator, Type};
use crate::source::Span;
use crate::syntax::ast;

pub(super) fn binary(cx: &mut Body, left: Expr, operator: ast::Operator, right: Expr, span: Span) -> Expr {
    use ast::Operator as Written;
    let (operator, ty) = match operator {
        Written::Or => (Operator::Or, logic(cx, &left, &right)),
        Written::And => (Operator::And, logic(cx, &left, &right)),
        Written::Equal => (Operator::Equal, equal(cx, &left, &right)),
        Written::NotEqual => (Operator::NotEqual, equal(cx, &left, &right)),
        Written::Less => (Operator::Less, order(cx, &left, &right)),
        Written::LessOrEqual => (Operator::LessOrEqual, order(cx, &left, &right)),
        Written::Greater => (Operator::Greater, order(cx, &left, &right)),
        Written::GreaterOrEqual => (Operator::GreaterOrEqual, order(cx, &left, &right)),
        Written::In => (Operator::In, member(cx, &left, &right)),
        Written::Add => (Operator::Add, arithmetic(cx, &left, Operator::Add, &right)),
        Written::Subtract => (Operator::Subtract, arithmetic(cx, &left, Operator::Subtract, &right)),
        Written::Multiply => (Operator::Multiply, arithmetic(cx, &left, Operator::Multiply, &right)),
        Written::Divide => (Operator::Divide, arithmetic(cx, &left, Operator::Divide, &right)),
    };
    Expr { kind: ExprKind::Binary { left: Box::new(left), operator, right: Box::new(right) }, ty, span }
}

fn logic(cx: &mut Body, left: &Expr, right: &Expr) -> Type {
    need(cx, left, &Type::Bool, "a condition");
    need(cx, right, &Type::Bool, "a condition");
    Type::Bool
}

fn equal(cx: &mut Body, left: &Expr, right: &Expr) -> Type {
    if !comparable(&left.ty, &right.ty) {
        let (a, b) = (print(&cx.sys.model, &left.ty), print(&cx.sys.model, &right.ty));
        let finding = TYPE_MISMATCH
            .at(left.span, format!("this is `{a}`"))
            .label(right.span, format!("and this is `{b}`"))
            .message(format!("`{a}` and `{b}` are never equal"))
            .help("compare values of the same type");
        cx.report_typed(finding);
    }
    Type::Bool
}

fn order(cx: &mut Body, left: &Expr, right: &Expr) -> Type {
    let ordered = |ty: &Type| {
        matches!(
            ty,
            Type::Int
                | Type::Decimal
                | Type::Percent
                | Type::Date
                | Type::Time
                | Type::Duration
                | Type::String
                | Type::Any
        )
    };
    for side in [left, right] {
        if !ordered(&side.ty) {
            refuse(cx, side, "something that has an order");
            return Type::Bool;
        }
    }
    equal(cx, left, right)
}

fn member(cx: &mut Body, left: &Expr, right: &Expr) -> Type {
    match &right.ty {
        Type::Any => {}
        Type::List(inner) if comparable(&left.ty, inner) => {}
        Type::List(inner) => {
            let inner = (**inner).clone();
            need(cx, left, &inner, "what is looked for in this list");
        }
        _ => {
            refuse(cx, right, "a list");
        }
    }
    Type::Bool
}

fn arithmetic(cx: &mut Body, left: &Expr, operator: Operator, right: &Expr) -> Type {
    use Type::{Any, Date, Decimal, Duration, Int, Percent, String, Time};
    match (&left.ty, operator, &right.ty) {
        (Any, _, _) | (_, _, Any) => Any,
        (Int, Operator::Add | Operator::Subtract | Operator::Multiply, Int) => Int,
        (Int | Decimal | Percent, _, Int | Decimal | Percent) => Decimal,
        (Duration, Operator::Add | Operator::Subtract, Duration) => Duration,
        (Duration, Operator::Divide, Duration) => Decimal,
        (Duration, Operator::Multiply | Operator::Divide, Int | Decimal | Percent) => Duration,
        (Int | Decimal | Percent, Operator::Multiply, Duration) => Duration,
        (Time | Date, Operator::Add | Operator::Subtract, Duration)
        | (Duration, Operator::Add, Time | Date) => Time,
        (Time | Date, Operator::Subtract, Time | Date) => Duration,
        (String, Operator::Add, String) => String,
        (
            Int | Decimal | Percent | Duration | Time | Date | String,
            _,
            Int | Decimal | Percent | Duration | Time | Date | String,
        ) => {
            let (a, b) = (print(&cx.sys.model, &left.ty), print(&cx.sys.model, &right.ty));
            let finding = TYPE_MISMATCH
                .at(left.span, format!("this is `{a}`"))
                .label(right.span, format!("and this is `{b}`"))
                .message(format!("`{a}` and `{b}` cannot be reckoned together like this"))
                .help("numbers go with numbers, durations with durations and times");
            cx.report_typed(finding);
            Any
        }
        (Int | Decimal | Percent | Duration | Time | Date | String, _, _) => {
            refuse(cx, right, "a number or a time")
        }
        (_, _, _) => refuse(cx, left, "a number or a time"),
    }
}
