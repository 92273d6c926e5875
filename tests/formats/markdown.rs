//! Markdown, as a pull request or the summary of a job shows it.

use crate::{Found, case, everything};
use wfc::report::Format;

#[test]
fn the_case_is_written_as_shown() {
    case::hold("markdown", "md");
}

/// Where a cell of a table ends: at a `|` that no backslash stands before.
fn n_cells(row: &str) -> usize {
    let bytes = row.as_bytes();
    (1..bytes.len()).filter(|at| bytes[*at] == b'|' && bytes[at - 1] != b'\\').count()
}

#[test]
fn names_break_out_of_no_cell_and_no_fence() {
    for found in everything() {
        let written = found.written(Format::Markdown);
        let (table, details) = written.split_once("\n<details>").unwrap_or((&written, ""));
        let rows: Vec<&str> = table.lines().filter(|line| line.starts_with('|')).collect();
        assert!(rows.iter().all(|row| n_cells(row) == 4), "{}\n{table}", found.name);
        assert_eq!(rows.len().saturating_sub(2), found.selected.shown.len().min(50), "{}", found.name);
        // Each fence is closed by one like it, with none like it inside.
        let mut open: Option<&str> = None;
        for line in details.lines() {
            let ticks = &line[..line.bytes().take_while(|byte| *byte == b'`').count()];
            match open {
                None if ticks.len() >= 3 => open = Some(ticks),
                Some(fence) if ticks.len() >= fence.len() => {
                    assert_eq!(line, fence, "{}", found.name);
                    open = None;
                }
                _ => {}
            }
        }
        assert_eq!(open, None, "{}", found.name);
    }
}

#[test]
fn a_long_page_is_cut() {
    let missing: String = (0..70).map(|n| format!("use \"gone{n}.wfc\"\n")).collect();
    let written = Found::in_text("many.wfc", &missing).written(Format::Markdown);
    assert!(written.starts_with("## wfc: 70 errors in 1 file\n"), "{written}");
    assert!(written.contains("\n20 more: `wfc check` shows all of them.\n"), "{written}");
}
