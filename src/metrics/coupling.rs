//! The coupling numbers of a system. What each of them means, and where it comes from, says
//! `docs/metrics.md`. Items go by name, so that numbers of two versions can be laid side by side.

use super::style::Undo;
use super::{Chain, Kind};
use crate::model::{ServiceId, WorkflowId};
use crate::source::Span;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// By name, as everything here, whatever the order of the files.
    pub services: Vec<ServiceNumbers>,
    pub workflows: Vec<WorkflowNumbers>,
    pub system: SystemNumbers,
    /// Who depends on whom, one for each pair and kind; by name.
    pub couplings: Vec<Coupling>,
    /// What is said between services, by name of who says it.
    pub messages: Vec<MessageNumbers>,
}

/// Other services, each once; by kind, and those of any kind but `notify`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Degree {
    pub command: usize,
    pub query: usize,
    pub event: usize,
    /// Shown, and never added up.
    pub notify: usize,
    pub all: usize,
}

impl Degree {
    /// Counts one other service with all the kinds that connect with it.
    pub fn count(&mut self, kinds: &[Kind]) {
        let has = |kind| usize::from(kinds.contains(&kind));
        self.command += has(Kind::Command);
        self.query += has(Kind::Query);
        self.event += has(Kind::Event);
        self.notify += has(Kind::Notify);
        self.all += usize::from(kinds.iter().any(|kind| *kind != Kind::Notify));
    }
}

/// A service that one calls and waits for, and the longest chain of such calls in one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waiting {
    /// Distinct services that are called on the line.
    pub services: usize,
    pub chain: Chain,
}

#[derive(Clone, Debug)]
pub struct ServiceNumbers {
    pub id: ServiceId,
    pub name: String,
    pub place: Place,
    /// On whom it depends.
    pub efferent: Degree,
    /// Who depends on it.
    pub afferent: Degree,
    /// Ce / (Ce + Ca); nothing where both are none.
    pub instability: Option<f64>,
    pub temporal: Waiting,
    /// What it reads of others: fields by versions.
    pub contract: usize,
    /// What it decides of others' work, or they of its.
    pub control: usize,
    /// Services with which it needs each other both ways.
    pub bidirectional: usize,
    /// Whether it stands in a circle of two or more.
    pub in_circle: bool,
}

#[derive(Clone, Debug)]
pub struct WorkflowNumbers {
    pub id: WorkflowId,
    pub name: String,
    pub place: Place,
    /// `None`: choreographed.
    pub coordinator: Option<String>,
    /// Services on whose side something happens or that are needed.
    pub services: usize,
    /// Pairs of services in it, by kind: the one needs the other.
    pub pairs: Degree,
    /// The service that needs most others in it, and those.
    pub most_efferent: Option<(String, usize)>,
    /// The service that most others need in it, and those.
    pub most_afferent: Option<(String, usize)>,
    pub temporal: Waiting,
    pub contract: usize,
    pub control: usize,
    pub bidirectional: usize,
    /// What it takes to take back what was done, in either style.
    pub undo_orchestrated: Undo,
    pub undo_choreographed: Undo,
}

#[derive(Clone, Debug, Default)]
pub struct SystemNumbers {
    /// Pairs of services, by kind: the one needs the other.
    pub pairs: Degree,
    pub bidirectional: Vec<Pair>,
    pub circles: Vec<Circle>,
    /// `contract(A, B)`, by name; what nobody reads is left out.
    pub contracts: Vec<ContractNumbers>,
}

/// Two services that need each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub services: (String, String),
    /// One way at least is a call, and not only events.
    pub is_hard: bool,
}

/// Three or more services of which each can be reached from each, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    pub services: Vec<String>,
}

/// What one service reads of another's messages: fields by versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractNumbers {
    pub reader: String,
    pub of: String,
    pub weight: usize,
}

/// `contract(m)`: how many services depend on how many fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageNumbers {
    pub service: String,
    /// With its version, where it has one.
    pub name: String,
    pub is_event: bool,
    pub fields: usize,
    /// Other services that take or call it, by name.
    pub consumers: Vec<String>,
}

impl MessageNumbers {
    pub fn weight(&self) -> usize {
        self.fields * self.consumers.len()
    }
}

/// One service needs another, by one kind of coupling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupling {
    /// Who needs.
    pub from: String,
    pub to: String,
    pub kind: Kind,
    /// The operations, events or workflows, each once, by name.
    pub what: Vec<String>,
    pub places: Vec<Place>,
}

/// Where something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub span: Span,
}

impl Metrics {
    pub fn service(&self, name: &str) -> Option<&ServiceNumbers> {
        self.services.iter().find(|service| service.name == name)
    }

    /// What one service needs of another, by kind.
    pub fn between<'a>(&'a self, from: &'a str, to: &'a str) -> BTreeMap<Kind, &'a Coupling> {
        let between = self.couplings.iter().filter(move |it| it.from == from && it.to == to);
        between.map(|coupling| (coupling.kind, coupling)).collect()
    }
}
