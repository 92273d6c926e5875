//! Remote calls that may not answer, and nobody has said what happens then.

mod machine;

use crate::check::Context;
use crate::check::phrases::quoted;
use crate::finding::{Confidence, Finding, Fix, Group, Profile, Rule, Severity};
use crate::graph::{Act, EdgeKind, NodeId, NodeKind, Timer};
use crate::model::{Type, WorkflowId};
use crate::source::FileId;
use std::collections::BTreeMap;

pub static UNHANDLED_OUTAGE: Rule = Rule {
    name: "unhandled-outage",
    group: Group::Resilience,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a remote call of a coordinator with neither a retry nor a branch for an outage.",
    why: "Every call to another service fails some day for no reason of the business: a timeout, a refused \
          connection, an open breaker. Where nobody has said what happens then, the run undoes what it can and \
          ends as `Unhandled`. A `timeout` or a `breaker` alone makes outages; it meets none. Queries count as \
          well as commands. So does a limit without an `else` that no branch for an outage meets.\n\n\
          Participants of a choreography are not meant: their event is delivered again until the call \
          succeeds. Nor is what answers later or by hand: it is handed over durably, see `unbounded-wait`.",
    bad: "\
id OrderId

service Shop {
  team \"storefront\"
}
service Stock {
  query Count(order: OrderId) -> int
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold
  failure NotSold

  step count = Stock.Count(order)
  if count == 0 { end NotSold }
  end Sold
}
",
    good: "\
id OrderId

service Shop {
  team \"storefront\"
}
service Stock {
  query Count(order: OrderId) -> int
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold
  failure NotSold

  step count = Stock.Count(order) { retry 3 times backoff 1s..10s }
  if count == 0 { end NotSold }
  end Sold

  on outage { end NotSold }
}
",
    help: "Try again: `retry 3 times backoff 1s..10s`, or `retry forever backoff 1s..1h` behind the pivot. Or go \
           on without the answer: `on outage { give … }`. Or end in a failure that people know: `on outage { \
           undo all; end NotSold }`, once for the whole workflow behind its last statement.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut unguarded: BTreeMap<FileId, Vec<machine::Unguarded>> = BTreeMap::new();
    for (id, workflow) in cx.model.workflows.iter().filter(|(_, workflow)| !workflow.is_choreographed()) {
        let calls = calls_on_the_line(cx, id);
        let (met, unmet): (Vec<NodeId>, Vec<NodeId>) =
            calls.into_iter().partition(|call| is_met_or_retried(cx, *call));
        if cx.is_imported(workflow.name.span) && met.is_empty() {
            let of_file = unguarded.entry(workflow.name.span.file).or_default();
            of_file.extend(machine::unguarded(id, unmet));
        } else if cx.is_imported(workflow.name.span) {
            findings.extend(machine::findings(cx, id, &met, &unmet));
        } else if met.is_empty() && unmet.len() > MANY {
            findings.push(of_workflow(cx, id, &unmet));
        } else {
            findings.extend(unmet.iter().map(|call| of_call(cx, *call)));
            findings.extend(bounds(cx, id).into_iter().map(|bound| of_bound(cx, bound)));
        }
    }
    findings.extend(unguarded.values().filter_map(|of_file| machine::of_unguarded(cx, of_file)));
    findings
}

/// More calls than this, and none of them met, are one cause: the workflow says nothing of outages.
const MANY: usize = 2;

/// The remote calls for whose answer the coordinator waits on the line.
fn calls_on_the_line(cx: &Context, workflow: WorkflowId) -> Vec<NodeId> {
    let is_call = |kind: &NodeKind| matches!(kind, NodeKind::Act(act) if act.is_remote && act.on_the_line);
    let nodes = cx.graph.nodes_of(workflow).filter(|(_, node)| is_call(&node.kind));
    nodes.map(|(id, _)| id).filter(|id| cx.occurring.contains(*id)).collect()
}

