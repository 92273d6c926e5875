//! Names that do not exist, and names that exist twice.

use crate::finding::{Confidence, Group, Profile, Rule, Severity};

pub static UNKNOWN_NAME: Rule = Rule {
    name: "unknown-name",
    group: Group::Data,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports names that stand for nothing, or for nothing of the kind that is needed there.",
    why: "Nearly always it is a spelling mistake, and the compiler says which name it probably was. \
Otherwise something was renamed in one place and not in the other, or a file is not imported.\n\n\
A name can also be out of sight: a participant sees its own steps and the events it receives, and no \
other participant's; `then` reaches the steps and scopes of its own block and of those around it; an \
event that several services have, or that has several versions, must be named in full.",
    bad: r#"service Shop {
  team "storefront"
}
service Warehouse {
  query Look(article: string) -> int
}

workflow CountStock(article: string) {
  orchestrated by Shop
  success Counted(count: int)

  step found = Warehouse.Look(article) { retry 3 times backoff 1s..10s; on outage { give 0 } }
  end Counted(fuond)
}
"#,
    good: r#"service Shop {
  team "storefront"
}
service Warehouse {
  query Look(article: string) -> int
}

workflow CountStock(article: string) {
  orchestrated by Shop
  success Counted(count: int)

  step found = Warehouse.Look(article) { retry 3 times backoff 1s..10s; on outage { give 0 } }
  end Counted(found)
}
"#,
    help: "Take the name that is suggested, declare the one that is missing, or import the file that \
declares it with `use`. Write `Service.Event` where several services have an event of that name, and \
`Event v2` where it has several versions.",
    example_language: "wfc",
};

pub static DUPLICATE_NAME: Rule = Rule {
    name: "duplicate-name",
    group: Group::Data,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a name that is declared twice where both can be seen.",
    why: "Whoever reads the name later cannot know which of the two it means, and neither can the \
compiler: it goes on with the first.\n\n\
Types and services share their names, since the name of a service is a type as well. Two files may \
declare the same name as long as no file sees both. Within a workflow, or within one participant, a \
step, scope or `let` has its name alone: `undo` and `then` find it by that name wherever it stands.",
    bad: r#"id OrderId
record Line(article: string, count: int)
record Line(article: string, price: decimal)
"#,
    good: r#"id OrderId
record Line(article: string, count: int)
record PricedLine(article: string, price: decimal)
"#,
    help: "Give one of the two another name, or delete it when both say the same.",
    example_language: "wfc",
};
