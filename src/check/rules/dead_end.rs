//! `dead-end`: a run in which everybody did their part, and that never ends.

use crate::check::Context;
use crate::check::phrases::{ended, joined};
use crate::explore::{DELIVERY, RunEnd, Runs, Stop, Timers};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind};
use crate::model::WorkflowId;

pub static DEAD_END: Rule = Rule {
    name: "dead-end",
    group: Group::ControlFlow,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a run that stops without having reached an end.",
    why: "\
Everybody reacted, every timer fired, nothing more can happen, and no end was reached: an order that is \
charged and blocked stands there for ever. A watch or a reminder that only tells a person does not end \
the run; it is how you find out.

wfc explores the runs in which everybody reacts in time, with each declared failure, under a delivery \
that keeps no order between messages.",
    bad: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
}
service Stock {
  query Reserve(order: OrderId) { fails OutOfStock }
  event StockReserved(order: OrderId)
  event StockMissing(order: OrderId)
}
service Sales {
  query Note(order: OrderId)
}

workflow ReserveStock {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Reserved reached by StockReserved owned by Stock

  participant Stock {
    when OrderPlaced {
      step reserved = Stock.Reserve(order) { on OutOfStock { publish StockMissing(order); skip } }
      publish StockReserved(order)
    }
  }
  participant Sales {
    when StockMissing {
      step noted = Sales.Note(order)
    }
  }
}
"#,
    good: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
}
service Stock {
  query Reserve(order: OrderId) { fails OutOfStock }
  event StockReserved(order: OrderId)
  event StockMissing(order: OrderId)
}
service Sales {
  query Note(order: OrderId)
}

workflow ReserveStock {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Reserved reached by StockReserved owned by Stock
  failure SoldOut reached by StockMissing owned by Stock

  participant Stock {
    when OrderPlaced {
      step reserved = Stock.Reserve(order) { on OutOfStock { publish StockMissing(order); skip } }
      publish StockReserved(order)
    }
  }
  participant Sales {
    when StockMissing {
      step noted = Sales.Note(order)
    }
  }
}
"#,
    help: "\
Look at the last step of the run: what it published is taken by nobody who leads on to an end, or what \
is waited for is not published on this way. Give that event a reaction, the wait a limit that leads to \
an end, or the workflow an `end` on its last line.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    cx.model.workflows.ids().filter(|id| can_stop(cx, *id)).flat_map(|id| of_workflow(cx, id)).collect()
}

/// A conducted workflow that neither waits for anything nor falls off its last line always moves on.
fn can_stop(cx: &Context, id: WorkflowId) -> bool {
    // Without any end there is none to miss; that is another finding.
    if cx.model.workflows[id].goals.is_empty() {
        return false;
    }
    cx.model.workflows[id].is_choreographed()
        || cx.graph.nodes_of(id).any(|(node, item)| match &item.kind {
            NodeKind::FallOff => cx.occurring.contains(node),
            NodeKind::Receive { .. } | NodeKind::Race => true,
            _ => false,
        })
}

fn of_workflow(cx: &Context, id: WorkflowId) -> Vec<Finding> {
    let mut places: Vec<Vec<NodeId>> = Vec::new();
    let mut findings = stopped(cx, id, &mut places);
    // A last line without an `end` is a dead end also when only a passed limit leads there.
    let falls_off = |place: &NodeId| matches!(cx.graph.node(*place).kind, NodeKind::FallOff);
    let can_fall_off = cx.graph.nodes_of(id).any(|(node, _)| falls_off(&node) && cx.occurring.contains(node));
    if can_fall_off && !places.iter().flatten().any(falls_off) {
        let runs = cx.runs(id, Timers::Hasty);
        let end = runs
            .ends()
            .iter()
            .find(|end| matches!(&end.stop, Stop::Stuck { at } if at.iter().any(falls_off)));
        if let Some((end, at)) = end.and_then(|end| stands_at(end).map(|at| (end, at))) {
            findings.extend(finding(cx, id, runs, end, at));
        }
    }
    findings
}

fn stands_at(end: &RunEnd) -> Option<&[NodeId]> {
    match &end.stop {
        Stop::Stuck { at } => Some(at),
        Stop::Complete { .. } | Stop::Unwound { .. } => None,
    }
}

/// Stopped runs, one for each place they stand at.
fn stopped(cx: &Context, id: WorkflowId, places: &mut Vec<Vec<NodeId>>) -> Vec<Finding> {
    let runs = cx.runs(id, Timers::Patient);
    let mut findings = Vec::new();
    // In a choreography one way to stop is shown: the others mostly have the same cause.
    let most = if cx.model.workflows[id].is_choreographed() { 1 } else { 3 };
    for end in runs.ends() {
        let Some(at) = stands_at(end) else { continue };
        if places.len() < most && !places.iter().any(|place| place == at) {
            places.push(at.to_vec());
            findings.extend(finding(cx, id, runs, end, at));
        }
    }
    findings
}

/// `` `end Sold` or `end Cancelled(…)` ``
fn ends(cx: &Context, id: WorkflowId) -> String {
    let goals =
        cx.model.workflows[id].goals.iter().map(|goal| format!("`{}`", ended(&cx.model.goals[*goal])));
    joined(&goals.collect::<Vec<_>>(), "or")
}

fn finding(cx: &Context, id: WorkflowId, runs: &Runs, end: &RunEnd, at: &[NodeId]) -> Option<Finding> {
    let workflow = &cx.model.workflows[id];
    let moves = runs.witness(end);
    let name = &workflow.name.text;
    let stands = at.first().copied();
    if let Some(wait) = stands
        && let NodeKind::Receive { trigger, .. } = &cx.graph.node(wait).kind
        && trigger.terms.iter().all(|(event, _)| !cx.occurring.contains(cx.graph.message(*event)))
    {
        // What it waits for can never come: that is said of the event.
        return None;
    }
    let finding = match stands.map(|node| (node, cx.graph.node(node))) {
        Some((_, node)) if matches!(node.kind, NodeKind::FallOff) => DEAD_END
            .at(node.span, "no `end` here")
            .message(format!("`{name}` runs off its last line without an end"))
            .help(format!("say with which of its ends the workflow is over: {}", ends(cx, id))),
        Some((wait, node)) => DEAD_END
            .at(node.span, "the run stands here for ever")
            .message(format!("a run of `{name}` waits for `{}`, which does not come", cx.short_name(wait)))
            .help("give the wait a limit that leads to an end: `within … else { … end … }`")
            .help("or let whoever ends otherwise publish it, too"),
        None => {
            let last = moves.iter().rev().find(|made| !cx.short_name(made.node).is_empty());
            let finding = DEAD_END.at(workflow.name.span, "a run of it stops without an end").message(
                match end.goals.first() {
                    // A milestone: another end could follow from its events.
                    Some(goal) => format!(
                        "a run of `{name}` stops at `{}`, and no final end is reached",
                        cx.model.goals[*goal].name.text
                    ),
                    None => format!("a run of `{name}` stops, and no end is reached"),
                },
            );
            let finding = match last {
                Some(last) => {
                    finding.label(cx.graph.node(last.node).span, "this happens last, and leads nowhere")
                }
                None => finding,
            };
            finding.help("let somebody react to what happens last, and lead on to an end")
        }
    };
    let finding = finding
        .run(cx.witness_of_run(&moves), DELIVERY)
        .left(cx.left_behind(runs, end))
        .entity(stands.map_or(name.to_string(), |node| cx.entity(node)));
    Some(cx.by_choices(finding, &moves))
}
