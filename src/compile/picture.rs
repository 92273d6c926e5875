//! Diagrams of everything that was read: which systems and workflows they show, and in which language.

use super::systems::systems;
use super::{Joined, phases};
use crate::check;
use crate::diagram::sequence::Sequence;
use crate::diagram::{self, Body, Diagram, Drawing, Lanes, Subject, Theme, View};
use crate::finding::{Finding, Severity};
use crate::graph::{self, EdgeKind};
use crate::lower::{self, Links};
use crate::model::WorkflowId;
use crate::source::{Sources, Span};
use crate::syntax::ast::{Ast, Format};
use std::collections::BTreeSet;

/// In which language a diagram is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    Mermaid,
    Dot,
    D2,
    PlantUml,
    Json,
    /// Boxes of letters, for a terminal that is so many columns wide.
    Text {
        width: usize,
    },
    Svg {
        theme: Theme,
    },
}

/// What is to be drawn, and how.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub view: View,
    /// Only the workflows called so.
    pub workflow: Option<&'a str>,
    /// Of a run: what goes wrong in it.
    pub failure: Option<&'a str>,
    /// Of the steps.
    pub lanes: Lanes,
    /// Sets of files that somebody has said belong together.
    pub joined: &'a [Joined],
}

impl Wanted<'_> {
    /// All there is of a view.
    pub fn of(view: View) -> Wanted<'static> {
        Wanted { view, workflow: None, failure: None, lanes: Lanes::No, joined: &[] }
    }
}

/// A drawing, or why there is none.
#[derive(Debug, PartialEq, Eq)]
pub enum Pictured {
    Drawing {
        drawing: Drawing,
        /// What the text could not say because of them is missing in the diagram.
        n_errors: usize,
    },
    /// There is no workflow, none has the wanted name, or none was named and the flows of several systems,
    /// which have nothing to do with each other, would stand side by side: the names to choose from.
    Choose(Vec<String>),
    /// No run is as wanted; what may go wrong in the workflow.
    NoRun(Vec<String>),
}

/// Draws the wanted view of the wanted workflows. Without a name: the flows of the one system that has any,
/// the run of its one workflow, or the other views of all systems.
pub fn draw(sources: &Sources, wanted: &Wanted) -> Pictured {
    let mut whole: Option<Body> = None;
    let mut names = BTreeSet::new();
    let mut failures = Vec::new();
    let (mut n_errors, mut n_drawn, mut n_workflows, mut is_run_missing) = (0, 0, 0, false);
    let is_of_all = !matches!(wanted.view, View::Flow | View::Sequence);
    for system in systems(sources, wanted.joined) {
        let read = system.files.iter().map(|&id| phases::read(id, sources.get(id)));
        let (trees, of_reading): (Vec<_>, Vec<_>) = read.unzip();
        let drawn = draw_system(sources, &trees, &system.links, wanted);
        if drawn.n_workflows > 0 || (is_of_all && wanted.workflow.is_none()) {
            n_drawn += 1;
            n_workflows += drawn.n_workflows;
            match &mut whole {
                Some(whole) => whole.put_beside(drawn.body),
                None => whole = Some(drawn.body),
            }
            is_run_missing |= drawn.is_run_missing;
            failures.extend(drawn.failures);
            let findings = of_reading.iter().flatten().chain(&drawn.findings);
            n_errors += findings.filter(|finding| finding.severity == Severity::Error).count();
        }
        names.extend(drawn.names);
    }
    let is_clear = match (wanted.view, wanted.workflow) {
        (View::Sequence, _) => n_workflows == 1,
        (_, Some(_)) => n_drawn > 0,
        (View::Flow, None) => n_drawn == 1,
        (_, None) => true,
    };
    if !is_clear {
        return Pictured::Choose(names.into_iter().collect());
    }
    if is_run_missing {
        return Pictured::NoRun(failures);
    }
    let empty = || Body::Graph(Diagram::default());
    Pictured::Drawing { drawing: Drawing::new(wanted.view, whole.unwrap_or_else(empty)), n_errors }
}

