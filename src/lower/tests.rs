//! Lowering through text: what each mistake is told as, and that nothing else is.

mod deep;
mod mutated;
mod resolved;

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

#[test]
fn names_are_suggested() {
    says(
        conducted("step charged = Payments.Chrage(order, total)\n end Done"),
        &["unknown-name: `Payments` has no operation `Chrage`"],
    );
    says(
        conducted("step charged = Payment.Charge(order, total)\n end Done"),
        &["unknown-name: service `Payment` does not exist"],
    );
    says(conducted("end Don"), &["unknown-name: end `Don` does not exist"]);
    says(
        conducted("publish OrderClosd(order)\n end Done"),
        &["unknown-name: event `OrderClosd` does not exist"],
    );
    says(conducted("undo charged\n end Done"), &["unknown-name: step or scope `charged` does not exist"]);
    says(
        conducted("notify Mail.Send(ordr, none)\n end Done"),
        &["unknown-name: value `ordr` does not exist"],
    );
    says(
        conducted("let a = Warehouse.Rating\n end Done"),
        &["unknown-name: value `Warehouse` does not exist"],
    );
    says(conducted("let a = Rating.Godo\n end Done"), &["unknown-name: enum `Rating` has no value `Godo`"]);
    says(conducted("step a = run Wx(order)\n end Done"), &["unknown-name: workflow `Wx` does not exist"]);
    says(
        conducted("step a = Charge(order)\n end Done"),
        &["unknown-name: `Charge` is called without its service"],
    );
}

#[test]
fn a_missing_name_is_told_once() {
    says(
        conducted("notify Post.Send(order)\n notify Post.Send(order)\n end Done"),
        &["unknown-name: service `Post` does not exist"],
    );
    says(
        conducted("wait for Pakced\n if Pakced.parcel == none { end Done }\n end Done"),
        &["unknown-name: event `Pakced` does not exist"],
    );
}

#[test]
fn versions_and_services_of_events_are_named() {
    says(conducted("wait for Settled\n end Done"), &["unknown-name: event `Settled` has several versions"]);
    says(conducted("wait for Settled v3\n end Done"), &["unknown-name: event `Settled` has no version 3"]);
    says(conducted("wait for Settled v2\n wait until Settled.on\n end Done"), &[]);
    says(conducted("wait for Packed\n end Done"), &["unknown-name: several services have an event `Packed`"]);
    says(conducted("wait for Depot.Packed\n end Done"), &[]);
}

#[test]
fn duplicates_are_told_with_both_places() {
    says(conducted("let a = 1\n let a = 2\n end Done"), &["duplicate-name: name `a` is declared twice"]);
    says(
        conducted("step a = Warehouse.Rate(order)\n step a = Warehouse.Rate(order)\n end Done"),
        &["duplicate-name: step `a` is declared twice"],
    );
    says(
        conducted("for each order in lines { }\n end Done"),
        &["duplicate-name: name `order` is declared twice"],
    );
    says(conducted("for each x in lines { }\n for each x in lines { }\n end Done"), &[]);
    says(found("id A\nservice A { }"), &["duplicate-name: type or service `A` is declared twice"]);
    says(found("use \"shop.wfc\"\nid Line"), &["duplicate-name: type or service `Line` is declared twice"]);
    says(found("id Line"), &[]);
    says(found("record R(a: int, a: int)"), &["duplicate-name: field `a` is declared twice"]);
    says(
        found("service S { event E(a: int); event E v1(a: int); event E v2(a: int) }"),
        &["duplicate-name: event `E` is declared twice"; 2],
    );
}

#[test]
fn arguments_fit() {
    says(
        conducted("step a = Payments.Charge(order)\n end Done"),
        &["type-mismatch: `Charge` takes 2 values, not 1"],
    );
    says(
        conducted("step a = Payments.Charge(total, order)\n end Done"),
        &[
            "type-mismatch: `order` of `Charge` is `OrderId`, not `decimal`",
            "type-mismatch: `amount` of `Charge` is `decimal`, not `OrderId`",
        ],
    );
    says(conducted("step a = Payments.Charge(amount: 1, order: order)\n end Done"), &[]);
    says(
        conducted("step a = Payments.Charge(order, amount: 1)\n end Done"),
        &["type-mismatch: arguments stand by position or by name, not both in one list"],
    );
    says(
        conducted("step a = Payments.Charge(order: order, sum: 1)\n end Done"),
        &["unknown-name: `Charge` has no parameter `sum`"],
    );
    says(
        conducted("step a = Payments.Charge(amount: 1)\n end Done"),
        &["type-mismatch: `Charge` needs `order` as well"],
    );
    says(conducted("notify Mail.Send(order)\n end Done"), &[]);
    says(conducted("end Failed"), &["type-mismatch: `Failed` takes one value, not 0"]);
}

