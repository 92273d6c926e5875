//! A drawing for programs: everything in it with its place in the picture and in the text. What is in it, and in
//! which version, says `docs/schema/graph.json`.

use super::look;
use super::matrix::{Matrix, letter};
use super::scene::{Scene, scene};
use super::{About, Body, Drawing, Frame};
use crate::finding::Severity;
use crate::source::{Sources, Span};
use serde::Serialize;

/// Rises when a program that reads the output would have to change.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    view: &'static str,
    title: &'a str,
    size: Extent,
    groups: Vec<Group<'a>>,
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge<'a>>,
    matrix: Option<Table<'a>>,
    findings: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Extent {
    width: f64,
    height: f64,
}

#[derive(Serialize)]
struct Place {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    line: u32,
    column: u32,
}

/// What something stands for.
#[derive(Serialize)]
struct Meaning<'a> {
    /// `FulfilOrder/Payments/charged`; empty where it has no name.
    entity: &'a str,
    location: Option<Location<'a>>,
    documentation: &'a str,
    /// Numbers of findings, from 1.
    findings: Vec<usize>,
    /// Whether it lies on a circle of services that need each other.
    circular: bool,
}

#[derive(Serialize)]
struct Group<'a> {
    id: &'a str,
    kind: &'static str,
    title: &'a str,
    parent: Option<&'a str>,
    frame: Place,
    #[serde(flatten)]
    meaning: Meaning<'a>,
}

#[derive(Serialize)]
struct Node<'a> {
    id: &'a str,
    kind: &'static str,
    title: String,
    text: String,
    group: Option<&'a str>,
    frame: Place,
    #[serde(flatten)]
    meaning: Meaning<'a>,
}

#[derive(Serialize)]
struct Edge<'a> {
    from: &'a str,
    to: &'a str,
    kind: &'static str,
    text: String,
    points: Vec<[f64; 2]>,
    label: Option<Place>,
    #[serde(flatten)]
    meaning: Meaning<'a>,
}

#[derive(Serialize)]
struct Table<'a> {
    services: Vec<&'a str>,
    cells: Vec<Cell<'a>>,
    /// Services that need each other.
    circles: Vec<Vec<&'a str>>,
}

#[derive(Serialize)]
struct Cell<'a> {
    needs: &'a str,
    of: &'a str,
    /// By letter, how many things: `C` command, `Q` query, `R` run, `E` event, `n` notification.
    kinds: Vec<(char, usize)>,
    temporal: bool,
}

#[derive(Serialize)]
struct Found<'a> {
    number: usize,
    severity: String,
    rule: &'a str,
    message: &'a str,
    location: Location<'a>,
}

/// The drawing as one JSON document.
pub fn json(drawing: &Drawing, sources: &Sources) -> String {
    let scene = scene(drawing);
    let document = document(drawing, &scene, sources);
    let mut text = serde_json::to_string_pretty(&document).expect("strings and numbers are always written");
    text.push('\n');
    text
}

fn document<'a>(drawing: &'a Drawing, scene: &'a Scene, sources: &'a Sources) -> Document<'a> {
    let group_id = |at: usize| scene.groups[at].id.as_str();
    let groups = scene.groups.iter().map(|it| Group {
        id: &it.id,
        kind: it.class,
        title: &it.title,
        parent: it.parent.map(group_id),
        frame: place(it.frame),
        meaning: meaning(&it.about, sources),
    });
    let nodes = scene.nodes.iter().map(|it| Node {
        id: &it.id,
        kind: it.class,
        title: it.title.join(" "),
        text: it.lines.join(" "),
        group: it.group.map(group_id),
        frame: place(it.frame),
        meaning: meaning(&it.about, sources),
    });
    // Lines that only help to read a table or a run are no edges to a program.
    let edges = scene.edges.iter().filter(|it| !look::is_ruling(it.class)).map(|it| Edge {
        from: &scene.nodes[it.from].id,
        to: &scene.nodes[it.to].id,
        kind: it.class,
        text: it.label.as_ref().map_or(String::new(), |label| label.lines.join(" ")),
        points: it.points.iter().map(|point| [rounded(point.x), rounded(point.y)]).collect(),
        label: it.label.as_ref().map(|label| place(label.frame)),
        meaning: meaning(&it.about, sources),
    });
    let findings = drawing.remarks.iter().enumerate().map(|(at, it)| Found {
        number: at + 1,
        severity: severity(it.severity),
        rule: &it.rule,
        message: &it.message,
        location: location(it.span, sources),
    });
    Document {
        version: VERSION,
        view: drawing.view.name(),
        title: &drawing.title,
        size: Extent { width: rounded(scene.size.width), height: rounded(scene.size.height) },
        groups: groups.collect(),
        nodes: nodes.collect(),
        edges: edges.collect(),
        matrix: match &drawing.body {
            Body::Table(matrix) => Some(table(matrix)),
            Body::Graph(_) | Body::Run(_) => None,
        },
        findings: findings.collect(),
    }
}

fn table(matrix: &Matrix) -> Table<'_> {
    let name = |at: usize| matrix.services[at].name.as_str();
    let cells = matrix.cells.iter().map(|((row, column), cell)| Cell {
        needs: name(*row),
        of: name(*column),
        kinds: cell.kinds.iter().map(|(kind, n)| (letter(*kind), *n)).collect(),
        temporal: cell.is_temporal,
    });
    Table {
        services: (0..matrix.services.len()).map(name).collect(),
        cells: cells.collect(),
        circles: matrix.circles.iter().map(|(first, last)| (*first..=*last).map(name).collect()).collect(),
    }
}

fn meaning<'a>(about: &'a About, sources: &'a Sources) -> Meaning<'a> {
    Meaning {
        entity: &about.entity,
        location: about.spans.first().map(|span| location(*span, sources)),
        documentation: &about.doc,
        findings: about.remarks.iter().map(|at| at + 1).collect(),
        circular: about.is_circular,
    }
}

fn location(span: Span, sources: &Sources) -> Location<'_> {
    let file = sources.get(span.file);
    let at = file.position(span.start);
    Location { path: &file.path, line: at.line, column: at.column }
}

fn severity(severity: Severity) -> String {
    severity.to_string()
}

fn place(frame: Frame) -> Place {
    let [x, y, width, height] = [frame.x, frame.y, frame.width, frame.height].map(rounded);
    Place { x, y, width, height }
}

/// To a tenth, without a minus before nothing.
fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0 + 0.0
}
