//! Lanes: each step of a conducted workflow stands in that of the service that does it, and everything else in
//! that of the service that conducts it.

use super::Sketch;
use crate::diagram::label::wrapped;
use crate::diagram::{About, Group, GroupKind, Lanes};
use crate::graph::{NodeId, NodeKind, RegionKind};
use crate::model::{Id, ServiceId, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};

/// More lanes, or steps, than these make a picture wider than they make it clear.
const MOST_LANES: usize = 6;
const FEWEST_LANES: usize = 3;
const MOST_NODES: usize = 60;

/// The group of each lane, by service.
pub type Groups = BTreeMap<ServiceId, usize>;

impl Sketch<'_> {
    /// Opens the lanes of a workflow: who conducts it first, the others in the order in which they come into it.
    pub(super) fn open_lanes(&mut self, workflow: WorkflowId) {
        let graph = self.subject.graph;
        let Some(conductor) = self.subject.model.workflows[workflow].coordinator() else { return };
        let mut services = vec![conductor];
        for (id, _) in graph.nodes_of(workflow).filter(|(id, _)| !self.is_late(*id)) {
            services.extend(self.doer(id).filter(|it| !services.contains(it)));
        }
        let n_doers = || {
            let steps =
                graph.nodes_of(workflow).filter(|(_, it)| !matches!(it.kind, NodeKind::Notify { .. }));
            let doers = steps.filter_map(|(id, _)| self.doer(id)).chain([conductor]);
            doers.collect::<BTreeSet<_>>().len()
        };
        let has_scopes =
            || graph.regions().any(|(_, it)| it.workflow == Some(workflow) && it.kind == RegionKind::Scope);
        let is_wanted = match self.subject.lanes {
            Lanes::No => false,
            Lanes::Always => true,
            Lanes::WhereTheyHelp => {
                self.subject.workflows.len() == 1
                    // Who is only told something does not make another column worth its width.
                    && n_doers() >= FEWEST_LANES
                    && services.len() <= MOST_LANES
                    && graph.nodes_of(workflow).count() <= MOST_NODES
                    && !has_scopes()
            }
        };
        if !is_wanted {
            return;
        }
        let parent = self.group_of(graph.start(workflow));
        let mut lanes = Groups::new();
        for service in services {
            let item = &self.subject.model.services[service];
            let name = self.subject.model.service_name(service);
            lanes.insert(service, self.diagram.groups.len());
            let about = About::new(name, [item.name.span]).doc(&item.doc);
            let title = wrapped(name, 30).join(" ");
            let id = self.ids.of("lane", name);
            self.diagram.groups.push(Group { id, kind: GroupKind::Lane, title, parent, about });
        }
        self.lanes.insert(workflow, (conductor, lanes));
    }

    /// In which lane a node stands, where its workflow has any. What comes after the end stands by itself.
    pub(super) fn lane_of(&self, id: NodeId) -> Option<usize> {
        let node = self.subject.graph.node(id);
        let (conductor, lanes) = self.lanes.get(&node.workflow?)?;
        if self.is_late(id) {
            return None;
        }
        lanes.get(&self.doer(id).unwrap_or(*conductor)).copied()
    }

    fn is_late(&self, id: NodeId) -> bool {
        let graph = self.subject.graph;
        let mut around = std::iter::successors(Some(graph.node(id).region), |it| graph.region(*it).parent);
        around.any(|it| graph.region(it).kind == RegionKind::Late)
    }

    /// Who does something for the one that conducts.
    fn doer(&self, id: NodeId) -> Option<ServiceId> {
        let model = self.subject.model;
        debug_assert!(id.index() < self.subject.graph.n_nodes());
        match &self.subject.graph.node(id).kind {
            NodeKind::Act(act) => Some(model.operations[act.operation].service),
            NodeKind::Run(run) => model.workflows[run.workflow].coordinator(),
            NodeKind::Notify { operation: Some(operation), .. } => Some(model.operations[*operation].service),
            _ => None,
        }
    }
}
