//! `fat-event`: an event with fields that nobody reads.

use crate::check::Context;
use crate::check::phrases::quoted;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::model::World;

pub static FAT_EVENT: Rule = Rule {
    name: "fat-event",
    group: Group::Coupling,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Audit,
    reports: "Reports an event with fields that none of its subscribers reads.",
    why: "\
Each field of an event is a promise to everybody who may listen, and it is hard to take back. One that
nobody reads costs that, and buys nothing; sometimes it gives away what nobody should have.

It takes a closed world, where all subscribers can be seen. The fields that tell to which run an event
belongs count as read, and events of external services are not ours to slim.",
    bad: "\
id OrderId

service Shop {
  event OrderPlaced(order: OrderId, total: decimal, phone: string)
}
service Billing {
  command Invoice(order: OrderId, total: decimal) { idempotent by order }
  event Invoiced(order: OrderId)
}

workflow Bill {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Billed reached by Invoiced owned by Billing

  participant Billing {
    when OrderPlaced {
      step invoice = Billing.Invoice(order, OrderPlaced.total)
      publish Invoiced(order)
    }
  }
}
",
    good: "\
id OrderId

service Shop {
  event OrderPlaced(order: OrderId, total: decimal)
}
service Billing {
  command Invoice(order: OrderId, total: decimal) { idempotent by order }
  event Invoiced(order: OrderId)
}

workflow Bill {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Billed reached by Invoiced owned by Billing

  participant Billing {
    when OrderPlaced {
      step invoice = Billing.Invoice(order, OrderPlaced.total)
      publish Invoiced(order)
    }
  }
}
",
    help: "\
Leave the field out, in a next version of the event; or name the reader outside of this system with an
`allow`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    if cx.model.world == World::Open {
        return Vec::new();
    }
    let reads = cx.event_reads();
    let mut findings = Vec::new();
    for (id, event) in cx.model.events.iter() {
        let is_ours = cx.model.services[event.service].external.is_none();
        if !is_ours || !cx.is_taken_up(id) {
            continue;
        }
        let unread: Vec<_> =
            reads.contents(event).filter(|field| !reads.is_read(id, &field.name.text)).collect();
        let Some((first, rest)) = unread.split_first() else { continue };
        let name = cx.model.event_name(id);
        let names = quoted(unread.iter().map(|field| &field.name.text));
        let mut finding = FAT_EVENT
            .at(first.name.span, "nobody reads it")
            .message(format!("nobody reads {names} of `{name}`"))
            .help("leave it out of the next version, or say who reads it elsewhere: `allow fat-event because …`")
            .entity(format!("{}/{name}", cx.service(event.service)));
        for field in rest {
            finding = finding.label(field.name.span, "nor this");
        }
        findings.push(cx.by_origin(finding));
    }
    findings
}
