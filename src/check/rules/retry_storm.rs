//! `retry-storm`: retries of retries, so that one outage becomes many calls.

use crate::check::Context;
use crate::check::durations::attempts;
use crate::check::telling::without_intent;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::NodeKind;
use crate::model::{LabelId, Run, StatementKind, WorkflowId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

pub static RETRY_STORM: Rule = Rule {
    name: "retry-storm",
    group: Group::Resilience,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports retries within retries that make more than ten calls of one.",
    why: "\
When each level of a chain of calls tries again, the attempts multiply: four times four of a service that is down \
already are sixteen calls for each run, just when it can bear least. One level should try again, the one that \
knows most about the call; those above it pass the outage on (Beyer and others, 2016, on retry amplification).

A step that is retried counts with its attempts, and a `run` that is retried multiplies those of the workflow it \
runs. `retry forever` counts once: it gives nothing to try again to the level above.",
    bad: r#"id OrderId

service Shop { }
service Desk { }
service Stock {
  query Count(order: OrderId) -> int
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  success Sold
  failure NotSold

  step checked = run CheckStock(order) {
    within 10m
    retry 3 times backoff 1s..10s
    on any { end NotSold }
  }
  end Sold
}

workflow CheckStock(order: OrderId) {
  orchestrated by Desk
  success Checked
  failure NotChecked

  step count = Stock.Count(order) {
    timeout 5s
    retry 3 times backoff 1s..10s
    on outage { end NotChecked }
  }
  end Checked
}
"#,
    good: r#"id OrderId

service Shop { }
service Desk { }
service Stock {
  query Count(order: OrderId) -> int
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  success Sold
  failure NotSold

  step checked = run CheckStock(order) { within 10m; on any { end NotSold } }
  end Sold
}

workflow CheckStock(order: OrderId) {
  orchestrated by Desk
  success Checked
  failure NotChecked

  step count = Stock.Count(order) {
    timeout 5s
    retry 3 times backoff 1s..10s
    on outage { end NotChecked }
  }
  end Checked
}
"#,
    help: "\
Keep the retry at one level, best at the call itself, and let the levels above meet the outage with a branch. \
Where two levels must try again, let each do so once or twice.

How many calls are too many is for each team to say: `budgets: { attempts: 20 }` in `wfc.yaml`.",
    example_language: "wfc",
};

/// A step or a run that is tried more than once.
struct Retried {
    span: Span,
    attempts: u64,
}

pub fn find(cx: &Context) -> Vec<Finding> {
    let steps = steps(cx);
    let mut told: BTreeSet<LabelId> = BTreeSet::new();
    let mut findings = Vec::new();
    // The longest chains first: what is part of one is not told again.
    let mut chains: Vec<(&Run, Vec<Retried>, BTreeSet<LabelId>)> = Vec::new();
    for run in steps.values().flatten().filter_map(|step| step.run) {
        let mut levels = BTreeSet::from([run.label]);
        let chain = worst(&steps, run, &mut levels);
        if product(&chain) > cx.budget.attempts && attempts(&run.block) > 1 && chain.len() > 1 {
            chains.push((run, chain, levels));
        }
    }
    chains.sort_by_key(|(run, chain, _)| (std::cmp::Reverse(chain.len()), run.call_span));
    for (run, chain, levels) in chains {
        if told.insert(run.label) {
            told.extend(levels);
            findings.push(without_intent(cx, finding(cx, run, &chain)));
        }
    }
    findings
}

/// What a workflow calls or runs.
struct Step<'m> {
    retried: Option<Retried>,
    run: Option<&'m Run>,
}

fn steps<'m>(cx: &Context<'m>) -> BTreeMap<WorkflowId, Vec<Step<'m>>> {
    let mut steps: BTreeMap<WorkflowId, Vec<Step>> = BTreeMap::new();
    for id in cx.model.workflows.ids() {
        let found = steps.entry(id).or_default();
        for statement in cx.blocks(id).iter().flat_map(|block| &block.statements) {
            let (block, run) = match &statement.kind {
                StatementKind::Act(act) => (&act.block, None),
                StatementKind::Run(run) => (&run.block, Some(&**run)),
                _ => continue,
            };
            let attempts = attempts(block);
            let retry = block.retry.as_ref().filter(|_| attempts > 1);
            let retried = retry.map(|retry| Retried { span: retry.span, attempts });
            found.push(Step { retried, run });
        }
    }
    steps
}

/// The levels of the chain below a run that multiply most, outermost first.
fn worst(steps: &BTreeMap<WorkflowId, Vec<Step>>, run: &Run, levels: &mut BTreeSet<LabelId>) -> Vec<Retried> {
    let mut chain = Vec::new();
    let retry = run.block.retry.as_ref().filter(|_| attempts(&run.block) > 1);
    chain.extend(retry.map(|retry| Retried { span: retry.span, attempts: attempts(&run.block) }));
    let mut best: Vec<Retried> = Vec::new();
    for step in steps.get(&run.workflow).into_iter().flatten() {
        let below = match (step.run, &step.retried) {
            // A workflow that runs itself is one level.
            (Some(inner), _) if levels.insert(inner.label) => worst(steps, inner, levels),
            (None, Some(retried)) => vec![Retried { ..*retried }],
            _ => continue,
        };
        if product(&below) > product(&best) {
            best = below;
        }
    }
    chain.extend(best);
    chain
}

fn product(chain: &[Retried]) -> u64 {
    chain.iter().fold(1, |product, level| product.saturating_mul(level.attempts))
}

fn finding(cx: &Context, run: &Run, chain: &[Retried]) -> Finding {
    let name = &cx.model.labels[run.label].name.text;
    let calls = product(chain);
    let factors: Vec<String> = chain.iter().map(|level| level.attempts.to_string()).collect();
    let step = cx.graph.nodes().find(|(_, node)| match &node.kind {
        NodeKind::Run(other) => other.label == run.label,
        _ => false,
    });
    let mut finding = RETRY_STORM
        .at(chain[0].span, format!("up to {} attempts", chain[0].attempts))
        .message(format!("one outage below `{name}` becomes up to {calls} calls"))
        .entity(step.map_or(String::new(), |(node, _)| cx.entity(node)));
    for level in &chain[1..] {
        finding = finding.label(level.span, format!("of {} attempts each", level.attempts));
    }
    finding
        .what_if(format!(
            "when what is called last is down, it is called {} times for one run",
            factors.join(" × ")
        ))
        .help("try again at one level only, best at the call itself; above it, meet the outage with a branch")
}
