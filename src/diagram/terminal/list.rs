//! A drawing that is too wide for the terminal, as a list.

use crate::diagram::matrix::Matrix;
use crate::diagram::sequence::{Item, MessageKind, Sequence};
use crate::diagram::{Diagram, EdgeKind, Node};

/// Each node with what leads out of it, frame by frame.
pub fn of_graph(diagram: &Diagram) -> String {
    let mut out = String::new();
    inside(&mut out, diagram, None, 0);
    out
}

fn inside(out: &mut String, diagram: &Diagram, group: Option<usize>, depth: usize) {
    let indent = "  ".repeat(depth);
    for (at, node) in diagram.nodes.iter().enumerate().filter(|(_, node)| node.group == group) {
        out.push_str(&format!("{indent}{}\n", told(node)));
        let edges = diagram.edges.iter().filter(|edge| edge.from == at && edge.kind != EdgeKind::Unseen);
        for edge in edges {
            let words = edge.lines.join(" ");
            let words = if words.is_empty() { words } else { format!("{words} ") };
            out.push_str(&format!("{indent}  {words}→ {}\n", name(&diagram.nodes[edge.to])));
        }
    }
    for (at, inner) in diagram.groups.iter().enumerate().filter(|(_, it)| it.parent == group) {
        out.push_str(&format!("{indent}[{}]\n", inner.title));
        inside(out, diagram, Some(at), depth + 1);
    }
}

/// `charged: Payments.Charge`
fn told(node: &Node) -> String {
    let lines = node.lines.join(" ");
    match (node.title.is_empty(), lines.is_empty()) {
        (true, _) => lines,
        (false, true) => name(node),
        (false, false) => format!("{}: {lines}", name(node)),
    }
}

fn name(node: &Node) -> String {
    if node.title.is_empty() { node.lines.join(" ") } else { node.title.join(" ") }
}

/// Line by line what happens.
pub fn of_run(run: &Sequence) -> String {
    let mut out = String::new();
    let side = |at: usize| run.sides[at].title.join(" ");
    for item in &run.items {
        let line = match item {
            Item::Message { from, to, kind, lines, .. } => {
                let arrow = match kind {
                    MessageKind::Call | MessageKind::Event => "→",
                    MessageKind::Reply => "⇢",
                    MessageKind::Refusal | MessageKind::Lost => "⇢ ✗",
                };
                format!("{} {arrow} {}: {}", side(*from), side(*to), lines.join(" "))
            }
            Item::Note { lines, .. } => format!("({})", lines.join(" ")),
        };
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// Each service with those that it needs.
pub fn of_table(matrix: &Matrix) -> String {
    let mut out = String::new();
    for (row, head) in matrix.services.iter().enumerate() {
        out.push_str(&format!("{} needs {}, is needed by {}\n", head.name, head.n_needed, head.n_needing));
        for ((_, column), cell) in matrix.cells.range((row, 0)..(row + 1, 0)) {
            let circle = if matrix.is_on_circle(row, *column) { "  (on a circle)" } else { "" };
            out.push_str(&format!("  {}: {}{circle}\n", matrix.services[*column].name, cell.text()));
        }
    }
    out
}
