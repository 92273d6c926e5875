//! Which service cannot do without which: of all dependencies those that count in a judgement. Taking an
//! event counts when a success needs it, when it leads to a failure, or when something is undone by it.

use super::Context;
use crate::graph::{NodeId, NodeKind};
use crate::metrics::{Dependency, Reason, dependencies};
use crate::model::{GoalKind, OperationKind, ServiceId};
use std::collections::BTreeMap;

/// By pair of services, the needing one first: why. Calls come before events, then the order of the text.
pub struct Needs {
    relied_on: BTreeMap<(ServiceId, ServiceId), Vec<Dependency>>,
    /// The first reason of every pair, relied on or not: what the coupling numbers count.
    coupled: BTreeMap<(ServiceId, ServiceId), Dependency>,
}

impl Needs {
    pub(super) fn new(cx: &Context) -> Needs {
        let mut needs: BTreeMap<(ServiceId, ServiceId), Vec<Dependency>> = BTreeMap::new();
        let mut coupled: BTreeMap<(ServiceId, ServiceId), Dependency> = BTreeMap::new();
        let order = |found: &Dependency| (!found.is_call(), cx.place(found.node), found.span.start);
        for found in dependencies(cx.model, cx.graph, &cx.occurring) {
            if found.reason != Reason::Notifies {
                let first = coupled.entry((found.from, found.to)).or_insert(found);
                if order(&found) < order(first) {
                    *first = found;
                }
            }
            if counts(cx, &found) {
                needs.entry((found.from, found.to)).or_default().push(found);
            }
        }
        for reasons in needs.values_mut() {
            reasons.sort_by_key(order);
        }
        Needs { relied_on: needs, coupled }
    }

    /// At how many places one service needs the other.
    pub fn n_places(&self, from: ServiceId, to: ServiceId) -> usize {
        self.relied_on.get(&(from, to)).map_or(0, Vec::len)
    }

    /// The first reason why one service needs the other.
    pub fn reason(&self, from: ServiceId, to: ServiceId) -> Option<&Dependency> {
        self.relied_on.get(&(from, to)).and_then(|reasons| reasons.first())
    }

    /// Every pair that is coupled by more than a notification, with its first reason.
    pub fn coupled(&self) -> impl Iterator<Item = ((ServiceId, ServiceId), &Dependency)> {
        self.coupled.iter().map(|(pair, reason)| (*pair, reason))
    }

    /// Every pair with its first reason.
    pub fn pairs(&self) -> impl Iterator<Item = ((ServiceId, ServiceId), &Dependency)> {
        self.relied_on.iter().filter_map(|(pair, reasons)| Some((*pair, reasons.first()?)))
    }
}

impl Context<'_> {
    /// ``sends `Payments.Charge` ``
    pub fn reason_in_words(&self, found: &Dependency) -> String {
        match found.reason {
            Reason::Calls(operation) => {
                let verb = match self.model.operations[operation].kind {
                    OperationKind::Command => "sends",
                    OperationKind::Query => "asks",
                };
                format!("{verb} `{}`", self.model.operation_path(operation))
            }
            Reason::UndoesBy(operation) => format!("undoes by `{}`", self.model.operation_path(operation)),
            Reason::Runs(workflow) => format!("runs `{}`", self.model.workflows[workflow].name.text),
            Reason::ReactsTo(event) => format!("reacts to `{}`", self.model.event_name(event)),
            Reason::WaitsFor(event) => format!("waits for `{}`", self.model.event_name(event)),
            Reason::Notifies => "passes news on".to_string(),
        }
    }
}

fn counts(cx: &Context, found: &Dependency) -> bool {
    let event = match found.reason {
        Reason::Calls(_) | Reason::UndoesBy(_) | Reason::Runs(_) => return true,
        Reason::Notifies => return false,
        Reason::ReactsTo(event) | Reason::WaitsFor(event) => event,
    };
    let mut subscriptions = cx.obligations().subscriptions.iter();
    subscriptions
        .find(|known| known.taker == found.node && known.event == event)
        .is_some_and(|known| known.is_needed() || undoes_or_fails(cx, known.taker))
}

/// Whether a reaction takes something back or leads on to a failure end.
fn undoes_or_fails(cx: &Context, taker: NodeId) -> bool {
    let fails = |node: &NodeId| match cx.graph.node(*node).kind {
        NodeKind::Goal { goal, .. } => {
            cx.model.goals[goal].kind == GoalKind::Failure && cx.occurring.contains(*node)
        }
        _ => false,
    };
    cx.graph.is_on_line(taker, |_, node| matches!(node.kind, NodeKind::Undo { .. }))
        || cx.graph.downstream(taker).iter().any(fails)
}
