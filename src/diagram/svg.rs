//! A diagram as SVG, drawn by ourselves: it needs no font, script or program beside a browser, and reads
//! on a light page, on a dark one, and on paper.

use super::layout::{Frame, Layout, Point, Route, Size, Sizes, layout};
use super::look::{self, Shape, Stroke};
use super::measure::{Weight, width};
use super::{Diagram, Direction, Edge, EdgeKind, Group, GroupKind, Node};
use std::fmt::Write;

const TITLE: f64 = 13.0;
const TEXT: f64 = 11.0;
const LABEL: f64 = 10.5;
/// From one line of text to the next, in sizes of the font.
const LEADING: f64 = 1.32;
/// Around the whole picture.
const MARGIN: f64 = 12.0;
/// Colours of the page, on light ground; some readers of SVG know no variables, so these stand in every
/// element, and `DARK` overrides them.
const LINE: &str = "#475467";
const INK: &str = "#101828";
const GROUND: &str = "#ffffff";
const STYLE: &str = "\
text{font-family:Helvetica,Arial,'Liberation Sans',sans-serif}\
.title,.name{font-weight:bold;font-size:13px}.text{font-size:11px}\
.edge{fill:none;stroke-width:1.2px}.thick{stroke-width:2.2px}.dashed{stroke-dasharray:5 3}\
.label{font-size:10.5px;text-anchor:middle;paint-order:stroke;stroke-width:4px;stroke-linejoin:round}\
.name,.text{text-anchor:middle}\
@media (prefers-color-scheme:dark){.ground{fill:#161b26}.title{fill:#f2f4f7}.edge{stroke:#98a2b3}.head{fill:#98a2b3}\
.label{stroke:#161b26}.plain{fill:#f2f4f7}}\
@media print{.ground{fill:#ffffff}.title,.plain{fill:#101828}.edge{stroke:#475467}.head{fill:#475467}.label{stroke:#ffffff}}";

/// The diagram as one SVG document.
pub fn svg(diagram: &Diagram) -> String {
    let placed = layout(diagram, &sizes(diagram));
    let (w, h) = (placed.size.width + 2.0 * MARGIN, placed.size.height + 2.0 * MARGIN);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"{2} {2} {0} {1}\" role=\"img\">",
        n(w),
        n(h),
        n(-MARGIN)
    );
    let _ = writeln!(out, "<style>{STYLE}</style>");
    let _ = writeln!(
        out,
        "<rect class=\"ground\" x=\"{0}\" y=\"{0}\" width=\"{1}\" height=\"{2}\" fill=\"{GROUND}\"/>",
        n(-MARGIN),
        n(w),
        n(h)
    );
    for (group, frame) in diagram.groups.iter().zip(&placed.groups) {
        if let Some(frame) = frame {
            frame_of_group(&mut out, group, *frame);
        }
    }
    for (edge, route) in diagram.edges.iter().zip(&placed.edges) {
        if edge.kind != EdgeKind::Unseen {
            line_of_edge(&mut out, edge, &touching(diagram, &placed, edge, route));
        }
    }
    for (node, frame) in diagram.nodes.iter().zip(&placed.nodes) {
        shape_of_node(&mut out, node, *frame);
    }
    labels(&mut out, diagram, &placed);
    out.push_str("</svg>\n");
    out
}

/// What everything needs when it is drawn like this.
pub(super) fn sizes(diagram: &Diagram) -> Sizes {
    Sizes {
        nodes: diagram.nodes.iter().map(size_of_node).collect(),
        labels: diagram
            .edges
            .iter()
            .map(|edge| (!edge.lines.is_empty()).then(|| size_of_label(edge)))
            .collect(),
        titles: diagram
            .groups
            .iter()
            .map(|group| Size { width: width(&group.title, TITLE, Weight::Bold), height: TITLE * LEADING })
            .collect(),
    }
}

fn size_of_node(node: &Node) -> Size {
    let titles = node.title.iter().map(|line| width(line, TITLE, Weight::Bold));
    let texts = node.lines.iter().map(|line| width(line, TEXT, Weight::Plain));
    let wide = titles.chain(texts).fold(0.0, f64::max);
    let high = text_height(node);
    let (width, height) = match look::node(node.kind).shape {
        Shape::Box | Shape::Round => (wide + 24.0, high + 14.0),
        Shape::Pill => (wide + 32.0, high + 12.0),
        Shape::Double => (wide + 36.0, high + 14.0),
        Shape::Hexagon => (wide + 38.0, high + 14.0),
        Shape::Diamond => (wide * 1.45 + 36.0, high * 1.45 + 26.0),
        Shape::Spreading | Shape::Gathering | Shape::Leaning => (wide + 44.0, high + 14.0),
        Shape::Circle => (wide.max(high) + 10.0, wide.max(high) + 10.0),
    };
    Size { width, height }
}