fn is_met_or_retried(cx: &Context, call: NodeId) -> bool {
    act(cx, call).is_some_and(|act| act.retry.is_some())
        || cx
            .graph
            .out_edges(call)
            .filter(|edge| edge.edge.kind == EdgeKind::Outage)
            .all(|edge| cx.graph.is_met(&edge))
}

fn act<'g>(cx: &Context<'g>, call: NodeId) -> Option<&'g Act> {
    match &cx.graph.node(call).kind {
        NodeKind::Act(act) => Some(act),
        _ => None,
    }
}

/// Limits and bounds without an `else` whose passing, an outage, nobody meets.
fn bounds(cx: &Context, workflow: WorkflowId) -> Vec<NodeId> {
    let is_unmet = |id: NodeId| {
        let otherwise = |kind: &EdgeKind| *kind == EdgeKind::Otherwise;
        cx.graph.out_edges(id).any(|edge| otherwise(&edge.edge.kind) && !cx.graph.is_met(&edge))
    };
    let nodes = cx.graph.nodes_of(workflow).map(|(id, _)| id);
    nodes.filter(|id| cx.occurring.contains(*id) && is_unmet(*id)).collect()
}

fn of_call(cx: &Context, call: NodeId) -> Finding {
    let node = cx.graph.node(call);
    let Some(act) = act(cx, call) else { return UNHANDLED_OUTAGE.at(node.span, "") };
    let path = cx.model.operation_path(act.operation);
    let mut finding = UNHANDLED_OUTAGE
        .at(node.span, "neither a retry here, nor a branch for an outage here or around it")
        .message(format!("nobody says what happens when `{path}` does not answer"))
        .what_if(unanswered(cx, call, act, &path))
        .entity(cx.entity(call));
    if let Some(timeout) = act.timeout {
        finding = finding.label(timeout, "makes an outage, and meets none");
    }
    let operation = &cx.model.operations[act.operation];
    finding = finding.fix(retry(cx, call, act));
    if act.pivot.is_some() || is_behind_pivot(cx, call) {
        return finding.help("from the pivot on, a step must be settled: `retry forever backoff 1s..1h`");
    }
    finding = match act.is_write && operation.idempotent_by.is_none() {
        true => {
            finding.help("try again first, under a key: `retry 3 times backoff 1s..10s`, `idempotent by …`")
        }
        false => finding.help("try again first: `retry 3 times backoff 1s..10s`"),
    };
    if !act.is_write && operation.reply != Type::Nothing {
        finding = finding.help("or go on with a value that is safe to assume: `on outage { give … }`");
    }
    finding.help(format!("or give up in an end that is known: `on outage {{ {} }}`", cx.way_out(call)))
}

/// Another try; of a command only under a key.
fn retry(cx: &Context, call: NodeId, act: &Act) -> Option<Fix> {
    let operation = &cx.model.operations[act.operation];
    let is_settled = act.pivot.is_some() || is_behind_pivot(cx, call);
    let (title, entry) = match is_settled {
        true => ("try again until it answers", "retry forever backoff 1s..1h"),
        false => ("try again three times", "retry 3 times backoff 1s..10s"),
    };
    let fix = Fix::daring(title).first_in(cx.statement_of(call)?, entry);
    if !act.is_write || operation.idempotent_by.is_some() {
        return Some(fix);
    }
    let key = cx.only_id(operation)?;
    Some(fix.last_in(operation.span, format!("idempotent by {}", key.text)))
}

fn unanswered(cx: &Context, call: NodeId, act: &Act, path: &str) -> String {
    let undone = match cx.completed_before(call).as_slice() {
        [] => String::new(),
        names => format!("undoes what it can of {}, and ", quoted(names)),
    };
    let doubt = if act.is_write { "; whether it was done, nobody knows" } else { "" };
    format!("when `{path}` does not answer, the run {undone}ends as `Unhandled`{doubt}")
}

