//! One error: what to say of it, and the smallest change of the text after which reading goes on.

use super::edits::{Edit, HOLE};
use super::explain::{Expected, Failure, Place, What, places_of, read};
use super::lex::{Kind, Token, tokens};
use super::split::Brackets;
use crate::finding::suggest::nearest;

/// What to tell the user, in positions of the text that was read.
#[derive(Clone, Debug)]
pub(super) struct Complaint {
    pub start: usize,
    pub end: usize,
    pub label: String,
    pub message: String,
    pub help: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Mended {
    pub complaint: Complaint,
    pub edit: Edit,
    /// The insides of braces that were cut out with their head: they are read by themselves.
    pub bodies: Vec<(usize, usize)>,
}

/// Trials read the damaged entry again and again; above this size it is cut out at once.
const MAX_TRIAL: usize = 32 * 1024;

/// How often the words of one line are tried as the beginning of an entry, and how far each time.
const MAX_TRIES_A_LINE: usize = 40;
const TRY_AHEAD: usize = 4096;

pub(super) fn mend(text: &str, failure: &Failure) -> Mended {
    let tokens = tokens(text);
    let here = tokens.partition_point(|token| token.end <= failure.at);
    if here == tokens.len() {
        return mend_the_end(text, &tokens);
    }
    let cx = Damage::new(text, &tokens, here, failure);
    let complaint = cx.complaint();
    if let Some((edit, better)) = cx.small_edit() {
        return Mended { complaint: better.unwrap_or(complaint), edit, bodies: Vec::new() };
    }
    let (start, end) = cx.region;
    let edit = Edit { start, end, text: HOLE.to_owned() };
    Mended { complaint, edit, bodies: cx.bodies() }
}

struct Damage<'t> {
    text: &'t str,
    tokens: &'t [Token],
    /// The token that could not be read.
    here: usize,
    expected: &'t Expected,
    /// The damaged entry, or what is left of it.
    region: (usize, usize),
    /// Where the entry before it begins, which the damaged words may belong to.
    before: Option<usize>,
    what: What,
    /// A whole entry that stands in a place where its kind cannot stand.
    is_misplaced: bool,
}

