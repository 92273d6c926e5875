//! Waiting for somebody who may never answer.

mod awaited;
mod machine;

use crate::check::Context;
use crate::finding::{Confidence, Finding, Fix, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind, ReceiveKind};
use crate::model::WorkflowId;
use awaited::Awaited;

pub static UNBOUNDED_WAIT: Rule = Rule {
    name: "unbounded-wait",
    group: Group::Resilience,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a coordinator that waits for an event, a person or a late answer without any limit.",
    why: "Events get lost, people go on holiday, and other teams retire what they publish. A run that waits \
          without a limit then stands for ever: it holds its reservations, nobody is told, and no end is \
          reached. The limit may stand at the wait, at a block around it, or at the workflow. A reminder \
          (`after`) is no limit, since it goes on waiting. Reactions of participants never wait: they are \
          woken. Waiting for an external service is an error, because nobody here can mend it.",
    bad: "\
id OrderId

service Shop {
  team \"storefront\"
}
service Desk {
  query Review(order: OrderId) { answers by hand }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold

  step reviewed = Desk.Review(order)
  end Sold
}
",
    good: "\
id OrderId

service Shop {
  team \"storefront\"
}
service Desk {
  query Review(order: OrderId) { answers by hand }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold
  failure NotReviewed

  step reviewed = Desk.Review(order) { within 10d else { end NotReviewed } }
  end Sold
}
",
    help: "Say how long the wait may last and what happens then: `within 10d else { … }` at the wait or the \
           step, at a scope around it, or once for the whole workflow. `before offer.validTo else { … }` is a \
           limit as well. If people should be reminded first, put an `after 2d { notify … }` beside it.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter() {
        let waits: Vec<NodeId> = waits(cx, id);
        let (bounded, unbounded): (Vec<NodeId>, Vec<NodeId>) =
            waits.into_iter().partition(|wait| !cx.graph.limits_around(*wait).is_empty());
        if cx.is_imported(workflow.name.span) {
            findings.extend(machine::findings(cx, id, &unbounded, !bounded.is_empty()));
        } else if bounded.is_empty() && unbounded.len() > MANY {
            findings.push(of_workflow(cx, id, &unbounded));
        } else {
            findings.extend(unbounded.iter().map(|wait| of_wait(cx, *wait)));
        }
    }
    findings
}

/// More waits than this, and none of them bounded, are one cause: the workflow has no limit.
const MANY: usize = 2;

/// Where the coordinator of a workflow waits for somebody: never a reaction, which is woken.
fn waits(cx: &Context, workflow: WorkflowId) -> Vec<NodeId> {
    if cx.model.workflows[workflow].is_choreographed() {
        return Vec::new();
    }
    let is_wait = |kind: &NodeKind| match kind {
        NodeKind::Receive { kind, .. } => *kind == ReceiveKind::Wait,
        NodeKind::Race => true,
        NodeKind::Act(act) => !act.on_the_line,
        _ => false,
    };
    let nodes = cx.graph.nodes_of(workflow).filter(|(_, node)| is_wait(&node.kind));
    nodes.map(|(id, _)| id).filter(|id| cx.occurring.contains(*id)).collect()
}

/// A workflow that bounds nothing.
fn of_workflow(cx: &Context, id: WorkflowId, waits: &[NodeId]) -> Finding {
    let workflow = &cx.model.workflows[id];
    let name = &workflow.name.text;
    let awaited: Vec<Awaited> = waits.iter().map(|wait| Awaited::at(cx, *wait)).collect();
    let is_external = awaited.iter().any(|awaited| awaited.is_external);
    let mut finding = UNBOUNDED_WAIT
        .at(workflow.name.span, "has no limit")
        .severity(if is_external { Severity::Error } else { Severity::Warning })
        .message(format!("none of the {} waits of `{name}` has a limit", waits.len()))
        .what_if(format!("when {}, the run stands for ever and reaches no end", awaited[0].silence()))
        .help(format!(
            "one for the whole run: `within 30d else {{ {} }}`",
            cx.way_out(waits[waits.len() - 1])
        ))
        .help("and a shorter one at each wait that people would notice sooner")
        .fix(cx.way_out_of(waits[waits.len() - 1]).map(|way_out| {
            let limit = format!("within 30d else {{ {} }}", way_out.entries);
            way_out.declare(Fix::daring("limit the whole run").behind(cx.head_of(id), limit))
        }))
        .entity(name.as_str());
    for awaited in &awaited {
        finding = finding.label(awaited.places[0], awaited.label());
    }
    finding
}

fn limit(cx: &Context, wait: NodeId, awaited: &Awaited) -> Option<Fix> {
    // Given up, it would have to be undone: that is more than a limit.
    if matches!(&cx.graph.node(wait).kind, NodeKind::Act(act) if act.is_write && act.undone.is_none()) {
        return None;
    }
    let way_out = cx.way_out_of(wait)?;
    let limit = awaited.limit();
    let fix = Fix::daring(format!("limit the wait: `{limit}`"));
    let entry = format!("{limit} else {{ {} }}", way_out.entries);
    Some(way_out.declare(fix.first_in(cx.statement_of(wait)?, entry)))
}

fn of_wait(cx: &Context, wait: NodeId) -> Finding {
    let awaited = Awaited::at(cx, wait);
    let severity = if awaited.is_external { Severity::Error } else { Severity::Warning };
    let mut finding = UNBOUNDED_WAIT
        .at(awaited.places[0], awaited.label())
        .severity(severity)
        .message(awaited.message())
        .what_if(format!("when {}, the run stands here for ever and reaches no end", awaited.silence()))
        .help(awaited.cure(cx.way_out(wait)))
        .fix(limit(cx, wait, &awaited))
        .entity(awaited.entity(cx, wait));
    for place in &awaited.places[1..] {
        finding = finding.label(*place, "or this one");
    }
    if let Some(external) = awaited.external.filter(|_| awaited.is_external) {
        finding = finding.label(external, "external: nobody here can make it answer");
    }
    for declared in awaited.declared {
        finding = finding.label(declared, "declared here");
    }
    match cx.graph.node(wait).workflow.filter(|id| cx.model.workflows[*id].body.limits.is_empty()) {
        Some(id) => {
            let name = &cx.model.workflows[id].name.text;
            let cure =
                format!("one `within 30d else {{ … }}` at the top of `{name}` bounds all waits of a run");
            cx.by_origin(finding.help(cure))
        }
        None => cx.by_origin(finding),
    }
}
