//! Services that react to each other: a crate for each, and one with all of them.

pub mod plans;
pub mod sides;
mod tests;

use super::body;
use super::dependencies;
use super::example;
use super::layout::{Doc, Writer, record, text as words};
use super::layout::{sorted, use_of};
use super::project::{Manifest, printed};
use super::service_crate::{self, Service};
use super::spell::Spelling;
use crate::generate::template::{Broken, Templates};
use crate::generate::{Generated, text};
use crate::model::{EventId, Model, OperationId, ServiceId, Trigger, WorkflowId};
use plans::{field, list, strings};
use serde::Serialize;
use sides::Side;
use std::collections::BTreeSet;

/// A service with its sides.
#[derive(Debug, Serialize)]
pub(super) struct Participant {
    #[serde(skip)]
    pub(super) id: ServiceId,
    pub(super) name: String,
    /// The same as a literal.
    service: String,
    pub(super) title: String,
    /// Empty where it does nothing that anybody calls.
    pub(super) role: String,
    own: String,
    pub(super) package: String,
    library: String,
    pub(super) folder: String,
    /// What a coordinator calls at an address; empty where there is none.
    calling: String,
    doc: Vec<String>,
    methods: String,
    adding: String,
    modules: Vec<String>,
    imports: Vec<String>,
    sides: Vec<String>,
    clients: Vec<Service>,
    listens: String,
    remote: String,
    /// What it offers, as a coordinator sees it.
    #[serde(skip)]
    pub(super) offers: Option<Service>,
}

#[derive(Debug, Serialize)]
struct System<'s> {
    services: &'s [Participant],
    participants: String,
    /// What keeps the runs beside them that are conducted; empty where there are none.
    engine: &'static str,
}

/// The services that react in these workflows, or are asked by those that do. Without a coordinator nobody
/// else could ask a service, so that each is one of them.
pub(super) fn reacting(model: &Model, workflows: &[WorkflowId], is_alone: bool) -> BTreeSet<ServiceId> {
    let all = model.services.iter().filter(|(_, service)| service.external.is_none());
    let sides: Vec<Side> = workflows.iter().flat_map(|id| sides::sides(model, *id)).collect();
    let asked: BTreeSet<ServiceId> = sides
        .iter()
        .flat_map(|side| sides::operations(model, *side))
        .map(|operation| model.operations[operation].service)
        .collect();
    let reacts = |id: ServiceId| sides.iter().any(|side| side.service == id) || asked.contains(&id);
    all.filter(|(id, service)| reacts(*id) || (is_alone && !service.operations.is_empty()))
        .map(|(id, _)| id)
        .collect()
}

/// The crates of the services that react, one with all of them, and what tests them.
pub(super) fn add(
    generated: &mut Generated,
    model: &Model,
    workflows: &[WorkflowId],
    names: &Spelling,
    templates: &Templates,
    engine: Option<&'static str>,
) -> Result<Vec<Participant>, Broken> {
    for id in workflows {
        cannot(generated, model, *id);
    }
    let mut services = Vec::new();
    for id in reacting(model, workflows, engine.is_none()) {
        unnamed(generated, model, id);
        let sides = sides::sides_of(model, workflows, id);
        let operations = &model.services[id].operations;
        let offers = (!operations.is_empty()).then(|| service_crate::of(generated, model, names, id));
        let mut made = participant(generated, model, names, id, &sides, offers, templates)?;
        if let (Some(_), Some(offers)) = (engine, &made.offers) {
            made.calling = offers.calling.clone();
            made.imports = made.imports.iter().map(|import| with_address(import)).collect();
        }
        services.push(made);
    }
    for service in &services {
        let folder = &service.folder;
        generated.own(format!("{folder}/src/lib.rs"), templates.print("rust/participant_lib.rs", service)?);
        generated.own(format!("{folder}/src/main.rs"), templates.print("rust/participant_main.rs", service)?);
        let manifest = Manifest { of: service, needs: dependencies::of_folder(generated, folder) };
        let text = templates.print("rust/participant.toml", &manifest)?;
        match service.role.is_empty() {
            true => generated.own(format!("{folder}/Cargo.toml"), text),
            // What a service does needs crates that only its author knows.
            false => generated.hand_over(format!("{folder}/Cargo.toml"), text),
        }
    }
    for id in workflows {
        let module = names.workflow(*id).module.clone();
        let input = serde_json::to_string_pretty(&input(model, *id)).unwrap_or_default();
        generated.own(format!("examples/{module}.json"), input + "\n");
        if let Some(tests) = tests::tests(model, *id, &module) {
            let path = format!("crates/system/tests/{module}.rs");
            generated.own(path, templates.print("rust/system_test.rs", &tests)?);
        }
    }
    let participants = participants(&services);
    let system = System { services: &services, participants, engine: engine.unwrap_or_default() };
    let whole = plans::system(model, names, workflows);
    generated.own("crates/contracts/src/system.rs", templates.print("rust/contracts_system.rs", &whole)?);
    generated.own("crates/system/src/lib.rs", templates.print("rust/system_lib.rs", &system)?);
    generated.own("crates/system/src/main.rs", templates.print("rust/system_main.rs", &system)?);
    let manifest = Manifest { of: &system, needs: dependencies::of_folder(generated, "crates/system") };
    generated.own("crates/system/Cargo.toml", templates.print("rust/system.toml", &manifest)?);
    Ok(services)
}

