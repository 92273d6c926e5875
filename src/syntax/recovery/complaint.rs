//! What to say of an error.

use super::super::build::is_reserved;
use super::damage::Damage;
use super::expected::{Place, places_of};
use super::lex::{Kind, Token};
use super::other_words::said_here;

/// A finding in the making, in positions of the text that was read.
#[derive(Clone, Debug)]
pub(super) struct Complaint {
    pub start: usize,
    pub end: usize,
    pub label: String,
    pub message: String,
    pub help: Option<String>,
}

impl Complaint {
    pub fn at(token: Token, message: impl Into<String>, label: impl Into<String>) -> Complaint {
        let (message, label) = (message.into(), label.into());
        Complaint { start: token.start, end: token.end, label, message, help: None }
    }

    pub fn help(self, help: impl Into<String>) -> Complaint {
        Complaint { help: Some(help.into()), ..self }
    }
}

pub(super) fn complaint(damage: &Damage) -> Complaint {
    let token = damage.token();
    let shown = shorten(damage.str(token));
    if token.kind == Kind::Unclosed {
        let what = if shown.starts_with('"') { "text" } else { "name" };
        return Complaint::at(token, format!("this {what} is never closed"), "begins here")
            .help("a text or a quoted name ends on the line it begins on");
    }
    if let Some(doc) = misplaced_doc(damage) {
        return Complaint::at(doc, "this doc comment describes nothing", "not above an entry")
            .help("put it above the entry that it describes; a remark has two slashes");
    }
    if mixes_and_with_or(damage) {
        return Complaint::at(token, "`and` and `or` cannot be mixed here", "the other one came before")
            .help("wait for one part after the other");
    }
    if let Some(complaint) = long_duration(damage, token, &shown) {
        return complaint;
    }
    if damage.expected.entry.is_some() && damage.is_first_of_entry() {
        return instead_of_an_entry(damage, token, &shown);
    }
    let expected = damage.expected.in_words().unwrap_or_else(|| format!("`{shown}` cannot stand here"));
    // What is missing at the end of a line is shown there and not on the next one.
    if token.is_first_in_line && damage.here > 0 {
        return Complaint::at(damage.tokens[damage.here - 1], expected, "something is missing behind this");
    }
    let complaint = Complaint::at(token, expected, "found this instead");
    if damage.expected.is_duration && shown.bytes().all(|byte| byte.is_ascii_digit()) {
        return complaint
            .help(format!("a duration has a unit: `{shown}s`, `{shown}m`, `{shown}h`, `{shown}d`"));
    }
    if damage.expected.is_value && is_reserved(&shown) {
        return complaint
            .help(format!("`{shown}` is a word of the language; as a name it is written `` `{shown}` ``"));
    }
    complaint
}

/// `2 days`, where the language writes `2d`.
fn long_duration(damage: &Damage, token: Token, shown: &str) -> Option<Complaint> {
    let number = damage.tokens[..damage.here].last().filter(|_| !token.is_first_in_line)?;
    let written = damage.str(*number);
    let unit = match shown.strip_suffix('s').unwrap_or(shown) {
        "sec" | "second" => "s",
        "min" | "minute" => "m",
        "hour" => "h",
        "day" => "d",
        "" | "m" | "h" | "d" => shown,
        _ => return None,
    };
    let is_number = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Complaint {
        start: number.start,
        end: token.end,
        label: "a duration is one word".to_string(),
        message: format!("`{written} {shown}` is written `{written}{unit}`"),
        help: None,
    })
}

fn instead_of_an_entry(damage: &Damage, token: Token, shown: &str) -> Complaint {
    let Some(place) = damage.expected.entry else {
        return Complaint::at(token, format!("`{shown}` cannot stand here"), "not in this place");
    };
    let homes: Vec<Place> = places_of(shown).collect();
    if !homes.is_empty() {
        let message = format!("`{shown}` cannot stand {}", place.in_words());
        let complaint = Complaint::at(token, message, "not in this place");
        if homes.contains(&place) {
            return complaint;
        }
        if place == Place::Service && homes.contains(&Place::Contract) && damage.before.is_some() {
            return complaint.help(format!("is a `{{` missing before `{shown}`?"));
        }
        let homes: Vec<&str> = homes.into_iter().map(Place::in_words).collect();
        return complaint.help(format!("`{shown}` stands {}", homes.join(" or ")));
    }
    if shown.starts_with(char::is_alphabetic) {
        let complaint =
            Complaint::at(token, format!("`{shown}` is no word of the language here"), "not known here");
        return match said_here(shown) {
            Some(help) => complaint.help(help),
            None => complaint,
        };
    }
    Complaint::at(token, format!("`{shown}` cannot stand here"), "nothing like this was expected")
}

/// The doc comment in the middle of an entry, or with nothing below it; all its lines.
pub(super) fn misplaced_doc(damage: &Damage) -> Option<Token> {
    let is_doc = |token: &&Token| token.kind == Kind::Doc;
    let (before, behind) = damage.tokens.split_at(damage.here);
    let mut lines = before.iter().rev().take_while(is_doc).chain(behind.iter().take_while(is_doc));
    let first = *lines.next()?;
    Some(lines.fold(first, |all, line| Token {
        start: all.start.min(line.start),
        end: all.end.max(line.end),
        ..all
    }))
}

fn mixes_and_with_or(damage: &Damage) -> bool {
    match damage.str(damage.token()) {
        "and" => damage.expected.words.contains(&"or"),
        "or" => damage.expected.words.contains(&"and"),
        _ => false,
    }
}

/// A word as a message can show it: not too long, and nothing invisible.
pub(super) fn shorten(word: &str) -> String {
    if let Some(hidden) =
        word.chars().find(|letter| letter.is_control() || "\u{feff}\u{200b}".contains(*letter))
    {
        return format!("U+{:04X}", hidden as u32);
    }
    if word.chars().count() <= 30 {
        return word.to_owned();
    }
    word.chars().take(29).chain(['…']).collect()
}
