//! A drawing in the language of D2.

mod sequence;
mod table;

use super::drawing::annotated;
use super::look::{self, Shape, Stroke};
use super::{Body, Diagram, Direction, Drawing, Edge, EdgeKind, Group, Node};

/// The drawing as D2 text: boxes and arrows, a sequence diagram, or a grid for a matrix.
pub fn d2(drawing: &Drawing) -> String {
    match &drawing.body {
        Body::Graph(diagram) => graph(&annotated(diagram, &drawing.remarks), drawing),
        Body::Run(run) => sequence::sequence(run, &drawing.remarks),
        Body::Table(matrix) => table::grid(matrix),
    }
}

fn graph(diagram: &Diagram, drawing: &Drawing) -> String {
    let mut out = match diagram.direction {
        Direction::Down | Direction::Rows => String::from("direction: down\n"),
        Direction::Right => String::from("direction: right\n"),
    };
    inside(&mut out, diagram, drawing, None, 0);
    for edge in diagram.edges.iter().filter(|edge| edge.kind != EdgeKind::Unseen) {
        line(&mut out, 0, &drawn(diagram, edge));
    }
    out
}

/// The nodes of a group, and the groups in it.
fn inside(out: &mut String, diagram: &Diagram, drawing: &Drawing, group: Option<usize>, depth: usize) {
    for node in diagram.nodes.iter().filter(|node| node.group == group) {
        line(out, depth, &declared(node, drawing));
    }
    let inner = diagram.groups.iter().enumerate().filter(|(_, it)| it.parent == group);
    for (at, Group { id, title, .. }) in inner {
        line(out, depth, &format!("{id}: {} {{", text(std::slice::from_ref(title))));
        line(
            out,
            depth + 1,
            "style.fill: \"#f8f9fb\"; style.stroke: \"#98a2b3\"; style.font-color: \"#101828\"",
        );
        inside(out, diagram, drawing, Some(at), depth + 1);
        line(out, depth, "}");
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(text);
    out.push('\n');
}

fn declared(node: &Node, drawing: &Drawing) -> String {
    let look = look::node(node.kind);
    let (colour, width) = look::border(&node.about, &look, &drawing.remarks);
    let shape = match look.shape {
        Shape::Box => "rectangle",
        Shape::Round => "rectangle; style.border-radius: 8",
        Shape::Pill => "rectangle; style.border-radius: 20",
        Shape::Double => "rectangle; style.double-border: true",
        Shape::Hexagon => "hexagon",
        Shape::Diamond => "diamond",
        Shape::Spreading | Shape::Gathering => "rectangle; style.fill-pattern: lines",
        Shape::Leaning => "parallelogram",
        Shape::Circle => "oval",
        Shape::Note => "page",
    };
    let dashes = if look.is_dashed { "; style.stroke-dash: 4" } else { "" };
    let lines: Vec<String> = node.title.iter().chain(&node.lines).cloned().collect();
    format!(
        "{}: {} {{shape: {shape}; style.fill: \"{}\"; style.stroke: \"{colour}\"; style.stroke-width: {width}; style.font-color: \"{}\"{dashes}}}",
        node.id,
        text(&lines),
        look.fill,
        look.text
    )
}

fn drawn(diagram: &Diagram, edge: &Edge) -> String {
    let look = look::edge(edge.kind);
    let stands_out = look::stands_out(&edge.about);
    let colour = if stands_out { look::CIRCLE } else { look.colour.unwrap_or("#475467") };
    let width = if stands_out || look.stroke == Stroke::Thick { 3 } else { 1 };
    let dashes = if look.stroke == Stroke::Dashed { "; style.stroke-dash: 5" } else { "" };
    let label = if edge.lines.is_empty() { String::new() } else { format!(": {}", text(&edge.lines)) };
    let colon = if label.is_empty() { ":" } else { "" };
    format!(
        "{} -> {}{label}{colon} {{style.stroke: \"{colour}\"; style.stroke-width: {width}; style.font-color: \"{colour}\"{dashes}}}",
        path(diagram, edge.from),
        path(diagram, edge.to)
    )
}

/// A node's id behind those of the groups around it.
fn path(diagram: &Diagram, node: usize) -> String {
    let node = &diagram.nodes[node];
    let mut ids = vec![node.id.as_str()];
    let mut group = node.group;
    while let Some(at) = group {
        ids.push(&diagram.groups[at].id);
        group = diagram.groups[at].parent;
    }
    ids.reverse();
    ids.join(".")
}

/// Lines as one text in double quotes.
fn text(lines: &[String]) -> String {
    let escaped: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    format!("\"{}\"", escaped.join("\\n"))
}

/// A line in which nothing means anything: no escape, no variable, no end of the text.
fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '"' | '\\' | '$' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn quotes_and_variables_are_text() {
        assert_eq!(escaped("a \"b\" ${c} \\n"), "a \\\"b\\\" \\${c} \\\\n");
    }
}
