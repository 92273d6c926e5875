//! What would tip the balance. Nothing here knows why: numbers are changed, and the votes are asked again.

use super::judgements;
use crate::metrics::style::{Facts, Judged, Judgement, Question, Shape, Thresholds, Verdict, of_sum, votes};
use crate::model::Volatility;

/// The smallest changes that lead to another answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tipping {
    pub tips: Vec<Tip>,
    /// How many numbers were changed at once, at most, before the search was given up.
    pub looked_for: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Tip {
    /// The segment whose answer it changes; `None` for the whole.
    pub segment: Option<usize>,
    pub shifts: Vec<Shift>,
    pub verdict: Verdict,
    /// What the votes sum up to then.
    pub sum: i32,
}

/// One number that is another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    pub key: Key,
    pub from: Value,
    pub to: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    Count(usize),
    Flag(bool),
    Volatility(Option<Volatility>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Answers,
    Returns,
    Joins,
    Choices,
    Chain,
    Undoing,
    Refusals,
    Volatility,
    Needed,
    Owners,
}

impl Key {
    const ALL: [Key; 10] = [
        Key::Answers,
        Key::Returns,
        Key::Joins,
        Key::Choices,
        Key::Chain,
        Key::Undoing,
        Key::Refusals,
        Key::Volatility,
        Key::Needed,
        Key::Owners,
    ];

    pub fn question(self) -> Question {
        match self {
            Key::Answers | Key::Returns => Question::Communication,
            Key::Joins | Key::Choices | Key::Chain => Question::Prerequisites,
            Key::Undoing | Key::Refusals => Question::Compensation,
            Key::Volatility => Question::Volatility,
            Key::Needed | Key::Owners => Question::Responsibility,
        }
    }
}

/// A number changed by more than this is another process.
const FARTHEST: usize = 8;
/// More are not told.
const MOST: usize = 4;

pub(super) fn tipping(judged: &Judged, thresholds: &Thresholds) -> Tipping {
    let mut tips = Vec::new();
    let mut looked_for = 1;
    if matches!(judged.shape, Shape::Empty | Shape::Loose) {
        return Tipping { tips, looked_for: 0 };
    }
    for (segment, judgement) in judgements(judged) {
        let (mut found, n) = of_one(segment, judgement, thresholds);
        looked_for = looked_for.max(n);
        found.truncate(MOST);
        tips.extend(found);
    }
    Tipping { tips, looked_for }
}

fn of_one(segment: Option<usize>, judgement: &Judgement, thresholds: &Thresholds) -> (Vec<Tip>, usize) {
    let facts = &judgement.facts;
    let steps: Vec<(Shift, usize, Facts)> =
        Key::ALL.into_iter().flat_map(|key| shifts(facts, key, thresholds)).collect();
    let ask = |facts: &Facts, shifts: Vec<Shift>| {
        let sum = votes(facts, thresholds).sum();
        let verdict = of_sum(sum, thresholds);
        (verdict != judgement.verdict).then_some(Tip { segment, shifts, verdict, sum })
    };
    let mut single: Vec<(usize, Tip)> = steps
        .iter()
        .filter_map(|(shift, cost, changed)| Some((*cost, ask(changed, vec![*shift])?)))
        .collect();
    if !single.is_empty() {
        single.sort_by_key(|(cost, _)| *cost);
        return (cheapest(single), 1);
    }
    let mut double = Vec::new();
    for (at, (first, cost, changed)) in steps.iter().enumerate() {
        for (second, more, _) in &steps[at + 1..] {
            if first.key.question() != second.key.question() {
                let both = with(changed, *second);
                double.extend(ask(&both, vec![*first, *second]).map(|tip| (cost + more, tip)));
            }
        }
    }
    double.sort_by_key(|(cost, _)| *cost);
    (cheapest(double), 2)
}

/// Of the same numbers the smallest change alone.
fn cheapest(tips: Vec<(usize, Tip)>) -> Vec<Tip> {
    let mut kept: Vec<Tip> = Vec::new();
    for (_, tip) in tips {
        let keys = |tip: &Tip| tip.shifts.iter().map(|shift| shift.key).collect::<Vec<_>>();
        if !kept.iter().any(|known| keys(known) == keys(&tip)) {
            kept.push(tip);
        }
    }
    kept
}

