//! Values that do not fit, that are not there, or that belong to no run.

use crate::finding::{Confidence, Group, Profile, Rule, Severity};

pub static TYPE_MISMATCH: Rule = Rule {
    name: "type-mismatch",
    group: Group::Data,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a value that is of another type than its place needs, or that may be missing there.",
    why: "Between services nobody else looks: the compiler of neither side sees that a charge was sent \
where a parcel is expected. Ids are never mixed up, not even when both are strings underneath.\n\n\
A value that is set only on some ways to the point where it is read is a `T?` there: a step inside an \
`if`, in a handler that goes on without `give`, of an earlier reaction. Where a `T` is needed, that is \
a mismatch as well: on some run there is nothing to send.\n\n\
An `int` fits a `decimal`, `any` fits everything, `none` fits what may be absent.",
    bad: r#"id OrderId
id ParcelId

service Shop {
  team "storefront"
}
service Warehouse {
  command Ship(parcel: ParcelId) {
    undone by nothing because "what is shipped stays shipped"
    idempotent by parcel
  }
}

workflow ShipOrder(order: OrderId, parcel: ParcelId) {
  orchestrated by Shop
  success Shipped

  step shipped = Warehouse.Ship(order) { retry forever backoff 1s..1h }
  end Shipped
}
"#,
    good: r#"id OrderId
id ParcelId

service Shop {
  team "storefront"
}
service Warehouse {
  command Ship(parcel: ParcelId) {
    undone by nothing because "what is shipped stays shipped"
    idempotent by parcel
  }
}

workflow ShipOrder(order: OrderId, parcel: ParcelId) {
  orchestrated by Shop
  success Shipped

  step shipped = Warehouse.Ship(parcel) { retry forever backoff 1s..1h }
  end Shipped
}
"#,
    help: "Hand over the value that is meant; write arguments by name where neighbours are easily \
mixed up. For a value that may be missing: ask `if charged != none { … }` first, give one in the \
handler (`on outage { give … }`), or leave on the ways that do not set it.",
    example_language: "wfc",
};

pub static MISSING_FIELD: Rule = Rule {
    name: "missing-field",
    group: Group::Data,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a field that is read and that nothing provides: the type has none of that name, or \
the event is one that never arrives there.",
    why: "A participant knows the events it receives and what it did itself, and nothing else. What it \
reads must have come with one of them. In a drawing of the whole process that is easily overlooked: \
the value is there, only not on this side.",
    bad: r#"record Quote(rate: decimal, validTo: time)

service Broker {
  team "lending"
}
service Bank {
  query Offer(amount: decimal) -> Quote
}

workflow AskBank(amount: decimal) {
  orchestrated by Broker
  success Asked(rate: decimal)
  failure NoAnswer

  step quote = Bank.Offer(amount) { retry 3 times backoff 1s..10s; on outage { end NoAnswer } }
  end Asked(quote.interest)
}
"#,
    good: r#"record Quote(rate: decimal, validTo: time)

service Broker {
  team "lending"
}
service Bank {
  query Offer(amount: decimal) -> Quote
}

workflow AskBank(amount: decimal) {
  orchestrated by Broker
  success Asked(rate: decimal)
  failure NoAnswer

  step quote = Bank.Offer(amount) { retry 3 times backoff 1s..10s; on outage { end NoAnswer } }
  end Asked(quote.rate)
}
"#,
    help: "Read a field that is there, add it to the type or the event, or let the participant receive \
the event that carries it. What an event must carry for its readers is coupling: add what is needed, \
not everything.",
    example_language: "wfc",
};

pub static MISSING_CORRELATION: Rule = Rule {
    name: "missing-correlation",
    group: Group::Data,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an event of which nothing says to which run it belongs.",
    why: "Of a workflow many runs are alive at once. When an event arrives, one of them must be found, \
by fields that the event and the beginning of the run share (`correlated by order`), or by a condition \
(`where`). Without either, the first run that happens to wait takes the event of another one. Hohpe and Woolf (2003) \
call such a field a correlation identifier.",
    bad: r#"id OrderId

service Payments {
  external
  event PaymentArrived(order: OrderId)
}
service Shop {
  team "storefront"
}

workflow AwaitPayment(order: OrderId) {
  orchestrated by Shop
  success Paid
  failure Unpaid

  wait for PaymentArrived { within 3d else { end Unpaid } }
  end Paid
}
"#,
    good: r#"id OrderId

service Payments {
  external
  event PaymentArrived(order: OrderId)
}
service Shop {
  team "storefront"
}

workflow AwaitPayment(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Paid
  failure Unpaid

  wait for PaymentArrived { within 3d else { end Unpaid } }
  end Paid
}
"#,
    help: "Say `correlated by` a field that the parameters, or the event that starts the run, and every \
event that is waited for have under the same name. For an event that calls it otherwise, write \
`where E.orderNumber == order`.",
    example_language: "wfc",
};

pub static UNRAISED_FAILURE: Rule = Rule {
    name: "unraised-failure",
    group: Group::Data,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an `on` for a failure that nothing in its block can fail with.",
    why: "The handler never runs. Either it stands at the wrong step, and the failure that it was \
written for goes past it; or the contract does not say `fails` and should; or it is a leftover.",
    bad: r#"service Shop {
  team "storefront"
}
service Stock {
  query Find(article: string) -> int { fails NotListed }
  query Count(place: int) -> int
}

workflow CountStock(article: string) {
  orchestrated by Shop
  success Counted(count: int)
  failure Unknown

  step place = Stock.Find(article) {
    retry 3 times backoff 1s..10s
    on NotListed or outage { end Unknown }
  }
  step count = Stock.Count(place) {
    retry 3 times backoff 1s..10s
    on NotListed or outage { end Unknown }
  }
  end Counted(count)
}
"#,
    good: r#"service Shop {
  team "storefront"
}
service Stock {
  query Find(article: string) -> int { fails NotListed }
  query Count(place: int) -> int
}

workflow CountStock(article: string) {
  orchestrated by Shop
  success Counted(count: int)
  failure Unknown

  step place = Stock.Find(article) {
    retry 3 times backoff 1s..10s
    on NotListed or outage { end Unknown }
  }
  step count = Stock.Count(place) { retry 3 times backoff 1s..10s; on outage { end Unknown } }
  end Counted(count)
}
"#,
    help: "Move the handler to the step or scope that can fail so, add the failure to the contract's \
`fails`, or delete the handler.",
    example_language: "wfc",
};
