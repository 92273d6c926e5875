//! Any text as a harmless piece of another language.

/// A text in quotes, as Rust, and with the same rules TOML and YAML, read it.
macro_rules! quoted {
    ($text:expr, $unicode:expr) => {{
        let mut out = String::from('"');
        for c in $text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if is_hidden(c) => out.push_str(&$unicode(c as u32)),
                c => out.push(c),
            }
        }
        out.push('"');
        out
    }};
}

/// `"say \"yes\""`
pub fn rust(text: &str) -> String {
    quoted!(text, |code| format!("\\u{{{code:x}}}"))
}

/// A basic string.
pub fn toml(text: &str) -> String {
    quoted!(text, |code| format!("\\U{code:08X}"))
}

/// A scalar in double quotes.
pub fn yaml(text: &str) -> String {
    quoted!(text, |code| format!("\\U{code:08X}"))
}

/// A string.
pub fn json(text: &str) -> String {
    let utf16 = |code: u32| {
        let mut units = [0; 2];
        let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>()
    };
    quoted!(text, utf16)
}

/// A string literal; what cannot stand in one is left out.
pub fn sql(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', "''"))
}

/// A name in quotes.
pub fn sql_name(text: &str) -> String {
    format!("\"{}\"", text.replace('\0', "").replace('"', "\"\""))
}

/// One word for a shell, and for a line of a Dockerfile that goes to one.
pub fn shell(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_string();
    }
    format!("'{}'", text.replace('\0', "").replace('\'', "'\\''"))
}

/// A value in a Dockerfile, as in `LABEL name=…`: in quotes, on one line, without variables.
pub fn dockerfile(text: &str) -> String {
    let line = one_line(text);
    format!("\"{}\"", line.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$"))
}

/// Text between tags, or in the quotes of an attribute.
pub fn html(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if is_hidden(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Prose in Markdown, on one line: nothing in it is markup, a link or HTML.
pub fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in one_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Text for a comment of one line, in any language that has such comments: nothing in it ends the
/// comment, not even one between `/*` and `*/` or `<!--` and `-->`.
pub fn comment(text: &str) -> String {
    one_line(text).replace("*/", "* /").replace("/*", "/ *").replace("--", "- -")
}

/// The lines of a text for `///` comments: what would be seen as code by `rustdoc` is not.
pub fn doc_lines(text: &str) -> Vec<String> {
    text.lines().map(|line| one_line(line).trim_end().to_string()).collect()
}

/// Without line breaks and what does not show.
pub fn one_line(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if is_hidden(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Control characters; those that turn the direction of text around, by which it reads as something
/// that it is not; and other characters that break lines.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}')
}
