//! `bidirectional-dependency`: two services that need each other.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::metrics::Dependency;

pub static BIDIRECTIONAL_DEPENDENCY: Rule = Rule {
    name: "bidirectional-dependency",
    group: Group::Coupling,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports two services that need each other, in all workflows together.",
    why: "\
A service needs another when it calls it, runs its workflow, or reacts to its event in a way that a
goal relies on. When two need each other, neither can be changed, tested, deployed or kept running
without the other: they are one service in two places.

With a call on one of the two ways it is a warning; with events on both it is information. A reply, a
notification, or a goal that only records what happened is no dependency.",
    bad: "\
id OrderId

service Sales {
  query Price(order: OrderId) -> decimal
}

service Stock {
  query Count(order: OrderId) -> int
}

workflow SellOrder(order: OrderId) {
  orchestrated by Sales
  correlated by order
  success Counted
  step count = Stock.Count(order) { retry forever backoff 1s..1h }
  end Counted
}

workflow ValueStock(order: OrderId) {
  orchestrated by Stock
  correlated by order
  success Valued
  step price = Sales.Price(order) { retry forever backoff 1s..1h }
  end Valued
}
",
    good: "\
id OrderId

service Sales {
  query Price(order: OrderId) -> decimal
}

service Stock {
  query Count(order: OrderId) -> int
}

service Reports {
  team \"finance\"
}

workflow SellOrder(order: OrderId) {
  orchestrated by Sales
  correlated by order
  success Counted
  step count = Stock.Count(order) { retry forever backoff 1s..1h }
  end Counted
}

workflow ValueStock(order: OrderId) {
  orchestrated by Reports
  correlated by order
  success Valued
  step count = Stock.Count(order) { retry forever backoff 1s..1h }
  step price = Sales.Price(order) { retry forever backoff 1s..1h }
  end Valued
}
",
    help: "\
Decide who of the two may know the other. Turn one way round: an event instead of a call, the data sent
along instead of asked for, a third service that knows both; or make the two one service.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let needs = cx.needs();
    needs
        .pairs()
        .filter(|((one, other), _)| cx.service(*one) < cx.service(*other))
        .filter_map(|((one, other), there)| needs.reason(other, one).map(|back| finding(cx, there, back)))
        .collect()
}

fn finding(cx: &Context, one: &Dependency, other: &Dependency) -> Finding {
    let (first, second) = if other.is_call() && !one.is_call() { (other, one) } else { (one, other) };
    let (a, b) = (cx.service(first.from), cx.service(second.from));
    let severity = if first.is_call() { Severity::Warning } else { Severity::Info };
    let finding = BIDIRECTIONAL_DEPENDENCY
        .at(first.span, format!("`{a}` needs `{b}`: it {}", cx.reason_in_words(first)))
        .severity(severity)
        .message(format!("`{a}` and `{b}` need each other"))
        .label(second.span, format!("`{b}` needs `{a}`: it {}", cx.reason_in_words(second)))
        .witness(cx.witness_of_place(first.node))
        .witness(cx.witness_of_place(second.node))
        .entity(format!("{a}/{b}"))
        .help("decide who may know the other, and turn the other way round: send the data along, or an event")
        .help("or let a third service conduct both");
    cx.by_origin(finding)
}
