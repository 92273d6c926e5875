//! What the same process would cost in either style: both are worked out from its steps, whatever style
//! it is written in.

use crate::graph::{NodeKind, StepGraph};
use crate::metrics::process::{Process, Step, StepKind};
use crate::model::{Answers, Model, ServiceId};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq)]
pub struct SideBySide {
    /// Who would conduct it: its coordinator, or who owns its first success.
    pub conductor: Option<String>,
    pub orchestrated: Cost,
    pub choreographed: Cost,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// Pairs of services of which the one needs the other.
    pub dependencies: usize,
    /// The service that needs most others, and how many.
    pub most_efferent: Option<(String, usize)>,
    /// The service that most others need, and how many.
    pub most_afferent: Option<(String, usize)>,
    /// Events that services subscribe to in order to go on, each once for each subscriber.
    pub subscriptions: usize,
    /// Pairs that need each other both ways.
    pub both_ways: usize,
    /// Places in which a refusal is met.
    pub failure_paths: usize,
    pub undo: Undo,
    /// Services that somebody calls and waits for.
    pub waits_for: usize,
    /// The steps in a row that are waited for, and as far as it is declared: how often all of them are
    /// there, and how long they take at most, in milliseconds.
    pub in_a_row: usize,
    pub available: Option<f64>,
    pub latency: Option<u64>,
}

/// What it takes to take back what was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undo {
    /// Steps that are taken back.
    pub steps: usize,
    /// Subscriptions that are there for nothing else.
    pub subscriptions: usize,
    /// Pairs of services that need each other for nothing else.
    pub dependencies: usize,
}

type Pairs = BTreeSet<(ServiceId, ServiceId)>;

pub fn side_by_side(model: &Model, graph: &StepGraph, process: &Process) -> SideBySide {
    let workflow = &model.workflows[process.workflow];
    let owner = || workflow.goals.iter().find_map(|goal| model.goals[*goal].owner.service);
    let conductor = workflow.coordinator().or_else(owner);
    SideBySide {
        conductor: conductor.map(|by| model.service_name(by).to_string()),
        orchestrated: orchestrated(model, graph, process, conductor),
        choreographed: choreographed(model, process, conductor),
    }
}

fn done(process: &Process) -> impl Iterator<Item = (usize, &Step)> {
    process.steps.iter().enumerate().filter(|(_, step)| step.kind != StepKind::Notify)
}

fn orchestrated(model: &Model, graph: &StepGraph, process: &Process, by: Option<ServiceId>) -> Cost {
    let mut pairs = Pairs::new();
    let mut waits_for = BTreeSet::new();
    for (_, step) in done(process) {
        let Some(by) = by.filter(|by| *by != step.service) else { continue };
        pairs.insert((by, step.service));
        if is_on_the_line(model, graph, step) {
            waits_for.insert(step.service);
        }
    }
    let mut to_undo = Pairs::new();
    for service in process.undoing.by.values() {
        to_undo.extend(by.filter(|by| by != service).map(|by| (by, *service)));
    }
    let only_undo = to_undo.difference(&pairs).count();
    pairs.extend(to_undo);
    let row = waited_in_a_row(model, graph, process, by);
    Cost {
        failure_paths: process.refusals.len(),
        undo: Undo { steps: process.undoing.by.len(), subscriptions: 0, dependencies: only_undo },
        waits_for: waits_for.len(),
        in_a_row: row.n,
        available: row.available,
        latency: row.latency,
        ..connected(model, &pairs)
    }
}

