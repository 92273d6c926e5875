//! Text to syntax tree. pest stays in here.

pub mod ast;
mod build;
mod edits;
mod grammar;
mod letters;
mod recovery;
pub mod rules;
mod split;
mod words;

use crate::finding::{self, Finding};
use crate::source::{FileId, Span};
use ast::{Ast, Format, Item};
use build::Builder;
use edits::Edits;
use grammar::{Reader, Rule};
use pest::Parser;
use rayon::prelude::*;
use recovery::expected::{self, What};
use recovery::{Recovered, recover};
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
    let is_small = text.len() < PARALLEL_FROM;
    if is_small && let Some(items) = read_whole(file, text, from) {
        return Parsed { ast: Ast { file, format: Format::Wfc, items }, findings: Vec::new() };
    }
    let pieces = split::split(text, from);
    let read = |piece: &Piece| read_piece(file, text, *piece);
    let read: Vec<Read> = if is_small {
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
    finding::sort(&mut findings);
    Parsed { ast: Ast { file, format: Format::Wfc, items }, findings }
}

/// Reads all items of a file at once: to start pest for each of them costs more than a small one. None if
/// there is anything to say of the text; then each is read by itself.
fn read_whole(file: FileId, text: &str, from: usize) -> Option<Vec<Item>> {
    let text = &text[from..];
    let letters = letters::letters(text)?;
    if letters.depth() > split::MAX_DEPTH {
        return None;
    }
    let pairs = Reader::parse(Rule::all_items, &letters.text).ok()?;
    let edits = Edits::default();
    let mut builder = Builder::new(file, from, &edits, text, &letters);
    let items = builder.items(pairs)?;
    builder.findings.is_empty().then_some(items)
}

type Read = (Vec<Item>, Vec<Finding>);

fn read_piece(file: FileId, text: &str, piece: Piece) -> Read {
    let mut read = read_quickly(file, text, piece);
    if !read.1.is_empty() {
        let name = recovery::item_name(&text[piece.start..piece.end]).unwrap_or_default();
        read.1.iter_mut().for_each(|finding| finding.entity = name.to_owned());
    }
    read
}

fn read_quickly(file: FileId, text: &str, piece: Piece) -> Read {
    let slice = &text[piece.start..piece.end];
    if piece.too_deep.is_none()
        && let Some((item, findings)) = read_sound(file, piece.start, slice, &Edits::default())
    {
        return (vec![item], findings);
    }
    read_damaged(file, text, piece)
}

/// Reads the text of one item; none if it has errors.
fn read_sound(file: FileId, base: usize, text: &str, edits: &Edits) -> Option<(Item, Vec<Finding>)> {
    let letters = letters::letters(text)?;
    let pairs = Reader::parse(Rule::one_item, &letters.text).ok()?;
    let mut builder = Builder::new(file, base, edits, text, &letters);
    let mut items = builder.items(pairs)?;
    Some((items.pop()?, builder.findings))
}

/// Reads a piece that has errors. Where another item seems to begin at the left margin inside of
/// it, a bracket is missing before, and each of the two is read by itself.
fn read_damaged(file: FileId, text: &str, piece: Piece) -> Read {
    let slice = &text[piece.start..piece.end];
    let pieces = split::split_at_margin(text, piece);
    if let [_, second, ..] = pieces.as_slice() {
        let end = second.start - piece.start;
        let is_hidden = matches!(expected::read(What::Item, slice), Err(failure) if failure.at >= end);
        if is_hidden || split::is_open(text, piece) {
            return pieces.into_iter().map(|piece| read_alone(file, text, piece)).fold(Read::default(), join);
        }
    }
    read_alone(file, text, piece)
}

/// An item and what follows it without being one; after so many of those the rest is left out.
const MAX_RESTS: usize = 20;

fn read_alone(file: FileId, text: &str, mut piece: Piece) -> Read {
    let mut read = Read::default();
    for _ in 0..MAX_RESTS {
        let slice = &text[piece.start..piece.end];
        if let Some(finding) = recovery::not_an_item(file, piece.start, slice) {
            let span = Span::new(file, piece.start, piece.end);
            return join(read, (vec![Item::Bad(span)], vec![finding]));
        }
        let recovered = recover(file, piece.start, slice, What::Item);
        let rest = recovered.rest;
        read = join(read, build_recovered(file, piece, recovered));
        match rest {
            Some(rest) => piece.start += rest,
            None => return read,
        }
    }
    read.0.push(Item::Bad(Span::new(file, piece.start, piece.end)));
    read
}

