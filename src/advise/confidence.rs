//! How sure an advice is: by how many votes it stands, and whether what nobody has said could change it.

use super::judgements;
use crate::metrics::style::{Judged, Judgement, Shape, Thresholds, of_sum, votes};
use crate::model::{GoalKind, Model, Origin, Volatility, WorkflowId};

#[derive(Clone, Debug, PartialEq)]
pub struct Sureness {
    pub sure: Sure,
    /// How many votes would have to change, each by one; of several segments the fewest.
    pub margin: Option<i32>,
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    Low,
    Medium,
    High,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Nobody has said how likely change is, and one answer would change the advice.
    Volatility { other: Volatility },
    /// Nobody has said how likely change is; it would change nothing.
    VolatilityIdle,
    /// Nothing has to be held together, and yet the votes do not speak against a conductor.
    Votes { sum: i32 },
    /// Who answers for an end is a default.
    DefaultOwner,
    /// The format cannot say who owns, promises or watches.
    Imported,
}

pub(super) fn sureness(
    model: &Model,
    workflow: WorkflowId,
    judged: &Judged,
    thresholds: &Thresholds,
) -> Sureness {
    let mut doubts = Vec::new();
    let mut margin: Option<i32> = None;
    let mut hangs = false;
    if matches!(judged.shape, Shape::Whole | Shape::Segments) {
        for (_, judgement) in judgements(judged) {
            let own = judgement.margin(thresholds);
            margin = Some(margin.map_or(own, |known| known.min(own)));
            let unsaid = judged.whole.facts.volatility.is_none() && judged.whole.facts.change.is_none();
            match unsaid.then(|| on_volatility(judgement, thresholds)) {
                Some(doubt) if !doubts.contains(&doubt) => {
                    hangs |= doubt != Doubt::VolatilityIdle;
                    doubts.push(doubt);
                }
                _ => {}
            }
        }
    }
    // One that matters says it all.
    if hangs {
        doubts.retain(|doubt| *doubt != Doubt::VolatilityIdle);
    }
    let sum = judged.whole.votes.sum();
    if judged.shape == Shape::Loose && sum > thresholds.choreograph {
        doubts.push(Doubt::Votes { sum });
    }
    let item = &model.workflows[workflow];
    let mut successes =
        item.goals.iter().map(|goal| &model.goals[*goal]).filter(|goal| goal.kind == GoalKind::Success);
    if item.is_choreographed() && successes.any(|goal| goal.owner.written.is_none()) {
        doubts.push(Doubt::DefaultOwner);
    }
    if model.origin(item.span) == Origin::Imported {
        doubts.push(Doubt::Imported);
    }
    let is_close = margin.is_some_and(|margin| margin < 2) || doubts.contains(&Doubt::Votes { sum });
    let is_shaky = hangs || doubts.iter().any(|it| matches!(it, Doubt::DefaultOwner | Doubt::Imported));
    let sure = match (is_close, is_shaky) {
        (false, false) => Sure::High,
        (true, true) => Sure::Low,
        (true, false) | (false, true) => Sure::Medium,
    };
    Sureness { sure, margin, doubts }
}

/// What would follow if somebody said how likely change is.
fn on_volatility(judgement: &Judgement, thresholds: &Thresholds) -> Doubt {
    let facts = &judgement.facts;
    let asked = |volatility| {
        let said = crate::metrics::style::Facts { volatility: Some(volatility), ..facts.clone() };
        of_sum(votes(&said, thresholds).sum(), thresholds)
    };
    let others = [Volatility::High, Volatility::Low].into_iter();
    let other = others.clone().find(|volatility| asked(*volatility) != judgement.verdict);
    other.map_or(Doubt::VolatilityIdle, |other| Doubt::Volatility { other })
}