#[test]
fn operators_are_typed() {
    says(conducted("if total > 3 and lines.count == 0 { end Done }\n end Done"), &[]);
    says(
        conducted("if total { end Done }\n end Done"),
        &["type-mismatch: a condition is `bool`, not `decimal`"],
    );
    says(
        conducted("if order == \"x\" { end Done }\n end Done"),
        &["type-mismatch: `OrderId` and `string` are never equal"],
    );
    says(
        conducted("if order in lines { end Done }\n end Done"),
        &["type-mismatch: what is looked for in this list is `Line`, not `OrderId`"],
    );
    says(conducted("wait until now + 3d\n wait 2 * 1h\n end Done"), &[]);
    says(
        conducted("wait total\n end Done"),
        &["type-mismatch: what `wait` takes is `duration`, not `decimal`"],
    );
    says(
        conducted("let a = 3 + 1h\n end Done"),
        &["type-mismatch: `int` and `duration` cannot be reckoned together like this"],
    );
    says(conducted("let a = foreign \"jq\" \".x\" + 1h\n wait a\n end Done"), &[]);
    says(
        conducted("let a = Line(article: \"a\", count: \"b\")\n end Done"),
        &["type-mismatch: `count` of `Line` is `int`, not `string`"],
    );
    says(
        conducted("if Warehouse == none { end Done }\n end Done"),
        &["unknown-name: value `Warehouse` does not exist"],
    );
}

#[test]
fn fields_exist() {
    says(conducted("let a = order.id\n end Done"), &["missing-field: `OrderId` has no field `id`"]);
    says(
        conducted("for each line in lines { let a = line.artcle }\n end Done"),
        &["missing-field: `Line` has no field `artcle`"],
    );
    says(
        conducted("let a = OrderPlaced.total\n end Done"),
        &["missing-field: this workflow never receives `OrderPlaced`"],
    );
}

#[test]
fn what_may_be_missing_is_not_used_as_if_it_were_there() {
    let may_be_missing: &[&str] = &["type-mismatch: `charged` may be missing here"];
    let charge = "step charged = Payments.Charge(order, total)";
    says(
        conducted(&format!("if total > 1 {{ {charge} }}\n step r = Payments.Refund(charged)\n end Done")),
        may_be_missing,
    );
    says(
        conducted(&format!(
            "if total > 1 {{ {charge} }}\n if charged != none {{ step r = Payments.Refund(charged) }}\n end Done"
        )),
        &[],
    );
    says(
        conducted(&format!(
            "if total > 1 {{ {charge} }} else {{ end Done }}\n step r = Payments.Refund(charged)\n end Done"
        )),
        &[],
    );
    says(
        conducted(&format!("{charge} {{ on outage {{ }} }}\n step r = Payments.Refund(charged)\n end Done")),
        may_be_missing,
    );
    says(
        conducted(&format!(
            "{charge} {{ on outage {{ end Done }} }}\n step r = Payments.Refund(charged)\n end Done"
        )),
        &[],
    );
    says(
        conducted(&format!(
            "parallel {{ {charge}\n wait 1h }}\n step r = Payments.Refund(charged)\n end Done"
        )),
        &[],
    );
    says(
        conducted(&format!("parallel {{ {charge}\n step r = Payments.Refund(charged) }}\n end Done")),
        may_be_missing,
    );
    says(
        conducted(&format!(
            "{charge}\n end Done\n on outage {{ notify Payments.Refund(charged); end Done }}"
        )),
        may_be_missing,
    );
    says(
        conducted("notify Mail.Send(order, note)\n let a = note + \"x\"\n end Done"),
        &["type-mismatch: `note` may be missing here"],
    );
}

