//! What lies near something, or has to do with a finding.

use super::kept;
use crate::diagram::{Body, Diagram, EdgeKind};
use std::collections::BTreeSet;

/// What can be focused on in a drawing: the names of nodes and frames, each once.
pub fn names(body: &Body) -> Vec<String> {
    let mut names = BTreeSet::new();
    match body {
        Body::Graph(diagram) => {
            names.extend(diagram.nodes.iter().map(|node| node.title.join(" ")));
            names.extend(diagram.nodes.iter().map(|node| last_of(&node.about.entity).to_string()));
            names.extend(diagram.groups.iter().map(|group| group.title.clone()));
        }
        Body::Run(run) => names.extend(run.sides.iter().map(|side| side.title.join(" "))),
        Body::Table(matrix) => names.extend(matrix.services.iter().map(|head| head.name.clone())),
    }
    names.remove("");
    names.into_iter().collect()
}

fn last_of(entity: &str) -> &str {
    entity.rsplit('/').next().unwrap_or(entity)
}

/// What is called `name`, and what is at most `depth` edges away from it; nothing where nothing is called so.
pub fn focus(body: &Body, name: &str, depth: usize) -> Option<Body> {
    match body {
        Body::Graph(diagram) => focus_graph(diagram, name, depth).map(Body::Graph),
        Body::Table(matrix) => {
            let start = matrix.services.iter().position(|head| head.name == name)?;
            let mut near = BTreeSet::from([start]);
            for _ in 0..depth {
                let around =
                    matrix.cells.keys().filter(|(row, column)| near.contains(row) || near.contains(column));
                let around: Vec<usize> = around.flat_map(|(row, column)| [*row, *column]).collect();
                near.extend(around);
            }
            Some(Body::Table(matrix.only(&near)))
        }
        // A run is told as a whole, or not at all.
        Body::Run(run) => run.sides.iter().any(|side| side.title.join(" ") == name).then(|| body.clone()),
    }
}

fn focus_graph(diagram: &Diagram, name: &str, depth: usize) -> Option<Diagram> {
    let in_frame = |group: Option<usize>| {
        let around = std::iter::successors(group, |at| diagram.groups[*at].parent);
        around.into_iter().any(|at| diagram.groups[at].title == name)
    };
    let mut is_near: Vec<bool> = diagram
        .nodes
        .iter()
        .map(|node| {
            let entity = &node.about.entity;
            node.title.join(" ") == name
                || (!entity.is_empty() && (entity == name || last_of(entity) == name))
                || in_frame(node.group)
        })
        .collect();
    if !is_near.contains(&true) {
        return None;
    }
    for _ in 0..depth {
        let before = is_near.clone();
        for edge in diagram.edges.iter().filter(|edge| edge.kind != EdgeKind::Unseen) {
            if before[edge.from] || before[edge.to] {
                is_near[edge.from] = true;
                is_near[edge.to] = true;
            }
        }
    }
    Some(with_stubs(diagram, &is_near))
}

/// What is kept, where each node says how many of its edges lead out of the picture.
fn with_stubs(diagram: &Diagram, is_kept: &[bool]) -> Diagram {
    let mut n_cut = vec![0usize; diagram.nodes.len()];
    for edge in diagram.edges.iter().filter(|edge| edge.kind != EdgeKind::Unseen) {
        match (is_kept[edge.from], is_kept[edge.to]) {
            (true, false) => n_cut[edge.from] += 1,
            (false, true) => n_cut[edge.to] += 1,
            _ => {}
        }
    }
    let mut out = kept(diagram, is_kept);
    let counts = n_cut.into_iter().zip(is_kept).filter(|(_, kept)| **kept).map(|(n, _)| n);
    for (node, n) in out.nodes.iter_mut().zip(counts) {
        if n > 0 {
            node.lines.push(format!("… {n} more {}", if n == 1 { "edge" } else { "edges" }));
        }
    }
    out
}

/// Only what has to do with the findings that are marked in it.
pub fn only_marked(body: &Body) -> Body {
    match body {
        Body::Graph(diagram) => {
            let is_marked = |about: &crate::diagram::About| about.is_witness || !about.remarks.is_empty();
            let mut is_kept: Vec<bool> = diagram.nodes.iter().map(|node| is_marked(&node.about)).collect();
            for edge in diagram.edges.iter().filter(|edge| is_marked(&edge.about)) {
                is_kept[edge.from] = true;
                is_kept[edge.to] = true;
            }
            Body::Graph(kept(diagram, &is_kept))
        }
        Body::Run(_) | Body::Table(_) => body.clone(),
    }
}
