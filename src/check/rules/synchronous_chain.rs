//! `synchronous-chain`: one waits for one who waits for one, all on the line.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity, WitnessStep};
use crate::graph::{NodeId, NodeKind};
use crate::metrics::{Call, Chain, Chains};

pub static SYNCHRONOUS_CHAIN: Rule = Rule {
    name: "synchronous-chain",
    group: Group::Coupling,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports three or more calls between services of which each waits for the next one.",
    why: "\
In a chain of calls everybody is as available as all of them together, and as slow as their sum. Three
services that are there 99.5% of the time make a caller that is there 98.5% of it, and a timeout at the
front does not know of the ones behind.

A call goes from one service to another, by a step or by `run`. The chain grows by each workflow that is
run in the same request: one that a service conducts and that waits for nothing but calls on the line. What
answers later, waits for an event or for time, or is only notified ends it. Steps one after the other are
no chain. Where services say how available and how quick they are, the figures are multiplied and added.",
    bad: r#"id LoanId

service Portal {
  team "portal"
}
service Loans {
  available 99.5%
}
service Scoring {
  available 99%
}
service Bureau {
  available 99%
  query History(loan: LoanId) -> int { latency 100ms..2s }
}

workflow AskForLoan(loan: LoanId) {
  orchestrated by Portal
  success Answered
  step offer = run Offer(loan)
  end Answered
}

workflow Offer(loan: LoanId) {
  orchestrated by Loans
  success Offered
  step score = run Score(loan)
  end Offered
}

workflow Score(loan: LoanId) {
  orchestrated by Scoring
  success Scored(score: int)
  step history = Bureau.History(loan) { retry 3 times }
  end Scored(history)
  on outage { end Scored(0) }
}
"#,
    good: r#"id LoanId

service Portal {
  team "portal"
}
service Scoring {
  query Score(loan: LoanId, history: int) -> int
}
service Bureau {
  query History(loan: LoanId) -> int
}

workflow AskForLoan(loan: LoanId) {
  orchestrated by Portal
  success Answered
  step history = Bureau.History(loan) { retry 3 times; on outage { give 0 } }
  step score = Scoring.Score(loan, history) { retry 3 times; on outage { give 0 } }
  end Answered
}
"#,
    help: "\
Ask them one after the other from the front, keep a copy of what changes seldom, or let the slow part answer
later and go on when its event is in.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut all = Chains::new(cx.model, cx.graph, &cx.occurring);
    let runs = cx
        .graph
        .nodes()
        .filter(|(id, node)| matches!(node.kind, NodeKind::Run(_)) && cx.occurring.contains(*id));
    let chains: Vec<(NodeId, Chain)> = runs
        .map(|(id, _)| (id, all.from_node(id)))
        .filter(|(_, chain)| chain.len() > cx.budget.chain)
        .collect();
    // What is only the rest of a longer chain is told there.
    let is_rest = |chain: &Chain| {
        chains.iter().any(|(_, other)| {
            other.len() > chain.len() && other.calls.iter().any(|call| call.span == chain.calls[0].span)
        })
    };
    chains.iter().filter(|(_, chain)| !is_rest(chain)).map(|(id, chain)| finding(cx, *id, chain)).collect()
}

fn finding(cx: &Context, id: NodeId, chain: &Chain) -> Finding {
    let first = cx.graph.node(id).side.map_or("", |side| cx.service(side));
    let services: Vec<&str> = chain.calls.iter().map(|call| cx.service(call.to)).collect();
    let waits = match figures(chain) {
        Some(figures) => format!("waits for all of them: {figures}"),
        None => "waits for all of them".to_string(),
    };
    let text = |call: &Call| format!("`{}` {}", call.from.map_or("", |from| cx.service(from)), call.what);
    let mut finding = SYNCHRONOUS_CHAIN
        .at(chain.calls[0].span, waits)
        .message(format!("`{first}` waits through a chain of {} calls", chain.len()))
        .entity(cx.entity(id));
    for call in &chain.calls[1..] {
        finding = finding.label(call.span, text(call));
    }
    finding = finding.witness(chain.calls.iter().map(|call| WitnessStep::new(text(call), call.span)));
    let last = services.last().copied().unwrap_or_default();
    let finding = finding
        .help(format!("let `{first}` ask `{last}` itself, and send along what comes of it"))
        .help("or let the slow part answer later, and go on when its event is in")
        .help("or keep a copy of what changes seldom");
    cx.by_origin(finding)
}

/// `there 97.52% of the time, up to 2.5s`, as far as it is declared.
fn figures(chain: &Chain) -> Option<String> {
    let by = |n: usize| match n < chain.len() {
        true => format!(" by what {n} of {} declare", chain.len()),
        false => String::new(),
    };
    let there = chain.available().map(|share| {
        let percent = crate::metrics::percent(share.value);
        format!("there {percent} of the time{}", by(share.n_calls))
    });
    let took = chain.latency().map(|time| {
        let seconds = time.value as f64 / 1000.0;
        format!("up to {seconds}s{}", by(time.n_calls))
    });
    let told: Vec<String> = there.into_iter().chain(took).collect();
    (!told.is_empty()).then(|| told.join(", "))
}
