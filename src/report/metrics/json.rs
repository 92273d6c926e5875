//! The numbers as one document. What is in it, and in which version, says `docs/schema/metrics.json`,
//! which is made from what stands here.

use super::drift::{Drift, Drifted};
use crate::compile::Measured;
use crate::metrics::style::Undo;
use crate::metrics::{self, Degree, Kind, Matrix, Metrics};
use crate::source::{Sources, Span};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Rises when a program that reads the output would have to change.
const VERSION: u32 = 1;

/// What `wfc metrics --format json` writes. Within a version members may be added; none is taken away and
/// none changes its meaning.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Coupling numbers of wfc, version 1")]
struct Document {
    version: u32,
    tool: Tool,
    /// Files that are connected, each such set by itself.
    systems: Vec<System>,
    /// What is different from the baseline; absent where there is none.
    drift: Option<DriftRecord>,
}

#[derive(Serialize, JsonSchema)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize, JsonSchema)]
struct System {
    files: Vec<String>,
    /// What the text could not say because of them is missing in the numbers.
    errors: usize,
    services: Vec<Service>,
    workflows: Vec<Workflow>,
    /// Pairs of services, by kind: the one needs the other.
    pairs: Kinds,
    bidirectional: Vec<Pair>,
    /// Three or more services of which each can be reached from each.
    circles: Vec<Vec<String>>,
    couplings: Vec<Coupling>,
    /// For two services, the fields that the one reads of the other, by versions.
    contracts: Vec<Contract>,
    messages: Vec<Message>,
    matrix: Order,
}

/// Services, each once; `all` are those of any kind but `told`.
#[derive(Serialize, JsonSchema)]
struct Kinds {
    all: usize,
    command: usize,
    query: usize,
    event: usize,
    told: usize,
}

#[derive(Serialize, JsonSchema)]
struct Service {
    name: String,
    location: Location,
    /// On whom it depends: Ce.
    efferent: Kinds,
    /// Who depends on it: Ca.
    afferent: Kinds,
    /// Ce / (Ce + Ca).
    instability: Option<f64>,
    temporal: Temporal,
    contract: usize,
    control: usize,
    bidirectional: usize,
    in_circle: bool,
}

#[derive(Serialize, JsonSchema)]
struct Workflow {
    name: String,
    location: Location,
    /// `null`: choreographed.
    orchestrated_by: Option<String>,
    services: usize,
    pairs: Kinds,
    most_efferent: Option<Most>,
    most_afferent: Option<Most>,
    temporal: Temporal,
    contract: usize,
    control: usize,
    bidirectional: usize,
    /// What it takes to take back what was done, conducted and not.
    compensation: Compensation,
}

#[derive(Serialize, JsonSchema)]
struct Most {
    service: String,
    services: usize,
}

