//! Which lines of which files a finding needs to be understood, cut down to what a person can take
//! in, with its labels on them. No label spans lines or lies on another one afterwards.

use super::paint::{is_harmful, printable};
use crate::finding::Label;
use crate::source::{FileId, Position, Sources};
use std::ops::Range;

/// The lines to show. All texts together are numbered through, so that a mark's place says in which
/// snippet it stands.
#[derive(Debug, Default)]
pub struct Excerpt {
    pub snippets: Vec<Snippet>,
    /// Sorted by place.
    pub marks: Vec<Mark>,
}

/// A few lines in a row.
#[derive(Debug)]
pub struct Snippet {
    pub path: String,
    /// From 1.
    pub first_line: u32,
    /// Where `text` begins in the numbering of the excerpt.
    pub start: usize,
    /// Every line ends with `\n`, the last one too.
    pub text: String,
}

impl Snippet {
    pub fn last_line(&self) -> u32 {
        self.first_line + self.text.matches('\n').count() as u32 - 1
    }
}

#[derive(Clone, Debug)]
pub struct Mark {
    pub range: Range<usize>,
    pub text: String,
    pub role: Role,
    /// Where it stands in the file.
    pub position: Position,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Secondary,
    Primary,
}

/// Longer lines are cut around their marks.
const WIDEST: usize = 140;
/// How much of a cut line is shown before its first mark.
const LEAD: usize = 40;

/// A line with something to show on it.
struct Anchor {
    file: FileId,
    line: u32,
    bytes: Range<usize>,
    marks: Vec<Mark>,
    /// The first label that needs this line.
    order: usize,
}

pub fn excerpt(labels: &[Label], sources: &Sources) -> Excerpt {
    let mut groups = group(anchors(labels, sources));
    groups.sort_by_key(|group| group.iter().map(|anchor| anchor.order).min());
    let mut excerpt = Excerpt::default();
    let mut start = 0;
    for group in groups {
        let snippet = cut_out(group, start, sources, &mut excerpt.marks);
        start += snippet.text.len() + 1;
        excerpt.snippets.push(snippet);
    }
    excerpt.marks.sort_by_key(|mark| (mark.range.start, mark.range.end));
    excerpt
}

/// The lines that carry labels, sorted by file and line.
fn anchors(labels: &[Label], sources: &Sources) -> Vec<Anchor> {
    let mut anchors: Vec<Anchor> = Vec::new();
    for (order, label) in labels.iter().enumerate() {
        let file = sources.get(label.span.file);
        let range = on_one_line(&file.text, label.span.range());
        let bytes = line_around(&file.text, range.start);
        let position = file.position(range.start as u32);
        let role = if order == 0 { Role::Primary } else { Role::Secondary };
        let mark = Mark { range, text: printable(&label.text), role, position };
        match anchors.iter_mut().find(|known| known.file == label.span.file && known.bytes == bytes) {
            Some(known) => known.marks.push(mark),
            None => anchors.push(Anchor {
                file: label.span.file,
                line: position.line,
                bytes,
                marks: vec![mark],
                order,
            }),
        }
    }
    for anchor in &mut anchors {
        separate(&mut anchor.marks);
    }
    anchors.sort_by_key(|anchor| (anchor.file, anchor.line));
    anchors
}

