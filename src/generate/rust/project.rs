//! The crates around the contracts: services, clients, the coordinator, and what stands beside them.

use super::body;
use super::choreography::{self, Participant};
use super::dependencies::{self, Dependencies};
use super::example;
use super::layout::{Doc, Writer, text as words, use_of};
use super::service_crate::{self, Service};
use super::spell::Spelling;
use crate::generate::template::{Broken, Templates};
use crate::generate::{Engine, Generated, Subject, text};
use crate::model::{EventId, Model, StatementKind, Trigger, WorkflowId};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Debug, Serialize)]
pub(super) struct Workflow {
    #[serde(skip)]
    pub id: WorkflowId,
    pub name: String,
    pub title: String,
    /// The name as a word for a shell.
    pub shell: String,
    pub correlated: bool,
    pub module: String,
    pub function: String,
    pub input: String,
    pub end: String,
    pub doc: Vec<String>,
    pub imports: Vec<String>,
    pub steps: String,
    pub hands_over: bool,
    pub pattern: String,
    pub body: String,
    /// Whether it asks for anything.
    pub asks: bool,
    pub quoted: String,
    /// What is done about events that come when a run is over.
    pub late: Vec<Late>,
    pub example: String,
    pub starts: bool,
    /// How the clock begins it, as a call; empty where it does not.
    pub schedule: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Late {
    function: String,
    /// Under which name the engine runs it, quoted.
    name: String,
    body: String,
    asks: bool,
}

#[derive(Debug, Serialize)]
struct Coordinator {
    /// The feature that is on when nothing else is said, and where its runs are kept.
    engine: &'static str,
    address: &'static str,
    services: Vec<Service>,
    workflows: Vec<Workflow>,
    routes: Vec<String>,
    modules: Vec<String>,
    imports: Vec<String>,
    /// Whether the specification speaks other languages as well.
    foreign: bool,
    /// Whether services beside it react to each other.
    reacts: bool,
    /// `vec![…]`: those that react, and are called here.
    called: String,
}

/// What is told of the project as a whole.
#[derive(Debug, Serialize)]
struct Whole {
    /// What keeps the runs of a coordinator; empty where there is none.
    engine: &'static str,
    reacts: bool,
    foreign: bool,
    members: Vec<Member>,
    /// What a coordinator calls.
    services: Vec<Service>,
    workflows: Vec<Told>,
}

/// A crate of a service or client.
#[derive(Debug, Serialize)]
struct Member {
    name: String,
    title: String,
    package: String,
    folder: String,
    /// Whether there is anything in it for somebody to write.
    acts: bool,
    reacts: bool,
}

/// A workflow, for people.
#[derive(Debug, Serialize)]
struct Told {
    title: String,
    shell: String,
    module: String,
    /// Whether a command begins it.
    starts: bool,
    /// Whether its run is named after its key.
    correlated: bool,
    conducted: bool,
}

/// A `Cargo.toml`.
#[derive(Debug, Serialize)]
pub(super) struct Manifest<'a, T> {
    #[serde(flatten)]
    pub of: &'a T,
    #[serde(flatten)]
    pub needs: Dependencies,
}

