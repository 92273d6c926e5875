//! A drawing in the language of PlantUML.

mod sequence;
mod table;

use super::drawing::annotated;
use super::look::{self, Shape, Stroke};
use super::{Body, Diagram, Direction, Drawing, Edge, EdgeKind, Group, Node};
use std::fmt::Write;

/// The drawing as PlantUML text: boxes and arrows, a sequence diagram, or one box with a table for a matrix.
pub fn plantuml(drawing: &Drawing) -> String {
    let body = match &drawing.body {
        Body::Graph(diagram) => graph(&annotated(diagram, &drawing.remarks), drawing),
        Body::Run(run) => sequence::sequence(run, &drawing.remarks),
        Body::Table(matrix) => table::table(matrix),
    };
    format!("@startuml\n{body}@enduml\n")
}

fn graph(diagram: &Diagram, drawing: &Drawing) -> String {
    let mut out = match diagram.direction {
        Direction::Down | Direction::Rows => String::from("top to bottom direction\n"),
        Direction::Right => String::from("left to right direction\n"),
    };
    out.push_str("skinparam defaultTextAlignment center\nskinparam shadowing false\n");
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
        let title = text(std::slice::from_ref(title), &[]);
        line(out, depth, &format!("rectangle \"{title}\" as {id} #f8f9fb;line:98a2b3 {{"));
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
        Shape::Box | Shape::Spreading | Shape::Gathering | Shape::Leaning => "rectangle",
        Shape::Round => "card",
        Shape::Pill => "storage",
        Shape::Double => "node",
        // Hexagons came late to PlantUML.
        Shape::Hexagon => "queue",
        Shape::Diamond | Shape::Circle => "usecase",
        Shape::Note => "file",
    };
    let dashes = if look.is_dashed { ";line.dashed" } else { "" };
    let bold = if width > 2 { ";line.bold" } else { "" };
    format!(
        "{shape} \"{}\" as {} {};line:{}{bold}{dashes};text:{}",
        text(&node.title, &node.lines),
        node.id,
        look.fill,
        bare(colour),
        bare(look.text)
    )
}

fn drawn(diagram: &Diagram, edge: &Edge) -> String {
    let look = look::edge(edge.kind);
    let stands_out = look::stands_out(&edge.about);
    let colour = if stands_out { look::CIRCLE } else { look.colour.unwrap_or("#475467") };
    let width = if stands_out || look.stroke == Stroke::Thick { ",thickness=3" } else { "" };
    let dashes = if look.stroke == Stroke::Dashed { ",dashed" } else { "" };
    let label = if edge.lines.is_empty() { String::new() } else { format!(" : {}", text(&[], &edge.lines)) };
    let (from, to) = (&diagram.nodes[edge.from].id, &diagram.nodes[edge.to].id);
    format!("{from} -[{colour}{dashes}{width}]-> {to}{label}")
}

/// A colour without its `#`.
fn bare(colour: &str) -> &str {
    colour.trim_start_matches('#')
}

/// Lines as one text; names in bold.
fn text(title: &[String], lines: &[String]) -> String {
    let title = title.iter().map(|line| format!("**{}**", escaped(line)));
    title.chain(lines.iter().map(|line| escaped(line))).collect::<Vec<_>>().join("\\n")
}

/// A line in which nothing means anything: whatever could be Creole, HTML, a function, a variable or the end of
/// a text is written as a character's number.
fn escaped(line: &str) -> String {
    let mut out = String::new();
    for c in line.chars() {
        if c.is_alphanumeric()
            || matches!(c, ' ' | ',' | '(' | ')' | '?')
            || (!c.is_ascii() && !c.is_control())
        {
            out.push(c);
        } else if !c.is_control() {
            // Writing to a string cannot fail.
            let _ = write!(out, "<U+{:04X}>", u32::from(c));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_means_something_is_written_as_a_number() {
        assert_eq!(escaped("a -> \"b\""), "a <U+002D><U+003E> <U+0022>b<U+0022>");
    }
}