/// What stands beside services under names of its own.
fn unnamed(generated: &mut Generated, model: &Model, id: ServiceId) {
    let name = &model.services[id].name;
    if ["broker", "coordinator", "tracker"].contains(&name.text.as_str()) {
        let what = format!("a service called `{}` that reacts to events", name.text);
        generated.findings.push(super::lost::not_generated(name.span, &what));
    }
}

/// An import of the runtime, with the address of a service.
fn with_address(import: &str) -> String {
    match import.strip_prefix("use runtime::{").and_then(|rest| rest.strip_suffix("};")) {
        Some(names) => use_of("runtime", &sorted(names.split(", ").chain(["Address"]))),
        None => import.to_string(),
    }
}

/// What cannot be said of a workflow that nobody conducts.
fn cannot(generated: &mut Generated, model: &Model, id: WorkflowId) {
    let item = &model.workflows[id];
    let mut lost = |at, what: &str| generated.findings.push(super::lost::not_generated(at, what));
    match &item.trigger {
        Trigger::Events(_) => {}
        Trigger::Called => lost(item.name.span, "a choreographed workflow that no event begins"),
        Trigger::Schedule(at) => lost(*at, "a start by the clock"),
    }
    if item.correlation.is_empty() {
        lost(item.name.span, "a choreographed workflow without `correlated by`");
    }
    for participant in &item.participants {
        if model.services[participant.service].external.is_some() && !participant.reactions.is_empty() {
            lost(participant.span, "the reactions of a service that somebody else runs");
        }
    }
}

