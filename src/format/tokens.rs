//! The tokens of a text without errors, comments among them. Nothing of the text is lost but blanks.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a path with its dots, a word of the language, a number, a date, a duration, a text.
    Word,
    Open,
    Close,
    /// `//` up to the end of the line.
    Comment,
    /// `///` up to the end of the line.
    Doc,
    Semicolon,
    Comma,
    /// Operators and what else there is.
    Sign,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub kind: Kind,
    pub text: &'t str,
    pub start: usize,
    /// A line ends between this token and the one before.
    pub is_first_in_line: bool,
    /// An empty line stands before it.
    pub is_after_blank_line: bool,
}

/// The tokens of `text`. `is_allow` tells where an `allow` begins: what follows is the name of a rule,
/// in which a `-` subtracts nothing.
pub(super) fn tokens(text: &str, is_allow: impl Fn(usize) -> bool) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    let mut n_line_ends = 2;
    while at < text.len() {
        let blanks = &text[at..][..blanks(&text[at..])];
        at += blanks.len();
        n_line_ends += line_ends(blanks);
        if at == text.len() {
            break;
        }
        let mut before = tokens.iter().rev().filter(|token| token.kind != Kind::Comment);
        let names_rule = before.next().is_some_and(|last| last.text == "allow" && is_allow(last.start));
        let (kind, length) = if names_rule { rule_name(&text[at..]) } else { next(&text[at..]) };
        let (is_first_in_line, is_after_blank_line) =
            (n_line_ends > 0, n_line_ends > 1 && !tokens.is_empty());
        let shown = &text[at..at + length];
        let shown = if matches!(kind, Kind::Comment | Kind::Doc) { shown.trim_end() } else { shown };
        tokens.push(Token { kind, text: shown, start: at, is_first_in_line, is_after_blank_line });
        at += length;
        n_line_ends = 0;
    }
    tokens
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t', '\n', '\r', '\u{feff}']).len()
}

/// A `\r\n` is one line end.
fn line_ends(blanks: &str) -> usize {
    let bytes = blanks.as_bytes();
    let ends = (0..bytes.len()).filter(|&at| match bytes[at] {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.count()
}

/// Kind and length of the token that `text` begins with.
fn next(text: &str) -> (Kind, usize) {
    let first = text.as_bytes()[0];
    match first {
        b'/' if text.starts_with("//") => {
            let is_doc = text.starts_with("///") && !text.starts_with("////");
            let length = text.find(['\n', '\r']).unwrap_or(text.len());
            (if is_doc { Kind::Doc } else { Kind::Comment }, length)
        }
        b'"' => (Kind::Word, quoted(text, b'"')),
        b'0'..=b'9' => (Kind::Word, number(text)),
        b'`' | b'_' | b'a'..=b'z' | b'A'..=b'Z' => (Kind::Word, path(text)),
        b'(' | b'{' | b'[' => (Kind::Open, 1),
        b')' | b'}' | b']' => (Kind::Close, 1),
        b';' => (Kind::Semicolon, 1),
        b',' => (Kind::Comma, 1),
        _ if ["==", "!=", "<=", ">=", "->", ".."].iter().any(|sign| text.starts_with(sign)) => {
            (Kind::Sign, 2)
        }
        _ => (Kind::Sign, text.chars().next().map_or(1, char::len_utf8)),
    }
}

fn rule_name(text: &str) -> (Kind, usize) {
    let length = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    match length.unwrap_or(text.len()) {
        0 => next(text),
        length => (Kind::Word, length),
    }
}

/// With both quotes; up to the end of the text if there is only one.
fn quoted(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' && quote == b'"' { 2 } else { 1 };
    }
    text.floor_char_boundary((at + 1).min(text.len()))
}

/// `12.5`, `99.5%`, `1h30m`, `2026-12-31`
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let shape: String =
        bytes.iter().take(10).map(|byte| if byte.is_ascii_digit() { '9' } else { *byte as char }).collect();
    if shape == "9999-99-99" && !bytes.get(10).is_some_and(|byte| is_word(*byte)) {
        return 10;
    }
    let mut length = word(text);
    if bytes.get(length) == Some(&b'.') && bytes.get(length + 1).is_some_and(u8::is_ascii_digit) {
        length += 1 + word(&text[length + 1..]);
    }
    length + usize::from(bytes.get(length) == Some(&b'%'))
}

/// A name, and what hangs on it by dots.
fn path(text: &str) -> usize {
    let mut length = part(text);
    while text[length..].starts_with('.') {
        match part(&text[length + 1..]) {
            0 => break,
            more => length += 1 + more,
        }
    }
    length
}

fn part(text: &str) -> usize {
    match text.as_bytes().first() {
        Some(b'`') => quoted(text, b'`'),
        Some(byte) if is_word(*byte) && !byte.is_ascii_digit() => word(text),
        _ => 0,
    }
}

fn word(text: &str) -> usize {
    text.bytes().take_while(|byte| is_word(*byte)).count()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::tokens;

    fn texts(text: &str) -> Vec<&str> {
        tokens(text, |_| true).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn what_belongs_together_is_one_token() {
        assert_eq!(texts("a.`b c`.d-1"), ["a.`b c`.d", "-", "1"]);
        assert_eq!(
            texts("1h30m 2026-12-31 99.5% 12.5 1s..2s"),
            ["1h30m", "2026-12-31", "99.5%", "12.5", "1s", "..", "2s"]
        );
        assert_eq!(
            texts("allow a-b-c \"x\\\"}\"->y!=z"),
            ["allow", "a-b-c", "\"x\\\"}\"", "->", "y", "!=", "z"]
        );
        assert_eq!(texts("a// b \n/// c\r\n////"), ["a", "// b", "/// c", "////"]);
    }

    #[test]
    fn empty_lines_are_seen() {
        let told: Vec<_> =
            tokens("a\r\nb\n \n\rc;\n", |_| false).iter().map(|token| token.is_after_blank_line).collect();
        assert_eq!(told, [false, false, true, false]);
    }
}