fn build_recovered(file: FileId, piece: Piece, recovered: Recovered) -> Read {
    let mut findings = recovered.findings;
    let mut item = Item::Bad(Span::new(file, piece.start, piece.end));
    if let Some(text) = &recovered.text
        && let Some((sound, more)) = read_sound(file, piece.start, text, &recovered.edits)
    {
        item = sound;
        findings.extend(more);
    }
    if findings.is_empty() && matches!(item, Item::Bad(_)) {
        let span = Span::new(file, piece.start, piece.end);
        findings.push(SYNTAX_ERROR.at(span, "all of this is left out").message("this item cannot be read"));
    }
    (vec![item], findings)
}

fn join(mut all: Read, more: Read) -> Read {
    all.0.extend(more.0);
    all.1.extend(more.1);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether one item can be read from `text`, as each of the two parsers sees it.
    fn verdicts(text: &str) -> (bool, bool) {
        let quick = read_sound(FileId(0), 0, text, &Edits::default()).is_some();
        (quick, expected::read(What::Item, text).is_ok())
    }

    #[test]
    fn a_file_is_the_same_at_once_and_item_by_item() {
        let items = [
            "id A",
            "/// One.\nid B {}",
            "use \"a.wfc\"",
            "record C(d: E) { allow f-g because \"h\" }",
            "enum F [G, H]",
            "service I { event J(k: L) }",
            "/// x\n/// y\nworkflow M { choreographed // no\n starts when J success N reached by J }",
            "// nothing",
            ";",
            "}",
            "skip",
            "\u{1}",
        ];
        let mut n_whole = 0;
        for one in items {
            for two in items {
                for between in ["", " ", "\n", "\n\n  "] {
                    for from in [0, 3] {
                        let text = format!("{}{one}{between}{two}", &"\u{feff}"[..from]);
                        let Some(whole) = read_whole(FileId(0), &text, from) else { continue };
                        let pieces = split::split(&text, from);
                        let read = pieces.iter().map(|piece| read_piece(FileId(0), &text, *piece));
                        let (items, findings) = read.fold(Read::default(), join);
                        assert_eq!((whole, 0), (items, findings.len()), "{text}");
                        n_whole += 1;
                    }
                }
            }
        }
        assert!(n_whole > 200, "{n_whole}");
    }

    #[test]
    fn too_deep_a_file_is_not_read_at_once() {
        let nested = |n: usize| format!("workflow A {{ {}{} }}", "if b { ".repeat(n), "}".repeat(n));
        assert!(read_whole(FileId(0), &nested(split::MAX_DEPTH - 1), 0).is_some());
        assert!(read_whole(FileId(0), &nested(split::MAX_DEPTH), 0).is_none());
    }

    #[test]
    fn both_parsers_accept_the_same_texts() {
        let items = [
            "/// One.\nrecord A(/// x\n a: list of list of b?, `c d`: e,) { allow f-g because \"\\\"h\" until 2027-01-02 }",
            "service `A b` { external; many instances team \"b\" no outbox event C v2(d: e) { replaces v1 } \
             command F(in: g) -> list of H? { fails I(j: k) or L undone by M(reply.n) idempotent by o, p \
             answers by hand latency 1ms..2s available 99.5% } }",
            "workflow A(b: c) { orchestrated by D when E.`f g`.h v1 where i.j == -1 and K { skip } /// x\n\
             step l = m.N(o, end: p, q: R(s)) { timeout 1h30m on any { give -1 } } }",
            "workflow A { if not b and true or c in [now, none, 2.5] { undo all } else if foreign \"d\" \"e\" { end F(g: round) } \
             allow h-i let j = -k-l*m/n for each o in -p { } wait until -q }",
        ];
        for item in items {
            assert_eq!(verdicts(item), (true, true), "{item}");
            for (at, _) in item.char_indices().step_by(3) {
                let (before, behind) = item.split_at(at);
                let texts = ["", " ", "-", "x", ".", "\u{1}"].map(|put| format!("{before}{put}{behind}"));
                let without = format!("{before}{}", &behind[1..]);
                for text in texts.into_iter().chain([without, format!("{before} {}", &behind[1..])]) {
                    let (quick, slow) = verdicts(&text);
                    assert_eq!(quick, slow, "{text}");
                }
            }
        }
    }
}
