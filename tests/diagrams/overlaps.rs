//! Nothing in a picture stands on anything else: nodes, the words of edges, the numbers of findings; no edge
//! runs through a node. Measured over all examples, all judged systems, 60 services and 300 steps; crossings
//! are counted, and those of the examples may only become fewer.

use super::{drawings, texts};
use crate::examples::examples;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use wfc::compile::{self, Pictured, Wanted};
use wfc::diagram::scene::{Scene, SceneEdge};
use wfc::diagram::{self, Body, Drawing, Frame, Point, View, large};
use wfc::source::{SourceFile, Sources};

/// Everything that should not be so.
fn faults(scene: &Scene) -> Vec<String> {
    let mut faults = Vec::new();
    let boxes: Vec<(&str, Frame)> = scene.nodes.iter().map(|node| (node.id.as_str(), node.frame)).collect();
    let labels: Vec<Frame> = scene
        .edges
        .iter()
        .filter(|edge| edge.from != edge.to || scene.view == View::Sequence)
        .filter_map(|edge| edge.label.as_ref().map(|label| label.frame))
        .collect();
    for (at, (id, frame)) in boxes.iter().enumerate() {
        if frame.x < -0.1 || frame.x + frame.width > scene.size.width + 0.1 {
            faults.push(format!("{id} is outside of the picture"));
        }
        for (other, its) in &boxes[at + 1..] {
            if overlap(*frame, *its) {
                faults.push(format!("{id} stands on {other}"));
            }
        }
        for label in labels.iter().filter(|label| overlap(**label, *frame)) {
            faults.push(format!("words at {}, {} stand on {id}", label.x, label.y));
        }
    }
    for (at, label) in labels.iter().enumerate() {
        for other in labels[at + 1..].iter().filter(|other| overlap(*label, **other)) {
            faults.push(format!("words at {}, {} cover those at {}, {}", label.x, label.y, other.x, other.y));
        }
    }
    for edge in seen(scene) {
        for piece in edge.points.windows(2) {
            let through = scene.nodes.iter().enumerate().find(|(at, node)| {
                *at != edge.from && *at != edge.to && overlap(node.frame, thin(piece[0], piece[1]))
            });
            if let Some((_, node)) = through {
                faults.push(format!("an edge runs through {}", node.id));
            }
        }
    }
    for group in scene.groups.iter().filter(|group| !group.title.is_empty()) {
        let (title, heading) = (&group.title, group.heading);
        if heading.x + heading.width > group.frame.x + group.frame.width + 0.1 {
            faults.push(format!("the title {title} reaches out of its frame"));
        }
        let pieces = seen(scene).flat_map(|edge| edge.points.windows(2));
        if pieces.into_iter().any(|piece| overlap(heading, thin(piece[0], piece[1]))) {
            faults.push(format!("a line runs through the title {title}"));
        }
        if boxes.iter().any(|(_, frame)| overlap(heading, *frame)) {
            faults.push(format!("something stands on the title {title}"));
        }
        if labels.iter().any(|label| overlap(heading, *label)) {
            faults.push(format!("words stand on the title {title}"));
        }
    }
    let bottom = scene.size.height + 0.1;
    for entry in scene.legend.iter().filter(|it| it.frame.y + it.frame.height > bottom) {
        faults.push(format!("the remark {} is outside of the picture", entry.title));
    }
    faults
}

/// Edges that lead from one node to another, and no lines that only lead the eye.
fn seen(scene: &Scene) -> impl Iterator<Item = &SceneEdge> {
    scene.edges.iter().filter(|edge| !matches!(edge.class, "life" | "grid"))
}

fn overlap(a: Frame, b: Frame) -> bool {
    a.x + 0.2 < b.x + b.width
        && b.x + 0.2 < a.x + a.width
        && a.y + 0.2 < b.y + b.height
        && b.y + 0.2 < a.y + a.height
}

fn thin(a: Point, b: Point) -> Frame {
    Frame { x: a.x.min(b.x), y: a.y.min(b.y), width: (a.x - b.x).abs(), height: (a.y - b.y).abs() }
}

