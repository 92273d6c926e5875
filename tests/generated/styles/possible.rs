//! What the explorer says of the workflows of a specification.

use super::Played;
use crate::outcomes::{Outcome, all_runs, names, of_runs, without_outages};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use wfc::explore::{Delivery, Runs};
use wfc::finding::Severity;
use wfc::graph::StepGraph;
use wfc::lower::Links;
use wfc::model::Model;
use wfc::source::{SourceFile, Sources};

pub struct Possible {
    pub model: Model,
    /// The same, in which every step is tried until it answers: no script gives up before that.
    insisting: Model,
    graph: StepGraph,
}

/// The runs of a workflow.
pub struct Of<'p> {
    model: &'p Model,
    runs: Runs<'p>,
    /// By operation and step, the name in an outcome.
    names: BTreeMap<(String, String), String>,
}

impl Possible {
    pub fn of(folder: &Path) -> Possible {
        let model = read(folder);
        let mut insisting = model.clone();
        let labels = insisting.labels.values().map(|label| label.name.text.to_string()).collect();
        for id in model.workflows.iter().map(|(id, _)| id) {
            without_outages(&mut insisting, id, &labels);
        }
        let graph = wfc::graph::build(&insisting);
        Possible { model, insisting, graph }
    }

    /// Nothing where there are too many, or where some meet what nobody handles.
    pub fn runs(&self, workflow: &str) -> Option<Of<'_>> {
        let model = &self.insisting;
        let id = model.workflows.iter().find(|(_, it)| it.name.text == workflow)?.0;
        let runs = all_runs(model, &self.graph, id, Delivery::Bag).ok()?;
        let names =
            names(model, &runs).into_values().map(|(operation, step, name)| ((operation, step), name));
        let names = names.collect();
        Some(Of { model, runs, names })
    }
}

impl Of<'_> {
    /// The outcomes in which just these operations refuse.
    pub fn refusing(&self, refused: &BTreeSet<String>) -> BTreeSet<Outcome> {
        of_runs(self.model, &self.runs, Some(refused))
    }

    /// A run as an outcome: what may stay, by its own word, does not count.
    pub fn outcome(&self, played: &Played) -> Outcome {
        let mut outcome =
            Outcome { goals: played.ends.clone(), standing: BTreeSet::new(), undone: BTreeSet::new() };
        for (operation, step, is_undone) in played.effects() {
            let known = self.names.get(&(operation.to_string(), step.to_string()));
            let alone = || self.names.values().find(|name| *name == operation);
            if let Some(name) = known.or_else(alone) {
                match is_undone {
                    true => outcome.undone.insert(name.clone()),
                    false => outcome.standing.insert(name.clone()),
                };
            }
        }
        outcome
    }
}

/// All files of a folder as one system.
pub fn read(folder: &Path) -> Model {
    let mut sources = Sources::default();
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("it is there").flatten().map(|it| it.path()).collect();
    paths.sort();
    for path in paths {
        let text = fs::read_to_string(&path).expect("it is text");
        sources.add(SourceFile::new(path.file_name().expect("a name").to_string_lossy(), text));
    }
    let (mut asts, mut links, mut findings) = (Vec::new(), Links::default(), Vec::new());
    for (id, file) in sources.iter() {
        let parsed = wfc::syntax::parse(id, &file.text);
        findings.extend(parsed.findings);
        asts.push(parsed.ast);
        for (other, file) in sources.iter() {
            links.add(id, file.path.as_str(), other);
        }
    }
    let lowered = wfc::lower::lower(&asts, &links);
    findings.extend(lowered.findings);
    findings.retain(|finding| finding.severity == Severity::Error);
    assert!(findings.is_empty(), "{findings:?}");
    lowered.model
}
