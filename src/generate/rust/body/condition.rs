//! Operators: what is reckoned and compared.

use super::Body;
use super::expr::Code;
use crate::generate::rust::layout::{Doc, call, text};
use crate::generate::text as escape;
use crate::model::{Expr, ExprKind, Literal, Operator, Type};

impl Body<'_> {
    pub(super) fn operation(&mut self, expr: &Expr) -> Code {
        let doc = match &expr.kind {
            ExprKind::Not(inner) => self.negated(inner),
            ExprKind::Binary { left, operator, right } => self.binary(left, *operator, right, &expr.ty),
            _ => text("false"),
        };
        Code { doc, ty: expr.ty.clone(), is_place: false, borrowed: false }
    }

    /// `not (a == b)` is `a != b`.
    fn negated(&mut self, inner: &Expr) -> Doc {
        if let ExprKind::Binary { left, operator, right } = &inner.kind {
            let turned = match operator {
                Operator::Equal => Some(Operator::NotEqual),
                Operator::NotEqual => Some(Operator::Equal),
                Operator::Less => Some(Operator::GreaterOrEqual),
                Operator::LessOrEqual => Some(Operator::Greater),
                Operator::Greater => Some(Operator::LessOrEqual),
                Operator::GreaterOrEqual => Some(Operator::Less),
                _ => None,
            };
            if let Some(turned) = turned {
                return self.binary(left, turned, right, &Type::Bool);
            }
        }
        if let ExprKind::Not(twice) = &inner.kind {
            return self.operand(twice, &Type::Bool);
        }
        let doc = self.operand(inner, &Type::Bool);
        match &inner.kind {
            ExprKind::Binary { operator: Operator::In, .. } => Doc::Row(vec![text("!"), doc]),
            ExprKind::Binary { .. } => Doc::Row(vec![text("!("), doc, text(")")]),
            _ => Doc::Row(vec![text("!"), doc]),
        }
    }

    fn binary(&mut self, left: &Expr, operator: Operator, right: &Expr, ty: &Type) -> Doc {
        match operator {
            Operator::Equal | Operator::NotEqual if Self::is_none(right) => self.absent(left, operator),
            Operator::Equal | Operator::NotEqual if Self::is_none(left) => self.absent(right, operator),
            Operator::And | Operator::Or => {
                let bool = Type::Bool;
                let left = self.beside_operator(left, operator, &bool, false);
                let right = self.beside_operator(right, operator, &bool, true);
                joined(left, symbol(operator), right)
            }
            Operator::In => {
                let item = match &right.ty {
                    Type::List(inner) => (**inner).clone(),
                    Type::Any => Type::Any,
                    _ => left.ty.clone(),
                };
                let list = match right.ty {
                    Type::Any => self.list_of(right),
                    _ => self.operand(right, &right.ty),
                };
                let list = match list {
                    Doc::List { items, close, spaced, .. } if matches!(right.kind, ExprKind::List(_)) => {
                        Doc::List { open: "[".to_string(), items, close, spaced }
                    }
                    list => list,
                };
                let item = self.operand(left, &item);
                Doc::Row(vec![list, call(".contains", vec![Doc::Row(vec![text("&"), item])])])
            }
            Operator::Divide => {
                self.runtime.insert("divide");
                let (left_ty, right_ty) = match (&left.ty, &right.ty) {
                    (Type::Duration, Type::Duration) => (Type::Duration, Type::Duration),
                    (Type::Duration, _) => (Type::Duration, Type::Decimal),
                    _ => (Type::Decimal, Type::Decimal),
                };
                let items = vec![self.fitted(left, &left_ty), self.fitted(right, &right_ty)];
                call("divide", items).then("?")
            }
            Operator::Add if matches!((&left.ty, &right.ty), (Type::String, Type::String)) => {
                let items = vec![text("\"{}{}\""), self.valued(left), self.valued(right)];
                call("format!", items)
            }
            Operator::Add | Operator::Subtract | Operator::Multiply => {
                self.reckoned(left, operator, right, ty)
            }
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => {
                let common = common(&left.ty, &right.ty);
                if matches!(operator, Operator::Equal | Operator::NotEqual) && common == Type::String {
                    let mut side = |expr: &Expr, is_right| match &expr.kind {
                        ExprKind::Literal(Literal::Text(written)) => text(escape::rust(written)),
                        _ => self.beside_operator(expr, operator, &Type::String, is_right),
                    };
                    let (left, right) = (side(left, false), side(right, true));
                    return joined(left, symbol(operator), right);
                }
                if common == Type::Any && !matches!(operator, Operator::Equal | Operator::NotEqual) {
                    return self.ordered(left, operator, right);
                }
                let left = self.beside_operator(left, operator, &common, false);
                let right = self.beside_operator(right, operator, &common, true);
                joined(left, symbol(operator), right)
            }
        }
    }

    /// What may be of any type has an order only where both are numbers, or both are texts.
    fn ordered(&mut self, left: &Expr, operator: Operator, right: &Expr) -> Doc {
        self.runtime.insert("compare");
        let items = vec![self.fitted(left, &Type::Any), self.fitted(right, &Type::Any)];
        let is = match operator {
            Operator::Less => ".is_lt()",
            Operator::LessOrEqual => ".is_le()",
            Operator::Greater => ".is_gt()",
            _ => ".is_ge()",
        };
        call("compare", items).then(format!("?{is}"))
    }

    fn absent(&mut self, expr: &Expr, operator: Operator) -> Doc {
        let code = self.code(expr);
        let method = if operator == Operator::Equal { ".is_none()" } else { ".is_some()" };
        match &code.ty {
            Type::Optional(_) => code.doc.then(method),
            Type::Any => {
                code.doc.then(if operator == Operator::Equal { ".is_null()" } else { ".is_object()" })
            }
            // What is surely there is never absent.
            _ => text((operator == Operator::NotEqual).to_string()),
        }
    }

    fn reckoned(&mut self, left: &Expr, operator: Operator, right: &Expr, ty: &Type) -> Doc {
        match (&left.ty, &right.ty) {
            (Type::Time | Type::Date | Type::Duration, _) | (_, Type::Time | Type::Date | Type::Duration) => {
                let function = match (operator, &left.ty, &right.ty) {
                    (Operator::Multiply, ..) => "times",
                    (Operator::Subtract, Type::Time | Type::Date, Type::Time | Type::Date) => "between",
                    (Operator::Subtract, ..) => "earlier",
                    _ => "later",
                };
                self.runtime.insert(function);
                let (first, second) = match (&left.ty, function) {
                    (Type::Time | Type::Date, _) => (left, right),
                    (Type::Duration, "times") => (left, right),
                    (_, "times") => (right, left),
                    (Type::Duration, _) if matches!(right.ty, Type::Time | Type::Date) => (right, left),
                    _ => (left, right),
                };
                let second_ty = if function == "times" { Type::Decimal } else { second.ty.clone() };
                let items = vec![self.valued(first), self.fitted(second, &second_ty)];
                call(function, items).then("?")
            }
            // What may be of any type is reckoned with as a number.
            _ if *ty == Type::Any => {
                self.runtime.insert("to_any");
                let (left, right) = (self.fitted_number(left), self.fitted_number(right));
                let sum = joined(left, symbol(operator), right);
                call("to_any", vec![Doc::Row(vec![text("&("), sum, text(")")])]).then("?")
            }
            _ => {
                let left = self.beside_operator(left, operator, ty, false);
                let right = self.beside_operator(right, operator, ty, true);
                joined(left, symbol(operator), right)
            }
        }
    }

    fn fitted_number(&mut self, expr: &Expr) -> Doc {
        if expr.ty == Type::Any {
            self.runtime.insert("from_any");
            let value = self.valued(expr);
            return call("from_any::<rust_decimal::Decimal>", vec![value]).then("?");
        }
        self.beside_operator(expr, Operator::Multiply, &Type::Decimal, true)
    }

    /// One side of an operator, in parentheses where it would be read differently without.
    fn beside_operator(&mut self, expr: &Expr, around: Operator, wanted: &Type, is_right: bool) -> Doc {
        let doc = self.operand(expr, wanted);
        let ExprKind::Binary { operator, .. } = &expr.kind else { return doc };
        if expr.ty != *wanted {
            // It stands in the parentheses of a call already.
            return doc;
        }
        let (inner, outer) = (tightness(*operator), tightness(around));
        let needs = inner < outer || (inner == outer && (is_right || inner == COMPARES));
        if needs { Doc::Row(vec![text("("), doc, text(")")]) } else { doc }
    }
}

