//! A page with every picture of everything that was read.

use super::picture::{drawn_run, worth_showing};
use super::systems::{System, systems};
use super::{Joined, missing_import, phases};
use crate::check;
use crate::diagram::html::{Fact, Lines, Page, Place, Sheet, Told, facts};
use crate::diagram::large;
use crate::diagram::scene::{Scene, scene_alone};
use crate::diagram::{self, About, Body, Drawing, Lanes, Marks, Subject, Theme, View, sequence};
use crate::finding::{Finding, Severity};
use crate::graph::{self, EdgeKind, StepGraph};
use crate::lower;
use crate::model::{Model, WorkflowId};
use crate::source::{Sources, Span};
use std::collections::BTreeMap;

/// Workflows with more steps than these together are not drawn beside each other.
const MOST_STEPS: usize = 300;
/// A picture with more nodes than these has an overview and parts before it, of about so many nodes.
const READABLE: usize = 40;
const SIZE_OF_PART: usize = 25;
/// A picture with more nodes than these is shown in its parts alone: browsers get slow.
const MOST_NODES: usize = 1_500;
/// How wide and high a picture is that shows all workflows and can still be read as a whole.
const GLANCE: f64 = 1_300.0;
/// Of the runs of one workflow.
const MOST_RUNS: usize = 12;
/// Of the runs of all workflows together.
const MOST_RUNS_OF_ALL: usize = 80;
/// Lines of text around what is clicked, and how many of a long piece.
const AROUND: u32 = 1;
const MOST_LINES: u32 = 16;

/// What a page is made of.
#[derive(Clone, Copy, Debug)]
pub struct PageWanted<'a> {
    pub title: &'a str,
    /// Only the workflows called so.
    pub workflow: Option<&'a str>,
    /// Which view is seen first.
    pub first: View,
    /// What it starts with.
    pub theme: Theme,
    /// Of the steps.
    pub lanes: Lanes,
    pub joined: &'a [Joined],
    /// What was found, in the order in which it is told.
    pub findings: &'a [Finding],
}

/// A page, and the errors that keep something from being in it.
#[derive(Debug)]
pub struct Paged {
    pub page: Page,
    pub errors: Vec<Finding>,
    /// Of all workflows.
    pub names: Vec<String>,
}

/// Draws every view of every system; a view in which nothing is drawn is left out.
pub fn page(sources: &Sources, wanted: &PageWanted) -> Paged {
    let systems = systems(sources, wanted.joined);
    let mut maker =
        Maker { sources, wanted, files: BTreeMap::new(), sheets: Vec::new(), n_runs: 0, names: Vec::new() };
    let mut errors = Vec::new();
    for system in &systems {
        let label = if systems.len() > 1 { label(sources, system) } else { String::new() };
        errors.extend(maker.system(system, &label));
    }
    let runs = maker.runs_of_findings();
    let findings = wanted.findings.iter().enumerate();
    let findings = findings.map(|(at, finding)| Told { run: runs[at], ..maker.told(finding) }).collect();
    // The wanted view comes first; the order of the others is theirs.
    let mut order: Vec<usize> = (0..maker.sheets.len()).collect();
    order.sort_by_key(|at| (maker.sheets[*at].view != wanted.first, rank(maker.sheets[*at].view)));
    let mut page = Page { title: wanted.title.to_string(), theme: wanted.theme, findings, ..Page::default() };
    let mut moved = vec![0; order.len()];
    order.iter().enumerate().for_each(|(to, from)| moved[*from] = to);
    page.findings.iter_mut().for_each(|told| told.run = told.run.map(|at| moved[at]));
    let mut sheets: Vec<Option<Sheet>> = maker.sheets.drain(..).map(Some).collect();
    page.sheets = order.into_iter().filter_map(|at| sheets[at].take()).collect();
    page.files = maker.lines();
    Paged { page, errors, names: maker.names }
}

