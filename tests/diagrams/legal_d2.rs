//! Whether a text is the D2 that wfc means to write: keys that are ids, texts that end where they should,
//! braces that match.

pub fn check(picture: &str) -> Result<(), String> {
    let mut depth = 0i32;
    for line in picture.lines() {
        let mut rest = line.trim_start();
        while let Some(c) = rest.chars().next() {
            let taken = match c {
                '"' => quoted(rest).ok_or_else(|| format!("a text does not end: {line}"))?,
                '{' => {
                    depth += 1;
                    1
                }
                '}' => {
                    depth -= 1;
                    1
                }
                c if c.is_ascii_alphanumeric() || " _.:;->".contains(c) => 1,
                _ => return Err(format!("`{c}` means something: {line}")),
            };
            rest = &rest[taken..];
        }
        if depth < 0 {
            return Err(format!("a brace too many: {line}"));
        }
    }
    if depth == 0 { Ok(()) } else { Err("a brace is left open".to_string()) }
}

/// The length of `"…"`, in which a quote, a backslash and a `$` stand behind a backslash.
fn quoted(text: &str) -> Option<usize> {
    let mut letters = text.char_indices().skip(1);
    while let Some((at, c)) = letters.next() {
        match c {
            '"' => return Some(at + 1),
            '$' => return None,
            '\\' => {
                letters.next().filter(|(_, c)| matches!(c, '"' | '\\' | '$' | 'n'))?;
            }
            c if c.is_control() => return None,
            _ => {}
        }
    }
    None
}
