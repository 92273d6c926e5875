//! Held against trying everything: what is decided of random conditions is what a fine grid shows.

use super::Choices;
use crate::model::{Expr, ExprKind, Literal, Model, Operator, StatementKind};
use crate::source::FileId;
use proptest::prelude::*;

fn model(conditions: &[String]) -> Model {
    let choice: Vec<String> = conditions.iter().map(|condition| format!("if {condition} {{ }}")).collect();
    let text = format!(
        "enum Risk(Low, Medium, High)
         service Shop {{ }}
         workflow Decide(risk: Risk, perhaps: Risk?, flag: bool, total: decimal, n: int, m: int,
                         list: list of int) {{
           orchestrated by Shop success Done
           {} end Done }}",
        choice.join(" else ")
    );
    let parsed = crate::syntax::parse(FileId(0), &text);
    let lowered = crate::lower::lower(&[parsed.ast], &crate::lower::Links::default());
    let said: Vec<&String> = parsed.findings.iter().chain(&lowered.findings).map(|it| &it.message).collect();
    assert!(said.is_empty(), "{said:?} in {text}");
    lowered.model
}

fn conditions(model: &Model) -> Vec<&Expr> {
    let workflow = model.workflows.values().next().expect("a workflow");
    let branches = workflow.body.statements.iter().find_map(|statement| match &statement.kind {
        StatementKind::If { branches, .. } => Some(branches),
        _ => None,
    });
    branches.expect("a choice").iter().map(|(condition, _)| condition).collect()
}

fn gap(written: &[&str]) -> Option<Option<String>> {
    let written: Vec<String> = written.iter().map(ToString::to_string).collect();
    let model = model(&written);
    Choices::new(&model, &conditions(&model)).map(|choices| choices.gap())
}

fn gap_is(written: &[&str], case: &str) {
    assert_eq!(gap(written), Some(Some(case.to_string())), "{written:?}");
}

fn is_complete(written: &[&str]) {
    assert_eq!(gap(written), Some(None), "{written:?}");
}

#[test]
fn gaps_are_named() {
    gap_is(&["risk == Risk.Low", "risk == Risk.High"], "`risk` is `Medium`");
    gap_is(&["perhaps in [Risk.Low, Risk.Medium, Risk.High]"], "`perhaps` is `none`");
    gap_is(&["flag"], "`flag` is `false`");
    gap_is(&["total < 10", "total > 10"], "`total` is 10");
    gap_is(&["total < 10", "total >= 12.5"], "`total` is 10");
    gap_is(&["total <= 10", "total >= 12.5"], "`total` is between 10 and 12.5");
    gap_is(&["total > 10"], "`total` is less than 10");
    gap_is(&["n < 10", "n > 10"], "`n` is 10");
    gap_is(&["risk != Risk.Low", "n > 3"], "`risk` is `Low` and `n` is less than 3");
}

#[test]
fn what_is_complete_has_no_gap() {
    is_complete(&["risk == Risk.Low", "risk != Risk.Low"]);
    is_complete(&["risk in [Risk.Low, Risk.High]", "Risk.Medium == risk"]);
    is_complete(&["perhaps == none", "perhaps != none"]);
    is_complete(&["flag == true", "flag == false"]);
    is_complete(&["total < 10", "10 <= total"]);
    // There is no whole number between the two.
    is_complete(&["n <= 10", "n >= 11"]);
    is_complete(&["n + m <= 1", "n + m >= 2"]);
    is_complete(&["2 * total + 1 > 7", "total <= 3"]);
    is_complete(&["n - m > 0", "m > n", "n == m"]);
    is_complete(&["list.count >= 1", "list.count == 0"]);
}

#[test]
fn what_cannot_be_decided_says_nothing() {
    for written in [&["total * total > 4"][..], &["total > n", "total > 3"], &["foreign \"jq\" \".a\" == 1"]]
    {
        assert_eq!(gap(written), None, "{written:?}");
    }
}

#[test]
fn a_condition_may_never_get_its_turn() {
    let model = model(&["total > 10".to_string(), "total > 20".to_string(), "total > 5".to_string()]);
    let choices = Choices::new(&model, &conditions(&model)).expect("decided");
    assert_eq!([0, 1, 2].map(|index| choices.is_never_met(index)), [false, true, false]);
}

/// What the names stand for in one case; numbers in quarters.
#[derive(Clone, Copy)]
struct Case {
    risk: &'static str,
    flag: bool,
    total: i64,
    n: i64,
}