/// The findings alone, with the lines they speak of: for a text that cannot be drawn.
pub fn told(sources: &Sources, findings: &[Finding]) -> (Vec<Told>, Vec<Lines>) {
    let wanted = PageWanted {
        title: "",
        workflow: None,
        first: View::Flow,
        theme: Theme::Auto,
        lanes: Lanes::WhereTheyHelp,
        joined: &[],
        findings,
    };
    let mut maker = Maker {
        sources,
        wanted: &wanted,
        files: BTreeMap::new(),
        sheets: Vec::new(),
        n_runs: 0,
        names: Vec::new(),
    };
    let told = findings.iter().map(|finding| maker.told(finding)).collect();
    (told, maker.lines())
}

fn rank(view: View) -> usize {
    View::ALL.iter().position(|it| *it == view).unwrap_or(View::ALL.len())
}

/// The folder of its files, or the one file it is.
fn label(sources: &Sources, system: &System) -> String {
    let paths: Vec<&str> = system.files.iter().map(|id| sources.get(*id).path.as_str()).collect();
    match paths[..] {
        [one] => one.to_string(),
        _ => {
            let folder =
                |path: &str| path.rsplit_once(['/', '\\']).map_or(String::new(), |it| it.0.to_string());
            let mut folders: Vec<String> = paths.iter().map(|path| folder(path)).collect();
            folders.sort_by_key(String::len);
            folders.into_iter().next().filter(|it| !it.is_empty()).unwrap_or_else(|| paths.join(", "))
        }
    }
}

struct Maker<'a> {
    sources: &'a Sources,
    wanted: &'a PageWanted<'a>,
    /// The lines that are shown, by file.
    files: BTreeMap<u32, (usize, BTreeMap<u32, String>)>,
    sheets: Vec<Sheet>,
    n_runs: usize,
    names: Vec<String>,
}

