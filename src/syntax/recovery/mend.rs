//! The smallest change of a damaged text after which reading goes on.

use super::complaint::{Complaint, complaint, misplaced_doc, shorten};
use super::damage::Damage;
use super::expected::{Failure, is_known, places_of, read};
use super::lex::{Kind, Token, tokens};
use super::unclosed::{mend_the_end, unclosed_contract};
use crate::finding::suggest::nearest;
use crate::syntax::edits::{Edit, HOLE};
use crate::syntax::split::Brackets;

#[derive(Clone, Debug)]
pub(super) struct Mended {
    pub complaint: Complaint,
    pub edit: Edit,
    /// The insides of braces that were cut out with their head: they are read by themselves.
    pub bodies: Vec<(usize, usize)>,
}

impl Mended {
    pub fn cut_out(complaint: Complaint, (start, end): (usize, usize)) -> Mended {
        Mended { complaint, edit: Edit { start, end, text: HOLE.to_owned() }, bodies: Vec::new() }
    }
}

/// Trials read the damaged entry again and again; a larger one is cut out at once.
const MAX_TRIAL: usize = 32 * 1024;

/// So many missing signs and words are tried.
const MAX_MISSING: usize = 6;

/// Signs of other languages, and what says the same here.
const FOREIGN_SIGNS: [(&str, &str); 5] =
    [("&&", "and"), ("||", "or"), ("!", "not"), ("=", "=="), ("=>", "->")];

pub(super) fn mend(text: &str, failure: &Failure) -> Mended {
    let tokens = tokens(text);
    let here = tokens.partition_point(|token| token.end <= failure.at);
    if here == tokens.len() {
        return mend_the_end(text, &tokens, &failure.expected);
    }
    let damage = Damage::around(text, &tokens, here, failure);
    match small_edit(&damage) {
        Some((edit, better)) => {
            let complaint = better.unwrap_or_else(|| complaint(&damage));
            Mended { complaint, edit, bodies: Vec::new() }
        }
        None => Mended { bodies: bodies(&damage), ..Mended::cut_out(complaint(&damage), damage.region) },
    }
}

/// A small change that lets the entry be read, and what to say if the change explains the error.
fn small_edit(damage: &Damage) -> Option<(Edit, Option<Complaint>)> {
    if let Some((edit, complaint)) = unclosed_contract(damage) {
        return Some((edit, Some(complaint)));
    }
    if damage.is_misplaced || damage.region.1 - damage.region.0 > MAX_TRIAL {
        return None;
    }
    if let Some(doc) = misplaced_doc(damage) {
        return Some((replaced(doc, ""), None));
    }
    let explained = misspelt(damage).or_else(|| needs_backticks(damage)).or_else(|| foreign_sign(damage));
    if let Some((edit, complaint)) = explained {
        return Some((edit, Some(complaint)));
    }
    candidates(damage).into_iter().find(|edit| helps(damage, edit)).map(|edit| (edit, None))
}

/// What is missing put in, put in place of what stands there, and what stands there left out.
fn candidates(damage: &Damage) -> Vec<Edit> {
    let token = damage.token();
    if token.kind == Kind::Unclosed {
        let closed = if damage.str(token).starts_with('"') { "\"\"" } else { HOLE };
        return vec![
            replaced(token, closed),
            replaced(token, &format!("{closed})")),
            replaced(token, &format!("{closed}) {{")),
        ];
    }
    let expected = &damage.expected;
    let hole = expected.is_value.then_some(&HOLE);
    let missing = expected.signs.iter().chain(&expected.words).take(MAX_MISSING).chain(hole);
    let missing: Vec<String> = missing.map(|text| format!(" {text} ")).collect();
    let before = Token { end: token.start, ..token };
    let mut edits: Vec<Edit> = missing.iter().map(|text| replaced(before, text)).collect();
    if !matches!(token.kind, Kind::Open(_) | Kind::Close(_)) {
        edits.extend(missing.iter().map(|text| replaced(token, text)));
        edits.push(replaced(token, ""));
    }
    edits
}

fn replaced(token: Token, text: &str) -> Edit {
    Edit { start: token.start, end: token.end, text: text.to_owned() }
}

/// Whether the rest of the entry can be read after this change, or at least the part up to the
/// next block inside of it.
fn helps(damage: &Damage, edit: &Edit) -> bool {
    trials(damage, edit).any(|(changed, behind)| match read(damage.what, &changed) {
        Ok(length) => length >= behind && goes_on_well(&changed[length..]),
        Err(failure) => failure.at > behind && changed[behind..failure.at].contains('{'),
    })
}