fn choreographed(model: &Model, process: &Process, starter: Option<ServiceId>) -> Cost {
    let mut pairs = Pairs::new();
    let mut subscriptions: BTreeSet<(ServiceId, Heard)> = BTreeSet::new();
    for (at, step) in done(process) {
        let mut is_first = true;
        for before in process.previous(at).filter(|before| process.steps[*before].kind != StepKind::Notify) {
            is_first = false;
            let from = process.steps[before].service;
            if from != step.service {
                pairs.insert((step.service, from));
                subscriptions.insert((step.service, Heard::Done(before)));
            }
        }
        if let Some(starter) = starter.filter(|starter| is_first && *starter != step.service) {
            pairs.insert((step.service, starter));
            subscriptions.insert((step.service, Heard::Start));
        }
    }
    let mut to_undo = Pairs::new();
    let mut undo_subscriptions: BTreeSet<(ServiceId, Heard)> = BTreeSet::new();
    for (undone, cause) in &process.undoing.because_of {
        let Some(undoer) = process.undoing.by.get(undone) else { continue };
        let refuser = process.steps[*cause].service;
        if *undoer != refuser {
            to_undo.insert((*undoer, refuser));
            undo_subscriptions.insert((*undoer, Heard::Refused(*cause)));
        }
    }
    for (at, steps) in process.undoing.together.iter().enumerate() {
        let undoers = steps.iter().filter_map(|step| process.undoing.by.get(step));
        undo_subscriptions.extend(undoers.map(|undoer| (*undoer, Heard::Outside(at))));
    }
    let only_undo = to_undo.difference(&pairs).count();
    pairs.extend(to_undo);
    let undo = Undo {
        steps: process.undoing.by.len(),
        subscriptions: undo_subscriptions.len(),
        dependencies: only_undo,
    };
    Cost {
        subscriptions: subscriptions.len() + undo_subscriptions.len(),
        // Each refusal becomes an event, and each that takes something back is met in other places again.
        failure_paths: process.refusals.len() + undo_subscriptions.len(),
        undo,
        ..connected(model, &pairs)
    }
}

/// What a subscription is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Heard {
    Start,
    Done(usize),
    Refused(usize),
    Outside(usize),
}

fn connected(model: &Model, pairs: &Pairs) -> Cost {
    let (mut out, mut into) = (BTreeMap::new(), BTreeMap::new());
    for (from, to) in pairs {
        *out.entry(*from).or_insert(0) += 1;
        *into.entry(*to).or_insert(0) += 1;
    }
    let most = |counts: BTreeMap<ServiceId, usize>| {
        let named = counts.into_iter().map(|(id, n)| (model.service_name(id).to_string(), n));
        named.max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)))
    };
    Cost {
        dependencies: pairs.len(),
        most_efferent: most(out),
        most_afferent: most(into),
        both_ways: pairs.iter().filter(|(a, b)| a < b && pairs.contains(&(*b, *a))).count(),
        ..Cost::default()
    }
}

/// Whether a conductor would wait on the line for it.
fn is_on_the_line(model: &Model, graph: &StepGraph, step: &Step) -> bool {
    match &graph.node(step.node).kind {
        NodeKind::Act(act) => model.operations[act.operation].answers == Answers::OnTheLine,
        _ => false,
    }
}

#[derive(Default)]
struct Row {
    n: usize,
    available: Option<f64>,
    latency: Option<u64>,
}

/// Along the longest way: the steps that a conductor waits for.
fn waited_in_a_row(model: &Model, graph: &StepGraph, process: &Process, by: Option<ServiceId>) -> Row {
    let mut row = Row::default();
    for at in process.longest() {
        let step = &process.steps[at];
        if Some(step.service) == by || !is_on_the_line(model, graph, step) {
            continue;
        }
        row.n += 1;
        let NodeKind::Act(act) = &graph.node(step.node).kind else { continue };
        let own = &model.operations[act.operation].annotations;
        let of_service = &model.services[step.service].annotations;
        if let Some((share, _)) = own.available.or(of_service.available) {
            row.available = Some(row.available.unwrap_or(1.0) * share);
        }
        if let Some((_, most, _)) = own.latency.or(of_service.latency) {
            row.latency = Some(row.latency.unwrap_or(0).saturating_add(most));
        }
    }
    row
}