enum Seen {
    Truth(bool),
    Number(i64),
    Member(String),
}

/// Evaluates a condition by itself, without the code under test.
fn see(model: &Model, expr: &Expr, case: Case) -> Seen {
    let number = |expr| match see(model, expr, case) {
        Seen::Number(number) => number,
        Seen::Truth(_) | Seen::Member(_) => unreachable!("a number is compared"),
    };
    match &expr.kind {
        ExprKind::Literal(Literal::Number(text)) => {
            Seen::Number((text.parse::<f64>().expect("a number") * 4.0) as i64)
        }
        ExprKind::Value { value, .. } => match model.values[*value].name.text.as_str() {
            "risk" => Seen::Member(case.risk.to_string()),
            "flag" => Seen::Truth(case.flag),
            "total" => Seen::Number(case.total),
            _ => Seen::Number(case.n),
        },
        ExprKind::EnumValue { value, .. } => Seen::Member(value.text.to_string()),
        ExprKind::Not(inner) => Seen::Truth(!truth(model, inner, case)),
        ExprKind::Binary { left, operator, right } => match operator {
            Operator::And => Seen::Truth(truth(model, left, case) && truth(model, right, case)),
            Operator::Or => Seen::Truth(truth(model, left, case) || truth(model, right, case)),
            Operator::Equal => match (see(model, left, case), see(model, right, case)) {
                (Seen::Member(a), Seen::Member(b)) => Seen::Truth(a == b),
                (Seen::Number(a), Seen::Number(b)) => Seen::Truth(a == b),
                _ => unreachable!("only these are generated"),
            },
            Operator::Less => Seen::Truth(number(left) < number(right)),
            Operator::LessOrEqual => Seen::Truth(number(left) <= number(right)),
            Operator::Greater => Seen::Truth(number(left) > number(right)),
            Operator::GreaterOrEqual => Seen::Truth(number(left) >= number(right)),
            Operator::Add => Seen::Number(number(left) + number(right)),
            _ => unreachable!("only these are generated"),
        },
        _ => unreachable!("only these are generated"),
    }
}

fn truth(model: &Model, expr: &Expr, case: Case) -> bool {
    matches!(see(model, expr, case), Seen::Truth(true))
}

/// Everything the conditions can tell apart: their bounds are whole, so quarters are fine enough.
fn grid() -> Vec<Case> {
    let mut cases = Vec::new();
    for risk in ["Low", "Medium", "High"] {
        for flag in [true, false] {
            for total in -12..=28 {
                cases.extend((-3..=7).map(|n| Case { risk, flag, total, n: n * 4 }));
            }
        }
    }
    cases
}

fn condition() -> impl Strategy<Value = String> {
    let operator = prop_oneof![Just("<"), Just("<="), Just(">"), Just(">="), Just("==")];
    let atom = prop_oneof![
        prop_oneof![Just("Low"), Just("Medium"), Just("High")].prop_map(|it| format!("risk == Risk.{it}")),
        Just("flag".to_string()),
        (prop_oneof![Just("total"), Just("total + 1"), Just("n"), Just("n + 1")], operator, 0..5)
            .prop_map(|(read, operator, bound)| format!("{read} {operator} {bound}")),
    ];
    atom.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| format!("not ({it})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(({a}) and ({b}))")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("(({a}) or ({b}))")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_grid_agrees(written in proptest::collection::vec(condition(), 1..4)) {
        let model = model(&written);
        let conditions = conditions(&model);
        let choices = Choices::new(&model, &conditions).expect("all of these are decided");
        let grid = grid();
        let holds = |index: usize, case: Case| truth(&model, conditions[index], case);
        let all = 0..conditions.len();
        let gap = grid.iter().any(|case| all.clone().all(|index| !holds(index, *case)));
        prop_assert_eq!(choices.gap().is_some(), gap, "{:?}: {:?}", written, choices.gap());
        for index in all.clone() {
            let met = grid.iter().any(|case| holds(index, *case) && (0..index).all(|it| !holds(it, *case)));
            prop_assert_eq!(choices.is_never_met(index), !met, "{:?} at {}", written, index);
            for other in all.clone().filter(|other| *other != index) {
                let both = grid.iter().any(|case| holds(index, *case) && holds(other, *case));
                prop_assert_eq!(choices.overlap(index, other).is_some(), both, "{:?}", written);
            }
        }
    }
}
