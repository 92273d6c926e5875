//! Errors that end as successes.

use crate::check::Context;
use crate::check::phrases::quoted;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{EdgeKind, NodeId, NodeKind, RegionId, RegionKind};
use crate::model::{Block, Handler, Statement, StatementKind, Trouble, WorkflowId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

pub static SWALLOWED_FAILURE: Rule = Rule {
    name: "swallowed-failure",
    group: Group::Resilience,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a branch that takes every error, does nothing about it, and lets the run succeed.",
    why: "A catch-all is convenient while a workflow grows, and it hides everything that comes later: refusals, \
          outages, mistakes in the call itself. The run is counted as a success, nobody is told, and what the \
          step should have done is missing. `skip` in a round or a branch is no such thing, since the others \
          go on without it; nor is `give`, which says what to assume instead.",
    bad: "\
id OrderId

service Shop {
  team \"storefront\"
}
service Stock {
  query Check(order: OrderId) { fails OutOfStock }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold

  step checked = Stock.Check(order) { on any { } }
  end Sold
}
",
    good: "\
id OrderId

service Shop {
  team \"storefront\"
}
service Stock {
  query Check(order: OrderId) { fails OutOfStock }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold
  failure NotSold

  step checked = Stock.Check(order) { on any { end NotSold } }
  end Sold
}
",
    help: "Let what cannot be helped be a failure: `on any { undo all; end NotSold }`. Or name the one failure \
           that does not matter, and leave the others to a branch around it. Or tell people about it with \
           `notify`. A step whose success nobody needs may be a notification from the beginning.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let entries = entries(cx);
    let mut swallowing: BTreeMap<(WorkflowId, NodeId), Vec<NodeId>> = BTreeMap::new();
    for id in cx.model.workflows.ids() {
        for block in cx.blocks(id) {
            for handler in &block.handlers {
                let Some(&entry) = entries.get(&handler.span) else { continue };
                if !takes_everything(cx, block, handler, entry) || says_something(&handler.block) {
                    continue;
                }
                if let Some(goes_on) = goes_on_untroubled(cx, entry) {
                    swallowing.entry((id, goes_on)).or_default().push(entry);
                }
            }
        }
    }
    swallowing.into_iter().map(|((_, goes_on), handlers)| of_handlers(cx, goes_on, &handlers)).collect()
}

/// Where the lines of handlers begin that anything which can happen leads to, by the place of each.
fn entries(cx: &Context) -> BTreeMap<Span, NodeId> {
    let is_entry = |region: RegionId| cx.graph.region(region).kind == RegionKind::Handler;
    let entries = cx.graph.nodes().filter(|(id, node)| {
        matches!(node.kind, NodeKind::Merge { .. }) && is_entry(node.region) && cx.occurring.contains(*id)
    });
    entries.map(|(id, node)| (node.span, id)).collect()
}

/// `on any`, or an `on` that takes the outage and every failure of what stands in the block.
fn takes_everything(cx: &Context, block: &Block, handler: &Handler, entry: NodeId) -> bool {
    if handler.troubles.iter().any(|trouble| matches!(trouble, Trouble::Any(_))) {
        return true;
    }
    let takes_outage = handler.troubles.iter().any(|trouble| matches!(trouble, Trouble::Outage(_)));
    let taken: BTreeSet<&str> = handler
        .troubles
        .iter()
        .filter_map(|trouble| match trouble {
            Trouble::Failure(name, _) => Some(name.as_str()),
            Trouble::Any(_) | Trouble::Outage(_) => None,
        })
        .collect();
    let steps = cx.graph.in_edges(entry).filter(|edge| matches!(edge.edge.kind, EdgeKind::Fails(_)));
    let mut failures =
        steps.flat_map(|edge| cx.graph.out_edges(edge.from)).filter_map(|edge| match &edge.edge.kind {
            EdgeKind::Fails(name) => Some(name.as_str()),
            _ => None,
        });
    // One that is named alone is meant, and not swept up with the others.
    let is_sweeping = block.handlers.len() == 1 && !taken.is_empty();
    takes_outage && is_sweeping && failures.all(|name| taken.contains(name))
}

/// Whether a value is given instead, or the round goes on without it.
fn says_something(block: &Block) -> bool {
    let is_said =
        |statement: &Statement| matches!(statement.kind, StatementKind::Give(_) | StatementKind::Skip);
    let inner = || block.statements.iter().flat_map(Statement::blocks);
    block.statements.iter().any(is_said) || inner().any(says_something)
}

/// Follows a handler's line for as long as nothing is done about the error. Gives where the run goes
/// on as if nothing had happened: a successful end, or a step of the untroubled way.
fn goes_on_untroubled(cx: &Context, entry: NodeId) -> Option<NodeId> {
    let mut seen = BTreeSet::from([entry]);
    let mut open = vec![entry];
    let mut goes_on = None;
    while let Some(at) = open.pop() {
        let is_usual = cx.occurring_untroubled.contains(at);
        let is_resumed = match &cx.graph.node(at).kind {
            NodeKind::End { goal } => cx.model.goals[*goal].kind == crate::model::GoalKind::Success,
            NodeKind::Act(_)
            | NodeKind::Run(_)
            | NodeKind::Publish { .. }
            | NodeKind::Notify { .. }
            | NodeKind::Receive { .. }
            | NodeKind::Race
            | NodeKind::Fork { .. }
            | NodeKind::Timer(_) => {
                is_usual && !is_another_attempt(cx, at, entry) && !only_fails_from(cx, at)
            }
            NodeKind::Merge { .. } => {
                let onward = cx.graph.out_edges(at).filter(|edge| edge.edge.kind == EdgeKind::Next);
                open.extend(onward.map(|edge| edge.to).filter(|to| seen.insert(*to)));
                continue;
            }
            // Looked at, joined, undone, or left: something is made of the error.
            NodeKind::Decide
            | NodeKind::Join { .. }
            | NodeKind::Undo { .. }
            | NodeKind::Drop
            | NodeKind::FallOff
            | NodeKind::Unhandled
            | NodeKind::Start { .. }
            | NodeKind::Goal { .. }
            | NodeKind::Message { .. } => false,
        };
        if !is_resumed {
            return None;
        }
        goes_on = Some(at);
    }
    goes_on
}

/// Whether the run ends behind `node`, and never well: a way that others take to fail as well.
fn only_fails_from(cx: &Context, node: NodeId) -> bool {
    let behind = cx.graph.line_from(node);
    let goals = behind.iter().filter_map(|at| match cx.graph.node(*at).kind {
        NodeKind::End { goal } => Some(cx.model.goals[goal].kind),
        _ => None,
    });
    let kinds: Vec<_> = goals.collect();
    !kinds.is_empty() && kinds.iter().all(|kind| *kind == crate::model::GoalKind::Failure)
}

/// Whether what failed comes again behind `node`: a jump back is a retry.
fn is_another_attempt(cx: &Context, node: NodeId, entry: NodeId) -> bool {
    let behind = cx.graph.line_from(node);
    let failed = cx.graph.in_edges(entry).filter(|edge| edge.edge.kind.is_trouble()).map(|edge| edge.from);
    failed.into_iter().any(|step| step == node || behind.contains(&step))
}

fn of_handlers(cx: &Context, goes_on: NodeId, entries: &[NodeId]) -> Finding {
    // INVARIANT: only ways on with at least one handler are collected.
    let first = cx.graph.node(entries[0]).span;
    let failing: BTreeSet<NodeId> = entries.iter().flat_map(|entry| failing(cx, *entry)).collect();
    let names: BTreeSet<String> = failing.iter().map(|step| cx.short_name(*step)).collect();
    let what = match names.len() {
        0 => "what stands here".to_string(),
        1..=3 => quoted(&names),
        n => format!("{n} steps"),
    };
    let node = cx.graph.node(goes_on);
    let (message, label, what_if) = match &node.kind {
        NodeKind::End { goal } => {
            let end = &cx.model.goals[*goal].name.text;
            let what_if = format!("the run ends in `{end}` all the same");
            (format!("every error of {what} ends as a success"), "and the run succeeds", what_if)
        }
        _ => {
            let what_if = format!("the run goes on with `{}` as if it had succeeded", cx.short_name(goes_on));
            (format!("every error of {what} is passed over in silence"), "and the run goes on here", what_if)
        }
    };
    let mut finding = SWALLOWED_FAILURE
        .at(first, "takes every error, and does nothing about it")
        .message(message)
        .what_if(format!("whatever goes wrong there, {what_if}"))
        .entity(cx.entity(failing.first().copied().unwrap_or(goes_on)));
    for entry in entries.iter().skip(1).take(4) {
        finding = finding.label(cx.graph.node(*entry).span, "and so does this");
    }
    finding = finding.label(node.span, label);
    finding = if cx.is_imported(first) {
        finding
            .help("let the `Catch` lead to a `Fail` state, or to a state that tells somebody")
            .help("or catch the one error that does not matter by its name, instead of `States.ALL`")
    } else {
        finding
            .help(format!("let it be a failure: `on any {{ {} }}`", cx.way_out(goes_on)))
            .help("or name the one failure that does not matter, and leave the others to a branch around it")
    };
    cx.by_origin(finding)
}

/// The steps whose errors come to a handler.
fn failing(cx: &Context, entry: NodeId) -> Vec<NodeId> {
    let steps = cx.graph.in_edges(entry).map(|edge| edge.from);
    steps.filter(|step| !cx.short_name(*step).is_empty()).collect()
}
