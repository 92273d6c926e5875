//! The smallest pieces: names, texts, numbers, durations, doc comments.

use super::super::ast::{Doc, Duration, Name, Version};
use super::super::grammar::Rule;
use super::super::rules::SYNTAX_ERROR;
use super::{Builder, Children, Pair};
use smol_str::SmolStr;

/// A name without its backticks; the span includes them.
pub(super) fn name(b: &Builder, pair: Pair) -> Name {
    // Only words of the language may be reserved, and their letters are no ASCII.
    if pair.as_rule() == Rule::name && !b.letters(pair).is_ascii() && is_reserved(b.str(pair)) {
        b.refuse();
    }
    name_at(b, pair.start())
}

/// The name, or label, whose letter stands at `at`.
pub(super) fn name_at(b: &Builder, at: usize) -> Name {
    let (start, end) = b.place(at);
    part(b, start, end)
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
    name(b, children.demand())
}

fn bare(text: &str) -> SmolStr {
    text.strip_prefix('`').and_then(|inner| inner.strip_suffix('`')).unwrap_or(text).into()
}

/// The parts of a dotted path, which is one letter for pest.
pub(super) fn path(b: &Builder, pair: Pair) -> Vec<Name> {
    let letter = b.letters(pair);
    let (from, to) = b.place(pair.start());
    let text = &b.text[from..to];
    let has_dots = matches!(letter, "a" | "f");
    if (has_dots || !letter.is_ascii()) && is_reserved(text.split('.').next().unwrap_or_default()) {
        b.refuse();
    }
    if !has_dots {
        return vec![part(b, from, to)];
    }
    let mut parts = Vec::with_capacity(2);
    let mut start = from;
    let mut is_quoted = false;
    for (at, byte) in (from..).zip(text.bytes()) {
        match byte {
            b'`' => is_quoted = !is_quoted,
            b'.' if !is_quoted => {
                parts.push(part(b, start, at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(part(b, start, to));
    parts
}

fn part(b: &Builder, start: usize, end: usize) -> Name {
    Name { text: bare(&b.text[start..end]), span: b.span_of_text(start, end) }
}

/// What stands between the quotes, unescaped.
pub(super) fn text(b: &mut Builder, pair: Pair) -> String {
    let quoted = b.str(pair);
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
                let start = b.place(pair.start()).0 + 1 + at;
                let span = b.span_of_text(start, start + 1 + other.len_utf8());
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
pub(super) fn quoted(b: &mut Builder, pair: Pair) -> Name {
    Name { text: text(b, pair).into(), span: b.span(pair) }
}

pub(super) fn next_quoted(b: &mut Builder, children: &mut Children) -> Name {
    let pair = children.demand();
    quoted(b, pair)
}

/// A token whose text is kept as it was written: a date, a rule's name.
pub(super) fn verbatim(b: &Builder, pair: Pair) -> Name {
    Name { text: b.str(pair).into(), span: b.span(pair) }
}

/// `unheard-event`, without blanks and in small letters, which its letters do not say.
pub(super) fn rule_name(b: &Builder, pair: Pair) -> Name {
    let text = b.str(pair);
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !text.starts_with(|first: char| first.is_ascii_lowercase()) || !text.bytes().all(is_part) {
        b.refuse();
    }
    verbatim(b, pair)
}

/// `v2`
pub(super) fn version(b: &mut Builder, pair: Pair) -> Version {
    Version { number: whole(b, pair, &b.str(pair)[1..]), span: b.span(pair) }
}

pub(super) fn integer(b: &mut Builder, pair: Pair) -> u32 {
    whole(b, pair, b.str(pair))
}

pub(super) fn next_integer(b: &mut Builder, children: &mut Children) -> u32 {
    let pair = children.demand();
    integer(b, pair)
}

fn whole(b: &mut Builder, pair: Pair, digits: &str) -> u32 {
    digits.parse().unwrap_or_else(|_| {
        let finding = SYNTAX_ERROR.at(b.span(pair), "too large");
        b.findings.push(finding.message(format!("a whole number is at most {}", u32::MAX)));
        u32::MAX
    })
}

/// `1h30m` in milliseconds.
pub(super) fn duration(b: &mut Builder, pair: Pair) -> Duration {
    let text = b.str(pair);
    let milliseconds = milliseconds(text).unwrap_or_else(|| {
        let finding = SYNTAX_ERROR.at(b.span(pair), "too long");
        b.findings.push(finding.message("a duration is at most 500,000,000 years"));
        MAX_MILLISECONDS
    });
    Duration { milliseconds, text: text.into(), span: b.span(pair) }
}

pub(super) fn next_duration(b: &mut Builder, children: &mut Children) -> Duration {
    let pair = children.demand();
    duration(b, pair)
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