impl Maker<'_> {
    /// Draws one system; gives the errors in its text.
    fn system(&mut self, system: &System, label: &str) -> Vec<Finding> {
        let sources = self.sources;
        let read = system.files.iter().map(|&id| phases::read(id, sources.get(id)));
        let (trees, of_reading): (Vec<_>, Vec<_>) = read.unzip();
        let lowered = lower::lower(&trees, &system.links);
        let model = &lowered.model;
        let graph = graph::build(model);
        let text = |span: Span| sources.get(span.file).slice(span).to_string();
        self.names.extend(model.workflows.values().map(|it| it.name.text.to_string()));
        let named = |name: &str| self.wanted.workflow.is_none_or(|wanted| wanted == name);
        let workflows: Vec<WorkflowId> =
            model.workflows.iter().filter(|(_, it)| named(&it.name.text)).map(|(id, _)| id).collect();
        let of = |workflows: Vec<WorkflowId>| {
            let lanes = self.wanted.lanes;
            Subject { model, graph: &graph, text: &text, workflows, lanes }
        };
        let all = of(workflows.clone());
        let n_steps: usize = workflows.iter().map(|id| graph.nodes_of(*id).count()).sum();
        let first = self.sheets.len();
        for id in &workflows {
            let name = &model.workflows[*id].name.text;
            self.graph(&of(vec![*id]), View::Flow, label, name);
        }
        if workflows.len() != 1 && n_steps <= MOST_STEPS {
            self.graph(&all, View::Flow, label, "");
            // Who can read it at a glance sees it first.
            if self
                .sheets
                .last()
                .is_some_and(|it| it.scene.size.width <= GLANCE && it.scene.size.height <= GLANCE)
            {
                self.sheets[first..].rotate_right(1);
            }
        }
        self.graph(&all, View::Services, label, "");
        self.runs(model, &graph, &workflows, label);
        self.graph(&all, View::Events, label, "");
        self.graph(&all, View::Compensation, label, "");
        self.graph(&all, View::Matrix, label, "");
        let missing = system.missing.iter().map(|(id, used)| missing_import::finding(sources, *id, used));
        let findings = of_reading.into_iter().flatten().chain(missing).chain(lowered.findings.clone());
        findings.filter(|finding| finding.severity == Severity::Error).collect()
    }

    fn graph(&mut self, subject: &Subject, view: View, system: &str, name: &str) {
        let body = diagram::draw(subject, view);
        let split = match &body {
            Body::Graph(diagram) if diagram.nodes.len() > READABLE => large::split(diagram, SIZE_OF_PART),
            Body::Graph(_) | Body::Run(_) | Body::Table(_) => None,
        };
        let Some((overview, parts)) = split else {
            self.body(subject, view, body, system, name);
            return;
        };
        let named =
            |what: &str| [name, what].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(": ");
        self.body(subject, view, Body::Graph(overview), system, &named("overview"));
        for (number, part) in parts.into_iter().enumerate() {
            let title = named(&format!("part {}, {}", number + 1, part.title));
            self.body(subject, view, Body::Graph(part.diagram), system, &title);
        }
        if matches!(&body, Body::Graph(diagram) if diagram.nodes.len() <= MOST_NODES) {
            self.body(subject, view, body, system, &named("all of it"));
        }
    }

    fn body(&mut self, subject: &Subject, view: View, body: Body, system: &str, name: &str) {
        let facts = match &body {
            Body::Graph(diagram) => diagram.nodes.iter().map(|node| facts(subject, node)).collect(),
            Body::Run(_) | Body::Table(_) => Vec::new(),
        };
        self.sheet(Drawing::new(view, body), facts, system, name);
    }

    /// The run of each workflow in which all goes well, and those in which one thing does not.
    fn runs(&mut self, model: &Model, graph: &StepGraph, workflows: &[WorkflowId], system: &str) {
        let sources = self.sources;
        let text = |span: Span| worth_showing(sources, span);
        // Those that others run are told where they are run.
        let is_run =
            |id: &WorkflowId| graph.in_edges(graph.start(*id)).any(|edge| edge.edge.kind == EdgeKind::Runs);
        let is_all_run = workflows.iter().all(is_run);
        for id in workflows.iter().filter(|id| is_all_run || !is_run(id)) {
            let name = &model.workflows[*id].name.text;
            let failures = check::example::failures(model, graph, *id);
            let wishes = std::iter::once(None).chain(failures.iter().map(Some)).take(MOST_RUNS);
            for wish in wishes {
                if self.n_runs >= MOST_RUNS_OF_ALL {
                    return;
                }
                let steps = match wish {
                    None => check::example::success(model, graph, *id),
                    Some(failure) => check::example::failure(model, graph, *id, failure),
                };
                let Some(steps) = steps else { continue };
                self.n_runs += 1;
                let subject = match wish {
                    None => format!("{name}: all goes well"),
                    Some(failure) => format!("{name}: {failure}"),
                };
                let run = Drawing::new(View::Sequence, Body::Run(sequence::of_run(&steps, &text)));
                self.sheet(run, Vec::new(), system, &subject);
            }
        }
    }

    /// The runs that prove findings; the position of the sheet for each finding that has one.
    fn runs_of_findings(&mut self) -> Vec<Option<usize>> {
        let (sources, wanted) = (self.sources, self.wanted);
        let mut runs = Vec::new();
        for (number, finding) in wanted.findings.iter().enumerate() {
            let run = drawn_run(sources, finding).map(|run| {
                let subject = format!("finding {}: {}", number + 1, finding.name());
                let mut drawing = Drawing::new(View::Sequence, Body::Run(run));
                drawing.title = subject.clone();
                let scene = scene_alone(&drawing);
                self.placed(scene, View::Sequence, Vec::new(), "", &subject)
            });
            runs.push(run);
        }
        runs
    }

    /// Marks a drawing and gives everything in it its place; an empty one is left out.
    fn sheet(&mut self, mut drawing: Drawing, facts: Vec<Vec<Fact>>, system: &str, subject: &str) {
        let is_empty = match &drawing.body {
            Body::Graph(diagram) => diagram.nodes.is_empty(),
            Body::Run(run) => run.sides.is_empty(),
            Body::Table(matrix) => matrix.services.is_empty(),
        };
        if is_empty {
            return;
        }
        let parts: Vec<&str> =
            [drawing.view.name(), subject, system].into_iter().filter(|it| !it.is_empty()).collect();
        drawing.title = parts.join(", ");
        diagram::mark(&mut drawing, self.wanted.findings, Marks::Places, &|_| String::new());
        let numbers = numbers(&drawing, self.wanted.findings);
        let mut scene = scene_alone(&drawing);
        renumber(&mut scene, &numbers);
        self.placed(scene, drawing.view, facts, system, subject);
    }

    fn placed(
        &mut self,
        scene: Scene,
        view: View,
        facts: Vec<Vec<Fact>>,
        system: &str,
        subject: &str,
    ) -> usize {
        let mut places = |abouts: Vec<&About>| {
            abouts.iter().map(|about| self.places(&about.spans)).collect::<Vec<Vec<Place>>>()
        };
        let groups = places(scene.groups.iter().map(|it| &it.about).collect());
        let nodes = places(scene.nodes.iter().map(|it| &it.about).collect());
        let edges = places(scene.edges.iter().map(|it| &it.about).collect());
        let (system, subject) = (system.to_string(), subject.to_string());
        self.sheets.push(Sheet { view, system, subject, scene, facts, groups, nodes, edges });
        self.sheets.len() - 1
    }

    /// Where it is written: a place that lies in another one says nothing more.
    fn places(&mut self, spans: &[Span]) -> Vec<Place> {
        let mut kept: Vec<Span> = Vec::new();
        for span in spans {
            if !kept.iter().any(|other| other.contains(*span)) {
                kept.retain(|other| !span.contains(*other));
                kept.push(*span);
            }
        }
        kept.iter().map(|span| self.place(*span)).collect()
    }

    /// Notes the lines around a span, and says where they are.
    fn place(&mut self, span: Span) -> Place {
        let file = self.sources.get(span.file);
        let (from, to) = (file.position(span.start), file.position(span.end));
        let n_files = self.files.len();
        let (number, lines) = self.files.entry(span.file.0).or_insert_with(|| (n_files, BTreeMap::new()));
        let first = from.line.saturating_sub(AROUND).max(1);
        let last = (to.line + AROUND).min(from.line + MOST_LINES);
        for (line, text) in (first..=last).zip(file.text.lines().skip(first as usize - 1)) {
            lines.entry(line).or_insert_with(|| text.to_string());
        }
        Place { file: *number, from: (from.line, from.column), to: (to.line, to.column) }
    }

    fn told(&mut self, finding: &Finding) -> Told {
        Told {
            severity: finding.severity,
            rule: finding.name(),
            reports: finding.rule.reports.to_string(),
            message: finding.message.clone(),
            labels: finding.labels.iter().map(|label| (self.place(label.span), label.text.clone())).collect(),
            witness: finding.witness.iter().map(|step| step.text.clone()).collect(),
            what_if: finding.what_if.clone().unwrap_or_default(),
            help: finding.help.clone(),
            run: None,
        }
    }

    fn lines(&self) -> Vec<Lines> {
        let mut files = vec![Lines::default(); self.files.len()];
        for (id, (number, lines)) in &self.files {
            let path = self.sources.get(crate::source::FileId(*id)).path.clone();
            files[*number] = Lines { path, lines: lines.clone() };
        }
        files
    }
}

