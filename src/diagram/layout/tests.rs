//! What holds for every picture: nothing stands on anything else, frames hold what is theirs and nothing
//! more, no edge runs through a node, and no label covers another one.

use super::super::scene::sizes;
use super::super::{
    About, Body, Diagram, Edge, EdgeKind, Group, GroupKind, Node, NodeKind, Subject, View, draw,
};
use super::{Frame, Layout, Point, layout};
use crate::diagram::Direction;
use crate::lower::{Links, lower};
use crate::source::{FileId, SourceFile};
use proptest::collection::vec;
use proptest::prelude::*;
use std::fs;
use std::path::Path;

/// The graphs of every judged system that is one file.
fn diagrams() -> Vec<(String, Diagram)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/systems");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|it| it == "wfc")) {
        let file = SourceFile::new("a.wfc", fs::read_to_string(path).unwrap());
        let model = lower(&[crate::syntax::parse(FileId(0), &file.text).ast], &Links::default()).model;
        let graph = crate::graph::build(&model);
        let text = |span| file.slice(span).to_string();
        let workflows = model.workflows.ids().collect();
        let subject = Subject {
            model: &model,
            graph: &graph,
            text: &text,
            workflows,
            lanes: crate::diagram::Lanes::No,
        };
        for view in [View::Flow, View::Services, View::Events, View::Compensation] {
            let Body::Graph(diagram) = draw(&subject, view) else { panic!("{view:?} is a graph") };
            found.push((format!("{} {view:?}", path.display()), diagram));
        }
    }
    found
}

fn overlap(a: Frame, b: Frame) -> bool {
    a.x + 0.1 < b.x + b.width
        && b.x + 0.1 < a.x + a.width
        && a.y + 0.1 < b.y + b.height
        && b.y + 0.1 < a.y + a.height
}

fn is_inside(inner: Frame, outer: Frame) -> bool {
    inner.x + 0.1 >= outer.x
        && inner.y + 0.1 >= outer.y
        && inner.x + inner.width <= outer.x + outer.width + 0.1
        && inner.y + inner.height <= outer.y + outer.height + 0.1
}

/// A straight piece of an edge as a very thin frame.
fn piece(a: Point, b: Point) -> Frame {
    Frame { x: a.x.min(b.x), y: a.y.min(b.y), width: (a.x - b.x).abs(), height: (a.y - b.y).abs() }
}

fn around(diagram: &Diagram, group: Option<usize>) -> Vec<usize> {
    std::iter::successors(group, |at| diagram.groups[*at].parent).collect()
}

/// Everything in a picture that should not be so.
fn faults(diagram: &Diagram, placed: &Layout) -> Vec<String> {
    let mut faults = Vec::new();
    let name = |at: usize| diagram.nodes[at].id.clone();
    let whole = Frame { x: 0.0, y: 0.0, width: placed.size.width, height: placed.size.height };
    for (a, frame) in placed.nodes.iter().enumerate() {
        if !is_inside(*frame, whole) {
            faults.push(format!("{} is outside of the picture", name(a)));
        }
        for (b, other) in placed.nodes.iter().enumerate().skip(a + 1) {
            if overlap(*frame, *other) {
                faults.push(format!("{} stands on {}", name(a), name(b)));
            }
        }
        let own = around(diagram, diagram.nodes[a].group);
        for (group, outer) in placed.groups.iter().enumerate() {
            match outer {
                Some(outer) if own.contains(&group) && !is_inside(*frame, *outer) => {
                    faults.push(format!("{} is outside of its frame", name(a)));
                }
                Some(outer) if !own.contains(&group) && overlap(*frame, *outer) => {
                    faults.push(format!("{} stands in a frame that is not its own", name(a)));
                }
                _ => {}
            }
        }
    }
    let sizes = sizes(diagram);
    let label = |at: usize| {
        let (size, middle) = (sizes.labels[at]?, placed.edges[at].label?);
        let (x, y) = (middle.x - size.width / 2.0, middle.y - size.height / 2.0);
        Some(Frame { x, y, width: size.width, height: size.height })
    };
    for (at, edge) in diagram.edges.iter().enumerate() {
        for pair in placed.edges[at].points.windows(2) {
            let straight = (pair[0].x - pair[1].x).abs() < 0.01 || (pair[0].y - pair[1].y).abs() < 0.01;
            if !straight {
                faults.push(format!("edge {at} runs aslant"));
            }
            let through = placed.nodes.iter().enumerate().find(|(node, frame)| {
                *node != edge.from && *node != edge.to && overlap(**frame, piece(pair[0], pair[1]))
            });
            if let Some((node, _)) = through {
                faults.push(format!("edge {at} runs through {}", name(node)));
            }
        }
        let Some(own) = label(at).filter(|_| edge.from != edge.to) else { continue };
        if let Some((node, _)) = placed.nodes.iter().enumerate().find(|(_, frame)| overlap(**frame, own)) {
            faults.push(format!("the label of edge {at} stands on {}", name(node)));
        }
        let others =
            (at + 1..diagram.edges.len()).filter(|it| diagram.edges[*it].from != diagram.edges[*it].to);
        if let Some(other) = others.filter_map(label).find(|other| overlap(own, *other)) {
            faults.push(format!("the label of edge {at} covers another one at {}", other.x));
        }
    }
    faults
}

#[test]
fn nothing_stands_on_anything_else() {
    let diagrams = diagrams();
    assert!(diagrams.len() > 200);
    for (name, diagram) in diagrams {
        let faults = faults(&diagram, &layout(&diagram, &sizes(&diagram)));
        assert!(faults.is_empty(), "{name}: {faults:#?}");
    }
}

fn random_diagrams() -> impl Strategy<Value = Diagram> {
    let edges = vec((0usize..14, 0usize..14, any::<bool>()), 0..22);
    let nodes = vec((proptest::option::of(0usize..5), 1usize..20), 1..14);
    let parents = vec(proptest::option::of(0usize..4), 5);
    (nodes, edges, parents, any::<bool>()).prop_map(|(nodes, edges, parents, down)| {
        let n = nodes.len();
        let groups = parents.into_iter().enumerate().map(|(at, parent)| Group {
            id: format!("g{at}"),
            kind: GroupKind::Part,
            title: format!("group {at}"),
            parent: parent.filter(|parent| *parent < at),
            about: About::default(),
        });
        let nodes = nodes.into_iter().enumerate().map(|(at, (group, length))| Node {
            id: format!("n{at}"),
            kind: if at % 5 == 0 { NodeKind::Decide } else { NodeKind::Command },
            title: vec!["x".repeat(length)],
            lines: Vec::new(),
            group,
            stands_for: None,
            about: About::default(),
        });
        let edges =
            edges.into_iter().filter(|(from, to, _)| *from < n && *to < n).map(|(from, to, said)| Edge {
                from,
                to,
                kind: if said { EdgeKind::Trouble } else { EdgeKind::Next },
                lines: if said { vec!["a word".to_string()] } else { Vec::new() },
                about: About::default(),
            });
        Diagram {
            direction: if down { Direction::Down } else { Direction::Right },
            groups: groups.collect(),
            nodes: nodes.collect(),
            edges: edges.collect(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_stands_on_anything_else_in_any_diagram(diagram in random_diagrams()) {
        let placed = layout(&diagram, &sizes(&diagram));
        let faults = faults(&diagram, &placed);
        prop_assert!(faults.is_empty(), "{:#?}", faults);
        prop_assert_eq!(layout(&diagram, &sizes(&diagram)), placed);
    }
}
