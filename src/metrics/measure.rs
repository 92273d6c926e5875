//! From the graph to the numbers.

use super::contracts::{self, Pairs};
use super::control::{Controls, controls};
use super::coupling::*;
use super::process::Process;
use super::style::side_by_side;
use super::{Chain, Chains, Dependency, Kind, Reason, dependencies};
use crate::graph::{NodeId, NodeKind, Removed, StepGraph, components};
use crate::model::{EventId, Id, Model, OperationId, ServiceId, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};

/// By pair of services, the needing one first: the kinds that connect them.
type Kinds = BTreeMap<(ServiceId, ServiceId), BTreeSet<Kind>>;

/// All numbers of one system.
pub fn measure(model: &Model, graph: &StepGraph) -> Metrics {
    let occurring = graph.occurring(Removed::default());
    let untroubled = graph.occurring(Removed { troubles: true, ..Removed::default() });
    let found = without_idle(model, graph, dependencies(model, graph, &occurring));
    let readings = contracts::readings(model, graph, &found);
    let ground = Ground {
        model,
        graph,
        kinds: kinds(model, found.iter()),
        waits: waits(model, graph, &occurring),
        contracts: contracts::by_pair(model, &readings),
        controls: controls(model, graph, &occurring, &untroubled),
    };
    let mut of_workflow: Vec<Vec<&Dependency>> = vec![Vec::new(); model.workflows.len()];
    for dependency in &found {
        if let Some(workflow) = graph.node(dependency.node).workflow {
            of_workflow[workflow.index()].push(dependency);
        }
    }
    let mut contract_of: Vec<Vec<_>> = vec![Vec::new(); model.workflows.len()];
    readings.iter().for_each(|reading| contract_of[reading.0.0.index()].push(reading));
    let contract = |id: WorkflowId| -> usize {
        contracts::by_pair(model, contract_of[id.index()].iter().copied()).values().sum()
    };
    let workflows = model.workflows.ids();
    let mut workflows: Vec<WorkflowNumbers> =
        workflows.map(|id| workflow(&ground, id, &of_workflow[id.index()], contract(id))).collect();
    let mut services = services(&ground);
    let system = system(&ground, &services);
    services.sort_by(|a, b| a.name.cmp(&b.name));
    workflows.sort_by(|a, b| a.name.cmp(&b.name));
    Metrics {
        workflows,
        system,
        services,
        couplings: couplings(model, graph, &found),
        messages: messages(model, &found),
    }
}

/// Without the events that are taken only to do nothing, and without those that are told somewhere and relied
/// on elsewhere: these are no mere notifications.
fn without_idle(model: &Model, graph: &StepGraph, mut found: Vec<Dependency>) -> Vec<Dependency> {
    let key = |it: &Dependency| (it.from, it.to, thing(model, graph, it));
    let relied: BTreeSet<_> = found.iter().filter(|it| it.kind(model) == Kind::Event).map(key).collect();
    found.retain(|it| {
        let is_taken =
            it.reason == Reason::Notifies && matches!(graph.node(it.node).kind, NodeKind::Receive { .. });
        let tells = |id: &NodeId| matches!(graph.node(*id).kind, NodeKind::Notify { .. });
        !is_taken || (graph.line_from(it.node).iter().any(tells) && !relied.contains(&key(it)))
    });
    found
}

struct Ground<'m> {
    model: &'m Model,
    graph: &'m StepGraph,
    kinds: Kinds,
    waits: Vec<Wait>,
    contracts: Pairs,
    controls: Controls,
}

fn kinds<'d>(model: &Model, dependencies: impl Iterator<Item = &'d Dependency>) -> Kinds {
    let mut kinds = Kinds::new();
    for dependency in dependencies {
        let pair = (dependency.from, dependency.to);
        kinds.entry(pair).or_default().insert(dependency.kind(model));
    }
    kinds
}

fn list(kinds: &BTreeSet<Kind>) -> Vec<Kind> {
    kinds.iter().copied().collect()
}

