//! What comes out: ids that point where the names did, defaults that say that they are defaults.

use super::*;
use crate::model::*;

fn model(text: &str) -> Model {
    let mut links = Links::default();
    links.add(FileId(0), "shop.wfc", FileId(1));
    let lowered = lower(&[read(0, text), read(1, SHOP)], &links);
    assert!(lowered.findings.is_empty(), "{:?}", lowered.findings);
    lowered.model
}

#[test]
fn owners_are_written_or_defaults() {
    let model = model(
        "use \"shop.wfc\"\n\
         workflow A(order: OrderId) { orchestrated by Mail; success S; success T owned by Shop; end S }\n\
         workflow B { choreographed; correlated by order; starts when OrderPlaced; success S reached by OrderClosed\n\
         participant Shop { when OrderPlaced { publish OrderClosed(order) } } }",
    );
    let owners: Vec<(&str, bool)> = model
        .goals
        .values()
        .map(|goal| (model.service_name(goal.owner.service.unwrap()), goal.owner.written.is_some()))
        .collect();
    assert_eq!(owners, [("Mail", false), ("Shop", true), ("Shop", false)]);
}

#[test]
fn what_cannot_be_called_stays_a_place_to_go_to() {
    let mut links = Links::default();
    links.add(FileId(0), "shop.wfc", FileId(1));
    let text = "use \"shop.wfc\"\nworkflow W(order: OrderId) { orchestrated by Shop; success S\n\
                step lost = Nowhere.Go(order)\n undo lost\n end S }";
    let lowered = lower(&[read(0, text), read(1, SHOP)], &links);
    assert_eq!(lowered.findings.len(), 1);
    let statements = &lowered.model.workflows.values().next().unwrap().body.statements;
    assert!(matches!(statements[0].kind, StatementKind::Scope { .. }));
    assert!(matches!(statements[1].kind, StatementKind::Undo(UndoTarget::Label { .. })));
}

#[test]
fn arguments_know_their_parameters() {
    let model = model(
        "use \"shop.wfc\"\nworkflow W(order: OrderId, total: decimal) { orchestrated by Shop; success S\n\
         step a = Payments.Charge(amount: total, order: order)\n end S }",
    );
    let statements = &model.workflows.values().next().unwrap().body.statements;
    let StatementKind::Act(act) = &statements[0].kind else { panic!("{statements:?}") };
    let parameters: Vec<_> = act.arguments.iter().map(|argument| argument.parameter).collect();
    assert_eq!(parameters, [Some(1), Some(0)]);
    assert!(matches!(model.undone(act).unwrap().by, UndoneBy::Operation { .. }));
}

#[test]
fn allows_reach_over_the_entry_they_stand_in() {
    let text = "service S {\n event E(a: int) { allow unheard-event because \"x\" until 2027-06-30 }\n}";
    let lowered = lower(&[read(0, text)], &Links::default());
    let [allow] = lowered.model.allows.as_slice() else { panic!("{:?}", lowered.model.allows) };
    assert_eq!(&text[allow.reach.range()][..5], "event");
    assert_eq!(allow.until.as_ref().unwrap().text, "2027-06-30");
}

#[test]
fn a_child_is_worth_the_fields_of_its_success() {
    let model = model(
        "use \"shop.wfc\"\n\
         workflow A(order: OrderId) { orchestrated by Shop; success S(n: int); failure F(why: string); end S(3) }\n\
         workflow B(order: OrderId) { orchestrated by Shop; success S(n: int); failure G(why: string)\n\
         step a = run A(order) { on F { end G(F.why) } }\n end S(a.n) }",
    );
    assert_eq!(model.workflows.len(), 2);
}
