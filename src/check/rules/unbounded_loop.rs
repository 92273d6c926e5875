//! `unbounded-loop`: a circle that a run may go through for ever, without bound and without limit.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{EdgeKind, EdgeView, Guard, NodeId, NodeKind, Timer};
use crate::model::{StatementKind, Workflow, WorkflowId};
use crate::source::Span;
use std::collections::BTreeSet;

pub static UNBOUNDED_LOOP: Rule = Rule {
    name: "unbounded-loop",
    group: Group::Resilience,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a loop, or a poll, that has neither a bound nor a limit around it.",
    why: "\
A loop that goes on until something is ready goes on for ever when it never is: the job was lost, the partner \
answers `pending` since Tuesday. Nobody is told, the run holds what it holds, and every round calls somebody. \
Only a bound on its rounds or a limit on its time ends it.

Circles in which every round waits for a person or an event are not meant, see `unbounded-wait`; nor is `for \
each`, which ends with its list, nor a step that is tried again after an outage.",
    bad: r#"id JobId

service Batch { }
service Worker {
  query IsReady(job: JobId) -> bool
}

workflow AwaitJob(job: JobId) {
  orchestrated by Batch
  success JobDone

  repeat until ready {
    every 30s
    step ready = Worker.IsReady(job) { retry forever backoff 1s..1h }
  }
  end JobDone
}
"#,
    good: r#"id JobId

service Batch { }
service Worker {
  query IsReady(job: JobId) -> bool
}

workflow AwaitJob(job: JobId) {
  orchestrated by Batch
  success JobDone
  failure JobLost

  repeat until ready {
    every 30s
    at most 100 times else { end JobLost }
    step ready = Worker.IsReady(job) { retry forever backoff 1s..1h }
  }
  end JobDone
}
"#,
    help: "\
Say how often at most, and what happens then: `at most 100 times else { … }` in the loop. Or how long: `within \
1d else { … }` in the loop, at a scope around it, or once for the workflow. Better than to ask again and again \
is to be told: `wait for JobFinished { within 1d else { … } }`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let circular = cx.model.workflows.iter().filter(|(id, _)| cx.goes_round(*id));
    circular.flat_map(|(id, workflow)| of_workflow(cx, id, workflow)).collect()
}

fn of_workflow(cx: &Context, id: WorkflowId, workflow: &Workflow) -> Vec<Finding> {
    let spins = |node: &NodeId| {
        let is_driven = match &cx.graph.node(*node).kind {
            NodeKind::Receive { .. } | NodeKind::Race | NodeKind::Run(_) => true,
            NodeKind::Act(act) => !act.on_the_line,
            _ => false,
        };
        cx.occurring.contains(*node) && !is_driven && cx.graph.limits_around(*node).is_empty()
    };
    let nodes: Vec<NodeId> = cx.graph.nodes_of(id).map(|(node, _)| node).filter(spins).collect();
    let lists = lists(cx, id);
    let goes_round = |edge: &EdgeView| {
        let ends_by_itself = edge.edge.kind == EdgeKind::Guard(Guard::Again)
            && (lists.contains(&edge.edge.span) || has_bound(cx, edge.from));
        edge.edge.kind.moves_a_token() && !edge.edge.kind.is_trouble() && !ends_by_itself
    };
    let circles = cx.graph.circles(&nodes, goes_round);
    let circles = circles.iter().filter(|circle| leaves(cx, circle));
    if cx.is_imported(workflow.name.span) {
        // One that only calls goes through a list more often than not: such formats have no other loops.
        let mut polls = circles.filter(|circle| circle.iter().any(|node| is_pause(cx, *node)));
        return polls.next().map(|poll| of_machine(cx, id, poll)).into_iter().collect();
    }
    circles.map(|circle| finding(cx, id, circle)).collect()
}

