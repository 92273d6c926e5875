//! A matrix as a grid of D2.

use super::super::look;
use super::super::matrix::{LEGEND, Matrix};
use super::text;
use std::fmt::Write;

pub fn grid(matrix: &Matrix) -> String {
    let n = matrix.services.len();
    // Writing to a string cannot fail.
    let mut out = format!("matrix: \"\" {{\n  grid-columns: {}\n  grid-gap: 0\n", n + 2);
    let quoted = |it: &str| text(&[it.to_string()]);
    let head = |out: &mut String, id: &str, words: &str| {
        let _ =
            writeln!(out, "  {id}: {} {{style.fill: \"#f2f4f7\"; style.stroke: \"#e4e7ec\"}}", quoted(words));
    };
    head(&mut out, "corner", "needs");
    for column in 1..=n {
        head(&mut out, &format!("column_{column}"), &column.to_string());
    }
    head(&mut out, "efferent", "efferent");
    for (row, service) in matrix.services.iter().enumerate() {
        head(&mut out, &format!("row_{}", row + 1), &format!("{} {}", row + 1, service.name));
        for column in 0..n {
            let words = matrix.cells.get(&(row, column)).map_or(String::new(), |cell| cell.text());
            let colours = look::cell(matrix, row, column).colours;
            let _ = writeln!(
                out,
                "  cell_{}_{}: {} {{style.fill: \"{}\"; style.stroke: \"{}\"; style.font-color: \"{}\"}}",
                row + 1,
                column + 1,
                quoted(&words),
                colours.fill,
                colours.line,
                colours.text
            );
        }
        head(&mut out, &format!("efferent_{}", row + 1), &service.n_needed.to_string());
    }
    head(&mut out, "afferent", "afferent");
    for (column, service) in matrix.services.iter().enumerate() {
        head(&mut out, &format!("afferent_{}", column + 1), &service.n_needing.to_string());
    }
    let _ = writeln!(out, "}}\nletters: {} {{shape: text}}", quoted(LEGEND));
    out
}
