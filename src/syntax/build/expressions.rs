//! Expressions: pest gives them as flat lists, precedence is climbed here.

use super::super::ast::*;
use super::super::grammar::{Pair, Rule};
use super::super::rules::DEEP_NESTING;
use super::tokens::{duration, next_quoted, path, text};
use super::{Builder, Children, events};

/// So many operators may stand in one expression, inner ones included: every phase walks the tree
/// by recursion, and no stack may overflow.
const MAX_OPERATORS: u32 = 500;

pub(super) fn expr(b: &mut Builder, pair: Pair) -> Expr {
    let before = b.n_operators;
    let whole = b.span(&pair);
    let mut children = Children::of(pair);
    let built = if before > MAX_OPERATORS { bad(whole) } else { sum_up(b, &mut children, whole) };
    if before == 0 {
        b.n_operators = 0;
    }
    built
}

fn sum_up(b: &mut Builder, children: &mut Children, whole: crate::source::Span) -> Expr {
    if !children.is_empty() {
        let n_operators = count_operators(children);
        b.n_operators += n_operators;
        if b.n_operators > MAX_OPERATORS {
            if b.n_operators - n_operators <= MAX_OPERATORS {
                let finding = DEEP_NESTING
                    .at(whole, format!("{n_operators} operators, at most {MAX_OPERATORS} are read"));
                b.findings.push(
                    finding
                        .message(format!("this expression has more than {MAX_OPERATORS} operators"))
                        .help("name parts of it with `let`"),
                );
            }
            return bad(whole);
        }
    }
    climb(b, children, 0)
}

fn count_operators(children: &Children) -> u32 {
    let is_operator = |pair: &Pair| {
        matches!(pair.as_rule(), Rule::logic | Rule::calculation | Rule::negation | Rule::negative)
    };
    children.pairs.clone().filter(is_operator).count() as u32
}

fn bad(span: crate::source::Span) -> Expr {
    Expr { kind: ExprKind::Bad, span }
}

/// Reads operands and operators that bind at least as tightly as `floor`.
fn climb(b: &mut Builder, children: &mut Children, floor: u8) -> Expr {
    let mut left = operand(b, children);
    while let Some((operator, binding)) = children.pairs.peek().and_then(|pair| infix(&pair)) {
        if binding < floor {
            break;
        }
        children.next();
        let right = climb(b, children, binding + 1);
        let span = left.span.to(right.span);
        left = Expr { kind: ExprKind::Binary(Box::new(left), operator, Box::new(right)), span };
    }
    left
}

// `not` binds looser than comparisons and tighter than `and`; `-` before a value binds tightest.
const NOT: u8 = 3;

fn infix(pair: &Pair) -> Option<(Operator, u8)> {
    if !matches!(pair.as_rule(), Rule::logic | Rule::calculation) {
        return None;
    }
    Some(match pair.as_str() {
        "or" => (Operator::Or, 1),
        "and" => (Operator::And, 2),
        "==" => (Operator::Equal, 4),
        "!=" => (Operator::NotEqual, 4),
        "<" => (Operator::Less, 4),
        "<=" => (Operator::LessOrEqual, 4),
        ">" => (Operator::Greater, 4),
        ">=" => (Operator::GreaterOrEqual, 4),
        "in" => (Operator::In, 4),
        "+" => (Operator::Add, 5),
        "-" => (Operator::Subtract, 5),
        "*" => (Operator::Multiply, 6),
        _ => (Operator::Divide, 6),
    })
}

fn operand(b: &mut Builder, children: &mut Children) -> Expr {
    let pair = children.next();
    let start = b.span(&pair).head();
    match pair.as_rule() {
        Rule::negation => {
            let inner = climb(b, children, NOT + 1);
            Expr { span: start.to(inner.span), kind: ExprKind::Not(Box::new(inner)) }
        }
        Rule::negative => {
            let inner = operand(b, children);
            Expr { span: start.to(inner.span), kind: ExprKind::Negative(Box::new(inner)) }
        }
        _ => primary(b, pair, children),
    }
}

fn primary(b: &mut Builder, pair: Pair, children: &mut Children) -> Expr {
    let mut span = b.span(&pair);
    let kind = match pair.as_rule() {
        Rule::path => match children.take(Rule::made) {
            Some(made) => {
                span = span.to(b.span(&made));
                let arguments = events::arguments(b, &mut Children::of(made));
                ExprKind::Make(path(b, &pair), arguments)
            }
            None => ExprKind::Path(path(b, &pair)),
        },
        Rule::string => ExprKind::Text(text(b, &pair)),
        Rule::number => ExprKind::Number(pair.as_str().into()),
        Rule::percent => ExprKind::Percent(pair.as_str().into()),
        Rule::duration => ExprKind::Duration(duration(b, &pair)),
        Rule::date => ExprKind::Date(pair.as_str().into()),
        Rule::truth => ExprKind::Bool(pair.as_str() == "true"),
        Rule::none => ExprKind::None,
        Rule::now => ExprKind::Now,
        Rule::round => ExprKind::Round,
        Rule::group => ExprKind::Group(Box::new(expr(b, Children::of(pair).next()))),
        Rule::list => ExprKind::List(pair.into_inner().map(|pair| expr(b, pair)).collect()),
        Rule::foreign => {
            let mut children = Children::of(pair);
            let language = next_quoted(b, &mut children);
            ExprKind::Foreign { language, code: next_quoted(b, &mut children) }
        }
        _ => {
            span = b.hole(&pair);
            ExprKind::Bad
        }
    };
    Expr { kind, span }
}
