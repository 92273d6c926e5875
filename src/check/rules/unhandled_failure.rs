//! Business failures that nobody deals with.

use crate::check::Context;
use crate::check::phrases::{joined, quoted};
use crate::explore::unhandled_refusals;
use crate::finding::{Confidence, Finding, Fix, Group, Profile, Rule, Severity, WitnessStep};
use crate::graph::{EdgeId, EdgeKind, EdgeView, NodeId, NodeKind};
use crate::model::WorkflowId;
use crate::source::Span;
use std::collections::BTreeMap;

pub static UNHANDLED_FAILURE: Rule = Rule {
    name: "unhandled-failure",
    group: Group::Compensation,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a step that may fail for a business reason which no branch, end or watch takes.",
    why: "A declared failure is part of the contract: the card will be declined some day. In an orchestrated \
          workflow the failure goes outwards, block by block, to the first `on` that names it. Where there is \
          none, the run undoes what it can and ends as `Unhandled`, which is no end that anybody planned. A \
          failure end of a workflow that is run as a step is such a failure, too.\n\n\
          In a choreography nobody conducts, so that a failure must be told: its branch publishes an event, \
          and some step, end or watch takes it. A notification does not count, because nobody relies on it. \
          Otherwise the others wait for news that never come.",
    bad: "\
id OrderId

service Shop {
  team \"storefront\"
}
service Payments {
  query Check(order: OrderId) { fails CardDeclined }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold
  failure NotSold

  step checked = Payments.Check(order) { retry 3 times backoff 1s..10s }
  end Sold

  on outage { end NotSold }
}
",
    good: "\
id OrderId

service Shop {
  team \"storefront\"
}
service Payments {
  query Check(order: OrderId) { fails CardDeclined }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold
  failure NotSold

  step checked = Payments.Check(order) { retry 3 times backoff 1s..10s }
  end Sold

  on CardDeclined or outage { end NotSold }
}
",
    help: "Say what happens then, where it is known best: `on CardDeclined { undo all; end NotSold }` at the \
           step, at a scope around it, or once behind the last statement of the workflow. In a participant, \
           publish what has happened (`on CardDeclined { publish PaymentDeclined(order); skip }`) and let an \
           end be reached by it, or a participant undo its step when it comes.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut unhandled: BTreeMap<NodeId, Vec<EdgeId>> = BTreeMap::new();
    for workflow in cx.model.workflows.ids() {
        for edge in unhandled_refusals(cx.model, cx.graph, workflow) {
            let step = cx.graph.edge(edge).from;
            if cx.occurring.contains(step) {
                unhandled.entry(step).or_default().push(edge);
            }
        }
    }
    let (inferred, declared): (Vec<_>, Vec<_>) =
        unhandled.into_iter().partition(|(step, _)| cx.is_imported(cx.graph.node(*step).span));
    let mut findings: Vec<Finding> =
        declared.into_iter().map(|(step, edges)| of_step(cx, step, &edges)).collect();
    findings.extend(of_machines(cx, &inferred));
    findings
}

/// In an imported machine a failure is only known because some state catches it. One finding for each,
/// at the states that call the same thing and do not.
fn of_machines(cx: &Context, unhandled: &[(NodeId, Vec<EdgeId>)]) -> Vec<Finding> {
    let mut steps: BTreeMap<(WorkflowId, &str), Vec<NodeId>> = BTreeMap::new();
    for (step, edges) in unhandled {
        let Some(workflow) = cx.graph.node(*step).workflow else { continue };
        for name in edges.iter().filter_map(|edge| failure(&cx.graph.edge(*edge))) {
            steps.entry((workflow, name)).or_default().push(*step);
        }
    }
    steps.into_iter().map(|((_, name), steps)| of_machine(cx, name, &steps)).collect()
}