fn participant(
    generated: &mut Generated,
    model: &Model,
    names: &Spelling,
    id: ServiceId,
    sides: &[Side],
    offers: Option<Service>,
    templates: &Templates,
) -> Result<Participant, Broken> {
    let item = &model.services[id];
    let spelled = names.service(id).clone();
    let folder = format!("crates/services/{}", spelled.package);
    let (mut modules, mut of_sides) = (Vec::new(), Vec::new());
    let mut called: BTreeSet<OperationId> = BTreeSet::new();
    for side in sides {
        let text_of = body::write_side(model, names, *side);
        let file = printed(generated, model, names, side.workflow, text_of);
        generated
            .own(format!("{folder}/src/{}.rs", file.module), templates.print("rust/workflow.rs", &file)?);
        modules.push(file.module.clone());
        of_sides.push(file.module);
        called.extend(sides::operations(model, *side));
    }
    let mut clients = Vec::new();
    for (client, service) in model.services.iter().filter(|(_, service)| service.external.is_some()) {
        if service.operations.iter().any(|operation| called.contains(operation)) {
            clients.push(service_crate::of(&mut Generated::default(), model, names, client));
        }
    }
    let mut imports = vec![
        "use contracts::system::EVENTS;".to_string(),
        use_of("runtime::choreography", &["Listens", "Participant", "Remote"].map(ToString::to_string)),
    ];
    let mut runtime = vec!["Services", "Workflows"];
    if let Some(offers) = &offers {
        modules.push("own".to_string());
        let results = offers.imports.iter().find(|import| import.starts_with("use runtime"));
        let results = results.map(String::as_str).unwrap_or_default();
        runtime.extend(["Accepted", "Answered"].into_iter().filter(|name| results.contains(name)));
        runtime.push("Call");
        imports.extend(offers.imports.iter().filter(|it| !it.starts_with("use runtime")).cloned());
        let own = templates.print("rust/service_own.rs", offers)?;
        generated.hand_over(format!("{folder}/src/own.rs"), own);
    }
    imports.push(use_of("runtime", &sorted(runtime.into_iter())));
    imports.sort_by_key(|import| import.trim_start_matches("pub ").replace(';', "").to_string());
    modules.sort();
    let of = |get: fn(&Service) -> &String| offers.as_ref().map(|it| get(it).clone()).unwrap_or_default();
    Ok(Participant {
        id,
        calling: String::new(),
        name: text::one_line(&item.name.text),
        service: text::rust(&item.name.text),
        title: text::markdown(&item.name.text),
        role: of(|it| &it.role),
        own: of(|it| &it.own),
        library: spelled.package.replace('-', "_"),
        package: spelled.package,
        folder,
        doc: text::doc_lines(&item.doc),
        methods: of(|it| &it.methods),
        adding: of(|it| &it.adding),
        modules,
        imports,
        sides: of_sides,
        clients,
        listens: listens(model, sides),
        remote: remote(model, id, &called),
        offers,
    })
}

/// `static LISTENS: &[Listens] = &[…];`
fn listens(model: &Model, sides: &[Side]) -> String {
    let mut out = Writer::default();
    let all: Vec<(EventId, Side)> = sides
        .iter()
        .flat_map(|side| sides::listens(model, *side).into_iter().map(|event| (event, *side)))
        .collect();
    let routes = all.into_iter().map(|(event, side)| {
        let workflow = &model.workflows[side.workflow];
        let item = &model.events[event];
        let keys: Vec<String> = workflow.correlation.iter().map(|name| name.text.to_string()).collect();
        let version = item.version.map_or("None".to_string(), |version| format!("Some({version})"));
        let fields = vec![
            field("event", words(text::rust(&item.name.text))),
            field("version", words(version)),
            field("workflow", words(text::rust(&workflow.name.text))),
            field("correlated_by", strings(&keys)),
        ];
        record("Listens", fields)
    });
    out.write("static LISTENS: &[Listens] = ", &list(routes.collect()), ";");
    out.out.trim_end().to_string()
}

/// `static REMOTE: &[Remote] = &[…];`
fn remote(model: &Model, id: ServiceId, called: &BTreeSet<OperationId>) -> String {
    let others = called.iter().filter(|operation| {
        let service = model.operations[**operation].service;
        service != id && model.services[service].external.is_none()
    });
    let remotes = others.map(|operation| {
        let service = model.service_name(model.operations[*operation].service);
        let fields = vec![
            field("operation", words(text::rust(&model.operation_path(*operation)))),
            field("service", words(text::rust(service))),
        ];
        record("Remote", fields)
    });
    let mut out = Writer::default();
    out.write("static REMOTE: &[Remote] = ", &list(remotes.collect()), ";");
    out.out.trim_end().to_string()
}

/// `vec![payments::participant(), …]`
fn participants(services: &[Participant]) -> String {
    let items = services.iter().map(|it| words(format!("{}::participant()", it.library))).collect();
    let mut out = Writer::at_depth(1);
    out.write("", &Doc::List { open: "vec![".into(), items, close: "]".into(), spaced: false }, "");
    out.out.trim_end().to_string()
}

/// The fields of the event that begins a run; where several do, each under its name.
fn input(model: &Model, id: WorkflowId) -> serde_json::Value {
    let example = |event: &EventId| example::object(model, &model.events[*event].fields);
    match &sides::starts(model, id)[..] {
        [only] => example(only),
        several => {
            let fields =
                several.iter().map(|event| (model.events[*event].name.text.to_string(), example(event)));
            serde_json::Value::Object(fields.collect())
        }
    }
}
