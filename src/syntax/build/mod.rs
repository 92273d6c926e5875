//! From pest's pairs to the syntax tree. What is built here was read without error, so every child
//! that the grammar demands is there.

mod contracts;
mod events;
mod expressions;
mod items;
mod statements;
mod tokens;
mod workflows;

use super::ast::{Doc, Item};
use super::edits::Edits;
use super::grammar::{Pair, Rule};
use super::rules::SYNTAX_ERROR;
use crate::finding::Finding;
use crate::source::{FileId, Span};
use pest::iterators::Pairs;

/// What building needs to know of the file, and the findings it makes.
pub(super) struct Builder<'e> {
    file: FileId,
    /// Where in the file the text begins that pest was given.
    base: usize,
    /// What recovery changed in that text.
    edits: &'e Edits,
    /// The operators of the expression that is being built, inner ones included.
    n_operators: u32,
    pub findings: Vec<Finding>,
}

impl<'e> Builder<'e> {
    pub fn new(file: FileId, base: usize, edits: &'e Edits) -> Builder<'e> {
        Builder { file, base, edits, n_operators: 0, findings: Vec::new() }
    }

    /// The item of a text that `one_item` has read.
    pub fn item(&mut self, mut pairs: Pairs<Rule>) -> Item {
        let whole = pairs.next().expect("`one_item` gives itself");
        items::item(self, whole)
    }

    fn span(&self, pair: &Pair) -> Span {
        let span = pair.as_span();
        self.span_of(span.start(), span.end())
    }

    fn span_of(&self, start: usize, end: usize) -> Span {
        let (start, end) = self.edits.original(start, end);
        Span::new(self.file, self.base + start, self.base + end)
    }

    /// The span of what recovery cut out; a finding where nobody did and the mark is the user's.
    fn hole(&mut self, pair: &Pair) -> Span {
        let span = self.span(pair);
        if !self.edits.made_hole(pair.as_span().start()) {
            let finding = SYNTAX_ERROR.at(span, "this character has no meaning here");
            self.findings.push(finding.message("unexpected character U+0001"));
        }
        span
    }
}

/// The children of a pair, one after the other.
struct Children<'i> {
    pairs: Pairs<'i, Rule>,
}

impl<'i> Children<'i> {
    fn of(pair: Pair<'i>) -> Children<'i> {
        Children { pairs: pair.into_inner() }
    }

    /// The next child, where the grammar says that there is one.
    fn next(&mut self) -> Pair<'i> {
        self.pairs.next().expect("the grammar demands this child")
    }

    /// The next child if it is a `rule`.
    fn take(&mut self, rule: Rule) -> Option<Pair<'i>> {
        if self.is_next(rule) { self.pairs.next() } else { None }
    }

    fn is_next(&self, rule: Rule) -> bool {
        self.pairs.peek().is_some_and(|pair| pair.as_rule() == rule)
    }

    fn is_empty(&self) -> bool {
        self.pairs.peek().is_none()
    }

    /// The doc comment above, if there is one.
    fn doc(&mut self) -> Doc {
        self.take(Rule::docs).map(|docs| tokens::doc(&docs)).unwrap_or_default()
    }
}
