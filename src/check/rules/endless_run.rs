//! `endless-run`: a circle of steps with no way to an end.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind};
use crate::model::{Id, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};

pub static ENDLESS_RUN: Rule = Rule {
    name: "endless-run",
    group: Group::ControlFlow,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a circle of steps from which no end can be reached.",
    why: "\
A run that has come into the circle never leaves it: no condition, refusal, limit or event leads out.
It calls the same services again and again, until somebody notices.",
    bad: "\
id JobId

service Scheduler {
  team \"batch\"
}

service Worker {
  query Poll(job: JobId) -> bool
}

workflow WatchJob(job: JobId) {
  orchestrated by Scheduler
  correlated by job
  success Done

  scope again {
    wait 1m
    step ready = Worker.Poll(job) { retry forever backoff 1s..1h }
  }
  then again
}
",
    good: "\
id JobId

service Scheduler {
  team \"batch\"
}

service Worker {
  query Poll(job: JobId) -> bool
}

workflow WatchJob(job: JobId) {
  orchestrated by Scheduler
  correlated by job
  within 1d else { end Lost }
  success Done
  failure Lost

  scope again {
    wait 1m
    step ready = Worker.Poll(job) { retry forever backoff 1s..1h }
  }
  if not ready { then again }
  end Done
}
",
    help: "\
Let a condition decide before the jump back: `if … { then … }`. Better, use a loop that says when it
is over, `repeat until …`, with `at most N times`; or give the circle a limit that leads to an end.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let conducted = cx.model.workflows.iter().filter(|(_, workflow)| !workflow.is_choreographed());
    let circular = conducted.map(|(id, _)| id).filter(|id| cx.goes_round(*id));
    circular.flat_map(|id| of_workflow(cx, id)).collect()
}

fn of_workflow(cx: &Context, workflow: WorkflowId) -> Vec<Finding> {
    let nodes: Vec<NodeId> =
        cx.graph.nodes_of(workflow).map(|(id, _)| id).filter(|id| cx.occurring.contains(*id)).collect();
    let lines: Lines = nodes.iter().map(|id| (*id, goes_to(cx, workflow, *id))).collect();
    let lost = without_way_out(cx, &nodes, &lines);
    let mut findings = Vec::new();
    let mut told = BTreeSet::new();
    for node in &lost {
        if told.contains(node) {
            continue;
        }
        let ahead = reach(&lines, *node, &lost);
        if ahead.contains(node) {
            let circle: BTreeSet<NodeId> =
                ahead.iter().copied().filter(|other| reach(&lines, *other, &lost).contains(node)).collect();
            told.extend(circle.iter().copied());
            findings.push(finding(cx, workflow, &circle));
        }
    }
    findings
}

/// Where a token may go on to from each node.
type Lines = BTreeMap<NodeId, Vec<NodeId>>;

fn goes_to(cx: &Context, workflow: WorkflowId, node: NodeId) -> Vec<NodeId> {
    let flows = cx.graph.out_edges(node).filter(|edge| edge.edge.kind.is_flow()).map(|edge| edge.to);
    flows.filter(|to| cx.graph.node(*to).workflow == Some(workflow) && cx.occurring.contains(*to)).collect()
}

/// The nodes from which neither an end nor the end of a line can be reached, be it by a limit or an
/// interrupt of a block around them.
fn without_way_out(cx: &Context, nodes: &[NodeId], lines: &Lines) -> BTreeSet<NodeId> {
    let mut before = vec![Vec::new(); cx.graph.n_nodes()];
    for node in nodes {
        let onward = lines.get(node).into_iter().flatten().copied();
        onward.chain(beside(cx, *node)).for_each(|to| before[to.index()].push(*node));
    }
    let is_over = |node: &NodeId| {
        matches!(
            cx.graph.node(*node).kind,
            NodeKind::End { .. }
                | NodeKind::Goal { .. }
                | NodeKind::FallOff
                | NodeKind::Drop
                | NodeKind::Unhandled
        )
    };
    let mut open: Vec<NodeId> = nodes.iter().copied().filter(is_over).collect();
    let mut out: BTreeSet<NodeId> = open.iter().copied().collect();
    while let Some(at) = open.pop() {
        open.extend(before[at.index()].iter().copied().filter(|from| out.insert(*from)));
    }
    nodes.iter().copied().filter(|node| !out.contains(node)).collect()
}

/// What runs beside the blocks around a node.
fn beside(cx: &Context, node: NodeId) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut at = Some(cx.graph.node(node).region);
    while let Some(region) = at {
        let region = cx.graph.region(region);
        found.extend(region.beside.iter().copied().filter(|id| cx.occurring.contains(*id)));
        at = region.parent;
    }
    found
}

fn reach(lines: &Lines, from: NodeId, within: &BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        let onward = lines.get(&at).into_iter().flatten().copied();
        open.extend(onward.filter(|to| within.contains(to) && seen.insert(*to)));
    }
    seen
}

fn finding(cx: &Context, workflow: WorkflowId, circle: &BTreeSet<NodeId>) -> Finding {
    let name = &cx.model.workflows[workflow].name.text;
    let steps: Vec<NodeId> = circle.iter().copied().filter(|node| cx.graph.is_step(*node)).collect();
    // A circle of scopes without any step is possible; then its first joint stands for it.
    let told = if steps.is_empty() { circle.iter().copied().take(1).collect() } else { steps };
    let mut finding = ENDLESS_RUN
        .at(cx.graph.node(told[0]).span, "happens again and again")
        .message(format!("`{name}` goes in a circle from which no end can be reached"))
        .entity(cx.entity(told[0]));
    // Five steps show a circle; fifty would hide it.
    for node in told.iter().skip(1).take(4) {
        finding = finding.label(cx.graph.node(*node).span, "and this");
    }
    let mut path = cx.graph.path(cx.graph.start(workflow), told[0]);
    path.extend(told.iter().skip(1));
    path.push(told[0]);
    finding = finding.witness(cx.witness_of_path(&path));
    if cx.is_imported(finding.span()) {
        return finding.at_most(Confidence::Medium).help("let a choice lead out of the circle, to an end");
    }
    finding
        .help("let a condition decide before the jump back: `if … { then … }`")
        .help("or give the circle a limit that leads to an end: `within … else { end … }`")
}
