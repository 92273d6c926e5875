//! Whether a text is the Mermaid that wfc means to write: a narrow reading, line by line, in which no
//! text can be taken for anything else.

use std::collections::BTreeSet;

const ENTITY_FREE: &str = " ()',?!/.-=+_";
const BRACKETS: [(&str, &str); 10] = [
    ("{{", "}}"),
    ("((", "))"),
    ("([", "])"),
    ("[[", "]]"),
    ("[/", "\\]"),
    ("[\\", "/]"),
    ("[\\", "\\]"),
    ("[", "]"),
    ("(", ")"),
    ("{", "}"),
];

pub fn check(picture: &str) -> Result<(), String> {
    let mut lines = picture.lines();
    if !matches!(lines.next(), Some("flowchart TD" | "flowchart LR")) {
        return Err("no flowchart".to_string());
    }
    let mut ids = BTreeSet::new();
    let mut edges: Vec<[&str; 2]> = Vec::new();
    let mut depth = 0usize;
    for line in lines.map(str::trim_start) {
        let wrong = |why: &str| Err(format!("{why}: {line}"));
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "subgraph" => {
                depth += 1;
                let Some((id, title)) = rest.split_once('[') else { return wrong("no title") };
                is_id(id)?;
                is_new(&mut ids, id)?;
                text(title.strip_suffix(']').unwrap_or(""))?;
            }
            "end" => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return wrong("nothing to end"),
            },
            "direction" if rest == "TB" => {}
            "classDef" | "linkStyle" | "style" => {
                if !rest.chars().all(|c| c.is_ascii_alphanumeric() || " ,:#-._".contains(c)) {
                    return wrong("no style");
                }
            }
            _ if [" --> ", " -.-> ", " ==> ", " ~~~ "].iter().any(|arrow| line.contains(arrow))
                || is_labelled(rest) =>
            {
                edges.push(edge(word, rest)?);
            }
            _ => node(line, &mut ids)?,
        }
    }
    if depth > 0 {
        return Err("a group does not end".to_string());
    }
    match edges.iter().flatten().find(|id| !ids.contains(**id)) {
        Some(id) => Err(format!("no node is called {id}")),
        None => Ok(()),
    }
}

/// A grid of blocks: cells with an id, a quoted text and a width, and their classes.
pub fn check_grid(picture: &str) -> Result<(), String> {
    let mut ids = BTreeSet::new();
    for line in picture.lines().skip(1).map(str::trim_start) {
        let wrong = |why: &str| Err(format!("{why}: {line}"));
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "columns" if rest.bytes().all(|it| it.is_ascii_digit()) => {}
            "space" if rest.is_empty() => {}
            "classDef" if rest.chars().all(|c| c.is_ascii_alphanumeric() || " ,:#-".contains(c)) => {}
            "class" => {
                let Some((members, _)) = rest.split_once(' ') else { return wrong("no class") };
                if let Some(id) = members.split(',').find(|id| !ids.contains(*id)) {
                    return Err(format!("no block is called {id}"));
                }
            }
            _ => {
                let Some((id, rest)) = line.split_once('[') else { return wrong("no block") };
                is_id(id)?;
                is_new(&mut ids, id)?;
                let (inner, width) = rest.rsplit_once(']').unwrap_or((rest, "?"));
                if !width.strip_prefix(':').unwrap_or("0").bytes().all(|it| it.is_ascii_digit()) {
                    return wrong("no width");
                }
                if inner != "\" \"" {
                    text(inner)?;
                }
            }
        }
    }
    Ok(())
}

fn is_labelled(rest: &str) -> bool {
    ["-->|", "-.->|", "==>|"].iter().any(|arrow| rest.starts_with(arrow))
}

fn edge<'t>(from: &'t str, rest: &'t str) -> Result<[&'t str; 2], String> {
    let (arrow, to) = rest.rsplit_once(' ').ok_or("an edge without a target")?;
    is_id(from)?;
    is_id(to)?;
    if let Some((_, label)) = arrow.split_once('|') {
        text(label.strip_suffix('|').unwrap_or(""))?;
    }
    Ok([from, to])
}

fn node<'t>(line: &'t str, ids: &mut BTreeSet<&'t str>) -> Result<(), String> {
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').ok_or("no shape")?;
    let (id, rest) = line.split_at(end);
    let (shape, class) = rest.rsplit_once(":::").ok_or_else(|| format!("no class: {line}"))?;
    is_id(id)?;
    is_new(ids, id)?;
    if class.is_empty() || !class.chars().all(|c| c.is_ascii_lowercase()) {
        return Err(format!("no class: {line}"));
    }
    let inner = BRACKETS.iter().find_map(|(open, close)| {
        shape.strip_prefix(open)?.strip_suffix(close).filter(|inner| inner.starts_with('"'))
    });
    text(inner.ok_or_else(|| format!("no shape: {line}"))?)
}

fn is_new<'t>(ids: &mut BTreeSet<&'t str>, id: &'t str) -> Result<(), String> {
    if ids.insert(id) { Ok(()) } else { Err(format!("{id} is there twice")) }
}

/// `word_Name`, which is no word of Mermaid and begins with none that it would cut off.
pub fn is_id(id: &str) -> Result<(), String> {
    let is_plain = id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_word = ["end", "graph", "subgraph", "class", "style", "default", "click", "o", "x"].contains(&id);
    if is_plain && !is_word && id.starts_with(|c: char| c.is_ascii_lowercase()) {
        Ok(())
    } else {
        Err(format!("`{id}` is no id"))
    }
}

/// A quoted text in which everything is a letter, a break, bold, or a character's number.
fn text(quoted: &str) -> Result<(), String> {
    let wrong = |why: &str| Err(format!("{why} in {quoted}"));
    let Some(inner) = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return wrong("no quotes");
    };
    plain(inner, quoted)
}

/// The same without its quotes, as a part of `whole`.
pub fn plain(inner: &str, whole: &str) -> Result<(), String> {
    let wrong = |why: &str| Err(format!("{why} in {whole}"));
    let plain = inner.replace("<br/>", "\n").replace("<b>", "").replace("</b>", "");
    if plain.trim().is_empty() {
        return wrong("nothing");
    }
    for line in plain.split('\n') {
        if line.starts_with(['-', '=', '+']) {
            return wrong("a line that Markdown would read");
        }
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            let number = rest.strip_prefix('#').and_then(|rest| rest.split_once(';'));
            match number {
                Some((digits, behind))
                    if !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit()) =>
                {
                    rest = behind;
                }
                Some(_) | None if c.is_alphanumeric() || ENTITY_FREE.contains(c) => {
                    rest = &rest[c.len_utf8()..]
                }
                Some(_) | None if !c.is_ascii() && !c.is_control() => rest = &rest[c.len_utf8()..],
                Some(_) | None => return wrong("a character that means something"),
            }
        }
    }
    Ok(())
}
