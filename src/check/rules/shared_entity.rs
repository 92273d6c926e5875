//! `shared-entity`: two services that write the same thing.

use crate::check::Context;
use crate::check::phrases::quoted;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::model::{EntityId, OperationId, ServiceId};
use crate::source::Span;
use std::collections::BTreeMap;

pub static SHARED_ENTITY: Rule = Rule {
    name: "shared-entity",
    group: Group::Coupling,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an entity that commands of two services write.",
    why: "\
What two services write has no owner. Neither can keep a rule about it, since the other changes it behind
its back; neither can change how it is stored; and undoing one command may undo what the other one did.
Workflows cannot repair that: they see messages, and this goes past them.",
    bad: "\
id AccountId

service Accounts {
  command Book(account: AccountId) { writes Balance; idempotent by account }
}

service Interest {
  command AddInterest(account: AccountId) { writes Balance; idempotent by account }
}
",
    good: "\
id AccountId

service Accounts {
  command Book(account: AccountId) { writes Balance; idempotent by account }
  command Credit(account: AccountId, amount: decimal) { writes Balance; idempotent by account }
}

service Interest {
  query Compute(account: AccountId) -> decimal
}
",
    help: "\
Let one service own it, and give the other one a command of the owner to call. If the two only share a
word, give each its own.",
    example_language: "wfc",
};

type Writers = BTreeMap<ServiceId, Vec<(OperationId, Span)>>;

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut writers: BTreeMap<EntityId, Writers> = BTreeMap::new();
    for (id, operation) in cx.model.operations.iter() {
        for (entity, span) in &operation.writes {
            writers.entry(*entity).or_default().entry(operation.service).or_default().push((id, *span));
        }
    }
    let shared = writers.into_iter().filter(|(_, writers)| writers.len() > 1);
    shared.filter_map(|(entity, writers)| finding(cx, entity, &writers)).collect()
}

fn finding(cx: &Context, entity: EntityId, writers: &Writers) -> Option<Finding> {
    let name = &cx.model.entities[entity].name;
    // Whoever writes it most often is taken for the owner; the others are told.
    let mut by_use: Vec<_> = writers.iter().collect();
    by_use.sort_by_key(|(service, writes)| (std::cmp::Reverse(writes.len()), cx.service(**service)));
    let services: Vec<&str> = by_use.iter().map(|(service, _)| cx.service(**service)).collect();
    let firsts = by_use.iter().filter_map(|(_, writes)| writes.first());
    let firsts: Vec<_> = firsts.collect();
    let label = |operation| format!("`{}` writes it", cx.model.operation_path(operation));
    let [owner, (second, span), rest @ ..] = firsts.as_slice() else { return None };
    let mut finding = SHARED_ENTITY
        .at(*span, label(*second))
        .message(format!("{} services write `{name}`: {}", services.len(), quoted(&services)))
        .entity(name.as_str());
    for (operation, span) in [owner].into_iter().chain(rest) {
        finding = finding.label(*span, label(*operation));
    }
    let finding = finding
        .help(format!("let `{}` own it, and let the others send it a command", services[0]))
        .help(format!("if they mean different things by `{name}`, give each a name of its own"));
    Some(finding)
}
