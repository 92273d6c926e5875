//! `event-loop`: reactions that wake each other for ever.

use crate::check::Context;
use crate::check::telling::enumerated;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{EdgeKind, NodeId, NodeKind, ReceiveKind, StepGraph};
use crate::model::{EventId, HowMany};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

pub static EVENT_LOOP: Rule = Rule {
    name: "event-loop",
    group: Group::Coupling,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports reactions that wake each other without end.",
    why: "\
A reaction runs each time its event comes. When what it publishes comes back to it, over however many
services, and nothing on the way decides, bounds or undoes, the first event starts an avalanche. That
all of it belongs to one run does not help: each occurrence of the event is a new one.",
    bad: "\
id AccountId

service Bank {
  event AccountOpened(account: AccountId)
}

service Crm {
  command Store(account: AccountId) { idempotent by account }
  event CustomerChanged(account: AccountId)
}

service Billing {
  command Store(account: AccountId) { idempotent by account }
  event AddressChanged(account: AccountId)
}

workflow OpenAccount {
  choreographed
  correlated by account
  starts when AccountOpened

  success Opened reached by CustomerChanged owned by Crm

  participant Crm {
    when AccountOpened or AddressChanged {
      step stored = Crm.Store(account)
      publish CustomerChanged(account)
    }
  }

  participant Billing {
    when CustomerChanged {
      step stored = Billing.Store(account)
      publish AddressChanged(account)
    }
  }
}
",
    good: "\
id AccountId

service Bank {
  event AccountOpened(account: AccountId)
}

service Crm {
  command Store(account: AccountId) { idempotent by account }
  event CustomerChanged(account: AccountId)
}

service Billing {
  command Store(account: AccountId) -> bool { idempotent by account }
  event AddressChanged(account: AccountId)
}

workflow OpenAccount {
  choreographed
  correlated by account
  starts when AccountOpened

  success Opened reached by CustomerChanged owned by Crm

  participant Crm {
    when AccountOpened or AddressChanged {
      step stored = Crm.Store(account)
      publish CustomerChanged(account)
    }
  }

  participant Billing {
    when CustomerChanged {
      step isNew = Billing.Store(account)
      if isNew { publish AddressChanged(account) }
    }
  }
}
",
    help: "\
Publish only when something has changed: `if … { publish … }`, or take the event `where` it is news. Or
let one of the two hear another event than the one the other answers with.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut reactions = reactions(cx);
    keep_woken(&mut reactions);
    let mut findings = Vec::new();
    while let Some(first) = reactions.keys().next().copied() {
        let mut circle = circle(&reactions, first);
        keep_woken(&mut circle);
        if circle.contains_key(&first) {
            findings.push(finding(cx, &circle));
            reactions.retain(|node, _| !circle.contains_key(node));
        } else {
            reactions.remove(&first);
        }
    }
    findings
}

/// A reaction that nothing keeps from running again.
#[derive(Clone, Debug)]
struct Awake {
    how: HowMany,
    hears: Vec<EventId>,
    publishes: BTreeMap<EventId, Span>,
}

impl Awake {
    fn is_woken_by(&self, events: &BTreeSet<EventId>) -> bool {
        let count = self.hears.iter().filter(|event| events.contains(event)).count();
        match self.how {
            HowMany::Any => count > 0,
            HowMany::All => count == self.hears.len() && count > 0,
            HowMany::Some(n) => count >= n as usize,
        }
    }
}

type Reactions = BTreeMap<NodeId, Awake>;

/// The reactions that publish something on each of their runs: neither guarded nor undoing.
fn reactions(cx: &Context) -> Reactions {
    let mut found = BTreeMap::new();
    for (id, node) in cx.graph.nodes() {
        let NodeKind::Receive { kind: ReceiveKind::Reaction, trigger } = &node.kind else { continue };
        if trigger.guarded || !cx.occurring.contains(id) {
            continue;
        }
        let publishes = always_published(cx.graph, id);
        if !publishes.is_empty() {
            let hears = trigger.terms.iter().map(|(event, _)| *event).collect();
            found.insert(id, Awake { how: trigger.how, hears, publishes });
        }
    }
    found
}

