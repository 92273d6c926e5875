//! A picture with everything in its place, as plain data: what SVG draws, and what a page that lets people
//! click reads. Nothing in here knows of a language to draw in.

mod graph;
mod heading;
mod legend;
mod run;
mod table;

use super::layout::{Frame, Point, Size};
use super::look::{Colours, Shape, Stroke};
use super::{About, Body, Drawing, View};
use crate::finding::Severity;

#[cfg(test)]
pub(super) use graph::sizes;

/// Everything in a picture, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    pub view: View,
    pub title: String,
    /// Of all of it, from 0, 0 on; whoever draws it adds a margin.
    pub size: Size,
    /// Frames around others: each behind the one it lies in.
    pub groups: Vec<SceneGroup>,
    pub nodes: Vec<SceneNode>,
    pub edges: Vec<SceneEdge>,
    pub legend: Vec<LegendEntry>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SceneGroup {
    /// As in the texts of the same picture.
    pub id: String,
    /// A word for its kind: `workflow`, `side`, `part`.
    pub class: &'static str,
    pub title: String,
    pub parent: Option<usize>,
    pub frame: Frame,
    /// Where its title stands, and whether a line passes there all the same.
    pub heading: Frame,
    pub is_crossed: bool,
    pub about: About,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SceneNode {
    pub id: String,
    /// A word for its kind: `command`, `event`, `note`.
    pub class: &'static str,
    pub shape: Shape,
    pub colours: Colours,
    /// How thick its border is, from 1.
    pub width: u8,
    pub is_dashed: bool,
    /// Whether it is one of a table, side by side with others.
    pub is_cell: bool,
    pub frame: Frame,
    /// In bold letters, above `lines`.
    pub title: Vec<String>,
    pub lines: Vec<String>,
    pub align: Align,
    /// The position of the innermost group that it stands in.
    pub group: Option<usize>,
    pub about: About,
    pub badges: Vec<Badge>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    #[default]
    Middle,
    Start,
    End,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SceneEdge {
    /// A word for its kind: `next`, `trouble`, `query`.
    pub class: &'static str,
    /// Positions of nodes.
    pub from: usize,
    pub to: usize,
    pub stroke: Stroke,
    /// `None`: the colour of the page's lines.
    pub colour: Option<&'static str>,
    /// From one end to the other, corner by corner.
    pub points: Vec<Point>,
    pub head: Head,
    pub label: Option<SceneLabel>,
    pub about: About,
    pub badges: Vec<Badge>,
}

/// What stands at the end of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    None,
    Filled,
    Open,
    /// It gets no further.
    Cross,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SceneLabel {
    pub frame: Frame,
    pub lines: Vec<String>,
}

/// The number of a remark, in a circle around `at`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Badge {
    /// A position in the legend.
    pub remark: usize,
    pub at: Point,
    pub severity: Severity,
}

/// A remark below the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendEntry {
    pub badge: Badge,
    pub frame: Frame,
    /// The rule.
    pub title: String,
    pub lines: Vec<String>,
    pub place: String,
}

/// Half of the width of a badge.
pub const BADGE: f64 = 8.0;

/// Gives everything in a drawing its place, with what was found below it.
pub fn scene(drawing: &Drawing) -> Scene {
    let mut scene = scene_alone(drawing);
    legend::add(&mut scene, &drawing.remarks);
    scene
}

/// The same without what was found: for somebody who tells that elsewhere.
pub fn scene_alone(drawing: &Drawing) -> Scene {
    let severities: Vec<Severity> = drawing.remarks.iter().map(|remark| remark.severity).collect();
    let mut scene = match &drawing.body {
        Body::Graph(diagram) => graph::placed(diagram, &severities),
        Body::Run(sequence) => run::placed(sequence, &severities),
        Body::Table(matrix) => table::placed(matrix, &severities),
    };
    scene.view = drawing.view;
    scene.title.clone_from(&drawing.title);
    scene
}

impl Scene {
    fn empty() -> Scene {
        Scene {
            view: View::Flow,
            title: String::new(),
            size: Size::default(),
            groups: Vec::new(),
            nodes: Vec::new(),
            edges: Vec::new(),
            legend: Vec::new(),
        }
    }
}

/// The badges of what was found at something, one beside the other to the left of `at`.
fn badges(about: &About, severities: &[Severity], at: Point) -> Vec<Badge> {
    let known = about.remarks.iter().filter_map(|remark| Some((*remark, *severities.get(*remark)?)));
    let step = 2.0 * BADGE + 1.0;
    known
        .enumerate()
        .map(|(n, (remark, severity))| Badge {
            remark,
            severity,
            at: Point { x: at.x - n as f64 * step, y: at.y },
        })
        .collect()
}