fn of_machine(cx: &Context, failure: &str, steps: &[NodeId]) -> Finding {
    // INVARIANT: only failures of at least one step are collected.
    let first = steps[0];
    let names = quoted(steps.iter().take(3).map(|step| cx.short_name(*step)));
    let message = match steps.len() {
        1 => format!("{names} does not catch `{failure}`, as others of its calls do"),
        2..=3 => format!("{names} do not catch `{failure}`, as others of their calls do"),
        n => format!("{n} states do not catch `{failure}`, as others of their calls do"),
    };
    // `DynamoDB.ConditionalCheckFailedException` comes of the parameters; `CardDeclined` of the service.
    let severity = if failure.contains('.') { Severity::Info } else { Severity::Warning };
    let mut finding = UNHANDLED_FAILURE
        .at(cx.graph.node(first).span, format!("no `Catch` here or around it takes `{failure}`"))
        .severity(severity)
        .at_most(Confidence::Medium)
        .message(message)
        .what_if("when it fails like this, the whole run fails, and what was done before stays")
        .help(format!("catch it as the others do: `\"ErrorEquals\": [\"{failure}\"]`"))
        .entity(cx.entity(first));
    for step in steps.iter().skip(1).take(4) {
        finding = finding.label(cx.graph.node(*step).span, "nor here");
    }
    for (span, _) in declarations(cx, first, &[failure]) {
        finding = finding.label(span, "caught here");
    }
    finding
}

fn of_step(cx: &Context, step: NodeId, edges: &[EdgeId]) -> Finding {
    let node = cx.graph.node(step);
    let edges: Vec<EdgeView> = edges.iter().map(|edge| cx.graph.edge(*edge)).collect();
    let failures: Vec<&str> = edges.iter().filter_map(|edge| failure(edge)).collect();
    let name = cx.short_name(step);
    let listed = quoted(&failures);
    let is_conducted = node.workflow.is_some_and(|id| !cx.model.workflows[id].is_choreographed());
    let is_told = edges.iter().any(|edge| cx.graph.is_met(edge));
    let message = match &node.kind {
        NodeKind::Run(_) => format!("nobody says what happens when `{name}` ends in {}", or(&failures)),
        _ if is_told => format!("nobody hears of it when `{name}` fails with {}", or(&failures)),
        _ => format!("nobody says what happens when `{name}` fails with {}", or(&failures)),
    };
    let label = if is_told { "nobody is told of" } else { "no branch here or around it takes" };
    let mut finding =
        UNHANDLED_FAILURE.at(node.span, format!("{label} {listed}")).message(message).entity(cx.entity(step));
    for (span, text) in declarations(cx, step, &failures) {
        finding = finding.label(span, text);
    }
    for edge in edges.iter().filter(|edge| cx.graph.is_met(edge)) {
        for (span, event) in publications(cx, edge) {
            finding = finding.label(span, format!("no step, end or watch takes `{event}`"));
        }
    }
    match (is_conducted, is_told) {
        (true, _) => in_conducted(cx, step, &failures, finding),
        (false, false) => stopped(cx, step, &failures, finding),
        (false, true) => in_vain(cx, step, &failures, &edges, finding),
    }
}

fn in_conducted(cx: &Context, step: NodeId, failures: &[&str], finding: Finding) -> Finding {
    let completed = cx.completed_before(step);
    let undone = match completed.as_slice() {
        [] => "stops".to_string(),
        names => format!("stops, undoes what it can of {}", quoted(names)),
    };
    let branch = format!("on {} {{ {} }}", joined(failures, "or"), cx.way_out(step));
    let finding = finding
        .fix(branch_fix(cx, step, failures))
        .what_if(format!("when {}, the run {undone} and ends as `Unhandled`", refusal(cx, step, failures)))
        .help(format!("say what happens then, at the step or at a block around it: `{branch}`"));
    let workflow = cx.graph.node(step).workflow;
    match workflow.filter(|id| cx.failure_end(*id).is_none()) {
        Some(_) => finding.help("declare the end it leads to beside the others: `failure Failed`"),
        None => finding,
    }
}

/// A branch of the step itself.
fn branch_fix(cx: &Context, step: NodeId, failures: &[&str]) -> Option<Fix> {
    let way_out = cx.way_out_of(step)?;
    let branch = format!("on {} {{ {} }}", joined(failures, "or"), way_out.entries);
    let fix = Fix::daring(format!("end in a failure when it fails with {}", or(failures)));
    Some(way_out.declare(fix.last_in(cx.statement_of(step)?, branch)))
}

/// `` `Payments.Charge` refuses with `CardDeclined` ``
fn refusal(cx: &Context, step: NodeId, failures: &[&str]) -> String {
    match &cx.graph.node(step).kind {
        NodeKind::Act(act) => {
            format!("`{}` refuses with {}", cx.model.operation_path(act.operation), or(failures))
        }
        _ => format!("`{}` ends in {}", cx.short_name(step), or(failures)),
    }
}

