//! `incomplete-choice`: alternatives that leave out a case, or of which one can never be taken.

use crate::check::Context;
use crate::check::choices::Choices;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeKind, ReceiveKind};
use crate::model::spoken::event_reads;
use crate::model::{
    Block, EventId, Expr, Reaction, Statement, StatementKind, Term, Wait, Workflow, WorkflowId,
};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

pub static INCOMPLETE_CHOICE: Rule = Rule {
    name: "incomplete-choice",
    group: Group::ControlFlow,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports alternatives that leave out a case, that overlap, or of which one can never be taken.",
    why: "\
Alternatives look complete until a value comes that nobody thought of: the run goes past all of them to \
its `end`, or nobody reacts to the event. The reverse is as quiet: a branch that can never be taken, \
because an earlier one takes all of its cases.

Conditions are decided over enums, `bool`, what is there or not, and linear comparisons of numbers; others \
are not, and nothing is said of them. A choice without an `else` is in order, since things go on behind it. \
It is looked at when it has several branches and stands right before an `end`, or when it closes a reaction \
and each of its branches publishes how it came out. Guarded alternatives of a `wait for any` without a limit, \
and guarded reactions to one event, are looked at as well.",
    bad: r#"id OrderId
enum Risk(Low, Medium, High)

service Shop {
  team "storefront"
}
service Fraud {
  query Rate(order: OrderId) -> Risk
}
service Payments {
  command Charge(order: OrderId) { idempotent by order }
  command Hold(order: OrderId) { idempotent by order }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  success Sold

  step risk = Fraud.Rate(order) { retry forever backoff 1s..1h }
  if risk == Risk.Low {
    step charged = Payments.Charge(order) { retry forever backoff 1s..1h }
  } else if risk == Risk.High {
    step held = Payments.Hold(order) { retry forever backoff 1s..1h }
  }
  end Sold
}
"#,
    good: r#"id OrderId
enum Risk(Low, Medium, High)

service Shop {
  team "storefront"
}
service Fraud {
  query Rate(order: OrderId) -> Risk
}
service Payments {
  command Charge(order: OrderId) { idempotent by order }
  command Hold(order: OrderId) { idempotent by order }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  success Sold

  step risk = Fraud.Rate(order) { retry forever backoff 1s..1h }
  if risk == Risk.Low {
    step charged = Payments.Charge(order) { retry forever backoff 1s..1h }
  } else {
    step held = Payments.Hold(order) { retry forever backoff 1s..1h }
  }
  end Sold
}
"#,
    help: "\
Give the case that is left out a branch, or say by `else { }` that nothing is to be done then. Of branches \
that overlap put the narrower one first, or let their conditions exclude each other.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter() {
        let looks = Looks { cx, workflow };
        let reactions = workflow.participants.iter().flat_map(|participant| &participant.reactions);
        let closing: BTreeSet<Span> = reactions.map(|reaction| reaction.block.span).collect();
        for block in cx.blocks(id) {
            findings.extend(looks.choices(block, closing.contains(&block.span)));
        }
        findings.extend(looks.reactions(id));
    }
    findings
}

struct Looks<'a, 'm> {
    cx: &'a Context<'m>,
    workflow: &'m Workflow,
}

