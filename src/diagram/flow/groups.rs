//! Frames: a workflow, the side of a participant, a named scope, what comes after the end.

use super::Sketch;
use crate::diagram::label::wrapped;
use crate::diagram::{About, Group, GroupKind};
use crate::graph::{NodeId, RegionId, RegionKind};

impl Sketch<'_> {
    pub(super) fn group_of(&mut self, id: NodeId) -> Option<usize> {
        let region = self.subject.graph.node(id).region;
        self.group(region)
    }

    /// The group of a region: its own, or that of the nearest one around it.
    fn group(&mut self, id: RegionId) -> Option<usize> {
        if let Some(&known) = self.groups.get(&id) {
            return Some(known);
        }
        let region = self.subject.graph.region(id);
        let parent = region.parent.and_then(|parent| self.group(parent));
        if region.kind == RegionKind::Late
            && let Some(&known) = region.workflow.and_then(|workflow| self.late.get(&workflow))
        {
            return Some(known);
        }
        let model = self.subject.model;
        let (kind, word, name) = match region.kind {
            RegionKind::Workflow => {
                let name = region.workflow.map(|workflow| self.workflow_name(workflow).to_string());
                (GroupKind::Workflow, "workflow", name.unwrap_or_default())
            }
            RegionKind::Participant => (GroupKind::Participant, "side", self.participant(id)),
            RegionKind::Scope => {
                let name = region.label.map(|label| model.labels[label].name.text.to_string());
                (GroupKind::Part, "scope", name.unwrap_or_default())
            }
            RegionKind::Late => (GroupKind::Part, "late", "after the end".to_string()),
            RegionKind::System
            | RegionKind::Body
            | RegionKind::Step
            | RegionKind::Parallel
            | RegionKind::Branch
            | RegionKind::Loop
            | RegionKind::Round
            | RegionKind::Wait
            | RegionKind::Handler
            | RegionKind::Otherwise
            | RegionKind::Beside
            | RegionKind::Reaction
            | RegionKind::Watch
            | RegionKind::ChoreographedRun
            | RegionKind::Branching => return parent,
        };
        let title = wrapped(&name, 60).join(" ");
        let about = About::new(name.as_str(), [region.span]);
        let group = Group { id: self.ids.of(word, &name), kind, title, parent, about };
        self.diagram.groups.push(group);
        let at = self.diagram.groups.len() - 1;
        self.groups.insert(id, at);
        if region.kind == RegionKind::Late {
            self.late.extend(region.workflow.map(|workflow| (workflow, at)));
        }
        Some(at)
    }

    fn participant(&self, id: RegionId) -> String {
        let graph = self.subject.graph;
        let side = graph
            .nodes()
            .filter(|(_, node)| graph.is_within(node.region, id))
            .find_map(|(_, node)| node.side);
        side.map(|side| self.subject.model.service_name(side).to_string()).unwrap_or_default()
    }
}