/// Whether anything more can be read after this change.
fn helps_a_little(damage: &Damage, edit: &Edit) -> bool {
    trials(damage, edit).any(|(changed, behind)| {
        read(damage.what, &changed).map_or_else(|failure| failure.at > behind, |length| length >= behind)
    })
}

/// The damaged entry with this change, and where the text behind the change begins: alone, and
/// together with the entry before it.
fn trials(damage: &Damage, edit: &Edit) -> impl Iterator<Item = (String, usize)> {
    let (start, to) = damage.region;
    let to = to.max(edit.end);
    let starts = [Some(start), damage.before.filter(|_| damage.is_first_of_entry())];
    starts.into_iter().flatten().map(move |from| {
        let changed = [&damage.text[from..edit.start], &edit.text, &damage.text[edit.end..to]].concat();
        (changed, edit.start - from + edit.text.trim_end().len())
    })
}

/// Whether nothing is left, or something that begins an entry of its own.
fn goes_on_well(rest: &str) -> bool {
    let rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ';');
    let word = rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(rest.len());
    rest.is_empty() || places_of(&rest[..word]).next().is_some()
}

/// A word that is nearly one of those that could stand here.
fn misspelt(damage: &Damage) -> Option<(Edit, Complaint)> {
    let token = damage.token();
    let word = damage.str(token);
    if token.kind != Kind::Word || is_known(word) {
        return None;
    }
    let place = damage.expected.entry.map_or(&[][..], |place| place.words());
    let right = nearest(word, damage.expected.words.iter().chain(place).copied())?;
    let edit = replaced(token, right);
    let complaint =
        Complaint::at(token, format!("`{word}` is no word of the language here"), "not known here")
            .help(format!("did you mean `{right}`?"));
    helps_a_little(damage, &edit).then_some((edit, complaint))
}

/// A name that is a word of the language, or no plain identifier.
fn needs_backticks(damage: &Damage) -> Option<(Edit, Complaint)> {
    let token = damage.token();
    let (start, end) = glued_word(damage)?;
    let name = &damage.text[start..end];
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // A word of the language at the beginning of a line begins an entry: the name was forgotten.
    if start < damage.region.0 || is_plain && (!damage.expected.is_name || token.is_first_in_line) {
        return None;
    }
    let shown = shorten(name);
    let message = match is_plain {
        true => format!("`{shown}` is a word of the language, and no name here"),
        false => format!("`{shown}` is no plain name"),
    };
    let edit = Edit { start, end, text: format!("`{name}`") };
    let complaint = Complaint::at(Token { start, end, ..token }, message, "used as a name")
        .help(format!("in backticks it is one: `` `{shown}` ``"));
    helps(damage, &edit).then_some((edit, complaint))
}

/// The words and hyphens around the error that stand together without a blank.
fn glued_word(damage: &Damage) -> Option<(usize, usize)> {
    let is_part = |token: &Token| token.kind == Kind::Word || damage.str(*token) == "-";
    let (before, behind) = damage.tokens.split_at(damage.here);
    let mut end = None;
    for token in behind.iter().take_while(|token| is_part(token)) {
        if end.is_some_and(|end| end != token.start) {
            break;
        }
        end = Some(token.end);
    }
    let mut start = damage.token().start;
    for token in before.iter().rev().take_while(|token| is_part(token)) {
        if token.end != start {
            break;
        }
        start = token.start;
    }
    end.map(|end| (start, end))
}

fn foreign_sign(damage: &Damage) -> Option<(Edit, Complaint)> {
    let token = damage.token();
    let word = damage.str(token);
    let (_, right) = FOREIGN_SIGNS.iter().find(|(wrong, _)| *wrong == word)?;
    let edit = replaced(token, &format!(" {right} "));
    let complaint = Complaint::at(token, format!("`{word}` is written `{right}` here"), "this sign");
    helps(damage, &edit).then_some((edit, complaint))
}

/// The insides of the outermost braces in the damaged region.
fn bodies(damage: &Damage) -> Vec<(usize, usize)> {
    let (start, end) = damage.region;
    let mut bodies = Vec::new();
    if damage.is_misplaced {
        return bodies;
    }
    let mut brackets = Brackets::default();
    let mut braces: Vec<usize> = Vec::new();
    for token in damage.tokens.iter().filter(|token| token.start >= start && token.end <= end) {
        match token.kind {
            Kind::Open(bracket) => {
                brackets.open(bracket, token.start);
                if bracket == b'{' {
                    braces.push(token.end);
                }
            }
            Kind::Close(bracket) if brackets.close(bracket) && bracket == b'}' => {
                let body = braces.pop().filter(|_| braces.is_empty());
                bodies.extend(body.map(|body| (body, token.start)));
            }
            _ => {}
        }
    }
    // What stands before the error was read well.
    bodies.retain(|(_, end)| *end >= damage.token().start);
    bodies
}