#[test]
fn jumps_take_away_what_they_pass() {
    says(
        conducted(
            "if total > 1 { then packing }\n step charged = Payments.Charge(order, total)\n \
             step packing = Warehouse.Pack(order, lines)\n step r = Payments.Refund(charged)\n end Done",
        ),
        &["type-mismatch: `charged` may be missing here"],
    );
    says(
        conducted(
            "then first\n step again = Payments.Refund(charged)\n end Done\n \
             step first = Warehouse.Rate(order)\n step charged = Payments.Charge(order, total)\n then again",
        ),
        &[],
    );
    says(conducted("scope a { scope b { } }\n then b"), &["unknown-name: `then` cannot go to `b` from here"]);
}

#[test]
fn loops_have_values() {
    let best = "step found = parallel for each depot in depots { needs 1 else { give none }\n \
                step n = depot.Look(order) { on outage { skip } }\n give depot }";
    says(
        conducted(&format!("{best}\n step n2 = found.Look(order)\n end Done")),
        &["type-mismatch: `found` may be missing here"],
    );
    says(
        conducted(&format!(
            "step hired = repeat until found != none {{ {best}\n give found }}\n step n2 = hired.Look(order)\n end Done"
        )),
        &[],
    );
    says(
        conducted(
            "step sums = for each depot in depots { give 1 }\n if sums.count > 3 and 2 in sums { end Done }\n end Done",
        ),
        &[],
    );
    says(
        conducted("step r = Warehouse.Rate(order) { on outage { give 3 } }\n end Done"),
        &["type-mismatch: the value of this step is `Rating`, not `int`"],
    );
    says(
        conducted("step n = Depot.Look(order)\n end Done"),
        &["type-mismatch: `Depot` has many instances: one of them must be called"],
    );
}

#[test]
fn failures_are_raised_somewhere_inside() {
    says(
        conducted("step a = Warehouse.Pack(order, lines) { on CardDeclined { end Done } }\n end Done"),
        &["unraised-failure: nothing in this block can fail with `CardDeclined`"],
    );
    says(
        conducted("step a = Warehouse.Pack(order, lines) { on OutOfStok { end Done } }\n end Done"),
        &["unknown-name: failure `OutOfStok` does not exist"],
    );
    says(
        conducted(
            "scope s { step a = Payments.Charge(order, total)\n on CardDeclined { end Failed(CardDeclined.reason) } }\n end Done",
        ),
        &[],
    );
    says(
        conducted(
            "scope s { step a = Payments.Charge(order, total)\n on CardDeclined or outage { end Failed(CardDeclined.reason) } }\n end Done",
        ),
        &["type-mismatch: `CardDeclined.reason` may be missing here"],
    );
}

#[test]
fn events_belong_to_a_run() {
    says(
        conducted("wait for Ping\n end Done"),
        &["missing-correlation: `Ping` does not say to which run it belongs"],
    );
    says(conducted("wait for Ping where total > 3\n end Done"), &[]);
    says(
        found(
            "use \"shop.wfc\"\nworkflow W { orchestrated by Shop\n success S\n wait for PaymentTaken\n end S }",
        ),
        &["missing-correlation: nothing says to which run `PaymentTaken` belongs"],
    );
    says(
        found(
            "use \"shop.wfc\"\nworkflow W { orchestrated by Shop\n correlated by order\n starts when Ping\n success S\n end S }",
        ),
        &["missing-correlation: what starts `W` has no `order`"],
    );
}

#[test]
fn participants_know_their_own_side_only() {
    says(
        choreographed(
            "participant Payments { when OrderPlaced { step charged = Payments.Charge(order, OrderPlaced.total) { \
             on CardDeclined { skip } } publish PaymentTaken(order) } }\n \
             participant Warehouse { when PaymentTaken { step p = Warehouse.Pack(order, OrderPlaced.lines) { on any { skip } } } }",
        ),
        &["missing-field: `Warehouse` never receives `OrderPlaced`"],
    );
    says(
        choreographed(
            "participant Payments { when OrderPlaced { step charged = Payments.Charge(order, OrderPlaced.total) } \
             when OrderClosed { step r = Payments.Refund(charged) } }\n \
             participant Mail { when OrderClosed { undo charged } }",
        ),
        &[
            "type-mismatch: `charged` may be missing here",
            "unknown-name: step or scope `charged` does not exist",
        ],
    );
    says(
        choreographed("participant Shop { when PaymentTaken { notify Mail.Send(OrderPlaced.order, none) } }"),
        &[],
    );
}

