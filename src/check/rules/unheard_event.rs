//! `unheard-event`: an event that nobody takes.

use crate::check::Context;
use crate::finding::{Assumption, Confidence, Finding, Ground, Group, Profile, Rule, Severity};
use crate::graph::EdgeKind;
use crate::model::World;

pub static UNHEARD_EVENT: Rule = Rule {
    name: "unheard-event",
    group: Group::ControlFlow,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an event that is published and that nobody in the system takes.",
    why: "\
An event without a subscriber may be meant for somebody outside, or be left over from a workflow that
has changed. A reader cannot tell, and nobody dares to remove it.

It is judged only where all subscribers are known: in a system of `.wfc` files, not in a single
imported one.",
    bad: "\
id OrderId

service Shop {
  event OrderSold(order: OrderId)
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Sold
  publish OrderSold(order)
  end Sold
}
",
    good: "\
id OrderId

service Shop {
  event OrderSold(order: OrderId) { allow unheard-event because \"the data warehouse reads it\" }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Sold
  publish OrderSold(order)
  end Sold
}
",
    help: "\
Remove the event, describe who reads it, or say so in its block:
`allow unheard-event because \"…\"`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    if cx.model.world == World::Open {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (id, event) in cx.model.events.iter() {
        let message = cx.graph.message(id);
        let is_heard = cx
            .graph
            .out_edges(message)
            .any(|edge| matches!(edge.edge.kind, EdgeKind::Message | EdgeKind::Arms | EdgeKind::Disarms));
        let publication = cx.publication(id);
        let Some(publisher) = publication.node.filter(|_| !is_heard) else { continue };
        let name = cx.model.event_name(id);
        let is_external = cx.model.services[event.service].external.is_some();
        let label = if is_external { "may come of this" } else { "published here" };
        let finding = UNHEARD_EVENT
            .at(event.name.span, "nobody takes it")
            .message(format!("nobody hears `{name}`"))
            .label(publication.span, label)
            .witness(cx.witness_of_place(publisher))
            .entity(cx.event_entity(cx.graph.node(publisher).workflow, id));
        findings.push(match is_external {
            true => finding.help("take it where it matters: `when …`, or `wait for any` with both"),
            false => {
                let (severity, confidence) = (finding.severity, finding.confidence);
                finding.resting_on(Assumption {
                    ground: Ground::World,
                    settle: "remove it, or say who reads it: `allow unheard-event because \"…\"`".to_string(),
                    severity,
                    confidence,
                })
            }
        });
    }
    findings
}
