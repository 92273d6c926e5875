//! `message-after-end`: an event that would change something comes when its run is over.

use crate::check::Context;
use crate::explore::{DELIVERY, Lens, Move, RunEnd, Runs, Stop, Timers};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind, ReceiveKind};
use crate::model::{EventId, WorkflowId};
use crate::source::Span;
use std::collections::BTreeMap;

pub static MESSAGE_AFTER_END: Rule = Rule {
    name: "message-after-end",
    group: Group::ControlFlow,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an event that makes a run do or undo something, and that may come when the run is over, where nothing takes it.",
    why: "\
A wait was given up, another event came first, or the run was simply done: then the event comes. What it \
would have set going does not happen, and nobody has said what happens instead. The property deal that \
collapses a week after the loan was granted is the classic.

wfc explores the runs of conducted workflows, and looks at the events that they asked for and that had \
not come when they ended. In a choreography reactions live on when an end is recorded.",
    bad: r#"id LoanId

service Lender { }
service Notary {
  external
  event DealCollapsed(loan: LoanId)
}
service Bank {
  command PayOut(loan: LoanId) { undone by Reclaim(loan); idempotent by loan }
  command Reclaim(loan: LoanId) { idempotent by loan }
}

workflow GrantLoan(loan: LoanId) {
  orchestrated by Lender
  correlated by loan
  success Granted
  failure Collapsed

  when DealCollapsed { undo all; end Collapsed }

  step paid = Bank.PayOut(loan) { retry forever backoff 1s..1h }
  end Granted
}
"#,
    good: r#"id LoanId

service Lender { }
service Notary {
  external
  event DealCollapsed(loan: LoanId)
}
service Bank {
  command PayOut(loan: LoanId) { undone by Reclaim(loan); idempotent by loan }
  command Reclaim(loan: LoanId) { idempotent by loan }
}

workflow GrantLoan(loan: LoanId) {
  orchestrated by Lender
  correlated by loan
  success Granted
  failure Collapsed

  when DealCollapsed { undo all; end Collapsed }

  step paid = Bank.PayOut(loan) { retry forever backoff 1s..1h }
  end Granted

  late DealCollapsed { undo all }
}
"#,
    help: "\
Say what is done then: `late DealCollapsed { undo all }`. An empty block, `late DealCollapsed { }`, says \
that nothing is done, on purpose.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let conducted = cx.model.workflows.iter().filter(|(_, workflow)| !workflow.is_choreographed());
    conducted.flat_map(|(id, _)| of_workflow(cx, id)).collect()
}

/// Who takes an event in a workflow, and does something with it.
struct Taker {
    receive: NodeId,
    span: Span,
}

fn of_workflow(cx: &Context, id: WorkflowId) -> Vec<Finding> {
    let takers = takers(cx, id);
    if takers.is_empty() {
        return Vec::new();
    }
    let (outside, inside): (Vec<EventId>, Vec<EventId>) =
        takers.keys().partition(|event| cx.graph.is_environment(**event));
    let mut shown = from_outside(cx, id, &outside, &takers);
    if !inside.is_empty() {
        shown.extend(cx.runs_through(id, Timers::Hasty, Lens::BeyondTheEnd).come_late(inside));
    }
    shown.sort_by_key(|(event, _)| *event);
    shown.iter().map(|(event, moves)| finding(cx, id, *event, &takers[event], moves)).collect()
}

/// Events from outside that a run had asked for, and that had not come when it ended.
fn from_outside(
    cx: &Context,
    id: WorkflowId,
    events: &[EventId],
    takers: &BTreeMap<EventId, Taker>,
) -> Vec<(EventId, Vec<Move>)> {
    if events.is_empty() {
        return Vec::new();
    }
    let runs = cx.runs(id, Timers::Hasty);
    let is_over = |end: &&RunEnd| matches!(end.stop, Stop::Complete { .. });
    let first = |event: &EventId| {
        let mut ends = runs.ends().iter().filter(is_over);
        ends.find_map(|end| missed(cx, runs, end, *event, takers[event].receive)).map(|moves| (*event, moves))
    };
    events.iter().filter_map(first).collect()
}

/// The first who takes each event that no `late` takes, where an act or an undo follows.
fn takers(cx: &Context, id: WorkflowId) -> BTreeMap<EventId, Taker> {
    let mut late: Vec<EventId> = Vec::new();
    let mut found: BTreeMap<EventId, Taker> = BTreeMap::new();
    for (receive, node) in cx.graph.nodes_of(id) {
        let NodeKind::Receive { kind, trigger } = &node.kind else { continue };
        if *kind == ReceiveKind::Late {
            late.extend(trigger.terms.iter().map(|(event, _)| *event));
        } else if cx.occurring.contains(receive) && has_effect(cx, receive) {
            for (event, span) in &trigger.terms {
                found.entry(*event).or_insert(Taker { receive, span: *span });
            }
        }
    }
    found.retain(|event, _| !late.contains(event));
    found
}

fn has_effect(cx: &Context, receive: NodeId) -> bool {
    cx.graph.is_on_line(receive, |_, node| match &node.kind {
        NodeKind::Act(act) => act.is_write,
        NodeKind::Run(_) | NodeKind::Undo { .. } => true,
        _ => false,
    })
}

/// The run to this end, when it had asked for the event before and the event had not come.
fn missed(cx: &Context, runs: &Runs, end: &RunEnd, event: EventId, receive: NodeId) -> Option<Vec<Move>> {
    if !runs.never_came(end, event) {
        return None;
    }
    let moves = runs.witness(end);
    let asked_in = cx.graph.node(receive).region;
    let asked = moves
        .iter()
        .any(|made| made.node != receive && cx.graph.is_within(cx.graph.node(made.node).region, asked_in));
    asked.then_some(moves)
}

fn finding(cx: &Context, id: WorkflowId, event: EventId, taker: &Taker, moves: &[Move]) -> Finding {
    let name = cx.model.event_name(event);
    let workflow = &cx.model.workflows[id].name;
    let finding = MESSAGE_AFTER_END
        .at(taker.span, "taken here, and not when the run is over")
        .message(format!("`{name}` may come when a run of `{}` is over", workflow.text))
        .run(cx.witness_of_run(moves), DELIVERY)
        .help(format!("say what is done then: `late {name} {{ … }}`"))
        .help(format!("or that nothing is, on purpose: `late {name} {{ }}`"))
        .entity(format!("{}/{name}", workflow.text));
    cx.by_choices(finding, moves)
}
