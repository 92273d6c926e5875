//! Reads what pest could not: mends one error after the other until the rest of the item is read.

mod complaint;
mod damage;
pub(super) mod expected;
mod lex;
mod mend;
mod unclosed;

use super::edits::{Edit, Edits, HOLE};
use super::rules::{DEEP_NESTING, SYNTAX_ERROR};
use super::split::{Brackets, ITEM_WORDS, MAX_DEPTH};
use crate::finding::Finding;
use crate::finding::suggest::nearest;
use crate::source::{FileId, Span};
use complaint::Complaint;
use expected::{Place, What, places_of, read};
use lex::{Kind, tokens};
use mend::{Mended, mend};

/// So many errors of one item are told; each costs another look at the whole item.
const MAX_ERRORS: usize = 40;
const MAX_ERRORS_IN_LARGE_ITEMS: usize = 8;
const LARGE: usize = 256 * 1024;

/// A damaged item after mending.
pub(super) struct Recovered {
    pub edits: Edits,
    /// The text that can be read as an item; `None` when nothing of it could be saved.
    pub text: Option<String>,
    /// Where the item is complete and something else follows, in the original.
    pub rest: Option<usize>,
    pub findings: Vec<Finding>,
}

/// Mends `original`, which begins at `base` of the file and could not be read as `what`.
pub(super) fn recover(file: FileId, base: usize, original: &str, what: What) -> Recovered {
    let mut recovered = Recovered { edits: Edits::default(), text: None, rest: None, findings: Vec::new() };
    let slice = Slice { file, base };
    let is_deep = slice.cut_what_is_too_deep(original, &mut recovered);
    let limit = if original.len() > LARGE { MAX_ERRORS_IN_LARGE_ITEMS } else { MAX_ERRORS };
    let mut last = None;
    for _ in 0..limit {
        let text = recovered.edits.apply(original);
        let failure = match read(what, &text) {
            Ok(_) => {
                recovered.text = Some(text);
                return recovered;
            }
            Err(failure) => failure,
        };
        if failure.expected.is_too_deep && !is_deep {
            let span = Span::new(file, base, base + original.len());
            recovered
                .findings
                .push(too_deep(DEEP_NESTING.at(first_character(span, original), "nested too deeply")));
        }
        // An error in what is nested too deeply anyway, or one that mending did not get past.
        let (at, _) = recovered.edits.original(failure.at, failure.at);
        if is_deep || failure.expected.is_too_deep || last.is_some_and(|last| at < last) {
            return recovered;
        }
        last = Some(at);
        if what == What::Item && read(What::Item, &text[..failure.at]).is_ok() && failure.at > 0 {
            // What mending has put in behind the item is no rest.
            recovered.rest = Some(at).filter(|at| !original[*at..].trim().is_empty());
            recovered.text = Some(text[..failure.at].to_owned());
            return recovered;
        }
        let Mended { complaint, edit, bodies } = mend(&text, &failure);
        if let Some(finding) = slice.finding(&recovered.edits, original, complaint)
            && recovered.findings.iter().all(|told| told.span() != finding.span())
        {
            recovered.findings.push(finding);
        }
        for (start, end) in bodies {
            let (start, end) = recovered.edits.original(start, end);
            if original[start..end].contains(|letter: char| !letter.is_whitespace()) {
                let body = recover(file, base + start, &original[start..end], What::Entries);
                recovered.findings.extend(body.findings);
            }
        }
        let (start, end) = recovered.edits.original(edit.start, edit.end);
        let next = recovered.edits.with(Edit { start, end, text: edit.text });
        if next.apply(original) == text {
            return recovered;
        }
        recovered.edits = next;
    }
    recovered
}

#[derive(Clone, Copy)]
struct Slice {
    file: FileId,
    base: usize,
}

