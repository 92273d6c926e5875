//! Lowering through text: what each mistake is told as, and that nothing else is.

mod deep;
mod mutated;
mod names;
mod places;
mod resolved;
mod values;

use super::*;
use crate::source::{FileId, SourceFile, Sources};
use crate::syntax;

/// Contracts that the cases share.
const SHOP: &str = r#"
id OrderId
id ChargeId
id ParcelId
record Line(article: string, count: int)
record Courier(name: string, rating: Rating?)
enum Rating(Good, Fair, Poor)
service Shop {
  team "storefront"
  event OrderPlaced(order: OrderId, lines: list of Line, total: decimal)
  event OrderClosed(order: OrderId)
  event Ping()
}
service Payments {
  command Charge(order: OrderId, amount: decimal) -> ChargeId {
    fails CardDeclined(reason: string)
    undone by Refund(reply)
    idempotent by order
  }
  command Refund(charge: ChargeId) { idempotent by charge }
  event PaymentTaken(order: OrderId)
  event Settled v1(order: OrderId)
  event Settled v2(order: OrderId, on: date) { replaces v1 }
}
service Warehouse {
  command Pack(order: OrderId, lines: list of Line) -> ParcelId { fails OutOfStock }
  query Rate(order: OrderId) -> Rating
  event Packed(order: OrderId, parcel: ParcelId?)
}
service Depot {
  many instances
  query Look(order: OrderId) -> int?
  event Packed(order: OrderId)
}
service Mail { command Send(order: OrderId, text: string?) }
"#;

/// What lowering says of `text` with the shop's contracts in sight: `rule: message`.
fn found(text: &str) -> Vec<String> {
    let asts = [read(0, text), read(1, SHOP)];
    let mut links = Links::default();
    links.add(FileId(0), "shop.wfc", FileId(1));
    let text = lower(&asts, &links).findings;
    text.iter().map(|finding| format!("{}: {}", finding.rule.name, finding.message)).collect()
}

fn read(file: u32, text: &str) -> Ast {
    let parsed = syntax::parse(FileId(file), text);
    let findings: Vec<&str> = parsed.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert!(findings.is_empty(), "{findings:?} in {}", &text[..text.len().min(400)]);
    parsed.ast
}

/// What is said of `body` as the inside of a workflow that the shop conducts.
fn conducted(body: &str) -> Vec<String> {
    found(&format!(
        "use \"shop.wfc\"\nworkflow W(order: OrderId, lines: list of Line, depots: list of Depot, \
         note: string?, total: decimal) {{\n orchestrated by Shop\n correlated by order\n success Done\n \
         failure Failed(reason: string)\n{body}\n}}"
    ))
}

/// What is said of `body` as the inside of a choreography that a placed order begins.
fn choreographed(body: &str) -> Vec<String> {
    found(&format!(
        "use \"shop.wfc\"\nworkflow W {{\n choreographed\n correlated by order\n starts when OrderPlaced\n \
         success Done reached by OrderClosed owned by Shop\n{body}\n}}"
    ))
}

#[track_caller]
fn says(found: Vec<String>, expected: &[&str]) {
    assert_eq!(found, expected);
}

#[test]
fn the_manual_of_each_rule_is_true() {
    for rule in rules::RULES {
        let [bad, good] = [rule.bad, rule.good].map(|text| {
            let lowered = lower(&[read(0, text)], &Links::default());
            lowered.findings.iter().map(|finding| finding.rule.name).collect::<Vec<_>>()
        });
        assert_eq!(bad, [rule.name], "the bad example of {}", rule.name);
        assert!(good.is_empty(), "the good example of {}: {good:?}", rule.name);
    }
}
