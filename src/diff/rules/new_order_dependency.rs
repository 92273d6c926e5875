//! `new-order-dependency`: two steps that are now always in order, and the step that did it.

use crate::diff::{Pair, Two, quoted};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{EdgeKind, NodeId, NodeKind};
use crate::model::Id;
use std::collections::BTreeMap;

pub static NEW_ORDER_DEPENDENCY: Rule = Rule {
    name: "new-order-dependency",
    group: Group::Versions,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports two steps that are now always in order and were not before, and the step that did it.",
    why: "\
A step that comes late into a process brings an order that nobody planned: the background check needs the \
valuation, the decision waits for the check, and so the decision waits for the valuation, although neither \
team has changed a line for that. Whoever was free to act now waits, and when the first of the two stands still, \
so does the second.

Two steps are in order when some run does both and every run that does both does the one first. wfc compares all \
runs of both versions, and shows a run of the old one that did it the other way round. An old step that now always \
waits for something that is new, and that comes later and not on the line, is reported as well (`inserted`); on \
the line that is information.",
    bad: include_str!("examples/new_order_dependency_bad.txt"),
    good: include_str!("examples/new_order_dependency_good.txt"),
    help: "\
If the order is meant, say so in the change. If it is not, let the new step begin as early as it can, and let only \
those wait for it who use what it gives.",
    example_language: "wfc",
};

/// The steps that both versions do and that only the new one always does in this order, as they are in the
/// new version; the later one is of this workflow.
pub fn new_orders(two: &Two, pair: &Pair) -> Vec<(NodeId, NodeId)> {
    let (before, after) = (&pair.order_before, &pair.order_after);
    let steps = pair.kept_steps(two);
    let mut found = Vec::new();
    for (first_was, first) in &steps {
        let own = |node: NodeId| two.new.graph.node(node).workflow == Some(pair.new);
        for (then_was, then) in steps.iter().filter(|(_, then)| own(*then)) {
            let is_new = after.is_always_first(*first, *then)
                && before.meet(*first_was, *then_was)
                && !before.is_always_first(*first_was, *then_was);
            if is_new {
                found.push((*first, *then));
            }
        }
    }
    found
}

pub fn find(two: &Two, pair: &Pair) -> Vec<Finding> {
    if !pair.is_whole() {
        return Vec::new();
    }
    let order = &pair.order_after;
    let inserted = pair.inserted(two);
    let all = new_orders(two, pair);
    let is_between = |(first, then): &(NodeId, NodeId)| {
        all.iter().any(|(a, b)| {
            a == first && b != then && order.is_always_first(*b, *then)
                || b == then && a != first && order.is_always_first(*first, *a)
        })
    };
    let mut groups: BTreeMap<Vec<NodeId>, Vec<(NodeId, NodeId)>> = BTreeMap::new();
    for (first, then) in all.iter().filter(|pair| !is_between(pair)) {
        let causes = inserted
            .iter()
            .filter(|node| order.is_always_first(*first, **node) && order.is_always_first(**node, *then));
        groups.entry(causes.copied().collect()).or_default().push((*first, *then));
    }
    let mut findings = Vec::new();
    for (causes, pairs) in &groups {
        findings.push(between(two, pair, causes, pairs));
    }
    let named: Vec<NodeId> = groups.keys().flatten().copied().collect();
    findings.extend(behind_inserted(two, pair, &inserted, &named));
    findings
}

/// Two old steps, and what is between them now.
fn between(two: &Two, pair: &Pair, causes: &[NodeId], pairs: &[(NodeId, NodeId)]) -> Finding {
    let graph = two.new.graph;
    let name = |node: NodeId| two.new.name(node).unwrap_or_default();
    let (first, then) = pairs[0];
    let message = format!("`{}` now always comes after `{}`", name(then), name(first));
    let mut finding = NEW_ORDER_DEPENDENCY
        .at(graph.node(then).span, format!("waits for `{}` now", name(first)))
        .message(message)
        .label(graph.node(first).span, "was in no order with it");
    for cause in causes.iter().filter(|cause| !matches!(graph.node(**cause).kind, NodeKind::Message { .. })) {
        finding = finding.label(graph.node(*cause).span, "this step is new, and stands between the two");
    }
    for (first, then) in &pairs[1..] {
        let text = format!("and `{}` comes after `{}`", name(*then), name(*first));
        finding = finding.label(graph.node(*then).span, text);
    }
    let is_moved = causes.is_empty();
    if let (Some(first_was), Some(then_was)) = (pair.was(two, first), pair.was(two, then))
        && let Some(run) = pair.before.run_of(then_was, first_was)
    {
        finding = finding
            .run((two.old.tell)(&run), crate::explore::DELIVERY)
            .what_if(format!("that is a run of the old version, with `{}` first", name(then)));
    }
    let finding = if is_moved { finding.variant("moved") } else { finding };
    let finding = have_to_change(two, pair, finding);
    finding
        .help(format!("if the order is not meant, let `{}` go on without waiting", name(then)))
        .entity(two.entity(pair.new, &name(then)))
}