/// Draws the workflows of one system that are called as wanted, or all of them; of a run the one that is
/// wanted of the one workflow.
fn draw_system(sources: &Sources, trees: &[Ast], links: &Links, wanted: &Wanted) -> Drawn {
    let lowered = lower::lower(trees, links);
    let model = &lowered.model;
    let graph = graph::build(model);
    let named = |name: &str| wanted.workflow.is_none_or(|wanted| wanted == name);
    let mut workflows: Vec<_> =
        model.workflows.iter().filter(|(_, it)| named(&it.name.text)).map(|(id, _)| id).collect();
    let names = model.workflows.values().map(|it| it.name.text.to_string()).collect();
    let mut body = None;
    let mut failures = Vec::new();
    if wanted.view == View::Sequence {
        // Those that others run are told where they are run.
        let is_run =
            |id: &WorkflowId| graph.in_edges(graph.start(*id)).any(|edge| edge.edge.kind == EdgeKind::Runs);
        if workflows.len() > 1 && workflows.iter().any(|id| !is_run(id)) {
            workflows.retain(|id| !is_run(id));
        }
        if let [workflow] = workflows[..] {
            let steps = match wanted.failure {
                None => check::example::success(model, &graph, workflow),
                Some(name) => check::example::failure(model, &graph, workflow, name),
            };
            let text = |span: Span| worth_showing(sources, span);
            body = steps.map(|steps| Body::Run(diagram::sequence::of_run(&steps, &text)));
            failures = check::example::failures(model, &graph, workflow);
        }
    }
    let text = |span: Span| sources.get(span.file).slice(span).to_string();
    let n_workflows = workflows.len();
    let is_run_missing = wanted.view == View::Sequence && n_workflows == 1 && body.is_none();
    let subject = Subject { model, graph: &graph, text: &text, workflows, lanes: wanted.lanes };
    let body = body.unwrap_or_else(|| diagram::draw(&subject, wanted.view));
    Drawn { body, n_workflows, names, failures, is_run_missing, findings: lowered.findings }
}

/// One system's part of a diagram.
struct Drawn {
    pub body: Body,
    pub n_workflows: usize,
    /// Whether there is no such run as is wanted.
    pub is_run_missing: bool,
    /// What may go wrong in the one workflow whose run is wanted.
    pub failures: Vec<String>,
    /// Of all workflows of the system.
    pub names: Vec<String>,
    pub findings: Vec<Finding>,
}

/// A drawing in a language.
pub fn written(drawing: &Drawing, picture: Picture, sources: &Sources) -> String {
    match picture {
        Picture::Mermaid => diagram::mermaid(drawing),
        Picture::Dot => diagram::dot(drawing),
        Picture::D2 => diagram::d2(drawing),
        Picture::PlantUml => diagram::plantuml(drawing),
        Picture::Json => diagram::json(drawing, sources),
        Picture::Text { width } => diagram::terminal(drawing, width),
        Picture::Svg { theme } => diagram::svg(&diagram::scene(drawing), theme),
    }
}

/// The run that proves a finding, as a Mermaid sequence diagram; `None` where its proof tells of
/// nothing that passes between services.
pub fn draw_run(sources: &Sources, finding: &Finding) -> Option<String> {
    drawn_run(sources, finding).map(|sequence| diagram::mermaid_sequence(&sequence))
}

/// The same before it is written in a language.
pub fn drawn_run(sources: &Sources, finding: &Finding) -> Option<Sequence> {
    let text = |span: Span| worth_showing(sources, span);
    diagram::sequence::of_finding(finding, &text)
}

/// What a limit or a condition says, up to its block; foreign formats say it too clumsily.
pub(super) fn worth_showing(sources: &Sources, span: Span) -> Option<String> {
    let file = sources.get(span.file);
    let text = file.slice(span);
    let head = text.split(['{', '\n']).next().unwrap_or(text);
    let head = head.trim().trim_start_matches("if ").trim_end_matches("else").trim();
    let is_short = head.chars().count() <= LONGEST_CONDITION;
    (phases::recognise(&file.path, "") == Some(Format::Wfc) && !head.is_empty() && is_short)
        .then(|| head.to_string())
}

/// Longer conditions would hide the run they decide.
const LONGEST_CONDITION: usize = 60;