/// How often edges without a common end cross.
fn crossings(scene: &Scene) -> usize {
    let edges: Vec<&SceneEdge> = seen(scene).filter(|edge| edge.from != edge.to).collect();
    let mut n = 0;
    for (at, a) in edges.iter().enumerate() {
        for b in &edges[at + 1..] {
            if [a.from, a.to].iter().any(|end| [b.from, b.to].contains(end)) {
                continue;
            }
            let pairs = a.points.windows(2).flat_map(|p| b.points.windows(2).map(move |q| (p, q)));
            n += pairs.filter(|(p, q)| cross(p, q) || cross(q, p)).count();
        }
    }
    n
}

/// Whether a piece across passes one along.
fn cross(across: &[Point], along: &[Point]) -> bool {
    let within = |value: f64, a: f64, b: f64| a.min(b) + 0.2 < value && value < a.max(b) - 0.2;
    (across[0].y - across[1].y).abs() < 0.01
        && (along[0].x - along[1].x).abs() < 0.01
        && within(along[0].x, across[0].x, across[1].x)
        && within(across[0].y, along[0].y, along[1].y)
}

#[test]
fn nothing_stands_on_anything_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let texts = texts().into_iter().filter(|(path, _)| {
        path.starts_with(root.join("tests/systems")) || path.starts_with(root.join("tests/random"))
    });
    let texts: Vec<_> = texts.collect();
    assert!(texts.len() > 100, "the systems have moved");
    texts.into_par_iter().for_each(|(path, text)| {
        let mut sources = Sources::default();
        sources.add(SourceFile::new("case.wfc", text.as_str()));
        for drawing in drawings(&sources, &text) {
            let faults = faults(&diagram::scene(&drawing));
            assert!(faults.is_empty(), "{} {:?}: {faults:#?}", path.display(), drawing.view);
        }
    });
}

/// How many crossings each picture of each example has: fewer are welcome, more are not.
const CROSSINGS: &str = "tests/diagrams/crossings.txt";

#[test]
fn examples_are_clear() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(CROSSINGS);
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    let known: BTreeMap<String, usize> = known
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.trim().split_once(' '))
        .map(|(n, name)| (name.to_string(), n.parse().unwrap()))
        .collect();
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for (example, sources) in examples() {
        for drawn in crate::examples::drawings(&example, &sources) {
            let scene = diagram::scene(&drawn.drawing);
            assert_eq!(faults(&scene), Vec::<String>::new(), "{}", drawn.name);
            counted.insert(drawn.name, crossings(&scene));
        }
    }
    let more = counted.iter().filter(|(name, n)| known.get(*name).is_some_and(|known| *n > known));
    let more: Vec<String> =
        more.map(|(name, n)| format!("{name}: {n}, and it was {}", known[name])).collect();
    assert!(
        more.is_empty(),
        "more lines cross; where that has a reason, take its line out of {CROSSINGS}: {more:#?}"
    );
    let mut text =
        "# Lines that cross, in every picture of every example. BLESS=1 writes fewer, and never more.\n"
            .to_string();
    for (name, n) in &counted {
        let _ = writeln!(text, "{n:3} {name}");
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, text).unwrap();
        return;
    }
    let is_other = |(name, n): &(&String, &usize)| known.get(*name) != Some(*n);
    let other: Vec<_> = counted
        .iter()
        .filter(is_other)
        .chain(known.iter().filter(|it| !counted.contains_key(it.0)))
        .collect();
    assert!(other.is_empty(), "BLESS=1 holds what is better or new: {other:#?}");
}

