//! The outlines of nodes.

use super::super::layout::Frame;
use super::super::look::Shape;
use super::super::scene::SceneNode;
use super::n;
use std::fmt::Write;

/// The outline of a node, filled.
pub fn shape(out: &mut String, node: &SceneNode, fill: &str, line: &str) {
    let dashes = if node.is_dashed { " stroke-dasharray=\"4 3\"" } else { "" };
    let paint = format!(
        "class=\"shape\" fill=\"{fill}\" stroke=\"{line}\" stroke-width=\"{}\"{dashes}",
        if node.width == 0 { "0".to_string() } else { n(f64::from(node.width) * 0.6 + 0.6) }
    );
    let _ = writeln!(out, "{}", outline(node.shape, node.frame, &paint));
    if node.shape == Shape::Double {
        for x in [7.0, node.frame.width - 7.0] {
            let _ = writeln!(
                out,
                "<line class=\"shape\" x1=\"{0}\" x2=\"{0}\" y1=\"{1}\" y2=\"{2}\" stroke=\"{line}\"/>",
                n(node.frame.x + x),
                n(node.frame.y),
                n(node.frame.y + node.frame.height)
            );
        }
    }
}

/// A line around the outline, to make it stand out.
pub fn halo(out: &mut String, node: &SceneNode, colour: &str, width: f64) {
    let by = width / 2.0 + 1.6;
    let frame = Frame {
        x: node.frame.x - by,
        y: node.frame.y - by,
        width: node.frame.width + 2.0 * by,
        height: node.frame.height + 2.0 * by,
    };
    let paint = format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"{}\"", n(width));
    let _ = writeln!(out, "{}", outline(node.shape, frame, &paint));
}

fn outline(shape: Shape, frame: Frame, paint: &str) -> String {
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
    match shape {
        Shape::Box | Shape::Double => rect(2.0),
        Shape::Round => rect(9.0),
        Shape::Pill => rect(h / 2.0),
        Shape::Hexagon => {
            polygon(&[(12.0, 0.0), (w - 12.0, 0.0), (w, h / 2.0), (w - 12.0, h), (12.0, h), (0.0, h / 2.0)])
        }
        Shape::Diamond => polygon(&[(w / 2.0, 0.0), (w, h / 2.0), (w / 2.0, h), (0.0, h / 2.0)]),
        Shape::Spreading => polygon(&[(14.0, 0.0), (w - 14.0, 0.0), (w, h), (0.0, h)]),
        Shape::Gathering => polygon(&[(0.0, 0.0), (w, 0.0), (w - 14.0, h), (14.0, h)]),
        Shape::Leaning => polygon(&[(0.0, 0.0), (w - 14.0, 0.0), (w, h), (14.0, h)]),
        Shape::Note => polygon(&[(0.0, 0.0), (w - 9.0, 0.0), (w, 9.0), (w, h), (0.0, h)]),
        Shape::Circle => rect(w / 2.0),
    }
}