pub fn add(
    generated: &mut Generated,
    subject: &Subject,
    names: &Spelling,
    templates: &Templates,
    engine: Engine,
) -> Result<(), Broken> {
    let model = subject.model;
    let (choreographed, conducted): (Vec<_>, Vec<_>) =
        subject.workflows.iter().partition(|id| model.workflows[**id].is_choreographed());
    let reacts = !choreographed.is_empty();
    let conducts = !conducted.is_empty() || !reacts;
    let engine_name = match (conducts, engine) {
        (false, _) => None,
        (true, Engine::Embedded) => Some("embedded"),
        (true, Engine::Temporal) => Some("temporal"),
    };
    let reacting = match reacts {
        true => choreography::add(generated, model, &choreographed, names, templates, engine_name)?,
        false => Vec::new(),
    };
    let mut members: Vec<Member> = reacting.iter().map(Participant::member).collect();
    let mut services = Vec::new();
    for (id, service) in model.services.iter() {
        if let Some(known) = reacting.iter().find(|it| it.id == id) {
            services.extend(known.offers.clone().map(Service::reacting));
        } else if !service.operations.is_empty() && (conducts || service.external.is_some()) {
            let made = service_crate::of(generated, model, names, id);
            service_crate::add(generated, &made, templates)?;
            members.push(member(&made));
            services.push(made);
        }
    }
    let mut told: Vec<Told> = Vec::new();
    let mut foreign = false;
    if let Some(engine_name) = engine_name {
        let mut workflows = Vec::new();
        for id in &conducted {
            workflows.push(workflow(generated, subject, names, *id));
        }
        add_workflows(generated, model, &workflows, templates)?;
        told.extend(workflows.iter().map(Workflow::told));
        foreign = super::foreign::add(generated, names, templates)?;
        let routes = routes(model, &conducted);
        let coordinator = coordinator(&services, workflows, routes, engine_name, reacts);
        add_coordinator(generated, &Coordinator { foreign, ..coordinator }, templates)?;
    }
    told.extend(choreographed.iter().map(|id| told_of(model, names, *id)));
    let engine = engine_name.unwrap_or_default();
    let whole = Whole { engine, reacts, foreign, members, services, workflows: told };
    generated.own("Cargo.toml", templates.print("rust/workspace.toml", &whole)?);
    generated.own("rustfmt.toml", "max_width = 100\nuse_small_heuristics = \"Max\"\n");
    let data = if reacts { "/data" } else { "/coordinator.db*" };
    generated.own(".gitignore", format!("/target\n{data}\n"));
    generated.own("README.md", templates.print("rust/README.md", &whole)?);
    Ok(())
}

fn member(service: &Service) -> Member {
    Member {
        name: service.name.clone(),
        title: service.title.clone(),
        package: service.package.clone(),
        folder: service.folder.clone(),
        acts: true,
        reacts: false,
    }
}

impl Participant {
    fn member(&self) -> Member {
        Member {
            name: self.name.clone(),
            title: self.title.clone(),
            package: self.package.clone(),
            folder: self.folder.clone(),
            acts: !self.role.is_empty(),
            reacts: true,
        }
    }
}

impl Workflow {
    fn told(&self) -> Told {
        Told {
            title: self.title.clone(),
            shell: self.shell.clone(),
            module: self.module.clone(),
            starts: self.starts,
            correlated: self.correlated,
            conducted: true,
        }
    }
}

/// A workflow that nobody conducts: a command states the event that begins it.
fn told_of(model: &Model, names: &Spelling, id: WorkflowId) -> Told {
    let name = &model.workflows[id].name.text;
    Told {
        title: text::markdown(name),
        shell: text::shell(&text::one_line(name)),
        module: names.workflow(id).module.clone(),
        starts: true,
        correlated: true,
        conducted: false,
    }
}

fn add_workflows(
    generated: &mut Generated,
    model: &Model,
    workflows: &[Workflow],
    templates: &Templates,
) -> Result<(), Broken> {
    for workflow in workflows {
        let path = format!("crates/coordinator/src/{}.rs", workflow.module);
        generated.own(path, templates.print("rust/workflow.rs", workflow)?);
        if workflow.starts
            && let Some(tests) = super::tests::tests(model, workflow.id, &workflow.module)
        {
            let path = format!("crates/coordinator/tests/{}.rs", workflow.module);
            generated.own(path, templates.print("rust/workflow_test.rs", &tests)?);
        }
        if workflow.starts {
            generated.own(format!("examples/{}.json", workflow.module), workflow.example.clone() + "\n");
        }
    }
    Ok(())
}

fn add_coordinator(
    generated: &mut Generated,
    coordinator: &Coordinator,
    templates: &Templates,
) -> Result<(), Broken> {
    let folder = "crates/coordinator";
    generated.own(format!("{folder}/src/lib.rs"), templates.print("rust/coordinator_lib.rs", coordinator)?);
    generated.own(format!("{folder}/src/main.rs"), templates.print("rust/coordinator_main.rs", coordinator)?);
    let manifest = Manifest { of: coordinator, needs: dependencies::of_folder(generated, folder) };
    generated.own(format!("{folder}/Cargo.toml"), templates.print("rust/coordinator.toml", &manifest)?);
    Ok(())
}