/// Services that need each other across 15 workflows.
fn sixty_services() -> String {
    let mut text = String::from("id Key\n");
    for at in 0..60 {
        let _ = writeln!(
            text,
            "service Service{at} {{ team \"team{}\"\n command Do{at}(key: Key) {{ fails Refused{at}; undone by \
             Undo{at}(key); idempotent by key }}\n command Undo{at}(key: Key) {{ idempotent by key }}\n}}",
            at % 8
        );
    }
    for flow in 0..15 {
        let first = flow * 4;
        let _ = writeln!(
            text,
            "workflow Flow{flow}(key: Key) {{\n orchestrated by Service{first}\n success Done\n failure Failed\n"
        );
        for (number, by) in [1, 2, 3, 7 + flow, 23 + 3 * flow].into_iter().enumerate() {
            let other = (first + by) % 60;
            let _ = writeln!(
                text,
                " step s{number} = Service{other}.Do{other}(key) {{ on Refused{other} {{ undo all; end Failed }} }}"
            );
        }
        let _ = writeln!(text, " end Done\n on outage {{ undo all; end Failed }}\n}}");
    }
    text
}

fn three_hundred_steps() -> String {
    let mut text = String::from("id Key\nservice Boss { }\n");
    for at in 0..300 {
        let _ = writeln!(
            text,
            "service S{at} {{ command Do(key: Key) {{ fails Refused{at}; undone by Undo(key); idempotent by key }}\n \
             command Undo(key: Key) {{ idempotent by key }} }}"
        );
    }
    text.push_str("workflow Long(key: Key) {\n orchestrated by Boss\n success Done\n failure Failed\n");
    for at in 0..300 {
        let handler = if at % 3 == 0 {
            format!(" {{ on Refused{at} {{ undo all; end Failed }} }}")
        } else {
            String::new()
        };
        let _ = writeln!(text, " step s{at} = S{at}.Do(key){handler}");
    }
    text.push_str(" end Done\n on any { undo all; end Failed }\n}\n");
    text
}

#[test]
fn large_systems_are_clear_too_in_whole_and_in_parts() {
    for (text, views) in [
        (sixty_services(), &[View::Services, View::Matrix, View::Compensation][..]),
        (three_hundred_steps(), &[View::Flow, View::Compensation][..]),
    ] {
        let mut sources = Sources::default();
        sources.add(SourceFile::new("large.wfc", text));
        for &view in views {
            let Pictured::Drawing { drawing, n_errors: 0 } = compile::draw(&sources, &Wanted::of(view))
            else {
                unreachable!("a large system without errors can be drawn");
            };
            let scene = diagram::scene(&drawing);
            assert_eq!(faults(&scene), Vec::<String>::new(), "{view:?}");
            assert!(scene.nodes.len() >= 60, "{view:?}");
            let Body::Graph(whole) = &drawing.body else { continue };
            let (overview, parts) = large::split(whole, 20).expect("it is large");
            let n_nodes = |diagram: &diagram::Diagram| diagram.nodes.len();
            assert!(parts.iter().map(|part| n_nodes(&part.diagram)).sum::<usize>() >= n_nodes(whole));
            for part in [overview].into_iter().chain(parts.into_iter().map(|part| part.diagram)) {
                let scene = diagram::scene(&Drawing::new(view, Body::Graph(part)));
                assert_eq!(faults(&scene), Vec::<String>::new(), "{view:?}");
            }
        }
    }
}

/// A step after the other, each with the same end for its failure.
fn steps_that_end_alike(n: usize) -> Sources {
    let mut text = String::from("id Key\nservice Boss { }\n");
    for at in 0..n {
        let _ = writeln!(
            text,
            "service S{at} {{ command Do(key: Key) {{ fails Refused{at}; undone by Undo(key); idempotent by key }}\n \
             command Undo(key: Key) {{ idempotent by key }} }}"
        );
    }
    text.push_str("workflow Long(key: Key) {\n orchestrated by Boss\n success Done\n failure Failed\n");
    for at in 0..n {
        let _ = writeln!(text, " step s{at} = S{at}.Do(key) {{ on Refused{at} {{ undo all; end Failed }} }}");
    }
    text.push_str(" end Done\n on outage { undo all; end Failed }\n}\n");
    let mut sources = Sources::default();
    sources.add(SourceFile::new("alike.wfc", text));
    sources
}

fn drawn(sources: &Sources, wanted: &Wanted) -> Drawing {
    let Pictured::Drawing { drawing, n_errors: 0 } = compile::draw(sources, wanted) else {
        unreachable!("it can be drawn");
    };
    drawing
}

