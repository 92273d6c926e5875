//! The manual pages of what is found about allows.

use crate::finding::{Confidence, Group, Profile, Rule, Severity};

pub static UNUSED_ALLOW: Rule = Rule {
    name: "unused-allow",
    group: Group::Data,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an `allow` that accepts nothing.",
    why: "\
What it was for has been mended, or it stands in the wrong block. Left where it is, it would accept the
next finding of that rule in there, which nobody has looked at.

Contracts that no workflow of the system uses are not judged: whoever uses them may need the `allow`.",
    bad: r#"id OrderId

service Shop { }
service Store {
  query Find(order: OrderId)
}

workflow FindOrder(order: OrderId) {
  orchestrated by Shop
  success Found
  step found = Store.Find(order) {
    retry 3 times backoff 1s..10s
    allow unhandled-outage because "the store is on the same machine"
  }
  end Found
}
"#,
    good: r#"id OrderId

service Shop { }
service Store {
  query Find(order: OrderId)
}

workflow FindOrder(order: OrderId) {
  orchestrated by Shop
  success Found
  step found = Store.Find(order) {
    allow unhandled-outage because "the store is on the same machine"
  }
  end Found
}
"#,
    help: "Remove the `allow`, or move it into the block whose finding it is for.",
    example_language: "wfc",
};

pub static EXPIRED_ALLOW: Rule = Rule {
    name: "expired-allow",
    group: Group::Data,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an `allow` whose day has passed. What it accepted is found again.",
    why: "\
A date makes an exception one for a while. When it has passed, somebody has to look again: is the reason
still true?",
    bad: r#"id OrderId

service Shop {
  event OrderFound(order: OrderId) {
    allow unheard-event because "the ledger will read it" until 2020-06-30
  }
}

workflow FindOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Found
  publish OrderFound(order)
  end Found
}
"#,
    good: r#"id OrderId

service Shop {
  event OrderFound(order: OrderId) {
    allow unheard-event because "the ledger will read it" until 2999-06-30
  }
}

workflow FindOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Found
  publish OrderFound(order)
  end Found
}
"#,
    help: "Mend what it was for, or set another day, and say in the reason why it takes longer.",
    example_language: "wfc",
};
