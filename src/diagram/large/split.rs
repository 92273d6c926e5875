//! A drawing in parts of a size that people can read, and an overview of these parts.

use super::collapse::gather;
use super::{joined, kept};
use crate::diagram::label::wrapped;
use crate::diagram::{About, Diagram, Direction, Edge, EdgeKind, Node, NodeKind, ids};

/// One part, with what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub title: String,
    pub diagram: Diagram,
}

/// How many nodes a reader has to take in: ends and joints of lines are read in passing.
pub fn n_steps(diagram: &Diagram) -> usize {
    diagram.nodes.iter().filter(|node| is_step(node.kind)).count()
}

fn is_step(kind: NodeKind) -> bool {
    !matches!(
        kind,
        NodeKind::Start
            | NodeKind::Success
            | NodeKind::Failure
            | NodeKind::Done
            | NodeKind::Unhandled
            | NodeKind::Fork
            | NodeKind::Join
            | NodeKind::Undo
            | NodeKind::Trouble
            | NodeKind::Remark
    )
}

/// The overview first, then parts of at most about `most` steps; nothing where the whole is no larger. Outer
/// frames are parts; one that is too large is cut in the order of the text, where few edges pass.
pub fn split(diagram: &Diagram, most: usize) -> Option<(Diagram, Vec<Part>)> {
    if most == 0 || n_steps(diagram) <= most {
        return None;
    }
    let parts = pieces(diagram, most);
    if parts.len() < 2 {
        return None;
    }
    let mut part_of = vec![0; diagram.nodes.len()];
    for (number, (_, nodes)) in parts.iter().enumerate() {
        nodes.iter().for_each(|node| part_of[*node] = number);
    }
    let titles: Vec<String> = parts.iter().map(|(title, _)| title.clone()).collect();
    let overview = overview(diagram, &part_of, &titles);
    let drawn = (0..parts.len()).map(|number| Part {
        title: titles[number].clone(),
        diagram: part(diagram, number, &part_of, &titles),
    });
    Some((overview, drawn.collect()))
}

/// The nodes of each part, and its title.
fn pieces(diagram: &Diagram, most: usize) -> Vec<(String, Vec<usize>)> {
    let outer = |node: &Node| std::iter::successors(node.group, |at| diagram.groups[*at].parent).last();
    let mut units: Vec<(Option<usize>, Vec<usize>)> = Vec::new();
    for (at, node) in diagram.nodes.iter().enumerate() {
        let frame = outer(node);
        match units.iter_mut().find(|(known, _)| *known == frame) {
            Some((_, nodes)) => nodes.push(at),
            None => units.push((frame, vec![at])),
        }
    }
    let mut found = Vec::new();
    for (frame, nodes) in units {
        let title = frame.map_or(String::new(), |at| diagram.groups[at].title.clone());
        let cut = cut(diagram, &nodes, most);
        let is_whole = cut.len() == 1;
        for piece in cut {
            let title = match (is_whole, title.is_empty()) {
                (true, false) => title.clone(),
                (_, true) => span(diagram, &piece),
                (false, false) => format!("{title}: {}", span(diagram, &piece)),
            };
            found.push((title, piece));
        }
    }
    found
}

/// `charged … packed`
fn span(diagram: &Diagram, nodes: &[usize]) -> String {
    let name = |at: &usize| {
        let node = &diagram.nodes[*at];
        if node.title.is_empty() { node.lines.join(" ") } else { node.title.join(" ") }
    };
    let steps: Vec<&usize> = nodes.iter().filter(|at| is_step(diagram.nodes[**at].kind)).collect();
    let ends = steps.first().zip(steps.last());
    match ends {
        Some((first, last)) if first == last => name(first),
        Some((first, last)) => format!("{} … {}", name(first), name(last)),
        None => nodes.first().map_or(String::new(), name),
    }
}