fn text_height(node: &Node) -> f64 {
    (node.title.len() as f64 * TITLE + node.lines.len() as f64 * TEXT) * LEADING
}

fn size_of_label(edge: &Edge) -> Size {
    let wide = edge.lines.iter().map(|line| width(line, LABEL, Weight::Plain)).fold(0.0, f64::max);
    Size { width: wide + 8.0, height: edge.lines.len() as f64 * LABEL * LEADING + 4.0 }
}

fn frame_of_group(out: &mut String, group: &Group, frame: Frame) {
    let (fill, stroke) = look::group(group.kind);
    let radius = if group.kind == GroupKind::Workflow { 10.0 } else { 6.0 };
    let _ = writeln!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{fill}\" stroke=\"{stroke}\"/>",
        n(frame.x),
        n(frame.y),
        n(frame.width),
        n(frame.height),
        n(radius)
    );
    let _ = writeln!(
        out,
        "<text class=\"title\" x=\"{}\" y=\"{}\" fill=\"{INK}\">{}</text>",
        n(frame.x + 10.0),
        n(frame.y + 8.0 + TITLE * 0.8),
        escaped(&group.title)
    );
}

fn line_of_edge(out: &mut String, edge: &Edge, route: &Route) {
    let look = look::edge(edge.kind);
    let Some((path, tip, before)) = path(route) else { return };
    let kind = match look.stroke {
        Stroke::None | Stroke::Solid => "",
        Stroke::Dashed => " dashed",
        Stroke::Thick => " thick",
    };
    // A colour of its own is a style, which stands above that of the page.
    let paint = |what: &str| match look.colour {
        Some(colour) => format!("style=\"{what}:{colour}\""),
        None => format!("{what}=\"{LINE}\""),
    };
    let _ = writeln!(out, "<path class=\"edge{kind}\" fill=\"none\" {} d=\"{path}\"/>", paint("stroke"));
    let _ = writeln!(out, "<path class=\"head\" {} d=\"{}\"/>", paint("fill"), head(tip, before));
}

/// The route, up to where the shapes at its ends really are: those that taper are smaller than their frame.
fn touching(diagram: &Diagram, placed: &Layout, edge: &Edge, route: &Route) -> Route {
    let mut route = route.clone();
    let last = route.points.len().saturating_sub(1);
    for (node, at) in [(edge.from, 0), (edge.to, last)] {
        let Some(point) = route.points.get_mut(at) else { continue };
        if look::node(diagram.nodes[node].kind).shape != Shape::Diamond || edge.from == edge.to {
            continue;
        }
        let frame = placed.nodes[node];
        let middle = Point { x: frame.x + frame.width / 2.0, y: frame.y + frame.height / 2.0 };
        let (dx, dy) = (point.x - middle.x, point.y - middle.y);
        // On the side that the layers run along, the border is nearer the further it is from the middle.
        match diagram.direction {
            Direction::Down => point.y = middle.y + dy * (1.0 - dx.abs() / (frame.width / 2.0)),
            Direction::Right => point.x = middle.x + dx * (1.0 - dy.abs() / (frame.height / 2.0)),
        }
    }
    route
}

/// How round the corners of edges are.
const CORNER: f64 = 6.0;

/// The line as a path with round corners, where it arrives, and from where.
fn path(route: &Route) -> Option<(String, Point, Point)> {
    let (first, before, last) = match route.points.as_slice() {
        [a, b] => (*a, *a, *b),
        [a, .., b, c] => (*a, *b, *c),
        _ => return None,
    };
    let mut path = format!("M{} {}", n(first.x), n(first.y));
    for corner in route.points.windows(3) {
        let (a, b, c) = (corner[0], corner[1], corner[2]);
        let radius = CORNER.min(distance(a, b) / 2.0).min(distance(b, c) / 2.0);
        let (into, out) = (towards(b, a, radius), towards(b, c, radius));
        let _ = write!(path, "L{} {}Q{} {} {} {}", n(into.x), n(into.y), n(b.x), n(b.y), n(out.x), n(out.y));
    }
    let _ = write!(path, "L{} {}", n(last.x), n(last.y));
    Some((path, last, before))
}

fn distance(a: Point, b: Point) -> f64 {
    (a.x - b.x).abs() + (a.y - b.y).abs()
}

