//! Endings that say the same, next to each other in the text: drawn once, because a handler of its own for each
//! step would make the picture as wide as the workflow is long.

use super::Sketch;
use crate::diagram::NodeKind;
use crate::diagram::label::{listed, wrapped};
use crate::graph::{self, NodeId};
use crate::model::{Id, UndoTarget};
use std::collections::{BTreeMap, BTreeSet};

/// From so many equal ones on, one is drawn.
const MANY: usize = 3;
/// Lines to an ending take room as well: so many share one, and so far apart in the text.
const MOST: usize = 6;
const FURTHEST: usize = 30;

/// An end, and the undo before it.
struct Ending {
    end: usize,
    undo: Option<usize>,
}

/// What two endings must have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    group: Option<usize>,
    says: (Vec<String>, Vec<String>),
    /// Without the steps, which are others for each.
    undoes: Option<String>,
}

impl Sketch<'_> {
    pub(super) fn merge_endings(&mut self) {
        let mut alike: BTreeMap<Likeness, Vec<Ending>> = BTreeMap::new();
        for (likeness, ending) in self.endings() {
            alike.entry(likeness).or_default().push(ending);
        }
        let mut stands_in: Vec<usize> = (0..self.diagram.nodes.len()).collect();
        for endings in alike.into_values() {
            let mut rest = &endings[..];
            while let Some(first) = rest.first() {
                let n = rest.iter().take(MOST).take_while(|it| it.end - first.end <= FURTHEST).count();
                let (near, behind) = rest.split_at(n);
                rest = behind;
                if near.len() >= MANY {
                    self.merge(near, &mut stands_in);
                }
            }
        }
        self.leave_out(&stands_in);
    }

    /// The ends of failures to which either steps lead, or one undo that leads nowhere else; in the order of the
    /// text.
    fn endings(&self) -> Vec<(Likeness, Ending)> {
        let n = self.diagram.nodes.len();
        let (mut into, mut out) = (vec![Vec::new(); n], vec![0; n]);
        for trace in &self.traces {
            into[trace.to].push(trace);
            out[trace.from] += 1;
        }
        let mut found = Vec::new();
        for (end, node) in self.diagram.nodes.iter().enumerate() {
            let is_end = matches!(
                node.stands_for.map(|id| &self.subject.graph.node(id).kind),
                Some(graph::NodeKind::End { .. })
            );
            if node.kind != NodeKind::Failure || !is_end || out[end] > 0 {
                continue;
            }
            let undo = match into[end][..] {
                [one] if self.diagram.nodes[one.from].kind == NodeKind::Undo && out[one.from] == 1 => {
                    Some(one.from)
                }
                _ => None,
            };
            let likeness = Likeness {
                group: node.group,
                says: (node.title.clone(), node.lines.clone()),
                undoes: undo.map(|at| self.target(at)),
            };
            found.push((likeness, Ending { end, undo }));
        }
        found
    }

    fn undo_of(&self, at: usize) -> Option<(NodeId, &UndoTarget)> {
        let id = self.diagram.nodes[at].stands_for?;
        match &self.subject.graph.node(id).kind {
            graph::NodeKind::Undo { target, .. } => Some((id, target)),
            _ => None,
        }
    }

    fn target(&self, at: usize) -> String {
        match self.undo_of(at) {
            Some((_, UndoTarget::All)) | None => String::new(),
            Some((_, UndoTarget::Label { label, .. })) => label.index().to_string(),
        }
    }

    /// The last of them stands for all: lines then lead down.
    fn merge(&mut self, endings: &[Ending], stands_in: &mut [usize]) {
        let Some(last) = endings.last() else { return };
        let mut undone: BTreeSet<NodeId> = BTreeSet::new();
        for ending in endings {
            stands_in[ending.end] = last.end;
            let Some((undo, own)) = last.undo.zip(ending.undo) else { continue };
            stands_in[own] = undo;
            undone.extend(self.undone_by(own).iter().copied());
        }
        if let Some(undo) = last.undo
            && !undone.is_empty()
        {
            let names = undone.iter().filter_map(|act| self.undone_name(*act)).collect::<Vec<_>>();
            let said = format!("takes back what is done of {}", listed(&names, "and", 5));
            let node = &mut self.diagram.nodes[undo];
            node.lines.truncate(1);
            node.lines.extend(wrapped(&said, 23));
        }
    }

    fn undone_by(&self, at: usize) -> &[NodeId] {
        match self.undo_of(at) {
            Some((id, UndoTarget::All)) => self.taken_back.get(&id).map_or(&[], Vec::as_slice),
            Some((_, UndoTarget::Label { .. })) | None => &[],
        }
    }

    /// Draws everything that leads to a node that is left out to the one that stands in for it.
    fn leave_out(&mut self, stands_in: &[usize]) {
        let mut place = vec![0; stands_in.len()];
        let (mut nodes, mut gone) = (Vec::new(), Vec::new());
        for (at, node) in std::mem::take(&mut self.diagram.nodes).into_iter().enumerate() {
            if stands_in[at] == at {
                place[at] = nodes.len();
                nodes.push(node);
            } else {
                gone.push((at, node.about));
            }
        }
        for (at, about) in gone {
            nodes[place[stands_in[at]]].about.spans.extend(about.spans);
        }
        self.diagram.nodes = nodes;
        let moved = |at: usize| place[stands_in[at]];
        for trace in &mut self.traces {
            (trace.from, trace.to) = (moved(trace.from), moved(trace.to));
        }
        self.shown.iter_mut().flatten().for_each(|at| *at = moved(*at));
        self.unhandled.values_mut().for_each(|at| *at = moved(*at));
    }
}
