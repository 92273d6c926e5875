//! Colours and links of a terminal, or none of them; and text that cannot harm one.

use crate::finding::Severity;

/// What the place that text goes to can show.
#[derive(Clone, Debug, Default)]
pub struct Paint {
    pub colour: Colour,
    /// What stands before a path to make it a link, e.g. `file:///home/ann/shop/`.
    pub link_base: Option<String>,
    pub depth: Depth,
}

/// How much is told of each finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    #[default]
    Usual,
    /// Also what matters only to those who accept or configure it.
    All,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    On,
    #[default]
    Off,
}

/// The few styles that are used; the sixteen colours of the terminal's own theme, never our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Severity(Severity),
    Strong,
    Quiet,
    Hint,
}

impl Paint {
    /// Text for a file or a test.
    pub fn plain() -> Paint {
        Paint::default()
    }

    pub fn style(&self, style: Style, text: &str) -> String {
        match self.colour {
            Colour::Off => text.to_string(),
            Colour::On => format!("\u{1b}[{}m{text}\u{1b}[0m", code(style)),
        }
    }

    /// Of the same text with and without colours, the one to show.
    pub fn pick(&self, coloured: &str, plain: &str) -> String {
        match self.colour {
            Colour::On => coloured.to_string(),
            Colour::Off => plain.to_string(),
        }
    }

    /// `text`, leading to the file at `path` when somebody clicks on it.
    pub fn link(&self, path: &str, text: &str) -> String {
        match &self.link_base {
            None => text.to_string(),
            Some(base) => {
                let base = if path.starts_with('/') { "file://" } else { base };
                format!("\u{1b}]8;;{base}{}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\", escape(path))
            }
        }
    }
}

fn code(style: Style) -> &'static str {
    match style {
        Style::Severity(Severity::Error) => "1;31",
        Style::Severity(Severity::Warning) => "1;33",
        Style::Severity(Severity::Info) => "1;36",
        Style::Strong => "1",
        Style::Quiet => "2",
        Style::Hint => "36",
    }
}

fn escape(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~:".contains(&byte);
    path.bytes()
        .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Text of a user without what would move the cursor, change colours or turn the direction of
/// writing: a workflow must not be able to forge what wfc says about it.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect()
}

/// The same for a text of several lines.
pub fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

pub(super) fn is_harmful(c: char) -> bool {
    let turns_direction =
        matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    // No letters, and forbidden in XML.
    let is_none = matches!(c, '\u{fffe}' | '\u{ffff}');
    turns_direction || is_none || (c.is_control() && c != '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_of_users_lose_their_power() {
        assert_eq!(printable("a\u{1b}[31mb\tc\u{202e}"), "a\u{fffd}[31mb\tc\u{fffd}");
    }

    #[test]
    fn links_lead_to_legal_addresses() {
        let paint = Paint { link_base: Some("file:///x/".to_string()), ..Paint::plain() };
        assert!(paint.link("a b.wfc", "t").starts_with("\u{1b}]8;;file:///x/a%20b.wfc\u{1b}\\t"));
    }
}
