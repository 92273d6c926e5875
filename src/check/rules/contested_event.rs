//! Events of one name that several declarations of one system publish.

use crate::check::Context;
use crate::check::phrases::quoted;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::EdgeKind;
use crate::model::{EventId, World};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

pub static CONTESTED_EVENT: Rule = Rule {
    name: "contested-event",
    group: Group::ControlFlow,
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    profile: Profile::Default,
    reports: "Reports an event that several imported machines of one system publish, or several files declare for services of the same name.",
    why: "An event is a fact that one service states. On a bus its name is all that a subscriber has: when two \
          machines put `OrderAsked` there, whoever hears it cannot know whose fact it is, nor what its fields \
          mean. Where two files of a system both declare `Payments.PaymentTaken` for their own use, it is the \
          other way round: whoever reacts to the one never hears the other.\n\n\
          Where one file sees both declarations the names themselves clash: that is a `duplicate-name`. A \
          service that publishes an event of another one is a `foreign-event`.",
    bad: r#"// file: checkout.wfc
use "ids.wfc"

service Shop {
  team "storefront"
}
service Payments {
  event PaymentTaken(order: OrderId)
}

workflow SellOrder(order: OrderId) {
  orchestrated by Payments
  correlated by order

  success Sold

  publish PaymentTaken(order)
  end Sold
}

// file: returns.wfc
use "ids.wfc"

service Payments {
  event PaymentTaken(order: OrderId)
}

workflow TakeBack(order: OrderId) {
  orchestrated by Payments
  correlated by order

  success Taken

  publish PaymentTaken(order)
  end Taken
}

// file: ids.wfc
id OrderId
"#,
    good: r#"// file: checkout.wfc
use "payments.wfc"

service Shop {
  team "storefront"
}

workflow SellOrder(order: OrderId) {
  orchestrated by Payments
  correlated by order

  success Sold

  publish PaymentTaken(order)
  end Sold
}

// file: returns.wfc
use "payments.wfc"

workflow TakeBack(order: OrderId) {
  orchestrated by Payments
  correlated by order

  success Taken

  publish PaymentTaken(order)
  end Taken
}

// file: payments.wfc
id OrderId

service Payments {
  event PaymentTaken(order: OrderId)
}
"#,
    help: "Declare the event once, with the service whose fact it is, and let the others ask that service to \
           state it. If they are two facts, give them two names.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    if cx.model.world == World::Open || cx.model.files.len() < 2 {
        return Vec::new();
    }
    let mut claimed: BTreeMap<String, Vec<Claim>> = BTreeMap::new();
    for (id, event) in cx.model.events.iter() {
        // On a bus machines are told apart by nothing, in the language by the service.
        let name = match cx.is_imported(event.span) {
            true => cx.model.event_name(id),
            false => format!("{}.{}", cx.service(event.service), cx.model.event_name(id)),
        };
        let claim = Claim::new(cx, id);
        if !claim.publishers.is_empty() {
            claimed.entry(name).or_default().push(claim);
        }
    }
    claimed.into_iter().filter_map(|(name, claims)| of_event(&name, claims)).collect()
}

/// One of the declarations, with those who publish it.
struct Claim {
    service: String,
    publishers: Vec<(String, Span)>,
    span: Span,
}

impl Claim {
    fn new(cx: &Context, id: EventId) -> Claim {
        let at_once = cx.graph.publications(id).filter(|edge| edge.edge.kind == EdgeKind::Publishes);
        let mut publishers: Vec<(String, Span)> =
            at_once.map(|edge| (cx.entity(edge.from), cx.graph.node(edge.from).span)).collect();
        publishers.sort();
        let service = cx.service(cx.model.events[id].service).to_string();
        Claim { service, publishers, span: cx.model.events[id].name.span }
    }
}

fn of_event(name: &str, mut claims: Vec<Claim>) -> Option<Finding> {
    // Files have no order of their own, so the names of the publishers decide.
    claims.sort_by(|a, b| (&a.service, &a.publishers).cmp(&(&b.service, &b.publishers)));
    let (first, others) = claims.split_first()?;
    if others.iter().all(|other| other.span.file == first.span.file) {
        return None;
    }
    let services: BTreeSet<&str> = claims.iter().map(|claim| claim.service.as_str()).collect();
    let message = match services.len() {
        1 => format!("`{name}` is declared and published in several files of this system"),
        _ => format!("`{name}` is published by {}", quoted(&services)),
    };
    let mut finding = CONTESTED_EVENT
        .at(first.publishers.first()?.1, "published here")
        .message(message)
        .what_if("whoever hears it cannot tell whose fact it is, or hears only one of them")
        .help("declare it once, with the service whose fact it is")
        .help("if these are two facts, give them two names")
        .entity(name);
    for claim in others {
        finding = finding.label(claim.publishers.first()?.1, "and published here");
    }
    Some(finding)
}