/// Which finding each remark of a drawing is: remarks are findings in their order, some left out.
fn numbers(drawing: &Drawing, findings: &[Finding]) -> Vec<usize> {
    let mut rest = findings.iter().enumerate();
    let same = |finding: &Finding, remark: &diagram::Remark| {
        finding.span() == remark.span
            && finding.name() == remark.rule
            && finding.message.replace('`', "") == remark.message
    };
    let number = |remark| rest.find(|(_, finding)| same(finding, remark)).map(|(at, _)| at);
    drawing.remarks.iter().filter_map(number).collect()
}

/// From numbers of this drawing to numbers of the page.
fn renumber(scene: &mut Scene, numbers: &[usize]) {
    let abouts = (scene.groups.iter_mut().map(|it| &mut it.about))
        .chain(scene.nodes.iter_mut().map(|it| &mut it.about))
        .chain(scene.edges.iter_mut().map(|it| &mut it.about));
    for about in abouts {
        about.remarks = about.remarks.iter().filter_map(|at| numbers.get(*at).copied()).collect();
    }
    let badges = scene.nodes.iter_mut().flat_map(|it| &mut it.badges);
    for badge in badges.chain(scene.edges.iter_mut().flat_map(|it| &mut it.badges)) {
        badge.remark = numbers.get(badge.remark).copied().unwrap_or(badge.remark);
    }
}
