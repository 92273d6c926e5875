//! Text on its way into a picture: one clean line, broken where it gets too wide, cut where it gets
//! too long. Escaping is the printers' affair.

/// Longer texts end in `…`: a picture is no place to read them in full.
const LONGEST: usize = 140;
/// A word that is wider than this is broken by force.
const WIDEST_WORD: usize = 36;

/// A line of at most about `width` characters.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in clean(text).split(' ') {
        for piece in pieces(word) {
            let current = lines.last().map_or(0, |line| line.chars().count());
            if current > 0 && current + 1 + piece.chars().count() > width {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(&piece);
            }
        }
    }
    lines
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
    let spaced: String = text.chars().map(|c| if is_unseen(c) { ' ' } else { c }).collect();
    let line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn pieces(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    letters.chunks(WIDEST_WORD).map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_at_words_and_long_words_by_force() {
        assert_eq!(wrapped("wait for  A\nand B", 10), ["wait for A", "and B"]);
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
