//! Text on its way into a picture: one clean line, broken where it gets too wide, cut where it gets
//! too long. Escaping is the printers' affair.

/// Longer texts end in `…`: a picture is no place to read them in full.
const LONGEST: usize = 140;
/// A word that is wider than this is broken: Mermaid cuts off what does not fit into its boxes.
const WIDEST_WORD: usize = 23;

/// Lines of at most about `width` characters; `?` where there is nothing to read.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let clean = clean(text);
    let seen = if clean.is_empty() { "?" } else { &clean };
    for word in seen.split(' ') {
        match (pieces(word).as_slice(), lines.last_mut()) {
            ([whole], Some(line)) if length(line) + 1 + length(whole) <= width => {
                line.push(' ');
                line.push_str(whole);
            }
            (pieces, _) => lines.extend_from_slice(pieces),
        }
    }
    lines
}

/// Lines that `fits` lets through, broken at words, and a longer word by force. Nothing is cut.
pub fn fitted(text: &str, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in spaced(text).split_whitespace() {
        match lines.last_mut().map(|line| format!("{line} {word}")).filter(|line| fits(line)) {
            Some(longer) => *lines.last_mut().expect("there is a last line") = longer,
            None => lines.extend(by_force(word, &fits)),
        }
    }
    lines
}

/// A word in pieces that fit.
fn by_force(word: &str, fits: &impl Fn(&str) -> bool) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for c in word.chars() {
        let last = pieces.last_mut().expect("there is a last piece");
        last.push(c);
        if last.chars().count() > 1 && !fits(last) {
            last.pop();
            pieces.push(c.to_string());
        }
    }
    pieces
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// `a, b and c`, with a number in place of those beyond `most`.
pub fn listed<T: AsRef<str>>(names: &[T], last_word: &str, most: usize) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_string(),
        many if many.len() > most => {
            format!("{} {last_word} {} more", many[..most - 1].join(", "), many.len() + 1 - most)
        }
        [before @ .., last] => format!("{} {last_word} {last}", before.join(", ")),
    }
}

/// One line without control characters and invisible marks of direction.
fn clean(text: &str) -> String {
    let line = spaced(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn spaced(text: &str) -> String {
    text.chars().map(|c| if is_unseen(c) { ' ' } else { c }).collect()
}

fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A long word in pieces that fit, broken behind dots, else between the words in it, else by force.
fn pieces(word: &str) -> Vec<String> {
    if length(word) <= WIDEST_WORD {
        return vec![word.to_string()];
    }
    let mut pieces: Vec<String> = Vec::new();
    for name in word.split_inclusive('.') {
        let is_whole = length(name) <= WIDEST_WORD;
        let parts = if is_whole { vec![name.to_string()] } else { parts(name) };
        for (number, part) in parts.into_iter().enumerate() {
            match pieces.last_mut() {
                Some(piece) if (is_whole || number > 0) && length(piece) + length(&part) <= WIDEST_WORD => {
                    piece.push_str(&part);
                }
                Some(_) | None => pieces.push(part),
            }
        }
    }
    pieces
}

/// `Reserve`, `All`, `Money` of `ReserveAllMoney`.
fn parts(word: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before = ' ';
    for c in word.chars() {
        let is_seam = matches!(before, '_' | '-' | '/' | ':') || (before.is_lowercase() && c.is_uppercase());
        if is_seam || parts.last().is_some_and(|part| length(part) == WIDEST_WORD) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
        before = c;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_at_words_and_long_words_by_force() {
        assert_eq!(wrapped("wait for  A\nand B", 10), ["wait for A", "and B"]);
        assert_eq!(wrapped("Warehouse.ReserveStockForOrder", 23), ["Warehouse.", "ReserveStockForOrder"]);
        let long = "x".repeat(300);
        let lines = wrapped(&long, 20);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDEST_WORD));
        assert_eq!(lines.concat().chars().count(), LONGEST);
    }

    #[test]
    fn lists_end_in_a_word() {
        assert_eq!(listed(&["a"], "and", 3), "a");
        assert_eq!(listed(&["a", "b", "c"], "or", 3), "a, b or c");
        assert_eq!(listed(&["a", "b", "c", "d"], "and", 3), "a, b and 2 more");
    }
}
