//! `pass-through-field`: a field that its reader only hands on.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::model::World;

pub static PASS_THROUGH_FIELD: Rule = Rule {
    name: "pass-through-field",
    group: Group::Coupling,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Audit,
    reports: "Reports a field of an event that is only handed on, in an event of another service.",
    why: "\
A service that carries a field along, without ever looking at it, knows something that is none of its
business: when the field changes, it has to change as well, and so does its event. Whoever needs the field
could hear it from where it comes from.

It takes a closed world, where all readers can be seen. A field that anybody compares, computes with, or
hands to a command is used. The fields that tell to which run an event belongs have to be handed on.",
    bad: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId, address: string)
}
service Pay {
  command Charge(order: OrderId) { idempotent by order }
  event Paid(order: OrderId, address: string)
}
service Ship {
  command Send(order: OrderId, address: string) { idempotent by order }
  event Shipped(order: OrderId)
}

workflow Sell {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Sold reached by Shipped owned by Ship

  participant Pay {
    when OrderPlaced {
      promises within 1h
      step charged = Pay.Charge(order)
      publish Paid(order, OrderPlaced.address)
    }
  }
  participant Ship {
    when Paid {
      promises within 1d
      step sent = Ship.Send(order, Paid.address)
      publish Shipped(order)
    }
  }
}
"#,
    good: r#"id OrderId

service Shop {
  event OrderPlaced(order: OrderId, address: string)
}
service Pay {
  command Charge(order: OrderId) { idempotent by order }
  event Paid(order: OrderId)
}
service Ship {
  command Send(order: OrderId, address: string) { idempotent by order }
  event Shipped(order: OrderId)
}

workflow Sell {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Sold reached by Shipped owned by Ship

  participant Pay {
    when OrderPlaced {
      promises within 1h
      step charged = Pay.Charge(order)
      publish Paid(order)
    }
  }
  participant Ship {
    when OrderPlaced and Paid {
      promises within 1d
      step sent = Ship.Send(order, OrderPlaced.address)
      publish Shipped(order)
    }
  }
}
"#,
    help: "\
Let who needs the field take the first event as well: `when OrderPlaced and Paid`. That is one more
subscription; where it costs more than the field, leave it.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    if cx.model.world == World::Open {
        return Vec::new();
    }
    let reads = cx.event_reads();
    let mut findings = Vec::new();
    for (id, event) in cx.model.events.iter() {
        for field in reads.contents(event) {
            let mut carried = reads.carried(cx, id, &field.name.text);
            carried.sort_by_key(|to| to.span);
            let Some(first) = carried.first() else { continue };
            let (by, into) = (cx.service(first.by), cx.model.event_name(first.into));
            let name = format!("{}.{}", cx.model.event_name(id), field.name.text);
            let mut finding = PASS_THROUGH_FIELD
                .at(first.span, format!("into `{into}`, as it is"))
                .message(format!("`{by}` only hands `{name}` on"))
                .label(field.name.span, "comes from here")
                .help(format!(
                    "let who needs it take `{}` as well as `{into}`, and leave it out of `{into}`",
                    cx.model.event_name(id)
                ))
                .entity(format!("{}/{name}", cx.service(event.service)));
            for to in &carried[1..] {
                let into = cx.model.event_name(to.into);
                finding = finding.label(to.span, format!("and `{}` into `{into}`", cx.service(to.by)));
            }
            findings.push(cx.by_origin(finding));
        }
    }
    findings
}