#[test]
fn entries_stand_where_they_mean_something() {
    let misplaced =
        |word: &str, place: &str| vec![format!("misplaced-entry: `{word}` means nothing in {place}")];
    assert_eq!(conducted("every 3s\n end Done"), misplaced("every", "an orchestrated workflow"));
    assert_eq!(conducted("scope s { timeout 3s }\n end Done"), misplaced("timeout", "this block"));
    assert_eq!(conducted("pivot\n end Done"), misplaced("pivot", "an orchestrated workflow"));
    assert_eq!(conducted("promises within 3s\n end Done"), misplaced("promises", "an orchestrated workflow"));
    assert_eq!(conducted("scope s { needs 1 }\n end Done"), misplaced("needs", "this block"));
    assert_eq!(
        conducted("participant Mail { }\n end Done"),
        misplaced("participant", "an orchestrated workflow")
    );
    assert_eq!(choreographed("publish OrderClosed(order)"), misplaced("publish", "a choreographed workflow"));
    assert_eq!(choreographed("when OrderPlaced { }"), misplaced("when", "a choreographed workflow"));
    says(
        choreographed("participant Shop { when OrderPlaced { end Done } }"),
        &["misplaced-entry: `end` means nothing in a choreography: nobody conducts the run"],
    );
    says(conducted("within 3s\n within 4s\n end Done"), &["misplaced-entry: `within` stands twice"]);
    says(conducted("skip"), &["misplaced-entry: `skip` has no round, branch or reaction around it to leave"]);
    says(
        conducted("give 3\n end Done"),
        &["misplaced-entry: `give` has no step around it that could take the value"],
    );
    says(
        conducted(
            "step a = Warehouse.Rate(order) { within 1h else { step b = Warehouse.Rate(order) } }\n end Done",
        ),
        &[],
    );
    says(
        conducted("step a = Warehouse.Rate(order) { step b = Warehouse.Rate(order) }\n end Done"),
        &["misplaced-entry: `step` means nothing in the block of a step"],
    );
    says(
        conducted("wait for 3 of (PaymentTaken, OrderClosed)\n end Done"),
        &["misplaced-entry: 3 of 2 events are asked for"],
    );
    says(
        found("use \"shop.wfc\"\nworkflow W { orchestrated by Shop\n choreographed\n success S\n end S }"),
        &["misplaced-entry: a workflow is either orchestrated or choreographed"],
    );
    says(
        found("service S { command C(a: int) { irreversible; undone by D(a) } command D(a: int) }"),
        &["misplaced-entry: `C` is irreversible and undone at once"],
    );
}

#[test]
fn contracts_are_resolved() {
    says(
        found(
            "service S { command C(a: int) -> int { undone by D(reply.x); idempotent by b } command D(a: int) }",
        ),
        &["missing-field: `int` has no field `x`", "unknown-name: `C` has no field `b`"],
    );
    says(
        found("service S { command C(a: int) -> int { undone by E(reply) } }"),
        &["unknown-name: `S` has no operation `E`"],
    );
    says(found("service S { command C(a: int) { undone by D(a) } command D(a: int) }"), &[]);
    says(
        found("service S { event E v2(a: int) { replaces v1 } }"),
        &["unknown-name: event `E` has no version 1 to replace"],
    );
}

#[test]
fn files_see_what_they_use() {
    let a = read(0, "use \"b.wfc\"\nrecord R(x: B, y: C)");
    let b = read(1, "use \"c.wfc\"\nid B");
    let c = read(2, "use \"a.wfc\"\nid C\nrecord Q(r: R)");
    let mut links = Links::default();
    links.add(FileId(0), "b.wfc", FileId(1));
    links.add(FileId(1), "c.wfc", FileId(2));
    links.add(FileId(2), "a.wfc", FileId(0));
    assert!(lower(&[a.clone(), b.clone(), c.clone()], &links).findings.is_empty());
    // Of a file that is not there nothing can be known.
    links = Links::default();
    assert!(lower(&[a, b, c], &links).findings.is_empty());
}