/// A reaction that stops: its event is put aside for people.
fn stopped(cx: &Context, step: NodeId, failures: &[&str], finding: Finding) -> Finding {
    let line = cx.graph.line_from(step);
    let missed = line.iter().find_map(|id| match &cx.graph.node(*id).kind {
        NodeKind::Publish { event } => Some(cx.model.event_name(*event)),
        _ => None,
    });
    let missed = missed.map_or(String::new(), |event| format!(", `{event}` is never published,"));
    let branch = |event: &str| format!("`on {} {{ publish {event}; skip }}`", joined(failures, "or"));
    let help = match spare_event(cx, step) {
        Some(event) => {
            format!("tell the others, and let an end be reached by it: {}", branch(&format!("{event}(…)")))
        }
        None => format!("tell the others, by an event that an end is reached by: {}", branch("…")),
    };
    finding
        .witness(cx.witness_to(step))
        .what_if(format!(
            "when {}, the reaction stops{missed} and the event is put aside for people",
            refusal(cx, step, failures)
        ))
        .help(help)
}

/// An event of the step's side that nobody publishes yet: it was probably meant for this.
fn spare_event(cx: &Context, step: NodeId) -> Option<String> {
    let side = cx.graph.node(step).side?;
    let events = cx.model.services[side].events.iter();
    let mut spare = events.filter(|event| cx.graph.publications(**event).next().is_none());
    spare.next().map(|event| cx.model.event_name(*event))
}

/// A refusal that is met by a branch, of which nobody learns.
fn in_vain(cx: &Context, step: NodeId, failures: &[&str], edges: &[EdgeView], finding: Finding) -> Finding {
    let told =
        edges.iter().flat_map(|edge| publications(cx, edge).into_iter().map(move |found| (edge, found)));
    let told = told.map(|(edge, (span, event))| (edge.edge.span, failure(edge), span, event)).next();
    let workflow = cx.graph.node(step).workflow;
    let name = workflow.map_or("", |id| cx.model.workflows[id].name.text.as_str());
    let finding = finding
        .witness(cx.witness_to(step))
        .witness(told.iter().flat_map(|(span, failure, published, event)| {
            let refusal = format!("it fails with `{}`", failure.unwrap_or_default());
            let publication = format!("`{event}` is published, and nobody takes it");
            [WitnessStep::new(refusal, *span), WitnessStep::new(publication, *published)]
        }))
        .what_if(format!(
            "when {}, nothing else in `{name}` happens because of it: the run stands still",
            refusal(cx, step, failures)
        ));
    match told {
        Some((_, _, _, event)) => {
            finding.help(format!("let an end be reached by it: `failure … reached by {event}`")).help(
                format!("or let whoever has to take back what was done react: `when {event} {{ undo … }}`"),
            )
        }
        None => finding.help("publish what has happened, and let an end be reached by it: `publish …; skip`"),
    }
}

fn failure<'g>(edge: &EdgeView<'g>) -> Option<&'g str> {
    match &edge.edge.kind {
        EdgeKind::Fails(name) => Some(name),
        _ => None,
    }
}

fn or(failures: &[&str]) -> String {
    let names: Vec<String> = failures.iter().map(|name| format!("`{name}`")).collect();
    joined(&names, "or")
}

/// Where the failures are declared: in the contract, or as ends of the workflow that is run.
fn declarations(cx: &Context, step: NodeId, failures: &[&str]) -> Vec<(Span, &'static str)> {
    match &cx.graph.node(step).kind {
        NodeKind::Act(act) => {
            let declared = cx.model.operations[act.operation].fails.iter();
            let named = declared.filter(|failure| failures.contains(&failure.name.text.as_str()));
            named.map(|failure| (failure.name.span, "declared here")).collect()
        }
        NodeKind::Run(run) => {
            let goals = cx.model.workflows[run.workflow].goals.iter().map(|goal| &cx.model.goals[*goal]);
            let named = goals.filter(|goal| failures.contains(&goal.name.text.as_str()));
            named.map(|goal| (goal.name.span, "ends like this")).collect()
        }
        _ => Vec::new(),
    }
}

/// What the branch behind a failure publishes.
fn publications(cx: &Context, edge: &EdgeView) -> Vec<(Span, String)> {
    let mut line = cx.graph.line_from(edge.to);
    line.push(edge.to);
    let published = line.into_iter().filter_map(|id| match &cx.graph.node(id).kind {
        NodeKind::Publish { event } => Some((cx.graph.node(id).span, cx.model.event_name(*event))),
        _ => None,
    });
    published.collect()
}
