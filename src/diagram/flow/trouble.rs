//! What may go wrong in many steps and is met in one place: drawn as one node that names the steps,
//! because a line from each of them would hide the rest of the picture.

use super::{Sketch, Trace};
use crate::diagram::label::{listed, wrapped};
use crate::diagram::{About, EdgeKind, Node, NodeKind};
use std::collections::{BTreeMap, BTreeSet};

/// From so many steps on their lines are drawn as one.
const MANY: usize = 3;

impl Sketch<'_> {
    pub(super) fn gather_trouble(&mut self) {
        // Where it leads, and what it is, with the steps it comes from.
        let mut sources: BTreeMap<(usize, String), BTreeSet<usize>> = BTreeMap::new();
        for trace in self.traces.iter().filter(|trace| is_gathered(trace)) {
            sources.entry((trace.to, trace.label.clone())).or_default().insert(trace.from);
        }
        sources.retain(|_, from| from.len() >= MANY);
        self.traces.retain(|trace| {
            let gathered = sources.get(&(trace.to, trace.label.clone()));
            !(is_gathered(trace) && gathered.is_some_and(|from| from.contains(&trace.from)))
        });
        // Troubles of the same steps that lead to the same place are one node.
        let mut bundles: BTreeMap<(usize, BTreeSet<usize>), Vec<String>> = BTreeMap::new();
        for ((to, label), from) in sources {
            bundles.entry((to, from)).or_default().push(label);
        }
        for ((to, sources), labels) in bundles {
            let names: Vec<String> =
                sources.iter().map(|at| self.diagram.nodes[*at].title.join(" ")).collect();
            let text = format!("{} of {}", listed(&labels, "or", 4), listed(&names, "or", 8));
            let node = Node {
                id: self.ids.of("trouble", &labels.join("_")),
                kind: NodeKind::Trouble,
                title: Vec::new(),
                lines: wrapped(&text, 23),
                group: self.diagram.nodes[to].group,
                stands_for: None,
                about: About::default(),
            };
            self.diagram.nodes.push(node);
            let from = self.diagram.nodes.len() - 1;
            self.trace(from, to, EdgeKind::Trouble, String::new(), None);
            if let Some(&last) = sources.last() {
                self.trace(last, from, EdgeKind::Unseen, String::new(), None);
            }
        }
    }
}

/// Failures and outages have names; limits and bounds belong to one place anyway.
fn is_gathered(trace: &Trace) -> bool {
    trace.kind == EdgeKind::Trouble && !trace.label.is_empty()
}
