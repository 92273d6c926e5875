//! Text to syntax tree. pest stays in here.

pub mod ast;
mod build;
mod edits;
mod grammar;
pub mod rules;
mod split;

use crate::finding::Finding;
use crate::source::{FileId, Span};
use ast::{Ast, Format, Item};
use build::Builder;
use edits::Edits;
use grammar::{Reader, Rule};
use pest::Parser;
use rayon::prelude::*;
use rules::SYNTAX_ERROR;
use split::Piece;

/// What was read of a file, and what is wrong with the text.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub ast: Ast,
    pub findings: Vec<Finding>,
}

/// From this size on, a file's items are read on all cores; below, handing out costs more.
const PARALLEL_FROM: usize = 64 * 1024;

/// Reads a file. What cannot be read becomes a bad item or entry, and a finding says why.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let from = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let pieces = split::split(text, from);
    let read = |piece: &Piece| read_piece(file, text, *piece);
    let read: Vec<(Vec<Item>, Vec<Finding>)> = if text.len() < PARALLEL_FROM {
        pieces.iter().map(read).collect()
    } else {
        pieces.par_iter().with_min_len(16).map(read).collect()
    };
    let mut items = Vec::with_capacity(read.len());
    let mut findings = Vec::new();
    for (more, found) in read {
        items.extend(more);
        findings.extend(found);
    }
    Parsed { ast: Ast { file, format: Format::Wfc, items }, findings }
}

fn read_piece(file: FileId, text: &str, piece: Piece) -> (Vec<Item>, Vec<Finding>) {
    let edits = Edits::default();
    let slice = &text[piece.start..piece.end];
    match Reader::parse(Rule::one_item, slice) {
        Ok(pairs) => {
            let mut builder = Builder::new(file, piece.start, &edits);
            let item = builder.item(pairs);
            (vec![item], builder.findings)
        }
        Err(error) => {
            let at = match error.location {
                pest::error::InputLocation::Pos(at) => at,
                pest::error::InputLocation::Span((at, _)) => at,
            };
            let span = Span::new(file, piece.start, piece.end);
            let at = Span::new(file, piece.start + at, piece.end);
            let finding = SYNTAX_ERROR.at(at, error.variant.message().into_owned());
            (vec![Item::Bad(span)], vec![finding.message("this cannot be read")])
        }
    }
}
