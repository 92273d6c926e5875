//! What is different from the numbers of a baseline, and whether any grew by more than it may.

use crate::finding::Severity;
use crate::metrics::{Change, Difference, Edge, Number};
use crate::report::paint::{Paint, Style, printable};
use crate::report::table::{Cell, Group, Pace, table};
use std::fmt::Write;

/// By how much each number may grow; nothing: by any.
pub type Limit<'l> = &'l dyn Fn(Number) -> Option<usize>;

#[derive(Clone, Debug)]
pub struct Drift {
    pub numbers: Vec<Drifted>,
    pub came: Vec<Edge>,
    pub went: Vec<Edge>,
}

/// A number that changed.
#[derive(Clone, Debug)]
pub struct Drifted {
    pub change: Change,
    pub limit: Option<usize>,
}

impl Drifted {
    pub fn is_past(&self) -> bool {
        let grown = self.change.after.saturating_sub(self.change.before);
        self.limit.is_some_and(|limit| grown > limit)
    }
}

impl Drift {
    pub fn new(difference: Difference, limit: Limit) -> Drift {
        let Difference { changes, came, went } = difference;
        let drifted = |change: Change| Drifted { limit: limit(change.number), change };
        Drift { numbers: changes.into_iter().map(drifted).collect(), came, went }
    }

    pub fn is_past(&self) -> bool {
        self.numbers.iter().any(Drifted::is_past)
    }

    pub fn is_none(&self) -> bool {
        self.numbers.is_empty() && self.came.is_empty() && self.went.is_empty()
    }
}

const NUMBERS: &[Group] = &[
    Group { title: "", columns: &["since the baseline", "number", "before", "", "after"], pace: Pace::Wide },
    Group { title: "", columns: &["may grow by", ""], pace: Pace::Wide },
];

pub(super) fn text(drift: &Drift, paint: &Paint) -> String {
    if drift.is_none() {
        return "nothing has changed since the baseline\n".to_string();
    }
    let mut out = String::new();
    if !drift.numbers.is_empty() {
        let rows: Vec<Vec<Cell>> = drift.numbers.iter().map(row).collect();
        let shown = table(NUMBERS, &rows, paint);
        let marked = shown.replace("too much", &paint.style(Style::Severity(Severity::Error), "too much"));
        out.push_str(&marked);
    }
    for (sign, edges) in [("+", &drift.came), ("-", &drift.went)] {
        for edge in edges {
            let Edge { from, to, kind, what } = edge;
            let kind = super::json::kind(*kind);
            let line = format!("{sign} {from} → {to}  {kind} {what}");
            let _ = writeln!(out, "{}", printable(line.trim_end()));
        }
    }
    out
}

fn row(drifted: &Drifted) -> Vec<Cell> {
    let Change { subject, number, before, after } = &drifted.change;
    let may = drifted.limit.map_or(Cell::Name("any".to_string()), |limit| Cell::Name(limit.to_string()));
    let verdict =
        if drifted.is_past() { Cell::Name("too much".to_string()) } else { Cell::Name(String::new()) };
    vec![
        Cell::Name(printable(&subject.to_string())),
        Cell::Name(number.name().to_string()),
        Cell::Number(before.to_string()),
        Cell::Number("→".to_string()),
        Cell::Number(after.to_string()),
        may,
        verdict,
    ]
}
