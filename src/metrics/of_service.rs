//! The numbers of services that a budget is held against, with the places they come from, and nothing else:
//! a check asks for them each time.

use super::contracts;
use super::control::{Control, controls};
use super::{Dependency, dependencies};
use crate::graph::{Occurrence, StepGraph};
use crate::model::{Model, ServiceId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// What one service has of a kind of coupling: how much, and what it is made of.
#[derive(Clone, Debug, Default)]
pub struct Load {
    pub amount: usize,
    /// What it is, and where it stands if that is one place.
    pub parts: Vec<(String, Option<Span>)>,
}

/// By service: what it controls of others, or they of it.
pub fn control_by_service(
    model: &Model,
    graph: &StepGraph,
    occurring: &Occurrence,
    untroubled: &Occurrence,
) -> BTreeMap<ServiceId, Load> {
    let mut all: BTreeMap<ServiceId, BTreeSet<Control>> = BTreeMap::new();
    for ((_, service), found) in controls(model, graph, occurring, untroubled) {
        all.entry(service).or_default().extend(found);
    }
    let load = |found: BTreeSet<Control>| Load {
        amount: found.len(),
        parts: found.iter().map(|control| (said(model, control), None)).collect(),
    };
    all.into_iter().map(|(service, found)| (service, load(found))).collect()
}

fn said(model: &Model, control: &Control) -> String {
    match control {
        Control::Refusal { of, name } => format!("branches on `{name}` of `{}`", model.service_name(*of)),
        Control::Flag { of: Some(of), field } => {
            format!("decides a branch of `{}` by `{field}`", model.service_name(*of))
        }
        Control::Flag { of: None, field } => format!("decides a branch by `{field}`"),
        Control::RefusedFact { by, event } => {
            format!(
                "reacts to `{}`, by which `{}` refuses",
                model.event_name(*event),
                model.service_name(*by)
            )
        }
    }
}

/// By service: the fields, by versions, that it reads of others.
pub fn contract_by_service(
    model: &Model,
    graph: &StepGraph,
    occurring: &Occurrence,
) -> BTreeMap<ServiceId, Load> {
    let found = dependencies(model, graph, occurring);
    let readings = contracts::readings(model, graph, &found);
    let mut loads: BTreeMap<ServiceId, Load> = BTreeMap::new();
    for ((reader, of), weight) in contracts::by_pair(model, &readings) {
        let load = loads.entry(reader).or_default();
        load.amount += weight;
        let from = model.service_name(of);
        load.parts.push((format!("reads {weight} of `{from}`"), first_place(&found, reader, of)));
    }
    loads
}

fn first_place(found: &[Dependency], reader: ServiceId, of: ServiceId) -> Option<Span> {
    let between = found.iter().filter(|it| it.from == reader && it.to == of);
    between.map(|it| it.span).min_by_key(|span| (span.file, span.start))
}

/// The most fields that anybody could read: when a budget is larger, nobody has to count.
pub fn most_fields(model: &Model) -> usize {
    let events: usize = model.events.values().map(|event| event.fields.len().max(1)).sum();
    let records: usize = model
        .types
        .values()
        .map(|declared| match &declared.kind {
            crate::model::TypeKind::Record(fields) => fields.len(),
            crate::model::TypeKind::Id | crate::model::TypeKind::Enum(_) => 1,
        })
        .max()
        .unwrap_or(1);
    let replies = model.operations.len() * records.max(1);
    let failures: usize =
        model.operations.values().flat_map(|it| &it.fails).map(|failure| failure.fields.len().max(1)).sum();
    events + replies + failures
}

/// The same of what anybody could decide.
pub fn most_control(model: &Model) -> usize {
    let failures: usize = model.operations.values().map(|operation| operation.fails.len()).sum();
    let parameters: usize = model.workflows.values().map(|workflow| workflow.parameters.len()).sum();
    let fields: usize = model.events.values().map(|event| 1 + event.fields.len()).sum();
    failures + parameters + fields
}
