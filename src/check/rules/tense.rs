//! `tense`: an event that sounds like an order, a command that sounds like news.

use crate::check::Context;
use crate::check::naming::{is_past, words};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::model::{OperationKind, Origin};

pub static TENSE: Rule = Rule {
    name: "tense",
    group: Group::Data,
    severity: Severity::Info,
    confidence: Confidence::Low,
    profile: Profile::Audit,
    reports: "Reports an event that is not named in the past, or a command that is.",
    why: "\
An event says what has happened, a command what shall be done. Names that keep to it, `OrderPlaced` and
`PlaceOrder`, tell readers which of the two they look at. This rests on names alone, so only
`--profile audit` shows it.",
    bad: r#"id OrderId

service Shop {
  event OrderShipping(order: OrderId)
}

workflow ShipOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Shipped
  publish OrderShipping(order)
  end Shipped
}
"#,
    good: r#"id OrderId

service Shop {
  event OrderShipped(order: OrderId)
}

workflow ShipOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Shipped
  publish OrderShipped(order)
  end Shipped
}
"#,
    help: "Name events by what has happened (`OrderShipped`) and commands by what is asked for (`ShipOrder`).",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let written = |span| cx.model.origin(span) == Origin::Language;
    let events =
        cx.model.events.values().filter(|event| written(event.span) && !tells_the_past(&event.name.text));
    let of_events = events.map(|event| {
        let service = cx.service(event.service);
        TENSE
            .at(event.name.span, "says nothing of the past")
            .message(format!("event `{}` does not say what has happened", event.name.text))
            .help("name it by what has happened, such as `OrderShipped`")
            .entity(format!("{service}/{}", event.name.text))
    });
    let is_news = |name: &str| words(name).last().is_some_and(|word| word.ends_with("ed") && word.len() > 4);
    let commands = cx.model.operations.values().filter(|operation| {
        operation.kind == OperationKind::Command && written(operation.span) && is_news(&operation.name.text)
    });
    let of_commands = commands.map(|operation| {
        let service = cx.service(operation.service);
        TENSE
            .at(operation.name.span, "sounds as if it had happened")
            .message(format!("command `{}` sounds like news", operation.name.text))
            .help("name it by what is asked for, such as `ShipOrder`")
            .entity(format!("{service}/{}", operation.name.text))
    });
    of_events.chain(of_commands).collect()
}

/// `Available`, `Overdue` and the like say how things stand, which is news, too.
fn tells_the_past(name: &str) -> bool {
    words(name).any(|word| is_past(word) || word.ends_with("able"))
}
