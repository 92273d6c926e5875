//! Texts that end while a bracket is open: which one to blame, and where it should have closed.

use super::complaint::Complaint;
use super::damage::{Damage, open_before};
use super::expected::{Expected, Place};
use super::lex::{Kind, Token};
use super::mend::Mended;
use crate::syntax::edits::{Edit, HOLE};

/// The text ends too early: a bracket is open, or the last entry is not complete.
pub(super) fn mend_the_end(text: &str, tokens: &[Token], expected: &Expected) -> Mended {
    let open = open_before(tokens, tokens.len());
    let last = tokens.last();
    let Some(innermost) = open.last() else {
        let message = expected.in_words().unwrap_or_else(|| "this is not complete".to_owned());
        let label = "something is missing behind this".to_owned();
        let (start, end) = last.map_or((0, text.len()), |token| (token.start, token.end));
        let complaint = Complaint { start, end, label, message, help: None };
        return Mended::cut_out(complaint, (0, text.len()));
    };
    let suspect = suspect(text, tokens);
    let blamed = suspect.unwrap_or(*innermost);
    let bracket = &text[blamed.start..blamed.end];
    let complaint = Complaint::at(blamed, format!("this `{bracket}` is never closed"), "opened here");
    let edit = match suspect {
        Some(opener) => {
            let before = end_by_indentation(text, tokens, opener);
            Edit { start: before, end: before, text: " }".to_owned() }
        }
        None => {
            let closers: String = open.iter().rev().map(|token| closer(token.kind)).collect();
            let end = last.map_or(text.len(), |token| token.end);
            // An entry that breaks off here is closed with a hole, or the brace would be blamed again.
            let closers = if expected.entry.is_some() { closers } else { format!(" {HOLE}{closers}") };
            Edit { start: end, end, text: closers }
        }
    };
    Mended { complaint, edit, bodies: Vec::new() }
}

/// An entry of a service that stands in a contract, where a bracket is missing somewhere: the
/// contract should have been closed before.
pub(super) fn unclosed_contract(damage: &Damage) -> Option<(Edit, Complaint)> {
    let word = damage.str(damage.token());
    let is_of_service = Place::Service.words().contains(&word) && !Place::Contract.words().contains(&word);
    if damage.expected.entry != Some(Place::Contract) || !is_of_service {
        return None;
    }
    let is_open = !open_before(damage.tokens, damage.tokens.len()).is_empty();
    let contract = open_before(damage.tokens, damage.here).pop().filter(|_| is_open)?;
    let complaint = Complaint::at(contract, "this `{` is never closed", "opened here")
        .help(format!("`{word}` stands in a service: close it before"));
    let before = damage.tokens[damage.here - 1].end;
    Some((Edit { start: before, end: before, text: " }".to_owned() }, complaint))
}

/// The first brace whose supposed end is indented less than its beginning.
fn suspect(text: &str, tokens: &[Token]) -> Option<Token> {
    let mut open: Vec<Token> = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::Open(b'{') => open.push(*token),
            Kind::Close(b'}') => {
                let opener = open.pop()?;
                let is_less = indentation(text, token.start) < indentation(text, opener.start);
                if token.is_first_in_line && is_less {
                    return Some(opener);
                }
            }
            _ => {}
        }
    }
    None
}

/// Where the block of `opener` ends if indentation is right.
fn end_by_indentation(text: &str, tokens: &[Token], opener: Token) -> usize {
    let depth = indentation(text, opener.start);
    let first = tokens.partition_point(|token| token.start <= opener.start);
    let is_outside = |token: &Token| token.is_first_in_line && indentation(text, token.start) <= depth;
    let next = tokens[first..].iter().position(is_outside).map_or(tokens.len(), |next| first + next);
    tokens[next - 1].end
}

fn closer(opener: Kind) -> char {
    match opener {
        Kind::Open(b'(') => ')',
        Kind::Open(b'[') => ']',
        _ => '}',
    }
}

/// How far the line of `at` is indented, in bytes.
fn indentation(text: &str, at: usize) -> usize {
    let line = text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    text[line..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}
