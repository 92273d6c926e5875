//! From pest's pairs to the syntax tree. What is built here was read without error, so every child
//! that the grammar demands is there.

mod contracts;
mod events;
mod expressions;
mod items;
mod pairs;
mod statements;
mod tokens;
mod workflows;

pub(super) use tokens::is_reserved;

use super::ast::{Doc, Item};
use super::edits::Edits;
use super::grammar::Rule;
use super::letters::Letters;
use super::rules::SYNTAX_ERROR;
use crate::finding::Finding;
use crate::source::{FileId, Span};
use pairs::{Children, Pair, Tree};
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
    letters: &'e Letters,
    /// How many of the doc comments stand above something that has one.
    n_docs: usize,
    is_refused: Cell<bool>,
    /// The operators of the expression that is being built, inner ones included.
    n_operators: u32,
    pub findings: Vec<Finding>,
}

impl<'e> Builder<'e> {
    pub fn new(
        file: FileId,
        base: usize,
        edits: &'e Edits,
        text: &'e str,
        letters: &'e Letters,
    ) -> Builder<'e> {
        let is_refused = Cell::new(false);
        let findings = Vec::new();
        Builder { file, base, edits, text, letters, n_docs: 0, is_refused, n_operators: 0, findings }
    }

    /// The items of a text that was read; none if the letters hid that it is wrong.
    pub fn items(&mut self, pairs: Pairs<Rule>) -> Option<Vec<Item>> {
        let tree = Tree::new(pairs);
        let found: Vec<Pair> = tree.first().children().filter(|pair| pair.as_rule() != Rule::EOI).collect();
        let items = found.into_iter().map(|pair| items::item(self, pair)).collect();
        (!self.is_refused.get() && self.n_docs == self.letters.docs.len()).then_some(items)
    }

    /// The doc comment above `pair`, if there is one. They are asked for in their order.
    fn doc(&mut self, pair: Pair) -> Doc {
        match self.letters.docs.get(self.n_docs) {
            Some(doc) if doc.above == pair.start() => {
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

    /// The letters that pest has read as this.
    fn letters(&self, pair: Pair) -> &'e str {
        &self.letters.text[pair.start()..pair.end()]
    }

    /// The text that pest has read as this, as it is written.
    fn str(&self, pair: Pair) -> &'e str {
        let (start, end) = self.letters.original(pair.start(), pair.end());
        &self.text[start..end]
    }

    /// Where in the text the piece stands that begins with this letter.
    fn place(&self, letter: usize) -> (usize, usize) {
        self.letters.original(letter, letter + 1)
    }

    fn str_at(&self, letter: usize) -> &'e str {
        let (start, end) = self.place(letter);
        &self.text[start..end]
    }

    fn is_label(&self, letter: usize) -> bool {
        self.letters.text.as_bytes().get(letter) == Some(&b'l')
    }

    fn span(&self, pair: Pair) -> Span {
        self.span_of(pair.start(), pair.end())
    }

    fn span_of(&self, start: usize, end: usize) -> Span {
        let (start, end) = self.letters.original(start, end);
        self.span_of_text(start, end)
    }

    fn span_of_text(&self, start: usize, end: usize) -> Span {
        let (start, end) = self.edits.original(start, end);
        Span::new(self.file, self.base + start, self.base + end)
    }

    /// The span of what recovery cut out; a finding where nobody did and the mark is the user's.
    fn hole(&mut self, pair: Pair) -> Span {
        let span = self.span(pair);
        if !self.edits.made_hole(self.letters.original(pair.start(), pair.end()).0) {
            let finding = SYNTAX_ERROR.at(span, "this character has no meaning here");
            self.findings.push(finding.message("unexpected character U+0001"));
        }
        span
    }
}
