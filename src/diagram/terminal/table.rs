//! A matrix in boxes of letters.

use super::canvas::columns;
use crate::diagram::label::fitted;
use crate::diagram::matrix::{LEGEND, Matrix};

/// Nothing where it takes more than `width` columns.
pub fn drawn(matrix: &Matrix, width: usize) -> Option<String> {
    let n = matrix.services.len();
    let heads: Vec<String> =
        matrix.services.iter().enumerate().map(|(at, head)| format!("{} {}", at + 1, head.name)).collect();
    let head_width = heads.iter().map(|head| columns(head)).chain([8]).max().unwrap_or(8);
    let text = |row: usize, column: usize| match matrix.cells.get(&(row, column)) {
        // What closes a circle stands out.
        Some(cell) if matrix.is_on_circle(row, column) && row > column => format!("[{}]", cell.text()),
        Some(cell) => cell.text(),
        None if row == column => "■".to_string(),
        None => String::new(),
    };
    let widths = (0..n).flat_map(|row| (0..n).map(move |column| (row, column)));
    let cell_width = widths.map(|(row, column)| columns(&text(row, column))).chain([3]).max().unwrap_or(3);
    let line = |left: char, cross: char, right: char| {
        let mut line = format!("{left}{}", "─".repeat(head_width + 2));
        (0..=n).for_each(|_| line.push_str(&format!("{cross}{}", "─".repeat(cell_width.max(8) + 2))));
        line.truncate(line.len());
        line.push(right);
        line.push('\n');
        line
    };
    let all = head_width + 4 + (n + 1) * (cell_width.max(8) + 3);
    if all > width {
        return narrow(matrix, width, &heads, head_width, cell_width, &text);
    }
    let cell_width = cell_width.max(8);
    let row = |head: &str, cells: Vec<String>, last: &str| {
        let mut out = format!("│ {} ", padded(head, head_width));
        cells.iter().for_each(|cell| out.push_str(&format!("│ {} ", centred(cell, cell_width))));
        out.push_str(&format!("│ {} │\n", centred(last, cell_width)));
        out
    };
    let mut out = line('┌', '┬', '┐');
    out += &row("needs", (1..=n).map(|at| at.to_string()).collect(), "efferent");
    out += &line('├', '┼', '┤');
    for (at, head) in heads.iter().enumerate() {
        let cells = (0..n).map(|column| text(at, column)).collect();
        out += &row(head, cells, &matrix.services[at].n_needed.to_string());
    }
    out += &line('├', '┼', '┤');
    out += &row("afferent", matrix.services.iter().map(|it| it.n_needing.to_string()).collect(), "");
    out += &line('└', '┴', '┘');
    Some(out + &letters(width))
}

/// Without lines between the columns, which takes less room.
fn narrow(
    matrix: &Matrix,
    width: usize,
    heads: &[String],
    head_width: usize,
    cell_width: usize,
    text: &dyn Fn(usize, usize) -> String,
) -> Option<String> {
    let n = matrix.services.len();
    if head_width + (n + 1) * (cell_width + 1) + 1 > width {
        return None;
    }
    let row = |head: &str, cells: Vec<String>| {
        let mut out = padded(head, head_width);
        cells.iter().for_each(|cell| out.push_str(&format!(" {}", centred(cell, cell_width))));
        out.trim_end().to_string() + "\n"
    };
    let counted = |numbers: Vec<String>, last: String| numbers.into_iter().chain([last]).collect();
    let mut out = row("needs", counted((1..=n).map(|at| at.to_string()).collect(), "Σ".to_string()));
    for (at, head) in heads.iter().enumerate() {
        let cells = (0..n).map(|column| text(at, column)).collect();
        out += &row(head, counted(cells, matrix.services[at].n_needed.to_string()));
    }
    let needing = matrix.services.iter().map(|it| it.n_needing.to_string()).collect();
    out += &row("afferent", counted(needing, String::new()));
    Some(out + &letters(width))
}

fn letters(width: usize) -> String {
    fitted(LEGEND, |line| columns(line) <= width).join("\n") + "\n[ ] closes a circle\n"
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

fn centred(text: &str, width: usize) -> String {
    let free = width.saturating_sub(columns(text));
    format!("{}{text}{}", " ".repeat(free / 2), " ".repeat(free - free / 2))
}
