//! From pest's pairs to the syntax tree. What is built here was read without error, so every child
//! that the grammar demands is there.

mod contracts;
mod events;
mod expressions;
mod items;
mod statements;
mod tokens;
mod workflows;

pub(super) use tokens::is_reserved;

use super::ast::{Doc, Item};
use super::edits::Edits;
use super::grammar::{Pair, Rule};
use super::rules::SYNTAX_ERROR;
use super::tidy::Tidy;
use crate::finding::Finding;
use crate::source::{FileId, Span};
use pest::iterators::Pairs;
use std::cell::Cell;

/// What building needs to know of the file, and the findings it makes.
pub(super) struct Builder<'e> {
    file: FileId,
    /// Where in the file the text begins that is read.
    base: usize,
    /// What recovery changed in that text.
    edits: &'e Edits,
    text: &'e str,
    /// The form of it that pest was given.
    tidy: &'e Tidy,
    /// How many of the doc comments stand above something that has one.
    n_docs: usize,
    is_refused: Cell<bool>,
    /// The operators of the expression that is being built, inner ones included.
    n_operators: u32,
    pub findings: Vec<Finding>,
}

impl<'e> Builder<'e> {
    pub fn new(file: FileId, base: usize, edits: &'e Edits, text: &'e str, tidy: &'e Tidy) -> Builder<'e> {
        let is_refused = Cell::new(false);
        Builder { file, base, edits, text, tidy, n_docs: 0, is_refused, n_operators: 0, findings: Vec::new() }
    }

    /// The item of a text that `one_item` has read; none if tidying hid that it is wrong.
    pub fn item(&mut self, mut pairs: Pairs<Rule>) -> Option<Item> {
        let whole = pairs.next().expect("`one_item` gives itself");
        let item = items::item(self, whole);
        (!self.is_refused.get() && self.n_docs == self.tidy.docs.len()).then_some(item)
    }

    /// The doc comment above `pair`, if there is one. They are asked for in their order.
    fn doc(&mut self, pair: &Pair) -> Doc {
        match self.tidy.docs.get(self.n_docs) {
            Some(doc) if doc.above == pair.as_span().start() => {
                self.n_docs += 1;
                tokens::doc(&self.text[doc.start..doc.end])
            }
            _ => Doc::default(),
        }
    }

    /// Notes that what was read is wrong after all.
    fn refuse(&self) {
        self.is_refused.set(true);
    }

    fn span(&self, pair: &Pair) -> Span {
        let span = pair.as_span();
        self.span_of(span.start(), span.end())
    }

    fn span_of(&self, start: usize, end: usize) -> Span {
        let (start, end) = self.tidy.original(start, end);
        let (start, end) = self.edits.original(start, end);
        Span::new(self.file, self.base + start, self.base + end)
    }

    /// The span of what recovery cut out; a finding where nobody did and the mark is the user's.
    fn hole(&mut self, pair: &Pair) -> Span {
        let span = self.span(pair);
        if !self.edits.made_hole(self.tidy.original(pair.as_span().start(), pair.as_span().end()).0) {
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
}
