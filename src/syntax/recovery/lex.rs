//! The tokens of a damaged text, for recovery alone: it has to know words, brackets and line
//! beginnings where the grammar cannot read.

use crate::syntax::split::{is_doc, is_line_end, skip_quoted};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters, digits and underscores, in any script.
    Word,
    /// A text in quotes, or a name in backticks.
    Quoted,
    /// A text or name whose end is missing.
    Unclosed,
    Doc,
    Open(u8),
    Close(u8),
    Semicolon,
    /// Anything else: one sign, or two that belong together.
    Sign,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    pub is_first_in_line: bool,
}

const PAIRS: [&str; 10] = ["==", "!=", "<=", ">=", "->", "..", "&&", "||", "=>", "::"];

/// The tokens of `text`, comments left out.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut is_first_in_line = true;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii_whitespace() {
            is_first_in_line |= is_line_end(byte);
            at += 1;
            continue;
        }
        let quoted = skip_quoted(bytes, at);
        let (kind, end) = match byte {
            b'/' if quoted > at && !is_doc(bytes, at) => {
                at = quoted;
                continue;
            }
            b'/' if quoted > at => (Kind::Doc, quoted),
            b'"' | b'`' if quoted > at + 1 && bytes[quoted - 1] == byte => (Kind::Quoted, quoted),
            b'"' | b'`' => (Kind::Unclosed, quoted.max(at + 1)),
            b'{' | b'(' | b'[' => (Kind::Open(byte), at + 1),
            b'}' | b')' | b']' => (Kind::Close(byte), at + 1),
            b';' => (Kind::Semicolon, at + 1),
            _ => word_or_sign(text, at),
        };
        tokens.push(Token { kind, start: at, end, is_first_in_line });
        is_first_in_line = false;
        at = end;
    }
    tokens
}

fn word_or_sign(text: &str, at: usize) -> (Kind, usize) {
    let rest = &text[at..];
    let word = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_')).unwrap_or(rest.len());
    if word > 0 {
        return (Kind::Word, at + word + decimals(&rest[..word], &rest[word..]));
    }
    if PAIRS.iter().any(|pair| rest.starts_with(pair)) {
        return (Kind::Sign, at + 2);
    }
    (Kind::Sign, at + rest.chars().next().map_or(1, char::len_utf8))
}

/// How long the `.5` is that belongs to a number.
fn decimals(word: &str, rest: &str) -> usize {
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    let digits = rest.strip_prefix('.').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    if is_number && digits > 0 { digits + 1 } else { 0 }
}