#[derive(Serialize, JsonSchema)]
struct Temporal {
    /// Services that are called on the line.
    services: usize,
    /// The longest chain of calls of which each waits for the next.
    chain: Vec<Call>,
    /// The product of what the calls declare, as a share of one.
    available: Option<f64>,
    /// The sum of what they declare, in milliseconds.
    latency: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
struct Call {
    what: String,
    available: Option<f64>,
    /// Milliseconds, at most.
    latency: Option<u64>,
    location: Location,
}

#[derive(Serialize, JsonSchema)]
struct Compensation {
    orchestrated: UndoCost,
    choreographed: UndoCost,
}

#[derive(Serialize, JsonSchema)]
pub(in crate::report) struct UndoCost {
    steps: usize,
    /// Subscriptions that are there for nothing else.
    subscriptions: usize,
    /// Pairs of services that need each other for nothing else.
    dependencies: usize,
}

pub(in crate::report) fn undo(undo: Undo) -> UndoCost {
    UndoCost { steps: undo.steps, subscriptions: undo.subscriptions, dependencies: undo.dependencies }
}

#[derive(Serialize, JsonSchema)]
struct Pair {
    services: [String; 2],
    /// `call` where one way at least is a command, a query or a run; `events` else.
    by: &'static str,
}

#[derive(Serialize, JsonSchema)]
struct Coupling {
    from: String,
    to: String,
    /// `command`, `query`, `event` or `told`.
    kind: &'static str,
    what: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct Contract {
    reader: String,
    of: String,
    weight: usize,
}

#[derive(Serialize, JsonSchema)]
struct Message {
    service: String,
    name: String,
    /// `event` or `operation`.
    kind: &'static str,
    fields: usize,
    consumers: Vec<String>,
    /// Consumers by fields.
    weight: usize,
}

/// The services in an order in which circles stand out.
#[derive(Serialize, JsonSchema)]
struct Order {
    services: Vec<String>,
    /// First and last position of each circle, from 0.
    circles: Vec<[usize; 2]>,
    cells: Vec<MatrixCell>,
}

#[derive(Serialize, JsonSchema)]
struct MatrixCell {
    row: usize,
    column: usize,
    /// By kind, how many different things.
    kinds: BTreeMap<&'static str, usize>,
}

#[derive(Serialize, JsonSchema)]
struct DriftRecord {
    /// Whether any number grew by more than it may.
    past_limit: bool,
    numbers: Vec<Changed>,
    came: Vec<Edge>,
    went: Vec<Edge>,
}

#[derive(Serialize, JsonSchema)]
struct Changed {
    /// `system`, `service` or `workflow`.
    of: &'static str,
    name: Option<String>,
    number: &'static str,
    before: usize,
    after: usize,
    /// By how much it may grow; `null`: by any.
    limit: Option<usize>,
    past_limit: bool,
}

#[derive(Serialize, JsonSchema)]
struct Edge {
    from: String,
    to: String,
    kind: &'static str,
    what: String,
}

/// Line and column count from 1, columns in characters.
#[derive(Serialize, JsonSchema)]
pub(in crate::report) struct Location {
    path: String,
    line: u32,
    column: u32,
}

pub(in crate::report) fn location(span: Span, sources: &Sources) -> Location {
    let file = sources.get(span.file);
    let at = file.position(span.start);
    Location { path: file.path.clone(), line: at.line, column: at.column }
}

/// One document.
pub fn document(measured: &[Measured], sources: &Sources, drift: Option<&Drift>) -> String {
    let document = Document {
        version: VERSION,
        tool: Tool { name: "wfc", version: env!("CARGO_PKG_VERSION") },
        systems: measured.iter().map(|one| system(one, sources)).collect(),
        drift: drift.map(drifted),
    };
    let text = serde_json::to_string_pretty(&document).expect("names and numbers always have a JSON form");
    format!("{text}\n")
}

/// The schema of it.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Document);
    let text = serde_json::to_string_pretty(&schema).expect("a schema always has a JSON form");
    format!("{text}\n")
}

fn system(one: &Measured, sources: &Sources) -> System {
    let Metrics { services, workflows, system, couplings, messages } = &one.metrics;
    System {
        files: one.files.iter().map(|file| sources.get(*file).path.clone()).collect(),
        errors: one.n_errors,
        services: services.iter().map(|it| service(it, sources)).collect(),
        workflows: workflows.iter().map(|it| workflow(it, sources)).collect(),
        pairs: kinds(&system.pairs),
        bidirectional: system
            .bidirectional
            .iter()
            .map(|pair| Pair {
                services: [pair.services.0.clone(), pair.services.1.clone()],
                by: if pair.is_hard { "call" } else { "events" },
            })
            .collect(),
        circles: system.circles.iter().map(|circle| circle.services.clone()).collect(),
        couplings: couplings
            .iter()
            .map(|it| Coupling {
                from: it.from.clone(),
                to: it.to.clone(),
                kind: kind(it.kind),
                what: it.what.clone(),
            })
            .collect(),
        contracts: system
            .contracts
            .iter()
            .map(|it| Contract { reader: it.reader.clone(), of: it.of.clone(), weight: it.weight })
            .collect(),
        messages: messages
            .iter()
            .map(|it| Message {
                service: it.service.clone(),
                name: it.name.clone(),
                kind: if it.is_event { "event" } else { "operation" },
                fields: it.fields,
                consumers: it.consumers.clone(),
                weight: it.weight(),
            })
            .collect(),
        matrix: order(&one.metrics),
    }
}

fn service(it: &metrics::ServiceNumbers, sources: &Sources) -> Service {
    Service {
        name: it.name.clone(),
        location: location(it.place.span, sources),
        efferent: kinds(&it.efferent),
        afferent: kinds(&it.afferent),
        instability: it.instability,
        temporal: temporal(&it.temporal, sources),
        contract: it.contract,
        control: it.control,
        bidirectional: it.bidirectional,
        in_circle: it.in_circle,
    }
}

fn workflow(it: &metrics::WorkflowNumbers, sources: &Sources) -> Workflow {
    let most = |most: &Option<(String, usize)>| {
        most.as_ref().map(|(service, n)| Most { service: service.clone(), services: *n })
    };
    Workflow {
        name: it.name.clone(),
        location: location(it.place.span, sources),
        orchestrated_by: it.coordinator.clone(),
        services: it.services,
        pairs: kinds(&it.pairs),
        most_efferent: most(&it.most_efferent),
        most_afferent: most(&it.most_afferent),
        temporal: temporal(&it.temporal, sources),
        contract: it.contract,
        control: it.control,
        bidirectional: it.bidirectional,
        compensation: Compensation {
            orchestrated: undo(it.undo_orchestrated),
            choreographed: undo(it.undo_choreographed),
        },
    }
}

fn kinds(degree: &Degree) -> Kinds {
    let Degree { command, query, event, notify, all } = *degree;
    Kinds { all, command, query, event, told: notify }
}

pub(in crate::report) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Command => "command",
        Kind::Query => "query",
        Kind::Event => "event",
        Kind::Notify => "told",
    }
}

