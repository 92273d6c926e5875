//! Two versions of a system side by side: what came and went, and what that does to its order, its runs
//! under way, its compensations and its coupling.

mod changes;
mod coupling;
mod critical;
mod matching;
mod pair;
mod rules;
mod shapes;
mod teams;
mod version;

pub use changes::{Change, How, What, changes};
pub use coupling::{Numbers, Row};
pub use critical::{Length, Path};
pub use matching::{Matching, Pairs};
pub use pair::{Flight, Pair};
pub use rules::new_order_dependency::new_orders;
pub use teams::Touched;
pub use version::Version;

use crate::explore::Counterparts;
use crate::finding::{self, Finding, Rule};
use crate::graph::NodeId;
use crate::model::{LabelId, WorkflowId};
use coupling::Coupling;
use critical::Paths;
use std::collections::BTreeMap;

/// How much of each workflow is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    pub max_states: usize,
}

/// Everything there is to say of two versions.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    pub changes: Vec<Change>,
    pub touched: Vec<Touched>,
    pub workflows: Vec<Compared>,
    /// The services whose numbers are not what they were.
    pub coupling: Vec<Row>,
    pub findings: Vec<Finding>,
}

impl Diff {
    /// Adds what is to be said of another system.
    pub fn join(&mut self, other: Diff) {
        self.changes.extend(other.changes);
        self.touched.extend(other.touched);
        self.workflows.extend(other.workflows);
        self.coupling.extend(other.coupling);
        self.findings.extend(other.findings);
    }

    /// Whether nothing is different but the layout and the comments.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
            && self.touched.is_empty()
            && self.workflows.is_empty()
            && self.coupling.is_empty()
            && self.findings.is_empty()
    }
}

/// One workflow that is in both versions, and not as it was.
#[derive(Clone, Debug)]
pub struct Compared {
    pub workflow: String,
    pub path_before: Option<Way>,
    pub path_after: Option<Way>,
    /// What becomes of the runs that are under way.
    pub flight: Flight,
}

/// A critical path in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    pub length: Length,
    pub steps: Vec<String>,
}

/// What the rules read.
pub struct Two<'a> {
    pub old: &'a Version<'a>,
    pub new: &'a Version<'a>,
    pub matching: &'a Matching,
    pub budget: Budget,
    touched: Vec<Touched>,
    coupling: (Coupling, Coupling),
    counterparts: Counterparts,
    /// The node of each step of the old version.
    steps: BTreeMap<LabelId, NodeId>,
}

/// Compares two versions of one system.
pub fn diff(old: &Version, new: &Version, budget: Budget) -> Diff {
    let matching = Matching::new(old, new);
    let two = Two::new(old, new, &matching, budget);
    let mut findings = rules::of_systems(&two);
    let mut paths = (Paths::new(old), Paths::new(new));
    let mut workflows = Vec::new();
    for (one, other) in pair::changed(&two) {
        let pair = Pair::new(&two, one, other, (paths.0.of(one), paths.1.of(other)));
        findings.extend(rules::of_workflows(&two, &pair));
        workflows.push(Compared {
            workflow: new.workflow_name(other).to_string(),
            path_before: pair.paths.0.as_ref().map(|path| way(old, path)),
            path_after: pair.paths.1.as_ref().map(|path| way(new, path)),
            flight: pair.flight(),
        });
    }
    workflows.sort_by(|a, b| a.workflow.cmp(&b.workflow));
    finding::sort(&mut findings);
    Diff {
        changes: changes(old, new, &matching),
        coupling: coupling::rows((old, &two.coupling.0), (new, &two.coupling.1), &matching),
        touched: two.touched,
        workflows,
        findings,
    }
}

fn way(version: &Version, path: &Path) -> Way {
    let steps = path.nodes.iter().filter_map(|node| version.name(*node)).collect();
    Way { length: path.length, steps }
}

/// Every rule about two versions.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::ALL.iter().copied()
}

impl<'a> Two<'a> {
    pub fn new(
        old: &'a Version<'a>,
        new: &'a Version<'a>,
        matching: &'a Matching,
        budget: Budget,
    ) -> Two<'a> {
        let touched = teams::touched(old, new, matching);
        let coupling = (Coupling::of(old), Coupling::of(new));
        let counterparts = matching.counterparts();
        let steps = old.graph.nodes().filter_map(|(id, _)| Some((pair::step(old, id)?, id))).collect();
        Two { old, new, matching, budget, touched, coupling, counterparts, steps }
    }

    /// A name as the new version has it: ``Workflow/name``.
    pub(self) fn entity(&self, workflow: WorkflowId, name: &str) -> String {
        format!("{}/{name}", self.new.workflow_name(workflow))
    }
}

/// "`A`, `B` and `C`"
fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let last = quoted.pop().unwrap_or_default();
    if quoted.is_empty() { last } else { format!("{} and {last}", quoted.join(", ")) }
}