fn workflow(generated: &mut Generated, subject: &Subject, names: &Spelling, id: WorkflowId) -> Workflow {
    let model = subject.model;
    let mut file = printed(generated, model, names, id, body::write(model, names, id));
    if let Trigger::Schedule(at) = model.workflows[id].trigger {
        match super::schedule::schedule(&(subject.text)(at)) {
            Ok(call) => file.schedule = call,
            Err(what) => generated.findings.push(super::lost::not_generated(at, &what)),
        }
    }
    file
}

/// The file of a workflow, or of one side of it.
pub(super) fn printed(
    generated: &mut Generated,
    model: &Model,
    names: &Spelling,
    id: WorkflowId,
    text_of: body::Text,
) -> Workflow {
    let item = &model.workflows[id];
    let spelled = names.workflow(id).clone();
    generated.findings.extend(text_of.findings);
    let mut imports = Vec::new();
    let mut modules = text_of.modules.clone();
    modules.remove("workflows");
    let modules: Vec<String> = modules.into_iter().collect();
    imports.push(match &modules[..] {
        [] => "use contracts::workflows;".to_string(),
        several => {
            let all: BTreeSet<String> = several.iter().cloned().chain(["workflows".to_string()]).collect();
            use_of("contracts", &all.into_iter().collect::<Vec<_>>())
        }
    });
    let mut runtime: BTreeSet<&str> = text_of.runtime.clone();
    runtime.extend(["Cx", "Flow"]);
    if !text_of.late.is_empty() {
        runtime.insert("Late");
    }
    imports.push(use_of("runtime", &version_sorted(runtime)));
    let parameters = body::parameters(model, id);
    let used: Vec<String> = parameters
        .iter()
        .zip(&text_of.parameters)
        .filter(|(_, used)| !used.is_empty())
        .map(|((_, name, _), used)| if name == used { name.clone() } else { format!("{name}: {used}") })
        .collect();
    let all_used = used.len() == parameters.len();
    let pattern = match (&used[..], all_used) {
        ([], _) => String::new(),
        (some, true) => some.join(", "),
        (some, false) => format!("{}, ..", some.join(", ")),
    };
    let fields: Vec<_> = parameters
        .iter()
        .map(|(written, _, ty)| (written.clone(), example::value(model, ty, written, 0)))
        .collect();
    let example = serde_json::Value::Object(fields.into_iter().collect());
    Workflow {
        id,
        name: text::one_line(&item.name.text),
        title: text::markdown(&item.name.text),
        shell: text::shell(&text::one_line(&item.name.text)),
        correlated: !item.correlation.is_empty(),
        module: spelled.module.clone(),
        function: spelled.module,
        input: spelled.input,
        end: spelled.end,
        doc: text::doc_lines(&item.doc),
        imports,
        steps: text_of.steps.trim_end().to_string(),
        pattern,
        body: text_of.body.trim_end().to_string(),
        asks: body::is_used(&text_of.body, "cx"),
        hands_over: text_of.hands_over,
        quoted: text::rust(&item.name.text),
        late: text_of.late.iter().map(|late| late_of(&item.name.text, late)).collect(),
        example: serde_json::to_string_pretty(&example).unwrap_or_default(),
        starts: matches!(item.trigger, Trigger::Called | Trigger::Schedule(_)),
        schedule: String::new(),
    }
}

fn late_of(workflow: &str, late: &body::LateText) -> Late {
    Late {
        function: late.number.map_or("late".to_string(), |number| format!("late_{number}")),
        name: text::rust(&late_name(workflow, late.number)),
        body: late.body.trim_end().to_string(),
        asks: body::is_used(&late.body, "cx"),
    }
}

/// Under which name the engine runs what is done when a run is over.
fn late_name(workflow: &str, number: Option<usize>) -> String {
    number.map_or(format!("{workflow} late"), |number| format!("{workflow} late {number}"))
}

/// As rustfmt sorts them: what begins in capitals first.
fn version_sorted(names: BTreeSet<&str>) -> Vec<String> {
    names.into_iter().map(ToString::to_string).collect()
}

