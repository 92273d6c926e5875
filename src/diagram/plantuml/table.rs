//! A matrix as a table in one box.

use super::super::look;
use super::super::matrix::{LEGEND, Matrix};
use super::escaped;
use std::fmt::Write;

pub fn table(matrix: &Matrix) -> String {
    let n = matrix.services.len();
    // Writing to a string cannot fail.
    let mut out = String::from("skinparam shadowing false\nrectangle matrix #ffffff;line:e4e7ec [\n");
    let numbers: String = (1..=n).map(|at| format!("= {at} |")).collect();
    let _ = writeln!(out, "|= needs |{numbers}= efferent |");
    for (row, service) in matrix.services.iter().enumerate() {
        let mut cells = String::new();
        for column in 0..n {
            let text = matrix.cells.get(&(row, column)).map_or(" ".to_string(), |cell| cell.text());
            let colours = look::cell(matrix, row, column).colours;
            let _ = write!(cells, "<{}> {} |", colours.fill, escaped(&text));
        }
        let _ = writeln!(out, "| {} {} |{cells} {} |", row + 1, escaped(&service.name), service.n_needed);
    }
    let counts: String = matrix.services.iter().map(|service| format!(" {} |", service.n_needing)).collect();
    let _ = writeln!(out, "| afferent |{counts} |\n----\n{}\n]", escaped(LEGEND));
    out
}
