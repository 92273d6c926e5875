//! `deadline-inversion`: what stands in a block may take longer than the limit around it.

use crate::check::Context;
use crate::check::durations::{Part, Time, limit, of_statement, of_statements, own_block};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::model::{Block, Statement, StatementKind, Workflow, duration};
use crate::source::Span;

pub static DEADLINE_INVERSION: Rule = Rule {
    name: "deadline-inversion",
    group: Group::Resilience,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a limit that is shorter than what stands in it may take by its own timeouts and retries.",
    why: "\
A limit that passes while an attempt is still allowed gives up a run that was about to succeed: the last retries \
are never made, and what they were to save is lost all the same. Whoever set the two numbers thought of one of \
them.

Counted is what is declared: attempts times timeout, with the pauses between them, which double from the first to \
the longest; without a timeout the longest `latency`; a `wait` for a time; the rounds of a loop up to its bound. \
What comes one after the other adds up, of branches the longest counts. `retry forever` counts as one attempt. \
Steps without any such number count nothing, nor do the pivot and what stands behind it: a limit does not end \
those any more.",
    bad: r#"id OrderId

service Shop { }
service Stock {
  query Count(order: OrderId) -> int
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  success Sold
  failure NotSold

  step count = Stock.Count(order) {
    within 10s else { end NotSold }
    timeout 5s
    retry 3 times backoff 1s..4s
    on outage { end NotSold }
  }
  end Sold
}
"#,
    good: r#"id OrderId

service Shop { }
service Stock {
  query Count(order: OrderId) -> int
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  success Sold
  failure NotSold

  step count = Stock.Count(order) {
    within 30s else { end NotSold }
    timeout 5s
    retry 3 times backoff 1s..4s
    on outage { end NotSold }
  }
  end Sold
}
"#,
    help: "\
Make the limit longer than the sum, or shorten what is in it: fewer attempts, a shorter timeout, or steps side by \
side. Where the limit is what counts, let the step be tried until it passes: `retry forever`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter() {
        findings.extend(of_workflow(cx, workflow));
        for statement in cx.blocks(id).iter().flat_map(|block| &block.statements) {
            let Some((length, limit)) = own_block(statement).and_then(limit) else { continue };
            let bound = Bound { length, span: limit.span, what: "limit", of: name(cx, workflow, statement) };
            findings.extend(judged(cx, &bound, &of_statement(cx, statement)));
        }
    }
    findings
}

/// The limit of a conducted run, and those of reactions. The limit of a choreography only watches.
fn of_workflow(cx: &Context, workflow: &Workflow) -> Vec<Finding> {
    let name = &workflow.name.text;
    let mut bounds: Vec<(&Block, Bound)> = Vec::new();
    if let Some((length, limit)) = limit(&workflow.body).filter(|_| !workflow.is_choreographed()) {
        let bound = Bound { length, span: limit.span, what: "limit", of: name.to_string() };
        bounds.push((&workflow.body, bound));
    }
    for participant in &workflow.participants {
        let of = format!("{name}/{}", participant.name.text);
        for reaction in &participant.reactions {
            let limit = limit(&reaction.block).map(|(length, limit)| (length, limit.span, "limit"));
            let promise = reaction.block.promises.map(|(length, span)| (length, span, "promise"));
            bounds.extend(
                limit.into_iter().chain(promise).map(|(length, span, what)| {
                    (&reaction.block, Bound { length, span, what, of: of.clone() })
                }),
            );
        }
    }
    let judge = |(block, bound): &(&Block, Bound)| judged(cx, bound, &of_statements(cx, &block.statements));
    bounds.iter().filter_map(judge).collect()
}

/// A limit or a promise, and the path of what it is about.
struct Bound {
    length: u64,
    span: Span,
    what: &'static str,
    of: String,
}

fn name(cx: &Context, workflow: &Workflow, statement: &Statement) -> String {
    let label = match &statement.kind {
        StatementKind::Act(act) => Some(act.label),
        StatementKind::Run(run) => Some(run.label),
        StatementKind::Scope { label, .. } => Some(*label),
        StatementKind::Parallel(parallel) => parallel.name.map(|name| name.label),
        StatementKind::ForEach(each) => each.name.map(|name| name.label),
        StatementKind::Repeat(repeat) => repeat.name.map(|name| name.label),
        _ => None,
    };
    let workflow = &workflow.name.text;
    label.map_or(workflow.to_string(), |label| format!("{workflow}/{}", cx.model.labels[label].name.text))
}

fn judged(cx: &Context, bound: &Bound, time: &Time) -> Option<Finding> {
    if time.longest <= bound.length {
        return None;
    }
    let what = bound.what;
    let (longest, short) = (duration(time.longest), duration(bound.length));
    let place =
        if what == "promise" { "promised by then".to_string() } else { format!("over after {short}") };
    let mut finding = DEADLINE_INVERSION
        .at(bound.span, place)
        .message(format!("the {what} is {short}, and what is in it may take {longest}"))
        .entity(bound.of.as_str());
    let mut parts: Vec<&Part> = time.parts.iter().collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.longest.saturating_mul(part.rounds)));
    // The three that take most of it show where to cut.
    for part in parts.iter().take(3) {
        finding = finding.label(part.span, share(part));
    }
    Some(
        cx.by_origin(
            finding
                .what_if(format!(
                    "with a {what} of more than {longest}, each attempt that is allowed can be made"
                ))
                .help(format!("let the {what} be longer than {longest}, or let fewer attempts take less"))
                .help("if the limit is what counts, try until it passes: `retry forever backoff …`"),
        ),
    )
}

/// `may take 27s: 4 attempts of 5s, and 7s between them`
fn share(part: &Part) -> String {
    let mut text = format!("may take {}", duration(part.longest));
    let (attempts, one) = part.attempts;
    if attempts > 1 {
        let pauses = part.longest.saturating_sub(one.saturating_mul(attempts));
        text += &format!(": {attempts} attempts of {}, and {} between them", duration(one), duration(pauses));
    }
    if part.rounds > 1 {
        text += &format!(", {} times", part.rounds);
    }
    text
}
