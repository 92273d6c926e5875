//! A scene as SVG: it needs no font, script or program beside a browser, and reads on a light page, on a
//! dark one, and on paper.

pub(super) mod page;
mod palette;
mod shape;

pub use palette::Theme;

use super::layout::{Frame, Point, Size};
use super::look::{self, Stroke};
use super::measure::{LABEL, LEADING, TEXT, TITLE};
use super::scene::{Align, BADGE, Badge, Head, LegendEntry, Scene, SceneEdge, SceneGroup, SceneNode};
use palette::Palette;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Around the whole picture.
const MARGIN: f64 = 14.0;
/// Some readers of SVG know no style, so that colours and widths stand in every element as well.
const STYLE: &str = "\
text{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;unicode-bidi:isolate}\
.title,.name{font-weight:bold;font-size:13px}.text,.rule{font-size:11px}.rule{font-weight:bold}\
.edge{fill:none}.label{font-size:10.5px;text-anchor:middle}.label,.crossed{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}\
.number{font-size:10px;font-weight:bold;text-anchor:middle;fill:#ffffff}";

/// The scene as one SVG document.
pub fn svg(scene: &Scene, theme: Theme) -> String {
    let palette = if theme == Theme::Dark { Palette::Dark } else { Palette::Light };
    let Size { width, height } = scene.size;
    let (w, h) = (width + 2.0 * MARGIN, height + 2.0 * MARGIN);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"{2} {2} {0} {1}\" role=\"img\">",
        n(w),
        n(h),
        n(-MARGIN)
    );
    if !scene.title.is_empty() {
        let _ = writeln!(out, "<title>{}</title>", escaped(&scene.title));
    }
    let dark = if theme == Theme::Auto { on_dark(scene) } else { String::new() };
    let _ = writeln!(out, "<style>{STYLE}{dark}</style>");
    let _ = writeln!(
        out,
        "<rect class=\"ground\" x=\"{0}\" y=\"{0}\" width=\"{1}\" height=\"{2}\" fill=\"{3}\"/>",
        n(-MARGIN),
        n(w),
        n(h),
        palette.ground()
    );
    scene.groups.iter().for_each(|group| frame_of_group(&mut out, group));
    scene.edges.iter().for_each(|edge| line_of_edge(&mut out, edge, palette));
    scene.nodes.iter().for_each(|node| node_of_scene(&mut out, node, palette));
    // Words come last, so that no line runs through them.
    scene.groups.iter().for_each(|group| title_of_group(&mut out, group, palette));
    scene.edges.iter().for_each(|edge| label_of_edge(&mut out, edge, palette));
    let badges =
        scene.nodes.iter().flat_map(|it| &it.badges).chain(scene.edges.iter().flat_map(|it| &it.badges));
    badges.for_each(|badge| circle(&mut out, badge));
    scene.legend.iter().for_each(|entry| legend(&mut out, entry, palette));
    out.push_str("</svg>\n");
    out
}

/// The rules that turn what is in this scene dark, on screens whose readers want that.
fn on_dark(scene: &Scene) -> String {
    let mut rules = String::new();
    for (selector, declarations) in rules_of_dark(scene) {
        let _ = write!(rules, "{selector}{{{declarations}}}");
    }
    format!("@media screen and (prefers-color-scheme:dark){{{rules}}}")
}

