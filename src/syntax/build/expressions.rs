//! Expressions: pest gives them as flat lists, precedence is climbed here.

use super::super::ast::*;
use super::super::grammar::{Pair, Rule};
use super::super::rules::DEEP_NESTING;
use super::tokens::{duration, next_quoted, path, text};
use super::{Builder, Children, events};
use crate::source::Span;

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

fn sum_up(b: &mut Builder, children: &mut Children, whole: Span) -> Expr {
    let operators = children.pairs.clone().filter(is_operator);
    let before = b.n_operators;
    b.n_operators += operators.count() as u32;
    if b.n_operators <= MAX_OPERATORS {
        return climb(b, children, 0);
    }
    let mut operators = children.pairs.clone().filter(is_operator);
    if let Some(first_too_many) = operators.nth((MAX_OPERATORS - before) as usize) {
        let finding = DEEP_NESTING.at(b.span(&first_too_many), "here it goes beyond");
        b.findings.push(
            finding
                .message(format!("this expression has more than {MAX_OPERATORS} operators"))
                .help("name parts of it with `let`"),
        );
    }
    bad(whole)
}

fn is_operator(pair: &Pair) -> bool {
    matches!(pair.as_rule(), Rule::logic | Rule::calculation | Rule::negation | Rule::negative)
}

fn bad(span: Span) -> Expr {
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
            None => match pair.as_str() {
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                "none" => ExprKind::None,
                "now" => ExprKind::Now,
                "round" => ExprKind::Round,
                _ => ExprKind::Path(path(b, &pair)),
            },
        },
        Rule::string => ExprKind::Text(text(b, &pair)),
        Rule::number => ExprKind::Number(pair.as_str().into()),
        Rule::percent => ExprKind::Percent(pair.as_str().into()),
        Rule::duration => ExprKind::Duration(duration(b, &pair)),
        Rule::date => ExprKind::Date(pair.as_str().into()),
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

#[cfg(test)]
mod tests {
    use crate::source::FileId;
    use crate::syntax::ast::{Entry, Expr, ExprKind, Item};
    use crate::syntax::parse;

    /// The tree of an expression, fully bracketed.
    fn tree(text: &str) -> String {
        let parsed = parse(FileId(0), &format!("workflow W {{ let x = {text} }}"));
        assert!(parsed.findings.is_empty(), "{:?}", parsed.findings);
        match parsed.ast.items.as_slice() {
            [Item::Workflow(workflow)] => match workflow.block.entries.as_slice() {
                [Entry::Let(value)] => shown(&value.value),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    fn shown(expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Path(parts) => {
                parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".")
            }
            ExprKind::Number(text) => text.to_string(),
            ExprKind::Group(inner) => shown(inner),
            ExprKind::Not(inner) => format!("(not {})", shown(inner)),
            ExprKind::Negative(inner) => format!("(- {})", shown(inner)),
            ExprKind::Binary(left, operator, right) => {
                format!("({} {operator:?} {})", shown(left), shown(right))
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn operators_bind_as_the_language_says() {
        assert_eq!(tree("a or b and c"), "(a Or (b And c))");
        assert_eq!(tree("a and b or c"), "((a And b) Or c)");
        assert_eq!(tree("not a == b and c"), "((not (a Equal b)) And c)");
        assert_eq!(tree("not not a"), "(not (not a))");
        assert_eq!(tree("a + b * c - d"), "((a Add (b Multiply c)) Subtract d)");
        assert_eq!(tree("-a * b"), "((- a) Multiply b)");
        assert_eq!(tree("a + 1 < b - 2"), "((a Add 1) Less (b Subtract 2))");
        assert_eq!(tree("a in b and c in d"), "((a In b) And (c In d))");
        assert_eq!(tree("(a or b) and c"), "((a Or b) And c)");
        assert_eq!(tree("`a.b`.c - 1"), "(a.b.c Subtract 1)");
    }

    #[test]
    fn words_end_where_identifiers_end() {
        assert_eq!(tree("nothing"), "nothing");
        assert_eq!(tree("order.in - notes"), "(order.in Subtract notes)");
    }
}
