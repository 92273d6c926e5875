//! The same drawing for a page that people click on: each part says which one it is, the remarks stand
//! beside the picture, and the colours come from the page.

use super::palette::Palette;
use super::{
    MARGIN, STYLE, circle, escaped, frame_of_group, label_of_edge, line_of_edge, n, node_of_scene, path,
    rules_of_dark, title_of_group,
};
use crate::diagram::look;
use crate::diagram::scene::{Badge, Scene};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The scene as an element of a page. `words` are what a screen reader says of a node.
pub fn picture(scene: &Scene, words: &dyn Fn(usize) -> String) -> String {
    let palette = Palette::Light;
    let (w, h) = (scene.size.width + 2.0 * MARGIN, scene.size.height + 2.0 * MARGIN);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{0} {0} {1} {2}\" role=\"group\" aria-label=\"{3}\">",
        n(-MARGIN),
        n(w),
        n(h),
        escaped(&scene.title)
    );
    for (at, group) in scene.groups.iter().enumerate() {
        let _ = writeln!(out, "<g class=\"frame\" data-group=\"{at}\">");
        frame_of_group(&mut out, group);
        out.push_str("</g>\n");
    }
    for (at, edge) in scene.edges.iter().enumerate() {
        // Lines of a table, and those below the sides of a run, are there for the eye alone.
        if look::is_ruling(edge.class) {
            line_of_edge(&mut out, edge, palette);
            continue;
        }
        let _ = writeln!(out, "<g class=\"line\" data-edge=\"{at}\">");
        // Nobody hits a line that is one dot wide.
        if let Some((path, ..)) = path(&edge.points) {
            let _ = writeln!(out, "<path class=\"hit\" d=\"{path}\"/>");
        }
        line_of_edge(&mut out, edge, palette);
        out.push_str("</g>\n");
    }
    for (at, group) in scene.groups.iter().enumerate() {
        let _ = writeln!(out, "<g class=\"frame\" data-group=\"{at}\">");
        title_of_group(&mut out, group, palette);
        out.push_str("</g>\n");
    }
    for (at, node) in scene.nodes.iter().enumerate() {
        let _ = writeln!(
            out,
            "<g class=\"thing\" data-node=\"{at}\" role=\"button\" tabindex=\"-1\" aria-label=\"{}\">",
            escaped(&words(at))
        );
        node_of_scene(&mut out, node, palette);
        badges(&mut out, &node.badges);
        out.push_str("</g>\n");
    }
    for (at, edge) in scene.edges.iter().enumerate().filter(|(_, edge)| edge.label.is_some()) {
        let _ = writeln!(out, "<g class=\"words\" data-edge=\"{at}\">");
        label_of_edge(&mut out, edge, palette);
        badges(&mut out, &edge.badges);
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

fn badges(out: &mut String, badges: &[Badge]) {
    for badge in badges {
        let _ = writeln!(out, "<g class=\"badge\" data-finding=\"{}\">", badge.remark);
        circle(out, badge);
        out.push_str("</g>\n");
    }
}

/// The rules that all pictures of a page need, where `light` and `dark` stand for the elements that hold
/// them on a page of that kind. Paper is light.
pub fn rules<'a>(scenes: impl Iterator<Item = &'a Scene>, all: &str, dark: &str) -> String {
    let mut dark_rules: BTreeMap<String, String> = BTreeMap::new();
    for scene in scenes {
        dark_rules.extend(rules_of_dark(scene));
    }
    let mut out = String::new();
    for rule in STYLE.split_inclusive('}') {
        out.push_str(&within(rule.trim_end_matches('}').split_once('{').unwrap_or((rule, "")), all));
    }
    out.push_str("@media screen{");
    for (selector, declarations) in &dark_rules {
        out.push_str(&within((selector, declarations), dark));
    }
    out.push_str("}\n");
    out
}

/// The rule for what lies in `place` alone.
fn within((selectors, declarations): (&str, &str), place: &str) -> String {
    let selectors: Vec<String> = selectors.split(',').map(|it| format!("{place} {it}")).collect();
    format!("{}{{{declarations}}}\n", selectors.join(","))
}
