//! A drawing for a terminal: the same layers as in a picture, in boxes of letters. What is too wide for the
//! terminal is turned, and then told as a list.

mod canvas;
mod graph;
mod list;
mod run;
mod table;

use super::drawing::{annotated, numeral};
use super::label::fitted;
use super::{Body, Direction, Drawing};
use canvas::columns;

/// The drawing in at most `width` columns.
pub fn terminal(drawing: &Drawing, width: usize) -> String {
    let mut out = match &drawing.body {
        Body::Graph(diagram) => {
            // The remarks stand below, where there is more room than in a box.
            let mut marked = annotated(diagram, &drawing.remarks);
            marked.nodes.truncate(diagram.nodes.len());
            marked.groups.truncate(diagram.groups.len());
            let turned = match marked.direction {
                Direction::Down => Direction::Right,
                Direction::Right | Direction::Rows => Direction::Down,
            };
            graph::drawn(&marked, marked.direction, width)
                .or_else(|| graph::drawn(&marked, turned, width))
                .unwrap_or_else(|| list::of_graph(&marked))
        }
        Body::Run(run) => run::drawn(run, width).unwrap_or_else(|| list::of_run(run)),
        Body::Table(matrix) => table::drawn(matrix, width).unwrap_or_else(|| list::of_table(matrix)),
    };
    for (number, remark) in drawing.remarks.iter().enumerate() {
        out.push_str(&format!(
            "\n{} {}: {}  {}\n",
            numeral(number),
            remark.severity,
            remark.rule,
            remark.place
        ));
        for line in fitted(&remark.message, |line| columns(line) + 3 <= width) {
            out.push_str(&format!("  {line}\n"));
        }
    }
    out
}