/// Whether anything but a notification connects two.
fn is_need(kinds: &BTreeSet<Kind>) -> bool {
    kinds.iter().any(|kind| *kind != Kind::Notify)
}

fn is_call(kinds: &BTreeSet<Kind>) -> bool {
    kinds.contains(&Kind::Command) || kinds.contains(&Kind::Query)
}

// ---- time ----------------------------------------------------------------------------------------

/// A step on the line, and the chain that begins with it.
struct Wait {
    workflow: Option<WorkflowId>,
    side: Option<ServiceId>,
    to: ServiceId,
    chain: Chain,
}

fn waits(model: &Model, graph: &StepGraph, occurring: &crate::graph::Occurrence) -> Vec<Wait> {
    let mut chains = Chains::new(model, graph, occurring);
    let nodes: Vec<NodeId> = graph.nodes().map(|(id, _)| id).filter(|id| occurring.contains(*id)).collect();
    let mut waits = Vec::new();
    for id in nodes {
        let node = graph.node(id);
        if !matches!(node.kind, NodeKind::Act(_) | NodeKind::Run(_)) {
            continue;
        }
        let chain = chains.from_node(id);
        let Some(to) = chain.calls.first().map(|call| call.to) else { continue };
        waits.push(Wait { workflow: node.workflow, side: node.side, to, chain });
    }
    waits
}

/// Who waits: the distinct services it calls on the line, and the longest chain of them.
fn waiting<'w>(waits: impl Iterator<Item = &'w Wait>) -> Waiting {
    let mut services = BTreeSet::new();
    let mut longest: Option<&Chain> = None;
    for wait in waits {
        // What a workflow of its own runs on the line begins with another service's call.
        services.insert(wait.to);
        // Of two that are as long, the one that is called first by name.
        let comes_first = |chain: &Chain| {
            let words = |chain: &Chain| chain.calls.iter().map(|call| call.what.clone()).collect::<Vec<_>>();
            wait.chain.len() > chain.len()
                || (wait.chain.len() == chain.len() && words(&wait.chain) < words(chain))
        };
        if longest.is_none_or(comes_first) {
            longest = Some(&wait.chain);
        }
    }
    Waiting { services: services.len(), chain: longest.cloned().unwrap_or_default() }
}

// ---- services ------------------------------------------------------------------------------------

fn services(ground: &Ground) -> Vec<ServiceNumbers> {
    let model = ground.model;
    let n = model.services.len();
    let (mut efferent, mut afferent) = (vec![Degree::default(); n], vec![Degree::default(); n]);
    let mut bidirectional = vec![0; n];
    for ((from, to), kinds) in &ground.kinds {
        efferent[from.index()].count(&list(kinds));
        afferent[to.index()].count(&list(kinds));
        if is_need(kinds) && ground.kinds.get(&(*to, *from)).is_some_and(is_need) {
            bidirectional[from.index()] += 1;
        }
    }
    let mut contract = vec![0; n];
    ground.contracts.iter().for_each(|((reader, _), weight)| contract[reader.index()] += weight);
    let mut controls: Vec<BTreeSet<_>> = vec![BTreeSet::new(); n];
    for ((_, service), found) in &ground.controls {
        controls[service.index()].extend(found);
    }
    let mut waits: Vec<Vec<&Wait>> = vec![Vec::new(); n];
    for wait in &ground.waits {
        if let Some(side) = wait.side {
            waits[side.index()].push(wait);
        }
    }
    let circled: BTreeSet<usize> = circles(ground).into_iter().flatten().collect();
    let one = |(id, service): (ServiceId, &crate::model::Service)| {
        let at = id.index();
        let (out, into) = (efferent[at].all, afferent[at].all);
        ServiceNumbers {
            id,
            name: service.name.text.to_string(),
            place: Place { span: service.name.span },
            efferent: efferent[at],
            afferent: afferent[at],
            instability: (out + into > 0).then(|| out as f64 / (out + into) as f64),
            temporal: waiting(waits[at].iter().copied()),
            contract: contract[at],
            control: controls[at].len(),
            bidirectional: bidirectional[at],
            in_circle: circled.contains(&at),
        }
    };
    model.services.iter().map(one).collect()
}

