//! What generating can find.

use crate::finding::{Confidence, Group, Profile, Rule, Severity};

pub static RULES: &[&Rule] = &[&LOST_IN_TARGET];

pub static LOST_IN_TARGET: Rule = Rule {
    name: "lost-in-target",
    group: Group::Generate,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports what a workflow says and a generated format cannot.",
    why: "Formats of other engines have no word for some things that a workflow says: a limit around several \
          steps, an event that interrupts a block, what comes late. What is generated does without, and runs \
          differently there. Where the difference is small, as with a pause that is rounded to a second, it is \
          said at information level, which `--profile strict` shows.\n\nOnly `wfc gen` finds this: a workflow \
          that stays in wfc has lost nothing.",
    bad: r#"id OrderId
service Shop { }
service Payments {
  command Charge(order: OrderId) { undone by Refund(order); idempotent by order }
  command Refund(order: OrderId) { idempotent by order }
}
service Warehouse {
  command Pack(order: OrderId) { undone by nothing because "it is put back"; idempotent by order }
}

workflow Fulfil(order: OrderId) {
  orchestrated by Shop
  within 2d else { undo all; end Cancelled }
  success Fulfilled
  failure Cancelled

  step charged = Payments.Charge(order) { retry forever backoff 1s..1h }
  step packed = Warehouse.Pack(order) { retry forever backoff 1s..1h }
  end Fulfilled
}
"#,
    good: r#"id OrderId
service Shop { }
service Payments {
  command Charge(order: OrderId) { undone by Refund(order); idempotent by order }
  command Refund(order: OrderId) { idempotent by order }
}
service Warehouse {
  command Pack(order: OrderId) { undone by nothing because "it is put back"; idempotent by order }
}

workflow Fulfil(order: OrderId) {
  orchestrated by Shop
  success Fulfilled
  failure Cancelled

  step charged = Payments.Charge(order) { timeout 1h; on outage { undo all; end Cancelled } }
  step packed = Warehouse.Pack(order) { timeout 1d; on outage { undo all; end Cancelled } }
  end Fulfilled
}
"#,
    help: "Say it in words that the format has, such as a `timeout` of each step instead of a limit around \
           all; or take an engine that can, such as the generated project.",
    example_language: "wfc",
};