impl<'t> Damage<'t> {
    fn new(text: &'t str, tokens: &'t [Token], here: usize, failure: &'t Failure) -> Damage<'t> {
        let mut brackets = Brackets::default();
        let mut braces = Vec::new();
        for token in &tokens[..here] {
            match token.kind {
                Kind::Open(bracket) => {
                    brackets.open(bracket, token.start);
                    if bracket == b'{' {
                        braces.push(token.end);
                    }
                }
                Kind::Close(bracket) if brackets.close(bracket) && bracket == b'}' => {
                    braces.pop();
                }
                _ => {}
            }
        }
        let expected = &failure.expected;
        let mut damage = Damage {
            text,
            tokens,
            here,
            expected,
            region: (0, text.len()),
            before: None,
            what: What::Item,
            is_misplaced: false,
        };
        if let Some(after_brace) = braces.last() {
            damage.what = What::Entry;
            damage.find_region(*after_brace);
        }
        damage
    }

    fn token(&self) -> Token {
        self.tokens[self.here]
    }

    fn str(&self, token: Token) -> &'t str {
        &self.text[token.start..token.end]
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
                        Ok(length) if start + length > at && token.start == at => {
                            self.is_misplaced = true;
                            self.region = (start, start + length);
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
                Kind::Close(bracket) => n_braces -= usize::from(brackets.close(bracket) && bracket == b'}'),
                Kind::Open(bracket) => {
                    brackets.open(bracket, token.start);
                    n_braces += usize::from(bracket == b'{');
                }
                Kind::Semicolon if can_end && brackets.depth() == 0 => return end,
                Kind::Doc if can_end && brackets.depth() == 0 && token.is_first_in_line => return end,
                Kind::Word if can_end && n_braces == 0 && places_of(self.str(*token)).next().is_some() => {
                    let is_sure = token.is_first_in_line && brackets.depth() == 0;
                    tries += usize::from(!is_sure);
                    if is_sure || tries <= MAX_TRIES_A_LINE && self.begins_an_entry(index) {
                        return end;
                    }
                }
                _ => {}
            }
            end = token.end;
        }
        self.text.len()
    }

    fn begins_an_entry(&self, index: usize) -> bool {
        let start = self.tokens[index].start;
        let is_label = self.tokens.get(index + 1).is_some_and(|next| self.str(*next) == ":");
        let end = self.text.floor_char_boundary((start + TRY_AHEAD).min(self.text.len()));
        !is_label && read(What::Entry, &self.text[start..end]).is_ok()
    }

    /// A small change that lets the entry be read, and what to say instead if it explains the error.
    fn small_edit(&self) -> Option<(Edit, Option<Complaint>)> {
        if self.is_misplaced || self.region.1 - self.region.0 > MAX_TRIAL {
            return None;
        }
        let token = self.token();
        let word = self.str(token);
        let replace = |text: String| Edit { start: token.start, end: token.end, text };
        let insert = |text: String| Edit { start: token.start, end: token.start, text };
        if token.kind == Kind::Doc {
            return Some((replace(String::new()), None));
        }
        if let Some((right, complaint)) = self.misspelt(token) {
            let edit = replace(right.to_owned());
            if self.helps_a_little(&edit) {
                return Some((edit, Some(complaint)));
            }
        }
        if let Some((edit, complaint)) = self.needs_backticks(token)
            && self.helps(&edit)
        {
            return Some((edit, Some(complaint)));
        }
        if let Some((_, right)) = FOREIGN_SIGNS.iter().find(|(wrong, _)| *wrong == word) {
            let edit = replace(format!(" {right} "));
            if self.helps(&edit) {
                let complaint = self.at_token(format!("`{word}` is written `{right}` here"), "this sign");
                return Some((edit, Some(complaint)));
            }
        }
        if token.kind == Kind::Unclosed {
            let closed = if word.starts_with('"') { "\"\"" } else { HOLE };
            let edits = [closed.to_owned(), format!("{closed})"), format!("{closed}) {{")].map(replace);
            return edits.into_iter().find(|edit| self.helps(edit)).map(|edit| (edit, None));
        }
        let mut missing: Vec<String> = Vec::new();
        let signs_and_words = self.expected.signs.iter().chain(&self.expected.words);
        missing.extend(signs_and_words.take(6).map(|word| (*word).to_owned()));
        if self.expected.is_value {
            missing.push(HOLE.to_owned());
        }
        let inserted = missing.iter().map(|text| insert(format!(" {text} ")));
        let replaced = missing.iter().map(|text| replace(format!(" {text} ")));
        let removed = std::iter::once(replace(String::new()));
        let is_removable = !matches!(token.kind, Kind::Open(_) | Kind::Close(_));
        let edits = inserted.chain(replaced.chain(removed).filter(|_| is_removable));
        edits.into_iter().find(|edit| self.helps(edit)).map(|edit| (edit, None))
    }

    /// Whether the rest of the entry can be read after this change, or at least the part up to the
    /// next block inside of it.
    fn helps(&self, edit: &Edit) -> bool {
        self.trials(edit).any(|(changed, behind)| match read(self.what, &changed) {
            Ok(length) => changed[length..].trim().is_empty(),
            Err(failure) => failure.at > behind && changed[behind..failure.at].contains('{'),
        })
    }

    /// Whether anything more can be read after this change.
    fn helps_a_little(&self, edit: &Edit) -> bool {
        self.trials(edit).any(|(changed, behind)| {
            read(self.what, &changed).map_or_else(|failure| failure.at > behind, |length| length >= behind)
        })
    }

    /// The damaged entry with this change, and where the text behind the change begins: alone, and
    /// together with the entry before it.
    fn trials(&self, edit: &Edit) -> impl Iterator<Item = (String, usize)> {
        let (start, to) = self.region;
        let to = to.max(edit.end);
        let starts = [Some(start), self.before.filter(|_| start == self.token().start)];
        starts.into_iter().flatten().map(move |from| {
            let changed = [&self.text[from..edit.start], &edit.text, &self.text[edit.end..to]].concat();
            (changed, edit.start - from + edit.text.trim_end().len())
        })
    }

    fn at_token(&self, message: String, label: &str) -> Complaint {
        let token = self.token();
        Complaint { start: token.start, end: token.end, label: label.to_owned(), message, help: None }
    }

    /// A word that is nearly one of those that could stand here.
    fn misspelt(&self, token: Token) -> Option<(&'static str, Complaint)> {
        let word = self.str(token);
        if token.kind != Kind::Word || self.expected.entry.is_some_and(|place| place.words().contains(&word))
        {
            return None;
        }
        let place = self.expected.entry.map_or(&[][..], |place| place.words());
        let candidates = self.expected.words.iter().chain(place).copied();
        let right = nearest(word, candidates)?;
        let mut complaint =
            self.at_token(format!("`{word}` is no word of the language here"), "not known here");
        complaint.help = Some(format!("did you mean `{right}`?"));
        Some((right, complaint))
    }

    /// A name that is a word of the language, or no plain identifier.
    fn needs_backticks(&self, token: Token) -> Option<(Edit, Complaint)> {
        let glued = |a: &Token, b: &Token| a.end == b.start;
        let is_part = |token: &Token| token.kind == Kind::Word || self.str(*token) == "-";
        let (mut first, mut last) = (self.here, self.here);
        if !is_part(&token) {
            return None;
        }
        while first > 0
            && is_part(&self.tokens[first - 1])
            && glued(&self.tokens[first - 1], &self.tokens[first])
        {
            first -= 1;
        }
        while last + 1 < self.tokens.len()
            && is_part(&self.tokens[last + 1])
            && glued(&self.tokens[last], &self.tokens[last + 1])
        {
            last += 1;
        }
        let (start, end) = (self.tokens[first].start, self.tokens[last].end);
        let name = &self.text[start..end];
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        // The next line begins with a word of the language: then the name was forgotten.
        if start < self.region.0 || is_plain && (!self.expected.is_name || token.is_first_in_line) {
            return None;
        }
        let message = match is_plain {
            true => format!("`{name}` is a word of the language, and no name here"),
            false => format!("`{name}` is no plain name"),
        };
        let complaint = Complaint {
            start,
            end,
            label: "used as a name".to_owned(),
            message,
            help: Some(format!("in backticks it is one: `` `{name}` ``")),
        };
        Some((Edit { start, end, text: format!("`{name}`") }, complaint))
    }

    fn complaint(&self) -> Complaint {
        let token = self.token();
        let word = self.str(token);
        let shown = shorten(word);
        if token.kind == Kind::Unclosed {
            let what = if word.starts_with('"') { "text" } else { "name" };
            let mut complaint = self.at_token(format!("this {what} is never closed"), "begins here");
            complaint.help = Some("a text or quoted name ends on the line it begins on".to_owned());
            return complaint;
        }
        if token.kind == Kind::Doc {
            let mut complaint =
                self.at_token("a doc comment stands above an entry".to_owned(), "not above an entry");
            complaint.help = Some("write a remark with two slashes".to_owned());
            return complaint;
        }
        if let Some(place) = self.expected.entry {
            return self.in_place_of_an_entry(place, token, &shown);
        }
        let expected = self.expected.in_words().unwrap_or_else(|| format!("`{shown}` cannot stand here"));
        // What is missing at the end of a line is shown there and not on the next one.
        if token.is_first_in_line && self.here > 0 {
            let before = self.tokens[self.here - 1];
            let label = "something is missing behind this".to_owned();
            return Complaint { start: before.start, end: before.end, label, message: expected, help: None };
        }
        self.at_token(expected, "found this instead")
    }

    fn in_place_of_an_entry(&self, place: Place, token: Token, shown: &str) -> Complaint {
        if self.is_misplaced || token.kind == Kind::Word && places_of(shown).next().is_some() {
            let mut complaint =
                self.at_token(format!("`{shown}` cannot stand {}", place.in_words()), "not in this place");
            let homes: Vec<&str> = places_of(shown).map(Place::in_words).collect();
            if !homes.is_empty() && !places_of(shown).any(|home| home == place) {
                complaint.help = Some(format!("`{shown}` stands {}", homes.join(" or ")));
            }
            return complaint;
        }
        if token.kind == Kind::Word && self.is_first_of_entry() {
            return self.at_token(format!("`{shown}` is no word of the language here"), "not known here");
        }
        if let Some(expected) = self.expected.in_words() {
            return self.at_token(expected, "found this instead");
        }
        self.at_token(format!("`{shown}` cannot stand here"), "nothing like this was expected")
    }

    fn is_first_of_entry(&self) -> bool {
        self.token().start == self.region.0
    }

    /// The insides of the outermost braces in the damaged region.
    fn bodies(&self) -> Vec<(usize, usize)> {
        let (start, end) = self.region;
        let mut bodies = Vec::new();
        let mut brackets = Brackets::default();
        let mut opened = None;
        let inside = self.tokens.iter().filter(|token| token.start >= start && token.end <= end);
        let mut n_braces = 0usize;
        for token in inside.filter(|_| !self.is_misplaced) {
            match token.kind {
                Kind::Open(bracket) => {
                    brackets.open(bracket, token.start);
                    if bracket == b'{' {
                        n_braces += 1;
                        opened.get_or_insert(token.end);
                    }
                }
                Kind::Close(bracket) if brackets.close(bracket) && bracket == b'}' => {
                    n_braces = n_braces.saturating_sub(1);
                    if n_braces == 0
                        && let Some(body) = opened.take()
                    {
                        bodies.push((body, token.start));
                    }
                }
                _ => {}
            }
        }
        // What stands before the error was read well; a body around it was not cut out.
        bodies.retain(|(_, end)| *end >= self.token().start);
        bodies
    }
}

