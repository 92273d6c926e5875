//! Tables of names and numbers in columns that stand below each other.

use super::paint::{Paint, Style};

/// A cell: names stand at the left of their column, numbers at the right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Name(String),
    Number(String),
    /// Nothing worth looking at.
    Nothing,
}

impl Cell {
    /// Nought is a dot, so that what is there stands out.
    pub fn count(n: usize) -> Cell {
        if n == 0 { Cell::Nothing } else { Cell::Number(n.to_string()) }
    }

    fn text(&self) -> &str {
        match self {
            Cell::Name(text) | Cell::Number(text) => text,
            Cell::Nothing => "·",
        }
    }
}

/// A heading above some columns, and theirs.
pub struct Group {
    pub title: &'static str,
    pub columns: &'static [&'static str],
    pub pace: Pace,
}

/// How far the columns of a group stand apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Tight,
    Wide,
}

impl Pace {
    fn gap(self) -> usize {
        match self {
            Pace::Tight => 1,
            Pace::Wide => 2,
        }
    }
}

/// The rows below their headings. Groups stand further apart than columns.
pub fn table(groups: &[Group], rows: &[Vec<Cell>], paint: &Paint) -> String {
    let columns: Vec<&str> = groups.iter().flat_map(|group| group.columns).copied().collect();
    let length = |text: &str| text.chars().count();
    let mut widths: Vec<usize> = columns.iter().map(|title| length(title)).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(length(cell.text()));
        }
    }
    widen(groups, &mut widths);
    let is_name = |at: usize| rows.iter().any(|row| matches!(row.get(at), Some(Cell::Name(_))));
    let mut out = String::new();
    if groups.iter().any(|group| !group.title.is_empty()) {
        let mut line = String::new();
        let mut at = 0;
        for group in groups {
            let width = widths[at..at + group.columns.len()].iter().sum::<usize>()
                + group.pace.gap() * group.columns.len().saturating_sub(1);
            line.push_str(&format!("{}{:width$}", gap(at, 0, group.pace), group.title));
            at += group.columns.len();
        }
        out.push_str(&format!("{}\n", paint.style(Style::Quiet, line.trim_end())));
    }
    let line = |cells: Vec<(String, bool)>| {
        let mut line = String::new();
        let mut at = 0;
        for group in groups {
            for in_group in 0..group.columns.len() {
                let (text, at_left) = &cells[at];
                let width = widths[at];
                let padding = " ".repeat(width.saturating_sub(length(text)));
                line.push_str(&gap(at, in_group, group.pace));
                line.push_str(&if *at_left {
                    format!("{text}{padding}")
                } else {
                    format!("{padding}{text}")
                });
                at += 1;
            }
        }
        line.trim_end().to_string()
    };
    let titles = columns.iter().enumerate().map(|(at, title)| (title.to_string(), is_name(at))).collect();
    out.push_str(&format!("{}\n", paint.style(Style::Strong, &line(titles))));
    for row in rows {
        let cells = row.iter().enumerate().map(|(at, cell)| (cell.text().to_string(), is_name(at))).collect();
        let text = line(cells);
        out.push_str(&format!("{}\n", text.replace('·', &paint.style(Style::Quiet, "·"))));
    }
    out
}

/// What stands before a column.
fn gap(at: usize, in_group: usize, pace: Pace) -> String {
    match (at, in_group) {
        (0, _) => String::new(),
        (_, 0) => " ".repeat(3),
        _ => " ".repeat(pace.gap()),
    }
}

/// A heading needs its room.
fn widen(groups: &[Group], widths: &mut [usize]) {
    let mut at = 0;
    for group in groups {
        let n = group.columns.len();
        let width = widths[at..at + n].iter().sum::<usize>() + group.pace.gap() * n.saturating_sub(1);
        let title = group.title.chars().count();
        if let Some(last) = widths[at..at + n].last_mut() {
            *last += title.saturating_sub(width);
        }
        at += n;
    }
}
