//! A matrix as one node with a table in it.

use super::super::look;
use super::super::matrix::{LEGEND, Matrix};
use super::escaped;
use std::fmt::Write;

pub fn table(matrix: &Matrix) -> String {
    let n = matrix.services.len();
    let font = "fontname=\"Helvetica,Arial,sans-serif\"";
    // Writing to a string cannot fail.
    let mut out = format!(
        "digraph workflow {{\n  graph [bgcolor=\"white\"]\n  node [shape=plain, {font}, fontsize=11]\n"
    );
    out.push_str("  matrix [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" cellpadding=\"5\" color=\"#d0d5dd\">\n");
    let head = |text: &str, align: &str| format!("<td border=\"0\" align=\"{align}\">{}</td>", escaped(text));
    let numbers: String = (1..=n).map(|at| head(&at.to_string(), "center")).collect();
    let _ = writeln!(out, "    <tr>{}{numbers}{}</tr>", head("needs", "right"), head("efferent", "center"));
    for (row, service) in matrix.services.iter().enumerate() {
        let mut cells = head(&format!("{} {}", row + 1, service.name), "left");
        for column in 0..n {
            let text = matrix.cells.get(&(row, column)).map_or(String::new(), |cell| cell.text());
            let colours = look::cell(matrix, row, column).colours;
            let _ = write!(cells, "<td bgcolor=\"{}\">{}</td>", colours.fill, escaped(&text));
        }
        let _ = writeln!(out, "    <tr>{cells}{}</tr>", head(&service.n_needed.to_string(), "center"));
    }
    let counts = matrix.services.iter().map(|service| head(&service.n_needing.to_string(), "center"));
    let counts: String = counts.collect();
    let _ = writeln!(out, "    <tr>{}{counts}<td border=\"0\"></td></tr>", head("afferent", "right"));
    let _ = writeln!(
        out,
        "    <tr><td border=\"0\" colspan=\"{}\" align=\"left\">{}</td></tr>\n  </table>>]\n}}",
        n + 2,
        escaped(LEGEND)
    );
    out
}
