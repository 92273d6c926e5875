//! The smallest pieces: names, texts, numbers, durations, doc comments.

use super::super::ast::{Doc, Duration, Name, Version};
use super::super::grammar::{Pair, Rule};
use super::super::rules::SYNTAX_ERROR;
use super::{Builder, Children};
use smol_str::SmolStr;

/// A name without its backticks; the span includes them.
pub(super) fn name(b: &Builder, pair: &Pair) -> Name {
    if pair.as_rule() == Rule::name && is_reserved(pair.as_str()) {
        b.refuse();
    }
    Name { text: bare(pair.as_str()), span: b.span(pair) }
}

/// The words that cannot be names without backticks, as the grammar has it.
pub(in crate::syntax) fn is_reserved(word: &str) -> bool {
    match word.len() {
        2 => matches!(word, "if" | "in" | "on" | "or"),
        3 => matches!(word, "all" | "and" | "any" | "end" | "for" | "let" | "not" | "now" | "run"),
        4 => matches!(
            word,
            "else" | "give" | "none" | "skip" | "step" | "then" | "true" | "undo" | "wait" | "when"
        ),
        5 => matches!(word, "false" | "round" | "scope" | "until"),
        6 => matches!(word, "notify" | "repeat" | "within"),
        7 => matches!(word, "foreign" | "publish"),
        8 => word == "parallel",
        _ => false,
    }
}

pub(super) fn next_name(b: &Builder, children: &mut Children) -> Name {
    name(b, &children.next())
}

fn bare(text: &str) -> SmolStr {
    text.strip_prefix('`').and_then(|inner| inner.strip_suffix('`')).unwrap_or(text).into()
}

/// The parts of a dotted path, which is one token for pest.
pub(super) fn path(b: &Builder, pair: &Pair) -> Vec<Name> {
    let text = pair.as_str();
    let from = pair.as_span().start();
    let first = text.split_once('.').map_or(text, |(first, _)| first);
    if is_reserved(first) {
        b.refuse();
    }
    let mut parts = Vec::with_capacity(2);
    let mut start = 0;
    let mut is_quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'`' => is_quoted = !is_quoted,
            b'.' if !is_quoted => {
                parts.push(part(b, text, from, start, at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(part(b, text, from, start, text.len()));
    parts
}

fn part(b: &Builder, text: &str, from: usize, start: usize, end: usize) -> Name {
    if !text[start..end]
        .starts_with(|letter: char| letter.is_ascii_alphabetic() || matches!(letter, '_' | '`'))
    {
        b.refuse();
    }
    Name { text: bare(&text[start..end]), span: b.span_of(from + start, from + end) }
}

/// What stands between the quotes, unescaped.
pub(super) fn text(b: &mut Builder, pair: &Pair) -> String {
    let quoted = pair.as_str();
    let inner = &quoted[1..quoted.len() - 1];
    if !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.char_indices();
    while let Some((at, letter)) = chars.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match chars.next() {
            Some((_, '"')) => out.push('"'),
            Some((_, '\\')) => out.push('\\'),
            Some((_, 'n')) => out.push('\n'),
            Some((_, 't')) => out.push('\t'),
            Some((_, other)) => {
                let start = pair.as_span().start() + 1 + at;
                let span = b.span_of(start, start + 1 + other.len_utf8());
                let finding = SYNTAX_ERROR.at(span, "no such escape");
                b.findings.push(
                    finding
                        .message(format!("`\\{}` is not known in a text", other.escape_debug()))
                        .help("a text knows `\\\"`, `\\\\`, `\\n` and `\\t`; a backslash is written `\\\\`"),
                );
                out.push(other);
            }
            None => {}
        }
    }
    out
}

/// A text as a name: its content with the span of the whole, quotes included.
pub(super) fn quoted(b: &mut Builder, pair: &Pair) -> Name {
    Name { text: text(b, pair).into(), span: b.span(pair) }
}

pub(super) fn next_quoted(b: &mut Builder, children: &mut Children) -> Name {
    let pair = children.next();
    quoted(b, &pair)
}

/// A token whose text is kept as it was written: a date, a rule's name.
pub(super) fn verbatim(b: &Builder, pair: &Pair) -> Name {
    Name { text: pair.as_str().into(), span: b.span(pair) }
}

/// `v2`
pub(super) fn version(b: &mut Builder, pair: &Pair) -> Version {
    Version { number: whole(b, pair, &pair.as_str()[1..]), span: b.span(pair) }
}

pub(super) fn integer(b: &mut Builder, pair: &Pair) -> u32 {
    whole(b, pair, pair.as_str())
}

pub(super) fn next_integer(b: &mut Builder, children: &mut Children) -> u32 {
    let pair = children.next();
    integer(b, &pair)
}

fn whole(b: &mut Builder, pair: &Pair, digits: &str) -> u32 {
    digits.parse().unwrap_or_else(|_| {
        let finding = SYNTAX_ERROR.at(b.span(pair), "too large");
        b.findings.push(finding.message(format!("a whole number is at most {}", u32::MAX)));
        u32::MAX
    })
}

/// `1h30m` in milliseconds.
pub(super) fn duration(b: &mut Builder, pair: &Pair) -> Duration {
    let text = pair.as_str();
    let milliseconds = milliseconds(text).unwrap_or_else(|| {
        let finding = SYNTAX_ERROR.at(b.span(pair), "too long");
        b.findings.push(finding.message("a duration is at most 500,000,000 years"));
        MAX_MILLISECONDS
    });
    Duration { milliseconds, text: text.into(), span: b.span(pair) }
}

pub(super) fn next_duration(b: &mut Builder, children: &mut Children) -> Duration {
    let pair = children.next();
    duration(b, &pair)
}

// A little below what fits, so that sums of a few durations cannot overflow in later phases.
const MAX_MILLISECONDS: u64 = 500_000_000 * 365 * 86_400_000;

fn milliseconds(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let factor = match &rest[..letters] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        rest = &rest[letters..];
        total = total.checked_add(number.checked_mul(factor)?)?;
    }
    (total <= MAX_MILLISECONDS).then_some(total)
}

/// The lines of a doc comment without their `///` and one blank, joined by line breaks.
pub(super) fn doc(comment: &str) -> Doc {
    let lines = comment.lines().filter_map(|line| line.trim_start().strip_prefix("///"));
    let lines: Vec<&str> = lines
        .filter(|line| !line.starts_with('/'))
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
        .collect();
    lines.join("\n").into()
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn durations_add_up_and_do_not_overflow() {
        assert_eq!(milliseconds("1h30m"), Some(5_400_000));
        assert_eq!(milliseconds("250ms"), Some(250));
        assert_eq!(milliseconds("2w"), Some(1_209_600_000));
        assert_eq!(milliseconds("99999999999999999999s"), None);
        assert_eq!(milliseconds("18446744073709551615w"), None);
    }
}