#[test]
fn equal_endings_are_one_and_keep_the_picture_narrow() {
    let sources = steps_that_end_alike(14);
    let drawing = drawn(&sources, &Wanted::of(View::Flow));
    let scene = diagram::scene(&drawing);
    assert_eq!(faults(&scene), Vec::<String>::new());
    assert_eq!(scene.nodes.iter().filter(|node| node.class == "failure").count(), 3);
    assert_eq!(scene.nodes.iter().filter(|node| node.class == "undo").count(), 3);
    // Every step still has its line to the end.
    assert_eq!(
        scene.edges.iter().filter(|edge| edge.class == "trouble-edge" && edge.label.is_some()).count(),
        14
    );
    assert!(scene.size.width < 900.0, "{}", scene.size.width);
}

#[test]
fn a_long_overview_goes_on_in_rows() {
    let drawing = drawn(&steps_that_end_alike(300), &Wanted::of(View::Flow));
    let Body::Graph(whole) = &drawing.body else { unreachable!("steps are a graph") };
    let (overview, _) = large::split(whole, 20).expect("it is large");
    let scene = diagram::scene(&Drawing::new(View::Flow, Body::Graph(overview)));
    assert_eq!(faults(&scene), Vec::<String>::new());
    let (wide, high) = (scene.size.width, scene.size.height);
    assert!(wide < 2_000.0 && high < 2_000.0 && (0.5..4.0).contains(&(wide / high)), "{wide} by {high}");
    // Its parts are read from left to right, and then in the next row.
    let place = |at: usize| (scene.nodes[at].frame.y.round() as i64, scene.nodes[at].frame.x.round() as i64);
    let rows: std::collections::BTreeSet<i64> =
        scene.nodes.iter().map(|node| node.frame.y.round() as i64).collect();
    assert!(rows.len() > 2 && place(0) < place(1) && place(0).0 < place(scene.nodes.len() - 1).0, "{rows:?}");
}

#[test]
fn a_step_stands_in_the_lane_of_its_service() {
    let (_, sources) = examples().into_iter().find(|(name, _)| name == "loan-broker").expect("it is there");
    let wanted = Wanted { lanes: diagram::Lanes::WhereTheyHelp, ..Wanted::of(View::Flow) };
    let scene = diagram::scene(&drawn(&sources, &wanted));
    let lanes: Vec<_> = scene.groups.iter().filter(|group| group.class == "lane").collect();
    let names: Vec<&str> = lanes.iter().map(|lane| lane.title.as_str()).collect();
    assert_eq!(names, ["LoanBroker", "CreditBureau", "Bank", "Notary", "Billing"]);
    for pair in lanes.windows(2) {
        // Side by side, as high as each other, with nothing between them.
        assert!((pair[0].frame.x + pair[0].frame.width - pair[1].frame.x).abs() < 0.1);
        assert_eq!((pair[0].frame.y, pair[0].frame.height), (pair[1].frame.y, pair[1].frame.height));
    }
    for node in &scene.nodes {
        let lane = lanes.iter().find(|lane| {
            lane.frame.x <= node.frame.x && node.frame.x + node.frame.width <= lane.frame.x + lane.frame.width
        });
        let lane = lane.unwrap_or_else(|| unreachable!("{} stands across lanes", node.id));
        let doer = node.lines.first().and_then(|line| line.split_once('.')).map(|(service, _)| service);
        let is_step = matches!(node.class, "command" | "query" | "pivot");
        assert_eq!(lane.title, if is_step { doer.unwrap_or_default() } else { "LoanBroker" }, "{}", node.id);
    }
    // Several workflows beside each other, and one with scopes, have none by themselves.
    let (_, sources) = examples().into_iter().find(|(name, _)| name == "mortgage").expect("it is there");
    // So has one in which one service does steps for another, and a third one is only told.
    for workflow in [None, Some("BuyHome"), Some("Assess")] {
        let scene = diagram::scene(&drawn(&sources, &Wanted { workflow, ..wanted }));
        assert!(scene.groups.iter().all(|group| group.class != "lane"), "{workflow:?}");
    }
}