/// The point that lies `by` from `from` on the straight way to `to`.
fn towards(from: Point, to: Point, by: f64) -> Point {
    let share = by / distance(from, to).max(0.001);
    Point { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}

/// A triangle whose tip is at `tip`, coming from `before`.
fn head(tip: Point, before: Point) -> String {
    let (dx, dy) = (tip.x - before.x, tip.y - before.y);
    let length = (dx * dx + dy * dy).sqrt().max(0.001);
    let (ux, uy) = (dx / length, dy / length);
    let (back, half) = (7.0, 3.4);
    let at = |along: f64, beside: f64| {
        format!("{} {}", n(tip.x - ux * along - uy * beside), n(tip.y - uy * along + ux * beside))
    };
    format!("M{}L{}L{}Z", at(0.0, 0.0), at(back, half), at(back, -half))
}

fn shape_of_node(out: &mut String, node: &Node, frame: Frame) {
    let look = look::node(node.kind);
    let dashes = if look.is_dashed { " stroke-dasharray=\"4 3\"" } else { "" };
    let paint = format!(
        "fill=\"{}\" stroke=\"{}\" stroke-width=\"{}\"{dashes}",
        look.fill,
        look.line,
        n(f64::from(look.width) * 0.6 + 0.6)
    );
    let rect = |radius: f64| {
        format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" {paint}/>",
            n(frame.x),
            n(frame.y),
            n(frame.width),
            n(frame.height),
            n(radius)
        )
    };
    let polygon = |corners: &[(f64, f64)]| {
        let points: Vec<String> =
            corners.iter().map(|(x, y)| format!("{},{}", n(frame.x + x), n(frame.y + y))).collect();
        format!("<polygon points=\"{}\" {paint}/>", points.join(" "))
    };
    let (w, h) = (frame.width, frame.height);
    let shape = match look.shape {
        Shape::Box => rect(2.0),
        Shape::Round => rect(9.0),
        Shape::Pill => rect(h / 2.0),
        Shape::Double => {
            let bars = [7.0, w - 7.0].map(|x| {
                format!(
                    "<line x1=\"{0}\" x2=\"{0}\" y1=\"{1}\" y2=\"{2}\" stroke=\"{3}\"/>",
                    n(frame.x + x),
                    n(frame.y),
                    n(frame.y + h),
                    look.line
                )
            });
            rect(2.0) + &bars.concat()
        }
        Shape::Hexagon => {
            polygon(&[(12.0, 0.0), (w - 12.0, 0.0), (w, h / 2.0), (w - 12.0, h), (12.0, h), (0.0, h / 2.0)])
        }
        Shape::Diamond => polygon(&[(w / 2.0, 0.0), (w, h / 2.0), (w / 2.0, h), (0.0, h / 2.0)]),
        Shape::Spreading => polygon(&[(14.0, 0.0), (w - 14.0, 0.0), (w, h), (0.0, h)]),
        Shape::Gathering => polygon(&[(0.0, 0.0), (w, 0.0), (w - 14.0, h), (14.0, h)]),
        Shape::Leaning => polygon(&[(0.0, 0.0), (w - 14.0, 0.0), (w, h), (14.0, h)]),
        Shape::Circle => rect(w / 2.0),
    };
    let _ = writeln!(out, "{shape}");
    let middle = frame.x + w / 2.0;
    let mut y = frame.y + (h - text_height(node)) / 2.0;
    for (lines, class, size) in [(&node.title, "name", TITLE), (&node.lines, "text", TEXT)] {
        for line in lines {
            let _ = writeln!(
                out,
                "<text class=\"{class}\" x=\"{}\" y=\"{}\" fill=\"{}\">{}</text>",
                n(middle),
                n(y + size * LEADING * 0.76),
                look.text,
                escaped(line)
            );
            y += size * LEADING;
        }
    }
}

/// Labels come last, so that no line runs through one.
fn labels(out: &mut String, diagram: &Diagram, placed: &Layout) {
    for (edge, route) in diagram.edges.iter().zip(&placed.edges) {
        let Some(at) = route.label.filter(|_| edge.kind != EdgeKind::Unseen) else { continue };
        let (class, colour) = match look::edge(edge.kind).colour {
            Some(colour) => ("label", colour),
            None => ("label plain", INK),
        };
        let top = at.y - edge.lines.len() as f64 * LABEL * LEADING / 2.0;
        for (number, line) in edge.lines.iter().enumerate() {
            let y = top + (number as f64 + 0.76) * LABEL * LEADING;
            let _ = writeln!(
                out,
                "<text class=\"{class}\" x=\"{}\" y=\"{}\" fill=\"{colour}\" stroke=\"{GROUND}\">{}</text>",
                n(at.x),
                n(y),
                escaped(line)
            );
        }
    }
}

/// A length, to a tenth.
fn n(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    // No minus before nothing.
    if tenths == 0.0 { "0".to_string() } else { format!("{tenths}") }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
