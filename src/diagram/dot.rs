//! A diagram in the language of Graphviz.

mod sequence;
mod table;

use super::drawing::annotated;
use super::look::{self, Look, Shape, Stroke};
use super::{Body, Diagram, Direction, Drawing, Edge, EdgeKind, Group, Node};

/// The drawing as a DOT graph: a run as a ladder of points, a matrix as one node with a table.
pub fn dot(drawing: &Drawing) -> String {
    match &drawing.body {
        Body::Graph(diagram) => graph(&annotated(diagram, &drawing.remarks), drawing),
        Body::Run(run) => sequence::ladder(run),
        Body::Table(matrix) => table::table(matrix),
    }
}

fn graph(diagram: &Diagram, drawing: &Drawing) -> String {
    let mut out = String::from("digraph workflow {\n");
    let rankdir = match diagram.direction {
        Direction::Down | Direction::Rows => "TB",
        Direction::Right => "LR",
    };
    let font = "fontname=\"Helvetica,Arial,sans-serif\"";
    let graph = "fontsize=12, nodesep=0.35, ranksep=0.45, bgcolor=\"white\"";
    line(&mut out, 1, &format!("graph [rankdir={rankdir}, {font}, {graph}]"));
    line(&mut out, 1, &format!("node [{font}, fontsize=11, margin=\"0.14,0.08\", height=0.35]"));
    let edge = "fontsize=10, color=\"#475467\", fontcolor=\"#344054\", arrowsize=0.7";
    line(&mut out, 1, &format!("edge [{font}, {edge}]"));
    inside(&mut out, diagram, drawing, None, 1);
    // Graphviz finds good places for loose nodes by itself.
    for edge in diagram.edges.iter().filter(|edge| edge.kind != EdgeKind::Unseen) {
        line(&mut out, 1, &drawn(diagram, edge));
    }
    out.push_str("}\n");
    out
}

/// The nodes of a group, and the groups in it.
fn inside(out: &mut String, diagram: &Diagram, drawing: &Drawing, group: Option<usize>, depth: usize) {
    for node in diagram.nodes.iter().filter(|node| node.group == group) {
        line(out, depth, &declared(node, drawing));
    }
    let inner = diagram.groups.iter().enumerate().filter(|(_, it)| it.parent == group);
    for (at, Group { id, kind, title, .. }) in inner {
        let (fill, stroke) = look::group(*kind);
        // Graphviz draws a frame around those groups only whose name begins like this.
        line(out, depth, &format!("subgraph cluster_{id} {{"));
        let title = escaped(title);
        line(
            out,
            depth + 1,
            &format!(
                "label=<<b>{title}</b>>; labeljust=l; style=\"rounded,filled\"; fillcolor=\"{fill}\"; color=\"{stroke}\"; margin=14"
            ),
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
    let (shape, style) = shape(&look);
    let dashes = if look.is_dashed { ",dashed" } else { "" };
    format!(
        "{} [label={}, shape={shape}, style=\"{style}{dashes}\", fillcolor=\"{}\", color=\"{}\", fontcolor=\"{}\", penwidth={}]",
        node.id,
        text(&node.title, &node.lines),
        look.fill,
        colour,
        look.text,
        width
    )
}

fn shape(look: &Look) -> (&'static str, &'static str) {
    match look.shape {
        Shape::Box => ("box", "filled"),
        Shape::Round | Shape::Pill => ("box", "rounded,filled"),
        Shape::Double => ("box", "filled,diagonals"),
        Shape::Hexagon => ("hexagon", "filled"),
        Shape::Diamond => ("diamond", "filled"),
        // Graphviz makes slanted shapes twice as high as their text.
        Shape::Spreading | Shape::Gathering => ("box", "filled"),
        Shape::Leaning | Shape::Note => ("note", "filled"),
        Shape::Circle => ("circle", "filled"),
    }
}

fn drawn(diagram: &Diagram, edge: &Edge) -> String {
    let look = look::edge(edge.kind);
    let mut attributes = Vec::new();
    if !edge.lines.is_empty() {
        attributes.push(format!("label={}", text(&[], &edge.lines)));
    }
    let stands_out = look::stands_out(&edge.about);
    if look.stroke == Stroke::Dashed {
        attributes.push("style=dashed".to_string());
    }
    if stands_out || look.stroke == Stroke::Thick {
        attributes.push(if stands_out { "penwidth=2.6" } else { "penwidth=2" }.to_string());
    }
    if edge.kind == EdgeKind::Next {
        attributes.push("weight=4".to_string());
    }
    if let Some(colour) = if stands_out { Some(look::CIRCLE) } else { look.colour } {
        attributes.push(format!("color=\"{colour}\""));
        attributes.push(format!("fontcolor=\"{colour}\""));
    }
    let (from, to) = (&diagram.nodes[edge.from].id, &diagram.nodes[edge.to].id);
    if attributes.is_empty() {
        return format!("{from} -> {to}");
    }
    format!("{from} -> {to} [{}]", attributes.join(", "))
}

/// Lines as one label, in the markup that Graphviz reads between `<` and `>`.
fn text(title: &[String], lines: &[String]) -> String {
    let below = |line: &String| match title.is_empty() {
        true => escaped(line),
        false => format!("<font point-size=\"10\">{}</font>", escaped(line)),
    };
    let title = title.iter().map(|line| format!("<b>{}</b>", escaped(line)));
    format!("<{}>", title.chain(lines.iter().map(below)).collect::<Vec<_>>().join("<br/>"))
}

/// Text in which nothing means anything.
fn escaped(line: &str) -> String {
    let mut out = String::new();
    for c in line.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // `\N` would become the name of the node, even when the backslash is written as a number.
            '\\' => out.push_str("&#92;&#92;"),
            // Brackets mean nothing here, but some readers of DOT think so.
            '[' | ']' | '{' | '}' => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escaped("a < \"b\" & c"), "a &lt; &quot;b&quot; &amp; c");
    }
}
