//! Around an error: which entry it damages, and where reading can go on.

use super::expected::{Expected, Failure, What, places_of, read};
use super::lex::{Kind, Token};
use crate::syntax::split::Brackets;

/// How often the words of one entry are tried as the beginning of the next, and how far each time.
const MAX_TRIES: usize = 40;
const TRY_AHEAD: usize = 4096;

pub(super) struct Damage<'t> {
    pub text: &'t str,
    pub tokens: &'t [Token],
    /// The token that could not be read.
    pub here: usize,
    pub expected: Expected,
    /// The damaged entry, or what is left of it.
    pub region: (usize, usize),
    /// Where the entry before it begins, which the damaged words may belong to.
    pub before: Option<usize>,
    pub what: What,
    /// A whole entry that stands in a place where its kind cannot stand.
    pub is_misplaced: bool,
}

impl<'t> Damage<'t> {
    /// `here` is the first token behind the failure.
    pub fn around(text: &'t str, tokens: &'t [Token], here: usize, failure: &Failure) -> Damage<'t> {
        let mut damage = Damage {
            text,
            tokens,
            here,
            expected: failure.expected.clone(),
            region: (0, text.len()),
            before: None,
            what: What::Item,
            is_misplaced: false,
        };
        let open = open_before(tokens, here);
        if let Some(brace) = open.iter().rfind(|token| token.kind == Kind::Open(b'{')) {
            damage.what = What::Entry;
            damage.find_region(brace.end);
            damage.blame_a_missing_name();
        }
        damage
    }

    pub fn token(&self) -> Token {
        self.tokens[self.here]
    }

    pub fn str(&self, token: Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    pub fn is_first_of_entry(&self) -> bool {
        self.token().start == self.region.0
    }

    /// Where the entry begins that could not be read, and where the next one can begin.
    fn find_region(&mut self, from: usize) {
        let at = self.token().start;
        let mut start = from;
        loop {
            let first = self.tokens.partition_point(|token| token.start < start);
            match self.tokens.get(first) {
                Some(token) if token.start < at && token.kind == Kind::Semicolon => {
                    start = token.end;
                    self.before = None;
                }
                Some(token) if token.start <= at => {
                    start = token.start;
                    match read(What::Entry, &self.text[start..]) {
                        Ok(length) if start + length > at && start == at => {
                            self.is_misplaced = true;
                            self.region = (start, self.end_of_misplaced(start + length));
                            return;
                        }
                        Ok(length) if length > 0 && start + length <= at => {
                            self.before = Some(start);
                            start += length;
                        }
                        _ => break,
                    }
                }
                _ => break,
            }
        }
        self.region = (start, self.end_of_region(start, at));
    }

    /// Where the entries end that follow a misplaced one and cannot stand here either: one brace
    /// too few makes strangers of them all.
    fn end_of_misplaced(&self, mut end: usize) -> usize {
        let Some(place) = self.expected.entry else { return end };
        let mut index = self.tokens.partition_point(|token| token.start < end);
        while let Some(token) = self.tokens.get(index) {
            if token.kind != Kind::Semicolon {
                let is_misplaced = self.is_entry_word(*token) && !place.words().contains(&self.str(*token));
                match read(What::Entry, &self.text[token.start..]) {
                    Ok(length) if is_misplaced => end = token.start + length,
                    _ => break,
                }
            }
            index += 1;
            index += self.tokens[index..].partition_point(|token| token.start < end);
        }
        end
    }

    /// The first place behind the error where an entry seems to begin, or where the block ends.
    fn end_of_region(&self, start: usize, at: usize) -> usize {
        let mut brackets = Brackets::default();
        let mut n_braces = 0;
        let mut tries = 0;
        let first = self.tokens.partition_point(|token| token.start < start);
        let mut end = start;
        for (index, token) in self.tokens.iter().enumerate().skip(first) {
            let can_end = token.start >= at && token.start > start;
            match token.kind {
                Kind::Close(b'}') if n_braces == 0 => return end.max(at.min(token.start)),
                Kind::Close(bracket) => {
                    n_braces -= usize::from(brackets.close(bracket) && bracket == b'}');
                }
                Kind::Open(bracket) => {
                    brackets.open(bracket, token.start);
                    n_braces += usize::from(bracket == b'{');
                }
                Kind::Semicolon if can_end && brackets.depth() == 0 => return end,
                Kind::Doc if can_end && brackets.depth() == 0 && token.is_first_in_line => return end,
                Kind::Word if can_end && n_braces == 0 && self.is_entry_word(*token) => {
                    let is_sure = token.is_first_in_line && brackets.depth() == 0;
                    tries += usize::from(!is_sure);
                    if is_sure || tries <= MAX_TRIES && self.begins_an_entry(index) {
                        return end;
                    }
                }
                _ => {}
            }
            end = token.end;
        }
        self.text.len()
    }

    fn is_entry_word(&self, token: Token) -> bool {
        token.kind == Kind::Word && places_of(self.str(token)).next().is_some()
    }

    fn begins_an_entry(&self, index: usize) -> bool {
        let start = self.tokens[index].start;
        let is_label = self.tokens.get(index + 1).is_some_and(|next| self.str(*next) == ":");
        let end = self.text.floor_char_boundary((start + TRY_AHEAD).min(self.text.len()));
        !is_label && read(What::Entry, &self.text[start..end]).is_ok()
    }

    /// Where a name was forgotten at the end of a line, the first word of the next line was taken
    /// for it, and the error came one word too late.
    fn blame_a_missing_name(&mut self) {
        let Some(taken) = self.here.checked_sub(1).map(|before| self.tokens[before]) else { return };
        let is_entry = taken.is_first_in_line && taken.start > self.region.0 && self.is_entry_word(taken);
        if !is_entry || self.expected.entry.is_some() {
            return;
        }
        let end = self.text.floor_char_boundary((taken.start + TRY_AHEAD).min(self.text.len()));
        let goes_further = match read(What::Entry, &self.text[taken.start..end]) {
            Ok(length) => length,
            Err(failure) => failure.at,
        };
        if taken.start + goes_further > self.token().start {
            self.here -= 1;
            self.expected = Expected { things: vec!["a name"], ..Expected::default() };
            self.region.1 = self.end_of_region(self.region.0, taken.start);
        }
    }
}

/// The brackets that are open before the token `here`, outermost first.
pub(super) fn open_before(tokens: &[Token], here: usize) -> Vec<Token> {
    let mut brackets = Brackets::default();
    let mut open = Vec::new();
    for token in &tokens[..here] {
        match token.kind {
            Kind::Open(bracket) => {
                brackets.open(bracket, token.start);
                open.push(*token);
            }
            Kind::Close(bracket) => {
                brackets.close(bracket);
                open.truncate(brackets.depth());
            }
            _ => {}
        }
    }
    open
}