/// The lists that loops go through: they end with them.
fn lists(cx: &Context, workflow: WorkflowId) -> BTreeSet<Span> {
    let statements = cx.blocks(workflow).iter().flat_map(|block| &block.statements);
    statements
        .filter_map(|statement| match &statement.kind {
            StatementKind::ForEach(each) => Some(each.list.span),
            _ => None,
        })
        .collect()
}

/// Whether the rounds of a loop are counted.
fn has_bound(cx: &Context, decide: NodeId) -> bool {
    cx.graph.out_edges(decide).any(|edge| edge.edge.kind == EdgeKind::Otherwise)
}

/// A circle that nothing leaves is an endless run.
fn leaves(cx: &Context, circle: &BTreeSet<NodeId>) -> bool {
    let out = |edge: EdgeView| {
        edge.edge.kind.moves_a_token() && !edge.edge.kind.is_trouble() && !circle.contains(&edge.to)
    };
    circle.iter().any(|node| cx.graph.out_edges(*node).any(out))
}

fn is_pause(cx: &Context, node: NodeId) -> bool {
    matches!(cx.graph.node(node).kind, NodeKind::Timer(Timer::Pause))
}

fn steps(cx: &Context, circle: &BTreeSet<NodeId>) -> Vec<NodeId> {
    let steps: Vec<NodeId> = circle.iter().copied().filter(|node| cx.graph.is_step(*node)).collect();
    if steps.is_empty() { circle.iter().copied().take(1).collect() } else { steps }
}

fn finding(cx: &Context, workflow: WorkflowId, circle: &BTreeSet<NodeId>) -> Finding {
    let name = &cx.model.workflows[workflow].name.text;
    let steps = steps(cx, circle);
    let named: Vec<NodeId> = steps.iter().copied().filter(|step| !cx.short_name(*step).is_empty()).collect();
    let (at, what) = match named.first() {
        Some(step) => (*step, format!("the loop around `{}`", cx.short_name(*step))),
        None => (steps[0], "a loop".to_string()),
    };
    let mut finding = UNBOUNDED_LOOP
        .at(cx.graph.node(at).span, "again and again, as long as it takes")
        .message(format!("{what} has neither a bound nor a limit"))
        .entity(cx.entity(at));
    let decides = |edge: &EdgeView| circle.contains(&edge.to) && matches!(edge.edge.kind, EdgeKind::Guard(_));
    if let Some(again) = circle.iter().flat_map(|node| cx.graph.out_edges(*node)).find(decides) {
        finding = finding.label(again.edge.span, "decides whether it goes on");
    }
    if named.len() > 1 {
        let path: Vec<NodeId> = named.iter().copied().chain([at]).collect();
        finding = finding.witness(cx.witness_of_path(&path));
    }
    finding
        .what_if(format!("when this never comes out otherwise, a run of `{name}` goes round for ever"))
        .help("bound its rounds: `at most 100 times else { … }` in the loop")
        .help("or its time: `within 1d else { … }`, here, around it, or once for the workflow")
}

/// Polls of machines end with the machine's own limit at the latest, a year or what was set.
fn of_machine(cx: &Context, workflow: WorkflowId, circle: &BTreeSet<NodeId>) -> Finding {
    let name = &cx.model.workflows[workflow].name.text;
    let steps = steps(cx, circle);
    let mut finding = UNBOUNDED_LOOP
        .at(cx.graph.node(steps[0]).span, "again and again, as long as it takes")
        .variant("poll")
        .severity(Severity::Info)
        .at_most(Confidence::Medium)
        .message(format!("a loop of `{name}` waits and asks again, and nothing limits its time"))
        .entity(cx.entity(steps[0]));
    for step in steps.iter().skip(1).take(3) {
        finding = finding.label(cx.graph.node(*step).span, "and this");
    }
    finding
        .help("set `TimeoutSeconds` of the machine: without it, a run may go round for a year")
        .help("or count the rounds, and let a `Choice` give up")
}