/// Whether the pivot may be passed before the call.
fn is_behind_pivot(cx: &Context, call: NodeId) -> bool {
    cx.graph.line_to(call).into_iter().any(|id| match &cx.graph.node(id).kind {
        NodeKind::Act(act) => act.pivot.is_some(),
        NodeKind::Run(run) => run.pivot.is_some(),
        _ => false,
    })
}

/// A workflow that says nothing of outages anywhere.
fn of_workflow(cx: &Context, id: WorkflowId, calls: &[NodeId]) -> Finding {
    let workflow = &cx.model.workflows[id];
    let name = &workflow.name.text;
    let mut finding = UNHANDLED_OUTAGE
        .at(workflow.name.span, "says nothing of outages")
        .message(format!("none of the {} remote calls of `{name}` has an answer to an outage", calls.len()))
        .entity(name.as_str());
    for call in calls {
        let span = cx.graph.node(*call).span;
        finding = finding.label(span, "neither a retry, nor a branch for an outage");
    }
    let last = calls[calls.len() - 1];
    let first =
        act(cx, calls[0]).map(|act| unanswered(cx, calls[0], act, &cx.model.operation_path(act.operation)));
    finding
        .fix(of_workflow_fix(cx, id, last))
        .what_if(first.unwrap_or_default())
        .help(format!("meet them once, behind the last statement: `on outage {{ {} }}`", cx.way_out(last)))
        .help("and try again where it is worth it: `retry 3 times backoff 1s..10s`")
}

/// One branch for the whole workflow, behind its statements.
fn of_workflow_fix(cx: &Context, id: WorkflowId, last: NodeId) -> Option<Fix> {
    let workflow = &cx.model.workflows[id];
    let way_out = cx.way_out_of(last)?;
    let branch = format!("on outage {{ {} }}", way_out.entries);
    let fix = Fix::daring("end in a failure when a service does not answer");
    let late = workflow.late.iter().map(|late| late.span).min_by_key(|span| span.start);
    Some(way_out.declare(match late {
        Some(late) => fix.before(late, branch),
        None => fix.last_in(workflow.span, branch),
    }))
}

/// A limit, a `needs` or an `at most` without an `else`.
fn of_bound(cx: &Context, bound: NodeId) -> Finding {
    let unmet = cx.graph.out_edges(bound).find(|edge| edge.edge.kind == EdgeKind::Otherwise);
    let span = unmet.map_or(cx.graph.node(bound).span, |edge| edge.edge.span);
    let (what, when) = match cx.graph.node(bound).kind {
        NodeKind::Timer(Timer::Limit) => ("limit", "it passes"),
        NodeKind::Join { .. } => ("need", "too few succeed"),
        _ => ("bound", "it is reached"),
    };
    UNHANDLED_OUTAGE
        .at(span, "has no `else`, and no branch around it takes an outage")
        .variant("limit")
        .message(format!("nobody says what happens when this {what} is not kept"))
        .what_if(format!(
            "when {when}, that is an outage: the run undoes what it can and ends as `Unhandled`"
        ))
        .help(format!("say what happens then: `else {{ {} }}`", cx.way_out(bound)))
        .help("or meet it as an outage, with an `on outage { … }` of the block or around it")
        .fix(cx.way_out_of(bound).map(|way_out| {
            let fix = Fix::daring(format!("end in a failure when the {what} is not kept"));
            way_out.declare(fix.behind(span, format!("else {{ {} }}", way_out.entries)))
        }))
        .entity(entity_of_block(cx, bound))
}

/// The step or scope that a limit stands in, as a path.
fn entity_of_block(cx: &Context, bound: NodeId) -> String {
    let mut at = Some(cx.graph.node(bound).region);
    while let Some(region) = at {
        let region = cx.graph.region(region);
        if let Some(label) = region.label {
            return format!("{}/{}", cx.entity(bound), cx.model.labels[label].name.text);
        }
        at = region.parent;
    }
    cx.entity(bound)
}
