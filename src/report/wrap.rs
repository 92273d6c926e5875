//! Prose in lines of a bearable length.

/// Breaks `text` between words so that no line has more than `width` characters, a longer word excepted.
/// Line breaks in `text` stay.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    text.lines().flat_map(|line| wrap_line(line, width)).collect()
}

fn wrap_line(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        let line = lines.last_mut().expect("there is always a line");
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += length;
    }
    lines
}

/// `text` behind `head`, its further lines indented to stand below its first.
pub fn hang(head: &str, text: &str, width: usize) -> String {
    let indent = head.chars().count();
    let mut out = head.to_string();
    for (n, line) in wrap(text, width.saturating_sub(indent).max(20)).iter().enumerate() {
        if n > 0 {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("extraordinary it is", 5), ["extraordinary", "it is"]);
        assert_eq!(hang("  a: ", "one two three four five", 25), "  a: one two three four\n     five");
    }
}
