//! `missing-breaker`: somebody else's service is called however often it has just failed.

use crate::check::Context;
use crate::check::external::external_calls;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{Act, NodeId};
use crate::model::{LabelId, StatementKind, WorkflowId};
use std::collections::BTreeSet;

pub static MISSING_BREAKER: Rule = Rule {
    name: "missing-breaker",
    group: Group::Resilience,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a call to an external service that waits on the line and has no breaker.",
    why: "\
When an external service is down, every run waits for its timeout, and tries again, and waits again: the trouble \
of one partner becomes the slowness of everything, and the partner is called hardest when it can bear least. A \
circuit breaker (Nygard, 2007) stops that for all runs at once. Not every call needs one, so this is information.",
    bad: r#"id OrderId

service Shop { }
service Rates {
  external
  query Convert(order: OrderId) -> decimal
}

workflow PriceOrder(order: OrderId) {
  orchestrated by Shop
  success Priced(rate: decimal)

  step rate = Rates.Convert(order) {
    timeout 2s
    retry 3 times backoff 1s..10s
    on outage { give 1.0 }
  }
  end Priced(rate)
}
"#,
    good: r#"id OrderId

service Shop { }
service Rates {
  external
  query Convert(order: OrderId) -> decimal
}

workflow PriceOrder(order: OrderId) {
  orchestrated by Shop
  success Priced(rate: decimal)

  step rate = Rates.Convert(order) {
    timeout 2s
    retry 3 times backoff 1s..10s
    breaker opens after 5 for 30s
    on outage { give 1.0 }
  }
  end Priced(rate)
}
"#,
    help: "\
`breaker opens after 5 for 30s`: after five outages in a row calls fail at once for half a minute, for all runs. \
Or do not wait on the line: an operation that `answers later` is handed over durably.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let protected = protected(cx);
    let mut findings = Vec::new();
    for (workflow, calls) in external_calls(cx) {
        let (with, without): (Vec<_>, Vec<_>) =
            calls.into_iter().partition(|(_, act)| protected.contains(&act.label));
        if with.is_empty() && without.len() > MANY {
            findings.push(of_workflow(cx, workflow, &without));
        } else {
            findings.extend(without.iter().map(|(step, act)| of_call(cx, *step, act)));
        }
    }
    findings
}

/// More calls than this, and a breaker before none of them, are one cause: the workflow has none.
const MANY: usize = 2;

const CURE: &str = "`breaker opens after 5 for 30s` lets calls fail at once while it is down";

fn of_call(cx: &Context, step: NodeId, act: &Act) -> Finding {
    MISSING_BREAKER
        .at(act.call_span, "called however often it has just failed")
        .message(format!(
            "no breaker stands before the external `{}`",
            cx.model.operation_path(act.operation)
        ))
        .help(CURE)
        .entity(cx.entity(step))
}

fn of_workflow(cx: &Context, id: WorkflowId, calls: &[(NodeId, &Act)]) -> Finding {
    let name = &cx.model.workflows[id].name;
    let mut finding = MISSING_BREAKER
        .at(name.span, "has no breaker")
        .message(format!(
            "no breaker stands before any of the {} external calls of `{}`",
            calls.len(),
            name.text
        ))
        .help(CURE)
        .entity(name.text.as_str());
    for (_, act) in calls.iter().take(4) {
        finding = finding.label(act.call_span, "called however often it has just failed");
    }
    finding
}

/// The steps that have a breaker.
fn protected(cx: &Context) -> BTreeSet<LabelId> {
    let blocks = cx.model.workflows.ids().flat_map(|workflow| cx.blocks(workflow));
    let statements = blocks.flat_map(|block| &block.statements);
    statements
        .filter_map(|statement| match &statement.kind {
            StatementKind::Act(act) => act.block.breaker.as_ref().map(|_| act.label),
            _ => None,
        })
        .collect()
}
