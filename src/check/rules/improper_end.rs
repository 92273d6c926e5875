//! `improper-end`: something that cannot be taken back is given up while it is under way.

use crate::check::Context;
use crate::explore::{DELIVERY, Lens, Move, Timers, What};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{Node, NodeId, NodeKind, RegionId, RegionKind, Timer};
use crate::model::WorkflowId;

pub static IMPROPER_END: Rule = Rule {
    name: "improper-end",
    group: Group::ControlFlow,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a command that may be under way when its run ends or gives it up, and that nothing can take back.",
    why: "\
An `end` ends the run everywhere: what other branches have under way is given up, as is the rest of a \
`parallel` that has what it `needs`, or the work in a block whose limit has passed. A command that turns \
out to have been done is then undone, if its contract says how. Without that it stays done, in a run that \
is over and has forgotten it.

wfc explores the runs of conducted workflows. In a choreography nobody can stop the others, and the rules \
about compensation judge what is left. A declared residue may stay, and a pivot is waited for when a \
limit passes.",
    bad: r#"id OrderId

service Shop { }
service Payments {
  command Charge(order: OrderId) { undone by Refund(order); idempotent by order }
  command Refund(order: OrderId) { idempotent by order }
}
service Warehouse {
  command Pack(order: OrderId) { idempotent by order }
}
service Stock {
  query Look(order: OrderId) { fails SoldBefore }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  success Sold
  success SoldElsewhere

  parallel {
    step packed = Warehouse.Pack(order) { retry forever backoff 1s..1h }
    step found = Stock.Look(order) {
      retry forever backoff 1s..1h
      on SoldBefore { end SoldElsewhere }
    }
  }
  step charged = Payments.Charge(order) { retry forever backoff 1s..1h }
  end Sold
}
"#,
    good: r#"id OrderId

service Shop { }
service Payments {
  command Charge(order: OrderId) { undone by Refund(order); idempotent by order }
  command Refund(order: OrderId) { idempotent by order }
}
service Warehouse {
  command Pack(order: OrderId) { idempotent by order }
}
service Stock {
  query Look(order: OrderId) { fails SoldBefore }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  success Sold
  success SoldElsewhere

  step found = Stock.Look(order) {
    retry forever backoff 1s..1h
    on SoldBefore { end SoldElsewhere }
  }
  step packed = Warehouse.Pack(order) { retry forever backoff 1s..1h }
  step charged = Payments.Charge(order) { retry forever backoff 1s..1h }
  end Sold
}
"#,
    help: "\
Do the command when nothing can end the run any more, or let the branches join before the `end`. Or let \
it be taken back: `undone by …` in its contract, or `undone by nothing because \"…\"` if it may stay.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let conducted = cx.model.workflows.iter().filter(|(_, workflow)| !workflow.is_choreographed());
    // What can be taken back, no imported format can say.
    conducted
        .filter(|(_, workflow)| !cx.is_imported(workflow.span))
        .flat_map(|(id, _)| of_workflow(cx, id))
        .collect()
}

fn of_workflow(cx: &Context, workflow: WorkflowId) -> Vec<Finding> {
    let mut bounded = Vec::new();
    let mut beside_an_end = Vec::new();
    for (act, node) in cx.graph.nodes_of(workflow) {
        if !cannot_be_taken_back(&node.kind) || !cx.occurring.contains(act) {
            continue;
        }
        if siblings_may_leave(cx, act) {
            beside_an_end.push(act);
        } else if something_may_stop(cx, act) {
            bounded.push(act);
        }
    }
    let mut found = Vec::new();
    if !bounded.is_empty() {
        found = cx.runs(workflow, Timers::Hasty).given_up(bounded, |act, made| counts(cx, act, made));
    }
    // Where a step only disturbs its own branch, runs in which it waits for others are left out.
    for act in beside_an_end {
        let runs = cx.runs_through(workflow, Timers::Hasty, Lens::EveryOrderOf(act));
        found.extend(runs.given_up(vec![act], |act, made| counts(cx, act, made)));
    }
    found.iter().map(|(act, moves)| finding(cx, *act, moves)).collect()
}

fn cannot_be_taken_back(kind: &NodeKind) -> bool {
    matches!(kind, NodeKind::Act(act) if act.is_write && act.undone.is_none())
}