/// Old steps that always come behind something that is new. Of a chain of new things the last is told.
fn behind_inserted(two: &Two, pair: &Pair, inserted: &[NodeId], named: &[NodeId]) -> Vec<Finding> {
    let (graph, order) = (two.new.graph, &pair.order_after);
    let own = |node: NodeId| graph.node(node).workflow == Some(pair.new);
    let kept: Vec<NodeId> =
        pair.kept_steps(two).into_iter().map(|(_, is)| is).filter(|it| own(*it)).collect();
    // What another workflow does is told there, unless this one waits for it.
    let concerns = |node: &NodeId| match &graph.node(*node).kind {
        NodeKind::Message { event } => graph.subscriptions(*event).any(|edge| own(edge.to)),
        _ => own(*node),
    };
    let mut findings = Vec::new();
    for node in inserted.iter().filter(|node| !named.contains(node) && concerns(node)) {
        let behind = |it: NodeId| order.is_always_first(*node, it);
        let is_first = |then: &NodeId| {
            // Nothing old, and nothing new, lies between the two.
            behind(*then)
                && !kept.iter().chain(inserted).any(|it| behind(*it) && order.is_always_first(*it, *then))
        };
        let Some(then) = kept.iter().copied().find(is_first) else { continue };
        findings.push(behind_one(two, pair, *node, then));
    }
    findings
}

fn behind_one(two: &Two, pair: &Pair, node: NodeId, then: NodeId) -> Finding {
    let graph = two.new.graph;
    let name = |node: NodeId| two.new.name(node).unwrap_or_default();
    let waits = wait_for(two, node, then);
    let finding = NEW_ORDER_DEPENDENCY
        .at(graph.node(then).span, format!("comes after `{}` now", name(node)))
        .variant("inserted")
        .message(format!("`{}` now always waits for `{}`, which is new", name(then), name(node)))
        .severity(if comes_later(two, node) { Severity::Warning } else { Severity::Info });
    let finding = match waits {
        Some(wait) => finding.label(graph.node(wait).span, "here it is waited for"),
        None => finding,
    };
    let mut finding = finding;
    for cause in causes_of(two, pair, node) {
        finding = finding.label(graph.node(cause).span, "this step brought it about");
    }
    if let Some(run) = pair.after.run_of(node, then) {
        finding = finding.run((two.new.tell)(&run), crate::explore::DELIVERY);
    }
    have_to_change(two, pair, finding).entity(two.entity(pair.new, &name(then)))
}

/// Whether it comes some time later, and not as an answer on the line.
fn comes_later(two: &Two, node: NodeId) -> bool {
    match &two.new.graph.node(node).kind {
        NodeKind::Act(act) => !act.on_the_line,
        NodeKind::Message { .. } | NodeKind::Run(_) => true,
        _ => false,
    }
}

/// Where an event is waited for, on the way to a step.
fn wait_for(two: &Two, node: NodeId, then: NodeId) -> Option<NodeId> {
    let graph = two.new.graph;
    let NodeKind::Message { event } = &graph.node(node).kind else { return None };
    let takes = graph.subscriptions(*event).map(|edge| edge.to);
    takes.filter(|it| matches!(graph.node(*it).kind, NodeKind::Receive { .. })).find(|it| {
        graph.downstream_untroubled(*it).binary_search_by_key(&then.index(), |it| it.index()).is_ok()
    })
}

/// The steps that are new and lead to an event.
fn causes_of(two: &Two, pair: &Pair, node: NodeId) -> Vec<NodeId> {
    let graph = two.new.graph;
    match &graph.node(node).kind {
        NodeKind::Act(_) | NodeKind::Run(_) => vec![node],
        NodeKind::Message { event } => {
            let mut found: Vec<NodeId> = Vec::new();
            for edge in graph.publications(*event) {
                match edge.edge.kind {
                    EdgeKind::Consequence => found.push(edge.from),
                    _ => found.extend(pair.inserted(two).into_iter().filter(|step| {
                        !matches!(graph.node(*step).kind, NodeKind::Message { .. })
                            && graph.line_from(*step).binary_search(&edge.from).is_ok()
                    })),
                }
            }
            found.sort();
            found.dedup();
            found
        }
        _ => Vec::new(),
    }
}

/// In a choreography there is no single place for an order: whoever takes part in it has to change.
fn have_to_change(two: &Two, pair: &Pair, finding: Finding) -> Finding {
    let name = two.new.workflow_name(pair.new);
    if !two.new.model.workflows[pair.new].is_choreographed() {
        return finding;
    }
    let side = format!("its side of `{name}`");
    let own = two.touched.iter().filter(|it| it.id.is_some() && it.why.contains(&side));
    let names: Vec<&str> = own.map(|it| it.service.as_str()).collect();
    let new = two.touched.iter().filter(|it| it.id.is_some() && it.why.iter().any(|why| why == "is new"));
    let new: Vec<&str> = new.map(|it| it.service.as_str()).collect();
    match (names.is_empty(), new.is_empty()) {
        (true, _) => finding,
        (false, true) => finding.help(format!("services that must change: {}", quoted(names))),
        (false, false) => {
            finding.help(format!("services that must change: {}; new: {}", quoted(names), quoted(new)))
        }
    }
}
