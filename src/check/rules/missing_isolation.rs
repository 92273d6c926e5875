//! `missing-isolation`: another workflow changes what this one may still take back.

use crate::check::Context;
use crate::check::compensations::{beside, is_late, when_done};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{Act, NodeId, NodeKind};
use crate::model::{EntityId, OperationKind, WorkflowId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

pub static MISSING_ISOLATION: Rule = Rule {
    name: "missing-isolation",
    group: Group::Compensation,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Strict,
    reports: "Reports a command that changes what another workflow has changed and may still take back.",
    why: "\
A saga has no isolation: what its steps write is there for everybody at once, and may be gone again a moment later. \
When another workflow writes the same thing in between, the one that is taken back takes the other's change with \
it, or leaves behind what never belonged together: a lost update (Garcia-Molina and Salem, 1987; Frank and Zahle, \
1998).

What is changed is said by `writes` in the contracts. Three countermeasures can be seen in a specification, and each \
silences this: the other command may refuse, so that it can respect what is marked as pending (a semantic lock); \
its workflow asks the service first (a reread); or its workflow begins only when the first one does not go back \
any more. Updates that commute, such as adding and subtracting, are a fourth one that nobody can write down yet: \
accept the finding for that reason. Two runs of one workflow are not looked at.",
    bad: r#"id AccountId

service Desk { }
service Bonus { }
service Accounts {
  command Hold(account: AccountId) {
    writes Balance
    undone by Release(account)
    idempotent by account
  }
  command Release(account: AccountId) { writes Balance; idempotent by account }
  command Round(account: AccountId) {
    writes Balance
    irreversible
    idempotent by account
  }
}
service Risk {
  query Check(account: AccountId) { fails TooRisky }
}

workflow LendMoney(account: AccountId) {
  orchestrated by Desk
  success Lent
  failure NotLent

  step held = Accounts.Hold(account) { retry forever backoff 1s..1h }
  step checked = Risk.Check(account) {
    retry forever backoff 1s..1h
    on TooRisky { undo all; end NotLent }
  }
  end Lent
}

workflow RoundUp(account: AccountId) {
  orchestrated by Bonus
  success Rounded

  step rounded = Accounts.Round(account) { pivot; retry forever backoff 1s..1h }
  end Rounded
}
"#,
    good: r#"id AccountId

service Desk { }
service Bonus { }
service Accounts {
  command Hold(account: AccountId) {
    writes Balance
    undone by Release(account)
    idempotent by account
  }
  command Release(account: AccountId) { writes Balance; idempotent by account }
  command Round(account: AccountId) {
    fails OnHold
    writes Balance
    irreversible
    idempotent by account
  }
}
service Risk {
  query Check(account: AccountId) { fails TooRisky }
}

workflow LendMoney(account: AccountId) {
  orchestrated by Desk
  success Lent
  failure NotLent

  step held = Accounts.Hold(account) { retry forever backoff 1s..1h }
  step checked = Risk.Check(account) {
    retry forever backoff 1s..1h
    on TooRisky { undo all; end NotLent }
  }
  end Lent
}

workflow RoundUp(account: AccountId) {
  orchestrated by Bonus
  success Rounded
  failure Later

  step rounded = Accounts.Round(account) {
    pivot
    retry forever backoff 1s..1h
    on OnHold { end Later }
  }
  end Rounded
}
"#,
    help: "\
Mark what is not final, and let other commands refuse while it is (`fails OnHold`). Or ask before writing, and \
decide by what is there now. Or write this behind the pivot, or begin the other workflow with an event that is \
published there. If the changes commute, accept the finding and say so.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let writers = writers(cx);
    if writers.is_empty() {
        return Vec::new();
    }
    let together = together(cx);
    let mut findings = Vec::new();
    let mut told: BTreeSet<(EntityId, NodeId, WorkflowId)> = BTreeSet::new();
    for unsettled in unsettled(cx, &writers) {
        let NodeKind::Act(act) = &cx.graph.node(unsettled.step).kind else { continue };
        let Some(own) = cx.graph.node(unsettled.step).workflow else { continue };
        for (entity, said) in &cx.model.operations[act.operation].writes {
            for (other, workflow) in writers.get(entity).into_iter().flatten() {
                let is_other = *workflow != own && !together.contains(&(own, *workflow));
                let is_met = !is_other
                    || refuses_or_asks(cx, *other)
                    || begins_when_settled(cx, *workflow, own, &unsettled);
                if !is_met && told.insert((*entity, unsettled.step, *workflow)) {
                    findings.push(finding(cx, *entity, *said, &unsettled, *other));
                }
            }
        }
    }
    findings
}

/// A write that may still be taken back, and where.
struct Unsettled {
    step: NodeId,
    undos: Vec<NodeId>,
}

/// Of the steps that write what another workflow writes, too.
fn unsettled(cx: &Context, writers: &Writers) -> Vec<Unsettled> {
    let is_shared = |step: &NodeId| {
        let own = cx.graph.node(*step).workflow;
        let written = act(cx, *step).map(|act| cx.model.operations[act.operation].writes.as_slice());
        let mut all = written.into_iter().flatten().flat_map(|(entity, _)| writers.get(entity)).flatten();
        all.any(|(_, workflow)| Some(*workflow) != own)
    };
    let steps = cx.compensations().iter().map(|compensation| compensation.act);
    let steps: Vec<NodeId> = steps.filter(is_shared).collect();
    let mut undos: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    for (undo, node) in cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id)) {
        if let NodeKind::Undo { acts, .. } = &node.kind {
            let shared = steps.iter().filter(|step| acts.binary_search(step).is_ok());
            shared.for_each(|act| undos.entry(*act).or_default().push(undo));
        }
    }
    let mut unsettled = Vec::new();
    for step in steps {
        let Some(mut undos) = undos.remove(&step) else { continue };
        let from = when_done(cx, step).chain(beside(cx, step));
        let behind = cx.graph.reached(from, |edge| edge.edge.kind.is_flow());
        undos.retain(|undo| behind.binary_search(undo).is_ok() || is_late(cx, *undo) || by_itself(cx, *undo));
        if !undos.is_empty() {
            unsettled.push(Unsettled { step, undos });
        }
    }
    unsettled
}

