//! The numbers that can be held against a budget or an older version, each under the name that
//! `wfc.yaml`, tables and JSON use for it.

use super::Metrics;
use std::collections::BTreeMap;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    Efferent,
    Afferent,
    Temporal,
    Chain,
    Contract,
    Control,
    Bidirectional,
    Circles,
}

impl Number {
    pub const ALL: [Number; 8] = [
        Number::Efferent,
        Number::Afferent,
        Number::Temporal,
        Number::Chain,
        Number::Contract,
        Number::Control,
        Number::Bidirectional,
        Number::Circles,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Number::Efferent => "efferent",
            Number::Afferent => "afferent",
            Number::Temporal => "temporal",
            Number::Chain => "chain",
            Number::Contract => "contract",
            Number::Control => "control",
            Number::Bidirectional => "bidirectional",
            Number::Circles => "circles",
        }
    }

    pub fn from_name(name: &str) -> Option<Number> {
        Number::ALL.into_iter().find(|number| number.name() == name)
    }
}

/// What a number is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    System,
    Service(String),
    Workflow(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Subject::System => out.write_str("the system"),
            Subject::Service(name) | Subject::Workflow(name) => write!(out, "`{name}`"),
        }
    }
}

pub type Figures = BTreeMap<(Subject, Number), usize>;

impl Metrics {
    /// All numbers that can be compared.
    pub fn figures(&self) -> Figures {
        let mut figures = Figures::new();
        let mut add = |subject: &Subject, numbers: &[(Number, usize)]| {
            figures.extend(numbers.iter().map(|(number, value)| ((subject.clone(), *number), *value)));
        };
        for service in &self.services {
            let numbers = [
                (Number::Efferent, service.efferent.all),
                (Number::Afferent, service.afferent.all),
                (Number::Temporal, service.temporal.services),
                (Number::Chain, service.temporal.chain.len()),
                (Number::Contract, service.contract),
                (Number::Control, service.control),
                (Number::Bidirectional, service.bidirectional),
            ];
            add(&Subject::Service(service.name.clone()), &numbers);
        }
        for workflow in &self.workflows {
            let most = |who: &Option<(String, usize)>| who.as_ref().map_or(0, |(_, n)| *n);
            let numbers = [
                (Number::Efferent, most(&workflow.most_efferent)),
                (Number::Afferent, most(&workflow.most_afferent)),
                (Number::Temporal, workflow.temporal.services),
                (Number::Chain, workflow.temporal.chain.len()),
                (Number::Contract, workflow.contract),
                (Number::Control, workflow.control),
                (Number::Bidirectional, workflow.bidirectional),
            ];
            add(&Subject::Workflow(workflow.name.clone()), &numbers);
        }
        let system = [
            (Number::Bidirectional, self.system.bidirectional.len()),
            (Number::Circles, self.system.circles.len()),
        ];
        add(&Subject::System, &system);
        figures
    }
}
