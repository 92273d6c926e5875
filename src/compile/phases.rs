//! The calls to the phases below, in one place.

use super::Settings;
use super::follow_ups::{drop_follow_ups, drop_half_read};
use super::systems::System;
use crate::advise::{self, Advice, Grounds};
use crate::check;
use crate::check::verify::{Question, Verdict};
use crate::convert::{self, Conversion, Style};
use crate::finding::{Finding, Rule, Severity};
use crate::generate;
use crate::graph::{self, NodeKind, StepGraph};
use crate::import;
use crate::lower::{self, Lowered};
use crate::metrics::{self, Metrics};
use crate::model::{Allow, Model, Notified, Statement, StatementKind, WorkflowId};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax;
use crate::syntax::ast::{Ast, Format};
use std::collections::BTreeSet;

/// Which format a file is written in, if wfc can read it.
pub fn recognise(path: &str, text: &str) -> Option<Format> {
    if path.ends_with(".wfc") { Some(Format::Wfc) } else { import::detect(path, text) }
}

/// The syntax tree of one file.
pub(super) fn read(id: FileId, file: &SourceFile) -> (Ast, Vec<Finding>) {
    match recognise(&file.path, &file.text) {
        Some(Format::AmazonStatesLanguage) => {
            let imported = import::asl::import(id, &file.path, &file.text);
            (imported.ast, imported.findings)
        }
        Some(Format::Wfc) | None => {
            let parsed = syntax::parse(id, &file.text);
            (parsed.ast, parsed.findings)
        }
    }
}

/// The model of one system, in the world that somebody has said it is in.
fn lower(trees: &[Ast], system: &System) -> Lowered {
    let mut lowered = lower::lower(trees, &system.links);
    lowered.model.world = system.world.unwrap_or(lowered.model.world);
    lowered
}

/// What the phases say of one system, and what it accepts.
pub(super) struct SystemChecked {
    pub findings: Vec<Finding>,
    pub allows: Vec<Allow>,
    /// Workflows, and the contracts they use.
    pub used: Vec<Span>,
    /// Whether something could not be read or resolved.
    pub damaged: bool,
}

/// Lowers, builds the graph, explores and checks one system; `findings` are those of reading it.
pub(super) fn check(
    trees: &[Ast],
    system: &System,
    settings: &Settings,
    mut findings: Vec<Finding>,
) -> SystemChecked {
    let mut lowered = lower(trees, system);
    drop_half_read(&findings, &mut lowered.findings);
    findings.extend(lowered.findings);
    let damaged = findings.iter().any(|finding| finding.severity == Severity::Error);
    let graph = graph::build(&lowered.model);
    let allows = &lowered.model.allows;
    let is_asked = |rule: &Rule| {
        let is_unseen = settings.unseen.is_some_and(|unseen| (unseen.rule)(rule));
        !is_unseen || allows.iter().any(|allow| allow.rule.text == rule.name)
    };
    let mut found = check::check(&lowered.model, &graph, settings.budget, is_asked);
    drop_follow_ups(&lowered.model, &findings, &mut found);
    findings.extend(found);
    let used = if lowered.model.allows.is_empty() { Vec::new() } else { used(&lowered.model, &graph) };
    SystemChecked { findings, allows: lowered.model.allows, used, damaged }
}

/// Explores every workflow of one system, and tells how many errors its text has.
pub(super) fn verify(
    trees: &[Ast],
    system: &System,
    mut findings: Vec<Finding>,
    questions: &[Question],
) -> (Vec<Verdict>, usize) {
    let mut lowered = lower(trees, system);
    drop_half_read(&findings, &mut lowered.findings);
    findings.extend(lowered.findings);
    let n_errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    if n_errors > 0 {
        return (Vec::new(), n_errors);
    }
    let graph = graph::build(&lowered.model);
    let asked = questions.iter().map(|question| check::verify::verify(&lowered.model, &graph, *question));
    (asked.flatten().collect(), 0)
}

/// The coupling numbers of one system, and how many errors its text has.
pub(super) fn measure(trees: &[Ast], system: &System, mut findings: Vec<Finding>) -> (Metrics, usize) {
    let mut lowered = lower(trees, system);
    drop_half_read(&findings, &mut lowered.findings);
    findings.extend(lowered.findings);
    let n_errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let graph = graph::build(&lowered.model);
    (metrics::measure(&lowered.model, &graph), n_errors)
}

/// The advice for the workflows of one system that are called `wanted`, or for all of them; none where the
/// text has errors, since it would rest on half of what is meant.
pub(super) fn advise(
    trees: &[Ast],
    system: &System,
    mut findings: Vec<Finding>,
    grounds: &Grounds,
    wanted: Option<&str>,
) -> SystemAdvised {
    let mut lowered = lower(trees, system);
    drop_half_read(&findings, &mut lowered.findings);
    findings.extend(lowered.findings);
    let n_errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let names = lowered.model.workflows.values().map(|it| it.name.text.to_string()).collect();
    if n_errors > 0 {
        return SystemAdvised { advice: Vec::new(), names, n_errors };
    }
    let graph = graph::build(&lowered.model);
    let is_wanted = |name: &str| wanted.is_none_or(|wanted| wanted == name);
    SystemAdvised { advice: advise::advise(&lowered.model, &graph, grounds, is_wanted), names, n_errors }
}

/// One system's part of the advice.
pub(super) struct SystemAdvised {
    pub advice: Vec<Advice>,
    /// Of all workflows of the system.
    pub names: Vec<String>,
    pub n_errors: usize,
}

