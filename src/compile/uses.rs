//! Which files a text uses, found by a scan instead of a parse: files are grouped, and the disk is
//! asked for more of them, before anything is parsed.

use std::ops::Range;

/// `use "contracts.wfc"`, and where the quoted path stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedPath {
    pub path: String,
    pub quoted: Range<usize>,
}

/// Every `use` at the top level of `text`. In a file with unbalanced brackets one that begins a line
/// counts as well, as it does for the parser.
pub fn uses(text: &str) -> Vec<UsedPath> {
    let mut found = Vec::new();
    // Most files use no other, and to see that costs far less than the scan.
    let bytes = text.as_bytes();
    let is_alone = |at: usize| {
        (at == 0 || !is_word(bytes[at - 1])) && !bytes.get(at + 3).is_some_and(|&byte| is_word(byte))
    };
    if !memchr::memmem::find_iter(bytes, "use").any(is_alone) {
        return found;
    }
    let mut depth = 0usize;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => at = end_of_line(bytes, at),
            b'"' => at = end_of_string(bytes, at),
            b'`' => at = end_of_quoted_name(bytes, at),
            b'{' | b'(' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            byte if is_word(byte) => {
                let start = at;
                at = end_of_word(bytes, at);
                let begins_line = start == 0 || bytes[start - 1] == b'\n';
                if &bytes[start..at] == b"use" && (depth == 0 || begins_line) {
                    let quote = skip_blank(bytes, at);
                    if bytes.get(quote) == Some(&b'"') {
                        at = end_of_string(bytes, quote);
                        let path = text[quote + 1..at].trim_end_matches('"').to_string();
                        found.push(UsedPath { path, quoted: quote..at });
                    }
                }
            }
            _ => at += 1,
        }
    }
    found
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

fn end_of_word(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|&byte| !is_word(byte)).map_or(bytes.len(), |n| from + n)
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |n| from + n)
}

/// Behind the closing quote, or at the end of the line where there is none.
fn end_of_string(bytes: &[u8], quote: usize) -> usize {
    let mut at = quote + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            b'\\' if at + 1 < bytes.len() && bytes[at + 1].is_ascii() => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn end_of_quoted_name(bytes: &[u8], tick: usize) -> usize {
    let stop = bytes[tick + 1..].iter().position(|&byte| byte == b'`' || byte == b'\n');
    stop.map_or(bytes.len(), |n| tick + n + 2)
}

fn skip_blank(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| !byte.is_ascii_whitespace()).map_or(bytes.len(), |n| from + n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        uses(text).into_iter().map(|used| used.path).collect()
    }

    #[test]
    fn finds_uses_at_the_top_level_only() {
        let text = "use \"a.wfc\"\n// use \"no.wfc\"\nrecord R(use: string)\n\
                    service S { team \"use \\\"x\\\"\" } use   \"b/c.wfc\"";
        assert_eq!(paths(text), ["a.wfc", "b/c.wfc"]);
    }

    #[test]
    fn a_lost_bracket_hides_no_use_that_begins_a_line() {
        assert_eq!(paths("service S {\nuse \"a.wfc\""), ["a.wfc"]);
    }

    #[test]
    fn broken_text_is_no_trouble() {
        for text in ["use \"", "use \"ä", "use \"\\", "`", "use", "\"\\ä", "use \"a\nb"] {
            let _ = uses(text);
        }
        assert_eq!(uses("use \"ä.wfc\"")[0].quoted, 4..12);
    }
}