/// Signs of other languages, and what says the same here.
const FOREIGN_SIGNS: [(&str, &str); 5] =
    [("&&", "and"), ("||", "or"), ("!", "not"), ("=", "=="), ("=>", "->")];

fn shorten(word: &str) -> String {
    if word.chars().count() <= 40 {
        return word.to_owned();
    }
    word.chars().take(39).chain(['…']).collect()
}

/// The text ends too early: a bracket is open, or the last entry is not complete.
fn mend_the_end(text: &str, tokens: &[Token]) -> Mended {
    let mut open: Vec<Token> = Vec::new();
    let mut brackets = Brackets::default();
    let mut suspect = None;
    for token in tokens {
        match token.kind {
            Kind::Open(bracket) => {
                brackets.open(bracket, token.start);
                open.push(*token);
            }
            Kind::Close(bracket) => {
                let top = open.last().copied();
                brackets.close(bracket);
                open.truncate(brackets.depth());
                if let Some(opener) = top
                    && suspect.is_none()
                    && token.is_first_in_line
                    && indentation(text, token.start) < indentation(text, opener.start)
                {
                    suspect = Some(opener);
                }
            }
            _ => {}
        }
    }
    let last = tokens.last().map_or((0, 0), |token| (token.start, token.end));
    let Some(innermost) = open.last() else {
        let complaint = Complaint {
            start: last.0,
            end: last.1,
            label: "something is missing behind this".to_owned(),
            message: "this is not complete".to_owned(),
            help: None,
        };
        let edit = Edit { start: 0, end: text.len(), text: HOLE.to_owned() };
        return Mended { complaint, edit, bodies: Vec::new() };
    };
    let blamed = suspect.unwrap_or(*innermost);
    let bracket = &text[blamed.start..blamed.end];
    let complaint = Complaint {
        start: blamed.start,
        end: blamed.end,
        label: "opened here".to_owned(),
        message: format!("this `{bracket}` is never closed"),
        help: None,
    };
    let edit = match suspect {
        Some(opener) if bracket == "{" => {
            let depth = indentation(text, opener.start);
            let next = tokens.iter().position(|token| {
                token.start > opener.end && token.is_first_in_line && indentation(text, token.start) <= depth
            });
            let before = next.map_or(text.len(), |next| tokens[next - 1].end);
            Edit { start: before, end: before, text: " }".to_owned() }
        }
        _ => {
            let closers: String =
                open.iter().rev().map(|token| closer(&text[token.start..token.end])).collect();
            Edit { start: last.1, end: last.1, text: closers }
        }
    };
    Mended { complaint, edit, bodies: Vec::new() }
}

fn closer(opener: &str) -> &'static str {
    match opener {
        "{" => "}",
        "(" => ")",
        _ => "]",
    }
}

/// How far the line of `at` is indented, in bytes.
fn indentation(text: &str, at: usize) -> usize {
    let line = text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    text[line..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}