/// `range` within the text, and only its first line; behind the last word means at its end.
fn on_one_line(text: &str, range: Range<usize>) -> Range<usize> {
    let written = text.trim_end().len();
    let start = floor(text, range.start.min(written));
    let line = line_around(text, start);
    let line_end = line.start + text[line.clone()].trim_end().len();
    let end = floor(text, range.end.min(line_end)).max(start);
    start..end
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The line that byte `at` stands in, without its end.
fn line_around(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    start..end
}

/// Makes marks on one line lie side by side: of two nested ones the outer keeps what is not the inner's.
fn separate(marks: &mut Vec<Mark>) {
    loop {
        marks.sort_by_key(|mark| (mark.range.start, mark.range.end));
        let clash = marks
            .windows(2)
            .position(|pair| pair[1].range.start < pair[0].range.end || pair[0].range == pair[1].range);
        let Some(at) = clash else { return };
        let next = marks[at + 1].clone();
        let mark = &mut marks[at];
        if mark.range == next.range {
            if !mark.text.is_empty() && !next.text.is_empty() {
                mark.text.push_str("; ");
            }
            mark.text.push_str(&next.text);
            mark.role = mark.role.max(next.role);
            marks.remove(at + 1);
        } else if mark.range.start < next.range.start {
            mark.range.end = next.range.start;
        } else {
            marks[at + 1].range.start = marks[at].range.end;
        }
    }
}

/// Anchors whose surroundings touch, or nearly touch, are shown together.
fn group(anchors: Vec<Anchor>) -> Vec<Vec<Anchor>> {
    let mut groups: Vec<Vec<Anchor>> = Vec::new();
    for anchor in anchors {
        let last = groups.last_mut().filter(|group| {
            let above = group.last().expect("a group is never empty");
            above.file == anchor.file && anchor.line - above.line <= 4
        });
        match last {
            Some(group) => group.push(anchor),
            None => groups.push(vec![anchor]),
        }
    }
    groups
}

/// The lines of `group` and one around it on each side, beginning at `start` of the excerpt.
fn cut_out(group: Vec<Anchor>, start: usize, sources: &Sources, marks: &mut Vec<Mark>) -> Snippet {
    let first = &group[0];
    let last = &group[group.len() - 1];
    let file = sources.get(first.file);
    let text: &str = &file.text;
    let before = first.bytes.start.checked_sub(1).map(|newline| line_around(text, newline));
    let before = before.filter(|line| says_something(&text[line.clone()]));
    let after = (last.bytes.end < text.len()).then(|| line_around(text, last.bytes.end + 1));
    let after = after.filter(|line| says_something(&text[line.clone()]));

    let mut snippet = Snippet {
        path: printable(&file.path),
        first_line: first.line - u32::from(before.is_some()),
        start,
        text: String::new(),
    };
    let from = before.map_or(first.bytes.start, |line| line.start);
    let to = after.map_or(last.bytes.end, |line| line.end);
    let mut at = from;
    for line in text[from..to].split('\n') {
        let bytes = at..at + line.len();
        let mut on_line: Vec<Mark> = group
            .iter()
            .filter(|anchor| anchor.bytes == bytes)
            .flat_map(|anchor| anchor.marks.clone())
            .collect();
        for mark in &mut on_line {
            mark.range = mark.range.start - at..mark.range.end - at;
        }
        let base = start + snippet.text.len();
        snippet.text.push_str(&show_line(line, &mut on_line));
        snippet.text.push('\n');
        for mut mark in on_line {
            mark.range = mark.range.start + base..mark.range.end + base;
            marks.push(mark);
        }
        at = bytes.end + 1;
    }
    snippet
}

/// Whether a line helps to see where one is; blank ones and lone brackets do not.
fn says_something(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric)
}

/// The line as it is shown, and its marks moved accordingly.
fn show_line(line: &str, marks: &mut [Mark]) -> String {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut shown = String::with_capacity(line.len());
    let window = window(line, marks);
    if window.start > 0 {
        shown.push('…');
    }
    // Old places and the new ones they become, in rising order.
    let mut moved: Vec<(usize, usize)> = Vec::new();
    for (at, c) in line[window.clone()].char_indices() {
        moved.push((window.start + at, shown.len()));
        shown.push(if is_harmful(c) { '\u{fffd}' } else { c });
    }
    moved.push((window.end, shown.len()));
    if window.end < line.len() {
        shown.push('…');
    }
    let new = |old: usize| {
        let at = moved.partition_point(|(from, _)| *from < old).min(moved.len() - 1);
        moved[at].1
    };
    for mark in marks {
        mark.range = new(mark.range.start)..new(mark.range.end);
    }
    shown
}

