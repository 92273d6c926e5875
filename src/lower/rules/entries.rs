//! Entries that make no sense where they stand, stand in an unusual order, or say too little.

use crate::finding::{Confidence, Group, Profile, Rule, Severity};

pub static MISPLACED_ENTRY: Rule = Rule {
    name: "misplaced-entry",
    group: Group::Data,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an entry that can be read and means nothing where it stands.",
    why: "A block means the same wherever it stands, but not everything can be said of every block: \
only calls have a `timeout`, only loops an `every`, only a reaction `promises`, and nobody can `end` a \
choreography. Such an entry is left out, which is rarely what its author had in mind. Two entries that \
may stand once, and entries that contradict each other, are reported as well; the first counts.",
    bad: r#"service Shop {
  team "storefront"
}
service Stock {
  query Count(article: string) -> int
}

workflow CountStock(article: string) {
  orchestrated by Shop
  success Counted(count: int)
  failure Unknown

  scope counting {
    timeout 5s
    step count = Stock.Count(article) { retry 3 times backoff 1s..10s; on outage { end Unknown } }
  }
  end Counted(count)
}
"#,
    good: r#"service Shop {
  team "storefront"
}
service Stock {
  query Count(article: string) -> int
}

workflow CountStock(article: string) {
  orchestrated by Shop
  success Counted(count: int)
  failure Unknown

  scope counting {
    within 1m else { end Unknown }
    step count = Stock.Count(article) { retry 3 times backoff 1s..10s; on outage { end Unknown } }
  }
  end Counted(count)
}
"#,
    help: "Put the entry where it belongs: the finding says where that is.",
    example_language: "wfc",
};

pub static ENTRY_ORDER: Rule = Rule {
    name: "entry-order",
    group: Group::Data,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a block whose entries do not stand in the usual order.",
    why: "First what is said about the block, then its statements, then `on`, then `late`: whoever reads \
twenty workflows looks for limits at the top and for what goes wrong at the bottom. It means the same \
in any order.",
    bad: r#"service Shop {
  team "storefront"
}
service Stock {
  query Count(article: string) -> int
}

workflow CountStock(article: string) {
  orchestrated by Shop
  success Counted(count: int)
  failure Unknown

  on outage { end Unknown }

  step count = Stock.Count(article)
  end Counted(count)
}
"#,
    good: r#"service Shop {
  team "storefront"
}
service Stock {
  query Count(article: string) -> int
}

workflow CountStock(article: string) {
  orchestrated by Shop
  success Counted(count: int)
  failure Unknown

  step count = Stock.Count(article)
  end Counted(count)

  on outage { end Unknown }
}
"#,
    help: "Move the entry up or down within its block.",
    example_language: "wfc",
};

pub static MISSING_STYLE: Rule = Rule {
    name: "missing-style",
    group: Group::Data,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a workflow that says neither `orchestrated by` nor `choreographed`.",
    why: "Who moves the process on decides nearly everything: who keeps its state, who evaluates its \
conditions, who answers for its ends, who depends on whom. It is never guessed.",
    bad: r#"service Shop {
  team "storefront"
}

workflow Greet {
  success Greeted
  end Greeted
}
"#,
    good: r#"service Shop {
  team "storefront"
}

workflow Greet {
  orchestrated by Shop
  success Greeted
  end Greeted
}
"#,
    help: "Write `orchestrated by` and the service that runs it, or `choreographed` when each \
participant reacts for itself.",
    example_language: "wfc",
};

pub static UNEXPLAINED_ALLOW: Rule = Rule {
    name: "unexplained-allow",
    group: Group::Data,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an `allow` without a reason.",
    why: "A finding that is accepted is a decision. In a year somebody will ask whether it still holds, \
and only its reason can answer that.",
    bad: r#"id OrderId

service Shop {
  team "storefront"
  event OrderPlaced(order: OrderId) { allow unheard-event because "" }
}
"#,
    good: r#"id OrderId

service Shop {
  team "storefront"
  event OrderPlaced(order: OrderId) { allow unheard-event because "the ledger team reads it" }
}
"#,
    help: "Add `because \"…\"`, and `until` a date where the reason will not last.",
    example_language: "wfc",
};
