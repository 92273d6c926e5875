//! Sums of numbers that are read: `2 * order.total + 5`.

use super::domain::Path;
use super::ratio::Ratio;
use crate::model::{Expr, ExprKind, Literal, Model, Operator, Type};
use std::collections::BTreeMap;

/// A number that conditions look at, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    pub path: Path,
    pub is_whole: bool,
    /// A count is never below zero.
    pub is_count: bool,
}

/// Unknowns with what each is multiplied by, and a number beside them.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    pub parts: BTreeMap<Unknown, Ratio>,
    pub constant: Option<Ratio>,
}

impl Sum {
    fn constant(number: Ratio) -> Sum {
        Sum { parts: BTreeMap::new(), constant: Some(number) }
    }

    fn number(&self) -> Ratio {
        self.constant.unwrap_or(Ratio::ZERO)
    }

    fn of(unknown: Unknown) -> Sum {
        Sum { parts: BTreeMap::from([(unknown, Ratio::ONE)]), constant: None }
    }

    /// `None` where the expression is no linear sum of numbers.
    pub fn new(model: &Model, expr: &Expr) -> Option<Sum> {
        match &expr.kind {
            ExprKind::Literal(Literal::Number(text)) => Some(Sum::constant(Ratio::parse(text)?)),
            ExprKind::Literal(Literal::Percent(text)) => {
                Some(Sum::constant(Ratio::parse(text)?.times(Ratio::whole(100).inverse()?)?))
            }
            ExprKind::Literal(Literal::Duration(millis)) => {
                Some(Sum::constant(Ratio::whole(i64::try_from(*millis).ok()?)))
            }
            ExprKind::Value { .. } | ExprKind::Event { .. } | ExprKind::Failure { .. } => {
                let is_whole = match expr.ty {
                    Type::Int => true,
                    Type::Decimal | Type::Percent | Type::Duration => false,
                    _ => return None,
                };
                Some(Sum::of(Unknown { path: Path::new(model, expr)?, is_whole, is_count: false }))
            }
            ExprKind::Count(list) => {
                let path = Path::new(model, list)?.counted();
                Some(Sum::of(Unknown { path, is_whole: true, is_count: true }))
            }
            ExprKind::Negative(inner) => Sum::new(model, inner)?.times(Ratio::whole(-1)),
            ExprKind::Binary { left, operator, right } => {
                let (left, right) = (Sum::new(model, left)?, Sum::new(model, right)?);
                match operator {
                    Operator::Add => left.plus(&right),
                    Operator::Subtract => left.minus(&right),
                    Operator::Multiply if right.parts.is_empty() => left.times(right.number()),
                    Operator::Multiply if left.parts.is_empty() => right.times(left.number()),
                    Operator::Divide if right.parts.is_empty() => left.times(right.number().inverse()?),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn plus(mut self, other: &Sum) -> Option<Sum> {
        for (unknown, factor) in &other.parts {
            let sum = self.parts.get(unknown).copied().unwrap_or(Ratio::ZERO).plus(*factor)?;
            self.parts.insert(unknown.clone(), sum);
        }
        self.parts.retain(|_, factor| *factor != Ratio::ZERO);
        self.constant = Some(self.number().plus(other.number())?);
        Some(self)
    }

    pub fn minus(self, other: &Sum) -> Option<Sum> {
        let negative = other.clone().times(Ratio::whole(-1))?;
        self.plus(&negative)
    }

    fn times(mut self, factor: Ratio) -> Option<Sum> {
        for part in self.parts.values_mut() {
            *part = part.times(factor)?;
        }
        self.parts.retain(|_, part| *part != Ratio::ZERO);
        self.constant = Some(self.number().times(factor)?);
        Some(self)
    }

    /// `sum ? 0` as `form ? bound`, the first unknown counted once; and whether that turned it round.
    pub fn against_a_bound(self) -> Option<(Form, Ratio, bool)> {
        let first = self.parts.values().next().copied()?;
        let scale = first.inverse()?;
        let scaled = self.times(scale)?;
        let bound = scaled.number().negative()?;
        Some((Form { parts: scaled.parts }, bound, first < Ratio::ZERO))
    }

    /// Without unknowns: what it is.
    pub fn known(&self) -> Option<Ratio> {
        self.parts.is_empty().then(|| self.number())
    }
}

/// What is compared with bounds: one number, or a sum of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub parts: BTreeMap<Unknown, Ratio>,
}

impl Form {
    /// The one number that it is, unchanged.
    pub fn alone(&self) -> Option<&Unknown> {
        let mut parts = self.parts.iter();
        match (parts.next(), parts.next()) {
            (Some((unknown, factor)), None) if *factor == Ratio::ONE => Some(unknown),
            _ => None,
        }
    }

    /// Whether it takes the whole numbers only, all of them; `None` where that is not so easily said.
    pub fn is_whole(&self) -> Option<bool> {
        let whole = self.parts.keys().all(|unknown| unknown.is_whole);
        let steps = self.parts.values().all(|factor| factor.is_whole());
        (!whole || steps).then_some(whole)
    }

    pub fn words(&self) -> String {
        let words = self.parts.iter().map(|(unknown, factor)| match *factor == Ratio::ONE {
            true => unknown.path.words.clone(),
            false => format!("{} * {}", factor.words(), unknown.path.words),
        });
        words.collect::<Vec<_>>().join(" + ")
    }
}