impl<'m> Looks<'_, 'm> {
    fn choices(&self, block: &'m Block, closes_a_reaction: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, statement) in block.statements.iter().enumerate() {
            match &statement.kind {
                StatementKind::If { branches, otherwise } => {
                    let next = block.statements.get(at + 1);
                    let must_be_complete = branches.len() > 1
                        && otherwise.is_none()
                        && match next.map(|next| &next.kind) {
                            Some(StatementKind::End { .. }) => {
                                branches.iter().any(|(_, block)| falls_through(block))
                            }
                            Some(_) => false,
                            None => closes_a_reaction && branches.iter().all(|(_, block)| publishes(block)),
                        };
                    let conditions: Vec<&Expr> = branches.iter().map(|(condition, _)| condition).collect();
                    findings.extend(self.choice(
                        &conditions,
                        next.filter(|_| must_be_complete),
                        must_be_complete,
                    ));
                }
                StatementKind::Wait(wait) => {
                    if let Wait::Any { block } = &**wait {
                        findings.extend(self.alternatives(block));
                    }
                }
                _ => {}
            }
        }
        findings
    }

    fn choice(&self, conditions: &[&Expr], end: Option<&Statement>, must_be_complete: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        let Some(choices) = Choices::new(self.cx.model, conditions) else { return findings };
        for (index, condition) in conditions.iter().enumerate() {
            if choices.is_never_met(index) {
                findings.push(self.never_met(conditions, index, condition.span));
                return findings;
            }
        }
        let Some(case) = choices.gap().filter(|_| must_be_complete) else { return findings };
        let mut finding = INCOMPLETE_CHOICE
            .at(conditions[0].span, "no branch is for that")
            .variant("gap")
            .message(format!("no branch is taken when {case}"));
        if let Some(end) = end {
            finding = finding.label(end.span, "the run ends here all the same");
        }
        findings.push(
            self.finish(
                finding
                    .help("add a branch for it: `else { … }`")
                    .help("if nothing is to be done then, say so: `else { }`"),
            ),
        );
        findings
    }

    fn never_met(&self, conditions: &[&Expr], index: usize, span: Span) -> Finding {
        let mut finding = INCOMPLETE_CHOICE.at(span, "never taken").variant("overlap");
        finding = match index {
            0 => finding
                .message("the condition can never hold")
                .help("look at what it asks: no value answers all of it"),
            _ => {
                for before in &conditions[..index] {
                    finding = finding.label(before.span, "comes first");
                }
                finding
                    .message("a branch is never taken, since those before it take all of its cases")
                    .help("put the narrower condition first, or delete this branch")
            }
        };
        self.finish(finding)
    }

    /// `wait for any { when A where … when A where … }`
    fn alternatives(&self, block: &'m Block) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (event, terms) in by_event(&block.interrupts) {
            let Some((conditions, choices)) = self.guards(&terms) else { continue };
            for (a, b) in (0..conditions.len()).flat_map(|b| (0..b).map(move |a| (a, b))) {
                if let Some(case) = choices.overlap(a, b) {
                    findings.push(
                        self.finish(
                            INCOMPLETE_CHOICE
                                .at(conditions[b].span, "holds as well")
                                .variant("overlap")
                                .message(format!("two alternatives take the same event when {case}"))
                                .label(conditions[a].span, "holds then")
                                .help("let the conditions exclude each other"),
                        ),
                    );
                }
            }
            if let Some(case) = choices.gap().filter(|_| block.limits.is_empty()) {
                findings.push(self.left_out(event, &terms, &case, "waits for it in vain"));
            }
        }
        findings
    }

    /// Reactions of all participants to one event, where each has a condition on it.
    fn reactions(&self, id: WorkflowId) -> Vec<Finding> {
        let all: Vec<&Reaction> =
            self.workflow.participants.iter().flat_map(|participant| &participant.reactions).collect();
        let mut findings = Vec::new();
        for (event, terms) in by_event(all.iter().copied()) {
            let Some((conditions, choices)) = self.guards(&terms) else { continue };
            if self.is_taken_otherwise(id, event, terms.len()) {
                continue;
            }
            let is_of_it = |expr: &&Expr| event_reads(expr).iter().all(|(read, _)| *read == event);
            let alone = conditions.iter().all(is_of_it);
            if let Some(case) = choices.gap().filter(|_| alone) {
                findings.push(self.left_out(event, &terms, &case, "reacts only to some"));
            }
        }
        findings
    }

    /// Whether somebody takes the event without a condition, or elsewhere: an end, another workflow.
    fn is_taken_otherwise(&self, id: WorkflowId, event: EventId, n_guarded: usize) -> bool {
        let takers = self.cx.graph.subscriptions(event).map(|edge| self.cx.graph.node(edge.to));
        let takers = takers.filter(|node| !matches!(node.kind, NodeKind::Start { .. }));
        let mut n_reactions = 0;
        for node in takers {
            match node.kind {
                NodeKind::Receive { kind: ReceiveKind::Reaction, .. } if node.workflow == Some(id) => {
                    n_reactions += 1;
                }
                NodeKind::Receive { kind: ReceiveKind::Late, .. } => {}
                _ => return true,
            }
        }
        n_reactions != n_guarded
    }

    /// The conditions of several terms, if all have one and they can be decided.
    fn guards(&self, terms: &[&'m Term]) -> Option<(Vec<&'m Expr>, Choices)> {
        let conditions: Vec<&Expr> = terms.iter().filter_map(|term| term.condition.as_ref()).collect();
        if conditions.len() < 2 || conditions.len() < terms.len() {
            return None;
        }
        let choices = Choices::new(self.cx.model, &conditions)?;
        Some((conditions, choices))
    }

    fn left_out(&self, event: EventId, terms: &[&Term], case: &str, label: &str) -> Finding {
        let name = self.cx.model.event_name(event);
        let mut finding = INCOMPLETE_CHOICE
            .at(terms[0].span, label)
            .variant("gap")
            .message(format!("nobody takes `{name}` when {case}"));
        for term in &terms[1..] {
            finding = finding.label(term.span, "and here as well");
        }
        self.finish(
            finding
                .help(format!("take it without a condition in one place, or add a `when {name} where …`"))
                .help("if nothing is to be done then, say so with an empty block"),
        )
    }

    fn finish(&self, finding: Finding) -> Finding {
        let finding = finding.entity(self.workflow.name.text.as_str());
        self.cx.by_origin(finding)
    }
}

/// The terms that name each event; only those of formulas that need no other event.
fn by_event<'m>(reactions: impl IntoIterator<Item = &'m Reaction>) -> BTreeMap<EventId, Vec<&'m Term>> {
    let mut found: BTreeMap<EventId, Vec<&Term>> = BTreeMap::new();
    for reaction in reactions {
        for term in &reaction.formula.terms {
            found.entry(term.event).or_default().push(term);
        }
    }
    found
}

fn falls_through(block: &Block) -> bool {
    !block.statements.last().is_some_and(|last| {
        matches!(
            last.kind,
            StatementKind::End { .. }
                | StatementKind::Skip
                | StatementKind::Then { .. }
                | StatementKind::Give(_)
        )
    })
}

fn publishes(block: &Block) -> bool {
    block
        .with_inner()
        .iter()
        .flat_map(|block| &block.statements)
        .any(|statement| matches!(statement.kind, StatementKind::Publish { .. }))
}
