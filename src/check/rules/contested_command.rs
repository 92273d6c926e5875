//! Commands that two declarations of one system claim.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::NodeKind;
use crate::model::{OperationId, World};
use crate::source::Span;
use std::collections::BTreeMap;

pub static CONTESTED_COMMAND: Rule = Rule {
    name: "contested-command",
    group: Group::ControlFlow,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a command that several files of one system declare for services of the same name.",
    why: "A command is addressed to one service, and that service says in one place how it fails, how it is \
          undone and by what it is known again. Where two files of a system both declare `Payments.Charge`, \
          each caller relies on the contract that it happens to see. Only one of them is kept, and the \
          branches and undos that were written for the other are wrong.\n\n\
          Where one file sees both declarations the names themselves clash: that is a `duplicate-name`.",
    bad: "\
// file: checkout.wfc
use \"ids.wfc\"

service Shop {
  team \"storefront\"
}
service Payments {
  command Charge(order: OrderId) { idempotent by order }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold

  step charged = Payments.Charge(order) { retry 3 times backoff 1s..10s }
  end Sold
}

// file: returns.wfc
use \"ids.wfc\"

service Desk {
  team \"returns\"
}
service Payments {
  command Charge(order: OrderId, fee: decimal) { idempotent by order }
}

workflow TakeBack(order: OrderId) {
  orchestrated by Desk
  correlated by order

  success Taken

  step charged = Payments.Charge(order, 5) { retry 3 times backoff 1s..10s }
  end Taken
}

// file: ids.wfc
id OrderId
",
    good: "\
// file: checkout.wfc
use \"payments.wfc\"

service Shop {
  team \"storefront\"
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold

  step charged = Payments.Charge(order, 0) { retry 3 times backoff 1s..10s }
  end Sold
}

// file: returns.wfc
use \"payments.wfc\"

service Desk {
  team \"returns\"
}

workflow TakeBack(order: OrderId) {
  orchestrated by Desk
  correlated by order

  success Taken

  step charged = Payments.Charge(order, 5) { retry 3 times backoff 1s..10s }
  end Taken
}

// file: payments.wfc
id OrderId

service Payments {
  command Charge(order: OrderId, fee: decimal) { idempotent by order }
}
",
    help: "Declare the service once, in a file of its owner, and let the others `use` it. If they are two \
           services, give them two names.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    if cx.model.world == World::Open || cx.model.files.len() < 2 {
        return Vec::new();
    }
    let mut declared: BTreeMap<String, Vec<OperationId>> = BTreeMap::new();
    for (id, operation) in cx.model.operations.iter() {
        // What an imported file declares is what it calls; who handles it is said in the language.
        if !cx.is_imported(operation.span) {
            declared.entry(cx.model.operation_path(id)).or_default().push(id);
        }
    }
    let claims = declared.iter().filter(|(_, ids)| in_several_files(cx, ids));
    claims.filter_map(|(path, ids)| of_command(cx, path, ids)).collect()
}

fn in_several_files(cx: &Context, ids: &[OperationId]) -> bool {
    let file = |id: &OperationId| cx.model.operations[*id].span.file;
    ids.iter().any(|id| file(id) != file(&ids[0]))
}

/// Nothing when nobody sends the command: then nobody relies on either contract.
fn of_command(cx: &Context, path: &str, ids: &[OperationId]) -> Option<Finding> {
    let mut claims: Vec<Claim> = ids.iter().map(|id| Claim::new(cx, *id)).collect();
    // Files have no order of their own, so the names of the senders decide which claim comes first.
    claims.sort_by(|a, b| {
        (a.senders.is_empty(), &a.senders, a.span).cmp(&(b.senders.is_empty(), &b.senders, b.span))
    });
    let first = claims.first().filter(|claim| !claim.senders.is_empty())?;
    let mut finding = CONTESTED_COMMAND
        .at(first.span, "declared here")
        .message(format!("`{path}` is declared in several files of this system"))
        .what_if("only one of them is kept: who wrote for the other meets failures that it does not know")
        .help("declare the service once, in a file of its own, and let the others `use` that file")
        .help("if these are two services, give them two names")
        .entity(path);
    for claim in &claims[1..] {
        finding = finding.label(claim.span, "and declared here");
    }
    for (sender, span) in claims.iter().flat_map(|claim| &claim.senders).take(4) {
        finding = finding.label(*span, format!("sent by `{sender}`"));
    }
    Some(finding)
}

/// One of the declarations, with the steps that rely on it.
struct Claim {
    span: Span,
    senders: Vec<(String, Span)>,
}

impl Claim {
    fn new(cx: &Context, id: OperationId) -> Claim {
        let is_call = |kind: &NodeKind| matches!(kind, NodeKind::Act(act) if act.operation == id);
        let calls = cx.graph.nodes().filter(|(_, node)| is_call(&node.kind));
        let mut senders: Vec<(String, Span)> =
            calls.map(|(call, node)| (cx.entity(call), node.span)).collect();
        senders.sort();
        Claim { span: cx.model.operations[id].name.span, senders }
    }
}