/// Which bytes of a line are shown: all of them, or those around the first mark.
fn window(line: &str, marks: &[Mark]) -> Range<usize> {
    if line.len() <= WIDEST {
        return 0..line.len();
    }
    let first = marks.first().map_or(0, |mark| mark.range.start);
    let n_before = line[..first].chars().count();
    let skip = if n_before + LEAD < WIDEST { 0 } else { n_before - LEAD };
    let mut ends = line.char_indices().map(|(at, _)| at).skip(skip);
    let start = ends.next().unwrap_or(line.len());
    let end = ends.nth(WIDEST - 1).unwrap_or(line.len());
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceFile, Span};

    fn cut(text: &str, spans: &[(usize, usize)]) -> Excerpt {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a.wfc", text));
        let labels: Vec<Label> = spans
            .iter()
            .enumerate()
            .map(|(n, (start, end))| Label { span: Span::new(file, *start, *end), text: format!("{n}") })
            .collect();
        excerpt(&labels, &sources)
    }

    fn marked(excerpt: &Excerpt) -> Vec<String> {
        let find = |mark: &Mark| {
            let snippet = excerpt.snippets.iter().rfind(|snippet| snippet.start <= mark.range.start).unwrap();
            snippet.text[mark.range.start - snippet.start..mark.range.end - snippet.start].to_string()
        };
        excerpt.marks.iter().map(find).collect()
    }

    #[test]
    fn a_label_behind_the_end_stands_at_the_last_word() {
        for at in [7, 8, 9, 900] {
            let excerpt = cut("service\n\n", &[(at, at + 1)]);
            assert_eq!(excerpt.snippets[0].text, "service\n");
            assert_eq!(excerpt.marks[0].range, 7..7);
        }
        assert_eq!(cut("", &[(0, 5)]).snippets[0].text, "\n");
    }

    #[test]
    fn nested_labels_lie_side_by_side() {
        assert_eq!(marked(&cut("Pay.Charge(order)", &[(0, 17), (11, 16)])), ["Pay.Charge(", "order"]);
        assert_eq!(marked(&cut("Pay.Charge(order)", &[(0, 17), (0, 3)])), ["Pay", ".Charge(order)"]);
        assert_eq!(cut("Pay", &[(0, 3), (0, 3)]).marks[0].text, "0; 1");
    }

    #[test]
    fn a_long_span_shrinks_to_its_first_line() {
        let excerpt = cut("service S {\n  external\n}", &[(0, 24)]);
        assert_eq!(marked(&excerpt), ["service S {"]);
    }

    #[test]
    fn far_places_are_snippets_of_their_own_and_the_first_label_leads() {
        let text = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let excerpt = cut(text, &[(14, 15), (0, 1), (4, 5)]);
        let shown: Vec<_> = excerpt.snippets.iter().map(|s| (s.first_line, s.text.as_str())).collect();
        assert_eq!(shown, [(7, "g\nh\n"), (1, "a\nb\nc\nd\n")]);
    }

    #[test]
    fn a_long_line_is_cut_around_its_mark() {
        let text = format!("{}here{}", "ä".repeat(5000), "ö".repeat(500_000));
        let excerpt = cut(&text, &[(10_000, 10_004)]);
        assert_eq!(marked(&excerpt), ["here"]);
        assert_eq!(excerpt.snippets[0].text.chars().count(), WIDEST + 3);
    }

    #[test]
    fn control_characters_are_shown_harmless() {
        let excerpt = cut("a\u{1b}[31m bad\u{202e}\r\nx", &[(7, 10)]);
        assert_eq!(excerpt.snippets[0].text, "a\u{fffd}[31m bad\u{fffd}\nx\n");
        assert_eq!(marked(&excerpt), ["bad"]);
    }
}