/// Nodes in their order, cut where few edges pass and no piece gets larger than `most`.
fn cut(diagram: &Diagram, nodes: &[usize], most: usize) -> Vec<Vec<usize>> {
    let steps = |nodes: &[usize]| nodes.iter().filter(|at| is_step(diagram.nodes[**at].kind)).count();
    if steps(nodes) <= most {
        return vec![nodes.to_vec()];
    }
    let mut place = vec![None; diagram.nodes.len()];
    nodes.iter().enumerate().for_each(|(at, node)| place[*node] = Some(at));
    // How many edges pass between a node and the next one.
    let mut passing = vec![0i64; nodes.len() + 1];
    for edge in diagram.edges.iter().filter(|edge| edge.kind != EdgeKind::Unseen) {
        if let (Some(a), Some(b)) = (place[edge.from], place[edge.to]) {
            passing[a.min(b) + 1] += 1;
            passing[a.max(b) + 1] -= 1;
        }
    }
    for at in 1..passing.len() {
        passing[at] += passing[at - 1];
    }
    let mut pieces = Vec::new();
    let mut from = 0;
    while steps(&nodes[from..]) > most {
        let mut n = 0;
        let fits = nodes[from..].iter().take_while(|at| {
            n += usize::from(is_step(diagram.nodes[**at].kind));
            n <= most
        });
        let longest = fits.count().max(1);
        // In the second half of what fits, where the fewest edges pass; the later the better.
        let best =
            (longest / 2 + 1..=longest).min_by_key(|length| (passing[from + length], longest - length));
        let length = best.unwrap_or(longest);
        pieces.push(nodes[from..from + length].to_vec());
        from += length;
    }
    pieces.push(nodes[from..].to_vec());
    pieces
}

fn overview(diagram: &Diagram, part_of: &[usize], titles: &[String]) -> Diagram {
    let mut ids = ids::Ids::default();
    let mut out = Diagram { direction: Direction::Rows, ..Diagram::default() };
    for (number, title) in titles.iter().enumerate() {
        let members =
            || diagram.nodes.iter().zip(part_of).filter(|(_, part)| **part == number).map(|(node, _)| node);
        let n = members().filter(|node| is_step(node.kind)).count();
        let is_service = |node: &Node| matches!(node.kind, NodeKind::Service | NodeKind::ExternalService);
        let what = if members().all(is_service) { "service" } else { "step" };
        let mut about = About::default();
        about.spans.extend(members().flat_map(|node| node.about.spans.first().copied()));
        members().for_each(|node| gather(&mut about, &node.about));
        out.nodes.push(Node {
            id: ids.of("part", &format!("{}_{title}", number + 1)),
            kind: NodeKind::Whole,
            title: wrapped(&format!("{} {title}", number + 1), 26),
            lines: vec![format!("{n} {what}{}", if n == 1 { "" } else { "s" })],
            group: None,
            stands_for: None,
            about,
        });
    }
    let between = diagram.edges.iter().map(|edge| Edge {
        from: part_of[edge.from],
        to: part_of[edge.to],
        // What is said of single steps is too much for an overview.
        lines: Vec::new(),
        about: About { spans: Vec::new(), ..edge.about.clone() },
        kind: edge.kind,
    });
    out.edges = joined(between.filter(|edge| edge.from != edge.to && edge.kind != EdgeKind::Unseen));
    out
}

/// A part, with a box for each other part that its edges lead to.
fn part(diagram: &Diagram, number: usize, part_of: &[usize], titles: &[String]) -> Diagram {
    let is_kept: Vec<bool> = part_of.iter().map(|part| *part == number).collect();
    let mut out = kept(diagram, &is_kept);
    let mut place = vec![None; diagram.nodes.len()];
    let mut next = 0;
    for (at, kept) in is_kept.iter().enumerate() {
        if *kept {
            place[at] = Some(next);
            next += 1;
        }
    }
    let mut ids = ids::Ids::default();
    let known = out.groups.iter().map(|it| &it.id).chain(out.nodes.iter().map(|it| &it.id));
    known.for_each(|id| drop(ids.unique(id.clone())));
    let mut stubs = vec![None; titles.len()];
    let mut edges = std::mem::take(&mut out.edges);
    for edge in diagram.edges.iter().filter(|edge| edge.kind != EdgeKind::Unseen) {
        let (from, to) = (place[edge.from], place[edge.to]);
        if from.is_some() == to.is_some() {
            continue;
        }
        let other = if from.is_some() { part_of[edge.to] } else { part_of[edge.from] };
        let stub = *stubs[other].get_or_insert_with(|| {
            out.nodes.push(Node {
                id: ids.of("part", &(other + 1).to_string()),
                kind: NodeKind::Whole,
                title: wrapped(&format!("{} {}", other + 1, titles[other]), 26),
                lines: vec!["another part".to_string()],
                group: None,
                stands_for: None,
                about: About::default(),
            });
            out.nodes.len() - 1
        });
        edges.push(Edge { from: from.unwrap_or(stub), to: to.unwrap_or(stub), ..edge.clone() });
    }
    out.edges = joined(edges);
    out
}
