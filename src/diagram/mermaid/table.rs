//! A matrix as Mermaid's grid of blocks, which is the nearest that Mermaid has to a table.

use super::super::look;
use super::super::matrix::{LEGEND, Matrix};
use super::escaped;
use std::collections::BTreeMap;
use std::fmt::Write;

/// One row for each service: its number and name, a block for each cell, and how many it needs.
pub fn grid(matrix: &Matrix) -> String {
    let n = matrix.services.len();
    // Writing to a string cannot fail.
    let mut out = String::from("block-beta\n");
    let _ = writeln!(out, "  columns {}", n + 5);
    let quoted = |text: &str| format!("\"{}\"", escaped(text));
    let mut classes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let _ = writeln!(out, "  corner[{}]:4", quoted("needs"));
    for column in 0..n {
        let _ = writeln!(out, "  column_{}[{}]", column + 1, quoted(&(column + 1).to_string()));
    }
    let _ = writeln!(out, "  efferent[{}]", quoted("efferent"));
    for (row, head) in matrix.services.iter().enumerate() {
        let title = format!("{} {}", row + 1, head.name);
        let _ = writeln!(out, "  row_{}[{}]:4", row + 1, quoted(&title));
        for column in 0..n {
            let id = format!("cell_{}_{}", row + 1, column + 1);
            let text = matrix.cells.get(&(row, column)).map_or(" ".to_string(), |cell| cell.text());
            let _ = writeln!(out, "  {id}[{}]", quoted(&text));
            let class = look::cell(matrix, row, column).class;
            classes.entry(class).or_default().push(id);
        }
        let _ = writeln!(out, "  efferent_{}[{}]", row + 1, quoted(&head.n_needed.to_string()));
    }
    let _ = writeln!(out, "  afferent[{}]:4", quoted("afferent"));
    for (column, head) in matrix.services.iter().enumerate() {
        let _ = writeln!(out, "  afferent_{}[{}]", column + 1, quoted(&head.n_needing.to_string()));
    }
    let _ = writeln!(out, "  space\n  legend[{}]:{}", quoted(LEGEND), n + 5);
    for (class, ids) in classes {
        let colours = look::cell_colours(class);
        let _ = writeln!(
            out,
            "  classDef {class} fill:{},stroke:{},color:{}",
            colours.fill, colours.line, colours.text
        );
        let _ = writeln!(out, "  class {} {class}", ids.join(","));
    }
    out
}