/// The smallest changes of one number that change the vote of its question, up and down, with how large
/// each is.
fn shifts(facts: &Facts, key: Key, thresholds: &Thresholds) -> Vec<(Shift, usize, Facts)> {
    let now = votes(facts, thresholds).of(key.question());
    let mut found: Vec<(Shift, usize, Facts)> = Vec::new();
    let mut seen = vec![now];
    for (to, cost) in values(facts, key) {
        let shift = Shift { key, from: value(facts, key), to };
        let changed = with(facts, shift);
        let vote = votes(&changed, thresholds).of(key.question());
        if !seen.contains(&vote) {
            seen.push(vote);
            found.push((shift, cost, changed));
        }
    }
    found
}

fn value(facts: &Facts, key: Key) -> Value {
    match key {
        Key::Answers => Value::Count(facts.answers),
        Key::Returns => Value::Flag(facts.returns),
        Key::Joins => Value::Count(facts.joins),
        Key::Choices => Value::Count(facts.choices),
        Key::Chain => Value::Count(facts.chain),
        Key::Undoing => Value::Count(facts.undoing),
        Key::Refusals => Value::Count(facts.refusals),
        Key::Volatility => Value::Volatility(facts.volatility),
        Key::Needed => Value::Count(facts.needed),
        Key::Owners => Value::Count(facts.owners),
    }
}

/// Other values, the nearest first, with how far each is away.
fn values(facts: &Facts, key: Key) -> Vec<(Value, usize)> {
    let near = |now: usize, least: usize, most: usize| {
        let one = move |delta: usize| {
            let up = (now + delta <= most).then_some((Value::Count(now + delta), delta));
            let down = (now >= least + delta).then(|| (Value::Count(now - delta), delta));
            up.into_iter().chain(down)
        };
        (1..=FARTHEST).flat_map(one).collect::<Vec<_>>()
    };
    let any = usize::MAX - FARTHEST;
    match key {
        // Not more than there are steps.
        Key::Answers => near(facts.answers, 0, facts.n_steps),
        Key::Returns => vec![(Value::Flag(!facts.returns), 1)],
        Key::Joins => near(facts.joins, 0, any),
        Key::Choices => near(facts.choices, 0, any),
        Key::Chain => near(facts.chain, 1, any),
        Key::Undoing => near(facts.undoing, 0, any),
        Key::Refusals => near(facts.refusals, 0, any),
        Key::Volatility => [Volatility::Low, Volatility::Medium, Volatility::High]
            .into_iter()
            .filter(|other| facts.volatility != Some(*other))
            .map(|other| (Value::Volatility(Some(other)), 1))
            .collect(),
        Key::Needed => near(facts.needed, 0, any),
        Key::Owners => near(facts.owners, 1, any),
    }
}

fn with(facts: &Facts, shift: Shift) -> Facts {
    let mut facts = facts.clone();
    match (shift.key, shift.to) {
        (Key::Answers, Value::Count(n)) => facts.answers = n,
        (Key::Returns, Value::Flag(returns)) => facts.returns = returns,
        (Key::Joins, Value::Count(n)) => facts.joins = n,
        (Key::Choices, Value::Count(n)) => facts.choices = n,
        // A longer chain is more steps.
        (Key::Chain, Value::Count(n)) => {
            facts.n_steps = (facts.n_steps + n).saturating_sub(facts.chain).max(1);
            facts.chain = n;
        }
        (Key::Undoing, Value::Count(n)) => facts.undoing = n,
        (Key::Refusals, Value::Count(n)) => facts.refusals = n,
        (Key::Volatility, Value::Volatility(volatility)) => facts.volatility = volatility,
        (Key::Needed, Value::Count(n)) => facts.needed = n,
        (Key::Owners, Value::Count(n)) => facts.owners = n,
        // `value` and `values` give each number a value of its own kind.
        (_, Value::Count(_) | Value::Flag(_) | Value::Volatility(_)) => {}
    }
    facts
}
