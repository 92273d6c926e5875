//! `ambiguous-start`: two ways to go on begin with the same event.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::model::{Block, EventId, HowMany, Reaction, StatementKind, Wait, Workflow};
use std::collections::BTreeSet;

pub static AMBIGUOUS_START: Rule = Rule {
    name: "ambiguous-start",
    group: Group::ControlFlow,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports two alternatives that begin with the same event, where nothing says which of them it is.",
    why: "\
`wait for any` goes on by the event that comes first. When two alternatives wait for the same one, that \
says nothing: one of them runs, and nobody knows which. The same holds for two `when` that interrupt a \
block and end the run in different ways.

Conditions that tell them apart make them two. Whether those conditions exclude each other is looked at by \
`incomplete-choice`. Two reactions of a participant to one event are no alternatives: both run.",
    bad: r#"id OrderId

service Shop {
  team "storefront"
}
service Payments {
  external
  event PaymentArrived(order: OrderId, total: decimal)
}

workflow SellOrder(order: OrderId, total: decimal) {
  orchestrated by Shop
  correlated by order
  success Sold
  failure Underpaid

  wait for any {
    when PaymentArrived { end Sold }
    when PaymentArrived { end Underpaid }
    within 9d else { end Underpaid }
  }
}
"#,
    good: r#"id OrderId

service Shop {
  team "storefront"
}
service Payments {
  external
  event PaymentArrived(order: OrderId, total: decimal)
}

workflow SellOrder(order: OrderId, total: decimal) {
  orchestrated by Shop
  correlated by order
  success Sold
  failure Underpaid

  wait for any {
    when PaymentArrived where PaymentArrived.total >= total { end Sold }
    when PaymentArrived where PaymentArrived.total < total { end Underpaid }
    within 9d else { end Underpaid }
  }
}
"#,
    help: "\
Give each a condition that the other does not meet: `where PaymentArrived.total >= total`. Or make one \
of the two, with an `if` in it. Or let the publisher state two different facts.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter() {
        for block in cx.blocks(id) {
            let ends = block.interrupts.iter().filter(|it| ends_the_run(&it.block));
            findings.extend(of_pairs(cx, workflow, &ends.collect::<Vec<_>>(), differently));
            for statement in &block.statements {
                if let StatementKind::Wait(wait) = &statement.kind
                    && let Wait::Any { block } = &**wait
                {
                    let alternatives: Vec<&Reaction> = block.interrupts.iter().collect();
                    findings.extend(of_pairs(cx, workflow, &alternatives, |_, _| true));
                }
            }
        }
    }
    findings
}

fn of_pairs(
    cx: &Context,
    workflow: &Workflow,
    ways: &[&Reaction],
    matters: impl Fn(&Reaction, &Reaction) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, second) in ways.iter().enumerate() {
        let first = ways[..at].iter().find(|first| {
            let guarded = |it: &Reaction| it.formula.terms.iter().all(|term| term.condition.is_some());
            !(guarded(first) && guarded(second)) && begin_alike(first, second) && matters(first, second)
        });
        findings.extend(first.map(|first| finding(cx, workflow, first, second)));
    }
    findings
}

/// Whether the same events are enough for both.
fn begin_alike(a: &Reaction, b: &Reaction) -> bool {
    starts(a).iter().any(|start| starts(b).contains(start))
}

/// The sets of events each of which is enough.
fn starts(reaction: &Reaction) -> Vec<BTreeSet<EventId>> {
    let events = reaction.formula.terms.iter().map(|term| term.event);
    match reaction.formula.how {
        HowMany::All => vec![events.collect()],
        HowMany::Any => events.map(|event| BTreeSet::from([event])).collect(),
        // Which of them these are differs from run to run.
        HowMany::Some(_) => Vec::new(),
    }
}

fn ends_the_run(block: &Block) -> bool {
    matches!(block.statements.last().map(|last| &last.kind), Some(StatementKind::End { .. }))
}

/// Whether two that end the run end it in different ways.
fn differently(a: &Reaction, b: &Reaction) -> bool {
    let goal = |it: &Reaction| match it.block.statements.last().map(|last| &last.kind) {
        Some(StatementKind::End { goal, .. }) => Some(*goal),
        _ => None,
    };
    goal(a) != goal(b)
}

fn finding(cx: &Context, workflow: &Workflow, first: &Reaction, second: &Reaction) -> Finding {
    let shared = starts(first).into_iter().find(|start| starts(second).contains(start)).unwrap_or_default();
    let names: Vec<String> = shared.iter().map(|event| cx.model.event_name(*event)).collect();
    let names = names.join(" and ");
    let finding = AMBIGUOUS_START
        .at(second.formula.span, "begins with it as well")
        .message(format!("two alternatives begin with `{names}`"))
        .label(first.formula.span, "begins with it")
        .help("give each a condition that the other does not meet: `where …`")
        .help("or make one of the two, with an `if` in it")
        .entity(format!("{}/{names}", workflow.name.text));
    cx.by_origin(finding)
}
