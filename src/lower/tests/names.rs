//! Names: what does not exist, what exists twice, and what is not seen.

use super::*;

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
