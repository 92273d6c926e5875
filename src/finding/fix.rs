//! A mend that wfc can make by itself: data, and the places in the text where it goes.

use crate::source::{FileId, Sources, Span};

/// How far a fix can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// There is nothing else that could be meant.
    Safe,
    /// It takes the finding away, and is one answer of several: somebody has to look at it.
    Unsafe,
}

/// One mend of a finding, e.g. "put `undo all` before the end".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What is done: one clause, lower case, no period.
    pub title: String,
    pub safety: Safety,
    changes: Vec<Change>,
}

/// Some text instead of other; of no length where text is put between.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

/// What is put into a text: words, and copies of what stands elsewhere, which a rule knows only by its
/// place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Copy(Span),
}

/// A rule knows what it talks of, and not how that is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    at: Span,
    place: Place,
    text: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The first entry in the braces of the item that stands there.
    First,
    /// The last entry in its braces.
    Last,
    Before,
    Behind,
    Instead,
    /// The entry is gone, with the lines that it alone stands in.
    Without,
}

impl Text {
    pub fn words(self, words: impl Into<String>) -> Text {
        self.piece(Piece::Words(words.into()))
    }

    /// What stands at `span`.
    pub fn copy(self, span: Span) -> Text {
        self.piece(Piece::Copy(span))
    }

    pub fn then(mut self, other: Text) -> Text {
        self.0.extend(other.0);
        self
    }

    fn piece(mut self, piece: Piece) -> Text {
        self.0.push(piece);
        self
    }

    fn read(&self, sources: &Sources) -> String {
        let read = |piece: &Piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Copy(span) => sources.get(span.file).slice(*span).to_string(),
        };
        self.0.iter().map(read).collect()
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(words: T) -> Text {
        Text::default().words(words)
    }
}

impl Fix {
    pub fn safe(title: impl Into<String>) -> Fix {
        Fix { title: title.into(), safety: Safety::Safe, changes: Vec::new() }
    }

    pub fn daring(title: impl Into<String>) -> Fix {
        Fix { title: title.into(), safety: Safety::Unsafe, changes: Vec::new() }
    }

    /// An entry at the beginning of the braces that `item` has, or gets.
    pub fn first_in(self, item: Span, entry: impl Into<String>) -> Fix {
        self.change(item, Place::First, entry)
    }

    /// An entry at the end of the braces that `item` has, or gets.
    pub fn last_in(self, item: Span, entry: impl Into<String>) -> Fix {
        self.change(item, Place::Last, entry)
    }

    /// An entry before the one at `span`.
    pub fn before(self, span: Span, entry: impl Into<String>) -> Fix {
        self.change(span, Place::Before, entry)
    }

    /// An entry behind the one at `span`.
    pub fn behind(self, span: Span, entry: impl Into<String>) -> Fix {
        self.change(span, Place::Behind, entry)
    }

    /// Other text instead of what stands at `span`; where that is an entry, none takes it out.
    pub fn instead(self, span: Span, text: impl Into<Text>) -> Fix {
        self.change(span, Place::Instead, text)
    }

    /// No entry at `span` any more, and no empty line where it stood.
    pub fn without(self, span: Span) -> Fix {
        self.change(span, Place::Without, "")
    }

    fn change(mut self, at: Span, place: Place, text: impl Into<Text>) -> Fix {
        self.changes.push(Change { at, place, text: text.into() });
        self
    }

    /// The files it changes, in the order of its changes.
    pub fn files(&self) -> impl Iterator<Item = FileId> {
        self.changes.iter().map(|change| change.at.file)
    }

    /// What is to be changed in the text, sorted. How it then looks is the formatter's business.
    pub fn edits(&self, sources: &Sources) -> Vec<Edit> {
        let mut edits: Vec<Edit> = self.changes.iter().map(|change| change.edit(sources)).collect();
        edits.sort();
        edits
    }
}

impl Change {
    fn edit(&self, sources: &Sources) -> Edit {
        let text: &str = &sources.get(self.at.file).text;
        let entry = &self.text.read(sources);
        let Span { file, .. } = self.at;
        let (start, end) = (self.at.start as usize, (self.at.end as usize).min(text.len()));
        let at = |place: usize, text: String| Edit { span: Span::new(file, place, place), text };
        let entries = || text.get(start..end).and_then(braces);
        match self.place {
            Place::First | Place::Last => match entries() {
                None => at(end, format!(" {{\n{entry}\n}}")),
                Some((open, _)) if self.place == Place::First => {
                    at(start + open, in_line(text, start + open, entry))
                }
                Some((_, close)) => at(start + close, in_line(text, start + close, entry)),
            },
            Place::Before => at(start, format!("{entry}\n")),
            Place::Behind => {
                let end = end + rest_of_line(&text[end..]);
                at(end, in_line(text, end, entry))
            }
            Place::Instead => Edit { span: self.at, text: entry.clone() },
            Place::Without => {
                let (start, end) = lines_of(text, start, end);
                Edit { span: Span::new(file, start, end), text: String::new() }
            }
        }
    }
}

