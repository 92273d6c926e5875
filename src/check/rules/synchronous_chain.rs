//! `synchronous-chain`: one waits for one who waits for one, all on the line.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity, WitnessStep};
use crate::graph::{NodeId, NodeKind, ReceiveKind, Timer};
use crate::model::{Annotations, ServiceId, WorkflowId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

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

/// A chain of fewer calls is ordinary.
const LONGEST: usize = 2;

/// One call of a chain.
#[derive(Clone)]
struct Call {
    to: ServiceId,
    span: Span,
    text: String,
    available: Option<f64>,
    /// Milliseconds, at most.
    latency: Option<u64>,
}

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut known = BTreeMap::new();
    let runs = cx
        .graph
        .nodes()
        .filter(|(id, node)| matches!(node.kind, NodeKind::Run(_)) && cx.occurring.contains(*id));
    let chains: Vec<(NodeId, Vec<Call>)> = runs
        .map(|(id, _)| (id, once_around(longest(cx, id, &mut known))))
        .filter(|(_, chain)| chain.len() > LONGEST)
        .collect();
    // What is only the rest of a longer chain is told there.
    let is_rest = |chain: &[Call]| {
        chains.iter().any(|(_, other)| {
            other.len() > chain.len() && other.iter().any(|call| call.span == chain[0].span)
        })
    };
    chains.iter().filter(|(_, chain)| !is_rest(chain)).map(|(id, chain)| finding(cx, *id, chain)).collect()
}

/// The chain up to where it would come round again: two services that run each other are a pair.
fn once_around(mut chain: Vec<Call>) -> Vec<Call> {
    let mut known = BTreeSet::new();
    let n_new = chain.iter().take_while(|call| known.insert(call.span)).count();
    chain.truncate(n_new);
    chain
}

/// The longest chain of calls that begins with a node; empty when it calls nobody on the line.
fn longest(cx: &Context, id: NodeId, known: &mut BTreeMap<WorkflowId, Vec<Call>>) -> Vec<Call> {
    let node = cx.graph.node(id);
    let model = cx.model;
    match &node.kind {
        NodeKind::Act(act) if act.is_remote && act.on_the_line => {
            let own = &model.operations[act.operation].annotations;
            let text = format!("calls `{}`", model.operation_path(act.operation));
            vec![call(cx, node.side, act.service, act.call_span, &text, Some(own))]
        }
        NodeKind::Run(run) => {
            let Some(conductor) = model.workflows[run.workflow].coordinator() else { return Vec::new() };
            if !answers_on_the_line(cx, run.workflow) {
                return Vec::new();
            }
            let mut chain = longest_within(cx, run.workflow, known);
            if node.side != Some(conductor) {
                let text = format!("runs `{}`", model.workflows[run.workflow].name.text);
                chain.insert(0, call(cx, node.side, conductor, run.call_span, &text, None));
            }
            chain
        }
        _ => Vec::new(),
    }
}

/// The longest chain that begins in a workflow. One that runs itself again adds nothing.
fn longest_within(
    cx: &Context,
    workflow: WorkflowId,
    known: &mut BTreeMap<WorkflowId, Vec<Call>>,
) -> Vec<Call> {
    if let Some(chain) = known.get(&workflow) {
        return chain.clone();
    }
    known.insert(workflow, Vec::new());
    let mut chain: Vec<Call> = Vec::new();
    for (id, _) in cx.graph.nodes_of(workflow).filter(|(id, _)| cx.occurring.contains(*id)) {
        let rest = longest(cx, id, known);
        if rest.len() > chain.len() {
            chain = rest;
        }
    }
    known.insert(workflow, chain.clone());
    chain
}

fn call(
    cx: &Context,
    from: Option<ServiceId>,
    to: ServiceId,
    span: Span,
    text: &str,
    own: Option<&Annotations>,
) -> Call {
    let of_service = &cx.model.services[to].annotations;
    let available = own.and_then(|own| own.available).or(of_service.available).map(|(share, _)| share);
    let latency = own.and_then(|own| own.latency).or(of_service.latency).map(|(_, most, _)| most);
    let text = format!("`{}` {text}", from.map_or("", |from| cx.service(from)));
    Call { to, span, text, available, latency }
}

/// Whether a conducted workflow is over within one request: nothing in it waits for an event, for time or
/// for an answer that comes later.
fn answers_on_the_line(cx: &Context, workflow: WorkflowId) -> bool {
    let waits = |id: NodeId| match &cx.graph.node(id).kind {
        NodeKind::Act(act) => !act.on_the_line,
        NodeKind::Run(run) => cx.model.workflows[run.workflow].is_choreographed(),
        NodeKind::Receive { kind: ReceiveKind::Wait | ReceiveKind::Alternative, .. } => true,
        NodeKind::Race | NodeKind::Timer(Timer::Pause) => true,
        _ => false,
    };
    !cx.model.workflows[workflow].is_choreographed()
        && cx.graph.nodes_of(workflow).all(|(id, _)| !waits(id) || !cx.occurring.contains(id))
}

fn finding(cx: &Context, id: NodeId, chain: &[Call]) -> Finding {
    let first = cx.graph.node(id).side.map_or("", |side| cx.service(side));
    let services: Vec<&str> = chain.iter().map(|call| cx.service(call.to)).collect();
    let waits = match figures(chain) {
        Some(figures) => format!("waits for all of them: {figures}"),
        None => "waits for all of them".to_string(),
    };
    let mut finding = SYNCHRONOUS_CHAIN
        .at(chain[0].span, waits)
        .message(format!("`{first}` waits through a chain of {} calls", chain.len()))
        .entity(cx.entity(id));
    for call in &chain[1..] {
        finding = finding.label(call.span, call.text.clone());
    }
    finding = finding.witness(chain.iter().map(|call| WitnessStep::new(call.text.clone(), call.span)));
    let last = services.last().copied().unwrap_or_default();
    let finding = finding
        .help(format!("let `{first}` ask `{last}` itself, and send along what comes of it"))
        .help("or let the slow part answer later, and go on when its event is in")
        .help("or keep a copy of what changes seldom");
    cx.by_origin(finding)
}

/// `there 97.52% of the time, up to 2.5s`, as far as it is declared.
fn figures(chain: &[Call]) -> Option<String> {
    let shares: Vec<f64> = chain.iter().filter_map(|call| call.available).collect();
    let times: Vec<u64> = chain.iter().filter_map(|call| call.latency).collect();
    let by = |n: usize| match n < chain.len() {
        true => format!(" by what {n} of {} declare", chain.len()),
        false => String::new(),
    };
    let there = (!shares.is_empty()).then(|| {
        let share = format!("{:.2}", shares.iter().product::<f64>() * 100.0);
        let share = share.trim_end_matches('0').trim_end_matches('.').to_string();
        format!("there {share}% of the time{}", by(shares.len()))
    });
    let took = (!times.is_empty()).then(|| {
        let seconds = times.iter().sum::<u64>() as f64 / 1000.0;
        format!("up to {seconds}s{}", by(times.len()))
    });
    let told: Vec<String> = there.into_iter().chain(took).collect();
    (!told.is_empty()).then(|| told.join(", "))
}
