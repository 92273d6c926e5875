//! Whether a text is the Mermaid sequence diagram that wfc means to write: a narrow reading, line by
//! line, in which no text can be taken for anything else.

use super::legal_mermaid::{is_id, plain};
use std::collections::BTreeSet;

const ARROWS: [&str; 5] = ["-->>", "->>", "--x", "-x", "-)"];

pub fn check(picture: &str) -> Result<(), String> {
    let mut lines = picture.lines();
    if lines.next() != Some("sequenceDiagram") {
        return Err("no sequence diagram".to_string());
    }
    let mut sides = BTreeSet::new();
    let mut depth = 0usize;
    for line in lines.map(str::trim_start) {
        let wrong = |why: &str| Err(format!("{why}: {line}"));
        if let Some(rest) = line.strip_prefix("participant ") {
            let Some((id, title)) = rest.split_once(" as ") else { return wrong("no title") };
            is_id(id)?;
            text(title)?;
            if !sides.insert(id) {
                return wrong("a side that is there twice");
            }
        } else if let Some(colour) = line.strip_prefix("rect rgb(") {
            depth += 1;
            if !colour
                .strip_suffix(')')
                .is_some_and(|rest| rest.bytes().all(|it| b"0123456789, ".contains(&it)))
            {
                return wrong("no colour");
            }
        } else if line == "end" {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return wrong("nothing to end"),
            }
        } else if let Some(rest) = line.strip_prefix("Note over ") {
            let Some((over, words)) = rest.split_once(": ") else { return wrong("no text") };
            if over.split(',').count() > 2 || !over.split(',').all(|id| sides.contains(id)) {
                return wrong("a note over nobody");
            }
            text(words)?;
        } else {
            let Some((head, words)) = line.split_once(": ") else { return wrong("no text") };
            let ends = ARROWS.iter().find_map(|arrow| head.split_once(arrow));
            if !ends.is_some_and(|(from, to)| sides.contains(from) && sides.contains(to)) {
                return wrong("a message of nobody");
            }
            text(words)?;
        }
    }
    if depth > 0 { Err("a band does not end".to_string()) } else { Ok(()) }
}

/// A text in which everything is a letter, a break, or a character's number.
fn text(words: &str) -> Result<(), String> {
    if words.contains("<b>") { Err(format!("bold in {words}")) } else { plain(words, words) }
}