/// What turns a scene dark: selectors, each once, and what they say.
fn rules_of_dark(scene: &Scene) -> Vec<(String, String)> {
    let dark = Palette::Dark;
    let (ground, ink, line) = (dark.ground(), dark.ink(), dark.line());
    let mut rules = vec![
        (".ground".to_string(), format!("fill:{ground}")),
        (".title,.plain,.legend text".to_string(), format!("fill:{ink}")),
        (".edge.plain".to_string(), format!("fill:none;stroke:{line}")),
        (".head.plain".to_string(), format!("fill:{line}")),
        (".label,.crossed".to_string(), format!("stroke:{ground}")),
    ];
    let boxes: BTreeMap<&str, _> = scene.nodes.iter().map(|node| (node.class, node.colours)).collect();
    for (class, colours) in boxes {
        let [fill, line, text] = dark.of_box(colours);
        rules.push((format!(".{class} .shape"), format!("fill:{fill};stroke:{line}")));
        rules.push((format!(".{class} text"), format!("fill:{text}")));
    }
    let edges = scene.edges.iter().filter_map(|edge| Some((class_of(edge), colour_of(edge)?)));
    for (class, colour) in edges.collect::<BTreeMap<_, _>>() {
        let colour = dark.of_edge(colour);
        rules.push((format!(".edge.{class}"), format!("stroke:{colour}")));
        rules.push((format!(".head.{class}"), format!("fill:{colour}")));
        rules.push((format!(".label.{class}"), format!("fill:{colour}")));
    }
    rules
}

/// What lies on a circle is of the colour of trouble, whatever it is.
fn class_of(edge: &SceneEdge) -> &'static str {
    match (edge.about.is_circular, edge.colour) {
        (true, _) => "circular",
        (false, None) => "plain",
        (false, Some(_)) => edge.class,
    }
}

fn colour_of(edge: &SceneEdge) -> Option<&'static str> {
    if edge.about.is_circular { Some(look::CIRCLE) } else { edge.colour }
}

fn frame_of_group(out: &mut String, group: &SceneGroup) {
    let (fill, stroke) = look::group_of_class(group.class);
    let radius = match group.class {
        "workflow" => 10.0,
        // Side by side, as in a table.
        "lane" => 0.0,
        _ => 6.0,
    };
    let frame = group.frame;
    let _ = writeln!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" {} stroke=\"{stroke}\"/>",
        n(frame.x),
        n(frame.y),
        n(frame.width),
        n(frame.height),
        n(radius),
        fill_with_opacity(fill)
    );
}

fn title_of_group(out: &mut String, group: &SceneGroup, palette: Palette) {
    if group.title.is_empty() {
        return;
    }
    let (class, stroke) = match group.is_crossed {
        true => ("title crossed", format!(" stroke=\"{}\"", palette.ground())),
        false => ("title", String::new()),
    };
    let _ = writeln!(
        out,
        "<text class=\"{class}\" x=\"{}\" y=\"{}\" fill=\"{}\"{stroke}>{}</text>",
        n(group.heading.x),
        n(group.base()),
        palette.ink(),
        escaped(&group.title)
    );
}

/// `#rrggbbaa` in the way that every reader of SVG knows.
fn fill_with_opacity(colour: &str) -> String {
    let (solid, alpha) = colour.split_at(colour.len().min(7));
    match u8::from_str_radix(alpha, 16) {
        Ok(alpha) => format!("fill=\"{solid}\" fill-opacity=\"{:.2}\"", f64::from(alpha) / 255.0),
        Err(_) => format!("fill=\"{solid}\""),
    }
}

fn line_of_edge(out: &mut String, edge: &SceneEdge, palette: Palette) {
    let Some((_, tip, before)) = path(&edge.points) else { return };
    // Under its own words a line would be struck through.
    let pieces = match &edge.label {
        Some(label) => outside(&edge.points, label.frame),
        None => vec![edge.points.clone()],
    };
    let path: String = pieces.iter().filter_map(|piece| path(piece)).map(|(path, ..)| path).collect();
    let class = class_of(edge);
    let colour = colour_of(edge).map_or(palette.line().to_string(), |colour| palette.of_edge(colour));
    let width = match edge.stroke {
        Stroke::None => return,
        _ if !edge.about.remarks.is_empty() || edge.about.is_witness => "2.6",
        Stroke::Solid | Stroke::Dashed => "1.2",
        Stroke::Thick => "2.2",
    };
    let dashes = if edge.stroke == Stroke::Dashed { " stroke-dasharray=\"5 3\"" } else { "" };
    let _ = writeln!(
        out,
        "<path class=\"edge {class}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"{dashes} d=\"{path}\"/>"
    );
    let _ = match edge.head {
        Head::None => Ok(()),
        Head::Filled => {
            writeln!(out, "<path class=\"head {class}\" fill=\"{colour}\" d=\"{}\"/>", triangle(tip, before))
        }
        Head::Open | Head::Cross => writeln!(
            out,
            "<path class=\"edge {class}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.4\" d=\"{}\"/>",
            if edge.head == Head::Open { open(tip, before) } else { cross(tip, before) }
        ),
    };
}

