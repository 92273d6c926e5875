//! Workflows, their ends and their steps.

use super::contracts::{ENOUGH, ENOUGH_OF_A_WHOLE};
use super::pairs::Candidate;
use super::places::neighbours;
use super::{Matching, by_name, likeness, text};
use crate::diff::Version;
use crate::diff::shapes::fields;
use crate::graph::{NodeId, NodeKind};
use crate::model::{LabelId, LabelKind, Model, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};

impl Matching {
    pub(super) fn match_flows(&mut self, old: &Version, new: &Version) {
        let (a, b) = (old.model, new.model);
        by_name(
            &mut self.workflows,
            a.workflows.iter().map(|(id, it)| (id, Some(text(&it.name)))),
            b.workflows.iter().map(|(id, it)| (id, Some(text(&it.name)))),
        );
        self.match_renamed_workflows(a, b);
        let workflows = &self.workflows;
        by_name(
            &mut self.goals,
            a.goals.iter().map(|(id, it)| {
                (id, workflows.new_of(it.workflow).map(|workflow| (workflow, it.kind as u8, text(&it.name))))
            }),
            b.goals.iter().map(|(id, it)| (id, Some((it.workflow, it.kind as u8, text(&it.name))))),
        );
        self.match_renamed_goals(a, b);
    }

    fn match_renamed_workflows(&mut self, old: &Model, new: &Model) {
        let come: Vec<WorkflowId> = self.workflows.come().collect();
        let gone: Vec<WorkflowId> = self.workflows.gone().collect();
        if come.is_empty() || gone.is_empty() {
            return;
        }
        let (before, after) = (words(old), words(new));
        let mut candidates = Vec::new();
        let none = BTreeSet::new();
        for one in gone {
            for other in &come {
                let (a, b) = (&old.workflows[one], &new.workflows[*other]);
                let shared =
                    likeness::of_sets(before.get(&one).unwrap_or(&none), after.get(other).unwrap_or(&none));
                let score = (65 * shared + 35 * likeness::of_names(&a.name.text, &b.name.text)) / 100;
                if score >= ENOUGH_OF_A_WHOLE {
                    let names = (a.name.text.to_string(), b.name.text.to_string());
                    candidates.push(Candidate { score, names, old: one, new: *other });
                }
            }
        }
        self.workflows.settle(candidates);
    }

    fn match_renamed_goals(&mut self, old: &Model, new: &Model) {
        let come: Vec<_> = self.goals.come().collect();
        let mut candidates = Vec::new();
        for one in self.goals.gone() {
            let a = &old.goals[one];
            for other in &come {
                let b = &new.goals[*other];
                if self.workflows.new_of(a.workflow) != Some(b.workflow) || a.kind != b.kind {
                    continue;
                }
                let reached = |formula: Option<&crate::model::Formula>| -> Vec<_> {
                    formula.map_or(Vec::new(), |it| it.terms.iter().map(|term| term.event).collect())
                };
                let (before, after) = (reached(a.reached_by.as_ref()), reached(b.reached_by.as_ref()));
                let same_events = !before.is_empty()
                    && before
                        .iter()
                        .map(|event| self.events.new_of(*event))
                        .eq(after.iter().copied().map(Some));
                let shapes = likeness::of_sets(&fields(old, &a.fields), &fields(new, &b.fields));
                let both_bare = a.fields.is_empty() && b.fields.is_empty();
                let score = if same_events { 40 } else { 0 }
                    + if both_bare { 20 } else { 30 * shapes / 100 }
                    + 50 * likeness::of_names(&a.name.text, &b.name.text) / 100;
                if score >= ENOUGH {
                    let names = (a.name.text.to_string(), b.name.text.to_string());
                    candidates.push(Candidate { score, names, old: one, new: *other });
                }
            }
        }
        self.goals.settle(candidates);
    }

    /// Steps and scopes: by name, and by what is called between which neighbours.
    pub(super) fn match_steps(&mut self, old: &Version, new: &Version) {
        let (a, b) = (old.model, new.model);
        let workflows = &self.workflows;
        by_name(
            &mut self.labels,
            a.labels.iter().map(|(id, it)| {
                let is_step = it.kind == LabelKind::Step;
                (id, workflows.new_of(it.workflow).map(|workflow| (workflow, is_step, text(&it.name))))
            }),
            b.labels
                .iter()
                .map(|(id, it)| (id, Some((it.workflow, it.kind == LabelKind::Step, text(&it.name))))),
        );
        let (before, after) = (steps(old), steps(new));
        let mut by_workflow: BTreeMap<WorkflowId, Vec<LabelId>> = BTreeMap::new();
        for label in self.labels.come().filter(|label| after.contains_key(label)) {
            by_workflow.entry(b.labels[label].workflow).or_default().push(label);
        }
        let mut candidates = Vec::new();
        for one in self.labels.gone() {
            let Some(node) = before.get(&one) else { continue };
            let there = self.workflows.new_of(a.labels[one].workflow);
            for other in there.and_then(|workflow| by_workflow.get(&workflow)).into_iter().flatten() {
                let same = self.calls_the_same(old, *node, new, after[other]);
                let around = likeness::of_sets(&neighbours(old, *node), &neighbours(new, after[other]));
                let (one_name, other_name) = (&a.labels[one].name.text, &b.labels[*other].name.text);
                let named = likeness::of_names(one_name, other_name);
                let score = if same { 50 } else { 0 } + (30 * around + 20 * named) / 100;
                if score >= ENOUGH {
                    let names = (one_name.to_string(), other_name.to_string());
                    candidates.push(Candidate { score, names, old: one, new: *other });
                }
            }
        }
        self.labels.settle(candidates);
    }

    /// Whether two steps call the same operation, or run the same workflow.
    fn calls_the_same(&self, old: &Version, one: NodeId, new: &Version, other: NodeId) -> bool {
        match (&old.graph.node(one).kind, &new.graph.node(other).kind) {
            (NodeKind::Act(a), NodeKind::Act(b)) => self.operations.new_of(a.operation) == Some(b.operation),
            (NodeKind::Run(a), NodeKind::Run(b)) => self.workflows.new_of(a.workflow) == Some(b.workflow),
            _ => false,
        }
    }
}

/// The node of each step.
fn steps(version: &Version) -> BTreeMap<LabelId, NodeId> {
    let nodes = version.graph.nodes().filter_map(|(id, node)| match &node.kind {
        NodeKind::Act(act) => Some((act.label, id)),
        NodeKind::Run(run) => Some((run.label, id)),
        _ => None,
    });
    nodes.collect()
}

/// The names of the steps and ends of each workflow.
fn words(model: &Model) -> BTreeMap<WorkflowId, BTreeSet<String>> {
    let mut words: BTreeMap<WorkflowId, BTreeSet<String>> = BTreeMap::new();
    for label in model.labels.values() {
        words.entry(label.workflow).or_default().insert(label.name.text.to_string());
    }
    for goal in model.goals.values() {
        words.entry(goal.workflow).or_default().insert(format!("end {}", goal.name.text));
    }
    words
}
