//! A picture in dots: the SVG of a scene, drawn with a font that comes along, so that it is the same
//! everywhere.

use super::scene::Scene;
use super::svg::{Theme, svg};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use std::sync::Arc;

/// `Wfc Sans` has the widths that `measure` counts with.
const FONTS: [&[u8]; 2] = [include_bytes!("png/wfc-sans.ttf"), include_bytes!("png/wfc-sans-bold.ttf")];
const FAMILY: &str = "Wfc Sans";
/// More dots than these take a gigabyte, and no program shows them.
pub const MOST_DOTS: f64 = 2.5e8;

/// The picture has more dots than anybody can look at: how many lie across and down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TooLarge {
    pub width: f64,
    pub height: f64,
}

/// The scene as a PNG file, with `scale` dots for each unit; `Theme::Auto` is light.
pub fn png(scene: &Scene, theme: Theme, scale: f32) -> Result<Vec<u8>, TooLarge> {
    let theme = if theme == Theme::Auto { Theme::Light } else { theme };
    let tree = Tree::from_str(&svg(scene, theme), &options()).expect("our own drawing is legal SVG");
    let (width, height) = (tree.size().width() * scale, tree.size().height() * scale);
    let (width, height) = (f64::from(width.ceil().max(1.0)), f64::from(height.ceil().max(1.0)));
    let too_large = TooLarge { width, height };
    if width * height > MOST_DOTS || width.max(height) > f64::from(u16::MAX) {
        return Err(too_large);
    }
    let mut dots = Pixmap::new(width as u32, height as u32).ok_or(too_large)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut dots.as_mut());
    dots.encode_png().map_err(|_| too_large)
}

fn options() -> Options<'static> {
    let mut fonts = fontdb::Database::new();
    FONTS.iter().for_each(|font| fonts.load_font_data(font.to_vec()));
    fonts.set_sans_serif_family(FAMILY);
    Options { fontdb: Arc::new(fonts), font_family: FAMILY.to_string(), ..Options::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagram::layout::Frame;
    use crate::diagram::measure::{TEXT, TITLE, Weight, width};
    use crate::diagram::{About, Body, Diagram, Drawing, Edge, EdgeKind, Node, NodeKind, View, scene};

    fn picture() -> Scene {
        let node = |id: &str, title: &str, line: &str| Node {
            id: id.to_string(),
            kind: NodeKind::Command,
            title: vec![title.to_string()],
            lines: vec![line.to_string()],
            group: None,
            stands_for: None,
            about: About::default(),
        };
        let words = ["charged", "zażółć Ёлка αβγ"];
        scene(&Drawing::new(
            View::Flow,
            Body::Graph(Diagram {
                nodes: vec![node("a", words[0], "Payments.Charge"), node("b", words[1], "→ 3 ≤ 4 €")],
                edges: vec![Edge {
                    from: 0,
                    to: 1,
                    kind: EdgeKind::Trouble,
                    lines: vec!["CardDeclined".to_string()],
                    about: About::default(),
                }],
                ..Diagram::default()
            }),
        ))
    }

    fn dots(scene: &Scene) -> Pixmap {
        Pixmap::decode_png(&png(scene, Theme::Auto, 1.0).unwrap()).unwrap()
    }

    /// How many dots differ in a frame; the picture has a margin around it.
    fn differing(a: &Pixmap, b: &Pixmap, frame: Frame) -> usize {
        const MARGIN: f64 = 14.0;
        let range = |from: f64, by: f64| (from + MARGIN) as u32..(from + by + MARGIN) as u32;
        let columns = range(frame.x, frame.width);
        let rows = range(frame.y, frame.height);
        rows.flat_map(|y| columns.clone().map(move |x| (x, y)))
            .filter(|(x, y)| a.pixel(*x, *y) != b.pixel(*x, *y))
            .count()
    }

    #[test]
    fn words_are_really_drawn_and_nothing_else_changes() {
        let scene = picture();
        let full = dots(&scene);
        for at in 0..scene.nodes.len() {
            for is_title in [true, false] {
                let mut without = scene.clone();
                let lines =
                    if is_title { &mut without.nodes[at].title } else { &mut without.nodes[at].lines };
                // A blank keeps the other line where it is.
                *lines = vec![" ".to_string()];
                let less = dots(&without);
                let inside = differing(&full, &less, scene.nodes[at].frame);
                assert!(inside > 40, "{at} {is_title}: {inside} dots");
                let all = Frame { x: 0.0, y: 0.0, width: scene.size.width, height: scene.size.height };
                assert_eq!(differing(&full, &less, all), inside);
            }
        }
        let mut without = scene.clone();
        let label = without.edges[0].label.as_mut().unwrap();
        label.lines = vec![" ".to_string()];
        let frame = label.frame;
        assert!(differing(&full, &dots(&without), frame) > 40);
    }

    #[test]
    fn words_are_as_wide_as_was_measured() {
        let options = options();
        for (size, weight, name) in [(TITLE, Weight::Bold, "bold"), (TEXT, Weight::Plain, "normal")] {
            for text in [
                "OrderPlaced",
                "when PaymentTaken and OrderPacked",
                "iiiillll|||",
                "WWWWMMMM@@@@",
                "0123456789 == x?",
            ] {
                let svg = format!(
                    "<svg xmlns='http://www.w3.org/2000/svg' width='900' height='50'><text y='30' \
                     font-family='Helvetica,sans-serif' font-size='{size}' font-weight='{name}'>{text}</text></svg>"
                );
                let tree = Tree::from_str(&svg, &options).unwrap();
                let drawn = f64::from(tree.root().abs_bounding_box().width());
                let measured = width(text, size, weight);
                // Narrow letters are much wider in bold; the borders of boxes are twelve away.
                assert!(drawn <= measured + 6.0 && drawn > 0.75 * measured, "{text}: {drawn} of {measured}");
            }
        }
    }

    #[test]
    fn a_picture_without_end_is_refused() {
        assert!(matches!(png(&picture(), Theme::Dark, 2_000.0), Err(TooLarge { .. })));
    }
}