/// A participant's undo may come at any time: its events do not wait for the step.
fn by_itself(cx: &Context, undo: NodeId) -> bool {
    cx.graph.node(undo).workflow.is_some_and(|id| cx.model.workflows[id].is_choreographed())
}

/// The steps that write each entity.
type Writers = BTreeMap<EntityId, Vec<(NodeId, WorkflowId)>>;

/// Who writes what, compensations left aside: they are part of what they take back.
fn writers(cx: &Context) -> Writers {
    let mut writers = Writers::new();
    for (id, node) in cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id)) {
        let (Some(act), Some(workflow)) = (act(cx, id), node.workflow) else { continue };
        if cx.undo_operations.contains(&act.operation) {
            continue;
        }
        for (entity, _) in &cx.model.operations[act.operation].writes {
            writers.entry(*entity).or_default().push((id, workflow));
        }
    }
    writers
}

fn act<'g>(cx: &Context<'g>, node: NodeId) -> Option<&'g Act> {
    match &cx.graph.node(node).kind {
        NodeKind::Act(act) => Some(act),
        _ => None,
    }
}

/// Workflows of which one runs the other: one saga, either way round.
fn together(cx: &Context) -> BTreeSet<(WorkflowId, WorkflowId)> {
    let runs = cx.graph.nodes().filter_map(|(_, node)| match &node.kind {
        NodeKind::Run(run) => Some((node.workflow?, run.workflow)),
        _ => None,
    });
    runs.flat_map(|(outer, inner)| [(outer, inner), (inner, outer)]).collect()
}

/// Whether the command may refuse, or its workflow asks the service before.
fn refuses_or_asks(cx: &Context, step: NodeId) -> bool {
    let Some(writes) = act(cx, step) else { return false };
    let asks = |node: &NodeId| {
        act(cx, *node).is_some_and(|asked| {
            asked.service == writes.service
                && cx.model.operations[asked.operation].kind == OperationKind::Query
        })
    };
    !cx.model.operations[writes.operation].fails.is_empty() || cx.graph.line_to(step).iter().any(asks)
}

/// Whether the other workflow is only begun by an event that this one publishes when the step is not
/// taken back any more.
fn begins_when_settled(cx: &Context, other: WorkflowId, own: WorkflowId, unsettled: &Unsettled) -> bool {
    let NodeKind::Start { trigger: Some(trigger) } = &cx.graph.node(cx.graph.start(other)).kind else {
        return false;
    };
    let is_late = |event| {
        let mut publications = cx.graph.publications(event).peekable();
        publications.peek().is_some()
            && publications.all(|edge| {
                let behind = cx.graph.downstream(edge.from);
                cx.graph.node(edge.from).workflow == Some(own)
                    && !unsettled.undos.iter().any(|undo| behind.binary_search(undo).is_ok())
            })
    };
    trigger.terms.iter().all(|(event, _)| is_late(*event))
}

fn finding(cx: &Context, entity: EntityId, said: Span, unsettled: &Unsettled, other: NodeId) -> Finding {
    let thing = &cx.model.entities[entity].name;
    let name = |node: NodeId| {
        cx.graph.node(node).workflow.map_or("", |id| cx.model.workflows[id].name.text.as_str())
    };
    let (own, step) = (name(unsettled.step), cx.short_name(unsettled.step));
    let other_step = cx.short_name(other);
    // INVARIANT: what is unsettled has an undo.
    let undo = unsettled.undos[0];
    let mut finding = MISSING_ISOLATION
        .at(cx.graph.node(other).span, format!("changes `{thing}`, final or not"))
        .message(format!("`{other_step}` may change `{thing}` while `{own}` can still take it back"))
        .label(cx.graph.node(unsettled.step).span, format!("changes `{thing}` as well"))
        .label(cx.graph.node(undo).span, "and may be taken back here");
    let declared = act(cx, other).map(|act| &cx.model.operations[act.operation]);
    finding = finding.label(said, "said here");
    let and_there = declared.and_then(|operation| operation.writes.iter().find(|(id, _)| *id == entity));
    if let Some((_, span)) = and_there.filter(|(_, span)| *span != said) {
        finding = finding.label(*span, "and here");
    }
    let command = declared.map_or("…", |operation| operation.name.text.as_str());
    finding
        .witness(cx.witness_of_path(&cx.graph.path(unsettled.step, undo)))
        .what_if(format!("when `{step}` is taken back after `{other_step}`, one of the two changes is lost"))
        .help(format!("let `{command}` refuse while `{thing}` is not final: `fails …`"))
        .help(format!(
            "or ask for `{thing}` before it is changed, or begin `{}` when `{own}` is final",
            name(other)
        ))
        .help("if the two changes commute, accept this and say so")
        .entity(cx.entity(other))
}
