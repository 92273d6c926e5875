//! Two versions of a file as a unified diff, as `git apply` and `patch` read it.

use super::paint::{Colour, Paint, Style, printable};
use crate::finding::Severity;
use similar::TextDiff;

/// The lines in which `after` differs; nothing where it does not.
pub fn unified(path: &str, before: &str, after: &str, paint: &Paint) -> String {
    let diff = TextDiff::from_lines(before, after);
    let text = diff.unified_diff().context_radius(3).header(path, path).to_string();
    match paint.colour {
        // What a program reads stays as it is, byte for byte.
        Colour::Off => text,
        Colour::On => text.lines().map(|line| coloured(line, paint) + "\n").collect(),
    }
}

fn coloured(line: &str, paint: &Paint) -> String {
    let line = printable(line);
    let style = match line.as_bytes() {
        [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => Style::Strong,
        [b'@', ..] => Style::Quiet,
        [b'-', ..] => Style::Severity(Severity::Error),
        [b'+', ..] => Style::Hint,
        _ => return line.to_string(),
    };
    paint.style(style, &line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_changes_with_lines_around() {
        let text = unified("a.wfc", "id A\nid  B\nid C\n", "id A\nid B\nid C\n", &Paint::plain());
        assert_eq!(text, "--- a.wfc\n+++ a.wfc\n@@ -1,3 +1,3 @@\n id A\n-id  B\n+id B\n id C\n");
        assert_eq!(unified("a.wfc", "id A\n", "id A\n", &Paint::plain()), "");
    }
}