/// Comparisons cannot be chained.
const COMPARES: u8 = 3;

fn tightness(operator: Operator) -> u8 {
    match operator {
        Operator::Or => 1,
        Operator::And => 2,
        Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual => COMPARES,
        Operator::Add | Operator::Subtract => 4,
        Operator::Multiply => 5,
        // Calls.
        Operator::In | Operator::Divide => 6,
    }
}

fn symbol(operator: Operator) -> &'static str {
    match operator {
        Operator::Or => "||",
        Operator::And => "&&",
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::In | Operator::Divide => ",",
    }
}

fn joined(left: Doc, symbol: &'static str, right: Doc) -> Doc {
    match left {
        Doc::Operands(first, mut rest) if rest.iter().all(|(operator, _)| *operator == symbol) => {
            rest.push((symbol, right));
            Doc::Operands(first, rest)
        }
        left => Doc::Operands(Box::new(left), vec![(symbol, right)]),
    }
}

/// The type in which two values can be compared.
fn common(left: &Type, right: &Type) -> Type {
    match (left, right) {
        (Type::Optional(a), Type::Optional(b)) => Type::Optional(Box::new(common(a, b))),
        (Type::Optional(a), b) | (b, Type::Optional(a)) => Type::Optional(Box::new(common(a, b))),
        (Type::Any, _) | (_, Type::Any) => Type::Any,
        (Type::Int, Type::Int) => Type::Int,
        (Type::Int | Type::Decimal | Type::Percent, Type::Int | Type::Decimal | Type::Percent) => {
            Type::Decimal
        }
        (Type::Date, Type::Time) | (Type::Time, Type::Date) => Type::Time,
        (a, _) => a.clone(),
    }
}