/// Whether the line of another branch may end the run or the `parallel`, or it needs only some of them.
fn siblings_may_leave(cx: &Context, act: NodeId) -> bool {
    let mut at = Some(cx.graph.node(act).region);
    let mut branch: Option<RegionId> = None;
    while let Some(id) = at {
        let region = cx.graph.region(id);
        match region.kind {
            RegionKind::Branch | RegionKind::Round => branch = Some(id),
            RegionKind::Parallel if branch.is_some_and(|branch| is_left(cx, act, id, branch)) => return true,
            _ => {}
        }
        at = region.parent;
    }
    false
}

fn is_left(cx: &Context, act: NodeId, parallel: RegionId, branch: RegionId) -> bool {
    let each = cx.graph.region(branch).kind == RegionKind::Round;
    let workflow = cx.graph.node(act).workflow;
    workflow.into_iter().flat_map(|id| cx.graph.nodes_of(id)).any(|(id, node)| {
        let is_sibling =
            cx.graph.is_within(node.region, parallel) && (each || !cx.graph.is_within(node.region, branch));
        is_sibling
            && match &node.kind {
                NodeKind::End { .. } => true,
                NodeKind::Join { needs, .. } => needs.is_some() && node.region == parallel,
                _ => cx.graph.out_edges(id).any(|edge| {
                    let closes = edge.edge.closes.is_some_and(|closed| cx.graph.is_within(parallel, closed));
                    closes && !edge.edge.kind.is_trouble() && !matches!(node.kind, NodeKind::Join { .. })
                }),
            }
    })
}

/// Whether a limit around it may pass, or something that interrupts may leave its block.
fn something_may_stop(cx: &Context, act: NodeId) -> bool {
    cx.graph.regions_around(cx.graph.node(act).region).any(|region| {
        region.beside.iter().any(|beside| {
            matches!(cx.graph.node(*beside).kind, NodeKind::Timer(Timer::Limit) | NodeKind::Receive { .. })
        })
    })
}

/// What is left by a refusal, or stopped by an `undo all`, is waited for, unless its answer takes its time.
fn counts(cx: &Context, act: NodeId, made: &Move) -> bool {
    let NodeKind::Act(given_up) = &cx.graph.node(act).kind else { return false };
    match made.what {
        What::Fails(_) => false,
        What::Undoes => !given_up.on_the_line,
        // A limit waits for the answer of a pivot.
        What::Fires => given_up.pivot.is_none(),
        What::Starts
        | What::Arrives
        | What::Done
        | What::Takes
        | What::Chooses(_)
        | What::Publishes
        | What::Ends
        | What::Passes => true,
    }
}

fn finding(cx: &Context, act: NodeId, moves: &[Move]) -> Finding {
    let name = cx.short_name(act);
    let node = cx.graph.node(act);
    let last = moves.last().map(|made| (made.what, cx.graph.node(made.node)));
    let (when, cure) = match &last {
        Some((What::Ends, _)) => (
            "when the run ends",
            format!("do `{name}` when nothing can end the run any more, or let the branches join first"),
        ),
        Some((What::Fires, _)) => (
            "when its limit passes",
            format!(
                "mark `{name}` as the `pivot`, so that the limit waits for its answer, or take it out of the block"
            ),
        ),
        Some((_, Node { kind: NodeKind::Join { .. }, .. })) => (
            "when enough of the others are done",
            format!("do `{name}` behind the `parallel`, for those that were chosen"),
        ),
        _ => ("when its block is left", format!("do `{name}` when nothing can leave the block any more")),
    };
    let mut finding = IMPROPER_END
        .at(node.span, "nothing could take this back then")
        .message(format!("`{name}` may be under way {when}"));
    // A join has no text of its own to point to.
    if let Some((_, stopping)) = last.filter(|(_, node)| !matches!(node.kind, NodeKind::Join { .. })) {
        finding = finding.label(stopping.span, "gives up what is under way");
    }
    if let NodeKind::Act(act) = &node.kind {
        let contract = cx.model.operations[act.operation].name.span;
        finding = match act.irreversible {
            Some(span) => finding.label(span, "it cannot be taken back"),
            None => finding.label(contract, "its contract has no `undone by`"),
        };
    }
    let finding = finding
        .run(cx.witness_of_run_given_up(act, moves), DELIVERY)
        .help(cure)
        .help("or say what takes it back: `undone by …`; or that it may stay: `undone by nothing because \"…\"`")
        .entity(cx.entity(act));
    cx.by_choices(finding, moves)
}
