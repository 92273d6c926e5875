//! Expressions: pest gives them as flat lists, precedence is climbed here.

use super::super::ast::*;
use super::super::grammar::Rule;
use super::super::rules::DEEP_NESTING;
use super::tokens::{duration, next_quoted, path, text};
use super::{Builder, Children, Pair, events};
use crate::source::Span;

/// So many operators may stand in one expression, inner ones included: every phase walks the tree
/// by recursion, and no stack may overflow.
const MAX_OPERATORS: u32 = 500;

pub(super) fn expr(b: &mut Builder, pair: Pair) -> Expr {
    let before = b.n_operators;
    let built = if before > MAX_OPERATORS { bad(b.span(pair)) } else { sum_up(b, pair) };
    if before == 0 {
        b.n_operators = 0;
    }
    built
}

fn sum_up(b: &mut Builder, pair: Pair) -> Expr {
    let before = b.n_operators;
    b.n_operators += operators(b, pair).count() as u32;
    if b.n_operators <= MAX_OPERATORS {
        let mut flat = Flat { at: pair.start(), end: pair.end(), operands: pair.children() };
        return climb(b, &mut flat, 0);
    }
    let first_too_many = operators(b, pair).nth((MAX_OPERATORS - before) as usize);
    if let Some((start, end)) = first_too_many {
        let finding = DEEP_NESTING.at(b.span_of(start, end), "here it goes beyond");
        b.findings.push(
            finding
                .message(format!("this expression has more than {MAX_OPERATORS} operators"))
                .help("name parts of it with `let`"),
        );
    }
    bad(b.span(pair))
}

/// The letters of an expression that are no part of an operand.
fn operators<'t>(b: &Builder<'t>, pair: Pair<'t>) -> impl Iterator<Item = (usize, usize)> + use<'t> {
    let letters = b.letters;
    let mut at = pair.start();
    let gaps = pair.children().map(move |operand| {
        let gap = at..operand.start();
        at = operand.end();
        gap
    });
    gaps.flat_map(move |gap| {
        let letters = letters.text[gap.clone()].char_indices();
        letters.map(move |(at, letter)| (gap.start + at, gap.start + at + letter.len_utf8()))
    })
}

fn bad(span: Span) -> Expr {
    Expr { kind: ExprKind::Bad, span }
}

/// What is left of an expression: operands, with the letters of operators between them.
struct Flat<'t> {
    at: usize,
    end: usize,
    operands: Children<'t>,
}

impl<'t> Flat<'t> {
    fn operand(&mut self) -> Pair<'t> {
        let pair = self.operands.demand();
        self.at = pair.end();
        pair
    }

    /// The letter that comes next, if an operand does not.
    fn operator<'e>(&self, b: &Builder<'e>) -> Option<&'e str> {
        let letters = &b.letters.text[self.at..self.end];
        let is_operand = self.operands.peek().is_some_and(|pair| pair.start() == self.at);
        let length = letters.chars().next().filter(|_| !is_operand)?.len_utf8();
        Some(&letters[..length])
    }

    fn skip(&mut self, letter: &str) {
        self.at += letter.len();
    }
}

/// Reads operands and operators that bind at least as tightly as `floor`.
fn climb(b: &mut Builder, flat: &mut Flat, floor: u8) -> Expr {
    let mut left = operand(b, flat);
    while let Some(letter) = flat.operator(b) {
        let (operator, binding) = infix(b.str_at(flat.at));
        if binding < floor {
            break;
        }
        flat.skip(letter);
        let right = climb(b, flat, binding + 1);
        let span = left.span.to(right.span);
        left = Expr { kind: ExprKind::Binary(Box::new(left), operator, Box::new(right)), span };
    }
    left
}

// `not` binds looser than comparisons and tighter than `and`; `-` before a value binds tightest.
const NOT: u8 = 3;

fn infix(written: &str) -> (Operator, u8) {
    match written {
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
    }
}

fn operand(b: &mut Builder, flat: &mut Flat) -> Expr {
    let Some(letter) = flat.operator(b) else {
        let pair = flat.operand();
        return primary(b, pair, flat);
    };
    let start = b.span_of(flat.at, flat.at + letter.len()).head();
    flat.skip(letter);
    // Every dash has a letter of its own; `not` is a word.
    if letter.is_ascii() {
        let inner = operand(b, flat);
        Expr { span: start.to(inner.span), kind: ExprKind::Negative(Box::new(inner)) }
    } else {
        let inner = climb(b, flat, NOT + 1);
        Expr { span: start.to(inner.span), kind: ExprKind::Not(Box::new(inner)) }
    }
}

fn primary(b: &mut Builder, pair: Pair, flat: &mut Flat) -> Expr {
    let mut span = b.span(pair);
    let kind = match pair.as_rule() {
        Rule::alone => ExprKind::Path(path(b, pair)),
        Rule::path if flat.operands.is_next(Rule::args) => {
            let made = flat.operand();
            span = span.to(b.span(made));
            let arguments = events::arguments(b, made);
            ExprKind::Make(path(b, pair), arguments)
        }
        Rule::path => match b.str(pair) {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "none" => ExprKind::None,
            "now" => ExprKind::Now,
            "round" => ExprKind::Round,
            _ => ExprKind::Path(path(b, pair)),
        },
        Rule::literal => literal(b, pair),
        Rule::group => ExprKind::Group(Box::new(expr(b, pair.children().demand()))),
        Rule::list => ExprKind::List(pair.children().map(|pair| expr(b, pair)).collect()),
        Rule::foreign => {
            let mut children = pair.children();
            let language = next_quoted(b, &mut children);
            ExprKind::Foreign { language, code: next_quoted(b, &mut children) }
        }
        _ => {
            span = b.hole(pair);
            ExprKind::Bad
        }
    };
    Expr { kind, span }
}

fn literal(b: &mut Builder, pair: Pair) -> ExprKind {
    match b.letters(pair) {
        "S" => ExprKind::Text(text(b, pair)),
        "P" => ExprKind::Percent(b.str(pair).into()),
        "T" => ExprKind::Duration(duration(b, pair)),
        "D" => ExprKind::Date(b.str(pair).into()),
        _ => ExprKind::Number(b.str(pair).into()),
    }
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
