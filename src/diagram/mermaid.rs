//! A diagram as Mermaid text.
//!
//! Every text stands in quotes, and whatever could mean something to Mermaid, to the Markdown in its
//! labels or to the page around it is written as a character's number: names are data.

pub mod sequence;
mod table;

use super::drawing::annotated;
use super::look::{self, Shape, Stroke};
use super::{Body, Diagram, Direction, Drawing, EdgeKind, Group, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The drawing as Mermaid text: a flowchart, a sequence diagram, or a grid of blocks for a matrix.
pub fn mermaid(drawing: &Drawing) -> String {
    match &drawing.body {
        Body::Graph(diagram) => flowchart(&annotated(diagram, &drawing.remarks), drawing),
        Body::Run(run) => sequence::mermaid_sequence(run) + &sequence::remarks(run, &drawing.remarks),
        Body::Table(matrix) => table::grid(matrix),
    }
}

fn flowchart(diagram: &Diagram, drawing: &Drawing) -> String {
    let mut out = match diagram.direction {
        Direction::Down | Direction::Rows => String::from("flowchart TD\n"),
        Direction::Right => String::from("flowchart LR\n"),
    };
    inside(&mut out, diagram, None, 1);
    for edge in &diagram.edges {
        let arrow = match look::edge(edge.kind).stroke {
            Stroke::None => "~~~",
            Stroke::Solid => "-->",
            Stroke::Dashed => "-.->",
            Stroke::Thick => "==>",
        };
        let (from, to) = (&diagram.nodes[edge.from].id, &diagram.nodes[edge.to].id);
        let label =
            if edge.lines.is_empty() { String::new() } else { format!("|{}|", text(&[], &edge.lines)) };
        line(&mut out, 1, &format!("{from} {arrow}{label} {to}"));
    }
    styles(&mut out, diagram);
    marks(&mut out, diagram, drawing);
    out
}

/// The nodes of a group, and the groups in it.
fn inside(out: &mut String, diagram: &Diagram, group: Option<usize>, depth: usize) {
    for node in diagram.nodes.iter().filter(|node| node.group == group) {
        line(out, depth, &declared(node));
    }
    let inner = diagram.groups.iter().enumerate().filter(|(_, it)| it.parent == group);
    for (at, Group { id, title, .. }) in inner {
        line(out, depth, &format!("subgraph {id}[{}]", text(std::slice::from_ref(title), &[])));
        // Without a direction of its own a group that no edge leaves is drawn from left to right.
        line(out, depth + 1, "direction TB");
        inside(out, diagram, Some(at), depth + 1);
        line(out, depth, "end");
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(text);
    out.push('\n');
}

fn declared(node: &Node) -> String {
    let look = look::node(node.kind);
    let (open, close) = match look.shape {
        Shape::Box | Shape::Note => ("[", "]"),
        Shape::Round => ("(", ")"),
        Shape::Pill => ("([", "])"),
        Shape::Double => ("[[", "]]"),
        Shape::Hexagon => ("{{", "}}"),
        Shape::Diamond => ("{", "}"),
        Shape::Spreading => ("[/", "\\]"),
        Shape::Gathering => ("[\\", "/]"),
        Shape::Leaning => ("[\\", "\\]"),
        Shape::Circle => ("((", "))"),
    };
    format!("{}{open}{}{close}:::{}", node.id, text(&node.title, &node.lines), look.class)
}

fn styles(out: &mut String, diagram: &Diagram) {
    let used: BTreeSet<&str> = diagram.nodes.iter().map(|node| look::node(node.kind).class).collect();
    for look in look::EVERY_NODE.iter().map(|kind| look::node(*kind)).filter(|it| used.contains(it.class)) {
        let dashes = if look.is_dashed { ",stroke-dasharray:5 4" } else { "" };
        let style = format!(
            "fill:{},stroke:{},stroke-width:{}px,color:{}{dashes}",
            look.fill, look.line, look.width, look.text
        );
        line(out, 1, &format!("classDef {} {style}", look.class));
    }
    let mut coloured: BTreeMap<(EdgeKind, bool), Vec<String>> = BTreeMap::new();
    for (number, edge) in diagram.edges.iter().enumerate() {
        coloured.entry((edge.kind, look::stands_out(&edge.about))).or_default().push(number.to_string());
    }
    for ((kind, stands_out), numbers) in coloured {
        let look = look::edge(kind);
        let width = match (stands_out, look.stroke) {
            (true, _) => "3px",
            (false, Stroke::Thick) => "2.5px",
            (false, _) => "1.5px",
        };
        if let Some(colour) = if stands_out { Some(look::CIRCLE) } else { look.colour } {
            line(out, 1, &format!("linkStyle {} stroke:{colour},stroke-width:{width}", numbers.join(",")));
        }
    }
    for group in &diagram.groups {
        let (fill, stroke) = look::group(group.kind);
        line(out, 1, &format!("style {} fill:{fill},stroke:{stroke}", group.id));
    }
}

/// The borders of nodes at which something was found, or that lie on a circle.
fn marks(out: &mut String, diagram: &Diagram, drawing: &Drawing) {
    for node in &diagram.nodes {
        let look = look::node(node.kind);
        let (colour, width) = look::border(&node.about, &look, &drawing.remarks);
        if (colour, width) == (look.line, look.width) {
            continue;
        }
        line(out, 1, &format!("style {} stroke:{colour},stroke-width:{width}px", node.id));
    }
}

/// Lines as one quoted text.
fn text(title: &[String], lines: &[String]) -> String {
    let title = title.iter().map(|line| format!("<b>{}</b>", escaped(line)));
    let lines = title.chain(lines.iter().map(|line| escaped(line)));
    format!("\"{}\"", lines.collect::<Vec<_>>().join("<br/>"))
}

/// A line in which nothing means anything but itself.
pub(in crate::diagram) fn escaped(line: &str) -> String {
    let mut out = String::new();
    let letters: Vec<char> = line.chars().collect();
    // `1.` and `1)` at the beginning would be a list.
    let number = letters.iter().take_while(|c| c.is_ascii_digit()).count();
    for (at, &c) in letters.iter().enumerate() {
        let is_inner = |at: usize| letters.get(at).is_some_and(|c| c.is_alphanumeric());
        let is_plain = match c {
            '_' => at > 0 && is_inner(at - 1) && is_inner(at + 1),
            '.' | ')' => !(number > 0 && at == number),
            '-' | '=' | '+' => at > 0,
            ' ' | '(' | ',' | '?' | '!' | '/' => true,
            _ => c.is_alphanumeric() || !c.is_ascii(),
        };
        if is_plain {
            out.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_means_something_is_written_as_a_number() {
        assert_eq!(escaped("say \"hi\" #1"), "say #34;hi#34; #35;1");
        assert_eq!(escaped("1. a_b _c_"), "1#46; a_b #95;c#95;");
        assert_eq!(escaped("- a-b"), "#45; a-b");
    }
}
