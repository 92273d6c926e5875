//! What stands where it means nothing, and what belongs to no run or to another side.

use super::*;

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
    assert_eq!(conducted("every 3s\n end Done"), misplaced("every", "the block of an orchestrated workflow"));
    assert_eq!(conducted("scope s { timeout 3s }\n end Done"), misplaced("timeout", "this block"));
    assert_eq!(conducted("pivot\n end Done"), misplaced("pivot", "the block of an orchestrated workflow"));
    assert_eq!(
        conducted("promises within 3s\n end Done"),
        misplaced("promises", "the block of an orchestrated workflow")
    );
    assert_eq!(conducted("scope s { needs 1 }\n end Done"), misplaced("needs", "this block"));
    assert_eq!(
        conducted("participant Mail { }\n end Done"),
        misplaced("participant", "the block of an orchestrated workflow")
    );
    assert_eq!(
        choreographed("publish OrderClosed(order)"),
        misplaced("publish", "the block of a choreographed workflow")
    );
    assert_eq!(
        choreographed("when OrderPlaced { }"),
        misplaced("when", "the block of a choreographed workflow")
    );
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
fn a_service_has_one_side() {
    says(
        choreographed(
            "participant Shop { when PaymentTaken { } }\n participant Shop { when OrderPlaced { } }",
        ),
        &["duplicate-name: participant `Shop` is declared twice"],
    );
}