fn temporal(waiting: &metrics::Waiting, sources: &Sources) -> Temporal {
    let call = |call: &metrics::Call| Call {
        what: call.what.clone(),
        available: call.available,
        latency: call.latency,
        location: location(call.span, sources),
    };
    Temporal {
        services: waiting.services,
        chain: waiting.chain.calls.iter().map(call).collect(),
        available: waiting.chain.available().map(|it| it.value),
        latency: waiting.chain.latency().map(|it| it.value),
    }
}

fn order(metrics: &Metrics) -> Order {
    let matrix = Matrix::new(metrics);
    let cell = |((row, column), cell): (&(usize, usize), &metrics::Cell)| MatrixCell {
        row: *row,
        column: *column,
        kinds: cell.by_kind.iter().map(|(of, n)| (kind(*of), *n)).collect(),
    };
    Order {
        cells: matrix.cells.iter().map(cell).collect(),
        circles: matrix.circles.iter().map(|(from, to)| [*from, *to]).collect(),
        services: matrix.services,
    }
}

fn drifted(drift: &Drift) -> DriftRecord {
    let edges = |edges: &[metrics::Edge]| edges.iter().map(edge).collect();
    DriftRecord {
        past_limit: drift.is_past(),
        numbers: drift.numbers.iter().map(changed).collect(),
        came: edges(&drift.came),
        went: edges(&drift.went),
    }
}

fn edge(edge: &metrics::Edge) -> Edge {
    let metrics::Edge { from, to, kind: of, what } = edge.clone();
    Edge { from, to, kind: kind(of), what }
}

fn changed(drifted: &Drifted) -> Changed {
    let (of, name) = match &drifted.change.subject {
        metrics::Subject::System => ("system", None),
        metrics::Subject::Service(name) => ("service", Some(name.clone())),
        metrics::Subject::Workflow(name) => ("workflow", Some(name.clone())),
    };
    Changed {
        of,
        name,
        number: drifted.change.number.name(),
        before: drifted.change.before,
        after: drifted.change.after,
        limit: drifted.limit,
        past_limit: drifted.is_past(),
    }
}
