//! Whether a text is the DOT that wfc means to write: its tokens, its brackets, and no text that could
//! be taken for anything else.

pub fn check(picture: &str) -> Result<(), String> {
    let Some(body) = picture.strip_prefix("digraph workflow {").and_then(|rest| rest.strip_suffix("}\n"))
    else {
        return Err("no graph".to_string());
    };
    let mut open = Vec::new();
    let mut rest = body.trim_start();
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '{' | '[' => {
                open.push(c);
                1
            }
            '}' | ']' => {
                let wanted = if c == '}' { '{' } else { '[' };
                if open.pop() != Some(wanted) {
                    return Err(format!("a bracket too many before {rest}"));
                }
                1
            }
            '=' | ',' | ';' => 1,
            '-' if rest.starts_with("->") => 2,
            '"' => {
                let end = rest[1..].find('"').ok_or("a text does not end")?;
                let plain = |c: char| c.is_ascii_alphanumeric() || "#,.- ".contains(c);
                if !rest[1..=end].chars().all(plain) {
                    return Err(format!("no setting: {}", &rest[..=end]));
                }
                end + 2
            }
            '<' => markup(rest)?,
            c if c.is_ascii_alphanumeric() || c == '_' => {
                rest.find(|c: char| !c.is_ascii_alphanumeric() && !"_.".contains(c)).unwrap_or(rest.len())
            }
            _ => return Err(format!("no token: {rest}")),
        };
        rest = rest[taken..].trim_start();
    }
    if open.is_empty() { Ok(()) } else { Err("a bracket is left open".to_string()) }
}

/// The length of `<…>`: tags that Graphviz knows, closed in order, and text without a bare `&`, `<`,
/// `>`, `"` or backslash.
fn markup(text: &str) -> Result<usize, String> {
    let wrong = |why: &str| Err(format!("{why} in {}", text.lines().next().unwrap_or("")));
    let mut tags: Vec<&str> = Vec::new();
    let mut at = 1;
    loop {
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else { return wrong("no end") };
        match c {
            '>' if tags.is_empty() => return Ok(at + 1),
            '<' => {
                let Some(end) = rest.find('>') else { return wrong("no end of a tag") };
                match &rest[1..end] {
                    "br/" => {}
                    "b" => tags.push("/b"),
                    "font point-size=\"10\"" => tags.push("/font"),
                    "tr" => tags.push("/tr"),
                    cell if is_tag(cell, "td") => tags.push("/td"),
                    table if is_tag(table, "table") => tags.push("/table"),
                    closing if tags.last() == Some(&closing) => {
                        tags.pop();
                    }
                    _ => return wrong("an unknown tag"),
                }
                at += end + 1;
            }
            '&' => {
                let Some(end) = rest.find(';') else { return wrong("a bare ampersand") };
                let name = &rest[1..end];
                let is_number =
                    name.strip_prefix('#').is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit()));
                if !is_number && !["amp", "lt", "gt", "quot"].contains(&name) {
                    return wrong("a bare ampersand");
                }
                at += end + 1;
            }
            '>' | '"' | '\\' => return wrong("a character that means something"),
            c if c.is_control() && c != '\n' => return wrong("a control character"),
            c => at += c.len_utf8(),
        }
    }
}

/// The name of a tag, and settings of plain letters and numbers.
fn is_tag(text: &str, name: &str) -> bool {
    let Some(rest) = text.strip_prefix(name) else { return false };
    rest.is_empty()
        || rest.split(' ').skip(1).all(|setting| {
            setting.split_once('=').is_some_and(|(key, value)| {
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '#';
                let value = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
                key.bytes().all(|it| it.is_ascii_lowercase()) && value.is_some_and(|it| it.chars().all(plain))
            })
        })
}
