//! Nodes, edges and groups in layers.

use super::{
    Align, BADGE, Badge, Head, Scene, SceneEdge, SceneGroup, SceneLabel, SceneNode, badges, heading,
};
use crate::diagram::layout::{Frame, Layout, PIXELS, Point, Route, Size, Sizes, layout};
use crate::diagram::look::{self, Shape};
use crate::diagram::measure::{LABEL, LEADING, TEXT, TITLE, Weight, width};
use crate::diagram::{Diagram, Direction, Edge, EdgeKind, Node};
use crate::finding::Severity;

pub fn placed(diagram: &Diagram, severities: &[Severity]) -> Scene {
    let placed = layout(diagram, &sizes(diagram));
    let mut scene = Scene { size: placed.size, ..Scene::empty() };
    // Groups without nodes are left out, and the others counted anew.
    let mut position = vec![None; diagram.groups.len()];
    for (at, (group, frame)) in diagram.groups.iter().zip(&placed.groups).enumerate() {
        let Some(frame) = *frame else { continue };
        position[at] = Some(scene.groups.len());
        scene.groups.push(SceneGroup {
            id: group.id.clone(),
            class: look::group_class(group.kind),
            title: group.title.clone(),
            parent: group.parent.and_then(|parent| position[parent]),
            frame,
            heading: heading::first(&group.title, frame),
            is_crossed: false,
            about: group.about.clone(),
        });
    }
    for (node, frame) in diagram.nodes.iter().zip(&placed.nodes) {
        let look = look::node(node.kind);
        let corner = Point { x: frame.x + frame.width - BADGE + 2.0, y: frame.y };
        scene.nodes.push(SceneNode {
            id: node.id.clone(),
            class: look.class,
            shape: look.shape,
            colours: look.colours(),
            width: look.width,
            is_dashed: look.is_dashed,
            is_cell: false,
            frame: *frame,
            title: node.title.clone(),
            lines: node.lines.clone(),
            align: Align::Middle,
            group: node.group.and_then(|group| position[group]),
            about: node.about.clone(),
            badges: badges(&node.about, severities, corner),
        });
    }
    for (edge, route) in diagram.edges.iter().zip(&placed.edges) {
        if edge.kind != EdgeKind::Unseen {
            scene.edges.push(line(diagram, &placed, edge, route, severities));
        }
    }
    heading::make_way(&mut scene);
    scene
}

fn line(
    diagram: &Diagram,
    placed: &Layout,
    edge: &Edge,
    route: &Route,
    severities: &[Severity],
) -> SceneEdge {
    let look = look::edge(edge.kind);
    let size = size_of_label(edge);
    let label = route.label.zip(size).map(|(middle, size)| {
        let corner = Point { x: middle.x - size.width / 2.0, y: middle.y - size.height / 2.0 };
        (Frame { x: corner.x, y: corner.y, width: size.width, height: size.height }, corner)
    });
    let badges: Vec<Badge> = label.map_or_else(Vec::new, |(frame, corner)| {
        // They stand in a row of their own above the words.
        let middle = corner.x + frame.width / 2.0 + (edge.about.remarks.len() as f64 - 1.0) * (BADGE + 0.5);
        badges(&edge.about, severities, Point { x: middle, y: corner.y + BADGE + 1.0 })
    });
    SceneEdge {
        class: look::edge_class(edge.kind),
        from: edge.from,
        to: edge.to,
        stroke: look.stroke,
        colour: look.colour,
        points: touching(diagram, placed, edge, route).points,
        head: Head::Filled,
        label: label.map(|(frame, _)| SceneLabel { frame, lines: edge.lines.clone() }),
        about: edge.about.clone(),
        badges,
    }
}

/// What everything needs when it is drawn like this.
pub fn sizes(diagram: &Diagram) -> Sizes {
    Sizes {
        spacing: PIXELS,
        nodes: diagram.nodes.iter().map(size_of_node).collect(),
        labels: diagram.edges.iter().map(size_of_label).collect(),
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
    let wide = wide.max(node.about.remarks.len() as f64 * (2.0 * BADGE + 1.0));
    let high = (node.title.len() as f64 * TITLE + node.lines.len() as f64 * TEXT) * LEADING;
    let (width, height) = match look::node(node.kind).shape {
        Shape::Box | Shape::Round | Shape::Note => (wide + 24.0, high + 14.0),
        Shape::Pill => (wide + 32.0, high + 12.0),
        Shape::Double => (wide + 36.0, high + 14.0),
        Shape::Hexagon => (wide + 38.0, high + 14.0),
        Shape::Diamond => (wide * 1.45 + 36.0, high * 1.45 + 26.0),
        Shape::Spreading | Shape::Gathering | Shape::Leaning => (wide + 44.0, high + 14.0),
        Shape::Circle => (wide.max(high) + 10.0, wide.max(high) + 10.0),
    };
    Size { width, height }
}

/// Of the words of an edge, with the numbers of what was found there above them.
fn size_of_label(edge: &Edge) -> Option<Size> {
    let n_badges = edge.about.remarks.len();
    if edge.lines.is_empty() && n_badges == 0 {
        return None;
    }
    let wide = edge.lines.iter().map(|line| width(line, LABEL, Weight::Plain)).fold(0.0, f64::max);
    let wide = wide.max(n_badges as f64 * (2.0 * BADGE + 1.0));
    let above = if n_badges == 0 { 0.0 } else { 2.0 * BADGE + 2.0 };
    Some(Size { width: wide + 8.0, height: edge.lines.len() as f64 * LABEL * LEADING + 4.0 + above })
}

/// The route, up to where the shapes at its ends really are: those that taper are smaller than their frame.
fn touching(diagram: &Diagram, placed: &Layout, edge: &Edge, route: &Route) -> Route {
    let mut route = route.clone();
    let last = route.points.len().saturating_sub(1);
    for (node, at) in [(edge.from, 0), (edge.to, last)] {
        let Some(point) = route.points.get_mut(at) else { continue };
        if edge.from == edge.to {
            continue;
        }
        let frame = placed.nodes[node];
        let middle = Point { x: frame.x + frame.width / 2.0, y: frame.y + frame.height / 2.0 };
        let (dx, dy) = (point.x - middle.x, point.y - middle.y);
        match (look::node(diagram.nodes[node].kind).shape, diagram.direction) {
            // On the side that the layers run along, the border is nearer the further it is from the middle.
            (Shape::Diamond, Direction::Down) => {
                point.y = middle.y + dy * (1.0 - dx.abs() / (frame.width / 2.0))
            }
            (Shape::Diamond, Direction::Right | Direction::Rows) => {
                point.x = middle.x + dx * (1.0 - dy.abs() / (frame.height / 2.0))
            }
            (Shape::Hexagon, Direction::Right | Direction::Rows) => {
                point.x = middle.x + dx.signum() * (dx.abs() - 12.0 * (dy.abs() / (frame.height / 2.0)));
            }
            _ => {}
        }
    }
    route
}
