//! A condition over domains, and whether it holds at a point of them.

use super::domain::{Domains, Path, Point};
use super::linear::Sum;
use super::ratio::Ratio;
use crate::model::{Expr, ExprKind, Literal, Model, Operator, Type, TypeKind};
use std::cmp::Ordering;

#[derive(Debug)]
pub enum Formula {
    Known(bool),
    Not(Box<Formula>),
    And(Box<Formula>, Box<Formula>),
    Or(Box<Formula>, Box<Formula>),
    Is { domain: usize, member: String },
    Compares { domain: usize, operator: Operator, bound: Ratio },
}

/// The one name of whatever is there, where only that matters.
const THERE: &str = "something";

impl Formula {
    /// `None` for what cannot be decided.
    pub fn new(model: &Model, domains: &mut Domains, expr: &Expr) -> Option<Formula> {
        match &expr.kind {
            ExprKind::Literal(Literal::Bool(known)) => Some(Formula::Known(*known)),
            ExprKind::Not(inner) => Some(Formula::not(Formula::new(model, domains, inner)?)),
            ExprKind::Binary { left, operator, right } => match operator {
                Operator::And | Operator::Or => {
                    let (left, right) = (
                        Box::new(Formula::new(model, domains, left)?),
                        Box::new(Formula::new(model, domains, right)?),
                    );
                    Some(if *operator == Operator::And {
                        Formula::And(left, right)
                    } else {
                        Formula::Or(left, right)
                    })
                }
                Operator::Equal => equal(model, domains, left, right),
                Operator::NotEqual => equal(model, domains, left, right).map(Formula::not),
                Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                    compares(model, domains, left, *operator, right)
                }
                Operator::In => {
                    let ExprKind::List(items) = &right.kind else { return None };
                    let mut any = Formula::Known(false);
                    for item in items {
                        any = Formula::Or(Box::new(any), Box::new(equal(model, domains, left, item)?));
                    }
                    Some(any)
                }
                Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide => None,
            },
            _ if *present(&expr.ty) == Type::Bool => is(model, domains, expr, "true"),
            _ => None,
        }
    }

    fn not(inner: Formula) -> Formula {
        Formula::Not(Box::new(inner))
    }

    pub fn holds(&self, domains: &Domains, at: &Point) -> bool {
        match self {
            Formula::Known(known) => *known,
            Formula::Not(inner) => !inner.holds(domains, at),
            Formula::And(left, right) => left.holds(domains, at) && right.holds(domains, at),
            Formula::Or(left, right) => left.holds(domains, at) || right.holds(domains, at),
            Formula::Is { domain, member } => domains.member(*domain, at) == Some(member),
            Formula::Compares { domain, operator, bound } => {
                domains.value(*domain, at).is_some_and(|value| compare(value, *operator, *bound))
            }
        }
    }
}

fn present(ty: &Type) -> &Type {
    match ty {
        Type::Optional(inner) => inner,
        other => other,
    }
}

/// `left == right`
fn equal(model: &Model, domains: &mut Domains, left: &Expr, right: &Expr) -> Option<Formula> {
    match (&left.kind, &right.kind) {
        (ExprKind::EnumValue { .. } | ExprKind::Literal(Literal::None | Literal::Bool(_)), right_kind)
            if !matches!(right_kind, ExprKind::EnumValue { .. } | ExprKind::Literal(_)) =>
        {
            equal(model, domains, right, left)
        }
        (_, ExprKind::EnumValue { value, .. }) => is(model, domains, left, &value.text),
        (_, ExprKind::Literal(Literal::None)) => is(model, domains, left, "none"),
        (_, ExprKind::Literal(Literal::Bool(known))) => {
            let condition = Formula::new(model, domains, left)?;
            // Of what may be lacking, `== false` is not the contrary of `== true`.
            match (known, &left.ty) {
                (true, _) => Some(condition),
                (false, Type::Optional(_)) => is(model, domains, left, "false"),
                (false, _) => Some(Formula::not(condition)),
            }
        }
        _ => compares(model, domains, left, Operator::Equal, right),
    }
}

/// Whether what is read is that member of its type.
fn is(model: &Model, domains: &mut Domains, read: &Expr, member: &str) -> Option<Formula> {
    let path = Path::new(model, read)?;
    let lacks = matches!(read.ty, Type::Optional(_) | Type::Nothing);
    let names = match present(&read.ty) {
        Type::Bool => vec!["true".to_string(), "false".to_string()],
        Type::Declared(id) => match &model.types[*id].kind {
            TypeKind::Enum(values) => values.iter().map(|value| value.text.to_string()).collect(),
            TypeKind::Record(_) | TypeKind::Id => vec![THERE.to_string()],
        },
        Type::Any => return None,
        _ => vec![THERE.to_string()],
    };
    let is_name = names.iter().any(|name| name == member);
    let domain = domains.members(path, names, lacks)?;
    // Who asks whether something is there knows of a way on which it is not.
    let is_known = is_name || (member == "none" && domains.may_lack(domain));
    is_known.then(|| Formula::Is { domain, member: member.to_string() })
}

/// A comparison of numbers, with everything that is read on one side.
fn compares(
    model: &Model,
    domains: &mut Domains,
    left: &Expr,
    operator: Operator,
    right: &Expr,
) -> Option<Formula> {
    let sum = Sum::new(model, left)?.minus(&Sum::new(model, right)?)?;
    if let Some(known) = sum.known() {
        return Some(Formula::Known(compare(known, operator, Ratio::ZERO)));
    }
    let (form, bound, is_turned) = sum.against_a_bound()?;
    let operator = if is_turned { turned(operator) } else { operator };
    Some(Formula::Compares { domain: domains.number(form, bound), operator, bound })
}

/// What a comparison becomes when both sides change their sign.
fn turned(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        other => other,
    }
}

fn compare(value: Ratio, operator: Operator, bound: Ratio) -> bool {
    let order = value.cmp(&bound);
    match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::NotEqual => order != Ordering::Equal,
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        Operator::GreaterOrEqual => order != Ordering::Less,
        Operator::Or
        | Operator::And
        | Operator::In
        | Operator::Add
        | Operator::Subtract
        | Operator::Multiply
        | Operator::Divide => false,
    }
}