fn coordinator(
    services: &[Service],
    workflows: Vec<Workflow>,
    routes: Vec<String>,
    engine: &'static str,
    reacts: bool,
) -> Coordinator {
    let mut modules: Vec<String> = workflows.iter().map(|workflow| workflow.module.clone()).collect();
    modules.sort();
    let mut imports: Vec<String> =
        services.iter().map(|service| format!("use {}::{};", service.library, service.own)).collect();
    imports.sort();
    let address = match (engine, reacts) {
        ("temporal", _) => "\"temporal:\"",
        (_, false) => "\"coordinator.db\"",
        (_, true) => "\"coordinator.runs.db\"",
    };
    let called = services.iter().filter(|service| service.reacts);
    let called = called.map(|service| words(format!("{}::participant()", service.library)));
    let called =
        Doc::List { open: "vec![".into(), items: called.collect(), close: "]".into(), spaced: false };
    let mut out = Writer::at_depth(1);
    out.write("", &called, "");
    let called = out.out.trim_end().to_string();
    let services = services.to_vec();
    Coordinator {
        engine,
        address,
        routes,
        services,
        workflows,
        modules,
        imports,
        foreign: false,
        reacts,
        called,
    }
}

/// Which events belong to which runs.
fn routes(model: &Model, wanted: &[WorkflowId]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for id in wanted {
        let workflow = &model.workflows[*id];
        if workflow.correlation.is_empty() {
            continue;
        }
        let mut add = |event: EventId, starts: bool| {
            found.insert((
                model.events[event].name.text.to_string(),
                model.events[event].version,
                *id,
                starts,
            ));
        };
        if let Trigger::Events(formula) = &workflow.trigger {
            formula.terms.iter().for_each(|term| add(term.event, true));
        }
        for late in &workflow.late {
            late.formula.terms.iter().for_each(|term| add(term.event, false));
        }
        for block in workflow.blocks() {
            let interrupts = block.interrupts.iter().flat_map(|it| &it.formula.terms);
            interrupts.for_each(|term| add(term.event, false));
            for statement in &block.statements {
                if let StatementKind::Wait(wait) = &statement.kind
                    && let crate::model::Wait::For { formula, .. } = &**wait
                {
                    formula.terms.iter().for_each(|term| add(term.event, false));
                }
            }
        }
    }
    found.into_iter().map(|(event, version, id, starts)| route(model, &event, version, id, starts)).collect()
}

fn route(model: &Model, event: &str, version: Option<u32>, id: WorkflowId, starts: bool) -> String {
    let workflow = &model.workflows[id];
    let is_meant = |late: &crate::model::Late| {
        let here = |id: EventId| model.events[id].name.text == event && model.events[id].version == version;
        !late.block.statements.is_empty() && late.formula.terms.iter().any(|term| here(term.event))
    };
    let lates = || workflow.late.iter().enumerate().filter(|(_, late)| is_meant(late));
    let late = match lates().any(|(_, late)| !body::is_joint(late)) {
        true => format!("Some({})", text::rust(&late_name(&workflow.name.text, None))),
        false => "None".to_string(),
    };
    let together: Vec<String> = lates()
        .filter(|(_, late)| body::is_joint(late))
        .map(|(number, _)| text::rust(&late_name(&workflow.name.text, Some(number + 1))))
        .collect();
    let keys: Vec<String> = workflow.correlation.iter().map(|name| text::rust(&name.text)).collect();
    let version = version.map_or("None".to_string(), |version| format!("Some({version})"));
    let mut out = Writer::at_depth(1);
    out.open("Route {");
    out.line(&format!("event: {},", text::rust(event)));
    out.line(&format!("version: {version},"));
    out.line(&format!("workflow: {},", text::rust(&workflow.name.text)));
    out.line(&format!("correlated_by: &[{}],", keys.join(", ")));
    out.line(&format!("starts: {starts},"));
    out.line(&format!("late: {late},"));
    out.line(&format!("late_together: &[{}],", together.join(", ")));
    out.close("},");
    out.out.trim_end().to_string()
}
