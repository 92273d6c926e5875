//! Values: their types, and where they may be missing.

use super::*;

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