/// The groups of two or more in which each needs each other.
fn circles(ground: &Ground) -> Vec<Vec<usize>> {
    let needs = ground.kinds.iter().filter(|(_, kinds)| is_need(kinds));
    let edges: Vec<(usize, usize)> = needs.map(|((from, to), _)| (from.index(), to.index())).collect();
    components(ground.model.services.len(), &edges)
}

fn system(ground: &Ground, services: &[ServiceNumbers]) -> SystemNumbers {
    let name = |id: ServiceId| services[id.index()].name.clone();
    let mut pairs = Degree::default();
    ground.kinds.values().for_each(|kinds| pairs.count(&list(kinds)));
    let mut contracts: Vec<ContractNumbers> = ground
        .contracts
        .iter()
        .map(|((reader, of), weight)| ContractNumbers {
            reader: name(*reader),
            of: name(*of),
            weight: *weight,
        })
        .collect();
    contracts.sort_by(|a, b| (&a.reader, &a.of).cmp(&(&b.reader, &b.of)));
    let circle = |members: Vec<usize>| {
        let mut names: Vec<String> = members.into_iter().map(|at| services[at].name.clone()).collect();
        names.sort();
        Circle { services: names }
    };
    let mut circles: Vec<Circle> =
        circles(ground).into_iter().filter(|members| members.len() > 2).map(circle).collect();
    circles.sort_by(|a, b| a.services.cmp(&b.services));
    SystemNumbers { pairs, bidirectional: both_ways(&ground.kinds, name), circles, contracts }
}

fn both_ways(kinds: &Kinds, name: impl Fn(ServiceId) -> String) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for ((from, to), there) in kinds.iter().filter(|((from, to), kinds)| from < to && is_need(kinds)) {
        let Some(back) = kinds.get(&(*to, *from)).filter(|kinds| is_need(kinds)) else { continue };
        let (a, b) = (name(*from), name(*to));
        let services = if a < b { (a, b) } else { (b, a) };
        pairs.push(Pair { services, is_hard: is_call(there) || is_call(back) });
    }
    pairs.sort_by(|a, b| a.services.cmp(&b.services));
    pairs
}

// ---- workflows -----------------------------------------------------------------------------------

fn workflow(ground: &Ground, id: WorkflowId, own: &[&Dependency], contract: usize) -> WorkflowNumbers {
    let model = ground.model;
    let workflow = &model.workflows[id];
    let kinds = kinds(model, own.iter().copied());
    let mut pairs = Degree::default();
    let mut services: BTreeSet<ServiceId> =
        ground.graph.nodes_of(id).filter_map(|(_, node)| node.side).collect();
    let (mut out, mut into) = (BTreeMap::new(), BTreeMap::new());
    for ((from, to), kinds) in &kinds {
        pairs.count(&list(kinds));
        services.extend([from, to]);
        if is_need(kinds) {
            *out.entry(*from).or_insert(0) += 1;
            *into.entry(*to).or_insert(0) += 1;
        }
    }
    let process = Process::new(model, ground.graph, id);
    let styles = side_by_side(model, ground.graph, &process);
    let controls: usize = ground
        .controls
        .range((id, ServiceId::from_index(0))..)
        .take_while(|((of, _), _)| *of == id)
        .map(|(_, found)| found.len())
        .sum();
    WorkflowNumbers {
        id,
        name: workflow.name.text.to_string(),
        place: Place { span: workflow.name.span },
        coordinator: workflow.coordinator().map(|by| model.service_name(by).to_string()),
        services: services.len(),
        pairs,
        most_efferent: most(model, out),
        most_afferent: most(model, into),
        temporal: waiting(waits_of(&ground.waits, id)),
        contract,
        control: controls,
        bidirectional: both_ways(&kinds, |id| model.service_name(id).to_string()).len(),
        undo_orchestrated: styles.orchestrated.undo,
        undo_choreographed: styles.choreographed.undo,
    }
}

