//! `missing-fallback`: a run fails because somebody else's service could not be asked.

use crate::check::Context;
use crate::check::external::external_calls;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{EdgeKind, EdgeView, NodeId, NodeKind};
use crate::model::{GoalKind, Type};

pub static MISSING_FALLBACK: Rule = Rule {
    name: "missing-fallback",
    group: Group::Resilience,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a query to an external service whose outage makes the run fail.",
    why: "\
A run can be no more available than what it waits for, unless it can do without the answer: with yesterday's \
rate, the fair rating, the smaller limit. Whether there is such a value only the business knows, so this is \
information.

Commands are not meant: what was not done cannot be assumed.",
    bad: r#"id OrderId

service Shop { }
service Rates {
  external
  query Convert(order: OrderId) -> decimal
}

workflow PriceOrder(order: OrderId) {
  orchestrated by Shop
  success Priced(rate: decimal)
  failure NotPriced

  step rate = Rates.Convert(order) { breaker opens after 5 for 30s; on outage { end NotPriced } }
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

  step rate = Rates.Convert(order) { breaker opens after 5 for 30s; on outage { give 1.0 } }
  end Priced(rate)
}
"#,
    help: "\
Go on with a value that is safe to assume: `on outage { give … }`; or without it: `on outage { }`, where the value \
is then perhaps absent; or ask somebody else there.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (step, act) in external_calls(cx).into_values().flatten().filter(|(_, act)| !act.is_write) {
        let outage = cx.graph.out_edges(step).find(|edge| edge.edge.kind == EdgeKind::Outage);
        let Some(outage) = outage.filter(|edge| only_fails(cx, step, edge)) else { continue };
        let path = cx.model.operation_path(act.operation);
        let mut finding = MISSING_FALLBACK
            .at(cx.graph.node(step).span, "without an answer the run fails")
            .message(format!("nothing stands in for an answer of the external `{path}`"));
        if cx.graph.is_met(&outage) {
            finding = finding.label(cx.graph.node(outage.to).span, "its outage comes here");
        }
        if cx.model.operations[act.operation].reply != Type::Nothing {
            finding = finding.help("go on with a value that is safe to assume: `on outage { give … }`");
        }
        findings.push(finding.help("or go on without it: `on outage { … }`").entity(cx.entity(step)));
    }
    findings
}

/// Whether no success can be reached any more behind the outage.
fn only_fails(cx: &Context, step: NodeId, outage: &EdgeView) -> bool {
    let goes_on = |edge: &EdgeView| edge.edge.kind.is_flow() && edge.from != step;
    let behind = cx.graph.reached([outage.to], goes_on);
    behind.binary_search(&step).is_err()
        && !behind.iter().any(|node| match cx.graph.node(*node).kind {
            NodeKind::End { goal } | NodeKind::Goal { goal, .. } => {
                cx.model.goals[goal].kind == GoalKind::Success
            }
            _ => false,
        })
}