/// The lines of an entry, with its doc comment and the empty line above; only the entry itself where
/// something else stands in them.
fn lines_of(text: &str, start: usize, end: usize) -> (usize, usize) {
    let line_of = |at: usize| text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let rest = text[end..].trim_start_matches([' ', '\t', ';', '\r']);
    let mut first = line_of(start);
    if !text[first..start].trim().is_empty() || !(rest.is_empty() || rest.starts_with('\n')) {
        return (start, end);
    }
    while first > 0 {
        let above = line_of(first - 1);
        let said = text[above..first].trim();
        if said.is_empty() || said.starts_with("///") {
            first = above;
        }
        if !said.starts_with("///") {
            break;
        }
    }
    (first, text.len() - rest.strip_prefix('\n').unwrap_or(rest).len())
}

/// The entry in a line of its own, without an empty line before or behind it.
fn in_line(text: &str, at: usize, entry: &str) -> String {
    let (before, behind) = text.split_at(at);
    let blank = [' ', '\t'];
    let start = if before.trim_end_matches(blank).ends_with('\n') { "" } else { "\n" };
    let end = if behind.trim_start_matches(blank).starts_with(['\n', '\r']) { "" } else { "\n" };
    format!("{start}{entry}{end}")
}

/// Behind the first `{` of an item, and before the `}` that belongs to it.
fn braces(item: &str) -> Option<(usize, usize)> {
    let bytes = item.as_bytes();
    let (mut depth, mut open, mut at) = (0usize, None, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' | b'`' => at = end_of_quoted(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'/') => at += rest_of_comment(&item[at..]),
            b'(' | b'[' | b'{' => {
                if bytes[at] == b'{' && depth == 0 && open.is_none() {
                    open = Some(at + 1);
                }
                depth += 1;
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if let (0, b'}', Some(open)) = (depth, bytes[at], open) {
                    return Some((open, at));
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The place of the quote that closes.
fn end_of_quoted(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != bytes[start] {
        at += if bytes[at] == b'\\' && bytes[start] == b'"' { 2 } else { 1 };
    }
    at
}

fn rest_of_comment(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// How long the comment is that stands behind an entry in its line, with the blanks before it.
fn rest_of_line(text: &str) -> usize {
    let blanks = text.len() - text.trim_start_matches([' ', '\t', ';']).len();
    if text[blanks..].starts_with("//") { blanks + rest_of_comment(&text[blanks..]) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn fixed(text: &str, item: &str, fix: impl Fn(Fix, Span) -> Fix) -> String {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a.wfc", text));
        let start = text.find(item).unwrap_or(0);
        let span = Span::new(file, start, start + item.len());
        let edits = fix(Fix::safe("mend it"), span).edits(&sources);
        let mut out = text.to_string();
        for edit in edits.iter().rev() {
            out.replace_range(edit.span.range(), &edit.text);
        }
        out
    }

    #[test]
    fn an_entry_goes_into_the_braces_of_an_item() {
        let first = |fix: Fix, span| fix.first_in(span, "x");
        let last = |fix: Fix, span| fix.last_in(span, "x");
        assert_eq!(fixed("a(b) c", "a(b)", first), "a(b) {\nx\n} c");
        let item = "a(\"{\") /* */ { b { } // }\n c }";
        assert_eq!(fixed(item, item, first), "a(\"{\") /* */ {\nx\n b { } // }\n c }");
        assert_eq!(fixed(item, item, last), "a(\"{\") /* */ { b { } // }\n c \nx\n}");
    }

    #[test]
    fn an_entry_goes_around_another() {
        assert_eq!(fixed("a; b // c\nd", "b", |fix, span| fix.behind(span, "x")), "a; b // c\nx\nd");
        assert_eq!(fixed("a; b", "a", |fix, span| fix.behind(span, "x")), "a\nx\n; b");
        assert_eq!(fixed("{ b }", "b", |fix, span| fix.before(span, "x")), "{ x\nb }");
        assert_eq!(fixed("{ b }", "b", |fix, span| fix.instead(span, "")), "{  }");
    }

    #[test]
    fn an_entry_goes_with_its_lines() {
        let gone = |text, item| fixed(text, item, |fix, span| fix.without(span));
        assert_eq!(gone("a\n\n/// said\nb\n\nc\n", "b"), "a\n\nc\n");
        assert_eq!(gone("a { b; c }", "b"), "a { ; c }");
        assert_eq!(gone("a\n  b // why\n", "b"), "a\n   // why\n");
        assert_eq!(gone("b", "b"), "");
    }

    #[test]
    fn text_is_copied_from_elsewhere() {
        let copied = |fix: Fix, span: Span| {
            fix.instead(span, Text::from("x(").copy(Span { start: 0, end: 3, ..span }).words(")"))
        };
        assert_eq!(fixed("a+b c", "c", copied), "a+b x(a+b)");
    }
}