/// They come in the order of the graph, in which each workflow stands together.
fn waits_of(waits: &[Wait], id: WorkflowId) -> impl Iterator<Item = &Wait> {
    let from = waits.partition_point(|wait| wait.workflow < Some(id));
    waits[from..].iter().take_while(move |wait| wait.workflow == Some(id))
}

/// The one with most, and of several the first by name.
fn most(model: &Model, counts: BTreeMap<ServiceId, usize>) -> Option<(String, usize)> {
    let named = counts.into_iter().map(|(id, n)| (model.service_name(id).to_string(), n));
    named.max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)))
}

// ---- what connects them --------------------------------------------------------------------------

fn couplings(model: &Model, graph: &StepGraph, found: &[Dependency]) -> Vec<Coupling> {
    type Things = BTreeMap<String, Place>;
    let mut couplings: BTreeMap<(&str, &str, Kind), Things> = BTreeMap::new();
    for dependency in found {
        let (from, to) = (model.service_name(dependency.from), model.service_name(dependency.to));
        let things = couplings.entry((from, to, dependency.kind(model))).or_default();
        let place = Place { span: dependency.span };
        let first = things.entry(thing(model, graph, dependency)).or_insert(place);
        // Of several places the first one by file and line, whatever the order of the workflows.
        if (place.span.file, place.span.start) < (first.span.file, first.span.start) {
            *first = place;
        }
    }
    let coupling = |((from, to, kind), things): ((&str, &str, Kind), Things)| {
        let (what, places) = things.into_iter().unzip();
        Coupling { from: from.to_string(), to: to.to_string(), kind, what, places }
    };
    couplings.into_iter().map(coupling).collect()
}

/// What is needed of the other one, in a name.
fn thing(model: &Model, graph: &StepGraph, dependency: &Dependency) -> String {
    match dependency.reason {
        Reason::Calls(operation) | Reason::UndoesBy(operation) => {
            model.operations[operation].name.text.to_string()
        }
        Reason::Runs(workflow) => model.workflows[workflow].name.text.to_string(),
        Reason::ReactsTo(event) | Reason::WaitsFor(event) => model.event_name(event),
        Reason::Notifies => match &graph.node(dependency.node).kind {
            NodeKind::Notify { operation: Some(id), .. } => model.operations[*id].name.text.to_string(),
            NodeKind::Notify { workflow: Some(id), .. } => model.workflows[*id].name.text.to_string(),
            NodeKind::Receive { trigger, .. } => {
                let mut terms = trigger.terms.iter().filter(|(_, span)| *span == dependency.span);
                terms.next().map_or_else(String::new, |(event, _)| model.event_name(*event))
            }
            _ => String::new(),
        },
    }
}

fn messages(model: &Model, found: &[Dependency]) -> Vec<MessageNumbers> {
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    enum Known {
        Event(EventId),
        Operation(OperationId),
    }
    let mut consumers: BTreeMap<Known, BTreeSet<&str>> = BTreeMap::new();
    for dependency in found {
        let message = match dependency.reason {
            Reason::Calls(operation) | Reason::UndoesBy(operation) => Known::Operation(operation),
            Reason::ReactsTo(event) | Reason::WaitsFor(event) => Known::Event(event),
            Reason::Runs(_) | Reason::Notifies => continue,
        };
        consumers.entry(message).or_default().insert(model.service_name(dependency.from));
    }
    let message = |(message, consumers): (Known, BTreeSet<&str>)| {
        let (service, name, fields, is_event) = match message {
            Known::Event(id) => {
                let event = &model.events[id];
                (event.service, model.event_name(id), event.fields.len(), true)
            }
            Known::Operation(id) => {
                let operation = &model.operations[id];
                (operation.service, operation.name.text.to_string(), operation.fields.len(), false)
            }
        };
        MessageNumbers {
            service: model.service_name(service).to_string(),
            name,
            is_event,
            fields,
            consumers: consumers.into_iter().map(str::to_string).collect(),
        }
    };
    let mut messages: Vec<MessageNumbers> = consumers.into_iter().map(message).collect();
    messages.sort_by(|a, b| (&a.service, &a.name).cmp(&(&b.service, &b.name)));
    messages
}