/// What a line publishes when nothing goes wrong and no condition decides; nothing when it undoes.
fn always_published(graph: &StepGraph, taker: NodeId) -> BTreeMap<EventId, Span> {
    let mut found = BTreeMap::new();
    let mut seen = BTreeSet::from([taker]);
    let mut open = vec![taker];
    while let Some(at) = open.pop() {
        if matches!(graph.node(at).kind, NodeKind::Undo { .. }) {
            return BTreeMap::new();
        }
        let consequences = graph.out_edges(at).filter(|edge| edge.edge.kind == EdgeKind::Consequence).count();
        for edge in graph.out_edges(at) {
            match &edge.edge.kind {
                EdgeKind::Publishes => {}
                EdgeKind::Consequence if consequences == 1 => {}
                EdgeKind::Next => {
                    if seen.insert(edge.to) {
                        open.push(edge.to);
                    }
                    continue;
                }
                _ => continue,
            }
            if let NodeKind::Message { event } = graph.node(edge.to).kind {
                found.entry(event).or_insert(graph.node(at).span);
            }
        }
    }
    found
}

/// Drops, again and again, the reactions that nobody left over wakes.
fn keep_woken(reactions: &mut Reactions) {
    loop {
        let events: BTreeSet<EventId> =
            reactions.values().flat_map(|reaction| reaction.publishes.keys().copied()).collect();
        let before = reactions.len();
        reactions.retain(|_, reaction| reaction.is_woken_by(&events));
        if reactions.len() == before {
            return;
        }
    }
}

/// The reactions that `first` wakes, over however many others, and that wake `first`.
fn circle(reactions: &Reactions, first: NodeId) -> Reactions {
    let wakes = |from: &Awake, to: &Awake| to.hears.iter().any(|event| from.publishes.contains_key(event));
    let reach = |forwards: bool| {
        let mut seen = BTreeSet::from([first]);
        let mut open = vec![first];
        while let Some(at) = open.pop() {
            for (next, reaction) in reactions {
                let is_next = match forwards {
                    true => wakes(&reactions[&at], reaction),
                    false => wakes(reaction, &reactions[&at]),
                };
                if is_next && seen.insert(*next) {
                    open.push(*next);
                }
            }
        }
        seen
    };
    let (ahead, behind) = (reach(true), reach(false));
    let in_both = |node: &NodeId| ahead.contains(node) && behind.contains(node);
    reactions.iter().filter(|(node, _)| in_both(node)).map(|(node, item)| (*node, item.clone())).collect()
}

fn finding(cx: &Context, circle: &Reactions) -> Finding {
    let mut told: Vec<(&NodeId, &Awake)> = circle.iter().collect();
    told.sort_by_key(|(node, _)| cx.place(**node));
    // INVARIANT: a circle has at least one reaction.
    let first = *told[0].0;
    let mut sides: Vec<&str> = Vec::new();
    for (node, _) in &told {
        let side = cx.graph.node(**node).side.map_or("", |side| cx.service(side));
        if !sides.contains(&side) {
            sides.push(side);
        }
    }
    let message = match sides.as_slice() {
        [one] => format!("`{one}` wakes itself again and again"),
        _ => format!("{} wake each other again and again", enumerated(sides.iter().copied())),
    };
    let mut finding = EVENT_LOOP
        .at(cx.graph.node(first).span, "wakes this reaction")
        .message(message)
        .entity(cx.entity(first))
        .help("publish only when something has changed: `if … { publish … }`, or take it `where` it is news");
    for (node, reaction) in &told {
        if **node != first {
            finding = finding.label(cx.graph.node(**node).span, "wakes this reaction");
        }
        let is_heard = |event: &EventId| circle.values().any(|other| other.hears.contains(event));
        let waking = reaction.publishes.iter().filter(|(event, _)| is_heard(event)).map(|(_, span)| *span);
        for span in waking.collect::<BTreeSet<Span>>() {
            finding = finding.label(span, "publishes what wakes the next");
        }
    }
    finding.witness(cx.witness_of_path(&round(cx, &told)))
}

/// Once around, from the first reaction back to it.
fn round(cx: &Context, told: &[(&NodeId, &Awake)]) -> Vec<NodeId> {
    let first = *told[0].0;
    let mut path = vec![first];
    for (node, _) in &told[1..] {
        let last = path[path.len() - 1];
        path.extend(cx.graph.path(last, **node).into_iter().skip(1));
    }
    let wakes_first = |event: &&EventId| told[0].1.hears.contains(event);
    let home = told.iter().flat_map(|(_, reaction)| reaction.publishes.keys()).find(wakes_first);
    if let Some(home) = home {
        let last = path[path.len() - 1];
        path.extend(cx.graph.path(last, cx.graph.message(*home)).into_iter().skip(1));
        path.push(first);
    }
    path
}