impl Slice {
    /// Nothing for a complaint about what an earlier mending has put in.
    fn finding(self, edits: &Edits, original: &str, complaint: Complaint) -> Option<Finding> {
        let (start, end) = edits.original(complaint.start, complaint.end);
        if original[start..end].trim().is_empty() {
            return None;
        }
        let span = Span::new(self.file, self.base + start, self.base + end);
        let finding = SYNTAX_ERROR.at(span, complaint.label).message(complaint.message);
        Some(match complaint.help {
            Some(help) => finding.help(help),
            None => finding,
        })
    }

    /// Empties the brackets beyond the limit; whether there were any.
    fn cut_what_is_too_deep(self, original: &str, recovered: &mut Recovered) -> bool {
        let mut brackets = Brackets::default();
        let mut cut = None;
        let mut is_deep = false;
        for token in tokens(original) {
            match token.kind {
                Kind::Open(bracket) => {
                    brackets.open(bracket, token.start);
                    if brackets.depth() == MAX_DEPTH + 1 && cut.is_none() {
                        cut = Some(token);
                        if !is_deep {
                            let span = Span::new(self.file, self.base + token.start, self.base + token.end);
                            recovered.findings.push(too_deep(DEEP_NESTING.at(span, "here it goes too deep")));
                        }
                        is_deep = true;
                    }
                }
                Kind::Close(bracket) => {
                    brackets.close(bracket);
                    if brackets.depth() <= MAX_DEPTH
                        && let Some(opener) = cut.take()
                    {
                        let text = if opener.kind == Kind::Open(b'(') { HOLE } else { "" };
                        let edit = Edit { start: opener.end, end: token.start, text: text.to_owned() };
                        recovered.edits = recovered.edits.with(edit);
                    }
                }
                _ => {}
            }
        }
        is_deep
    }
}

fn too_deep(finding: Finding) -> Finding {
    finding
        .message(format!("brackets are nested more than {MAX_DEPTH} deep"))
        .help("give inner parts names of their own, with `let` or as a workflow of its own")
}

fn first_character(span: Span, text: &str) -> Span {
    let length = text.chars().next().map_or(0, char::len_utf8) as u32;
    Span { end: span.start + length, ..span }
}

/// What to say of a piece between items that begins none; nothing if it begins one.
pub(super) fn not_an_item(file: FileId, base: usize, text: &str) -> Option<Finding> {
    let first = tokens(text).into_iter().find(|token| token.kind != Kind::Doc)?;
    let word = &text[first.start..first.end];
    let is_entry = places_of(word).next().is_some();
    if ITEM_WORDS.contains(&word) || !is_entry && nearest(word, ITEM_WORDS).is_some() {
        return None;
    }
    let span = Span::new(file, base + first.start, base + first.end);
    let known: Vec<&str> = places_of(word).map(Place::in_words).collect();
    Some(match first.kind {
        Kind::Close(_) => SYNTAX_ERROR
            .at(span, "closes nothing")
            .message(format!("no bracket is open that `{word}` could close")),
        Kind::Word if !known.is_empty() => SYNTAX_ERROR
            .at(span, "not in this place")
            .message(format!("`{word}` cannot stand {}", Place::File.in_words()))
            .help(format!("`{word}` stands {}; a `}}` above may close too early", known.join(" or "))),
        _ => SYNTAX_ERROR
            .at(span, "begins nothing")
            .message("expected `use`, `record`, `id`, `enum`, `service` or `workflow`"),
    })
}

/// The name that the item in `text` gives to what it declares.
pub(super) fn item_name(text: &str) -> Option<&str> {
    let mut tokens = tokens(text).into_iter().filter(|token| token.kind != Kind::Doc);
    let word = tokens.next()?;
    let name = tokens.next().filter(|name| matches!(name.kind, Kind::Word | Kind::Quoted))?;
    let declares = word.kind == Kind::Word && &text[word.start..word.end] != "use";
    declares.then(|| text[name.start..name.end].trim_matches('`'))
}