/// The model and the step graph of one system, and the errors in its text.
pub(super) fn built(sources: &Sources, system: &System) -> (Model, StepGraph, Vec<Finding>) {
    let read = system.files.iter().map(|&id| read(id, sources.get(id)));
    let (trees, of_reading): (Vec<Ast>, Vec<_>) = read.unzip();
    let mut findings: Vec<Finding> = of_reading.into_iter().flatten().collect();
    let mut lowered = lower(&trees, system);
    drop_half_read(&findings, &mut lowered.findings);
    findings.extend(lowered.findings);
    super::versions::only_errors(&mut findings);
    let graph = graph::build(&lowered.model);
    (lowered.model, graph, findings)
}

/// The workflows, and the contracts that stand in the step graph.
fn used(model: &Model, graph: &StepGraph) -> Vec<Span> {
    let workflows = model.workflows.values().map(|workflow| workflow.span);
    let contracts = graph.nodes().filter_map(|(_, node)| match &node.kind {
        NodeKind::Act(act) => Some(model.operations[act.operation].span),
        NodeKind::Notify { operation: Some(operation), .. } => Some(model.operations[*operation].span),
        NodeKind::Publish { event } => Some(model.events[*event].span),
        _ => None,
    });
    workflows.chain(contracts).collect()
}

/// What a system means.
pub(super) struct Meant(Model);

impl Meant {
    /// The workflows called `wanted`; without a name, those that are not in the style yet.
    pub fn workflows_to_convert(&self, wanted: Option<&str>, style: Style) -> Vec<WorkflowId> {
        let is_wanted = |it: &crate::model::Workflow| match wanted {
            Some(name) => it.name.text == name,
            None => it.is_choreographed() != (style == Style::Choreographed),
        };
        self.0.workflows.iter().filter(|(_, it)| is_wanted(it)).map(|(id, _)| id).collect()
    }

    pub fn in_other_style(&self, style: Style) -> Vec<String> {
        let found = self.workflows_to_convert(None, style);
        found.into_iter().map(|id| self.0.workflows[id].name.text.to_string()).collect()
    }
}

/// One workflow in the wanted style. A result that says something wrong is not given.
pub(super) fn convert(
    sources: &Sources,
    system: &System,
    Meant(model): &Meant,
    id: WorkflowId,
    style: Style,
) -> Conversion {
    let trees: Vec<Ast> = system.files.iter().map(|&id| read(id, sources.get(id)).0).collect();
    let graph = graph::build(model);
    let text = |span: Span| sources.get(span.file).slice(span).to_string();
    let file = |id: FileId| sources.get(id).text.to_string();
    let cx = convert::Subject { model, graph: &graph, trees: &trees, text: &text, file: &file };
    let mut conversion = convert::convert(&cx, id, style);
    let changed = |id: FileId| conversion.files.iter().find(|(file, _)| *file == id).map(|(_, text)| text);
    let again: Vec<Ast> = system
        .files
        .iter()
        .zip(&trees)
        .map(|(&id, tree)| changed(id).map_or_else(|| tree.clone(), |text| syntax::parse(id, text).ast))
        .collect();
    let before = lower(&trees, system).findings;
    let after = lower(&again, system).findings;
    let is_new = |finding: &&Finding| {
        finding.severity == Severity::Error
            && !before.iter().any(|old| old.rule.name == finding.rule.name && old.message == finding.message)
    };
    if let Some(wrong) = after.iter().find(is_new) {
        let workflow = &model.workflows[id];
        let finding = convert::unprintable(workflow.name.span, &workflow.name.text, &wrong.message);
        conversion.files.clear();
        conversion.findings.push(finding);
    }
    conversion
}

pub(super) fn meant(sources: &Sources, system: &System) -> Meant {
    let trees: Vec<Ast> = system.files.iter().map(|&id| read(id, sources.get(id)).0).collect();
    Meant(lower(&trees, system).model)
}

impl Meant {
    pub fn workflow_names(&self) -> Vec<String> {
        self.0.workflows.values().map(|workflow| workflow.name.text.to_string()).collect()
    }
}

/// Hands the workflow called `wanted` to `make`, and those that it runs, or all.
pub(super) fn generate<T>(
    sources: &Sources,
    Meant(model): &Meant,
    wanted: Option<&str>,
    make: impl FnOnce(&generate::Subject) -> T,
) -> T {
    let graph = graph::build(model);
    let text = |span: Span| sources.get(span.file).slice(span).to_string();
    let named = |name: &str| wanted.is_none_or(|wanted| wanted == name);
    let chosen = model.workflows.iter().filter(|(_, it)| named(&it.name.text)).map(|(id, _)| id).collect();
    let workflows = with_those_run(model, chosen);
    make(&generate::Subject { model, graph: &graph, text: &text, workflows })
}

/// The workflows, and those that they run or notify, directly or not; in the order of the model.
fn with_those_run(model: &Model, mut unseen: Vec<WorkflowId>) -> Vec<WorkflowId> {
    let mut all = BTreeSet::new();
    while let Some(id) = unseen.pop() {
        if all.insert(id) {
            let blocks = model.workflows[id].blocks();
            unseen.extend(blocks.iter().flat_map(|block| &block.statements).filter_map(run_by));
        }
    }
    all.into_iter().collect()
}

fn run_by(statement: &Statement) -> Option<WorkflowId> {
    match &statement.kind {
        StatementKind::Run(run) => Some(run.workflow),
        StatementKind::Notify(Notified::Workflow { workflow, .. }) => Some(*workflow),
        _ => None,
    }
}