/// The pieces of a line at right angles that lie outside of a frame.
fn outside(points: &[Point], frame: Frame) -> Vec<Vec<Point>> {
    let (left, right) = (frame.x, frame.x + frame.width);
    let (top, bottom) = (frame.y, frame.y + frame.height);
    let mut pieces = vec![points.first().copied().into_iter().collect::<Vec<_>>()];
    for pair in points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let passes = match (a.y - b.y).abs() < 0.01 {
            true => a.y > top && a.y < bottom && a.x.min(b.x) < left && a.x.max(b.x) > right,
            false => a.x > left && a.x < right && a.y.min(b.y) < top && a.y.max(b.y) > bottom,
        };
        if passes {
            let enter = Point { x: a.x.clamp(left, right), y: a.y.clamp(top, bottom) };
            let leave = Point { x: b.x.clamp(left, right), y: b.y.clamp(top, bottom) };
            pieces.last_mut().into_iter().for_each(|piece| piece.push(enter));
            pieces.push(vec![leave]);
        }
        pieces.last_mut().into_iter().for_each(|piece| piece.push(b));
    }
    pieces
}

/// How round the corners of edges are.
const CORNER: f64 = 6.0;

/// The line as a path with round corners, where it arrives, and from where.
fn path(points: &[Point]) -> Option<(String, Point, Point)> {
    let (first, before, last) = match points {
        [a, b] => (*a, *a, *b),
        [a, .., b, c] => (*a, *b, *c),
        _ => return None,
    };
    let mut path = format!("M{} {}", n(first.x), n(first.y));
    for corner in points.windows(3) {
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

/// Points near `tip`, along the way back to `before` and beside it.
fn near(tip: Point, before: Point) -> impl Fn(f64, f64) -> String {
    let (dx, dy) = (tip.x - before.x, tip.y - before.y);
    let length = (dx * dx + dy * dy).sqrt().max(0.001);
    let (ux, uy) = (dx / length, dy / length);
    move |along: f64, beside: f64| {
        format!("{} {}", n(tip.x - ux * along - uy * beside), n(tip.y - uy * along + ux * beside))
    }
}

fn triangle(tip: Point, before: Point) -> String {
    let at = near(tip, before);
    format!("M{}L{}L{}Z", at(0.0, 0.0), at(7.0, 3.4), at(7.0, -3.4))
}

fn open(tip: Point, before: Point) -> String {
    let at = near(tip, before);
    format!("M{}L{}L{}", at(8.0, 4.0), at(0.0, 0.0), at(8.0, -4.0))
}

fn cross(tip: Point, before: Point) -> String {
    let at = near(tip, before);
    format!("M{}L{}M{}L{}", at(2.0, 4.0), at(10.0, -4.0), at(2.0, -4.0), at(10.0, 4.0))
}

fn node_of_scene(out: &mut String, node: &SceneNode, palette: Palette) {
    let worst = node.badges.iter().map(|badge| badge.severity).max();
    let _ = writeln!(out, "<g class=\"{}\">", node.class);
    if !node.about.doc.is_empty() {
        let _ = writeln!(out, "<title>{}</title>", escaped(&node.about.doc));
    }
    let [fill, line, text] = palette.of_box(node.colours);
    // The cells of a table stand so near each other that a number has to do.
    let has_room = !node.is_cell;
    if let Some(severity) = worst.filter(|_| has_room) {
        shape::halo(out, node, look::severity(severity), 3.0);
    } else if has_room && (node.about.is_circular || node.about.is_witness) {
        shape::halo(out, node, look::CIRCLE, 1.4);
    }
    shape::shape(out, node, &fill, &line);
    words(out, node, &text);
    out.push_str("</g>\n");
}

fn words(out: &mut String, node: &SceneNode, colour: &str) {
    let frame = node.frame;
    let high = (node.title.len() as f64 * TITLE + node.lines.len() as f64 * TEXT) * LEADING;
    let mut y = frame.y + (frame.height - high) / 2.0;
    let (x, anchor) = match node.align {
        Align::Middle => (frame.x + frame.width / 2.0, " text-anchor=\"middle\""),
        Align::Start => (frame.x + 8.0, ""),
        Align::End => (frame.x + frame.width - 8.0, " text-anchor=\"end\""),
    };
    for (lines, class, size) in [(&node.title, "name", TITLE), (&node.lines, "text", TEXT)] {
        for line in lines {
            let _ = writeln!(
                out,
                "<text class=\"{class}\" x=\"{}\" y=\"{}\"{anchor} fill=\"{colour}\">{}</text>",
                n(x),
                n(y + size * LEADING * 0.76),
                escaped(line)
            );
            y += size * LEADING;
        }
    }
}

fn label_of_edge(out: &mut String, edge: &SceneEdge, palette: Palette) {
    let Some(label) = &edge.label else { return };
    let class = class_of(edge);
    let colour = colour_of(edge).map_or(palette.ink().to_string(), |colour| palette.of_edge(colour));
    let frame = label.frame;
    let top = frame.y + frame.height - 2.0 - label.lines.len() as f64 * LABEL * LEADING;
    for (number, line) in label.lines.iter().enumerate() {
        let y = top + (number as f64 + 0.76) * LABEL * LEADING;
        let _ = writeln!(
            out,
            "<text class=\"label {class}\" x=\"{}\" y=\"{}\" fill=\"{colour}\" stroke=\"{}\">{}</text>",
            n(frame.x + frame.width / 2.0),
            n(y),
            palette.ground(),
            escaped(line)
        );
    }
}

fn circle(out: &mut String, badge: &Badge) {
    let _ = writeln!(
        out,
        "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/><text class=\"number\" x=\"{0}\" y=\"{}\">{}</text>",
        n(badge.at.x),
        n(badge.at.y),
        n(BADGE),
        look::severity(badge.severity),
        n(badge.at.y + 3.5),
        badge.remark + 1
    );
}

fn legend(out: &mut String, entry: &LegendEntry, palette: Palette) {
    out.push_str("<g class=\"legend\">\n");
    circle(out, &entry.badge);
    let mut y = entry.frame.y + TEXT * LEADING * 0.76;
    let ink = palette.ink();
    let _ = writeln!(
        out,
        "<text class=\"rule\" x=\"{}\" y=\"{}\" fill=\"{ink}\">{}<tspan font-weight=\"normal\" dx=\"8\">{}</tspan></text>",
        n(entry.frame.x),
        n(y),
        escaped(&entry.title),
        escaped(&entry.place)
    );
    for line in &entry.lines {
        y += TEXT * LEADING;
        let _ = writeln!(
            out,
            "<text class=\"text\" x=\"{}\" y=\"{}\" fill=\"{ink}\">{}</text>",
            n(entry.frame.x),
            n(y),
            escaped(line)
        );
    }
    out.push_str("</g>\n");
}

/// A length, to a tenth.
fn n(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    // No minus before nothing.
    if tenths == 0.0 { "0".to_string() } else { format!("{tenths}") }
}

/// Text in which nothing means anything. What XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() && c != '\n' => {}
            c => out.push(c),
        }
    }
    out
}
