//! Decides conditions: whether some case is left out by all of them, or is met by two. Only enums, `bool`,
//! what is there or not, and linear numbers are decided; anything else is not, and says nothing.
//!
//! Each path, or each linear sum of paths, has finitely many cells in which no comparison changes: the
//! values of an enum, or the bounds that some condition names, and what lies between them. One point of
//! each cell stands for it, so that trying all of them is exact.

mod domain;
mod formula;
mod linear;
mod ratio;
#[cfg(test)]
mod tests;

use crate::model::{Expr, Model};
use domain::Domains;
use formula::Formula;

/// More combinations of cells than this are not tried.
const MAX_CASES: usize = 4096;

/// Conditions over one set of things that they look at.
pub struct Choices {
    domains: Domains,
    conditions: Vec<Formula>,
}

/// A case, in words: "`risk` is `Medium` and `total` is more than 10".
pub type Case = String;

impl Choices {
    /// `None` where one of the conditions cannot be decided.
    pub fn new(model: &Model, conditions: &[&Expr]) -> Option<Choices> {
        let mut domains = Domains::default();
        let conditions = conditions.iter().map(|expr| Formula::new(model, &mut domains, expr));
        let conditions = conditions.collect::<Option<Vec<_>>>()?;
        (domains.settle()? <= MAX_CASES).then_some(Choices { domains, conditions })
    }

    /// The first case that none of the conditions meets.
    pub fn gap(&self) -> Option<Case> {
        self.case(|holds| (0..self.conditions.len()).all(|index| !holds(index)))
    }

    /// The first case that both conditions meet.
    pub fn overlap(&self, a: usize, b: usize) -> Option<Case> {
        self.case(|holds| holds(a) && holds(b))
    }

    /// Whether a condition never gets its turn when the ones before it come first.
    pub fn is_never_met(&self, index: usize) -> bool {
        self.case(|holds| holds(index) && (0..index).all(|before| !holds(before))).is_none()
    }

    fn case(&self, wanted: impl Fn(&dyn Fn(usize) -> bool) -> bool) -> Option<Case> {
        let cases = self.domains.cases();
        let mut cases = cases.into_iter();
        let found = cases.find(|case| wanted(&|index| self.conditions[index].holds(&self.domains, case)));
        found.map(|case| self.domains.words(&case))
    }
}
