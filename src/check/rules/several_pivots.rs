//! `several-pivots`: one run passes two points of no return.

use crate::check::Context;
use crate::explore::{DELIVERY, RunEnd, Runs, Status, Timers};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::NodeId;
use crate::model::WorkflowId;

pub static SEVERAL_PIVOTS: Rule = Rule {
    name: "several-pivots",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a run that passes two pivots.",
    why: "\
A saga has one point of no return (Mehrotra and others, 1992): up to it the run can be taken back, from it on it \
has to come through. With a second one it is not said any more which of the two holds between them, and whoever \
reads the workflow, and the code made from it, has to guess.

Pivots on different branches of a choice are fine: a run passes one of them.",
    bad: r#"id TripId

service Agency { }
service Cashier {
  command Capture(trip: TripId) { irreversible; idempotent by trip }
}
service Tickets {
  command Issue(trip: TripId) { irreversible; idempotent by trip }
}

workflow SellTrip(trip: TripId) {
  orchestrated by Agency
  success Sold

  step paid = Cashier.Capture(trip) { pivot; retry forever backoff 1s..1h }
  step issued = Tickets.Issue(trip) { pivot; retry forever backoff 1s..1h }
  end Sold
}
"#,
    good: r#"id TripId

service Agency { }
service Cashier {
  command Capture(trip: TripId) { irreversible; idempotent by trip }
}
service Tickets {
  command Issue(trip: TripId) { irreversible; idempotent by trip }
}

workflow SellTrip(trip: TripId) {
  orchestrated by Agency
  success Sold

  step paid = Cashier.Capture(trip) { pivot; retry forever backoff 1s..1h }
  step issued = Tickets.Issue(trip) { retry forever backoff 1s..1h }
  end Sold
}
"#,
    help: "\
Keep `pivot` at the step after which the business does not go back, and let those behind it be retried until \
they succeed. If the run may still be taken back between the two, the first one is none: say how it is undone. \
Two decisions that stand for themselves are two workflows, of which one runs the other.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    cx.model.workflows.ids().flat_map(|workflow| of_workflow(cx, workflow)).collect()
}

fn of_workflow(cx: &Context, workflow: WorkflowId) -> Vec<Finding> {
    let nodes = cx.graph.nodes_of(workflow).filter(|(_, node)| node.kind.is_pivot());
    let pivots: Vec<NodeId> = nodes.map(|(id, _)| id).filter(|id| cx.occurring.contains(*id)).collect();
    if pivots.len() < 2 {
        return Vec::new();
    }
    let runs = cx.runs(workflow, Timers::Hasty);
    let mut findings = Vec::new();
    for (at, later) in pivots.iter().enumerate() {
        let passes_both = |earlier: &NodeId| {
            let end = runs
                .ends()
                .iter()
                .find(|end| [*earlier, *later].iter().all(|pivot| runs.status(end, *pivot) == Status::Kept));
            Some((*earlier, end?))
        };
        if let Some((earlier, end)) = pivots[..at].iter().find_map(passes_both) {
            findings.push(finding(cx, [earlier, *later], runs, end));
        }
    }
    findings
}

fn finding(cx: &Context, [earlier, later]: [NodeId; 2], runs: &Runs, end: &RunEnd) -> Finding {
    let moves = runs.witness(end);
    let (first, second) = (cx.short_name(earlier), cx.short_name(later));
    let finding = SEVERAL_PIVOTS
        .at(cx.graph.node(later).span, "a second point of no return")
        .message(format!("one run passes two pivots, `{first}` and `{second}`"))
        .label(cx.graph.node(earlier).span, "the first one")
        .run(cx.witness_of_run(&moves), DELIVERY)
        .help("keep `pivot` at the step from which the run does not go back, and drop the other one")
        .help(format!("or, if the run may be taken back before `{second}`, say how `{first}` is undone"))
        .entity(cx.entity(later));
    cx.by_choices(finding, &moves)
}
